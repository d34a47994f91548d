"""Enterprises, the names they have borne, and whom to call there."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Key, TimestampMixin, now_utc


class Enterprise(TimestampMixin, Base):
    """One enterprise. The credit code survives renames and is the merge key.

    ``division_code`` is where it is registered; ``jurisdiction`` is who reviews
    it (a division code, or ``gaoxin`` for the high-tech zone, which has none).
    ``version`` guards against lost updates, ``changed_at`` tells an incremental
    screening what to look at again.
    """

    __tablename__ = "enterprise"
    __table_args__ = (
        CheckConstraint("length(credit_code) = 18", name="credit_code_length"),
        CheckConstraint("length(name) > 0", name="name_not_empty"),
        CheckConstraint("division_code IS NULL OR length(division_code) = 6", name="division_code_length"),
        Index(None, "name"),
        Index(None, "initials", "id"),
        Index(None, "jurisdiction", "initials", "id"),
        Index(None, "hitech_field"),
        Index(None, "changed_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str]
    initials: Mapped[str] = mapped_column(default="")
    division_code: Mapped[str | None] = mapped_column(String(6))
    jurisdiction: Mapped[str | None] = mapped_column(String(12))
    industry_code: Mapped[str | None] = mapped_column(String(5))
    hitech_field: Mapped[str | None] = mapped_column(String(3))
    registered_on: Mapped[date | None]
    address: Mapped[str | None] = mapped_column(String(300))
    is_synthetic: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(default=now_utc)

    names: Mapped[list["EnterpriseName"]] = relationship(
        back_populates="enterprise", order_by="EnterpriseName.id"
    )
    contacts: Mapped[list["Contact"]] = relationship(back_populates="enterprise", order_by="Contact.id")


class EnterpriseName(Base):
    """A name with the days it was borne; the current one has no ``valid_to``."""

    __tablename__ = "enterprise_name"
    __table_args__ = (
        CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="dates_in_order"
        ),
        Index(None, "enterprise_id"),
        Index(None, "name"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str]
    initials: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)

    enterprise: Mapped[Enterprise] = relationship(back_populates="names")


class Contact(TimestampMixin, Base):
    """A person at an enterprise, in a role, with or without consent to be written to."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="reachable"),
        UniqueConstraint("enterprise_id", "role", "name"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    role: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(200))
    has_consent: Mapped[bool] = mapped_column(Boolean, default=False)

    enterprise: Mapped[Enterprise] = relationship(back_populates="contacts")
