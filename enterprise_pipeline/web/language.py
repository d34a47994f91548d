"""The language of the pages: Chinese unless somebody chose English."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, redirect, request, url_for
from flask_babel import Babel
from werkzeug.wrappers import Response

LANGUAGES = {"zh": "中文", "en": "English"}
COOKIE = "language"
A_YEAR_S = 365 * 24 * 3600

bp = Blueprint("language", __name__, url_prefix="/language")


def chosen_language() -> str:
    """The language of the cookie, else Chinese."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else "zh"


@bp.post("")
def choose() -> Response:
    """Remember a language on this browser and go back to the page where it was chosen."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400)
    response = redirect(own_path(request.form.get("next", "")))
    response.set_cookie(COOKIE, language, max_age=A_YEAR_S, httponly=True, samesite="Lax")
    return response


def own_path(address: str, *, otherwise: str | None = None) -> str:
    """Return the address when it stays on this site, else ``otherwise`` or the overview."""
    return address if _is_own(address) else otherwise or url_for("overview.show")


def _is_own(address: str) -> bool:
    """Whether browsers take this for a path of this site: they drop control signs and turn backslashes."""
    if not address.startswith("/") or "\\" in address or not address.isprintable():
        return False
    return not address.startswith("//") and not urlsplit(address).netloc


def init_language(app: Flask) -> None:
    """Set up translations; Chinese is the source, so it needs no catalogue."""
    Babel(app, default_locale="zh", locale_selector=chosen_language)
    app.jinja_env.globals.update(language=chosen_language, languages=LANGUAGES)
