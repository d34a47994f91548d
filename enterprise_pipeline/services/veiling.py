"""Take out of what a page shows whatever its reader may not see, before any template has it.

A verdict and each criterion's result stay; amounts, shares, points built of hidden figures, and what was
typed in before do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from enterprise_pipeline.services.business_secrets import Veil, Why
from enterprise_pipeline.services.data_questions import DataQuestion, QuestionsOfOne
from enterprise_pipeline.services.fact_sheets import ToldFact
from enterprise_pipeline.services.figure_table import FigureCell, FigureRow, FigureTable, Told
from enterprise_pipeline.services.history import Edit
from scoring.explain import Explanation, Outcome
from scoring.plausibility import Kind
from scoring.points import table_columns
from scoring.rule_words import SPECS
from scoring.rules_model import Criterion, PointsPart, RuleSet
from scoring.vocabulary import COLUMNS

# Words typed in about figures, which may repeat them; by the group of the action.
_ABOUT_FIGURES = ("question.", "figures.")
_ABOUT_SECRETS = ("secret.",)
_WORDS = ("reason", "why")
# What is told of a person to call; by the group of the action.
ABOUT_PEOPLE = "contact."
PERSON = frozenset({"name", "phone", "email", "has_consent"})


@dataclass(frozen=True, kw_only=True)
class HiddenQuestion:
    """A question whose figures do not show."""

    kind: Kind
    year: int | None
    why: Why


@dataclass(frozen=True, kw_only=True)
class Lens:
    """A veil as of a day in ``year``: it knows which year a column of the facts frame is about.

    Without a year one hidden year hides a fact, as lists do that tell amounts made of several years.
    """

    veil: Veil
    year: int | None

    def why(self, columns: Iterable[str]) -> Why | None:
        """Why something built of these columns of the facts frame does not show; None where it does."""
        if self.veil.hides_nothing:
            return None
        found = {self.veil.why_of_frame(column, year=self.year) for column in columns}
        return next((why for why in Why if why in found), None)

    def why_criterion(self, rule_set: RuleSet, criterion: Criterion) -> Why | None:
        """Why the amounts of a criterion do not show."""
        return self.why(SPECS[criterion.word].columns(criterion.args, rule_set.points))

    def why_part(self, part: PointsPart) -> Why | None:
        """Why the points of an indicator do not show."""
        return self.why(column for table in part.tables for column in table_columns(table))

    def why_points(self, rule_set: RuleSet) -> Why | None:
        """Why the sum of points does not show: one hidden indicator could be worked out from it."""
        parts = rule_set.points.parts if rule_set.points else ()
        found = {self.why_part(part) for part in parts}
        return next((why for why in Why if why in found), None)

    def explanation(self, told: Explanation) -> Explanation:
        """The same reasons without the amounts that do not show."""
        if self.veil.hides_nothing:
            return told
        rule_set = told.rule_set
        outcomes = tuple(self._outcome(rule_set, outcome) for outcome in told.outcomes)
        by_old = {id(old): new for old, new in zip(told.outcomes, outcomes, strict=True)}
        shown = {part.id for part in _parts(rule_set) if self.why_part(part) is None}
        hides_sum = self.why_points(rule_set) is not None
        return replace(
            told,
            outcomes=outcomes,
            nearest=by_old[id(told.nearest)] if told.nearest else None,
            components=tuple(part for part in told.components if part.id in shown),
            points_lo=None if hides_sum else told.points_lo,
            points_hi=None if hides_sum else told.points_hi,
        )

    def _outcome(self, rule_set: RuleSet, outcome: Outcome) -> Outcome:
        if self.why_criterion(rule_set, outcome.criterion) is None:
            return outcome
        return replace(outcome, numerator=None, denominator=None, gap=None)

    def row(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """A row of the facts frame with nothing in the columns that do not show."""
        return {name: None if self.why([name]) else value for name, value in told.items()}

    def questions(self, told: QuestionsOfOne) -> tuple[QuestionsOfOne, tuple[HiddenQuestion, ...]]:
        """The questions that show, and the open ones of which only their kind does."""
        if self.veil.hides_nothing:
            return told, ()
        shown = QuestionsOfOne(
            open=tuple(each for each in told.open if self._why_question(each) is None),
            checked=tuple(each for each in told.checked if self._why_question(each.question) is None),
        )
        hidden = ((each, self._why_question(each)) for each in told.open)
        return shown, tuple(
            HiddenQuestion(kind=each.kind, year=each.year, why=why) for each, why in hidden if why
        )

    def _why_question(self, question: DataQuestion) -> Why | None:
        if not self.veil.has_figures:
            return Why.NO_RIGHT
        # Experts' points are doubted beside a band, which tells of the figures behind it.
        if question.kind is Kind.EXPERT:
            return Why.MARKED
        return self.why(column for pair in question.pairs for column in (pair.subject, pair.other))


def veiled_figures(table: FigureTable, veil: Veil) -> FigureTable:
    """The table of figures with the values that do not show taken out, and every mark in its cell."""
    rows = tuple(
        replace(row, cells=tuple(cell and _cell(row, cell, veil) for cell in row.cells)) for row in table.rows
    )
    return replace(table, rows=rows)


def _cell(row: FigureRow, cell: FigureCell, veil: Veil) -> FigureCell:
    why = veil.why(row.fact.column, cell.year)
    marked = replace(cell, mark=veil.mark_of(row.fact.column, cell.year), hidden=why)
    if why is None:
        return marked
    return replace(marked, told=_emptied(cell.told), others=tuple(map(_emptied, cell.others)))


def _emptied(told: Told) -> Told:
    return replace(told, value=None)


def veiled_sheet(sheet: Mapping[str, ToldFact], veil: Veil) -> dict[str, ToldFact]:
    """Facts that are not yearly, with the values that do not show taken out."""
    return {
        name: replace(told, mark=veil.mark_of(name), hidden=why, value=None if why else told.value)
        for name, told in sheet.items()
        for why in [veil.why(name)]
    }


def veiled_edits(edits: Iterable[Edit], veil: Veil) -> list[Edit]:
    """Recorded changes with the values that do not show taken out; what was changed stays told."""
    if veil.hides_nothing:
        return list(edits)
    return [_edit(edit, veil) for edit in edits]


def people_veiled(edits: Iterable[Edit]) -> list[Edit]:
    """Recorded changes without names and numbers of people, for whoever has no business calling them."""
    return [_without_person(edit) if edit.action.startswith(ABOUT_PEOPLE) else edit for edit in edits]


def _without_person(edit: Edit) -> Edit:
    hidden = dict(edit.hidden) | {name: Why.NO_RIGHT for name in edit.values if name in PERSON}
    values = {name: pair for name, pair in edit.values.items() if name not in hidden}
    return replace(edit, values=values, hidden=hidden)


def _edit(edit: Edit, veil: Veil) -> Edit:
    hidden = {name: why for name in edit.values if (why := _why_value(name, edit, veil)) is not None}
    values = {name: pair for name, pair in edit.values.items() if name not in hidden}
    return replace(edit, values=values, hidden=hidden)


def _why_value(name: str, edit: Edit, veil: Veil) -> Why | None:
    return why_recorded(name, edit.action, edit.about.get("year"), veil)


def why_recorded(name: str, action: str, year: int | None, veil: Veil) -> Why | None:
    """Why a value of a recorded change does not show: a hidden figure, or words that may tell of one."""
    if name in COLUMNS:
        return veil.why(name, year)
    if name in _WORDS and action.startswith(_ABOUT_FIGURES) and not veil.has_figures:
        return Why.NO_RIGHT
    is_about_secrets = action.startswith((*_ABOUT_SECRETS, *_ABOUT_FIGURES))
    return Why.MARKED if name in _WORDS and is_about_secrets and not veil.has_secrets else None


def _parts(rule_set: RuleSet) -> tuple[PointsPart, ...]:
    return rule_set.points.parts if rule_set.points else ()
