"""The throw-away PostgreSQL server."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from enterprise_pipeline.config import ROOT
from tests.support.databases import Databases
from tools import start_postgres
from tools.start_postgres import NoPostgres, binaries


@pytest.mark.databases("postgresql")
def test_it_sorts_and_stores_chinese(database_url):
    engine = create_engine(database_url)
    with engine.connect() as connection:
        encoding, locale = connection.execute(
            text(
                "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database"
                " WHERE datname = current_database()"
            )
        ).one()
    engine.dispose()

    assert (encoding, locale) == ("UTF8", "C.UTF-8")


def test_tests_do_not_see_each_others_rows(databases: Databases, database_kind: str):
    statement = "INSERT INTO alembic_version (version_num) VALUES ('mine')"
    with databases.fresh(database_kind) as first, databases.fresh(database_kind) as second:
        execute(first, statement)

        seen = execute(second, "SELECT version_num FROM alembic_version WHERE version_num = 'mine'")

    assert seen == []


def execute(url: str, statement: str) -> list[str]:
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows = [str(row[0]) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def is_running(process: int) -> bool:
    """Whether a process is alive; one that waits to be reaped is not."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text(encoding="utf-8")


@pytest.mark.databases("postgresql")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tell a child that its parent died")
def test_a_killed_test_run_leaves_no_server_behind(database_url):
    program = subprocess.Popen(
        [sys.executable, "-m", "tools.start_postgres"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    folder = Path(str(make_url(program.stdout.readline().strip()).query["host"]))
    server = int((folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])

    program.kill()
    program.communicate()

    deadline = time.monotonic() + 10
    while is_running(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(server)
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_without_server_programs_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(start_postgres, "DEBIAN_FOLDERS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoPostgres, match="apt-get install postgresql"):
        binaries()
