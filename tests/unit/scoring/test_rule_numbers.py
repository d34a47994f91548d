"""Every number of criteria.md for the science ladder is in the rule files, with the operator as printed."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.rulebook import load_rulebook
from scoring.rules_model import PointsTable, RuleSet

TODAY = date(2026, 11, 22)
WAN, YI = 10_000, 100_000_000  # CNY
Numbers = dict[str, tuple[Any, ...]]

# Tier -> criterion -> word, operator, numbers, what is compared.
TECH_SME: Numbers = {
    "resident": ("flag", "", True, "is_resident"),
    "employees_max": ("amount", "<=", 500, "employees"),
    "revenue_max": ("amount", "<=", 2 * YI, "revenue_cny"),
    "assets_max": ("amount", "<=", 2 * YI, "total_assets_cny"),
    "industry_allowed": ("flag", "", False, "is_industry_excluded"),
    "integrity": ("flags", "", False, ("had_serious_incident", "has_bad_credit")),
    "points_min": ("points", ">=", 60, None),
    "tech_staff_points": ("points_part", ">", 0, "tech_staff"),
}
HNTE: Numbers = {
    "age": ("age", ">=", 365, "days"),
    "field": ("flag", "", True, "hitech_field_listed"),
    "tech_staff_ratio": ("share", ">=", "0.10", ("tech_staff", "employees", 1)),
    "rd_ratio": (
        "share",
        ">=",
        ((5_000 * WAN, "0.05"), (2 * YI, "0.04"), (None, "0.03")),
        ("rd_expense_cny", "revenue_cny", 3),
    ),
    "rd_domestic_share": ("share", ">=", "0.60", ("rd_domestic_cny", "rd_expense_cny", 3)),
    "hitech_income_share": ("share", ">=", "0.60", ("hitech_income_cny", "total_income_cny", 1)),
    "integrity": ("flag", "", False, "had_serious_incident"),
    "innovation_points": ("points", ">", 70, None),
}
GAZELLE: Numbers = {
    "age_max": ("age", "<=", 15, "years"),
    "revenue_max": ("amount", "<", 5 * YI, "revenue_cny"),
    "growth": ("mean_growth", ">=", "0.15", ("revenue_cny", "total_profit_cny")),
    "rd_ratio": ("share", ">=", "0.04", ("rd_expense_cny", "revenue_cny", 1)),
}
LEADING: Numbers = {
    "holds_hnte": ("holds", "", True, "hnte"),
    "revenue_min": ("amount", ">", 50 * YI, "revenue_cny"),
    "rd_ratio": ("share", ">", "0.03", ("rd_expense_cny", "revenue_cny", 1)),
    "rd_staff_ratio": ("share", ">", "0.10", ("rd_staff", "employees", 1)),
    "core_ip_count": ("count", ">=", 100, ("class1_ip", "class2_ip")),
    "lead_role": ("judgement", "", None, None),
}
INCLUSIVE: Numbers = {
    name: (word, ">=" if operator == ">" else operator, *rest)
    for name, (word, operator, *rest) in LEADING.items()
}
HNTE_RESERVE: Numbers = {
    "not_holding": ("holds", "", False, "hnte"),
    "age": ("age", ">=", 180, "days"),
    "field": ("flag", "", True, "hitech_field_listed"),
    "integrity": ("flags", "", False, ("had_serious_incident", "has_bad_credit")),
    "hnte_gates": (
        "unmet_at_most",
        "",
        2,
        ("tech_staff_ratio", "rd_ratio", "rd_domestic_share", "hitech_income_share"),
    ),
}
LEADING_RESERVE: Numbers = {
    "holds_hnte": ("holds", "", True, "hnte"),
    "not_holding": ("holds", "", False, "leading"),
    "revenue_min": ("amount", ">=", 5 * YI, "revenue_cny"),
    "rd_ratio": ("share", ">=", "0.03", ("rd_expense_cny", "revenue_cny", 1)),
    "rd_staff_ratio": ("share", ">=", "0.10", ("rd_staff", "employees", 1)),
    "core_ip_count": ("count", ">=", 20, ("class1_ip", "class2_ip")),
}
EXPECTED = {
    "tech_sme": TECH_SME,
    "hnte": HNTE,
    "gazelle": GAZELLE,
    "leading": LEADING,
    "leading@inclusive": INCLUSIVE,
    "hnte_reserve": HNTE_RESERVE,
    "leading_reserve": LEADING_RESERVE,
}
# Criteria made of several words; they are looked at one by one below.
COMBINED = {("hnte", "core_ip"), ("hnte_reserve", "ip_count")}


def rule_set(key: str) -> RuleSet:
    return next(entry for entry in load_rulebook().in_force(TODAY) if entry.key == key)


def number(args: dict[str, Any]) -> Any:
    """The threshold of a criterion, in CNY, heads, days, years or as a share."""
    if "ladder" in args:
        return tuple((step.get("up_to"), step["value"]) for step in args["ladder"])
    return args.get("value", args.get("days", args.get("years", args.get("is"))))


def compared(args: dict[str, Any]) -> Any:
    """What the threshold is for."""
    if "numerator" in args:
        return args["numerator"], args["denominator"], args.get("years", 1)
    if "days" in args or "years" in args:
        return "days" if "days" in args else "years"
    names = args.get("facts", args.get("criteria"))
    return tuple(names) if names else args.get("fact", args.get("tier", args.get("part")))


def exact(value: Any) -> Any:
    """Shares are written as text above, because a float is not what the file says."""
    if isinstance(value, str):
        return Decimal(value)
    return tuple(map(exact, value)) if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("key", "name"), [(key, name) for key, criteria in EXPECTED.items() for name in criteria]
)
def test_the_criterion_is_as_printed(key, name):
    word, operator, threshold, about = EXPECTED[key][name]
    criterion = rule_set(key).criterion(name)

    assert (criterion.word, criterion.operator) == (word, operator)
    assert number(criterion.args) == exact(threshold)
    assert compared(criterion.args) == about


def test_no_criterion_is_left_out_and_none_is_invented():
    for key, criteria in EXPECTED.items():
        ids = {criterion.id for criterion in rule_set(key).criteria}
        assert ids - set(criteria) == {name for tier, name in COMBINED if tier == key}
        assert set(criteria) <= ids


def test_criteria_made_of_several_words():
    core, count = (rule_set("hnte").criterion("core_ip"), rule_set("hnte_reserve").criterion("ip_count"))

    assert core.word == "all_of"
    assert core.args["parts"] == [
        {"word": "flag", "fact": "owns_core_ip", "is": True},
        {"word": "count", "facts": ["class1_ip", "class2_ip"], "operator": ">=", "value": 1},
    ]
    assert count.word == "any_of"
    assert count.args["parts"] == [
        {"word": "count", "facts": ["class1_ip"], "operator": ">=", "value": 1},
        {"word": "count", "facts": ["class2_ip"], "operator": ">=", "value": 3},
    ]


def test_the_gazelle_research_line_is_asked_below_1yi_only():
    assert rule_set("gazelle").criterion("rd_ratio").args["asked_below"] == {
        "fact": "revenue_cny",
        "value": YI,
    }


def test_the_gazelle_reserve_is_a_softer_gazelle():
    reserve = rule_set("gazelle_reserve")

    assert reserve.is_local
    assert reserve.criterion("growth").args["value"] == Decimal("0.08")
    assert reserve.criterion("growth").args["facts"] == ["revenue_cny", "total_profit_cny"]
    assert (reserve.criterion("revenue_min").operator, reserve.criterion("revenue_min").args["value"]) == (
        ">=",
        500 * WAN,
    )
    assert (reserve.criterion("revenue_max").operator, reserve.criterion("revenue_max").args["value"]) == (
        "<",
        5 * YI,
    )


def bands(table: PointsTable) -> list[tuple[Any, ...]]:
    return [(band.at, band.is_strict, band.lo, band.hi) for band in table.bands]


def shares(*rows: tuple[int, int, int]) -> list[tuple[Any, ...]]:
    """Rows of (percent, lowest points, highest points)."""
    return [(Fraction(percent, 100), False, lo, hi) for percent, lo, hi in rows]


def part(key: str, name: str) -> Any:
    points = rule_set(key).points
    assert points is not None
    assert points.maximum == 100
    return next(entry for entry in points.parts if entry.id == name)


def test_tech_sme_points_are_those_of_article_7():
    staff, research, results = (part("tech_sme", name) for name in ("tech_staff", "rd", "achievements"))

    assert (staff.maximum, research.maximum, results.maximum) == (20, 50, 30)
    assert bands(staff.tables[0]) == shares((30, 20, 20), (25, 16, 16), (20, 12, 12), (15, 8, 8), (10, 4, 4))
    by_sales, by_costs = research.tables
    assert (by_sales.numerator, by_sales.denominator) == ("rd_expense_cny", "revenue_cny")
    assert bands(by_sales) == shares((6, 50, 50), (5, 40, 40), (4, 30, 30), (3, 20, 20), (2, 10, 10))
    assert (by_costs.numerator, by_costs.denominator) == ("rd_expense_cny", "cost_expense_cny")
    assert bands(by_costs) == shares((30, 50, 50), (25, 40, 40), (20, 30, 30), (15, 20, 20), (10, 10, 10))
    assert research.combine == results.combine == "best"
    assert bands(results.tables[0]) == [(1, False, 30, 30)]
    assert bands(results.tables[1]) == [
        (4, False, 24, 24),
        (3, False, 18, 18),
        (2, False, 12, 12),
        (1, False, 6, 6),
    ]


def test_hnte_points_are_those_of_the_guide():
    rights, transformation, organisation, growth = (
        part("hnte", name) for name in ("intellectual_property", "transformation", "organisation", "growth")
    )

    assert (rights.maximum, transformation.maximum, organisation.maximum, growth.maximum) == (30, 30, 20, 20)
    assert (rights.judged, transformation.judged, organisation.judged, growth.judged) == (24, 0, 20, 0)
    assert bands(rights.tables[0]) == [(1, False, 7, 8)]
    assert bands(rights.tables[1]) == [(5, False, 5, 6), (3, False, 3, 4), (1, False, 1, 2)]
    assert transformation.tables[0].per_years == 3
    assert bands(transformation.tables[0]) == [
        (5, False, 25, 30), (4, False, 19, 24), (3, False, 13, 18), (2, False, 7, 12), (1, False, 1, 6),
    ]  # fmt: skip
    assert growth.combine == "sum"
    assert [table.fact for table in growth.tables] == ["net_assets_cny", "revenue_cny"]
    for table in growth.tables:
        assert bands(table) == [*shares((35, 9, 10), (25, 7, 8), (15, 5, 6), (5, 3, 4)), (0, True, 1, 2)]


def test_the_direct_route_has_the_four_doors_of_article_8():
    direct = rule_set("tech_sme").direct

    assert direct is not None
    assert {condition.column for condition in direct.any_of} == {
        "holds_hnte", "national_award_top3_5y", "has_provincial_rd_org", "led_standard_5y",
    }  # fmt: skip
    assert direct.waives == {"points_min", "tech_staff_points"}


@pytest.mark.parametrize(
    ("name", "starts", "document"),
    [
        ("TSME-2017", date(2017, 5, 3), "国科发政〔2017〕115号"),
        ("HNTE-2016", date(2016, 1, 1), "国科发火〔2016〕32号、〔2016〕195号"),
        ("NEWSPECIES-2021", date(2021, 9, 1), "湖北省科创“新物种”企业培育计划实施方案（2021）"),
        ("LEAD-HB-2021", date(2021, 1, 1), "湖北省科技领军企业培育实施方案（2021）"),
        ("LEAD-HB-2021-INCL", date(2021, 1, 1), "湖北省科技领军企业培育实施方案（2021）"),
    ],
)
def test_documents_and_days(name, starts, document):
    entry = load_rulebook().get(name)

    assert (entry.effective_from, entry.effective_to, entry.document) == (starts, None, document)
    assert entry.grade in {"A", "B", "C"}
    assert entry.checked_on == TODAY


def test_every_criterion_says_what_is_printed_in_both_languages():
    for entry in load_rulebook().rule_sets:
        for criterion in entry.criteria:
            texts = (
                criterion.printed,
                criterion.printed_en,
                criterion.label,
                criterion.label_en,
                criterion.article,
            )
            assert all(text.strip() for text in texts)
            assert all(ord(letter) < 0x2E80 for letter in criterion.printed_en + criterion.label_en)
