"""Pools, dated memberships, certificates, and what our lists cover."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, TimestampMixin, now_utc


class Pool(Base):
    """A dated list of enterprises: the holders of a tier, or a local reserve in front of one."""

    __tablename__ = "pool"
    __table_args__ = (CheckConstraint("kind IN ('tier', 'reserve')", name="kind_known"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8))
    is_local: Mapped[bool] = mapped_column(Boolean)
    position: Mapped[int] = mapped_column(Integer)


class Certificate(TimestampMixin, Base):
    """A certificate as printed. With only its year known, issue and expiry stay unknown."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("pool_id", "number"),
        CheckConstraint(
            "expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on", name="dates_in_order"
        ),
        CheckConstraint(
            "issued_year IS NULL OR issued_year BETWEEN 1980 AND 2100", name="issued_year_plausible"
        ),
        Index(None, "enterprise_id", "pool_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    pool_id: Mapped[str] = mapped_column(ForeignKey("pool.id"))
    number: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[date | None]
    issued_year: Mapped[int | None] = mapped_column(Integer)
    expires_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    received_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(80))


class Membership(Base):
    """An enterprise in a pool from a day to a last day; never deleted, only ended with a reason."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
        CheckConstraint("basis IN ('rule_set', 'decision', 'import', 'entry')", name="basis_known"),
        CheckConstraint("end_reason IS NULL OR valid_to IS NOT NULL", name="ended_with_a_date"),
        UniqueConstraint("enterprise_id", "pool_id", "valid_from"),
        Index(None, "pool_id", "valid_to"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    pool_id: Mapped[str] = mapped_column(ForeignKey("pool.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    basis: Mapped[str] = mapped_column(String(12))
    document_no: Mapped[str | None] = mapped_column(String(80))
    batch: Mapped[str | None] = mapped_column(String(80))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    end_reason: Mapped[str | None] = mapped_column(String(40))
    received_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)


class PoolCoverage(Base):
    """A statement that our lists of a pool are complete for these days.

    Without it, an enterprise on no list is not known to be outside the pool.
    """

    __tablename__ = "pool_coverage"
    __table_args__ = (CheckConstraint("covers_to >= covers_from", name="dates_in_order"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    pool_id: Mapped[str] = mapped_column(ForeignKey("pool.id"))
    covers_from: Mapped[date]
    covers_to: Mapped[date]
    source: Mapped[str] = mapped_column(String(80))
    received_on: Mapped[date]
