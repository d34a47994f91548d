"""Screen a facts frame against rule sets: one set of compiled rules for one enterprise and for millions."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from scoring.growth import NEAR
from scoring.program import Projection, compiled
from scoring.rules_model import RuleSet
from scoring.single import read_back

# Up to here the compiled rules run on plain values, enterprise by enterprise; planning a query takes longer.
ALONE_UP_TO = 16
# Up to here growth is decided exactly at once; beyond, in floats, and exactly only near a line.
EXACT_UP_TO = 4_096


def screen(
    facts: pl.DataFrame,
    rule_sets: Sequence[RuleSet],
    as_of: date | None,
    *,
    projection: Projection = "summary",
) -> pl.DataFrame:
    """What every rule set says of every enterprise.

    Parameters
    ----------
    facts : DataFrame, one row per enterprise
        Columns as in `scoring.facts`; one that is absent is all unknown.
    rule_sets : sequence of RuleSet
        A rule set that counts another tier's failures needs that tier's too.
    as_of : date or None
        The day the question is asked about; None takes the frame's ``as_of`` column.
    projection : {"summary", "stored", "detail"}
        ``summary`` is verdict, points and the nearest gap; ``stored`` adds what an
        assessment keeps; ``detail`` adds each criterion.

    Returns
    -------
    DataFrame, same rows in the same order
        Columns ``<key>.<name>``, see `scoring.outcomes`. Gaps are in 分, heads,
        counts, points or days, by the unit of the criterion.
    """
    if not rule_sets:
        return facts.select(pl.lit(0).alias("_")).drop("_")
    if 0 < facts.height <= ALONE_UP_TO and (single := read_back(tuple(rule_sets), projection)) is not None:
        return single.screen(facts, as_of)
    exact = compiled(tuple(rule_sets), as_of, projection, exact=True)
    if facts.height <= EXACT_UP_TO:
        return exact.run(facts).drop(NEAR, strict=False)
    result = compiled(tuple(rule_sets), as_of, projection, exact=False).run(facts)
    near, result = result[NEAR].arg_true(), result.drop(NEAR)
    return _replaced(result, near, exact.run(facts[near])) if len(near) else result


def _replaced(result: pl.DataFrame, rows: pl.Series, by: pl.DataFrame) -> pl.DataFrame:
    return result.with_columns(result[name].scatter(rows, by[name]) for name in result.columns)


def required_columns(rule_sets: Sequence[RuleSet]) -> list[str]:
    """The frame columns that these rule sets read."""
    return list(compiled(tuple(rule_sets), None, "detail", exact=True).columns)
