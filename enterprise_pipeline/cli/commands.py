"""The commands that the application registers."""

import click

from enterprise_pipeline.cli.accounts import accounts
from enterprise_pipeline.cli.checks import checks
from enterprise_pipeline.cli.demo import demo
from enterprise_pipeline.cli.imports import import_file
from enterprise_pipeline.cli.rehearsals import rehearse
from enterprise_pipeline.cli.rule_texts import diff, show, stale
from enterprise_pipeline.cli.rules import rules
from enterprise_pipeline.cli.screening import screen

for command in (show, diff, stale, rehearse):
    rules.add_command(command)

COMMANDS: tuple[click.Command, ...] = (accounts, checks, demo, import_file, rules, screen)
