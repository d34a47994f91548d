"""Lists against a plain reading of every row: same rows, same order, same counts, page by page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from benchmarks.listing_data import fill, recount
from enterprise_pipeline.services import candidates
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.candidate_filter import CandidateFilter, parse
from enterprise_pipeline.services.candidate_keys import BadCursor, in_order, key_of
from enterprise_pipeline.transaction import reading, transaction
from models import ASSESSMENTS, Enterprise, EnterpriseName, Membership, RegistryState, ScreeningRun, db

ENTERPRISES = 300
FILTERS: list[dict[str, str]] = [
    {},
    {"verdict": "not_eligible"},
    {"verdict": "eligible", "holds": "no"},
    {"jurisdiction": "420506"},
    {"jurisdiction": "unknown"},
    {"industry": "C"},
    {"industry": "C26"},
    {"industry": "unknown", "gaps": "1"},
    {"holds": "yes"},
    {"holds": "unknown", "gaps": "0"},
    {"gaps": "3+", "jurisdiction": "gaoxin"},
    {"field": "40"},
    {"field": "405"},
    {"field": "unknown", "verdict": "undetermined"},
    {"size": "20"},
    {"also": "gazelle"},
    {"also": "srdi_sme"},
    {"also": "srdi_sme", "holds": "no", "jurisdiction": "420506"},
    {"q": "新材料"},
    {"q": "宜昌", "gaps": "1"},
    {"q": "没有这样的企业"},
]
SORTS = ("gaps", "shortfall", "name", "changes")


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        with transaction() as session:
            fill(session, enterprises=ENTERPRISES, keys=["hnte", "gazelle"])
            session.add_all(
                Membership(
                    enterprise_id=number,
                    pool_id="srdi_sme",
                    valid_from=date(2025, 1, 1),
                    valid_to=date(2026, 11, 21) if number % 3 == 0 else None,
                    basis="import",
                    received_on=date(2025, 1, 1),
                    source="test",
                )
                for number in range(1, ENTERPRISES, 4)
            )
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


class Everything:
    """All rows of all lists, read once, and plain Python to decide with."""

    def __init__(self) -> None:
        session, table, day = reading(), ASSESSMENTS[0], date(2026, 11, 22)
        known = (Enterprise.name, Enterprise.initials, Enterprise.hitech_field)
        self.rows = session.execute(
            select(table, *known).join(Enterprise, Enterprise.id == table.c.enterprise_id)
        ).all()
        self.members = {
            (row.pool_id, row.enterprise_id)
            for row in session.scalars(select(Membership))
            if row.valid_from <= day and (row.valid_to or day) >= day
        }
        self.members |= {(row.tier, row.enterprise_id) for row in self.rows if row.holds == 1}

    def ids(self, wanted: CandidateFilter) -> list[int]:
        """The enterprises of a list in its order."""
        rows = [row for row in self.rows if (row.tier, row.basis) == (wanted.tier, wanted.basis)]
        members = {enterprise_id for pool, enterprise_id in self.members if pool == wanted.also}
        matching = [row for row in rows if _matches(wanted, row, members)]
        return [
            row.enterprise_id
            for row in sorted(matching, key=lambda row: in_order(wanted.sort, key_of(wanted.sort, row)))
        ]


def _matches(wanted: CandidateFilter, row: Any, members: set[int]) -> bool:
    def says(asked: str, value: str | None) -> bool:
        return not asked or (not value if asked == "unknown" else (value or "").startswith(asked))

    field = row.hitech_field
    group = wanted.field[:1] if wanted.field.endswith("0") else wanted.field
    return (
        (wanted.verdict is None or row.verdict == wanted.verdict)
        and says(wanted.jurisdiction, row.jurisdiction)
        and says(wanted.industry, row.industry)
        and (not wanted.holds or {1: "yes", 0: "no", None: "unknown"}[row.holds] == wanted.holds)
        and (
            not wanted.gaps
            or (row.n_failed >= 3 if wanted.gaps == "3+" else row.n_failed == int(wanted.gaps))
        )
        and (
            not wanted.field
            or (field is None if wanted.field == "unknown" else (field or "").startswith(group))
        )
        and (not wanted.size or (row.shortfall is not None and row.shortfall <= int(wanted.size) / 100))
        and (wanted.also is None or row.enterprise_id in members)
        and (not wanted.q or wanted.q in row.name)
    )


def walked(wanted: CandidateFilter, size: int) -> tuple[list[int], list[str]]:
    """Follow "next" to the end, noting the first cursor of each page but the first."""
    found, starts, after = [], [], ""
    while True:
        page = candidates.page(wanted, scope=EVERYTHING, after=after, size=size)
        assert page.first == len(found) + 1 or not page.rows
        found += [row.enterprise_id for row in page.rows]
        if after:
            starts.append(page.cursors[0])
        if page.next is None:
            return found, starts
        after = page.next


@pytest.mark.parametrize("sort", SORTS)
def test_pages_forward_and_back_show_every_matching_row_once_in_order(
    filled: Flask, way_of_reading: str, sort: str
) -> None:
    everything = Everything()
    for query in FILTERS:
        wanted = parse({**query, "sort": sort})
        plain = everything.ids(wanted)
        size = max(3, len(plain) // 3)
        found, starts = walked(wanted, size)
        assert found == plain, (query, sort)
        for number, start in enumerate(starts, start=1):
            page = candidates.page(wanted, scope=EVERYTHING, before=start, size=size)
            first = (number - 1) * size
            assert [row.enterprise_id for row in page.rows] == plain[first : first + size], (query, sort)
            assert page.first == first + 1
            assert (page.previous is None) == (first == 0)


def test_counts_are_exact_and_facets_add_up(filled: Flask) -> None:
    everything = Everything()
    for query in FILTERS:
        wanted = parse(query)
        page = candidates.page(wanted, scope=EVERYTHING)
        assert page.total.is_exact
        assert page.total.n == len(everything.ids(wanted)), query
        if page.facets is None:
            continue
        for name in ("jurisdiction", "industry", "holds", "gaps", "verdict"):
            if name == "industry" and wanted.industry:
                continue
            for word, n in page.facets[name].items():
                assert n == len(everything.ids(parse({**query, name: word}))), (query, name, word)


def test_a_long_list_with_other_conditions_counts_to_a_thousand_and_says_more(
    filled: Flask, way_of_reading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enterprise_pipeline.services.candidate_walk.MOST_COUNTED", 20)
    total = candidates.page(parse({"q": "宜昌"}), scope=EVERYTHING).total
    if way_of_reading == "every list is walked":
        assert (total.n, total.is_exact) == (20, False)
    else:
        assert total.is_exact


def test_a_former_name_initials_and_a_part_of_a_code_find_an_enterprise(filled: Flask) -> None:
    with transaction() as session:
        session.add(
            EnterpriseName(enterprise_id=5, name="宜昌旧名酿造有限公司", initials="ycjmnzyxgs", source="test")
        )
    for q in ("旧名酿造", "jmnz", "JMNZ"):
        assert [row.enterprise_id for row in candidates.page(parse({"q": q}), scope=EVERYTHING).rows] == [5]
    code = reading().scalar(select(Enterprise.credit_code).where(Enterprise.id == 5))
    assert [
        row.enterprise_id for row in candidates.page(parse({"q": f" {code} "}), scope=EVERYTHING).rows
    ] == [5]


def test_percent_signs_and_underscores_are_only_characters(filled: Flask) -> None:
    for q in ("%", "_", "%%%", "'; --"):
        assert candidates.page(parse({"q": q}), scope=EVERYTHING).rows == []


def test_neighbours_lead_through_the_list_in_both_directions(filled: Flask) -> None:
    everything = Everything()
    for sort in SORTS:
        wanted = parse({"jurisdiction": "420506", "sort": sort})
        plain = everything.ids(wanted)
        page = candidates.page(wanted, scope=EVERYTHING, size=len(plain))
        for number, (enterprise_id, at) in enumerate(zip(plain, page.cursors, strict=True)):
            beside = candidates.neighbours(wanted, enterprise_id, scope=EVERYTHING, at=at)
            assert beside is not None
            assert beside.number == number + 1
            before = beside.previous.enterprise_id if beside.previous else None
            after = beside.next.enterprise_id if beside.next else None
            assert before == (plain[number - 1] if number else None)
            assert after == (plain[number + 1] if number + 1 < len(plain) else None)


def test_next_leads_on_from_the_old_place_after_an_edit_moved_the_enterprise(filled: Flask) -> None:
    wanted = parse({"verdict": "undetermined"})
    page = candidates.page(wanted, scope=EVERYTHING)
    middle = page.rows[3].enterprise_id
    with transaction() as session:
        table = ASSESSMENTS[0]
        session.execute(
            update(table)
            .where(table.c.enterprise_id == middle, table.c.tier == "hnte")
            .values(verdict=3, n_missing=0, missing=0)
        )
        _another_run(session)
        recount(session)
    beside = candidates.neighbours(wanted, middle, scope=EVERYTHING, at=page.cursors[3])
    assert beside is not None
    assert beside.previous is not None
    assert beside.next is not None
    assert beside.previous.enterprise_id == page.rows[2].enterprise_id
    assert beside.next.enterprise_id == page.rows[4].enterprise_id


def test_the_next_screening_is_seen_at_once(filled: Flask) -> None:
    wanted = parse({"verdict": "eligible"})
    before = candidates.page(wanted, scope=EVERYTHING).total.n
    with transaction() as session:
        table = ASSESSMENTS[0]
        chosen = select(table.c.enterprise_id).where(table.c.tier == "hnte", table.c.verdict == 1).limit(2)
        ids = list(session.scalars(chosen))
        session.execute(
            update(table).where(table.c.enterprise_id.in_(ids), table.c.tier == "hnte").values(verdict=3)
        )
        _another_run(session)
        recount(session)
    after = candidates.page(wanted, scope=EVERYTHING)
    assert after.total.n == before + 2
    assert set(ids) <= {row.enterprise_id for row in after.rows}


def _another_run(session: Any) -> None:
    first = session.get(ScreeningRun, 1)
    values = {
        column.key: getattr(first, column.key)
        for column in ScreeningRun.__table__.columns
        if column.key != "id"
    }
    session.add(ScreeningRun(id=2, **values))


def test_a_registry_without_a_screening_has_an_empty_list(app: Flask) -> None:
    with app.app_context():
        page = candidates.page(CandidateFilter(), scope=EVERYTHING)
    assert (page.rows, page.total.n, page.as_of, page.next, page.previous) == ([], 0, None, None, None)


def test_the_other_slot_is_read_once_it_is_live(filled: Flask) -> None:
    with transaction() as session:
        table = ASSESSMENTS[0]
        rows = session.execute(
            select(table).where(table.c.enterprise_id <= 10, table.c.tier == "hnte")
        ).mappings()
        session.execute(ASSESSMENTS[1].insert(), [dict(row) for row in rows])
        session.execute(update(RegistryState).values(live_slot=1))
        session.execute(table.delete())
    rows = candidates.page(replace(CandidateFilter(), verdict=None), scope=EVERYTHING).rows
    assert {row.enterprise_id for row in rows} <= set(range(1, 11))


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "!!!", "WzAsMywwXQ", "bnVsbA", "W251bGwsMSwyXQ"])
def test_a_damaged_place_is_refused_in_words(filled: Flask, cursor: str) -> None:
    with pytest.raises(BadCursor) as raised:
        candidates.page(CandidateFilter(), scope=EVERYTHING, after=cursor)
    assert "第一页" in raised.value.message


def test_a_place_of_another_order_is_refused(filled: Flask) -> None:
    at = candidates.page(parse({"sort": "name"}), scope=EVERYTHING).cursors[0]
    with pytest.raises(BadCursor):
        candidates.page(CandidateFilter(), scope=EVERYTHING, after=at)


@pytest.fixture
def statements(filled: Flask) -> Iterator[Callable[[], list[str]]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield lambda: seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.databases("postgresql")  # For SQLite, every LIMIT is written with an OFFSET of nought.
def test_a_page_takes_few_statements_and_never_an_offset(statements: Callable[[], list[str]]) -> None:
    page = candidates.page(CandidateFilter(), scope=EVERYTHING, size=20)
    statements().clear()
    candidates.page(CandidateFilter(), scope=EVERYTHING, after=page.next or "", size=20)
    selects = [statement for statement in statements() if statement.startswith("SELECT")]
    assert len(selects) <= 7
    assert not any("OFFSET" in statement for statement in selects)
