"""What is asked next: what can change most verdicts, and never what can change none."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any

import polars as pl

from scoring.explain import Explanation, explain
from scoring.facts import SCHEMA
from scoring.questions import Question, rank
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import required_columns, screen
from scoring.vocabulary import SCIENCE_LADDER, Tier
from tests.unit.scoring import population
from tests.unit.scoring.completions import answers, forgotten, unknown_facts
from tests.unit.scoring.seeded import chance, seeded

TODAY = date(2026, 11, 22)
FIRMS, COMPLETIONS = 3, 3


def ladder(as_of: date = TODAY) -> list[RuleSet]:
    return [entry for entry in load_rulebook().in_force(as_of) if entry.tier in SCIENCE_LADDER]


def told(**facts: Any) -> list[Explanation]:
    row = pl.DataFrame([facts or {"registered_on": None}], schema=SCHEMA)
    return explain(row, ladder(), TODAY)


def by_column(questions: Sequence[Question]) -> dict[str, Question]:
    return {question.column: question for question in questions}


def test_of_an_unknown_firm_what_most_tiers_turn_on_is_asked_first():
    questions = rank(told())

    assert questions[0].column == "revenue_fen_y1"
    weights = [question.weight for question in questions]
    assert weights == sorted(weights, reverse=True)


def test_a_fact_counts_once_for_each_tier_that_it_can_change():
    asked = by_column(rank(told()))

    assert asked["total_assets_fen_y1"].tiers == (Tier.TECH_SME,)
    assert asked["total_assets_fen_y1"].weight == 1
    assert set(asked["registered_on"].tiers) >= {Tier.HNTE, Tier.GAZELLE}
    assert asked["registered_on"].settles == asked["registered_on"].tiers


def test_facts_needed_together_share_their_vote():
    asked = by_column(rank(told()))

    assert asked["owns_core_ip"].settles == ()
    assert 0 < asked["owns_core_ip"].weight < 1


def test_a_door_of_the_direct_route_counts_whole():
    assert by_column(rank(told()))["led_standard_5y"].settles == (Tier.TECH_SME,)


def test_equal_weights_are_asked_in_the_order_of_the_vocabulary():
    columns = [question.column for question in rank(told()) if question.weight == 1]

    assert columns.index("total_assets_fen_y1") < columns.index("is_resident")
    assert columns.index("is_resident") < columns.index("is_industry_excluded")


def test_what_is_not_known_is_not_asked_again():
    every = {question.column for question in rank(told())}

    left = {question.column for question in rank(told(), answered={"revenue_fen_y1", "holds_hnte"})}

    assert left == every - {"revenue_fen_y1", "holds_hnte"}


def test_a_fact_that_also_needs_what_nobody_knows_waits():
    before = by_column(rank(told()))["tech_staff_y1"].weight

    after = by_column(rank(told(), answered={"employees_y1"}))["tech_staff_y1"].weight

    assert after < before


def test_a_settled_tier_asks_nothing():
    """No firm of a year ago is old; excluded industries and incidents end the two tiers that ask them."""
    asked = by_column(rank(told(is_resident=False)))

    assert "is_resident" not in asked
    assert Tier.TECH_SME not in {tier for question in asked.values() for tier in question.tiers}


def cases(random: Random) -> Iterator[tuple[list[RuleSet], date, dict[str, Any], dict[str, Any]]]:
    """Firms with many facts unknown, with what those facts truly are."""
    as_of = random.choice(population.DAYS)
    rule_sets = ladder(as_of)
    for complete in population.firms(random, as_of, FIRMS):
        yield rule_sets, as_of, forgotten(random, complete, 14, as_of), complete


@seeded(5)
def test_what_is_not_asked_changes_no_verdict_whatever_the_other_answers_are(seed: int):
    random = chance(seed)
    for rule_sets, as_of, firm, complete in cases(random):
        asked = {question.column for question in rank(explain(population.frame([firm]), rule_sets, as_of))}
        read = set(required_columns(rule_sets))
        unasked = [name for name in unknown_facts(firm, complete, as_of) if name in read - asked]
        groups = [
            (column, others, [*answers(column, others, complete[column], as_of), None])
            for column in unasked
            for others in completed(random, firm, complete, column, as_of)
        ]
        rows = [{**others, column: within(answer)} for column, others, tried in groups for answer in tried]
        told = iter(verdicts_of(rows, rule_sets, as_of) if rows else [])
        for column, others, tried in groups:
            assert len({next(told) for _ in tried}) == 1, (column, others)


def verdicts_of(rows: list[dict[str, Any]], rule_sets: list[RuleSet], as_of: date) -> list[tuple[int, ...]]:
    found = screen(population.frame(rows), rule_sets, as_of)
    return found.select(f"{entry.key}.verdict" for entry in rule_sets).rows()


def completed(
    random: Random, firm: dict[str, Any], complete: dict[str, Any], column: str, as_of: date
) -> Iterator[dict[str, Any]]:
    """The firm with every other unknown fact answered in some way; ``column`` stays open."""
    for _ in range(COMPLETIONS):
        known = dict(firm)
        for name in unknown_facts(firm, complete, as_of):
            if name != column:
                known[name] = within(random.choice(list(answers(name, known, complete[name], as_of))))
        yield known


def within(value: Any) -> Any:
    """An answer that a column can hold: growing figures balance each other into the absurd."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, -population.MOST_FEN), population.MOST_FEN) if is_number else value
