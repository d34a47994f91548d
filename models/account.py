"""Accounts, what they may do where and until when, how they sign in, and the sessions they have open."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, TimestampMixin, now_utc

DIGEST = String(64)


class Account(TimestampMixin, Base):
    """A person who signs in; never deleted, so that what was done keeps its author.

    ``username`` is folded (NFKC, one script, lower case) and never changes;
    ``lookalike_key`` keeps names apart that people would take for each other.
    Raising ``epoch`` ends every session. ``totp_last_step`` makes a code work once.
    ``totp_secret`` and ``totp_offered`` are sealed with a key that is not in the database.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("length(username) > 1", name="username_length"),
        CheckConstraint("epoch > 0", name="epoch_positive"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    lookalike_key: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str | None]
    password_set_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(Integer, default=1)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_offered: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int | None] = mapped_column(Key)
    locked_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role that an account has: everywhere, in one jurisdiction, or for one enterprise; both days count.

    ``revoked_at`` ends it at once; what was granted stays on record.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "role IN ('administrator', 'city_lead', 'city_reviewer', 'county_reviewer', 'evaluator', "
            "'enterprise_filer', 'enterprise_head')",
            name="role_known",
        ),
        CheckConstraint("(role = 'county_reviewer') = (jurisdiction IS NOT NULL)", name="jurisdiction_fits"),
        CheckConstraint(
            "(role IN ('enterprise_filer', 'enterprise_head')) = (enterprise_id IS NOT NULL)",
            name="enterprise_fits",
        ),
        CheckConstraint("role <> 'evaluator' OR valid_to IS NOT NULL", name="evaluator_expires"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        Index(None, "account_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(20))
    jurisdiction: Mapped[str | None] = mapped_column(String(12))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    has_figures: Mapped[bool] = mapped_column(Boolean, default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    granted_by: Mapped[str] = mapped_column(String(80))
    granted_at: Mapped[datetime] = mapped_column(default=now_utc)
    revoked_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """How often signing in went wrong for a name, an address or a second factor, and until when it waits.

    Shared by every worker. ``subject`` is the digest of a name, so that what was
    mistyped into the wrong field is not kept, or a network address.
    """

    __tablename__ = "login_attempt"
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        CheckConstraint("kind IN ('account', 'address', 'second_factor')", name="kind_known"),
        Index(None, "last_failed_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_failed_at: Mapped[datetime]
    waits_until: Mapped[datetime | None]


class LoginSession(Base):
    """One browser that is signed in; the cookie holds the token, this table only its digest."""

    __tablename__ = "login_session"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    epoch: Mapped[int] = mapped_column(Integer)
    browser: Mapped[str] = mapped_column(String(20))
    system: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(45))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in once for the second factor; only its digest is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(DIGEST)
    used_at: Mapped[datetime | None]


class ResetLink(Base):
    """A link with which one person sets one password once, handed over on paper."""

    __tablename__ = "reset_link"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
