"""One account a role for the demo registry, so that a newcomer sees it as each of them does."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyotp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts import (
    administration,
    listing,
    reset_links,
    second_factor,
    tokens,
)
from enterprise_pipeline.services.accounts.administration import NewGrant
from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Role
from enterprise_pipeline.services.errors import NotFound, ServiceError
from enterprise_pipeline.services.reference import jurisdiction_name
from enterprise_pipeline.transaction import reading
from models import AnnualReport, Enterprise, RegistryState

ACTOR = "demo"
VALID_FOR = timedelta(days=365)
# The administrator comes first, because the first account of a registry has to be one.
PEOPLE: tuple[tuple[str, str, Role, bool], ...] = (
    ("demo.admin", "演示·系统管理员", Role.ADMINISTRATOR, False),
    ("demo.lead", "演示·市级负责人", Role.CITY_LEAD, False),
    ("demo.city", "演示·市级审核员", Role.CITY_REVIEWER, False),
    ("demo.county", "演示·县市区审核员", Role.COUNTY_REVIEWER, False),
    ("demo.evaluator", "演示·评估员（不看财务）", Role.EVALUATOR, False),
    ("demo.figures", "演示·评估员（可看财务）", Role.EVALUATOR, True),
    ("demo.filer", "演示·企业填报员", Role.ENTERPRISE_FILER, False),
    ("demo.head", "演示·企业负责人", Role.ENTERPRISE_HEAD, False),
)


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """How to sign in; ``place`` is what the role is for, ``codes`` stand for the second factor, once each."""

    username: str
    password: str
    role: Role
    place: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Places:
    """Where the limited roles look: the jurisdiction with the most enterprises, and one of those."""

    jurisdiction: str
    credit_code: str
    enterprise: str


def make_accounts(*, today: date, now: datetime) -> list[DemoAccount]:
    """Make the accounts, or give those of an earlier call new passwords; passwords are told only now.

    Raises
    ------
    ServiceError
        If the registry is real or empty.
    """
    _require_demo(reading())
    places = _places(reading())
    return [
        _account(username, name, _grant(role, places, has_figures=figures, today=today), today=today, now=now)
        for username, name, role, figures in PEOPLE
    ]


def _require_demo(session: Session) -> None:
    """Accounts whose passwords are printed on a screen have no place beside real enterprises."""
    real = select(func.count()).where(Enterprise.is_synthetic.is_(other=False))
    if session.scalar(real) or not session.scalar(select(RegistryState.is_synthetic)):
        raise ServiceError(
            "这不是演示登记册，不会开通演示账号。"
            "请先运行 flask --app app demo build，或用 --database-url 指定演示库。"
        )


def _places(session: Session) -> _Places:
    """The busiest jurisdiction, and that of its enterprises of which most is reported."""
    place = session.scalar(
        select(Enterprise.jurisdiction)
        .where(Enterprise.jurisdiction.is_not(None))
        .group_by(Enterprise.jurisdiction)
        .order_by(func.count().desc(), Enterprise.jurisdiction)
        .limit(1)
    )
    first = session.scalars(
        select(Enterprise)
        .outerjoin(AnnualReport, AnnualReport.enterprise_id == Enterprise.id)
        .where(Enterprise.jurisdiction == place)
        .group_by(Enterprise.id)
        .order_by(func.count(AnnualReport.id).desc(), Enterprise.id)
        .limit(1)
    ).first()
    if place is None or first is None:
        raise ServiceError("演示登记册里没有企业。请先运行 flask --app app demo build。")
    return _Places(jurisdiction=place, credit_code=first.credit_code, enterprise=first.name)


def _grant(role: Role, places: _Places, *, has_figures: bool, today: date) -> tuple[NewGrant, str]:
    """The role as it is given, and in words what it is for."""
    reach = ROLES[role].reach
    grant = NewGrant(
        role=role,
        # Long since, so that the demo can also be looked at on a pretended earlier day.
        valid_from=today - VALID_FOR,
        valid_to=today + VALID_FOR if ROLES[role].must_end else None,
        has_figures=has_figures,
    )
    if reach is Reach.JURISDICTION:
        return replace(grant, jurisdiction=places.jurisdiction), jurisdiction_name(places.jurisdiction)
    if reach is Reach.ENTERPRISE:
        return replace(grant, credit_code=places.credit_code), places.enterprise
    return grant, "全市"


def _account(
    username: str, name: str, given: tuple[NewGrant, str], *, today: date, now: datetime
) -> DemoAccount:
    """One account that can sign in now, whatever became of it since it was made."""
    grant, place = given
    try:
        account_id = administration.account_id_of(username)
    except NotFound:
        account_id, _link = administration.create_account(username, name, [grant], actor=ACTOR, now=now)
    else:
        administration.unlock(account_id, actor=ACTOR)
        if not listing.one_account(account_id, today=today, now=now).held(today):
            administration.give_role(account_id, grant, actor=ACTOR, now=now)
    password = tokens.new_code()
    link = reset_links.make(account_id, actor=ACTOR, now=now)
    reset_links.set_password(link.token, password, now=now)
    needs_codes = ROLES[grant.role].needs_second_factor
    codes = _recovery_codes(account_id, now=now) if needs_codes else ()
    return DemoAccount(username=username, password=password, role=grant.role, place=place, codes=codes)


def _recovery_codes(account_id: int, *, now: datetime) -> tuple[str, ...]:
    """Set the second factor up and return its recovery codes: a newcomer need not own a telephone."""
    second_factor.remove(account_id, actor=ACTOR)
    secret = second_factor.offer(account_id).secret
    return tuple(second_factor.enrol(account_id, pyotp.TOTP(secret).at(now), actor=ACTOR, now=now))
