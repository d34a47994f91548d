"""The commands that the application registers."""

import click

from enterprise_pipeline.cli.accounts import accounts
from enterprise_pipeline.cli.demo import demo
from enterprise_pipeline.cli.imports import import_file
from enterprise_pipeline.cli.rules import rules
from enterprise_pipeline.cli.screening import screen

COMMANDS: tuple[click.Command, ...] = (accounts, demo, import_file, rules, screen)
