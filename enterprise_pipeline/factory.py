"""Wires every part of the application; holds no logic of its own."""

from flask import Flask
from flask_migrate import Migrate

from enterprise_pipeline.cli.commands import COMMANDS
from enterprise_pipeline.cli.config_check import settings_from_environment
from enterprise_pipeline.cli.loopback import refuse_public_development_server
from enterprise_pipeline.config import Settings
from enterprise_pipeline.services.accounts.sealing import KEY_OPTION, key_from
from enterprise_pipeline.transaction import prepare_engine
from enterprise_pipeline.web.blueprints import init_web
from enterprise_pipeline.web.hosts import init_hosts
from enterprise_pipeline.web.request_log import init_request_log
from enterprise_pipeline.web.routes import LazyRule
from models import db

MIGRATIONS = "enterprise_pipeline/migrations"


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from ``settings``, or from the environment when none are given."""
    refuse_public_development_server()
    settings = settings or settings_from_environment()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Flask("enterprise_pipeline", instance_path=str(settings.instance))
    app.url_rule_class = LazyRule
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        SETTINGS=settings,
        # The values of a statement that failed belong to people; they stay out of every log.
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,
            "execution_options": {KEY_OPTION: key_from(settings.secret_key)},
        },
    )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Migrate(app, db, directory=MIGRATIONS)
    init_request_log(app)
    init_hosts(app)
    init_web(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
