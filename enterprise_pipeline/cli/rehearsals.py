"""``flask rules rehearse``: try a changed rule file on the whole registry, beside what lists show."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from enterprise_pipeline.cli.operator import operator
from enterprise_pipeline.cli.rule_texts import DAY, today
from enterprise_pipeline.services import rehearsal
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.rehearsal_columns import Change
from enterprise_pipeline.services.rehearsal_heads import Head, head
from scoring.errors import ScoringError
from scoring.vocabulary import TIER_NAMES, Tier

ACTOR = operator()


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on", type=DAY, help="The day whose rules and facts count; default today.")
@click.option("--standard", default="", help="Which standard of FILE; default the one that differs.")
@click.option(
    "--basis", type=click.Choice(["reported", "forecast"]), help="Figures as reported, or newest for missing."
)
@click.option("--resume", type=int, metavar="ID", help="Go on with a rehearsal that was interrupted.")
@click.option(
    "--chunk", type=click.IntRange(1, 100_000), default=rehearsal.CHUNK, help="Enterprises at a time."
)
@with_appcontext
def rehearse(
    file: Path | None,
    on: datetime | None,
    *,
    standard: str,
    basis: str | None,
    resume: int | None,
    chunk: int,
) -> None:
    """Say whom the rule file FILE would touch in the place of the present one, or go on with --resume."""
    if (file is None) == (resume is None):
        raise click.UsageError("Name a rule file, or a rehearsal to go on with (--resume ID); one of them.")
    day = on.date() if on else today()
    try:
        if file is not None:
            resume = rehearsal.start_for_file(
                file.name,
                file.read_bytes(),
                actor=ACTOR,
                as_of=day,
                standard=standard,
                basis="forecast" if basis == "forecast" else "reported" if basis else None,
                today=today(),
            )
        assert resume is not None  # noqa: S101 - one of the two was given
        click.echo(f"rehearsal {resume}", err=True)
        rehearsal.run(resume, chunk=chunk, progress=_progress, take_over=file is None)
    except (ServiceError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    _tell(head(resume))


def _progress(done: int, total: int) -> None:
    click.echo(f"{done:,} of {total:,}", err=True)


def _tell(shown: Head) -> None:
    old = shown.old.id if shown.old else "-"
    click.echo(f"rehearsal {shown.id}: {TIER_NAMES[Tier(shown.tier)]} {old} -> {shown.new.id}, {shown.as_of}")
    click.echo(f"{shown.done:,} enterprises in {shown.seconds:.1f} s, {shown.unchanged:,} unchanged")
    for change in Change:
        if n := shown.n(change):
            click.echo(f"  {change.name.lower()}: {n:,}")
    for place, counts in shown.places().items():
        told = ", ".join(f"{Change(kind).name.lower()} {n:,}" for kind, n in sorted(counts.items()) if kind)
        if told:
            click.echo(f"  {place or 'unknown place'}: {told}")
    for criterion, eased, tightened in shown.by_criterion():
        click.echo(f"  {criterion.id} {criterion.label}: eased {eased:,}, tightened {tightened:,}")
