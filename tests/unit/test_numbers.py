from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.web.numbers import lines_of, percent_text, wan_text, yuan_text

FEN = st.integers(min_value=-(10**16), max_value=10**16)


def value_of(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace("−", "-").removesuffix("%"))


def side(value, line):
    return (value > line) - (value < line)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "0.00"),
        (12_400_000, "12.40"),
        (1_234_567_890_000, "1,234,567.89"),
        (12_345_678, "12.35"),
        (-12_345_678, "−12.35"),
        (1, "0.000001"),
        (1_000, "0.001"),
        (-1_000, "−0.001"),
    ],
)
def test_money_is_shown_in_wan_with_two_decimals_and_never_as_zero_when_it_is_not(fen, shown):
    assert wan_text(fen) == shown


def test_money_just_below_a_line_does_not_round_onto_it():
    line = 5_000 * 1_000_000

    assert wan_text(line - 1, line_fen=line) == "4,999.999999"
    assert wan_text(line, line_fen=line) == "5,000.00"
    assert wan_text(line + 4_000, line_fen=line) == "5,000.004"


@given(FEN, FEN)
def test_shown_money_stays_on_its_side_of_any_line(fen, line):
    shown = value_of(wan_text(fen, line_fen=line))

    assert side(shown, Fraction(line, 1_000_000)) == side(fen, line)


@given(FEN)
def test_a_missing_amount_is_never_told_smaller_than_it_is(fen):
    shown = value_of(wan_text(fen, up=True))

    assert abs(shown) >= abs(Fraction(fen, 1_000_000))
    assert abs(shown) - abs(Fraction(fen, 1_000_000)) < Fraction(1, 100)


@given(FEN)
def test_yuan_is_exact(fen):
    assert value_of(yuan_text(fen)) * 100 == fen


@pytest.mark.parametrize(
    ("numerator", "denominator", "line", "shown"),
    [
        (5, 100, Fraction(5, 100), "5.00%"),
        (49_996, 1_000_000, Fraction(5, 100), "4.9996%"),
        (49_996, 1_000_000, None, "5.00%"),
        (49_996, 1_000_000, "不低于5%", "4.9996%"),
        (2, 3, None, "66.67%"),
        (1, 1_000_000, None, "0.0001%"),
        (999_999, 1_000_000, None, "99.9999%"),
        (1_000_000, 1_000_000, None, "100.00%"),
        (-1, 3, None, "−33.33%"),
    ],
)
def test_a_share_gets_more_digits_rather_than_crossing_a_line(numerator, denominator, line, shown):
    assert percent_text(numerator, denominator, line=line) == shown


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 100))
def test_shown_shares_stay_on_their_side_of_any_line(numerator, denominator, line):
    shown = value_of(percent_text(numerator, denominator, line=Fraction(line, 100)))

    assert side(shown, line) == side(Fraction(numerator, denominator) * 100, line)


def test_the_lines_of_a_printed_threshold_are_found():
    assert lines_of("销售收入5000万元至2亿元的，不低于4%；以上的 3.5％") == [
        Fraction(4, 100),
        Fraction(35, 1000),
    ]
