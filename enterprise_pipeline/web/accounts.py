"""Signing in and out, and setting a password with a link that an administrator has handed over."""

from datetime import UTC, datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import reset_links, sessions, signing_in
from enterprise_pipeline.services.accounts.devices import browser_of, system_of
from enterprise_pipeline.services.accounts.reset_links import LINK_PATH
from enterprise_pipeline.services.accounts.sessions import Device
from enterprise_pipeline.services.accounts.signing_in import FirstStep, WrongCode, WrongLogin
from enterprise_pipeline.services.accounts.throttle import TooManyTries
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.web.access import Visitor, current_access, has_accounts, home, public, signed_in
from enterprise_pipeline.web.account_words import init_words
from enterprise_pipeline.web.csrf import csrf_meta
from enterprise_pipeline.web.entry_forms import pin
from enterprise_pipeline.web.language import own_path
from enterprise_pipeline.web.visitors import visitor_address
from forms.accounts import CodeForm, LoginForm, NewPasswordForm
from forms.base import BaseForm

bp = Blueprint("accounts", __name__)
init_words(bp)

FIRST_STEP = "first_step"
CONFIRMED = "confirmed_at"
RETRY_AFTER = "Retry-After"


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Ask for name and password; every failure says the same."""
    if current_access().is_known:
        return redirect(own_path(request.values.get("next", ""), otherwise=home()), code=303)
    form = LoginForm(request.form, meta=csrf_meta())
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    elif form.validate():
        name, password = form.username.data or "", form.password.data or ""
        try:
            first = signing_in.sign_in(name, password, device=device(), now=clock.now())
        except (WrongLogin, TooManyTries) as error:
            return refused("accounts/login.html", form, error, ended=False)
        if first.cookie is None:
            return _ask_for_code(first, next_page=form.next.data or "")
        open_session(first.cookie)
        return redirect(_onwards(form.next.data or ""), code=303)
    ended = request.args.get("ended") == "1"
    return render_template("accounts/login.html", form=form, ended=ended), 422 if form.errors else 200


@bp.route("/login/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Ask for the code of the second factor."""
    first, next_page = _first_step()
    if first is None:
        return redirect(url_for("accounts.login"), code=303)
    form = CodeForm(request.form, meta=csrf_meta())
    if request.method == "POST" and form.validate():
        try:
            cookie = signing_in.second_step(first, form.code.data or "", device=device(), now=clock.now())
        except (WrongCode, TooManyTries) as error:
            return refused("accounts/code.html", form, error)
        except WrongLogin:
            session.pop(FIRST_STEP, None)
            flash(_("登录超时，请重新输入用户名和密码。"), "warning")
            return redirect(url_for("accounts.login"), code=303)
        open_session(cookie)
        return redirect(_onwards(next_page), code=303)
    return render_template("accounts/code.html", form=form), 422 if form.errors else 200


@bp.get("/begin")
@signed_in
def begin() -> ResponseReturnValue:
    """Lead to the page where this person begins; right after signing in nobody knows it yet."""
    return redirect(home(), code=303)


@bp.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """End the session of this browser."""
    who = current_access()
    sessions.end(who.account_id or 0, who.session_id or 0, actor=who.actor, now=clock.now())
    logout_user()
    session.clear()
    flash(_("您已退出登录。"), "success")
    return redirect(url_for("accounts.login"), code=303)


@bp.route(f"{LINK_PATH}<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> ResponseReturnValue:
    """Set a password with a link; looking at it does not use it up."""
    owner = reset_links.owner_of(token, now=clock.now())
    form = NewPasswordForm(request.form, meta=csrf_meta())
    if request.method == "POST" and form.validate():
        try:
            reset_links.set_password(token, form.password.data or "", now=clock.now())
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            logout_user()
            session.clear()
            flash(_("密码已设置，请登录。"), "success")
            return redirect(url_for("accounts.login"), code=303)
    return render_template("accounts/password.html", form=form, owner=owner), 422 if form.errors else 200


def device() -> Device:
    """Where this request comes from, in a few words."""
    words = request.user_agent.string
    return Device(browser=browser_of(words), system=system_of(words), address=visitor_address()[:45])


def open_session(cookie: str) -> None:
    """Give this browser a session of its own; nothing of an earlier one stays."""
    session.clear()
    remember_password()
    login_user(Visitor(cookie))


def remember_password() -> None:
    """Remember in the signed cookie when whoever is here last typed the password; see `confirming`."""
    session[CONFIRMED] = clock.now().isoformat()


def refused(
    template: str, form: BaseForm, error: WrongLogin | WrongCode | TooManyTries, **values: Any
) -> Response:
    """Show why signing in did not work above the form."""
    form.form_errors.append(error.message)
    is_waiting = isinstance(error, TooManyTries)
    answer = make_response(
        render_template(template, form=form, is_waiting=is_waiting, **values), 429 if is_waiting else 422
    )
    if isinstance(error, TooManyTries):
        answer.headers[RETRY_AFTER] = str(int(error.wait.total_seconds()) + 1)
    return answer


def _onwards(address: str) -> str:
    """Where to go after signing in: to what was asked for where it is ours, else where this person begins."""
    return own_path(address, otherwise=url_for("accounts.begin"))


def _ask_for_code(first: FirstStep, *, next_page: str) -> ResponseReturnValue:
    """Remember in the signed cookie that the password was right, for a few minutes."""
    session.clear()
    session[FIRST_STEP] = [first.account_id, first.epoch, first.passed_at.isoformat(), next_page]
    return redirect(url_for("accounts.code"), code=303)


def _first_step() -> tuple[FirstStep | None, str]:
    """What the cookie remembers; one of an earlier version of this program, of another shape, is none."""
    kept = session.get(FIRST_STEP)
    if kept is None or not has_accounts():
        return None, ""
    try:
        account_id, epoch, passed_at, next_page = kept
        first = FirstStep(
            account_id=int(account_id),
            epoch=int(epoch),
            passed_at=datetime.fromisoformat(passed_at).astimezone(UTC),
            cookie=None,
        )
    except (TypeError, ValueError):
        session.pop(FIRST_STEP, None)
        return None, ""
    return first, str(next_page)
