"""Exit 0 when the registry of DATABASE_URL holds enterprises but no screening run, else 1."""

import sys

from sqlalchemy import Engine, create_engine, text

from enterprise_pipeline.config import Settings


def never_screened(engine: Engine) -> bool:
    """Whether there is something to screen that was never screened."""
    with engine.connect() as connection:
        enterprises = connection.execute(text("SELECT 1 FROM enterprise LIMIT 1")).first()
        runs = connection.execute(text("SELECT 1 FROM screening_run LIMIT 1")).first()
    return enterprises is not None and runs is None


if __name__ == "__main__":
    sys.exit(0 if never_screened(create_engine(Settings.from_environment().database_url)) else 1)
