"""The specialised line and 规上, judged in plain Python: the second opinion beside the science ladder.

Like `reference`, written from vocabulary.md and criteria.md and not from the
rule files. Facts are complete, except ``market_position_ok`` and
``is_key_link``, which a person judges when nobody told them.
"""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from tests.unit.scoring.reference import JUDGEMENT, WAIVED, WAN, YI, Firm, Judged, _Sheet

NOT_APPLICABLE = Judged("not_applicable", {}, {})


def _share(top: int, bottom: int) -> Fraction | None:
    return Fraction(top, bottom) if bottom > 0 else None


def _points(value: Fraction | None, *bands: tuple[int, int]) -> int:
    """The points of the first band (percent, points) that a share reaches; none over nothing."""
    if value is None:
        return 0
    return next((points for percent, points in bands if value * 100 >= percent), 0)


def _points_below(value: Fraction | None, *bands: tuple[int, int]) -> int:
    if value is None:
        return 0
    return next((points for percent, points in bands if value * 100 <= percent), 0)


def _excess(sheet: _Sheet, name: str, top: int, bottom: int, percent: int) -> None:
    """An upper limit of a share; nothing is a share of zero, and no change of the top mends that."""
    if bottom <= 0:
        sheet.note(name, ok=False)
        return
    most = bottom * percent // 100
    sheet.note(name, top <= most, top - most)


# 创新型中小企业, 63号 附件1 -------------------------------------------------------------------------


def _innovative_blocks(firm: Firm) -> tuple[int, int, int]:
    if firm["class1_ip_high_value"] >= 1:
        rights = 20
    elif firm["class1_ip_self_developed"] >= 1:
        rights = 15
    else:
        rights = 10 if firm["class1_ip"] >= 1 else 5 if firm["class2_ip"] >= 1 else 0
    research = _share(firm["rd_expense_fen_y1"], firm["revenue_fen_y1"])
    newest, before = firm["main_revenue_fen_y1"], firm["main_revenue_fen_y2"]
    growth = _share(newest - before, before)
    debt = _share(firm["total_liabilities_fen_y1"], firm["total_assets_fen_y1"])
    main = _share(newest, firm["revenue_fen_y1"])
    return (
        rights + _points(research, (5, 20), (3, 15), (2, 10), (1, 5)),
        _points(growth, (15, 20), (10, 15), (5, 10), (0, 5)) + _points_below(debt, (55, 10), (75, 5)),
        (10 if firm["is_strategic_emerging"] else 5) + _points(main, (70, 20), (60, 15), (55, 10), (50, 5)),
    )


def innovative_sme(firm: Firm, as_of: date) -> Judged:
    """60 points with 20, 15 and 15 of the blocks, or a door of the direct route."""
    innovation, growth, special = _innovative_blocks(firm)
    total = innovation + growth + special
    sheet = _Sheet()
    names = ("points_min", "innovation_points", "growth_points", "specialisation_points")
    is_direct = (
        firm["holds_hnte"]
        or firm["science_award_3y"]
        or firm["has_provincial_rd_org"]
        or firm["equity_raised_3y_fen"] >= 500 * WAN
    )
    if is_direct:
        sheet.results |= dict.fromkeys(names, WAIVED)
        return sheet.judged((total, total), "direct")
    for name, have, wanted in zip(names, (total, innovation, growth, special), (60, 20, 15, 15), strict=True):
        sheet.at_least(name, have, wanted)
    return sheet.judged((total, total), "points")


# 专精特新中小企业 -----------------------------------------------------------------------------------

_RESEARCH = ((500, 10, 10), (400, 8, 8), (300, 6, 6), (200, 4, 4), (100, 3, 2))
_BODY = {"national": 10, "provincial": 8, "city": 4, "below_city": 2, "none": 0}


def _mean_growth_points(firm: Firm) -> tuple[int, int]:
    third, second, first = (firm[f"main_revenue_fen_y{year}"] for year in (1, 2, 3))
    if first <= 0 or second <= 0:
        return (0, 10)
    rate = (Fraction(second - first, first) + Fraction(third - second, second)) / 2
    points = _points(rate, (10, 10), (8, 8), (6, 6), (4, 4), (0, 2))
    return (points, points)


def _srdi_2022_points(firm: Firm) -> tuple[int, int]:
    revenue, research = firm["revenue_fen_y1"], firm["rd_expense_fen_y1"]
    growth = _mean_growth_points(firm)
    fixed = _points(_share(firm["main_revenue_fen_y1"], revenue), (80, 5), (70, 3), (60, 1))
    fixed += min(firm["niche_years"] // 2, 5)
    fixed += {"gap_filled": 5, "six_bases": 3, "none": 0}[firm["niche_field"]]
    fixed += 5 if firm["digital_level"] >= 3 else 3 if firm["digital_level"] == 2 else 0
    fixed += min(3 * firm["quality_items"], 5)
    fixed += _points(_share(firm["net_profit_fen_y1"], revenue), (10, 10), (8, 8), (6, 6), (4, 4), (2, 2))
    debt = _share(firm["total_liabilities_fen_y1"], firm["total_assets_fen_y1"])
    fixed += _points_below(debt, (50, 5), (60, 3), (70, 1))
    fixed += firm["local_special_points"]
    if firm["class1_ip_high_value"] >= 1:
        fixed += 10
    elif firm["class1_ip_self_developed"] >= 1:
        fixed += 8
    else:
        fixed += 6 if firm["class1_ip"] >= 1 else 2 if firm["class2_ip"] >= 1 else 0
    by_amount = next((points for wan, _, points in _RESEARCH if research >= wan * WAN), 0)
    by_share = _points(_share(research, revenue), *((percent, points) for _, percent, points in _RESEARCH))
    fixed += max(by_amount, by_share)
    fixed += _points(_share(firm["rd_staff_y1"], firm["employees_y1"]), (20, 5), (10, 3), (5, 1))
    fixed += _BODY[firm["rd_org_level"]]
    return (fixed + growth[0], fixed + growth[1])


def srdi_2022(firm: Firm, as_of: date) -> Judged:
    """63号 附件2."""
    sheet = _Sheet()
    revenue, research = firm["revenue_fen_y1"], firm["rd_expense_fen_y1"]
    sheet.at_least("niche_years", firm["niche_years"], 2)
    sheet.at_least("rd_amount", research, 100 * WAN)
    sheet.share("rd_ratio", research, revenue, 3)
    has_size = revenue >= 1_000 * WAN or firm["equity_raised_2y_fen"] >= 2_000 * WAN
    sheet.note("revenue_or_equity", has_size)
    low, high = _srdi_2022_points(firm)
    is_direct = (
        research + firm["rd_expense_fen_y2"] >= 2_000 * WAN
        or firm["equity_raised_2y_fen"] >= 6_000 * WAN
        or firm["provincial_award_top3_3y"]
        or firm["srdi_direct_route"]
    )
    if is_direct:
        sheet.results["points_min"] = WAIVED
    elif low < 60 <= high:
        sheet.results["points_min"] = JUDGEMENT
    else:
        sheet.at_least("points_min", high, 60)
    return sheet.judged((low, high), "direct" if is_direct else "points")


def _each_year(sheet: _Sheet, firm: Firm) -> None:
    pairs = [(firm[f"rd_expense_fen_y{year}"], firm[f"revenue_fen_y{year}"]) for year in (1, 2)]
    shares = [_share(*pair) for pair in pairs]
    sheet.note("rd_ratio_each_year", all(share is not None and share * 100 >= 3 for share in shares))


def _countable_rights(firm: Firm) -> int:
    count: int = firm["class1_ip"] - firm["class1_ip_transferred_in"] - firm["class1_ip_rank_below_3"]
    return count


def _rights_wanted(sheet: _Sheet, firm: Firm, wanted: int, *, waived: bool) -> None:
    if waived:
        sheet.results["class1_ip"] = WAIVED
    else:
        sheet.at_least("class1_ip", _countable_rights(firm), wanted)


def _told_or_judged(sheet: _Sheet, name: str, told: bool | None) -> None:
    if told is None:
        sheet.results[name] = JUDGEMENT
    else:
        sheet.note(name, told)


def srdi_2026(firm: Firm, as_of: date) -> Judged:
    """2号 附件1."""
    sheet = _Sheet()
    sheet.note("prior_title", firm["holds_tech_sme"] or firm["holds_innovative_sme"])
    sheet.at_least("niche_years", firm["niche_years"], 3)
    has_size = firm["revenue_fen_y1"] >= 1_500 * WAN or firm["equity_raised_2y_fen"] >= 2_000 * WAN
    sheet.note("revenue_or_equity", has_size)
    sheet.share("main_revenue_share", firm["main_revenue_fen_y1"], firm["revenue_fen_y1"], 80)
    _excess(sheet, "debt_ratio", firm["total_liabilities_fen_y1"], firm["total_assets_fen_y1"], 80)
    least = min(firm["rd_expense_fen_y1"], firm["rd_expense_fen_y2"])
    sheet.note("rd_amount_each_year", least >= 100 * WAN)
    _each_year(sheet, firm)
    _rights_wanted(sheet, firm, 1, waived=firm["provincial_award_top3_3y"] or firm["has_provincial_rd_org"])
    _told_or_judged(sheet, "market_position", firm["market_position_ok"])
    sheet.at_least("development_points", firm["development_points"], 50)
    return sheet.judged()


# 专精特新“小巨人”, 2号 附件2 -----------------------------------------------------------------------


def little_giant_2026(firm: Firm, as_of: date) -> Judged:
    """2号 附件2."""
    sheet = _Sheet()
    newest, oldest = firm["revenue_fen_y1"], firm["revenue_fen_y3"]
    sheet.note("prior_title", firm["holds_srdi_sme"])
    sheet.at_least("niche_years", firm["niche_years"], 3)
    sheet.at_least("revenue_min", newest, 5_000 * WAN)
    sheet.share("main_revenue_share", firm["main_revenue_fen_y1"], newest, 90)
    if firm["is_recheck"]:
        sheet.results["revenue_cagr"] = WAIVED
    elif oldest <= 0:
        sheet.results["revenue_cagr"] = JUDGEMENT
    else:
        least = -(-oldest * 105 * 105 // 10_000)
        sheet.note("revenue_cagr", newest >= least, least - newest)
    _excess(sheet, "debt_ratio", firm["total_liabilities_fen_y1"], firm["total_assets_fen_y1"], 75)
    sheet.at_least("rd_two_year_total", firm["rd_expense_fen_y1"] + firm["rd_expense_fen_y2"], 1_200 * WAN)
    _each_year(sheet, firm)
    _rights_wanted(sheet, firm, 4, waived=firm["national_award_top3_3y"])
    sheet.note("market_share", firm["market_share_ppm"] >= 100_000 or firm["domestic_rank"] <= 3)
    _told_or_judged(sheet, "key_link", firm["is_key_link"])
    sheet.at_least("development_points", firm["development_points"], 60)
    return sheet.judged()


# The same by 63号 附件3, until 2026-03-31 and for the rechecks of 2026 -----------------------------


def _mean_main_growth(sheet: _Sheet, firm: Firm, percent: int) -> None:
    third, second, first = (firm[f"main_revenue_fen_y{year}"] for year in (1, 2, 3))
    if first <= 0 or second <= 0:
        sheet.results["main_revenue_growth"] = JUDGEMENT
        return
    least = -(-second * ((200 + 2 * percent) * first - 100 * second) // (100 * first))
    sheet.note("main_revenue_growth", third >= least, least - third)


def _research_by_size(firm: Firm) -> bool:
    revenue = firm["revenue_fen_y1"]
    if revenue >= 5_000 * WAN:
        percent = 3 if revenue >= YI else 6
        years = [_share(firm[f"rd_expense_fen_y{year}"], firm[f"revenue_fen_y{year}"]) for year in (1, 2)]
        return all(share is not None and share * 100 >= percent for share in years)
    staff = _share(firm["rd_staff_y1"], firm["employees_y1"])
    is_funded = firm["equity_raised_2y_fen"] >= 8_000 * WAN and firm["rd_expense_fen_y1"] >= 3_000 * WAN
    return is_funded and staff is not None and staff * 2 >= 1


def little_giant_2022(firm: Firm, as_of: date) -> Judged:
    """63号 附件3, as far as it is published."""
    return _giant_2022(_Sheet(), firm)


def little_giant_recheck(firm: Firm, as_of: date) -> Judged:
    """The same for whoever is rechecked in 2026."""
    sheet = _Sheet()
    sheet.note("recheck", firm["is_recheck"])
    return _giant_2022(sheet, firm)


def _giant_2022(sheet: _Sheet, firm: Firm) -> Judged:
    sheet.at_least("niche_years", firm["niche_years"], 3)
    sheet.share("main_revenue_share", firm["main_revenue_fen_y1"], firm["revenue_fen_y1"], 70)
    _mean_main_growth(sheet, firm, 5)
    sheet.results |= {"management": JUDGEMENT, "own_brand": JUDGEMENT}
    _excess(sheet, "debt_ratio", firm["total_liabilities_fen_y1"], firm["total_assets_fen_y1"], 70)
    sheet.at_least("market_share", firm["market_share_ppm"], 100_000)
    _told_or_judged(sheet, "key_link", firm["is_key_link"])
    if firm["national_award_top3_3y"]:
        sheet.results |= dict.fromkeys(("rd_by_size", "rd_org", "class1_ip"), WAIVED)
        return sheet.judged(route="direct")
    sheet.note("rd_by_size", _research_by_size(firm))
    sheet.note("rd_org", firm["rd_org_level"] != "none")
    sheet.at_least("class1_ip", firm["class1_ip"], 2)
    return sheet.judged()


# 制造业单项冠军 -------------------------------------------------------------------------------------


def champion(firm: Firm, as_of: date) -> Judged:
    """138号: only manufacturers; what is global is for a person."""
    if firm["industry_code"][0] != "C":
        return NOT_APPLICABLE
    sheet = _Sheet()
    if 5 <= firm["niche_years"] < 10:
        sheet.results["niche_years"] = JUDGEMENT
    else:
        sheet.at_least("niche_years", firm["niche_years"], 10)
    total = sum(firm[f"main_revenue_fen_y{year}"] for year in (1, 2, 3))
    is_titled = firm["holds_srdi_sme"] or firm["holds_little_giant"]
    wanted = 3 * (2 if is_titled else 4) * YI
    sheet.at_least("main_revenue_mean", total, wanted)
    sheet.results |= {"market_rank": JUDGEMENT, "technology_level": JUDGEMENT}
    sheet.note("rd_org", firm["rd_org_level"] != "none")
    sheet.note("core_ip", firm["owns_core_ip"])
    return sheet.judged()


def champion_hubei(firm: Firm, as_of: date) -> Judged:
    """The province's trial rule; beyond the national first three a person looks at the provincial rank."""
    if firm["industry_code"][0] != "C":
        return NOT_APPLICABLE
    sheet = _Sheet()
    sheet.note("above_scale", firm["holds_above_scale_industry"])
    sheet.at_least("niche_years", firm["niche_years"], 3)
    sheet.results["product_share"] = JUDGEMENT
    if firm["domestic_rank"] <= 3:
        sheet.note("market_rank", ok=True)
    else:
        sheet.results["market_rank"] = JUDGEMENT
    return sheet.judged()


# 规上 ------------------------------------------------------------------------------------------------


def above_scale_industry(firm: Firm, as_of: date) -> Judged:
    """Sections B, C and D from 2000万 of main revenue."""
    if firm["industry_code"][0] not in "BCD":
        return NOT_APPLICABLE
    sheet = _Sheet()
    sheet.at_least("revenue_min", firm["main_revenue_fen_y1"], 2_000 * WAN)
    return sheet.judged()


def _service_line(code: str) -> int | None:
    section, division, group = code[0], code[1:3], code[1:4]
    if section in "GIN" or division == "84":
        return 2_000 * WAN
    if section in "LMP" or (section == "K" and group != "701"):
        return 1_000 * WAN
    return 500 * WAN if section in "OR" or division == "85" else None


def above_scale_service(firm: Firm, as_of: date) -> Judged:
    """The three-tier list."""
    line = _service_line(firm["industry_code"])
    if line is None:
        return NOT_APPLICABLE
    sheet = _Sheet()
    sheet.at_least("revenue_min", firm["revenue_fen_y1"], line)
    return sheet.judged()


def size_class(firm: Firm) -> str:
    """300号 for industry: the lower of what staff and revenue say."""
    staff, revenue = firm["employees_y1"], firm["revenue_fen_y1"]
    if staff >= 1_000 and revenue >= 4 * YI:
        return "large"
    if staff >= 300 and revenue >= 2_000 * WAN:
        return "medium"
    return "small" if staff >= 20 and revenue >= 300 * WAN else "micro"


TIERS: dict[str, Callable[[Firm, date], Judged]] = {
    "innovative_sme": innovative_sme,
    "srdi_sme": srdi_2026,
    "little_giant": little_giant_2026,
    "little_giant@recheck2026": little_giant_recheck,
    "champion": champion,
    "champion@hubei": champion_hubei,
    "above_scale_industry": above_scale_industry,
    "above_scale_service": above_scale_service,
}
BEFORE_APRIL_2026: dict[str, Callable[[Firm, date], Judged]] = {
    **{key: judge for key, judge in TIERS.items() if "recheck" not in key},
    "srdi_sme": srdi_2022,
    "little_giant": little_giant_2022,
}
BASE_CONDITIONS = frozenset({"sme_size", "integrity", "industry_allowed"})
