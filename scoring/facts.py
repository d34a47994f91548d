"""The facts frame: which columns it has, of which type, and what they are called.

One row per enterprise. Yearly figures carry a suffix: ``revenue_fen_y1`` is
that of the calendar year before ``as_of``, ``_y2`` of the one before that.
Null is unknown. Money is integer 分, shares are in millionths.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from scoring.vocabulary import (
    COLUMNS,
    ENTERPRISE_FACTS,
    FACTS,
    TIER_NAMES,
    YEARLY_FACTS,
    YEARS_CARRIED,
    Tier,
    Unit,
)

_DTYPES: dict[Unit, type[pl.DataType]] = {
    Unit.CNY: pl.Int64,
    Unit.SHARE: pl.Int64,
    Unit.FLAG: pl.Boolean,
    Unit.CODE: pl.String,
    Unit.DATE: pl.Date,
}
_YEAR_WORDS = ("上一年度", "前两年度", "前三年度", "前四年度", "前五年度")


def year_column(column: str, years_back: int) -> str:
    """The frame's name of a yearly column; 1 is the calendar year before ``as_of``."""
    return f"{column}_y{years_back}"


def schema() -> dict[str, type[pl.DataType]]:
    """Every column of a whole facts frame with its type."""
    columns: dict[str, type[pl.DataType]] = {
        fact.column: _DTYPES.get(fact.unit, pl.Int64) for fact in ENTERPRISE_FACTS
    }
    for fact in YEARLY_FACTS:
        for years_back in range(1, YEARS_CARRIED + 1):
            columns[year_column(fact.column, years_back)] = pl.Int64
    for tier in Tier:
        columns[f"holds_{tier}"] = pl.Boolean
        columns[f"holds_{tier}_until"] = pl.Date
    return columns


SCHEMA = schema()
# A column that screening adds: calendar years from registration to the day asked about.
YEARS_OLD = "~years_old"


def columns_present(have: Mapping[str, pl.DataType], wanted: Iterable[str]) -> list[pl.Expr]:
    """The wanted columns in the frame's types; one that is absent is all unknown."""
    return [
        (pl.col(name) if have[name] == SCHEMA[name] else pl.col(name).cast(SCHEMA[name]))
        if name in have
        else pl.lit(None, dtype=SCHEMA[name]).alias(name)
        for name in wanted
    ]


def split_year(column: str) -> tuple[str, int | None]:
    """A frame column as (column of the database, years back or None).

    >>> split_year("revenue_fen_y3")
    ('revenue_fen', 3)
    >>> split_year("class1_ip")
    ('class1_ip', None)
    """
    stem, _, tail = column.rpartition("_y")
    return (stem, int(tail)) if stem in COLUMNS and tail.isdigit() else (column, None)


def label_of(column: str) -> str:
    """What a frame column is called on a page.

    >>> label_of("revenue_fen_y1")
    '销售收入（上一年度）'
    >>> label_of("holds_hnte")
    '是否持有：高新技术企业'
    """
    if column.startswith("holds_"):
        return f"是否持有：{TIER_NAMES[Tier(column.removeprefix('holds_'))]}"
    stem, years_back = split_year(column)
    label = COLUMNS[stem].label
    return label if years_back is None else f"{label}（{_YEAR_WORDS[years_back - 1]}）"


def unit_of(column: str) -> Unit:
    """The unit of a frame column; a holding is a flag."""
    return Unit.FLAG if column.startswith("holds_") else COLUMNS[split_year(column)[0]].unit


def frame_columns(fact_name: str, *, years: int = 1) -> list[str]:
    """The frame columns of a fact by its exchange name, newest year first."""
    fact = FACTS[fact_name]
    if not fact.yearly:
        return [fact.column]
    return [year_column(fact.column, back) for back in range(1, years + 1)]


def is_yearly(fact_name: str) -> bool:
    """Whether a fact belongs to a fiscal year."""
    return FACTS[fact_name].yearly
