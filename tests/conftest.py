"""Fixtures every test may ask for: an application on each database, a client, a server, a browser."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any, Self
from weakref import WeakSet

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from werkzeug.serving import make_server

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from models import db
from tests.support.databases import KINDS, Databases
from tests.support.requirements import not_run, summarise
from tests.support.small_registry import AS_OF
from tests.support.unrecorded import Watch

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
]
# A machine under load is slow; that is no failure of a property.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
REAL_DATA = ROOT.parent / "shared" / "data"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs an application on both databases; pages in a browser look the same on one."""
    if "database_kind" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("databases")
    in_browser = (
        metafunc.definition.get_closest_marker("browser") or "browser" in metafunc.definition.path.parts
    )
    kinds = marker.args if marker else ("sqlite",) if in_browser else KINDS
    marks = {"postgresql": [pytest.mark.postgres], "sqlite": []}
    metafunc.parametrize(
        "database_kind", [pytest.param(kind, marks=marks[kind]) for kind in kinds], scope="session"
    )


def pytest_collection_finish() -> None:
    """Keep what lives as long as the run out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not run, because a skipped line among thousands is easily missed."""
    summarise(terminalreporter)


@pytest.fixture(scope="session", autouse=True)
def _all_writes() -> Iterator[Watch]:
    with Watch().watching() as watch:
        yield watch


@pytest.fixture(autouse=True)
def _every_write_is_recorded(_all_writes: Watch) -> Iterator[None]:
    """Fail the test in which a service wrote without an entry in the audit trail."""
    known = set(_all_writes.found)
    yield
    unrecorded = sorted(_all_writes.found - known)
    assert not unrecorded, f"written without an entry in the audit trail: {unrecorded}"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Make databases with the current schema: the migrations run once, their result is copied."""
    with Databases(tmp_path_factory.mktemp("databases")) as made:
        yield made


@pytest.fixture
def database_url(databases: Databases, database_kind: str) -> Iterator[str]:
    """Address of an empty, migrated database of this test's own."""
    with databases.fresh(database_kind) as url:
        yield url


class Applications:
    """Builds applications and closes their connections after every test.

    An application is let go when its test is over: thousands at once would make every collection of
    garbage slow. Those of wider fixtures live on; their pools just connect anew.
    """

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._of_this_test: list[Flask] = []
        self._living: WeakSet[Flask] = WeakSet()
        # Compiling the templates anew for every application took half of the time of tests that show pages.
        self._compiled = FileSystemBytecodeCache(str(folders.mktemp("templates")))

    def build(self, url: str, **settings: Any) -> Flask:
        """Build one; without ``today`` it is always the same day, or tests would differ tomorrow."""
        settings.setdefault("today", AS_OF)
        instance = self._folders.mktemp("instance")
        app = create_app(Settings(instance=instance, database_url=url, secret_key="k" * 64, **settings))
        app.testing = True
        app.jinja_env.bytecode_cache = self._compiled
        self._living.add(app)
        self._of_this_test.append(app)
        return app

    def end_test(self) -> None:
        """Close what the test opened, before anything may be collected with a connection open."""
        for app in list(self._living):
            dispose(app)
        self._of_this_test.clear()


@pytest.fixture(scope="session")
def _applications(tmp_path_factory: pytest.TempPathFactory) -> Applications:
    return Applications(tmp_path_factory)


@pytest.fixture(autouse=True)
def _connections_end_with_the_test(_applications: Applications) -> Iterator[None]:
    yield
    _applications.end_test()


@pytest.fixture(scope="session")
def make_app(_applications: Applications) -> Callable[..., Flask]:
    """Build an application: ``make_app(database_url, today=...)``; its connections end with the test."""
    return _applications.build


@pytest.fixture
def app(database_url: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application on an empty registry; no context is open, so requests do not share one by accident."""
    built = make_app(database_url)
    yield built
    dispose(built)  # Before the database is dropped.


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, so to say."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Run commands of the application."""
    return app.test_cli_runner()


class LiveServer:
    """An application answering on a free loopback port from a thread of this process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """The application of this test, reachable by a browser: ``live_server.url``, ``live_server.app``."""
    with LiveServer(app) as server:
        yield server


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive Debian's Chromium instead of a downloaded one."""
    program = os.environ.get("PIPELINE_CHROMIUM", CHROMIUM)
    if not Path(program).exists():
        not_run(f"There is no Chromium at {program}. On Debian: apt-get install chromium fonts-noto-cjk.")
    return {**browser_type_launch_args, "executable_path": program, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Browse as a member of the bureau's staff does."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real input files, which are not part of the repository."""
    if not REAL_DATA.is_dir():
        not_run(f"The real input files are not here (expected beside the checkout, in {REAL_DATA.name}).")
    return REAL_DATA


def dispose(app: Flask) -> None:
    """Close every connection, so that a database can be dropped and no warning is raised at exit."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
