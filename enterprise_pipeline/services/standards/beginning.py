"""Drafts of local standards begun: empty, or as a copy of rules in force."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.rulebooks import content_digest, current_rulebook
from enterprise_pipeline.services.standards.drafts import record, table_of
from enterprise_pipeline.services.standards.toml_text import Table, rule_file_text
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import transaction
from models import LocalStandard, LocalStandardCase, LocalStandardVersion
from scoring.rulebook import raw_rule_sets
from scoring.vocabulary import LOCAL_POOLS, SCIENCE_LADDER, Tier

ISSUER = "宜昌市科学技术局"
# What a bureau decides itself: its reserve pools, and its own selection of gazelles and leading firms.
OWN_SELECTIONS = (Tier.GAZELLE, Tier.LEADING)
LOCAL_TIERS: tuple[Tier, ...] = (
    *OWN_SELECTIONS,
    *(tier for tier in SCIENCE_LADDER if tier in LOCAL_POOLS),
    *(tier for tier in Tier if tier in LOCAL_POOLS and tier not in SCIENCE_LADDER),
)


@dataclass(frozen=True, kw_only=True)
class NewDraft:
    """What a draft begins with; ``copy_of`` is the id of a rule set in force, or empty."""

    tier: Tier
    standard: str
    label: str
    copy_of: str
    effective_from: date
    editor: str


def create_draft(told: NewDraft, *, actor: str, today: date) -> int:
    """Begin a draft, empty or as a copy, and return the version's id.

    Raises
    ------
    FieldConflict
        If the standard's name belongs to a rule file, or there is nothing to copy.
    """
    with transaction() as session:
        standard = _standard(session, told)
        numbers = select(func.max(LocalStandardVersion.number)).where(
            LocalStandardVersion.standard_id == standard.id
        )
        number = (session.scalar(numbers) or 0) + 1
        table = _beginning(session, told, number, today)
        content = rule_file_text(told.tier, table)
        version = LocalStandardVersion(
            standard_id=standard.id,
            number=number,
            state="draft",
            content=content,
            content_hash=content_digest(content),
            effective_from=told.effective_from,
            editor=told.editor,
        )
        session.add(version)
        session.flush()
        if told.copy_of:
            _copy_cases(session, told.copy_of, standard.id, version.id)
        record(session, version, "standard.drafted", actor, copied_from=told.copy_of)
        return version.id


def _standard(session: Session, told: NewDraft) -> LocalStandard:
    if told.tier not in LOCAL_TIERS:
        raise FieldConflict("tier", Text(N_("这一层级不由本市确定标准；请选择后备库、瞪羚或科技领军。")))
    built = [entry for entry in current_rulebook(session).rule_sets if entry.tier is told.tier]
    if told.tier not in LOCAL_POOLS and any(
        entry.standard == told.standard and not entry.is_local for entry in built
    ):
        raise FieldConflict(
            "standard", Text(N_("“%(name)s”是上级标准的代号；请换一个，例如 yichang。"), name=told.standard)
        )
    found = session.scalars(
        select(LocalStandard).filter_by(tier=str(told.tier), standard=told.standard)
    ).first()
    if found is None:
        found = LocalStandard(tier=str(told.tier), standard=told.standard)
        session.add(found)
        session.flush()
    return found


def usual_standard(tier: Tier) -> str:
    """The standard of a local pool, so that a new version follows the one in force; else a name of ours."""
    default = [entry for entry in current_rulebook().rule_sets if entry.tier is tier and entry.is_default]
    return default[0].standard if tier in LOCAL_POOLS and default else "yichang"


def _beginning(session: Session, told: NewDraft, number: int, today: date) -> Table:
    rule_sets = current_rulebook(session).rule_sets
    of_tier = [entry for entry in rule_sets if entry.tier is told.tier]
    is_default = any(entry.is_default and entry.standard == told.standard for entry in of_tier) or not of_tier
    table: Table = {
        "id": f"{told.tier}-{told.standard}-{number}".upper().replace("_", "-"),
        "standard": told.standard,
        "default": is_default,
        "local": True,
        "label": told.label,
        "label_en": told.label,
        "document": "",
        "title": told.label,
        "issuer": ISSUER,
        "effective_from": told.effective_from,
        "address": "local",
        "source": f"copy of {told.copy_of}" if told.copy_of else "local",
        "grade": "local",
        "checked_on": today,
    }
    copied = _source(session, told.copy_of) if told.copy_of else {}
    return table | {
        key: deepcopy(copied[key])
        for key in ("note", "note_en", "applies", "points", "direct", "criteria")
        if key in copied
    }


def _source(session: Session, rule_set_id: str) -> Table:
    """The table of a rule set in force, wherever it is written."""
    if rule_set_id in current_rulebook(session).local:
        for content in session.scalars(
            select(LocalStandardVersion.content).where(LocalStandardVersion.state == "published")
        ):
            table = table_of(content)
            if table.get("id") == rule_set_id:
                return table
    found = raw_rule_sets().get(rule_set_id)
    if found is None:
        raise FieldConflict(
            "copy_of", Text(N_("没有标准“%(name)s”可供复制；请从列表中选择。"), name=rule_set_id)
        )
    return found


def _copy_cases(session: Session, rule_set_id: str, standard_id: int, version_id: int) -> None:
    """A new version of the same standard is tried with the cases of the one it was copied from."""
    if rule_set_id not in current_rulebook(session).local:
        return
    earlier = session.scalars(select(LocalStandardVersion).filter_by(standard_id=standard_id)).all()
    source = next((row.id for row in earlier if table_of(row.content).get("id") == rule_set_id), None)
    for case in session.scalars(select(LocalStandardCase).filter_by(version_id=source)).all():
        session.add(
            LocalStandardCase(
                version_id=version_id, name=case.name, expected=case.expected, content=case.content
            )
        )
