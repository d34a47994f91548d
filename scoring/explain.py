"""One enterprise's outcomes as plain values for a page: every reason, every gap, what to ask first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from scoring.evidence import Evidence, evidence_of, evidence_of_route
from scoring.industry_specs import CODE
from scoring.rules_model import Criterion, DirectCondition, RuleSet
from scoring.single import screen_one
from scoring.vocabulary import CriterionResult, Route, Verdict


@dataclass(frozen=True)
class Outcome:
    """What one criterion says.

    ``gap`` is in the criterion's unit (分 for money); numerator and
    denominator are the integers that were compared, or None. ``missing`` are
    the facts-frame columns that leave it unknown. ``evidence`` says how long
    what met it counts, for criteria that are met or replaced by the direct route.
    """

    criterion: Criterion
    result: CriterionResult
    numerator: int | None
    denominator: int | None
    gap: int | None
    changes_on: date | None
    missing: tuple[str, ...]
    evidence: Evidence | None = None

    @property
    def valid_until(self) -> date | None:
        """The last day on which its evidence counts; None where there is none or nobody knows it."""
        return self.evidence.until if self.evidence else None


@dataclass(frozen=True)
class PointsComponent:
    """One indicator of a points system: lowest and highest points as things stand."""

    id: str
    label: str
    label_en: str
    lo: int
    hi: int
    maximum: int


@dataclass(frozen=True)
class Explanation:
    """What a rule set says of one enterprise. ``missing`` are columns in the order of asking.

    ``applies`` is null while the industry code does not say whether the tier concerns the enterprise.
    """

    rule_set: RuleSet
    verdict: Verdict
    points_lo: int | None
    points_hi: int | None
    points_max: int | None
    pass_mark: str
    route: Route | None
    outcomes: tuple[Outcome, ...]
    components: tuple[PointsComponent, ...]
    missing: tuple[str, ...]
    ask_first: str | None
    nearest: Outcome | None
    changes_on: date | None
    applies: bool | None = True
    doors: tuple[DirectCondition, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The criteria that are not met."""
        return tuple(outcome for outcome in self.outcomes if outcome.result is CriterionResult.NOT_MET)

    @property
    def lapses_first(self) -> Outcome | None:
        """The outcome whose evidence lapses first, of those whose last day is known."""
        dated = [outcome for outcome in self.outcomes if outcome.valid_until]
        return min(dated, key=lambda outcome: outcome.valid_until or date.max, default=None)

    @property
    def valid_until(self) -> date | None:
        """The last day on which all the evidence counts that has a known end."""
        return self.lapses_first.valid_until if self.lapses_first else None


def explain(facts: pl.DataFrame, rule_sets: Sequence[RuleSet], as_of: date) -> list[Explanation]:
    """Every rule set's reasons for the one enterprise in ``facts``.

    Raises
    ------
    ValueError
        If ``facts`` does not have exactly one row.
    """
    if facts.height != 1:
        raise ValueError(f"explain() takes one enterprise, not {facts.height}.")
    found = explained(screen_one(facts, rule_sets, as_of), rule_sets)
    row = facts.row(0, named=True)
    return [_with_evidence(entry, row, as_of) for entry in found]


def _with_evidence(entry: Explanation, facts: Mapping[str, Any], as_of: date) -> Explanation:
    """The same, with how long what is met stays proven."""
    rule_set = entry.rule_set
    route = evidence_of_route(rule_set, facts, as_of)
    waived = rule_set.direct.waives if rule_set.direct and route else frozenset()
    outcomes = tuple(
        replace(outcome, evidence=evidence_of(rule_set, outcome.criterion, facts, as_of))
        if outcome.result is CriterionResult.MET
        else replace(outcome, evidence=route)
        if outcome.result is CriterionResult.NOT_APPLICABLE and outcome.criterion.id in waived
        else outcome
        for outcome in entry.outcomes
    )
    return replace(entry, outcomes=outcomes)


def explained(row: Mapping[str, Any], rule_sets: Sequence[RuleSet]) -> list[Explanation]:
    """The reasons in one row of an outcomes frame of projection ``detail``."""
    asked = _asked(row)
    return [_explanation(entry, row, asked) for entry in rule_sets]


def _asked(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """What each criterion asks, by its name in the frame: a row has too many columns to search them again."""
    asked: dict[str, list[str]] = {}
    for name, is_open in row.items():
        if is_open is True:
            criterion, mark, column = name.partition(".asks.")
            if mark:
                asked.setdefault(criterion, []).append(column)
    return asked


def _explanation(entry: RuleSet, row: Mapping[str, Any], asked: Mapping[str, Sequence[str]]) -> Explanation:
    key = entry.key
    outcomes = tuple(
        _outcome(f"{key}.{criterion.id}", criterion, row, missing=asked.get(f"{key}.{criterion.id}", ()))
        for criterion in entry.criteria
    )
    verdict, route, nearest = (row[f"{key}.{name}"] for name in ("verdict", "route", "nearest_criterion"))
    is_open = verdict == Verdict.UNDETERMINED
    return Explanation(
        rule_set=entry,
        verdict=Verdict(verdict),
        points_lo=row[f"{key}.points_lo"],
        points_hi=row[f"{key}.points_hi"],
        points_max=entry.points.maximum if entry.points else None,
        pass_mark=next((c.printed for c in entry.criteria if c.word == "points"), ""),
        route=None if route is None else Route(route),
        outcomes=outcomes,
        components=_components(entry, row),
        missing=tuple(unpack_missing(entry, row[f"{key}.missing"])),
        ask_first=ask_first(entry, outcomes, in_scope=row[f"{key}.applies"]) if is_open else None,
        nearest=None if nearest is None else outcomes[nearest],
        changes_on=row[f"{key}.changes_on"],
        applies=row[f"{key}.applies"],
        doors=_open_doors(entry, row),
    )


def _outcome(name: str, criterion: Criterion, row: Mapping[str, Any], *, missing: Sequence[str]) -> Outcome:
    return Outcome(
        criterion=criterion,
        result=CriterionResult(row[f"{name}.result"]),
        numerator=row[f"{name}.numerator"],
        denominator=row[f"{name}.denominator"],
        gap=row[f"{name}.gap"],
        changes_on=row[f"{name}.changes_on"],
        missing=tuple(missing),
    )


def _open_doors(entry: RuleSet, row: Mapping[str, Any]) -> tuple[DirectCondition, ...]:
    """The conditions of the direct route that are met."""
    doors = entry.direct.any_of if entry.direct else ()
    return tuple(door for index, door in enumerate(doors) if row[f"{entry.key}.door{index}"])


def _components(entry: RuleSet, row: Mapping[str, Any]) -> tuple[PointsComponent, ...]:
    parts = entry.points.parts if entry.points else ()
    return tuple(
        PointsComponent(
            part.id,
            part.label,
            part.label_en,
            row[f"{entry.key}.points.{part.id}.lo"],
            row[f"{entry.key}.points.{part.id}.hi"],
            part.maximum,
        )
        for part in parts
    )


def unpack_missing(entry: RuleSet, mask: int) -> list[str]:
    """The columns of a stored ``missing`` mask, in the order of asking."""
    return [column for bit, column in enumerate(entry.facts) if mask >> bit & 1]


def unpack_results(entry: RuleSet, packed: int) -> list[CriterionResult]:
    """The criteria's results of a stored ``results`` number, in the order of the rule set."""
    return [CriterionResult(packed >> (3 * index) & 7) for index in range(len(entry.criteria))]


def ask_first(entry: RuleSet, outcomes: Sequence[Outcome], *, in_scope: bool | None = True) -> str | None:
    """The missing fact whose answer can settle most.

    Each unknown criterion lends its questions one vote: whole to a fact that
    can settle it alone (the only one missing, or a door of the direct route),
    and otherwise shared among the missing facts. Ties go to the order of asking.
    Whether the tier concerns the enterprise at all (``in_scope``) comes before everything.
    """
    if in_scope is None:
        return CODE
    doors = {column for door in entry.direct.any_of for column in door.columns} if entry.direct else set()
    waived = entry.direct.waives if entry.direct else frozenset()
    votes: dict[str, float] = {}
    for outcome in outcomes:
        own_doors = {*(doors if outcome.criterion.id in waived else ()), *outcome.criterion.not_asked_when}
        shared = [column for column in outcome.missing if column not in own_doors]
        for column in outcome.missing:
            votes[column] = votes.get(column, 0.0) + (1.0 if column in own_doors else 1 / len(shared))
    return max(votes, key=lambda column: (votes[column], -entry.facts.index(column)), default=None)
