"""Answers only under names that the server was given: those of this machine, and with accounts those set.

A foreign page can give its own name the address of this server and would then read the registry through the
browser of whoever looks at it; its name is what gives it away. Links that we print carry the name as well.
"""

import re

from flask import Flask, Response, current_app, request

from enterprise_pipeline.config import Settings, is_loopback
from enterprise_pipeline.web.access import has_accounts

PORT = re.compile(r":\d+$")
NO_ACCOUNTS = "This registry answers on 127.0.0.1 and localhost only, because it has no accounts yet.\n"
UNKNOWN_NAME = (
    "本系统不在这个地址提供服务。请使用单位公布的地址打开，或请管理员在设置 PIPELINE_HOSTS 中加上这个名称。\n"
    "This registry does not answer under this name. Open it by the address that your bureau uses, "
    "or have the name added to the setting PIPELINE_HOSTS.\n"
)


def init_hosts(app: Flask) -> None:
    """Refuse requests for foreign host names before anything looks at them."""

    @app.before_request
    def refuse_foreign_names() -> Response | None:
        name = PORT.sub("", request.host).lower()
        if is_loopback(name):
            return None
        if not has_accounts():
            return Response(NO_ACCOUNTS, status=400, mimetype="text/plain")
        if name in own_names(current_app.config["SETTINGS"]):
            return None
        return Response(UNKNOWN_NAME, status=400, mimetype="text/plain")


def own_names(settings: Settings) -> frozenset[str]:
    """The names besides those of this machine: the ones set, and the address listened on."""
    return frozenset({*settings.hosts, settings.host.lower(), f"[{settings.host.lower()}]"} - {""})
