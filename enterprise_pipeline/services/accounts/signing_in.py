"""Signing in: the password first, then the second factor; every failure looks and lasts the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts import (
    passwords,
    second_factor,
    sessions,
    throttle,
    tokens,
    usernames,
)
from enterprise_pipeline.services.accounts.devices import address_block
from enterprise_pipeline.services.accounts.sessions import SUBJECT, Device
from enterprise_pipeline.services.accounts.throttle import TooManyTries
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Account

# How long somebody may look for the telephone between the password and the code.
SECOND_STEP_WITHIN = timedelta(minutes=5)
# Whoever types a wrong password need not be the person whose account it is.
NOBODY = "system"


class WrongLogin(ServiceError):
    """Name or password is wrong, or the account is locked or has no password: nobody learns which."""

    def __init__(self) -> None:
        super().__init__(
            Text(N_("用户名或密码不正确，或者账号不能登录。请核对后重试；忘记密码请联系管理员。"))
        )


class WrongCode(ServiceError):
    """The code of the second factor does not fit."""

    def __init__(self) -> None:
        super().__init__(
            Text(N_("验证码不正确、已用过或已过期。请等待下一个验证码后重试，也可以使用恢复码。"))
        )


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """The password was right; ``cookie`` is the session's name unless a code must follow."""

    account_id: int
    epoch: int
    passed_at: datetime
    cookie: str | None


def account_subject(username: str) -> str:
    """What tries for a user name are counted under."""
    return tokens.digest_of("account", usernames.fold(username))


def sign_in(username: str, password: str, *, device: Device, now: datetime) -> FirstStep:
    """Check name and password, and open a session where no second factor is set up.

    Raises
    ------
    TooManyTries
        Before the password is looked at.
    WrongLogin
        For an unknown name, a wrong password, a locked account and one without a password alike.
    """
    subject, block = account_subject(username), address_block(device.address)
    _admit(subject, block, now=now)
    known = reading().scalar(select(Account).where(Account.username == usernames.fold(username)))
    stored = known.password_hash if known is not None and known.locked_at is None else None
    account_id, epoch = (known.id, known.epoch) if known is not None else (0, 0)
    if not passwords.matches(stored, password) or stored is None:
        _note_wait("account", subject, known.id if known else None, address=device.address, now=now)
        raise WrongLogin
    with transaction() as session:
        account = _unchanged(session, account_id, epoch=epoch)
        throttle.forgive(session, "account", subject)
        throttle.take_back(session, "address", block)
        if passwords.is_outdated(stored):
            account.password_hash = passwords.hash_of(password)
        cookie = None
        if account.totp_secret is None:
            cookie = _open(session, account, device=device, now=now)
    return FirstStep(account_id=account_id, epoch=epoch, passed_at=now, cookie=cookie)


def second_step(first: FirstStep, code: str, *, device: Device, now: datetime) -> str:
    """Check the code of the telephone or a recovery code, open a session and return its name."""
    if not timedelta() <= now - first.passed_at <= SECOND_STEP_WITHIN:
        raise WrongLogin
    subject = tokens.digest_of("second_factor", str(first.account_id))
    with transaction() as session:
        wait = throttle.count_try(session, "second_factor", subject, now=now)
    if wait is not None:
        raise TooManyTries(wait)
    try:
        return _second_step(first, code, subject, device=device, now=now)
    except WrongCode:
        _note_wait("second_factor", subject, first.account_id, address=device.address, now=now)
        raise


def _second_step(first: FirstStep, code: str, subject: str, *, device: Device, now: datetime) -> str:
    with transaction() as session:
        account = _unchanged(session, first.account_id, epoch=first.epoch)
        if not second_factor.accepts(session, account, code, now=now):
            raise WrongCode
        throttle.forgive(session, "second_factor", subject)
        return _open(session, account, device=device, now=now)


def check_password(account_id: int, password: str, *, now: datetime) -> bool:
    """Whether the person at the desk knows the password; counts like signing in."""
    account = reading().get_one(Account, account_id)
    stored, subject = account.password_hash, account_subject(account.username)
    with transaction() as session:
        wait = throttle.count_try(session, "account", subject, now=now)
    if wait is not None:
        raise TooManyTries(wait)
    if not passwords.matches(stored, password):
        _note_wait("account", subject, account_id, address=None, now=now)
        return False
    with transaction() as session:
        throttle.forgive(session, "account", subject)
    return True


def _note_wait(
    kind: throttle.Kind, subject: str, account_id: int | None, *, address: str | None, now: datetime
) -> None:
    """Leave one entry where a wrong try has made an account wait; a name that nobody has leaves none."""
    if account_id is None:
        return
    with transaction() as session:
        until = throttle.waiting_until(session, kind, subject, now=now)
        if until is not None:
            audit.record(
                session, actor=NOBODY, action="account.wait_began", subject_type=SUBJECT,
                subject_id=account_id,
                after={"tried": kind, "address": address, "until": until.isoformat()},
            )  # fmt: skip


def _admit(subject: str, block: str, *, now: datetime) -> None:
    """Count the try for the name and for the address, or raise; a refused try counts for neither."""
    with transaction() as session:
        wait = throttle.count_try(session, "account", subject, now=now)
        if wait is None:
            wait = throttle.count_try(session, "address", block, now=now)
            if wait is not None:
                throttle.take_back(session, "account", subject)
    if wait is not None:
        raise TooManyTries(wait)


def _unchanged(session: Session, account_id: int, *, epoch: int) -> Account:
    """The account, unless it was locked or its password changed while this one was being checked."""
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None or account.epoch != epoch or account.locked_at is not None:
        raise WrongLogin
    return account


def _open(session: Session, account: Account, *, device: Device, now: datetime) -> str:
    audit.record(
        session,
        actor=account.username,
        action="account.signed_in",
        subject_type=SUBJECT,
        subject_id=account.id,
        after={"browser": device.browser, "system": device.system, "address": device.address},
    )
    return sessions.start(session, account, device=device, now=now)
