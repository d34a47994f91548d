"""Slows down guessing: counts tries in the database, so that all workers and restarts share the count.

A try is counted before the password is looked at; a hundred requests at once
get no more guesses than one after the other. The length of a wait comes from
the count, not from a window of time: a clock that jumps a day ahead ends one
wait (one more guess), and one that jumps back lengthens none beyond its length.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_, Text
from models import LoginAttempt

Kind = Literal["account", "address", "second_factor"]

# A whole office may sit behind one address, so it gets more tries.
FREE_TRIES: Mapping[Kind, int] = MappingProxyType({"account": 5, "address": 30, "second_factor": 5})
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60))
FORGOTTEN_AFTER = timedelta(days=7)


class TooManyTries(ServiceError):
    """Signing in has to wait; says how long, and the same whether or not the account exists."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = -(-int(wait.total_seconds()) // 60)
        super().__init__(
            Text(
                N_("尝试次数过多，请在 %(minutes)s 分钟后再试；在此之前密码正确也不能登录。"),
                minutes=max(minutes, 1),
            )
        )


def count_try(session: Session, kind: Kind, subject: str, *, now: datetime) -> timedelta | None:
    """Count one try and return None, or return how long to wait and count nothing.

    To be called in the caller's transaction; other tries for the same subject wait for its end.
    """
    row = _locked(session, kind, subject, now=now)
    _mend_clock(row, now)
    if row.waits_until is not None and row.waits_until > now:
        return row.waits_until - now
    if now - row.last_failed_at > FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_failed_at = now
    row.waits_until = now + length if (length := _length(row)) else None
    return None


def forgive(session: Session, kind: Kind, subject: str) -> None:
    """Forget what went wrong: the right person has come, or an administrator has unlocked."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.kind == kind, LoginAttempt.subject == subject))


def take_back(session: Session, kind: Kind, subject: str) -> None:
    """Take back the last counted try, because it went well; earlier ones stay counted."""
    row = session.scalar(
        select(LoginAttempt)
        .where(LoginAttempt.kind == kind, LoginAttempt.subject == subject)
        .with_for_update()
    )
    if row is not None:
        row.failures, row.waits_until = max(row.failures - 1, 0), None


def waiting_until(session: Session, kind: Kind, subject: str, *, now: datetime) -> datetime | None:
    """Until when tries for this subject are refused, for an administrator to see."""
    row = session.scalar(
        select(LoginAttempt).where(LoginAttempt.kind == kind, LoginAttempt.subject == subject)
    )
    return row.waits_until if row is not None and row.waits_until and row.waits_until > now else None


def _locked(session: Session, kind: Kind, subject: str, *, now: datetime) -> LoginAttempt:
    """The row of a subject, made where there is none, held until the transaction ends."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    made = session.execute(
        insert(LoginAttempt)
        .values(kind=kind, subject=subject, failures=0, last_failed_at=now)
        .on_conflict_do_nothing(index_elements=["kind", "subject"])
        .returning(LoginAttempt.id)
    ).first()
    if made:
        session.execute(delete(LoginAttempt).where(LoginAttempt.last_failed_at < now - FORGOTTEN_AFTER))
    return session.scalars(
        select(LoginAttempt)
        .where(LoginAttempt.kind == kind, LoginAttempt.subject == subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _mend_clock(row: LoginAttempt, now: datetime) -> None:
    """After the clock went back, wait from now on, for the usual length."""
    if row.last_failed_at > now + clock.SKEW:
        row.last_failed_at = now
        if row.waits_until is not None:
            row.waits_until = now + (_length(row) or timedelta())


def _length(row: LoginAttempt) -> timedelta | None:
    kind: Kind = row.kind  # type: ignore[assignment]
    beyond = row.failures - FREE_TRIES[kind]
    return WAITS[min(beyond, len(WAITS) - 1)] if beyond >= 0 else None
