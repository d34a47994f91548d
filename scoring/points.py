"""Points tables compiled to expressions: a range, and whether a missing fact is what makes it wide."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, lcm

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


@dataclass(frozen=True)
class CompiledPart:
    """One indicator: lowest and highest points, whether a fact is missing, and which may be."""

    part: PointsPart
    lo: pl.Expr
    hi: pl.Expr
    is_unresolved: pl.Expr
    columns: tuple[str, ...]


@dataclass(frozen=True)
class CompiledPoints:
    """A whole points system."""

    lo: pl.Expr
    hi: pl.Expr
    is_unresolved: pl.Expr
    parts: tuple[CompiledPart, ...]


def growth_request(table: PointsTable) -> GrowthRequest:
    """The growth bands that a table of kind ``mean_growth`` needs, its lines ascending."""
    lines = tuple((band.at, band.is_strict) for band in reversed(table.bands))
    return GrowthRequest(table.fact, "points", lines)


def compile_points(points: Points, name: str, steps: Steps) -> CompiledPoints:
    """Every part, and their sum, as named columns."""
    parts = tuple(_compile_part(part, f"{name}.{part.id}", steps) for part in points.parts)
    return CompiledPoints(
        lo=steps.put(f"{name}.lo", _total(part.lo for part in parts)),
        hi=steps.put(f"{name}.hi", _total(part.hi for part in parts)),
        is_unresolved=steps.put(f"{name}.unresolved", _any(part.is_unresolved for part in parts)),
        parts=parts,
    )


def _total(terms: Iterator[pl.Expr]) -> pl.Expr:
    total = next(terms)
    for term in terms:
        total = total + term
    return total


def _any(terms: Iterator[pl.Expr]) -> pl.Expr:
    found = next(terms)
    for term in terms:
        found = found | term
    return found


def _compile_part(part: PointsPart, name: str, steps: Steps) -> CompiledPart:
    spreads = [_spread(table, f"{name}.table{index}", steps) for index, table in enumerate(part.tables)]
    combined = _combine(spreads, part.combine)
    lo, hi = combined.worst_lo, combined.best_hi
    if part.judged:
        hi = pl.min_horizontal(hi + part.judged, pl.lit(part.maximum, _POINTS))
    is_unresolved = combined.best_hi > combined.worst_hi
    columns = tuple(dict.fromkeys(column for table in part.tables for column in table_columns(table)))
    if part.expert:
        given = pl.col(part.expert).cast(_POINTS)
        lo, hi = pl.coalesce(given, lo), pl.coalesce(given, hi)
        is_unresolved = is_unresolved & given.is_null()
    return CompiledPart(
        part,
        lo=steps.put(f"{name}.lo", lo),
        hi=steps.put(f"{name}.hi", hi),
        is_unresolved=steps.put(f"{name}.unresolved", is_unresolved),
        columns=columns,
    )


def _combine(spreads: list[Spread], how: str) -> Spread:
    if not spreads:
        nothing = pl.lit(0, _POINTS)
        return Spread(nothing, nothing, nothing, nothing)
    combined = spreads[0]
    for spread in spreads[1:]:
        combined = _sum(combined, spread) if how == "sum" else _best(combined, spread)
    return combined


def _sum(a: Spread, b: Spread) -> Spread:
    return Spread(
        a.worst_lo + b.worst_lo, a.worst_hi + b.worst_hi, a.best_lo + b.best_lo, a.best_hi + b.best_hi
    )


def _best(a: Spread, b: Spread) -> Spread:
    high = pl.max_horizontal
    return Spread(
        high(a.worst_lo, b.worst_lo),
        high(a.worst_hi, b.worst_hi),
        high(a.best_lo, b.best_lo),
        high(a.best_hi, b.best_hi),
    )


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
