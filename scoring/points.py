"""Points tables compiled to expressions: a range, and whether a missing fact is what makes it wide."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from math import ceil, lcm
from operator import add

import polars as pl

from scoring.facts import frame_columns
from scoring.growth import JUDGED, GrowthRequest
from scoring.rules_model import Band, Points, PointsPart, PointsTable
from scoring.steps import Steps

_POINTS = pl.Int16


@dataclass(frozen=True)
class Spread:
    """Points (lo, hi) were the missing facts to turn out worst, and (lo, hi) were they to turn out best.

    Without missing facts both agree, and lo to hi is what experts still decide.
    """

    worst_lo: pl.Expr
    worst_hi: pl.Expr
    best_lo: pl.Expr
    best_hi: pl.Expr

    @property
    def is_fixed(self) -> bool:
        """Whether nothing is left to experts: the same expressions stand for lowest and highest."""
        return self.worst_hi is self.worst_lo and self.best_lo is self.best_hi

    def joined(self, other: "Spread", how: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> "Spread":
        """Two spreads as one."""
        worst_lo, best_hi = how(self.worst_lo, other.worst_lo), how(self.best_hi, other.best_hi)
        if self.is_fixed and other.is_fixed:
            return Spread(worst_lo, worst_lo, best_hi, best_hi)
        return Spread(worst_lo, how(self.worst_hi, other.worst_hi), how(self.best_lo, other.best_lo), best_hi)

    def judged(self, points: int, most: int) -> "Spread":
        """With what experts may add."""
        worst_hi, best_hi = (
            pl.min_horizontal(top + points, pl.lit(most, _POINTS)) for top in (self.worst_hi, self.best_hi)
        )
        return Spread(self.worst_lo, worst_hi, self.best_lo, best_hi)

    def given(self, points: pl.Expr) -> "Spread":
        """With what experts have said, where they have."""
        ends = (self.worst_lo, self.worst_hi, self.best_lo, self.best_hi)
        return Spread(*(pl.coalesce(points, end) for end in ends))

    def place(self, name: str, steps: Steps) -> "Spread":
        """The same numbers as named columns."""
        lo, hi = steps.put(f"{name}.lo", self.worst_lo), steps.put(f"{name}.hi", self.best_hi)
        if self.is_fixed:
            return Spread(lo, lo, hi, hi)
        worst_hi = steps.put(f"{name}.worst_hi", self.worst_hi)
        return Spread(lo, worst_hi, steps.put(f"{name}.best_lo", self.best_lo), hi)


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

        The parts share no facts and each only rises from its worst to its best, so it is enough that both
        ends straddle the line.
        """
        straddles = (self.lo < wanted) & (self.hi >= wanted)
        if self.worst_hi is None or self.best_lo is None:
            return pl.lit(value=False)
        return straddles & (self.worst_hi >= wanted) & (self.best_lo < wanted)


def growth_request(table: PointsTable) -> GrowthRequest:
    """The growth bands that a table of kind ``mean_growth`` needs, its lines ascending."""
    lines = tuple((band.at, band.is_strict) for band in reversed(table.bands))
    return GrowthRequest(table.fact, "points", lines)


def compile_points(points: Points, name: str, steps: Steps) -> CompiledPoints:
    """Every part, and their sum, as named columns."""
    parts = tuple(_compile_part(part, f"{name}.{part.id}", steps) for part in points.parts)
    compiled = CompiledPoints(
        lo=steps.put(f"{name}.lo", _total(part.lo for part in parts)),
        hi=steps.put(f"{name}.hi", _total(part.hi for part in parts)),
        parts=parts,
    )
    if all(part.spread.is_fixed for part in parts):
        return compiled
    return replace(
        compiled,
        worst_hi=steps.put(f"{name}.worst_hi", _total(part.spread.worst_hi for part in parts)),
        best_lo=steps.put(f"{name}.best_lo", _total(part.spread.best_lo for part in parts)),
    )


def _total(terms: Iterator[pl.Expr]) -> pl.Expr:
    total = next(terms)
    for term in terms:
        total = total + term
    return total


def _compile_part(part: PointsPart, name: str, steps: Steps) -> CompiledPart:
    spreads = [_spread(table, f"{name}.table{index}", steps) for index, table in enumerate(part.tables)]
    combined = _combine(spreads, part.combine)
    is_unresolved = combined.best_hi > combined.worst_hi
    if part.judged:
        combined = combined.judged(part.judged, part.maximum)
    columns = tuple(dict.fromkeys(column for table in part.tables for column in table_columns(table)))
    if part.expert:
        given = pl.col(part.expert).cast(_POINTS)
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
        nothing = pl.lit(0, _POINTS)
        return Spread(nothing, nothing, nothing, nothing)
    return reduce(lambda one, other: one.joined(other, add if how == "sum" else pl.max_horizontal), spreads)


def table_columns(table: PointsTable) -> list[str]:
    """The frame columns that a table reads."""
    if table.kind == "share":
        return [*frame_columns(table.numerator), *frame_columns(table.denominator)]
    return frame_columns(table.fact, years=3 if table.kind == "mean_growth" else 1)


def _spread(table: PointsTable, name: str, steps: Steps) -> Spread:
    if table.kind == "mean_growth":
        return _growth_spread(table, name, steps)
    chain, missing = _share_chain(table) if table.kind == "share" else _count_chain(table)
    is_missing = steps.put(f"{name}.missing", missing)
    top = table.bands[0]
    worst_lo = steps.put(f"{name}.lo", chain([band.lo for band in table.bands]))
    best_lo = steps.put(f"{name}.best_lo", _or_top(is_missing, top.lo, worst_lo))
    if all(band.lo == band.hi for band in table.bands):
        return Spread(worst_lo, worst_lo, best_lo, best_lo)
    worst_hi = steps.put(f"{name}.hi", chain([band.hi for band in table.bands]))
    return Spread(worst_lo, worst_hi, best_lo, _or_top(is_missing, top.hi, worst_hi))


def _or_top(is_missing: pl.Expr, points: int, otherwise: pl.Expr) -> pl.Expr:
    """The best band's points where a missing fact may still reach it."""
    return pl.when(is_missing).then(pl.lit(points, _POINTS)).otherwise(otherwise)


class _Chain:
    """The first condition that holds gives its points; none, or a null one, gives 0."""

    def __init__(self, conditions: list[pl.Expr], never: pl.Expr | None = None) -> None:
        self.conditions = conditions
        self.never = never

    def __call__(self, points: list[int]) -> pl.Expr:
        expr = pl.lit(0, _POINTS)
        for condition, value in reversed(list(zip(self.conditions, points, strict=True))):
            expr = pl.when(condition).then(pl.lit(value, _POINTS)).otherwise(expr)
        return expr if self.never is None else pl.when(self.never).then(pl.lit(0, _POINTS)).otherwise(expr)


def _share_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    numerator = pl.col(frame_columns(table.numerator)[0])
    denominator = pl.col(frame_columns(table.denominator)[0])
    common = _common_denominator(table.bands)
    scaled = numerator * common
    conditions = [(scaled >= denominator * int(band.at * common)) & (denominator > 0) for band in table.bands]
    # Kleene logic: no numerator or no denominator to speak of settles it, whatever the other one is.
    is_missing = ((numerator > 0) & (denominator > 0)).is_null()
    return _Chain(conditions, never=denominator <= 0), is_missing


def _common_denominator(bands: tuple[Band, ...]) -> int:
    return lcm(*(band.at.denominator for band in bands))


def _count_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    count = pl.col(frame_columns(table.fact)[0])
    conditions = [count >= ceil(band.at * table.per_years) for band in table.bands]
    return _Chain(conditions), count.is_null()


def _growth_spread(table: PointsTable, name: str, steps: Steps) -> Spread:
    band = pl.col(growth_request(table).column)
    ascending = list(reversed(table.bands))
    judged, unknown, top = band == JUDGED, band.is_null(), table.bands[0]
    lo = steps.put(f"{name}.lo", _by_band(band, [entry.lo for entry in ascending]))
    by_band = _by_band(band, [entry.hi for entry in ascending])
    hi = steps.put(f"{name}.hi", _or_top(judged, top.hi, by_band))
    return Spread(lo, hi, _or_top(unknown, top.lo, lo), _or_top(unknown, top.hi, hi))


def _by_band(band: pl.Expr, points: list[int]) -> pl.Expr:
    """Points of the reached band; 0 below the first, where judged, and where unknown."""
    expr = pl.lit(0, _POINTS)
    for reached, value in enumerate(points, start=1):
        expr = pl.when(band == reached).then(pl.lit(value, _POINTS)).otherwise(expr)
    return expr
