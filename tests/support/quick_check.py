"""Walk the quick check as a browser without scripts does: what a page carries in its form is sent back."""

import html
import re
from typing import Any

from flask.testing import FlaskClient

from enterprise_pipeline.services.quick_check.answers import Answers

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
BASICS = {"registered_on": "2016-05-10", "industry_code": "C2614", "is_resident": "yes"}


def carried(text: str) -> dict[str, Any]:
    """The hidden inputs of the first form of the page's content."""
    content = text[text.index("<main") :]
    form = content[content.index("<form") : content.index("</form>")]
    found: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(form):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def screen_of(text: str) -> str | None:
    """The id of the screen that a page shows; None for a result."""
    found = re.search(r'name="screen" value="(\w+)"', text[text.index("<main") :])
    return found[1] if found else None


def begin(client: FlaskClient) -> str:
    """The first screen."""
    return client.post("/check/step").get_data(as_text=True)


def send(client: FlaskClient, text: str, *, go: str = "next", **fields: Any) -> Any:
    """Send the form of a page with what somebody filled in."""
    return client.post("/check/step", data={**carried(text), "go": go, **fields})


def walk(client: FlaskClient, answers: dict[str, dict[str, Any]]) -> str:
    """Answer the screens that ``answers`` names, skip the others, and return the page of the result."""
    text = begin(client)
    for _screen in range(12):
        screen = screen_of(text)
        if screen is None:
            return text
        fields = answers.get(screen)
        response = send(client, text, go="skip") if fields is None else send(client, text, **fields)
        assert response.status_code == 200, response.get_data(as_text=True)
        text = response.get_data(as_text=True)
    raise AssertionError("The quick check does not end.")


def state_of(**told: Any) -> str:
    """The text that a form carries for these answers."""
    return Answers(told=told, path=("basics",)).as_text()
