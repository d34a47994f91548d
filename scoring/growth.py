"""Mean growth over two years, decided in float64 and, near a threshold, in 128-bit integers.

With A, B, C the values of three consecutive years, oldest first, the mean of
the two yearly rates reaches r when ``B/A + C/B >= 2(1 + r)``. Both 195号
(growth of net assets and sales) and the Hubei gazelle rule use this mean; they
differ in what a base at or below zero means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add, or_

import polars as pl

from scoring.facts import frame_columns

NEAR = "near"
"""The column that marks rows whose growth a float cannot decide."""

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


def growth_layers(requests: Sequence[GrowthRequest], *, exact: bool) -> list[list[pl.Expr]]:
    """The columns of every request, in layers.

    Float bands come with a column ``near``: the rows that a float cannot decide, for which the caller
    asks again with ``exact`` bands.
    """
    if not requests:
        return [] if exact else [[pl.lit(value=False).alias(NEAR)]]
    ratios = _ratios(requests)
    if exact:
        return [ratios, [exact_band(request).alias(request.column) for request in requests]]
    near = reduce(or_, [_is_near(request).fill_null(value=False) for request in requests])
    return [ratios, [*(_rough_band(request).alias(request.column) for request in requests), near.alias(NEAR)]]


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
    return _defined(request, reduce(add, reached))


def _is_near(request: GrowthRequest) -> pl.Expr:
    total, margin = pl.col(total_name(request.fact, request.mode)), pl.col(_margin_name(request))
    near = [(total - float(_line(rate))).abs() <= margin for rate, _ in request.lines]
    oldest, middle, _ = request.years()
    bases = (oldest >= 0) & (middle > 0) if request.mode == "points" else (oldest > 0) & (middle > 0)
    return reduce(or_, near) & bases


def exact_band(request: GrowthRequest) -> pl.Expr:
    """The band in exact integers."""
    oldest, middle, newest = (year.cast(pl.Int128) for year in request.years())
    squares, bases = middle * middle + oldest * newest, oldest * middle
    if request.mode == "points":
        squares = pl.when(oldest == 0).then(2 * newest).otherwise(squares)
        bases = pl.when(oldest == 0).then(middle).otherwise(bases)
    reached = [
        _compare(squares * q, bases * p, strict=strict).cast(pl.Int8)
        for (p, q), strict in ((_line(rate).as_integer_ratio(), strict) for rate, strict in request.lines)
    ]
    return _defined(request, reduce(add, reached))


def _defined(request: GrowthRequest, band: pl.Expr) -> pl.Expr:
    """The band where the rule defines a growth; what it says, or leaves to a person, elsewhere."""
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
