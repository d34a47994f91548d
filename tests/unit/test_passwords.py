"""Passwords: what is stored, what is refused, and that nobody learns from the clock who exists."""

import time
from statistics import median

import pytest
from argon2 import PasswordHasher

from enterprise_pipeline.services.accounts import passwords
from enterprise_pipeline.services.errors import FieldConflict


def test_a_password_is_stored_as_a_salted_argon2id_digest():
    one, other = passwords.hash_of("隔江人在雨声中 42"), passwords.hash_of("隔江人在雨声中 42")

    assert one.startswith("$argon2id$")
    assert one != other
    assert passwords.matches(one, "隔江人在雨声中 42")
    assert not passwords.matches(one, "隔江人在雨声中 43")


def test_a_password_typed_full_width_is_the_same_password():
    assert passwords.matches(passwords.hash_of("abcdefgh-42"), "ａｂｃｄｅｆｇｈ－４２")


@pytest.mark.parametrize("stored", [None, "", "no digest at all"])
def test_without_a_digest_no_password_is_right(stored):
    assert not passwords.matches(stored, "nobody's password, and not a secret")


def test_an_unknown_name_costs_the_same_time_as_a_wrong_password():
    stored = passwords.hash_of("隔江人在雨声中 42")
    passwords.matches(None, "warm")

    def seconds(digest: str | None) -> float:
        start = time.perf_counter()
        passwords.matches(digest, "wrong")
        return time.perf_counter() - start

    pairs = [(seconds(stored), seconds(None)) for _try in range(15)]
    known, unknown = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    assert 0.5 < known / unknown < 2


def test_a_digest_of_weaker_parameters_is_outdated():
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("x")

    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hash_of("x"))


@pytest.mark.parametrize("password", ["a1b2c3d4e5", "长江长江东流入海不复回", "x" * 123 + "abcde"])
def test_what_is_long_and_varied_enough_is_accepted(password):
    passwords.check(password, username="wang.min")


@pytest.mark.parametrize(
    "password",
    [
        "a1b2c3d4e",
        "",
        "x" * 124 + "abcde",
        "aaaaaaaaaaaa",
        "1212121212",
        "password1234",
        "Wang.Min2024",
        "qwerty1234567",
    ],
)
def test_what_others_would_guess_is_refused(password):
    with pytest.raises(FieldConflict) as refused:
        passwords.check(password, username="wang.min")

    assert refused.value.field == "password"
