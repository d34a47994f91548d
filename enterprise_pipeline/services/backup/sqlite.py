"""SQLite: copied by its own online backup, so that writers go on and the copy is one moment."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from enterprise_pipeline.services.backup.errors import BackupRefused

PATIENCE_SECONDS = 2.0
_SIDE_FILES = ("-wal", "-shm", "-journal")


def copy(source: Path, target: Path) -> None:
    """Copy a database that others may be writing to; the copy is one file without side files."""
    if not source.is_file():
        raise BackupRefused(f"没有登记库文件 {source}；没有可备份的内容。")
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True)) as live,
        closing(sqlite3.connect(target)) as copied,
    ):
        # All pages in one step: one read transaction, which in WAL mode holds up no writer.
        live.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE")


def check(path: Path) -> None:
    """Let SQLite look for damage; `BackupRefused` names the first it finds."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            [answer] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"备份中的数据库打不开（{error}）；不能恢复。") from error
    if answer != "ok" or broken is not None:
        raise BackupRefused(f"备份中的数据库已损坏（{answer if answer != 'ok' else broken}）；不能恢复。")


def swap(new: Path, present: Path, aside: Path) -> None:
    """Put a database into the place of another one, which is kept; the name is never without a file."""
    _fold(new)
    if present.exists():
        _let_go(present)
        _own_as(present, new)
        for suffix in _SIDE_FILES:
            leftover = present.with_name(present.name + suffix)
            if leftover.exists():
                leftover.rename(aside.with_name(aside.name + suffix))
        os.link(present, aside)
    new.replace(present)
    sync_folder(present.parent)


def sync_folder(folder: Path) -> None:
    """See that new names are on the disk as well as the files."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fold(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _let_go(present: Path) -> None:
    """Fold the log into its database, which SQLite does only when nobody else has it open."""
    try:
        with closing(sqlite3.connect(present, timeout=PATIENCE_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BackupRefused(
            f"另有程序正在使用 {present.name}；请先停止服务器和其他命令，再恢复。没有做任何改动。"
        ) from error
    except sqlite3.DatabaseError:
        return  # It is damaged, which may be why somebody restores; it is kept as it is.


def _own_as(present: Path, new: Path) -> None:
    """Let the new file belong to whom the old one belongs, so that the server can open it."""
    kept = present.stat()
    new.chmod(kept.st_mode & 0o777)
    if (kept.st_uid, kept.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        shutil.chown(new, kept.st_uid, kept.st_gid)
