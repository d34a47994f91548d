"""Which figures of which enterprise somebody may not see: without the right to figures, or because secret."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.changes import in_parts
from models import BusinessSecret, Enterprise
from models.business_secret import EVERY_YEAR
from scoring.facts import split_year
from scoring.vocabulary import COLUMNS, Unit

# What whoever lacks the right to figures does not see: everything of a year's report, and all money.
FIGURES = frozenset(fact.column for fact in COLUMNS.values() if fact.yearly or fact.unit is Unit.CNY)
# What can be marked as a business secret.
MARKABLE = FIGURES | {"market_share_ppm"}


class Why(StrEnum):
    """Why a value does not show."""

    NO_RIGHT = "no_right"
    MARKED = "marked"


@dataclass(frozen=True, kw_only=True)
class SecretMark:
    """A fact that is marked as a business secret; ``year`` is None where every year is."""

    id: int
    column: str
    year: int | None
    reason: str
    marked_by: str
    marked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Veil:
    """What of one enterprise's facts somebody may not see.

    ``marks`` are all business secrets of the enterprise, whether or not whoever looks may see them.
    """

    has_figures: bool = True
    has_secrets: bool = True
    marks: tuple[SecretMark, ...] = field(default=())

    @property
    def hides_nothing(self) -> bool:
        """Whether everything shows."""
        return self.has_figures and (self.has_secrets or not self.marks)

    def mark_of(self, column: str, year: int | None = None) -> SecretMark | None:
        """The mark on a fact of a year; without a year the first on any year of it."""
        for mark in self.marks:
            if mark.column == column and (year is None or mark.year in (None, year)):
                return mark
        return None

    def why(self, column: str, year: int | None = None) -> Why | None:
        """Why a fact does not show; None where it does. Without a year one hidden year hides the fact."""
        if not self.has_figures and column in FIGURES:
            return Why.NO_RIGHT
        return None if self.has_secrets or self.mark_of(column, year) is None else Why.MARKED

    def why_of_frame(self, column: str, *, year: int | None) -> Why | None:
        """The same for a column of the facts frame as of a day in ``year``; None is any year."""
        stem, years_back = split_year(column)
        return self.why(stem, None if years_back is None or year is None else year - years_back)


def hidden_figures(
    session: Session, enterprise_ids: Collection[int], *, scope: Scope, in_file: bool = False
) -> Mapping[int, frozenset[str]]:
    """The fact columns (`Fact.column`, no year) of each enterprise that may not be shown, if any.

    A fact of which one year is secret is hidden as a whole: lists tell amounts made of several years.
    ``in_file`` leaves business secrets out for everybody, because a file travels.
    """
    hidden: dict[int, frozenset[str]] = {}
    for enterprise_id, veil in veils(session, enterprise_ids, scope=scope, in_file=in_file).items():
        if not veil.hides_nothing:
            marked = frozenset() if veil.has_secrets else frozenset(mark.column for mark in veil.marks)
            hidden[enterprise_id] = marked | (frozenset() if veil.has_figures else FIGURES)
    return hidden


def veils(
    session: Session, enterprise_ids: Collection[int], *, scope: Scope, in_file: bool = False
) -> dict[int, Veil]:
    """What of each enterprise somebody with this scope may not see."""
    marks = marks_of(session, enterprise_ids)
    if scope.may_see_figures and scope.is_everything and not marks:
        return dict.fromkeys(enterprise_ids, Veil())
    places = _places(session, enterprise_ids)
    return {
        enterprise_id: Veil(
            has_figures=scope.shows_figures_of(enterprise_id=enterprise_id, jurisdiction=place),
            has_secrets=not in_file
            and scope.shows_secrets_of(enterprise_id=enterprise_id, jurisdiction=place),
            marks=marks.get(enterprise_id, ()),
        )
        for enterprise_id, place in places.items()
    }


def veil_of(session: Session, enterprise_id: int, *, scope: Scope, in_file: bool = False) -> Veil:
    """What of one enterprise somebody with this scope may not see; everything of one that does not exist."""
    unseen = Veil(has_figures=False, has_secrets=False)
    return veils(session, [enterprise_id], scope=scope, in_file=in_file).get(enterprise_id, unseen)


def marks_of(session: Session, enterprise_ids: Collection[int]) -> dict[int, tuple[SecretMark, ...]]:
    """Every business secret of these enterprises, by fact and year."""
    found: dict[int, tuple[SecretMark, ...]] = {}
    for part in in_parts(sorted(enterprise_ids)):
        query = (
            select(BusinessSecret)
            .where(BusinessSecret.enterprise_id.in_(part))
            .order_by(BusinessSecret.fact, BusinessSecret.fiscal_year)
        )
        for row in session.scalars(query):
            found[row.enterprise_id] = (*found.get(row.enterprise_id, ()), _mark(row))
    return found


def _mark(row: BusinessSecret) -> SecretMark:
    return SecretMark(
        id=row.id,
        column=row.fact,
        year=None if row.fiscal_year == EVERY_YEAR else row.fiscal_year,
        reason=row.reason,
        marked_by=row.marked_by,
        marked_at=row.marked_at,
    )


def _places(session: Session, enterprise_ids: Collection[int]) -> dict[int, str | None]:
    found: dict[int, str | None] = {}
    for part in in_parts(sorted(enterprise_ids)):
        rows = session.execute(select(Enterprise.id, Enterprise.jurisdiction).where(Enterprise.id.in_(part)))
        found.update((enterprise_id, place) for enterprise_id, place in rows)
    return found
