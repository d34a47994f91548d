"""Settings from the environment."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from enterprise_pipeline.config import (
    NUMBERS,
    Settings,
    SettingsError,
    database_url,
    is_loopback,
    read_or_create_secret_key,
    require_loopback,
    variables,
)


def settings(tmp_path: Path, **given: str) -> Settings:
    return Settings.from_environment({"PIPELINE_INSTANCE": str(tmp_path), **given})


def test_an_empty_environment_gives_safe_defaults(tmp_path):
    made = settings(tmp_path)

    assert made.host == "127.0.0.1"
    assert made.port == 8000
    assert made.database_url == f"sqlite:///{tmp_path}/registry.sqlite3"
    assert made.timezone == "Asia/Shanghai"
    assert made.today is None
    assert made.max_upload_mb == 32


def test_every_setting_is_read_from_its_variable(tmp_path):
    made = settings(
        tmp_path,
        DATABASE_URL="postgres://somebody@db/registry",
        PIPELINE_HOST="::1",
        PIPELINE_PORT="8001",
        SECRET_KEY="s" * 40,
        PIPELINE_MAX_UPLOAD_MB="5",
        PIPELINE_TIMEZONE="Asia/Urumqi",
        PIPELINE_TODAY="2026-11-22",
        PIPELINE_LOG="json",
        PIPELINE_HOSTS="Pipeline.example, 10.1.2.3,[2001:db8::1]",
        PIPELINE_TLS="on",
        PIPELINE_BACKUPS=str(tmp_path / "elsewhere"),
        PIPELINE_BACKUP_KEEP="7, 4,0",
    )

    assert made == Settings(
        instance=tmp_path,
        database_url="postgresql://somebody@db/registry",
        host="::1",
        port=8001,
        secret_key="s" * 40,
        max_upload_mb=5,
        timezone="Asia/Urumqi",
        today=date(2026, 11, 22),
        log="json",
        hosts=("pipeline.example", "10.1.2.3", "[2001:db8::1]"),
        tls="on",
        backups=tmp_path / "elsewhere",
        backup_keep=(7, 4, 0),
    )


def test_backups_go_into_the_instance_where_nothing_is_said(tmp_path):
    assert settings(tmp_path).backup_folder == tmp_path / "backups"
    assert settings(tmp_path).backup_keep == (14, 8, 12)


def test_the_secret_key_is_not_shown_when_settings_are_printed(tmp_path):
    made = settings(tmp_path)

    assert made.secret_key not in repr(made)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PIPELINE_PORT", "0"),
        ("PIPELINE_PORT", "65536"),
        ("PIPELINE_PORT", "-1"),
        ("PIPELINE_PORT", "８０００"),
        ("PIPELINE_PORT", "web"),
        ("PIPELINE_MAX_UPLOAD_MB", "1.5"),
        ("PIPELINE_TIMEZONE", "Yichang"),
        ("PIPELINE_TIMEZONE", "../etc/passwd"),
        ("PIPELINE_TODAY", "22.11.2026"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("PIPELINE_LOG", "xml"),
        ("PIPELINE_TLS", "yes"),
        ("PIPELINE_HOSTS", "https://pipeline.example"),
        ("PIPELINE_HOSTS", "pipeline.example:8000"),
        ("PIPELINE_HOSTS", "*"),
        ("PIPELINE_HOSTS", "*.example"),
        ("PIPELINE_HOSTS", "a,,b"),
        ("PIPELINE_HOSTS", "-a.example"),
        ("PIPELINE_HOSTS", "科技局.cn"),
        ("PIPELINE_HOSTS", f"{'a' * 64}.example"),
        ("PIPELINE_BACKUP_KEEP", "14,8"),
        ("PIPELINE_BACKUP_KEEP", "14,8,-1"),
        ("PIPELINE_BACKUP_KEEP", "many"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_the_name_of_its_variable(tmp_path, variable, value):
    with pytest.raises(SettingsError, match=variable):
        settings(tmp_path, **{variable: value})


def test_a_secret_key_is_made_once_and_only_the_owner_may_read_it(tmp_path):
    path = tmp_path / "new" / "secret_key"

    first = read_or_create_secret_key(path)

    assert len(first) == 64
    assert read_or_create_secret_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_key"]


def test_processes_starting_together_agree_on_one_key(tmp_path):
    path = tmp_path / "secret_key"

    with ThreadPoolExecutor(max_workers=8) as pool:
        keys = set(pool.map(lambda _: read_or_create_secret_key(path), range(32)))

    assert len(keys) == 1


def test_a_truncated_key_is_refused(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("short", encoding="ascii")

    with pytest.raises(SettingsError, match="Delete it"):
        read_or_create_secret_key(path)


def test_a_relative_sqlite_path_counts_from_the_folder_of_the_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert (
        database_url("sqlite:///data/a.sqlite3", instance=Path("/x"))
        == f"sqlite:///{tmp_path}/data/a.sqlite3"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])
def test_loopback_addresses_are_accepted(host):
    require_loopback(host)

    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.5", "registry.example", "unix:/run/x", "127.0.0.1.x"]
)
def test_addresses_that_others_can_reach_are_refused(host):
    with pytest.raises(SettingsError, match="no accounts yet"):
        require_loopback(host)


@pytest.mark.parametrize("name", NUMBERS)
def test_whole_numbers_are_held_to_their_limits(name, tmp_path):
    lowest, highest = NUMBERS[name]
    variable = variables()[name]

    def read(value: object) -> object:
        return getattr(
            Settings.from_environment({"PIPELINE_INSTANCE": str(tmp_path), variable: str(value)}), name
        )

    assert [read(lowest), read(highest), read("")] == [lowest, highest, getattr(Settings, name)]
    for wrong in (lowest - 1, highest + 1, "many"):
        with pytest.raises(SettingsError, match=variable):
            read(wrong)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PIPELINE_HOST": "::1", "PIPELINE_PORT": "80"}, "http://[::1]:80"),
        ({"PIPELINE_HOSTS": "a.example,b.example"}, "http://a.example"),
        ({"PIPELINE_HOSTS": "a.example", "PIPELINE_TLS": "on"}, "https://a.example"),
    ],
)
def test_links_for_people_carry_the_name_they_open(tmp_path, given, address):
    assert settings(tmp_path, **given).address == address
