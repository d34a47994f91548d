"""``flask config check``: whether this installation can work, before people notice that it cannot."""

import click
from flask import current_app
from flask.cli import with_appcontext

from enterprise_pipeline.config import Settings, SettingsError, is_loopback
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.installation import Place, check_installation

MARKS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}


@click.group()
def config() -> None:
    """The settings of this installation."""


@config.command()
@with_appcontext
def check() -> None:
    """Check settings, key, network, folders, disk, database, audit trail and backups; exit 1 on a problem."""
    settings: Settings = current_app.config["SETTINGS"]
    place = Place(
        database_url=settings.database_url,
        instance=settings.instance,
        backups=settings.backup_folder,
        secret_key=settings.secret_key,
        is_reachable=not is_loopback(settings.host),
        hosts=settings.hosts,
        tls=settings.tls,
        trusted_proxies=settings.trusted_proxies,
    )
    click.echo(f"{MARKS['ok']} settings: every variable has a value that can work")
    problems = 0
    for checked in check_installation(place, now=clock.now()):
        click.echo(f"{MARKS[checked.level]} {checked.name}: {checked.told}")
        problems += checked.level == "problem"
    if problems:
        raise SystemExit(1)


def settings_from_environment() -> Settings:
    """Read the settings; a command ends with one line where one of them cannot work.

    Raises
    ------
    SettingsError
        Outside a command.
    """
    try:
        return Settings.from_environment()
    except SettingsError as error:
        if click.get_current_context(silent=True) is None:
            raise
        raise click.UsageError(str(error)) from error
