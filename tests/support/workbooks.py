"""Spreadsheets as they come in: made by Excel (xlsx, xls) or as text, with merged cells where asked."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
import xlwt

from enterprise_pipeline.services.credit_code import check_character, organisation_character

Rows = Sequence[Sequence[Any]]


def code(serial: int, division: str = "420502") -> str:
    """A credit code that passes every rule."""
    organisation = f"MA{serial:06d}"
    body = f"91{division}{organisation}{organisation_character(organisation)}"
    return body + check_character(body)


def xlsx(
    rows: Rows, *, merged: Iterable[str] = (), sheet: str = "Sheet1", more: dict[str, Rows] | None = None
) -> bytes:
    """An .xlsx with these rows; ``merged`` are ranges such as ``C1:E1``; ``more`` are further sheets."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    _fill(page, rows)
    for place in merged:
        page.merge_cells(place)
    for name, others in (more or {}).items():
        _fill(book.create_sheet(name), others)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _fill(page: Any, rows: Rows) -> None:
    for line, row in enumerate(rows, start=1):
        for index, value in enumerate(row, start=1):
            if value is not None:
                cell = page.cell(line, index)
                cell.value = value
                if isinstance(value, str) and value.startswith("="):
                    cell.data_type = "s"


def xls(rows: Rows, *, sheet: str = "Sheet1") -> bytes:
    """An .xls, as old systems export it."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    for line, row in enumerate(rows):
        for index, value in enumerate(row):
            if value is not None:
                page.write(line, index, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_text(rows: Rows, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """A .csv in the encoding that the sender's Excel chose."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [["" if cell is None else cell for cell in row] for row in rows]
    )
    return text.getvalue().encode(encoding)


def read_back(content: bytes) -> list[list[Any]]:
    """The cells of the first sheet of an .xlsx that we wrote."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]
