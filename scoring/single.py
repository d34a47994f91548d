"""Screen one enterprise, fast: the compiled rules run on its plain values, see `scoring.one_row`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from scoring.growth import growth_layers
from scoring.one_row import NotReadable, Run, Values, compile_expression, compile_layer, run_layer
from scoring.rules_model import RuleSet
from scoring.screening import program_for_one, screen
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


class _Single:
    """Rule sets read back from Polars, for one day."""

    def __init__(self, rule_sets: tuple[RuleSet, ...], as_of: date) -> None:
        program = program_for_one(rule_sets, as_of)
        layers = [*program.preparing(), *growth_layers(program.requests, exact=True), *program.steps.layers]
        self.columns = program.columns
        self.layers = [compile_layer(layer) for layer in layers]
        self.outcomes = compile_layer(program.expressions)
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

    def run(self, facts: Values) -> Values:
        values = {name: facts.get(name) for name in self.columns}
        for layer in self.layers:
            run_layer(layer, values)
        found = {name: run(values) for name, run in self.outcomes}
        for late in self.late:
            if found[late.nearest] == late.index:
                found[late.nearest_gap] = late.run(values)
            if found[late.result] == CriterionResult.NOT_MET:
                found[late.gap] = late.run(values)
        return found


def screen_one(facts: pl.DataFrame, rule_sets: Sequence[RuleSet], as_of: date) -> dict[str, Any]:
    """The row that ``screen(facts, rule_sets, as_of, projection="detail")`` has for a frame of one row."""
    single = _single(tuple(rule_sets), as_of)
    if single is None:
        return screen(facts, rule_sets, as_of, projection="detail").row(0, named=True)
    return single.run(facts.row(0, named=True))


def is_readable(rule_sets: Sequence[RuleSet], as_of: date) -> bool:
    """Whether these rule sets need no query engine for one enterprise."""
    return _single(tuple(rule_sets), as_of) is not None


@lru_cache(maxsize=16)
def _single(rule_sets: tuple[RuleSet, ...], as_of: date) -> _Single | None:
    try:
        return _Single(rule_sets, as_of)
    except NotReadable:
        return None
