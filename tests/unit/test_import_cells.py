"""One cell means one thing, exactly, or says why it cannot be read."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.services.imports import cells, codes
from enterprise_pipeline.services.imports.issues import CellIssue, Severity

WAN = 10**6


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (3000.0, 3000 * WAN),
        (0.0, 0),
        (1234.567891, 1234567891),
        ("3,000.50", 3000_500_000),
        ("３０００．５", 3000_500_000),
        ("3 000", 3000 * WAN),
        ("￥3000", 3000 * WAN),
        ("(1,234.00)", -1234 * WAN),
        ("（1234）", -1234 * WAN),
        ("-12.5", -12_500_000),
        ("−12.5", -12_500_000),
        ("负12.5", -12_500_000),
        ("3000万", 3000 * WAN),
        ("3000万元", 3000 * WAN),
        ("1.2亿", 12_000 * WAN),
        ("500千元", 50 * WAN),
        ("12345.67元", 1_234_567),
        ("1.5E3", 1500 * WAN),
        (0.1 + 0.2, 300_000),
    ],
)
def test_reads_money_in_ten_thousands_exactly(cell, fen):
    assert cells.money(cell, fen_per_unit=WAN, signed=True) == fen


@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000"])
def test_blank_is_unknown_and_not_zero(cell):
    assert cells.money(cell, fen_per_unit=WAN, signed=True) is None
    assert cells.count(cell) is None
    assert cells.flag(cell) is None
    assert cells.day(cell) is None


@pytest.mark.parametrize("cell", ["-", "/", "无", "—", "——", "暂无", "N/A", "未知"])
def test_a_stroke_is_blank_and_noted(cell):
    with pytest.raises(CellIssue) as note:
        cells.count(cell)

    assert note.value.severity is Severity.NOTE
    assert note.value.value is None


@pytest.mark.parametrize(
    "cell",
    ["约3000", "3000-5000", "1,23", "abc", "12.3.4", "1e400000", "=1+1", "3000万吨", True, date(2025, 1, 1)],
)
def test_refuses_what_is_no_definite_amount(cell):
    with pytest.raises(CellIssue) as refusal:
        cells.money(cell, fen_per_unit=WAN, signed=True)

    assert refusal.value.severity is Severity.REFUSED


def test_refuses_negative_money_where_it_cannot_be():
    with pytest.raises(CellIssue, match="负数"):
        cells.money("-1", fen_per_unit=WAN, signed=False)


def test_refuses_amounts_beyond_what_the_formulas_are_proven_for():
    with pytest.raises(CellIssue, match="一万亿"):
        cells.money(10**9, fen_per_unit=WAN, signed=False)


def test_asks_for_the_unit_of_a_bare_number():
    with pytest.raises(CellIssue, match="单位"):
        cells.money(3000.0, fen_per_unit=None, signed=False)


@given(st.integers(-(10**13), 10**13), st.sampled_from([100, 10**5, 10**6, 10**10]))
def test_money_written_as_decimal_text_comes_back_to_the_fen(fen, factor):
    exact = Fraction(fen, factor)
    digits = f"{'-' if fen < 0 else ''}{abs(fen) // factor}.{abs(fen) % factor:0{len(str(factor)) - 1}d}"

    assert Fraction(digits) == exact
    assert cells.money(digits, fen_per_unit=factor, signed=True) == fen


@pytest.mark.parametrize(
    ("cell", "number"),
    [(35.0, 35), ("35", 35), ("３５", 35), ("35人", 35), ("1,200", 1200), ("3项", 3), ("2万", 20000)],
)
def test_reads_counts(cell, number):
    assert cells.count(cell) == number


@pytest.mark.parametrize("cell", [12.5, "12.5", "-3", "35%", 10.0**8])
def test_refuses_counts_that_cannot_be(cell):
    with pytest.raises(CellIssue):
        cells.count(cell)


@pytest.mark.parametrize(
    ("cell", "unit", "ppm"),
    [
        ("35%", None, 350_000),
        ("３５％", None, 350_000),
        (35.0, "%", 350_000),
        (0.35, None, 350_000),
        ("12.3456%", None, 123_456),
        (0, None, 0),
        (1, None, 1_000_000),
        (0, "%", 0),
    ],
)
def test_reads_shares(cell, unit, ppm):
    assert cells.share(cell, column_unit=unit) == ppm


@pytest.mark.parametrize(
    ("cell", "unit"), [(35.0, None), (0.35, "%"), ("135%", None), ("-5%", None), ("35人", None)]
)
def test_asks_about_shares_that_could_be_two_things(cell, unit):
    with pytest.raises(CellIssue):
        cells.share(cell, column_unit=unit)


@pytest.mark.parametrize(
    "cell",
    [
        "2019-11-15",
        "2019/11/15",
        "2019.11.15",
        "2019年11月15日",
        "20191115",
        20191115.0,
        43784.0,
        "43784",
        datetime(2019, 11, 15, 8, 30, tzinfo=UTC),
        date(2019, 11, 15),
        "２０１９－１１－１５",
        "2019-11-15 00:00:00",
        " 2019 年 11 月 15 日 ",
    ],
)
def test_reads_the_usual_spellings_of_a_day(cell):
    assert cells.day(cell) == date(2019, 11, 15)


@pytest.mark.parametrize(
    "cell", ["2019-13-01", "2019-02-30", "2019年11月", "2019", "十一月", "1850-01-01", "99999999"]
)
def test_refuses_days_that_are_none(cell):
    with pytest.raises(CellIssue):
        cells.day(cell)


@pytest.mark.parametrize(
    ("cell", "year"),
    [(2025.0, 2025), ("2025", 2025), ("2025年", 2025), ("２０２５年度", 2025), (date(2025, 3, 1), 2025)],
)
def test_reads_years(cell, year):
    assert cells.year(cell) == year


@pytest.mark.parametrize(
    ("cell", "claim"),
    [
        ("是", True),
        ("√", True),
        (1.0, True),
        (True, True),
        ("有", True),
        ("Y", True),
        ("否", False),
        ("无", False),
        (0.0, False),
        (False, False),
        ("×", False),
        ("不符合", False),
    ],
)
def test_reads_yes_and_no(cell, claim):
    assert cells.flag(cell) is claim


def test_a_stroke_is_neither_yes_nor_no():
    with pytest.raises(CellIssue) as note:
        cells.flag("/")

    assert note.value.severity is Severity.NOTE
    with pytest.raises(CellIssue, match="看不出"):
        cells.flag("也许")


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("猇亭区", "420505"),
        ("猇亭", "420505"),
        ("宜昌市猇亭区", "420505"),
        ("420505", "420505"),
        (420505.0, "420505"),
        ("长阳县", "420528"),
        ("长阳土家族自治县", "420528"),
        ("五峰", "420529"),
        ("宜昌高新区", "gaoxin"),
        ("高新区", "gaoxin"),
        ("宜昌高新技术产业开发区", "gaoxin"),
        ("当阳市科技局", "420582"),
        ("湖北省宜昌市枝江市", "420583"),
    ],
)
def test_knows_who_reviews(cell, place):
    assert codes.place(cell) == place


def test_a_place_elsewhere_is_noted_and_left_out():
    with pytest.raises(CellIssue) as note:
        codes.place("武汉市")

    assert note.value.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("cell", "industry"),
    [
        ("C2614", "C2614"),
        ("c2614", "C2614"),
        ("2614", "C2614"),
        (2614.0, "C2614"),
        ("C2614 有机化学原料制造", "C2614"),
        ("制造业", "C"),
        ("C26", "C26"),
    ],
)
def test_reads_industries(cell, industry):
    assert codes.industry(cell) == industry


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+宜昌公司", "-宜昌公司", "@SUM(A1)", "123456", "宜" * 201]
)
def test_refuses_names_that_are_none(name):
    with pytest.raises(CellIssue):
        codes.name(name)


def test_a_certificate_number_saved_as_a_number_is_refused():
    with pytest.raises(CellIssue, match="末尾的位数已经丢失"):
        codes.number(202542050508001234.0)
    assert codes.number(" gr201942001291 ") == "GR201942001291"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.none()))
def test_no_cell_whatever_breaks_a_reader(cell):
    readers = (
        lambda: cells.money(cell, fen_per_unit=WAN, signed=True),
        lambda: cells.count(cell),
        lambda: cells.share(cell, column_unit="%"),
        lambda: cells.flag(cell),
        lambda: cells.day(cell),
        lambda: cells.year(cell),
        lambda: codes.name(cell),
        lambda: codes.place(cell),
        lambda: codes.division(cell),
        lambda: codes.industry(cell),
        lambda: codes.hitech(cell),
        lambda: codes.number(cell),
        lambda: codes.status(cell),
        lambda: codes.choice(cell, choices=("none",)),
    )
    for read in readers:
        told = sentence(read)
        assert told is None or "%(" not in told


def sentence(read):
    try:
        read()
    except CellIssue as issue:
        return issue.pattern % {name: str(value) for name, value in issue.values.items()}
    return None
