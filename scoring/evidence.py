"""Evidence with a clock: until which day what met a criterion still counts.

Figures of a fiscal year are last year's until the calendar year ends, a
certificate counts until its own end, an age until it is reached. What an
enterprise did within a moving window (近三年 awards) ends on a day that
nobody has told us.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from scoring.facts import split_year
from scoring.rule_words import SPECS
from scoring.rules_model import Criterion, RuleSet, fen
from scoring.vocabulary import FACTS, Unit

Row = Mapping[str, Any]
# Facts that lapse with a window, although their names do not say so: the evaluation is of this year.
OF_A_WINDOW = frozenset({"development_points"})
_WINDOW = re.compile(r"_\d+y(_|$)")


class Clock(StrEnum):
    """What makes evidence lapse."""

    FISCAL_YEAR = "fiscal_year"
    CERTIFICATE = "certificate"
    AGE = "age"
    WINDOW = "window"
    STANDING = "standing"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Until when something counts: ``until`` is the last day, None where it is unknown or there is none.

    ``moves`` says that some of it also depends on a moving window whose end is not known.
    """

    clock: Clock
    until: date | None = None
    moves: bool = False


STANDING = Evidence(clock=Clock.STANDING)
MOVING = Evidence(clock=Clock.WINDOW, moves=True)


def evidence_of(rule_set: RuleSet, criterion: Criterion, row: Row, as_of: date) -> Evidence:
    """How long a criterion that is met stays proven; ``row`` is the enterprise's facts."""
    return _of_word(criterion.word, criterion.args, _Case(rule_set, row, as_of))


def evidence_of_route(rule_set: RuleSet, row: Row, as_of: date) -> Evidence | None:
    """How long the direct route stays open: as long as the last of its open doors; None while none is."""
    doors = rule_set.direct.any_of if rule_set.direct else ()
    case = _Case(rule_set, row, as_of)
    opened = [
        earliest(_of_column(column, case) for column in door.columns)
        for door in doors
        if (_is_met({"word": door.word, **door.args}, row) if door.word else row.get(door.column))
    ]
    return lasting(opened) if opened else None


def earliest(found: Iterable[Evidence]) -> Evidence:
    """What needs all of these lapses with the first of them."""
    every = list(found)
    moves = any(each.moves for each in every)
    dated = [each for each in every if each.until]
    if dated:
        first = min(dated, key=lambda each: each.until or date.max)
        return Evidence(clock=first.clock, until=first.until, moves=moves)
    open_ended = [each for each in every if each.clock is not Clock.STANDING]
    clock = open_ended[0].clock if open_ended else Clock.STANDING
    return Evidence(clock=clock, moves=moves)


def lasting(found: Iterable[Evidence]) -> Evidence:
    """What any one of these is enough for lasts as long as the last that is known to."""
    every = list(found)
    for each in every:
        if each.clock is Clock.STANDING:
            return each
    dated = [each for each in every if each.until]
    return max(dated, key=lambda each: each.until or date.min) if dated else earliest(every)


@dataclass(frozen=True)
class _Case:
    """One enterprise under one rule set on a day."""

    rule_set: RuleSet
    row: Row
    as_of: date


def _of_word(word: str, args: Mapping[str, Any], case: _Case) -> Evidence:
    if word == "all_of":
        return earliest(_of_word(part["word"], part, case) for part in args["parts"])
    if word == "any_of":
        parts = [part for part in args["parts"] if _is_met(part, case.row)]
        return lasting(_of_word(part["word"], part, case) for part in parts or args["parts"])
    if word == "age":
        return _of_age(args, case)
    if word in ("holds", "holds_any"):
        return _of_titles(args, case)
    if word == "unmet_at_most":
        return earliest(_of_column(column, case) for column in case.rule_set.facts if split_year(column)[1])
    columns = SPECS[word].columns(args, case.rule_set.points)
    return earliest(_of_column(column, case) for column in columns if case.row.get(column) is not None)


def _of_column(column: str, case: _Case) -> Evidence:
    if column.startswith("holds_"):
        return Evidence(clock=Clock.CERTIFICATE, until=case.row.get(f"{column}_until"))
    stem, years_back = split_year(column)
    if years_back is not None:
        return Evidence(clock=Clock.FISCAL_YEAR, until=date(case.as_of.year, 12, 31))
    return MOVING if stem in OF_A_WINDOW or _WINDOW.search(stem) else STANDING


def _of_age(args: Mapping[str, Any], case: _Case) -> Evidence:
    """Old enough stays so; young enough ends with the anniversary, in February with its last day."""
    registered = case.row.get("registered_on")
    if "days" in args or registered is None:
        return STANDING
    return Evidence(clock=Clock.AGE, until=anniversary(registered, int(args["years"])))


def anniversary(day: date, years: int) -> date:
    """The same day some years later; 28 February for a 29th that the year does not have."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def _of_titles(args: Mapping[str, Any], case: _Case) -> Evidence:
    """A title held lasts until its end; not to hold one stays so until one is granted."""
    if not args["is"]:
        return STANDING
    columns = [f"holds_{tier}" for tier in args.get("tiers", [args.get("tier")])]
    held = [_of_column(column, case) for column in columns if case.row.get(column)]
    return lasting(held) if held else STANDING


def _is_met(part: Mapping[str, Any], row: Row) -> bool:
    """Whether a part is met for certain by what is known; False also where only screening could tell."""
    word = part["word"]
    if word in ("flag", "holds"):
        value = row.get(part["fact"] if word == "flag" else f"holds_{part['tier']}")
        return value is not None and bool(value) == part["is"]
    if word in ("amount", "count"):
        return _reaches(part, row)
    if word in ("all_of", "any_of"):
        parts = [_is_met(inner, row) for inner in part["parts"]]
        return all(parts) if word == "all_of" else any(parts)
    return False


def _reaches(part: Mapping[str, Any], row: Row) -> bool:
    columns = SPECS[part["word"]].columns(part, None)
    values = [row.get(column) for column in columns]
    if part.get("minus") or any(value is None for value in values):
        return False
    value = sum(int(each) for each in values if each is not None)
    return _compares(value, part["operator"], _limit(part))


def _limit(part: Mapping[str, Any]) -> int:
    fact = FACTS[part["fact"] if part["word"] == "amount" else part["facts"][0]]
    if fact.unit is Unit.CNY:
        return fen(part["value"])
    return int(part["value"] * 1_000_000) if fact.unit is Unit.SHARE else int(part["value"])


def _compares(value: int, operator: str, limit: int) -> bool:
    if operator in (">=", ">"):
        return value >= limit if operator == ">=" else value > limit
    return value <= limit if operator == "<=" else value < limit
