"""The audit trail: a chain of digests that only grows; the changed values stand apart and can be erased."""

import json
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JsonObject, Key

DIGEST_LENGTH = 64


class AuditEvent(Base):
    """Who did what to which row, linked to the event before it.

    ``id`` is the place in the chain, counted from 1 without gaps. Triggers of
    the migration refuse every UPDATE and DELETE. ``services.audit`` alone adds
    rows; ``services.audit_chain`` says how the digests are made.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    occurred_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    payload_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    previous: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))

    payload: Mapped["AuditPayload | None"] = relationship(lazy="joined", viewonly=True)

    @property
    def before(self) -> JsonObject | None:
        """The values before; None where there were none, or where they were lawfully erased."""
        return self._side("before")

    @property
    def after(self) -> JsonObject | None:
        """The values after; None where there are none, or where they were lawfully erased."""
        return self._side("after")

    def _side(self, name: str) -> JsonObject | None:
        if self.payload is None:
            return None
        values: dict[str, JsonObject | None] = json.loads(self.payload.body)
        return values[name]


class AuditPayload(Base):
    """The values of one event as canonical JSON, with a salt so that nobody can guess them once erased."""

    __tablename__ = "audit_payload"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)


class AuditHead(Base):
    """The one row with the end of the chain; locking it puts simultaneous writers in order."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sequence: Mapped[int] = mapped_column(Key)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
