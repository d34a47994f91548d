"""Numbers as text, exactly: a shown number never crosses a line that the true number does not cross."""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
DIGITS = 2
# 1 分 is the sixth decimal of 万元; a quotient has no last digit, so it needs a bound.
DIGITS_OF_A_FEN = 6
MOST_DIGITS = 18
_PERCENTAGE = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")

Number = int | Fraction | Decimal
Lines = Number | str | Iterable[Number] | None


def wan_text(fen: int, *, line_fen: int | None = None, up: bool = False) -> str:
    """Money in 万元 with two decimals, or as many more as keep it on its side of a line and of zero.

    Parameters
    ----------
    fen
        The amount in 分.
    line_fen
        A threshold in 分 that the text must not cross.
    up
        Round away from zero: what is missing is never told smaller than it is.
    """
    lines = [Fraction(0)] if line_fen is None else [Fraction(0), Fraction(line_fen, FEN_PER_WAN)]
    return decimal_text(Fraction(fen, FEN_PER_WAN), lines=lines, most=DIGITS_OF_A_FEN, up=up)


def yuan_text(fen: int) -> str:
    """Money in 元 with 分, exact."""
    return grouped(Fraction(fen, FEN_PER_YUAN), DIGITS)


def percent_text(numerator: Number, denominator: Number, *, line: Lines = None) -> str:
    """A share in percent with two decimals, or as many as it takes to stay on its side of each line.

    ``line`` is a share (``Fraction(5, 100)``), several, or the threshold as printed ("不低于5%").
    """
    share = Fraction(numerator) / Fraction(denominator) * 100
    lines = [Fraction(0), Fraction(100), *(each * 100 for each in lines_of(line))]
    return decimal_text(share, lines=lines, most=MOST_DIGITS) + "%"


def lines_of(line: Lines) -> list[Fraction]:
    """Return the lines as shares; from a printed text, every percentage in it."""
    if line is None:
        return []
    if isinstance(line, str):
        return [Fraction(found) / 100 for found in _PERCENTAGE.findall(line)]
    if isinstance(line, (int, Fraction, Decimal)):
        return [Fraction(line)]
    return [Fraction(each) for each in line]


def decimal_text(value: Fraction, *, lines: Iterable[Fraction] = (), most: int, up: bool = False) -> str:
    """Round to two decimals, or to the fewest more that keep the value's side of every line."""
    lines = list(lines)
    for digits in range(DIGITS, most):
        rounded = rounded_to(value, digits, up=up)
        if all(_side(rounded, line) == _side(value, line) for line in lines):
            return grouped(rounded, digits)
    return grouped(rounded_to(value, most, up=up), most)


def rounded_to(value: Fraction, digits: int, *, up: bool = False) -> Fraction:
    """Round half away from zero, or always away from zero."""
    scaled = abs(value) * 10**digits
    whole = -(-scaled.numerator // scaled.denominator) if up else int(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**digits)


def grouped(value: Fraction, digits: int) -> str:
    """Write a value that has at most ``digits`` decimals, with thousands separated."""
    scaled = int(abs(value) * 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    sign = "−" if value < 0 and scaled else ""
    return f"{sign}{whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def _side(value: Fraction, line: Fraction) -> int:
    return (value > line) - (value < line)
