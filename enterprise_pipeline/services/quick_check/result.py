"""What the answers come to: every tier at once, nearest first, and what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from enterprise_pipeline.services.business_secrets import Veil
from enterprise_pipeline.services.criterion_views import KnownFacts
from enterprise_pipeline.services.figure_table import FigureTable
from enterprise_pipeline.services.quick_check.answers import Answers
from enterprise_pipeline.services.quick_check.screens import Asked, next_screen
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.tier_cards import TierCard, tier_cards
from enterprise_pipeline.services.veiling import Lens
from scoring.explain import Explanation, Outcome, explain
from scoring.questions import Question, rank
from scoring.vocabulary import CriterionResult, Verdict

_NO_FIGURES = FigureTable(years=(), rows=(), versions={}, usual={})


class Standing(StrEnum):
    """How near a tier is, in the order in which tiers are shown."""

    ELIGIBLE = "eligible"
    JUDGEMENT = "judgement"
    ONE_STEP = "one_step"
    UNDETERMINED = "undetermined"
    NOT_YET = "not_yet"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The answers held against the rules of a day; ``questions`` are what could still change a verdict."""

    answers: Answers
    as_of: date
    explanations: tuple[Explanation, ...]
    questions: tuple[Question, ...]
    rulebook_hash: str

    @property
    def next(self) -> Asked | None:
        """The screen to ask now; None when nothing more can change a verdict."""
        return next_screen(self.questions, self.answers)


@dataclass(frozen=True, kw_only=True)
class StandingGroup:
    """The tiers that are equally near."""

    standing: Standing
    cards: tuple[TierCard, ...]


def assess(answers: Answers, *, as_of: date) -> Assessment:
    """Hold the answers against every rule set in force; one call of the engine."""
    rulebook = current_rulebook()
    rule_sets = rulebook.in_force(as_of)
    explanations = tuple(explain(answers.frame(), rule_sets, as_of))
    # Other standards of a tier are shown beside the default one, but nobody is questioned for them.
    asking = [entry for entry in explanations if entry.rule_set.is_default]
    return Assessment(
        answers=answers,
        as_of=as_of,
        explanations=explanations,
        questions=rank(asking, answered=answers.unknown),
        rulebook_hash=rulebook.hash_on(as_of),
    )


def standings(assessment: Assessment) -> tuple[StandingGroup, ...]:
    """Every tier with its reasons, grouped by how near it is; inside a group what changes sooner is first."""
    # Whoever answers sees all of their own answers.
    lens = Lens(veil=Veil(), year=assessment.as_of.year)
    known = KnownFacts(
        as_of=assessment.as_of, row=assessment.answers.told, figures=_NO_FIGURES, sheet={}, lens=lens
    )
    cards = tier_cards(assessment.explanations, known, {})
    return tuple(
        StandingGroup(standing=standing, cards=found)
        for standing in Standing
        if (found := _nearest_first([card for card in cards if standing_of(card) is standing]))
    )


def standing_of(card: TierCard) -> Standing:
    """How near a tier is."""
    verdict = card.explanation.verdict
    if verdict is Verdict.ELIGIBLE:
        return Standing.ELIGIBLE
    if verdict is Verdict.NEEDS_JUDGEMENT:
        return Standing.JUDGEMENT
    if verdict is Verdict.UNDETERMINED:
        return Standing.UNDETERMINED
    if verdict is Verdict.NOT_APPLICABLE:
        return Standing.NOT_APPLICABLE
    is_open = any(outcome.result is CriterionResult.UNKNOWN for outcome in card.explanation.outcomes)
    return Standing.ONE_STEP if len(card.explanation.failed) == 1 and not is_open else Standing.NOT_YET


def _nearest_first(cards: Sequence[TierCard]) -> tuple[TierCard, ...]:
    def distance(card: TierCard) -> tuple[int, int, float, date]:
        said = card.explanation
        farthest = max((_share_missing(outcome) for outcome in said.failed), default=0.0)
        return len(said.failed), len(said.missing), farthest, said.changes_on or date.max

    return tuple(sorted(cards, key=distance))


def _share_missing(outcome: Outcome) -> float:
    """How much of what is needed is missing, from 0 to 1; all of it where it cannot be measured."""
    if outcome.gap is None or outcome.numerator is None:
        return 1.0
    return outcome.gap / max(abs(outcome.numerator) + outcome.gap, 1)
