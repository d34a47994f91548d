"""Figures that do not go together: questions to whoever knows, never findings.

Vectorised over a facts frame. What counts as doubtful is a heuristic of ours,
not law; every threshold stands in `THRESHOLDS` with its reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache, reduce
from itertools import chain
from operator import add
from typing import Any

import polars as pl

from scoring.facts import columns_present, frame_columns, year_column
from scoring.rules_model import RuleSet, fen
from scoring.screening import screen
from scoring.vocabulary import FACTS, YEARLY_FACTS, YEARS_CARRIED, Unit


class Kind(StrEnum):
    """What does not go together."""

    NET_ASSETS = "net_assets"
    PART = "part"
    UNIT = "unit"
    PER_HEAD = "per_head"
    NOTCH = "notch"
    EXPERT = "expert"


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A number of our heuristics and why it is what it is."""

    value: float
    reason: str


THRESHOLDS: dict[str, Threshold] = {
    "rounding_fen": Threshold(
        value=15_000, reason="三个数各按万元保留两位小数，每个最多差 50 元，合计不超过 150 元"
    ),
    "slip_least": Threshold(value=333, reason="元与千元相差 1,000 倍，取其三分之一以上"),
    "slip_wan": Threshold(value=3_333, reason="元与万元相差 10,000 倍，取其三分之一以上"),
    "slip_most": Threshold(value=30_000, reason="元与万元相差 10,000 倍，取其三倍以下"),
    "slip_floor_fen": Threshold(value=10_000_000, reason="两年都不到 10 万元的，倍数没有意义"),
    "head_most_fen": Threshold(value=10_000_000_000, reason="人均年销售收入超过 1 亿元，多为单位或人数有误"),
    "head_least_fen": Threshold(value=10_000, reason="有销售收入而人均不足 100 元，多为把万元填成元"),
    "notch_above": Threshold(value=0.03, reason="超过门槛不到其 3%"),
    "notch_jump": Threshold(value=0.20, reason="一年之内上升达门槛的 20%"),
}

# A part that cannot exceed its whole, of one year.
YEARLY_PARTS = (
    ("tech_staff", "employees"),
    ("rd_staff", "employees"),
    ("rd_expense_cny", "cost_expense_cny"),
    ("rd_domestic_cny", "rd_expense_cny"),
    ("hitech_income_cny", "total_income_cny"),
    ("main_revenue_cny", "revenue_cny"),
)
PARTS = (
    ("class1_ip_self_developed", "class1_ip"),
    ("class1_ip_high_value", "class1_ip"),
    ("class1_ip_transferred_in", "class1_ip"),
    ("class1_ip_rank_below_3", "class1_ip"),
    ("equity_raised_2y_cny", "equity_raised_3y_cny"),
)
SCHEMA = pl.Schema(
    {
        "row": pl.UInt32,
        "kind": pl.String,
        "subject": pl.String,
        "other": pl.String,
        "value": pl.Int64,
        "than": pl.Int64,
        "most": pl.Int64,
        "notch": pl.Int64,
    }
)


@dataclass(frozen=True, kw_only=True)
class Notch:
    """A share that a criterion asks for, over so many years.

    Where a ladder asks it by size, only of those whose last year's denominator
    is above ``above`` and at most ``up_to`` (in 分).
    """

    numerator: str
    denominator: str
    line: Fraction
    years: int
    rule_set: RuleSet
    above: int | None = None
    up_to: int | None = None


@dataclass(frozen=True)
class _Check:
    """Where ``doubtful`` is true, ``value`` of ``subject`` does not go with ``than`` of ``other``."""

    kind: Kind
    subject: str
    other: str
    doubtful: pl.Expr
    value: pl.Expr
    than: pl.Expr
    most: pl.Expr | None = None
    notch: int | None = None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return tuple(self.doubtful.meta.root_names())


def notches(rule_sets: Sequence[RuleSet]) -> tuple[Notch, ...]:
    """The lower limits on shares of yearly figures, each once however many rule sets ask it."""
    found: dict[tuple[object, ...], Notch] = {}
    for entry in rule_sets:
        for criterion in entry.criteria:
            is_lower = criterion.word == "share" and criterion.operator in (">=", ">")
            for notch in _of_share(criterion.args, entry) if is_lower else ():
                key = (notch.numerator, notch.denominator, notch.line, notch.years, notch.above, notch.up_to)
                found.setdefault(key, notch)
    return tuple(found.values())


def _of_share(args: Mapping[str, Any], entry: RuleSet) -> Iterator[Notch]:
    top, bottom = FACTS[args["numerator"]], FACTS[args["denominator"]]
    if not (top.yearly and bottom.yearly):
        return
    above = None
    for step in args.get("ladder", [{"value": args.get("value")}]):
        up_to = fen(step["up_to"]) if "up_to" in step else None
        yield Notch(
            numerator=top.name,
            denominator=bottom.name,
            line=Fraction(step["value"]),
            years=int(args.get("years", 1)),
            rule_set=entry,
            above=above,
            up_to=up_to,
        )
        above = up_to


def find(facts: pl.DataFrame, lines: Sequence[Notch] = ()) -> pl.DataFrame:
    """Every doubt in a frame, one row each, in the order of the frame's rows.

    Parameters
    ----------
    facts : DataFrame
        A facts frame; columns that are absent are all unknown.
    lines : sequence of Notch
        The shares whose lines a jump may just have passed; see `notches`.

    Returns
    -------
    DataFrame
        ``row`` (position in ``facts``), ``kind``, ``subject`` and ``other`` (columns
        of the facts frame), ``value`` and ``than`` (what they say, 分 or heads);
        for a notch ``value`` is the share asked for, ``than`` to ``most`` that of the
        year before and of last year, in millionths, and ``notch`` its place in ``lines``.
    """
    checks = [*_standing_checks(), *_notch_checks(lines)]
    named = sorted({name for check in checks for name in check.columns})
    frame = facts.select(columns_present(facts.schema, named))
    marks = frame.select(check.doubtful.alias(str(place)) for place, check in enumerate(checks))
    found = [
        _told(frame, check, marks[str(place)].arg_true())
        for place, check in enumerate(checks)
        if marks[str(place)].any()
    ]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found]).sort("row", maintain_order=True)


def _told(frame: pl.DataFrame, check: _Check, rows: pl.Series) -> pl.DataFrame:
    """The rows of a frame that a check doubts, with their values."""
    return frame[rows].select(
        rows.cast(pl.UInt32).alias("row"),
        pl.lit(str(check.kind)).alias("kind"),
        pl.lit(check.subject).alias("subject"),
        pl.lit(check.other).alias("other"),
        check.value.cast(pl.Int64).alias("value"),
        check.than.cast(pl.Int64).alias("than"),
        (pl.lit(None) if check.most is None else check.most).cast(pl.Int64).alias("most"),
        pl.lit(check.notch, pl.Int64).alias("notch"),
    )


@lru_cache(maxsize=1)
def _standing_checks() -> tuple[_Check, ...]:
    """What is checked whatever the rules say."""
    return tuple(chain(_net_assets(), _parts(), _units(), _per_head()))


def _limit(name: str) -> float:
    return THRESHOLDS[name].value


def _net_assets() -> Iterator[_Check]:
    """Net assets as given against assets less liabilities."""
    for back in range(1, YEARS_CARRIED + 1):
        given = year_column("net_assets_fen", back)
        assets, debts = year_column("total_assets_fen", back), year_column("total_liabilities_fen", back)
        counted = pl.col(assets) - pl.col(debts)
        doubtful = (pl.col(given) - counted).abs() > _limit("rounding_fen")
        yield _Check(Kind.NET_ASSETS, given, assets, doubtful, pl.col(given), counted)


def _parts() -> Iterator[_Check]:
    for part, whole in YEARLY_PARTS:
        for back in range(1, YEARS_CARRIED + 1):
            yield _part(year_column(FACTS[part].column, back), year_column(FACTS[whole].column, back))
    for part, whole in PARTS:
        yield _part(FACTS[part].column, FACTS[whole].column)


def _part(part: str, whole: str) -> _Check:
    return _Check(Kind.PART, part, whole, pl.col(part) > pl.col(whole), pl.col(part), pl.col(whole))


def _units() -> Iterator[_Check]:
    """Money that is about a thousand or ten thousand times that of the year before, or a part of it."""
    for fact in YEARLY_FACTS:
        if fact.unit is not Unit.CNY or fact.signed:
            continue
        for back in range(1, YEARS_CARRIED):
            newer, older = year_column(fact.column, back), year_column(fact.column, back + 1)
            pair = (pl.col(newer), pl.col(older))
            least, most = pl.min_horizontal(pair), pl.max_horizontal(pair)
            times = most / least
            is_slip = times.is_between(_limit("slip_least"), _limit("slip_most"))
            known = pl.col(newer).is_not_null() & pl.col(older).is_not_null()
            doubtful = known & (least > 0) & (most >= _limit("slip_floor_fen")) & is_slip
            yield _Check(Kind.UNIT, newer, older, doubtful, pl.col(newer), pl.col(older))


def _per_head() -> Iterator[_Check]:
    """Sales that so many people can hardly make, or that hardly pay one of them."""
    for back in range(1, YEARS_CARRIED + 1):
        sales, heads = year_column("revenue_fen", back), year_column("employees", back)
        each = pl.col(sales) / pl.col(heads)
        doubtful = (pl.col(heads) > 0) & (
            (each > _limit("head_most_fen")) | ((pl.col(sales) > 0) & (each < _limit("head_least_fen")))
        )
        yield _Check(Kind.PER_HEAD, sales, heads, doubtful, pl.col(sales), pl.col(heads))


def _notch_checks(lines: Sequence[Notch]) -> Iterator[_Check]:
    """A share just above a line after last year's share rose by much."""
    for place, notch in enumerate(lines):
        tops, bottoms = (
            frame_columns(name, years=max(notch.years, 2)) for name in (notch.numerator, notch.denominator)
        )
        last, before = (_share(tops[back : back + 1], bottoms[back : back + 1]) for back in (0, 1))
        now = _share(tops[: notch.years], bottoms[: notch.years])
        above, jump = (Fraction(str(_limit(name))) for name in ("notch_above", "notch_jump"))
        doubtful = (
            (now >= float(notch.line))
            & (now < float(notch.line * (1 + above)))
            & (last - before >= float(notch.line * jump))
        )
        if notch.above is not None:
            doubtful = doubtful & (pl.col(bottoms[0]) > notch.above)
        if notch.up_to is not None:
            doubtful = doubtful & (pl.col(bottoms[0]) <= notch.up_to)
        yield _Check(
            Kind.NOTCH,
            tops[0],
            bottoms[0],
            doubtful,
            _millionths(now),
            _millionths(before),
            most=_millionths(last),
            notch=place,
        )


def _share(tops: Sequence[str], bottoms: Sequence[str]) -> pl.Expr:
    """Sum over sum of some years; null where there is nothing to divide by."""
    top, bottom = (reduce(add, [pl.col(name) for name in names]) for names in (tops, bottoms))
    return pl.when(bottom > 0).then(top / bottom)


def _millionths(share: pl.Expr) -> pl.Expr:
    return (share * 1_000_000).round()


def find_expert_doubts(facts: pl.DataFrame, rule_sets: Sequence[RuleSet], as_of: date) -> pl.DataFrame:
    """Expert points outside what the known facts let them be, as `find` tells doubts.

    ``value`` are the points given, ``than`` to ``most`` the range without them.
    """
    parts = {
        part.expert: (entry, part.id)
        for entry in rule_sets
        for part in (entry.points.parts if entry.points else ())
        if part.expert
    }
    given = [name for name in parts if name in facts.columns]
    if not given:
        return pl.DataFrame(schema=SCHEMA)
    rows = facts.with_row_index("row").filter(pl.any_horizontal(pl.col(given).is_not_null()))
    if rows.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    scored = list(dict.fromkeys(parts[name][0] for name in given))
    blank = rows.drop("row").with_columns(pl.lit(None, pl.Int64).alias(name) for name in parts)
    ranges = screen(blank, scored, as_of, projection="detail")
    found = []
    for name in given:
        entry, part = parts[name]
        lo, hi = (ranges[f"{entry.key}.points.{part}.{end}"].cast(pl.Int64) for end in ("lo", "hi"))
        told = rows.select("row", value=pl.col(name).cast(pl.Int64), than=lo, most=hi)
        found.append(
            told.filter((pl.col("value") < pl.col("than")) | (pl.col("value") > pl.col("most"))).select(
                "row",
                pl.lit(str(Kind.EXPERT)).alias("kind"),
                pl.lit(name).alias("subject"),
                pl.lit(name).alias("other"),
                "value",
                "than",
                "most",
                pl.lit(None, pl.Int64).alias("notch"),
            )
        )
    return pl.concat(found).cast(SCHEMA).sort("row", maintain_order=True)
