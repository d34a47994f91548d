"""Columns mapped by hand: remembered per sender, and the plan made anew."""

from dataclasses import dataclass, replace

from sqlalchemy import delete, select

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.imports.committing import planned
from enterprise_pipeline.services.imports.fields import FIELDS, Group
from enterprise_pipeline.services.imports.headers import parse_key, squeeze
from enterprise_pipeline.services.imports.plan import Options, encode, original_file
from enterprise_pipeline.services.imports.planning import SUBJECT, kind_of_plan, make_plan
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import HeaderMapping, ImportBatch

LONGEST_SUBJECT = 40


@dataclass(frozen=True, kw_only=True)
class FieldChoice:
    """One thing a column can be said to mean."""

    key: str
    label: str
    group: Group


def field_choices() -> list[FieldChoice]:
    """Everything a column can mean, in the order of our tables."""
    return [FieldChoice(key=field.id, label=field.label, group=field.group) for field in FIELDS.values()]


def plan_again(batch_id: int, options: Options, *, mappings: dict[str, str], actor: str) -> None:
    """Plan the same file anew with other options or with columns mapped by hand.

    A mapping to the empty text forgets what was said of that header.

    Raises
    ------
    ServiceError
        If a mapping names nothing that a column can mean.
    """
    for key in mappings.values():
        if key and parse_key(key) is None:
            raise ServiceError(Text(N_("“%(key)s”不是列可以对应的项。"), key=key))
    told = {squeeze(header): key for header, key in mappings.items()}
    packed, filename = _stored(batch_id)
    content = original_file(packed)
    remember(options.sender, told, actor=actor)
    known = {header: key for header, key in (options.mappings | told).items() if key}
    options = replace(options, mappings=known)
    plan = make_plan(content, filename, options)
    repacked = encode(plan, content, filename)
    with transaction() as session:
        batch = planned(session, batch_id)
        batch.options, batch.counts, batch.plan = options.as_json(), plan.counts, repacked
        batch.sender, batch.kind = options.sender, kind_of_plan(plan)
        audit.record(
            session,
            actor=actor,
            action="import.planned",
            subject_type=SUBJECT,
            subject_id=batch_id,
            after={"filename": filename, "counts": plan.counts},
        )


def remember(sender: str, told: dict[str, str], *, actor: str) -> None:
    """Keep what headers of a sender mean for the next file; the empty text forgets."""
    if not told:
        return
    of_headers = (HeaderMapping.sender == sender, HeaderMapping.header.in_(told))
    with transaction() as session:
        known = session.execute(select(HeaderMapping.header, HeaderMapping.field).where(*of_headers)).all()
        session.execute(delete(HeaderMapping).where(*of_headers))
        session.add_all(
            HeaderMapping(sender=sender, header=header, field=key) for header, key in told.items() if key
        )
        audit.record(
            session,
            actor=actor,
            action="import.headers_remembered",
            subject_type="header_mapping",
            subject_id=sender[:LONGEST_SUBJECT] or "-",
            before={row.header: row.field for row in known} or None,
            after=dict(told),
        )


def _stored(batch_id: int) -> tuple[bytes, str]:
    with transaction() as session:
        planned(session, batch_id)
    row = (
        reading()
        .execute(select(ImportBatch.plan, ImportBatch.filename).where(ImportBatch.id == batch_id))
        .one()
    )
    return row.plan, row.filename
