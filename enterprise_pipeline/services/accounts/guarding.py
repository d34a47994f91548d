"""Whether one enterprise is within somebody's area; what is outside does not exist for them, and is noted."""

from datetime import timedelta

from sqlalchemy import select

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.accounts.listing import OUTSIDE
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.enterprises import SUBJECT
from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import AuditEvent, Enterprise

# Somebody who looks at the same enterprise over and over is noted once in this time.
NOTED_EVERY = timedelta(hours=1)


def require_in_scope(enterprise_id: int, scope: Scope, *, actor: str, asked_for: str) -> None:
    """Raise NotFound, in the words used for a number that nobody has, when an enterprise is outside.

    An enterprise that exists and is outside leaves an event for the lead to see.
    """
    if scope.is_everything:
        return
    inside = scope.apply(select(Enterprise.id).where(Enterprise.id == enterprise_id))
    if reading().scalar(inside) is not None:
        return
    if reading().scalar(select(Enterprise.id).where(Enterprise.id == enterprise_id)) is not None:
        _note(enterprise_id, actor=actor, asked_for=asked_for)
    raise NotFound(Text(N_("没有编号为 %(id)s 的企业；它可能从未登记过。"), id=enterprise_id))


def _note(enterprise_id: int, *, actor: str, asked_for: str) -> None:
    lately = select(AuditEvent.id).where(
        AuditEvent.subject_type == SUBJECT,
        AuditEvent.subject_id == str(enterprise_id),
        AuditEvent.action == OUTSIDE,
        AuditEvent.actor == actor,
        AuditEvent.occurred_at > clock.now() - NOTED_EVERY,
    )
    with transaction() as session:
        if session.scalar(lately.limit(1)) is None:
            audit.record(
                session, actor=actor, action=OUTSIDE, subject_type=SUBJECT, subject_id=enterprise_id,
                after={"asked_for": asked_for},
            )  # fmt: skip
