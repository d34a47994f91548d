"""Accounts as administrators see them: who, which roles, until when, and whether they can sign in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select

from enterprise_pipeline.services.accounts import throttle, tokens
from enterprise_pipeline.services.accounts.identity import Grant, as_grant
from enterprise_pipeline.services.accounts.rights import Right
from enterprise_pipeline.services.accounts.signing_in import account_subject
from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import Account, AuditEvent, Enterprise, ResetLink, RoleGrant

OUTSIDE = "access.outside"
SHOWN_VIEWS = 200


class AccountState(StrEnum):
    """Whether an account can sign in."""

    ACTIVE = "active"
    INVITED = "invited"
    WITHOUT_ROLE = "without_role"
    LOCKED = "locked"


@dataclass(frozen=True, kw_only=True)
class GivenRole:
    """A role that is or was given; ``enterprise`` is the name of the enterprise it is for."""

    grant: Grant
    enterprise: str | None
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class AccountRecord:
    """One account."""

    id: int
    username: str
    display_name: str
    state: AccountState
    roles: tuple[GivenRole, ...]
    has_password: bool
    has_second_factor: bool
    last_login_at: datetime | None
    waits_until: datetime | None = None
    link_until: datetime | None = None

    def held(self, on: date) -> list[GivenRole]:
        """The roles that count on a day."""
        return [role for role in self.roles if role.revoked_at is None and role.grant.is_valid(on)]

    def coming(self, on: date) -> list[GivenRole]:
        """The roles that begin after a day."""
        return [role for role in self.roles if role.revoked_at is None and role.grant.valid_from > on]

    def past(self, on: date) -> list[GivenRole]:
        """The roles that have ended."""
        still = {role.grant.id for role in (*self.held(on), *self.coming(on))}
        return [role for role in self.roles if role.grant.id not in still]


@dataclass(frozen=True, kw_only=True)
class OutsideView:
    """Somebody asked for an enterprise that is not in their area."""

    occurred_at: datetime
    actor: str
    enterprise_id: int
    enterprise: str
    jurisdiction: str | None


def all_accounts(*, today: date, text: str = "") -> list[AccountRecord]:
    """Every account in the order of user names; with ``text`` those whose name holds it."""
    query = select(Account).order_by(Account.username)
    if text:
        query = query.where(
            Account.username.contains(text.casefold(), autoescape=True)
            | Account.display_name.contains(text, autoescape=True)
        )
    rows = list(reading().scalars(query))
    roles = _roles(row.id for row in rows)
    return [_record(row, roles.get(row.id, []), today=today) for row in rows]


def administrators(*, today: date) -> list[str]:
    """The names of those who can open accounts and give roles today, for whoever lacks one."""
    rows = reading().execute(
        select(Account.display_name, RoleGrant)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.locked_at.is_(None), RoleGrant.revoked_at.is_(None))
        .order_by(Account.id)
    )
    grants = [(name, as_grant(row)) for name, row in rows]
    named = [
        name for name, grant in grants if Right.MANAGE_ACCOUNTS in grant.rights and grant.is_valid(today)
    ]
    return list(dict.fromkeys(named))


def one_account(account_id: int, *, today: date, now: datetime) -> AccountRecord:
    """One account with whether it has to wait after wrong tries; NotFound when there is none."""
    row = reading().get(Account, account_id)
    if row is None:
        raise NotFound(Text(N_("没有编号为 %(id)s 的账号。"), id=account_id))
    roles = _roles([account_id]).get(account_id, [])
    subjects: tuple[tuple[throttle.Kind, str], ...] = (
        ("account", account_subject(row.username)),
        ("second_factor", tokens.digest_of("second_factor", str(account_id))),
    )
    waits = [throttle.waiting_until(reading(), kind, subject, now=now) for kind, subject in subjects]
    link_until = reading().scalar(
        select(func.max(ResetLink.expires_at)).where(
            ResetLink.account_id == account_id,
            ResetLink.used_at.is_(None),
            ResetLink.withdrawn_at.is_(None),
            ResetLink.expires_at > now,
        )
    )
    return _record(
        row,
        roles,
        today=today,
        waits_until=max((wait for wait in waits if wait), default=None),
        link_until=link_until,
    )


def outside_views(*, limit: int = SHOWN_VIEWS) -> list[OutsideView]:
    """The newest attempts to see an enterprise outside one's own area, newest first."""
    events = reading().scalars(
        select(AuditEvent).where(AuditEvent.action == OUTSIDE).order_by(AuditEvent.id.desc()).limit(limit)
    )
    told = [(event.occurred_at, event.actor, int(event.subject_id)) for event in events]
    found = reading().execute(
        select(Enterprise.id, Enterprise.name, Enterprise.jurisdiction).where(
            Enterprise.id.in_({enterprise_id for _at, _actor, enterprise_id in told})
        )
    )
    known = {enterprise_id: (name, place) for enterprise_id, name, place in found}
    return [
        OutsideView(
            occurred_at=at,
            actor=actor,
            enterprise_id=enterprise_id,
            enterprise=known.get(enterprise_id, (str(enterprise_id), None))[0],
            jurisdiction=known.get(enterprise_id, ("", None))[1],
        )
        for at, actor, enterprise_id in told
    ]


def _roles(account_ids: Iterable[int]) -> dict[int, list[GivenRole]]:
    rows = reading().execute(
        select(RoleGrant, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == RoleGrant.enterprise_id)
        .where(RoleGrant.account_id.in_(list(account_ids)))
        .order_by(RoleGrant.id)
    )
    found: dict[int, list[GivenRole]] = {}
    for row, enterprise in rows:
        given = GivenRole(
            grant=as_grant(row),
            enterprise=enterprise,
            granted_by=row.granted_by,
            granted_at=row.granted_at,
            revoked_at=row.revoked_at,
        )
        found.setdefault(row.account_id, []).append(given)
    return found


def _record(
    row: Account,
    roles: list[GivenRole],
    *,
    today: date,
    waits_until: datetime | None = None,
    link_until: datetime | None = None,
) -> AccountRecord:
    held = [role for role in roles if role.revoked_at is None and role.grant.is_valid(today)]
    if row.locked_at is not None:
        state = AccountState.LOCKED
    elif row.password_hash is None:
        state = AccountState.INVITED
    else:
        state = AccountState.ACTIVE if held else AccountState.WITHOUT_ROLE
    return AccountRecord(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        state=state,
        roles=tuple(roles),
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_secret is not None,
        last_login_at=row.last_login_at,
        waits_until=waits_until,
        link_until=link_until,
    )
