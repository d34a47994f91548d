"""Backups made, verified and restored by the commands, on both databases."""

import os
import random
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from enterprise_pipeline.config import Settings
from enterprise_pipeline.services.backup import archive, postgresql
from enterprise_pipeline.services.backup.errors import BackupRefused
from enterprise_pipeline.services.backup.locks import RESTORING, alone, hold_while_serving
from enterprise_pipeline.services.backup.manifest import SQLITE_PART
from models import AuditEvent, db
from tests.conftest import dispose
from tests.support.auditing import change, delete, tamper
from tests.support.backups import add, events, flask, make, manifest_of, names, repack, restore
from tests.support.databases import MIGRATIONS


@pytest.fixture
def registry(app: Flask, database_url: str, database_kind: str) -> Iterator[Flask]:
    """A registry of one enterprise; databases that a restore puts aside are dropped at the end."""
    add(app, name="备份前公司")
    yield app
    dispose(app)
    if database_kind == "postgresql":
        for kept in postgresql.left_over(database_url, "before"):
            postgresql.drop(kept)


def settings(app: Flask) -> Settings:
    return app.config["SETTINGS"]


def upload(app: Flask) -> Path:
    folder = settings(app).instance / "uploads" / "2026"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "附件.txt"


def names_at(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(connection.execute(text("SELECT name FROM enterprise")).scalars())
    engine.dispose()
    return found


def kept_aside(app: Flask, output: str) -> str:
    """The address of the database that a restore kept."""
    name = next(line for line in output.splitlines() if "is kept as" in line).rpartition(" ")[2]
    url = make_url(settings(app).database_url)
    return url.set(database=name).render_as_string(hide_password=False)


def test_restore_drill(registry):
    """What an administrator does once a quarter: back up, lose something, restore, look."""
    upload(registry).write_text("before", encoding="utf-8")
    file = make(registry)
    head = manifest_of(file).facts.audit_head
    add(registry, name="备份后公司")
    upload(registry).write_text("after", encoding="utf-8")

    done = restore(registry, file, "--older")

    assert done.exit_code == 0, done.output
    assert "1 audit entries recorded since the backup are only there" in done.output
    assert names(registry) == {"备份前公司"}
    assert upload(registry).read_text(encoding="utf-8") == "before"
    assert events(registry) == head.sequence + 1
    with registry.app_context():
        told = db.session.get_one(AuditEvent, head.sequence + 1)
        assert (told.action, told.after["head"], told.before["lost"]) == ("backup.restored", str(head), 1)
    assert names_at(kept_aside(registry, done.output)) == {"备份前公司", "备份后公司"}
    add(registry, name="恢复后公司")  # ids go on behind those restored
    assert flask(registry, "backup", "verify", make(registry)).exit_code == 0
    with pytest.raises(Exception, match="audit_"), registry.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_event"))  # triggers are restored as well


def test_a_backup_tells_what_it_is_and_only_its_owner_may_read_it(registry, database_kind):
    file = make(registry)

    facts = manifest_of(file).facts

    newest = max(path.stem for path in Path(MIGRATIONS, "versions").glob("0*.py"))
    assert (facts.database, facts.kind, facts.schema) == (database_kind, "real", newest)
    assert facts.audit_head.sequence == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == [".lock", file.name]
    told = flask(registry, "backup", "verify", file)
    assert (told.exit_code, "is whole" in told.output) == (0, True)
    assert facts.audit_head.digest in flask(registry, "backup", "list").output
    assert flask(registry, "audit", "verify", "--head", str(facts.audit_head)).exit_code == 0


def test_an_end_cut_off_with_its_head_is_found_by_the_head_inside_a_backup(registry):
    file = make(registry)
    assert flask(registry, "audit", "verify", "--backup", file).exit_code == 0
    tamper(
        registry,
        *delete(2, 2),
        "UPDATE audit_head SET sequence = 1, digest = (SELECT digest FROM audit_event)",
    )
    found = flask(registry, "audit", "verify")
    assert (found.exit_code, "\ncut off 2" in found.output) == (1, True)
    assert "heads of 1 backups, up to entry 2" in found.output

    elsewhere = file.rename(file.with_name("elsewhere.tar.gz"))
    unseen = flask(registry, "audit", "verify")
    assert (unseen.exit_code, "Compared with nothing kept elsewhere" in unseen.output) == (0, True)
    assert flask(registry, "audit", "verify", "--backup", elsewhere).exit_code == 1


def test_a_backup_is_consistent_while_others_write(registry):
    stop = Event()

    def write() -> None:
        while not stop.is_set():
            add(registry)

    writer = Thread(target=write)
    writer.start()
    try:
        files = [make(registry) for _ in range(3)]
    finally:
        stop.set()
        writer.join()

    heads = [manifest_of(file).facts.audit_head.sequence for file in files]
    assert heads == sorted(set(heads))
    assert [flask(registry, "backup", "verify", file).exit_code for file in files] == [0, 0, 0]
    assert restore(registry, files[1], "--older").exit_code == 0
    # Every enterprise was added with one event; two backups and the restore have one each.
    assert events(registry) == len(names(registry)) + 3


def test_restoring_what_is_there_loses_nothing(registry):
    upload(registry).write_text("same", encoding="utf-8")
    file = make(registry)
    done = restore(registry, file)
    assert done.exit_code == 0, done.output
    assert names(registry) == {"备份前公司"}


def test_an_older_backup_is_refused_with_the_number_of_events_that_would_be_lost(registry):
    file = make(registry)
    for _ in range(3):
        add(registry)

    refused = restore(registry, file)

    assert refused.exit_code == 1
    assert "会丢失其后的 3 条审计记录" in refused.output
    assert len(names(registry)) == 4


def test_a_registry_that_went_another_way_loses_what_the_backup_does_not_share(registry):
    file = make(registry)
    add(registry)
    add(registry)
    newer = make(registry)
    assert restore(registry, file, "--older").exit_code == 0
    add(registry)

    refused = restore(registry, newer)

    assert "会丢失其后的 2 条审计记录" in refused.output  # the event of restoring, and the enterprise
    assert restore(registry, newer, "--older").exit_code == 0
    assert len(names(registry)) == 3


REFUSED = {
    "other kind": ("kind", "demo", "备份是演示库，现有的是正式库"),
    "newer schema": ("schema", "9999_from_the_future", "比本程序"),
    "other database": ("database", "oracle", ""),
    "other head": ("audit_head", {"sequence": 2, "digest": "a" * 64}, ""),
    "other format": ("format", 2, "本程序只认识第 1 版"),
    "bad day": ("created_at", "yesterday", "清单读不懂"),
    "part outside": (
        "parts",
        [{"name": "../x", "bytes": 1, "sha256": "a" * 64, "columns": [], "rows": None}],
        "清单读不懂",
    ),
    "fewer parts": ("parts", [], "清单之外的内容"),
}


@pytest.mark.parametrize(("field", "value", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_backup_that_does_not_fit_is_refused(registry, field, value, reason):
    file = repack(make(registry), manifest=lambda told: told.update({field: value}))

    refused = restore(registry, file, "--older")

    assert refused.exit_code == 1
    assert reason in refused.output
    assert names(registry) == {"备份前公司"}
    assert list(settings(registry).instance.glob(".restoring-*")) == []


def test_any_changed_byte_is_found(registry):
    upload(registry).write_bytes(random.Random(1).randbytes(2_000))  # noqa: S311
    file = make(registry)
    content = file.read_bytes()
    dice = random.Random(7)  # noqa: S311
    accepted = 0
    broken = file.with_name("pipeline-broken.tar.gz")
    # The ten bytes in front are gzip's own header, of which only the first three mean something to us.
    for place in [0, 1, 2, len(content) - 1, *(dice.randrange(10, len(content)) for _ in range(40))]:
        changed = bytearray(content)
        changed[place] ^= 1 << dice.randrange(8)
        broken.write_bytes(changed)
        try:
            # Some bits mean nothing, as in runs of zeros; then all that is inside is as it was.
            assert archive.unpack(broken) == manifest_of(file)
            accepted += 1
        except BackupRefused:
            continue
    assert accepted < 22
    broken.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    assert flask(registry, "backup", "verify", broken).exit_code == 1
    assert restore(registry, broken, "--older").exit_code == 1


def test_a_cut_off_or_lengthened_file_is_refused(registry):
    content = make(registry).read_bytes()
    broken = settings(registry).backup_folder / "pipeline-broken.tar.gz"
    for kept in (0, 1, 9, 100, len(content) // 2, len(content) - 8, len(content) - 1):
        broken.write_bytes(content[:kept])
        with pytest.raises(BackupRefused):
            archive.unpack(broken)
    broken.write_bytes(content + b"x")
    with pytest.raises(BackupRefused):
        archive.unpack(broken)
    assert "unreadable" in flask(registry, "backup", "list").output or broken.exists()


def test_a_missing_file_and_something_else_are_refused(registry):
    other = settings(registry).instance / "other.tar.gz"
    other.write_text("something else", encoding="utf-8")
    for file in (other, other.with_name("nothing.tar.gz")):
        assert flask(registry, "backup", "verify", file).exit_code == 1
        assert restore(registry, file).exit_code == 1


def test_a_trail_that_was_tampered_with_is_found_inside_the_backup(registry):
    tamper(registry, change(1, "actor = '李四'"))

    told = flask(registry, "backup", "verify", make(registry))

    assert told.exit_code == 1
    assert "审计记录不完整：altered 1" in told.output


def test_nothing_is_restored_under_a_running_server(registry):
    file = make(registry)
    with hold_while_serving(settings(registry).instance):
        refused = restore(registry, file)
    assert "服务器正在运行" in refused.output
    assert restore(registry, file).exit_code == 0


def test_no_server_starts_during_a_restore(registry):
    instance = settings(registry).instance
    with alone(instance / "serving.lock", ""), pytest.raises(BackupRefused, match="正在恢复"):
        hold_while_serving(instance)


def test_of_two_restores_at_once_the_second_is_refused(registry):
    file = make(registry)
    with alone(settings(registry).instance / RESTORING, ""):
        refused = restore(registry, file)
    assert "另一个恢复正在进行" in refused.output


def test_of_two_backups_into_one_folder_the_second_is_refused(registry):
    folder = make(registry).parent
    with alone(folder / ".lock", ""):
        refused = flask(registry, "backup", "create")
    assert (refused.exit_code, "另一个备份正在写入" in refused.output) == (1, True)


def test_a_database_that_others_have_open_is_not_replaced(registry):
    file = make(registry)
    engine = create_engine(settings(registry).database_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM enterprise"))
        refused = restore(registry, file)
    engine.dispose()

    assert refused.exit_code == 1
    assert "没有做任何改动" in refused.output
    assert names(registry) == {"备份前公司"}


def test_a_backup_goes_into_an_empty_place(registry, databases, database_kind, make_app):
    file = make(registry)
    with databases.empty(database_kind) as url:
        empty = make_app(url)

        done = restore(empty, file)

        assert done.exit_code == 0, done.output
        assert names(empty) == {"备份前公司"}
        dispose(empty)
        if database_kind == "postgresql":
            for kept in postgresql.left_over(url, "before"):
                postgresql.drop(kept)


@pytest.mark.databases("sqlite")
def test_a_damaged_registry_is_replaced_only_when_told_so_and_is_kept(registry):
    file = make(registry)
    database = Path(make_url(settings(registry).database_url).database or "")
    dispose(registry)
    database.write_bytes(b"no database at all" * 1_000)

    refused = restore(registry, file)
    assert "现有登记库读不出来" in refused.output
    done = restore(registry, file, "--older")

    assert done.exit_code == 0, done.output
    assert names(registry) == {"备份前公司"}
    [kept] = database.parent.glob(f"{database.name}.before-*")
    assert kept.read_bytes().startswith(b"no database at all")


@pytest.mark.databases("sqlite")
def test_a_restored_file_belongs_to_whom_the_old_one_belonged(registry):
    database = Path(make_url(settings(registry).database_url).database or "")
    database.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(database, 65534, 65534)
    assert restore(registry, make(registry)).exit_code == 0
    kept = database.stat()
    assert stat.S_IMODE(kept.st_mode) == 0o640
    assert kept.st_uid == (65534 if os.geteuid() == 0 else os.geteuid())


@pytest.mark.databases("sqlite")
def test_a_damaged_database_inside_a_backup_is_refused(registry, tmp_path):
    file = make(registry)
    archive.unpack(file, tmp_path)
    inside = bytearray((tmp_path / SQLITE_PART).read_bytes())
    inside[8_192:40_960] = b"\0" * 32_768
    (tmp_path / SQLITE_PART).write_bytes(inside)
    manifest = manifest_of(file)
    part = archive.part_of(tmp_path / SQLITE_PART, SQLITE_PART)
    forged = file.with_name("pipeline-forged.tar.gz")
    told = {**vars(manifest), "parts": (part,)}
    archive.write(forged, type(manifest)(**told), {SQLITE_PART: tmp_path / SQLITE_PART})

    refused = flask(registry, "backup", "verify", forged)

    assert (refused.exit_code, "数据库" in refused.output) == (1, True)


@pytest.mark.databases("postgresql")
def test_a_backup_of_the_other_database_is_verified_without_its_server_and_not_restored(
    registry, databases, make_app
):
    file = make(registry)
    with databases.fresh("sqlite") as url:
        other = make_app(url)
        assert flask(other, "backup", "verify", file).exit_code == 0
        refused = restore(other, file)
        dispose(other)
    assert (refused.exit_code, "备份来自 postgresql" in refused.output) == (1, True)


@pytest.mark.databases("postgresql")
def test_a_role_that_may_not_create_databases_is_told_so(registry, database_url):
    role = f"plain_{os.getpid()}"
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    plain = make_url(database_url).set(username=role).render_as_string(hide_password=False)
    with pytest.raises(BackupRefused, match="CREATEDB"):
        postgresql.create_beside(plain, "restoring_20261122013000")
    with engine.connect() as connection:
        connection.execute(text(f"DROP ROLE {role}"))
    engine.dispose()


@pytest.mark.databases("postgresql")
def test_a_long_database_name_leaves_room_for_what_a_restore_adds():
    for name in ("甲" * 63, "a" * 63, "a甲" * 30):
        beside = postgresql._beside(name, "before_20261122013000123")
        assert beside.endswith("_before_20261122013000123")
        assert 61 <= len(beside.encode()) <= 63
