"""What goes wrong with backups, as the person at the terminal reads it."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from enterprise_pipeline.services.errors import ServiceError

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class BackupRefused(ServiceError):
    """A backup that cannot be made, or a file that must not be restored; the message says why."""


@contextmanager
def told_when_full(where: object) -> Iterator[None]:
    """Say in words that a disk is full or cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise BackupRefused(
                f"{where} 所在的磁盘空间不足，没有写完；未留下半个文件。请腾出空间后重试。"
            ) from error
        raise BackupRefused(f"无法读写 {error.filename or where}：{error.strerror or error}。") from error
    except sqlite3.OperationalError as error:
        full = error.sqlite_errorcode in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}
        reason = "磁盘空间不足" if full else str(error)
        raise BackupRefused(f"没有完成：{reason}；未留下半个文件。请处理后重试。") from error
