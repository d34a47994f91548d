"""Which gaps of a rehearsal do not show, because they are made of figures that whoever looks may not see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.business_secrets import Veil, veils
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.rehearsal import pair_again
from enterprise_pipeline.services.veiling import Lens
from models import Rehearsal
from scoring.rules_model import RuleSet


@dataclass(frozen=True, kw_only=True)
class GapVeil:
    """The veils of the enterprises of which something is hidden, with the rule sets of a rehearsal.

    A rule set that cannot be read again is None: then every gap of these enterprises is hidden.
    """

    veils: Mapping[int, Veil]
    rule_sets: Mapping[str, RuleSet | None]

    def hides(self, enterprise_id: int, *, side: str, criterion: str) -> bool:
        """Whether the gap of a criterion of the ``old`` or the ``new`` rule set does not show."""
        veil = self.veils.get(enterprise_id)
        if veil is None:
            return False
        rule_set = self.rule_sets.get(side)
        found = [each for each in rule_set.criteria if each.id == criterion] if rule_set else []
        if rule_set is None or not found:
            return True
        return Lens(veil=veil, year=None).why_criterion(rule_set, found[0]) is not None


def gap_veil(
    session: Session, rehearsal_id: int, enterprise_ids: Collection[int], *, scope: Scope, in_file: bool
) -> GapVeil:
    """What of the gaps of these enterprises does not show; ``in_file`` no business secret to anybody."""
    found = veils(session, enterprise_ids, scope=scope, in_file=in_file)
    hiding = {number: veil for number, veil in found.items() if not veil.hides_nothing}
    return GapVeil(veils=hiding, rule_sets=_rule_sets(session, rehearsal_id) if hiding else {})


def _rule_sets(session: Session, rehearsal_id: int) -> dict[str, RuleSet | None]:
    row = session.get(Rehearsal, rehearsal_id)
    if row is None:
        return {}
    try:
        pair = pair_again(session, row)
    except ServiceError:
        # The rules are others by now, so nobody can say which figures a gap was made of.
        return {}
    return {"old": pair.old, "new": pair.new}
