"""One enterprise without a query engine says exactly what screening it in a frame says."""

from collections.abc import Sequence
from datetime import date
from math import isclose
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


def test_an_expression_that_cannot_be_read_back_is_refused():
    with pytest.raises(NotReadable):
        compile_expression(pl.col("employees_y1").sqrt())
