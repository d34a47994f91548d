"""The cube in memory against plain counting, and filters and places as text and back."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.services.candidate_filter import (
    GAP_COUNTS,
    GAP_SIZES,
    HOLDINGS,
    BadFilter,
    CandidateFilter,
    Sort,
    parse,
)
from enterprise_pipeline.services.candidate_keys import BadCursor, Cursor, in_order, read_cursor
from enterprise_pipeline.services.cube import Cube, fits, group_rank
from scoring.vocabulary import Tier, Verdict

PLACES = ("", "420502", "420506", "gaoxin")
INDUSTRIES = ("", "C26", "C27", "I65", "M73")

cells = st.tuples(
    st.sampled_from([int(verdict) for verdict in Verdict]),
    st.sampled_from([-1, 0, 1]),
    st.integers(0, 6),
    st.sampled_from(PLACES),
    st.sampled_from(INDUSTRIES),
)
cubes = st.dictionaries(cells, st.integers(1, 50), max_size=60)
filters = st.builds(
    CandidateFilter,
    tier=st.sampled_from(Tier),
    verdict=st.none() | st.sampled_from(Verdict),
    holds=st.sampled_from(["", *HOLDINGS]),
    gaps=st.sampled_from(["", *GAP_COUNTS]),
    jurisdiction=st.sampled_from(["", "unknown", "420506", "gaoxin"]),
    industry=st.sampled_from(["", "unknown", "C", "C26", "I"]),
)
whole_filters = st.builds(
    CandidateFilter,
    tier=st.sampled_from(Tier),
    standard=st.sampled_from(["", "national", "inclusive"]),
    basis=st.sampled_from(["reported", "forecast"]),
    verdict=st.none() | st.sampled_from(Verdict),
    jurisdiction=st.sampled_from(["", "unknown", "420506", "gaoxin"]),
    industry=st.sampled_from(["", "unknown", "C", "C26"]),
    field=st.sampled_from(["", "unknown", "40", "405"]),
    gaps=st.sampled_from(["", *GAP_COUNTS]),
    size=st.sampled_from(["", *GAP_SIZES]),
    holds=st.sampled_from(["", *HOLDINGS]),
    also=st.none() | st.sampled_from(Tier),
    q=st.sampled_from(["", "宜昌", "ycxy", "91420500"]),
    sort=st.sampled_from(Sort),
)


def cube_of(counted: dict[tuple[Any, ...], int]) -> Cube:
    return Cube([(*cell, n) for cell, n in counted.items()])


def rows_of(counted: dict[tuple[Any, ...], int]) -> list[SimpleNamespace]:
    names = ("verdict", "holds", "n_failed", "jurisdiction", "industry")
    return [SimpleNamespace(**dict(zip(names, cell, strict=True)), n=n) for cell, n in counted.items()]


@given(cubes, filters)
def test_a_count_is_the_sum_of_the_cells_that_fit(counted: dict[Any, int], wanted: CandidateFilter) -> None:
    plain = sum(row.n for row in rows_of(counted) if fits(wanted, row))
    assert cube_of(counted).count(wanted) == plain


@given(cubes, filters)
def test_ranges_are_disjoint_in_order_and_hold_exactly_what_fits(
    counted: dict[Any, int], wanted: CandidateFilter
) -> None:
    inside: Counter[Any] = Counter()
    last: tuple[Any, ...] = ()
    passed = 0
    for stretch in cube_of(counted).ranges(wanted):
        assert (*stretch.rank, *stretch.first) > last
        last = (*stretch.rank, *stretch.last)
        assert stretch.offset == passed
        passed += stretch.count
        for cell, n in counted.items():
            place = (*group_rank(cell[0], cell[1]), *cell[2:])
            if (*stretch.rank, *stretch.first) <= place <= last:
                inside[cell] += n
    assert inside == {
        cell: row.n for cell, row in zip(counted, rows_of(counted), strict=True) if fits(wanted, row)
    }


@given(cubes, filters)
def test_a_facet_says_what_choosing_its_word_would_leave(
    counted: dict[Any, int], wanted: CandidateFilter
) -> None:
    facets = cube_of(counted).facets(wanted)
    for name in ("holds", "gaps", "jurisdiction", "industry"):
        for word, n in facets[name].items():
            chosen = {**wanted.address(), name: word}
            assert cube_of(counted).count(parse(chosen)) == n


@given(whole_filters)
def test_a_filter_survives_its_address(wanted: CandidateFilter) -> None:
    assert parse(wanted.address()) == wanted


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(BadFilter) as raised:
        parse({"tier": "x", "gaps": "9", "industry": "C99", "verdict": "eligible"})
    assert set(raised.value.errors) == {"tier", "gaps", "industry"}


BY_GAPS = st.tuples(
    st.just(0), st.just(-1), st.integers(0, 9), st.sampled_from(PLACES), st.just("C26"), st.integers(1, 2**40)
)
PLACES_IN_LISTS = st.one_of(
    BY_GAPS.map(lambda key: (Sort.GAPS, key)),
    st.integers(1, 2**40).map(lambda number: (Sort.NAME, ("ycxy", number))),
    st.floats(0, 1).map(lambda share: (Sort.SHORTFALL, (share, 7))),
    BY_GAPS.map(lambda key: (Sort.SHORTFALL, (None, *key))),
    st.dates().map(lambda day: (Sort.CHANGES, (day, 7))),
    BY_GAPS.map(lambda key: (Sort.CHANGES, (None, *key))),
)


@given(st.integers(0, 10**6), PLACES_IN_LISTS)
def test_a_place_survives_its_address(position: int, place: tuple[Sort, tuple[Any, ...]]) -> None:
    sort, key = place
    assert read_cursor(Cursor(position, key).text(), sort) == Cursor(position, key)


@given(st.text(max_size=60), st.sampled_from(Sort))
def test_any_other_text_is_a_bad_place_and_nothing_worse(text: str, sort: Sort) -> None:
    with pytest.raises(BadCursor):
        read_cursor(text + "?", sort)


def test_rows_without_a_value_come_after_those_with_one() -> None:
    known = in_order(Sort.SHORTFALL, (0.9, 1))
    unknown = in_order(Sort.SHORTFALL, (None, 3, 0, 0, "", "", 2))
    assert known < unknown
