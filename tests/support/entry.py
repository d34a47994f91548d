"""What tests of entry by hand share: valid codes, and forms sent as a browser sends them."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from enterprise_pipeline.services.credit_code import check_character, organisation_character

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


def code_of(serial: int, *, division: str = "420500") -> str:
    """A credit code of an invented enterprise that passes every check."""
    organisation = f"MA{serial:06d}"
    body = f"91{division}{organisation}{organisation_character(organisation)}"
    return body + check_character(body)


def post(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    """Send a form with the token that the session's pages carry."""
    return client.post(path, data=typed | {"csrf_token": token_of(client.get("/help").text)})


def token_of(page: str) -> str:
    """The token that a page carries."""
    found = _TOKEN.search(page)
    assert found is not None
    return found[1]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, f"The page has no field {name}."
    return found[1].replace("&#34;", '"')
