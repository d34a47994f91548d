"""Use cases around certificates: record, correct, and how long one lasts."""

import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.enterprises import SUBJECT, as_json, locked
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Certificate, Enterprise, Membership
from scoring.vocabulary import TIER_NAMES, Tier

TERM_YEARS = 3
_HNTE_NUMBER = re.compile(r"G[RF](20\d{2})(\d{2})\d{6}")
_TECH_SME_NUMBER = re.compile(r"(20\d{2})\d{6}[0-9A-Z]{2}\d{6}")


@dataclass(frozen=True, kw_only=True)
class CertificateDetails:
    """What is printed on a certificate; a day that nobody knows is None."""

    pool_id: str
    number: str
    issued_on: date | None = None
    issued_year: int | None = None
    expires_on: date | None = None
    revoked_on: date | None = None
    received_on: date
    source: str


@dataclass(frozen=True, kw_only=True)
class CertificateRecord:
    """A stored certificate; ``updated_at`` guards an edit."""

    id: int
    details: CertificateDetails
    updated_at: datetime


def expiry_of(pool_id: str, *, number: str, issued_on: date | None) -> date | None:
    """The last valid day of a certificate by the general rule, or None where it cannot be known.

    A recognition lasts three years from its issue (32号 Art. 9 for 高企; the
    same for the other state tiers). A 科技型中小企业 number lasts to the end of
    the year printed in it, so it needs no day of issue.
    """
    if pool_id == Tier.TECH_SME:
        match = _TECH_SME_NUMBER.fullmatch(number)
        year = int(match[1]) if match else issued_on.year if issued_on else None
        return date(year, 12, 31) if year else None
    if issued_on is None:
        return None
    return _same_day(issued_on, years=TERM_YEARS) - timedelta(days=1)


def year_in(number: str) -> int | None:
    """The year of issue that a number carries, such as 2019 in GR201942001291."""
    match = _HNTE_NUMBER.fullmatch(number) or _TECH_SME_NUMBER.fullmatch(number)
    return int(match[1]) if match else None


def record_certificate(enterprise_id: int, details: CertificateDetails, *, actor: str, today: date) -> int:
    """Record a certificate and, when its day of issue is known, the membership that it gives.

    Raises
    ------
    FieldConflict
        If the number is recorded already, or a day or year cannot be.
    """
    filled = _filled(details, today=today)
    try:
        with transaction() as session:
            locked(session, enterprise_id)
            certificate = Certificate(enterprise_id=enterprise_id, **asdict(filled))
            session.add(certificate)
            session.flush()
            certificate_id = certificate.id
            _keep_membership(session, certificate)
            _record(session, enterprise_id, actor=actor, action="certificate.recorded", after=filled)
            mark_changed(session, [enterprise_id])
    except IntegrityError as error:
        raise _taken(filled) from error
    return certificate_id


def edit_certificate(
    enterprise_id: int,
    certificate_id: int,
    details: CertificateDetails,
    *,
    seen: datetime,
    actor: str,
    today: date,
) -> None:
    """Correct a certificate; StaleVersion when somebody else did so since ``seen``."""
    filled = _filled(details, today=today)
    try:
        with transaction() as session:
            locked(session, enterprise_id)
            certificate = _certificate(session, enterprise_id, certificate_id)
            if certificate.updated_at != seen:
                raise StaleVersion
            before = _details(certificate)
            for name, value in asdict(filled).items():
                setattr(certificate, name, value)
            session.flush()
            _keep_membership(session, certificate)
            _record(
                session,
                enterprise_id,
                actor=actor,
                action="certificate.edited",
                before=before,
                after=filled,
            )
            mark_changed(session, [enterprise_id])
    except IntegrityError as error:
        raise _taken(filled) from error


def get_certificate(enterprise_id: int, certificate_id: int) -> CertificateRecord:
    """Read one certificate; NotFound when the enterprise has no such certificate."""
    row = _certificate(reading(), enterprise_id, certificate_id)
    return CertificateRecord(id=row.id, details=_details(row), updated_at=row.updated_at)


def certificates_of(enterprise_id: int, *, as_of: date) -> list[CertificateRecord]:
    """The certificates known by ``as_of``, newest first; one without a date comes by its year."""
    rows = reading().scalars(
        select(Certificate).where(
            Certificate.enterprise_id == enterprise_id, Certificate.received_on <= as_of
        )
    )
    ordered = sorted(rows, key=_issue_order, reverse=True)
    return [CertificateRecord(id=row.id, details=_details(row), updated_at=row.updated_at) for row in ordered]


def warnings_for(details: CertificateDetails) -> list[Text]:
    """Say what is unusual about a certificate without being impossible."""
    found = []
    printed = year_in(details.number)
    told = details.issued_on.year if details.issued_on else details.issued_year
    if printed and told and printed != told:
        message = N_("编号中的年份是 %(printed)s，填写的是 %(told)s；请核对。")
        found.append(Text(message, printed=printed, told=told))
    if details.pool_id == Tier.HNTE and not _HNTE_NUMBER.fullmatch(details.number):
        found.append(Text(N_("高新技术企业证书编号通常是 GR 加 12 位数字，例如 GR201942001291；请核对。")))
    expected = expiry_of(details.pool_id, number=details.number, issued_on=details.issued_on)
    if expected and details.expires_on and details.expires_on != expected:
        message = N_("按规定年限，有效期应至 %(expected)s，填写的是 %(told)s；请核对。")
        found.append(Text(message, expected=expected.isoformat(), told=details.expires_on.isoformat()))
    return found


def _filled(details: CertificateDetails, *, today: date) -> CertificateDetails:
    """Refuse what cannot be, and fill in what follows from what is told."""
    if details.received_on > today:
        raise FieldConflict("received_on", Text(N_("收到日期不能晚于今天。")))
    if details.issued_on and details.issued_on > today:
        raise FieldConflict("issued_on", Text(N_("发证日期不能晚于今天。")))
    year = details.issued_on.year if details.issued_on else details.issued_year or year_in(details.number)
    expiry = details.expires_on or expiry_of(
        details.pool_id, number=details.number, issued_on=details.issued_on
    )
    return replace(details, issued_year=year, expires_on=expiry)


def _keep_membership(session: Session, certificate: Certificate) -> None:
    """Let the membership that a certificate gives say the same days as the certificate."""
    if certificate.issued_on is None:
        return
    held = session.scalar(select(Membership).where(Membership.certificate_id == certificate.id)) or (
        session.scalar(
            select(Membership).where(
                Membership.enterprise_id == certificate.enterprise_id,
                Membership.pool_id == certificate.pool_id,
                Membership.valid_from == certificate.issued_on,
            )
        )
    )
    if held is None:
        held = Membership(enterprise_id=certificate.enterprise_id, pool_id=certificate.pool_id, basis="entry")
        session.add(held)
    held.certificate_id = certificate.id
    held.valid_from, held.valid_to = certificate.issued_on, certificate.expires_on
    held.received_on, held.source = certificate.received_on, certificate.source
    if certificate.revoked_on is not None:
        held.valid_to, held.end_reason = certificate.revoked_on, "撤销"
    elif held.end_reason == "撤销":
        held.end_reason = None


def _certificate(session: Session, enterprise_id: int, certificate_id: int) -> Certificate:
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or certificate.enterprise_id != enterprise_id:
        raise NotFound(Text(N_("这家企业没有编号为 %(id)s 的证书记录。"), id=certificate_id))
    return certificate


def _details(certificate: Certificate) -> CertificateDetails:
    return CertificateDetails(
        **{entry.name: getattr(certificate, entry.name) for entry in fields(CertificateDetails)}
    )


def _issue_order(certificate: Certificate) -> tuple[int, date, int]:
    year = certificate.issued_on.year if certificate.issued_on else certificate.issued_year or 0
    return year, certificate.issued_on or date.min, certificate.id


def _record(
    session: Session,
    enterprise_id: int,
    *,
    actor: str,
    action: str,
    before: CertificateDetails | None = None,
    after: CertificateDetails,
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject_type=SUBJECT,
        subject_id=enterprise_id,
        before=as_json(asdict(before)) if before else None,
        after=as_json(asdict(after)),
    )


def _taken(details: CertificateDetails) -> FieldConflict:
    owner = reading().scalar(
        select(Enterprise.name)
        .join(Certificate, Certificate.enterprise_id == Enterprise.id)
        .where(Certificate.pool_id == details.pool_id, Certificate.number == details.number)
    )
    message = Text(
        N_("编号 %(number)s 的%(tier)s证书已登记在“%(name)s”名下；请核对编号。"),
        number=details.number,
        tier=TIER_NAMES[Tier(details.pool_id)],
        name=owner or "",
    )
    return FieldConflict("number", message)


def _same_day(day: date, *, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
