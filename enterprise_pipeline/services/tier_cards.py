"""A card a tier: the verdict of its own standard with every reason, and what other standards say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.services.criterion_views import CriterionView, KnownFacts, criterion_views
from enterprise_pipeline.services.veiling import Lens
from scoring.explain import Explanation
from scoring.rules_model import DirectCondition
from scoring.vocabulary import LINES, CriterionResult, Tier, Verdict

# So many differing criteria of another standard are told in full; of more, only what it does not find met.
FEW = 4


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a tier would say if last year had been like the newest reported year."""

    report_year: int
    explanation: Explanation


@dataclass(frozen=True, kw_only=True)
class OtherStandard:
    """Another standard of the same tier: its verdict, and the criteria in which it differs."""

    explanation: Explanation
    differs: tuple[CriterionView, ...]


@dataclass(frozen=True, kw_only=True)
class PointsLine:
    """An indicator with its points as things stand, or why they do not show."""

    label: str
    label_en: str
    lo: int | None
    hi: int | None
    maximum: int
    hidden: Why | None


@dataclass(frozen=True, kw_only=True)
class TierCard:
    """A tier's verdict with its reasons.

    ``points`` are its indicators, and ``hides_points`` why their sum does not show;
    ``doors`` are the conditions that opened the direct route; ``others`` are
    the tier's other standards and readings.
    """

    explanation: Explanation
    criteria: tuple[CriterionView, ...]
    holds: bool | None
    holds_until: date | None
    doors: tuple[DirectCondition, ...]
    others: tuple[OtherStandard, ...]
    forecast: Forecast | None
    points: tuple[PointsLine, ...] = ()
    hides_points: Why | None = None

    @property
    def tier(self) -> Tier:
        """The tier of this card."""
        return self.explanation.rule_set.tier

    @property
    def is_concerned(self) -> bool:
        """Whether the tier concerns this enterprise, by any of its standards."""
        entries = [self.explanation, *(other.explanation for other in self.others)]
        return any(entry.verdict is not Verdict.NOT_APPLICABLE for entry in entries)

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against it now, so that it matters until when that is proven."""
        return self.explanation.verdict in (Verdict.ELIGIBLE, Verdict.NEEDS_JUDGEMENT)

    @property
    def kinder(self) -> tuple[Explanation, ...]:
        """Other standards by which it is eligible although the deciding one does not say so."""
        if self.explanation.verdict is Verdict.ELIGIBLE:
            return ()
        others = (other.explanation for other in self.others)
        return tuple(entry for entry in others if entry.verdict is Verdict.ELIGIBLE)

    @property
    def nearest(self) -> CriterionView | None:
        """The failing criterion with the smallest gap."""
        nearest = self.explanation.nearest
        return next((view for view in self.criteria if view.outcome is nearest), None) if nearest else None

    @property
    def lapses_first(self) -> CriterionView | None:
        """The criterion whose evidence lapses first."""
        first = self.explanation.lapses_first
        return next((view for view in self.criteria if view.outcome is first), None) if first else None


@dataclass(frozen=True, kw_only=True)
class CardGroup:
    """The cards of one line of tiers; those that do not concern the enterprise stand apart."""

    name: str
    cards: tuple[TierCard, ...]
    unconcerned: tuple[TierCard, ...]


def tier_cards(
    explanations: Sequence[Explanation], known: KnownFacts, forecasts: Mapping[str, Forecast]
) -> tuple[TierCard, ...]:
    """One card for each tier with a standard in force, in the order of the lines."""
    by_tier: dict[Tier, list[Explanation]] = {}
    for entry in explanations:
        by_tier.setdefault(entry.rule_set.tier, []).append(entry)
    order = [tier for _, line in LINES for tier in line]
    return tuple(_card(by_tier[tier], known, forecasts) for tier in sorted(by_tier, key=order.index))


def _card(entries: Sequence[Explanation], known: KnownFacts, forecasts: Mapping[str, Forecast]) -> TierCard:
    # The default decides; on a day before it was in force, the first of the others does.
    main = next((entry for entry in entries if entry.rule_set.is_default), entries[0])
    tier = main.rule_set.tier
    return TierCard(
        explanation=main,
        criteria=criterion_views(main, known),
        holds=known.row.get(f"holds_{tier}"),
        holds_until=known.row.get(f"holds_{tier}_until"),
        doors=main.doors,
        others=tuple(_other(entry, main, known) for entry in entries if entry is not main),
        forecast=forecasts.get(main.rule_set.id),
        points=_points(main, known.lens),
        hides_points=known.lens.why_points(main.rule_set),
    )


def _points(entry: Explanation, lens: Lens) -> tuple[PointsLine, ...]:
    """Every indicator, also those whose points do not show."""
    shown = {component.id: component for component in entry.components}
    parts = entry.rule_set.points.parts if entry.rule_set.points else ()
    return tuple(
        PointsLine(
            label=part.label,
            label_en=part.label_en,
            lo=shown[part.id].lo if part.id in shown else None,
            hi=shown[part.id].hi if part.id in shown else None,
            maximum=part.maximum,
            hidden=lens.why_part(part),
        )
        for part in parts
    )


def _other(entry: Explanation, main: Explanation, known: KnownFacts) -> OtherStandard:
    shared = [(outcome.criterion.word, outcome.criterion.args) for outcome in main.outcomes]
    views = criterion_views(entry, known)
    differs = [view for view in views if (view.criterion.word, view.criterion.args) not in shared]
    if len(differs) > FEW:
        fine = (CriterionResult.MET, CriterionResult.NOT_APPLICABLE)
        differs = [view for view in differs if view.outcome.result not in fine]
    return OtherStandard(explanation=entry, differs=tuple(differs))


def grouped(cards: Sequence[TierCard]) -> tuple[CardGroup, ...]:
    """The cards line by line; a line without any is left out."""
    groups = []
    for name, tiers in LINES:
        mine = [card for card in cards if card.tier in tiers]
        group = CardGroup(
            name=name,
            cards=tuple(card for card in mine if card.is_concerned),
            unconcerned=tuple(card for card in mine if not card.is_concerned),
        )
        groups += [group] if mine else []
    return tuple(groups)
