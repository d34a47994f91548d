"""The second factor: codes of a telephone (TOTP) that work once, and recovery codes for when it is lost."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts import tokens
from enterprise_pipeline.services.accounts.rows import locked_account
from enterprise_pipeline.services.accounts.sealing import key_of, seal, unseal
from enterprise_pipeline.services.accounts.sessions import SUBJECT
from enterprise_pipeline.services.errors import FieldConflict, ServiceError
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Account, RecoveryCode

STEP_SECONDS = 30
# A telephone may be half a minute off.
NEIGHBOURS = (-1, 0, 1)
RECOVERY_CODES = 10
ISSUER = "宜昌企业梯度培育"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A secret to put into a telephone; ``address`` is what the QR code holds."""

    secret: str
    address: str


def offer(account_id: int) -> Offer:
    """The secret that is offered to an account until one of its codes is typed in; the same on every look."""
    account = reading().get_one(Account, account_id)
    secret = _opened(reading(), account_id, account.totp_offered)
    if secret is None:
        with transaction() as session:
            account = locked_account(session, account_id)
            secret = _opened(session, account_id, account.totp_offered)
            if secret is None:
                secret = pyotp.random_base32()
                account.totp_offered = seal(key_of(session), account_id, secret)
    label = quote(f"{ISSUER}:{account.username}")
    address = f"otpauth://totp/{label}?secret={secret}&issuer={quote(ISSUER)}"
    return Offer(secret=secret, address=address)


def enrol(account_id: int, code: str, *, actor: str, now: datetime) -> list[str]:
    """Turn the second factor on with a code of the offered secret; return the recovery codes, once."""
    with transaction() as session:
        account = locked_account(session, account_id)
        step = _step_of(_opened(session, account_id, account.totp_offered), code, now=now)
        if step is None:
            raise FieldConflict(
                "code", Text(N_("验证码不正确。请核对手机时间是否准确，并输入当前显示的 6 位数字。"))
            )
        account.totp_secret, account.totp_offered, account.totp_last_step = account.totp_offered, None, step
        _record(session, account_id, actor=actor, action="second_factor.enrolled")
        return _new_codes(session, account_id)


def renew_codes(account_id: int, *, actor: str) -> list[str]:
    """Replace the recovery codes; the old ones stop working."""
    with transaction() as session:
        if locked_account(session, account_id).totp_secret is None:
            raise ServiceError(Text(N_("还没有设置动态验证码，不需要恢复码。")))
        _record(session, account_id, actor=actor, action="second_factor.codes_renewed")
        return _new_codes(session, account_id)


def remove(account_id: int, *, actor: str, reason: str | None = None) -> None:
    """Turn the second factor off: a telephone was lost, or somebody does not want it any more."""
    with transaction() as session:
        account = locked_account(session, account_id)
        account.totp_secret = account.totp_offered = account.totp_last_step = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        _record(session, account_id, actor=actor, action="second_factor.removed", reason=reason)


def accepts(session: Session, account: Account, code: str, *, now: datetime) -> bool:
    """Whether a code fits, and if so use it up; to be called while the account's row is locked.

    A step that was used, and every one before it, is used up for good. After a clock went back these
    codes stay refused until it passes the same time again; recovery codes work all the same.
    """
    secret = _opened(session, account.id, account.totp_secret)
    step = _step_of(secret, code, now=now, after=account.totp_last_step)
    if step is not None:
        account.totp_last_step = step
        return True
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.digest == _digest(account.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).first()
    if used is not None:
        _record(session, account.id, actor=account.username, action="second_factor.recovery_code_used")
    return used is not None


def codes_left(account_id: int) -> int:
    """How many recovery codes are still unused."""
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return reading().scalar(unused) or 0


def unreadable() -> int:
    """How many accounts have a secret that this installation's key does not open."""
    session = reading()
    stored = session.execute(select(Account.id, Account.totp_secret).where(Account.totp_secret.is_not(None)))
    return sum(_opened(session, account_id, sealed) is None for account_id, sealed in stored)


def reseal(old_key: bytes, *, actor: str) -> tuple[int, int]:
    """Seal what an earlier key opens with today's; return how many, and how many no key opens."""
    renewed = lost = 0
    with transaction() as session:
        key = key_of(session)
        for account in session.scalars(
            select(Account).where(Account.totp_secret.is_not(None)).with_for_update()
        ):
            stored = account.totp_secret or ""
            if unseal(key, account.id, stored) is not None:
                continue
            secret = unseal(old_key, account.id, stored)
            if secret is None:
                lost += 1
                continue
            account.totp_secret, renewed = seal(key, account.id, secret), renewed + 1
            _record(session, account.id, actor=actor, action="second_factor.resealed")
    return renewed, lost


def _opened(session: Session, account_id: int, stored: str | None) -> str | None:
    return unseal(key_of(session), account_id, stored) if stored else None


def _step_of(secret: str | None, code: str, *, now: datetime, after: int | None = None) -> int | None:
    """The step whose code this is, among now and its neighbours and later than ``after``."""
    typed = "".join(code.split())
    if secret is None or not (typed.isascii() and typed.isdigit()):
        return None
    generator, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in (present + offset for offset in NEIGHBOURS):
        if hmac.compare_digest(generator.generate_otp(step), typed) and (after is None or step > after):
            return step
    return None


def _new_codes(session: Session, account_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [tokens.new_code() for _place in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, digest=_digest(account_id, code)) for code in codes)
    return codes


def _digest(account_id: int, code: str) -> str:
    return tokens.digest_of("recovery", str(account_id), tokens.tidy_code(code))


def _record(session: Session, account_id: int, *, actor: str, action: str, reason: str | None = None) -> None:
    audit.record(
        session, actor=actor, action=action, subject_type=SUBJECT, subject_id=account_id,
        after=audit.because(reason),
    )  # fmt: skip
