"""What leans on the industry of an enterprise: whether a rule set concerns it, and thresholds by class.

Industries are prefixes of GB/T 4754—2017 with the section's letter: ``C`` is all of manufacturing, ``C26``
a division, ``C2614`` a class. A code that is too short to decide, such as ``Q`` where ``Q84`` is asked,
leaves the question open like a code that is missing.
"""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

import polars as pl

from scoring.amounts import compare, limit_of
from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import frame_columns
from scoring.industry_specs import CODE
from scoring.rules_model import Industries
from scoring.steps import Steps

SECTIONS = "ABCDEFGHIJKLMNOPQRST"


def belongs(industries: Industries, steps: Steps) -> pl.Expr:
    """Whether an enterprise is in these industries; null where its code is missing or does not say."""
    inside, maybe_inside = _under(industries.within, steps), _above(industries.within)
    decided = pl.when(inside).then(statement=True).when(maybe_inside).then(None).otherwise(statement=False)
    if industries.outside:
        excluded, maybe_excluded = _under(industries.outside, steps), _above(industries.outside)
        decided = (
            pl.when(excluded)
            .then(statement=False)
            .when(maybe_excluded & (inside | maybe_inside))
            .then(None)
            .otherwise(decided)
        )
    is_code = _cut(1, steps).is_in(list(SECTIONS))
    return steps.share(f"industry:{industries}", pl.when(is_code).then(decided))


def _cut(length: int, steps: Steps) -> pl.Expr:
    return steps.share(f"{CODE}:{length}", pl.col(CODE).str.slice(0, length))


def _under(prefixes: Sequence[str], steps: Steps) -> pl.Expr:
    """Whether the code lies under one of the prefixes."""
    by_length: dict[int, list[str]] = {}
    for prefix in prefixes:
        by_length.setdefault(len(prefix), []).append(prefix)
    return reduce(or_, [_cut(length, steps).is_in(of_length) for length, of_length in by_length.items()])


def _above(prefixes: Sequence[str]) -> pl.Expr:
    """Whether the code is so short that it may yet turn out to lie under one of the prefixes."""
    shorter = sorted({prefix[:length] for prefix in prefixes for length in range(1, len(prefix))})
    return pl.col(CODE).is_in(shorter) if shorter else pl.lit(value=False)


def asks_industry(undecided: pl.Expr) -> Ask:
    """The question for the industry code, also open where the code is there but too short."""
    return Ask(CODE, absent=undecided)


def compile_amount_by_industry(args: Args, context: Context) -> Compiled:
    """A figure against the line of the enterprise's industry class.

    Where the class is open the lines of all classes it may be in decide together; an enterprise that is
    surely in none of the classes is asked nothing.
    """
    column, operator = frame_columns(args["fact"])[0], args["operator"]
    value = pl.col(column)
    classes = [
        (belongs(Industries.of(each), context.steps), limit_of(args["fact"], each["value"]))
        for each in args["classes"]
    ]
    tests = [compare(value, operator, limit) for _, limit in classes]
    sure = reduce(and_, [~inside | test for (inside, _), test in zip(classes, tests, strict=True)])
    never = reduce(and_, [~inside | ~test for (inside, _), test in zip(classes, tests, strict=True)])
    elsewhere = reduce(and_, [~inside for inside, _ in classes]).fill_null(value=False)
    limit: pl.Expr = pl.lit(None, pl.Int64)
    for inside, line in reversed(classes):
        limit = pl.when(inside).then(pl.lit(line, pl.Int64)).otherwise(limit)
    undecided = limit.is_null() & ~elsewhere
    return Compiled(
        pl.when(sure).then(statement=True).when(never).then(statement=False).otherwise(None),
        (Ask(column, ~elsewhere), asks_industry(undecided)),
        waived=elsewhere,
        gap=_gap(value, operator, limit),
        needed=pl.when(limit > 0).then(limit).otherwise(1).cast(pl.Float64),
        numerator=value,
    )


def _gap(value: pl.Expr, operator: str, limit: pl.Expr) -> pl.Expr:
    gap = limit - value if operator in (">=", ">") else value - limit
    return gap + 1 if operator in (">", "<") else gap
