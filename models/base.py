"""The declarative base, shared column types and the ``db`` handle; it imports no other part of us."""

from datetime import UTC, date, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Date, DateTime, Dialect, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. SQLite drops time zones, so UTC is stored naive there and restored on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A stored instant needs a time zone; {value!r} has none.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back on every database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows itself only for INTEGER PRIMARY KEY, so keys are INTEGER there and BIGINT elsewhere.
Key = BigInteger().with_variant(Integer(), "sqlite")

# The map belongs to the registry: on Base it breaks SQLAlchemy(model_class=Base).
mapper_registry = registry(
    metadata=MetaData(naming_convention=NAMING),
    type_annotation_map={datetime: UTCDateTime(), date: Date(), str: String(200)},
)


class Base(DeclarativeBase):
    """Base of every table class."""

    registry = mapper_registry


def now_utc() -> datetime:
    """The instant of recording."""
    return datetime.now(UTC)


class TimestampMixin:
    """When a row was recorded and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)


db = SQLAlchemy(model_class=Base)

JsonObject = dict[str, Any]
