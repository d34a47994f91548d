"""Every list within an area is the whole list without everybody else: rows, order, counts, pages, files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from benchmarks.listing_data import fill
from enterprise_pipeline.services import candidates, coverage, data_questions, endings, search
from enterprise_pipeline.services.accounts.scope import EVERYTHING, Scope
from enterprise_pipeline.services.candidate_filter import CandidateFilter, parse
from enterprise_pipeline.services.enterprise_list import EnterpriseFilter, Order, enterprise_page
from enterprise_pipeline.services.overview import Counts, overview
from enterprise_pipeline.transaction import reading, transaction
from models import Certificate, Enterprise, Membership
from scoring.vocabulary import Tier, Verdict

ENTERPRISES = 150
DAY = date(2026, 11, 22)
SIZE = 17
FILTERS: list[dict[str, str]] = [
    {},
    {"verdict": "eligible", "holds": "no"},
    {"verdict": "not_eligible", "gaps": "1"},
    {"jurisdiction": "420506"},
    {"jurisdiction": "gaoxin", "industry": "C"},
    {"jurisdiction": "unknown"},
    {"field": "40"},
    {"size": "20"},
    {"also": "srdi_sme"},
    {"q": "新材料"},
    {"q": "宜昌", "gaps": "1"},
]
SORTS = ("gaps", "shortfall", "name", "changes")
PLACES = ("420506", "gaoxin", "420505", "420502", "420583", "420525")


def area(*jurisdictions: str, only: Sequence[int] = ()) -> Scope:
    """Of somebody who sees all figures there, secrets as well: others are refused some orders."""
    found = Scope(
        jurisdictions=frozenset(jurisdictions), enterprise_ids=frozenset(only), may_see_figures=True
    )
    return replace(found, figures=found, secrets=found)


def some_areas() -> list[Scope]:
    """What roles give, then unions by chance; the chance is the same in every run."""
    random = Random(20261122)  # noqa: S311 -- for choosing test cases
    found = [
        area(),
        area("420506"),
        area("420506", "gaoxin"),
        area(only=[7]),
        area("420506", only=[7, 8, 9]),
    ]
    found.append(area("420527", only=[999_999]))
    for _ in range(3):
        places = random.sample(PLACES, random.randint(0, 3))
        found.append(area(*places, only=random.sample(range(1, ENTERPRISES), random.randint(0, 12))))
    return found


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        with transaction() as session:
            fill(session, enterprises=ENTERPRISES, keys=["hnte", "gazelle"])
            for number in range(1, ENTERPRISES, 3):
                told: dict[str, Any] = {"received_on": date(2025, 1, 1), "source": "test"}
                for pool in ("srdi_sme", "above_scale_industry"):
                    session.add(
                        Membership(
                            enterprise_id=number, pool_id=pool, valid_from=date(2025, 1, 1), basis="import",
                            **told,
                        )
                    )  # fmt: skip
                session.add(
                    Certificate(
                        enterprise_id=number, pool_id="hnte", number=f"GR2023{number:08d}",
                        issued_on=date(2023, 12, 1), expires_on=date(2026, 12, 1 + number % 28), **told,
                    )
                )  # fmt: skip
        yield app


@pytest.fixture(params=["few rows are sorted", "every list is walked"])
def way_of_reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Small lists take a short cut; without it the same lists go the way of long ones."""
    if request.param == "every list is walked":
        walk = "enterprise_pipeline.services.candidate_walk"
        monkeypatch.setattr(f"{walk}.MOST_SORTED", -1)
        monkeypatch.setattr(f"{walk}.MOST_LOOKED_UP", -1)
        monkeypatch.setattr("enterprise_pipeline.services.name_search.MOST_FOUND", -1)
    return str(request.param)


def places() -> dict[int, str | None]:
    return {
        row.id: row.jurisdiction for row in reading().execute(select(Enterprise.id, Enterprise.jurisdiction))
    }


def within(scope: Scope) -> Callable[[int], bool]:
    """Whether somebody may see an enterprise, decided in Python."""
    known = places()
    return lambda number: (
        number in known
        and (
            scope.is_everything
            or known[number] in (scope.jurisdictions or ())
            or number in (scope.enterprise_ids or ())
        )
    )


def every_id(wanted: CandidateFilter, scope: Scope) -> list[int]:
    return [
        row.enterprise_id for part in candidates.every_row(wanted, scope=scope, size=SIZE) for row in part
    ]


def there_and_back(wanted: CandidateFilter, scope: Scope) -> list[int]:
    """The list as pages forward, after going back over all of them and seeing the same."""
    forward: list[list[int]] = []
    after: str | None = ""
    while after is not None:
        page = candidates.page(wanted, scope=scope, after=after, size=SIZE)
        forward.append([row.enterprise_id for row in page.rows])
        last, after = page, page.next
    backward = [forward[-1]]
    while last.previous is not None:
        last = candidates.page(wanted, scope=scope, before=last.previous, size=SIZE)
        backward.insert(0, [row.enterprise_id for row in last.rows])
    assert backward == forward
    return [number for part in forward for number in part]


@pytest.mark.usefixtures("filled", "way_of_reading")
def test_a_candidate_list_within_an_area_is_the_whole_list_without_the_others():
    scopes = [(scope, within(scope)) for scope in some_areas()]
    for number, asked in enumerate(FILTERS):
        wanted = parse({**asked, "sort": SORTS[number % len(SORTS)]})
        whole = every_id(wanted, EVERYTHING)
        for place, (scope, is_inside) in enumerate(scopes):
            expected = [each for each in whole if is_inside(each)]
            assert every_id(wanted, scope) == expected, (asked, scope)
            total = candidates.page(wanted, scope=scope, size=SIZE).total
            assert total.n == len(expected) or not total.is_exact, (asked, scope)
            if place % 4 == number % 4:
                assert there_and_back(wanted, scope) == expected, (asked, scope)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_kept_where_two_counties_and_single_enterprises_meet(sort, monkeypatch):
    monkeypatch.setattr("enterprise_pipeline.services.candidate_walk.MOST_SORTED", -1)
    scope = area("420506", "420583", only=[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31])
    wanted, is_inside = parse({"sort": sort}), within(scope)

    assert there_and_back(wanted, scope) == [n for n in every_id(wanted, EVERYTHING) if is_inside(n)]


@pytest.mark.usefixtures("filled", "way_of_reading")
def test_the_counts_beside_the_words_are_those_of_the_area():
    for scope in some_areas():
        is_inside = within(scope)
        for asked in ({}, {"holds": "no"}, {"jurisdiction": "420506"}, {"jurisdiction": "420505"}):
            wanted = parse(asked)
            facets = candidates.page(wanted, scope=scope).facets
            assert facets is not None
            for verdict in Verdict:
                listed = every_id(replace(wanted, verdict=verdict), EVERYTHING)
                assert facets["verdict"].get(verdict.word, 0) == sum(map(is_inside, listed)), (asked, scope)
            for place in (*PLACES, "unknown"):
                listed = every_id(replace(wanted, jurisdiction=place), EVERYTHING)
                assert facets["jurisdiction"].get(place, 0) == sum(map(is_inside, listed)), (asked, scope)


@pytest.mark.usefixtures("filled")
def test_next_and_previous_pass_over_the_enterprises_of_others():
    scope, wanted = area("420506", only=[7]), CandidateFilter()
    listed = every_id(wanted, scope)
    for before, here in pairwise(listed):
        beside = candidates.neighbours(wanted, here, scope=scope)
        assert beside is not None
        assert beside.previous is not None
        assert beside.previous.enterprise_id == before
        assert beside.total.n == len(listed)
    outside = next(number for number in every_id(wanted, EVERYTHING) if number not in listed)
    assert candidates.neighbours(wanted, outside, scope=scope) is None
    at = candidates.page(wanted, scope=EVERYTHING, size=ENTERPRISES).cursors[5]
    beside = candidates.neighbours(wanted, outside, scope=scope, at=at)
    assert beside is not None
    assert {each.enterprise_id for each in (beside.previous, beside.next) if each} <= set(listed)


@pytest.mark.usefixtures("filled")
def test_an_enterprise_that_moved_away_since_the_screening_is_not_shown_any_more():
    scope = area("420506")
    moved = every_id(CandidateFilter(), scope)[0]
    with transaction() as session:
        session.get_one(Enterprise, moved).jurisdiction = "gaoxin"

    assert moved not in every_id(CandidateFilter(), scope)
    assert moved not in [row.enterprise_id for row in candidates.page(CandidateFilter(), scope=scope).rows]


@pytest.mark.usefixtures("filled", "way_of_reading")
def test_the_registry_search_questions_endings_and_coverage_are_cut_alike():
    for scope in some_areas():
        is_inside = within(scope)
        for wanted in (
            EnterpriseFilter(), EnterpriseFilter(sort=Order.NEWEST), EnterpriseFilter(q="新材料"),
            EnterpriseFilter(jurisdiction="420506"), EnterpriseFilter(holds=Tier.SRDI_SME),
            EnterpriseFilter(field="40"), EnterpriseFilter(jurisdiction="unknown"),
        ):  # fmt: skip
            whole = enterprise_page(wanted, scope=EVERYTHING, size=ENTERPRISES).lines
            expected = [line.id for line in whole if is_inside(line.id)]
            shown = enterprise_page(wanted, scope=scope, size=ENTERPRISES)
            assert [line.id for line in shown.lines] == expected, (wanted, scope)
            assert shown.total.n == len(expected), (wanted, scope)
        assert found(scope) == [number for number in found(EVERYTHING) if is_inside(number)]
        assert ending(scope) == [number for number in ending(EVERYTHING) if is_inside(number)]
        assert sum(endings.counts_of_endings(as_of=DAY, within=180, scope=scope).values()) == len(
            ending(scope)
        )
        assert covered(scope) == [number for number in covered(EVERYTHING) if is_inside(number)]
        for row in reading().execute(select(Enterprise.id, Enterprise.credit_code).limit(40)):
            assert search.by_code(row.credit_code, scope=scope) == (row.id if is_inside(row.id) else None)


def found(scope: Scope) -> list[int]:
    return [hit.id for hit in search.find("新材料", scope=scope, limit=ENTERPRISES).hits]


def ending(scope: Scope) -> list[int]:
    page = endings.endings(as_of=DAY, within=180, tier="hnte", scope=scope, size=ENTERPRISES)
    return [each.enterprise_id for each in page.endings]


def covered(scope: Scope) -> list[int]:
    wanted = coverage.CoverageFilter(status=None)
    shown = coverage.coverage(wanted, as_of=DAY, scope=scope, size=ENTERPRISES)
    listed = [line.id for line in shown.lines]
    assert [line.id for line in coverage.every_line(wanted, as_of=DAY, scope=scope)] == listed
    assert shown.total == shown.city.total == len(listed)
    return listed


@pytest.mark.usefixtures("filled")
def test_questions_are_those_of_the_area():
    asked = data_questions.QuestionFilter()
    whole = data_questions.question_page(asked, as_of=DAY, scope=EVERYTHING)
    assert whole.looked_at == ENTERPRISES
    for scope in some_areas():
        is_inside = within(scope)
        page = data_questions.question_page(asked, as_of=DAY, scope=scope)
        assert page.looked_at == sum(map(is_inside, range(1, ENTERPRISES + 1)))
        assert [line.id for line in page.lines] == [line.id for line in whole.lines if is_inside(line.id)]


@pytest.mark.usefixtures("filled")
def test_the_overview_adds_up_ones_own_and_names_no_other_place():
    everyone = {
        verdict: every_id(replace(CandidateFilter(), verdict=verdict), EVERYTHING) for verdict in Verdict
    }
    known = places()
    for scope in some_areas():
        is_inside = within(scope)
        shown = overview(as_of=DAY, tier=Tier.HNTE, ending_within=180, scope=scope)
        assert shown.enterprises == sum(map(is_inside, known))
        assert shown.ending == len(ending(scope))
        assert not shown.is_whole
        assert shown.last_import is None
        total = shown.total(Tier.HNTE)
        assert total.screened == sum(map(is_inside, [n for listed in everyone.values() for n in listed]))
        assert total.judgement == sum(map(is_inside, everyone[Verdict.NEEDS_JUDGEMENT]))
        assert total.undetermined == sum(map(is_inside, everyone[Verdict.UNDETERMINED]))
        own = {known[number] or "" for number in known if is_inside(number)}
        assert set(shown.places) <= own | (scope.jurisdictions or frozenset())
        assert all(shown.at(place, Tier.HNTE) != Counts() for place in own)
