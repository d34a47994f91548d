"""Pages of a long list, each read from an index at the place where the last one ended; never by OFFSET."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from enterprise_pipeline.services.candidate_conditions import (
    Condition,
    holding,
    of_cube,
    of_list,
    of_list_in_another_order,
)
from enterprise_pipeline.services.candidate_filter import UNKNOWN, CandidateFilter, Sort
from enterprise_pipeline.services.candidate_keys import Key, in_order
from enterprise_pipeline.services.cube import Range
from models import Enterprise

# A statement reads at most so many ranges; a list with more goes on with the next statement.
RANGES_PER_STATEMENT = 40


class CellScan:
    """The order by verdict, holding and gaps: the cube says which stretches of the index to read."""

    def __init__(
        self,
        session: Session,
        table: Table,
        wanted: CandidateFilter,
        *,
        ranges: Sequence[Range],
        rest: Condition | None,
    ) -> None:
        self._session, self._table, self._wanted = session, table, wanted
        self._ranges, self._rest = ranges, rest

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        found: list[Key] = []
        edge, backward = (before, True) if before is not None else (after, False)
        for part in self._parts(edge, backward=backward, limit=limit):
            arms = [
                self._arm(number, stretch, edge, backward=backward, limit=limit - len(found))
                for number, stretch in enumerate(part)
            ]
            rows = self._session.execute(arms[0] if len(arms) == 1 else union_all(*arms)).all()
            keys = [(part[row[0]].verdict, part[row[0]].holds, *row[1:]) for row in rows]
            found += sorted(keys, key=lambda key: in_order(Sort.GAPS, key), reverse=backward)
            if len(found) >= limit:
                break
        return found[:limit]

    def _parts(self, edge: Key | None, *, backward: bool, limit: int) -> Iterator[Sequence[Range]]:
        """Cut the ranges beyond the edge into statements; few of them promise to fill a page."""
        ranges = list(reversed(self._ranges)) if backward else list(self._ranges)
        if edge is not None:
            place = in_order(Sort.GAPS, edge)[:-1]
            ranges = [
                each
                for each in ranges
                if ((*each.rank, *each.first) <= place if backward else (*each.rank, *each.last) >= place)
            ]
        start = 0
        while start < len(ranges):
            end, promised = start + 1, 0
            while end < len(ranges) and end - start < RANGES_PER_STATEMENT and promised < limit:
                promised += ranges[end].count
                end += 1
            yield ranges[start:end]
            start = end

    def _arm(
        self, number: int, stretch: Range, edge: Key | None, *, backward: bool, limit: int
    ) -> Select[Any]:
        column = self._table.c
        cell = (column.n_failed, column.jurisdiction, column.industry)
        place = (*cell, column.enterprise_id)
        bounds: list[ColumnElement[bool]] = [
            column.verdict == stretch.verdict,
            holding(self._table, stretch.holds),
            tuple_(*cell) >= tuple_(*stretch.first),
            tuple_(*cell) <= tuple_(*stretch.last),
        ]
        if edge is not None and (edge[0], edge[1]) == (stretch.verdict, stretch.holds):
            here = tuple_(*edge[2:])
            bounds.append(tuple_(*place) < here if backward else tuple_(*place) > here)
        if self._rest is not None:
            bounds.append(self._rest)
        # PostgreSQL does not take IS NULL for an equality, so the holding has to stand in the order.
        order = [each.desc() if backward else each for each in (column.holds, *place)]
        query = (
            select(literal(number).label("arm"), *place)
            .where(of_list(self._table, self._wanted), *bounds)
            .order_by(*order)
            .limit(limit)
        )
        return select(query.subquery())


class NameScan:
    """The order by name: enterprises in that order, each tried for a matching assessment."""

    def __init__(
        self, session: Session, table: Table, wanted: CandidateFilter, *, rest: Condition | None
    ) -> None:
        self._session = session
        conditions = [of_list(table, wanted), of_cube(table, wanted)]
        # As an EXISTS neither database is tempted to sort all matching rows first.
        assessed = exists().where(
            table.c.enterprise_id == Enterprise.id, *conditions, *([] if rest is None else [rest])
        )
        self._query = select(Enterprise.initials, Enterprise.id).where(assessed)
        if wanted.jurisdiction:
            place = None if wanted.jurisdiction == UNKNOWN else wanted.jurisdiction
            self._query = self._query.where(Enterprise.jurisdiction == place)

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        order = (Enterprise.initials, Enterprise.id)
        return _read(self._session, self._query, order, after=after, before=before, limit=limit)


class ValueScan:
    """The orders by shortfall and by change: rows with a value along its index, then the rest by gaps."""

    def __init__(
        self,
        session: Session,
        table: Table,
        wanted: CandidateFilter,
        *,
        ranges: Sequence[Range],
        rest: Condition | None,
    ) -> None:
        self._session = session
        column = table.c
        by_shortfall = wanted.sort is Sort.SHORTFALL
        self._value = column.shortfall if by_shortfall else column.changes_on
        self._list = (column.tier, column.standard, column.basis)
        self._constants = (str(wanted.tier), wanted.standard, wanted.basis)
        # These three are constant here; the index by change has them between the day and the enterprise.
        self._order = (self._value, *(() if by_shortfall else self._list), column.enterprise_id)
        self._between = () if by_shortfall else self._constants
        # Even the first page begins at a place, because SQLite then keeps to the index.
        self._first = (0.0 if by_shortfall else date.min, *self._between, 0)
        self._last = (float("inf") if by_shortfall else date.max, *self._between, 0)
        those = of_list if by_shortfall else of_list_in_another_order
        conditions = [those(table, wanted), of_cube(table, wanted), *([] if rest is None else [rest])]
        self._known = select(self._value, column.enterprise_id).where(*conditions, self._value.is_not(None))
        nothing_known = self._value.is_(None)
        without = nothing_known if rest is None else and_(rest, nothing_known)
        self._unknown = CellScan(session, table, wanted, ranges=ranges, rest=without)

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        if before is not None and before[0] is not None:
            return self._with_value(before=before, limit=limit)
        if after is not None and after[0] is None:
            return self._without_value(after=after[1:], limit=limit)
        if before is not None:
            found = self._without_value(before=before[1:], limit=limit)
            return found + self._with_value(backward=True, limit=limit - len(found))
        found = self._with_value(after=after, limit=limit)
        return found + self._without_value(limit=limit - len(found))

    def _with_value(
        self, *, after: Key | None = None, before: Key | None = None, limit: int, backward: bool = False
    ) -> list[Key]:
        if backward or before is not None:
            place = self._last if before is None else (before[0], *self._between, before[1])
            return _read(self._session, self._known, self._order, before=place, limit=limit)
        place = self._first if after is None else (after[0], *self._between, after[1])
        return _read(self._session, self._known, self._order, after=place, limit=limit)

    def _without_value(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        if limit <= 0:
            return []
        return [(None, *key) for key in self._unknown.keys(after=after, before=before, limit=limit)]


def _read(
    session: Session,
    query: Select[*tuple[Any, ...]],
    order: Sequence[Any],
    *,
    after: Key | None = None,
    before: Key | None = None,
    limit: int,
) -> list[Key]:
    """Read on from a place along an index, forward unless the place is to be before."""
    if limit <= 0:
        return []
    if before is not None:
        query = query.where(tuple_(*order) < tuple_(*before)).order_by(*(each.desc() for each in order))
    elif after is not None:
        query = query.where(tuple_(*order) > tuple_(*after)).order_by(*order)
    else:
        query = query.order_by(*order)
    return [tuple(row) for row in session.execute(query.limit(limit))]
