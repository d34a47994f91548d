"""Use cases around facts that are not yearly: dated sheets, and answers to what a verdict waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.business_secrets import SecretMark, Why
from enterprise_pipeline.services.certificates import tell_issue_day
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.enterprises import EARLIEST_REGISTRATION, SUBJECT, as_json, locked
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.figures import add_answers
from enterprise_pipeline.services.reference import industry_names
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Enterprise, EnterpriseFacts
from scoring.facts import split_year
from scoring.vocabulary import ENTERPRISE_FACTS, IDENTITY_FACTS

COLUMNS: tuple[str, ...] = tuple(fact.column for fact in ENTERPRISE_FACTS if fact.name not in IDENTITY_FACTS)
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ToldFact:
    """The newest value of a fact, with who told it and when.

    ``mark`` says that it is a business secret, ``hidden`` why its value does not show.
    """

    value: Any
    valid_from: date
    received_on: date
    source: str
    mark: SecretMark | None = None
    hidden: Why | None = None


@dataclass(frozen=True, kw_only=True)
class FactSheet:
    """One dated sheet, as it was told; only the facts it tells."""

    id: int
    valid_from: date
    received_on: date
    source: str
    version: int
    values: dict[str, Any]


def save_sheet(
    enterprise_id: int,
    *,
    valid_from: date,
    received_on: date,
    source: str,
    values: Values,
    actor: str,
    today: date,
) -> None:
    """Store what somebody told on ``received_on`` to hold from ``valid_from``; blank facts are not told.

    Raises
    ------
    FieldConflict
        If a day cannot be, or nothing is told.
    """
    with transaction() as session:
        locked(session, enterprise_id)
        _add_sheet(
            session,
            EnterpriseFacts(
                enterprise_id=enterprise_id,
                valid_from=valid_from,
                received_on=received_on,
                source=source,
                **values,
            ),
            actor=actor,
            today=today,
        )
        mark_changed(session, [enterprise_id])


def answer_missing(
    enterprise_id: int,
    *,
    answers: Values,
    issue_days: Mapping[int, date | None] | None = None,
    as_of: date,
    received_on: date,
    source: str,
    actor: str,
    today: date,
) -> int:
    """Store answers to what verdicts wait for, all or none, and return how many facts were told.

    ``answers`` are columns of the facts frame as of ``as_of``: yearly figures
    go to the report of their year, identity facts to the enterprise, all
    others to a sheet that holds from the day of receipt. ``issue_days`` are
    days of issue by the id of their certificate.
    """
    told = {column: value for column, value in answers.items() if value is not None}
    days = {key: day for key, day in (issue_days or {}).items() if day is not None}
    if not told and not days:
        raise FieldConflict("", Text(N_("没有填写任何数据；请至少填一项。")))
    with transaction() as session:
        enterprise = locked(session, enterprise_id)
        _answer_identity(session, enterprise, told, actor=actor, today=today)
        for year, values in _by_year(told, as_of=as_of).items():
            add_answers(
                session,
                enterprise_id,
                year=year,
                source=source,
                received_on=received_on,
                values=values,
                actor=actor,
                today=today,
            )
        if sheet := {column: value for column, value in told.items() if column in COLUMNS}:
            dates = {"valid_from": received_on, "received_on": received_on}
            report = EnterpriseFacts(enterprise_id=enterprise_id, source=source, **dates, **sheet)
            _add_sheet(session, report, actor=actor, today=today)
        for certificate_id, day in days.items():
            tell_issue_day(session, enterprise_id, certificate_id, day, actor=actor, today=today)
        mark_changed(session, [enterprise_id])
    return len(told) + len(days)


def told_facts(enterprise_id: int, *, as_of: date) -> dict[str, ToldFact]:
    """For each fact the newest value that holds and was received by ``as_of``."""
    query = (
        select(EnterpriseFacts)
        .where(
            EnterpriseFacts.enterprise_id == enterprise_id,
            EnterpriseFacts.valid_from <= as_of,
            EnterpriseFacts.received_on <= as_of,
        )
        .order_by(EnterpriseFacts.valid_from, EnterpriseFacts.received_on, EnterpriseFacts.id)
    )
    found: dict[str, ToldFact] = {}
    for row in reading().scalars(query):
        for column, value in _told(row).items():
            found[column] = ToldFact(
                value=value, valid_from=row.valid_from, received_on=row.received_on, source=row.source
            )
    return found


def sheets_of(enterprise_id: int, *, as_of: date) -> list[FactSheet]:
    """Every sheet received by ``as_of``, newest first."""
    query = (
        select(EnterpriseFacts)
        .where(EnterpriseFacts.enterprise_id == enterprise_id, EnterpriseFacts.received_on <= as_of)
        .order_by(EnterpriseFacts.received_on.desc(), EnterpriseFacts.id.desc())
    )
    return [
        FactSheet(
            id=row.id,
            valid_from=row.valid_from,
            received_on=row.received_on,
            source=row.source,
            version=row.version,
            values=_told(row),
        )
        for row in reading().scalars(query)
    ]


def _told(row: EnterpriseFacts) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS if getattr(row, name) is not None}


def _add_sheet(session: Session, sheet: EnterpriseFacts, *, actor: str, today: date) -> None:
    if sheet.received_on > today:
        raise FieldConflict("received_on", Text(N_("收到日期不能晚于今天。")))
    if not EARLIEST_REGISTRATION <= sheet.valid_from <= today:
        raise FieldConflict("valid_from", Text(N_("适用起始日须是今天或以前的日期；请核对。")))
    told = _told(sheet)
    if not told:
        raise FieldConflict("", Text(N_("没有填写任何数据；请至少填一项。")))
    older = session.scalars(
        select(EnterpriseFacts.version)
        .where(
            EnterpriseFacts.enterprise_id == sheet.enterprise_id,
            EnterpriseFacts.valid_from == sheet.valid_from,
            EnterpriseFacts.source == sheet.source,
        )
        .order_by(EnterpriseFacts.version.desc())
    ).first()
    sheet.version = (older or 0) + 1
    session.add(sheet)
    session.flush()
    place = {"valid_from": sheet.valid_from, "received_on": sheet.received_on, "source": sheet.source}
    audit.record(
        session,
        actor=actor,
        action="facts.saved",
        subject_type=SUBJECT,
        subject_id=sheet.enterprise_id,
        after=as_json(place | told),
    )


def _by_year(told: Values, *, as_of: date) -> dict[int, dict[str, Any]]:
    """Sort yearly answers by the year they are about."""
    years: dict[int, dict[str, Any]] = {}
    for column, value in told.items():
        stem, years_back = split_year(column)
        if years_back is not None:
            years.setdefault(as_of.year - years_back, {})[stem] = value
    return years


def _answer_identity(
    session: Session, enterprise: Enterprise, told: Values, *, actor: str, today: date
) -> None:
    values = {name: told[name] for name in sorted(IDENTITY_FACTS) if name in told}
    if not values:
        return
    day, industry = values.get("registered_on"), values.get("industry_code")
    if day is not None and not EARLIEST_REGISTRATION <= day <= today:
        raise FieldConflict("registered_on", Text(N_("成立日期须是今天或以前的日期；请核对。")))
    if industry is not None and industry not in industry_names():
        raise FieldConflict(
            "industry_code", Text(N_("代码“%(value)s”不在代码表中；请核对。"), value=industry)
        )
    before = {name: getattr(enterprise, name) for name in values}
    for name, value in values.items():
        setattr(enterprise, name, value)
    audit.record(
        session,
        actor=actor,
        action="enterprise.edited",
        subject_type=SUBJECT,
        subject_id=enterprise.id,
        before=as_json(before),
        after=as_json(values),
    )
