"""``flask audit``: verify the audit trail, tell its head, erase what the law says must go."""

import re
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from enterprise_pipeline.cli.operator import operator
from enterprise_pipeline.cli.refusals import refusals_told
from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import audit_trail
from enterprise_pipeline.services.audit_anchors import KeptHeads, heads_of_backups
from enterprise_pipeline.services.audit_chain import Head
from enterprise_pipeline.services.backup.archive import read_manifest

ACTOR = operator()
_HEAD = re.compile(r"(?:(\d{1,18}):)?([0-9a-f]{64})")


class HeadType(click.ParamType[Head]):
    """A head as ``flask audit head`` prints it, or only its digest."""

    name = "head"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """Read ``number:digest`` or ``digest``."""
        found = _HEAD.fullmatch(value.strip().lower())
        if found is None:
            self.fail(f"{value!r} is no head; copy the whole line of 'flask audit head'.", param, ctx)
        return Head(sequence=int(found[1] or 0), digest=found[2])


@click.group()
def audit() -> None:
    """The audit trail: a chain that only grows."""


@audit.command()
@with_appcontext
def head() -> None:
    """Print the end of the chain; whoever keeps it can prove later that nothing was cut off or rewritten."""
    click.echo(str(audit_trail.chain_head()))


@audit.command()
@click.option("--from", "start", type=click.IntRange(1), default=1, show_default=True, help="First entry.")
@click.option("--head", "heads", type=HeadType(), multiple=True, help="A head printed earlier.")
@click.option(
    "--backup",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A further backup.",
)
@with_appcontext
def verify(start: int, heads: tuple[Head, ...], files: tuple[Path, ...]) -> None:
    """Find altered, missing, reordered, inserted and cut-off entries; exit 1 when there are any.

    The chain is compared with the heads inside all backups of PIPELINE_BACKUPS, and with those given.
    """
    settings: Settings = current_app.config["SETTINGS"]
    with refusals_told():
        kept = heads_of_backups(settings.backup_folder)
        given = (*heads, *(read_manifest(file).facts.audit_head for file in files))
        found = audit_trail.verify_chain(start=start, anchors=(*given, *kept.heads))
    _tell_compared(kept, n_given=len(given))
    for finding in found.summed_up():
        click.echo(str(finding))
    if found.findings:
        click.echo(f"The audit trail is damaged: {len(found.findings)} findings in {found.checked} entries.")
        raise SystemExit(1)
    click.echo(f"The audit trail is whole: {found.checked} entries, head {found.end}")


def _tell_compared(kept: KeptHeads, *, n_given: int) -> None:
    """Say what the end was compared with; without anything a cut-off end would go unseen."""
    if kept.heads:
        click.echo(
            f"Compared with the heads of {len(kept.heads)} backups, up to entry {kept.newest}; "
            "what was cut off or rewritten behind it would not be found."
        )
    if n_given:
        click.echo(f"Compared with {n_given} given head{'' if n_given == 1 else 's'}.")
    if not kept.heads and not n_given:
        click.echo(
            "Compared with nothing kept elsewhere: an end cut off or rewritten together with its head "
            "would not be found. Make backups, or give --head."
        )
    if kept.n_set_aside:
        places = ", ".join(map(str, kept.restores))
        click.echo(
            f"Not compared with {kept.n_set_aside} backups: entry {places} says that an older one was "
            "restored after them. If nobody did, that entry is forged."
        )
    if kept.n_unreadable:
        click.echo(f"Not compared with {kept.n_unreadable} backups that cannot be read.")


@audit.command()
@click.argument("sequence", type=click.IntRange(1))
@click.option("--reason", required=True, help="The legal basis, or the number of the request.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def erase(sequence: int, reason: str, *, yes: bool) -> None:
    """Remove the values before and after of entry SEQUENCE for good; the chain stays valid."""
    if not yes:
        click.confirm(f"Erase the values of entry {sequence}? They cannot be brought back", abort=True)
    with refusals_told():
        audit_trail.erase_payload(sequence, reason=reason, actor=ACTOR)
    click.echo(f"The values of entry {sequence} are gone; backups made earlier still hold them.")
