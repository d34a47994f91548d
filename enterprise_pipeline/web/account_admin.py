"""Accounts as administrators run them: invite, give and end roles, hand over links, lock and unlock."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_pipeline.config import is_loopback
from enterprise_pipeline.services import clock, reference
from enterprise_pipeline.services.accounts import (
    administration,
    listing,
    outside,
    reset_links,
    second_factor,
    sessions,
)
from enterprise_pipeline.services.accounts.administration import NewGrant
from enterprise_pipeline.services.accounts.listing import AccountRecord
from enterprise_pipeline.services.accounts.reset_links import NewLink
from enterprise_pipeline.services.accounts.rights import RIGHT_NAMES, ROLES, Right, Role
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.texts import Text
from enterprise_pipeline.web.access import access, current_access, may_open
from enterprise_pipeline.web.access_rules import Cut
from enterprise_pipeline.web.confirming import after_password, not_for_oneself
from enterprise_pipeline.web.context import local_zone, today
from enterprise_pipeline.web.csrf import csrf_meta
from enterprise_pipeline.web.entry_forms import ID, pin
from enterprise_pipeline.web.filters import jurisdiction
from forms.accounts import AccountForm, GrantForm, ReasonForm

bp = Blueprint("account_admin", __name__, url_prefix="/accounts")
manages = access(Right.MANAGE_ACCOUNTS, cut=Cut.NOTHING)


@bp.get("")
@manages
def index() -> str:
    """Every account with its roles; before there is one, how to make it."""
    text = request.args.get("q", "").strip()
    return render_template(
        "account_admin/index.html",
        accounts=listing.all_accounts(today=today(), text=text),
        wanted=text,
        day_shown=today(),
        is_local=current_access().is_local,
    )


@bp.get("/roles")
@manages
def roles() -> str:
    """What each role may do."""
    return render_template("account_admin/roles.html", roles=ROLES, rights=RIGHT_NAMES)


@bp.route("/new", methods=["GET", "POST"])
@manages
@after_password
def invite() -> ResponseReturnValue:
    """Open an account with its first role, and show the link to hand over."""
    if current_access().is_local:
        return redirect(url_for(".index"), code=303)
    form = AccountForm(request.form, valid_from=today(), meta=csrf_meta())
    offer_roles(form)
    if request.method == "POST" and form.validate():
        try:
            account_id, link = administration.create_account(
                form.username.data or "",
                form.display_name.data or "",
                [_grant(form)],
                actor=current_access().actor,
                now=clock.now(),
            )
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            return _link_once(account_id, link)
    return render_template("account_admin/new.html", form=form), 422 if form.errors else 200


@bp.get(f"/<{ID}:account_id>")
@manages
def show(account_id: int) -> str:
    """One account: roles, ways to sign in, open sessions."""
    form = GrantForm(valid_from=today(), meta=csrf_meta())
    return _account_page(account_id, form)


@bp.post(f"/<{ID}:account_id>/roles")
@manages
@after_password
def give_role(account_id: int) -> ResponseReturnValue:
    """Give a further role."""
    form = GrantForm(request.form, meta=csrf_meta())
    offer_roles(form)
    if form.validate():
        try:
            administration.give_role(account_id, _grant(form), actor=current_access().actor, now=clock.now())
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            flash(_("已分配角色。"), "success")
            return redirect(url_for(".show", account_id=account_id), code=303)
    return _account_page(account_id, form), 422


@bp.route(f"/<{ID}:account_id>/roles/<{ID}:grant_id>/end", methods=["GET", "POST"])
@manages
def end_role(account_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role away at once, for who has confirmed it."""
    form = ReasonForm(request.form, meta=csrf_meta())
    if request.method == "GET" or not form.validate():
        return _ask_first(account_id, "role", form, grant_id=grant_id)
    who, reason = current_access().actor, form.reason.data or None
    administration.end_role(account_id, grant_id, actor=who, today=today(), now=clock.now(), reason=reason)
    flash(_("已收回角色，并让这个账号的所有设备退出登录。"), "success")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.post(f"/<{ID}:account_id>/link")
@manages
@not_for_oneself
@after_password
def make_link(account_id: int) -> ResponseReturnValue:
    """Make a link to set a password with, and show it once."""
    return _link_once(account_id, reset_links.make(account_id, actor=current_access().actor, now=clock.now()))


@bp.route(f"/<{ID}:account_id>/lock", methods=["GET", "POST"])
@manages
def lock(account_id: int) -> ResponseReturnValue:
    """Keep an account from signing in, for who has confirmed it."""
    form = ReasonForm(request.form, meta=csrf_meta())
    if request.method == "GET" or not form.validate():
        return _ask_first(account_id, "lock", form)
    who, reason = current_access().actor, form.reason.data or None
    administration.lock(account_id, actor=who, today=today(), now=clock.now(), reason=reason)
    flash(_("已锁定账号，并让它的所有设备退出登录。"), "success")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.post(f"/<{ID}:account_id>/unlock")
@manages
def unlock(account_id: int) -> ResponseReturnValue:
    """Let an account sign in again, also after too many tries."""
    administration.unlock(account_id, actor=current_access().actor)
    flash(_("已解除锁定，登录失败次数已清零。"), "success")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.route(f"/<{ID}:account_id>/second-factor/remove", methods=["GET", "POST"])
@manages
@not_for_oneself
@after_password
def remove_second_factor(account_id: int) -> ResponseReturnValue:
    """Turn a second factor off, for somebody who lost telephone and codes; asks first."""
    form = ReasonForm(request.form, meta=csrf_meta())
    if request.method == "GET" or not form.validate():
        return _ask_first(account_id, "factor", form)
    second_factor.remove(account_id, actor=current_access().actor, reason=form.reason.data or None)
    sessions.end_others(account_id, besides=None, actor=current_access().actor, now=clock.now())
    flash(_("已停用这个账号的动态验证码。"), "success")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.route(f"/<{ID}:account_id>/sessions/end", methods=["GET", "POST"])
@manages
def end_sessions(account_id: int) -> ResponseReturnValue:
    """Sign every browser of an account out, for who has confirmed it."""
    if request.method == "GET":
        return _ask_first(account_id, "sessions", None)
    sessions.end_others(account_id, besides=None, actor=current_access().actor, now=clock.now())
    flash(_("已让这个账号的所有设备退出登录。"), "success")
    return redirect(url_for(".show", account_id=account_id), code=303)


@bp.get("/outside-views")
@access(Right.VIEW_AUDIT, cut=Cut.WHOLE)
def outside_views() -> str:
    """Who asked for enterprises outside their own area."""
    views = listing.outside_views()
    days = outside.by_person_and_day(local_zone(), now=clock.now())
    return render_template("account_admin/outside.html", views=views, days=days)


def outside_views_lately() -> int:
    """How many there were in the last thirty days, for whoever may look into them."""
    return outside.count_lately(now=clock.now()) if may_open("account_admin.outside_views") else 0


bp.add_app_template_global(outside_views_lately, "outside_views_lately")


def offer_roles(form: GrantForm) -> None:
    """Fill the lists to choose from, in the page's language."""
    form.role.offer([(role.value, rule.name) for role, rule in ROLES.items()])
    form.jurisdiction.offer([(place.code, jurisdiction(place.code)) for place in reference.jurisdictions()])


def _grant(form: GrantForm) -> NewGrant:
    return NewGrant(role=Role(form.role.data), **form.grant())


def _ask_first(
    account_id: int, act: str, form: ReasonForm | None, *, grant_id: int | None = None
) -> ResponseReturnValue:
    """Who is meant and what follows, before an act that hits somebody at once."""
    record = listing.one_account(account_id, today=today(), now=clock.now())
    open_roles = (given for given in record.roles if given.revoked_at is None)
    given = next((given for given in open_roles if given.grant.id == grant_id), None)
    if grant_id is not None and given is None:
        raise NotFound(Text(administration.NO_SUCH_GRANT))
    page = render_template("account_admin/confirm.html", record=record, act=act, form=form, given=given)
    return page, 422 if form is not None and form.errors else 200


def _account_page(account_id: int, form: GrantForm) -> str:
    record: AccountRecord = listing.one_account(account_id, today=today(), now=clock.now())
    offer_roles(form)
    values: dict[str, Any] = {
        "open_sessions": sessions.open_sessions(account_id, now=clock.now()),
        "codes_left": second_factor.codes_left(account_id),
        "day_shown": today(),
        "is_me": account_id == current_access().account_id,
    }
    return render_template("account_admin/show.html", record=record, form=form, **values)


def _link_once(account_id: int, link: NewLink) -> Response:
    """Show a link to print; it is stored nowhere and cannot be shown again."""
    address = url_for("accounts.set_password", token=link.token, as_of=None, _external=True)
    record = listing.one_account(account_id, today=today(), now=clock.now())
    values = {"until": link.expires_at, "is_for_this_machine": is_loopback(urlsplit(address).hostname or "")}
    answer = make_response(
        render_template("account_admin/link.html", record=record, address=address, **values)
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
