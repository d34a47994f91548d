"""Who asks, as far as anybody knows: the address, and whether the request comes from our own pages."""

from flask import request

from enterprise_pipeline.web.context import settings

OWN_SITES = ("same-origin", "none")


def visitor_address() -> str:
    """The visitor's address; of ``X-Forwarded-For`` only what trusted proxies have added is believed."""
    connected = request.remote_addr or "unknown"
    trusted = settings().trusted_proxies
    if not trusted:
        return connected
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return told[-trusted] if len(told) >= trusted else connected


def comes_from_elsewhere() -> bool:
    """Whether a browser says that another site made it send this; other programs say nothing."""
    return request.headers.get("Sec-Fetch-Site", OWN_SITES[0]) not in OWN_SITES
