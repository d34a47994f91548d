"""Figures that do not go together: each doubt at its line, just inside it, and with what is missing."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.facts import SCHEMA, schema
from scoring.plausibility import (
    PARTS,
    THRESHOLDS,
    YEARLY_PARTS,
    Kind,
    find,
    find_expert_doubts,
    notches,
)
from scoring.rulebook import load_rulebook
from scoring.vocabulary import FACTS, YEARS_CARRIED
from tests.unit.scoring.test_explain import PLAIN

TODAY = date(2026, 11, 22)
WAN = 1_000_000
RULES = load_rulebook().in_force(TODAY)
LINES = notches(RULES)


def doubts(*kinds: Kind, **facts: Any) -> list[dict[str, Any]]:
    found = find(pl.DataFrame([facts], schema=SCHEMA), LINES)
    return [row for row in found.to_dicts() if not kinds or row["kind"] in kinds]


def test_a_firm_whose_figures_go_together_is_asked_nothing():
    frame = pl.DataFrame([PLAIN], schema=SCHEMA)

    assert find(frame, LINES).is_empty()
    assert find_expert_doubts(frame, RULES, TODAY).is_empty()


def test_a_firm_of_which_nothing_is_known_is_asked_nothing():
    frame = pl.DataFrame([dict.fromkeys(SCHEMA)], schema=SCHEMA)

    assert find(frame, LINES).is_empty()
    assert find_expert_doubts(frame, RULES, TODAY).is_empty()


@pytest.mark.parametrize(
    ("net", "is_doubtful"), [(60, False), (60.015, False), (59.985, False), (60.0151, True)]
)
def test_net_assets_are_assets_less_liabilities_up_to_rounding(net, is_doubtful):
    found = doubts(
        Kind.NET_ASSETS,
        net_assets_fen_y2=round(net * WAN),
        total_assets_fen_y2=100 * WAN,
        total_liabilities_fen_y2=40 * WAN,
    )

    assert bool(found) == is_doubtful
    if found:
        assert (found[0]["value"], found[0]["than"]) == (60_015_100, 60 * WAN)


def test_net_assets_without_liabilities_are_not_doubted():
    assert not doubts(Kind.NET_ASSETS, net_assets_fen_y1=1, total_assets_fen_y1=100 * WAN)


@pytest.mark.parametrize(("part", "whole"), YEARLY_PARTS)
@pytest.mark.parametrize("back", range(1, YEARS_CARRIED + 1))
def test_a_part_of_a_year_is_at_most_its_whole(part, whole, back):
    small, large = f"{FACTS[part].column}_y{back}", f"{FACTS[whole].column}_y{back}"

    assert not doubts(Kind.PART, **{small: 100, large: 100})
    assert [row["subject"] for row in doubts(Kind.PART, **{small: 101, large: 100})] == [small]
    assert not doubts(Kind.PART, **{small: 101})


@pytest.mark.parametrize(("part", "whole"), PARTS)
def test_a_part_of_what_is_told_once_is_at_most_its_whole(part, whole):
    small, large = FACTS[part].column, FACTS[whole].column

    assert not doubts(Kind.PART, **{small: 3, large: 3})
    assert doubts(Kind.PART, **{small: 4, large: 3})[0]["other"] == large


@pytest.mark.parametrize(
    ("newer", "older", "is_doubtful"),
    [
        (5_000 * WAN, 5_000 * WAN // 10_000, True),
        (5_000 * WAN // 10_000, 5_000 * WAN, True),
        (5_000 * WAN, 5_000 * WAN // 1_000, True),
        (333 * WAN, WAN, True),
        (332 * WAN, WAN, False),
        (30_000 * WAN, WAN, True),
        (30_001 * WAN, WAN, False),
        (5_000 * WAN, 0, False),
        (0, 5_000 * WAN, False),
        (10_000_000, 10_000, True),
        (9_999_999, 10_000, False),
    ],
)
def test_a_figure_a_thousand_or_ten_thousand_times_the_year_before_may_be_in_another_unit(
    newer, older, is_doubtful
):
    assert bool(doubts(Kind.UNIT, revenue_fen_y1=newer, revenue_fen_y2=older)) == is_doubtful


def test_profits_jump_and_are_not_taken_for_another_unit():
    assert not doubts(Kind.UNIT, net_profit_fen_y1=5_000 * WAN, net_profit_fen_y2=WAN)


@pytest.mark.parametrize(
    ("sales", "heads", "is_doubtful"),
    [
        (10_000_000_000, 1, False),
        (10_000_000_001, 1, True),
        (10_000, 1, False),
        (9_999, 1, True),
        (0, 5, False),
        (10_000_000_001, 0, False),
        (10_000_000_001, None, False),
    ],
)
def test_sales_for_each_head_have_a_believable_size(sales, heads, is_doubtful):
    assert bool(doubts(Kind.PER_HEAD, revenue_fen_y1=sales, employees_y1=heads)) == is_doubtful


def staff(last: int, before: int, employees: int = 10_000) -> list[dict[str, Any]]:
    """Doubts about a share of 10% asked of technical staff."""
    return doubts(
        Kind.NOTCH, tech_staff_y1=last, employees_y1=employees, tech_staff_y2=before, employees_y2=employees
    )


@pytest.mark.parametrize(
    ("last", "before", "is_doubtful"),
    [
        (1_000, 800, True),
        (999, 700, False),
        (1_029, 800, True),
        (1_030, 800, False),
        (1_000, 801, False),
        (1_000, 0, True),
    ],
)
def test_a_share_just_above_its_line_after_a_jump_is_asked_about(last, before, is_doubtful):
    found = staff(last, before)

    assert bool(found) == is_doubtful
    if found:
        assert (found[0]["value"], found[0]["than"]) == (last * 100, before * 100)
        assert LINES[found[0]["notch"]].numerator == "tech_staff"


def test_a_share_without_a_year_before_is_not_a_jump():
    assert not doubts(Kind.NOTCH, tech_staff_y1=1_000, employees_y1=10_000)


@pytest.mark.parametrize(("sales", "is_doubtful"), [(5_000 * WAN, True), (5_000 * WAN + 1, False)])
def test_a_ladder_is_asked_by_size_over_three_years(sales, is_doubtful):
    """5% of three years, passed by last year's R&D alone; above 50 million of sales 4% is asked instead."""
    found = doubts(
        Kind.NOTCH,
        **{f"revenue_fen_y{back}": sales for back in (1, 2, 3)},
        rd_expense_fen_y1=sales * 9 // 100 + 10 * WAN,
        rd_expense_fen_y2=sales * 3 // 100,
        rd_expense_fen_y3=sales * 3 // 100,
    )

    asked = [row for row in found if LINES[row["notch"]].years == 3]
    assert bool(asked) == is_doubtful
    if asked:
        assert 50_000 <= asked[0]["value"] < 51_500
        assert (asked[0]["than"], asked[0]["most"]) == (30_000, 92_000)


@pytest.mark.parametrize(
    ("points", "is_doubtful"), [(6, True), (7, False), (30, False), (31, True), (None, False)]
)
def test_expert_points_outside_what_the_facts_let_them_be_are_asked_about(points, is_doubtful):
    """One right of class I gives 7 or 8 points for its number, and experts up to 24 more, 30 at most."""
    frame = pl.DataFrame([{**PLAIN, "expert_intellectual_property": points}], schema=SCHEMA)

    found = find_expert_doubts(frame, RULES, TODAY).to_dicts()

    assert bool(found) == is_doubtful
    if found:
        assert (found[0]["subject"], found[0]["than"], found[0]["most"]) == (
            "expert_intellectual_property", 7, 30,
        )  # fmt: skip


def test_expert_points_are_not_doubted_where_the_facts_leave_everything_open():
    facts = {"expert_growth": 20, "expert_transformation": 30, "expert_intellectual_property": 30}
    frame = pl.DataFrame([facts], schema=SCHEMA)

    assert find_expert_doubts(frame, RULES, TODAY).is_empty()


def test_doubts_name_the_row_they_are_of():
    rows = [PLAIN, {**PLAIN, "rd_staff_y1": 101}, PLAIN, {**PLAIN, "rd_staff_y2": 101, "employees_y2": 100}]

    found = find(pl.DataFrame(rows, schema=SCHEMA), LINES)

    assert found["row"].to_list() == [1, 3]


def test_every_threshold_has_its_reason():
    assert all(entry.value > 0 and len(entry.reason) > 5 for entry in THRESHOLDS.values())


MONEY = st.one_of(st.none(), st.integers(min_value=0, max_value=10**15))


@settings(max_examples=25)
@given(st.fixed_dictionaries({name: MONEY for name, kind in schema().items() if kind is pl.Int64}))
def test_every_doubt_names_two_known_values(facts):
    row = {name: value for name, value in facts.items() if not name.startswith("expert")}

    for found in find(pl.DataFrame([row], schema=SCHEMA), LINES).to_dicts():
        assert None not in (found["value"], found["than"])
        assert row[found["subject"]] is not None
        assert row[found["other"]] is not None
