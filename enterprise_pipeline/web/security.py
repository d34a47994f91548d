"""What protects pages on their way: headers, cookie rules, and no password over a readable connection."""

from typing import Any

from flask import Flask, Response, abort, current_app, request
from flask_babel import gettext as _
from werkzeug.middleware.proxy_fix import ProxyFix

from enterprise_pipeline.config import TLS_ON, TLS_UNPROTECTED, Settings
from enterprise_pipeline.web.access import is_from_this_machine

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Flask-WTF asks for the referrer of secure requests, so it stays within the site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# For a year; not for other names below ours, whose servers we do not know.
STRICT_TRANSPORT = "max-age=31536000"
# Browsers accept this name only from https, for this host alone and every path: no neighbour can plant one.
PROTECTED_COOKIE = "__Host-session"
# Where somebody types a password, a code or a new password.
SIGN_IN = frozenset({"accounts.login", "accounts.code", "accounts.set_password"})


class OwnResponse(Response):
    """An answer whose cookies all follow the setting of TLS, whoever sets them."""

    def set_cookie(self, *args: Any, **options: Any) -> None:
        """Set a cookie that an unprotected connection never carries, where there are protected ones."""
        if current_app.config["SESSION_COOKIE_SECURE"]:
            options["secure"] = True
        super().set_cookie(*args, **options)


def init_security(app: Flask) -> None:
    """Set cookie rules, believe exactly the known proxies, and send the headers with every answer."""
    settings: Settings = app.config["SETTINGS"]
    is_protected = settings.tls == TLS_ON
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=is_protected
    )
    if is_protected:
        app.config["SESSION_COOKIE_NAME"] = PROTECTED_COOKIE
    app.response_class = OwnResponse
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    app.before_request(_refuse_readable_sign_in)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_protected and request.is_secure:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.endpoint != "static":
            # Not "no-store": with it the Back button would lose what somebody has typed.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _refuse_readable_sign_in() -> None:
    """Ask nobody for a password where others on the network could read it, unless the setting says so."""
    settings: Settings = current_app.config["SETTINGS"]
    if request.endpoint not in SIGN_IN or settings.tls == TLS_UNPROTECTED:
        return
    if not (request.is_secure or is_from_this_machine()):
        abort(
            403,
            _(
                "这个连接没有加密，密码会被同一网络上的人看到，所以不能在这里登录。"
                "请用 https 开头的地址打开；如果还没有，请管理员按部署说明设置 TLS。"
            ),
        )
