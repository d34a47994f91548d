"""Who asks, as far as anybody knows: the address, and whether the request comes from our own pages."""

from flask import request

OWN_SITES = ("same-origin", "none")


def visitor_address() -> str:
    """The visitor's address; `security.init_security` believes ``X-Forwarded-For`` of known proxies only."""
    return request.remote_addr or "unknown"


def comes_from_elsewhere() -> bool:
    """Whether a browser says that another site made it send this; other programs say nothing."""
    return request.headers.get("Sec-Fetch-Site", OWN_SITES[0]) not in OWN_SITES
