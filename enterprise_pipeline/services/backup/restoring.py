"""Restore a backup: prepared and checked beside the present registry, which is kept under another name."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from enterprise_pipeline.services import audit, audit_trail, clock
from enterprise_pipeline.services.audit_chain import Head
from enterprise_pipeline.services.backup import postgresql, sqlite
from enterprise_pipeline.services.backup.access_again import LostChange, changes_since, end_access
from enterprise_pipeline.services.backup.archive import read_manifest
from enterprise_pipeline.services.backup.creating import INSTANCE_FOLDERS, SUBJECT, Home
from enterprise_pipeline.services.backup.errors import BackupRefused, told_when_full
from enterprise_pipeline.services.backup.locks import RESTORING, SERVING, alone
from enterprise_pipeline.services.backup.manifest import (
    FILES_FOLDER,
    KIND_WORDS,
    SQLITE_PART,
    Manifest,
    RegistryFacts,
)
from enterprise_pipeline.services.backup.registry import (
    current_schema,
    events_in_common,
    facts_of,
    known_schemas,
)
from enterprise_pipeline.services.backup.staging import staging_folder
from enterprise_pipeline.services.backup.verifying import refuse_damaged, unpack_and_check
from enterprise_pipeline.transaction import close_connections, transaction

OpenRegistry = Callable[[str], AbstractContextManager[None]]
"""Work in an application on the database of this address."""

Migrate = Callable[[str], None]
"""Bring the database of the application in hand to a schema."""

UNFINISHED = ".restoring-"


@dataclass(frozen=True, kw_only=True)
class Lost:
    """What the replaced registry had recorded and the restored one has not."""

    events: int = 0
    access: tuple[LostChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did; ``aside`` names what was there before.

    Without ``lost`` the replaced registry could not be read, so nobody knows what it had.
    """

    manifest: Manifest
    head: Head
    lost: Lost | None
    aside: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Present:
    """The registry that is to be replaced; without facts it cannot be read, without either there is none."""

    facts: RegistryFacts | None = None
    problem: str = ""


def restore_backup(
    path: Path,
    home: Home,
    *,
    older: bool,
    open_registry: OpenRegistry,
    migrate: Migrate,
    actor: str,
) -> Restored:
    """Put the registry of a backup into the place of the present one, which is kept aside.

    Parameters
    ----------
    older
        Whether events recorded since the backup may be lost.
    open_registry, migrate
        How to work on a database that is not the one of this application.

    Raises
    ------
    BackupRefused
        With the reason; nothing is changed then.
    """
    close_connections()
    with _alone(home), told_when_full(home.instance), _staging(home) as staging:
        present = _present(home)
        _refuse_unfit(read_manifest(path).facts, present, home)
        manifest = unpack_and_check(path, staging)
        now = clock.now()
        stamp = f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}"
        with _prepared(
            manifest, home, staging=staging, stamp=stamp, open_registry=open_registry, migrate=migrate
        ) as new:
            lost = _refuse_loss(new, home, present, older=older)
            with open_registry(new):
                migrate(current_schema())
                refuse_damaged(audit_trail.verify_chain())
                _record(manifest, path, present, lost, actor)
                head = audit_trail.chain_head()
            aside = _swap(new, home, staging, f"before-{stamp}")
    return Restored(manifest=manifest, head=head, lost=lost, aside=aside)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    busy = "另一个恢复正在进行；请等它结束。"
    served = "服务器正在运行；请先停止它（例如 systemctl stop），再恢复。没有做任何改动。"
    with alone(home.instance / RESTORING, busy), alone(home.instance / SERVING, served):
        yield


def _staging(home: Home) -> AbstractContextManager[Path]:
    """A folder on the disk of the registry."""
    return staging_folder(home.file.parent if home.is_sqlite else home.instance, UNFINISHED)


def _present(home: Home) -> Present:
    if home.is_sqlite and not home.file.exists():
        return Present()
    engine = create_engine(home.url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).get_table_names():
                return Present()
            return Present(facts=facts_of(connection))
    except SQLAlchemyError as error:
        return Present(problem=str(error).splitlines()[0])
    except BackupRefused as error:
        return Present(problem=error.message)
    finally:
        engine.dispose()


def _refuse_unfit(facts: RegistryFacts, present: Present, home: Home) -> None:
    database = "sqlite" if home.is_sqlite else "postgresql"
    if facts.database != database:
        raise BackupRefused(
            f"备份来自 {facts.database}，本系统设置的是 {database}；请把 DATABASE_URL 指向同类数据库。"
        )
    if facts.schema not in known_schemas():
        raise BackupRefused(
            f"备份的数据结构（{facts.schema}）比本程序（{current_schema()}）新；请先升级程序，再恢复。"
        )
    if present.facts is not None and present.facts.kind != facts.kind:
        raise BackupRefused(
            f"备份是{KIND_WORDS[facts.kind]}库，现有的是{KIND_WORDS[present.facts.kind]}库；两者不能互相替换。"
        )


@contextmanager
def _prepared(
    manifest: Manifest,
    home: Home,
    *,
    staging: Path,
    stamp: str,
    open_registry: OpenRegistry,
    migrate: Migrate,
) -> Iterator[str]:
    """The restored database beside the present one; it is removed unless it took the place."""
    if home.is_sqlite:
        yield f"sqlite:///{staging / SQLITE_PART}"
        return
    for leftover in postgresql.left_over(home.url, "restoring"):
        postgresql.drop(leftover)
    new = postgresql.create_beside(home.url, f"restoring_{stamp}")
    try:
        with open_registry(new):
            migrate(manifest.facts.schema)
        postgresql.load(new, manifest, staging)
        yield new
    finally:
        postgresql.drop(new)


def _refuse_loss(new: str, home: Home, present: Present, *, older: bool) -> Lost | None:
    """What of the present registry the backup does not have; None where it cannot be read."""
    if present.problem and not older:
        raise BackupRefused(
            f"现有登记库读不出来（{present.problem}），不知道会丢失什么；确实要替换请加 --older，原库会保留。"
        )
    if present.facts is None:
        return None if present.problem else Lost()
    ours, theirs = create_engine(home.url), create_engine(new)
    try:
        with ours.connect() as here, theirs.connect() as there:
            common = events_in_common(here, there)
            lost = Lost(events=present.facts.audit_head.sequence - common, access=changes_since(here, common))
    finally:
        ours.dispose()
        theirs.dispose()
    if lost.events and not older:
        raise BackupRefused(
            f"备份比现有数据旧：恢复会丢失其后的 {lost.events} 条审计记录所记的改动；确实要恢复请加 --older。"
        )
    return lost


def _record(manifest: Manifest, path: Path, present: Present, lost: Lost | None, actor: str) -> None:
    """The first event after a restore says from what, and what the head of the replaced registry was.

    What was signed in, or handed out unused, when the backup was made ends with the same commit.
    """
    replaced = str(present.facts.audit_head) if present.facts else None
    with transaction() as session:
        end_access(session, now=clock.now())
        audit.record(
            session,
            actor=actor,
            action="backup.restored",
            subject_type=SUBJECT,
            subject_id=f"{manifest.created_at:%Y%m%dT%H%M%SZ}",
            before={"head": replaced, "lost": lost.events if lost else None},
            after={"file": path.name, "head": str(manifest.facts.audit_head)},
        )


def _swap(new: str, home: Home, staging: Path, suffix: str) -> tuple[str, ...]:
    kept = []
    if home.is_sqlite:
        aside = home.file.with_name(f"{home.file.name}.{suffix}")
        existed = home.file.exists()
        sqlite.swap(staging / SQLITE_PART, home.file, aside)
        kept += [str(aside)] if existed else []
    else:
        kept.append(postgresql.swap(new, home.url, suffix.replace("-", "_")))
    for name in INSTANCE_FOLDERS:
        restored, present = staging / FILES_FOLDER / name, home.instance / name
        if present.exists():
            kept.append(str(present.rename(present.with_name(f"{name}.{suffix}"))))
        if restored.exists():
            shutil.move(restored, present)
    return tuple(kept)
