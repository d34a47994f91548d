"""Mean growth over two years, decided in float64 and, near a threshold, in 128-bit integers.

With A, B, C the values of three consecutive years, oldest first, the mean of
the two yearly rates reaches r when ``B/A + C/B >= 2(1 + r)``. Both 195号
(growth of net assets and sales) and the Hubei gazelle rule use this mean; they
differ in what a base at or below zero means.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add, or_

import polars as pl

from scoring.facts import frame_columns

JUDGED = -1
"""The band of a growth that the text does not define, so that a person decides."""

# Each division and the sum lose at most half a unit in the last place (1.1e-16 relative), so a float
# further from a line than this share of its terms is on the right side of it.
_MARGIN = 1e-14


@dataclass(frozen=True)
class GrowthRequest:
    """Which growth bands a rule set needs: band k means that the first k lines are reached.

    ``mode`` is ``points`` (195号: a first year of zero uses the last two years,
    a second year of zero is no growth, a negative base is judged) or ``judged``
    (any base at or below zero is judged). ``lines`` ascend; each is a rate and
    whether it must be exceeded.
    """

    fact: str
    mode: str
    lines: tuple[tuple[Fraction, bool], ...]

    @property
    def column(self) -> str:
        """The name of the derived column, Int8: null unknown, -1 judged, else the band."""
        lines = ",".join(f"{'>' if strict else '>='}{rate}" for rate, strict in self.lines)
        return f"growth:{self.fact}:{self.mode}:{lines}"

    def years(self) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        """The columns of the three years, oldest first."""
        newest, middle, oldest = frame_columns(self.fact, years=3)
        return pl.col(oldest), pl.col(middle), pl.col(newest)


def derive(facts: pl.DataFrame, requests: Sequence[GrowthRequest]) -> pl.DataFrame:
    """``facts`` with the band column of every request added."""
    if not requests:
        return facts
    years = {year.meta.output_name() for request in requests for year in request.years()}
    ratios = facts.select(sorted(years)).lazy().with_columns(_ratios(requests))
    rough = ratios.with_columns(
        expr
        for index, request in enumerate(requests)
        for expr in (
            _rough_band(request).alias(request.column),
            _is_near(request).fill_null(value=False).alias(f"near{index}"),
        )
    ).collect()
    bands = [
        _with_exact_bands(facts, rough[request.column], rough[f"near{index}"], request)
        for index, request in enumerate(requests)
    ]
    totals = {total_name(request.fact, request.mode) for request in requests if request.mode == "judged"}
    return facts.with_columns(*bands, *(rough[name] for name in sorted(totals)))


def _ratios(requests: Sequence[GrowthRequest]) -> list[pl.Expr]:
    """B/A + C/B, and how far a float of it can be off, once per fact and reading."""
    columns: dict[str, pl.Expr] = {}
    for request in requests:
        oldest, middle, newest = (year.cast(pl.Float64) for year in request.years())
        first, second = middle / oldest, newest / middle
        if request.mode == "points":
            first = pl.when(oldest == 0).then(second).otherwise(first)
        columns[total_name(request.fact, request.mode)] = first + second
        columns[_margin_name(request)] = (first.abs() + second.abs() + 8) * _MARGIN
    return [expr.alias(name) for name, expr in columns.items()]


def total_name(fact: str, mode: str) -> str:
    """The derived column of B/A + C/B, a float for ranking only."""
    return f"total:{fact}:{mode}"


def _margin_name(request: GrowthRequest) -> str:
    return f"margin:{request.fact}:{request.mode}"


def _line(rate: Fraction) -> Fraction:
    return 2 * (1 + rate)


def _rough_band(request: GrowthRequest) -> pl.Expr:
    total = pl.col(total_name(request.fact, request.mode))
    reached = [(total > float(_line(rate))).cast(pl.Int8) for rate, _ in request.lines]
    band = reduce(add, reached)
    oldest, middle, _ = request.years()
    if request.mode == "judged":
        return pl.when((oldest <= 0) | (middle <= 0)).then(pl.lit(JUDGED, pl.Int8)).otherwise(band)
    return (
        pl.when(middle == 0)
        .then(pl.lit(0, pl.Int8))
        .when((middle < 0) | ((oldest < 0) & middle.is_not_null()))
        .then(pl.lit(JUDGED, pl.Int8))
        .otherwise(band)
    )


def _is_near(request: GrowthRequest) -> pl.Expr:
    total, margin = pl.col(total_name(request.fact, request.mode)), pl.col(_margin_name(request))
    near = [(total - float(_line(rate))).abs() <= margin for rate, _ in request.lines]
    oldest, middle, _ = request.years()
    bases = (oldest >= 0) & (middle > 0) if request.mode == "points" else (oldest > 0) & (middle > 0)
    return reduce(or_, near) & bases


def _with_exact_bands(
    facts: pl.DataFrame, rough: pl.Series, near: pl.Series, request: GrowthRequest
) -> pl.Series:
    """Decide the rows near a line exactly; products of two money columns need 128 bits."""
    if not near.any():
        return rough
    rows = near.arg_true()
    exact = facts[rows].select(exact_band(request)).to_series()
    return rough.rechunk().scatter(rows, exact)


def exact_band(request: GrowthRequest) -> pl.Expr:
    """The band in exact integers, for rows with positive bases or, in ``points`` mode, a first year of 0."""
    oldest, middle, newest = (year.cast(pl.Int128) for year in request.years())
    reached: Iterable[pl.Expr] = (
        _compare(
            pl.when(oldest == 0).then(2 * newest * q).otherwise((middle * middle + oldest * newest) * q),
            pl.when(oldest == 0).then(middle * p).otherwise(oldest * middle * p),
            strict=strict,
        ).cast(pl.Int8)
        for (p, q), strict in ((_line(rate).as_integer_ratio(), strict) for rate, strict in request.lines)
    )
    return pl.sum_horizontal(reached).cast(pl.Int8).alias(request.column)


def _compare(left: pl.Expr, right: pl.Expr, *, strict: bool) -> pl.Expr:
    return left > right if strict else left >= right


def exact_gap(fact: str, rate: Fraction, *, strict: bool) -> pl.Expr:
    """分 by which the newest year falls short of mean growth ``rate``; bases must be positive. Int64."""
    newest, middle, oldest = (pl.col(name).cast(pl.Int128) for name in frame_columns(fact, years=3))
    p, q = _line(rate).as_integer_ratio()
    # C >= B(pA - qB) / (qA); the numerator is positive wherever growth falls short of a positive rate.
    top, bottom = middle * (oldest * p - middle * q), oldest * q
    needed = top.floordiv(bottom) + 1 if strict else (top + bottom - 1).floordiv(bottom)
    return pl.when((oldest > 0) & (middle > 0)).then(needed - newest).cast(pl.Int64)
