"""Names under a decision: where there are accounts, nobody types them, whoever is signed in has signed."""

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Form

from enterprise_pipeline.web.access import current_access


def posted(**names: str) -> MultiDict[str, str] | None:
    """What a form sent, with these names in the place of typed ones once there are accounts.

    None where nothing was sent.
    """
    if request.method != "POST":
        return None
    told = MultiDict(request.form)
    for field, name in _signed(names).items():
        told[field] = name
    return told


def sign(form: Form, **names: str) -> None:
    """Show the names in a form and let nobody change them, once there are accounts."""
    for field, name in _signed(names).items():
        form[field].data = name
        form[field].description = ""
        form[field].render_kw = {"readonly": True}


def _signed(names: dict[str, str]) -> dict[str, str]:
    return names if current_access().account_id is not None else {}
