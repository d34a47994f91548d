"""One code path for one enterprise and for millions: slices, order, columns and company change nothing."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from scoring import screening
from scoring.errors import ScoringError
from scoring.facts import SCHEMA
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import required_columns, screen
from scoring.vocabulary import CriterionResult, Verdict
from tests.unit.scoring import population
from tests.unit.scoring.completions import forgotten
from tests.unit.scoring.seeded import chance

AS_OF = population.DAYS[0]


@pytest.fixture(scope="module")
def facts() -> pl.DataFrame:
    random = chance(11)
    firms = population.firms(random, AS_OF, 200)
    return population.frame(
        forgotten(random, firm, 3, AS_OF) if index % 2 else firm for index, firm in enumerate(firms)
    )


@pytest.fixture(scope="module")
def rule_sets() -> tuple[RuleSet, ...]:
    return load_rulebook().in_force(AS_OF)


def test_rows_are_screened_as_each_would_be_alone(facts, rule_sets):
    together = screen(facts, rule_sets, AS_OF, projection="detail")

    alone = pl.concat(screen(facts[row], rule_sets, AS_OF, projection="detail") for row in range(8))

    assert_frame_equal(together[:8], alone)


@pytest.mark.parametrize("projection", ["summary", "stored", "detail"])
def test_deciding_in_floats_first_changes_nothing(facts, rule_sets, monkeypatch, projection):
    exact = screen(facts, rule_sets, AS_OF, projection=projection)
    monkeypatch.setattr(screening, "EXACT_UP_TO", 0)

    assert_frame_equal(screen(facts, rule_sets, AS_OF, projection=projection), exact)


def test_many_enterprises_are_screened_as_few_are(facts, rule_sets):
    """Enough rows for the way that large frames take, in several morsels."""
    times = screening.EXACT_UP_TO * 5 // facts.height
    few = screen(facts, rule_sets, AS_OF, projection="stored")

    many = screen(pl.concat([facts] * times), rule_sets, AS_OF, projection="stored")

    assert_frame_equal(many, pl.concat([few] * times))


def test_the_order_of_rows_is_kept(facts, rule_sets):
    order = list(reversed(range(facts.height)))

    assert_frame_equal(
        screen(facts[order], rule_sets, AS_OF, projection="stored"),
        screen(facts, rule_sets, AS_OF, projection="stored")[order],
    )


def test_a_day_in_a_column_is_the_day_given(facts, rule_sets):
    given = screen(facts, rule_sets, AS_OF, projection="detail")
    in_column = facts.with_columns(pl.lit(AS_OF).alias("as_of"))

    assert_frame_equal(screen(in_column, rule_sets, None, projection="detail"), given)


def test_each_row_may_have_its_own_day(facts, rule_sets):
    days = [date(2026, 11, 22), date(2024, 2, 29), date(2030, 1, 1)]
    mixed = facts[:60].with_columns(pl.Series("as_of", [days[row % 3] for row in range(60)]))

    together = screen(mixed, rule_sets, None, projection="detail")

    for offset, day in enumerate(days):
        own = screen(facts[:60].gather_every(3, offset), rule_sets, day, projection="detail")
        assert_frame_equal(together.gather_every(3, offset), own)


def test_every_projection_says_the_same(facts, rule_sets):
    detail = screen(facts, rule_sets, AS_OF, projection="detail")

    for projection in ("summary", "stored"):
        narrow = screen(facts, rule_sets, AS_OF, projection=projection)
        assert_frame_equal(narrow, detail.select(narrow.columns))


def test_only_the_required_columns_are_read(facts, rule_sets):
    needed = [name for name in required_columns(rule_sets) if name != "as_of"]
    unread = [name for name in facts.columns if name not in needed]

    assert_frame_equal(
        screen(facts.select(needed), rule_sets, AS_OF), screen(facts.drop(unread), rule_sets, AS_OF)
    )
    assert "tech_staff_y5" in unread


def test_an_absent_column_is_unknown_and_a_narrow_type_is_read(facts, rule_sets):
    absent = facts.drop("revenue_fen_y1").with_columns(pl.col("employees_y1").cast(pl.Int32))
    empty = facts.with_columns(pl.lit(None, pl.Int64).alias("revenue_fen_y1"))

    assert_frame_equal(screen(absent, rule_sets, AS_OF), screen(empty, rule_sets, AS_OF))


def test_no_enterprise_gives_no_row_with_every_column(facts, rule_sets):
    some = screen(facts, rule_sets, AS_OF, projection="stored")

    none = screen(facts.clear(), rule_sets, AS_OF, projection="stored")

    assert none.height == 0
    assert none.schema == some.schema


def test_a_tier_says_the_same_whatever_else_is_screened(facts, rule_sets):
    """Also of a firm founded this year, whose last year counts as 0 in the sums of another tier."""
    founded = pl.DataFrame([{"registered_on": date(2026, 2, 1), "employees_y1": 3}], schema=SCHEMA)
    facts = pl.concat([facts, founded])
    together = screen(facts, rule_sets, AS_OF, projection="detail")

    for entry in rule_sets:
        if any(criterion.word == "unmet_at_most" for criterion in entry.criteria):
            continue
        alone = screen(facts, [entry], AS_OF, projection="detail")
        assert_frame_equal(alone, together.select(alone.columns))


def test_last_year_of_a_firm_founded_this_year_is_unknown_outside_of_sums(rule_sets):
    """Years before registration count as 0 in sums; a points table of last year is no sum."""
    firm = {"registered_on": date(2026, 2, 1), "class1_ip": 1}
    doors = ("holds_hnte", "national_award_top3_5y", "has_provincial_rd_org", "led_standard_5y")
    facts = pl.DataFrame([{**firm, **dict.fromkeys(doors, False)}], schema=SCHEMA)

    row = screen(facts, rule_sets, AS_OF, projection="detail").row(0, named=True)

    assert row["tech_sme.revenue_max.result"] == CriterionResult.UNKNOWN
    assert (row["tech_sme.points_lo"], row["tech_sme.points_hi"]) == (30, 100)
    assert row["tech_sme.verdict"] == Verdict.UNDETERMINED
    assert row["hnte.rd_ratio.result"] == CriterionResult.NOT_MET


def test_counting_another_tiers_gates_needs_that_tier(facts, rule_sets):
    reserve = [entry for entry in rule_sets if entry.key == "hnte_reserve"]

    with pytest.raises(ScoringError, match="hnte"):
        screen(facts, reserve, AS_OF)


def test_the_reserve_counts_the_same_gates_wherever_its_tier_stands(facts, rule_sets):
    reversed_sets = tuple(reversed(rule_sets))

    assert_frame_equal(
        screen(facts, reversed_sets, AS_OF), screen(facts, rule_sets, AS_OF), check_column_order=False
    )
