"""The candidate list: one page, its neighbours, and all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_conditions import of_area, of_list
from enterprise_pipeline.services.candidate_filter import BadFilter, CandidateFilter
from enterprise_pipeline.services.candidate_keys import Cursor, Key, key_of, read_cursor
from enterprise_pipeline.services.candidate_rows import CandidateRow, read_rows
from enterprise_pipeline.services.candidate_veil import apart, refuse_ranking, veil_rows
from enterprise_pipeline.services.candidate_walk import Count, Reader, walk
from enterprise_pipeline.services.live import Live, live
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.sizes import sizes_of
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import Enterprise
from scoring.rules_model import RuleSet
from scoring.vocabulary import Tier

PAGE = 50
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class CandidatePage:
    """One page of a list; ``first`` is the number of its first row, ``previous`` and ``next`` are cursors.

    ``as_of`` is the day of the screening, None while there was none; ``facets``
    are None where counting them would mean reading everything.
    """

    wanted: CandidateFilter
    rows: list[CandidateRow]
    cursors: list[str]
    total: Count
    facets: dict[str, dict[str, int]] | None
    first: int
    previous: str | None
    next: str | None
    rule_set: RuleSet | None
    as_of: date | None
    screened_at: datetime | None
    is_synthetic: bool


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """The enterprise before or after one in a list, and its place there."""

    enterprise_id: int
    name: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """What stands beside an enterprise in a list; ``number`` counts from 1."""

    previous: Neighbour | None
    next: Neighbour | None
    number: int
    total: Count


def page(
    wanted: CandidateFilter, *, scope: Scope, after: str = "", before: str = "", size: int = PAGE
) -> CandidatePage:
    """One page of the list, right after or right before a place in it; without a place the first page.

    Raises
    ------
    BadFilter
        If the tier has no such standard, or whoever asks may not order or narrow by gaps.
    BadCursor
        If a place is damaged or belongs to another order.
    """
    refuse_ranking(wanted, scope=scope)
    session = reading()
    shown = live(session)
    wanted = with_standard(wanted)
    found = walk(session, shown, wanted, scope=scope)
    keys, first, has_previous, has_next = _stretch(
        found.reader, wanted, after=after, before=before, size=size
    )
    rows = read_rows(session, shown, wanted, [key[-1] for key in keys], scope=scope)
    veil_rows(session, rows, scope=scope)
    places = {key[-1]: Cursor(first + number, key).text() for number, key in enumerate(keys)}
    cursors = [places[row.enterprise_id] for row in rows]
    return CandidatePage(
        wanted=wanted,
        rows=rows,
        cursors=cursors,
        total=found.total,
        facets=found.facets,
        first=first + 1,
        previous=cursors[0] if has_previous and cursors else None,
        next=cursors[-1] if has_next and cursors else None,
        rule_set=rule_set_of(wanted, shown.as_of),
        as_of=shown.as_of,
        screened_at=shown.screened_at,
        is_synthetic=shown.is_synthetic,
    )


def _stretch(
    reader: Reader, wanted: CandidateFilter, *, after: str, before: str, size: int
) -> tuple[list[Key], int, bool, bool]:
    """The keys of one page, the position of the first, and whether there is more on either side."""
    if before:
        cursor = read_cursor(before, wanted.sort)
        keys = reader.keys(before=cursor.key, limit=size + 1)
        if len(keys) >= size:
            more, keys = len(keys) > size, keys[:size][::-1]
            return keys, max(cursor.position - size, 0) if more else 0, more, True
    position, place = 0, None
    if after:
        cursor = read_cursor(after, wanted.sort)
        position, place = cursor.position + 1, cursor.key
    keys = reader.keys(after=place, limit=size + 1)
    return keys[:size], position, place is not None, len(keys) > size


def neighbours(
    wanted: CandidateFilter, enterprise_id: int, *, scope: Scope, at: str = ""
) -> Neighbours | None:
    """What stands before and after an enterprise in a list; None when it is not in it.

    ``at`` is the place where the list had it, so that "next" still leads on
    after an edit that moved the enterprise elsewhere.
    """
    refuse_ranking(wanted, scope=scope)
    session = reading()
    shown = live(session)
    wanted = with_standard(wanted)
    if at:
        place: Cursor | None = read_cursor(at, wanted.sort)
    else:
        place = _place_of(session, shown, wanted, enterprise_id, scope=scope)
    if place is None:
        return None
    found = walk(session, shown, wanted, scope=scope)
    before = _other_than(enterprise_id, found.reader.keys(before=place.key, limit=2))
    after = _other_than(enterprise_id, found.reader.keys(after=place.key, limit=2))
    names = _names(session, [key[-1] for key in (before, after) if key], scope=scope)
    return Neighbours(
        previous=_neighbour(before, max(place.position - 1, 0), names),
        next=_neighbour(after, place.position + 1, names),
        number=place.position + 1,
        total=found.total,
    )


def _place_of(
    session: Session, shown: Live, wanted: CandidateFilter, enterprise_id: int, *, scope: Scope
) -> Cursor | None:
    table = shown.table
    query = (
        select(table, Enterprise.initials)
        .join(Enterprise, Enterprise.id == table.c.enterprise_id)
        .where(of_list(table, wanted), of_area(table, scope), table.c.enterprise_id == enterprise_id)
    )
    row = session.execute(query).first()
    return None if row is None else Cursor(0, key_of(wanted.sort, row))


def _other_than(enterprise_id: int, keys: list[Key]) -> Key | None:
    return next((key for key in keys if key[-1] != enterprise_id), None)


def _names(session: Session, ids: list[int], *, scope: Scope) -> dict[int, str]:
    query = select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(ids))
    rows = session.execute(scope.apply(query))
    return {row.id: row.name for row in rows}


def _neighbour(key: Key | None, position: int, names: dict[int, str]) -> Neighbour | None:
    if key is None or key[-1] not in names:
        return None
    return Neighbour(enterprise_id=key[-1], name=names[key[-1]], at=Cursor(position, key).text())


def every_row(
    wanted: CandidateFilter, *, scope: Scope, size: int = ROWS_AT_ONCE, with_sizes: bool = False
) -> Iterator[list[CandidateRow]]:
    """All rows of the list in its order, some at a time; with the sizes of the enterprises where asked.

    They are for files, so that no business secret is among them; where a gap is one, neither the place
    of its row in the order nor its being within a size tells it.
    """
    session = reading()
    shown = live(session)
    wanted = with_standard(wanted)
    reader = walk(session, shown, wanted, scope=scope).reader
    keys = reader.keys(limit=size)
    last: list[CandidateRow] = []
    while keys:
        rows = read_rows(session, shown, wanted, [key[-1] for key in keys], scope=scope)
        veil_rows(session, rows, scope=scope, in_file=True)
        rows, hidden = apart(rows, wanted)
        last += hidden
        yield sized(rows, shown) if with_sizes else rows
        keys = reader.keys(after=keys[-1], limit=size)
    if last:
        last.sort(key=lambda row: (row.name, row.enterprise_id))
        yield sized(last, shown) if with_sizes else last


def sized(rows: list[CandidateRow], shown: Live) -> list[CandidateRow]:
    """Fill in the size of each enterprise on the day of the screening."""
    if shown.as_of is not None:
        sizes = sizes_of(reading(), [row.enterprise_id for row in rows], as_of=shown.as_of)
        for row in rows:
            row.size = sizes.get(row.enterprise_id)
    return rows


def screening() -> Live:
    """The screening that lists show now."""
    return live(reading())


def with_standard(wanted: CandidateFilter) -> CandidateFilter:
    """Name the tier's default standard where the filter names none, or one of another tier.

    Whoever changes the tier in a form sends the old tier's standard along.

    Raises
    ------
    BadFilter
        If no tier has such a standard.
    """
    rule_sets = current_rulebook().rule_sets
    standards = {entry.standard: entry.is_default for entry in rule_sets if entry.tier is wanted.tier}
    if wanted.standard in standards:
        return wanted
    if wanted.standard and all(entry.standard != wanted.standard for entry in rule_sets):
        message = Text(N_("没有“%(standard)s”这个标准；请从列表中选择。"), standard=wanted.standard)
        raise BadFilter({"standard": message})
    default = next((standard for standard, is_default in standards.items() if is_default), "")
    return replace(wanted, standard=default)


def rule_set_of(wanted: CandidateFilter, day: date | None) -> RuleSet | None:
    """The rule set that a list is about on a day (of any day while nothing was screened)."""
    for entry in current_rulebook().rule_sets:
        if (
            entry.tier is wanted.tier
            and entry.standard == wanted.standard
            and (day is None or entry.holds_on(day))
        ):
            return entry
    return None


def built_tiers() -> dict[Tier, list[RuleSet]]:
    """The tiers that have rule sets, each with one rule set per standard, the default first."""
    tiers: dict[Tier, dict[str, RuleSet]] = {}
    for entry in current_rulebook().rule_sets:
        tiers.setdefault(entry.tier, {}).setdefault(entry.standard, entry)
    return {tier: list(standards.values()) for tier, standards in tiers.items()}


def without_standard(wanted: CandidateFilter) -> CandidateFilter:
    """The same filter for an address, where the default standard goes without saying."""
    is_default = with_standard(replace(wanted, standard="")).standard == wanted.standard
    return replace(wanted, standard="") if is_default else wanted
