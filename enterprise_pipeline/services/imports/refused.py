"""The rows that stayed out, as a workbook: the original cells, wrong ones marked, the reason beside them."""

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter
from sqlalchemy import select

from enterprise_pipeline.services.export_receipts import Export, Watermark, export_receipt, stamp
from enterprise_pipeline.services.imports.batches import Finding, findings_of, import_head
from enterprise_pipeline.services.imports.issues import Severity
from enterprise_pipeline.services.imports.layout import ROWS_SEARCHED, fill_merged
from enterprise_pipeline.services.imports.plan import Action, SheetView, decode, original_file
from enterprise_pipeline.services.imports.provenance import put_source
from enterprise_pipeline.services.imports.reading import Sheet, read_sheets
from enterprise_pipeline.services.imports.safe import SAFE
from enterprise_pipeline.transaction import reading
from models import ImportBatch

REASON = "导入问题"
_MOST_EXACT = 10**15
_REASON_WIDTH = 60
_LONGEST_SHEET_NAME = 31


def refused_export(batch_id: int, *, export: Export, mark: Watermark) -> bytes:
    """`refused_workbook` for somebody who takes it out of the registry, which is recorded."""
    content, n = _made(batch_id, mark)
    export_receipt(export, rows=n)
    return content


def refused_workbook(batch_id: int) -> bytes:
    """Return the refused and undecided rows of an import as .xlsx, ready to be mended and sent in again."""
    return _made(batch_id, None)[0]


def _made(batch_id: int, mark: Watermark | None) -> tuple[bytes, int]:
    head = import_head(batch_id)
    packed = reading().scalar(select(ImportBatch.plan).where(ImportBatch.id == batch_id)) or b""
    plan = decode(packed)
    out = pl.col("action") == Action.REFUSED.value
    undecided = pl.col("action") == Action.CONFLICT.value
    out |= undecided & ~pl.col("takeable") if head.counts.get("taken") else undecided
    rows = plan.frames["rows"].filter(out)
    findings = findings_of(plan, rows)
    sheets = read_sheets(original_file(packed), head.filename)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, SAFE) as book:
        put_source(book, plan.source)
        marks = {
            "wrong": book.add_format({"bg_color": "#FDE3E1", "num_format": "@"}),
            "wrong number": book.add_format({"bg_color": "#FDE3E1"}),
            "head": book.add_format({"bold": True, "bg_color": "#EEF1F4", "text_wrap": True}),
            "reason": book.add_format({"font_color": "#A61B1B", "text_wrap": True}),
            "text": book.add_format({"num_format": "@"}),
        }
        pages = []
        for number, view in enumerate(plan.sheets):
            of_sheet = rows.filter(pl.col("sheet") == number)
            source = next(sheet for sheet in sheets if sheet.name == view.name)
            page = book.add_worksheet(view.name[:_LONGEST_SHEET_NAME] or None)
            pages.append(page)
            _write_sheet(page, marks, view=view, source=source, rows=of_sheet, findings=findings)
        if mark:
            stamp(book, pages, mark)
    return buffer.getvalue(), rows.height


def _write_sheet(
    page: Any,
    marks: dict[str, Any],
    *,
    view: SheetView,
    source: Sheet,
    rows: pl.DataFrame,
    findings: dict[int, list[Finding]],
) -> None:
    width = max((len(row) for row in source.rows), default=0)
    page.set_column(0, max(width - 1, 0), 16)
    page.set_column(width, width, _REASON_WIDTH)
    for number, cells in enumerate(_head(view, source)):
        _write_cells(page, number, cells, marks["head"])
        if number == view.header_row - 1:
            page.write_string(number, width, REASON, marks["head"])
    page.freeze_panes(view.header_row, 0)
    # A number keeps a format of numbers: as text a spreadsheet would no longer calculate with it.
    wrong_marks, right_marks = (marks["wrong"], marks["wrong number"]), (marks["text"], None)
    place = {column.letter: column.index for column in view.columns}
    for offset, (row_id, row) in enumerate(rows.select("row_id", "row").iter_rows()):
        told = [finding for finding in findings.get(row_id, []) if finding.severity > Severity.NOTE]
        wrong = {place[finding.letter] for finding in told if finding.letter}
        line = view.header_row + offset
        for index, cell in enumerate(source.rows[row - 1]):
            _write_cell(page, line, index, cell, wrong_marks if index in wrong else right_marks)
        page.write_string(line, width, reasons(told), marks["reason"])


def _head(view: SheetView, source: Sheet) -> list[list[str]]:
    """The rows down to the header; merged cells are repeated in the header alone, not in titles above."""
    rows = source.rows[: min(view.header_row, ROWS_SEARCHED)]
    return (
        fill_merged(rows, [])[: view.header_top - 1] + fill_merged(rows, source.merged)[view.header_top - 1 :]
    )


def reasons(findings: Iterable[Finding]) -> str:
    """Say in one line what keeps a row out, with the column of each."""
    return "；".join(
        f"{finding.letter} 列“{finding.header}”：{finding.text}" if finding.letter else str(finding.text)
        for finding in findings
    )


def _write_cells(page: Any, line: int, cells: Iterable[str], mark: Any) -> None:
    for index, cell in enumerate(cells):
        if cell:
            page.write_string(line, index, cell, mark)


def _write_cell(page: Any, line: int, index: int, cell: Any, marks: tuple[Any, Any]) -> None:
    mark, number_mark = marks
    if cell is None or cell == "":
        page.write_blank(line, index, None, mark)
    elif isinstance(cell, datetime | date):
        page.write_string(line, index, cell.isoformat()[:10], mark)
    elif isinstance(cell, bool):
        page.write_boolean(line, index, cell, mark)
    elif isinstance(cell, int | float) and abs(cell) < _MOST_EXACT:
        page.write_number(line, index, cell, number_mark)
    else:
        page.write_string(line, index, str(cell), mark)
