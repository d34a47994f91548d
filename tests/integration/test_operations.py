"""What an operator relies on: readiness, request ids, logs without personal data, the configuration check."""

import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.logs import REQUEST_ID, JsonFormatter
from enterprise_pipeline.services import installation
from enterprise_pipeline.services.audit_trail import verify_chain
from enterprise_pipeline.web.access import public
from models import db
from tests.conftest import dispose
from tests.support.auditing import record, tamper
from tests.support.backups import flask, make
from tests.support.databases import MIGRATIONS

BEFORE = "0010_accounts"


def test_ready_says_so(client):
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": "ok", "schema": "current", "disk": "ok"}


def test_an_old_schema_is_not_ready_and_health_goes_on(app, client):
    with app.app_context():
        downgrade(directory=MIGRATIONS, revision=BEFORE)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["schema"]) == (503, "outdated")
    assert client.get("/health").status_code == 200


def test_an_empty_database_is_not_ready(databases, database_kind, make_app):
    with databases.empty(database_kind) as url:
        app = make_app(url)
        answer = app.test_client().get("/ready")
        dispose(app)
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["schema"]) == ("ok", "outdated")


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite3", "postgresql+psycopg://nobody@/none?host=/nowhere"]
)
def test_a_database_that_does_not_answer_is_not_ready(make_app, url):
    answer = make_app(url).test_client().get("/ready")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")
    assert "nowhere" not in answer.text


def test_a_full_disk_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(installation, "LEAST_FREE", 2**62)
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["disk"]) == (503, "low")


def test_every_answer_has_an_id_of_its_own(client):
    ids = []
    for path in ("/help", "/help", "/nowhere", "/static/css/frame.css"):
        with client.get(path) as answer:
            ids.append(answer.headers["X-Request-ID"])
    assert len(set(ids)) == 4
    assert all(re.fullmatch("[0-9a-f]{16}", entry) for entry in ids)
    assert REQUEST_ID.get() is None


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("proxy-4711.a_b", True), ("short", False), ("a" * 65, False), ('x"}{\\n123', False)],
)
def test_the_id_of_a_trusted_proxy_is_kept_when_it_is_harmless(database_url, make_app, given, is_kept):
    for proxies, expected in ((1, is_kept), (0, False)):
        client = make_app(database_url, trusted_proxies=proxies).test_client()
        answer = client.get("/help", headers={"X-Request-ID": given})
        assert (answer.headers["X-Request-ID"] == given) is expected


def test_the_log_tells_the_rule_and_never_the_address(client, caplog):
    with caplog.at_level(logging.INFO, logger="pipeline.access"):
        client.get("/search?q=宜昌秘密有限公司", headers={"User-Agent": "Zhang San"})
        client.get("/enterprises/4711")
        client.get("/no/such/secret-link")
    told = [entry.told for entry in caplog.records if entry.name == "pipeline.access"]
    assert [(entry["rule"], entry["status"]) for entry in told] == [
        ("/search", 200),
        ("/enterprises/<int(max=4611686018427387903):enterprise_id>", 404),
        (None, 404),
    ]
    lines = "".join(JsonFormatter().format(entry) for entry in caplog.records)
    for secret in ("秘密", "4711", "secret-link", "127.0.0.1", "Zhang"):
        assert secret not in lines


def failure() -> logging.LogRecord:
    """A record as ``log.exception`` makes it."""
    try:
        int("两\n行")
    except ValueError:
        return logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "said %s", ("a\nb",), sys.exc_info()
        )
    raise AssertionError


def test_a_line_is_one_json_object_even_with_a_traceback():
    entry = failure()
    token = REQUEST_ID.set("0123456789abcdef")
    line = JsonFormatter().format(entry)
    REQUEST_ID.reset(token)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["level"], told["request_id"]) == ("said a\nb", "error", "0123456789abcdef")
    assert told["traceback"][0] == "builtins.ValueError"
    assert "两" not in line


def test_an_error_in_a_request_is_logged_without_address_and_values(app, client, caplog):
    @app.get("/fails/<link>")
    @public
    def fails(link: str) -> str:
        db.session.execute(text("INSERT INTO contact (name) VALUES (:name)"), {"name": "张三"})
        return link

    app.testing = False
    with caplog.at_level(logging.ERROR):
        assert client.get("/fails/private-link?q=李四").status_code == 500

    [entry] = [entry for entry in caplog.records if entry.levelname == "ERROR"]
    line = JsonFormatter().format(entry)
    assert json.loads(line)["message"] == "Exception in a request"
    assert "IntegrityError" in line
    assert "test_operations.py" in line
    for secret in ("张三", "李四", "private-link"):
        assert secret not in line


def checked(app: Flask) -> dict[str, str]:
    lines = flask(app, "config", "check").output.splitlines()
    return {line[8:].split(":")[0]: line[:8].strip() for line in lines}


def test_the_check_tells_that_all_is_well(app):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], secret_key=secrets.token_hex(32))
    make(app)
    done = flask(app, "config", "check")
    assert done.exit_code == 0, done.output
    found = checked(app)
    assert found.pop("backups apart") in {"ok", "WARNING"}  # tests have one disk
    assert set(found.values()) == {"ok"}, done.output


def test_the_check_names_what_is_wrong(app, database_kind):
    record(app, 1)
    tamper(app)  # only the triggers
    found = checked(app)
    assert (found["audit trail"], found["last backup"]) == ("PROBLEM", "WARNING")
    assert flask(app, "config", "check").exit_code == 1
    with app.app_context():
        if database_kind == "postgresql":
            for table in ("audit_event", "audit_payload"):
                with db.engine.begin() as connection:
                    connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))
            downgrade(directory=MIGRATIONS, revision=BEFORE)
            assert checked(app)["schema"] == "PROBLEM"


@pytest.mark.parametrize(
    ("key", "level"), [("k" * 64, "problem"), ("short", "problem"), ("0123456789abcdef" * 2, "ok")]
)
def test_a_weak_key_is_a_problem(tmp_path, key, level):
    place = installation.Place(
        database_url="sqlite:///x", instance=tmp_path, backups=tmp_path / "backups", secret_key=key
    )
    assert installation._secret_key(place).level == level
    (tmp_path / "secret_key").write_text(key, encoding="ascii")
    (tmp_path / "secret_key").chmod(0o644)
    assert installation._secret_key(place).level == "problem"


def test_an_old_backup_is_a_warning(app):
    file = make(app)
    now = datetime.now(UTC)
    assert installation._last_backup(file.parent, now).level == "ok"
    assert installation._last_backup(file.parent, now + timedelta(days=3)).level == "warning"


def test_a_wrong_setting_ends_a_command_with_one_line(tmp_path):
    env = {**os.environ, "PIPELINE_INSTANCE": str(tmp_path), "PIPELINE_PORT": "eighty"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "config", "check"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "PIPELINE_PORT is 'eighty'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.databases("postgresql")
def test_a_migration_on_a_busy_database_gives_up_and_changes_nothing(app, database_url, caplog):
    with app.app_context():
        downgrade(directory=MIGRATIONS, revision=BEFORE)
    dispose(app)
    engine = create_engine(database_url)
    with engine.connect() as busy:
        busy.execute(text("SELECT count(*) FROM audit_event"))
        with app.app_context(), pytest.raises(SystemExit):
            upgrade(directory=MIGRATIONS)
        assert "nothing was changed" in caplog.text
        assert busy.execute(text("SELECT version_num FROM alembic_version")).scalar() == BEFORE
    engine.dispose()
    with app.app_context():
        upgrade(directory=MIGRATIONS)


def test_a_killed_migration_leaves_the_old_schema_and_can_be_repeated(app, database_url, database_kind):
    record(app, 1)
    with app.app_context():
        downgrade(directory=MIGRATIONS, revision=BEFORE)
        fill = text(
            "INSERT INTO audit_event (id, occurred_at, actor, action, subject_type, subject_id) "
            "VALUES (:id, :at, 'x', 'x', 'x', 'x')"
        )
        with db.engine.begin() as connection:
            at = "2026-11-22 00:00:00.000000"
            connection.execute(fill, [{"id": number, "at": at} for number in range(10, 40_010)])
    dispose(app)
    env = {**os.environ, "DATABASE_URL": database_url, "PIPELINE_INSTANCE": app.instance_path}
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until_writing(database_url, database_kind, process)
    process.send_signal(signal.SIGKILL)
    process.wait()

    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == BEFORE
        assert connection.execute(text("SELECT count(*) FROM audit_event")).scalar() == 40_001
    engine.dispose()
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        found = verify_chain()
        assert (found.checked, found.findings) == (40_001, [])


def wait_until_writing(url: str, kind: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the migration has begun to change tables."""
    engine = create_engine(url)
    query = text(
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
        "AND relation = 'audit_event'::regclass"
    )
    log = Path(url.removeprefix("sqlite:///") + "-wal")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "The migration ended before it could be killed."
        if kind == "sqlite":
            if log.exists() and log.stat().st_size > 500_000:
                break
        else:
            with engine.connect() as connection:
                if connection.execute(query).scalar():
                    break
        time.sleep(0.002)
    engine.dispose()
