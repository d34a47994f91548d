"""One sheet read into one frame: a row for each enterprise row, a column for each thing it tells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.imports.archive import MAX_ROWS, too_many_rows
from enterprise_pipeline.services.imports.cells import UNKNOWN_UNIT, is_blank, text_of
from enterprise_pipeline.services.imports.choosing import Choice, Chosen, choose, doubled
from enterprise_pipeline.services.imports.columns import ParsedColumn, read_column
from enterprise_pipeline.services.imports.fields import Kind
from enterprise_pipeline.services.imports.headers import MONEY_UNITS, bare
from enterprise_pipeline.services.imports.issues import Issue, Severity
from enterprise_pipeline.services.imports.layout import Column, Layout
from enterprise_pipeline.services.imports.plan import ColumnView, Options, Problem, SheetView
from enterprise_pipeline.services.imports.reading import Sheet
from enterprise_pipeline.services.texts import N_, Text

_SAMPLES = 3
_FEW_CELLS = 2
_FOOTER = re.compile(
    r"^[（(]?(填表|制表|审核|复核|负责人|联系人|单位负责|统计负责|报出|填报|经办|盖章|公章|注\d*[:：]|说明|备注|"
    r"合计|总计|小计|共计|平均|以下空白|附[:：])"
)

Cells = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The readings of one sheet; ``wide`` has ``row`` (as in the file) and one column per thing told."""

    wide: pl.DataFrame
    choice: Choice
    issues: list[Issue]
    problems: tuple[Problem, ...]
    view: SheetView


def read_table(sheet: Sheet, layout: Layout, options: Options, *, filename: str) -> Table:
    """Read the rows below the header; blank rows, notes, totals and signatures are left out."""
    if not layout.columns:
        raise _blank_header(layout, sheet.name or filename)
    choice = choose(layout, options, sheet_name=sheet.name, filename=filename)
    cells = _by_column(sheet.rows[layout.first_data_row :], layout)
    parsed = {
        item.name: read_column(
            cells[item.column.index], item.column, money_unit=options.money_unit or layout.corner_unit
        )
        for item in choice.columns
    }
    kept, skipped = _rows_that_count(cells, choice, parsed)
    if len(kept) > MAX_ROWS:
        raise too_many_rows(sheet.name or filename, len(kept))
    if not kept:
        raise BadFile(
            Text(N_("表头下面没有一行数据。")), sheet.name or filename, Text(N_("请检查选对了工作表和文件。"))
        )
    issues, problems = _units_missing(_moved(parsed, kept), choice, sheet.name)
    issues += _said_by_several(cells, choice, kept)
    view = SheetView(
        name=sheet.name,
        header_row=layout.header_rows[-1] + 1,
        header_top=layout.header_rows[0] + 1,
        rows=len(kept),
        skipped=skipped,
        columns=tuple(_view(column, choice, cells) for column in layout.columns),
        year=choice.year,
        year_from=choice.year_from,
        error_cells=sheet.errors,
    )
    return Table(
        wide=_wide(parsed, kept, first_row=layout.first_data_row + 1),
        choice=choice,
        issues=issues,
        problems=choice.problems + problems,
        view=view,
    )


def _blank_header(layout: Layout, place: str) -> BadFile:
    message = Text(N_("第 %(row)s 行是空的，不是表头。"), row=layout.header_rows[-1] + 1)
    return BadFile(message, place, Text(N_("请改正“表头在第几行”。")))


def _by_column(rows: list[list[Any]], layout: Layout) -> dict[int, Cells]:
    width = max(column.index for column in layout.columns) + 1
    if any(len(row) < width for row in rows[:1]) or len({len(row) for row in rows}) > 1:
        rows = [[*row[:width], *([""] * (width - len(row)))] for row in rows]
    return {column.index: [row[column.index] for row in rows] for column in layout.columns}


def _rows_that_count(
    cells: dict[int, Cells], choice: Choice, parsed: dict[str, ParsedColumn]
) -> tuple[list[int], int]:
    """Return the rows with an enterprise in them, and how many others had something in them."""
    height = len(next(iter(cells.values())))
    headers = {bare(item.column.header.rpartition(" / ")[2]) for item in choice.columns}
    codes = parsed["credit_code"].values if "credit_code" in parsed else pl.Series([None] * height)
    dropped: set[int] = set()
    skipped = 0
    for row in codes.is_null().arg_true().to_list():
        told = [column[row] for column in cells.values() if not is_blank(column[row])]
        if told and not _is_note(told, row, cells, choice, headers):
            continue
        dropped.add(row)
        skipped += bool(told)
    return [row for row in range(height) if row not in dropped], skipped


def _is_note(told: list[Any], row: int, cells: dict[int, Cells], choice: Choice, headers: set[str]) -> bool:
    """Whether a row without a usable code is a signature, a total, a note or the header once more."""
    texts = [text_of(cell) for cell in told]
    if any(_FOOTER.match(text) for text in texts[:2]):
        return True
    if sum(bare(text) in headers for text in texts) >= min(_FEW_CELLS, len(texts)):
        return True
    keyed = [
        item.column.index
        for item in choice.columns
        if item.target.field.kind in (Kind.CREDIT_CODE, Kind.NAME)
    ]
    return bool(keyed) and len(told) <= _FEW_CELLS and all(is_blank(cells[index][row]) for index in keyed)


def _wide(parsed: dict[str, ParsedColumn], kept: list[int], *, first_row: int) -> pl.DataFrame:
    rows = pl.Series("row", [first_row + row for row in kept], dtype=pl.Int64)
    if not parsed:
        return pl.DataFrame([rows])  # No column means anything yet; the rows are there to be mapped by hand.
    frame = pl.DataFrame({name: reading.values for name, reading in parsed.items()})
    frame = frame if len(kept) == frame.height else frame[kept]
    return frame.insert_column(0, rows)


def _moved(parsed: dict[str, ParsedColumn], kept: list[int]) -> list[Issue]:
    place = {old: new for new, old in enumerate(kept)} if any(p.issues for p in parsed.values()) else {}
    return [
        replace(issue, row=place[issue.row])
        for reading in parsed.values()
        for issue in reading.issues
        if issue.row in place
    ]


def _said_by_several(cells: dict[int, Cells], choice: Choice, kept: list[int]) -> list[Issue]:
    """Keep rows out while several columns tell one thing of them and nobody has said which to believe."""
    pattern = N_("有 %(n)s 列都说“%(field)s”，不知道以哪一列为准；请先在“列的对应”里只留一列。")
    return [
        Issue(
            row=place,
            column=group[0].column.index,
            severity=Severity.REFUSED,
            pattern=pattern,
            values={"n": len(group), "field": group[0].target.field.label},
        )
        for group in doubled(choice.columns)
        for place, row in enumerate(kept)
        if any(not is_blank(cells[item.column.index][row]) for item in group)
    ]


def _units_missing(
    issues: list[Issue], choice: Choice, sheet_name: str
) -> tuple[list[Issue], tuple[Problem, ...]]:
    """Ask once for the unit of a column instead of refusing each of its rows."""
    without = {issue.column for issue in issues if issue.pattern == UNKNOWN_UNIT}
    problems = [
        Problem(
            message=Text(N_("“%(header)s”没有写单位，不知道是元还是万元。"), header=item.column.header),
            place=" ".join(part for part in (sheet_name, item.column.place) if part),
            remedy=Text(N_("请在表头写明单位（如“营业收入（万元）”），或在导入选项里选单位。")),
        )
        for item in choice.columns
        if item.column.index in without
    ]
    return [issue for issue in issues if issue.pattern != UNKNOWN_UNIT], tuple(problems)


def _view(column: Column, choice: Choice, cells: dict[int, Cells]) -> ColumnView:
    chosen: Chosen | None = next((item for item in choice.columns if item.column.index == column.index), None)
    samples = []
    for cell in cells[column.index]:
        if not is_blank(cell):
            samples.append(text_of(cell)[:40])
        if len(samples) == _SAMPLES:
            break
    key = column.target.key if column.target else ""
    if chosen:
        key = replace(chosen.target, year=chosen.year).key
    return ColumnView(
        index=column.index,
        letter=column.letter,
        header=column.header,
        key=key,
        unit=column.unit if column.unit in MONEY_UNITS else "",
        by_hand=column.by_hand,
        duplicate_of=choice.duplicates.get(column.index, ""),
        samples=tuple(samples),
    )
