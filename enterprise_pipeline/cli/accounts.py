"""``flask accounts``: the first administrator, and help for who cannot get in."""

from datetime import date
from typing import TextIO
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext

from enterprise_pipeline.cli.operator import operator
from enterprise_pipeline.cli.refusals import refusals_told
from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import administration, listing, reset_links, second_factor
from enterprise_pipeline.services.accounts.listing import GivenRole
from enterprise_pipeline.services.accounts.reset_links import LINK_PATH, NewLink
from enterprise_pipeline.services.accounts.sealing import key_from

ACTOR = operator()


@click.group()
def accounts() -> None:
    """Accounts of the people who work with the registry."""


@accounts.command("create-administrator")
@click.argument("username")
@click.option("--name", "display_name", help="How the person is called; else the user name.")
@with_appcontext
def create_administrator(username: str, display_name: str | None) -> None:
    """Open an administrator's account and print the link with which its owner sets the password.

    From the first account on, everybody has to sign in.
    """
    with refusals_told():
        link = administration.create_administrator(
            username, display_name or username, actor=ACTOR, today=_today(), now=clock.now()
        )
    click.echo(f"Made the administrator {username!r}. From now on everybody has to sign in.")
    _show(link)


@accounts.command("list")
@with_appcontext
def list_accounts() -> None:
    """List every account with its state, second factor and roles."""
    found = listing.all_accounts(today=_today())
    if not found:
        click.echo("There are no accounts yet: flask --app app accounts create-administrator NAME")
    for record in found:
        roles = ", ".join(_role(role) for role in record.held(_today()))
        factor = "second factor" if record.has_second_factor else "no second factor"
        click.echo(f"{record.username}\t{record.state}\t{factor}\t{roles or '-'}")


@accounts.command()
@click.argument("username")
@with_appcontext
def unlock(username: str) -> None:
    """Let an account sign in again after too many wrong tries, or after somebody locked it."""
    with refusals_told():
        administration.unlock(administration.account_id_of(username), actor=ACTOR)
    click.echo(f"{username!r} may sign in again.")


@accounts.command("reset-link")
@click.argument("username")
@with_appcontext
def reset_link(username: str) -> None:
    """Print a link with which the owner of an account sets a new password, once."""
    with refusals_told():
        account_id = administration.account_id_of(username)
        link = reset_links.make(account_id, actor=ACTOR, now=clock.now())
    _show(link)


@accounts.command("remove-second-factor")
@click.argument("username")
@with_appcontext
def remove_second_factor(username: str) -> None:
    """Turn the second factor of an account off: telephone and recovery codes, or the secret key, are lost."""
    with refusals_told():
        second_factor.remove(administration.account_id_of(username), actor=ACTOR)
    click.echo(
        f"{username!r} signs in with the password alone, and sets up a new one where the role needs it."
    )


@accounts.command()
@click.option(
    "--old-key",
    required=True,
    type=click.File(encoding="ascii"),
    help="File with the former secret key; - reads it from the input.",
)
@with_appcontext
def reseal(old_key: TextIO) -> None:
    """Seal the secrets of second factors anew, after the secret key of the installation was changed."""
    with refusals_told():
        renewed, lost = second_factor.reseal(key_from(old_key.read().strip()), actor=ACTOR)
    click.echo(f"Sealed {renewed} anew.")
    if lost:
        raise click.ClickException(f"Neither key opens those of {lost} accounts: remove-second-factor NAME.")


def _role(given: GivenRole) -> str:
    place = given.grant.jurisdiction or given.enterprise
    return f"{given.grant.role} of {place}" if place else given.grant.role.value


def _show(link: NewLink) -> None:
    settings = _settings()
    until = link.expires_at.astimezone(ZoneInfo(settings.timezone)).strftime("%Y-%m-%d %H:%M")
    click.echo(f"To set the password, open once, before {until}, and keep it secret:")
    click.echo(f"  {settings.address}{LINK_PATH}{link.token}")
    click.echo("The owner may replace the host by any name or address under which the server answers.")


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def _today() -> date:
    return clock.today(_settings().timezone, pretended=_settings().today)
