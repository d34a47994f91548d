"""Settings of the web server: threads for waiting, two processes for work, loopback only."""

from typing import IO, Any

from enterprise_pipeline.config import Settings, SettingsError, require_loopback
from enterprise_pipeline.logs import json_logging
from enterprise_pipeline.services.accounts.existing import any_account_at
from enterprise_pipeline.services.backup.errors import BackupRefused
from enterprise_pipeline.services.backup.locks import hold_while_serving

WORKERS = 2
THREADS = 8


def checked_settings() -> Settings:
    """Return the settings, or end the program with the reason on one line."""
    try:
        settings = Settings.from_environment()
        require_accounts_or_loopback(settings, settings.host)
    except SettingsError as error:
        raise SystemExit(f"Not started. {error}") from error
    return settings


def require_accounts_or_loopback(settings: Settings, host: str) -> None:
    """Raise `SettingsError` for an address that others could reach while nobody has to sign in."""
    if not any_account_at(settings.database_url):
        require_loopback(host)


settings = checked_settings()
bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
workers = WORKERS
worker_class = "gthread"
threads = THREADS
timeout = 120  # an import of 100,000 rows answers within one request
# PIPELINE_TRUSTED_PROXIES alone decides whose word about the scheme counts.
forwarded_allow_ips = ""
graceful_timeout = 130  # lets the longest request end; the unit waits a little longer
control_socket_disable = True  # service users have no home folder to put it in
loglevel = "warning"
if settings.log == "json":
    logconfig_dict = json_logging()
# Polars hangs in a child forked after its import, so every worker imports the application itself.
preload_app = False
_serving: IO[bytes] | None = None


def on_starting(server: Any) -> None:
    """Look at the addresses really in use: ``--bind`` on the command line overrides this file."""
    for address in server.cfg.address:
        host = address[0] if isinstance(address, tuple) else str(address)
        try:
            require_accounts_or_loopback(settings, host)
        except SettingsError as error:
            raise SystemExit(f"Not started. {error}") from error
    # The open file is the lock, inherited by every worker, so that nobody restores under a server.
    global _serving  # noqa: PLW0603 -- it must live as long as the server
    if _serving is None:
        settings.instance.mkdir(parents=True, exist_ok=True)
        try:
            _serving = hold_while_serving(settings.instance)
        except BackupRefused as error:
            raise SystemExit(f"Not started. {error}") from error


on_reload = on_starting


def post_worker_init(worker: Any) -> None:
    """Print the address once the first worker can answer."""
    if worker.age == 1:
        host, port = worker.cfg.address[0][:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"\nThe registry is at http://{shown}:{port}/  (Ctrl-C stops it)", flush=True)
