"""Growth beside its compound rate, and lines drawn through what is known."""

from fractions import Fraction

import pytest

from enterprise_pipeline.services.growth_readings import growth_of
from enterprise_pipeline.web.enterprise_words import sparkline
from scoring.vocabulary import FACTS

REVENUE, PROFIT = FACTS["revenue_cny"], FACTS["total_profit_cny"]


def test_mean_growth_is_exact_and_the_compound_rate_close_to_forty_digits():
    growth = growth_of(REVENUE, [144, 120, 100])

    assert growth.mean == Fraction(1, 5)
    assert growth.compound == Fraction(1, 5)


def test_mean_and_compound_growth_differ_where_growth_is_uneven():
    growth = growth_of(REVENUE, [300, 100, 100])

    assert growth.mean == 1
    assert growth.compound is not None
    assert abs(growth.compound - Fraction(732_050_807_568_877, 10**15)) < Fraction(1, 10**14)


@pytest.mark.parametrize("years", [[100, 0, 100], [100, 100, 0], [100, -5, 100], [100, 100, -5]])
def test_a_base_that_is_not_positive_gives_no_growth_and_says_so(years):
    growth = growth_of(PROFIT, years)

    assert (growth.mean, growth.compound, growth.has_bad_base) == (None, None, True)


@pytest.mark.parametrize("years", [[None, 1, 1], [1, None, 1], [1, 1, None]])
def test_an_unknown_year_gives_no_growth(years):
    growth = growth_of(PROFIT, years)

    assert (growth.mean, growth.has_bad_base) == (None, False)


def test_a_loss_in_the_last_year_has_a_mean_but_no_compound_rate():
    growth = growth_of(PROFIT, [-50, 100, 100])

    assert growth.mean == Fraction(-3, 4)
    assert growth.compound is None
    assert growth.compound_reaches is None


LINE = (Fraction(15, 100), ">=")


@pytest.mark.parametrize(
    ("newest_first", "mean_reaches", "compound_reaches"),
    [
        ([1305, 1450, 1000], True, False),
        ([13225, 11500, 10000], True, True),
        ([13224, 11500, 10000], False, False),
        ([12650, 11500, 10000], False, False),
    ],
)
def test_both_readings_say_what_they_would_decide(newest_first, mean_reaches, compound_reaches):
    """+45% and then −10% is a mean of 17.5% and a compound rate of 14.24%."""
    growth = growth_of(REVENUE, newest_first, line=LINE)

    assert (growth.mean_reaches, growth.compound_reaches) == (mean_reaches, compound_reaches)
    assert growth.readings_differ == (mean_reaches is not compound_reaches)


def test_a_compound_rate_needs_only_the_first_and_the_last_year():
    growth = growth_of(REVENUE, [1728, None, None, 1000], line=(Fraction(1, 5), ">="), is_compound=True)

    assert growth.mean is None
    assert growth.compound_reaches is True
    assert abs(growth.compound - Fraction(1, 5)) < Fraction(1, 10**30)
    assert not growth.readings_differ


def test_a_compound_rate_on_its_line_is_not_above_it():
    years = [1728, 1440, 1200, 1000]

    assert growth_of(REVENUE, years, line=(Fraction(1, 5), ">"), is_compound=True).compound_reaches is False
    assert growth_of(REVENUE, years, line=(Fraction(1, 5), ">="), is_compound=True).compound_reaches is True


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ([], []),
        ([1], []),
        ([None, None], []),
        ([1, None], []),
        ([0, 10], ["3.0,21.0 93.0,3.0"]),
        ([5, 5], ["3.0,12.0 93.0,12.0"]),
        ([0, None, 10], ["3.0,21.0", "93.0,3.0"]),
        ([None, 0, 10], ["48.0,21.0 93.0,3.0"]),
    ],
)
def test_a_line_goes_through_what_is_known_and_breaks_where_it_is_not(values, lines):
    assert sparkline(values) == lines
