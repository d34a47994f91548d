"""Golden cases: the exchange format of worked enterprises, and the comparison with what we compute.

A case is right when every key under ``expect`` equals the outcome on its
``as_of``; lists compare as sets. Facts that a case does not carry are unknown;
``holds`` is complete.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from scoring.errors import CaseFileError
from scoring.facts import SCHEMA, year_column
from scoring.rule_checks import suggestion
from scoring.rulebook import Rulebook
from scoring.rules_model import RuleSet
from scoring.screening import screen
from scoring.vocabulary import (
    FACTS,
    YEARS_CARRIED,
    CriterionResult,
    Fact,
    Route,
    Tier,
    Unit,
    Verdict,
)

EXPERT_BLOCKS = ("intellectual_property", "transformation", "organisation", "growth")
_KEYS = ("verdict", "points", "points_range", "route", "failed", "gaps", "document")


@dataclass(frozen=True)
class Difference:
    """One value that is not as expected."""

    case: str
    tier: str
    key: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        expected, got = (_shown(value) for value in (self.expected, self.got))
        return f"{self.case}  {self.tier}  {self.key}: expected {expected}, got {got}"


def _shown(value: Any) -> str:
    """A value as a cases file spells it."""
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / value.denominator)
    return "nothing" if value is None else str(value)


@dataclass(frozen=True)
class Report:
    """What a cases file came to: values compared, differences, and values of tiers not built yet."""

    cases: int
    values: int
    differences: tuple[Difference, ...]
    not_built: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """The closing line."""
        return f"{self.cases} cases, {self.values} values, {len(self.differences)} differences"


def parse_cases(text: str) -> list[dict[str, Any]]:
    """The cases of a file; numbers stay exact.

    Raises
    ------
    CaseFileError
        If it is not JSON, has no ``cases``, or a case lacks ``id`` or ``as_of``.
    """
    try:
        data = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise CaseFileError(
            f"This is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    cases = data.get("cases") if isinstance(data, dict) else data
    if not isinstance(cases, list):
        raise CaseFileError("There is no list 'cases' in this file.")
    for index, case in enumerate(cases):
        if not isinstance(case, dict):
            raise CaseFileError(f"cases[{index}] is not an object.")
        for key in ("id", "as_of", "expect"):
            if key not in case:
                raise CaseFileError(f"cases[{index}] has no {key!r}.")
        for key in ("enterprise", "reports", "expect"):
            _check_objects(case, key)
    return cases


def _check_objects(case: Mapping[str, Any], key: str) -> None:
    """Facts, reports by year and expectations by tier are objects, not lists or single values."""
    table = case.get(key, {})
    inner = table.values() if isinstance(table, dict) and key != "enterprise" else ()
    if not isinstance(table, dict) or not all(isinstance(value, dict) for value in inner):
        raise _broken(case, f"{key!r} is not an object of the right shape")
    if key == "enterprise" and not isinstance(table.get("expert_points", {}), dict):
        raise _broken(case, "'expert_points' is not an object")


def check_cases(cases: Sequence[Mapping[str, Any]], rulebook: Rulebook) -> Report:
    """Screen every case on its own day and compare; all cases under the same rules are one frame."""
    values, differences, not_built = 0, list[Difference](), list[tuple[str, str]]()
    built = {entry.key for entry in rulebook.rule_sets}
    for case, rule_sets, row in _screened(cases, rulebook):
        for tier, expected in case["expect"].items():
            if tier not in built:
                not_built += [(case["id"], f"{tier}.{key}") for key in expected]
                continue
            got = outcome_of(tier, rule_sets, row)
            compared = [found for key, value in expected.items() for found in _compare(key, value, got)]
            values += len(compared)
            differences += [
                Difference(case["id"], tier, name, want, have)
                for name, want, have in compared
                if want != have
            ]
    return Report(len(cases), values, tuple(differences), tuple(not_built))


def _screened(
    cases: Sequence[Mapping[str, Any]], rulebook: Rulebook
) -> Iterator[tuple[Mapping[str, Any], tuple[RuleSet, ...], Mapping[str, Any]]]:
    """Each case with the rule sets of its day and its row of outcomes."""
    groups: dict[tuple[str, ...], list[tuple[Mapping[str, Any], date]]] = {}
    for case in cases:
        as_of = _day(case["as_of"], case)
        groups.setdefault(tuple(entry.id for entry in rulebook.in_force(as_of)), []).append((case, as_of))
    for names, group in groups.items():
        rule_sets = tuple(rulebook.get(name) for name in names)
        rows = pl.DataFrame([facts_of(case, as_of) for case, as_of in group], schema=SCHEMA)
        rows = rows.with_columns(pl.Series("as_of", [as_of for _, as_of in group], pl.Date))
        outcomes = screen(rows, rule_sets, None, projection="detail").rows(named=True) if rule_sets else []
        for index, (case, _) in enumerate(group):
            yield case, rule_sets, outcomes[index] if rule_sets else {}


def _compare(key: str, value: Any, got: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    if key == "failed" and isinstance(value, list):
        yield key, sorted(map(str, value)), sorted(got.get("failed") or [])
    elif key == "gaps" and isinstance(value, dict):
        gaps = got.get("gaps") or {}
        for criterion, gap in value.items():
            exact = Fraction(gap) if isinstance(gap, int | Decimal) else gap
            yield f"gaps.{criterion}", exact, gaps.get(criterion)
    else:
        yield key, value, got.get(key)


def outcome_of(tier: str, rule_sets: Sequence[RuleSet], row: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome of a tier in exchange words; without a rule set it is not applicable.

    ``tier`` alone is its default standard; ``gazelle@oecd2007`` is another one.
    """
    entry = next((one for one in rule_sets if one.key == tier), None)
    if entry is None:
        return {"verdict": Verdict.NOT_APPLICABLE.word}
    key = entry.key
    lo, hi, route = (row[f"{key}.{name}"] for name in ("points_lo", "points_hi", "route"))
    failed = [
        criterion.id
        for criterion in entry.criteria
        if row[f"{key}.{criterion.id}.result"] == CriterionResult.NOT_MET
    ]
    return {
        "verdict": Verdict(row[f"{key}.verdict"]).word,
        "points": lo if lo == hi else None,
        "points_range": None if lo is None else [lo, hi],
        "route": None if route is None else Route(route).word,
        "failed": failed,
        "gaps": {
            criterion.id: _exchanged(row[f"{key}.{criterion.id}.gap"], criterion.unit)
            for criterion in entry.criteria
            if row[f"{key}.{criterion.id}.gap"] is not None
        },
        "document": entry.document,
    }


def _exchanged(gap: int, unit: Unit) -> Fraction:
    """A gap as the exchange tells it: money in CNY, a share as a fraction."""
    return Fraction(gap, _SCALES.get(unit, 1))


def facts_of(case: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """A case as one row of the facts frame."""
    row: dict[str, Any] = {}
    for name, value in case.get("enterprise", {}).items():
        if name == "expert_points":
            row |= {f"expert_{block}": _inside(f"expert_{block}", value[block], case) for block in value}
        else:
            row[_fact_of(name, case).column] = _inside(name, value, case)
    for year, report in case.get("reports", {}).items():
        if not (isinstance(year, str) and year.isdecimal()):
            raise _broken(case, f"reports: {year!r} is not a year")
        back = as_of.year - int(year)
        inside = {_fact_of(name, case).column: _inside(name, value, case) for name, value in report.items()}
        if 1 <= back <= YEARS_CARRIED:
            row |= {year_column(column, back): value for column, value in inside.items()}
    held = set(case.get("holds", ()))
    for tier in held.difference(Tier):
        raise _broken(case, f"holds: the tier {tier!r} is not known{suggestion(str(tier), map(str, Tier))}")
    return row | {f"holds_{tier}": str(tier) in held for tier in Tier}


def _broken(case: Mapping[str, Any], reason: str) -> CaseFileError:
    return CaseFileError(f"Case {case['id']}: {reason}.")


def _fact_of(name: str, case: Mapping[str, Any]) -> Fact:
    if name not in FACTS:
        raise _broken(case, f"the fact {name!r} is not known{suggestion(name, FACTS)}")
    return FACTS[name]


def _inside(name: str, value: Any, case: Mapping[str, Any]) -> Any:
    """A value as the facts frame holds it; refused when it is of another kind."""
    unit = _fact_of(name, case).unit
    if value is None:
        return None
    if unit is Unit.DATE:
        return _day(value, case)
    if unit in _KINDS:
        kind, words = _KINDS[unit]
        if not isinstance(value, kind):
            raise _broken(case, f"{name}: {value!r} is not {words}")
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _broken(case, f"{name}: {value!r} is not a number")
    exact = Fraction(value) * _SCALES.get(unit, 1)
    if exact.denominator != 1:
        finest = {Unit.CNY: "a fen", Unit.SHARE: "a millionth"}.get(unit, "a whole number")
        raise _broken(case, f"{name}: {value} is finer than {finest}")
    return int(exact)


_KINDS: dict[Unit, tuple[type, str]] = {Unit.FLAG: (bool, "true or false"), Unit.CODE: (str, "a text")}
_SCALES = {Unit.CNY: 100, Unit.SHARE: 1_000_000}


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: Any, case: Mapping[str, Any]) -> date:
    # Python also reads 20261122 and week dates, which the exchange format does not know.
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise _broken(case, f"{value!r} is not a date such as 2026-11-22")
