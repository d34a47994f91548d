"""Who acts in a request and what this person may do there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row

from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Right, Role, RoleRule
from enterprise_pipeline.services.accounts.scope import EVERYTHING, NOTHING, Scope
from models import RoleGrant

LOCAL_ACTOR = "local"
GRANT_COLUMNS = ("id", "role", "jurisdiction", "enterprise_id", "has_figures", "valid_from", "valid_to")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role as it was given: where, from when, until when."""

    id: int
    role: Role
    jurisdiction: str | None
    enterprise_id: int | None
    has_figures: bool
    valid_from: date
    valid_to: date | None

    @property
    def rule(self) -> RoleRule:
        """What this role is."""
        return ROLES[self.role]

    @property
    def rights(self) -> frozenset[Right]:
        """What it lets do."""
        given = {Right.FIGURES} if self.rule.may_have_figures and self.has_figures else set()
        return self.rule.rights | given

    def is_valid(self, on: date) -> bool:
        """Whether it counts on a day; the first and the last day both do."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Access:
    """What one person may do now. ``actor`` is the name that the audit trail keeps."""

    actor: str
    display_name: str = ""
    account_id: int | None = None
    session_id: int | None = None
    grants: tuple[Grant, ...] = ()
    has_second_factor: bool = False
    is_local: bool = False
    _scopes: dict[frozenset[Right], Scope] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_known(self) -> bool:
        """Whether somebody is signed in, or is the local person of a registry without accounts."""
        return self.is_local or self.account_id is not None

    @property
    def must_enrol(self) -> bool:
        """Whether a second factor has to be set up before anything else."""
        return not self.has_second_factor and any(grant.rule.needs_second_factor for grant in self.grants)

    @property
    def rights(self) -> frozenset[Right]:
        """Everything that any of the roles lets do somewhere."""
        if self.is_local:
            return frozenset(Right)
        return frozenset(right for grant in self.grants for right in grant.rights)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now."""
        return frozenset(grant.role for grant in self.grants)

    def has(self, *rights: Right) -> bool:
        """Whether one role alone lets do all of this somewhere."""
        return self.is_local or bool(self._giving(frozenset(rights)))

    def scope(self, *rights: Right) -> Scope:
        """Where all of this may be done, by roles that each let do all of it."""
        if self.is_local:
            return EVERYTHING
        wanted = frozenset(rights) or frozenset({Right.VIEW})
        if wanted not in self._scopes:
            reached = _reached(self._giving(wanted))
            seeing = _reached(self._giving(wanted | {Right.FIGURES}))
            trusted = _reached(self._giving(wanted | {Right.FIGURES, Right.SECRETS}))
            self._scopes[wanted] = Scope(
                jurisdictions=reached.jurisdictions,
                enterprise_ids=reached.enterprise_ids,
                may_see_figures=reached != NOTHING and seeing == reached,
                figures=None if seeing == NOTHING else seeing,
                secrets=None if trusted == NOTHING else trusted,
            )
        return self._scopes[wanted]

    def _giving(self, wanted: frozenset[Right]) -> list[Grant]:
        return [grant for grant in self.grants if wanted <= grant.rights]


ANONYMOUS = Access(actor="")
LOCAL = Access(actor=LOCAL_ACTOR, is_local=True)


def _reached(grants: Iterable[Grant]) -> Scope:
    """What these roles reach together; without a word about figures."""
    grants = list(grants)
    if any(grant.rule.reach is Reach.EVERYWHERE for grant in grants):
        return Scope(jurisdictions=None, enterprise_ids=None, may_see_figures=False)
    return Scope(
        jurisdictions=frozenset(grant.jurisdiction for grant in grants if grant.jurisdiction),
        enterprise_ids=frozenset(grant.enterprise_id for grant in grants if grant.enterprise_id),
        may_see_figures=False,
    )


def as_grant(row: RoleGrant | Row[*tuple[Any, ...]]) -> Grant:
    """A stored role, or a row with its columns."""
    return Grant(
        id=row.id,
        role=Role(row.role),
        jurisdiction=row.jurisdiction,
        enterprise_id=row.enterprise_id,
        has_figures=row.has_figures,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
