"""Words over several fiscal years, compiled exactly: compound growth, each year, totals and means.

Products are of integers. Polars wraps silently where 64 bits overflow, so
whatever could is computed in 128.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import and_, or_

import polars as pl

from scoring.amounts import compare, distance, limit_of
from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import frame_columns
from scoring.rules_model import fen
from scoring.shares import known_sum, share_excess, share_gap, sum_of, year_share
from scoring.vocabulary import FACTS, Unit

# No figure of the registry is larger than this many 分 or heads, so products up to 2**63 over it fit.
_LARGEST = 10**16
_MOST_HEADS = 10**9


def compile_cagr(args: Args, _: Context) -> Compiled:
    """Compound growth from the oldest to the newest year of any of the facts."""
    years = int(args["years"])
    grown = [_Compound.of(name, args) for name in args["facts"]]
    ok = reduce(or_, [one.ok() for one in grown])
    is_unknown = reduce(or_, [one.is_unknown() for one in grown])
    ends = [(one.newest, one.base) for one in grown]
    gaps = [pl.when(one.ok().not_()).then(one.gap()) for one in grown]
    shortfalls = [pl.when(one.ok().not_()).then(one.shortfall()) for one in grown]
    columns = [column for name in args["facts"] for column in cagr_columns(name, years)]
    return Compiled(
        ok,
        tuple(Ask(column) for column in columns),
        judgement=ok.is_null() & ~is_unknown,
        shortfall=pl.min_horizontal(shortfalls),
        late_gap=pl.min_horizontal(gaps),
        numerator=pl.col(ends[0][0]),
        denominator=pl.col(ends[0][1]),
    )


def cagr_columns(fact: str, years: int) -> list[str]:
    """The newest and the base year of a growth over that many years."""
    newest, *_, base = frame_columns(fact, years=years + 1)
    return [newest, base]


class _Compound:
    """Growth of one fact: ``newest / base`` against ``(1 + rate) ** years``, a fraction p / q."""

    def __init__(self, fact: str, *, years: int, rate: Fraction, is_strict: bool, least_base: int) -> None:
        self.newest, self.base = cagr_columns(fact, years)
        self.p, self.q = ((1 + rate) ** years).as_integer_ratio()
        self.is_strict, self.least_base = is_strict, least_base
        largest = _MOST_HEADS if FACTS[fact].unit is Unit.HEADS else _LARGEST
        self.dtype = pl.Int64() if self.p * largest < 2**63 else pl.Int128()

    @classmethod
    def of(cls, fact: str, args: Args) -> "_Compound":
        """One fact of the word ``cagr``."""
        least = args.get("base_at_least", 0)
        return cls(
            fact,
            years=int(args["years"]),
            rate=Fraction(args["value"]),
            is_strict=args["operator"] == ">",
            least_base=fen(least) if FACTS[fact].unit is Unit.CNY else int(least),
        )

    def _reaches(self, base: pl.Expr) -> pl.Expr:
        left, right = pl.col(self.newest).cast(self.dtype) * self.q, base.cast(self.dtype) * self.p
        return left > right if self.is_strict else left >= right

    def ok(self) -> pl.Expr:
        """Whether it grew so; null while unknown, and over a base that no rate can be had of."""
        base = pl.col(self.base)
        if self.least_base <= 0:
            return pl.when(base > 0).then(self._reaches(base))
        # A base that is too small fails by itself, and a last year too small for the least base fails
        # over every base.
        too_small = (base < self.least_base) | self._reaches(pl.lit(self.least_base)).not_()
        return pl.when(too_small.fill_null(value=False)).then(statement=False).otherwise(self._reaches(base))

    def is_unknown(self) -> pl.Expr:
        """Whether a missing year is why there is no answer, never null."""
        base = pl.col(self.base)
        missing = base.is_null() | ((base > 0) & pl.col(self.newest).is_null())
        return missing & self.ok().is_null()

    def gap(self) -> pl.Expr:
        """By how much the newest year falls short; null where the base is what fails. Int64."""
        base = pl.col(self.base).cast(self.dtype)
        wanted = base * self.p
        least = wanted // self.q + 1 if self.is_strict else (wanted + (self.q - 1)) // self.q
        usable = pl.col(self.base) >= max(self.least_base, 1)
        gap = (least - pl.col(self.newest)).cast(pl.Int64)
        return pl.when(usable & (gap > 0)).then(gap)

    def shortfall(self) -> pl.Expr:
        """The same as a share of what it has to be; it only ranks."""
        base = pl.col(self.base)
        needed = base.cast(pl.Float64) * (self.p / self.q)
        usable = base >= max(self.least_base, 1)
        return pl.when(usable).then(((needed - pl.col(self.newest)) / needed).cast(pl.Float32))


def compile_amount_each_year(args: Args, _: Context) -> Compiled:
    """A figure that has to reach its line in each of several years; a decided year decides."""
    columns, operator = frame_columns(args["fact"], years=int(args["years"])), args["operator"]
    limit = limit_of(args["fact"], args["value"])
    oks = [compare(pl.col(name), operator, limit) for name in columns]
    newest = pl.col(columns[0])
    return Compiled(
        reduce(and_, oks),
        tuple(Ask(name) for name in columns),
        gap=pl.when(_may_hold(oks[1:])).then(distance(newest, operator, limit)),
        needed=pl.lit(float(max(limit, 1))),
        numerator=newest,
    )


def _may_hold(others: list[pl.Expr]) -> pl.Expr:
    """No earlier year fails, so that changing last year's figure can mend the criterion."""
    return reduce(and_, [ok.fill_null(value=True) for ok in others], pl.lit(value=True))


def compile_amount_total(args: Args, context: Context) -> Compiled:
    """The sum of several years against a line."""
    return _summed(args, limit_of(args["fact"], args["value"]), context)


def compile_amount_mean(args: Args, context: Context) -> Compiled:
    """The mean of several years against a line: their sum against as many times the line."""
    return _summed(args, limit_of(args["fact"], args["value"]) * int(args["years"]), context)


def _summed(args: Args, limit: int, context: Context) -> Compiled:
    columns, operator = frame_columns(args["fact"], years=int(args["years"])), args["operator"]
    whole, known = sum_of(columns, context.steps), known_sum(columns, context.steps)
    ok = compare(whole, operator, limit)
    if not FACTS[args["fact"]].signed:
        # What is missing can only add, so the known years may already reach the line, or exceed it.
        reached = compare(known, ">=" if operator in (">=", "<") else ">", limit)
        ok = pl.when(reached).then(statement=operator in (">=", ">")).otherwise(ok)
    return Compiled(
        ok,
        tuple(Ask(name) for name in columns),
        gap=distance(whole, operator, limit),
        needed=pl.lit(float(max(limit, 1))),
        numerator=whole,
    )


def compile_share_each_year(args: Args, _: Context) -> Compiled:
    """A ratio that has to reach its share in each of several years; nothing is a share of zero."""
    years, operator = int(args["years"]), args["operator"]
    tops, bottoms = (frame_columns(args[key], years=years) for key in ("numerator", "denominator"))
    share = Fraction(args["value"])
    oks = [
        year_share(pl.col(top), pl.col(bottom), operator=operator, share=share)
        for top, bottom in zip(tops, bottoms, strict=True)
    ]
    top, bottom = pl.col(tops[0]), pl.col(bottoms[0])
    distance_of = share_excess if operator in ("<=", "<") else share_gap
    gap, needed = distance_of(top, bottom, share=share, is_strict=operator in (">", "<"))
    return Compiled(
        reduce(and_, oks),
        tuple(Ask(name) for pair in zip(bottoms, tops, strict=True) for name in pair),
        gap=pl.when(_may_hold(oks[1:])).then(gap),
        needed=needed,
        numerator=top,
        denominator=bottom,
    )


YEAR_WORDS: dict[str, Callable[[Args, Context], Compiled]] = {
    "cagr": compile_cagr,
    "amount_each_year": compile_amount_each_year,
    "amount_total": compile_amount_total,
    "amount_mean": compile_amount_mean,
    "share_each_year": compile_share_each_year,
}
