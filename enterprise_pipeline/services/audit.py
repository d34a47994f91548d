"""The audit trail: who did what to which row, written in the transaction that did it."""

from sqlalchemy.orm import Session

from models import AuditEvent
from models.base import JsonObject


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject_type: str,
    subject_id: int | str,
    before: JsonObject | None = None,
    after: JsonObject | None = None,
) -> None:
    """Add one event to the caller's transaction, so that it stands or falls with the change itself.

    ``before`` and ``after`` hold JSON values only: a day as its ISO text, money in 分.
    """
    session.add(
        AuditEvent(
            actor=actor,
            action=action,
            subject_type=subject_type,
            subject_id=str(subject_id),
            before=before,
            after=after,
        )
    )
