"""Mean growth is exact: the engine against fractions, up to 10^14 fen and one fen around every line."""

from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import screening
from scoring.rulebook import load_rulebook
from scoring.screening import screen
from scoring.vocabulary import CriterionResult
from tests.unit.scoring import population

AS_OF = date(2026, 11, 22)
Years = tuple[int, int, int]  # oldest first
BANDS = ((35, 9, 10), (25, 7, 8), (15, 5, 6), (5, 3, 4))
MOST = population.MOST_FEN


def mean_rate(years: Years) -> Fraction:
    """The arithmetic mean of the two yearly rates."""
    oldest, middle, newest = years
    return (Fraction(middle, oldest) + Fraction(newest, middle)) / 2 - 1


def points(years: Years) -> tuple[int, int]:
    """195号, with its zero rules; a negative base is left to a person."""
    oldest, middle, newest = years
    if middle == 0:
        return 0, 0
    if oldest < 0 or middle < 0:
        return 0, 10
    rate = mean_rate(years) if oldest else Fraction(newest, middle) - 1
    for percent, low, high in BANDS:
        if rate >= Fraction(percent, 100):
            return low, high
    return (1, 2) if rate > 0 else (0, 0)


def reaches(years: Years, percent: int) -> CriterionResult:
    """The gazelle reading: a base at or below zero is left to a person."""
    if years[0] <= 0 or years[1] <= 0:
        return CriterionResult.JUDGEMENT
    met = mean_rate(years) >= Fraction(percent, 100)
    return CriterionResult.MET if met else CriterionResult.NOT_MET


@st.composite
def three_years(draw: st.DrawFn) -> Years:
    """Three years, often within a few fen of a line, of any size and sign."""
    size = draw(st.sampled_from((10, 10**5, 10**9, MOST)))
    oldest, middle = draw(st.integers(0, size)), draw(st.integers(0, size))
    if oldest and middle and draw(st.booleans()):
        percent = draw(st.sampled_from((0, 5, 8, 15, 25, 35)))
        newest = population.least_growing(oldest, middle, percent) + draw(st.integers(-2, 2))
    else:
        newest = draw(st.integers(-size, size))
    signs = draw(st.sampled_from(((1, 1), (1, 1), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (1, 0))))
    return signs[0] * oldest, signs[1] * middle, max(min(newest, 3 * MOST), -3 * MOST)


def screened(rows: list[Years], *, exact_up_to: int = 10**6) -> list[dict[str, int]]:
    """Every row once as net assets of 195号 and once as total profit of a firm whose sales are flat."""
    columns = {
        **{f"net_assets_fen_y{4 - place}": [row[place - 1] for row in rows] for place in (1, 2, 3)},
        **{f"total_profit_fen_y{4 - place}": [row[place - 1] for row in rows] for place in (1, 2, 3)},
        **{f"revenue_fen_y{year}": [100] * len(rows) for year in (1, 2, 3)},
    }
    rule_sets = load_rulebook().in_force(AS_OF)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(screening, "EXACT_UP_TO", exact_up_to)
        return screen(pl.DataFrame(columns), rule_sets, AS_OF, projection="detail").rows(named=True)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(three_years(), min_size=1, max_size=60), exact_up_to=st.sampled_from((0, 10**6)))
def test_growth_is_that_of_fractions(rows: list[Years], exact_up_to: int):
    for years, row in zip(rows, screened(rows, exact_up_to=exact_up_to), strict=True):
        # Flat sales give no points and fall short, so that net assets and profit decide.
        assert (row["hnte.points.growth.lo"], row["hnte.points.growth.hi"]) == points(years), years
        assert row["gazelle.growth.result"] == reaches(years, 15), years
        assert row["gazelle_reserve.growth.result"] == reaches(years, 8), years


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ((10**14, 10**14, 135 * 10**12), (5, 6)),  # (0% + 35%) / 2 = 17.5%
        ((10**14, 135 * 10**12, 18225 * 10**10), (9, 10)),  # 35% twice
        ((10**14, 135 * 10**12, 18225 * 10**10 - 1), (7, 8)),  # one fen less, where a float sees none
        ((0, 10**14, 135 * 10**12), (9, 10)),  # no first year: the last two
        ((0, 10**14, 10**14), (0, 0)),
        ((10**14, 0, 10**14), (0, 0)),  # no second year
        ((0, 0, 10**14), (0, 0)),
        ((-1, 10**14, 10**14), (0, 10)),  # judged
        ((10**14, 10**14, -(10**14)), (0, 0)),  # negative growth
        ((10**14, 10**14, 10**14 + 1), (1, 2)),  # just above nothing
    ],
)
def test_growth_points_of_195(years: Years, expected: tuple[int, int]):
    for exact_up_to in (0, 10**6):
        (row,) = screened([years], exact_up_to=exact_up_to)
        assert (row["hnte.points.growth.lo"], row["hnte.points.growth.hi"]) == expected
    assert points(years) == expected
