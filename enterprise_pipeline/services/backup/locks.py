"""Locks between programs: the kernel frees them when their holder dies, so none is ever left behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from enterprise_pipeline.services.backup.errors import BackupRefused

SERVING = "serving.lock"
RESTORING = "restoring.lock"
BACKING_UP = ".lock"


def hold_while_serving(instance: Path) -> IO[bytes]:
    """Tell other programs, as long as the file stays open, that a server answers from this instance.

    Raises
    ------
    BackupRefused
        If a restore is at work.
    """
    file = (instance / SERVING).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise BackupRefused("正在恢复备份，服务器没有启动；请等恢复结束后再启动。") from error
    return file


@contextmanager
def alone(path: Path, message: str) -> Iterator[None]:
    """Hold a lock that nobody else may hold at the same time, or raise `BackupRefused` with the message."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRefused(message) from error
        yield
