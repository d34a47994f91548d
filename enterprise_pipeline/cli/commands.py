"""The commands that the application registers."""

import click

from enterprise_pipeline.cli.accounts import accounts
from enterprise_pipeline.cli.audit import audit
from enterprise_pipeline.cli.backup import backup
from enterprise_pipeline.cli.checks import checks
from enterprise_pipeline.cli.config_check import config
from enterprise_pipeline.cli.demo import demo
from enterprise_pipeline.cli.imports import import_file
from enterprise_pipeline.cli.rehearsals import rehearse
from enterprise_pipeline.cli.rule_texts import diff, show, stale
from enterprise_pipeline.cli.rules import rules
from enterprise_pipeline.cli.screening import screen

for command in (show, diff, stale, rehearse):
    rules.add_command(command)

COMMANDS: tuple[click.Command, ...] = (
    accounts,
    audit,
    backup,
    checks,
    config,
    demo,
    import_file,
    rules,
    screen,
)
