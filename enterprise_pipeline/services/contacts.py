"""Use cases around the people to call at an enterprise."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.enterprises import SUBJECT, locked
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Contact


@dataclass(frozen=True, kw_only=True)
class ContactDetails:
    """What is told of a person; at least one of phone and e-mail is known."""

    role: str
    name: str
    phone: str | None = None
    email: str | None = None
    has_consent: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactRecord:
    """A stored contact; ``updated_at`` guards an edit."""

    id: int
    details: ContactDetails
    updated_at: datetime


def contacts_of(enterprise_id: int) -> list[ContactRecord]:
    """The contacts of an enterprise in the order of their recording."""
    rows = reading().scalars(
        select(Contact).where(Contact.enterprise_id == enterprise_id).order_by(Contact.id)
    )
    return [ContactRecord(id=row.id, details=_details(row), updated_at=row.updated_at) for row in rows]


def add_contact(enterprise_id: int, details: ContactDetails, *, actor: str) -> int:
    """Record a person; FieldConflict when the same name is there in the same role."""
    try:
        with transaction() as session:
            locked(session, enterprise_id)
            contact = Contact(enterprise_id=enterprise_id, **asdict(details))
            session.add(contact)
            session.flush()
            contact_id = contact.id
            _record(session, enterprise_id, actor=actor, action="contact.added", after=details)
    except IntegrityError as error:
        raise _twice(details) from error
    return contact_id


def edit_contact(
    enterprise_id: int, contact_id: int, details: ContactDetails, *, seen: datetime, actor: str
) -> None:
    """Change a person's details; StaleVersion when somebody else did so since ``seen``."""
    try:
        with transaction() as session:
            locked(session, enterprise_id)
            contact = _contact(session, enterprise_id, contact_id)
            if contact.updated_at != seen:
                raise StaleVersion
            before = _details(contact)
            for name, value in asdict(details).items():
                setattr(contact, name, value)
            session.flush()
            _record(
                session, enterprise_id, actor=actor, action="contact.edited", before=before, after=details
            )
    except IntegrityError as error:
        raise _twice(details) from error


def remove_contact(enterprise_id: int, contact_id: int, *, actor: str) -> ContactDetails:
    """Delete a person and return what was known, which the audit trail keeps too."""
    with transaction() as session:
        locked(session, enterprise_id)
        contact = _contact(session, enterprise_id, contact_id)
        before = _details(contact)
        session.delete(contact)
        _record(session, enterprise_id, actor=actor, action="contact.removed", before=before)
    return before


def get_contact(enterprise_id: int, contact_id: int) -> ContactRecord:
    """Read one contact; NotFound when the enterprise has no such contact."""
    row = _contact(reading(), enterprise_id, contact_id)
    return ContactRecord(id=row.id, details=_details(row), updated_at=row.updated_at)


def _contact(session: Session, enterprise_id: int, contact_id: int) -> Contact:
    contact = session.get(Contact, contact_id)
    if contact is None or contact.enterprise_id != enterprise_id:
        raise NotFound(Text(N_("这位联系人不存在，可能已被删除。")))
    return contact


def _details(contact: Contact) -> ContactDetails:
    return ContactDetails(
        role=contact.role,
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
        has_consent=contact.has_consent,
    )


def _record(
    session: Session,
    enterprise_id: int,
    *,
    actor: str,
    action: str,
    before: ContactDetails | None = None,
    after: ContactDetails | None = None,
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject_type=SUBJECT,
        subject_id=enterprise_id,
        before=asdict(before) if before else None,
        after=asdict(after) if after else None,
    )


def _twice(details: ContactDetails) -> FieldConflict:
    message = Text(
        N_("“%(name)s”已登记为这家企业的%(role)s；请修改原有记录。"), name=details.name, role=details.role
    )
    return FieldConflict("name", message)
