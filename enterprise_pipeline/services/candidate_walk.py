"""Walking a list: which way of reading suits a filter, how many it has, and what stands next to what."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import name_search
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_conditions import (
    Condition,
    driving_ids,
    of_area,
    of_cube,
    of_list,
    of_places,
    of_rest,
)
from enterprise_pipeline.services.candidate_filter import CandidateFilter, Sort
from enterprise_pipeline.services.candidate_keys import Key, in_order, key_of
from enterprise_pipeline.services.candidate_scan import CellScan, NameScan, ValueScan
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.cube import Cube, fits
from enterprise_pipeline.services.live import Live, cube
from models import Enterprise

# Up to so many rows it is cheaper to read and sort them all than to look for them along an index.
MOST_SORTED = 2000
# So many rows are wanted at once when somebody looks at a list.
ROWS_OF_A_PAGE = 50
# Up to so many enterprises are looked up one by one, wherever they stand.
MOST_LOOKED_UP = 4000
# A count that the cube does not know stops here and says "1000+".
MOST_COUNTED = 1000


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many enterprises a list has; where ``is_exact`` is false, there are more than ``n``."""

    n: int
    is_exact: bool = True


class Reader(Protocol):
    """A way of reading the keys of a list from one place on."""

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A list ready to be read; ``facets`` are None where they would need every row."""

    reader: Reader
    total: Count
    facets: dict[str, dict[str, int]] | None


class SortedKeys:
    """A short list, read and sorted at once."""

    def __init__(self, sort: Sort, keys: Sequence[Key]) -> None:
        self._keys = sorted(keys, key=lambda key: in_order(sort, key))
        self._places = [in_order(sort, key) for key in self._keys]
        self._sort = sort

    def __len__(self) -> int:
        """How many there are."""
        return len(self._keys)

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        if before is not None:
            end = bisect_left(self._places, in_order(self._sort, before))
            return self._keys[max(end - limit, 0) : end][::-1]
        start = bisect_right(self._places, in_order(self._sort, after)) if after is not None else 0
        return self._keys[start : start + limit]


class Together:
    """Lists that share no enterprise, read as one."""

    def __init__(self, sort: Sort, readers: Sequence[Reader]) -> None:
        self._sort, self._readers = sort, readers

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        found = [
            key for reader in self._readers for key in reader.keys(after=after, before=before, limit=limit)
        ]
        found.sort(key=lambda key: in_order(self._sort, key), reverse=before is not None)
        return found[:limit]


def walk(session: Session, shown: Live, wanted: CandidateFilter, *, scope: Scope) -> Walk:
    """Choose how to read the part of the list that ``scope`` leaves; ``wanted`` names its standard."""
    counts = cube(session, shown, tier=str(wanted.tier), standard=wanted.standard, basis=wanted.basis)
    if shown.as_of is None or not counts.total:
        return Walk(reader=SortedKeys(wanted.sort, []), total=Count(n=0), facets=counts.facets(wanted))
    known = _known_ids(session, shown, wanted, scope=scope)
    if known is not None:
        ids, left = known
        return _among(session, shown, left, ids, area=of_area(shown.table, scope))
    if scope.is_everything:
        return _of_cube(session, shown, wanted, counts, places=None)
    return _of_area(session, shown, wanted, counts, scope=scope)


def _of_area(session: Session, shown: Live, wanted: CandidateFilter, counts: Cube, *, scope: Scope) -> Walk:
    """Read what a scope leaves: its jurisdictions along the index, its single enterprises one by one."""
    places, ids = scope.jurisdictions or frozenset(), scope.enterprise_ids or frozenset()
    parts: list[Walk] = []
    if places:
        parts.append(_of_places(session, shown, wanted, counts.within(places), places=places))
    if ids or not parts:
        elsewhere = ~of_places(shown.table, places)
        parts.append(_among(session, shown, wanted, sorted(ids), area=elsewhere))
    return parts[0] if len(parts) == 1 else _together(wanted.sort, parts)


def _of_places(
    session: Session, shown: Live, wanted: CandidateFilter, counts: Cube, *, places: frozenset[str]
) -> Walk:
    """Read the list of some jurisdictions; of a single one as if the filter had asked for it."""
    if wanted.jurisdiction:
        if wanted.jurisdiction in places:
            return _of_cube(session, shown, wanted, counts, places=None)
        facets = counts.facets(wanted) if wanted.is_of_the_cube else None
        return Walk(reader=SortedKeys(wanted.sort, []), total=Count(n=0), facets=facets)
    if len(places) == 1:
        return _of_cube(session, shown, replace(wanted, jurisdiction=min(places)), counts, places=None)
    return _of_cube(session, shown, wanted, counts, places=places)


def _together(sort: Sort, parts: Sequence[Walk]) -> Walk:
    """Several parts that share no enterprise as one list."""
    facets: dict[str, Counter[str]] = {}
    for part in parts:
        for name, words in (part.facets or {}).items():
            facets.setdefault(name, Counter()).update(words)
    are_counted = all(part.facets is not None for part in parts)
    return Walk(
        reader=Together(sort, [part.reader for part in parts]),
        total=Count(
            n=sum(part.total.n for part in parts), is_exact=all(part.total.is_exact for part in parts)
        ),
        facets={name: dict(words) for name, words in facets.items()} if are_counted else None,
    )


def _known_ids(
    session: Session, shown: Live, wanted: CandidateFilter, *, scope: Scope
) -> tuple[list[int], CandidateFilter] | None:
    """The few enterprises that one part of the filter leaves, and the rest of the filter; None if not few."""
    if wanted.q:
        ids = name_search.find(session, wanted.q, limit=name_search.MOST_FOUND, scope=scope)
        return None if ids is None else (ids, replace(wanted, q=""))
    driving = driving_ids(shown.table, wanted, as_of=shown.day)
    if driving is None:
        return None
    query, left = driving
    found = set(session.scalars(query.limit(MOST_LOOKED_UP + 1)))
    return None if len(found) > MOST_LOOKED_UP else (sorted(found), left)


def _of_cube(
    session: Session, shown: Live, wanted: CandidateFilter, counts: Cube, *, places: frozenset[str] | None
) -> Walk:
    """Read a list whose outline the cube knows; ``places`` where the filter alone does not say which."""
    table = shown.table
    rest = of_rest(table, wanted, as_of=shown.day)
    n, ranges = counts.count(wanted), counts.ranges(wanted)
    facets = counts.facets(wanted) if rest is None else None
    if _is_quick_to_sort(n, counts, by_gaps=wanted.sort is Sort.GAPS, is_outlined=rest is None):
        query = _rows(shown, wanted).where(of_cube(table, wanted), of_places(table, places))
        rows = session.execute(query if rest is None else query.where(rest)).all()
        listed = SortedKeys(wanted.sort, [key_of(wanted.sort, row) for row in rows])
        return Walk(reader=listed, total=Count(n=len(listed)), facets=facets)
    total = Count(n=n) if rest is None else _bounded_count(session, shown, wanted, places=places)
    if wanted.sort is Sort.GAPS:
        return Walk(
            reader=CellScan(session, table, wanted, ranges=ranges, rest=rest), total=total, facets=facets
        )
    if wanted.sort is Sort.NAME:
        by_name = NameScan(session, table, wanted, places=places, rest=rest)
        return Walk(reader=by_name, total=total, facets=facets)
    by_value = ValueScan(session, table, wanted, ranges=ranges, places=places, rest=rest)
    return Walk(reader=by_value, total=total, facets=facets)


def _is_quick_to_sort(n: int, counts: Cube, *, by_gaps: bool, is_outlined: bool) -> bool:
    """Whether reading ``n`` rows and sorting them takes less than reading an index until a page is full.

    Where the cube knows the whole filter, one row of the index in ``everywhere / n`` is of the list.
    """
    if is_outlined and (by_gaps or n * n > ROWS_OF_A_PAGE * counts.everywhere):
        return False
    return n <= MOST_SORTED


def _among(
    session: Session, shown: Live, wanted: CandidateFilter, ids: Sequence[int], *, area: Condition
) -> Walk:
    """Read a list of which every enterprise is known already; ``area`` is what may be seen of them."""
    table = shown.table
    rest = of_rest(table, wanted, as_of=shown.day)
    rows: list[Any] = []
    for part in in_parts(ids, MOST_COUNTED):
        query = _rows(shown, wanted).where(table.c.enterprise_id.in_(part), area)
        rows += session.execute(query if rest is None else query.where(rest)).all()
    found = Cube(_cube_rows(rows))
    matching = [row for row in rows if fits(wanted, row)]
    listed = SortedKeys(wanted.sort, [key_of(wanted.sort, row) for row in matching])
    return Walk(reader=listed, total=Count(n=len(listed)), facets=found.facets(wanted))


def _rows(shown: Live, wanted: CandidateFilter) -> Select[Any]:
    column = shown.table.c
    query = select(
        column.enterprise_id,
        column.verdict,
        column.holds,
        column.n_failed,
        column.jurisdiction,
        column.industry,
        column.shortfall,
        column.changes_on,
    ).where(of_list(shown.table, wanted))
    if wanted.sort is Sort.NAME:
        query = query.add_columns(Enterprise.initials).join(Enterprise, Enterprise.id == column.enterprise_id)
    return query


def _cube_rows(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(row.verdict, row.holds, row.n_failed, row.jurisdiction, row.industry, 1) for row in rows]


def _bounded_count(
    session: Session, shown: Live, wanted: CandidateFilter, *, places: frozenset[str] | None
) -> Count:
    """Count the rows of a list, but stop when they are more than anybody reads."""
    table = shown.table
    rest = of_rest(table, wanted, as_of=shown.day, as_sets=True)
    outline = (of_list(table, wanted), of_cube(table, wanted), of_places(table, places))
    some = select(table.c.enterprise_id).where(*outline)
    if rest is not None:
        some = some.where(rest)
    n = session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery())) or 0
    return Count(n=min(n, MOST_COUNTED), is_exact=n <= MOST_COUNTED)
