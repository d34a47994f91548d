"""Private links: answers kept for whoever holds the link, until a day; the link itself is not stored."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.quick_check.answers import Answers, BadAnswers, answers_of
from enterprise_pipeline.services.texts import N_
from enterprise_pipeline.transaction import reading, transaction
from models import QuickCheck

TOKEN_BYTES = 24  # 192 bits: nobody guesses one of them in the lifetime of a database
VISITOR = "visitor"
SUBJECT = "quick_check"
NO_SUCH_LINK = N_("这个链接打不开：可能已过保存期限、已被删除，或者地址不完整。")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,80}")


class NoSuchLink(NotFound):
    """There is nothing under this link; why is not told, so that guessing teaches nothing."""

    def __init__(self) -> None:
        super().__init__(NO_SUCH_LINK)


@dataclass(frozen=True, kw_only=True)
class KeptCheck:
    """Answers kept under a link."""

    token: str
    answers: Answers
    updated_at: datetime
    expires_at: datetime


def keep(answers: Answers, *, days: int, token: str = "") -> KeptCheck:
    """Keep answers for so many days under a new link, or in place of what ``token`` holds.

    Raises
    ------
    NoSuchLink
        When ``token`` is given and holds nothing (any more).
    """
    now = clock.now()
    expires_at = now + timedelta(days=days)
    with transaction() as session:
        if token:
            row = _row(session, token, now)
            action = "quick_check.revised"
        else:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            row = QuickCheck(token_sha256=digest(token), created_at=now)
            session.add(row)
            action = "quick_check.kept"
        row.answers, row.updated_at, row.expires_at = answers.as_object(), now, expires_at
        session.flush()
        # What was answered stays out of the trail: it has to be gone when its holder deletes it.
        _record(session, action, row.id)
    return KeptCheck(token=token, answers=answers, updated_at=now, expires_at=expires_at)


def opened(token: str) -> KeptCheck:
    """What a link holds; `NoSuchLink` when it is unknown, over, or deleted."""
    row = _row(reading(), token, clock.now())
    try:
        answers = answers_of(row.answers)
    except (BadAnswers, ValueError) as error:
        # Kept by a version of the program whose facts were others.
        raise NoSuchLink from error
    return KeptCheck(token=token, answers=answers, updated_at=row.updated_at, expires_at=row.expires_at)


def forget(token: str) -> None:
    """Delete what a link holds, for good; `NoSuchLink` when there is nothing."""
    with transaction() as session:
        row = _row(session, token, clock.now())
        _record(session, "quick_check.deleted", row.id)
        session.delete(row)


def forget_expired() -> int:
    """Delete every check whose time is over; returns how many there were."""
    with transaction() as session:
        gone = session.scalars(
            delete(QuickCheck).where(QuickCheck.expires_at <= clock.now()).returning(QuickCheck.id)
        ).all()
        for check_id in gone:
            audit.record(
                session,
                actor="system",
                action="quick_check.expired",
                subject_type=SUBJECT,
                subject_id=check_id,
            )
    return len(gone)


def digest(token: str) -> str:
    """What is stored of a link: it is random, so a plain digest cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _row(session: Session, token: str, now: datetime) -> QuickCheck:
    if not _TOKEN.fullmatch(token):
        raise NoSuchLink
    row = session.scalar(
        select(QuickCheck).where(QuickCheck.token_sha256 == digest(token), QuickCheck.expires_at > now)
    )
    if row is None:
        raise NoSuchLink
    return row


def _record(session: Session, action: str, check_id: int) -> None:
    audit.record(session, actor=VISITOR, action=action, subject_type=SUBJECT, subject_id=check_id)
