"""What staff found out about figures that do not go together."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, now_utc


class QuestionAnswer(Base):
    """A question that was checked and need not be asked again while its figures stay as they are.

    ``question`` is a digest of the figures in question, so that another figure is another question.
    """

    __tablename__ = "question_answer"
    __table_args__ = (UniqueConstraint("enterprise_id", "question"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    question: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
