"""Flask's own development server keeps to loopback, like the real one."""

import click

from enterprise_pipeline.config import Settings, SettingsError, require_loopback
from enterprise_pipeline.services.accounts.existing import any_account_at


def refuse_public_development_server() -> None:
    """End ``flask run --host ...`` with the reason when others could reach it.

    ``run`` is built into Flask and cannot be replaced by a command of ours, so we look at its options
    while it loads the application.
    """
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run" or "host" not in context.params:
        return
    try:
        if not any_account_at(Settings.from_environment().database_url):
            require_loopback(str(context.params["host"]))
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
