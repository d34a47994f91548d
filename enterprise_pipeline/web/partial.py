"""Two answers of one address: the whole page, and the part of it that htmx asks for."""

from typing import Any

from flask import Response, make_response, render_template, request


def is_partial() -> bool:
    """Whether htmx asks for the list alone, to put it into a page that is already there."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def answer(template: str, *, status: int = 200, push: str = "", **context: Any) -> Response:
    """Render an answer that depends on who asks; ``push`` is the address htmx is to show."""
    response = make_response(render_template(template, **context), status)
    response.vary.add("HX-Request")
    if push and is_partial():
        response.headers["HX-Push-Url"] = push
    return response
