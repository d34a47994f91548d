"""Rows of an outcomes frame in the plain evaluator's words, so that the two can be compared."""

from typing import Any

from scoring.rules_model import RuleSet
from scoring.vocabulary import CriterionResult, Route, Verdict
from tests.unit.scoring.reference import Judged


def outcome_of(row: dict[str, Any], entry: RuleSet) -> Judged:
    """What a detail row says of one rule set."""
    key, names = entry.key, [criterion.id for criterion in entry.criteria]
    lo, hi, route = (row[f"{key}.{name}"] for name in ("points_lo", "points_hi", "route"))
    return Judged(
        Verdict(row[f"{key}.verdict"]).word,
        {name: CriterionResult(row[f"{key}.{name}.result"]).word for name in names},
        {name: gap for name in names if (gap := row[f"{key}.{name}.gap"]) is not None},
        None if lo is None else (lo, hi),
        None if route is None else Route(route).word,
    )
