"""Who changed what of an enterprise, as its page tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.services.enterprises import SUBJECT
from enterprise_pipeline.transaction import reading
from models import AuditEvent

SHOWN_EVENTS = 50
REGISTRY_SUBJECT = "registry"
REGISTRY_EMPTIED = "registry.emptied"
"""Ids are given out anew after this, so what was recorded before is about other enterprises."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One recorded change; ``values`` pairs what was there before with what is there after.

    ``hidden`` names values that whoever looks may not see, and why. ``is_erased``: the law wanted the
    values gone, and only who, when and what kind of change is left.
    """

    occurred_at: datetime
    actor: str
    action: str
    about: dict[str, Any]
    values: dict[str, tuple[Any, Any]]
    hidden: Mapping[str, Why] = field(default_factory=dict)
    is_erased: bool = False


# What says where a change was made, rather than what was changed.
_ABOUT = ("year", "version", "restored", "source", "received_on", "valid_from", "number", "role", "batch_id")


def history(enterprise_id: int, *, limit: int = SHOWN_EVENTS) -> list[Edit]:
    """The newest recorded changes of an enterprise, newest first."""
    emptied = select(func.coalesce(func.max(AuditEvent.id), 0)).where(
        AuditEvent.subject_type == REGISTRY_SUBJECT, AuditEvent.action == REGISTRY_EMPTIED
    )
    events = reading().scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_type == SUBJECT, AuditEvent.subject_id == str(enterprise_id))
        .where(AuditEvent.id > emptied.scalar_subquery())
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    return [_edit(event) for event in events]


def _edit(event: AuditEvent) -> Edit:
    before, after = event.before or {}, event.after or {}
    names = [name for name in {**after, **before} if name not in _ABOUT]
    changed = {name: (before.get(name), after.get(name)) for name in names}
    return Edit(
        occurred_at=event.occurred_at,
        actor=event.actor,
        action=event.action,
        about={name: value for name in _ABOUT if (value := after.get(name, before.get(name))) is not None},
        values={name: pair for name, pair in changed.items() if pair[0] != pair[1]},
        is_erased=event.payload is None,
    )
