"""Lists as spreadsheets: exactly one filter and its columns, with a sheet that says what it is."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from enterprise_pipeline.services.candidate_filter import CandidateFilter
from enterprise_pipeline.services.candidate_rows import CandidateRow
from enterprise_pipeline.services.candidates import every_row
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.export_receipts import Export, Watermark, export_receipt, stamp
from enterprise_pipeline.services.texts import N_, Text

MOST_ROWS = 1_048_575  # A sheet has 2^20 rows, one of which is the head.
# A spreadsheet program takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ABOUT_WIDTHS = (18, 90)

Cell = str | int | date | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a spreadsheet: its head and its width in characters."""

    title: str
    width: float


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What to write: the list's name, its columns, the mark, and lines of explanation beside it."""

    title: str
    about_title: str
    columns: Sequence[Column]
    about: Callable[[int], Sequence[tuple[str, str]]]
    mark: Watermark


class TooManyRows(ServiceError):
    """A sheet cannot hold the list."""

    def __init__(self) -> None:
        super().__init__(Text(N_("名单超过一个工作表能容纳的行数，请先用筛选缩小范围，或改用 CSV。")))


def export_candidates(
    wanted: CandidateFilter,
    file: BinaryIO,
    *,
    sheet: Sheet,
    cells: Callable[[CandidateRow], Sequence[Cell]],
    with_sizes: bool,
    export: Export,
) -> int:
    """Write every row of the list into ``file`` and record who takes it; returns the number of rows."""
    parts = every_row(wanted, scope=export.scope, with_sizes=with_sizes)
    rows = (cells(row) for part in parts for row in part)
    n = write_csv(file, sheet, rows) if export.form == "csv" else write_workbook(file, sheet, rows)
    export_receipt(export, rows=n)
    return n


def write_workbook(file: BinaryIO, sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> int:
    """Write rows and the sheet about them; memory stays the same for any number of rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#EEF2F3", "bottom": 1, "text_wrap": True})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        text = book.add_format({"num_format": "@"})
        listed = book.add_worksheet(sheet.title[:31])
        listed.freeze_panes(1, 1)
        listed.set_landscape()
        listed.set_paper(9)
        listed.fit_to_pages(1, 0)
        listed.repeat_rows(0)
        for number, column in enumerate(sheet.columns):
            listed.set_column(number, number, column.width)
            listed.write_string(0, number, column.title, head)
        n = 0
        for row in rows:
            n += 1
            if n > MOST_ROWS:
                raise TooManyRows
            for number, value in enumerate(row):
                if isinstance(value, date):
                    listed.write_datetime(n, number, value, day)
                elif isinstance(value, int):
                    listed.write_number(n, number, value)
                elif value:
                    listed.write_string(n, number, value, text)
        if n:
            listed.autofilter(0, 0, n, len(sheet.columns) - 1)
        stamp(book, (listed, _write_about(book, sheet, n)), sheet.mark)
    return n


def _write_about(book: xlsxwriter.Workbook, sheet: Sheet, n: int) -> Any:
    about = book.add_worksheet(sheet.about_title[:31])
    name = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "num_format": "@", "valign": "top"})
    for number, width in enumerate(ABOUT_WIDTHS):
        about.set_column(number, number, width)
    for number, (word, told) in enumerate(sheet.about(n)):
        about.write_string(number, 0, word, name)
        about.write_string(number, 1, told, wrapped)
    return about


def write_csv(file: BinaryIO, sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> int:
    """Write rows as CSV in UTF-8 with the mark that Excel needs; a text never begins like a formula."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.title for column in sheet.columns])
    n = 0
    for row in _plain(rows):
        writer.writerow(row)
        n += 1
    text.flush()
    text.detach()
    return n


def _plain(rows: Iterable[Sequence[Cell]]) -> Iterator[list[str]]:
    for row in rows:
        yield [harmless(value) if isinstance(value, str) else _told(value) for value in row]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _told(value: int | date | None) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
