"""Criteria with the values they were decided on: from which facts, told by whom and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.services.fact_sheets import ToldFact
from enterprise_pipeline.services.figure_table import FigureTable
from enterprise_pipeline.services.growth_readings import Growth, growth_of
from enterprise_pipeline.services.veiling import Lens
from scoring.explain import Explanation, Outcome, PointsComponent
from scoring.facts import split_year
from scoring.rule_words import SPECS
from scoring.rules_model import Criterion, RuleSet, fen
from scoring.vocabulary import COLUMNS, FACTS, Fact, Tier, Unit

# The mean of two yearly rates.
MEAN_YEARS = 2
MONEY_LINES = ("amount", "amount_in_year", "amount_total", "amount_mean")
UPPER_LIMITS = ("<=", "<")
# Facts that services.facts concludes from the registration where nobody told them.
CONCLUDED = frozenset({"is_resident", "is_industry_excluded"})
OF_REGISTRATION = frozenset({"registered_on", "industry_code"})


class Shape(StrEnum):
    """How the value of a criterion is written."""

    FACTS = "facts"
    AMOUNT = "amount"
    TOTAL = "total"
    MEAN = "mean"
    SHARE = "share"
    SHARES = "shares"
    AGE = "age"
    GROWTH = "growth"
    POINTS = "points"
    PARTS = "parts"
    JUDGEMENT = "judgement"


_SHAPES = {
    "amount": Shape.AMOUNT,
    "amount_by_industry": Shape.AMOUNT,
    "amount_in_year": Shape.AMOUNT,
    "amount_total": Shape.TOTAL,
    "amount_mean": Shape.MEAN,
    "count": Shape.AMOUNT,
    "unmet_at_most": Shape.AMOUNT,
    "share": Shape.SHARE,
    "share_each_year": Shape.SHARES,
    "points_part": Shape.SHARE,
    "age": Shape.AGE,
    "mean_growth": Shape.GROWTH,
    "cagr": Shape.GROWTH,
    "points": Shape.POINTS,
    "points_sum": Shape.PARTS,
    "judgement": Shape.JUDGEMENT,
}


@dataclass(frozen=True, kw_only=True)
class FactValue:
    """A fact that a criterion reads. ``fact`` is None for a holding, whose tier is then given."""

    column: str
    fact: Fact | None
    tier: Tier | None
    year: int | None
    value: Any
    source: str | None
    received_on: date | None
    is_conflict: bool = False
    is_concluded: bool = False
    is_before_registration: bool = False
    hidden: Why | None = None


@dataclass(frozen=True, kw_only=True)
class CriterionView:
    """A criterion's outcome with what it was decided on; ``parts`` are the indicators it is about.

    ``hidden`` is why its amounts do not show; they are then not in it.
    """

    outcome: Outcome
    shape: Shape
    values: tuple[FactValue, ...]
    growth: tuple[Growth, ...] = ()
    numerator: Fact | None = None
    denominator: Fact | None = None
    line_fen: int | None = None
    parts: tuple[PointsComponent, ...] = ()
    hidden: Why | None = None

    @property
    def criterion(self) -> Criterion:
        """The criterion as the rule file has it."""
        return self.outcome.criterion

    @property
    def is_upper_limit(self) -> bool:
        """Whether the value must stay below the threshold, so that a gap is an excess."""
        return self.criterion.operator in UPPER_LIMITS


@dataclass(frozen=True, kw_only=True)
class KnownFacts:
    """Everything known of one enterprise on a day that ``lens`` shows, with where each value is from."""

    as_of: date
    row: Mapping[str, Any]
    figures: FigureTable
    sheet: Mapping[str, ToldFact]
    lens: Lens

    def value(self, column: str) -> FactValue:
        """A column of the facts frame with its source."""
        value = self.row.get(column)
        if column.startswith("holds_"):
            tier = Tier(column.removeprefix("holds_"))
            return FactValue(
                column=column,
                fact=None,
                tier=tier,
                year=None,
                value=value,
                source=None,
                received_on=None,
            )
        stem, years_back = split_year(column)
        if years_back is not None:
            return self._figure(column, COLUMNS[stem], self.as_of.year - years_back)
        told = self.sheet.get(column)
        return FactValue(
            column=column,
            fact=COLUMNS[stem],
            tier=None,
            year=None,
            value=value,
            source=told.source if told else None,
            received_on=told.received_on if told else None,
            is_concluded=told is None and value is not None and column in CONCLUDED,
            hidden=self.lens.why([column]),
        )

    def _figure(self, column: str, fact: Fact, year: int) -> FactValue:
        cell = self.figures.cell(fact.column, year)
        registered: date | None = self.row.get("registered_on")
        return FactValue(
            column=column,
            fact=fact,
            tier=None,
            year=year,
            value=self.row.get(column),
            source=cell.told.source if cell else None,
            received_on=cell.told.received_on if cell else None,
            is_conflict=cell.is_conflict if cell else False,
            is_before_registration=registered is not None and year < registered.year,
            hidden=self.lens.why([column]),
        )


def criterion_views(explanation: Explanation, known: KnownFacts) -> tuple[CriterionView, ...]:
    """The criteria of one explanation in the order of the rule."""
    return tuple(_view(explanation, outcome, known) for outcome in explanation.outcomes)


def _view(explanation: Explanation, outcome: Outcome, known: KnownFacts) -> CriterionView:
    criterion, rule_set = outcome.criterion, explanation.rule_set
    numerator, denominator = _ratio(rule_set, criterion)
    shape = _SHAPES.get(criterion.word, Shape.FACTS)
    if criterion.word == "points_part" and numerator is None:
        shape = Shape.PARTS
    columns = () if shape in (Shape.POINTS, Shape.PARTS) else columns_of(rule_set, criterion)
    hidden = known.lens.why_criterion(rule_set, criterion)
    named = criterion.args.get("indicators", [criterion.args.get("part")])
    return CriterionView(
        outcome=outcome,
        shape=shape,
        values=tuple(known.value(column) for column in columns),
        growth=_growths(criterion, known) if shape is Shape.GROWTH and not hidden else (),
        numerator=numerator,
        denominator=denominator,
        line_fen=fen(criterion.args["value"]) if _has_money_line(criterion) else None,
        parts=tuple(part for part in explanation.components if part.id in named),
        hidden=hidden,
    )


def columns_of(rule_set: RuleSet, criterion: Criterion) -> tuple[str, ...]:
    """The columns of the facts frame that a criterion reads, each once."""
    found = SPECS[criterion.word].columns(criterion.args, rule_set.points)
    return tuple(dict.fromkeys(found))


def _ratio(rule_set: RuleSet, criterion: Criterion) -> tuple[Fact | None, Fact | None]:
    args = criterion.args
    if criterion.word == "points_part" and rule_set.points:
        part = next(part for part in rule_set.points.parts if part.id == args["part"])
        if part.tables and all(table.kind == "share" for table in part.tables):
            return FACTS[part.tables[0].numerator], FACTS[part.tables[0].denominator]
    if criterion.word in ("share", "share_each_year"):
        return FACTS[args["numerator"]], FACTS[args["denominator"]]
    return None, None


def _has_money_line(criterion: Criterion) -> bool:
    return criterion.word in MONEY_LINES and criterion.unit is Unit.CNY


def _growths(criterion: Criterion, known: KnownFacts) -> tuple[Growth, ...]:
    """Both readings of the growth that a criterion asks for; ``cagr`` decides by the compound one."""
    is_compound = criterion.word == "cagr"
    years = int(criterion.args["years"]) if is_compound else MEAN_YEARS
    return tuple(
        growth_of(
            FACTS[name],
            [known.row.get(f"{FACTS[name].column}_y{back}") for back in range(1, years + 2)],
            line=(Fraction(criterion.args["value"]), criterion.operator),
            is_compound=is_compound,
        )
        for name in criterion.args["facts"]
    )
