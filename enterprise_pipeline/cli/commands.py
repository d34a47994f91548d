"""The commands that the application registers."""

import click

from enterprise_pipeline.cli.audit import audit
from enterprise_pipeline.cli.backup import backup
from enterprise_pipeline.cli.demo import demo
from enterprise_pipeline.cli.imports import import_file
from enterprise_pipeline.cli.rules import rules
from enterprise_pipeline.cli.screening import screen

COMMANDS: tuple[click.Command, ...] = (audit, backup, demo, import_file, rules, screen)
