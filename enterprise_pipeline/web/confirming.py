"""Asks for the password again before what somebody at an open desk could take over an account with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from flask import render_template, request, session
from flask.typing import ResponseReturnValue

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import signing_in
from enterprise_pipeline.services.accounts.throttle import TooManyTries
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.web.access import current_access
from enterprise_pipeline.web.accounts import CONFIRMED, refused, remember_password
from enterprise_pipeline.web.csrf import csrf_meta
from forms.accounts import PasswordCheckForm

PAGE = "my_account/confirm.html"
WRONG_PASSWORD = N_("当前密码不正确；请重新输入。")
LASTS = timedelta(minutes=15)
_NOT_CARRIED = ("current", "csrf_token")


Asked = ParamSpec("Asked")
View = Callable[Asked, ResponseReturnValue]


def after_password(view: View[Asked]) -> View[Asked]:
    """Have what a view changes wait for the password of whoever has not typed it lately."""

    @wraps(view)
    def asking(*args: Asked.args, **named: Asked.kwargs) -> ResponseReturnValue:
        asked = ask_password() if request.method == "POST" else None
        return view(*args, **named) if asked is None else asked

    return asking


def not_for_oneself(view: View[Asked]) -> View[Asked]:
    """Refuse for one's own account what goes around the password that its owner is asked for elsewhere."""

    @wraps(view)
    def refusing(*args: Asked.args, **named: Asked.kwargs) -> ResponseReturnValue:
        if (request.view_args or {})["account_id"] == current_access().account_id:
            raise ServiceError(Text(N_("自己的密码和动态验证码请在“我的账号”里修改，那里会先核对密码。")))
        return view(*args, **named)

    return refusing


def ask_password() -> ResponseReturnValue | None:
    """Ask whoever has not typed the password within a quarter of an hour; None when there is no need.

    The page that asks sends the same form again, so that nothing that was typed is lost.
    """
    if current_access().is_local or _is_known():
        return None
    is_answer = "current" in request.form
    form = PasswordCheckForm(request.form if is_answer else None, meta=csrf_meta())
    carried = [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_CARRIED]
    if is_answer and form.validate():
        account_id, typed = current_access().account_id or 0, form.current.data or ""
        try:
            if signing_in.check_password(account_id, typed, now=clock.now()):
                remember_password()
                return None
        except TooManyTries as error:
            return refused(PAGE, form, error, carried=carried)
        form.add_error("current", WRONG_PASSWORD)
    return render_template(PAGE, form=form, carried=carried), 422 if form.errors else 200


def _is_known() -> bool:
    """Whether the password was typed lately; a time of the future, after the clock went back, is none."""
    kept = session.get(CONFIRMED)
    return isinstance(kept, str) and timedelta() <= clock.now() - datetime.fromisoformat(kept) < LASTS
