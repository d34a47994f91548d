"""Every form that changes something comes from our own pages and carries a token of this session."""

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask_babel import get_locale, gettext, ngettext
from flask_wtf.csrf import CSRFProtect
from wtforms.i18n import get_translations

protect = CSRFProtect()

CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = ("same-origin", "none")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class PageTranslations:
    """Messages of forms in the page's language: ours are written in Chinese, those of WTForms in English."""

    def __init__(self) -> None:
        locale = get_locale()
        speaks_english = locale is not None and locale.language == "en"
        self._library = get_translations(["en"] if speaks_english else ["zh_CN", "zh"])

    def gettext(self, string: str) -> str:
        """Translate one message."""
        return str(gettext(string) if _CHINESE.search(string) else self._library.gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Translate one message about a number of things."""
        if _CHINESE.search(singular):
            return str(ngettext(singular, plural, n))
        return str(self._library.ngettext(singular, plural, n))


def init_csrf(app: Flask) -> None:
    """Refuse every POST without a valid token, before its view runs.

    The token lives as long as the session: a form left open over lunch still works.
    """
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.setdefault("WTF_I18N_ENABLED", False)
    app.before_request(_refuse_other_sites)
    protect.init_app(app)


def _refuse_other_sites() -> None:
    """Refuse what a browser says that another site made it send; other programs say nothing.

    A second lock beside the token, which a page of ours might one day give away.
    """
    if request.method in CHANGES_NOTHING:
        return
    site = request.headers.get("Sec-Fetch-Site", OWN_SITES[0])
    if site not in OWN_SITES or not _is_own(request.headers.get("Origin")):
        abort(403, gettext("这个请求来自别的网站，不是从本系统的页面发出的，没有做任何改动。"))


def _is_own(origin: str | None) -> bool:
    """Whether this names our own host, or nothing; behind a proxy we may not know by which scheme."""
    try:
        return origin is None or urlsplit(origin).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def csrf_meta() -> dict[str, Any]:
    """Settings for ``SomeForm(request.form, meta=csrf_meta())``: the form speaks the page's language.

    The token is no field of the form: the check runs for every POST, and a template renders the
    hidden input by the macro ``csrf()``.
    """
    return {"translations": PageTranslations()}
