"""What one page asks for dozens of times, found once: addresses of static files and translated texts."""

from typing import Any

from flask import Flask, g
from flask_babel import get_domain, get_locale

STATIC = "static"


def init_speed(app: Flask) -> None:
    """Let templates find an address of a static file once a request, and a text once a language."""
    texts: dict[str, dict[str, str]] = {}

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint != STATIC or values.keys() != {"filename"}:
            return app.url_for(endpoint, **values)
        known: dict[str, str] = g.setdefault("static_addresses", {})
        filename = values["filename"]
        if filename not in known:
            known[filename] = app.url_for(STATIC, filename=filename)
        return known[filename]

    def gettext(text: str) -> str:
        known: dict[str, str] | None = g.get("said_texts")
        if known is None:
            known = g.said_texts = texts.setdefault(str(get_locale()), {})
        if text not in known:
            known[text] = get_domain().get_translations().ugettext(text)
        return known[text]

    def ngettext(one: str, many: str, number: int) -> str:
        return str(get_domain().get_translations().ungettext(one, many, number))

    app.jinja_env.globals["url_for"] = url_for
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
