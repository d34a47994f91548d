"""How accounts, roles and devices are told, in the page's language."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.accounts import listing
from enterprise_pipeline.services.accounts.identity import Access, Grant
from enterprise_pipeline.services.accounts.listing import AccountState, GivenRole
from enterprise_pipeline.services.accounts.rights import RIGHT_NAMES, ROLES, Reach, Right, Role
from enterprise_pipeline.services.accounts.sessions import Device
from enterprise_pipeline.web.context import today
from enterprise_pipeline.web.filters import day, jurisdiction, translated

_STATES: dict[AccountState, Any] = {
    AccountState.ACTIVE: _l("可以登录"),
    AccountState.INVITED: _l("尚未设置密码"),
    AccountState.WITHOUT_ROLE: _l("没有有效的角色"),
    AccountState.LOCKED: _l("已锁定"),
}
_TONES = {
    AccountState.ACTIVE: "yes",
    AccountState.INVITED: "unknown",
    AccountState.WITHOUT_ROLE: "unknown",
    AccountState.LOCKED: "no",
}
_SIGNS = {"yes": "✓", "unknown": "?", "no": "✕"}


def state_chip(state: AccountState) -> dict[str, str]:
    """Sign, word and tone of an account's state."""
    tone = _TONES[state]
    return {"tone": tone, "sign": _SIGNS[tone], "word": str(_STATES[state])}


def role_name(role: Role) -> str:
    """The name of a role."""
    return translated(ROLES[role].name)


def role_place(given: GivenRole) -> str:
    """Where a role counts."""
    if given.grant.jurisdiction:
        return jurisdiction(given.grant.jurisdiction)
    return given.enterprise or str(_("全市"))


def standing(who: Access) -> str:
    """What somebody is and where, in one line for the frame of every page."""
    places: dict[Role, list[str]] = {}
    for grant in who.grants:
        places.setdefault(grant.role, []).append(_area(grant))
    comma = str(_("、"))
    told = [f"{comma.join(dict.fromkeys(where))} · {role_name(role)}" for role, where in places.items()]
    return str(_("；")).join(told) or str(_("没有有效的角色"))


def whom_to_ask() -> str:
    """The names of those who can change roles."""
    return str(_("、")).join(listing.administrators(today=today()))


def _area(grant: Grant) -> str:
    if grant.rule.reach is Reach.ENTERPRISE:
        return str(_("本企业"))
    return jurisdiction(grant.jurisdiction) if grant.jurisdiction else str(_("全市"))


def role_days(given: GivenRole) -> str:
    """From when until when a role counts."""
    start = day(given.grant.valid_from)
    if given.grant.valid_to is None:
        return str(_("%(day)s 起", day=start))
    return str(_("%(start)s 至 %(end)s", start=start, end=day(given.grant.valid_to)))


def right_names(given: GivenRole) -> str:
    """What a role lets do, as a list of words."""
    return str(_("、")).join(translated(RIGHT_NAMES[right]) for right in Right if right in given.grant.rights)


def device_words(device: Device) -> str:
    """A browser on a system, in words."""
    unknown = _("未知")
    return str(
        _(
            "%(system)s 上的 %(browser)s",
            system=device.system or unknown,
            browser=device.browser or unknown,
        )
    )


def init_words(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    for function in (
        state_chip,
        role_name,
        role_place,
        role_days,
        right_names,
        device_words,
        standing,
        whom_to_ask,
    ):
        blueprint.add_app_template_global(function, function.__name__)
