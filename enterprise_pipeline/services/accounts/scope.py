"""Which rows somebody may see: cut in the query, so that no list, count or export can forget it."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, true

from models import Enterprise

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The enterprises somebody may see: those of some jurisdictions and some single ones.

    Where both are None it is everything; else it is what either of them names.
    An enterprise whose jurisdiction nobody has told us belongs to the city alone.
    ``may_see_figures`` is whether figures show everywhere within; ``figures`` and ``secrets`` are the
    parts within which figures, and those marked as business secrets, show; None is nowhere.
    """

    jurisdictions: frozenset[str] | None
    enterprise_ids: frozenset[int] | None
    may_see_figures: bool
    figures: "Scope | None" = None
    secrets: "Scope | None" = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is cut away."""
        return self.jurisdictions is None and self.enterprise_ids is None

    def covers(self, *, enterprise_id: int, jurisdiction: str | None) -> bool:
        """Whether one enterprise is within; says the same as `apply`."""
        if self.is_everything:
            return True
        return jurisdiction in (self.jurisdictions or ()) or enterprise_id in (self.enterprise_ids or ())

    def shows_figures_of(self, *, enterprise_id: int, jurisdiction: str | None) -> bool:
        """Whether the figures of one enterprise show."""
        part = self if self.may_see_figures else self.figures
        return part is not None and part.covers(enterprise_id=enterprise_id, jurisdiction=jurisdiction)

    def shows_secrets_of(self, *, enterprise_id: int, jurisdiction: str | None) -> bool:
        """Whether figures of one enterprise show that are marked as business secrets."""
        part = self.secrets
        return part is not None and part.covers(enterprise_id=enterprise_id, jurisdiction=jurisdiction)

    @property
    def shows_every_figure(self) -> bool:
        """Whether all figures within show, those marked as business secrets included."""
        part = self.secrets
        return (
            self.may_see_figures
            and part is not None
            and (part.jurisdictions, part.enterprise_ids) == (self.jurisdictions, self.enterprise_ids)
        )

    def is_own(self, *, enterprise_id: int, jurisdiction: str | None) -> bool:
        """Whether an enterprise shows only because whoever looks belongs to it."""
        if self.is_everything or jurisdiction in (self.jurisdictions or ()):
            return False
        return enterprise_id in (self.enterprise_ids or ())

    def condition(self, enterprise: type[Enterprise] | Any = Enterprise) -> ColumnElement[bool]:
        """The condition on ``enterprise`` (the class or an alias, with ``id`` and ``jurisdiction``)."""
        if self.is_everything:
            return true()
        parts: list[ColumnElement[bool]] = []
        if self.jurisdictions:
            parts.append(enterprise.jurisdiction.in_(sorted(self.jurisdictions)))
        if self.enterprise_ids:
            parts.append(enterprise.id.in_(sorted(self.enterprise_ids)))
        return or_(*parts) if parts else false()

    def apply(self, statement: Statement, enterprise: type[Enterprise] | Any = Enterprise) -> Statement:
        """Cut a statement that already selects from or joins ``enterprise``."""
        return statement if self.is_everything else statement.where(self.condition(enterprise))


_ALL = Scope(jurisdictions=None, enterprise_ids=None, may_see_figures=True)
EVERYTHING = replace(_ALL, figures=_ALL, secrets=_ALL)
NOTHING = Scope(jurisdictions=frozenset(), enterprise_ids=frozenset(), may_see_figures=False)
