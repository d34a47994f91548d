"""Every form that changes something carries a token of this session; without it nothing happens."""

import re
from typing import Any

from flask import Flask
from flask_babel import get_locale, gettext, ngettext
from flask_wtf.csrf import CSRFProtect
from wtforms.i18n import get_translations

protect = CSRFProtect()

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
    protect.init_app(app)


def csrf_meta() -> dict[str, Any]:
    """Settings for ``SomeForm(request.form, meta=csrf_meta())``: the form speaks the page's language.

    The token is no field of the form: the check runs for every POST, and a template renders the
    hidden input by the macro ``csrf()``.
    """
    return {"translations": PageTranslations()}
