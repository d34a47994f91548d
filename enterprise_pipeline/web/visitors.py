"""Who asks, as far as anybody knows: the address."""

from flask import request


def visitor_address() -> str:
    """The visitor's address; `security.init_security` believes ``X-Forwarded-For`` of known proxies only."""
    return request.remote_addr or "unknown"
