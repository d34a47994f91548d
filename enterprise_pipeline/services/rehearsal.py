"""Rehearsals: try a changed rule on the whole registry, without touching what lists show.

A rehearsal reads everybody's facts once, part by part, screens the old and the
new rule set together, and stores whom the change would touch. Each part is one
transaction with the place reached, so that a killed process loses nothing:
`run` goes on from the last part.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

import polars as pl
from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.bulk import between, read_frame, write_frame
from enterprise_pipeline.services.errors import NotFound, ServiceError
from enterprise_pipeline.services.facts import Basis, read_facts
from enterprise_pipeline.services.rehearsal_columns import add_counts, count, differences
from enterprise_pipeline.services.rehearsal_rules import (
    Pair,
    pair_of_file,
    pair_of_ids,
    pair_of_version,
    told,
)
from enterprise_pipeline.services.rulebooks import current_rulebook, files_changed, read_version
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import REHEARSAL_CHANGES, Enterprise, LocalStandard, LocalStandardVersion, Rehearsal
from scoring.errors import ScoringError
from scoring.screening import required_columns

# Enterprises read, screened and written at a time, as in a full screening.
CHUNK = 25_000
# A worker that has written nothing for so long is taken for dead; a part takes a few seconds.
SILENCE = timedelta(seconds=60)
ERROR_LENGTH = 500
NAME_LENGTH = 200
SUBJECT = "rehearsal"
Progress = Callable[[int, int], None]


class NotOurs(ServiceError):
    """Somebody cancelled the rehearsal, or another worker took it over."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A rehearsal while this process runs it."""

    id: int
    owner: str
    pair: Pair
    as_of: date
    basis: Basis


def start_for_draft(
    version_id: int, *, actor: str, as_of: date, basis: Basis | None = None, today: date | None = None
) -> int:
    """Record the rehearsal of a local standard's version against what holds on ``as_of``; `run` runs it.

    Raises
    ------
    ServiceError
        If there is no such version, its text cannot be used, or rule files changed on disk.
    """
    _refuse_changed_files()
    session = reading()
    version = session.get(LocalStandardVersion, version_id)
    if version is None:
        raise NotFound(Text(N_("没有这个版本。")))
    line = session.get_one(LocalStandard, version.standard_id)
    rulebook = current_rulebook(session)
    pair = pair_of_version(rulebook, line.tier, version.content, as_of)
    return _store(
        origin="draft",
        name=f"{pair.new.label} v{version.number}"[:NAME_LENGTH],
        pair=pair,
        as_of=as_of,
        basis=basis or _usual_basis(as_of, today),
        actor=actor,
        rules_hash=rulebook.content_hash,
        content=version.content.encode(),
        version_id=version_id,
    )


def version_name(version_id: int) -> str:
    """What a version of a local standard is called; empty where there is none or its text cannot be read."""
    session = reading()
    version = session.get(LocalStandardVersion, version_id)
    if version is None:
        return ""
    line = session.get_one(LocalStandard, version.standard_id)
    try:
        label = read_version(line.tier, version.content).label
    except ScoringError:
        label = f"{line.tier}@{line.standard}"
    return f"{label} v{version.number}"


def start_for_file(
    name: str,
    content: bytes,
    *,
    actor: str,
    as_of: date,
    standard: str = "",
    basis: Basis | None = None,
    today: date | None = None,
) -> int:
    """Record the rehearsal of a rule file in the place of the present one, on a day.

    Raises
    ------
    BadFile
        Naming file, key and reason.
    """
    _refuse_changed_files()
    rulebook = current_rulebook()
    pair = pair_of_file(rulebook, name, content, as_of=as_of, standard=standard)
    return _store(
        origin="file",
        name=name[:NAME_LENGTH],
        pair=pair,
        as_of=as_of,
        basis=basis or _usual_basis(as_of, today),
        actor=actor,
        rules_hash=rulebook.content_hash,
        content=content,
    )


def start_for_pair(
    old_id: str,
    new_id: str,
    *,
    actor: str,
    as_of: date,
    basis: Basis | None = None,
    today: date | None = None,
) -> int:
    """Record the rehearsal of one known rule set against another of its tier, whenever they hold."""
    _refuse_changed_files()
    rulebook = current_rulebook()
    pair = pair_of_ids(rulebook, old_id, new_id, as_of)
    return _store(
        origin="pair",
        name=f"{pair.old.id if pair.old else '–'} → {pair.new.id}",
        pair=pair,
        as_of=as_of,
        basis=basis or _usual_basis(as_of, today),
        actor=actor,
        rules_hash=rulebook.content_hash,
    )


def _refuse_changed_files() -> None:
    if names := files_changed():
        raise ServiceError(
            Text(
                N_("规则文件在服务启动后被改动（%(names)s），请重新启动服务后再预演。"),
                names="、".join(names),
            )
        )


def _usual_basis(as_of: date, today: date | None) -> Basis:
    """Nobody has reported the year before a day in a later year, so its newest report stands in."""
    return "forecast" if as_of.year > (today or clock.now().date()).year else "reported"


def _store(*, pair: Pair, actor: str, **values: Any) -> int:
    """Write the rehearsal down; from here on it is there whatever becomes of this process."""
    with transaction() as session:
        row = Rehearsal(
            tier=str(pair.new.tier),
            standard=pair.new.standard,
            old_id=pair.old.id if pair.old else None,
            new_id=pair.new.id,
            told=told(pair),
            counts={},
            status="running",
            actor=actor,
            total=session.scalar(select(func.count()).select_from(Enterprise)) or 0,
            **values,
        )
        session.add(row)
        session.flush()
        _record(session, row, "started", actor=actor)
        return row.id


def _record(session: Session, row: Rehearsal, action: str, *, actor: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"rehearsal.{action}",
        subject_type=SUBJECT,
        subject_id=row.id,
        after={"old": row.old_id, "new": row.new_id, "as_of": row.as_of.isoformat(), "done": row.done},
    )


def run(
    rehearsal_id: int, *, chunk: int = CHUNK, progress: Progress | None = None, take_over: bool = False
) -> None:
    """Run a rehearsal to its end, from where it stands.

    ``take_over`` does so even if another worker seems to be alive; that one
    then gives up at its next part.

    Raises
    ------
    NotOurs
        If it was cancelled or taken over meanwhile.
    ServiceError
        If another worker runs it, or the rules are no longer those it began with.
    """
    work = _claim(rehearsal_id, take_over=take_over)
    try:
        while (reached := _step(work, chunk)) is not None:
            if progress is not None:
                progress(*reached)
    except NotOurs:
        raise
    except BaseException as error:
        _fail(work, f"{type(error).__name__}: {error}")
        raise


def is_silent(row: Rehearsal, *, now: datetime | None = None) -> bool:
    """Whether a running rehearsal has shown no sign of life for so long that its worker must be dead."""
    return (now or clock.now()) - row.heartbeat_at > SILENCE


def _claim(rehearsal_id: int, *, take_over: bool) -> Work:
    """Become the one who writes this rehearsal."""
    owner = secrets.token_hex(8)
    with transaction() as session:
        row = locked(session, rehearsal_id)
        _refuse_needless(row, take_over=take_over or not row.owner)
        pair = pair_again(session, row)
        row.status, row.owner, row.error = "running", owner, None
        row.heartbeat_at, row.finished_at = clock.now(), None
        return Work(
            id=row.id,
            owner=owner,
            pair=pair,
            as_of=row.as_of,
            basis="forecast" if row.basis == "forecast" else "reported",
        )


def _refuse_needless(row: Rehearsal, *, take_over: bool) -> None:
    if row.status == "done":
        raise ServiceError(Text(N_("这次预演已经完成。")))
    if row.status == "running" and not (take_over or is_silent(row)):
        raise ServiceError(Text(N_("这次预演正在进行，不必再次启动。")))


def pair_again(session: Session, row: Rehearsal) -> Pair:
    """The two rule sets again; refused where the rules beside them are others by now."""
    rulebook = current_rulebook(session)
    if rulebook.content_hash != row.rules_hash:
        raise ServiceError(Text(N_("规则在这次预演开始之后已有变化，不能接着做；请重新开始一次预演。")))
    content = row.content or b""
    if row.origin == "draft":
        return pair_of_version(rulebook, row.tier, content.decode(), row.as_of)
    if row.origin == "file":
        return pair_of_file(rulebook, row.name, content, as_of=row.as_of, standard=row.standard)
    return pair_of_ids(rulebook, row.old_id, row.new_id, row.as_of)


def locked(session: Session, rehearsal_id: int) -> Rehearsal:
    """A rehearsal, held until the transaction ends."""
    row = session.get(Rehearsal, rehearsal_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(Text(N_("没有这次预演。")))
    return row


def _step(work: Work, chunk: int) -> tuple[int, int] | None:
    """Do the next part; how many of how many enterprises are done, or None at the end."""
    begun = perf_counter()
    with transaction() as session:
        ids = _next_ids(session, _ours(session, work).cursor, chunk)
    if not len(ids):
        _finish(work)
        return None
    rows = _compared(work, int(ids[0]), int(ids[-1]))
    counts = count(rows, work.pair.criteria)
    changed = rows.filter(pl.col("kind") != 0).sort("kind", "enterprise_id")
    with transaction() as session:
        row = _ours(session, work)
        write_frame(session, REHEARSAL_CHANGES, changed.with_columns(rehearsal_id=pl.lit(work.id)))
        row.counts = add_counts(row.counts, counts)
        row.cursor, row.done = int(ids[-1]), row.done + len(ids)
        row.total, row.heartbeat_at = max(row.total, row.done), clock.now()
        row.seconds += perf_counter() - begun
        return row.done, row.total


def _next_ids(session: Session, cursor: int, chunk: int) -> pl.Series:
    query = select(Enterprise.id).where(Enterprise.id > cursor).order_by(Enterprise.id).limit(chunk)
    return read_frame(session, query).to_series()


def _compared(work: Work, first: int, last: int) -> pl.DataFrame:
    columns = required_columns(work.pair.screened)
    among = between(first, last)
    facts = read_facts(reading(), work.as_of, known_on=work.as_of, among=among, columns=columns)
    return differences(facts.frame(work.basis), work.pair, work.as_of)


def _ours(session: Session, work: Work) -> Rehearsal:
    row = locked(session, work.id)
    if row.status != "running" or row.owner != work.owner:
        raise NotOurs(Text(N_("预演已被停止，或由另一个进程接手。")))
    return row


def _finish(work: Work) -> None:
    with transaction() as session:
        row = _ours(session, work)
        row.status, row.finished_at, row.total = "done", clock.now(), row.done
        row.heartbeat_at = clock.now()


def _fail(work: Work, reason: str) -> None:
    with transaction() as session:
        row = locked(session, work.id)
        if row.status == "running" and row.owner == work.owner:
            row.status, row.finished_at, row.error = "failed", clock.now(), reason[:ERROR_LENGTH]


def cancel(rehearsal_id: int, *, actor: str) -> None:
    """Stop a rehearsal; what it has found so far stays, and it can be gone on with."""
    with transaction() as session:
        row = locked(session, rehearsal_id)
        if row.status != "running":
            raise ServiceError(Text(N_("这次预演已经结束，不能再停止。")))
        row.status, row.finished_at = "cancelled", clock.now()
        _record(session, row, "cancelled", actor=actor)


def reopen(rehearsal_id: int, *, actor: str) -> None:
    """Let a rehearsal that stopped, failed or fell silent go on; `run` then does.

    Raises
    ------
    ServiceError
        If it is done or runs, or the rules are no longer those it began with.
    """
    with transaction() as session:
        row = locked(session, rehearsal_id)
        _refuse_needless(row, take_over=False)
        pair_again(session, row)
        row.status, row.owner, row.heartbeat_at = "running", "", clock.now()
        row.finished_at, row.error = None, None
        _record(session, row, "resumed", actor=actor)


def delete(rehearsal_id: int, *, actor: str) -> None:
    """Throw a rehearsal and everything it found away; the audit trail keeps that there was one."""
    with transaction() as session:
        row = locked(session, rehearsal_id)
        if row.status == "running" and not is_silent(row):
            raise ServiceError(Text(N_("这次预演正在进行；请先停止，再删除。")))
        _record(session, row, "deleted", actor=actor)
        session.execute(delete_rows(REHEARSAL_CHANGES).where(REHEARSAL_CHANGES.c.rehearsal_id == row.id))
        session.delete(row)
