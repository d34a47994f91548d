"""Which missing fact to ask next, over all tiers at once; what can change no verdict is never asked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from scoring.explain import Explanation, Outcome
from scoring.rulebook import in_order_of_asking
from scoring.vocabulary import CriterionResult, Tier, Verdict

# What is left of a vote that also needs a fact which was asked for and is not known.
UNANSWERABLE = 0.5


@dataclass(frozen=True, kw_only=True)
class Question:
    """A missing fact that can still change a verdict.

    ``column`` is a column of the facts frame, ``tiers`` are those whose verdict
    it can change, ``settles`` those in which it decides an open criterion
    alone. ``weight`` counts tiers, in parts where other facts are needed too.
    """

    column: str
    tiers: tuple[Tier, ...]
    weight: float
    settles: tuple[Tier, ...]


def rank(
    explanations: Sequence[Explanation], *, answered: Collection[str] = frozenset()
) -> tuple[Question, ...]:
    """Every fact worth asking, best first.

    In each tier a fact has the best of its votes: a whole one from a criterion
    that it decides alone (the only one missing, or a door of the direct
    route), else its share among the facts that the criterion needs together.
    Ties go to what is quickest to answer.

    Parameters
    ----------
    explanations : sequence of Explanation
        What the rule sets say of one enterprise; see `scoring.explain.explain`.
    answered : collection of str, optional
        Columns that were asked for and are not known; they are not asked again.
    """
    votes: dict[str, dict[Tier, float]] = {}
    alone: dict[str, set[Tier]] = {}
    for entry in explanations:
        if entry.verdict is not Verdict.UNDETERMINED:
            continue
        tier = entry.rule_set.tier
        for column, vote in _votes(entry, answered):
            own = votes.setdefault(column, {})
            own[tier] = max(own.get(tier, 0.0), vote)
            if vote == 1:
                alone.setdefault(column, set()).add(tier)
    cost = {column: place for place, column in enumerate(in_order_of_asking(votes))}
    questions = [
        Question(
            column=column,
            tiers=tuple(own),
            weight=sum(own.values()),
            settles=tuple(tier for tier in own if tier in alone.get(column, ())),
        )
        for column, own in votes.items()
    ]
    return tuple(sorted(questions, key=lambda question: (-question.weight, cost[question.column])))


def _votes(entry: Explanation, answered: Collection[str]) -> Iterator[tuple[str, float]]:
    for outcome in entry.outcomes:
        if outcome.result is not CriterionResult.UNKNOWN:
            continue
        doors = _doors(entry, outcome)
        shared = [column for column in outcome.missing if column not in doors]
        for column in outcome.missing:
            if column in answered:
                continue
            is_blocked = any(other in answered for other in shared)
            together = (UNANSWERABLE if is_blocked else 1.0) / max(len(shared), 1)
            yield column, 1.0 if column in doors else together


def _doors(entry: Explanation, outcome: Outcome) -> frozenset[str]:
    """The columns that open the direct route past this criterion, or take it away."""
    direct = entry.rule_set.direct
    own = frozenset(outcome.criterion.not_asked_when)
    if direct is None or outcome.criterion.id not in direct.waives:
        return own
    return own | {column for door in direct.any_of for column in door.columns}
