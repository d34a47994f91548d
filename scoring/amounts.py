"""The words that compare one figure, a count or a holding: ``amount``, ``count``, ``holds_any``."""

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import add, or_
from typing import Any

import polars as pl

from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import frame_columns
from scoring.rules_model import fen
from scoring.vocabulary import FACTS, Unit

PPM = 1_000_000
# Wherever the line is missed a person decides, however far.
ANY = "any"


def only_column(fact: str) -> str:
    """The frame column of an enterprise's fact, or of last year's figure."""
    return frame_columns(fact)[0]


def limit_of(fact: str, value: Any) -> int:
    """A threshold as the frame holds the fact: money in 分, a share in millionths."""
    unit = FACTS[fact].unit
    if unit is Unit.CNY:
        return fen(value)
    return int(Fraction(value) * PPM) if unit is Unit.SHARE else int(value)


def compare(left: pl.Expr, operator: str, right: pl.Expr | int) -> pl.Expr:
    """One of the four comparisons of a rule file."""
    comparisons: dict[str, Callable[[], pl.Expr]] = {
        ">=": lambda: left >= right,
        ">": lambda: left > right,
        "<=": lambda: left <= right,
        "<": lambda: left < right,
    }
    return comparisons[operator]()


def distance(value: pl.Expr, operator: str, limit: int) -> pl.Expr:
    """How far a whole number is from meeting its line: what is short, or the excess."""
    gap = limit - value if operator in (">=", ">") else value - limit
    return gap + 1 if operator in (">", "<") else gap


def compile_amount(args: Args, _: Context) -> Compiled:
    """One figure against a line; between the line and ``judged_to`` a person decides."""
    column, operator = only_column(args["fact"]), args["operator"]
    value, limit = pl.col(column), limit_of(args["fact"], args["value"])
    compiled = Compiled(
        compare(value, operator, limit),
        (Ask(column),),
        gap=distance(value, operator, limit),
        needed=pl.lit(float(max(limit, 1))),
        numerator=value,
    )
    return _judged_to(compiled, args) if "judged_to" in args else compiled


def _judged_to(compiled: Compiled, args: Args) -> Compiled:
    value, is_met = pl.col(only_column(args["fact"])), compiled.ok
    is_judged = is_met.not_()
    if args["judged_to"] != ANY:
        inclusive = ">=" if args["operator"] in (">=", ">") else "<="
        is_judged = is_judged & compare(value, inclusive, limit_of(args["fact"], args["judged_to"]))
    return Compiled(
        pl.when(is_judged.not_()).then(is_met),
        compiled.asks,
        judgement=is_judged.fill_null(value=False),
        gap=compiled.gap,
        needed=compiled.needed,
        numerator=value,
    )


def compile_count(args: Args, _: Context) -> Compiled:
    """Counts together, less what does not count, against a least number.

    Counts are not negative, so the known ones may already be enough, or too few whatever is taken off.
    """
    columns, taken = ([only_column(name) for name in args.get(key, ())] for key in ("facts", "minus"))
    whole = reduce(add, [pl.col(name) for name in columns])
    at_least = reduce(add, [pl.col(name).fill_null(0) for name in columns])
    matters = None
    if "total" in args:
        total = pl.col(only_column(args["total"]))
        whole, at_least, matters = pl.coalesce(total, whole), pl.coalesce(total, at_least), total.is_null()
    at_most = whole
    if taken:
        at_most = whole - reduce(add, [pl.col(name).fill_null(0) for name in taken])
        less = reduce(add, [pl.col(name) for name in taken])
        whole, at_least = whole - less, at_least - less
    wanted = int(args["value"]) + (1 if args["operator"] == ">" else 0)
    ok = pl.when(at_least >= wanted).then(statement=True).when(at_most < wanted).then(statement=False)
    return Compiled(
        ok.otherwise(None),
        (*(Ask(name, matters) for name in columns), *(Ask(name) for name in taken)),
        gap=wanted - whole,
        needed=pl.lit(float(wanted)),
        numerator=whole,
    )


def compile_one_of(args: Args, _: Context) -> Compiled:
    """Whether a code is one of those listed."""
    column = only_column(args["fact"])
    return Compiled(pl.col(column).is_in(list(args["values"])), (Ask(column),))


def compile_holds_any(args: Args, context: Context) -> Compiled:
    """Whether any of several titles is validly held."""
    columns = [f"holds_{tier}" for tier in args["tiers"]]
    held = reduce(or_, [pl.col(name) for name in columns])
    return Compiled(
        held if args["is"] else held.not_(),
        tuple(Ask(name) for name in columns),
        changes_on=_last_end(columns, context.as_of),
    )


def _last_end(columns: list[str], as_of: pl.Expr) -> pl.Expr:
    """The first day on which none of the titles held is held any more; null where one has no known end."""
    untils = [pl.col(f"{name}_until") for name in columns]
    ends = [
        pl.when(pl.col(name) & (until >= as_of)).then(until + pl.duration(days=1))
        for name, until in zip(columns, untils, strict=True)
    ]
    is_endless = reduce(
        or_,
        [
            pl.col(name).fill_null(value=False) & until.is_null()
            for name, until in zip(columns, untils, strict=True)
        ],
    )
    return pl.when(is_endless.not_()).then(pl.max_horizontal(ends))
