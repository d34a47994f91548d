"""The page groups and what every request goes through."""

from flask import Blueprint, Flask

from enterprise_pipeline.web import (
    account_admin,
    accounts,
    audit,
    business_secrets,
    candidates,
    check,
    coverage,
    data_questions,
    enterprises,
    entry,
    entry_data,
    figure_history,
    health,
    help,  # noqa: A004 -- a page group
    imports,
    language,
    my_account,
    overview,
    rehearsals,
    search,
    standards,
)
from enterprise_pipeline.web.access import init_access, require_declarations
from enterprise_pipeline.web.assets import init_assets
from enterprise_pipeline.web.context import init_context
from enterprise_pipeline.web.csrf import init_csrf
from enterprise_pipeline.web.errors import init_errors
from enterprise_pipeline.web.filters import init_filters
from enterprise_pipeline.web.language import init_language
from enterprise_pipeline.web.security import init_security
from enterprise_pipeline.web.signs import init_signs
from enterprise_pipeline.web.speed import init_speed

# Each page group adds its line; the navigation shows those of NAVIGATION that are registered here.
BLUEPRINTS: tuple[Blueprint, ...] = (
    overview.bp,
    candidates.bp,
    check.bp,
    coverage.bp,
    enterprises.bp,
    entry.bp,
    entry_data.bp,
    figure_history.bp,
    business_secrets.bp,
    data_questions.bp,
    imports.bp,
    rehearsals.bp,
    search.bp,
    standards.bp,
    help.bp,
    accounts.bp,
    my_account.bp,
    account_admin.bp,
    audit.bp,
    language.bp,
    health.bp,
)


def init_web(app: Flask) -> None:
    """Set up what pages share and register every page group."""
    init_language(app)
    init_assets(app)
    init_security(app)
    init_filters(app)
    init_context(app)
    init_access(app)
    init_csrf(app)
    init_signs(app)
    init_errors(app)
    init_speed(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    require_declarations(app)
