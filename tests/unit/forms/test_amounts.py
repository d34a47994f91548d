"""Amounts are read exactly as typed, and written so that they read back as the same amount."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.amounts import (
    LARGEST_FEN,
    AmountError,
    read_count,
    read_day,
    read_fen,
    read_ppm,
    write_fen,
    write_ppm,
)

WAN, YUAN = 10_000, 1


@pytest.mark.parametrize(
    ("typed", "unit", "fen"),
    [
        pytest.param("", WAN, None, id="blank is unknown, not zero"),
        pytest.param("  ", WAN, None, id="spaces are blank"),
        pytest.param("0", WAN, 0, id="zero is zero"),
        pytest.param("3,000", YUAN, 300_000, id="thousands separated"),
        pytest.param("3,000.5", WAN, 3_000_500_000, id="separated, with decimals"),
        pytest.param("3000万", YUAN, 3_000_000_000, id="the unit typed wins over 元"),
        pytest.param("3000元", WAN, 300_000, id="the unit typed wins over 万元"),
        pytest.param("1.2亿元", WAN, 12_000_000_000, id="亿元"),
        pytest.param("12.5千元", WAN, 1_250_000, id="千元"),
        pytest.param("３，０００．５", WAN, 3_000_500_000, id="full-width digits and punctuation"),
        pytest.param("¥12.34", YUAN, 1_234, id="with a yuan sign"),
        pytest.param("0.000001", WAN, 1, id="one fen in 万元"),
        pytest.param("-0", WAN, 0, id="minus zero is zero"),
        pytest.param(".5", YUAN, 50, id="no digit before the point"),
        pytest.param("1 234.5", YUAN, 123_450, id="a space between thousands"),
    ],
)
def test_money_is_read_exactly(typed, unit, fen):
    assert read_fen(typed, unit_cny=unit) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("abc", "not_an_amount"),
        ("3,00", "not_an_amount"),
        ("1.2.3", "not_an_amount"),
        ("--5", "not_an_amount"),
        ("1e5", "not_an_amount"),
        ("5美元", "unknown_unit"),
        ("-5", "negative"),
        ("0.0000001", "finer_than_fen"),
        ("10000000000万", "too_large"),
        ("9" * 400, "too_large"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(typed, code):
    with pytest.raises(AmountError) as caught:
        read_fen(typed, unit_cny=WAN)

    assert caught.value.code == code


def test_a_fact_with_a_sign_may_be_negative_with_any_minus():
    assert read_fen("-5", unit_cny=YUAN, signed=True) == -500
    assert read_fen("−5", unit_cny=YUAN, signed=True) == -500
    assert read_fen("－５", unit_cny=YUAN, signed=True) == -500


@given(st.integers(-LARGEST_FEN, LARGEST_FEN), st.sampled_from([YUAN, WAN]))
def test_written_money_reads_back_as_the_same_amount(fen, unit):
    assert read_fen(write_fen(fen, unit_cny=unit), unit_cny=unit, signed=True) == fen


@given(st.integers(0, 1_000_000))
def test_a_written_share_reads_back_as_the_same_share(ppm):
    assert read_ppm(write_ppm(ppm)) == ppm


@pytest.mark.parametrize(
    ("typed", "ppm"), [("12.5", 125_000), ("12.5％", 125_000), ("100%", 1_000_000), ("", None)]
)
def test_a_share_is_typed_in_percent(typed, ppm):
    assert read_ppm(typed) == ppm


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("100.1", "above_whole"),
        ("-1", "negative"),
        ("0.00001", "finer_than_ppm"),
        ("很多", "not_an_amount"),
        ("5万", "not_an_amount"),
    ],
)
def test_what_is_no_share_is_refused_with_its_reason(typed, code):
    with pytest.raises(AmountError) as caught:
        read_ppm(typed)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("typed", "count"),
    [("35", 35), ("35人", 35), ("１２０", 120), ("1,200", 1_200), ("35.0", 35), ("", None), ("0", 0)],
)
def test_a_count_is_a_whole_number(typed, count):
    assert read_count(typed) == count


@pytest.mark.parametrize(
    ("typed", "code"),
    [("3.5", "not_whole"), ("-1", "negative"), ("约30", "not_whole"), ("999999999", "too_large")],
)
def test_what_is_no_count_is_refused_with_its_reason(typed, code):
    with pytest.raises(AmountError) as caught:
        read_count(typed)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "typed", ["2026-11-02", "2026/11/2", "2026.11.02", "2026年11月2日", "20261102", "２０２６－１１－０２"]
)
def test_a_day_is_read_in_the_usual_spellings(typed):
    assert read_day(typed) == date(2026, 11, 2)


@pytest.mark.parametrize("typed", ["2026-02-30", "11-02", "明天", "2026-13-01", "2026"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(AmountError):
        read_day(typed)
