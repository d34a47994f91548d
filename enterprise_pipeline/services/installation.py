"""Whether an installation can work: what a probe asks every few seconds, and a longer check by hand."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from enterprise_pipeline.services.accounts.second_factor import unreadable
from enterprise_pipeline.services.backup.registry import PACKAGE, current_schema
from enterprise_pipeline.services.backup.retention import stored_backups
from enterprise_pipeline.transaction import reading

LEAST_FREE = 256 * 2**20
SHORTEST_KEY = 32
FEWEST_CHARACTERS = 8
OLDEST_BACKUP = timedelta(days=2)
TRIGGERS = {"sqlite": 6, "postgresql": 5}
Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The folders and the address of an installation."""

    database_url: str
    instance: Path
    backups: Path
    secret_key: str
    is_reachable: bool = False
    """Whether the server listens beyond this machine."""
    hosts: tuple[str, ...] = ()
    tls: str = "off"
    trusted_proxies: int = 0


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Whether requests can be answered now."""

    database: bool
    schema: bool
    disk: bool

    @property
    def is_ready(self) -> bool:
        """Whether everything is as it should be."""
        return self.database and self.schema and self.disk


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One thing that was looked at."""

    name: str
    level: Level
    told: str


def readiness(instance: Path) -> Readiness:
    """Whether the database answers, has the schema of this program, and there is room to write."""
    found = _schema()
    return Readiness(
        database=found is not None,
        schema=found == _wanted_schema(),
        disk=_free(instance) >= LEAST_FREE,
    )


def check_installation(place: Place, *, now: datetime) -> Iterator[Checked]:
    """Look at everything that can be wrong before people notice."""
    yield _secret_key(place)
    yield _way_to_people(place)
    yield _folder("instance folder", place.instance)
    yield _folder("backup folder", place.backups)
    yield _apart(place)
    yield _disk(place)
    yield from _database()
    yield _last_backup(place.backups, now)
    yield _assets()


@cache
def _wanted_schema() -> str:
    return current_schema()


def _schema() -> str | None:
    """The schema of the database; empty when it has none, None when it does not answer."""
    session = reading()
    try:
        return str(session.scalar(text("SELECT version_num FROM alembic_version")) or "")
    except SQLAlchemyError:
        session.rollback()
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return None
    return ""


def _free(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free


def _secret_key(place: Place) -> Checked:
    name, kept = "secret key", place.instance / "secret_key"
    if len(place.secret_key) < SHORTEST_KEY or len(set(place.secret_key)) < FEWEST_CHARACTERS:
        told = f"too easily guessed; use at least {SHORTEST_KEY} random characters, or leave SECRET_KEY unset"
        return Checked(name=name, level="problem", told=told)
    if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        return Checked(name=name, level="problem", told=f"others may read {kept}; chmod 600 it")
    return Checked(name=name, level="ok", told="long enough, readable by its owner only")


def _way_to_people(place: Place) -> Checked:
    """Whether passwords are protected on their way, and names and proxies fit that."""
    name = "way to people"
    if place.tls == "unprotected":
        told = "PIPELINE_TLS=unprotected: everybody on the network can read passwords and figures along"
        return Checked(name=name, level="warning", told=told)
    if place.tls == "on" and not (place.hosts and place.trusted_proxies):
        told = "PIPELINE_TLS=on wants PIPELINE_HOSTS (the name people open) and PIPELINE_TRUSTED_PROXIES"
        return Checked(name=name, level="problem", told=told)
    if place.tls == "on" and place.is_reachable:
        told = "PIPELINE_HOST lets people reach the server past nginx and TLS; use 127.0.0.1"
        return Checked(name=name, level="warning", told=told)
    if place.tls == "off" and (place.is_reachable or place.hosts or place.trusted_proxies):
        told = "without TLS nobody can sign in from another machine; see docs/deploy.md and PIPELINE_TLS"
        return Checked(name=name, level="warning", told=told)
    told = f"https for {', '.join(place.hosts)}" if place.tls == "on" else "this machine only"
    return Checked(name=name, level="ok", told=told)


def _folder(name: str, folder: Path) -> Checked:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Checked(name=name, level="problem", told=f"{folder} cannot be written")
    return Checked(name=name, level="ok", told=str(folder))


def _apart(place: Place) -> Checked:
    """A backup on the disk of the database dies with it."""
    url = make_url(place.database_url)
    database = Path(url.database or "") if url.get_backend_name() == "sqlite" else place.instance
    one, other = (
        next(path for path in (folder, *folder.parents) if path.exists()).stat().st_dev
        for folder in (place.backups, database)
    )
    if one == other:
        told = "on the same disk as the database; copy them elsewhere, or set PIPELINE_BACKUPS"
        return Checked(name="backups apart", level="warning", told=told)
    return Checked(name="backups apart", level="ok", told="on another disk")


def _disk(place: Place) -> Checked:
    free = min(_free(place.instance), _free(place.backups))
    level: Level = "ok" if free >= LEAST_FREE else "problem"
    return Checked(name="free disk space", level=level, told=f"{free / 2**30:,.1f} GB")


def _database() -> Iterator[Checked]:
    found, wanted = _schema(), _wanted_schema()
    if found is None:
        yield Checked(name="database", level="problem", told="does not answer; see DATABASE_URL")
        return
    connection = reading().connection()
    yield Checked(name="database", level="ok", told=f"{connection.dialect.name} answers")
    if found != wanted:
        told = f"{found or 'none'}, but this program needs {wanted}; flask --app app db upgrade"
        yield Checked(name="schema", level="problem", told=told)
        return
    yield Checked(name="schema", level="ok", told=found)
    yield _triggers(connection)
    yield _second_factors()
    if connection.dialect.name == "postgresql":
        yield _locale(connection)


def _triggers(connection: Connection) -> Checked:
    """Count what keeps the audit trail from being changed."""
    query = (
        "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_%' AND NOT tgisinternal AND tgenabled = 'O'"
        if connection.dialect.name == "postgresql"
        else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
    )
    found = connection.scalar(text(query)) or 0
    if found < TRIGGERS[connection.dialect.name]:
        told = "triggers are missing or switched off: somebody could change it; run flask audit verify"
        return Checked(name="audit trail", level="problem", told=told)
    return Checked(name="audit trail", level="ok", told="protected by the database")


def _second_factors() -> Checked:
    lost = unreadable()
    if lost:
        told = (
            f"the secret key does not open those of {lost} accounts, so codes are refused: bring it back, "
            "flask accounts reseal, or flask accounts remove-second-factor NAME"
        )
        return Checked(name="second factors", level="problem", told=told)
    return Checked(name="second factors", level="ok", told="sealed with the secret key of this installation")


def _locale(connection: Connection) -> Checked:
    query = text("SELECT datctype FROM pg_database WHERE datname = current_database()")
    found = str(connection.scalar(query))
    if found in {"C", "POSIX"}:
        told = f"{found}: searching names does not work; create the database with C.UTF-8"
        return Checked(name="database locale", level="problem", told=told)
    return Checked(name="database locale", level="ok", told=found)


def _last_backup(folder: Path, now: datetime) -> Checked:
    newest = next((entry.manifest for entry in stored_backups(folder) if entry.manifest), None)
    if newest is None:
        return Checked(name="last backup", level="warning", told="there is none; flask backup create")
    old = now - newest.created_at > OLDEST_BACKUP
    return Checked(
        name="last backup", level="warning" if old else "ok", told=f"{newest.created_at:%Y-%m-%d %H:%M} UTC"
    )


def _assets() -> Checked:
    missing = [
        word
        for word, pattern in (("static/vendor", "static/vendor/*"), ("translations", "translations/*/*/*.mo"))
        if not any(PACKAGE.glob(pattern))
    ]
    if missing:
        told = f"{', '.join(missing)} not built; make setup, or unpack the complete release"
        return Checked(name="built files", level="problem", told=told)
    return Checked(name="built files", level="ok", told="front end and translations are there")
