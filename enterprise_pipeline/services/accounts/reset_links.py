"""Links with which one person sets one password once; printed and handed over by an administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.accounts import passwords, sessions, throttle, tokens
from enterprise_pipeline.services.accounts.sessions import SUBJECT
from enterprise_pipeline.services.accounts.signing_in import account_subject
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Account, ResetLink

# The page that the token is appended to.
LINK_PATH = "/password/"
VALID_FOR = timedelta(days=3)


class LinkEnded(NotFound):
    """The link was used, has expired, was replaced by a newer one or never existed: nobody learns which."""

    remedy = N_("请向系统管理员索取新的链接。")

    def __init__(self) -> None:
        super().__init__(Text(N_("它可能已经用过、过期，或者被新的链接取代。")))


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A link to hand over; the token is not stored and cannot be shown again."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class LinkOwner:
    """Whose password a link sets."""

    account_id: int
    username: str
    display_name: str


def make(account_id: int, *, actor: str, now: datetime) -> NewLink:
    """Make a link for an account; earlier ones stop working."""
    with transaction() as session:
        return make_in(session, account_id, actor=actor, now=now)


def make_in(session: Session, account_id: int, *, actor: str, now: datetime) -> NewLink:
    """The same in the caller's transaction."""
    if session.get(Account, account_id) is None:
        raise NotFound(Text(N_("没有编号为 %(id)s 的账号。"), id=account_id))
    withdraw(session, account_id, now=now)
    link = NewLink(token=tokens.new_link_token(), expires_at=now + VALID_FOR)
    session.add(
        ResetLink(
            account_id=account_id,
            token_digest=_digest(link.token),
            created_by=actor,
            created_at=now,
            expires_at=link.expires_at,
        )
    )
    audit.record(session, actor=actor, action="reset_link.made", subject_type=SUBJECT, subject_id=account_id)
    return link


def withdraw(session: Session, account_id: int, *, now: datetime) -> None:
    """Make every unused link of an account unusable."""
    session.execute(
        update(ResetLink)
        .where(
            ResetLink.account_id == account_id, ResetLink.used_at.is_(None), ResetLink.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=now)
    )


def owner_of(token: str, *, now: datetime) -> LinkOwner:
    """Whose link this is; LinkEnded when it does not work (any more)."""
    _link, account = _usable(reading(), token, now=now)
    return LinkOwner(account_id=account.id, username=account.username, display_name=account.display_name)


def set_password(token: str, password: str, *, now: datetime) -> str:
    """Set the password, use the link up, end every session of the account; return the user name."""
    owner = owner_of(token, now=now)
    passwords.check(password, username=owner.username)
    hashed = passwords.hash_of(password)  # takes its time, so no lock is held meanwhile
    with transaction() as session:
        link, account = _usable(session, token, now=now, is_locked=True)
        link.used_at = now
        _store(session, account, hashed, now=now)
        throttle.forgive(session, "account", account_subject(account.username))
        audit.record(
            session, actor=account.username, action="password.set_by_link", subject_type=SUBJECT,
            subject_id=account.id,
        )  # fmt: skip
        return account.username


def change_password(account_id: int, password: str, *, actor: str, now: datetime) -> None:
    """Change a password whose owner has just proved to know the old one; ends every session and link."""
    account = reading().get_one(Account, account_id)
    passwords.check(password, username=account.username)
    if passwords.matches(account.password_hash, password):
        raise FieldConflict("password", Text(N_("新密码与现在的密码相同；请换一个。")))
    hashed = passwords.hash_of(password)
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.id == account_id).with_for_update()).one()
        _store(session, account, hashed, now=now)
        audit.record(
            session, actor=actor, action="password.changed", subject_type=SUBJECT, subject_id=account_id
        )


def _store(session: Session, account: Account, hashed: str, *, now: datetime) -> None:
    account.password_hash, account.password_set_at = hashed, now
    account.epoch += 1
    sessions.end_all(session, account.id, now=now)
    withdraw(session, account.id, now=now)


def _usable(
    session: Session, token: str, *, now: datetime, is_locked: bool = False
) -> tuple[ResetLink, Account]:
    """The link and its account; a link of the future, after the clock went back, waits for its time."""
    query = (
        select(ResetLink, Account)
        .join(Account, Account.id == ResetLink.account_id)
        .where(ResetLink.token_digest == _digest(token))
    )
    found = session.execute(query.with_for_update() if is_locked else query).first()
    if found is None:
        raise LinkEnded
    link, account = found
    is_spent = link.used_at is not None or link.withdrawn_at is not None
    if is_spent or account.locked_at is not None or not link.created_at - clock.SKEW <= now < link.expires_at:
        raise LinkEnded
    return link, account


def _digest(token: str) -> str:
    """The digest of a token however it was typed from the letter: case, hyphens and blanks do not matter."""
    return tokens.digest_of(tokens.tidy_code(token))
