"""Whether a file is what it says it is, and safe to open.

Looked at before the spreadsheet reader sees it: a reader that is handed one
cell in row 1,048,576 and column XFD asks for the whole rectangle at once and
takes the process down with it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePath

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.texts import N_, Text

MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_CELLS = 20_000_000
MAX_UNPACKED = 300 * 2**20
MAX_RATIO = 200
_RATIO_MATTERS_FROM = 10 * 2**20
_BLOCK = 2**20
SPARE_ROWS = 1000
"""Notes above and signatures below the table do not count as rows."""
_LONGEST_TAG = 256
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Of cells and rows, only references that are far: a row of six digits, a column of two letters. Blanks are
# taken out first, so that no spelling of an attribute slips through; the pattern begins with plain text,
# which the matcher finds several times faster than a class of characters.
_BLANKS = b" \t\r\n"
_FAR = re.compile(rb'r="(?:([A-Z]{0,3})(\d{6,7})|([A-Z]{2,3})(\d{1,5}))"')
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_SAVE_AGAIN = N_("请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。")


class FileKind(StrEnum):
    """What the bytes are, whatever the name says."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


def kind_of(content: bytes, filename: str) -> FileKind:
    """Tell the kind of a file by its first bytes, and refuse what is none of ours.

    Raises
    ------
    BadFile
        For anything but an .xlsx, .xls or .csv file that can be opened without a password.
    """
    if not content.strip():
        raise BadFile(Text(N_("文件是空的。")), filename, Text(N_("请检查选对了文件。")))
    if content.startswith(_ZIP):
        return _kind_of_zip(content, filename)
    if content.startswith(_OLD_OFFICE):
        if _ENCRYPTED in content:
            raise _encrypted(filename)
        if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
            return FileKind.XLS
        raise _wrong_type(filename)
    if (
        content[:512]
        .lstrip(b"\xef\xbb\xbf \r\n\t")
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml"))
    ):
        message = Text(N_("这个文件虽然叫表格，实际是网页（很多系统导出的 .xls 都是这样）。"))
        raise BadFile(message, filename, Text(_SAVE_AGAIN))
    is_text = b"\0" not in content[:4096] or content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if is_text and PurePath(filename).suffix.lower() in (".csv", ".txt", ".tsv", ""):
        return FileKind.CSV
    raise _wrong_type(filename)


def check_archive(content: bytes, filename: str) -> list[int]:
    """Unpack an .xlsx once without keeping anything, and refuse what would not fit.

    The directory of an archive may lie about sizes, so every member is really
    unpacked, and stopped when it grows too large.

    Returns
    -------
    How many cells of each worksheet hold an error such as ``#DIV/0!``, which the reader gives as blank.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            budget = min(MAX_UNPACKED, max(_RATIO_MATTERS_FROM, len(content) * MAX_RATIO))
            if sum(member.file_size for member in members) > budget:
                raise _bomb(filename)
            errors = []
            for member in members:
                scan = _scan_sheet if _SHEET.fullmatch(member.filename) else _scan_other
                used, found = scan(_blocks(archive, member, budget, filename), filename)
                budget -= used
                if scan is _scan_sheet:
                    errors.append(found)
            return errors
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        message = Text(N_("文件损坏，无法解开（%(why)s）。"), why=error)
        raise BadFile(message, filename, Text(_SAVE_AGAIN)) from error


def _kind_of_zip(content: bytes, filename: str) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise BadFile(Text(N_("文件损坏，无法解开。")), filename, Text(_SAVE_AGAIN)) from error
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    raise _wrong_type(filename)


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int, filename: str) -> Iterator[bytes]:
    unpacked = 0
    with archive.open(member) as file:
        while block := file.read(_BLOCK):
            unpacked += len(block)
            if unpacked > budget:
                raise _bomb(filename)
            yield block


def _scan_other(blocks: Iterator[bytes], _filename: str) -> tuple[int, int]:
    return sum(len(block) for block in blocks), 0


def _scan_sheet(blocks: Iterator[bytes], filename: str) -> tuple[int, int]:
    used = errors = last_row = 0
    last_column = b"Z"
    tail = b""
    for block in blocks:
        used += len(block)
        errors += block.count(b't="e"')
        window = (tail + block).translate(None, _BLANKS)
        tail = window[-_LONGEST_TAG:]
        if b"'" in window:
            window = window.replace(b"'", b'"')
        for far_column, far_row, column, row in set(_FAR.findall(window)):
            last_row = max(last_row, int(far_row or row))
            last_column = max(last_column, far_column or column, key=_column_number)
        _refuse_area(last_row, last_column, filename)
    return used, errors


def _refuse_area(last_row: int, last_column: bytes, filename: str) -> None:
    columns = _column_number(last_column)
    if columns > MAX_COLUMNS:
        raise _too_wide(filename, last_column.decode())
    if last_row > MAX_ROWS + SPARE_ROWS or last_row * columns > MAX_CELLS:
        raise too_many_rows(filename, last_row)


def _column_number(letters: bytes) -> int:
    number = 0
    for character in letters:
        number = number * 26 + character - ord("A") + 1
    return number


def too_many_rows(place: str, rows: int) -> BadFile:
    """The refusal of a sheet that is too long."""
    message = Text(N_("表格到了第 %(rows)s 行，一次最多导入 %(limit)s 行。"), rows=rows, limit=MAX_ROWS)
    remedy = Text(N_("请拆成几个文件分别导入；如果下面其实是空行，请删除这些行后另存。"))
    return BadFile(message, place, remedy)


def _too_wide(filename: str, letters: str) -> BadFile:
    message = Text(
        N_("表格里有内容在 %(column)s 列，一次最多读 %(limit)s 列。"), column=letters, limit=MAX_COLUMNS
    )
    return BadFile(message, filename, Text(N_("请删除右边多余的列后另存。")))


def _bomb(filename: str) -> BadFile:
    message = Text(
        N_("文件解开后过大（超过 %(limit)s MB 或压缩比异常），没有打开。"), limit=MAX_UNPACKED // 2**20
    )
    return BadFile(message, filename, Text(N_("请删除多余的工作表、图片和格式，或拆成几个文件。")))


def _encrypted(filename: str) -> BadFile:
    return BadFile(Text(N_("文件有打开密码，无法读取。")), filename, Text(N_("请去掉密码后另存，再导入。")))


def _wrong_type(filename: str) -> BadFile:
    message = Text(N_("这不是能导入的表格；可以导入 .xlsx、.xls 和 .csv。"))
    return BadFile(message, filename, Text(_SAVE_AGAIN))
