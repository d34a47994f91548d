"""``flask screen``: screen the registry and say what came of it."""

from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.screening import RunSummary, run_changed, run_full
from enterprise_pipeline.services.screening_counts import verdict_counts
from scoring.errors import ScoringError
from scoring.vocabulary import TIER_NAMES, Verdict

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--as-of", type=DAY, help="The day it is about; default today.")
@click.option("--known-on", type=DAY, help="Use nothing received after this day; default that same day.")
@click.option("--changed", is_flag=True, help="Only what changed since the last screening.")
@with_appcontext
def screen(as_of: datetime | None, known_on: datetime | None, *, changed: bool) -> None:
    """Screen the registry against the rules in force."""
    settings: Settings = current_app.config["SETTINGS"]
    day = as_of.date() if as_of else clock.today(settings.timezone, pretended=settings.today)
    known = known_on.date() if known_on else None
    try:
        summary = run_changed(as_of=day, known_on=known) if changed else run_full(as_of=day, known_on=known)
    except (ServiceError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    _tell(summary, day)


def _tell(summary: RunSummary, day: date) -> None:
    click.echo(
        f"{day}: {summary.enterprises} enterprises screened ({summary.scope}), "
        f"{summary.assessments} assessments in {summary.seconds:.1f} s"
    )
    moved = summary.candidates
    click.echo(f"candidates: {moved.opened} opened, {moved.refreshed} refreshed, {moved.closed} closed")
    for count in verdict_counts():
        verdicts = ", ".join(f"{verdict.word} {count.verdicts.get(verdict, 0)}" for verdict in Verdict)
        click.echo(f"{count.tier}@{count.standard} {TIER_NAMES[count.tier]}: {verdicts}")
