"""What a screening of changed or chosen enterprises changed."""

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AssessmentChange(Base):
    """One verdict that came out differently; None stands for no assessment before, or none any more."""

    __tablename__ = "assessment_change"

    run_id: Mapped[int] = mapped_column(ForeignKey("screening_run.id"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    tier: Mapped[str] = mapped_column(String(24), primary_key=True)
    standard: Mapped[str] = mapped_column(String(24), primary_key=True)
    verdict_before: Mapped[int | None] = mapped_column(SmallInteger)
    verdict_after: Mapped[int | None] = mapped_column(SmallInteger)
