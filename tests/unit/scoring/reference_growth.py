"""Reserves, gazelles by other standards and unicorns, judged in plain Python: a second opinion.

Like `reference`, written from vocabulary.md and criteria.md and not from the
rule files. Facts are complete; an industry code has four digits.
"""

from collections.abc import Callable
from datetime import date, timedelta

from tests.unit.scoring.reference import JUDGEMENT, WAN, YI, Firm, Judged, _Sheet, _years_later
from tests.unit.scoring.reference_specialised import (
    NOT_APPLICABLE,
    _service_line,
    above_scale_industry,
    above_scale_service,
)


def industry_reserve(firm: Firm, as_of: date) -> Judged:
    """Local default: 1000万 to below 2000万 of main revenue, not above scale."""
    if firm["industry_code"][0] not in "BCD":
        return NOT_APPLICABLE
    sheet = _Sheet()
    sheet.note("not_holding", not firm["holds_above_scale_industry"])
    sheet.at_least("revenue_min", firm["main_revenue_fen_y1"], 1_000 * WAN)
    sheet.at_most("revenue_max", firm["main_revenue_fen_y1"], 2_000 * WAN - 1)
    return sheet.judged()


def service_reserve(firm: Firm, as_of: date) -> Judged:
    """Local default: from half of the class's line to below it, not above scale."""
    line = _service_line(firm["industry_code"])
    if line is None:
        return NOT_APPLICABLE
    sheet = _Sheet()
    sheet.note("not_holding", not firm["holds_above_scale_service"])
    sheet.at_least("revenue_min", firm["revenue_fen_y1"], line // 2)
    sheet.at_most("revenue_max", firm["revenue_fen_y1"], line - 1)
    return sheet.judged()


def _grew(newest: int, base: int, *, percent: int, years: int, strict: bool = False) -> bool:
    """Whether base × (1 + percent) ** years is reached; nothing grows from nothing."""
    if base <= 0:
        return False
    left, right = newest * 100**years, base * (100 + percent) ** years
    return left > right if strict else left >= right


def _young(firm: Firm, as_of: date, years: int, *, strict: bool = False) -> tuple[bool, int]:
    last_day = _years_later(firm["registered_on"], years) - timedelta(days=int(strict))
    return as_of <= last_day, (as_of - last_day).days


def _national(firm: Firm, as_of: date, periods: int) -> Judged:
    sheet = _Sheet()
    sheet.note("age_max", *_young(firm, as_of, 15))
    sales, staff = (
        [firm[f"{name}_y{back}"] for back in (1, periods + 1)] for name in ("revenue_fen", "employees")
    )
    by_sales = sales[1] >= 1_000 * WAN and _grew(*sales, percent=20, years=periods)
    by_staff = staff[1] >= 100 and _grew(*staff, percent=30, years=periods)
    sheet.note("growth", by_sales or by_staff or (_young(firm, as_of, 10)[0] and sales[0] >= 10 * YI))
    return sheet.judged()


def gb41464(firm: Firm, as_of: date) -> Judged:
    """GB/T 41464—2022, three growth periods."""
    return _national(firm, as_of, 3)


def gb41464_4(firm: Firm, as_of: date) -> Judged:
    """GB/T 41464—2022, four growth periods."""
    return _national(firm, as_of, 4)


def _staff(firm: Firm) -> tuple[int, int]:
    return firm["employees_y1"], firm["employees_y4"]


def oecd2007(firm: Firm, as_of: date) -> Judged:
    """More than 20% a year by staff or turnover, ten at the start, at most five years old."""
    sheet = _Sheet()
    sheet.note("age_max", *_young(firm, as_of, 5))
    sheet.note("employees_start", firm["employees_y4"] >= 10)
    sales = (firm["revenue_fen_y1"], firm["revenue_fen_y4"])
    by_staff = _grew(*_staff(firm), percent=20, years=3, strict=True)
    sheet.note("growth", by_staff or _grew(*sales, percent=20, years=3, strict=True))
    return sheet.judged()


def eurostat(firm: Firm, as_of: date, *, strict: bool = False) -> Judged:
    """10% a year by staff, ten at the start, at most five years old; or each of these strictly."""
    sheet = _Sheet()
    sheet.note("age_max", *_young(firm, as_of, 5, strict=strict))
    sheet.note("employees_start", firm["employees_y4"] >= 10)
    sheet.note("growth", _grew(*_staff(firm), percent=10, years=3, strict=strict))
    return sheet.judged()


def eurostat_strict(firm: Firm, as_of: date) -> Judged:
    """The reading of Ireland."""
    return eurostat(firm, as_of, strict=True)


def _unicorn(firm: Firm, since: date) -> Judged:
    sheet = _Sheet()
    sheet.note("registered", firm["registered_on"] >= since)
    sheet.results |= {"valuation": JUDGEMENT, "private_investment": JUDGEMENT}
    return sheet.judged()


TIERS: dict[str, Callable[[Firm, date], Judged]] = {
    "gazelle@gb41464": gb41464,
    "gazelle@gb41464_4": gb41464_4,
    "gazelle@oecd2007": oecd2007,
    "gazelle@eurostat": eurostat,
    "gazelle@eurostat_strict": eurostat_strict,
    "unicorn": lambda firm, _: _unicorn(firm, date(2013, 1, 1)),
    "unicorn@potential": lambda firm, _: _unicorn(firm, date(2014, 1, 1)),
    "unicorn@seed": lambda firm, _: _unicorn(firm, date(2019, 1, 1)),
    "industry_reserve": industry_reserve,
    "service_reserve": service_reserve,
    "above_scale_industry": above_scale_industry,
    "above_scale_service": above_scale_service,
}


def evaluate(firm: Firm, as_of: date) -> dict[str, Judged]:
    """What each of these says of one firm on a day."""
    return {key: judge(firm, as_of) for key, judge in TIERS.items()}
