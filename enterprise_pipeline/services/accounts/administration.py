"""Opening accounts, giving and ending roles, locking and unlocking: each leaves an audit event."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts import duties, reset_links, sessions, throttle, tokens, usernames
from enterprise_pipeline.services.accounts.existing import any_account
from enterprise_pipeline.services.accounts.reset_links import NewLink
from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Role
from enterprise_pipeline.services.accounts.rows import locked_account
from enterprise_pipeline.services.accounts.sessions import SUBJECT
from enterprise_pipeline.services.accounts.signing_in import account_subject
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.reference import jurisdiction_name, jurisdictions
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Account, Enterprise, RoleGrant
from models.base import JsonObject

NO_SUCH_GRANT = N_("没有这项角色；它可能已被收回。")


@dataclass(frozen=True, kw_only=True)
class NewGrant:
    """A role to give. An enterprise is named by its credit code."""

    role: Role
    valid_from: date
    valid_to: date | None = None
    jurisdiction: str | None = None
    credit_code: str | None = None
    has_figures: bool = False


def create_account(
    username: str, display_name: str, grants: list[NewGrant], *, actor: str, now: datetime
) -> tuple[int, NewLink]:
    """Open an account with its first roles, and make the link with which its owner sets the password."""
    name = usernames.check(username)
    try:
        with transaction() as session:
            if not any_account(session) and not any(grant.role is Role.ADMINISTRATOR for grant in grants):
                raise FieldConflict("role", Text(N_("第一个账号必须是系统管理员，否则没有人能再开通账号。")))
            account = _add(session, name, display_name)
            audit.record(
                session, actor=actor, action="account.created", subject_type=SUBJECT, subject_id=account.id,
                after={"username": name, "display_name": display_name},
            )  # fmt: skip
            for grant in grants:
                _give(session, account, grant, actor=actor, now=now)
            return account.id, reset_links.make_in(session, account.id, actor=actor, now=now)
    except IntegrityError as error:  # Two administrators chose the same name at the same moment.
        raise _taken(name) from error


def create_administrator(
    username: str, display_name: str, *, actor: str, today: date, now: datetime
) -> NewLink:
    """Open an administrator's account from the server's own command line."""
    grant = NewGrant(role=Role.ADMINISTRATOR, valid_from=today)
    _id, link = create_account(username, display_name, [grant], actor=actor, now=now)
    return link


def give_role(account_id: int, grant: NewGrant, *, actor: str, now: datetime) -> None:
    """Give a further role, from the next request on."""
    with transaction() as session:
        _give(session, locked_account(session, account_id), grant, actor=actor, now=now)


def end_role(
    account_id: int, grant_id: int, *, actor: str, today: date, now: datetime, reason: str | None = None
) -> None:
    """Take a role away at once, and end the holder's sessions."""
    with transaction() as session:
        duties.lock_administrators(session)
        before = duties.strength(session, today)
        account = locked_account(session, account_id)
        row = session.get(RoleGrant, grant_id)
        if row is None or row.account_id != account_id or row.revoked_at is not None:
            raise NotFound(Text(NO_SUCH_GRANT))
        row.revoked_at = now
        session.flush()
        duties.require_as_strong(session, today, before=before)
        _end_sessions(session, account, now=now)
        audit.record(
            session, actor=actor, action="role.ended", subject_type=SUBJECT, subject_id=account_id,
            before=_told(row), after=audit.because(reason),
        )  # fmt: skip


def lock(account_id: int, *, actor: str, today: date, now: datetime, reason: str | None = None) -> None:
    """Keep an account from signing in, end its sessions and its links."""
    with transaction() as session:
        duties.lock_administrators(session)
        before = duties.strength(session, today)
        account = locked_account(session, account_id)
        if account.locked_at is None:
            account.locked_at = now
            session.flush()
            duties.require_as_strong(session, today, before=before)
            _end_sessions(session, account, now=now)
            reset_links.withdraw(session, account_id, now=now)
            audit.record(
                session, actor=actor, action="account.locked", subject_type=SUBJECT, subject_id=account_id,
                after=audit.because(reason),
            )  # fmt: skip


def unlock(account_id: int, *, actor: str) -> None:
    """Let an account sign in again, and forget its wrong tries."""
    with transaction() as session:
        account = locked_account(session, account_id)
        account.locked_at = None
        throttle.forgive(session, "account", account_subject(account.username))
        throttle.forgive(session, "second_factor", tokens.digest_of("second_factor", str(account_id)))
        audit.record(
            session, actor=actor, action="account.unlocked", subject_type=SUBJECT, subject_id=account_id
        )


def account_id_of(username: str) -> int:
    """The account of a user name; NotFound when there is none."""
    name = usernames.fold(username)
    found = reading().scalar(select(Account.id).where(Account.username == name))
    if found is None:
        raise NotFound(Text(N_("没有用户名为“%(name)s”的账号。"), name=name))
    return found


def _add(session: Session, name: str, display_name: str) -> Account:
    key = usernames.lookalike_key(name)
    alike = session.scalar(select(Account.username).where(Account.lookalike_key == key))
    if alike == name:
        raise _taken(name)
    if alike is not None:
        raise FieldConflict(
            "username",
            Text(N_("“%(name)s”与已有的用户名“%(alike)s”看起来太像；请换一个。"), name=name, alike=alike),
        )
    account = Account(username=name, lookalike_key=key, display_name=display_name)
    session.add(account)
    session.flush()
    return account


def _taken(name: str) -> FieldConflict:
    return FieldConflict("username", Text(N_("用户名“%(name)s”已有人使用；请换一个。"), name=name))


def _give(session: Session, account: Account, grant: NewGrant, *, actor: str, now: datetime) -> None:
    duties.require_another(account, actor=actor)
    rule = ROLES[grant.role]
    if rule.must_end and grant.valid_to is None:
        raise FieldConflict("valid_to", Text(N_("%(role)s必须有截止日期。"), role=rule.name))
    if grant.valid_to is not None and grant.valid_to < grant.valid_from:
        raise FieldConflict("valid_to", Text(N_("截止日期早于起始日期；请核对。")))
    row = RoleGrant(
        account_id=account.id,
        role=grant.role.value,
        jurisdiction=_jurisdiction(grant) if rule.reach is Reach.JURISDICTION else None,
        enterprise_id=_enterprise(session, grant) if rule.reach is Reach.ENTERPRISE else None,
        has_figures=grant.has_figures and rule.may_have_figures,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        granted_by=actor,
        granted_at=now,
    )
    given = _given(session, account.id)
    if any(_same(row, other) for other in given):
        raise FieldConflict("role", Text(N_("这个账号已有同样的角色；请先收回原来的，再按新的期限分配。")))
    duties.require_separate(row, given)
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="role.given",
        subject_type=SUBJECT,
        subject_id=account.id,
        after=_told(row),
    )


def _jurisdiction(grant: NewGrant) -> str:
    if grant.jurisdiction not in {place.code for place in jurisdictions()}:
        raise FieldConflict("jurisdiction", Text(N_("请选择这个角色管哪个县市区或园区。")))
    return grant.jurisdiction or ""


def _enterprise(session: Session, grant: NewGrant) -> int:
    code = (grant.credit_code or "").strip().upper()
    found = session.scalar(select(Enterprise.id).where(Enterprise.credit_code == code)) if code else None
    if found is None:
        raise FieldConflict(
            "credit_code", Text(N_("请填写企业的统一社会信用代码；登记册里没有“%(code)s”。"), code=code)
        )
    return found


def _given(session: Session, account_id: int) -> list[RoleGrant]:
    rows = select(RoleGrant).where(RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None))
    return list(session.scalars(rows))


def _same(one: RoleGrant, other: RoleGrant) -> bool:
    """The same role at the same place, for days that meet."""
    if any(getattr(one, name) != getattr(other, name) for name in ("role", "jurisdiction", "enterprise_id")):
        return False
    return duties.meet(one, other)


def _end_sessions(session: Session, account: Account, *, now: datetime) -> None:
    account.epoch += 1
    sessions.end_all(session, account.id, now=now)


def _told(row: RoleGrant) -> JsonObject:
    """A role for the audit trail."""
    return {
        "role": row.role,
        "jurisdiction": jurisdiction_name(row.jurisdiction) or None,
        "enterprise_id": row.enterprise_id,
        "has_figures": row.has_figures,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }
