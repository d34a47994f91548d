"""Drafts of local standards: begun, changed step by step, taken back, put aside."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.errors import NotFound, ServiceError, StaleVersion
from enterprise_pipeline.services.rulebooks import content_digest
from enterprise_pipeline.services.standards.toml_text import Table, rule_file_text
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import AuditEvent, LocalStandard, LocalStandardCase, LocalStandardVersion
from models.local_standard import LONGEST_CONTENT
from scoring.vocabulary import Tier

SUBJECT = "local_standard_version"


class DraftChanged(StaleVersion):
    """The draft was saved by somebody else, or in another window, since this page was opened."""

    def __init__(self) -> None:
        super().__init__(Text(N_("草稿在您打开之后已被另一窗口或他人保存。您填写的内容还在下面，尚未保存。")))


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version with its rule set as a plain table; ``revision`` counts the saves of a draft."""

    id: int
    standard_id: int
    tier: Tier
    standard: str
    number: int
    state: str
    table: Table
    content: str
    content_hash: str
    effective_from: date
    editor: str
    approver: str
    revision: int
    can_undo: bool

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.state == "draft"

    @property
    def label(self) -> str:
        """What the standard is called."""
        return str(self.table.get("label") or "")


def table_of(content: str) -> Table:
    """The one rule set of a stored text, as a plain table."""
    data = tomllib.loads(content, parse_float=Decimal)
    return dict(data["rule_sets"][0])


def get_version(version_id: int) -> Version:
    """One version; NotFound when there is none."""
    row = _row(reading(), version_id)
    return version_of(row[0], row[1])


def _row(session: Session, version_id: int) -> tuple[LocalStandardVersion, LocalStandard]:
    found = session.execute(
        select(LocalStandardVersion, LocalStandard)
        .join(LocalStandard, LocalStandard.id == LocalStandardVersion.standard_id)
        .where(LocalStandardVersion.id == version_id)
    ).first()
    if found is None:
        raise NotFound(Text(N_("没有这个本地标准版本，或草稿已被删除。")))
    return found[0], found[1]


def version_of(row: LocalStandardVersion, standard: LocalStandard) -> Version:
    """A stored version as pages and checks use it."""
    return Version(
        id=row.id,
        standard_id=standard.id,
        tier=Tier(standard.tier),
        standard=standard.standard,
        number=row.number,
        state=row.state,
        table=table_of(row.content),
        content=row.content,
        content_hash=row.content_hash,
        effective_from=row.effective_from,
        editor=row.editor,
        approver=row.approver or "",
        revision=row.version,
        can_undo=row.state == "draft" and row.undo is not None,
    )


def locked_draft(
    session: Session, version_id: int, seen: int | None
) -> tuple[LocalStandardVersion, LocalStandard]:
    """The draft's row, held until the transaction ends.

    Raises
    ------
    NotFound, ServiceError, DraftChanged
        If there is none, it was published, or it was saved since ``seen``.
    """
    session.execute(
        select(LocalStandardVersion.id).where(LocalStandardVersion.id == version_id).with_for_update()
    )
    row, standard = _row(session, version_id)
    if row.state != "draft":
        raise ServiceError(Text(N_("这个版本已经发布，不能再修改。要改动，请以它为底稿另起新版本。")))
    if seen is not None and row.version != seen:
        raise DraftChanged
    return row, standard


def save(version_id: int, change: Callable[[Table], Table], *, seen: int, what: str, actor: str) -> int:
    """Change a draft's rule set and keep what was there before for one undo; returns the new revision.

    Raises
    ------
    DraftChanged
        If somebody saved since ``seen``; nothing was saved.
    """
    with transaction() as session:
        row, standard = locked_draft(session, version_id, seen)
        table = change(table_of(row.content))
        store(row, rule_file_text(standard.tier, table), undo=row.content)
        row.effective_from = table["effective_from"]
        record(session, row, "standard.saved", actor, what=what)
        return row.version


def undo(version_id: int, *, seen: int, actor: str) -> None:
    """Bring back what was there before the last save; doing it twice brings the save back."""
    with transaction() as session:
        row, _ = locked_draft(session, version_id, seen)
        if row.undo is None:
            raise ServiceError(Text(N_("没有可以撤销的修改。")))
        store(row, row.undo, undo=row.content)
        row.effective_from = table_of(row.content)["effective_from"]
        record(session, row, "standard.saved", actor, what="undo")


def discard(version_id: int, *, seen: int, actor: str) -> None:
    """Delete a draft with its cases; its saves stay in the audit trail."""
    with transaction() as session:
        row, _ = locked_draft(session, version_id, seen)
        record(session, row, "standard.discarded", actor)
        session.execute(delete(LocalStandardCase).where(LocalStandardCase.version_id == version_id))
        session.delete(row)


def content_at(version_id: int, revision: int) -> str | None:
    """The text of a draft as a page with this revision showed it; None when nobody recorded it."""
    events = reading().scalars(
        select(AuditEvent).where(AuditEvent.subject_type == SUBJECT, AuditEvent.subject_id == str(version_id))
    )
    saved = (event.after for event in events)
    return next((after["content"] for after in saved if after and after.get("revision") == revision), None)


def store(row: LocalStandardVersion, content: str, *, undo: str) -> None:
    """Put a new text into a draft's row, with what it was before."""
    if len(content.encode()) > LONGEST_CONTENT:
        raise ServiceError(Text(N_("标准的内容太长（超过 200 KB），没有保存。")))
    row.content, row.undo, row.content_hash = content, undo, content_digest(content)
    row.version += 1


def record(session: Session, row: LocalStandardVersion, action: str, actor: str, **more: str) -> None:
    """Leave an audit event with the text, so that an older page can be told what has changed since."""
    after = {"revision": row.version, "content": row.content, "content_hash": row.content_hash, **more}
    audit.record(session, actor=actor, action=action, subject_type=SUBJECT, subject_id=row.id, after=after)
