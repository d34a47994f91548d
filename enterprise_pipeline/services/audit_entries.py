"""The audit trail as people read it: filtered, newest first, one entry with its values, and the exports."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope, Statement
from enterprise_pipeline.services.audit_chain import EVENT_SUBJECT
from enterprise_pipeline.services.business_secrets import veil_of
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.enterprises import SUBJECT as ENTERPRISE
from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.export_receipts import SUBJECT as EXPORT
from enterprise_pipeline.services.history import REGISTRY_EMPTIED, REGISTRY_SUBJECT
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.services.veiling import ABOUT_PEOPLE, PERSON, why_recorded
from enterprise_pipeline.transaction import reading
from models import Account, AuditEvent, Enterprise
from models.base import JsonObject

PAGE = 50
BLOCK = 2_000
ACCOUNT = "account"
# Texts that people or files wrote, in which figures of an enterprise may stand.
FREE_TEXT = frozenset({"content", "reason"})
FREE_TEXT_OF = ("question.", "standard.case")
_E = AuditEvent
COLUMNS = (_E.id, _E.occurred_at, _E.actor, _E.action, _E.subject_type, _E.subject_id)


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries somebody looks for; what is empty does not count. ``until`` is not included."""

    actor: str = ""
    actions: frozenset[str] | None = None
    subject_type: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry without its values; ``name`` is what its subject is called, where it still has a name."""

    number: int
    occurred_at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """Some entries, newest first; ``older`` and ``newer`` are the places to go on from."""

    lines: tuple[Line, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value before and after; a hidden one keeps its name only."""

    name: str
    before: Any = None
    after: Any = None
    is_hidden: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether there was something else before."""
        return bool(self.before != self.after)


@dataclass(frozen=True, kw_only=True)
class FullEntry:
    """One entry with its values and its link of the chain; ``erased_by`` is the entry that says why."""

    line: Line
    values: tuple[Value, ...]
    is_erased: bool
    erased_by: int | None
    previous: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ExportLine:
    """One file that was taken; ``told`` is what its receipt says, None where that was erased."""

    line: Line
    told: JsonObject | None


def entry_page(wanted: AuditFilter, *, before: int | None = None, after: int | None = None) -> EntryPage:
    """One page of the trail, by the number of an entry: older than ``before`` or newer than ``after``."""
    session, query = reading(), _filtered(select(*COLUMNS), wanted)
    if after is not None:
        rows = session.execute(query.where(_E.id > after).order_by(_E.id).limit(PAGE + 1)).all()
        shown, has_older, has_newer = rows[:PAGE][::-1], True, len(rows) > PAGE
    else:
        query = query if before is None else query.where(_E.id < before)
        rows = session.execute(query.order_by(_E.id.desc()).limit(PAGE + 1)).all()
        shown, has_older, has_newer = rows[:PAGE], len(rows) > PAGE, before is not None
    lines = tuple(_named(session, shown))
    return EntryPage(
        lines=lines,
        older=lines[-1].number if lines and has_older else None,
        newer=lines[0].number if lines and has_newer else None,
    )


def every_entry(wanted: AuditFilter) -> Iterator[Line]:
    """Every entry of a filter, newest first, a block at a time."""
    session, query = reading(), _filtered(select(*COLUMNS), wanted).order_by(_E.id.desc()).limit(BLOCK)
    rows = session.execute(query).all()
    while rows:
        yield from _named(session, rows)
        rows = session.execute(query.where(_E.id < rows[-1].id)).all()


def entry(number: int, *, scope: Scope) -> FullEntry:
    """One entry with what it changed, as far as whoever looks may see it.

    Raises
    ------
    NotFound
        If there is no such entry.
    """
    session = reading()
    event = session.get(AuditEvent, number)
    if event is None:
        raise NotFound(Text(N_("没有第 %(id)s 条操作记录。"), id=number))
    line = _named(session, [event])[0]
    return FullEntry(
        line=line,
        values=tuple(_values(session, event, scope)),
        is_erased=event.payload is None,
        erased_by=_erasure(session, number) if event.payload is None else None,
        previous=event.previous,
        digest=event.digest,
    )


def exports(
    *, actor: str = "", number: str = "", before: int | None = None
) -> tuple[list[ExportLine], int | None]:
    """The newest files that were taken, with what each receipt says; and where to go on."""
    query = select(AuditEvent).where(_E.subject_type == EXPORT).order_by(_E.id.desc()).limit(PAGE + 1)
    query = query.where(_E.actor == actor) if actor else query
    query = query.where(_E.subject_id == number) if number else query
    query = query.where(_E.id < before) if before is not None else query
    session = reading()
    events = list(session.scalars(query))
    lines = _named(session, events[:PAGE])
    shown = [ExportLine(line=line, told=event.after) for line, event in zip(lines, events, strict=False)]
    return shown, lines[-1].number if len(events) > PAGE else None


def _filtered(query: Statement, wanted: AuditFilter) -> Statement:
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor:
        conditions.append(_E.actor == wanted.actor)
    if wanted.actions is not None:
        conditions.append(_E.action.in_(sorted(wanted.actions)))
    if wanted.subject_type:
        conditions.append(_E.subject_type == wanted.subject_type)
    if wanted.subject_id:
        conditions.append(_E.subject_id == wanted.subject_id)
    if wanted.since:
        conditions.append(_E.occurred_at >= wanted.since)
    if wanted.until:
        conditions.append(_E.occurred_at < wanted.until)
    return query.where(*conditions)


def _named(session: Session, rows: Iterable[Any]) -> list[Line]:
    """Entries with the names of their subjects, looked up a kind at a time."""
    rows = list(rows)
    emptied = _emptied(session) if any(row.subject_type == ENTERPRISE for row in rows) else 0
    wanted: dict[str, set[int]] = {ENTERPRISE: set(), ACCOUNT: set()}
    for row in rows:
        # Numbers are given out anew when a registry is emptied: before, they were other enterprises.
        if row.subject_type in wanted and row.subject_id.isdecimal() and row.id > emptied:
            wanted[row.subject_type].add(int(row.subject_id))
    names = {
        ENTERPRISE: _names(session, Enterprise.id, Enterprise.name, wanted[ENTERPRISE]),
        ACCOUNT: _names(session, Account.id, Account.username, wanted[ACCOUNT]),
    }
    return [
        Line(
            number=row.id,
            occurred_at=row.occurred_at,
            actor=row.actor,
            action=row.action,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            name=names.get(row.subject_type, {}).get(row.subject_id, "") if row.id > emptied else "",
        )
        for row in rows
    ]


def _names(session: Session, key: Any, name: Any, wanted: Collection[int]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in in_parts(sorted(wanted)):
        rows = session.execute(select(key, name).where(key.in_(part)))
        found.update((str(number), told) for number, told in rows)
    return found


def _emptied(session: Session) -> int:
    query = select(func.max(_E.id)).where(_E.subject_type == REGISTRY_SUBJECT, _E.action == REGISTRY_EMPTIED)
    return session.scalar(query) or 0


def _erasure(session: Session, number: int) -> int | None:
    query = select(_E.id).where(_E.subject_type == EVENT_SUBJECT, _E.subject_id == str(number))
    return session.scalars(query.order_by(_E.id).limit(1)).first()


def _values(session: Session, event: AuditEvent, scope: Scope) -> Iterator[Value]:
    before, after = event.before or {}, event.after or {}
    hidden = _hidden(session, event, scope, {**before, **after})
    for name in {**before, **after}:
        if name in hidden:
            yield Value(name=name, is_hidden=True)
        else:
            yield Value(name=name, before=before.get(name), after=after.get(name))


def _hidden(session: Session, event: AuditEvent, scope: Scope, told: JsonObject) -> frozenset[str]:
    """Which values whoever looks may not see: figures without the right to them, and business secrets."""
    hidden: set[str] = set()
    if not scope.may_see_figures and event.action.startswith(FREE_TEXT_OF):
        hidden |= FREE_TEXT
    if event.action.startswith(ABOUT_PEOPLE) and scope.secrets is None:
        # Who is called at an enterprise shows to those who see its business secrets.
        hidden |= PERSON
    if event.subject_type == ENTERPRISE and event.subject_id.isdecimal():
        veil = veil_of(session, int(event.subject_id), scope=scope)
        year = told.get("year") if isinstance(told.get("year"), int) else None
        hidden |= {name for name in told if why_recorded(name, event.action, year, veil)}
    return frozenset(hidden)
