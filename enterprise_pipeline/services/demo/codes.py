"""Credit codes and certificate numbers: formally right, and outside the ranges that are really given out."""

import numpy as np
from numpy.typing import NDArray

from enterprise_pipeline.services.credit_code import ALPHABET

Integers = NDArray[np.int64]
Strings = NDArray[np.str_]

CODE_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int64)
BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
BODY_CHECKS = "0123456789X"
# GB 11714 counts letters as in base 36, GB 32100 by their place among its own 31 characters.
BODY_VALUES = np.array([int(character, 36) for character in ALPHABET], dtype=np.int64)

OLD_BODIES = 10**7
NEW_BODIES = 31**5
# Odd multipliers without the factors of the two counts walk through every body once, in no visible order.
OLD_STEP = 6_180_339
NEW_STEP = 17_694_841
FIRST_SERIAL = 900_001
"""Real serial numbers of a year and province are far lower, so no invented certificate is a real one."""


def credit_codes(*, offices: Strings, is_new: NDArray[np.bool_], rng: np.random.Generator) -> Strings:
    """Distinct 18-character codes with both check characters right.

    A firm registered before October 2015 gets a body that begins with 9, a later one a body that begins
    with MA0: as far as is known neither was ever given out by an office in Yichang.
    """
    number = np.arange(len(offices), dtype=np.int64)
    old = _digits((number * OLD_STEP + int(rng.integers(OLD_BODIES))) % OLD_BODIES, base=10, width=7)
    new = _digits((number * NEW_STEP + int(rng.integers(NEW_BODIES))) % NEW_BODIES, base=31, width=5)
    bodies = np.where(
        is_new[:, None],
        np.hstack([np.tile(_places("MA0"), (len(number), 1)), new]),
        np.hstack([np.tile(_places("9"), (len(number), 1)), old]),
    )
    office_digits = offices.astype("U6").view("U1").reshape(-1, 6).astype(np.int64)
    head = np.hstack([np.tile(_places("91"), (len(number), 1)), office_digits, bodies])
    body_check = (11 - (BODY_VALUES[bodies] * BODY_WEIGHTS).sum(axis=1) % 11) % 11
    seventeen = np.hstack([head, _places(BODY_CHECKS)[body_check][:, None]])
    check = (31 - (seventeen * CODE_WEIGHTS).sum(axis=1) % 31) % 31
    characters = np.array(list(ALPHABET))[np.hstack([seventeen, check[:, None]])]
    return np.ascontiguousarray(characters).view("U18").ravel()


def serials(group: Integers) -> Integers:
    """Number the members of each group from `FIRST_SERIAL` on, in the order in which they come."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else ordered
    rank = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    numbered = np.empty(len(group), dtype=np.int64)
    numbered[order] = FIRST_SERIAL + rank
    return numbered


def _places(text: str) -> Integers:
    return np.array([ALPHABET.index(character) for character in text], dtype=np.int64)


def _digits(numbers: Integers, *, base: int, width: int) -> Integers:
    powers = base ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return numbers[:, None] // powers % base
