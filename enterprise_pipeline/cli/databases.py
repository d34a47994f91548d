"""Work on a database that is not the one of this installation: a demo registry, or one being restored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask, current_app
from flask_migrate import Migrate

from enterprise_pipeline.config import Settings
from enterprise_pipeline.transaction import prepare_engine


@contextmanager
def application_on(url: str) -> Iterator[None]:
    """Work on this database: in the running application, or in a bare one beside it."""
    settings: Settings = current_app.config["SETTINGS"]
    if url == settings.database_url:
        yield
        return
    database = current_app.extensions["sqlalchemy"]
    beside = Flask(current_app.import_name, instance_path=current_app.instance_path)
    beside.config.update(SQLALCHEMY_DATABASE_URI=url, SETTINGS=replace(settings, database_url=url))
    database.init_app(beside)
    Migrate(beside, database, directory=current_app.extensions["migrate"].directory)
    with beside.app_context():
        prepare_engine(database.engine)
        try:
            yield
        finally:
            database.session.remove()
            database.engine.dispose()
