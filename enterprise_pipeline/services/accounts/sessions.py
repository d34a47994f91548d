"""Browsers that are signed in: each has a row, so that it can be seen, and ended from elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.accounts import tokens
from enterprise_pipeline.services.accounts.identity import GRANT_COLUMNS, Access, as_grant
from enterprise_pipeline.services.errors import NotFound, ServiceError
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Account, LoginSession, RoleGrant

SUBJECT = "account"
# A desk left alone is signed out after two hours; nobody stays signed in over night.
IDLE = timedelta(hours=2)
LIFETIME = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)


# Asked by every request, so it is one statement of plain columns: a row for each role, with what names it.
_VISIT = (
    select(
        LoginSession.id.label("session_id"),
        LoginSession.epoch.label("session_epoch"),
        LoginSession.created_at,
        LoginSession.last_seen_at,
        LoginSession.ended_at,
        Account.id.label("account_id"),
        Account.epoch,
        Account.username,
        Account.display_name,
        Account.locked_at,
        Account.totp_secret,
        *(getattr(RoleGrant, name) for name in GRANT_COLUMNS),
    )
    .join(Account, Account.id == LoginSession.account_id)
    .outerjoin(RoleGrant, (RoleGrant.account_id == Account.id) & RoleGrant.revoked_at.is_(None))
    .where(LoginSession.token_digest == bindparam("digest"))
    .order_by(RoleGrant.id)
)


class SessionEnded(ServiceError):
    """The session was ended between the start of a request and its first write."""

    def __init__(self) -> None:
        super().__init__(
            Text(N_("您的登录在这次操作期间结束了（在别处退出，或者权限有变动），没有做任何改动。"))
        )


@dataclass(frozen=True, kw_only=True)
class Device:
    """Where a session is: browser and system in a word each, and the network address."""

    browser: str
    system: str
    address: str


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """A session as its owner and administrators see it."""

    id: int
    device: Device
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What the cookie's session leads to: who acts, and when this was last written down."""

    access: Access
    last_seen_at: datetime


def start(session: Session, account: Account, *, device: Device, now: datetime) -> str:
    """Open a session in the caller's transaction and return its name for the cookie."""
    token = tokens.new_token()
    session.add(
        LoginSession(
            account_id=account.id,
            token_digest=tokens.digest_of(token),
            epoch=account.epoch,
            browser=device.browser,
            system=device.system,
            address=device.address,
            created_at=now,
            last_seen_at=now,
        )
    )
    account.last_login_at = now
    return f"{account.id}.{account.epoch}.{token}"


def visit(cookie: str, *, now: datetime, today: date) -> Visit | None:
    """Whose session the cookie names; None when it has ended, was never ours, or its holder is locked."""
    account_id, _dot, rest = cookie.partition(".")
    epoch, _dot, token = rest.partition(".")
    if not (account_id.isdecimal() and epoch.isdecimal() and token):
        return None
    rows = reading().execute(_VISIT, {"digest": tokens.digest_of(token)}).all()
    if not rows:
        return None
    row = rows[0]
    if (str(row.account_id), str(row.epoch), str(row.session_epoch)) != (account_id, epoch, epoch):
        return None
    if row.locked_at is not None or not _is_open(row, now):
        return None
    grants = [as_grant(given) for given in rows if given.id is not None]
    access = Access(
        actor=row.username,
        display_name=row.display_name,
        account_id=row.account_id,
        session_id=row.session_id,
        grants=tuple(grant for grant in grants if grant.is_valid(today)),
        has_second_factor=row.totp_secret is not None,
    )
    return Visit(access=access, last_seen_at=row.last_seen_at)


def seen(visit: Visit, *, now: datetime) -> None:
    """Write down, at most every few minutes, that the session is in use."""
    if now - visit.last_seen_at < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(
            update(LoginSession)
            .where(LoginSession.id == visit.access.session_id, LoginSession.ended_at.is_(None))
            .values(last_seen_at=now)
        )


def require_open(session: Session, session_id: int | None) -> None:
    """Raise SessionEnded when a session was ended; asked as the first thing of each write of its holder.

    What began to write before the session was ended counts as done before.
    """
    ended = select(LoginSession.id).where(LoginSession.id == session_id, LoginSession.ended_at.is_not(None))
    if session.scalar(ended) is not None:
        raise SessionEnded


def open_sessions(account_id: int, *, now: datetime) -> list[OpenSession]:
    """The sessions of an account that still work, the one used last first."""
    rows = reading().scalars(
        select(LoginSession)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            LoginSession.account_id == account_id,
            LoginSession.ended_at.is_(None),
            LoginSession.epoch == Account.epoch,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [
        OpenSession(
            id=row.id,
            device=Device(browser=row.browser, system=row.system, address=row.address),
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
        )
        for row in rows
        if _is_open(row, now)
    ]


def end(account_id: int, session_id: int, *, actor: str, now: datetime) -> None:
    """End one session of an account; NotFound when it is not one of its own."""
    with transaction() as session:
        row = session.get(LoginSession, session_id)
        if row is None or row.account_id != account_id:
            raise NotFound(Text(N_("没有这个登录会话；它可能已经结束。")))
        row.ended_at = row.ended_at or now
        _record(session, account_id, actor=actor, action="session.ended")


def end_others(account_id: int, *, besides: int | None, actor: str, now: datetime) -> int:
    """End every session of an account but one, and return how many."""
    with transaction() as session:
        if session.get(Account, account_id) is None:
            raise NotFound(Text(N_("没有编号为 %(id)s 的账号。"), id=account_id))
        ended = end_all(session, account_id, besides=besides, now=now)
        _record(session, account_id, actor=actor, action="session.all_ended")
    return ended


def end_all(session: Session, account_id: int, *, now: datetime, besides: int | None = None) -> int:
    """The same in the caller's transaction; without a word in the audit trail."""
    ended = session.execute(
        update(LoginSession)
        .where(
            LoginSession.account_id == account_id,
            LoginSession.ended_at.is_(None),
            LoginSession.id != (besides or 0),
        )
        .values(ended_at=now)
        .returning(LoginSession.id)
    )
    return len(ended.all())


def _is_open(row: LoginSession | Row[*tuple[Any, ...]], now: datetime) -> bool:
    """Not ended, used lately, opened today; and not of the future, where the clock has gone back."""
    if row.ended_at is not None or row.last_seen_at > now + clock.SKEW:
        return False
    return now - row.last_seen_at < IDLE and now - row.created_at < LIFETIME


def _record(session: Session, account_id: int, *, actor: str, action: str) -> None:
    audit.record(session, actor=actor, action=action, subject_type=SUBJECT, subject_id=account_id)
