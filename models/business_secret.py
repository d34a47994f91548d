"""Figures that an enterprise or staff marked as a business secret."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, now_utc

EVERY_YEAR = 0


class BusinessSecret(Base):
    """A fact of an enterprise that few may see: of one fiscal year, or of every year (``fiscal_year`` 0).

    A mark that is lifted is deleted; the audit trail keeps that it was there, why and by whom.
    """

    __tablename__ = "business_secret"
    __table_args__ = (
        # Zero rather than null, because a unique key takes any number of nulls.
        UniqueConstraint("enterprise_id", "fact", "fiscal_year"),
        CheckConstraint("fiscal_year = 0 OR fiscal_year BETWEEN 1980 AND 2100", name="fiscal_year_plausible"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    fact: Mapped[str] = mapped_column(String(40))
    fiscal_year: Mapped[int] = mapped_column(Integer, default=EVERY_YEAR)
    reason: Mapped[str] = mapped_column(String(200))
    marked_by: Mapped[str] = mapped_column(String(80))
    marked_at: Mapped[datetime] = mapped_column(default=now_utc)
