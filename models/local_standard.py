"""Standards that the bureau writes itself: their versions, and the cases each was tried with."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, TimestampMixin, now_utc

# Content is law as data: long, but not unbounded.
LONGEST_CONTENT = 200_000


class LocalStandard(Base):
    """One line of versions: a tier's standard that the city decides."""

    __tablename__ = "local_standard"
    __table_args__ = (UniqueConstraint("tier", "standard"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    tier: Mapped[str] = mapped_column(String(24))
    standard: Mapped[str] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(default=now_utc)


class LocalStandardVersion(TimestampMixin, Base):
    """A rule file of one rule set, as text.

    A draft changes; a published version never does (the database refuses it),
    but for being withdrawn. ``version`` counts the saves of a draft.
    ``undo`` is the content before the last save.
    """

    __tablename__ = "local_standard_version"
    __table_args__ = (
        UniqueConstraint("standard_id", "number"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state_known"),
        CheckConstraint(
            "state = 'draft' OR (published_at IS NOT NULL AND approver IS NOT NULL)",
            name="published_by_somebody",
        ),
        CheckConstraint("approver IS NULL OR approver <> editor", name="approver_is_not_editor"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_with_an_instant"
        ),
        # Of two versions published for one day none would hold.
        Index(
            "uq_local_standard_version_day",
            "standard_id",
            "effective_from",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("local_standard.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    content: Mapped[str] = mapped_column(Text)
    undo: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    effective_from: Mapped[date]
    editor: Mapped[str] = mapped_column(String(80))
    approver: Mapped[str | None] = mapped_column(String(80))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(Integer, default=1)


class LocalStandardCase(TimestampMixin, Base):
    """A worked enterprise with the verdict it must get; ``content`` is one case of the exchange format."""

    __tablename__ = "local_standard_case"
    __table_args__ = (UniqueConstraint("version_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("local_standard_version.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    expected: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
