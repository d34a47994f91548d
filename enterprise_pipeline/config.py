"""Settings: read from environment variables only, checked, with safe defaults.

Every field of `Settings` names its variable; ``docs/settings.md`` explains each one, and a test
holds the two together.
"""

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
SQLITE_PREFIX = "sqlite:///"
SECRET_BYTES = 32


class SettingsError(ValueError):
    """A setting has a value that cannot work; the message names the variable, the value and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the environment decides about one running installation."""

    instance: Path = field(default=ROOT / "instance", metadata={"variable": "PIPELINE_INSTANCE"})
    """Folder for what belongs to this installation: databases, the secret key, uploads."""

    database_url: str = field(default="", metadata={"variable": "DATABASE_URL"})
    """SQLAlchemy address of the database; empty means ``registry.sqlite3`` in the instance folder."""

    host: str = field(default="127.0.0.1", metadata={"variable": "PIPELINE_HOST"})
    """Address the server listens on; only a loopback address is accepted while there are no accounts."""

    port: int = field(default=8000, metadata={"variable": "PIPELINE_PORT"})
    """TCP port the server listens on."""

    secret_key: str = field(default="", metadata={"variable": "SECRET_KEY"}, repr=False)
    """Signs sessions and form tokens; empty means the generated file ``secret_key`` in the instance."""

    max_upload_mb: int = field(default=32, metadata={"variable": "PIPELINE_MAX_UPLOAD_MB"})
    """Largest accepted upload, in MB."""

    timezone: str = field(default="Asia/Shanghai", metadata={"variable": "PIPELINE_TIMEZONE"})
    """Time zone in which instants are shown and in which a day begins."""

    today: date | None = field(default=None, metadata={"variable": "PIPELINE_TODAY"})
    """Pretend that it is this day (for demonstrations and tests); unset means the clock decides."""

    rules_stale_months: int = field(default=6, metadata={"variable": "PIPELINE_RULES_STALE_MONTHS"})
    """Months after which the numbers of a rule set count as not checked lately."""

    check_days: int = field(default=30, metadata={"variable": "PIPELINE_CHECK_DAYS"})
    """Days for which a quick check is kept under its private link."""

    check_limit: int = field(default=3000, metadata={"variable": "PIPELINE_CHECK_LIMIT"})
    """Requests to the quick check that one address may make in an hour."""

    check_keep_limit: int = field(default=60, metadata={"variable": "PIPELINE_CHECK_KEEP_LIMIT"})
    """Quick checks that one address may keep in an hour."""

    trusted_proxies: int = field(default=0, metadata={"variable": "PIPELINE_TRUSTED_PROXIES"})
    """How many proxies in front of the server may be believed about the visitor's address."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check every setting; raises `SettingsError` naming the first variable that cannot work."""
        source = os.environ if environ is None else environ
        given = {name: source.get(variable, "").strip() for name, variable in variables().items()}
        defaults = {entry.name: entry.default for entry in fields(cls)}
        instance = Path(given["instance"]).absolute() if given["instance"] else cls.instance
        return cls(
            instance=instance,
            database_url=database_url(given["database_url"], instance=instance),
            host=given["host"] or cls.host,
            port=_whole_number("PIPELINE_PORT", given["port"], default=cls.port, highest=65535),
            secret_key=given["secret_key"] or read_or_create_secret_key(instance / "secret_key"),
            max_upload_mb=_whole_number(
                "PIPELINE_MAX_UPLOAD_MB", given["max_upload_mb"], default=cls.max_upload_mb, highest=1024
            ),
            timezone=_timezone(given["timezone"] or str(defaults["timezone"])),
            today=_day("PIPELINE_TODAY", given["today"]),
            check_days=_whole_number(
                "PIPELINE_CHECK_DAYS", given["check_days"], default=cls.check_days, highest=366
            ),
            check_limit=_whole_number(
                "PIPELINE_CHECK_LIMIT", given["check_limit"], default=cls.check_limit, highest=10**9
            ),
            check_keep_limit=_whole_number(
                "PIPELINE_CHECK_KEEP_LIMIT",
                given["check_keep_limit"],
                default=cls.check_keep_limit,
                highest=10**9,
            ),
            trusted_proxies=_whole_number(
                "PIPELINE_TRUSTED_PROXIES",
                given["trusted_proxies"],
                default=cls.trusted_proxies,
                lowest=0,
                highest=9,
            ),
            rules_stale_months=_whole_number(
                "PIPELINE_RULES_STALE_MONTHS",
                given["rules_stale_months"],
                default=cls.rules_stale_months,
                highest=600,
            ),
        )


def variables() -> dict[str, str]:
    """Return the environment variable of each settings field, by field name."""
    return {entry.name: str(entry.metadata["variable"]) for entry in fields(Settings)}


def database_url(given: str, *, instance: Path) -> str:
    """Return an address that means the same file from every folder; empty is the registry of `instance`."""
    if not given:
        return SQLITE_PREFIX + str(instance / "registry.sqlite3")
    if given.startswith("postgres://"):
        return "postgresql://" + given.removeprefix("postgres://")
    path = given.removeprefix(SQLITE_PREFIX)
    if given.startswith(SQLITE_PREFIX) and path and not path.startswith((":memory:", "file:")):
        return SQLITE_PREFIX + str(Path(path).absolute())
    if not given.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise SettingsError(
            f"DATABASE_URL starts with {given.split(':', 1)[0]!r}; "
            "only sqlite:/// and postgresql:// addresses work."
        )
    return given


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Raise `SettingsError` for an address that other machines could reach while there are no accounts."""
    if not is_loopback(host):
        raise SettingsError(
            f"The server does not listen on {host!r}: there are no accounts yet, so anybody who can reach it "
            "could read and change the registry. Use a loopback address, for example PIPELINE_HOST=127.0.0.1."
        )


def read_or_create_secret_key(path: Path) -> str:
    """Return the key kept in `path`; the first call makes one that only the owner may read.

    The new key is written aside and then linked into place, so that of several processes starting
    at once exactly one key wins and nobody reads half of it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")  # created with mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < SECRET_BYTES:
        raise SettingsError(f"{path} holds no usable key. Delete it; a new one is made at the next start.")
    return key


def _whole_number(variable: str, given: str, *, default: int, highest: int, lowest: int = 1) -> int:
    if not given:
        return default
    if not (given.isascii() and given.isdigit()) or not lowest <= int(given) <= highest:
        raise SettingsError(f"{variable} is {given!r}; it must be a whole number from {lowest} to {highest}.")
    return int(given)


def _timezone(given: str) -> str:
    try:
        return ZoneInfo(given).key
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f"PIPELINE_TIMEZONE is {given!r}; it must be a zone name such as Asia/Shanghai."
        ) from error


def _day(variable: str, given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise SettingsError(f"{variable} is {given!r}; it must be a day such as 2026-11-22.") from error
