"""Sizes of enterprises by 工信部联企业〔2011〕300号: large, medium, small, micro.

An enterprise is of a size when it reaches every lower line of that size ("及以上" includes the number), so
it is the smaller of what staff and turnover say, and an SME as soon as either is below its large line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_, or_
from typing import Any

import polars as pl

from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import columns_present, frame_columns
from scoring.industry import asks_industry, belongs
from scoring.industry_specs import CODE, read_industries
from scoring.rule_checks import Place, amount, fact, tables, text
from scoring.rulebook import read_table
from scoring.rules_model import Industries, fen
from scoring.steps import Steps
from scoring.vocabulary import FACTS, SizeClass, Unit

FILE = "size_classes.toml"
SIZE_COLUMNS = (CODE, "employees_y1", "revenue_fen_y1", "total_assets_fen_y1")
_MEASURED = ("employees", "revenue_cny", "total_assets_cny")


@dataclass(frozen=True, kw_only=True)
class SizeRow:
    """One row of the table: industries, and per column of the facts frame the lower lines by size.

    ``lines`` are (large, medium, small), heads or 分.
    """

    id: str
    label: str
    industries: Industries
    grade: str
    lines: Mapping[str, tuple[int, int, int]]


@cache
def size_rows() -> tuple[SizeRow, ...]:
    """The rows of the table.

    Raises
    ------
    RuleFileError
        Naming file, key and reason.
    """
    place = Place(FILE, "classes")
    return tuple(
        _row(table, place.at(index))
        for index, table in enumerate(tables(read_table(FILE).get("classes"), place))
    )


def _row(table: Mapping[str, Any], place: Place) -> SizeRow:
    within = {key: table[key] for key in ("industry", "except") if key in table}
    lines = dict(_lines(each, place.at("lines").at(index)) for index, each in enumerate(table["lines"]))
    return SizeRow(
        id=text(table, "id", place),
        label=text(table, "label", place),
        industries=read_industries(within, place),
        grade=text(table, "grade", place),
        lines=lines,
    )


def _lines(table: Mapping[str, Any], place: Place) -> tuple[str, tuple[int, int, int]]:
    name = table["fact"]
    if name not in _MEASURED:
        raise place.at("fact").refuse(f"{name!r} is not one of {', '.join(_MEASURED)}")
    fact(name, place.at("fact"), units=(Unit.CNY, Unit.HEADS))
    unit = FACTS[name].unit
    for size in ("large", "medium", "small"):
        amount(table.get(size), place.at(size), unit=unit)
    large, medium, small = (
        fen(table[size]) if unit is Unit.CNY else int(table[size]) for size in ("large", "medium", "small")
    )
    if not large > medium > small:
        raise place.refuse(f"the table is not monotone: {large}, {medium}, {small}")
    return frame_columns(name)[0], (large, medium, small)


_UNLISTED = -1


def _class_index(steps: Steps) -> pl.Expr:
    """The row of the table that an enterprise belongs to; -1 where no row lists it, null unknown."""
    found: pl.Expr = pl.lit(_UNLISTED, pl.Int8)
    insides = [belongs(row.industries, steps) for row in size_rows()]
    undecided = reduce(or_, [inside.is_null() for inside in insides])
    for index, inside in reversed(list(enumerate(insides))):
        found = pl.when(inside).then(pl.lit(index, pl.Int8)).otherwise(found)
    return steps.share("size:class", pl.when(undecided.not_()).then(found))


def _line(index: pl.Expr, column: str, size: int, steps: Steps) -> pl.Expr:
    """The lower line of a size by the row of the table; null where that row does not ask for the column."""
    having = {place: row.lines[column][size] for place, row in enumerate(size_rows()) if column in row.lines}
    line = index.replace_strict(list(having), list(having.values()), default=None, return_dtype=pl.Int64)
    return steps.share(f"size:{column}:{size}", line)


def compile_sme_size(_: Args, context: Context) -> Compiled:
    """At most medium: below the large line of one figure of its row.

    Where the industry is unknown, or not listed, a figure that is below the line of every row decides.
    """
    steps = context.steps
    index = _class_index(steps)
    below = []
    asks = []
    for column in SIZE_COLUMNS[1:]:
        line = _line(index, column, 0, steps)
        below.append(pl.when(line.is_null()).then(statement=False).otherwise(pl.col(column) < line))
        asks.append(Ask(column, line.is_not_null() | index.is_null()))
    everywhere = _below_every_line()
    listed = reduce(or_, below)
    ok = pl.when(index >= 0).then(listed).otherwise(pl.when(everywhere).then(statement=True))
    unlisted = (index == _UNLISTED).fill_null(value=False) & everywhere.not_().fill_null(value=True)
    return Compiled(ok, (*asks, asks_industry(index.is_null())), judgement=unlisted)


def _below_every_line() -> pl.Expr:
    """Whether no row of the table could call it large; never null: a missing figure is not below a line."""
    families: dict[tuple[str, ...], list[SizeRow]] = {}
    for row in size_rows():
        families.setdefault(tuple(row.lines), []).append(row)
    terms = [
        reduce(or_, [pl.col(name) < min(row.lines[name][0] for row in rows) for name in names])
        for names, rows in families.items()
    ]
    return reduce(and_, terms).fill_null(value=False)


def size_class(facts: pl.DataFrame) -> pl.Series:
    """The size of each enterprise of a facts frame, as the words of `SizeClass`; null where it is not known.

    Parameters
    ----------
    facts : DataFrame
        Columns as in `scoring.facts`, of which ``SIZE_COLUMNS`` are read; one that is absent is unknown.
    """
    steps = Steps()
    index = _class_index(steps)
    levels = [_level(index, column, steps) for column in SIZE_COLUMNS[1:]]
    asked = [_line(index, column, 0, steps).is_not_null() for column in SIZE_COLUMNS[1:]]
    least = pl.min_horizontal(levels)
    is_open = reduce(or_, [is_asked & level.is_null() for is_asked, level in zip(asked, levels, strict=True)])
    # Whoever is micro by one figure is micro whatever the other says.
    number = pl.when(least == 0).then(least).when(is_open.not_()).then(least)
    words = number.replace_strict(
        list(range(len(SizeClass))), [str(size) for size in reversed(SizeClass)], default=None
    )
    plan = facts.lazy().select(columns_present(facts.schema, SIZE_COLUMNS))
    return steps.apply(plan).select(words.cast(pl.String).alias("size_class")).collect().to_series()


def _level(index: pl.Expr, column: str, steps: Steps) -> pl.Expr:
    """3 large, 2 medium, 1 small, 0 micro by one figure; null where it is unknown or not asked."""
    value = pl.col(column)
    lines = [_line(index, column, size, steps) for size in range(3)]
    reached = [(value >= line).cast(pl.Int8) for line in lines]
    return steps.put(f"size:level:{column}", reached[0] + reached[1] + reached[2])
