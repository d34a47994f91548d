"""Use cases around business secrets: mark a figure, and lift a mark, each with its reason in the trail."""

from sqlalchemy import select

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.business_secrets import MARKABLE, SecretMark, marks_of
from enterprise_pipeline.services.enterprises import SUBJECT, locked
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import BusinessSecret
from models.business_secret import EVERY_YEAR
from scoring.vocabulary import COLUMNS

SHORTEST_REASON = 4
MARKED = "secret.marked"
LIFTED = "secret.lifted"


def secrets_of(enterprise_id: int) -> tuple[SecretMark, ...]:
    """Every mark of an enterprise, by fact and year."""
    return marks_of(reading(), [enterprise_id]).get(enterprise_id, ())


def get_secret(enterprise_id: int, secret_id: int) -> SecretMark:
    """One mark of an enterprise; NotFound when it has none of this number."""
    found = next((mark for mark in secrets_of(enterprise_id) if mark.id == secret_id), None)
    if found is None:
        raise _gone()
    return found


def mark_secret(enterprise_id: int, *, column: str, year: int | None, reason: str, actor: str) -> None:
    """Mark a fact of a year, or of every year, as a business secret.

    Raises
    ------
    NotFound
        If there is no such enterprise.
    FieldConflict
        If it is no fact that can be marked, is marked already, or no reason is given.
    """
    told = _reason(reason)
    if column not in MARKABLE:
        raise FieldConflict("column", Text(N_("“%(column)s”不能标记为商业秘密。"), column=column))
    if year is not None and not COLUMNS[column].yearly:
        raise FieldConflict(
            "year", Text(N_("%(fact)s不分年度；年度请选“所有年度”。"), fact=COLUMNS[column].label)
        )
    with transaction() as session:
        locked(session, enterprise_id)
        stored = EVERY_YEAR if year is None else year
        found = select(BusinessSecret.id).where(
            BusinessSecret.enterprise_id == enterprise_id,
            BusinessSecret.fact == column,
            BusinessSecret.fiscal_year == stored,
        )
        if session.scalar(found) is not None:
            raise FieldConflict("column", Text(N_("这一项已经标记为商业秘密。")))
        row = BusinessSecret(
            enterprise_id=enterprise_id, fact=column, fiscal_year=stored, reason=told, marked_by=actor
        )
        session.add(row)
        audit.record(
            session,
            actor=actor,
            action=MARKED,
            subject_type=SUBJECT,
            subject_id=enterprise_id,
            after={"fact": column, "year": year, "why": told},
        )


def lift_secret(enterprise_id: int, secret_id: int, *, reason: str, actor: str) -> None:
    """Lift a mark, so that whoever may see figures sees this one again.

    Raises
    ------
    NotFound
        If the enterprise has no such mark; somebody may have lifted it already.
    FieldConflict
        If no reason is given.
    """
    told = _reason(reason)
    with transaction() as session:
        locked(session, enterprise_id)
        row = session.get(BusinessSecret, secret_id)
        if row is None or row.enterprise_id != enterprise_id:
            raise _gone()
        year = None if row.fiscal_year == EVERY_YEAR else row.fiscal_year
        audit.record(
            session,
            actor=actor,
            action=LIFTED,
            subject_type=SUBJECT,
            subject_id=enterprise_id,
            before={"fact": row.fact, "year": year, "why": row.reason},
            after={"fact": row.fact, "year": year, "why": told},
        )
        session.delete(row)


def _gone() -> NotFound:
    return NotFound(Text(N_("这个商业秘密标记已经不在了；可能刚被他人取消。")))


def _reason(text: str) -> str:
    told = text.strip()
    if len(told) < SHORTEST_REASON:
        raise FieldConflict("reason", Text(N_("请写明理由（至少四个字），例如：涉及在谈的定价。")))
    return told
