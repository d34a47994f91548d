"""The word ``share``: a ratio of figures against a share, exactly, also when the share depends on size.

A missing year is not zero: the figures are not negative, so the known years
give a lower bound, which may settle the comparison; otherwise it stays unknown.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import add

import polars as pl

from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import YEARS_OLD, frame_columns, split_year
from scoring.rules_model import fen
from scoring.steps import Steps
from scoring.vocabulary import FACTS


@dataclass(frozen=True)
class Ladder:
    """The share asked, in ``common``-ths, by the size of ``column``; a rung is (top or None, share)."""

    common: int
    rungs: tuple[tuple[int | None, int], ...]
    column: str

    @classmethod
    def of(cls, args: Args) -> "Ladder":
        """From the arguments of the word: one ``value``, or a ``ladder``."""
        steps = args.get("ladder") or [{"value": args["value"]}]
        shares = [Fraction(step["value"]) for step in steps]
        common = lcm(*(share.denominator for share in shares))
        rungs = tuple(
            (fen(step["up_to"]) if "up_to" in step else None, int(share * common))
            for step, share in zip(steps, shares, strict=True)
        )
        return cls(common, rungs, frame_columns(args["ladder_fact"])[0] if "ladder_fact" in args else "")

    def share(self, steps: Steps) -> pl.Expr:
        """The share asked of each enterprise; meaningless where the size is unknown."""
        *lower, (_, last) = self.rungs
        expr: pl.Expr = pl.lit(last, pl.Int64)
        for top, share in reversed(lower):
            expr = pl.when(pl.col(self.column) <= top).then(pl.lit(share, pl.Int64)).otherwise(expr)
        return steps.share(f"share:{self}", expr) if lower else expr

    def least_needed(self, known: pl.Expr, steps: Steps) -> pl.Expr:
        """The least numerator, times ``common``, that any size asks, given the known denominator."""
        if len(self.rungs) == 1:
            return known * self.rungs[0][1]
        floors = [0, *(top + 1 for top, _ in self.rungs[:-1] if top is not None)]
        asked = [(known + floor) * share for floor, (_, share) in zip(floors, self.rungs, strict=True)]
        known_size = known * self.share(steps)
        return pl.when(pl.col(self.column).is_null()).then(reduce(_smaller, asked)).otherwise(known_size)


def _smaller(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.when(one < other).then(one).otherwise(other)


def compile_share(args: Args, context: Context) -> Compiled:
    """``numerator / denominator`` of last year, or of three years together, against a share."""
    years = int(args.get("years", 1))
    tops = frame_columns(args["numerator"], years=years)
    bottoms = frame_columns(args["denominator"], years=years)
    ladder, steps = Ladder.of(args), context.steps
    sums = _Sums.of(tops, bottoms, steps, is_signed=_is_signed(args))
    ok = _at_most(sums, ladder, args) if is_upper(args) else _at_least(sums, ladder, args, steps)
    gap, needed = _distance(sums, ladder, args, steps)
    compiled = Compiled(
        ok,
        tuple(Ask(column) for column in dict.fromkeys([*bottoms, *tops])),
        gap=gap,
        needed=needed,
        numerator=sums.top,
        denominator=sums.bottom,
    )
    if args.get("when_zero") == "judgement":
        compiled = _judged_at_zero(compiled, sums)
    return _asked_below(compiled, args) if "asked_below" in args else compiled


def is_upper(args: Args) -> bool:
    """Whether the share must not be larger."""
    return args["operator"] in ("<=", "<")


def _is_signed(args: Args) -> bool:
    return any(FACTS[args[key]].signed for key in ("numerator", "denominator"))


@dataclass(frozen=True)
class _Sums:
    """Numerator and denominator: whole (null while a year is missing), and what is known of them."""

    top: pl.Expr
    bottom: pl.Expr
    known_top: pl.Expr
    known_bottom: pl.Expr
    is_one_year: bool
    is_signed: bool

    @classmethod
    def of(cls, tops: list[str], bottoms: list[str], steps: Steps, *, is_signed: bool) -> "_Sums":
        """A signed figure bounds nothing: what is missing may take away again."""
        top, bottom = sum_of(tops, steps), sum_of(bottoms, steps)
        if is_signed or len(tops) == 1:
            return cls(top, bottom, top, bottom, is_one_year=len(tops) == 1, is_signed=is_signed)
        known = known_sum(tops, steps), known_sum(bottoms, steps)
        return cls(top, bottom, *known, is_one_year=False, is_signed=False)


def _at_least(sums: _Sums, ladder: Ladder, args: Args, steps: Steps) -> pl.Expr:
    is_strict = args["operator"] == ">"
    if (sums.is_one_year or sums.is_signed) and len(ladder.rungs) == 1:
        return (
            (sums.top > 0)
            & (sums.bottom > 0)
            & _reaches(sums.top * ladder.common, sums.bottom * ladder.rungs[0][1], is_strict=is_strict)
        )
    known_top, known_bottom = sums.known_top.fill_null(0), sums.known_bottom.fill_null(0)
    surely = _reaches(known_top * ladder.common, sums.bottom * ladder.share(steps), is_strict=is_strict)
    least = ladder.least_needed(known_bottom, steps)
    never = ~_reaches(sums.top * ladder.common, least, is_strict=is_strict)
    return (
        pl.when((sums.bottom <= 0) | (sums.top <= 0) | never)
        .then(statement=False)
        .when(surely)
        .then(statement=True)
        .otherwise(None)
    )


def _at_most(sums: _Sums, ladder: Ladder, args: Args) -> pl.Expr:
    """An upper limit: a known part of the numerator may already be too much for the whole denominator."""
    share = ladder.rungs[0][1]
    comparison = _Upper(share, ladder.common, is_strict=args["operator"] == "<")
    surely = comparison(sums.top, sums.known_bottom) & (sums.known_bottom > 0)
    never = (sums.bottom <= 0) | ~comparison(sums.known_top, sums.bottom)
    return pl.when(never).then(statement=False).when(surely).then(statement=True).otherwise(None)


@dataclass(frozen=True)
class _Upper:
    """``top / bottom`` is at most (or below) ``share`` in ``common``-ths."""

    share: int
    common: int
    is_strict: bool

    def __call__(self, top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
        left, right = top * self.common, bottom * self.share
        return left < right if self.is_strict else left <= right


def _distance(sums: _Sums, ladder: Ladder, args: Args, steps: Steps) -> tuple[pl.Expr, pl.Expr]:
    """How much the numerator has to change, and for ranking what it would have to be."""
    is_strict = args["operator"] in (">", "<")
    asked = ladder.share(steps)
    if not is_upper(args):
        return _gap(sums.top, sums.bottom, asked, ladder.common, is_strict=is_strict)
    return excess(sums.top, sums.bottom, asked, ladder.common, is_strict=is_strict)


def excess(
    numerator: pl.Expr, denominator: pl.Expr, asked: pl.Expr, common: int, *, is_strict: bool
) -> tuple[pl.Expr, pl.Expr]:
    """How much the numerator is above ``asked`` ``common``-ths, and (for ranking) the most it may be."""
    allowed = denominator * asked
    most = (allowed - 1 if is_strict else allowed).floordiv(common)
    return pl.when(denominator > 0).then(numerator - most), allowed / common


def _judged_at_zero(compiled: Compiled, sums: _Sums) -> Compiled:
    """Where there is nothing to be a share of, a person decides."""
    is_nothing = sums.bottom <= 0
    is_something = sums.known_bottom > 0
    return replace(
        compiled,
        ok=pl.when(is_something).then(compiled.ok),
        judgement=is_nothing.fill_null(value=False),
    )


def year_share(top: pl.Expr, bottom: pl.Expr, *, operator: str, share: Fraction) -> pl.Expr:
    """One year's ratio against a share; not met over nothing, null while unknown."""
    left, right = top * share.denominator, bottom * share.numerator
    if operator in ("<=", "<"):
        return (bottom > 0) & (left < right if operator == "<" else left <= right)
    return (top > 0) & (bottom > 0) & _reaches(left, right, is_strict=operator == ">")


def share_gap(
    numerator: pl.Expr, denominator: pl.Expr, *, share: Fraction, is_strict: bool
) -> tuple[pl.Expr, pl.Expr]:
    """How much the numerator is short of ``share``, and what it would have to be (a float, for ranking)."""
    asked = pl.lit(share.numerator, pl.Int64)
    return _gap(numerator, denominator, asked, share.denominator, is_strict=is_strict)


def share_excess(
    numerator: pl.Expr, denominator: pl.Expr, *, share: Fraction, is_strict: bool
) -> tuple[pl.Expr, pl.Expr]:
    """How much the numerator is above ``share``, and the most it may be (a float, for ranking)."""
    asked = pl.lit(share.numerator, pl.Int64)
    return excess(numerator, denominator, asked, share.denominator, is_strict=is_strict)


def sum_of(columns: list[str], steps: Steps) -> pl.Expr:
    """The figures of several years together; null while one is missing."""
    terms = [_in_sum(name) if len(columns) > 1 else pl.col(name) for name in columns]
    return steps.share(f"sum:{'+'.join(columns)}", reduce(add, terms))


def _in_sum(column: str) -> pl.Expr:
    """A year as it counts in a sum: last year, too, is 0 for an enterprise founded since.

    Earlier years are filled in the frame; they are read nowhere else. Last year is, where it stays unknown.
    """
    value, _, years_back = pl.col(column), *split_year(column)
    if years_back != 1:
        return value
    return pl.when(value.is_null() & (pl.col(YEARS_OLD) < 1)).then(pl.lit(0, pl.Int64)).otherwise(value)


def known_sum(columns: list[str], steps: Steps) -> pl.Expr:
    """What is known of that sum."""
    known = reduce(add, [pl.col(name).fill_null(0) for name in columns])
    return steps.share(f"known:{'+'.join(columns)}", known)


def _reaches(left: pl.Expr, right: pl.Expr, *, is_strict: bool) -> pl.Expr:
    return left > right if is_strict else left >= right


def _gap(
    numerator: pl.Expr, denominator: pl.Expr, asked: pl.Expr, common: int, *, is_strict: bool
) -> tuple[pl.Expr, pl.Expr]:
    wanted = denominator * asked
    whole = wanted if is_strict else wanted + (common - 1)
    least = whole.floordiv(common) + (1 if is_strict else 0)
    return pl.when(denominator > 0).then(least - numerator), wanted / common


def _asked_below(compiled: Compiled, args: Args) -> Compiled:
    """Below a size the share is asked; at or above it the line is unpublished and a person decides."""
    size = pl.col(frame_columns(args["asked_below"]["fact"])[0])
    is_asked = size < fen(args["asked_below"]["value"])
    judged = is_asked.not_().fill_null(value=False)
    return replace(
        compiled,
        ok=pl.when(is_asked).then(compiled.ok),
        judgement=judged if compiled.judgement is None else judged | compiled.judgement,
        gap=pl.when(is_asked).then(compiled.gap),
    )
