"""Answers only under the names of this machine, while there are no accounts.

A foreign page can give its own name the address 127.0.0.1 and would then read the registry through the
browser of whoever looks at it; its name is what gives it away.
"""

import re

from flask import Flask, Response, request

from enterprise_pipeline.config import is_loopback
from enterprise_pipeline.web.access import has_accounts

PORT = re.compile(r":\d+$")


def init_hosts(app: Flask) -> None:
    """Refuse requests for foreign host names before anything looks at them."""

    @app.before_request
    def refuse_foreign_names() -> Response | None:
        if is_loopback(PORT.sub("", request.host)) or has_accounts():
            return None
        text = "This registry answers on 127.0.0.1 and localhost only, because it has no accounts yet.\n"
        return Response(text, status=400, mimetype="text/plain")
