"""The commands that the application registers."""

import click

COMMANDS: tuple[click.Command, ...] = ()
