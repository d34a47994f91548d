"""Whole columns read at once; only what is not plain goes cell by cell.

Spreadsheets hold numbers in binary. ``k / 10**n == x`` with a whole ``k`` of at
most 15 digits means that ``x`` is the nearest double to the decimal ``k / 10**n``
and that this decimal is its shortest form, so ``k`` is exact without a Decimal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from enterprise_pipeline.services.credit_code import (
    CreditCodeError,
    all_in_order,
    check_credit_code,
)
from enterprise_pipeline.services.imports import cells as one
from enterprise_pipeline.services.imports import codes
from enterprise_pipeline.services.imports.fields import Kind
from enterprise_pipeline.services.imports.headers import MONEY_UNITS
from enterprise_pipeline.services.imports.issues import CellIssue, Issue, Severity
from enterprise_pipeline.services.imports.layout import Column
from enterprise_pipeline.services.texts import N_, Text

Cells = Sequence[Any]
Reader = Callable[[Any], Any]
EXACT_BELOW = 10**15
_PLAIN_DIGITS = 15
_NOISE = 0.01
_DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
# What its reader would give back unchanged.
_PLAIN_TEXT = {
    Kind.NAME: r"^[\u4e00-\u9fff（）A-Za-z0-9]*[\u4e00-\u9fff][\u4e00-\u9fff（）]*$",
    Kind.NUMBER: r"^[A-Z]{1,4}[0-9]{4,30}$",
    Kind.TEXT: r"^[\u4e00-\u9fffA-Za-z0-9]*[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9]*$",
}
_SHORT = 100
_DTYPES: dict[Kind, type[pl.DataType]] = {
    Kind.MONEY: pl.Int64,
    Kind.COUNT: pl.Int64,
    Kind.SHARE: pl.Int64,
    Kind.YEAR: pl.Int64,
    Kind.FLAG: pl.Boolean,
    Kind.DATE: pl.Date,
}


@dataclass(frozen=True, kw_only=True)
class ParsedColumn:
    """The values of one column, null where nothing is told, and what was found on the way."""

    values: pl.Series
    issues: list[Issue]


def read_column(cells: Cells, column: Column, *, money_unit: str | None = None) -> ParsedColumn:
    """Read all cells below a recognised header; ``money_unit`` is for headers that name none."""
    target = column.target
    if target is None:
        raise ValueError(f"Column {column.letter} means nothing yet.")
    kind = target.field.kind
    unit = column.unit if column.unit in MONEY_UNITS else money_unit
    factor = MONEY_UNITS.get(unit or "")
    if kind is Kind.CREDIT_CODE:
        return _credit_codes(cells, column.index)
    if kind is Kind.MONEY:
        signed = target.field.signed
        return _numbers(
            cells,
            column.index,
            kind,
            scale=factor,
            lowest=-one.MOST_FEN if signed else 0,
            highest=one.MOST_FEN,
            reader=partial(one.money, fen_per_unit=factor, signed=signed),
        )
    if kind is Kind.COUNT:
        return _numbers(
            cells, column.index, kind, scale=1, lowest=0, highest=one.MOST_COUNT, reader=one.count
        )
    if kind is Kind.DATE:
        return _days(cells, column.index)
    if kind in _PLAIN_TEXT:
        return _texts(cells, column.index, kind, _reader(column))
    return _one_by_one(cells, column.index, kind, _reader(column))


def _reader(column: Column) -> Reader:
    field = column.target.field if column.target else None
    readers: dict[Kind, Reader] = {
        Kind.NAME: codes.name,
        Kind.TEXT: codes.plain,
        Kind.PLACE: codes.place,
        Kind.DIVISION: codes.division,
        Kind.INDUSTRY: codes.industry,
        Kind.HITECH: codes.hitech,
        Kind.YEAR: one.year,
        Kind.FLAG: one.flag,
        Kind.NUMBER: codes.number,
        Kind.STATUS: codes.status,
        Kind.SHARE: partial(one.share, column_unit=column.unit),
        Kind.CHOICE: partial(codes.choice, choices=field.choices if field else ()),
    }
    return readers[field.kind if field else Kind.TEXT]


def _texts(cells: Cells, index: int, kind: Kind, reader: Reader) -> ParsedColumn:
    """Read a column of texts; those that are plain are taken as they stand."""
    texts = _texts_of(cells)
    is_plain = texts.str.contains(_PLAIN_TEXT[kind]) & (texts.str.len_chars().is_between(4, _SHORT))
    plain = is_plain.fill_null(value=False).to_numpy()
    rest = np.flatnonzero(~plain).tolist()
    values = pl.select(pl.when(pl.Series(plain)).then(texts)).to_series()
    alone = _one_by_one([cells[row] for row in rest], index, kind, reader)
    if rest:
        values = values.scatter(np.array(rest, dtype=np.int64), alone.values)
    return ParsedColumn(values=values, issues=[_moved(issue, rest[issue.row]) for issue in alone.issues])


def _one_by_one(cells: Cells, index: int, kind: Kind, reader: Reader) -> ParsedColumn:
    """Read cell by cell, each different text once."""
    seen: dict[str, Any] = {"": None}
    values: list[Any] = []
    issues: list[Issue] = []
    for row, cell in enumerate(cells):
        if cell.__class__ is str and cell in seen:
            values.append(seen[cell])
            continue
        try:
            value = reader(cell)
        except CellIssue as issue:
            issues.append(_issue(row, index, issue))
            value = issue.value
        else:
            if cell.__class__ is str:
                seen[cell] = value
        values.append(value)
    return ParsedColumn(values=pl.Series(values, dtype=_DTYPES.get(kind, pl.String)), issues=issues)


def _numbers(
    cells: Cells, index: int, kind: Kind, *, scale: int | None, lowest: int, highest: int, reader: Reader
) -> ParsedColumn:
    """Read a column of numbers; what is not a plain number in range is read alone."""
    if scale is None:
        return _one_by_one(cells, index, kind, reader)
    numbers = _as_numbers(cells)
    with np.errstate(invalid="ignore", over="ignore"):
        whole = np.rint(numbers * scale)
        exact = (whole / scale == numbers) & (np.abs(whole) < EXACT_BELOW)
        exact &= (whole >= lowest) & (whole <= highest)
    values = pl.Series(np.where(exact, whole, 0).astype(np.int64)).to_frame("value")
    rest = [row for row in np.flatnonzero(~exact).tolist() if not one.is_blank(cells[row])]
    alone = _one_by_one([cells[row] for row in rest], index, kind, reader)
    places = np.array(rest, dtype=np.int64)
    issues = [_moved(issue, rest[issue.row]) for issue in alone.issues]
    series = values.select(pl.when(pl.Series(exact)).then(pl.col("value"))).to_series()
    if rest:
        series = series.scatter(places, alone.values)
    if kind is Kind.MONEY:
        issues += _rounded([cells[row] for row in rest], rest, index, alone.values, scale)
    return ParsedColumn(values=series, issues=issues)


def _as_numbers(cells: Cells) -> npt.NDArray[np.float64]:
    """The plain numbers of a column; whatever must be read alone is not a number."""
    if set(map(type, cells)) == {float}:
        return np.array(cells, dtype=np.float64)
    plain = [cell if cell.__class__ is float else _plain(cell) for cell in cells]
    return np.array(plain, dtype=np.float64)


def _plain(cell: Any) -> float:
    """A text of plain digits as a number; everything else waits to be read alone."""
    if cell.__class__ is str and len(cell) <= _PLAIN_DIGITS and "_" not in cell:
        try:
            return float(cell)
        except ValueError:
            return np.nan
    return float(cell) if cell.__class__ is int else np.nan


def _rounded(cells: Cells, rows: list[int], index: int, values: pl.Series, scale: int) -> list[Issue]:
    """Note numbers with more digits than 分 that are no noise of binary arithmetic."""
    found = []
    for cell, row, value in zip(cells, rows, values, strict=True):
        if isinstance(cell, float) and value is not None and abs(cell * scale - value) > _NOISE:
            found.append(
                Issue(
                    row=row,
                    column=index,
                    severity=Severity.NOTE,
                    pattern=N_("“%(cell)s”比分更细，四舍五入到分。"),
                    values={"cell": repr(cell)},
                )
            )
    return found


def _days(cells: Cells, index: int) -> ParsedColumn:
    """Read a column of days; texts in one of the usual spellings are read together."""
    texts = _texts_of(cells).str.strip_chars()
    days = pl.Series("day", [_day_of(cell) for cell in cells], dtype=pl.Date)
    for form in _DAY_FORMATS:
        waiting = days.is_null() & texts.is_not_null()
        if not waiting.any():
            break
        days = days.zip_with(~waiting, texts.str.to_date(form, strict=False))
    usable = (days >= one.EARLIEST_DAY).fill_null(value=False).to_numpy()
    rest = [row for row in np.flatnonzero(~usable).tolist() if not one.is_blank(cells[row])]
    alone = _one_by_one([cells[row] for row in rest], index, Kind.DATE, one.day)
    if rest:
        days = days.scatter(np.array(rest, dtype=np.int64), alone.values)
    return ParsedColumn(values=days, issues=[_moved(issue, rest[issue.row]) for issue in alone.issues])


def _texts_of(cells: Cells) -> pl.Series:
    """The texts of a column, null where a cell is something else or nothing."""
    return pl.Series([(cell or None) if cell.__class__ is str else None for cell in cells], dtype=pl.String)


def _day_of(cell: Any) -> date | None:
    if cell.__class__ is datetime:
        found: date = cell.date()
        return found
    return cell if cell.__class__ is date else None


def _credit_codes(cells: Cells, index: int) -> ParsedColumn:
    """Read a column of credit codes; each that fails says which rule and what to do."""
    values: list[str | None] = [cell if cell.__class__ is str else "" for cell in cells]
    in_order = all_in_order([value or "" for value in values])
    issues: list[Issue] = []
    for row in np.flatnonzero(~in_order).tolist():
        values[row] = None
        if one.is_blank(cells[row]) or str(cells[row]).strip() in one.BLANK_WORDS:
            continue
        try:
            code = check_credit_code(cells[row])
        except CreditCodeError as error:
            issues.append(_code_issue(row, index, Severity.REFUSED, error.message))
        else:
            values[row] = code.text
            issues += [_code_issue(row, index, Severity.NOTE, text) for text in code.warnings]
    return ParsedColumn(values=pl.Series(values, dtype=pl.String), issues=issues)


def _code_issue(row: int, index: int, severity: Severity, text: Text) -> Issue:
    values = {name: _shown(value) for name, value in text.values.items()}
    return Issue(row=row, column=index, severity=severity, pattern=text.pattern, values=values)


def _issue(row: int, index: int, issue: CellIssue) -> Issue:
    values = {name: _shown(value) for name, value in issue.values.items()}
    return Issue(row=row, column=index, severity=issue.severity, pattern=issue.pattern, values=values)


def _moved(issue: Issue, row: int) -> Issue:
    return Issue(
        row=row, column=issue.column, severity=issue.severity, pattern=issue.pattern, values=issue.values
    )


def _shown(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_BELOW:
        return str(int(value))
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
