"""Walking a list: which way of reading suits a filter, how many it has, and what stands next to what."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import name_search
from enterprise_pipeline.services.candidate_conditions import driving_ids, of_cube, of_list, of_rest
from enterprise_pipeline.services.candidate_filter import CandidateFilter, Sort
from enterprise_pipeline.services.candidate_keys import Key, in_order, key_of
from enterprise_pipeline.services.candidate_scan import CellScan, NameScan, ValueScan
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.cube import Cube, fits
from enterprise_pipeline.services.live import Live, cube
from models import Enterprise

# Up to so many rows it is cheaper to read and sort them all than to look for them along an index.
MOST_SORTED = 2000
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


def walk(session: Session, shown: Live, wanted: CandidateFilter) -> Walk:
    """Choose how to read the list; ``wanted`` names its standard."""
    counts = cube(session, shown, tier=str(wanted.tier), standard=wanted.standard, basis=wanted.basis)
    if shown.as_of is None or not counts.total:
        return Walk(reader=SortedKeys(wanted.sort, []), total=Count(n=0), facets=counts.facets(wanted))
    known = _known_ids(session, shown, wanted)
    if known is not None:
        ids, left = known
        return _among(session, shown, left, ids)
    return _of_cube(session, shown, wanted, counts)


def _known_ids(
    session: Session, shown: Live, wanted: CandidateFilter
) -> tuple[list[int], CandidateFilter] | None:
    """The few enterprises that one part of the filter leaves, and the rest of the filter; None if not few."""
    if wanted.q:
        ids = name_search.find(session, wanted.q, limit=name_search.MOST_FOUND)
        return None if ids is None else (ids, replace(wanted, q=""))
    driving = driving_ids(shown.table, wanted, as_of=shown.day)
    if driving is None:
        return None
    query, left = driving
    found = set(session.scalars(query.limit(MOST_LOOKED_UP + 1)))
    return None if len(found) > MOST_LOOKED_UP else (sorted(found), left)


def _of_cube(session: Session, shown: Live, wanted: CandidateFilter, counts: Cube) -> Walk:
    """Read a list whose outline the cube knows."""
    table = shown.table
    rest = of_rest(table, wanted, as_of=shown.day)
    n, ranges = counts.count(wanted), counts.ranges(wanted)
    facets = counts.facets(wanted) if rest is None else None
    if n <= MOST_SORTED and not (rest is None and wanted.sort is Sort.GAPS):
        query = _rows(shown, wanted).where(of_cube(table, wanted))
        rows = session.execute(query if rest is None else query.where(rest)).all()
        listed = SortedKeys(wanted.sort, [key_of(wanted.sort, row) for row in rows])
        return Walk(reader=listed, total=Count(n=len(listed)), facets=facets)
    total = Count(n=n) if rest is None else _bounded_count(session, shown, wanted)
    if wanted.sort is Sort.GAPS:
        return Walk(
            reader=CellScan(session, table, wanted, ranges=ranges, rest=rest), total=total, facets=facets
        )
    if wanted.sort is Sort.NAME:
        return Walk(reader=NameScan(session, table, wanted, rest=rest), total=total, facets=facets)
    return Walk(
        reader=ValueScan(session, table, wanted, ranges=ranges, rest=rest), total=total, facets=facets
    )


def _among(session: Session, shown: Live, wanted: CandidateFilter, ids: Sequence[int]) -> Walk:
    """Read a list of which the search words have already found every enterprise."""
    table = shown.table
    rest = of_rest(table, wanted, as_of=shown.day)
    rows: list[Any] = []
    for part in in_parts(ids, MOST_COUNTED):
        query = _rows(shown, wanted).where(table.c.enterprise_id.in_(part))
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


def _bounded_count(session: Session, shown: Live, wanted: CandidateFilter) -> Count:
    """Count the rows of a list, but stop when they are more than anybody reads."""
    table = shown.table
    rest = of_rest(table, wanted, as_of=shown.day, as_sets=True)
    some = select(table.c.enterprise_id).where(of_list(table, wanted), of_cube(table, wanted))
    if rest is not None:
        some = some.where(rest)
    n = session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery())) or 0
    return Count(n=min(n, MOST_COUNTED), is_exact=n <= MOST_COUNTED)
