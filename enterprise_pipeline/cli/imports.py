"""``flask import FILE``: show what importing a spreadsheet would do, and do it when told so."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from enterprise_pipeline.cli.operator import operator
from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.export_receipts import Export, ExportKind, Watermark, new_number
from enterprise_pipeline.services.imports.batches import Preview, RowView, preview
from enterprise_pipeline.services.imports.committing import commit_import
from enterprise_pipeline.services.imports.headers import MONEY_UNITS, parse_key, squeeze
from enterprise_pipeline.services.imports.layout import ROWS_SEARCHED
from enterprise_pipeline.services.imports.mappings import remember
from enterprise_pipeline.services.imports.outcome import outcome, screen_import
from enterprise_pipeline.services.imports.plan import Action, Options
from enterprise_pipeline.services.imports.planning import plan_import
from enterprise_pipeline.services.imports.refused import reasons, refused_export
from scoring.vocabulary import TIER_NAMES, Tier

ACTOR = operator()
ROWS_SHOWN = 20
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sender", default="", help="Whose data these are; remembered as the source of every figure.")
@click.option("--kind", type=click.Choice([tier.value for tier in Tier]), help="Tier of the certificates.")
@click.option("--year", type=int, help="Fiscal year, where neither headers nor a column tell it.")
@click.option("--unit", type=click.Choice([*MONEY_UNITS]), help="Unit of money, where no header tells it.")
@click.option("--received-on", type=DAY, help="When the data came in; default today.")
@click.option(
    "--header-row",
    type=click.IntRange(1, ROWS_SEARCHED),
    help="Row of the (lowest) header, where it is not found.",
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="HEADER=KEY",
    help="What a column means, such as 代码=credit_code; remembered for the sender.",
)
@click.option("--complete-from", type=DAY, help="The file lists every holder of one tier, from this day on.")
@click.option("--complete-to", type=DAY, help="Last day for which the list is complete.")
@click.option("--commit", is_flag=True, help="Put the valid rows in; without it nothing changes.")
@click.option("--take-conflicts", is_flag=True, help="Decide contradictions to other sources for this file.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows here.")
@with_appcontext
def import_file(file: Path, *, commit: bool, take_conflicts: bool, refused: Path | None, **said: Any) -> None:
    """Plan the import of FILE (.xlsx, .xls or .csv), and with --commit carry the plan out."""
    today = _today()
    told = _mappings(said["mapped"])
    options = _options(said, told, today=today)
    try:
        batch_id = plan_import(file.read_bytes(), file.name, options, actor=ACTOR)
        remember(options.sender, told, actor=ACTOR)
        _tell_plan(preview(batch_id, limit=0))
        if refused is not None:
            refused.write_bytes(_refused(batch_id, file.name))
            click.echo(f"refused rows: {refused}")
        if commit:
            _commit(batch_id, file, take_conflicts=take_conflicts, today=today)
        else:
            click.echo("nothing was changed; --commit puts the valid rows in")
    except ServiceError as error:
        raise click.ClickException(str(error)) from error


def _refused(batch_id: int, filename: str) -> bytes:
    """The rows that stayed out; taking them is recorded as on the page."""
    number = new_number(clock.now().date())
    export = Export(
        number=number,
        kind=ExportKind.REFUSED_ROWS,
        actor=ACTOR,
        scope=EVERYTHING,
        filter=filename,
        of=str(batch_id),
    )
    line = f"内部资料 · 导出编号 {number} · {ACTOR}"
    mark = Watermark(number=number, line=line, title=filename, who=ACTOR, filter=filename)
    return refused_export(batch_id, export=export, mark=mark)


def _options(said: dict[str, Any], mappings: dict[str, str], *, today: date) -> Options:
    days = {
        name: said[name].date() if said[name] else None
        for name in ("received_on", "complete_from", "complete_to")
    }
    return Options(
        sender=said["sender"].strip(),
        tier=said["kind"] or "",
        year=said["year"],
        money_unit=said["unit"] or "",
        received_on=min(days["received_on"] or today, today),
        header_row=said["header_row"],
        mappings=mappings,
        complete_from=days["complete_from"],
        complete_to=days["complete_to"],
    )


def _mappings(mapped: tuple[str, ...]) -> dict[str, str]:
    """Read HEADER=KEY; a header may hold a sign of equality itself, a key never does."""
    told = {}
    for text in mapped:
        header, _, key = text.rpartition("=")
        if not header or parse_key(key) is None:
            raise click.BadParameter(f"{text!r} is not HEADER=KEY with a known key.", param_hint="--map")
        told[squeeze(header)] = key
    return told


def _today() -> date:
    settings: Settings = current_app.config["SETTINGS"]
    return clock.today(settings.timezone, pretended=settings.today)


def _tell_plan(plan: Preview) -> None:
    for sheet in plan.sheets:
        told = f", year {sheet.year} ({sheet.year_from})" if sheet.year else ""
        click.echo(f"sheet {sheet.name or '-'}: header in row {sheet.header_row}, {sheet.rows} rows{told}")
        for column in sheet.columns:
            meaning = column.key or "?"
            click.echo(f"  {column.letter:>3} {column.header} -> {meaning} {column.unit}".rstrip())
    if plan.covered_tier:
        first, last = plan.head.options.complete_from, plan.head.options.complete_to
        click.echo(
            f"complete list of {plan.covered_tier} from {first} to {last}: "
            "whoever is not on it is then known not to hold it"
        )
    for problem in plan.problems:
        click.echo(f"problem: {problem.place} {problem.message} {problem.remedy}")
    click.echo(", ".join(f"{action.word} {plan.head.counts[action.word]}" for action in Action))
    for action in (Action.REFUSED, Action.CONFLICT):
        _tell_rows(preview(plan.head.id, action=action, limit=ROWS_SHOWN))


def _tell_rows(plan: Preview) -> None:
    for row in plan.rows:
        _tell_row(row)
    if plan.next_after is not None:
        click.echo(f"  … more than {ROWS_SHOWN}; --refused FILE.xlsx lists them all")


def _tell_row(row: RowView) -> None:
    place = f"{row.sheet} row {row.row}".strip()
    click.echo(
        f"  {row.action.word} {place} {row.credit_code or '-'} {row.name or '-'}: {reasons(row.findings)}"
    )


def _commit(batch_id: int, file: Path, *, take_conflicts: bool, today: date) -> None:
    done = commit_import(batch_id, take_conflicts=take_conflicts, content=file.read_bytes(), actor=ACTOR)
    click.echo(
        f"committed: {done.rows} rows, {len(done.enterprise_ids)} enterprises, {done.created} of them new"
    )
    screen_import(batch_id, as_of=today)
    for change in outcome(batch_id).counts:
        before = change.before.word if change.before is not None else "not screened"
        after = change.after.word if change.after is not None else "not assessed"
        tier = TIER_NAMES[Tier(change.tier)]
        click.echo(f"  {change.tier}@{change.standard} {tier}: {before} -> {after}: {change.n}")
