"""The list of everything registered: found by name, place, industry or what an enterprise holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from enterprise_pipeline.services import name_search
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_conditions import certified_on, holders, in_field, member_on
from enterprise_pipeline.services.candidate_filter import (
    UNKNOWN,
    BadFilter,
    CandidateFilter,
    check_words,
)
from enterprise_pipeline.services.candidate_keys import BadCursor, Cursor, read_parts
from enterprise_pipeline.services.candidate_walk import MOST_COUNTED, MOST_LOOKED_UP, Count
from enterprise_pipeline.services.candidates import built_tiers, with_standard
from enterprise_pipeline.services.cube import Cube
from enterprise_pipeline.services.live import Live, cube, live
from enterprise_pipeline.transaction import reading
from models import AnnualReport, AssessmentCount, Certificate, Enterprise, Membership
from scoring.vocabulary import Tier

PAGE = 50
Key = tuple[Any, ...]


class Order(StrEnum):
    """The orders in which the registry can be read."""

    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class EnterpriseFilter:
    """One list of the registry; the fields are the parameters of the address, empty means "all"."""

    jurisdiction: str = ""
    industry: str = ""
    field: str = ""
    holds: Tier | None = None
    q: str = ""
    sort: Order = Order.NAME

    def address(self) -> dict[str, str]:
        """The query parameters of this list, shortest form."""
        given = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        defaults = {entry.name: entry.default for entry in fields(self)}
        return {name: str(value) for name, value in given.items() if value and value != defaults[name]}


@dataclass(frozen=True, kw_only=True)
class EnterpriseLine:
    """One enterprise: the tiers it is known to hold, and the year of its newest report."""

    id: int
    name: str
    credit_code: str
    jurisdiction: str | None
    industry_code: str | None
    registered_on: date | None
    holds: tuple[Tier, ...]
    newest_year: int | None


@dataclass(frozen=True, kw_only=True)
class EnterprisePage:
    """One page of the registry; ``facets`` are None where they would need every row."""

    wanted: EnterpriseFilter
    lines: list[EnterpriseLine]
    total: Count
    facets: dict[str, dict[str, int]] | None
    first: int
    previous: str | None
    next: str | None


def parse_enterprise_filter(query: Mapping[str, str]) -> EnterpriseFilter:
    """Read a filter from an address; BadFilter naming each parameter that asks for what we do not have."""
    words = {
        "jurisdiction": "jurisdiction",
        "industry": "industry",
        "field": "field",
        "q": "q",
        "holds": "also",
    }
    asked = {checked: query[name] for name, checked in words.items() if query.get(name, "").strip()}
    given, errors = check_words(asked)
    sort = query.get("sort", "").strip() or Order.NAME
    if sort not in frozenset(Order):
        errors.update(check_words({"sort": sort})[1])
    if errors:
        raise BadFilter({("holds" if name == "also" else name): said for name, said in errors.items()})
    holds = given.pop("also", "")
    return EnterpriseFilter(**given, holds=Tier(holds) if holds else None, sort=Order(sort))


def enterprise_page(
    wanted: EnterpriseFilter, *, scope: Scope, after: str = "", before: str = "", size: int = PAGE
) -> EnterprisePage:
    """One page of what ``scope`` shows of the registry, right after or right before a place in it."""
    session = reading()
    shown = live(session)
    listed = _Listed(session, shown, wanted, scope=scope)
    backward = bool(before)
    place = _read(before or after, wanted.sort) if before or after else None
    keys = listed.keys(place.key if place else None, backward=backward, limit=size + 1)
    if backward and len(keys) < size:  # Rows before it went away: show the first page.
        keys, backward, place = listed.keys(None, backward=False, limit=size + 1), False, None
    has_more, keys = len(keys) > size, keys[:size]
    if backward:
        keys.reverse()
    position = 0 if place is None else place.position - len(keys) if backward else place.position + 1
    has_previous = has_more if backward else place is not None
    has_next = backward or has_more
    position = max(position, 0) if has_previous else 0
    total, facets = _count(session, shown, wanted, listed, at_least=position + len(keys))
    return EnterprisePage(
        wanted=wanted,
        lines=_lines(session, shown, [key[-1] for key in keys]),
        total=total,
        facets=facets,
        first=position + 1,
        previous=Cursor(position, keys[0]).text() if keys and has_previous else None,
        next=Cursor(position + len(keys) - 1, keys[-1]).text() if keys and has_next else None,
    )


class _Listed:
    """A list of the registry ready to be read: along an index, or sorted where it is short."""

    def __init__(self, session: Session, shown: Live, wanted: EnterpriseFilter, *, scope: Scope) -> None:
        self._session, self._wanted, self.scope = session, wanted, scope
        ids = _few(session, shown, wanted, scope=scope)
        self.conditions = _conditions(shown, wanted, but_ids=ids is not None)
        if not scope.is_everything:
            self.conditions.append(scope.condition())
        if ids is not None:
            self.conditions.append(Enterprise.id.in_(ids))
        self.is_short = ids is not None

    def keys(self, place: Key | None, *, backward: bool, limit: int) -> list[Key]:
        """Up to ``limit`` keys on the asked side of a place, nearest first."""
        by_name = self._wanted.sort is Order.NAME
        order: tuple[Any, ...] = (Enterprise.initials, Enterprise.id) if by_name else (Enterprise.id,)
        upward = by_name is not backward
        query: Select[*tuple[Any, ...]] = select(*order).where(*self.conditions)
        if place is not None:
            columns, here = tuple_(*order), tuple_(*place)
            query = query.where(columns > here if upward else columns < here)
        query = query.order_by(*(each if upward else each.desc() for each in order)).limit(limit)
        return [tuple(row) for row in self._session.execute(query)]


def _read(text: str, sort: Order) -> Cursor:
    position, parts = read_parts(text)
    shapes: dict[Order, tuple[type, ...]] = {Order.NAME: (str, int), Order.NEWEST: (int,)}
    if len(parts) != len(shapes[sort]) or any(
        type(part) is not kind for part, kind in zip(parts, shapes[sort], strict=True)
    ):
        raise BadCursor
    return Cursor(position, tuple(parts))


def _few(session: Session, shown: Live, wanted: EnterpriseFilter, *, scope: Scope) -> list[int] | None:
    """The enterprises that one indexed part of the filter leaves, where they are few."""
    if wanted.q:
        return name_search.find(session, wanted.q, limit=name_search.MOST_FOUND, scope=scope)
    query: Select[int] | None = None
    if wanted.holds is not None:
        query = holders(shown.table, wanted.holds, shown.day)
    elif wanted.field and wanted.field != UNKNOWN:
        query = select(Enterprise.id).where(in_field(wanted.field))
    if query is None:
        return None
    found = set(session.scalars(query.limit(MOST_LOOKED_UP + 1)))
    return None if len(found) > MOST_LOOKED_UP else sorted(found)


def _conditions(shown: Live, wanted: EnterpriseFilter, *, but_ids: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.jurisdiction:
        place = None if wanted.jurisdiction == UNKNOWN else wanted.jurisdiction
        conditions.append(Enterprise.jurisdiction == place)
    if wanted.industry == UNKNOWN:
        conditions.append(Enterprise.industry_code.is_(None))
    elif wanted.industry:
        conditions.append(func.substr(Enterprise.industry_code, 1, len(wanted.industry)) == wanted.industry)
    if wanted.field:
        conditions.append(in_field(wanted.field))
    if wanted.holds is not None and not (but_ids and not wanted.q):
        held = holders(shown.table, wanted.holds, shown.day)
        conditions.append(Enterprise.id.in_(held))
    if wanted.q and not but_ids:
        conditions.append(name_search.matches(wanted.q))
    return conditions


def _count(
    session: Session, shown: Live, wanted: EnterpriseFilter, listed: _Listed, *, at_least: int
) -> tuple[Count, dict[str, dict[str, int]] | None]:
    """Count by the cube where it knows everything that is asked, else up to a thousand.

    An enterprise registered since the last screening is not in the cube yet;
    a count that the page itself refutes is made anew.
    """
    scope = listed.scope
    if not (wanted.q or wanted.field or scope.enterprise_ids):
        in_cube = with_standard(
            CandidateFilter(
                tier=wanted.holds or Tier.HNTE,
                holds="yes" if wanted.holds else "",
                jurisdiction=wanted.jurisdiction,
                industry=wanted.industry,
            )
        )
        counts: Cube = cube(
            session, shown, tier=str(in_cube.tier), standard=in_cube.standard, basis=in_cube.basis
        )
        if not scope.is_everything:
            counts = counts.within(scope.jurisdictions or frozenset())
        n = counts.count(in_cube)
        if n >= max(at_least, 1):
            return Count(n=n), counts.facets(in_cube)
    some = select(Enterprise.id).where(*listed.conditions).limit(MOST_COUNTED + 1).subquery()
    n = session.scalar(select(func.count()).select_from(some)) or 0
    return Count(n=min(n, MOST_COUNTED), is_exact=n <= MOST_COUNTED), None


def _lines(session: Session, shown: Live, ids: Sequence[int]) -> list[EnterpriseLine]:
    reports = (
        select(AnnualReport.enterprise_id, func.max(AnnualReport.fiscal_year))
        .where(AnnualReport.enterprise_id.in_(ids))
        .group_by(AnnualReport.enterprise_id)
    )
    newest = {row[0]: row[1] for row in session.execute(reports)}
    held = _held(session, shown, ids)
    rows = {row.id: row for row in session.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))}
    return [
        EnterpriseLine(
            id=row.id,
            name=row.name,
            credit_code=row.credit_code,
            jurisdiction=row.jurisdiction,
            industry_code=row.industry_code,
            registered_on=row.registered_on,
            holds=held.get(row.id, ()),
            newest_year=newest.get(row.id),
        )
        for row in (rows[enterprise_id] for enterprise_id in ids if enterprise_id in rows)
    ]


def _held(session: Session, shown: Live, ids: Sequence[int]) -> dict[int, tuple[Tier, ...]]:
    """The tiers that these enterprises are known to hold, in the order of the vocabulary."""
    found: dict[int, set[str]] = {}
    counted = select(AssessmentCount.tier, AssessmentCount.standard).distinct()
    for query in _holdings(shown, ids, screened={(tier, name) for tier, name in session.execute(counted)}):
        for enterprise_id, tier in session.execute(query):
            found.setdefault(enterprise_id, set()).add(tier)
    return {
        enterprise_id: tuple(tier for tier in Tier if tier in tiers) for enterprise_id, tiers in found.items()
    }


def _holdings(
    shown: Live, ids: Sequence[int], *, screened: set[tuple[str, str]]
) -> Iterator[Select[int, str]]:
    """What is held: as screened where a tier was screened, else by lists and certificates on the day."""
    column = shown.table.c
    default = [(str(tier), rule_sets[0].standard) for tier, rule_sets in built_tiers().items()]
    default = [pair for pair in default if pair in screened]
    tiers = [tier for tier, _ in default]
    yield select(column.enterprise_id, column.tier).where(
        column.enterprise_id.in_(ids),
        column.basis == "reported",
        column.holds == 1,
        tuple_(column.tier, column.standard).in_(default),
    )
    yield select(Membership.enterprise_id, Membership.pool_id).where(
        Membership.enterprise_id.in_(ids), Membership.pool_id.not_in(tiers), member_on(shown.day)
    )
    yield select(Certificate.enterprise_id, Certificate.pool_id).where(
        Certificate.enterprise_id.in_(ids), Certificate.pool_id.not_in(tiers), certified_on(shown.day)
    )
