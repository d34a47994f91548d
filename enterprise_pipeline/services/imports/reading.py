"""Bytes to rows: every cell as the file holds it, every row under its own number."""

import csv
import io
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.imports.archive import (
    MAX_COLUMNS,
    MAX_ROWS,
    SPARE_ROWS,
    FileKind,
    check_archive,
    kind_of,
    too_many_rows,
)
from enterprise_pipeline.services.imports.layout import Cells, Merged
from enterprise_pipeline.services.texts import N_, Text

_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = (",", "\t", ";", "；", "|")
_SAMPLE_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet; ``rows[0]`` is row 1 of the file. ``errors`` counts cells such as ``#DIV/0!``."""

    name: str
    rows: list[Cells]
    merged: Merged = field(default_factory=list)
    errors: int = 0


def read_sheets(content: bytes, filename: str) -> list[Sheet]:
    """Read every visible sheet that has a cell.

    Raises
    ------
    BadFile
        If the file is of another type, damaged, encrypted, too large or empty.
    """
    kind = kind_of(content, filename)
    if kind is FileKind.CSV:
        sheets = [Sheet(name="", rows=_read_csv(content, filename))]
    else:
        errors = check_archive(content, filename) if kind is FileKind.XLSX else []
        sheets = _read_workbook(content, filename, errors)
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise BadFile(Text(N_("工作簿是空的，没有任何内容。")), filename, Text(N_("请检查选对了文件。")))
    for sheet in sheets:
        if len(sheet.rows) > MAX_ROWS + SPARE_ROWS:
            raise too_many_rows(sheet.name or filename, len(sheet.rows))
    return sheets


def _read_workbook(content: bytes, filename: str, errors: list[int]) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = [
                (number, meta.name)
                for number, meta in enumerate(book.sheets_metadata)
                if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
            ]
            return [
                _read_sheet(book, name, errors[number] if number < len(errors) else 0)
                for number, name in visible
            ]
    except PasswordError as error:
        message = Text(N_("文件有打开密码，无法读取。"))
        raise BadFile(message, filename, Text(N_("请去掉密码后另存，再导入。"))) from error
    except (CalamineError, OSError, ValueError) as error:
        message = Text(N_("文件损坏或格式不对，读不出来（%(why)s）。"), why=error)
        raise BadFile(
            message, filename, Text(N_("请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。"))
        ) from error


def _read_sheet(book: CalamineWorkbook, name: str, errors: int) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    rows: list[Cells] = sheet.to_python(skip_empty_area=False)  # type: ignore[assignment]
    return Sheet(name=name, rows=rows, merged=sheet.merged_cell_ranges or [], errors=errors)


def _read_csv(content: bytes, filename: str) -> list[Cells]:
    text = _decode(content, filename)
    lines = text.splitlines()[:_SAMPLE_LINES]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
    csv.field_size_limit(2**20)
    try:
        rows: list[Cells] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))  # type: ignore[arg-type]
    except csv.Error as error:
        message = Text(N_("文件不是完整的 CSV（%(why)s）。"), why=error)
        raise BadFile(message, filename, Text(N_("请用 Excel 打开，另存为 .xlsx 后再导入。"))) from error
    widest = max((len(row) for row in rows), default=0)
    if widest > MAX_COLUMNS:
        message = Text(
            N_("有一行分出了 %(columns)s 列，最多读 %(limit)s 列。"), columns=widest, limit=MAX_COLUMNS
        )
        raise BadFile(message, filename, Text(N_("请检查引号和分隔符，或另存为 .xlsx。")))
    return rows


def _decode(content: bytes, filename: str) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = Text(N_("文字编码读不出来；可以用 UTF-8 或 GBK（GB18030）编码。"))
    raise BadFile(message, filename, Text(N_("请用 Excel 打开，另存为 .xlsx 后再导入。")))
