"""Databases for tests: migrated once per session and kind, then copied, which takes milliseconds."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Self

from flask_migrate import upgrade
from sqlalchemy import Engine, create_engine, make_url, text

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from models import db
from tests.support.requirements import not_run
from tools.start_postgres import NoPostgres, running_postgres

KINDS = ("sqlite", "postgresql")
MIGRATIONS = str(ROOT / "enterprise_pipeline" / "migrations")


def migrate(url: str, instance: Path) -> None:
    """Run the real migrations on an empty database."""
    app = create_app(Settings(instance=instance, database_url=url, secret_key="k" * 64))
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        db.session.remove()
        db.engine.dispose()


class Databases:
    """Makes migrated databases; used as a context manager, it removes them all at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._templates: dict[str, str] = {}
        self._server: str | None = None
        self._engine: Engine | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def empty(self, kind: str) -> Iterator[str]:
        """A database without a single table, for tests of the migrations themselves."""
        if kind == "sqlite":
            yield f"sqlite:///{self._folder / f'empty-{next(self._numbers)}.sqlite3'}"
            return
        with self._postgres_database(template="template0") as url:
            yield url

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """A database with the current schema and no rows beyond those the migrations write."""
        template = self._template(kind)
        if kind == "sqlite":
            path = self._folder / f"test-{next(self._numbers)}.sqlite3"
            shutil.copyfile(template, path)
            yield f"sqlite:///{path}"
            for leftover in self._folder.glob(path.name + "*"):
                leftover.unlink()
            return
        with self._postgres_database(template=template) as url:
            yield url

    def _template(self, kind: str) -> str:
        if kind not in self._templates:
            if kind == "sqlite":
                path = self._folder / "template.sqlite3"
                migrate(f"sqlite:///{path}", self._folder)
                self._templates[kind] = str(path)
            else:
                url = self._stack.enter_context(self._postgres_database(template="template0"))
                migrate(url, self._folder)
                self._templates[kind] = make_url(url).database or ""
        return self._templates[kind]

    @contextmanager
    def _postgres_database(self, *, template: str) -> Iterator[str]:
        name = f"pipeline_test_{os.getpid()}_{next(self._numbers)}"
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        address = make_url(self._postgres()).set(database=name)
        yield address.render_as_string(hide_password=False)
        self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with self._administrator().connect() as connection:
            connection.execute(text(statement))

    def _administrator(self) -> Engine:
        """One connection for all that is made and dropped."""
        if self._engine is None:
            self._engine = create_engine(self._postgres(), isolation_level="AUTOCOMMIT")
            self._stack.callback(self._engine.dispose)
        return self._engine

    def _postgres(self) -> str:
        """Return the server's address: the one given, or else one started for this session."""
        if self._server is None:
            given = os.environ.get("TEST_DATABASE_URL", "").strip()
            try:
                self._server = given or self._stack.enter_context(running_postgres())
            except NoPostgres as error:
                not_run(str(error))
        return self._server
