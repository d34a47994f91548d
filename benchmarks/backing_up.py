"""Making, verifying and restoring a backup by the commands of an administrator, while people work.

Run with ``python -m benchmarks backing_up [--enterprises 20000] [--users 8] [--seconds 60]``.

The backup is made while the users of ``benchmarks.users`` edit; then the server
is stopped and the backup restored. It is of one moment when in what was restored
the counter of every enterprise has grown as often as its version, and the audit
trail is whole and tells of as many edits.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.users import SAVED, crowd
from benchmarks.users_registry import AS_OF, KEY, Registry, Stored, registry, stored_figures
from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services.audit_trail import verify_chain
from enterprise_pipeline.services.backup import postgresql
from enterprise_pipeline.transaction import close_connections
from models import AuditEvent, db

HEAD = """## Backup while people work (`python -m benchmarks backing_up`)

{:,} demo enterprises, {} users at work while the backup is made; seconds of the whole command with its start.

| database | create, alone | create, people work | verify | restore | size | edits | 5xx | of one moment |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(kw_only=True)
class Drill:
    """What the commands told and how long they took."""

    found: Registry
    seconds: dict[str, float] = field(default_factory=dict)
    file: Path = Path()

    def run(self, name: str, *words: str) -> str:
        """Run ``flask WORDS`` on the registry and note its seconds."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.found.url,
            "PIPELINE_INSTANCE": str(self.found.instance),
            "PIPELINE_TODAY": AS_OF.isoformat(),
            "SECRET_KEY": KEY,
        }
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *words],
            cwd=ROOT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        self.seconds[name] = time.perf_counter() - begun
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def create(self, name: str) -> None:
        """Make a backup and remember its file."""
        self.file = Path(self.run(name, "backup", "create").split("  ")[0])


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks backing_up")
    parser.add_argument("--enterprises", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args(arguments)
    lines = []
    for kind in [chosen.database] if chosen.database else ["sqlite", "postgresql"]:
        with (
            tempfile.TemporaryDirectory() as folder,
            registry(kind, Path(folder), enterprises=chosen.enterprises, users=chosen.users) as found,
        ):
            lines.append(_line(kind, found, chosen.seconds))
    return HEAD.format(chosen.enterprises, chosen.users) + "\n".join([*lines, ""])


def _line(kind: str, found: Registry, seconds: float) -> str:
    drill = Drill(found=found)
    with found.app.app_context():
        before = stored_figures()
        close_connections()
    drill.create("alone")

    def meanwhile() -> None:
        time.sleep(seconds / 4)
        drill.create("working")

    outcome = crowd(found, seconds=seconds, pause=0.5, meanwhile=meanwhile)
    with found.app.app_context():
        close_connections()
    drill.run("verify", "backup", "verify", str(drill.file))
    drill.run("restore", "backup", "restore", str(drill.file), "--yes", "--older")
    with found.app.app_context():
        wrong = _not_of_one_moment(before, most=outcome.figures.total()) + outcome.problems
        close_connections()
    if kind == "postgresql":
        for kept in postgresql.left_over(found.url, "before"):
            postgresql.drop(kept)
    times = " | ".join(f"{drill.seconds[name]:.1f}" for name in ("alone", "working", "verify", "restore"))
    size = drill.file.stat().st_size / 2**20
    told = "yes" if not wrong else "; ".join(wrong[:3])
    return f"| {kind} | {times} | {size:.1f} MB | {outcome.figures.total()} | {outcome.failures} | {told} |"


def _not_of_one_moment(before: dict[int, Stored], *, most: int) -> list[str]:
    """What in the restored registry belongs to different moments; empty when nothing does."""
    wrong, grown = [], 0
    none = Stored(version=0, counter=0)
    for number, now in stored_figures().items():
        was = before.get(number, none)
        grown += now.version - was.version
        if now.version - was.version != now.counter - was.counter:
            wrong.append(f"enterprise {number}: {was} became {now}")
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == SAVED)
    recorded = db.session.scalar(query) or 0
    if recorded != grown or not 0 < grown <= most:
        wrong.append(f"{grown} edits, {recorded} recorded, {most} made")
    return wrong + [str(finding) for finding in verify_chain().findings]
