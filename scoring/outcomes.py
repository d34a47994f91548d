"""From compiled criteria to verdicts: the columns of an outcomes frame.

``<key>.verdict``, ``.points_lo``, ``.points_hi``, ``.nearest_criterion`` and
``.nearest_gap`` are the summary; ``.route``, ``.n_failed``, ``.n_missing``,
``.shortfall``, ``.results``, ``.missing`` and ``.changes_on`` are stored;
``<key>.applies`` and ``<key>.<criterion>.result``, ``.gap``, ``.numerator``, ``.denominator`` and
``.changes_on`` are the detail.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add, and_, or_

import polars as pl

from scoring.compiled import Ask, Compiled, Context, both
from scoring.criteria import compile_word, holding_ends
from scoring.industry_specs import CODE
from scoring.points import CompiledPoints
from scoring.rules_model import DirectRoute, RuleSet
from scoring.steps import Steps
from scoring.vocabulary import CriterionResult, Route, Verdict

BITS_PER_RESULT = 3


@dataclass(frozen=True)
class CompiledRuleSet:
    """A rule set with its criteria as columns, in the same order, and the verdict they add up to."""

    rule_set: RuleSet
    criteria: list[Compiled]
    points: CompiledPoints | None
    route: pl.Expr | None
    verdict: pl.Expr
    shortfalls: dict[int, pl.Expr]
    steps: Steps
    # Whether the tier concerns the enterprise's industry; None where it concerns all of them.
    applies: pl.Expr | None = None
    doors: list[Compiled] = field(default_factory=list)

    def where_it_applies(self, expr: pl.Expr) -> pl.Expr:
        """The column, and null where the tier surely does not concern the enterprise."""
        return expr if self.applies is None else pl.when(self.applies.fill_null(value=True)).then(expr)


def fraction(value: Decimal | int) -> Fraction:
    """A number of a rule file, exactly."""
    return Fraction(value)


def compile_doors(direct: DirectRoute, context: Context) -> list[Compiled]:
    """Each condition of a direct route."""
    return [
        compile_word(door.word, door.args, context)
        if door.word
        else Compiled(
            pl.col(door.column),
            (Ask(door.column),),
            changes_on=holding_ends(door.column, context.as_of) if door.holds else None,
        )
        for door in direct.any_of
    ]


def waive(criterion: Compiled, doors: list[Compiled], route: pl.Expr) -> Compiled:
    """A criterion that something else replaces; unknown also while that is unknown and it fails."""
    asks = [replace(ask, matters=both(ask.matters, door.is_unknown())) for door in doors for ask in door.asks]
    ends = [door.changes_on for door in doors if door.changes_on is not None]
    waived = route.fill_null(value=False)
    return replace(
        criterion,
        ok=route | criterion.ok,
        waived=waived if criterion.waived is None else waived | criterion.waived,
        judgement=None if criterion.judgement is None else criterion.judgement & ~waived,
        asks=(*asks, *criterion.asks),
        changes_on=pl.min_horizontal(ends) if ends else None,
    )


def not_asked(criterion: Compiled, flags: tuple[str, ...]) -> Compiled:
    """A criterion that does not concern whoever has one of the flags."""
    flag = reduce(or_, [pl.col(name) for name in flags])
    ends = criterion.changes_on
    return replace(waive(criterion, [Compiled(flag, tuple(map(Ask, flags)))], flag), changes_on=ends)


def project(entry: CompiledRuleSet, projection: str, *, as_of: pl.Expr) -> list[pl.Expr]:
    """The columns of one rule set for a projection."""
    columns = _summary(entry)
    if projection != "summary":
        columns |= _stored(entry, as_of)
    if projection == "detail":
        columns |= _detail(entry)
    return [expr.alias(f"{entry.rule_set.key}.{name}") for name, expr in columns.items()]


def _summary(entry: CompiledRuleSet) -> dict[str, pl.Expr]:
    nearest, gap = _nearest(entry)
    nothing = pl.lit(None, pl.Int16)
    return {
        "verdict": entry.verdict,
        "points_lo": entry.where_it_applies(entry.points.lo) if entry.points else nothing,
        "points_hi": entry.where_it_applies(entry.points.hi) if entry.points else nothing,
        "nearest_criterion": nearest,
        "nearest_gap": gap,
    }


def restrict(criterion: Compiled, applies: pl.Expr) -> Compiled:
    """A criterion of a tier that does not concern every industry: outside it asks and shows nothing."""
    outside = applies.not_().fill_null(value=False)
    inside = outside.not_()
    return replace(
        criterion,
        ok=outside | criterion.ok,
        waived=outside if criterion.waived is None else outside | criterion.waived,
        judgement=None if criterion.judgement is None else inside & criterion.judgement,
        changes_on=None if criterion.changes_on is None else pl.when(inside).then(criterion.changes_on),
    )


def verdict_of(criteria: list[Compiled], applies: pl.Expr | None = None) -> pl.Expr:
    """The first verdict that applies, in the order of the vocabulary.

    While it is unknown whether the tier concerns the enterprise, a failing criterion decides all the same.
    """
    settled = reduce(and_, [criterion.settled() for criterion in criteria])
    if applies is not None:
        verdict = _verdict(criteria, settled & applies)
        return pl.when(applies.not_()).then(_word(Verdict.NOT_APPLICABLE)).otherwise(verdict)
    return _verdict(criteria, settled)


def _verdict(criteria: list[Compiled], settled: pl.Expr) -> pl.Expr:
    judged = [criterion.judgement for criterion in criteria if criterion.judgement is not None]
    eligible: pl.Expr = _word(Verdict.ELIGIBLE)
    if judged:
        eligible = pl.when(reduce(or_, judged)).then(_word(Verdict.NEEDS_JUDGEMENT)).otherwise(eligible)
    return (
        pl.when(settled)
        .then(eligible)
        .when(settled.is_null())
        .then(_word(Verdict.UNDETERMINED))
        .otherwise(_word(Verdict.NOT_ELIGIBLE))
    )


def _word(value: Verdict | CriterionResult | Route) -> pl.Expr:
    return pl.lit(int(value), pl.UInt8)


def shortfalls_of(criteria: list[Compiled], key: str, steps: Steps) -> dict[int, pl.Expr]:
    """Where a measurable criterion is not met, its gap as a share of what is needed; it only ranks."""
    return {
        index: steps.put(f"{key}.short{index}", _where_not_met(criterion))
        for index, criterion in enumerate(criteria)
        if criterion.shortfall is not None or (criterion.gap is not None and criterion.needed is not None)
    }


# Not a number of any gap: it loses every comparison for the least, and folding floats without nulls is cheap.
_NO_GAP = float("inf")


def _where_not_met(criterion: Compiled) -> pl.Expr:
    relative = _relative(criterion).fill_null(_NO_GAP)
    return pl.when(criterion.is_not_met()).then(relative).otherwise(pl.lit(_NO_GAP, pl.Float32))


def _relative(criterion: Compiled) -> pl.Expr:
    if criterion.shortfall is not None or criterion.gap is None or criterion.needed is None:
        return criterion.shortfall if criterion.shortfall is not None else pl.lit(None, pl.Float32)
    return (criterion.gap / criterion.needed).cast(pl.Float32)


def _nearest(entry: CompiledRuleSet) -> tuple[pl.Expr, pl.Expr]:
    """The failing criterion with the smallest relative gap, and that gap in its own unit."""
    shortfalls = entry.shortfalls
    which: pl.Expr = pl.lit(None, pl.UInt8)
    gap: pl.Expr = pl.lit(None, pl.Int64)
    if not shortfalls:
        return which, gap
    least = _fold(shortfalls.values(), _smaller, f"{entry.rule_set.key}.least", entry.steps)
    for index, shortfall in reversed(list(shortfalls.items())):
        is_it = shortfall == least
        which = pl.when(is_it).then(pl.lit(index, pl.UInt8)).otherwise(which)
        own = entry.criteria[index].gap
        gap = pl.when(is_it).then(pl.lit(None, pl.Int64) if own is None else own).otherwise(gap)
    has_gap = least != _NO_GAP
    return pl.when(has_gap).then(which), pl.when(has_gap).then(gap)


def _fold(
    terms: Iterable[pl.Expr], choose: Callable[[pl.Expr, pl.Expr], pl.Expr], name: str, steps: Steps
) -> pl.Expr:
    """Choose among many, step by step: a choice names its terms twice, so nesting would double them."""
    chosen, *rest = terms
    for index, term in enumerate(rest):
        chosen = steps.put(f"{name}{index}", choose(chosen, term))
    return chosen


def _smaller(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.when(one < other).then(one).otherwise(other)


def _larger(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.when(one > other).then(one).otherwise(other)


def _stored(entry: CompiledRuleSet, as_of: pl.Expr) -> dict[str, pl.Expr]:
    results = [_result(criterion).cast(pl.Int64) for criterion in entry.criteria]
    is_open = entry.verdict == int(Verdict.UNDETERMINED)
    key, put = entry.rule_set.key, entry.steps.put
    asked = {
        bit: put(f"{key}.asks{bit}", is_missing & is_open)
        for bit, is_missing in enumerate(_missing(entry))
        if is_missing is not None
    }
    shifts = [result * (1 << (BITS_PER_RESULT * index)) for index, result in enumerate(results)]
    return {
        "route": _route(entry),
        "n_failed": reduce(add, [criterion.is_not_met().cast(pl.Int16) for criterion in entry.criteria]),
        "n_missing": _sum([flag.cast(pl.Int16) for flag in asked.values()], pl.Int16),
        "shortfall": _worst(entry),
        "results": reduce(add, shifts),
        "missing": _sum([flag.cast(pl.Int64) * (1 << bit) for bit, flag in asked.items()], pl.Int64),
        "changes_on": _next_change(entry, as_of),
    }


def _sum(terms: list[pl.Expr], dtype: type[pl.DataType]) -> pl.Expr:
    return reduce(add, terms) if terms else pl.lit(0, dtype)


def _route(entry: CompiledRuleSet) -> pl.Expr:
    if entry.route is None:
        return pl.lit(None, pl.UInt8)
    # Without points there is no other route to name.
    other = _word(Route.POINTS) if entry.points else pl.lit(None, pl.UInt8)
    route = (
        pl.when(entry.route).then(_word(Route.DIRECT)).when(entry.route.not_()).then(other).otherwise(None)
    )
    return entry.where_it_applies(route)


def _result(criterion: Compiled) -> pl.Expr:
    expr = (
        pl.when(criterion.ok)
        .then(_word(CriterionResult.MET))
        .when(criterion.ok.not_())
        .then(_word(CriterionResult.NOT_MET))
        .otherwise(_word(CriterionResult.UNKNOWN))
    )
    if criterion.judgement is not None:
        expr = pl.when(criterion.judgement).then(_word(CriterionResult.JUDGEMENT)).otherwise(expr)
    if criterion.waived is not None:
        expr = pl.when(criterion.waived).then(_word(CriterionResult.NOT_APPLICABLE)).otherwise(expr)
    return expr


def _missing(entry: CompiledRuleSet) -> list[pl.Expr | None]:
    """Per fact of the rule set: whether it is missing and an unknown criterion turns on it."""
    by_column: dict[str, list[pl.Expr]] = {}
    if entry.applies is not None:
        by_column[CODE] = [entry.applies.is_null()]
    for criterion in entry.criteria:
        for ask in criterion.asks:
            by_column.setdefault(ask.column, []).append(criterion.is_unknown() & ask.is_open())
    return [
        reduce(or_, by_column[column]) if column in by_column else None for column in entry.rule_set.facts
    ]


def _worst(entry: CompiledRuleSet) -> pl.Expr:
    """The largest relative gap; null when nothing fails or a failing criterion has no measure."""
    if not entry.shortfalls:
        return pl.lit(None, pl.Float32)
    zero = pl.lit(0, pl.Float32)
    measured = [
        pl.when(criterion.is_not_met())
        .then(entry.shortfalls.get(index, pl.lit(_NO_GAP, pl.Float32)))
        .otherwise(zero)
        for index, criterion in enumerate(entry.criteria)
    ]
    worst = _fold(measured, _larger, f"{entry.rule_set.key}.worst", entry.steps)
    fails = entry.verdict == int(Verdict.NOT_ELIGIBLE)
    return pl.when(fails & (worst != _NO_GAP)).then(worst)


def _next_change(entry: CompiledRuleSet, as_of: pl.Expr) -> pl.Expr:
    changes = _present(criterion.changes_on for criterion in entry.criteria)
    if not changes:
        return pl.lit(None, pl.Date)
    return pl.min_horizontal([pl.when(change > as_of).then(change) for change in changes])


def _present(expressions: Iterable[pl.Expr | None]) -> list[pl.Expr]:
    return [expr for expr in expressions if expr is not None]


def _detail(entry: CompiledRuleSet) -> dict[str, pl.Expr]:
    columns = {"applies": pl.lit(value=True) if entry.applies is None else entry.applies}
    nothing, no_day = pl.lit(None, pl.Int64), pl.lit(None, pl.Date)
    for rule, criterion in zip(entry.rule_set.criteria, entry.criteria, strict=True):
        gap = criterion.gap
        columns |= {
            f"{rule.id}.result": _result(criterion),
            f"{rule.id}.gap": nothing
            if gap is None
            else pl.when(criterion.is_not_met()).then(gap.cast(pl.Int64)),
            f"{rule.id}.numerator": nothing if criterion.numerator is None else criterion.numerator,
            f"{rule.id}.denominator": nothing if criterion.denominator is None else criterion.denominator,
            f"{rule.id}.changes_on": no_day if criterion.changes_on is None else criterion.changes_on,
        }
        columns |= {
            f"{rule.id}.asks.{ask.column}": criterion.is_unknown() & ask.is_open() for ask in criterion.asks
        }
    for index, door in enumerate(entry.doors):
        columns[f"door{index}"] = door.ok
    for part in entry.points.parts if entry.points else ():
        columns[f"points.{part.part.id}.lo"] = entry.where_it_applies(part.lo)
        columns[f"points.{part.part.id}.hi"] = entry.where_it_applies(part.hi)
    return columns
