"""One's own account: password, second factor, recovery codes and the browsers that are signed in."""

import segno
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
from flask_babel import ngettext
from flask_login import logout_user

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import listing, reset_links, second_factor, sessions, signing_in
from enterprise_pipeline.services.accounts.listing import AccountRecord
from enterprise_pipeline.services.accounts.throttle import TooManyTries
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.texts import Text
from enterprise_pipeline.web.access import current_access, signed_in
from enterprise_pipeline.web.accounts import refused
from enterprise_pipeline.web.confirming import WRONG_PASSWORD
from enterprise_pipeline.web.context import today
from enterprise_pipeline.web.csrf import csrf_meta
from enterprise_pipeline.web.entry_forms import ID, pin
from forms.accounts import ChangePasswordForm, CodeForm, EnrolForm, PasswordCheckForm

bp = Blueprint("my_account", __name__, url_prefix="/account")

QR_SCALE = 5


@bp.get("")
@signed_in
def show() -> str:
    """What I may do, and where I am signed in."""
    return render_template(
        "my_account/show.html",
        record=_mine(),
        open_sessions=sessions.open_sessions(_my_id(), now=clock.now()),
        this_session=current_access().session_id,
        codes_left=second_factor.codes_left(_my_id()),
        day_shown=today(),
    )


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change the password; every browser has to sign in again, this one too."""
    form = ChangePasswordForm(request.form, meta=csrf_meta())
    if request.method == "POST" and form.validate():
        try:
            if signing_in.check_password(_my_id(), form.current.data or "", now=clock.now()):
                reset_links.change_password(
                    _my_id(), form.password.data or "", actor=current_access().actor, now=clock.now()
                )
                logout_user()
                session.clear()
                flash(_("密码已修改；所有设备都已退出，请用新密码登录。"), "success")
                return redirect(url_for("accounts.login"), code=303)
            form.add_error("current", WRONG_PASSWORD)
        except FieldConflict as conflict:
            pin(form, conflict)
        except TooManyTries as error:
            return refused("my_account/password.html", form, error)
    return render_template("my_account/password.html", form=form), 422 if form.errors else 200


@bp.route("/second-factor", methods=["GET", "POST"])
@signed_in
def enrol() -> ResponseReturnValue:
    """Put a secret into a telephone, and prove it with a code; then show the recovery codes once."""
    if current_access().has_second_factor:
        return redirect(url_for(".show", _anchor="second-factor"), code=303)
    must = current_access().must_enrol
    form = (CodeForm if must else EnrolForm)(request.form, meta=csrf_meta())
    offer = second_factor.offer(_my_id())
    values = {"offer": offer, "qr": qr_address(offer.address), "must": must}
    if request.method == "POST" and form.validate():
        try:
            codes = _enrolled(form)
        except FieldConflict as conflict:
            pin(form, conflict)
        except TooManyTries as error:
            return refused("my_account/enrol.html", form, error, **values)
        else:
            return _codes_once(codes)
    page = render_template("my_account/enrol.html", form=form, **values)
    return _unstored(page, 422 if form.errors else 200)


@bp.route("/recovery-codes", methods=["GET", "POST"])
@signed_in
def recovery_codes() -> ResponseReturnValue:
    """Replace the recovery codes, for who knows the password."""
    form = PasswordCheckForm(request.form, meta=csrf_meta())
    if request.method == "POST" and form.validate():
        try:
            if signing_in.check_password(_my_id(), form.current.data or "", now=clock.now()):
                return _codes_once(second_factor.renew_codes(_my_id(), actor=current_access().actor))
            form.add_error("current", WRONG_PASSWORD)
        except TooManyTries as error:
            return refused("my_account/check.html", form, error, purpose="codes")
    return render_template("my_account/check.html", form=form, purpose="codes"), 422 if form.errors else 200


@bp.route("/second-factor/remove", methods=["GET", "POST"])
@signed_in
def remove_second_factor() -> ResponseReturnValue:
    """Turn the second factor off, for who knows the password; some roles cannot be held without it."""
    form = PasswordCheckForm(request.form, meta=csrf_meta())
    if request.method == "POST" and form.validate():
        try:
            if signing_in.check_password(_my_id(), form.current.data or "", now=clock.now()):
                second_factor.remove(_my_id(), actor=current_access().actor)
                flash(_("动态验证码已停用。"), "success")
                return redirect(url_for(".show", _anchor="second-factor"), code=303)
            form.add_error("current", WRONG_PASSWORD)
        except TooManyTries as error:
            return refused("my_account/check.html", form, error, purpose="remove")
    return render_template("my_account/check.html", form=form, purpose="remove"), 422 if form.errors else 200


@bp.post(f"/sessions/<{ID}:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign one browser out."""
    sessions.end(_my_id(), session_id, actor=current_access().actor, now=clock.now())
    flash(_("已让这台设备退出登录。"), "success")
    return redirect(url_for(".show", _anchor="sessions"), code=303)


@bp.post("/sessions/end-others")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other browser out."""
    who = current_access()
    ended = sessions.end_others(_my_id(), besides=who.session_id, actor=who.actor, now=clock.now())
    flash(
        ngettext("已让其他 %(num)s 台设备退出登录。", "已让其他 %(num)s 台设备退出登录。", ended), "success"
    )
    return redirect(url_for(".show", _anchor="sessions"), code=303)


def _enrolled(form: CodeForm) -> list[str]:
    """Turn the second factor on for who knows the password; who must have one has typed it just now."""
    if isinstance(form, EnrolForm) and not signing_in.check_password(
        _my_id(), form.current.data or "", now=clock.now()
    ):
        raise FieldConflict("current", Text(WRONG_PASSWORD))
    return second_factor.enrol(_my_id(), form.code.data or "", actor=current_access().actor, now=clock.now())


def qr_address(content: str) -> str:
    """A QR code as an image inside the page: a data address, which the content policy lets in."""
    return str(segno.make(content, error="m").svg_data_uri(scale=QR_SCALE, border=2))


def _codes_once(codes: list[str]) -> Response:
    """Show recovery codes; they are stored nowhere and cannot be shown again."""
    return _unstored(render_template("my_account/codes.html", codes=codes, username=current_access().actor))


def _unstored(page: str, status: int = 200) -> Response:
    """A page with a secret on it that browsers do not keep."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _my_id() -> int:
    return current_access().account_id or 0


def _mine() -> AccountRecord:
    return listing.one_account(_my_id(), today=today(), now=clock.now())
