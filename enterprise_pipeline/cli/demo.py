"""``flask demo``: fill a database of its own with invented enterprises, and make accounts to try it with."""

from collections.abc import Iterator
from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from enterprise_pipeline.cli.databases import application_on
from enterprise_pipeline.cli.refusals import refusals_told
from enterprise_pipeline.config import SQLITE_PREFIX, Settings, SettingsError, database_url
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts.rights import ROLES
from enterprise_pipeline.services.demo.accounts import DemoAccount, make_accounts
from enterprise_pipeline.services.demo.build import DemoSummary, build_demo
from scoring.vocabulary import TIER_NAMES, Tier

MOST_ENTERPRISES = 1_000_000
COUNTED = {
    "enterprise": "enterprises",
    "annual_report": "yearly reports",
    "enterprise_facts": "fact sheets",
    "certificate": "certificates",
    "membership": "memberships",
}


@click.group()
def demo() -> None:
    """The synthetic demo registry."""


@demo.command()
@click.option(
    "--enterprises",
    type=click.IntRange(50, MOST_ENTERPRISES),
    default=3000,
    show_default=True,
    help="How many.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Same seed, same registry."
)
@click.option("--force", is_flag=True, help="Replace an earlier demo registry.")
@click.option(
    "--database-url",
    "address",
    help="Where to build; else DATABASE_URL where set, else demo.sqlite3 in the instance folder.",
)
@with_appcontext
def build(enterprises: int, seed: int, *, force: bool, address: str | None) -> None:
    """Build a registry of invented enterprises, apart from the real one."""
    url = _target(current_app.config["SETTINGS"], address)
    with application_on(url):
        upgrade()
        with refusals_told():
            summary = build_demo(enterprises=enterprises, seed=seed, replace=force)
    for line in _told(summary):
        click.echo(line)
    click.echo(f"Next: {_address_for_the_next_command(url)}flask --app app screen")


@demo.command()
@click.option(
    "--database-url",
    "address",
    help="Which demo registry; else DATABASE_URL where set, else demo.sqlite3 in the instance folder.",
)
@with_appcontext
def accounts(address: str | None) -> None:
    """Make one account a role and print the passwords, once; run again, everybody gets a new one.

    From then on whoever opens the demo registry has to sign in.
    """
    settings: Settings = current_app.config["SETTINGS"]
    with application_on(_target(settings, address)), refusals_told():
        made = make_accounts(today=_today(settings), now=clock.now())
    for line in _introduced(made):
        click.echo(line)


def _today(settings: Settings) -> date:
    return clock.today(settings.timezone, pretended=settings.today)


def _introduced(made: list[DemoAccount]) -> Iterator[str]:
    yield "These passwords are shown only now:"
    for account in made:
        yield f"  {account.username:<15} {account.password}   {ROLES[account.role].name} · {account.place}"
    for account in made:
        if account.codes:
            yield f"Signing in, {account.username} is asked for a code; each of these works once:"
            yield from (f"  {code}" for code in account.codes)


def _target(settings: Settings, address: str | None) -> str:
    """Where to build; never the file that an installation keeps its real registry in."""
    real = SQLITE_PREFIX + str(settings.instance / "registry.sqlite3")
    demo_file = SQLITE_PREFIX + str(settings.instance / "demo.sqlite3")
    if address is None:
        return demo_file if settings.database_url == real else settings.database_url
    try:
        url = database_url(address, instance=settings.instance)
    except SettingsError as error:
        raise click.BadParameter(str(error), param_hint="--database-url") from error
    if url == real:
        raise click.BadParameter(
            f"{url} is where the real registry is kept. Leave the option out, or name another file.",
            param_hint="--database-url",
        )
    return url


def _address_for_the_next_command(url: str) -> str:
    """The setting that the next command needs; a server's address may hold a password and is not shown."""
    if url == current_app.config["SETTINGS"].database_url:
        return ""
    return (
        f"DATABASE_URL={url} "
        if url.startswith(SQLITE_PREFIX)
        else "with DATABASE_URL set to the same address, "
    )


def _told(summary: DemoSummary) -> Iterator[str]:
    for table, words in COUNTED.items():
        yield f"{summary.rows.get(table, 0):>9,} {words}"
    for pool, count in summary.memberships.items():
        yield f"{count:>9,} memberships over time of {pool} ({TIER_NAMES[Tier(pool)]})"
