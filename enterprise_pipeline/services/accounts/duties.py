"""Who runs the accounts does not do the bureau's work, and somebody is always left to run them."""

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.identity import as_grant
from enterprise_pipeline.services.accounts.rights import ROLES, Right
from enterprise_pipeline.services.errors import FieldConflict, ServiceError
from enterprise_pipeline.services.texts import N_, Text
from models import Account, RoleGrant

# What nobody does who can also open accounts and give roles.
WORK = frozenset({Right.FIGURES, Right.DECIDE, Right.CONFIRM})
# An administrator whose role ends sooner is not one to rely on.
LASTS = timedelta(days=30)
_RUNNING = [role.value for role, rule in ROLES.items() if Right.MANAGE_ACCOUNTS in rule.rights]


def require_another(account: Account, *, actor: str) -> None:
    """Refuse that somebody gives a role to themselves."""
    if account.username == actor:
        raise FieldConflict("role", Text(N_("不能给自己分配角色；请由另一位系统管理员分配。")))


def require_separate(new: RoleGrant, given: list[RoleGrant]) -> None:
    """Refuse a role with which one account could both run the accounts and see figures or decide."""
    for other in given:
        rights = as_grant(new).rights | as_grant(other).rights
        if Right.MANAGE_ACCOUNTS in rights and rights & WORK and meet(new, other):
            raise FieldConflict(
                "role",
                Text(
                    N_("系统管理员不能同时看财务数据或审核；请先收回原来的角色，或者为这个人另开一个账号。")
                ),
            )


def meet(one: RoleGrant, other: RoleGrant) -> bool:
    """Whether two roles count on some day both."""
    latest = date.max
    return one.valid_from <= (other.valid_to or latest) and other.valid_from <= (one.valid_to or latest)


def lock_administrators(session: Session) -> None:
    """Hold every administrator's account, so that two of them cannot remove each other at the same time.

    To be called first: whoever waits here sees afterwards what the other one did. In the order of
    their numbers, so that no two wait for each other.
    """
    running = select(RoleGrant.account_id).where(RoleGrant.role.in_(_RUNNING), RoleGrant.revoked_at.is_(None))
    accounts = select(Account.id).where(Account.id.in_(running)).order_by(Account.id)
    session.execute(accounts.with_for_update())


def strength(session: Session, today: date) -> int:
    """How well accounts are looked after: 2 by an administrator who stays, 1 by one who leaves soon, 0."""
    rows = session.scalars(
        select(RoleGrant)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.role.in_(_RUNNING),
            RoleGrant.revoked_at.is_(None),
            RoleGrant.valid_from <= today,
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
            Account.locked_at.is_(None),
            Account.password_hash.is_not(None),
        )
    )
    return max((2 if row.valid_to is None or row.valid_to > today + LASTS else 1 for row in rows), default=0)


def require_as_strong(session: Session, today: date, *, before: int) -> None:
    """Refuse what would leave nobody to manage accounts, or nobody who stays where there was one."""
    if strength(session, today) < before:
        raise ServiceError(
            Text(
                N_(
                    "这是最后一位系统管理员；请先给另一个账号分配系统管理员角色"
                    "（期限超过 30 天），并等其设置好密码。"
                )
            )
        )
