"""Tables are found and columns understood however the bureaus lay their sheets out."""

import pytest

from enterprise_pipeline.services.imports.headers import parse_key, read_heading
from enterprise_pipeline.services.imports.layout import find_layout, letter
from enterprise_pipeline.services.imports.reading import read_sheets
from scoring.vocabulary import FACTS
from tests.support.workbooks import code, csv_text, xls, xlsx

ROW = [code(1), "宜昌甲公司", 100.0, 5.0]


def layout_of(content: bytes, filename: str = "表.xlsx", *, by_hand=None, header_row=None):
    sheet = read_sheets(content, filename)[0]
    return find_layout(sheet.rows, sheet.merged, by_hand=by_hand or {}, header_row=header_row)


def keys(layout) -> list[str]:
    return [column.target.key if column.target else "?" for column in layout.columns]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("统一社会信用代码", "credit_code"),
        (" 统一社会\n信用代码 * ", "credit_code"),
        ("信用代码（18位）", "credit_code"),
        ("税号", "credit_code"),
        ("uscc", "credit_code"),
        ("单位名称", "name"),
        ("企业名称（全称）", "name"),
        ("所属区域", "jurisdiction"),
        ("注册时间", "registered_on"),
        ("成立日期", "registered_on"),
        ("2025年营业收入（万元）", "revenue_cny@2025"),
        ("2025年度营业收入(单位：万元)", "revenue_cny@2025"),
        ("营业收入2025年", "revenue_cny@2025"),
        ("其中：研发费用（万元）", "rd_expense_cny"),
        ("3、职工总数（人）", "employees"),
        ("从业人员平均人数", "employees"),
        ("Ⅰ类知识产权（件）", "class1_ip"),
        ("有效发明专利数", "class1_ip"),
        ("II类知识产权", "class2_ip"),
        ("高新技术产品（服务）收入", "hitech_income_cny"),
        ("高企证书编号", "certificate_no@hnte"),
        ("入库登记编号", "certificate_no@tech_sme"),
        ("认定日期", "issued_on"),
        ("determination_date", "issued_on"),
        ("revenue_cny@2024", "revenue_cny@2024"),
        ("研发投入总额", "rd_expense_cny"),
        ("备注", "ignore"),
        ("心情", "?"),
    ],
)
def test_understands_headers(header, key):
    content = xlsx([["企业名称", "统一信用代码", header], ["宜昌甲公司", code(1), 1]])

    assert keys(layout_of(content))[2] == key


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_is_known_by_its_exchange_name_and_its_label(name):
    content = xlsx([["企业名称", name, FACTS[name].label], ["宜昌甲公司", 1, 1]])

    found = layout_of(content)

    assert {column.target.field.id for column in found.columns[1:]} == {name}


@pytest.mark.parametrize(
    ("header", "unit", "year", "relative"),
    [
        ("营业收入（万元）", "万元", None, None),
        ("营业收入/千元", "千元", None, None),
        ("上年营业收入", None, None, -1),
        ("本年度研发费用(元)", "元", None, 0),
        ("2023-2025年合计", None, None, None),
        ("市场占有率（%）", "%", None, None),
    ],
)
def test_takes_unit_and_year_from_a_header(header, unit, year, relative):
    heading = read_heading(header)

    assert (heading.unit, heading.year, heading.relative) == (unit, year, relative)


def test_finds_a_header_below_notes():
    rows = [
        ["宜昌市科技型企业2025年度统计表"],
        [None, None, None, "单位：万元"],
        ["统一社会信用代码", "企业名称", "营业收入", "研发费用"],
        ROW,
    ]

    found = layout_of(xlsx(rows, merged=["A1:D1"]))

    assert keys(found) == ["credit_code", "name", "revenue_cny", "rd_expense_cny"]
    assert (found.first_data_row, found.title_year, found.corner_unit) == (3, 2025, "万元")


def two_rows():
    return [
        ["统一社会信用代码", "企业名称", "2024年", None, "2025年", None],
        [None, None, "营业收入（万元）", "研发费用（万元）", "营业收入（万元）", "研发费用（万元）"],
        [code(1), "宜昌甲公司", 1.0, 2.0, 3.0, 4.0],
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(xlsx(two_rows(), merged=["A1:A2", "B1:B2", "C1:D1", "E1:F1"]), id="merged"),
        pytest.param(csv_text(two_rows()), id="text without merged cells"),
        pytest.param(xls(two_rows()), id="old workbook"),
    ],
)
def test_reads_two_header_rows_with_years_above(content):
    filename = "表.csv" if not content.startswith((b"PK", b"\xd0")) else "表.xlsx"

    found = layout_of(content, filename)

    assert keys(found)[2:] == [
        "revenue_cny@2024",
        "rd_expense_cny@2024",
        "revenue_cny@2025",
        "rd_expense_cny@2025",
    ]
    assert [column.unit for column in found.columns[2:]] == ["万元"] * 4
    assert found.first_data_row == 2


def test_reads_figures_above_and_years_below():
    rows = [
        ["信用代码", "企业名称", "营业收入（万元）", None],
        [None, None, "2024年", "2025年"],
        [code(1), "宜昌甲公司", 1.0, 2.0],
    ]

    found = layout_of(xlsx(rows, merged=["A1:A2", "B1:B2", "C1:D1"]))

    assert keys(found)[2:] == ["revenue_cny@2024", "revenue_cny@2025"]


def test_reads_three_header_rows():
    rows = [
        ["基本信息", None, "财务情况（万元）", None],
        ["信用代码", "企业名称", "2025年", None],
        [None, None, "营业收入", "资产总额"],
        ROW,
    ]

    found = layout_of(xlsx(rows, merged=["A1:B1", "C1:D1", "A2:A3", "B2:B3", "C2:D2"]))

    assert keys(found) == ["credit_code", "name", "revenue_cny@2025", "total_assets_cny@2025"]
    assert [column.unit for column in found.columns[2:]] == ["万元", "万元"]


def test_skips_a_row_that_numbers_the_columns():
    rows = [["信用代码", "企业名称", "营业收入（万元）", "研发费用（万元）"], ["甲", "乙", 1, 2], ROW]

    assert layout_of(xlsx(rows)).first_data_row == 2


def test_a_unit_row_below_the_names_is_part_of_the_header():
    rows = [["信用代码", "企业名称", "营业收入", "研发费用"], [None, None, "万元", "千元"], ROW]

    found = layout_of(xlsx(rows))

    assert [column.unit for column in found.columns[2:]] == ["万元", "千元"]


def test_nothing_known_is_no_table():
    assert layout_of(xlsx([["水果", "颜色"], ["苹果", "红"]])) is None


def test_a_header_row_told_by_hand_is_taken():
    content = xlsx([["x"], ["甲列", "乙列"], [code(1), "宜昌甲公司"]])

    found = layout_of(content, header_row=2, by_hand={"甲列": "credit_code", "乙列": "name"})

    assert keys(found) == ["credit_code", "name"]
    assert all(column.by_hand for column in found.columns)


def test_a_mapping_by_hand_goes_before_what_we_know():
    content = xlsx([["企业名称", "信用代码", "2025年产值（万元）"], ["甲", code(1), 1]])

    found = layout_of(content, by_hand={"2025年产值(万元)": "revenue_cny"})

    assert keys(found)[2] == "revenue_cny@2025"
    assert found.columns[2].unit == "万元"


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_names_columns_as_spreadsheets_do(index, name):
    assert letter(index) == name


@pytest.mark.parametrize("key", ["revenue_cny@2025", "class1_ip", "certificate_no@hnte", "name"])
def test_keys_read_back(key):
    target = parse_key(key)

    assert target is not None
    assert target.key == key


@pytest.mark.parametrize(
    "key", ["", "revenue", "revenue_cny@x", "certificate_no@mars", "class1_ip@2025", "企业名称"]
)
def test_other_texts_are_no_keys(key):
    assert parse_key(key) is None
