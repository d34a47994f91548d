"""What a page says of one enterprise: reasons, what is missing, what to ask first, what changes when."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from scoring.explain import Explanation, Outcome, explain, unpack_missing, unpack_results
from scoring.facts import SCHEMA, label_of
from scoring.rulebook import load_rulebook
from scoring.screening import screen
from scoring.vocabulary import CriterionResult, Route, Verdict

TODAY = date(2026, 11, 22)
# The plain firm of tests/cases/ladder.json: 74 points, every HNTE line met exactly.
PLAIN: dict[str, Any] = {
    "registered_on": date(2016, 5, 10),
    "class1_ip": 1,
    "class2_ip": 2,
    "transformations_3y": 15,
    **dict.fromkeys(("is_industry_excluded", "had_serious_incident", "has_bad_credit"), False),
    **dict.fromkeys(("national_award_top3_5y", "has_provincial_rd_org", "led_standard_5y"), False),
    **dict.fromkeys(("is_resident", "owns_core_ip", "hitech_field_listed"), True),
    **{f"holds_{tier}": False for tier in ("hnte", "gazelle", "leading")},
    "employees_y1": 100,
    "tech_staff_y1": 10,
    "rd_staff_y1": 10,
    "total_assets_fen_y1": 60_000_000_00,
    "cost_expense_fen_y1": 40_000_000_00,
    "total_income_fen_y1": 50_000_000_00,
    "hitech_income_fen_y1": 30_000_000_00,
    "revenue_fen_y3": 40_000_000_00,
    "revenue_fen_y2": 44_000_000_00,
    "revenue_fen_y1": 48_400_000_00,
    "rd_expense_fen_y3": 2_000_000_00,
    "rd_expense_fen_y2": 2_200_000_00,
    "rd_expense_fen_y1": 2_420_000_00,
    "rd_domestic_fen_y3": 1_200_000_00,
    "rd_domestic_fen_y2": 1_320_000_00,
    "rd_domestic_fen_y1": 1_452_000_00,
    "net_assets_fen_y3": 20_000_000_00,
    "net_assets_fen_y2": 22_000_000_00,
    "net_assets_fen_y1": 24_200_000_00,
    "total_profit_fen_y3": 4_000_000_00,
    "total_profit_fen_y2": 4_400_000_00,
    "total_profit_fen_y1": 4_840_000_00,
}


def explained(
    key: str, facts: dict[str, Any] | None = None, *, as_of: date = TODAY, **changes: Any
) -> Explanation:
    """What the tier says of the plain firm with changes, or of ``facts`` alone."""
    row = pl.DataFrame([{**(PLAIN if facts is None else facts), **changes}], schema=SCHEMA)
    return next(
        one for one in explain(row, load_rulebook().in_force(as_of), as_of) if one.rule_set.key == key
    )


def outcome(explanation: Explanation, criterion: str) -> Outcome:
    return next(one for one in explanation.outcomes if one.criterion.id == criterion)


def test_an_eligible_firm_asks_nothing():
    told = explained("tech_sme")

    assert told.verdict is Verdict.ELIGIBLE
    assert (told.points_lo, told.points_hi, told.points_max) == (74, 74, 100)
    assert told.pass_mark == "不低于60分"
    assert told.route is Route.POINTS
    assert (told.failed, told.missing, told.ask_first, told.nearest, told.changes_on) == (
        (),
        (),
        None,
        None,
        None,
    )


def test_components_add_up_to_the_points():
    told = explained("hnte")

    assert [(part.id, part.lo, part.hi, part.maximum) for part in told.components] == [
        ("intellectual_property", 7, 30, 30),
        ("transformation", 25, 30, 30),
        ("organisation", 0, 20, 20),
        ("growth", 6, 8, 20),
    ]
    assert (told.points_lo, told.points_hi) == (38, 88)
    assert all(part.label and part.label_en for part in told.components)


def test_each_criterion_shows_what_was_compared():
    told = explained("hnte", tech_staff_y1=9)

    staff = outcome(told, "tech_staff_ratio")
    assert (staff.result, staff.numerator, staff.denominator, staff.gap) == (
        CriterionResult.NOT_MET,
        9,
        100,
        1,
    )
    research = outcome(told, "rd_ratio")
    assert (research.numerator, research.denominator, research.gap) == (6_620_000_00, 132_400_000_00, None)
    assert told.failed == (staff,)
    assert told.nearest == staff


def test_the_nearest_failure_is_the_smallest_share_of_what_is_needed():
    """One head of ten is 10%, one fen of 30m next to nothing."""
    told = explained("hnte", tech_staff_y1=9, hitech_income_fen_y1=29_999_999_99)

    assert told.nearest is not None
    assert told.nearest.criterion.id == "hitech_income_share"
    assert told.nearest.gap == 1


def test_a_growth_gap_is_shown_as_the_nearest_too():
    told = explained("gazelle")

    assert told.nearest is not None
    assert (told.nearest.criterion.id, told.nearest.gap) == ("growth", 440_000_00)


def test_one_missing_figure_is_named_and_asked():
    told = explained("tech_sme", tech_staff_y1=None)

    assert told.verdict is Verdict.UNDETERMINED
    assert told.missing == ("tech_staff_y1",)
    assert told.ask_first == "tech_staff_y1"
    assert outcome(told, "tech_staff_points").missing == ("tech_staff_y1",)
    assert outcome(told, "employees_max").missing == ()


def test_a_missing_figure_that_cannot_matter_is_not_asked():
    """R&D is 6% of sales, the best band: the costs change nothing."""
    told = explained("tech_sme", rd_expense_fen_y1=2_904_000_00, cost_expense_fen_y1=None, is_resident=None)

    assert told.missing == ("is_resident",)


def test_nothing_is_asked_once_the_verdict_is_out():
    told = explained("tech_sme", employees_y1=501, is_resident=None)

    assert told.verdict is Verdict.NOT_ELIGIBLE
    assert (told.missing, told.ask_first) == ((), None)
    assert outcome(told, "resident").missing == ("is_resident",)


def test_an_open_door_is_asked_before_the_figures_it_replaces():
    """Not known: any door, and everything the points need. One door settles two criteria at a stroke."""
    doors = dict.fromkeys(
        ("holds_hnte", "national_award_top3_5y", "has_provincial_rd_org", "led_standard_5y")
    )
    told = explained("tech_sme", tech_staff_y1=None, rd_expense_fen_y1=None, class1_ip=None, **doors)

    assert told.ask_first == "holds_hnte"
    assert set(doors) < set(told.missing)


def test_of_a_firm_of_which_nothing_is_known_everything_is_asked():
    told = explained("tech_sme", {})

    assert told.verdict is Verdict.UNDETERMINED
    assert (told.points_lo, told.points_hi) == (0, 100)
    assert set(told.missing) == set(told.rule_set.facts)
    assert told.ask_first is not None
    assert told.route is None


@pytest.mark.parametrize(
    "key", ["hnte", "gazelle", "leading", "hnte_reserve", "gazelle_reserve", "leading_reserve"]
)
def test_of_every_tier_the_first_question_is_one_of_the_missing_facts(key):
    told = explained(key, {})

    assert told.verdict is Verdict.UNDETERMINED
    assert told.ask_first in told.missing
    assert set(told.missing) <= set(told.rule_set.facts)
    assert all(label_of(column) for column in told.missing)


def test_the_last_year_settles_more_than_any_other_question():
    """Last year's sales stand in size, growth and the R&D share of a gazelle."""
    told = explained("gazelle", revenue_fen_y1=None, registered_on=None, total_profit_fen_y1=None)

    assert told.ask_first == "revenue_fen_y1"
    assert told.missing[0] == "registered_on"


def test_a_firm_turns_old_enough_on_a_day():
    young = explained("hnte", registered_on=date(2025, 11, 23))

    assert outcome(young, "age").gap == 1
    assert outcome(young, "age").changes_on == young.changes_on == date(2026, 11, 23)
    assert explained("hnte", registered_on=date(2025, 11, 22)).changes_on is None
    assert explained("hnte_reserve", registered_on=date(2026, 11, 1)).changes_on == date(2027, 4, 30)


@pytest.mark.parametrize(
    ("registered_on", "too_old_from"),
    [
        (date(2016, 5, 10), date(2031, 5, 11)),
        (date(2011, 11, 22), date(2026, 11, 23)),
        (date(2012, 2, 29), date(2027, 3, 1)),
        (date(2012, 2, 28), date(2027, 3, 1)),
        (date(2013, 3, 1), date(2028, 3, 2)),
    ],
)
def test_a_gazelle_grows_too_old_the_day_after_fifteen_years(registered_on, too_old_from):
    told = explained("gazelle", registered_on=registered_on)

    assert outcome(told, "age_max").result is CriterionResult.MET
    assert told.changes_on == too_old_from


def test_what_is_too_old_stays_so():
    told = explained("gazelle", registered_on=date(2011, 11, 21))

    assert outcome(told, "age_max").gap == 1
    assert told.changes_on is None


def test_the_verdict_does_turn_on_the_day_foretold():
    day = date(2027, 3, 1)
    fifteen = {"registered_on": date(2012, 2, 29)}

    before = explained("gazelle", {**fifteen}, as_of=date(2027, 2, 28))
    after = explained("gazelle", {**fifteen}, as_of=day)

    assert before.changes_on == day
    assert (before.verdict, after.verdict) == (Verdict.UNDETERMINED, Verdict.NOT_ELIGIBLE)


def test_a_certificate_ends_the_day_after_its_last():
    last = date(2027, 1, 31)
    held = {"holds_hnte": True, "holds_hnte_until": last}

    direct = explained("tech_sme", **held)
    assert (direct.route, direct.changes_on) == (Route.DIRECT, date(2027, 2, 1))
    assert explained("gazelle_reserve", **held).changes_on == date(2027, 2, 1)
    reserve = explained("hnte_reserve", **held)
    assert (reserve.verdict, reserve.changes_on) == (Verdict.NOT_ELIGIBLE, date(2027, 2, 1))


def test_a_certificate_of_unknown_end_foretells_nothing():
    assert explained("tech_sme", holds_hnte=True).changes_on is None


def test_the_earliest_of_several_changes_is_shown():
    told = explained(
        "gazelle_reserve",
        registered_on=date(2011, 12, 1),
        holds_hnte=True,
        holds_hnte_until=date(2026, 12, 31),
    )

    assert told.changes_on == date(2026, 12, 2)


def test_a_waived_criterion_is_not_applicable():
    told = explained("tech_sme", holds_hnte=True, tech_staff_y1=0)

    assert told.verdict is Verdict.ELIGIBLE
    assert outcome(told, "tech_staff_points").result is CriterionResult.NOT_APPLICABLE
    assert told.points_lo == 70


def test_stored_numbers_unpack_to_what_the_page_shows():
    rule_sets = load_rulebook().in_force(TODAY)
    facts = pl.DataFrame([{**PLAIN, "tech_staff_y1": None, "is_resident": None}], schema=SCHEMA)
    row = screen(facts, rule_sets, TODAY, projection="stored").row(0, named=True)

    for told in explain(facts, rule_sets, TODAY):
        entry = told.rule_set
        results = unpack_results(entry, row[f"{entry.key}.results"])
        assert results == [one.result for one in told.outcomes]
        missing = unpack_missing(entry, row[f"{entry.key}.missing"])
        assert tuple(missing) == told.missing
        assert row[f"{entry.key}.n_missing"] == len(missing)
        assert row[f"{entry.key}.n_failed"] == results.count(CriterionResult.NOT_MET)


def test_packed_numbers_stay_positive_for_the_database():
    for entry in load_rulebook().rule_sets:
        assert 3 * len(entry.criteria) < 64
        assert len(entry.facts) < 63


def test_only_one_enterprise_is_explained():
    two = pl.DataFrame([PLAIN, PLAIN], schema=SCHEMA)

    with pytest.raises(ValueError, match="one enterprise, not 2"):
        explain(two, load_rulebook().in_force(TODAY), TODAY)


def test_the_inclusive_reading_stands_beside_the_strict_one():
    """Exactly 50亿, 3% and 10%: only the inclusive reading lets them pass."""
    on_the_line = {
        "revenue_fen_y1": 5_000_000_000_00,
        "rd_expense_fen_y1": 150_000_000_00,
        "rd_staff_y1": 10,
        "class1_ip": 100,
        "holds_hnte": True,
    }

    strict, inclusive = explained("leading", **on_the_line), explained("leading@inclusive", **on_the_line)

    assert [one.criterion.id for one in strict.failed] == ["revenue_min", "rd_ratio", "rd_staff_ratio"]
    assert [one.gap for one in strict.failed] == [1, 1, 1]
    assert inclusive.failed == ()
    assert inclusive.verdict is Verdict.NEEDS_JUDGEMENT
