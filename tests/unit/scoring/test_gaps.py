"""A gap is the smallest change that meets its criterion: one unit less does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import screen
from scoring.vocabulary import CriterionResult, Unit
from tests.unit.scoring import population
from tests.unit.scoring.seeded import chance, seeded

ROWS = 80
# Where a gap is put to work: columns of which any one does, and the direction.
LEVERS: dict[str, tuple[tuple[str, ...], int]] = {
    "employees_max": (("employees_y1",), -1),
    "revenue_max": (("revenue_fen_y1",), -1),
    "assets_max": (("total_assets_fen_y1",), -1),
    "tech_staff_points": (("tech_staff_y1",), 1),
    "tech_staff_ratio": (("tech_staff_y1",), 1),
    "rd_ratio": (("rd_expense_fen_y1",), 1),
    "rd_domestic_share": (("rd_domestic_fen_y1",), 1),
    "hitech_income_share": (("hitech_income_fen_y1",), 1),
    "age": (("registered_on",), -1),
    "age_max": (("as_of",), -1),
    "core_ip": (("class2_ip",), 1),
    "ip_count": (("class1_ip", "class2_ip"), 1),
    "growth": (("revenue_fen_y1", "total_profit_fen_y1"), 1),
    "revenue_min": (("revenue_fen_y1",), 1),
    "rd_staff_ratio": (("rd_staff_y1",), 1),
    "core_ip_count": (("core_ip_total", "class1_ip"), 1),
}
# No single figure moves these: points come from several, gates are criteria of their own, and what is
# past cannot be mended.
NOT_LEVERS = {"points_min", "innovation_points", "hnte_gates", "employees_start"}


def moved(firm: dict[str, Any], column: str, by: int) -> dict[str, Any]:
    value = firm[column]
    if value is None:
        return firm
    return {**firm, column: value + (timedelta(days=by) if isinstance(value, date) else by)}


@dataclass(frozen=True)
class Failure:
    """A criterion of a rule set that the enterprise in a row fails by a gap."""

    row: int
    key: str
    criterion: str
    gap: int


def failing(rows: list[dict[str, Any]], rule_sets: tuple[RuleSet, ...]) -> Iterator[Failure]:
    """Each measured failure that one figure can mend."""
    for index, row in enumerate(rows):
        for entry in rule_sets:
            for criterion in entry.criteria:
                gap = row[f"{entry.key}.{criterion.id}.gap"]
                if gap is not None and criterion.id not in NOT_LEVERS:
                    yield Failure(index, entry.key, criterion.id, gap)


def attempts(
    firms: list[dict[str, Any]], found: list[Failure]
) -> Iterator[tuple[Failure, int, dict[str, Any]]]:
    """Each failure with its gap closed, and with one unit less, at every lever there is."""
    for failure in found:
        columns, direction = LEVERS[failure.criterion]
        for column in columns:
            for short in (0, 1):
                yield failure, short, moved(firms[failure.row], column, direction * (failure.gap - short))


@seeded(4)
def test_a_gap_is_just_enough(seed: int):
    random = chance(seed)
    as_of = random.choice(population.DAYS)
    firms = [{**firm, "as_of": as_of} for firm in population.firms(random, as_of, ROWS)]
    rule_sets = load_rulebook().in_force(as_of)

    def screened(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        days = pl.Series("as_of", [firm["as_of"] for firm in changed])
        facts = population.frame(changed).with_columns(days)
        return screen(facts, rule_sets, None, projection="detail").rows(named=True)

    tries = list(attempts(firms, list(failing(screened(firms), rule_sets))))
    met: dict[int, set[Failure]] = {0: set(), 1: set()}
    for (failure, short, _), row in zip(tries, screened([firm for *_, firm in tries]), strict=True):
        if row[f"{failure.key}.{failure.criterion}.result"] == CriterionResult.MET:
            met[short].add(failure)

    assert {failure for failure, *_ in tries} - met[0] == set()
    assert met[1] == set()


def test_every_measured_criterion_has_a_lever():
    measured = {
        criterion.id
        for entry in load_rulebook().rule_sets
        for criterion in entry.criteria
        if criterion.unit is not Unit.FLAG
    }

    assert measured == set(LEVERS) | NOT_LEVERS


def shown_gaps(firm: dict[str, Any]) -> dict[str, int]:
    as_of = population.DAYS[0]
    rule_sets = load_rulebook().in_force(as_of)
    row = screen(population.frame([firm]), rule_sets, as_of, projection="detail").row(0, named=True)
    return {
        name.removesuffix(".gap"): gap
        for name, gap in row.items()
        if name.endswith(".gap") and gap is not None
    }


def test_a_criterion_that_is_met_or_unknown_shows_no_gap():
    firm = population.firm(chance(1), population.DAYS[0]) | {"employees_y1": None, "revenue_fen_y1": 100}

    gaps = shown_gaps(firm)

    assert not {"tech_sme.employees_max", "hnte.tech_staff_ratio", "tech_sme.revenue_max"} & set(gaps)


def test_a_growth_gap_is_the_smaller_of_the_two_amounts():
    """Sales need 1.3 x 1000.00, profit 1.3 x 10.00; both were flat."""
    firm = {
        **{f"revenue_fen_y{year}": 100_000 for year in (1, 2, 3)},
        **{f"total_profit_fen_y{year}": 1_000 for year in (1, 2, 3)},
    }

    assert shown_gaps(firm)["gazelle.growth"] == 300


def test_a_growth_gap_is_exact_at_the_largest_amounts():
    """A = 10^14 - 1, B = 10^14, both in fen: C = B (2.3 A - B) / A, rounded up, is 129,999,999,999,999."""
    newest = 129_999_999_999_999
    largest = {"revenue_fen_y2": 10**14, "revenue_fen_y3": 10**14 - 1}
    flat = {f"total_profit_fen_y{year}": 10**15 for year in (1, 2, 3)}

    assert shown_gaps({**largest, **flat, "revenue_fen_y1": newest - 1})["gazelle.growth"] == 1
    assert "gazelle.growth" not in shown_gaps({**largest, **flat, "revenue_fen_y1": newest})
