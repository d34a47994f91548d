"""What the first page says of the whole registry."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from enterprise_pipeline.transaction import reading
from models import RegistryState


def registry_is_synthetic() -> bool:
    """Whether every enterprise here is invented; "no" where the database cannot say."""
    try:
        return bool(reading().scalar(select(RegistryState.is_synthetic)))
    except SQLAlchemyError:
        return False


def registry_answers() -> bool:
    """Whether the registry can be read."""
    try:
        reading().execute(select(RegistryState.id)).first()
    except SQLAlchemyError:
        return False
    return True
