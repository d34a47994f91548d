"""Commit applies the stored plan, exactly, all of it or nothing."""

import hashlib
import sqlite3
from dataclasses import dataclass, field

import polars as pl
import psycopg
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.errors import NotFound, ServiceError, StaleVersion
from enterprise_pipeline.services.imports import registry, writing
from enterprise_pipeline.services.imports.certifying import write_certificates
from enterprise_pipeline.services.imports.covering import covered_tier, rows_left_out, write_coverage
from enterprise_pipeline.services.imports.merging import Writing, what_to_write
from enterprise_pipeline.services.imports.plan import Options, Plan, decode, pack_frames
from enterprise_pipeline.services.imports.planning import SUBJECT
from enterprise_pipeline.services.imports.writing import Stamp
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import transaction
from models import ImportBatch

_NAMED = 3
# A code or number that somebody else wrote first, as SQLAlchemy or one of the drivers says it.
TAKEN = (IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)


class AlreadySettled(ServiceError):
    """The import was committed or discarded before."""


@dataclass(frozen=True, kw_only=True)
class Committed:
    """What a commit did."""

    batch_id: int
    enterprise_ids: list[int] = field(default_factory=list)
    created: int = 0
    rows: int = 0
    is_complete: bool = False
    """Whether a list was said to be complete, so that every enterprise has to be screened again."""


def commit_import(
    batch_id: int, *, take_conflicts: bool = False, content: bytes | None = None, actor: str
) -> Committed:
    """Apply a stored plan in one transaction.

    Parameters
    ----------
    take_conflicts
        Whether rows that contradict another source are decided for this file.
    content
        The file as it is now, where the caller has it: it must be the one that was planned.

    Raises
    ------
    StaleVersion
        If an enterprise of the plan was changed or registered since, or the file is another one.
    AlreadySettled
        If the import was committed or discarded before.
    ServiceError
        If the file has problems to settle first, or no row goes in.
    """
    try:
        with transaction() as session:
            return _commit(session, batch_id, take_conflicts=take_conflicts, content=content, actor=actor)
    except TAKEN as error:
        raise _stale() from error


def discard_import(batch_id: int, *, actor: str) -> None:
    """Put a plan aside for good; nothing of it was applied."""
    with transaction() as session:
        batch = planned(session, batch_id)
        batch.status = "discarded"
        audit.record(
            session, actor=actor, action="import.discarded", subject_type=SUBJECT, subject_id=batch_id
        )


def planned(session: Session, batch_id: int) -> ImportBatch:
    """The import, locked, if it still waits for a decision."""
    batch = session.scalar(select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update())
    if batch is None:
        raise NotFound(Text(N_("没有编号为 %(id)s 的导入。"), id=batch_id))
    if batch.status == "committed":
        raise AlreadySettled(Text(N_("这次导入已经完成，没有重复导入。")))
    if batch.status == "discarded":
        raise AlreadySettled(Text(N_("这次导入已经放弃；请重新上传文件。")))
    return batch


def _commit(
    session: Session, batch_id: int, *, take_conflicts: bool, content: bytes | None, actor: str
) -> Committed:
    batch = planned(session, batch_id)
    if content is not None and hashlib.sha256(content).hexdigest() != batch.sha256:
        raise StaleVersion(Text(N_("文件在预览之后改动过，没有导入；请重新预览。")))
    plan = decode(batch.plan)
    if plan.problems:
        raise ServiceError(Text(N_("文件还有要先解决的问题：%(problem)s"), problem=plan.problems[0].message))
    write = what_to_write(plan, take_conflicts=take_conflicts)
    options = Options.from_json(batch.options)
    if write.rows.is_empty() and not covered_tier(plan, options):
        raise ServiceError(Text(N_("没有可以导入的行。")))
    instant = writing.instant_of(session)
    _refuse_stale(session, write)
    stamp = _stamp(plan, options, instant)
    new = _apply(session, write, stamp)
    left_out = rows_left_out(plan, write.rows.height)
    is_complete = write_coverage(session, plan, options, left_out=left_out, stamp=stamp)
    ids = sorted({*new["enterprise_id"], *write.rows["enterprise_id"].drop_nulls()})
    _settle(batch, plan, write, new=new, ids=ids)
    audit.record(
        session,
        actor=actor,
        action="import.committed",
        subject_type=SUBJECT,
        subject_id=batch_id,
        after={"counts": batch.counts, "take_conflicts": take_conflicts},
    )
    return Committed(
        batch_id=batch_id,
        enterprise_ids=ids,
        created=new.height,
        rows=write.rows.height,
        is_complete=is_complete,
    )


def _stamp(plan: Plan, options: Options, instant: str) -> Stamp:
    return Stamp(
        source=plan.source,
        received_on=options.received_on,
        valid_from=options.valid_from or options.received_on,
        instant=instant,
    )


def _settle(batch: ImportBatch, plan: Plan, write: Writing, *, new: pl.DataFrame, ids: list[int]) -> None:
    """Note on the import itself what it did and what was there before."""
    batch.status, batch.committed_at = "committed", clock.now()
    batch.before = _before(write, new, ids)
    batch.counts = plan.counts | {
        "applied": write.rows.height,
        "taken": write.rows.filter("takeable").height,
        "enterprises": len(ids),
        "new": new.height,
    }


def _refuse_stale(session: Session, write: Writing) -> None:
    """Raise the versions of all touched enterprises, and see that they were those of the plan."""
    touched = write.rows.filter(pl.col("enterprise_id").is_not_null())
    touched = touched.select("enterprise_id", "version", "credit_code").unique("enterprise_id")
    mark_changed(session, touched["enterprise_id"].to_list())
    now = registry.enterprises_with(session, write.rows["credit_code"])
    now = now.select("credit_code", "name", found=pl.col("version"))
    both = (
        write.rows.select("credit_code", "version")
        .unique("credit_code")
        .join(now, on="credit_code", how="full")
    )
    moved = both.filter((pl.col("version") + 1).ne_missing(pl.col("found")))
    if moved.height:
        raise _stale(moved["name"].drop_nulls().to_list(), moved.height)


def _stale(names: list[str] | None = None, n: int = 0) -> StaleVersion:
    if not names:
        return StaleVersion(Text(N_("预览之后登记库有了变化，没有导入任何内容；请重新预览。")))
    message = N_("预览之后有 %(n)s 家企业的数据变了（%(names)s），没有导入任何内容；请重新预览。")
    return StaleVersion(Text(message, n=n, names="、".join(names[:_NAMED])))


def _apply(session: Session, write: Writing, stamp: Stamp) -> pl.DataFrame:
    new = writing.add_enterprises(session, write.new, stamp)

    def with_ids(frame: pl.DataFrame) -> pl.DataFrame:
        if new.is_empty() or frame.is_empty():
            return frame
        added = new.rename({"enterprise_id": "new_id"})
        joined = frame.join(added, on="credit_code", how="left", maintain_order="left")
        return joined.with_columns(enterprise_id=pl.coalesce("enterprise_id", "new_id")).drop("new_id")

    writing.update_enterprises(session, write.known)
    writing.rename(session, write.renames, stamp)
    writing.add_earlier_names(session, with_ids(write.earlier_names), stamp)
    writing.add_reports(session, with_ids(write.reports), new, stamp)
    writing.add_facts(session, with_ids(write.facts), new, stamp)
    write_certificates(session, with_ids(write.certificates), new, stamp)
    return new


def _before(write: Writing, new: pl.DataFrame, ids: list[int]) -> bytes:
    """What was there before: old identity, names, certificates; and which enterprises are touched and new."""
    frames = {
        "touched": pl.DataFrame({"enterprise_id": ids}, schema={"enterprise_id": pl.Int64}),
        "new": new,
        "enterprises": write.known.select("enterprise_id", pl.col("^old\\..*$")),
        "names": write.renames.select("enterprise_id", "old.name"),
        "certificates": write.certificates.filter(pl.col("certificate_id").is_not_null()).select(
            "certificate_id", pl.col("^old\\..*$")
        ),
        "reports": write.reports.select("credit_code", *_keys(write.reports), pl.col("^old\\..*$")),
        "facts": write.facts.select("credit_code", pl.col("^old\\..*$")),
    }
    return pack_frames(frames)


def _keys(reports: pl.DataFrame) -> list[str]:
    return [name for name in ("fiscal_year",) if name in reports.columns]
