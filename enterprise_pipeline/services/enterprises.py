"""Use cases around the identity of an enterprise: register, edit, rename, look up."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.credit_code import CreditCodeError, check_credit_code
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.naming import initials
from enterprise_pipeline.services.reference import divisions, hitech_fields, industry_names, jurisdictions
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import Enterprise, EnterpriseName

SUBJECT = "enterprise"
BY_HAND = "手工录入"
# The oldest companies of the city were founded after this day; an earlier one is a slip.
EARLIEST_REGISTRATION = date(1949, 10, 1)
NameChange = Literal["renamed", "corrected"]


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What is told of an enterprise when it is registered or edited; None is unknown."""

    credit_code: str
    name: str
    division_code: str | None = None
    jurisdiction: str | None = None
    industry_code: str | None = None
    hitech_field: str | None = None
    registered_on: date | None = None
    address: str | None = None


@dataclass(frozen=True, kw_only=True)
class FormerName:
    """A name with the days it was borne."""

    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class EnterpriseRecord:
    """An enterprise as pages show it."""

    id: int
    version: int
    is_synthetic: bool
    registration: Registration
    former_names: tuple[FormerName, ...] = field(default=())

    @property
    def name(self) -> str:
        """Its present name."""
        return self.registration.name


def register_enterprise(registration: Registration, *, scope: Scope, actor: str, today: date) -> int:
    """Add an enterprise and return its id.

    Raises
    ------
    FieldConflict
        If a value cannot be, it would lie outside ``scope``, or the credit code
        is already registered. The unique constraint decides, so of two
        simultaneous submissions exactly one wins.
    """
    checked = _checked(registration, today=today)
    _refuse_other_places(checked, scope)
    enterprise = Enterprise(initials=initials(checked.name), **asdict(checked))
    enterprise.names.append(_current_name(checked.name, valid_from=None))
    try:
        with transaction() as session:
            session.add(enterprise)
            session.flush()
            enterprise_id = enterprise.id
            audit.record(
                session,
                actor=actor,
                action="enterprise.registered",
                subject_type=SUBJECT,
                subject_id=enterprise_id,
                after=as_json(asdict(checked)),
            )
    except IntegrityError as error:
        raise _code_taken(checked.credit_code, scope) from error
    return enterprise_id


def edit_enterprise(
    enterprise_id: int,
    registration: Registration,
    *,
    scope: Scope,
    version: int,
    seen: Registration | None = None,
    name_change: NameChange = "renamed",
    renamed_on: date | None = None,
    actor: str,
    today: date,
) -> None:
    """Change what is known of an enterprise; a new name keeps the old one as a former name.

    ``version`` and ``seen`` are what the person had before them. Figures raise
    the version too, so an edit is lost only if what is stored differs from ``seen``.

    Raises
    ------
    StaleVersion, FieldConflict
        If somebody else changed it meanwhile; if a value cannot be, would leave ``scope`` or is taken.
    """
    checked = _checked(registration, today=today)
    try:
        with transaction() as session:
            enterprise = locked(session, enterprise_id)
            before = _registration_of(enterprise)
            if enterprise.version != version and before != seen:
                raise StaleVersion
            if not (changed := _differences(before, checked)):
                return
            if "jurisdiction" in changed:
                _refuse_other_places(checked, scope)
            if "name" in changed:
                renamed_on = min(renamed_on or today, today)
                _change_name(enterprise, checked.name, how=name_change, on=renamed_on, today=today)
            _take_over(enterprise, checked, changed)
            session.flush()
            mark_changed(session, [enterprise_id])
            audit.record(
                session,
                actor=actor,
                action="enterprise.edited",
                subject_type=SUBJECT,
                subject_id=enterprise_id,
                before=as_json({name: getattr(before, name) for name in changed}),
                after=as_json({name: getattr(checked, name) for name in changed}),
            )
    except IntegrityError as error:
        raise _code_taken(checked.credit_code, scope) from error


def get_enterprise(enterprise_id: int) -> EnterpriseRecord:
    """Read an enterprise with its former names, newest first; NotFound when there is none."""
    enterprise = reading().get(Enterprise, enterprise_id)
    if enterprise is None:
        raise _not_found(enterprise_id)
    former = (row for row in reversed(enterprise.names) if row.valid_to or row.name != enterprise.name)
    return EnterpriseRecord(
        id=enterprise.id,
        version=enterprise.version,
        is_synthetic=enterprise.is_synthetic,
        registration=_registration_of(enterprise),
        former_names=tuple(
            FormerName(name=row.name, valid_from=row.valid_from, valid_to=row.valid_to) for row in former
        ),
    )


def locked(session: Session, enterprise_id: int) -> Enterprise:
    """The enterprise, locked until the transaction of the caller ends; NotFound when there is none."""
    enterprise = session.scalar(select(Enterprise).where(Enterprise.id == enterprise_id).with_for_update())
    if enterprise is None:
        raise _not_found(enterprise_id)
    return enterprise


def warnings_for(registration: Registration) -> list[Text]:
    """Say what is unusual without being impossible, so that a person can look again."""
    declared, in_code = registration.division_code, registration.credit_code[2:8]
    known = {place.code: place.name for place in divisions()}
    if declared and in_code in known and in_code != declared:
        return [
            Text(
                N_("信用代码中的登记地是%(in_code)s，填写的登记所在地是%(declared)s；请核对。"),
                in_code=known[in_code],
                declared=known.get(declared, declared),
            )
        ]
    return []


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn values into what JSON can hold: a day becomes its ISO text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _checked(registration: Registration, *, today: date) -> Registration:
    """Return the registration with its code in normal form, or say which field cannot be."""
    try:
        code = check_credit_code(registration.credit_code).text
    except CreditCodeError as error:
        raise FieldConflict("credit_code", str(error)) from error
    _refuse_unknown_codes(registration)
    day = registration.registered_on
    if day is not None and not EARLIEST_REGISTRATION <= day <= today:
        message = Text(
            N_("成立日期须在 %(first)s 至今天（%(last)s）之间；请核对。"),
            first=EARLIEST_REGISTRATION.isoformat(),
            last=today.isoformat(),
        )
        raise FieldConflict("registered_on", message)
    return replace(registration, credit_code=code)


def _refuse_unknown_codes(registration: Registration) -> None:
    known = {
        "division_code": {place.code for place in divisions()},
        "jurisdiction": {place.code for place in jurisdictions()},
        "hitech_field": {item.code for item in hitech_fields()},
        "industry_code": industry_names().keys(),
    }
    for name, codes in known.items():
        value = getattr(registration, name)
        if value is not None and value not in codes:
            raise FieldConflict(name, Text(N_("代码“%(value)s”不在代码表中；请核对。"), value=value))


def _change_name(enterprise: Enterprise, name: str, *, how: NameChange, on: date, today: date) -> None:
    """Close the name borne so far and open the new one; a correction only mends the spelling."""
    enterprise.initials = initials(name)
    current = next((row for row in enterprise.names if row.valid_to is None), None)
    if current is None:
        current = _current_name(enterprise.name, valid_from=None)
        enterprise.names.append(current)
    if how == "corrected":
        current.name, current.initials = name, enterprise.initials
        return
    last_day = on - timedelta(days=1)
    if current.valid_from is not None and last_day < current.valid_from:
        message = Text(
            N_("更名日期须晚于现名称启用的日期 %(first)s，且不晚于今天 %(today)s。"),
            first=current.valid_from.isoformat(),
            today=today.isoformat(),
        )
        raise FieldConflict("renamed_on", message)
    current.valid_to = last_day
    enterprise.names.append(_current_name(name, valid_from=on))


def _current_name(name: str, *, valid_from: date | None) -> EnterpriseName:
    return EnterpriseName(name=name, initials=initials(name), valid_from=valid_from, source=BY_HAND)


def _registration_of(enterprise: Enterprise) -> Registration:
    return Registration(**{entry.name: getattr(enterprise, entry.name) for entry in fields(Registration)})


def _differences(before: Registration, after: Registration) -> list[str]:
    return [
        entry.name
        for entry in fields(Registration)
        if getattr(before, entry.name) != getattr(after, entry.name)
    ]


def _refuse_other_places(registration: Registration, scope: Scope) -> None:
    """Nobody puts an enterprise where they would not see it any more; that is for the city."""
    place = registration.jurisdiction
    if not (scope.is_everything or place in (scope.jurisdictions or ())):
        raise FieldConflict("jurisdiction", N_("您只能登记归口在本辖区的企业；要转到别处请联系市局。"))


def _take_over(enterprise: Enterprise, checked: Registration, changed: list[str]) -> None:
    for name in changed:
        setattr(enterprise, name, getattr(checked, name))


def _code_taken(credit_code: str, scope: Scope) -> FieldConflict:
    query = scope.apply(select(func.max(Enterprise.name)).where(Enterprise.credit_code == credit_code))
    owner = reading().scalar(query)
    if owner is None:
        return FieldConflict("credit_code", N_("本市其他辖区已有同代码的企业，请联系市局。"))
    message = Text(N_("该统一社会信用代码已登记在“%(name)s”名下；请打开那家企业修改。"), name=owner)
    return FieldConflict("credit_code", message)


def _not_found(enterprise_id: int) -> NotFound:
    return NotFound(Text(N_("没有编号为 %(id)s 的企业；它可能从未登记过。"), id=enterprise_id))
