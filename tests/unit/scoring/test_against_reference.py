"""The engine and the plain evaluator agree on complete enterprises, however close to a line."""

from collections import Counter
from collections.abc import Iterator
from random import Random

from scoring.rulebook import load_rulebook
from scoring.screening import screen
from scoring.vocabulary import SCIENCE_LADDER
from tests.unit.scoring import population, reference_growth
from tests.unit.scoring.outcomes import outcome_of
from tests.unit.scoring.reference import TIERS, evaluate
from tests.unit.scoring.seeded import chance, seeded

ROWS = 300


def disagreements(random: Random) -> Iterator[str]:
    as_of = random.choice(population.DAYS)
    firms = population.firms(random, as_of, ROWS)
    rule_sets = [entry for entry in load_rulebook().in_force(as_of) if entry.key in TIERS]
    rows = screen(population.frame(firms), rule_sets, as_of, projection="detail").rows(named=True)
    for firm, row in zip(firms, rows, strict=True):
        expected = evaluate(firm, as_of)
        for entry in rule_sets:
            got = outcome_of(row, entry)
            if got != expected[entry.key]:
                yield f"{entry.key} on {as_of}: expected {expected[entry.key]}, got {got}, for {firm}"


@seeded(8)
def test_the_engine_agrees_with_the_plain_evaluator(seed: int):
    assert next(disagreements(chance(seed)), None) is None


def test_the_plain_evaluators_know_every_rule_set_of_the_ladder():
    ladder = {
        entry.key for entry in load_rulebook().in_force(population.DAYS[0]) if entry.tier in SCIENCE_LADDER
    }

    assert ladder <= TIERS.keys() | reference_growth.TIERS.keys()


def test_the_random_enterprises_reach_every_result_of_every_criterion():
    """Without this the comparison above could agree on nothing but failures."""
    random, as_of = chance(7), population.DAYS[0]
    seen: Counter[tuple[str, str, str]] = Counter()
    for firm in population.firms(random, as_of, 3 * ROWS):
        for key, outcome in evaluate(firm, as_of).items():
            seen.update((key, name, result) for name, result in outcome.results.items())
    criteria = {(key, name) for key, name, _ in seen if name != "lead_role"}

    assert min(min(seen[key, name, "met"], seen[key, name, "not_met"]) for key, name in criteria) >= 10
    assert seen["hnte", "innovation_points", "judgement"] > 100
    assert seen["gazelle", "growth", "judgement"] > 100
    assert seen["tech_sme", "points_min", "not_applicable"] > 100
