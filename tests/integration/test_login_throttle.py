"""Guessing is slowed down for all workers at once, and a clock that jumps a day does not undo it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from enterprise_pipeline.services.accounts import throttle
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.throttle import FREE_TRIES, WAITS
from enterprise_pipeline.transaction import transaction
from models import LoginAttempt, db
from tests.support.accounts import PASSWORD, add_account, main_text, sign_in
from tests.support.entry import post

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FREE = FREE_TRIES["account"]


@pytest.fixture
def lead(app) -> int:
    with app.app_context():
        return add_account("wang.min", Role.CITY_LEAD)


@pytest.fixture
def clock():
    """A clock that stands still until it is moved."""
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


def fail(client, times: int, name: str = "wang.min") -> None:
    for _try in range(times):
        assert sign_in(client, name, "wrong password").status_code == 422


def from_elsewhere(app) -> FlaskClient:
    """A browser on another machine, of a bureau that has accepted to do without TLS."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], tls="unprotected")
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return elsewhere


def test_after_five_wrong_tries_even_the_right_password_has_to_wait(client, lead, clock):
    fail(client, FREE)

    refused = sign_in(client, "wang.min")
    assert refused.status_code == 429
    assert "尝试次数过多" in refused.text
    assert "<h2>暂时不能登录</h2>" in refused.text
    assert "解除锁定" in refused.text
    assert int(refused.headers["Retry-After"]) <= WAITS[0].total_seconds() + 1

    clock.shift(WAITS[0] - timedelta(seconds=1))
    assert sign_in(client, "wang.min").status_code == 429
    clock.shift(timedelta(seconds=1))
    assert sign_in(client, "wang.min").status_code == 303


def test_four_wrong_tries_do_not_wait_and_success_forgets_them(client, lead, clock):
    fail(client, FREE - 1)
    assert sign_in(client, "wang.min").status_code == 303
    post(client, "/logout")

    fail(client, FREE - 1)
    assert sign_in(client, "wang.min").status_code == 303


def test_each_further_wrong_try_waits_longer_up_to_an_hour(client, lead, clock):
    fail(client, FREE)
    for wait in (*WAITS, WAITS[-1]):
        assert sign_in(client, "wang.min").status_code == 429
        clock.shift(wait - timedelta(seconds=1))
        assert sign_in(client, "wang.min").status_code == 429
        clock.shift(timedelta(seconds=1))
        fail(client, 1)


def test_a_name_that_nobody_has_waits_in_the_same_words(client, lead, clock):
    fail(client, FREE)
    fail(client, FREE, "nobody.here")

    known, unknown = sign_in(client, "wang.min"), sign_in(client, "nobody.here")
    assert known.status_code == unknown.status_code == 429
    assert main_text(known) == main_text(unknown)


def test_what_was_typed_as_a_name_is_not_kept(app, client, lead, clock):
    fail(client, 1, "my password by mistake")

    with app.app_context():
        kept = [row.subject for row in db.session.query(LoginAttempt).filter_by(kind="account")]
    assert len(kept) == 1
    assert "password" not in kept[0]


def test_other_spellings_of_a_name_share_its_tries(client, lead, clock):
    for name in ("wang.min", "WANG.MIN", " wang.min ", "ｗａｎｇ.min", "Wang.Min"):
        assert sign_in(client, name, "wrong password").status_code == 422

    assert sign_in(client, "wang.min").status_code == 429


def test_one_address_that_tries_many_names_has_to_wait_and_others_need_not(app, client, lead, clock):
    for serial in range(FREE_TRIES["address"]):
        fail(client, 1, f"name{serial}x")

    assert sign_in(client, "wang.min").status_code == 429
    assert sign_in(from_elsewhere(app), "wang.min").status_code == 303


def test_an_office_that_signs_in_rightly_never_has_to_wait(app, lead, clock):
    for _person in range(FREE_TRIES["address"] + 5):
        assert sign_in(app.test_client(), "wang.min").status_code == 303


def test_a_refused_try_at_the_address_counts_for_nobodys_name(app, client, lead, clock):
    for serial in range(FREE_TRIES["address"]):
        fail(client, 1, f"name{serial}x")
    for _try in range(FREE + 1):
        assert sign_in(client, "wang.min", "wrong").status_code == 429

    assert sign_in(from_elsewhere(app), "wang.min").status_code == 303


def test_many_at_once_get_no_more_guesses_than_one_after_the_other(app):
    """What eight workers do at the same moment: each in a thread with a connection of its own."""

    def guess(_worker: int) -> bool:
        with app.app_context():
            with transaction() as session:
                admitted = throttle.count_try(session, "account", "x" * 64, now=NOW) is None
            db.session.remove()
            return admitted

    with ThreadPoolExecutor(8) as workers:
        admitted = list(workers.map(guess, range(32)))

    assert sum(admitted) == FREE


def test_the_count_survives_a_new_worker(make_app, database_url, client, lead, clock):
    fail(client, FREE)

    restarted = make_app(database_url)
    assert sign_in(restarted.test_client(), "wang.min").status_code == 429


def test_a_clock_that_jumps_a_day_ahead_gives_one_more_guess_and_no_fresh_start(client, lead, clock):
    fail(client, FREE)
    clock.shift(DAY)

    fail(client, 1)
    assert sign_in(client, "wang.min", "wrong password").status_code == 429


def test_a_clock_that_jumps_a_day_back_keeps_nobody_out_for_a_day(client, lead, clock):
    fail(client, FREE)
    clock.shift(-DAY)

    refused = sign_in(client, "wang.min")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= WAITS[0].total_seconds() + 1
    clock.shift(WAITS[0])
    assert sign_in(client, "wang.min").status_code == 303


def test_a_clock_that_jumps_to_and_fro_never_gives_a_fresh_start(client, lead, clock):
    fail(client, FREE)
    guesses = 0
    for _swing in range(4):
        clock.shift(DAY)
        guesses += sign_in(client, "wang.min", "wrong password").status_code == 422
        clock.shift(-DAY)
        guesses += sign_in(client, "wang.min", "wrong password").status_code == 422

    assert guesses <= 4, "a jump ahead ends one wait; a jump back none"


def test_after_a_quiet_week_old_mistakes_are_forgotten(app, client, lead, clock):
    fail(client, FREE)
    clock.shift(throttle.FORGOTTEN_AFTER + timedelta(seconds=1))

    fail(client, FREE - 1)
    assert sign_in(client, "wang.min", PASSWORD).status_code == 303
    fail(app.test_client(), 1, "somebody.new")
    with app.app_context():
        oldest = min(row.last_failed_at for row in db.session.query(LoginAttempt))
    assert oldest > NOW, "rows that nobody needs are removed"
