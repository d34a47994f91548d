"""The word ``share``: a ratio of figures against a share, exactly, also when the share depends on size.

A missing year is not zero: the figures are not negative, so the known years
give a lower bound, which may settle the comparison; otherwise it stays unknown.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import add

import polars as pl

from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import YEARS_OLD, frame_columns, split_year
from scoring.rules_model import fen
from scoring.steps import Steps


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
    ladder, is_strict = Ladder.of(args), args["operator"] == ">"
    steps = context.steps
    numerator, denominator = _sum(tops, steps), _sum(bottoms, steps)
    asked = ladder.share(steps)
    if years == 1 and len(ladder.rungs) == 1:
        needed_now = denominator * ladder.rungs[0][1]
        ok = (
            (numerator > 0)
            & (denominator > 0)
            & _reaches(numerator * ladder.common, needed_now, is_strict=is_strict)
        )
    else:
        ok = _bounded(tops, bottoms, ladder, steps, is_strict=is_strict)
    gap, needed = _gap(numerator, denominator, asked, ladder.common, is_strict=is_strict)
    compiled = Compiled(
        ok,
        tuple(Ask(column) for column in dict.fromkeys([*bottoms, *tops])),
        gap=gap,
        needed=needed,
        numerator=numerator,
        denominator=denominator,
    )
    return _asked_below(compiled, args) if "asked_below" in args else compiled


def share_gap(
    numerator: pl.Expr, denominator: pl.Expr, *, share: Fraction, is_strict: bool
) -> tuple[pl.Expr, pl.Expr]:
    """How much the numerator is short of ``share``, and what it would have to be (a float, for ranking)."""
    asked = pl.lit(share.numerator, pl.Int64)
    return _gap(numerator, denominator, asked, share.denominator, is_strict=is_strict)


def _sum(columns: list[str], steps: Steps) -> pl.Expr:
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


def _known(columns: list[str], steps: Steps) -> pl.Expr:
    known = reduce(add, [pl.col(name).fill_null(0) for name in columns])
    return steps.share(f"known:{'+'.join(columns)}", known)


def _reaches(left: pl.Expr, right: pl.Expr, *, is_strict: bool) -> pl.Expr:
    return left > right if is_strict else left >= right


def _bounded(
    tops: list[str], bottoms: list[str], ladder: Ladder, steps: Steps, *, is_strict: bool
) -> pl.Expr:
    whole_top, whole_bottom = _sum(tops, steps), _sum(bottoms, steps)
    known_top, known_bottom = _known(tops, steps), _known(bottoms, steps)
    surely = _reaches(known_top * ladder.common, whole_bottom * ladder.share(steps), is_strict=is_strict)
    never = ~_reaches(
        whole_top * ladder.common, ladder.least_needed(known_bottom, steps), is_strict=is_strict
    )
    return (
        pl.when((whole_bottom <= 0) | (whole_top <= 0) | never)
        .then(statement=False)
        .when(surely)
        .then(statement=True)
        .otherwise(None)
    )


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
    return Compiled(
        pl.when(is_asked).then(compiled.ok),
        compiled.asks,
        judgement=is_asked.not_().fill_null(value=False),
        gap=pl.when(is_asked).then(compiled.gap),
        needed=compiled.needed,
        numerator=compiled.numerator,
        denominator=compiled.denominator,
    )
