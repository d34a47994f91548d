"""``flask rules``: what the rule files say, and whether golden cases come out right."""

from pathlib import Path

import click

from scoring.cases import check_cases, parse_cases
from scoring.errors import ScoringError
from scoring.rule_checks import suggestion
from scoring.rulebook import load_rulebook
from scoring.vocabulary import Tier


@click.group()
def rules() -> None:
    """Rule files and golden cases."""


@rules.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Compare the golden cases of FILE with what we compute; exit 1 on any difference."""
    try:
        report = check_cases(parse_cases(file.read_text(encoding="utf-8")), load_rulebook())
    except (ScoringError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    for difference in report.differences:
        click.echo(str(difference))
    if report.not_built:
        tiers = sorted({name.split(".")[0] for _, name in report.not_built})
        click.echo(f"not built: {len(report.not_built)} values of {', '.join(map(_named, tiers))}")
    click.echo(report.summary)
    if report.differences:
        raise SystemExit(1)


def _named(tier: str) -> str:
    """A tier as it stands in the file, with a word where the vocabulary does not know it."""
    known = [str(entry) for entry in Tier]
    return tier if tier in known else f"{tier} (no tier of the vocabulary{suggestion(tier, known)})"
