"""Use cases around certificates: record, correct, and how long one lasts."""

import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.enterprises import SUBJECT, as_json, locked
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.holdings import THREE_YEARS, certificate_known
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

    The tiers of `THREE_YEARS` last three years from the day of issue (32号
    Art. 9 for 高企). A 科技型中小企业 number lasts to the end of the year printed
    in it, so it needs no day of issue. For other tiers no rule is known.
    """
    if pool_id == Tier.TECH_SME:
        match = _TECH_SME_NUMBER.fullmatch(number)
        year = int(match[1]) if match else issued_on.year if issued_on else None
        return date(year, 12, 31) if year else None
    if issued_on is None or pool_id not in THREE_YEARS:
        return None
    return _same_day(issued_on, years=TERM_YEARS) - timedelta(days=1)


def year_in(number: str) -> int | None:
    """The year of issue that a number carries, such as 2019 in GR201942001291."""
    match = _HNTE_NUMBER.fullmatch(number) or _TECH_SME_NUMBER.fullmatch(number)
    return int(match[1]) if match else None


def record_certificate(
    enterprise_id: int, details: CertificateDetails, *, scope: Scope, actor: str, today: date
) -> int:
    """Record a certificate and return its id; what follows from its print is filled in.

    ``scope`` is what whoever records may see: an enterprise outside is not named to them.

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
            _record(session, enterprise_id, actor=actor, action="certificate.recorded", after=filled)
            mark_changed(session, [enterprise_id])
    except IntegrityError as error:
        raise _taken(filled, scope) from error
    return certificate_id


def edit_certificate(
    enterprise_id: int,
    certificate_id: int,
    details: CertificateDetails,
    *,
    scope: Scope,
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
        raise _taken(filled, scope) from error


def tell_issue_day(
    session: Session,
    enterprise_id: int,
    certificate_id: int,
    issued_on: date,
    *,
    actor: str,
    today: date,
) -> None:
    """Fill in a day of issue that was unknown, in the caller's transaction."""
    certificate = _certificate(session, enterprise_id, certificate_id)
    before = _details(certificate)
    if before.issued_year and before.issued_year != issued_on.year:
        message = Text(
            N_("证书 %(number)s 的年份是 %(year)s，发证日期须在这一年内；请核对。"),
            number=before.number,
            year=before.issued_year,
        )
        raise FieldConflict(issue_day_field(certificate_id), message)
    filled = _filled(replace(before, issued_on=issued_on), today=today)
    for name, value in asdict(filled).items():
        setattr(certificate, name, value)
    session.flush()
    _keep_membership(session, certificate)
    _record(session, enterprise_id, actor=actor, action="certificate.edited", before=before, after=filled)


def issue_day_field(certificate_id: int) -> str:
    """The name under which a page asks for the day of issue of a certificate."""
    return f"issued_on_{certificate_id}"


def get_certificate(enterprise_id: int, certificate_id: int) -> CertificateRecord:
    """Read one certificate; NotFound when the enterprise has no such certificate."""
    row = _certificate(reading(), enterprise_id, certificate_id)
    return CertificateRecord(id=row.id, details=_details(row), updated_at=row.updated_at)


def certificates_of(enterprise_id: int, *, as_of: date) -> list[CertificateRecord]:
    """The certificates known by ``as_of``, newest first; one without a date comes by its year."""
    rows = reading().scalars(
        select(Certificate).where(Certificate.enterprise_id == enterprise_id, certificate_known(as_of))
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
    """Let the membership that was given by a certificate say the same days as the certificate.

    None is made here: the certificate itself proves the holding, and a
    membership without a last day would claim that it never ends.
    """
    held = session.scalar(select(Membership).where(Membership.certificate_id == certificate.id))
    if held is None or certificate.issued_on is None:
        return
    held.valid_from = certificate.issued_on
    held.valid_to = certificate.revoked_on or certificate.expires_on
    held.end_reason = "撤销" if certificate.revoked_on else None


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


def _taken(details: CertificateDetails, scope: Scope) -> FieldConflict:
    query = (
        select(Enterprise.name)
        .join(Certificate, Certificate.enterprise_id == Enterprise.id)
        .where(Certificate.pool_id == details.pool_id, Certificate.number == details.number)
    )
    owner = reading().scalar(scope.apply(query))
    if owner is None:
        return FieldConflict("number", N_("本市其他辖区已有同编号的证书，请联系市局。"))
    message = Text(
        N_("编号 %(number)s 的%(tier)s证书已登记在“%(name)s”名下；请核对编号。"),
        number=details.number,
        tier=TIER_NAMES[Tier(details.pool_id)],
        name=owner,
    )
    return FieldConflict("number", message)


def _same_day(day: date, *, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
