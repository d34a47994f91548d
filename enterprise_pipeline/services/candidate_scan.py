"""Pages of a long list, each read from an index at the place where the last one ended; never by OFFSET."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, Tuple, and_, bindparam, exists, select, tuple_
from sqlalchemy.orm import Session

from enterprise_pipeline.services.candidate_conditions import (
    Condition,
    of_cube,
    of_list,
    of_list_in_another_order,
    of_places,
)
from enterprise_pipeline.services.candidate_filter import UNKNOWN, CandidateFilter, Sort
from enterprise_pipeline.services.candidate_keys import Key, in_order
from enterprise_pipeline.services.cube import HOLDS_UNKNOWN, Range
from models import Enterprise


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
        self._session, self._table, self._ranges = session, table, ranges
        self._list = {"tier": str(wanted.tier), "standard": wanted.standard, "basis": wanted.basis}
        self._rest = rest

    def keys(self, *, after: Key | None = None, before: Key | None = None, limit: int) -> list[Key]:
        """Up to ``limit`` keys right after one, or right before one (nearest first)."""
        found: list[Key] = []
        edge, backward = (before, True) if before is not None else (after, False)
        connection = self._session.connection()
        for stretch in self._beyond(edge, backward=backward):
            parameters = {
                **self._list,
                "verdict": stretch.verdict,
                "holds": stretch.holds,
                **dict(zip(_FIRST, stretch.first, strict=True)),
                **dict(zip(_LAST, stretch.last, strict=True)),
                "most": limit - len(found),
            }
            is_cut = edge is not None and _cuts(edge, stretch)
            if edge is not None and is_cut:
                parameters.update(zip(_HERE, edge[2:], strict=True))
            shape = _Shape(stretch.holds == HOLDS_UNKNOWN, is_cut, backward)
            statement = _stretch_of(self._table, shape)
            if self._rest is not None:
                statement = statement.where(self._rest)
            rows = connection.execute(statement, parameters).all()
            found += [(stretch.verdict, stretch.holds, *row) for row in rows]
            if len(found) >= limit:
                break
        return found

    def _beyond(self, edge: Key | None, *, backward: bool) -> Sequence[Range]:
        """The ranges on the asked side of the edge, nearest first."""
        if edge is None:
            return self._ranges
        place = in_order(Sort.GAPS, edge)[:-1]
        if backward:
            end = bisect_right(self._ranges, place, key=lambda each: (*each.rank, *each.first))
            return self._ranges[:end][::-1]
        return self._ranges[bisect_left(self._ranges, place, key=lambda each: (*each.rank, *each.last)) :]


def _cuts(edge: Key, stretch: Range) -> bool:
    """Whether a place lies within a stretch, so that only a part of it is left to read."""
    return edge[:2] == (stretch.verdict, stretch.holds) and stretch.first <= edge[2:-1] <= stretch.last


class _Shape(NamedTuple):
    """Which conditions a statement has; its values are parameters."""

    holds_unknown: bool
    is_cut: bool
    backward: bool


_FIRST = ("first_gaps", "first_jurisdiction", "first_industry")
_LAST = ("last_gaps", "last_jurisdiction", "last_industry")
_HERE = ("here_gaps", "here_jurisdiction", "here_industry", "here_id")


@cache
def _stretch_of(table: Table, shape: _Shape) -> Select[*tuple[Any, ...]]:
    """The statement that reads a stretch of the index, made once."""
    column = table.c
    cell = (column.n_failed, column.jurisdiction, column.industry)
    place = (*cell, column.enterprise_id)
    bounds: list[ColumnElement[bool]] = [
        column.tier == bindparam("tier"),
        column.standard == bindparam("standard"),
        column.basis == bindparam("basis"),
        column.verdict == bindparam("verdict"),
        column.holds.is_(None) if shape.holds_unknown else column.holds == bindparam("holds"),
    ]
    # SQLite begins at the first bound that it is given, so the edge stands in for the end that it cuts off.
    here = _parameters(place, _HERE)
    if shape.is_cut and not shape.backward:
        bounds.append(tuple_(*place) > here)
    else:
        bounds.append(tuple_(*cell) >= _parameters(cell, _FIRST))
    if shape.is_cut and shape.backward:
        bounds.append(tuple_(*place) < here)
    else:
        bounds.append(tuple_(*cell) <= _parameters(cell, _LAST))
    # PostgreSQL does not take IS NULL for an equality, so the holding has to stand in the order.
    order = [each.desc() if shape.backward else each for each in (column.holds, *place)]
    return select(*place).where(*bounds).order_by(*order).limit(bindparam("most"))


def _parameters(columns: Sequence[ColumnElement[Any]], names: Sequence[str]) -> Tuple:
    return tuple_(*(bindparam(name, type_=column.type) for column, name in zip(columns, names, strict=True)))


class NameScan:
    """The order by name: enterprises in that order, each tried for a matching assessment."""

    def __init__(
        self,
        session: Session,
        table: Table,
        wanted: CandidateFilter,
        *,
        places: frozenset[str] | None,
        rest: Condition | None,
    ) -> None:
        self._session = session
        conditions = [of_list(table, wanted), of_cube(table, wanted), of_places(table, places)]
        # As an EXISTS neither database is tempted to sort all matching rows first.
        assessed = exists().where(
            table.c.enterprise_id == Enterprise.id, *conditions, *([] if rest is None else [rest])
        )
        self._query = select(Enterprise.initials, Enterprise.id).where(assessed)
        if wanted.jurisdiction:
            place = None if wanted.jurisdiction == UNKNOWN else wanted.jurisdiction
            self._query = self._query.where(Enterprise.jurisdiction == place)
        if places is not None:
            self._query = self._query.where(Enterprise.jurisdiction.in_(sorted(places)))

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
        places: frozenset[str] | None,
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
        conditions = [those(table, wanted), of_cube(table, wanted), of_places(table, places)]
        conditions += [] if rest is None else [rest]
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
