"""Reserves, 规上, other gazelles and unicorns agree with a plain evaluator, also with facts unknown."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest

from scoring.explain import unpack_missing
from scoring.facts import SCHEMA
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import Projection, screen
from scoring.vocabulary import Verdict
from tests.unit.scoring import population_growth as population
from tests.unit.scoring.outcomes import outcome_of
from tests.unit.scoring.reference import Judged
from tests.unit.scoring.reference_growth import TIERS, evaluate
from tests.unit.scoring.seeded import chance, seeded

ROWS = 60
OUTSIDE = Judged("not_applicable", {}, {})


def rule_sets(as_of: date) -> list[RuleSet]:
    return [entry for entry in load_rulebook().in_force(as_of) if entry.key in TIERS]


def screened(
    firms: list[dict[str, Any]], as_of: date, projection: Projection = "detail"
) -> list[dict[str, Any]]:
    facts = pl.DataFrame(firms, schema={name: SCHEMA[name] for name in firms[0]})
    return screen(facts, rule_sets(as_of), as_of, projection=projection).rows(named=True)


def said(row: dict[str, Any], entry: RuleSet) -> Judged:
    """What the engine says; outside its industries a tier has nothing but its verdict."""
    got = outcome_of(row, entry)
    if got.verdict != "not_applicable":
        return got
    assert set(got.results.values()) == {"not_applicable"}
    assert got.gaps == {}
    return OUTSIDE


def comparable(got: Judged, expected: Judged) -> Judged:
    """The plain evaluator gives no gap for growth by several ways."""
    return got._replace(gaps={name: gap for name, gap in got.gaps.items() if name in expected.gaps})


@seeded(8)
def test_the_engine_agrees_with_the_plain_evaluator(seed: int):
    random = chance(seed)
    as_of = random.choice(population.DAYS)
    firms = [population.firm(random, as_of) for _ in range(5 * ROWS)]
    for firm, row in zip(firms, screened(firms, as_of), strict=True):
        expected = evaluate(firm, as_of)
        for entry in rule_sets(as_of):
            got = comparable(said(row, entry), expected[entry.key])
            assert got == expected[entry.key], (entry.key, as_of, firm)


def test_the_random_enterprises_reach_every_result_of_every_criterion():
    random, as_of = chance(3), population.DAYS[0]
    seen: Counter[tuple[str, str, str]] = Counter()
    for _ in range(20 * ROWS):
        for key, judged in evaluate(population.firm(random, as_of), as_of).items():
            seen.update((key, name, result) for name, result in judged.results.items())
    criteria = {(key, name) for key, name, result in seen if result == "not_met"}

    assert min(min(seen[key, name, "met"], seen[key, name, "not_met"]) for key, name in criteria) >= 10


def tried(
    random: Random, *, most: int, tries: int
) -> Iterator[tuple[RuleSet, dict[str, Any], Judged, list[Judged]]]:
    as_of = random.choice(population.DAYS)
    complete = [population.firm(random, as_of) for _ in range(ROWS)]
    firms = [population.forgotten(random, firm, most, as_of) for firm in complete]
    for firm, whole, row in zip(firms, complete, screened(firms, as_of), strict=True):
        outcomes: dict[str, list[Judged]] = defaultdict(list)
        for completed in population.completions(random, firm, whole, as_of, tries=tries):
            for key, judged in evaluate(completed, as_of).items():
                outcomes[key].append(judged)
        for entry in rule_sets(as_of):
            yield entry, firm, said(row, entry), outcomes[entry.key]


def could_be(name: str, completed: list[Judged]) -> set[str]:
    """What a criterion may come to; outside the tier's industries it is no hindrance."""
    return {
        "met" if judged.results.get(name, "met") == "not_applicable" else judged.results.get(name, "met")
        for judged in completed
    }


@seeded(6)
def test_no_completion_contradicts_what_is_decided(seed: int):
    for entry, firm, got, completed in tried(chance(seed), most=3, tries=25):
        verdicts = {judged.verdict for judged in completed}
        if got.verdict == "not_eligible":
            # While the industry is open a failing criterion decides, unless the tier does not apply.
            assert verdicts <= {"not_eligible", "not_applicable"}, (entry.key, firm)
            assert population.is_open("industry_code", firm) or verdicts == {"not_eligible"}
        elif got.verdict != "undetermined":
            assert verdicts == {got.verdict}, (entry.key, firm)
        for name, result in got.results.items():
            inside = [judged for judged in completed if judged.verdict != "not_applicable"]
            if result != "unknown" and inside:
                assert could_be(name, inside) == {result}, (entry.key, name, firm)


def is_known_limit(entry: RuleSet, firm: dict[str, Any]) -> bool:
    """With the day of registration unknown two criteria may turn on it in opposite ways."""
    return entry.key.startswith("gazelle@gb") and firm["registered_on"] is None


@seeded(6)
def test_what_is_left_unknown_may_turn_out_either_way(seed: int):
    for entry, firm, got, completed in tried(chance(seed), most=1, tries=0):
        opened = [name for name in firm if population.is_open(name, firm)]
        if len(opened) > 1 or is_known_limit(entry, firm):
            continue
        for name, result in got.results.items():
            assert result != "unknown" or len(could_be(name, completed)) > 1, (entry.key, name, firm)
        if got.verdict == "undetermined":
            assert len({judged.verdict for judged in completed}) > 1, (entry.key, firm)


@seeded(6)
def test_answering_every_question_settles_the_verdict(seed: int):
    random = chance(seed)
    as_of = random.choice(population.DAYS)
    complete = [population.firm(random, as_of) for _ in range(ROWS)]
    firms = [population.forgotten(random, firm, 4, as_of) for firm in complete]
    rows = screened(firms, as_of, "stored")
    for entry in rule_sets(as_of):
        asked = [unpack_missing(entry, row[f"{entry.key}.missing"]) for row in rows]
        told = [
            {**firm, **{name: whole[name] for name in names if name in whole}}
            for firm, whole, names in zip(firms, complete, asked, strict=True)
        ]
        after = screened(told, as_of, "stored")
        for row, names, settled in zip(rows, asked, after, strict=True):
            assert bool(names) == (row[f"{entry.key}.verdict"] == Verdict.UNDETERMINED)
            assert settled[f"{entry.key}.verdict"] != Verdict.UNDETERMINED


@pytest.mark.parametrize("code", population.SHORT)
def test_a_code_too_short_is_asked_again_only_where_it_does_not_decide(code: str):
    firm = {"industry_code": code, "revenue_fen_y1": 10**10, "main_revenue_fen_y1": 10**10}
    row = screened([firm], date(2026, 11, 22), "stored")[0]
    longer = {evaluate_scale(whole) for whole in population.CODES if whole.startswith(code)}

    for entry in rule_sets(date(2026, 11, 22)):
        if not entry.tier.startswith("above_scale"):
            continue
        asked = unpack_missing(entry, row[f"{entry.key}.missing"])
        possible = {dict(verdicts)[entry.key] for verdicts in longer}
        assert ("industry_code" in asked) == (len(possible) > 1), (entry.key, possible)


def evaluate_scale(code: str) -> tuple[tuple[str, str], ...]:
    firm = {"industry_code": code, "revenue_fen_y1": 10**10, "main_revenue_fen_y1": 10**10}
    return tuple(
        (key, TIERS[key](firm, date(2026, 11, 22)).verdict)
        for key in ("above_scale_industry", "above_scale_service")
    )
