"""Whole columns say what their cells would say one by one, to the last digit."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.services.imports.columns import read_column
from enterprise_pipeline.services.imports.fields import FIELDS
from enterprise_pipeline.services.imports.headers import MONEY_UNITS, Target
from enterprise_pipeline.services.imports.issues import Severity
from enterprise_pipeline.services.imports.layout import Column
from tests.support.workbooks import code


def column(field: str, unit: str | None = None) -> Column:
    return Column(index=3, header=field, target=Target(field=FIELDS[field], year=2025), unit=unit)


def values(field: str, cells: list, unit: str | None = None) -> list:
    return read_column(cells, column(field, unit)).values.to_list()


@given(
    st.lists(
        st.floats(-(10**8), 10**8) | st.integers(-(10**13), 10**13).map(lambda fen: fen / 10**6), max_size=30
    )
)
def test_money_held_in_binary_is_taken_by_its_shortest_decimal(numbers):
    exact = [Decimal(repr(number)) * MONEY_UNITS["万元"] for number in numbers]

    found = values("net_profit_cny", numbers, "万元")

    assert found == [int(amount.to_integral_value(rounding=ROUND_HALF_UP)) for amount in exact]


@given(st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=20))
def test_money_typed_with_all_its_digits_survives_text_and_number(amounts):
    texts = [str(Decimal(fen) / MONEY_UNITS["万元"]) for fen in amounts]

    assert values("net_profit_cny", texts, "万元") == amounts
    plain = [format(Decimal(fen) / 100, "f") for fen in amounts]
    assert values("net_profit_cny", plain, "元") == amounts


def test_mixed_columns_keep_their_rows():
    cells = [1.5, "", "3,000", "-", "abc", -2.0, "2亿", None, "１０"]

    found = read_column(cells, column("revenue_cny", "万元"))

    assert found.values.to_list() == [
        1_500_000,
        None,
        3000_000_000,
        None,
        None,
        None,
        2 * 10**10,
        None,
        10_000_000,
    ]
    assert [(issue.row, issue.severity) for issue in found.issues] == [
        (3, Severity.NOTE),
        (4, Severity.REFUSED),
        (5, Severity.REFUSED),
    ]


def test_the_unit_of_the_sheet_serves_where_a_header_names_none():
    found = read_column([2.0], column("revenue_cny"), money_unit="千元")

    assert found.values.to_list() == [200_000]


def test_digits_finer_than_fen_are_rounded_and_noted():
    found = read_column([1.23456789], column("revenue_cny", "万元"))

    assert found.values.to_list() == [1_234_568]
    assert found.issues[0].severity is Severity.NOTE


@pytest.mark.parametrize("text", ["1_000", "1e400", "inf", "nan", "0x10", "１e5x"])
def test_what_only_a_programming_language_reads_is_no_number(text):
    assert read_column([text], column("revenue_cny", "元")).values.to_list() == [None]


def test_days_of_all_spellings_stand_in_one_column():
    cells = ["2019-11-15", "2019/1/5", date(2020, 2, 29), 43784.0, "2019.1.5", "20190105", "", "昨天"]

    found = read_column(cells, column("registered_on"))

    assert found.values.to_list() == [
        date(2019, 11, 15),
        date(2019, 1, 5),
        date(2020, 2, 29),
        date(2019, 11, 15),
        date(2019, 1, 5),
        date(2019, 1, 5),
        None,
        None,
    ]
    assert [issue.row for issue in found.issues] == [7]


def test_codes_are_checked_together_and_explained_one_by_one():
    good = code(7)
    cells = [good, good.lower(), f" {good}", "", 9.142050203e17, good[:-1], good[:-1] + "?", "无"]

    found = read_column(cells, column("credit_code"))

    assert found.values.to_list() == [good, good, good, None, None, None, None, None]
    assert [issue.row for issue in found.issues] == [4, 5, 6]
    assert "存成了数字" in found.issues[0].pattern


def test_names_are_brought_into_one_spelling():
    cells = ["宜昌甲公司", "宜昌(甲)公司", " 宜昌 甲公司 ", "=公式公司", 123.0, None, "A+B科技公司"]

    found = read_column(cells, column("name"))

    assert found.values.to_list() == [
        "宜昌甲公司",
        "宜昌（甲）公司",
        "宜昌甲公司",
        None,
        None,
        None,
        "A+B科技公司",
    ]
    assert [issue.row for issue in found.issues] == [3, 4]
