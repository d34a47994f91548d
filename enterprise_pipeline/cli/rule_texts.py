"""``flask rules show``, ``diff`` and ``stale``: rules as sentences, what changed, and what to check again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale, gettext

from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.rule_changes import CriterionChange, FieldChange, RuleSetChange
from enterprise_pipeline.services.rule_compare import by_days
from enterprise_pipeline.services.rule_pages import SaidRuleSet, months_before, said, stale_numbers, tier_page
from enterprise_pipeline.services.rule_speech import Say, plain
from scoring.rules_model import RuleSet
from scoring.vocabulary import TIER_NAMES

DAY = click.DateTime(formats=["%Y-%m-%d"])
LANGUAGES = ("zh", "en")


def today() -> date:
    """The present day where the bureau is, or the one that PIPELINE_TODAY pretends."""
    settings: Settings = current_app.config["SETTINGS"]
    return clock.today(settings.timezone, pretended=settings.today)


@contextmanager
def speaking(language: str) -> Iterator[Say]:
    """What says a pattern in a language."""
    if language == "zh":
        yield plain
        return
    with force_locale(language):
        yield lambda pattern: str(gettext(pattern))


def own_language(thing: object, name: str, language: str) -> str:
    """A text that carries its own English beside it."""
    english = getattr(thing, f"{name}_en", "") if language == "en" else ""
    return str(english or getattr(thing, name))


@click.command()
@click.argument("tier")
@click.option("--on", "on", type=DAY, help="The day it is about; default today.")
@click.option("--standard", default="", help="Only this standard, such as hubei2021.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@with_appcontext
def show(tier: str, on: datetime | None, standard: str, lang: str) -> None:
    """Say what TIER asks for on a day: each criterion with its printed line and its source."""
    day = on.date() if on else today()
    try:
        held = tier_page(tier, day).in_force
    except ServiceError as error:
        raise click.ClickException(str(error)) from error
    shown = [entry for entry in held if standard in ("", entry.standard)]
    if not shown:
        what = f"{tier} by {standard}" if standard else tier
        raise click.ClickException(f"No rule set of {what} is in force on {day}.")
    with speaking(lang) as say:
        for number, entry in enumerate(shown):
            if number:
                click.echo()
            _tell(said(entry, say), lang)


def _tell(shown: SaidRuleSet, language: str) -> None:
    for line in _head(shown.rule_set, language):
        click.echo(line)
    if shown.text.applies:
        click.echo(f"  {shown.text.applies}")
    for criterion, sentence in shown.criteria:
        click.echo(f"  {criterion.id}: {sentence}")
        click.echo(f"      {own_language(criterion, 'printed', language)} | {criterion.article}")
        if criterion.document != shown.rule_set.document or criterion.grade != shown.rule_set.grade:
            click.echo(f"      {criterion.document}, {criterion.address}, {criterion.grade}")
    if shown.text.direct:
        click.echo(f"  {shown.text.direct}")
    for part in shown.text.points:
        click.echo(f"  {part.label} (0–{part.maximum}) {part.combined} {part.experts}".rstrip())
        for table in part.tables:
            click.echo(f"    {table.label}: {table.measured}")
            for band, points in table.rows:
                click.echo(f"      {points:>5}  {band}")


def _head(entry: RuleSet, language: str) -> list[str]:
    until = f" to {entry.effective_to}" if entry.effective_to else " on"
    mark = ", local" if entry.is_local else ""
    default = ", default" if entry.is_default else ""
    return [
        f"{entry.tier}@{entry.standard} {own_language(entry, 'label', language)} [{entry.id}{default}{mark}]",
        f"  {entry.document}, from {entry.effective_from}{until}",
        f"  {entry.address}, grade {entry.grade}, checked on {entry.checked_on}",
    ]


@click.command()
@click.argument("tier", required=False, default="")
@click.option("--from", "start", type=DAY, required=True, help="The earlier day.")
@click.option("--to", "end", type=DAY, help="The later day; default today.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@with_appcontext
def diff(tier: str, start: datetime, end: datetime | None, lang: str) -> None:
    """Say what changed between two days in the rules of TIER, or of all tiers; exit 0 either way."""
    last = end.date() if end else today()
    try:
        with speaking(lang) as say:
            changes = by_days(start.date(), last, tier=tier, say=say)
    except ServiceError as error:
        raise click.ClickException(str(error)) from error
    different = [change for change in changes if not change.is_same]
    for change in different:
        _tell_change(change, lang)
    same = len(changes) - len(different)
    click.echo(f"{len(different)} changed, {same} unchanged between {start.date()} and {last}")


def _tell_change(change: RuleSetChange, language: str) -> None:
    old, new = (entry.id if entry else "-" for entry in (change.old, change.new))
    rules = change.rule_set
    click.echo(f"{rules.tier}@{rules.standard} {own_language(rules, 'label', language)}: {old} -> {new}")
    for field in change.head:
        click.echo(f"  {_field(field)}")
    for sign, criteria in (("+", change.added), ("-", change.removed), ("~", change.changed)):
        for criterion in criteria:
            _tell_criterion(sign, criterion)
    for table in change.points:
        click.echo(f"  ~ {table.part} {table.table}".rstrip())
        for side, rows in (("-", table.old), ("+", table.new)):
            for band, points in rows:
                click.echo(f"      {side} {points:>5}  {band}")


def _tell_criterion(sign: str, change: CriterionChange) -> None:
    criterion = change.criterion
    click.echo(f"  {sign} {change.id}: {change.new_sentence or change.old_sentence}")
    if sign == "~" and change.old_sentence != change.new_sentence:
        click.echo(f"      < {change.old_sentence}")
    for field in change.fields:
        click.echo(f"      {_field(field)}")
    click.echo(f"      {criterion.article}, {criterion.document}, {criterion.address}")


def _field(field: FieldChange) -> str:
    return f"{field.label}: {field.old or '-'} -> {field.new or '-'}"


@click.command()
@click.option("--months", type=click.IntRange(1, 600), help="How many; default PIPELINE_RULES_STALE_MONTHS.")
@click.option("--on", "on", type=DAY, help="Counted back from this day; default today.")
@with_appcontext
def stale(months: int | None, on: datetime | None) -> None:
    """List the numbers in force that nobody has checked for some months; exit 1 if there are any."""
    settings: Settings = current_app.config["SETTINGS"]
    months = months or settings.rules_stale_months
    day = on.date() if on else today()
    found = stale_numbers(months=months, on=day)
    for each in found:
        rules = each.rule_set
        ids = ", ".join(criterion.id for criterion in each.criteria)
        click.echo(
            f"{rules.tier}@{rules.standard} {TIER_NAMES[rules.tier]} [{rules.id}]: "
            f"checked on {each.checked_on}, grade {each.grade}: {ids}"
        )
    line = months_before(day, months)
    click.echo(f"{sum(len(each.criteria) for each in found)} criteria last checked before {line}")
    if found:
        raise SystemExit(1)
