"""Backups and restores that are killed, or run out of disk: nothing half is left that anybody would trust."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.services.backup import postgresql
from tests.conftest import dispose
from tests.support.backups import add, events, flask, make, names, restore

LARGE = 24 * 2**20
SECONDS = 60


@pytest.fixture
def registry(app: Flask, database_url: str, database_kind: str):
    """A registry whose backup takes long enough to be killed."""
    add(app, name="备份前公司")
    folder = settings(app).instance / "uploads"
    folder.mkdir()
    (folder / "附件.bin").write_bytes(os.urandom(LARGE))
    yield app
    dispose(app)
    if database_kind == "postgresql":
        for kept in postgresql.left_over(database_url, "before"):
            postgresql.drop(kept)


def settings(app: Flask) -> Settings:
    return app.config["SETTINGS"]


def environment(app: Flask) -> dict[str, str]:
    """What a program needs to work on this registry."""
    return {
        **os.environ,
        "PIPELINE_INSTANCE": str(settings(app).instance),
        "DATABASE_URL": settings(app).database_url,
        "SECRET_KEY": "k" * 64,
    }


def start(app: Flask, *words: str, largest_file: int | None = None) -> "subprocess.Popen[str]":
    """The command in a program of its own."""

    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=ROOT,
        env=environment(app),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=limit,  # noqa: PLW1509 -- between fork and exec only a limit is set
    )


def kill_when(process: "subprocess.Popen[str]", is_so: Callable[[], bool]) -> None:
    """End the program by SIGKILL at the moment that a condition comes true."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=SECONDS)
    assert process.returncode == -signal.SIGKILL


def size_of(folder: Path, pattern: str) -> int:
    """Bytes of the files below a folder, some of which may vanish meanwhile."""
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


@pytest.mark.parametrize("written", [1, LARGE // 8, LARGE // 2])
def test_a_killed_backup_leaves_nothing_that_verify_accepts(registry, written):
    folder = settings(registry).backup_folder
    draft = ".partial-*/pipeline-*.tar.gz"
    process = start(registry, "backup", "create")
    kill_when(process, lambda: size_of(folder, draft) >= written)

    [left] = folder.glob(draft)
    assert flask(registry, "backup", "verify", left).exit_code == 1
    assert list(folder.glob("pipeline-*")) == []

    file = make(registry)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", file.name]
    assert flask(registry, "backup", "verify", file).exit_code == 0


def test_a_killed_restore_leaves_the_registry_as_it_was(registry):
    file = make(registry)
    add(registry, name="备份后公司")
    dispose(registry)
    beside = Path(settings(registry).database_url.removeprefix("sqlite:///")).parent
    beside = beside if registry.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else None
    beside = beside or settings(registry).instance
    process = start(registry, "backup", "restore", str(file), "--yes", "--older")
    kill_when(process, lambda: size_of(beside, ".restoring-*/**/*.bin") > LARGE // 4)

    assert names(registry) == {"备份前公司", "备份后公司"}
    assert restore(registry, file, "--older").exit_code == 0
    assert names(registry) == {"备份前公司"}
    assert list(beside.glob(".restoring-*")) == []
    assert events(registry) == 3


@pytest.mark.databases("postgresql")
def test_a_restore_killed_while_it_fills_the_new_database_leaves_the_old_one(registry, database_url):
    file = make(registry)
    dispose(registry)
    process = start(registry, "backup", "restore", str(file), "--yes")
    kill_when(process, lambda: bool(postgresql.left_over(database_url, "restoring")))

    assert names(registry) == {"备份前公司"}
    dispose(registry)
    assert restore(registry, file).exit_code == 0
    assert postgresql.left_over(database_url, "restoring") == []
    assert events(registry) == 3


@pytest.mark.databases("sqlite")
def test_nothing_is_restored_under_a_real_server(registry):
    file = make(registry)
    dispose(registry)
    with running_server(registry):
        refused = restore(registry, file)
    assert "服务器正在运行" in refused.output
    assert restore(registry, file).exit_code == 0


@contextmanager
def running_server(app: Flask) -> Iterator[None]:
    """A gunicorn of two workers, as in operation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = environment(app) | {"PIPELINE_PORT": str(port)}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        while "The registry is at" not in (line := server.stdout.readline()):
            assert line or server.poll() is None
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=SECONDS)


def test_a_full_disk_is_told_and_leaves_no_half_file(registry):
    process = start(registry, "backup", "create", largest_file=LARGE // 2)
    output, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1, output
    assert "磁盘空间不足" in output
    assert "Traceback" not in output
    assert [path.name for path in settings(registry).backup_folder.iterdir()] == [".lock"]


def test_a_full_disk_during_a_restore_changes_nothing(registry):
    file = make(registry)
    dispose(registry)
    process = start(registry, "backup", "restore", str(file), "--yes", largest_file=LARGE // 2)
    output, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1, output
    assert "磁盘空间不足" in output
    assert names(registry) == {"备份前公司"}


def test_of_two_restores_started_at_once_one_wins_and_the_registry_is_whole(registry):
    file = make(registry)
    dispose(registry)
    both = [start(registry, "backup", "restore", str(file), "--yes", "--older") for _ in range(2)]
    told = [process.communicate(timeout=SECONDS)[0] for process in both]

    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 1]), told
    if codes == [0, 1]:
        assert any("另一个恢复正在进行" in output for output in told), told
    assert names(registry) == {"备份前公司"}
    assert events(registry) == 3
