"""Heads of the audit trail that stand outside the database: those inside the backups of a folder."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from enterprise_pipeline.services.audit_chain import Head
from enterprise_pipeline.services.backup.manifest import Manifest
from enterprise_pipeline.services.backup.registry import facts_of
from enterprise_pipeline.services.backup.retention import stored_backups
from enterprise_pipeline.transaction import reading
from models import AuditEvent

RESTORED = "backup.restored"


@dataclass(frozen=True, kw_only=True)
class KeptHeads:
    """What a verification is compared with, and which backups it cannot be compared with.

    ``restores`` are the entries of restores that set ``n_set_aside`` newer backups aside.
    """

    heads: tuple[Head, ...] = ()
    n_set_aside: int = 0
    restores: tuple[int, ...] = ()
    n_unreadable: int = 0

    @property
    def newest(self) -> int:
        """The last entry that a backup vouches for; what is behind it may have been cut off unseen."""
        return max((head.sequence for head in self.heads), default=0)


def heads_of_backups(folder: Path) -> KeptHeads:
    """The heads inside the readable backups of this registry; ask before the chain is walked.

    Left out are backups of the other kind, those that a restore of an older one
    set aside, and of a demo registry those of the demo registries before it.
    """
    stored = stored_backups(folder)
    kind = facts_of(reading().connection()).kind
    ours = [one.manifest for one in stored if one.manifest and one.manifest.facts.kind == kind]
    if kind == "demo":
        begun = reading().scalar(select(func.min(AuditEvent.occurred_at)))
        ours = [manifest for manifest in ours if begun and manifest.created_at >= begun]
    aside = {id(manifest): _restore_before(manifest) for manifest in ours}
    kept = [manifest.facts.audit_head for manifest in ours if aside[id(manifest)] is None]
    restores = {place for place in aside.values() if place is not None}
    return KeptHeads(
        heads=tuple(kept),
        n_set_aside=len(ours) - len(kept),
        restores=tuple(sorted(restores)),
        n_unreadable=sum(one.manifest is None for one in stored),
    )


def _restore_before(manifest: Manifest) -> int | None:
    """The entry of the restore, later than this backup, whose chain ends before the backup's does."""
    return reading().scalar(
        select(func.min(AuditEvent.id)).where(
            AuditEvent.action == RESTORED,
            AuditEvent.occurred_at > manifest.created_at,
            AuditEvent.id <= manifest.facts.audit_head.sequence,
        )
    )
