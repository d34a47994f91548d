"""What staff found out about a question: why the figures are as they are, so that it is not asked again."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.enterprises import SUBJECT, locked
from enterprise_pipeline.transaction import transaction
from models import QuestionAnswer


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Who checked a question, when, and what came out."""

    reason: str
    actor: str
    created_at: datetime


def digest(parts: Collection[object]) -> str:
    """The key of a question: another figure makes another question."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def answers_of(session: Session, enterprise_ids: Collection[int]) -> dict[tuple[int, str], Answered]:
    """What was found out about these enterprises, by enterprise and question."""
    rows = session.scalars(select(QuestionAnswer).where(QuestionAnswer.enterprise_id.in_(enterprise_ids)))
    return {
        (row.enterprise_id, row.question): Answered(
            reason=row.reason, actor=row.actor, created_at=row.created_at
        )
        for row in rows
    }


def answer(enterprise_id: int, question: str, *, reason: str, actor: str) -> None:
    """Keep what came out of checking a question; a later answer replaces an earlier one."""
    with transaction() as session:
        locked(session, enterprise_id)
        found = _found(session, enterprise_id, question)
        before = {"reason": found.reason} if found else None
        if found is None:
            found = QuestionAnswer(enterprise_id=enterprise_id, question=question)
            session.add(found)
        found.reason, found.actor = reason, actor
        audit.record(
            session,
            actor=actor,
            action="question.answered",
            subject_type=SUBJECT,
            subject_id=enterprise_id,
            before=before,
            after={"reason": reason},
        )


def reopen(enterprise_id: int, question: str, *, actor: str) -> None:
    """Ask a question again; nothing happens where it is open already."""
    with transaction() as session:
        locked(session, enterprise_id)
        found = _found(session, enterprise_id, question)
        if found is None:
            return
        session.delete(found)
        audit.record(
            session,
            actor=actor,
            action="question.reopened",
            subject_type=SUBJECT,
            subject_id=enterprise_id,
            before={"reason": found.reason},
        )


def _found(session: Session, enterprise_id: int, question: str) -> QuestionAnswer | None:
    return session.scalar(
        select(QuestionAnswer).where(
            QuestionAnswer.enterprise_id == enterprise_id, QuestionAnswer.question == question
        )
    )
