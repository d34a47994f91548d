"""Passwords: Argon2id with today's parameters, and few rules that people can follow."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.texts import N_, Text

SHORTEST, LONGEST = 10, 128
FEWEST_DIFFERENT = 5
# OWASP's first choice for little memory: sixteen people signing in at once take 300 MB, not a gigabyte.
HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
# Of the lists of leaked passwords, what these rules would otherwise let through.
COMMON = (
    "password", "qwerty", "1234567", "abcdef", "iloveyou", "admin", "letmein", "welcome", "woaini", "yichang",
    "7654321", "1q2w3e", "zxcvbn", "asdfgh",
)  # fmt: skip


def normalised(typed: str) -> str:
    """The same for a password typed with full-width signs or composed letters."""
    return unicodedata.normalize("NFKC", typed)


def hash_of(password: str) -> str:
    """The digest to store, with its parameters and salt in it."""
    return HASHER.hash(normalised(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is right; takes as long where there is nothing to compare with."""
    try:
        HASHER.verify(stored or _nobodys(), normalised(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def is_outdated(stored: str) -> bool:
    """Whether the digest was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def check(password: str, *, username: str) -> None:
    """Refuse a password that others would guess, with a FieldConflict of ``password``."""
    plain = normalised(password)
    if len(plain) < SHORTEST:
        raise FieldConflict(
            "password", Text(N_("密码至少 %(least)s 个字符；可以用几个词连成一句。"), least=SHORTEST)
        )
    if len(plain) > LONGEST:
        raise FieldConflict("password", Text(N_("密码最多 %(most)s 个字符。"), most=LONGEST))
    folded = plain.casefold()
    rest = folded
    for word in (*COMMON, username):
        rest = rest.replace(word, "")
    if len(set(folded)) < FEWEST_DIFFERENT or len(rest) < FEWEST_DIFFERENT:
        raise FieldConflict(
            "password", Text(N_("这个密码太容易被猜到（常用密码、用户名或重复的字符）；请换一个。"))
        )


@cache
def _nobodys() -> str:
    """A digest that no password is behind, made once, so that unknown names cost the same time."""
    return HASHER.hash("nobody's password, and not a secret")
