"""How fine and how large a number of a rule file may be, so that deciding by it stays exact in 64 bits.

No figure of the registry exceeds 10^14 分 (`MOST_FEN`). A share p/q is decided by comparing figures times
q with figures times p; Polars wraps silently beyond 64 bits, so what could is refused when the rule is read.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

MOST_FEN = 10**14
MOST_CNY = MOST_FEN // 100
MOST_COUNT = 10**9
MOST_POINTS = 10_000
MOST_YEARS = 200
MOST_DAYS = 73_050
# Rungs and bands become conditions inside each other.
MOST_BANDS = 100
# A hundredth of a percent.
PARTS_OF_ONE = 10_000
_DIGITS_LOOKED_AT = 40


def is_finer_than(value: Decimal | int, parts: int) -> bool:
    """Whether a number is no whole number of ``parts``-ths of one; a long tail of digits counts as finer.

    >>> is_finer_than(Decimal("0.0150"), 1_000), is_finer_than(Decimal("0.0151"), 1_000)
    (False, True)
    """
    if isinstance(value, Decimal) and int(value.as_tuple().exponent) < -_DIGITS_LOOKED_AT:
        return True
    return (Fraction(value) * parts).denominator != 1


def at_most(value: Decimal | int, most: int, place: Any) -> None:
    """A number that does not exceed what can be computed with."""
    if value > most:
        raise place.refuse(f"{_said(value)} is too large; at most {most} is possible here")


def few(rows: int, place: Any) -> None:
    """No more rungs or bands than can be compiled."""
    if rows > MOST_BANDS:
        raise place.refuse(f"there are {rows} rungs or bands here; at most {MOST_BANDS} can be used")


def as_fine_as(value: Decimal | int, place: Any) -> None:
    """A share or a rate of whole hundredths of a percent."""
    if is_finer_than(value, PARTS_OF_ONE):
        raise place.refuse(
            f"{_said(value)} is finer than a hundredth of a percent; write at most four decimals, as 0.0525"
        )


def products_fit(shares: Iterable[Decimal | Fraction | int], place: Any, *, figures: int = 1) -> None:
    """Shares of one comparison, between sums of so many ``figures``: their products stay below 2**63."""
    exact = [Fraction(share) for share in shares]
    common = lcm(*(share.denominator for share in exact))
    largest = max(exact, default=Fraction(0))
    factor = max(common, int(largest * common))
    # Rounding a gap up adds less than one denominator.
    if factor * figures * MOST_FEN + common >= 2**63:
        raise place.refuse(
            f"{float(largest):g} is too fine for so large a share; write it with fewer decimals, as 4.5"
        )


def _said(value: Decimal | int) -> str:
    """A number as it is written; one of very many digits only in short."""
    if isinstance(value, Decimal):
        digits = len(value.as_tuple().digits)
        return str(value) if digits <= _DIGITS_LOOKED_AT else f"{value:.3E}"
    return str(value) if value.bit_length() <= 2 * 64 else f"a number of {value.bit_length()} bits"
