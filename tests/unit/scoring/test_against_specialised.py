"""The engine and the plain evaluator agree beside the science ladder, too, however close to a line."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from random import Random

from scoring.rulebook import load_rulebook
from scoring.screening import screen
from tests.unit.scoring import population_specialised
from tests.unit.scoring.outcomes import outcome_of
from tests.unit.scoring.population import frame
from tests.unit.scoring.reference import Firm, Judged
from tests.unit.scoring.reference_specialised import BASE_CONDITIONS, BEFORE_APRIL_2026, TIERS
from tests.unit.scoring.seeded import chance, seeded

ROWS = 300
DAYS = {
    date(2026, 3, 31): BEFORE_APRIL_2026,
    date(2026, 4, 1): TIERS,
    date(2026, 11, 22): TIERS,
}

# What a person always decides, and the one that no provincial rank can fail.
NEVER_DECIDED = {
    *(("little_giant", name) for name in ("management", "own_brand")),
    *(("little_giant@recheck2026", name) for name in ("management", "own_brand")),
    *(("champion", name) for name in ("market_rank", "technology_level")),
    *(("champion@hubei", name) for name in ("market_rank", "product_share")),
}


def without_base(got: Judged, expected: Judged) -> Judged:
    """An outcome without the base conditions, which these enterprises meet.

    Some are large by 300号, or of an industry that it does not list; then only the other criteria compare.
    """
    kept = {name: result for name, result in got.results.items() if name not in BASE_CONDITIONS}
    base = {name: result for name, result in got.results.items() if name in BASE_CONDITIONS}
    assert {result for name, result in base.items() if name != "sme_size"} <= {"met"}
    is_sized = base.get("sme_size", "met") == "met"
    return got._replace(results=kept, verdict=got.verdict if is_sized else expected.verdict)


def pairs(
    random: Random, as_of: date, tiers: dict[str, Callable[[Firm, date], Judged]]
) -> Iterator[tuple[str, Firm, Judged, Judged]]:
    firms = population_specialised.firms(random, as_of, ROWS)
    rule_sets = load_rulebook().in_force(as_of)
    rows = screen(frame(firms), rule_sets, as_of, projection="detail").rows(named=True)
    built = {entry.key: entry for entry in rule_sets}
    for firm, row in zip(firms, rows, strict=True):
        for key, judge in tiers.items():
            expected = judge(firm, as_of)
            yield key, firm, expected, without_base(outcome_of(row, built[key]), expected)


@seeded(8)
def test_the_engine_agrees_with_the_plain_evaluator(seed: int):
    random = chance(seed)
    as_of = random.choice(list(DAYS))
    for key, firm, expected, got in pairs(random, as_of, DAYS[as_of]):
        if expected.verdict == "not_applicable":
            assert got.verdict == "not_applicable", f"{key} for {firm}"
            continue
        measured = {name: gap for name, gap in got.gaps.items() if name in expected.gaps}
        assert got._replace(gaps=measured) == expected, f"{key} on {as_of}: {expected} for {firm}"


def test_the_random_enterprises_reach_every_result_of_every_criterion():
    seen: Counter[tuple[str, str, str]] = Counter()
    for seed, (as_of, tiers) in product((5, 6), DAYS.items()):
        for key, _, expected, _ in pairs(chance(seed), as_of, tiers):
            seen.update((key, name, result) for name, result in expected.results.items())
    criteria = {(key, name) for key, name, _ in seen} - NEVER_DECIDED

    rare = [pair for pair in criteria if min(seen[*pair, "met"], seen[*pair, "not_met"]) < 5]
    assert rare == []
    assert seen["little_giant", "revenue_cagr", "judgement"] > 10
    assert seen["srdi_sme", "points_min", "judgement"] > 10
