"""Yearly figures, by source and version, with the day on which they were received."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, now_utc
from scoring.vocabulary import YEARLY_FACTS

_UNSIGNED = tuple(fact.column for fact in YEARLY_FACTS if not fact.signed)


class AnnualReport(Base):
    """One enterprise, one fiscal year, one source, one version.

    Money is in 分 and None means not reported. A revised report is a new
    version; nothing may use a report before ``received_on``.
    """

    __tablename__ = "annual_report"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "fiscal_year", "source", "version"),
        CheckConstraint("fiscal_year BETWEEN 1980 AND 2100", name="fiscal_year_plausible"),
        CheckConstraint("version >= 1", name="version_positive"),
        *(CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative") for column in _UNSIGNED),
        Index(None, "fiscal_year", "received_on"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    fiscal_year: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer, default=1)
    received_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)

    employees: Mapped[int | None] = mapped_column(Integer)
    tech_staff: Mapped[int | None] = mapped_column(Integer)
    revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_expense_fen: Mapped[int | None] = mapped_column(BigInteger)
    cost_expense_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_assets_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_liabilities_fen: Mapped[int | None] = mapped_column(BigInteger)
    net_assets_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_income_fen: Mapped[int | None] = mapped_column(BigInteger)
    hitech_income_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_domestic_fen: Mapped[int | None] = mapped_column(BigInteger)
    main_revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_profit_fen: Mapped[int | None] = mapped_column(BigInteger)
    net_profit_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_staff: Mapped[int | None] = mapped_column(Integer)
