"""Rehearsals of a changed rule on the whole registry, and whom each would change."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonObject, Key, mapper_registry, now_utc


class Rehearsal(Base):
    """One rehearsal: what is tried, how far it has come, and what it has counted so far.

    ``content`` is the rule file that was tried, so that a rehearsal that was
    interrupted goes on with the same rule; ``told`` names both rule sets and
    their criteria, so that its pages need neither. ``owner`` is the worker that
    may write, ``cursor`` the last enterprise it has written.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (
        CheckConstraint("origin IN ('pair', 'file', 'draft')", name="origin_known"),
        CheckConstraint("status IN ('running', 'done', 'failed', 'cancelled')", name="status_known"),
        CheckConstraint("basis IN ('reported', 'forecast')", name="basis_known"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    origin: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    version_id: Mapped[int | None] = mapped_column(Key)
    tier: Mapped[str] = mapped_column(String(24))
    standard: Mapped[str] = mapped_column(String(24))
    old_id: Mapped[str | None] = mapped_column(String(80))
    new_id: Mapped[str] = mapped_column(String(80))
    as_of: Mapped[date]
    basis: Mapped[str] = mapped_column(String(8))
    rules_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    told: Mapped[JsonObject] = mapped_column(JSON)
    counts: Mapped[JsonObject] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(12))
    owner: Mapped[str] = mapped_column(String(32), default="")
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    cursor: Mapped[int] = mapped_column(Key, default=0)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    actor: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    heartbeat_at: Mapped[datetime] = mapped_column(default=now_utc)
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))


# One row per enterprise whose verdict, or the reasons for it, would change. Verdicts carry the numbers of
# scoring.vocabulary; results pack three bits a criterion in the order of the own rule set; eased and
# tightened have one bit a criterion in the order of the rehearsal's ``told``. No foreign keys, as with
# assessments: rows are written only of a rehearsal under way and of enterprises just read.
REHEARSAL_CHANGES = Table(
    "rehearsal_change",
    mapper_registry.metadata,
    Column("rehearsal_id", Key, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("enterprise_id", Key, primary_key=True, autoincrement=False),
    Column("jurisdiction", String(12), nullable=False),
    Column("before", SmallInteger, nullable=False),
    Column("after", SmallInteger, nullable=False),
    Column("results_before", BigInteger, nullable=False),
    Column("results_after", BigInteger, nullable=False),
    Column("eased", BigInteger, nullable=False),
    Column("tightened", BigInteger, nullable=False),
    Column("nearest_before", SmallInteger),
    Column("gap_before", BigInteger),
    Column("nearest_after", SmallInteger),
    Column("gap_after", BigInteger),
)
