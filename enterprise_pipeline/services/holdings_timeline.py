"""Memberships and certificates of an enterprise as one list in time."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from enterprise_pipeline.services.certificates import CertificateDetails, certificates_of, expiry_of
from enterprise_pipeline.services.holdings import membership_known
from enterprise_pipeline.transaction import reading
from models import Membership


class HoldingState(StrEnum):
    """How a holding stands on a day."""

    VALID = "valid"
    ENDED = "ended"
    REVOKED = "revoked"
    FUTURE = "future"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A membership or certificate; a day that nobody knows is None."""

    pool_id: str
    number: str | None
    starts_on: date | None
    start_year: int | None
    ends_on: date | None
    has_open_end: bool
    state: HoldingState
    end_reason: str | None
    document_no: str | None
    batch: str | None
    source: str
    received_on: date
    certificate_id: int | None


def timeline(enterprise_id: int, *, as_of: date) -> list[Holding]:
    """What was known on ``as_of``, newest first; a membership given by a certificate is shown with it."""
    memberships = reading().scalars(
        select(Membership).where(Membership.enterprise_id == enterprise_id, membership_known(as_of))
    )
    by_certificate: dict[int, Membership] = {}
    found: list[Holding] = []
    for membership in memberships:
        if membership.certificate_id is not None:
            by_certificate[membership.certificate_id] = membership
        else:
            found.append(_of_membership(membership, as_of))
    for record in certificates_of(enterprise_id, as_of=as_of):
        given = by_certificate.pop(record.id, None)
        found.append(_of_certificate(record.id, record.details, given, as_of))
    found += [_of_membership(membership, as_of) for membership in by_certificate.values()]
    return sorted(found, key=_order, reverse=True)


def _order(holding: Holding) -> tuple[int, date]:
    start = holding.starts_on
    return (start.year if start else holding.start_year or 0, start or date.min)


def _of_membership(row: Membership, as_of: date) -> Holding:
    return Holding(
        pool_id=row.pool_id,
        number=None,
        starts_on=row.valid_from,
        start_year=row.valid_from.year,
        ends_on=row.valid_to,
        has_open_end=row.valid_to is None,
        state=_state(row.valid_from, row.valid_to, as_of, is_open=row.valid_to is None),
        end_reason=row.end_reason,
        document_no=row.document_no,
        batch=row.batch,
        source=row.source,
        received_on=row.received_on,
        certificate_id=row.certificate_id,
    )


def _of_certificate(
    certificate_id: int, details: CertificateDetails, given: Membership | None, as_of: date
) -> Holding:
    is_revoked = details.revoked_on is not None and details.revoked_on <= as_of
    return Holding(
        pool_id=details.pool_id,
        number=details.number,
        starts_on=details.issued_on,
        start_year=details.issued_year,
        ends_on=details.revoked_on if is_revoked else _end(details, details.issued_on),
        has_open_end=False,
        state=HoldingState.REVOKED if is_revoked else _certificate_state(details, as_of),
        end_reason="撤销" if is_revoked else given.end_reason if given else None,
        document_no=given.document_no if given else None,
        batch=given.batch if given else None,
        source=details.source,
        received_on=details.received_on,
        certificate_id=certificate_id,
    )


def _end(details: CertificateDetails, issued_on: date | None) -> date | None:
    return details.expires_on or expiry_of(details.pool_id, number=details.number, issued_on=issued_on)


def _certificate_state(details: CertificateDetails, as_of: date) -> HoldingState:
    """With only the year of issue known, what holds for every day of that year is certain all the same."""
    year = details.issued_year
    if details.issued_on is not None or year is None:
        return _state(details.issued_on, _end(details, details.issued_on), as_of, is_open=False)
    first = date(year, 1, 1)
    last = max(first, min(date(year, 12, 31), details.received_on))
    states = {_state(day, _end(details, day), as_of, is_open=False) for day in (first, last)}
    return states.pop() if len(states) == 1 else HoldingState.UNKNOWN


def _state(start: date | None, end: date | None, as_of: date, *, is_open: bool) -> HoldingState:
    if end is not None and end < as_of:
        return HoldingState.ENDED
    if start is not None and start > as_of:
        return HoldingState.FUTURE
    if end is None and not is_open:
        return HoldingState.UNKNOWN
    return HoldingState.VALID
