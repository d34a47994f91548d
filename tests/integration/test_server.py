"""The real web server, started the way people start it."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from sqlalchemy import make_url

from enterprise_pipeline.config import ROOT
from tests.support.entry import code_of, token_of

START_SECONDS = 60


def environment(instance: Path, **given: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIPELINE_", "GUNICORN"))}
    return {**kept, "PIPELINE_INSTANCE": str(instance), **given}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", *options, "app:app"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(env: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        command(), cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=START_SECONDS)


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    assert process.stdout is not None
    seen = ""
    deadline = time.monotonic() + START_SECONDS
    while text not in seen and time.monotonic() < deadline:
        line = process.stdout.readline()
        assert line, f"The server ended: {seen}"
        seen += line
    return seen


@pytest.mark.databases("sqlite")
def test_it_answers_on_loopback_and_says_where(database_url: str, tmp_path: Path):
    port = free_port()
    env = environment(tmp_path, DATABASE_URL=database_url, PIPELINE_PORT=str(port))

    with running(env) as server:
        said = read_until(server, "Ctrl-C")
        try:
            status = urlopen(f"http://127.0.0.1:{port}/", timeout=30).status
        except HTTPError as error:
            status = error.code
            error.close()

    assert f"http://127.0.0.1:{port}/" in said
    assert status < 500


@pytest.mark.databases("sqlite")
def test_told_to_stop_it_finishes_what_it_works_on(database_url: str, tmp_path: Path):
    port = free_port()
    firm = {"name": "宜昌停机试验有限公司", "credit_code": code_of(1)}

    def ask(method: str, body: str = "", **headers: str) -> tuple[HTTPResponse, str]:
        with closing(HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)) as line:
            line.request(method, "/enterprises/new", body, headers)
            answer = line.getresponse()
            return answer, answer.read().decode()

    env = environment(tmp_path, DATABASE_URL=database_url, PIPELINE_PORT=str(port))
    with (
        running(env) as server,
        ThreadPoolExecutor(max_workers=1) as meanwhile,
        closing(sqlite3.connect(make_url(database_url).database or "", isolation_level=None)) as other,
    ):
        read_until(server, "Ctrl-C")
        answer, page = ask("GET")
        form = {
            "Cookie": (answer.getheader("Set-Cookie") or "").partition(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        other.execute("BEGIN IMMEDIATE")  # Whoever saves now has to wait.
        waiting = meanwhile.submit(ask, "POST", urlencode(firm | {"csrf_token": token_of(page)}), **form)
        time.sleep(1)
        server.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert not waiting.done()
        assert server.poll() is None
        other.execute("ROLLBACK")

        saved, _page = waiting.result(timeout=START_SECONDS)
        assert (saved.status, server.wait(timeout=START_SECONDS)) == (303, 0)
        assert other.execute("SELECT name FROM enterprise").fetchall() == [(firm["name"],)]


@pytest.mark.parametrize(
    ("options", "given"),
    [
        pytest.param([], {"PIPELINE_HOST": "0.0.0.0"}, id="by setting"),
        pytest.param(["--bind", "0.0.0.0:{port}"], {}, id="by option"),
        pytest.param(["--bind", "[::]:{port}"], {}, id="by option, IPv6"),
        pytest.param(["--bind", "unix:{folder}/server.sock"], {}, id="by socket file"),
        pytest.param([], {"GUNICORN_CMD_ARGS": "--bind=0.0.0.0:{port}"}, id="by gunicorn's variable"),
    ],
)
def test_it_refuses_to_be_reached_by_others(
    options: list[str], given: dict[str, str], tmp_path: Path, listening: Callable[[int], bool]
):
    port = free_port()
    fill = {"port": port, "folder": tmp_path}
    env = environment(tmp_path, PIPELINE_PORT=str(port), **{k: v.format(**fill) for k, v in given.items()})

    ended = subprocess.run(
        command(*(word.format(**fill) for word in options)),
        cwd=ROOT, env=env, check=False, capture_output=True, text=True, timeout=START_SECONDS,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "no accounts yet" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not listening(port)


@pytest.fixture
def listening() -> Callable[[int], bool]:
    def answers(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return answers


def test_the_development_server_keeps_to_loopback_too(tmp_path: Path, listening: Callable[[int], bool]):
    port = free_port()

    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "run", "--host", "0.0.0.0", "--port", str(port)],
        cwd=ROOT, env=environment(tmp_path),
        check=False, capture_output=True, text=True, timeout=START_SECONDS,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "no accounts yet" in ended.stderr
    assert not listening(port)


@pytest.mark.databases("sqlite")
def test_a_foreign_name_that_resolves_to_this_machine_is_refused(client):
    for name in ("elsewhere.example", "elsewhere.example:8000", "127.0.0.1.elsewhere.example", "192.168.0.7"):
        assert client.get("/health", headers={"Host": name}).status_code == 400, name
    for name in ("127.0.0.1:8000", "localhost", "[::1]:8000", "[::1]"):
        assert client.get("/health", headers={"Host": name}).status_code == 200, name


def test_a_wrong_setting_ends_the_start_with_one_line(tmp_path: Path):
    ended = subprocess.run(
        command(), cwd=ROOT, env=environment(tmp_path, PIPELINE_PORT="http"),
        check=False, capture_output=True, text=True, timeout=START_SECONDS,
    )  # fmt: skip

    assert ended.returncode != 0
    assert ended.stderr.strip() == (
        "Not started. PIPELINE_PORT is 'http'; it must be a whole number from 1 to 65535."
    )
