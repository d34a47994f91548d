"""The commands around accounts, and where the server may listen."""

import re
import socket
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from enterprise_pipeline.cli.operator import operator
from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services.accounts.existing import any_account_at
from enterprise_pipeline.services.accounts.rights import Role
from models import Account, AuditEvent, RoleGrant, db
from tests.support.accounts import add_account, sign_in
from tests.support.entry import post


def link_in(output: str) -> str:
    found = re.search(r"http://[^/]+(/password/\S+)", output)
    assert found is not None, output
    return found[1]


def test_the_first_administrator_is_made_by_a_command_and_sets_the_password_by_its_link(app, client, runner):
    made = runner.invoke(args=["accounts", "create-administrator", "Wang.Min", "--name", "王敏"])
    assert made.exit_code == 0, made.output
    assert "everybody has to sign in" in made.output

    password = {"password": "隔江人在雨声中 42", "again": "隔江人在雨声中 42"}
    assert post(client, link_in(made.output), **password).location == "/login"
    assert sign_in(client, "wang.min").status_code == 303
    assert client.get("/accounts").location == "/account/second-factor"
    with app.app_context():
        assert db.session.query(Account).one().display_name == "王敏"
        assert db.session.query(RoleGrant).one().role == Role.ADMINISTRATOR
        assert {event.actor for event in db.session.query(AuditEvent)} == {operator(), "wang.min"}


@pytest.mark.parametrize(("name", "word"), [("wang min", "U+0020"), ("local", "保留"), ("w", "至")])
def test_a_name_that_cannot_be_one_is_refused_on_one_line(app, runner, name, word):
    refused = runner.invoke(args=["accounts", "create-administrator", name])

    assert refused.exit_code == 1
    assert word in refused.output
    with app.app_context():
        assert db.session.query(Account).count() == 0


def test_a_name_that_exists_or_looks_like_one_is_refused(runner):
    assert runner.invoke(args=["accounts", "create-administrator", "wang.li"]).exit_code == 0

    assert "已有人使用" in runner.invoke(args=["accounts", "create-administrator", "WANG.LI"]).output
    assert "看起来太像" in runner.invoke(args=["accounts", "create-administrator", "wangll"]).output


def test_accounts_are_listed_with_state_and_roles(app, runner):
    assert "no accounts yet" in runner.invoke(args=["accounts", "list"]).output
    with app.app_context():
        add_account("wang.min", Role.ADMINISTRATOR)
        add_account("li.hua", Role.COUNTY_REVIEWER, place="gaoxin", password_hash=None)

    lines = runner.invoke(args=["accounts", "list"]).output.splitlines()
    assert lines == [
        "li.hua\tinvited\tno second factor\tcounty_reviewer of gaoxin",
        "wang.min\tactive\tsecond factor\tadministrator",
    ]


def test_whoever_cannot_get_in_is_helped_from_the_command_line(app, client, runner):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
    for _try in range(5):
        sign_in(client, "li.hua", "wrong password")
    assert sign_in(client, "li.hua").status_code == 429

    assert runner.invoke(args=["accounts", "unlock", "LI.HUA"]).exit_code == 0
    assert sign_in(client, "li.hua").status_code == 303
    link = link_in(runner.invoke(args=["accounts", "reset-link", "li.hua"]).output)
    assert app.test_client().get(link).status_code == 200
    for command in ("unlock", "reset-link"):
        refused = runner.invoke(args=["accounts", command, "nobody"])
        assert refused.exit_code == 1
        assert "没有用户名为“nobody”的账号" in refused.output


def test_the_server_knows_whether_there_are_accounts_before_it_starts(app, database_url, tmp_path):
    assert not any_account_at(database_url)
    with app.app_context():
        add_account("wang.min", Role.ADMINISTRATOR)

    assert any_account_at(database_url)
    assert not any_account_at(f"sqlite:///{tmp_path}/no such #file?.sqlite3")
    assert not (tmp_path / "no such #file?.sqlite3").exists()


def test_asking_loads_nothing_that_a_forked_worker_must_not_inherit():
    ask = "import sys, enterprise_pipeline.services.accounts.existing; print('polars' in sys.modules)"
    seen = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert seen.stdout.strip() == "False"


@pytest.mark.databases("sqlite")
def test_with_accounts_the_server_may_listen_for_others(app, database_url, tmp_path):
    with app.app_context():
        add_account("wang.min", Role.ADMINISTRATOR)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {"PIPELINE_INSTANCE": str(tmp_path), "DATABASE_URL": database_url, "PIPELINE_HOST": "0.0.0.0"}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "1", "app:app"],
        cwd=ROOT, env={"PATH": "", "PIPELINE_PORT": str(port), **env},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        with pytest.raises(HTTPError) as refused:
            urlopen(f"http://127.0.0.1:{port}/accounts?next=/", data=b"x=1", timeout=30)
        assert refused.value.code in (400, 405)
        refused.value.close()
        with urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            assert page.url.endswith("/login?next=/")
    finally:
        server.terminate()
        server.communicate(timeout=30)
