"""Make a backup: one moment of the registry, written aside, read back, then given its name."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.backup import archive, postgresql, sqlite
from enterprise_pipeline.services.backup.errors import BackupRefused, told_when_full
from enterprise_pipeline.services.backup.locks import BACKING_UP, alone
from enterprise_pipeline.services.backup.manifest import (
    FILES_FOLDER,
    SQLITE_PART,
    Manifest,
    Part,
    RegistryFacts,
)
from enterprise_pipeline.services.backup.registry import application, facts_of
from enterprise_pipeline.services.backup.staging import staging_folder
from enterprise_pipeline.transaction import reading, transaction

SUFFIX = ".tar.gz"
PREFIX = "pipeline-"
PARTIAL = ".partial-"
SUBJECT = "backup"
INSTANCE_FOLDERS = ("uploads",)
"""What of the instance folder belongs to the registry; not the secret key: a backup must open no session."""


@dataclass(frozen=True, kw_only=True)
class Created:
    """A finished backup."""

    path: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where a registry lives: its database, and its instance folder."""

    url: str
    instance: Path

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return make_url(self.url).get_backend_name() == "sqlite"

    @property
    def file(self) -> Path:
        """The database file."""
        return Path(make_url(self.url).database or "")


def create_backup(home: Home, folder: Path, *, actor: str) -> Created:
    """Back up the registry of this application into a new file of ``folder`` while the server goes on.

    The event of making it is recorded first, so it stands inside the backup too.

    Raises
    ------
    BackupRefused
        If the disk is full or the registry cannot be read; no half file is left.
    """
    with told_when_full(folder), working_in(folder) as staging:
        created_at = clock.now()
        name = _name(_facts_now(), created_at)
        with transaction() as session:
            audit.record(
                session,
                actor=actor,
                action="backup.created",
                subject_type=SUBJECT,
                subject_id=name.removeprefix(PREFIX).removesuffix(SUFFIX),
                after={"file": name},
            )
        manifest, sources = _snapshot(home, staging, created_at)
        draft = staging / name
        archive.write(draft, manifest, sources)
        archive.unpack(draft)
        draft.chmod(0o600)
        path = draft.replace(folder / name)
        sqlite.sync_folder(folder)
    return Created(path=path, manifest=manifest)


@contextmanager
def working_in(folder: Path) -> Iterator[Path]:
    """A folder for what is not finished, beside the finished; what killed programs left there is removed."""
    with (
        alone(folder / BACKING_UP, f"另一个备份正在写入 {folder}；请等它结束。"),
        staging_folder(folder, PARTIAL) as staging,
    ):
        yield staging


def _facts_now() -> RegistryFacts:
    try:
        return facts_of(reading().connection())
    except SQLAlchemyError as error:
        raise BackupRefused(f"登记库读不出来（{str(error).splitlines()[0]}）；没有备份。") from error


def _name(facts: RegistryFacts, created_at: datetime) -> str:
    return f"{PREFIX}{facts.kind}-{created_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}{SUFFIX}"


def _snapshot(home: Home, staging: Path, created_at: datetime) -> tuple[Manifest, Mapping[str, Path]]:
    if home.is_sqlite:
        facts, parts, sources = _sqlite_snapshot(home.file, staging)
        sequences = {}
    else:
        taken = postgresql.take(home.url, staging)
        facts, parts, sources, sequences = taken.facts, taken.parts, taken.sources, taken.sequences
    for path in _instance_files(home.instance):
        name = f"{FILES_FOLDER}/{path.relative_to(home.instance).as_posix()}"
        # Copied first: a file that grows meanwhile would no longer be what the manifest says.
        copied = staging / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
        parts.append(archive.part_of(copied, name))
        sources[name] = copied
    manifest = Manifest(
        application=application(),
        created_at=created_at,
        facts=facts,
        parts=tuple(parts),
        sequences=sequences,
    )
    return manifest, sources


def _sqlite_snapshot(source: Path, staging: Path) -> tuple[RegistryFacts, list[Part], dict[str, Path]]:
    copied = staging / SQLITE_PART
    copied.parent.mkdir(parents=True)
    sqlite.copy(source, copied)
    engine = create_engine(f"sqlite:///{copied}")
    try:
        with engine.connect() as connection:
            facts = facts_of(connection)
    finally:
        engine.dispose()
    return facts, [archive.part_of(copied, SQLITE_PART)], {SQLITE_PART: copied}


def _instance_files(instance: Path) -> Iterator[Path]:
    for folder in INSTANCE_FOLDERS:
        yield from sorted(path for path in (instance / folder).rglob("*") if path.is_file())
