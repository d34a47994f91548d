"""Imports, remembered headers and job runs."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonObject, Key, now_utc


class ImportBatch(Base):
    """One spreadsheet: its plan, looked at before it is committed, and what became of it.

    ``plan`` is the compressed plan that commit applies exactly; ``counts`` sums
    it up; ``before`` holds the compressed old value of every changed cell.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint("status IN ('planned', 'committed', 'discarded')", name="status_known"),
        CheckConstraint(
            "(status = 'committed') = (committed_at IS NOT NULL)", name="committed_with_an_instant"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(12))
    options: Mapped[JsonObject] = mapped_column(JSON)
    counts: Mapped[JsonObject] = mapped_column(JSON)
    plan: Mapped[bytes] = mapped_column(LargeBinary)
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    committed_at: Mapped[datetime | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("screening_run.id"))


class HeaderMapping(Base):
    """A column header that somebody mapped by hand, remembered for the next file of that sender."""

    __tablename__ = "header_mapping"
    __table_args__ = (UniqueConstraint("sender", "header"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sender: Mapped[str] = mapped_column(String(80))
    header: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)


class JobRun(Base):
    """One job, one period: the claim, its lease and its end."""

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("job", "period"),
        CheckConstraint("status IN ('running', 'done', 'failed')", name="status_known"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    job: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(8))
    owner: Mapped[str] = mapped_column(String(80))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    lease_until: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[JsonObject | None] = mapped_column(JSON)
