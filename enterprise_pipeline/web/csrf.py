"""Every form that changes something carries a token of this session; without it nothing happens."""

from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_wtf.csrf import CSRFProtect

protect = CSRFProtect()

WTFORMS_LOCALES = {"zh": ["zh_CN", "zh"], "en": ["en"]}


def init_csrf(app: Flask) -> None:
    """Refuse every POST without a valid token, before its view runs.

    The token lives as long as the session: a form left open over lunch still works.
    """
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.setdefault("WTF_I18N_ENABLED", False)
    protect.init_app(app)


def csrf_meta() -> dict[str, Any]:
    """Settings for ``SomeForm(request.form, meta=csrf_meta())``: WTForms speaks the page's language.

    The token is no field of the form: the check runs for every POST, and a template renders the
    hidden input by the macro ``csrf()``.
    """
    locale = get_locale()
    return {"locales": WTFORMS_LOCALES["en" if locale and locale.language == "en" else "zh"]}
