"""One enterprise without a query engine says exactly what screening it in a frame says."""

from collections.abc import Sequence
from datetime import date
from math import isclose, isnan
from typing import Any

import polars as pl
import pytest

from scoring.one_row import NotReadable, compile_expression
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import screen
from scoring.single import is_readable, screen_one
from tests.unit.scoring import population
from tests.unit.scoring.completions import forgotten
from tests.unit.scoring.facts_at_random import any_facts
from tests.unit.scoring.seeded import chance, seeded

FIRMS = 40


def same(one: Any, other: Any) -> bool:
    """Equal and of one type; the shares that only rank may differ in their last digits."""
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-6)
    return bool(one == other) and type(one) is type(other)


def assert_same(rows: pl.DataFrame, rule_sets: Sequence[RuleSet], as_of: date) -> None:
    framed = screen(rows, rule_sets, as_of, projection="detail").rows(named=True)
    for index, expected in enumerate(framed):
        alone = screen_one(rows[index], rule_sets, as_of)
        assert list(alone) == list(expected)
        different = {
            name: (value, alone[name]) for name, value in expected.items() if not same(value, alone[name])
        }
        assert different == {}


@pytest.mark.parametrize("as_of", population.DAYS)
def test_todays_rules_need_no_query_engine(as_of: date):
    assert is_readable(load_rulebook().in_force(as_of), as_of)


@seeded(4)
def test_a_firm_at_the_lines_of_the_ladder_gets_the_same_outcomes(seed: int):
    random = chance(seed)
    as_of = random.choice(population.DAYS)
    firms = [forgotten(random, firm, 10, as_of) for firm in population.firms(random, as_of, FIRMS)]

    assert_same(population.frame(firms), load_rulebook().in_force(as_of), as_of)


@seeded(4)
def test_any_facts_whatever_get_the_same_outcomes(seed: int):
    random = chance(seed)
    as_of = random.choice(population.DAYS)

    assert_same(
        population.frame([any_facts(random, as_of) for _ in range(FIRMS)]),
        load_rulebook().in_force(as_of),
        as_of,
    )


A, B, FLAG, OTHER = pl.col("a"), pl.col("b"), pl.col("flag"), pl.col("other")
DAY, TEXT = pl.col("day"), pl.col("text")
FRAME = pl.DataFrame(
    [
        {"a": a, "b": b, "flag": flag, "other": other, "day": day, "text": text}
        for a in (None, -7, 0, 3)
        for b in (None, -2, 0, 5)
        for flag in (None, True, False)
        for other in (None, True, False)
        for day, text in ((None, None), (date(2012, 2, 29), "C2614"), (date(2011, 12, 31), "I"))
    ],
    schema={
        "a": pl.Int64,
        "b": pl.Int64,
        "flag": pl.Boolean,
        "other": pl.Boolean,
        "day": pl.Date,
        "text": pl.String,
    },
)
EXPRESSIONS = {
    "kleene and": FLAG & OTHER,
    "kleene or": FLAG | OTHER,
    "not": ~FLAG,
    "when null": pl.when(FLAG).then(A).otherwise(B),
    "chain": pl.when(FLAG).then(A).when(OTHER).then(B),
    "floor division": A // B,
    "true division": A / B,
    "comparison": (A < B) | (A == B),
    "different": A != B,
    "sum": A + B * 3 - 1,
    "wide": A.cast(pl.Int128) * B,
    "narrow": A.cast(pl.Int16),
    "flag as number": FLAG.cast(pl.Int64),
    "single precision": (A / 3).cast(pl.Float32),
    "infinite": pl.when(FLAG).then(A.cast(pl.Float64)).otherwise(float("inf")),
    "fill": A.fill_null(9),
    "coalesce": pl.coalesce(A, B),
    "least": pl.min_horizontal(A, B),
    "most": pl.max_horizontal(A, B),
    "null": A.is_null() & B.is_not_null(),
    "absolute": A.abs(),
    "years later": DAY.dt.offset_by("15y"),
    "leap years later": DAY.dt.offset_by("4y"),
    "days": (pl.lit(date(2026, 11, 22)) - DAY).dt.total_days(),
    "day after": DAY + pl.duration(days=1),
    "year": DAY.dt.year(),
    "start of a text": TEXT.str.slice(0, 3),
    "one of": TEXT.is_in(["C2614", "K70"]),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_means_what_it_means_to_polars(name: str):
    expression = EXPRESSIONS[name]
    run = compile_expression(expression)
    expected = FRAME.select(expression.alias("_")).to_series().to_list()

    got = [run(dict(row)) for row in FRAME.iter_rows(named=True)]

    assert all(alike(one, other) for one, other in zip(got, expected, strict=True)), name


def alike(one: Any, other: Any) -> bool:
    both_nan = isinstance(one, float) and isinstance(other, float) and isnan(one) and isnan(other)
    return both_nan or same(one, other)


def test_an_expression_that_cannot_be_read_back_is_refused():
    with pytest.raises(NotReadable):
        compile_expression(pl.col("employees_y1").sqrt())
