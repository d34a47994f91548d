"""Local standards as pages list them, and what one version says differently from another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.points_said import all_rows
from enterprise_pipeline.services.rule_sentences import RuleText, rule_text
from enterprise_pipeline.services.rule_speech import Say, plain
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.standards.drafts import Version, table_of
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import LocalStandard, LocalStandardCase, LocalStandardVersion
from scoring.rules_model import RuleSet
from scoring.vocabulary import Tier


class Phase(StrEnum):
    """Where a version stands on a day."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version in the list."""

    id: int
    tier: Tier
    standard: str
    number: int
    label: str
    phase: Phase
    effective_from: date
    effective_to: date | None
    editor: str
    approver: str
    content_hash: str
    published_at: datetime | None
    updated_at: datetime
    cases: int
    refused_because: str
    withdrawn_by: str
    withdrawn_reason: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One sentence that another version says differently; empty where it says nothing."""

    id: str
    before: str
    after: str


def list_versions(*, as_of: date) -> list[VersionLine]:
    """Every version, newest effect first within its standard."""
    return _lines(as_of)


def version_line(version_id: int, *, as_of: date) -> VersionLine:
    """One version with where it stands; NotFound when there is none."""
    found = _lines(as_of, version_id)
    if not found:
        raise NotFound(Text(N_("没有这个地方标准版本，或草稿已被删除。")))
    return found[0]


def _lines(as_of: date, version_id: int | None = None) -> list[VersionLine]:
    session = reading()
    rulebook = current_rulebook(session)
    refused = {entry.version_id: entry.reason for entry in rulebook.refused}
    version, standard = LocalStandardVersion, LocalStandard
    counted = dict(
        session.execute(
            select(LocalStandardCase.version_id, func.count()).group_by(LocalStandardCase.version_id)
        )
        .tuples()
        .all()
    )
    query = (
        select(version, standard)
        .join(standard, standard.id == version.standard_id)
        .order_by(standard.tier, standard.standard, version.number.desc())
    )
    if version_id is not None:
        query = query.where(version.id == version_id)
    lines = []
    for row, line in session.execute(query):
        table = table_of(row.content)
        entry = rulebook.find(str(table.get("id")))
        lines.append(
            VersionLine(
                id=row.id,
                tier=Tier(line.tier),
                standard=line.standard,
                number=row.number,
                label=str(table.get("label") or ""),
                phase=_phase(row, entry, as_of, is_refused=row.id in refused),
                effective_from=row.effective_from,
                effective_to=entry.effective_to if entry and row.state == "published" else None,
                editor=row.editor,
                approver=row.approver or "",
                content_hash=row.content_hash,
                published_at=row.published_at,
                updated_at=row.updated_at,
                cases=counted.get(row.id, 0),
                refused_because=refused.get(row.id, ""),
                withdrawn_by=row.withdrawn_by or "",
                withdrawn_reason=row.withdrawn_reason or "",
            )
        )
    return lines


def _phase(row: LocalStandardVersion, entry: RuleSet | None, as_of: date, *, is_refused: bool) -> Phase:
    if row.state != "published":
        return Phase(row.state)
    if is_refused or entry is None:
        return Phase.REFUSED
    if as_of < row.effective_from:
        return Phase.SCHEDULED
    return Phase.IN_FORCE if entry.holds_on(as_of) else Phase.ENDED


def copies(*, as_of: date) -> tuple[RuleSet, ...]:
    """The rule sets in force, to begin a draft from."""
    return current_rulebook().in_force(as_of)


def replaced_by(version: Version) -> RuleSet | None:
    """The rule set in force on the day before a version takes effect, whose place it takes."""
    day = version.effective_from - timedelta(days=1)
    for entry in current_rulebook().in_force(day):
        if (entry.tier, entry.standard) == (version.tier, version.standard):
            return entry
    return None


def differences(before: RuleSet | None, after: RuleSet | None, say: Say = plain) -> list[Change]:
    """The sentences of which only one rule set has the one, or both say them differently."""
    old, new = (_sentences(rule_text(entry, say)) if entry else {} for entry in (before, after))
    return [
        Change(id=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    ]


def _sentences(text: RuleText) -> dict[str, str]:
    found = {entry.id: entry.sentence for entry in text.criteria if entry.id != "placeholder"}
    for part in text.points:
        rows = (f"{table} {band}: {points}" for _, table, band, points in all_rows([part]))
        found[f"{part.label} ({part.maximum})"] = "; ".join([part.combined, *rows, part.experts]).strip("; ")
    return found | {"direct": text.direct, "applies": text.applies}
