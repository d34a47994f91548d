"""The facts that could still change a verdict, in the order in which it is best to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enterprise_pipeline.services.certificates import issue_day_field
from enterprise_pipeline.services.holdings_timeline import Holding, HoldingState
from scoring.explain import Explanation
from scoring.facts import label_of, split_year
from scoring.questions import Question, rank
from scoring.vocabulary import COLUMNS, Fact, Tier

# So many questions are put in front of the others.
FIRST_QUESTIONS = 6


@dataclass(frozen=True, kw_only=True)
class MissingFact:
    """A fact that could still change a verdict; ``issue_days`` ask certificates that would tell.

    ``tiers`` are those whose verdict it can change; ``decides`` those of which it is all that is missing.
    """

    column: str
    label: str
    fact: Fact | None
    year: int | None
    tiers: tuple[Tier, ...]
    decides: tuple[Tier, ...]
    is_first: bool
    issue_days: tuple[tuple[str, str], ...] = ()


def missing_facts(
    explanations: Sequence[Explanation], holdings: Sequence[Holding], *, as_of: date
) -> tuple[MissingFact, ...]:
    """What could still change a verdict of a deciding standard, best question first."""
    mine = [entry for entry in explanations if entry.rule_set.is_default]
    ranked = rank(mine)
    asked = [*_unranked(mine, ranked), *ranked]
    return tuple(
        _missing_fact(question, mine, holdings, as_of=as_of, is_first=place < FIRST_QUESTIONS)
        for place, question in enumerate(asked)
    )


def _unranked(explanations: Sequence[Explanation], ranked: Sequence[Question]) -> list[Question]:
    """Questions that no criterion asks: whether a tier concerns the enterprise at all."""
    known = {question.column for question in ranked}
    tiers: dict[str, list[Tier]] = {}
    for entry in explanations:
        for column in entry.missing:
            if column not in known:
                tiers.setdefault(column, []).append(entry.rule_set.tier)
    return [Question(column=column, tiers=tuple(own), weight=0, settles=()) for column, own in tiers.items()]


def _missing_fact(
    question: Question,
    explanations: Sequence[Explanation],
    holdings: Sequence[Holding],
    *,
    as_of: date,
    is_first: bool,
) -> MissingFact:
    column = question.column
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
        tiers=question.tiers,
        decides=tuple(entry.rule_set.tier for entry in explanations if entry.missing == (column,)),
        is_first=is_first,
        issue_days=tuple(days),
    )
