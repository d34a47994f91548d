"""Run a throw-away PostgreSQL server from the installed binaries: for tests, checks and measurements.

``python -m tools.start_postgres`` prints its address and serves until Ctrl-C.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEBIAN_FOLDERS = "/usr/lib/postgresql"
SERVER_USER = "postgres"
START_SECONDS = 30
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)

# Nothing here outlives the test run, so nothing needs to survive a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum": "off",
}


class NoPostgres(RuntimeError):
    """No server can be started here; the message says what to install."""


def binaries() -> Path:
    """Return the folder of the newest installed server, or raise `NoPostgres`."""
    debian = sorted(Path(DEBIAN_FOLDERS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    if found is None:
        raise NoPostgres("No PostgreSQL server is installed. On Debian: apt-get install postgresql.")
    return Path(found).parent


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server in a temporary folder, yield the address of its ``postgres`` database, clean up."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="pipeline-pg-"))
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, SERVER_USER, SERVER_USER)
        identity = {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []}
    try:
        _initialise(programs, folder, identity)
        with _server(programs, folder, identity):
            yield f"postgresql+psycopg://{SERVER_USER}@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(programs: Path, folder: Path, identity: dict[str, Any]) -> None:
    # Chinese text has no trigrams in the plain C locale, so the locale is the one of production.
    options = [
        "--no-sync",
        "--auth=trust",
        f"--username={SERVER_USER}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    command = [str(programs / "initdb"), "-D", str(folder / "data"), *options]
    made = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, **identity)
    if made.returncode != 0:
        raise NoPostgres(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")


@contextmanager
def _server(programs: Path, folder: Path, identity: dict[str, Any]) -> Iterator[None]:
    options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # between fork and exec only prctl is called
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            preexec_fn=_end_with_parent,  # noqa: PLW1509
            **identity,
        )
    try:
        _wait_until_ready(programs, folder, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # "fast": ends sessions, then stops
        process.wait(timeout=START_SECONDS)


def _end_with_parent() -> None:
    """Ask the kernel to end the server when we are killed, so that no test run leaves one behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGQUIT)


def _wait_until_ready(programs: Path, folder: Path, process: "subprocess.Popen[bytes]") -> None:
    question = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(question, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoPostgres(f"PostgreSQL did not start: {(folder / 'log').read_text(encoding='utf-8')}")
        time.sleep(0.05)


if __name__ == "__main__":
    with running_postgres() as address:
        print(address, flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("Stopped.")
