"""Quick checks that somebody asked to keep, and how often an address came."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonObject, Key, now_utc


class QuickCheck(Base):
    """Answers kept under a private link until ``expires_at``; of the link only its digest is stored."""

    __tablename__ = "quick_check"
    __table_args__ = (CheckConstraint("expires_at > created_at", name="expires_after_creation"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    answers: Mapped[JsonObject] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    updated_at: Mapped[datetime] = mapped_column(default=now_utc)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CheckVisit(Base):
    """How many requests of one kind an address made in one minute; the address is a salted digest."""

    __tablename__ = "check_visit"

    visitor: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True, autoincrement=False)
    requests: Mapped[int] = mapped_column(Integer)
