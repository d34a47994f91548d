"""The start from nothing but Python: when a step is done and when it is skipped."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tools import bootstrap
from tools.bootstrap import BootstrapError, fingerprint, installed, refuse_a_taken_port, stamp


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    made = tmp_path / ".venv"
    (made / "bin").mkdir(parents=True)
    (made / "bin" / "python").touch()
    return made


def test_a_lock_counts_as_installed_until_it_changes(environment: Path, tmp_path: Path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("flask==3.1.3", encoding="utf-8")
    stamp(lock, environment).write_text(fingerprint(lock), encoding="ascii")

    assert installed(lock, environment)

    lock.write_text("flask==3.1.4", encoding="utf-8")
    assert not installed(lock, environment)


def test_an_environment_whose_python_is_gone_is_not_installed(environment: Path, tmp_path: Path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("flask==3.1.3", encoding="utf-8")
    stamp(lock, environment).write_text(fingerprint(lock), encoding="ascii")
    (environment / "bin" / "python").unlink()

    assert not installed(lock, environment)


def test_a_taken_port_is_named_with_a_free_one_to_try():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(BootstrapError, match=f"port {port} .*make run PIPELINE_PORT={port + 1}"):
            refuse_a_taken_port({"PIPELINE_PORT": str(port)})


def test_a_program_that_fails_ends_the_start_with_its_name():
    with pytest.raises(BootstrapError, match=r"This step failed: false"):
        bootstrap.run(["false"])


def test_programs_keep_their_byte_code(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in bootstrap.child_environment()


def test_a_demo_registry_in_use_is_not_replaced(tmp_path: Path):
    path = tmp_path / "demo.sqlite3"
    with closing(sqlite3.connect(path)) as user:
        user.execute("PRAGMA journal_mode=WAL")
        user.execute("CREATE TABLE enterprise (id INTEGER)")

        with pytest.raises(BootstrapError, match="Stop the server first"):
            bootstrap.close_for_replacement(path)

    bootstrap.close_for_replacement(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo.sqlite3"]
