"""Screen a few enterprises, fast: the compiled rules run on plain values, see `scoring.one_row`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from scoring.facts import SCHEMA
from scoring.growth import NEAR, growth_layers
from scoring.one_row import NotReadable, Run, Values, compile_expression, compile_layer, run_layer
from scoring.program import Projection, compiled
from scoring.rules_model import RuleSet
from scoring.vocabulary import CriterionResult


@dataclass(frozen=True)
class _LateGap:
    """A gap that is computed only where it is shown: as the nearest one, and at its own criterion."""

    nearest: str
    nearest_gap: str
    index: int
    result: str
    gap: str
    run: Run


class Single:
    """Rule sets read back from Polars; the day is a value like any other, so one reading serves all days."""

    def __init__(self, rule_sets: tuple[RuleSet, ...], projection: Projection) -> None:
        program = compiled(rule_sets, None, projection, exact=True)
        layers = [*program.preparing(), *growth_layers(program.requests, exact=True), *program.steps.layers]
        self.columns = program.columns
        self.layers = [compile_layer(layer) for layer in layers]
        self.outcomes = compile_layer(program.expressions)
        self.schema = (
            program.run(pl.DataFrame(schema={**SCHEMA, "as_of": pl.Date})).drop(NEAR, strict=False).schema
        )
        self.late = [
            _LateGap(
                nearest=f"{entry.rule_set.key}.nearest_criterion",
                nearest_gap=f"{entry.rule_set.key}.nearest_gap",
                index=index,
                result=f"{entry.rule_set.key}.{entry.rule_set.criteria[index].id}.result",
                gap=f"{entry.rule_set.key}.{entry.rule_set.criteria[index].id}.gap",
                run=compile_expression(criterion.late_gap),
            )
            for entry in program.compiled
            for index, criterion in enumerate(entry.criteria)
            if criterion.late_gap is not None
        ]

    def screen(self, facts: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
        """What `scoring.screening.screen` says of a few enterprises, one after the other."""
        rows = [self.run(row, as_of or row["as_of"]) for row in facts.rows(named=True)]
        columns = {name: [row[name] for row in rows] for name in self.schema}
        return pl.DataFrame(columns, schema=self.schema)

    def run(self, facts: Values, as_of: date) -> Values:
        """One row of an outcomes frame."""
        values = {name: facts.get(name) for name in self.columns} | {"as_of": as_of}
        for layer in self.layers:
            run_layer(layer, values)
        found = {name: run(values) for name, run in self.outcomes}
        for late in self.late:
            if found[late.nearest] == late.index:
                found[late.nearest_gap] = late.run(values)
            if found.get(late.result) == CriterionResult.NOT_MET:
                found[late.gap] = late.run(values)
        return found


def screen_one(facts: pl.DataFrame, rule_sets: Sequence[RuleSet], as_of: date) -> dict[str, Any]:
    """The row that ``screen(facts, rule_sets, as_of, projection="detail")`` has for a frame of one row."""
    single = read_back(tuple(rule_sets), "detail")
    if single is None:
        program = compiled(tuple(rule_sets), as_of, "detail", exact=True)
        return program.run(facts).row(0, named=True)
    return single.run(facts.row(0, named=True), as_of)


@lru_cache(maxsize=32)
def read_back(rule_sets: tuple[RuleSet, ...], projection: Projection) -> Single | None:
    """The rule sets as functions of plain values; None where only Polars can run one of them."""
    try:
        return Single(rule_sets, projection)
    except NotReadable:
        return None
