"""Whether there is any account yet; a server without one answers its own machine only.

Imports no table class: the web server asks before it starts, and must not load Polars into the
process that it forks its workers from.
"""

from urllib.parse import quote

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

SQLITE_PREFIX = "sqlite:///"
_ASK = text("SELECT 1 FROM account LIMIT 1")


def any_account(session: Session) -> bool:
    """Whether somebody has an account in this registry."""
    return session.execute(_ASK).first() is not None


def any_account_at(database_url: str) -> bool:
    """The same for a database by its address; one that cannot be asked, or has no tables, has no accounts."""
    if database_url.startswith(SQLITE_PREFIX):
        path = quote(database_url.removeprefix(SQLITE_PREFIX))
        database_url = f"{SQLITE_PREFIX}file:{path}?mode=ro&uri=true"
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return connection.execute(_ASK).first() is not None
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
