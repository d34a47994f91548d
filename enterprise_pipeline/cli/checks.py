"""``flask checks``: what is kept of quick checks."""

import click
from flask.cli import with_appcontext

from enterprise_pipeline.services.quick_check.links import forget_expired
from enterprise_pipeline.services.quick_check.throttle import forget_old_visits


@click.group()
def checks() -> None:
    """Quick checks that somebody asked to keep."""


@checks.command()
@with_appcontext
def expire() -> None:
    """Delete kept checks whose time is over, and counts of visits that no window reaches."""
    checks_gone, visits_gone = forget_expired(), forget_old_visits()
    click.echo(f"{checks_gone} expired checks and {visits_gone} old counts of visits deleted")
