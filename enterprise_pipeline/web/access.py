"""Who may open which page: nobody opens what declares nothing, and everybody sees only their own area.

A view declares itself with `access`, `signed_in` or `public`; those written before there were accounts
stand in `access_rules.DECLARED`. The application refuses to start while one of its addresses is undeclared.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask import session as cookie_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user

from enterprise_pipeline.config import is_loopback
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import sessions
from enterprise_pipeline.services.accounts.existing import any_account
from enterprise_pipeline.services.accounts.guarding import require_in_scope
from enterprise_pipeline.services.accounts.identity import ANONYMOUS, LOCAL, Access
from enterprise_pipeline.services.accounts.rights import Right
from enterprise_pipeline.services.accounts.scope import NOTHING, Scope
from enterprise_pipeline.services.accounts.sessions import Visit
from enterprise_pipeline.transaction import admit_writes, reading
from enterprise_pipeline.web.access_rules import (
    DECLARED,
    PUBLIC,
    SIGNED_IN,
    UNASKED,
    UNASKED_GROUPS,
    WHILE_ENROLLING,
    Audience,
    Cut,
    Rule,
    entitled,
)
from enterprise_pipeline.web.context import NAVIGATION, OWN_ENTERPRISE, NavigationEntry, has_page, today

View = TypeVar("View", bound=Callable[..., Any])
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
_RULE = "__access__"


class UndeclaredPage(RuntimeError):
    """An address says nothing about who may open it."""


class Visitor(UserMixin):
    """What Flask-Login knows of somebody: the name of the session in the cookie, and whose it is."""

    def __init__(self, cookie: str, visit: Visit | None = None) -> None:
        self.cookie = cookie
        self.visit = visit

    def get_id(self) -> str:
        """The name of the session: account, epoch and token."""
        return self.cookie


def declared(rule: Rule) -> Callable[[View], View]:
    """Declare what a view asks for."""

    def mark(view: View) -> View:
        setattr(view, _RULE, rule)
        return view

    return mark


def access(*rights: Right, cut: Cut = Cut.WHOLE) -> Callable[[View], View]:
    """Declare that a view is for those who have all of these rights."""
    return declared(entitled(*rights, cut=cut))


def signed_in(view: View) -> View:
    """Declare that a view is for whoever is signed in."""
    return declared(SIGNED_IN)(view)


def public(view: View) -> View:
    """Declare that a view is for everybody."""
    return declared(PUBLIC)(view)


def rule_of(endpoint: str) -> Rule | None:
    """What an address asks for; None where it is undeclared."""
    marked: Rule | None = getattr(current_app.view_functions.get(endpoint), _RULE, None)
    return marked or DECLARED.get(endpoint)


def current_access() -> Access:
    """Who asks, and what this person may do."""
    found: Access = g.get("access", ANONYMOUS)
    return found


def current_scope() -> Scope:
    """Which enterprises this request may see, by the rights that its page asks for."""
    found: Scope = g.get("scope", NOTHING)
    return found


def may_open(endpoint: str) -> bool:
    """Whether whoever asks may open a page, as far as its address alone tells."""
    rule, who = rule_of(endpoint) if has_page(endpoint) else None, current_access()
    if rule is None or (who.must_enrol and endpoint not in WHILE_ENROLLING):
        return False
    return _refusal(rule, who) is None


def home() -> str:
    """Where whoever asks begins: the overview, their enterprise or enterprises, or their account."""
    if may_open("overview.show") and not of_enterprises_alone(current_access().scope()):
        return url_for("overview.show")
    of_one = [grant.enterprise_id for grant in current_access().grants if grant.enterprise_id is not None]
    if len(set(of_one)) > 1 and may_open("enterprises.index"):
        return url_for("enterprises.index")
    if of_one and may_open("enterprises.show"):
        return url_for("enterprises.show", enterprise_id=of_one[0])
    return url_for("my_account.show" if current_access().account_id else "accounts.login")


def of_enterprises_alone(scope: Scope) -> bool:
    """Whether somebody belongs to enterprises, rather than to the city or a county."""
    return bool(scope.enterprise_ids) and not scope.jurisdictions


def has_accounts() -> bool:
    """Whether anybody has an account; remembered once there is one, because accounts are never deleted."""
    known = current_app.extensions["has_accounts"]
    if not known:
        known[:] = [True] if any_account(reading()) else []
    return bool(known)


def init_access(app: Flask) -> None:
    """Set up the gate that every request passes, and let templates ask what whoever looks may open."""
    app.extensions["has_accounts"] = []
    manager = LoginManager()
    # Its init_app would look into the session after every request, to keep a cookie that we never set.
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.session_protection = None  # sessions are rows of ours, which end by themselves
    manager.user_loader(_load)
    app.before_request(_gate)
    app.jinja_env.globals.update(access=current_access, may_open=may_open, navigation=_navigation)


def require_declarations(app: Flask) -> None:
    """Raise `UndeclaredPage` where an address says nothing about who may open it."""
    with app.app_context():
        silent = sorted(endpoint for endpoint in app.view_functions if rule_of(endpoint) is None)
    if silent:
        raise UndeclaredPage(
            f"These pages do not say who may open them: {', '.join(silent)}. "
            "Declare each with @access(Right…), @signed_in or @public of web/access.py."
        )


def _load(cookie: str) -> Visitor | None:
    found = sessions.visit(cookie, now=clock.now(), today=today())
    return Visitor(cookie, found) if found else None


def _gate() -> ResponseReturnValue | None:
    """Let a request through or answer it; runs before every view."""
    if request.endpoint in UNASKED or request.blueprint in UNASKED_GROUPS:
        return None
    if not has_accounts():
        if not is_from_this_machine():
            return _only_here()
        g.access = LOCAL
    elif current_user.is_authenticated:
        g.access = current_user.visit.access
        admit_writes(partial(sessions.require_open, session_id=g.access.session_id))
        sessions.seen(current_user.visit, now=clock.now())
    if request.endpoint is None or request.routing_exception is not None:
        return None
    rule = rule_of(request.endpoint)
    if rule is None:
        abort(403, _("这个页面没有声明谁可以打开，所以谁也不能打开。请告诉管理员。"))
    return _pass(rule, current_access())


def _pass(rule: Rule, who: Access) -> ResponseReturnValue | None:
    if rule.audience is Audience.EVERYBODY:
        return None
    if not who.is_known:
        return _ask_to_sign_in()
    if who.must_enrol and request.endpoint not in WHILE_ENROLLING:
        return redirect(url_for("my_account.enrol", as_of=None), code=303)
    refusal = _refusal(rule, who)
    if refusal is not None:
        abort(403, refusal)
    if rule.audience is Audience.ENTITLED:
        g.scope = who.scope(*rule.rights)
    if rule.cut is Cut.ENTERPRISE:
        enterprise_id = (request.view_args or {})["enterprise_id"]
        require_in_scope(enterprise_id, g.scope, actor=who.actor, asked_for=request.endpoint or "")
    return None


def _refusal(rule: Rule, who: Access) -> str | None:
    """Why somebody may not open what asks for this, in words; None when they may."""
    if rule.audience is Audience.EVERYBODY:
        return None
    if not who.is_known:
        return str(_("请先登录。"))
    if rule.audience is Audience.SIGNED_IN:
        return None if who.account_id is not None else str(_("这个页面要先登录账号；本机现在还没有账号。"))
    if not who.has(*rule.rights):
        if request.method in {"GET", "HEAD"}:  # Looking changes nothing; nobody need be told.
            return str(_("您的角色不能打开这个页面。"))
        return str(_("您的角色没有这项权限，没有做任何改动。"))
    if rule.cut is Cut.WHOLE and not who.scope(*rule.rights).is_everything:
        return str(_("这个页面包含全市的企业，您的角色只能查看本辖区或本企业。"))
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    """Lead to the login, and back afterwards; what somebody has typed is left in the browser."""
    was_signed_in = "_user_id" in cookie_session
    if request.headers.get("HX-Request"):
        address = url_for("accounts.login", as_of=None)
        return Response(status=401, headers={"HX-Redirect": address})
    if request.method not in ("GET", "HEAD"):
        abort(401)
    asked = request.full_path if request.query_string else request.path
    ended = "1" if was_signed_in else None
    return redirect(url_for("accounts.login", next=asked, ended=ended, as_of=None), code=303)


def is_from_this_machine() -> bool:
    """Whether a request comes straight from a program on this machine, and through no server between."""
    passed_on = any(name in request.headers for name in FORWARDED)
    return is_loopback(request.remote_addr or "") and not passed_on


def _only_here() -> Response:
    text = (
        "This registry has no accounts yet, so it answers programs on its own machine only. "
        "Make the first account with: flask --app app accounts create-administrator NAME\n"
    )
    return Response(text, status=403, mimetype="text/plain")


def _navigation() -> list[NavigationEntry]:
    """The ways of whoever looks; people of enterprises find theirs, rather than the tools of the bureau."""
    found = [entry for entry in NAVIGATION if may_open(entry.endpoint)]
    if not of_enterprises_alone(current_access().scope()):
        return found
    kept = {
        "enterprises.index": replace(OWN_ENTERPRISE, address=home()),
        "rules.index": None,
        "help.show": None,
    }
    return [kept[entry.endpoint] or entry for entry in found if entry.endpoint in kept]
