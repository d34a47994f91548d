"""``flask backup``: make, verify, restore, list and prune backups of the registry."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from enterprise_pipeline.cli.databases import application_on
from enterprise_pipeline.cli.operator import operator
from enterprise_pipeline.cli.refusals import refusals_told
from enterprise_pipeline.config import Settings
from enterprise_pipeline.services.backup.archive import read_manifest
from enterprise_pipeline.services.backup.creating import Home, create_backup
from enterprise_pipeline.services.backup.manifest import Manifest
from enterprise_pipeline.services.backup.restoring import Lost, restore_backup
from enterprise_pipeline.services.backup.retention import Keep, Stored, stored_backups
from enterprise_pipeline.services.backup.retention import prune as prune_backups
from enterprise_pipeline.services.backup.verifying import verify_backup

ACTOR = operator()
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def backup() -> None:
    """Backups of the registry, one file each."""


@backup.command()
@click.option("--to", "folder", type=FOLDER, help="Where to; default PIPELINE_BACKUPS.")
@with_appcontext
def create(folder: Path | None) -> None:
    """Back up the registry, while the server goes on."""
    with refusals_told():
        made = create_backup(_home(), (folder or _settings().backup_folder).absolute(), actor=ACTOR)
    click.echo(f"{made.path}  {_size(made.size)}")
    click.echo(_described(made.manifest))


@backup.command()
@click.argument("file", type=FILE)
@with_appcontext
def verify(file: Path) -> None:
    """Check every byte of FILE, the database inside, and the audit trail inside that; exit 1 when damaged."""
    with refusals_told():
        manifest = verify_backup(file)
    click.echo(f"{file.name} is whole. {_described(manifest)}")


@backup.command()
@click.argument("file", type=FILE)
@click.option("--older", is_flag=True, help="Even if events recorded since the backup are lost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def restore(file: Path, *, older: bool, yes: bool) -> None:
    """Put the registry of FILE into the place of the present one, which is kept under another name."""
    with refusals_told():
        manifest = read_manifest(file)
        if not yes:
            click.echo(_described(manifest))
            click.confirm("Put it into the place of the present registry?", abort=True)
        done = restore_backup(
            file,
            _home(),
            older=older,
            open_registry=application_on,
            migrate=lambda schema: upgrade(revision=schema),
            actor=ACTOR,
        )
    click.echo(f"Restored. {_described(done.manifest)}")
    for name in done.aside:
        click.echo(f"What was there before is kept as {name}")
    _tell_lost(done.lost)
    click.echo("Every session and every unused password link is ended; everybody signs in again.")
    click.echo(f"Audit head: {done.head}")


@backup.command("list")
@click.option("--in", "folder", type=FOLDER, help="Where; default PIPELINE_BACKUPS.")
@with_appcontext
def list_backups(folder: Path | None) -> None:
    """Show the backups there are, newest first."""
    found = stored_backups(folder or _settings().backup_folder)
    for entry in found:
        click.echo(_line(entry))
    if not found:
        click.echo("No backups yet; 'flask backup create' makes one.")


@backup.command()
@click.option("--in", "folder", type=FOLDER, help="Where; default PIPELINE_BACKUPS.")
@with_appcontext
def prune(folder: Path | None) -> None:
    """Delete backups that no kept day, week or month needs (PIPELINE_BACKUP_KEEP)."""
    daily, weekly, monthly = _settings().backup_keep
    keep = Keep(daily=daily, weekly=weekly, monthly=monthly)
    with refusals_told():
        gone = prune_backups((folder or _settings().backup_folder), keep, timezone=_settings().timezone)
    for path in gone:
        click.echo(f"deleted {path.name}")
    click.echo(f"{len(gone)} deleted; kept: newest of {daily} days, {weekly} weeks, {monthly} months")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _home() -> Home:
    return Home(url=_settings().database_url, instance=_settings().instance)


def _tell_lost(lost: Lost | None) -> None:
    """Say what has to be done again, above all where somebody had lost a right."""
    if lost is None:
        click.echo("The registry before could not be read: check every account, role and second factor anew.")
        return
    if lost.events:
        click.echo(f"{lost.events} audit entries recorded since the backup are only there.")
    if lost.access:
        click.echo(
            "Changes of accounts, roles and business secrets that the restore took back; do them again:"
        )
    for change in lost.access:
        click.echo(f"  {change}")


def _line(entry: Stored) -> str:
    if entry.manifest is None:
        return f"{entry.path.name}  unreadable: {entry.problem}"
    return f"{entry.path.name}  {_size(entry.path.stat().st_size):>9}  {_described(entry.manifest)}"


def _described(manifest: Manifest) -> str:
    facts = manifest.facts
    return (
        f"{_local(manifest.created_at)}  {facts.kind} registry, {facts.database}, schema {facts.schema}, "
        f"{facts.audit_head.sequence} audit entries, head {facts.audit_head.digest}"
    )


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo(_settings().timezone)):%Y-%m-%d %H:%M:%S %Z}"


def _size(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
