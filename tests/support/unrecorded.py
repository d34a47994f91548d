"""Finds writes of services that leave nothing in the audit trail, while any test runs.

SQLite tells of every statement that it executes, also of those that go past SQLAlchemy. PostgreSQL runs
the same services, so listening on one of the databases is enough.
"""

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

from enterprise_pipeline.config import ROOT

# Tables whose writes need no entry, and why.
NOT_RECORDED = {
    "audit_event": "is the trail itself",
    "audit_payload": "is the trail itself",
    "audit_head": "is the trail itself",
    "registry_state": "says which computed tables are live",
    "screening_run": "says which day and rules were computed, and how far",
    "assessment_0": "is computed from recorded data and rules",
    "assessment_1": "is computed from recorded data and rules",
    "assessment_change": "is computed from recorded data and rules",
    "assessment_count": "is computed from recorded data and rules",
    "candidate": "is computed from recorded data and rules",
    "rehearsal": "says how far one is; beginning, stopping, resuming and deleting one are entries",
    "rehearsal_change": "is computed from recorded data and rules",
    "job_run": "says how far a job is; what a job does has entries of its own",
    "login_session": "says when somebody was last seen; signing in and being signed out are entries",
    "login_attempt": "counts wrong tries against guessing",
    "check_visit": "counts tries of strangers against flooding, under digests that change",
}
# Functions that may write without an entry, and why.
EXEMPT = {
    "services/accounts/second_factor.py:offer": "its secret opens nothing yet; enrolling is an entry",
    "migrations/": "changes the form of tables, before anybody works",
    "services/demo/": "invents a registry; replacing one that held something is an entry",
    "services/imports/outcome.py:screen_import": "notes which screening followed; the import is an entry",
}
_BEGIN = "BEGIN IMMEDIATE"
_WRITE = re.compile(
    r'\s*(?:INSERT (?:OR \w+ )?INTO|REPLACE INTO|UPDATE(?: OR \w+)?|DELETE FROM)\s+"?(\w+)', re.IGNORECASE
)
_PRODUCT = str(Path(ROOT) / "enterprise_pipeline") + "/"
_PLUMBING = ("transaction.py",)


class Watch:
    """Remembers, for each connection, which tables the present transaction wrote and who began it."""

    def __init__(self, product: str = _PRODUCT) -> None:
        self.product = product
        self.ignored = NOT_RECORDED.keys()
        self.found: set[tuple[str, str]] = set()

    @contextmanager
    def watching(self) -> Iterator["Watch"]:
        """Listen to every database that is opened meanwhile."""
        event.listen(Engine, "connect", self._listen)
        try:
            yield self
        finally:
            event.remove(Engine, "connect", self._listen)

    def _listen(self, connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(_Transaction(self).statement)


class _Transaction:
    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.tables: set[str] = set()
        self.author = ""

    def statement(self, sql: str) -> None:
        """Look at one statement that SQLite executes."""
        if sql.startswith("BEGIN"):
            self.tables = set()
            self.author = self._service() if sql.startswith(_BEGIN) else ""
        elif sql.startswith("COMMIT"):
            self._judge()
        elif self.author and not sql.startswith(("SELECT", "PRAGMA", "--")):
            written = _WRITE.match(sql[:200])
            if written:
                self.tables.add(written[1])

    def _judge(self) -> None:
        if self.author and "audit_event" not in self.tables:
            self.watch.found |= {(self.author, table) for table in self.tables - self.watch.ignored}
        self.tables, self.author = set(), ""

    def _service(self) -> str:
        """The function of the product that began the transaction; nothing where a test did."""
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(self.watch.product) and not name.endswith(_PLUMBING):
                author = f"{name.removeprefix(self.watch.product)}:{frame.f_code.co_name}"
                return "" if author.startswith(tuple(EXEMPT)) else author
            if "/tests/" in name and not name.endswith("unrecorded.py"):
                return ""
            frame = frame.f_back
        return ""
