"""Settings: read from environment variables only, checked, with safe defaults.

Every field of `Settings` names its variable; ``docs/settings.md`` explains each one, and a test
holds the two together.
"""

import ipaddress
import os
import re
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
KEEP_PARTS = 3
LOG_FORMATS = ("text", "json")
TLS_OFF, TLS_ON, TLS_UNPROTECTED = TLS_CHOICES = ("off", "on", "unprotected")
LONGEST_HOST = 253
_HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


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

    hosts: tuple[str, ...] = field(default=(), metadata={"variable": "PIPELINE_HOSTS"})
    """Names that people open the server by, once there are accounts; those of this machine always work."""

    tls: str = field(default=TLS_OFF, metadata={"variable": "PIPELINE_TLS"})
    """``on``: people come by https; ``off``: nobody signs in from elsewhere; ``unprotected``: they may."""

    secret_key: str = field(default="", metadata={"variable": "SECRET_KEY"}, repr=False)
    """Signs sessions and form tokens; empty means the generated file ``secret_key`` in the instance."""

    max_upload_mb: int = field(default=32, metadata={"variable": "PIPELINE_MAX_UPLOAD_MB"})
    """Largest accepted upload, in MB."""

    timezone: str = field(default="Asia/Shanghai", metadata={"variable": "PIPELINE_TIMEZONE"})
    """Time zone in which instants are shown and in which a day begins."""

    today: date | None = field(default=None, metadata={"variable": "PIPELINE_TODAY"})
    """Pretend that it is this day (for demonstrations and tests); unset means the clock decides."""

    log: str = field(default="text", metadata={"variable": "PIPELINE_LOG"})
    """How the server logs: ``text``, errors only; or ``json``, an object a line for every request too."""

    backups: Path | None = field(default=None, metadata={"variable": "PIPELINE_BACKUPS"})
    """Folder that backups are written to, best on another disk than the database; see `backup_folder`."""

    backup_keep: tuple[int, int, int] = field(
        default=(14, 8, 12), metadata={"variable": "PIPELINE_BACKUP_KEEP"}
    )
    """Of how many days, weeks and months the newest backup is kept when old ones are pruned."""

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

    @property
    def backup_folder(self) -> Path:
        """Where backups go: the folder of the setting, or one in the instance folder."""
        return self.backups or self.instance / "backups"

    @property
    def address(self) -> str:
        """What people open, as far as the settings tell; without the slash at the end."""
        if self.hosts:
            name, scheme = self.hosts[0], "https" if self.tls == TLS_ON else "http"
            return f"{scheme}://{name}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

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
            hosts=_host_names(given["hosts"]),
            tls=_one_of("PIPELINE_TLS", given["tls"] or cls.tls, TLS_CHOICES),
            secret_key=given["secret_key"] or read_or_create_secret_key(instance / "secret_key"),
            timezone=_timezone(given["timezone"] or str(defaults["timezone"])),
            today=_day("PIPELINE_TODAY", given["today"]),
            log=_one_of("PIPELINE_LOG", given["log"] or cls.log, LOG_FORMATS),
            backups=Path(given["backups"]).absolute() if given["backups"] else None,
            backup_keep=_keep(given["backup_keep"]) if given["backup_keep"] else cls.backup_keep,
            **_numbers(given),
        )


# The settings that are plain whole numbers: lowest and highest.
NUMBERS: dict[str, tuple[int, int]] = {
    "port": (1, 65535),
    "max_upload_mb": (1, 1024),
    "rules_stale_months": (1, 600),
    "check_days": (1, 366),
    "check_limit": (1, 10**9),
    "check_keep_limit": (1, 10**9),
    "trusted_proxies": (0, 9),
}


def _numbers(given: Mapping[str, str]) -> dict[str, int]:
    return {
        name: _whole_number(
            variables()[name],
            given[name],
            default=getattr(Settings, name),
            lowest=lowest,
            highest=highest,
        )
        for name, (lowest, highest) in NUMBERS.items()
    }


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


def is_host_name(name: str) -> bool:
    """Whether a browser may ask for a server by this name or address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return len(name) <= LONGEST_HOST and _HOST_NAME.fullmatch(name) is not None
    return True


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


def _one_of(variable: str, given: str, known: tuple[str, ...]) -> str:
    if given not in known:
        raise SettingsError(f"{variable} is {given!r}; it must be one of {', '.join(known)}.")
    return given


def _host_names(given: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in given.split(",")) if given else ()
    wrong = next((name for name in names if not is_host_name(name)), None)
    if wrong is not None:
        raise SettingsError(
            f"PIPELINE_HOSTS has the name {wrong!r}; it must be names or addresses as a browser shows them, "
            "without https:// and port, with commas between: pipeline.example,10.1.2.3."
        )
    return names


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


def _keep(given: str) -> tuple[int, int, int]:
    parts = [part.strip() for part in given.split(",")]
    if len(parts) != KEEP_PARTS or not all(part.isascii() and part.isdigit() for part in parts):
        raise SettingsError(
            f"PIPELINE_BACKUP_KEEP is {given!r}; it must be three whole numbers, days, weeks and months, "
            "such as 14,8,12."
        )
    daily, weekly, monthly = map(int, parts)
    return daily, weekly, monthly
