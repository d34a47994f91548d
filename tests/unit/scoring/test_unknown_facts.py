"""With facts missing the engine says what every completion says, and leaves open no more than it must."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from scoring.explain import unpack_missing
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import screen
from scoring.vocabulary import Verdict
from tests.unit.scoring import population
from tests.unit.scoring.completions import completions, forgotten, unknown_facts
from tests.unit.scoring.outcomes import outcome_of
from tests.unit.scoring.reference import TIERS, Judged, evaluate
from tests.unit.scoring.seeded import chance, seeded

ROWS = 60


@dataclass(frozen=True)
class Tried:
    """What the engine says of a firm with facts missing, and the plain evaluator of each completion."""

    entry: RuleSet
    got: Judged
    unknown: list[str]
    completed: list[Judged]

    def results(self, criterion: str) -> set[str]:
        """A waived criterion is no hindrance, like one that is met."""
        return {settled(judged.results[criterion]) for judged in self.completed}


def settled(result: str) -> str:
    return "met" if result == "not_applicable" else result


def tried(random: Random, *, most: int, tries: int) -> Iterator[Tried]:
    as_of = random.choice(population.DAYS)
    rule_sets = [entry for entry in load_rulebook().in_force(as_of) if entry.key in TIERS]
    complete = population.firms(random, as_of, ROWS)
    firms = [forgotten(random, firm, most, as_of) for firm in complete]
    rows = screen(population.frame(firms), rule_sets, as_of, projection="detail").rows(named=True)
    for firm, whole, row in zip(firms, complete, rows, strict=True):
        outcomes: dict[str, list[Judged]] = defaultdict(list)
        for completed in completions(random, firm, whole, as_of, tries=tries):
            for key, judged in evaluate(completed, as_of).items():
                outcomes[key].append(judged)
        unknown = unknown_facts(firm, whole, as_of)
        for entry in rule_sets:
            yield Tried(entry, outcome_of(row, entry), unknown, outcomes[entry.key])


@seeded(4)
def test_no_completion_contradicts_what_is_decided(seed: int):
    for case in tried(chance(seed), most=3, tries=25):
        for name, result in case.got.results.items():
            assert result == "unknown" or case.results(name) == {settled(result)}, (name, case)
        verdicts = {judged.verdict for judged in case.completed}
        assert case.got.verdict == "undetermined" or verdicts == {case.got.verdict}, case
        if case.got.points is not None:
            low, high = case.got.points
            reached = [judged.points for judged in case.completed if judged.points]
            assert low <= min(lo for lo, _ in reached), case
            assert high >= max(hi for _, hi in reached), case


def is_known_limit(case: Tried, criterion: str) -> bool:
    """Where a criterion is left unknown although every completion agrees; see docs/rules.md, "Limits"."""
    if criterion in ("growth", "innovation_points"):
        return case.unknown[0].startswith("revenue_fen")
    if criterion == "hnte_gates":
        return case.unknown[0].startswith("rd_expense_fen")
    return False


@seeded(4)
def test_what_is_left_unknown_may_turn_out_either_way(seed: int):
    for case in tried(chance(seed), most=1, tries=0):
        for name, result in case.got.results.items():
            if result == "unknown" and not is_known_limit(case, name):
                assert len(case.results(name)) > 1, (name, case)
        # All criteria of this tier pull one missing fact the same way: its verdict is as exact as they.
        if case.entry.key == "tech_sme" and case.got.verdict == "undetermined":
            assert len({judged.verdict for judged in case.completed}) > 1, case


def asked(row: dict[str, Any], entry: RuleSet) -> list[str]:
    return unpack_missing(entry, row[f"{entry.key}.missing"])


def stored(firms: list[dict[str, Any]], as_of: date) -> list[dict[str, Any]]:
    rule_sets = [entry for entry in load_rulebook().in_force(as_of) if entry.key in TIERS]
    return screen(population.frame(firms), rule_sets, as_of, projection="stored").rows(named=True)


@seeded(4)
def test_answering_every_question_settles_the_verdict(seed: int):
    random = chance(seed)
    as_of = random.choice(population.DAYS)
    rule_sets = [entry for entry in load_rulebook().in_force(as_of) if entry.key in TIERS]
    complete = population.firms(random, as_of, ROWS)
    firms = [forgotten(random, firm, 6, as_of) for firm in complete]
    rows = stored(firms, as_of)
    questions = [
        (entry, row, {**firm, **{column: whole[column] for column in asked(row, entry)}})
        for entry in rule_sets
        for whole, firm, row in zip(complete, firms, rows, strict=True)
    ]
    told = stored([answered for *_, answered in questions], as_of)
    for (entry, before, _), after in zip(questions, told, strict=True):
        is_open = before[f"{entry.key}.verdict"] == Verdict.UNDETERMINED
        assert bool(asked(before, entry)) == is_open
        assert after[f"{entry.key}.verdict"] != Verdict.UNDETERMINED
