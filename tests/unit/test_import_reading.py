"""Files are opened only when they are what they say and fit; everything else is refused in words."""

import io
import struct
import zipfile

import openpyxl
import pytest

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.imports.reading import read_sheets
from tests.support.workbooks import csv_text, xls, xlsx

ROWS = [["企业名称", "金额"], ["宜昌甲公司", 1.5]]


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        pytest.param(xlsx(ROWS), "表.xlsx", id="xlsx"),
        pytest.param(xls(ROWS), "表.xls", id="xls"),
        pytest.param(xlsx(ROWS), "名字写错.xls", id="the bytes decide, not the name"),
    ],
)
def test_reads_workbooks(content, filename):
    assert read_sheets(content, filename)[0].rows == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_reads_text_in_the_encodings_that_excel_writes(encoding, delimiter):
    content = csv_text(ROWS, encoding=encoding, delimiter=delimiter)

    assert read_sheets(content, "表.csv")[0].rows == [["企业名称", "金额"], ["宜昌甲公司", "1.5"]]


def test_leading_blank_rows_keep_their_numbers():
    assert read_sheets(xlsx([[None], [None], *ROWS]), "x.xlsx")[0].rows[2] == ROWS[0]


def test_hidden_sheets_stay_out():
    book = openpyxl.Workbook()
    book.active.append(["看得见"])
    hidden = book.create_sheet("藏")
    hidden.append(["看不见"])
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)

    assert [sheet.name for sheet in read_sheets(buffer.getvalue(), "x.xlsx")] == ["Sheet"]


def test_counts_cells_that_hold_an_error():
    content = xlsx(ROWS)
    changed = rewritten(
        content, lambda xml: xml.replace(b'<c r="B2" t="n"><v>1.5</v>', b'<c r="B2" t="e"><v>#DIV/0!</v>')
    )

    assert read_sheets(changed, "x.xlsx")[0].errors == 1


def rewritten(content: bytes, change) -> bytes:
    """The same workbook with the XML of its first sheet changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            data = old.read(item.filename)
            new.writestr(item.filename, change(data) if item.filename.endswith("sheet1.xml") else data)
    return buffer.getvalue()


def refused(content: bytes, filename: str) -> BadFile:
    with pytest.raises(BadFile) as refusal:
        read_sheets(content, filename)
    assert refusal.value.place
    assert refusal.value.remedy
    return refusal.value


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        pytest.param(b"", "空.xlsx", "空的", id="empty file"),
        pytest.param(b"  \n", "空.csv", "空的", id="blank file"),
        pytest.param(xlsx([]), "空.xlsx", "空的", id="empty workbook"),
        pytest.param(b"%PDF-1.7 hello", "文件.pdf", "不是能导入的表格", id="pdf"),
        pytest.param(b"MZ\x90\x00\x03", "程序.xlsx", "不是能导入的表格", id="program"),
        pytest.param(
            b"<html><table><tr><td>1</td></tr></table></html>", "导出.xls", "实际是网页", id="web page"
        ),
        pytest.param(b'<?xml version="1.0"?><Workbook/>', "导出.xls", "实际是网页", id="xml spreadsheet"),
        pytest.param(xlsx(ROWS)[:900], "断.xlsx", "损坏", id="cut off"),
        pytest.param(b"PK\x03\x04" + b"x" * 50, "坏.xlsx", "损坏", id="broken archive"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "坏.xls",
            "不是能导入的表格",
            id="another old office file",
        ),
        pytest.param(b"\xff\x81\x30\x84,\x00\x80", "乱码.csv", "", id="no known encoding"),
    ],
)
def test_refuses_files_that_cannot_be_read(content, filename, says):
    assert says in refused(content, filename).message


def test_refuses_an_encrypted_workbook():
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 100
    )

    assert "密码" in refused(content, "密.xlsx").message


def test_refuses_a_document_that_is_no_workbook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")

    assert "不是能导入的表格" in refused(buffer.getvalue(), "文档.docx").message


def bomb(mib: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (mib * 2**20))
    return buffer.getvalue()


def test_refuses_an_archive_that_would_burst():
    assert "过大" in refused(bomb(40), "炸弹.xlsx").message


def test_refuses_an_archive_that_lies_about_its_size():
    honest = bomb(40)
    size = struct.pack("<I", 40 * 2**20)
    liar = honest.replace(size, struct.pack("<I", 1000))

    assert refused(liar, "说谎.xlsx").message


@pytest.mark.parametrize("reference", ["A1048576", "XFD1", "XFD1048576", "GZ200900"])
def test_refuses_one_cell_far_away_before_it_takes_the_memory(reference):
    book = openpyxl.Workbook()
    book.active["A1"] = "企业名称"
    book.active[reference] = "x"
    buffer = io.BytesIO()
    book.save(buffer)

    assert refused(buffer.getvalue(), "远.xlsx").message


@pytest.mark.parametrize("quoted", [b"r='A1048576'", b'r = "A1048576"'])
def test_odd_spellings_of_a_reference_do_not_slip_through(quoted):
    content = xlsx([["企业名称"], ["宜昌甲公司"]])

    assert refused(rewritten(content, lambda xml: xml.replace(b'r="A2"', quoted)), "远.xlsx").message


def test_refuses_more_rows_than_one_import_takes():
    refusal = refused("\n".join(f"宜昌{n}公司" for n in range(205_000)).encode(), "多.csv")

    assert "200000" in refusal.message
