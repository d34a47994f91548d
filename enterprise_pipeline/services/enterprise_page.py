"""Everything the page of one enterprise shows, as it was known on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from enterprise_pipeline.services.certificates import issue_day_field
from enterprise_pipeline.services.contacts import ContactRecord, contacts_of
from enterprise_pipeline.services.criterion_views import CriterionView, KnownFacts, criterion_views
from enterprise_pipeline.services.enterprises import EnterpriseRecord, get_enterprise
from enterprise_pipeline.services.fact_sheets import ToldFact, told_facts
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.figure_table import FigureTable, figure_table
from enterprise_pipeline.services.history import Edit, history
from enterprise_pipeline.services.holdings_timeline import Holding, HoldingState, timeline
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.transaction import reading
from scoring.explain import Explanation, explain
from scoring.facts import label_of, split_year
from scoring.rules_model import DirectCondition
from scoring.vocabulary import COLUMNS, SCIENCE_LADDER, YEARS_CARRIED, Fact, Tier


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a tier would say if last year had been like the newest reported year."""

    report_year: int
    explanation: Explanation


@dataclass(frozen=True, kw_only=True)
class TierCard:
    """A tier's verdict with its reasons.

    ``doors`` are the conditions that opened the direct route; ``alternative`` is
    the same tier by another reading.
    """

    explanation: Explanation
    criteria: tuple[CriterionView, ...]
    holds: bool | None
    holds_until: date | None
    doors: tuple[DirectCondition, ...]
    alternative: Explanation | None
    forecast: Forecast | None

    @property
    def tier(self) -> Tier:
        """The tier of this card."""
        return self.explanation.rule_set.tier

    @property
    def nearest(self) -> CriterionView | None:
        """The failing criterion with the smallest gap."""
        nearest = self.explanation.nearest
        return next((view for view in self.criteria if view.outcome is nearest), None) if nearest else None


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step of the ladder: held or not, since when and until when, and what its rules say."""

    tier: Tier
    holds: bool | None
    since: date | None
    until: date | None
    explanation: Explanation | None


@dataclass(frozen=True, kw_only=True)
class MissingFact:
    """A fact that could still change a verdict; ``issue_days`` ask certificates that would tell."""

    column: str
    label: str
    fact: Fact | None
    year: int | None
    tiers: tuple[Tier, ...]
    first_for: tuple[Tier, ...]
    issue_days: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class EnterprisePage:
    """The page of one enterprise."""

    record: EnterpriseRecord
    as_of: date
    report_year: int | None
    rungs: tuple[Rung, ...]
    cards: tuple[TierCard, ...]
    missing: tuple[MissingFact, ...]
    figures: FigureTable
    sheet: dict[str, ToldFact]
    holdings: list[Holding]
    contacts: list[ContactRecord]
    edits: list[Edit]


def enterprise_page(enterprise_id: int, *, as_of: date) -> EnterprisePage:
    """Read and explain one enterprise as it was known on ``as_of``; NotFound when there is none."""
    record = get_enterprise(enterprise_id)
    session = reading()
    facts = facts_as_of(session, as_of, enterprise_ids=[enterprise_id])
    rule_sets = current_rulebook().in_force(as_of)
    explanations = explain(facts, rule_sets, as_of)
    row = facts.row(0, named=True)
    figures = figure_table(enterprise_id, as_of=as_of)
    sheet = told_facts(enterprise_id, as_of=as_of)
    holdings = timeline(enterprise_id, as_of=as_of)
    known = KnownFacts(as_of=as_of, row=row, figures=figures, sheet=sheet)
    forecasts = _forecasts(enterprise_id, row.get("report_year"), as_of=as_of)
    return EnterprisePage(
        record=record,
        as_of=as_of,
        report_year=row.get("report_year"),
        rungs=_rungs(row, explanations, holdings),
        cards=_cards(explanations, known, forecasts),
        missing=_missing(explanations, holdings, as_of=as_of),
        figures=figures,
        sheet=sheet,
        holdings=holdings,
        contacts=contacts_of(enterprise_id),
        edits=history(enterprise_id),
    )


def _forecasts(enterprise_id: int, report_year: int | None, *, as_of: date) -> dict[str, Forecast]:
    """Explanations from the newest report, by rule set, while last year's is missing."""
    if report_year is None or not as_of.year - YEARS_CARRIED <= report_year < as_of.year - 1:
        return {}
    facts = facts_as_of(reading(), as_of, enterprise_ids=[enterprise_id], basis="forecast")
    found = explain(facts, current_rulebook().in_force(as_of), as_of)
    return {entry.rule_set.id: Forecast(report_year=report_year, explanation=entry) for entry in found}


def _rungs(
    row: dict[str, Any], explanations: Sequence[Explanation], holdings: Sequence[Holding]
) -> tuple[Rung, ...]:
    by_tier = {entry.rule_set.tier: entry for entry in explanations if entry.rule_set.is_default}
    return tuple(
        Rung(
            tier=tier,
            holds=row.get(f"holds_{tier}"),
            since=_since(tier, holdings) if row.get(f"holds_{tier}") else None,
            until=row.get(f"holds_{tier}_until"),
            explanation=by_tier.get(tier),
        )
        for tier in SCIENCE_LADDER
    )


def _since(tier: Tier, holdings: Sequence[Holding]) -> date | None:
    """The first day of what is held now."""
    days = [
        holding.starts_on
        for holding in holdings
        if holding.pool_id == tier and holding.state is HoldingState.VALID and holding.starts_on
    ]
    return min(days, default=None)


def _cards(
    explanations: Sequence[Explanation], known: KnownFacts, forecasts: dict[str, Forecast]
) -> tuple[TierCard, ...]:
    order = {tier: place for place, tier in enumerate(SCIENCE_LADDER)}
    others = {entry.rule_set.tier: entry for entry in explanations if not entry.rule_set.is_default}
    mine = [entry for entry in explanations if entry.rule_set.is_default]
    return tuple(
        TierCard(
            explanation=entry,
            criteria=criterion_views(entry, known),
            holds=known.row.get(f"holds_{entry.rule_set.tier}"),
            holds_until=known.row.get(f"holds_{entry.rule_set.tier}_until"),
            doors=_open_doors(entry, known.row),
            alternative=others.get(entry.rule_set.tier),
            forecast=forecasts.get(entry.rule_set.id),
        )
        for entry in sorted(mine, key=lambda entry: order.get(entry.rule_set.tier, len(order)))
    )


def _open_doors(entry: Explanation, row: Mapping[str, Any]) -> tuple[DirectCondition, ...]:
    direct = entry.rule_set.direct
    return tuple(door for door in direct.any_of if row.get(door.column)) if direct else ()


def _missing(
    explanations: Sequence[Explanation], holdings: Sequence[Holding], *, as_of: date
) -> tuple[MissingFact, ...]:
    """What could still change a verdict: first what each tier asks first, then in the order of asking."""
    asking: dict[str, list[Tier]] = {}
    first: dict[str, list[Tier]] = {}
    for entry in explanations:
        if not entry.rule_set.is_default:
            continue
        if entry.ask_first:
            first.setdefault(entry.ask_first, []).append(entry.rule_set.tier)
        for column in entry.missing:
            asking.setdefault(column, []).append(entry.rule_set.tier)
    ordered = [*first, *(column for column in asking if column not in first)]
    return tuple(
        _missing_fact(column, asking.get(column, []), first.get(column, []), holdings, as_of=as_of)
        for column in ordered
    )


def _missing_fact(
    column: str,
    tiers: Sequence[Tier],
    first_for: Sequence[Tier],
    holdings: Sequence[Holding],
    *,
    as_of: date,
) -> MissingFact:
    stem, years_back = split_year(column)
    held = column.removeprefix("holds_") if column.startswith("holds_") else None
    days = [
        (issue_day_field(holding.certificate_id), holding.number or "")
        for holding in holdings
        if holding.pool_id == held and holding.certificate_id and holding.state is HoldingState.UNKNOWN
    ]
    return MissingFact(
        column=column,
        label=label_of(column),
        fact=COLUMNS.get(stem),
        year=as_of.year - years_back if years_back else None,
        tiers=tuple(tiers),
        first_for=tuple(first_for),
        issue_days=tuple(days),
    )
