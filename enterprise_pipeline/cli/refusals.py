"""How a command ends when a service refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from enterprise_pipeline.services.errors import ServiceError


@contextmanager
def refusals_told() -> Iterator[None]:
    """End the command with the reason that a service gives."""
    try:
        yield
    except ServiceError as error:
        raise click.ClickException(error.message) from error
