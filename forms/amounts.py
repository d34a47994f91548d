"""Reads amounts as people type them, exactly, and writes them back so that nothing is lost."""

import unicodedata
from datetime import date
from decimal import Decimal
from re import Match
from re import compile as pattern

FEN_PER_CNY = 100
CNY_PER_WAN = 10_000
PPM = 1_000_000
# Growth formulas are proven exact up to this amount, 1万亿元; no enterprise of a city comes near it.
LARGEST_FEN = 10**14
LARGEST_COUNT = 100_000_000

UNIT_CNY: dict[str, int] = {
    "": 0,
    "元": 1,
    "千元": 1_000,
    "万": CNY_PER_WAN,
    "万元": CNY_PER_WAN,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}

_AMOUNT = pattern(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)([^\d.]*)")
_GROUPED = pattern(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?[^\d.,]*")
_WHOLE = pattern(r"([+-]?)(\d+)(?:\.0*)?(?:人|项|件|个|年|分)?")
_DAY = pattern(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")


class AmountError(ValueError):
    """What was typed is not an amount; ``code`` says why, and the form says it in words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def tidy(text: str) -> str:
    """Turn full-width characters into plain ones and drop every space."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-")
    return "".join(plain.split())


def read_fen(text: str, *, unit_cny: int, signed: bool = False) -> int | None:
    """Read money typed in a unit of ``unit_cny`` yuan; a unit typed behind the number wins. Blank is unknown.

    Returns
    -------
    int or None
        The amount in 分, exactly.

    Raises
    ------
    AmountError
        ``not_an_amount``, ``unknown_unit``, ``negative``, ``finer_than_fen`` or ``too_large``.
    """
    plain = _without_grouping(tidy(text).removeprefix("¥"))
    if not plain:
        return None
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise AmountError("not_an_amount")
    sign, digits, unit = match.groups()
    if unit not in UNIT_CNY:
        raise AmountError("unknown_unit")
    fen = Decimal(digits) * (UNIT_CNY[unit] or unit_cny) * FEN_PER_CNY
    if fen > LARGEST_FEN:
        raise AmountError("too_large")
    if fen != fen.to_integral_value():
        raise AmountError("finer_than_fen")
    if sign == "-" and fen and not signed:
        raise AmountError("negative")
    return -int(fen) if sign == "-" else int(fen)


def read_count(text: str) -> int | None:
    """Read a whole number that is not negative; blank is unknown.

    Raises
    ------
    AmountError
        ``not_whole``, ``negative`` or ``too_large``.
    """
    plain = _without_grouping(tidy(text))
    if not plain:
        return None
    match = _WHOLE.fullmatch(plain)
    if match is None:
        raise AmountError("not_whole")
    number = int(match[2])
    if match[1] == "-" and number:
        raise AmountError("negative")
    if number > LARGEST_COUNT:
        raise AmountError("too_large")
    return number


def read_ppm(text: str) -> int | None:
    """Read a share typed in percent, with or without the sign, as millionths; blank is unknown.

    Raises
    ------
    AmountError
        ``not_an_amount``, ``negative``, ``above_whole`` or ``finer_than_ppm``.
    """
    plain = _without_grouping(tidy(text)).removesuffix("%")
    if not plain:
        return None
    match = _AMOUNT.fullmatch(plain)
    if match is None or match[3]:
        raise AmountError("not_an_amount")
    ppm = Decimal(match[2]) * PPM / 100
    if match[1] == "-" and ppm:
        raise AmountError("negative")
    if ppm > PPM:
        raise AmountError("above_whole")
    if ppm != ppm.to_integral_value():
        raise AmountError("finer_than_ppm")
    return int(ppm)


def read_day(text: str) -> date | None:
    """Read a day in any of the usual spellings, such as 2026-11-22 or 2026年11月22日; blank is unknown.

    Raises
    ------
    AmountError
        ``not_a_day``.
    """
    plain = tidy(text)
    if not plain:
        return None
    match = _DAY.fullmatch(plain)
    if match is None:
        raise AmountError("not_a_day")
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise AmountError("not_a_day") from error


def write_fen(fen: int, *, unit_cny: int) -> str:
    """Write money in a unit of ``unit_cny`` yuan with every digit it has and no more."""
    return _plain(Decimal(fen) / (unit_cny * FEN_PER_CNY))


def write_ppm(ppm: int) -> str:
    """Write a share in percent with every digit it has and no more."""
    return _plain(Decimal(ppm) * 100 / PPM)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _without_grouping(text: str) -> str:
    """Drop thousands separators, but only where they stand as such: 3,00 is a slip, not 300."""
    if "," not in text:
        return text
    grouped: Match[str] | None = _GROUPED.fullmatch(text.removesuffix("%"))
    if grouped is None:
        raise AmountError("not_an_amount")
    return text.replace(",", "")
