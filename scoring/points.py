"""Points tables compiled to expressions: a range, and whether a missing fact is what makes it wide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import polars as pl

from scoring.point_tables import POINTS, Spread, compile_table, growth_request, table_columns
from scoring.rules_model import Points, PointsPart
from scoring.steps import Steps

__all__ = ["CompiledPart", "CompiledPoints", "compile_points", "growth_request", "table_columns"]


@dataclass(frozen=True)
class CompiledPart:
    """One indicator: lowest and highest points, whether a fact is missing, and which may be."""

    part: PointsPart
    spread: Spread
    is_unresolved: pl.Expr
    columns: tuple[str, ...]

    @property
    def lo(self) -> pl.Expr:
        """The fewest points there may be."""
        return self.spread.worst_lo

    @property
    def hi(self) -> pl.Expr:
        """The most points there may be."""
        return self.spread.best_hi


@dataclass(frozen=True)
class CompiledPoints:
    """A whole points system.

    ``worst_hi`` is the most that experts could give were the missing facts to turn out worst, ``best_lo``
    the least were they to turn out best; None where points are never left to experts.
    """

    lo: pl.Expr
    hi: pl.Expr
    parts: tuple[CompiledPart, ...]
    worst_hi: pl.Expr | None = None
    best_lo: pl.Expr | None = None

    def is_judgement(self, wanted: int) -> pl.Expr:
        """Whether experts decide, whatever the missing facts turn out to be.

        Each part only rises from its worst to its best, so it is enough that both
        ends straddle the line.
        """
        straddles = (self.lo < wanted) & (self.hi >= wanted)
        if self.worst_hi is None or self.best_lo is None:
            return pl.lit(value=False)
        return straddles & (self.worst_hi >= wanted) & (self.best_lo < wanted)


def compile_points(points: Points, name: str, steps: Steps) -> CompiledPoints:
    """Every part, and their sum, as named columns."""
    whole = points_of([_compile_part(part, f"{name}.{part.id}", steps) for part in points.parts])
    placed = replace(whole, lo=steps.put(f"{name}.lo", whole.lo), hi=steps.put(f"{name}.hi", whole.hi))
    if whole.worst_hi is None or whole.best_lo is None:
        return placed
    return replace(
        placed,
        worst_hi=steps.put(f"{name}.worst_hi", whole.worst_hi),
        best_lo=steps.put(f"{name}.best_lo", whole.best_lo),
    )


def points_of(parts: Sequence[CompiledPart]) -> CompiledPoints:
    """Some indicators of a points system together."""
    compiled = CompiledPoints(
        _total(part.lo for part in parts), _total(part.hi for part in parts), tuple(parts)
    )
    if all(part.spread.is_fixed for part in parts):
        return compiled
    return replace(
        compiled,
        worst_hi=_total(part.spread.worst_hi for part in parts),
        best_lo=_total(part.spread.best_lo for part in parts),
    )


def _total(terms: Iterator[pl.Expr]) -> pl.Expr:
    total = next(terms)
    for term in terms:
        total = total + term
    return total


def _compile_part(part: PointsPart, name: str, steps: Steps) -> CompiledPart:
    spreads = [compile_table(table, f"{name}.table{index}", steps) for index, table in enumerate(part.tables)]
    combined = _combine(spreads, part.combine)
    is_unresolved = combined.best_hi > combined.worst_hi
    if part.judged:
        combined = combined.judged(part.judged, part.maximum)
    columns = tuple(dict.fromkeys(column for table in part.tables for column in table_columns(table)))
    if part.expert:
        given = pl.col(part.expert).cast(POINTS)
        combined = combined.given(given)
        is_unresolved = is_unresolved & given.is_null()
    return CompiledPart(
        part,
        combined.place(name, steps),
        is_unresolved=steps.put(f"{name}.unresolved", is_unresolved),
        columns=columns,
    )


def _combine(spreads: list[Spread], how: str) -> Spread:
    if not spreads:
        nothing = pl.lit(0, POINTS)
        return Spread(nothing, nothing, nothing, nothing)
    return reduce(lambda one, other: one.joined(other, add if how == "sum" else pl.max_horizontal), spreads)
