"""One points table compiled to expressions: a range, and whether a missing fact is what makes it wide."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, lcm

import polars as pl

from scoring.facts import frame_columns
from scoring.growth import JUDGED, GrowthRequest
from scoring.rules_model import Band, PointsTable
from scoring.steps import Steps
from scoring.vocabulary import FACTS

POINTS = pl.Int16


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
            pl.min_horizontal(top + points, pl.lit(most, POINTS)) for top in (self.worst_hi, self.best_hi)
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


def growth_request(table: PointsTable) -> GrowthRequest:
    """The growth bands that a table of kind ``mean_growth`` needs, its lines ascending."""
    lines = tuple((band.at, band.is_strict) for band in reversed(table.bands))
    return GrowthRequest(table.fact, "judged" if table.judges_base else "points", lines)


_YEARS_READ = {"mean_growth": 3, "year_growth": 2}


def table_columns(table: PointsTable) -> list[str]:
    """The frame columns that a table reads."""
    if table.kind == "share":
        return [*frame_columns(table.numerator), *frame_columns(table.denominator)]
    return frame_columns(table.fact, years=_YEARS_READ.get(table.kind, 1))


def compile_table(table: PointsTable, name: str, steps: Steps) -> Spread:
    """The points of one table."""
    if table.kind == "mean_growth":
        return _growth_spread(table, name, steps)
    if table.kind == "given":
        return _given_spread(table, name, steps)
    chain, missing = _CHAINS[table.kind](table)
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
    return pl.when(is_missing).then(pl.lit(points, POINTS)).otherwise(otherwise)


class _Chain:
    """The first condition that holds gives its points; none, or a null one, gives 0."""

    def __init__(self, conditions: list[pl.Expr], never: pl.Expr | None = None) -> None:
        self.conditions = conditions
        self.never = never

    def __call__(self, points: list[int]) -> pl.Expr:
        expr = pl.lit(0, POINTS)
        for condition, value in reversed(list(zip(self.conditions, points, strict=True))):
            expr = pl.when(condition).then(pl.lit(value, POINTS)).otherwise(expr)
        return expr if self.never is None else pl.when(self.never).then(pl.lit(0, POINTS)).otherwise(expr)


def _share_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    numerator = pl.col(frame_columns(table.numerator)[0])
    denominator = pl.col(frame_columns(table.denominator)[0])
    if table.is_upper:
        return _upper_chain(table.bands, numerator, denominator)
    return _ratio_chain(table.bands, numerator, denominator)


def _ratio_chain(bands: tuple[Band, ...], numerator: pl.Expr, denominator: pl.Expr) -> tuple[_Chain, pl.Expr]:
    common = _common_denominator(bands)
    scaled = numerator * common
    conditions = [(scaled >= denominator * int(band.at * common)) & (denominator > 0) for band in bands]
    # Kleene logic: no numerator or no denominator to speak of settles it, whatever the other one is.
    is_missing = ((numerator > 0) & (denominator > 0)).is_null()
    return _Chain(conditions, never=denominator <= 0), is_missing


def _upper_chain(bands: tuple[Band, ...], numerator: pl.Expr, denominator: pl.Expr) -> tuple[_Chain, pl.Expr]:
    common = _common_denominator(bands)
    scaled = numerator * common
    conditions = [(scaled <= denominator * int(band.at * common)) & (denominator > 0) for band in bands]
    is_missing = denominator.is_null() | (numerator.is_null() & (denominator > 0))
    return _Chain(conditions, never=denominator <= 0), is_missing


def _common_denominator(bands: tuple[Band, ...]) -> int:
    return lcm(*(band.at.denominator for band in bands))


def _year_growth_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    """Growth from the year before to last year: last year as a share of the year before."""
    newest, before = (pl.col(name) for name in frame_columns(table.fact, years=2))
    common = _common_denominator(table.bands)
    conditions = [
        (newest * common >= before * int((1 + band.at) * common)) & (before > 0) for band in table.bands
    ]
    return _Chain(conditions, never=before <= 0), ((newest > 0) & (before > 0)).is_null()


def _count_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    count = pl.col(frame_columns(table.fact)[0])
    conditions = [count >= ceil(band.at * table.per_years) for band in table.bands]
    return _Chain(conditions), count.is_null()


def _amount_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    """The bands of money are in 分 already; see `scoring.rule_tables`."""
    value = pl.col(frame_columns(table.fact)[0])
    return _Chain([value >= int(band.at) for band in table.bands]), value.is_null()


def _flag_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    flag = pl.col(frame_columns(table.fact)[0])
    return _named_chain(table, [flag if band.at else flag.not_() for band in table.bands], flag, everything=2)


def _code_chain(table: PointsTable) -> tuple[_Chain, pl.Expr]:
    code = pl.col(frame_columns(table.fact)[0])
    conditions = [code.is_in(list(band.names)) for band in table.bands]
    return _named_chain(table, conditions, code, everything=len(FACTS[table.fact].choices))


def _named_chain(
    table: PointsTable, conditions: list[pl.Expr], fact: pl.Expr, *, everything: int
) -> tuple[_Chain, pl.Expr]:
    """Where the bands name every value there is, an unknown one has at least the points of the worst."""
    named = sum(len(band.names) or 1 for band in table.bands)
    if named == everything:
        conditions = [*conditions[:-1], conditions[-1] | fact.is_null()]
    return _Chain(conditions), fact.is_null()


_CHAINS: dict[str, Callable[[PointsTable], tuple[_Chain, pl.Expr]]] = {
    "share": _share_chain,
    "year_growth": _year_growth_chain,
    "count": _count_chain,
    "each_years": _count_chain,
    "amount": _amount_chain,
    "flag": _flag_chain,
    "code": _code_chain,
}


def _given_spread(table: PointsTable, name: str, steps: Steps) -> Spread:
    """The fact is the points, up to a maximum."""
    most = pl.lit(table.bands[0].hi, POINTS)
    points = pl.col(frame_columns(table.fact)[0])
    capped = pl.when(points >= table.bands[0].hi).then(most).otherwise(points.cast(POINTS, strict=False))
    capped = pl.when(points < 0).then(pl.lit(0, POINTS)).otherwise(capped)
    lo = steps.put(f"{name}.lo", capped.fill_null(0))
    hi = steps.put(f"{name}.hi", capped.fill_null(table.bands[0].hi))
    return Spread(lo, lo, hi, hi)


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
    expr = pl.lit(0, POINTS)
    for reached, value in enumerate(points, start=1):
        expr = pl.when(band == reached).then(pl.lit(value, POINTS)).otherwise(expr)
    return expr
