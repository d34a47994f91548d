"""Everything the page of one enterprise shows, as it was known on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.business_secrets import Veil, veil_of
from enterprise_pipeline.services.contacts import ContactRecord, contacts_of
from enterprise_pipeline.services.criterion_views import KnownFacts
from enterprise_pipeline.services.data_questions import QuestionsOfOne, questions_about
from enterprise_pipeline.services.enterprises import EnterpriseRecord, get_enterprise
from enterprise_pipeline.services.fact_sheets import ToldFact, told_facts
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.figure_table import FigureTable, figure_table
from enterprise_pipeline.services.history import Edit, history
from enterprise_pipeline.services.holdings_timeline import Holding, HoldingState, timeline
from enterprise_pipeline.services.missing_facts import MissingFact, missing_facts
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.tier_cards import CardGroup, Forecast, TierCard, grouped, tier_cards
from enterprise_pipeline.services.veiling import (
    HiddenQuestion,
    Lens,
    people_veiled,
    veiled_edits,
    veiled_figures,
    veiled_sheet,
)
from enterprise_pipeline.transaction import reading
from scoring.explain import Explanation, explain
from scoring.size_classes import size_class
from scoring.vocabulary import SCIENCE_LADDER, YEARS_CARRIED, Tier


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step of the ladder: held or not, since when and until when, and what its rules say."""

    tier: Tier
    holds: bool | None
    since: date | None
    until: date | None
    explanation: Explanation | None


@dataclass(frozen=True, kw_only=True)
class EnterprisePage:
    """The page of one enterprise; ``contacts`` is None for whoever may not see its people."""

    record: EnterpriseRecord
    as_of: date
    report_year: int | None
    size: str | None
    rungs: tuple[Rung, ...]
    cards: tuple[TierCard, ...]
    missing: tuple[MissingFact, ...]
    questions: QuestionsOfOne
    hidden_questions: tuple[HiddenQuestion, ...]
    figures: FigureTable
    sheet: dict[str, ToldFact]
    holdings: list[Holding]
    contacts: list[ContactRecord] | None
    edits: list[Edit]
    veil: Veil

    @property
    def groups(self) -> tuple[CardGroup, ...]:
        """The cards line by line."""
        return grouped(self.cards)


def shows_people(enterprise_id: int, jurisdiction: str | None, *, scope: Scope) -> bool:
    """Whether the people to call show: to those who work on the enterprise, and to the enterprise itself.

    They are the same who see its business secrets: evaluators and administrators are not among them.
    """
    return scope.shows_secrets_of(enterprise_id=enterprise_id, jurisdiction=jurisdiction)


def enterprise_page(enterprise_id: int, *, as_of: date, scope: Scope) -> EnterprisePage:
    """Read and explain one enterprise as it was known on ``as_of``; NotFound when there is none.

    What ``scope`` does not show is not in the answer: a template cannot tell what it does not have.
    """
    record = get_enterprise(enterprise_id)
    session = reading()
    veil = veil_of(session, enterprise_id, scope=scope)
    lens = Lens(veil=veil, year=as_of.year)
    facts = facts_as_of(session, as_of, enterprise_ids=[enterprise_id])
    rule_sets = current_rulebook().in_force(as_of)
    explanations = [lens.explanation(entry) for entry in explain(facts, rule_sets, as_of)]
    row = lens.row(facts.row(0, named=True))
    figures = veiled_figures(figure_table(enterprise_id, as_of=as_of), veil)
    sheet = veiled_sheet(told_facts(enterprise_id, as_of=as_of), veil)
    holdings = timeline(enterprise_id, as_of=as_of)
    known = KnownFacts(as_of=as_of, row=row, figures=figures, sheet=sheet, lens=lens)
    forecasts = _forecasts(enterprise_id, row.get("report_year"), as_of=as_of, veil=veil)
    is_own = scope.is_own(enterprise_id=enterprise_id, jurisdiction=record.registration.jurisdiction)
    asked = questions_about(facts, rule_sets, enterprise_id=enterprise_id, as_of=as_of)
    has_people = shows_people(enterprise_id, record.registration.jurisdiction, scope=scope)
    edits = veiled_edits(history(enterprise_id), veil)
    questions, hidden_questions = lens.questions(QuestionsOfOne() if is_own else asked)
    return EnterprisePage(
        record=record,
        as_of=as_of,
        report_year=row.get("report_year"),
        size=size_class(facts)[0],
        rungs=_rungs(row, explanations, holdings),
        cards=tier_cards(explanations, known, forecasts),
        missing=missing_facts(explanations, holdings, as_of=as_of),
        questions=questions,
        hidden_questions=hidden_questions,
        figures=figures,
        sheet=sheet,
        holdings=holdings,
        contacts=contacts_of(enterprise_id) if has_people else None,
        edits=[
            edit for edit in (edits if has_people else people_veiled(edits)) if not is_own or _concerns(edit)
        ],
        veil=veil,
    )


def _concerns(edit: Edit) -> bool:
    """Whether a change is told to the enterprise itself: what staff asks about its figures is not."""
    return not edit.action.startswith("question.")


def _forecasts(
    enterprise_id: int, report_year: int | None, *, as_of: date, veil: Veil
) -> dict[str, Forecast]:
    """Explanations from the newest report, by rule set, while last year's is missing."""
    if report_year is None or not as_of.year - YEARS_CARRIED <= report_year < as_of.year - 1:
        return {}
    facts = facts_as_of(reading(), as_of, enterprise_ids=[enterprise_id], basis="forecast")
    # Last year is the newest reported one in these facts.
    lens = Lens(veil=veil, year=report_year + 1)
    found = map(lens.explanation, explain(facts, current_rulebook().in_force(as_of), as_of))
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
