"""Every request has an id, which its answer and its log lines carry; the log names no person.

The line says the rule of the address (``/enterprises/<enterprise_id>``), never the address itself:
searches, private links and the visitor's own address stay out of it.
"""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from enterprise_pipeline.config import Settings
from enterprise_pipeline.logs import ACCESS, REQUEST_ID

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9_.-]{8,64}")
ID_BYTES = 8

log = logging.getLogger(ACCESS)


def init_request_log(app: Flask) -> None:
    """Give each request its id before anything else looks at it; an id of a trusted proxy is kept."""
    settings: Settings = app.config["SETTINGS"]

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "") if settings.trusted_proxies else ""
        g.request_id = given if GIVEN.fullmatch(given) else secrets.token_hex(ID_BYTES)
        g.request_began = time.perf_counter()
        REQUEST_ID.set(g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        log.info(
            "%s",
            "request",
            extra={
                "told": {
                    "method": request.method,
                    "rule": str(request.url_rule) if request.url_rule else None,
                    "status": response.status_code,
                    "bytes": response.calculate_content_length(),
                    "ms": round((time.perf_counter() - g.request_began) * 1e3, 1),
                }
            },
        )
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        REQUEST_ID.set(None)
