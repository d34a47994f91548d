"""The quick check: public pages without account or session; the only cookie is the language."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests
from werkzeug.wrappers import Response

from enterprise_pipeline.services.quick_check.answers import ANSWERABLE, Answers, read_answers
from enterprise_pipeline.services.quick_check.links import KeptCheck, forget, keep, opened
from enterprise_pipeline.services.quick_check.result import Assessment, assess, standings
from enterprise_pipeline.services.quick_check.screens import BY_ID, Asked, asked_on, columns_on
from enterprise_pipeline.services.quick_check.throttle import visit, visitor_digest
from enterprise_pipeline.web.check_screens import ScreenPage, contradict, read, shown, typed
from enterprise_pipeline.web.check_words import init_check_words
from enterprise_pipeline.web.context import settings, today
from enterprise_pipeline.web.csrf import protect
from enterprise_pipeline.web.language import A_YEAR_S, COOKIE, LANGUAGES
from enterprise_pipeline.web.visitors import visitor_address

bp = Blueprint("check", __name__, url_prefix="/check")
# A token would need a session, and strangers get none: the pages only compute, and what is kept can be
# changed only by whoever holds its link. Other sites are refused by `csrf.init_csrf`, here as everywhere.
protect.exempt(bp)
init_check_words(bp)

LONGEST_FORM = 100_000
UNCOUNTED = frozenset({"check.start", "check.language"})
BACK, SKIP, NEXT, RESULT, EDIT, UNIT = "back", "skip", "next", "result", "edit", "unit"


@bp.url_value_preprocessor
def refuse_long_forms(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Read no more than the answers can be long; told before anything looks into the form."""
    request.max_content_length = LONGEST_FORM


@bp.before_request
def keep_the_pace() -> None:
    """Refuse an address that comes too often, saying when to come back."""
    if request.endpoint in UNCOUNTED:
        return
    _count("step", settings().check_limit)


@bp.get("")
def start() -> str:
    """What the check is, and what it is not."""
    return render_template("check/start.html", days=settings().check_days)


@bp.get("/")
@bp.get("/step")
def restart() -> Response:
    """An address opened without answers begins anew."""
    return redirect(url_for("check.start"))


@bp.post("/step")
def step() -> Response:
    """Take the answers of one screen and show the next, an earlier one, or the result."""
    answers = _answers()
    go, _mark, target = request.form.get("go", "").partition(":")
    screen = BY_ID.get(request.form.get("screen", ""))
    if go == EDIT and target in BY_ID:
        return _screen(_revisited(answers, target), answers)
    if screen is None:
        return _onwards(answers, to_result=go == RESULT)
    asked = _asked_now(answers, screen.id)
    if go == BACK:
        return _back(asked, _with_what_can_be_read(asked, answers))
    if go == SKIP:
        return _onwards(answers.with_screen(screen.id, dict.fromkeys(asked.columns)))
    if go == UNIT:
        return _other_unit(asked, answers, target)
    if go not in (NEXT, RESULT):
        return _page(typed(asked, as_of=today()), answers)
    return _take(asked, answers, to_result=go == RESULT)


@bp.post("/keep")
def keep_answers() -> Response:
    """Keep the answers under a private link, a new one or the one they came from."""
    answers = _answers()
    _count("keep", settings().check_keep_limit)
    kept = keep(answers, days=settings().check_days, token=request.form.get("token", ""))
    return redirect(url_for("check.saved", token=kept.token), HTTPStatus.SEE_OTHER)


@bp.get("/saved/<token>")
def saved(token: str) -> Response:
    """What a private link holds, held against the rules of today."""
    kept = opened(token)
    return _result(assess(kept.answers, as_of=today()), kept=kept)


@bp.get("/saved/<token>/delete")
def confirm_deletion(token: str) -> str:
    """Ask once more."""
    return render_template("check/delete.html", kept=opened(token))


@bp.post("/saved/<token>/delete")
def delete(token: str) -> str:
    """Delete what a link holds."""
    forget(token)
    return render_template("check/deleted.html")


@bp.post("/language")
def language() -> Response:
    """Remember a language and show the same page again, with the answers in the form."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(HTTPStatus.BAD_REQUEST)
    saved_under = request.form.get("kept", "")
    if saved_under:
        answer = redirect(url_for("check.saved", token=saved_under), HTTPStatus.SEE_OTHER)
    elif "state" in request.form:
        # 307 sends the same form again, so that the answers never stand in an address.
        answer = redirect(url_for("check.step"), HTTPStatus.TEMPORARY_REDIRECT)
    else:
        answer = redirect(url_for("check.start"), HTTPStatus.SEE_OTHER)
    answer.set_cookie(COOKIE, chosen, max_age=A_YEAR_S, httponly=True, samesite="Lax")
    return answer


@bp.route("/<path:_rest>", methods=["GET", "POST"])
def nothing_here(_rest: str) -> Response:
    """Say in the public frame, too, that there is no such page."""
    abort(HTTPStatus.NOT_FOUND, _("自测没有这个页面；地址可能抄漏了字。"))


@bp.errorhandler(RequestEntityTooLarge)
def too_long(_error: RequestEntityTooLarge) -> Response:
    """Say it of a form: the words of the other pages are about files."""
    title, text = _("填写的内容太多"), _("这份表单比自测所需的大得多，没有处理。请重新开始。")
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    page = render_template("check/error.html", status=status, title=title, text=text, remedy="")
    return make_response(page, status)


def _answers() -> Answers:
    """The answers that the form carries."""
    answers = read_answers(request.form.get("state", ""))
    return replace(answers, path=tuple(screen for screen in answers.path if screen in BY_ID))


def _count(kind: str, limit: int) -> None:
    visitor = visitor_digest(visitor_address(), secret=settings().secret_key)
    pace = visit(visitor, kind=kind, limit=limit)
    if not pace.is_allowed:
        minutes = -(-pace.wait_seconds // 60)
        message = _("同一网络地址在一小时内的访问太多；请 %(minutes)s 分钟后再来。", minutes=minutes)
        raise TooManyRequests(message, retry_after=pace.wait_seconds)


def _asked_now(answers: Answers, screen_id: str) -> Asked:
    """The screen that was shown, with the columns that it named."""
    named = [name for name in request.form.getlist("asked") if name in ANSWERABLE]
    screen, left = BY_ID[screen_id], request.form.get("left", "")
    number = answers.path.index(screen_id) if screen_id in answers.path else len(answers.path)
    return Asked(
        screen=screen,
        columns=columns_on(screen, named),
        number=number + 1,
        left=int(left) if left.isascii() and left.isdigit() and len(left) == 1 else 0,
    )


def _revisited(answers: Answers, screen_id: str) -> Asked:
    return asked_on(BY_ID[screen_id], assess(answers, as_of=today()).questions, answers)


def _take(asked: Asked, answers: Answers, *, to_result: bool) -> Response:
    page = typed(asked, as_of=today())
    values = read(page)
    if values is None:
        return _page(page, answers, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    taken = answers.with_screen(asked.screen.id, values)
    if contradict(page, taken, as_of=today()):
        return _page(page, answers, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _onwards(taken, to_result=to_result)


def _onwards(answers: Answers, *, to_result: bool = False) -> Response:
    found = assess(answers, as_of=today())
    if to_result or found.next is None:
        return _result(found)
    return _screen(found.next, answers)


def _with_what_can_be_read(asked: Asked, answers: Answers) -> Answers:
    """Going back keeps what was typed, if it can be; blanks are not answers yet."""
    page = typed(asked, as_of=today())
    told = {name: value for name, value in (read(page) or {}).items() if value is not None}
    kept = replace(answers, told={**answers.told, **told}, unknown=answers.unknown - told.keys())
    return answers if contradict(page, kept, as_of=today()) else kept


def _back(asked: Asked, answers: Answers) -> Response:
    if asked.number <= 1:
        return make_response(render_template("check/start.html", days=settings().check_days, answers=answers))
    return _screen(_revisited(answers, answers.path[asked.number - 2]), answers)


def _other_unit(asked: Asked, answers: Answers, unit: str) -> Response:
    page = typed(asked, as_of=today())
    values = read(page)
    if values is None or unit not in ("wan", "yuan"):
        return _page(page, answers, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    known = {name: value for name, value in values.items() if value is not None}
    in_unit = shown(asked, Answers(told={**answers.told, **known}), as_of=today(), unit=unit)
    return _page(in_unit, answers)


def _screen(asked: Asked, answers: Answers) -> Response:
    return _page(shown(asked, answers, as_of=today()), answers)


def _page(page: ScreenPage, answers: Answers, *, status: int = HTTPStatus.OK) -> Response:
    text = render_template("check/screen.html", page=page, form=page.form, answers=answers, **_carried())
    return make_response(text, status)


def _result(found: Assessment, *, kept: KeptCheck | None = None) -> Response:
    token = kept.token if kept else request.form.get("token", "")
    text = render_template(
        "check/result.html",
        found=found,
        answers=found.answers,
        groups=standings(found),
        kept=kept,
        token=token,
        days=settings().check_days,
    )
    return make_response(text)


def _carried() -> dict[str, Any]:
    return {"token": request.form.get("token", "")}
