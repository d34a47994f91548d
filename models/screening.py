"""Screening runs, their assessments in two alternating tables, the cube of counts, and candidates."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonObject, Key, mapper_registry


class ScreeningRun(Base):
    """One screening: what it looked at, by which rules, and how it ended."""

    __tablename__ = "screening_run"
    __table_args__ = (
        CheckConstraint("status IN ('running', 'done', 'failed')", name="status_known"),
        CheckConstraint("scope IN ('full', 'changed', 'chosen')", name="scope_known"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    scope: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(8))
    as_of: Mapped[date]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    snapshot_at: Mapped[datetime]
    enterprises: Mapped[int] = mapped_column(Integer, default=0)
    rules_hash: Mapped[str] = mapped_column(String(64))
    rule_sets: Mapped[JsonObject] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(500))


class RegistryState(Base):
    """The one row that says which assessment table is live and what the registry is."""

    __tablename__ = "registry_state"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("live_slot IN (0, 1)", name="live_slot_known"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    live_slot: Mapped[int] = mapped_column(SmallInteger, default=0)
    live_run_id: Mapped[int | None] = mapped_column(ForeignKey("screening_run.id"))
    is_synthetic: Mapped[bool] = mapped_column(default=False)


def _index_of_known(slot: int, column: str, *columns: str) -> Index:
    """An index that leaves out the many rows of which ``column`` says nothing."""
    known = text(f"{column} IS NOT NULL")
    return Index(f"ix_assessment_{slot}_{column}", *columns, sqlite_where=known, postgresql_where=known)


def _assessment_table(slot: int) -> Table:
    """A full run fills the table that is not live and then switches, so that a list never shows half a run.

    One row per enterprise, tier, standard and basis (``reported``, or
    ``forecast`` from the newest report while last year's is missing). Verdict,
    route and criteria results carry the numbers of scoring.vocabulary;
    ``results`` packs three bits a criterion, ``missing`` one bit a fact, both
    in the order of the rule set. No foreign keys: a screening writes rows only
    of enterprises it has just read and of itself, neither is ever deleted, and
    checking made storing several times slower.
    """
    return Table(
        f"assessment_{slot}",
        mapper_registry.metadata,
        Column("enterprise_id", Key, primary_key=True, autoincrement=False),
        Column("tier", String(24), primary_key=True),
        Column("standard", String(24), primary_key=True),
        Column("basis", String(8), primary_key=True),
        Column("verdict", SmallInteger, nullable=False),
        Column("points_lo", SmallInteger),
        Column("points_hi", SmallInteger),
        Column("route", SmallInteger),
        Column("n_failed", SmallInteger, nullable=False),
        Column("n_missing", SmallInteger, nullable=False),
        Column("nearest_criterion", SmallInteger),
        Column("nearest_gap", BigInteger),
        Column("shortfall", Float),
        Column("results", BigInteger, nullable=False),
        Column("missing", BigInteger, nullable=False),
        Column("changes_on", Date),
        Column("holds", SmallInteger),
        Column("jurisdiction", String(12), nullable=False, server_default=text("''")),
        Column("industry", String(3), nullable=False, server_default=text("''")),
        Column("rule_set", String(40), nullable=False),
        Column("as_of", Date, nullable=False),
        Column("run_id", Key, nullable=False),
        # The order of a list: every combination that the cube counts is one stretch of this index.
        Index(
            f"ix_assessment_{slot}_list",
            *("tier", "standard", "basis", "verdict", "holds", "n_failed", "jurisdiction", "industry"),
            "enterprise_id",
        ),
        _index_of_known(slot, "shortfall", "tier", "standard", "basis", "shortfall", "enterprise_id"),
        _index_of_known(slot, "changes_on", "changes_on", "tier", "standard", "basis", "enterprise_id"),
    )


ASSESSMENTS: tuple[Table, Table] = (_assessment_table(0), _assessment_table(1))


class AssessmentCount(Base):
    """The cube: how many assessments share each combination of these columns."""

    __tablename__ = "assessment_count"

    tier: Mapped[str] = mapped_column(String(24), primary_key=True)
    standard: Mapped[str] = mapped_column(String(24), primary_key=True)
    basis: Mapped[str] = mapped_column(String(8), primary_key=True)
    verdict: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(12), primary_key=True)
    industry: Mapped[str] = mapped_column(String(3), primary_key=True)
    holds: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n_failed: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class Candidate(Base):
    """An enterprise that screening found able to climb to a tier it does not hold.

    ``cause`` says what opened or closed it: ``data``, ``rule`` or ``time``.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'closed')", name="status_known"),
        CheckConstraint("cause IN ('data', 'rule', 'time', 'first')", name="cause_known"),
        CheckConstraint("(status = 'closed') = (closed_on IS NOT NULL)", name="closed_with_a_date"),
        Index(
            "uq_candidate_open",
            "enterprise_id",
            "tier",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index(None, "tier", "status"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    tier: Mapped[str] = mapped_column(String(24))
    verdict: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(String(8))
    cause: Mapped[str] = mapped_column(String(8))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    run_id: Mapped[int] = mapped_column(ForeignKey("screening_run.id"))
