"""The words a rule may use, each compiled to Polars expressions; null is unknown.

A word gives ``ok`` (three-valued), and where it can: the gap to its
threshold, what the gap is measured against, numerator and denominator for
display, and the date on which a time-bound condition turns.
"""

from calendar import isleap
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import reduce
from operator import add, and_, or_

import polars as pl

from scoring.amounts import (
    compile_amount,
    compile_count,
    compile_holds_any,
    compile_one_of,
    only_column,
)
from scoring.compiled import Args, Ask, Compiled, Context, both
from scoring.dated_words import compile_amount_in_year, compile_registered
from scoring.facts import frame_columns
from scoring.growth import JUDGED, GrowthRequest, exact_gap, total_name
from scoring.industry import compile_amount_by_industry
from scoring.points import CompiledPart, CompiledPoints, points_of
from scoring.rule_words import SPECS
from scoring.shares import compile_share, share_gap
from scoring.size_classes import compile_sme_size
from scoring.vocabulary import Unit
from scoring.year_words import YEAR_WORDS


def compile_word(word: str, args: Args, context: Context) -> Compiled:
    """Compile one criterion; the rulebook has checked the arguments."""
    return WORDS[word](args, context)


def _flag(args: Args, _: Context) -> Compiled:
    column = only_column(args["fact"])
    ok = pl.col(column) if args["is"] else pl.col(column).not_()
    if args.get("missing") == "judgement":
        return Compiled(ok.fill_null(value=False), judgement=pl.col(column).is_null())
    return Compiled(ok, (Ask(column),))


def _flags(args: Args, _: Context) -> Compiled:
    columns = [only_column(name) for name in args["facts"]]
    oks = [pl.col(name) if args["is"] else pl.col(name).not_() for name in columns]
    return Compiled(reduce(and_, oks), tuple(Ask(name) for name in columns))


def _age(args: Args, context: Context) -> Compiled:
    registered = pl.col("registered_on")
    asks = (Ask("registered_on"),)
    days = (context.as_of - registered).dt.total_days()
    if "days" in args:
        wanted = int(args["days"])
        turns_on = registered + pl.duration(days=wanted)
        return Compiled(
            days >= wanted,
            asks,
            gap=wanted - days,
            needed=pl.lit(float(wanted)),
            numerator=days,
            changes_on=pl.when(turns_on > context.as_of).then(turns_on),
        )
    return _age_in_years(args, days, context)


def _age_in_years(args: Args, days: pl.Expr, context: Context) -> Compiled:
    """At most so old, or less than that: whoever is less than that today is at most that tomorrow."""
    registered, years = pl.col("registered_on"), int(args["years"])
    ahead = timedelta(days=1 if args["operator"] == "<" else 0)
    last_day = registered.dt.offset_by(f"{years}y") - pl.duration(days=ahead.days)
    if context.day is None:
        ok = context.as_of <= last_day
    else:
        ok = registered >= _earliest_registration(context.day + ahead, years)
    return Compiled(
        ok,
        (Ask("registered_on"),),
        shortfall=((days - years * 365.25) / (years * 365.25)).cast(pl.Float32),
        late_gap=(context.as_of - last_day).dt.total_days(),
        numerator=days,
        changes_on=pl.when(last_day >= context.as_of).then(last_day + pl.duration(days=1)),
    )


def _earliest_registration(day: date, years: int) -> date:
    """The earliest day of registration of an enterprise that is at most ``years`` old on ``day``.

    Whoever registered on 28 February was that old the day before 29 February,
    so that day asks for 1 March.
    """
    if (day.month, day.day) == (2, 29) and not isleap(day.year - years):
        return date(day.year - years, 3, 1)
    return day.replace(year=day.year - years)


def _holds(args: Args, context: Context) -> Compiled:
    column = f"holds_{args['tier']}"
    ok = pl.col(column) if args["is"] else pl.col(column).not_()
    return Compiled(ok, (Ask(column),), changes_on=holding_ends(column, context.as_of))


def holding_ends(column: str, as_of: pl.Expr) -> pl.Expr:
    """The first day without a holding whose last day is known."""
    until = pl.col(f"{column}_until")
    return pl.when(pl.col(column) & (until >= as_of)).then(until + pl.duration(days=1))


def _points(args: Args, context: Context) -> Compiled:
    if context.points is None:
        raise ValueError("The word 'points' needs a points system in its rule set.")
    return _points_line(args, context.points)


def _points_sum(args: Args, context: Context) -> Compiled:
    """The points of several indicators together."""
    return _points_line(args, points_of([_part_of(name, context) for name in args["indicators"]]))


def _points_line(args: Args, points: CompiledPoints) -> Compiled:
    wanted = int(args["value"]) + (1 if args["operator"] == ">" else 0)
    ok = pl.when(points.lo >= wanted).then(statement=True).when(points.hi < wanted).then(statement=False)
    asks = tuple(Ask(column, part.is_unresolved) for part in points.parts for column in part.columns)
    return Compiled(
        ok.otherwise(None),
        asks,
        judgement=points.is_judgement(wanted),
        gap=(wanted - points.hi).cast(pl.Int64),
        needed=pl.lit(float(wanted)),
        numerator=points.hi.cast(pl.Int64),
    )


def _points_part(args: Args, context: Context) -> Compiled:
    part = _part_of(args["part"], context)
    wanted = int(args["value"]) + (1 if args["operator"] == ">" else 0)
    ok = pl.when(part.lo >= wanted).then(statement=True).when(part.hi < wanted).then(statement=False)
    table = part.part.tables[0]
    lowest = min((band for band in table.bands if band.lo >= wanted), key=lambda band: band.at)
    numerator, denominator = (pl.col(only_column(name)) for name in (table.numerator, table.denominator))
    gap, needed = share_gap(numerator, denominator, share=lowest.at, is_strict=False)
    return Compiled(
        ok.otherwise(None),
        tuple(Ask(column, part.is_unresolved) for column in part.columns),
        gap=gap,
        needed=needed,
        numerator=numerator,
        denominator=denominator,
    )


def _part_of(part_id: str, context: Context) -> CompiledPart:
    parts = context.points.parts if context.points else ()
    return next(part for part in parts if part.part.id == part_id)


def _mean_growth(args: Args, _: Context) -> Compiled:
    rate, is_strict = Fraction(args["value"]), args["operator"] == ">"
    facts = tuple(args["facts"])
    bands = [pl.col(GrowthRequest(fact, "judged", ((rate, is_strict),)).column) for fact in facts]
    oks = [pl.when(band != JUDGED).then(band >= 1) for band in bands]
    ok = reduce(or_, oks)
    unknown = reduce(or_, [band.is_null() for band in bands])
    newest, _middle, oldest = (pl.col(name) for name in frame_columns(facts[0], years=3))
    columns = [column for fact in facts for column in frame_columns(fact, years=3)]
    shortfalls = [
        pl.when(band == 0).then(_growth_shortfall(fact, rate))
        for band, fact in zip(bands, facts, strict=True)
    ]
    return Compiled(
        ok,
        tuple(Ask(column) for column in columns),
        judgement=ok.is_null() & ~unknown,
        shortfall=pl.min_horizontal(shortfalls),
        late_gap=pl.min_horizontal([_shown_gap(fact, rate, is_strict=is_strict) for fact in facts]),
        numerator=newest,
        denominator=oldest,
    )


def _shown_gap(fact: str, rate: Fraction, *, is_strict: bool) -> pl.Expr:
    gap = exact_gap(fact, rate, strict=is_strict)
    return pl.when(gap > 0).then(gap)


def _growth_shortfall(fact: str, rate: Fraction) -> pl.Expr:
    """By how much the mean growth factor is short, as a share of what it has to be; it only ranks."""
    needed = 2 * (1 + float(rate))
    total = pl.col(total_name(fact, "judged"))
    return ((needed - total) / needed).cast(pl.Float32)


def _judgement(_args: Args, _context: Context) -> Compiled:
    return Compiled(pl.lit(None, pl.Boolean), judgement=pl.lit(True))  # noqa: FBT003 - a literal column


def _unmet_at_most(args: Args, context: Context) -> Compiled:
    """How many of another tier's criteria fail; unknown ones may or may not."""
    others = [context.criteria_of[args["tier"]][name] for name in args["criteria"]]
    fewest = reduce(add, [other.is_not_met().cast(pl.Int64) for other in others])
    most = reduce(add, [other.settled().fill_null(value=False).not_().cast(pl.Int64) for other in others])
    limit = int(args["value"])
    ok = pl.when(most <= limit).then(statement=True).when(fewest > limit).then(statement=False)
    asks = tuple(
        replace(ask, matters=both(ask.matters, other.settled().is_null()))
        for other in others
        for ask in other.asks
    )
    return Compiled(
        ok.otherwise(None), asks, gap=fewest - limit, needed=pl.lit(float(len(others))), numerator=fewest
    )


def _asks_while_open(criteria: list[Compiled]) -> tuple[Ask, ...]:
    """The questions of several criteria, each only while its own criterion is unknown."""
    return tuple(
        replace(ask, matters=both(ask.matters, criterion.is_unknown()))
        for criterion in criteria
        for ask in criterion.asks
    )


def _all_of(args: Args, context: Context) -> Compiled:
    parts = [compile_word(part["word"], part, context) for part in args["parts"]]
    asks = _asks_while_open(parts)
    joined = _combined(parts, and_, asks)
    # Where another part fails too, mending this one does not meet the whole.
    alone = [
        reduce(and_, [other.is_not_met().not_() for other in parts if other is not part], pl.lit(value=True))
        for part in parts
    ]
    return _joined(args, parts, joined, counts=alone)


def _any_of(args: Args, context: Context) -> Compiled:
    parts = [compile_word(part["word"], part, context) for part in args["parts"]]
    asks = tuple(ask for part in parts for ask in part.asks)
    joined = _combined(parts, or_, asks)
    return _joined(args, parts, joined, counts=[pl.lit(value=True)] * len(parts))


def _combined(
    parts: list[Compiled], how: Callable[[pl.Expr, pl.Expr], pl.Expr], asks: tuple[Ask, ...]
) -> Compiled:
    """The parts together; a person decides where no other part does and nothing is unknown."""
    ends = [part.changes_on for part in parts if part.changes_on is not None]
    joined = Compiled(
        reduce(how, [_answer(part) for part in parts]),
        asks,
        changes_on=pl.min_horizontal(ends) if ends else None,
    )
    if all(part.judgement is None for part in parts):
        return joined
    unknown = reduce(or_, [part.is_unknown() for part in parts])
    return replace(joined, judgement=joined.ok.is_null() & ~unknown)


def _answer(part: Compiled) -> pl.Expr:
    """What a part says by itself; nothing where a person decides."""
    return part.ok if part.judgement is None else pl.when(part.judgement.not_()).then(part.ok)


def _joined(args: Args, parts: list[Compiled], joined: Compiled, *, counts: list[pl.Expr]) -> Compiled:
    """Take the gap of the nearest measurable part, of those where mending it ``counts``.

    Gaps of parts in another unit than the criterion's, such as staff beside money, cannot be compared.
    """
    units = [SPECS[part["word"]].unit(part) for part in args["parts"]]
    told_in = next((unit for unit in units if unit is not Unit.FLAG), Unit.FLAG)
    measured = [
        (part, part.gap, part.needed, where)
        for part, unit, where in zip(parts, units, counts, strict=True)
        if part.gap is not None and part.needed is not None and unit is told_in
    ]
    if not measured:
        return joined
    gaps = [pl.when(part.is_not_met() & where).then(gap) for part, gap, _, where in measured]
    shortfall = pl.min_horizontal(
        [(own / needed).cast(pl.Float32) for own, (_, _, needed, _) in zip(gaps, measured, strict=True)]
    )
    return replace(
        joined,
        gap=pl.min_horizontal(gaps),
        needed=measured[0][2],
        shortfall=shortfall,
        numerator=measured[0][0].numerator,
    )


WORDS: dict[str, Callable[[Args, Context], Compiled]] = {
    "flag": _flag,
    "flags": _flags,
    "amount": compile_amount,
    "count": compile_count,
    "age": _age,
    "holds": _holds,
    "holds_any": compile_holds_any,
    "one_of": compile_one_of,
    "share": compile_share,
    "points": _points,
    "points_part": _points_part,
    "points_sum": _points_sum,
    "mean_growth": _mean_growth,
    "judgement": _judgement,
    "unmet_at_most": _unmet_at_most,
    "all_of": _all_of,
    "any_of": _any_of,
    "amount_by_industry": compile_amount_by_industry,
    "registered": compile_registered,
    "amount_in_year": compile_amount_in_year,
    "sme_size": compile_sme_size,
    **YEAR_WORDS,
}
