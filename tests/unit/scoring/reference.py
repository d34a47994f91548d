"""One enterprise with complete facts, judged in plain Python: the second opinion on the engine.

Written from vocabulary.md and criteria.md of the domain, not from the rule
files or the engine, and importing neither. A firm is a dict keyed like the
facts frame: money in integer 分, ``_y1`` last year, ``holds_<tier>``. Every
fact is there, except what may be absent by its meaning: ``expert_*`` (experts
have not scored) and ``core_ip_total`` (then Ⅰ plus Ⅱ).

Every comparison is of integers, cross-multiplied, so nothing is rounded.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

Firm = Mapping[str, Any]

WAN, YI = 1_000_000, 10_000_000_000  # 1万元 and 1亿元 in 分
MET, NOT_MET, JUDGEMENT, WAIVED = "met", "not_met", "judgement", "not_applicable"


class Judged(NamedTuple):
    """What one tier says: the verdict, each criterion's result, and the gaps of those not met."""

    verdict: str
    results: dict[str, str]
    gaps: dict[str, int]
    points: tuple[int, int] | None = None
    route: str | None = None


class _Sheet:
    """Collects results and gaps of one tier."""

    def __init__(self) -> None:
        self.results: dict[str, str] = {}
        self.gaps: dict[str, int] = {}

    def note(self, name: str, ok: bool, gap: int | None = None) -> None:
        self.results[name] = MET if ok else NOT_MET
        if not ok and gap is not None:
            self.gaps[name] = gap

    def at_least(self, name: str, value: int, limit: int) -> None:
        self.note(name, value >= limit, limit - value)

    def at_most(self, name: str, value: int, limit: int) -> None:
        self.note(name, value <= limit, value - limit)

    def share(self, name: str, top: int, bottom: int, percent: int, *, strict: bool = False) -> None:
        """``top / bottom`` against whole percents; nothing is a share of zero."""
        if bottom <= 0:
            self.note(name, ok=False)
            return
        least = bottom * percent // 100 + 1 if strict else -(-bottom * percent // 100)
        self.note(name, top >= least, least - top)

    def judged(self, points: tuple[int, int] | None = None, route: str | None = None) -> Judged:
        found = self.results.values()
        if NOT_MET in found:
            verdict = "not_eligible"
        else:
            verdict = "needs_judgement" if JUDGEMENT in found else "eligible"
        return Judged(verdict, self.results, self.gaps, points, route)


def _years_later(day: date, years: int) -> date:
    """The same day years on; a 29 February ends with February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def _three_years(firm: Firm, column: str) -> int:
    total: int = firm[f"{column}_y1"] + firm[f"{column}_y2"] + firm[f"{column}_y3"]
    return total


# 科技型中小企业, 115号 -------------------------------------------------------------------------------

_STAFF_BANDS = ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
_SALES_BANDS = ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
_COST_BANDS = ((30, 50), (25, 40), (20, 30), (15, 20), (10, 10))
_CLASS2_POINTS = (0, 6, 12, 18, 24)
_DOORS = ("holds_hnte", "national_award_top3_5y", "has_provincial_rd_org", "led_standard_5y")


def _banded(top: int, bottom: int, bands: tuple[tuple[int, int], ...]) -> int:
    if bottom <= 0:
        return 0
    for percent, points in bands:
        if top * 100 >= percent * bottom:
            return points
    return 0


def tech_sme(firm: Firm, as_of: date) -> Judged:
    """115号 Art. 6 to 8."""
    sheet = _Sheet()
    sheet.note("resident", firm["is_resident"])
    sheet.at_most("employees_max", firm["employees_y1"], 500)
    sheet.at_most("revenue_max", firm["revenue_fen_y1"], 2 * YI)
    sheet.at_most("assets_max", firm["total_assets_fen_y1"], 2 * YI)
    sheet.note("industry_allowed", not firm["is_industry_excluded"])
    sheet.note("integrity", not (firm["had_serious_incident"] or firm["has_bad_credit"]))
    staff = _banded(firm["tech_staff_y1"], firm["employees_y1"], _STAFF_BANDS)
    research = max(
        _banded(firm["rd_expense_fen_y1"], firm["revenue_fen_y1"], _SALES_BANDS),
        _banded(firm["rd_expense_fen_y1"], firm["cost_expense_fen_y1"], _COST_BANDS),
    )
    results = 30 if firm["class1_ip"] else _CLASS2_POINTS[min(firm["class2_ip"], 4)]
    total = staff + research + results
    if any(firm[door] for door in _DOORS):
        sheet.results |= {"points_min": WAIVED, "tech_staff_points": WAIVED}
        return sheet.judged((total, total), "direct")
    sheet.at_least("points_min", total, 60)
    sheet.share("tech_staff_points", firm["tech_staff_y1"], firm["employees_y1"], 10)
    return sheet.judged((total, total), "points")


# 高新技术企业, 32号 and 195号 -----------------------------------------------------------------------

_GROWTH_BANDS = ((35, 9, 10), (25, 7, 8), (15, 5, 6), (5, 3, 4))


def _growth_points(first: int, second: int, third: int) -> tuple[int, int]:
    """195号: a second year of 0 gives 0; a first year of 0 leaves the last two; a negative base is judged."""
    if second == 0:
        return (0, 0)
    if first < 0 or second < 0:
        return (0, 10)
    # The mean of two ratios less one is top / bottom - 1.
    if first == 0:
        top, bottom = third, second
    else:
        top, bottom = second * second + first * third, 2 * first * second
    for percent, low, high in _GROWTH_BANDS:
        if top * 100 >= (100 + percent) * bottom:
            return (low, high)
    return (1, 2) if top > bottom else (0, 0)


def _right_points(firm: Firm) -> tuple[int, int]:
    second = firm["class2_ip"]
    if firm["class1_ip"] >= 1:
        low, high = 7, 8
    elif second >= 5:
        low, high = 5, 6
    elif second >= 3:
        low, high = 3, 4
    else:
        low, high = (1, 2) if second >= 1 else (0, 0)
    return (low, min(high + 24, 30))


def _transformation_points(projects: int) -> tuple[int, int]:
    for yearly, low, high in ((5, 25, 30), (4, 19, 24), (3, 13, 18), (2, 7, 12), (1, 1, 6)):
        if projects >= 3 * yearly:
            return (low, high)
    return (0, 0)


def innovation_points(firm: Firm) -> tuple[int, int]:
    """The range of 195号's 100 points; what experts have scored is taken as given."""
    net = _growth_points(*(firm[f"net_assets_fen_y{year}"] for year in (3, 2, 1)))
    sales = _growth_points(*(firm[f"revenue_fen_y{year}"] for year in (3, 2, 1)))
    computed = {
        "intellectual_property": _right_points(firm),
        "transformation": _transformation_points(firm["transformations_3y"]),
        "organisation": (0, 20),
        "growth": (net[0] + sales[0], net[1] + sales[1]),
    }
    low = high = 0
    for block, (least, most) in computed.items():
        scored = firm[f"expert_{block}"]
        low += least if scored is None else scored
        high += most if scored is None else scored
    return (low, high)


def hnte(firm: Firm, as_of: date) -> Judged:
    """32号 Art. 11."""
    sheet = _Sheet()
    sheet.at_least("age", (as_of - firm["registered_on"]).days, 365)
    rights = firm["class1_ip"] + firm["class2_ip"]
    # A right more does not help whoever does not own the core ones.
    sheet.note("core_ip", firm["owns_core_ip"] and rights >= 1, 1 if firm["owns_core_ip"] else None)
    sheet.note("field", firm["hitech_field_listed"])
    _numeric_gates(sheet, firm)
    sheet.note("integrity", not firm["had_serious_incident"])
    points = innovation_points(firm)
    if points[0] <= 70 < points[1]:
        sheet.results["innovation_points"] = JUDGEMENT
    else:
        sheet.at_least("innovation_points", points[1], 71)
    return sheet.judged(points)


def _numeric_gates(sheet: _Sheet, firm: Firm) -> None:
    sheet.share("tech_staff_ratio", firm["tech_staff_y1"], firm["employees_y1"], 10)
    last = firm["revenue_fen_y1"]
    percent = 5 if last <= 5_000 * WAN else 4 if last <= 2 * YI else 3
    research = _three_years(firm, "rd_expense_fen")
    sheet.share("rd_ratio", research, _three_years(firm, "revenue_fen"), percent)
    sheet.share("rd_domestic_share", _three_years(firm, "rd_domestic_fen"), research, 60)
    sheet.share("hitech_income_share", firm["hitech_income_fen_y1"], firm["total_income_fen_y1"], 60)


# 瞪羚, 科技领军 -----------------------------------------------------------------------------------


def _mean_growth(sheet: _Sheet, firm: Firm, percent: int) -> None:
    """Sales or total profit; a base at or below zero cannot be computed and is left to a person."""
    oks: list[bool] = []
    gaps: list[int] = []
    for column in ("revenue_fen", "total_profit_fen"):
        third, second, first = (firm[f"{column}_y{year}"] for year in (1, 2, 3))
        if first <= 0 or second <= 0:
            continue
        # The third year C that just does it: B/A + C/B = 2 + 2r, that is C = B (2A + 2rA - B) / A.
        least = -(-second * ((200 + 2 * percent) * first - 100 * second) // (100 * first))
        oks.append(third >= least)
        gaps.append(least - third)
    if any(oks):
        sheet.note("growth", ok=True)
    elif len(oks) == 2:
        sheet.note("growth", ok=False, gap=min(gaps))
    else:
        sheet.results["growth"] = JUDGEMENT


def _not_older_than(sheet: _Sheet, firm: Firm, as_of: date, years: int) -> None:
    last_day = _years_later(firm["registered_on"], years)
    sheet.note("age_max", as_of <= last_day, (as_of - last_day).days)


def gazelle(firm: Firm, as_of: date) -> Judged:
    """Hubei 新物种, 2021."""
    sheet = _Sheet()
    last = firm["revenue_fen_y1"]
    _not_older_than(sheet, firm, as_of, 15)
    sheet.at_most("revenue_max", last, 5 * YI - 1)
    _mean_growth(sheet, firm, 15)
    if last < YI:
        sheet.share("rd_ratio", firm["rd_expense_fen_y1"], last, 4)
    else:
        sheet.results["rd_ratio"] = JUDGEMENT
    return sheet.judged()


def _rights(firm: Firm) -> int:
    total: int | None = firm["core_ip_total"]
    return firm["class1_ip"] + firm["class2_ip"] if total is None else total


def leading(firm: Firm, as_of: date, *, strict: bool = True) -> Judged:
    """Hubei leading firms, 2021: 过 and 超 read strictly, or including the number."""
    sheet = _Sheet()
    sheet.note("holds_hnte", firm["holds_hnte"])
    sheet.at_least("revenue_min", firm["revenue_fen_y1"], 50 * YI + int(strict))
    sheet.share("rd_ratio", firm["rd_expense_fen_y1"], firm["revenue_fen_y1"], 3, strict=strict)
    sheet.share("rd_staff_ratio", firm["rd_staff_y1"], firm["employees_y1"], 10, strict=strict)
    sheet.at_least("core_ip_count", _rights(firm), 100)
    sheet.results["lead_role"] = JUDGEMENT
    return sheet.judged()


def leading_inclusive(firm: Firm, as_of: date) -> Judged:
    """The other reading of the press words."""
    return leading(firm, as_of, strict=False)


# The local reserves ---------------------------------------------------------------------------------


def hnte_reserve(firm: Firm, as_of: date) -> Judged:
    """Local default: not certified, 180 days, one Ⅰ or three Ⅱ, at most two numeric gates unmet."""
    sheet = _Sheet()
    sheet.note("not_holding", not firm["holds_hnte"])
    sheet.at_least("age", (as_of - firm["registered_on"]).days, 180)
    first, second = firm["class1_ip"], firm["class2_ip"]
    sheet.note("ip_count", first >= 1 or second >= 3, min(1 - first, 3 - second))
    sheet.note("field", firm["hitech_field_listed"])
    sheet.note("integrity", not (firm["had_serious_incident"] or firm["has_bad_credit"]))
    gates = _Sheet()
    _numeric_gates(gates, firm)
    unmet = sum(result == NOT_MET for result in gates.results.values())
    sheet.at_most("hnte_gates", unmet, 2)
    return sheet.judged()


def gazelle_reserve(firm: Firm, as_of: date) -> Judged:
    """Local default: a valid high-tech firm of 500万 to 5亿 growing by 8%."""
    sheet = _Sheet()
    sheet.note("holds_hnte", firm["holds_hnte"])
    sheet.note("not_holding", not firm["holds_gazelle"])
    _not_older_than(sheet, firm, as_of, 15)
    sheet.at_least("revenue_min", firm["revenue_fen_y1"], 500 * WAN)
    sheet.at_most("revenue_max", firm["revenue_fen_y1"], 5 * YI - 1)
    _mean_growth(sheet, firm, 8)
    return sheet.judged()


def leading_reserve(firm: Firm, as_of: date) -> Judged:
    """Local default: ≥5亿, ≥3%, ≥10%, ≥20项."""
    sheet = _Sheet()
    sheet.note("holds_hnte", firm["holds_hnte"])
    sheet.note("not_holding", not firm["holds_leading"])
    sheet.at_least("revenue_min", firm["revenue_fen_y1"], 5 * YI)
    sheet.share("rd_ratio", firm["rd_expense_fen_y1"], firm["revenue_fen_y1"], 3)
    sheet.share("rd_staff_ratio", firm["rd_staff_y1"], firm["employees_y1"], 10)
    sheet.at_least("core_ip_count", _rights(firm), 20)
    return sheet.judged()


TIERS: dict[str, Callable[[Firm, date], Judged]] = {
    "tech_sme": tech_sme,
    "hnte_reserve": hnte_reserve,
    "hnte": hnte,
    "gazelle_reserve": gazelle_reserve,
    "gazelle": gazelle,
    "leading_reserve": leading_reserve,
    "leading": leading,
    "leading@inclusive": leading_inclusive,
}


def evaluate(firm: Firm, as_of: date, tiers: tuple[str, ...] = tuple(TIERS)) -> dict[str, Judged]:
    """What every tier (by its key) says of one firm on a day."""
    return {tier: TIERS[tier](firm, as_of) for tier in tiers}
