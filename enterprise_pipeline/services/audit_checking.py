"""Verifying the audit trail while people look at the page: begun once, told how far, kept as a result."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.audit_anchors import KeptHeads, heads_of_backups
from enterprise_pipeline.services.audit_chain import EVENT_SUBJECT, Verification
from enterprise_pipeline.services.audit_trail import chain_head, verify_chain
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import JobRun
from models.base import JsonObject

JOB = "audit.verify"
VERIFIED = "audit.verified"
LEASE = timedelta(seconds=60)
"""Who says nothing for so long has died."""
KEPT_FINDINGS = 50
TELL_EVERY = 20_000


@dataclass(frozen=True, kw_only=True)
class Check:
    """The newest verification: how far it is, or what it found."""

    started_at: datetime
    finished_at: datetime | None
    is_running: bool
    is_failed: bool
    actor: str
    checked: int
    total: int
    head: str
    findings: tuple[JsonObject, ...]
    n_findings: int
    n_backups: int
    """Backups whose heads the chain was compared with; the newest vouches for ``vouched`` entries."""
    vouched: int
    n_set_aside: int

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end and found nothing."""
        return self.finished_at is not None and not self.is_failed and not self.n_findings

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(self.checked / self.total, 1.0) if self.total else 1.0


def last_check() -> Check | None:
    """The newest verification; None where there was none yet."""
    row = _newest(reading())
    if row is None:
        return None
    told: dict[str, Any] = row.result or {}
    is_running = row.status == "running" and row.lease_until > clock.now()
    return Check(
        started_at=row.started_at,
        finished_at=row.finished_at,
        is_running=is_running,
        is_failed=row.status == "failed" or (row.status == "running" and not is_running),
        actor=told.get("actor", ""),
        checked=told.get("checked", 0),
        total=told.get("total", 0),
        head=told.get("head", ""),
        findings=tuple(told.get("findings", ())),
        n_findings=told.get("n_findings", 0),
        n_backups=told.get("n_backups", 0),
        vouched=told.get("vouched", 0),
        n_set_aside=told.get("n_set_aside", 0),
    )


def begin(*, actor: str) -> int:
    """Claim a verification, so that only one runs at a time; `run` then does it.

    Raises
    ------
    ServiceError
        If one is at work.
    """
    now = clock.now()
    total = chain_head().sequence
    try:
        with transaction() as session:
            newest = _newest(session)
            if newest is not None and newest.status == "running" and newest.lease_until > now:
                raise _at_work()
            row = JobRun(
                job=JOB,
                period=f"{now:%Y%m%dT%H%M%S}{secrets.token_hex(2)}",
                status="running",
                owner=f"{socket.gethostname()}:{os.getpid()}",
                lease_until=now + LEASE,
                started_at=now,
                result={"actor": actor, "checked": 0, "total": total},
            )
            session.add(row)
            session.flush()
            return row.id
    except IntegrityError as error:
        raise _at_work() from error


def run(check_id: int, *, backups: Path) -> Verification:
    """Verify the whole chain for a claim, telling how far it is; the result is an entry of its own.

    The chain is compared with the heads inside the backups of a folder.
    """
    finished = False
    try:
        kept = heads_of_backups(backups)
        found = verify_chain(
            anchors=kept.heads, tell=lambda checked: _tell(check_id, checked), tell_every=TELL_EVERY
        )
        _finish(check_id, found, kept)
        finished = True
        return found
    finally:
        if not finished:
            _fail(check_id)


def _tell(check_id: int, checked: int) -> None:
    with transaction() as session:
        row = session.get_one(JobRun, check_id)
        row.result = {**(row.result or {}), "checked": checked}
        row.lease_until = clock.now() + LEASE


def _finish(check_id: int, found: Verification, kept: KeptHeads) -> None:
    findings = [
        {"kind": one.kind, "first": one.first, "last": one.last, "message": one.message}
        for one in found.summed_up()
    ]
    with transaction() as session:
        row = session.get_one(JobRun, check_id)
        actor = (row.result or {}).get("actor", "")
        told = {"checked": found.checked, "head": str(found.end), "n_findings": len(findings)}
        row.status, row.finished_at = "done", clock.now()
        row.result = {
            "actor": actor,
            "total": found.checked,
            **told,
            "n_backups": len(kept.heads),
            "vouched": kept.newest,
            "n_set_aside": kept.n_set_aside,
            "findings": findings[:KEPT_FINDINGS],
        }
        audit.record(
            session,
            actor=actor,
            action=VERIFIED,
            subject_type=EVENT_SUBJECT,
            subject_id=found.end.sequence,
            after=told,
        )


def _fail(check_id: int) -> None:
    with transaction() as session:
        row = session.get_one(JobRun, check_id)
        row.status, row.finished_at = "failed", clock.now()


def _newest(session: Session) -> JobRun | None:
    return session.scalars(
        select(JobRun).where(JobRun.job == JOB).order_by(JobRun.id.desc()).limit(1)
    ).first()


def _at_work() -> ServiceError:
    return ServiceError(Text(N_("核对正在进行，不用重复开始；完成后这里会显示结果。")))
