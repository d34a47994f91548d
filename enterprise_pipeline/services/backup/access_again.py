"""What a restore must not bring back, and which changes of access it takes back.

A backup holds sessions that were open and links that were unused when it was
made; both may have been ended since for a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.sessions import SUBJECT
from models import Account, AuditEvent, LoginSession, ResetLink

KINDS = ("account.", "role.", "password.", "second_factor.", "secret.")
"""Beginnings of the actions after which somebody may do or see something else than before."""

UNCHANGED = ("account.signed_in",)


@dataclass(frozen=True, kw_only=True)
class LostChange:
    """A change of what somebody may do or see that the restored registry does not have."""

    place: int
    occurred_at: datetime
    actor: str
    action: str
    subject: str

    def __str__(self) -> str:
        """One line for a terminal."""
        return (
            f"{self.place}  {self.occurred_at:%Y-%m-%d %H:%M} UTC  {self.action} {self.subject}, {self.actor}"
        )


def end_access(session: Session, *, now: datetime) -> None:
    """End every session and unused link of the registry in hand; everybody signs in again."""
    # The epoch ends what no table lists, such as a sign-in that waits for its second factor.
    session.execute(update(Account).values(epoch=Account.epoch + 1))
    session.execute(update(LoginSession).where(LoginSession.ended_at.is_(None)).values(ended_at=now))
    unused = (ResetLink.used_at.is_(None), ResetLink.withdrawn_at.is_(None))
    session.execute(update(ResetLink).where(*unused).values(withdrawn_at=now))


def changes_since(connection: Connection, place: int) -> tuple[LostChange, ...]:
    """The changes of access that a trail has behind ``place``, in their order."""
    is_of_access = or_(*(AuditEvent.action.startswith(kind, autoescape=True) for kind in KINDS))
    found = connection.execute(
        select(
            AuditEvent.id,
            AuditEvent.occurred_at,
            AuditEvent.actor,
            AuditEvent.action,
            AuditEvent.subject_type,
            AuditEvent.subject_id,
        )
        .where(AuditEvent.id > place, is_of_access, AuditEvent.action.not_in(UNCHANGED))
        .order_by(AuditEvent.id)
    ).all()
    names = _user_names(connection, (row.subject_id for row in found if row.subject_type == SUBJECT))
    return tuple(
        LostChange(
            place=row.id,
            occurred_at=row.occurred_at,
            actor=row.actor,
            action=row.action,
            subject=names.get(row.subject_id, f"{row.subject_type} {row.subject_id}"),
        )
        for row in found
    )


def _user_names(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    wanted = {int(one) for one in ids if one.isdecimal()}
    if not wanted:
        return {}
    rows = connection.execute(select(Account.id, Account.username))
    return {str(row.id): row.username for row in rows if row.id in wanted}
