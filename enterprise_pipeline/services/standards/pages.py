"""A version as its page shows it: every criterion as a sentence, with what is wrong beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from enterprise_pipeline.services.rule_sentences import RuleText, criterion_sentence, rule_text, word_sentence
from enterprise_pipeline.services.rule_speech import Say
from enterprise_pipeline.services.standards.checks import readable
from enterprise_pipeline.services.standards.drafts import Version, content_at, get_version, table_of
from enterprise_pipeline.services.standards.editing import criteria_of
from enterprise_pipeline.services.standards.listing import Change, differences, replaced_by
from enterprise_pipeline.services.standards.problems import Problem
from enterprise_pipeline.services.standards.publication import Readiness, readiness
from scoring.rules_model import RuleSet
from scoring.vocabulary import Tier

JOINED = ("all_of", "any_of")


@dataclass(frozen=True, kw_only=True)
class PartView:
    """A part of a criterion; ``sentence`` is empty while it cannot be read."""

    where: str
    depth: int
    word: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CriterionView:
    """A criterion of a version; ``sentence`` is empty while it cannot be read."""

    where: str
    label: str
    label_en: str
    word: str
    sentence: str
    printed: str
    article: str
    parts: tuple[PartView, ...]
    problems: tuple[Problem, ...]

    @property
    def may_have_parts(self) -> bool:
        """Whether parts can be added to it."""
        return self.word in JOINED


@dataclass(frozen=True, kw_only=True)
class VersionPage:
    """Everything the page of a version shows."""

    version: Version
    criteria: tuple[CriterionView, ...]
    text: RuleText | None
    ready: Readiness


def version_page(version_id: int, say: Say) -> VersionPage:
    """One version in words and checked; NotFound when there is none."""
    version = get_version(version_id)
    read = readable(version.tier, version.table)
    ready = readiness(version)
    found = (*ready.errors, *ready.warnings)
    return VersionPage(
        version=version,
        criteria=tuple(_criterion(entry, read, found, say) for entry in criteria_of(version.table)),
        text=rule_text(read, say) if read else None,
        ready=ready,
    )


def _criterion(
    entry: Mapping[str, Any], read: RuleSet | None, found: tuple[Problem, ...], say: Say
) -> CriterionView:
    name = str(entry.get("id", ""))
    known = next((one for one in read.criteria if one.id == name), None) if read else None
    return CriterionView(
        where=name,
        label=str(entry.get("label", "")),
        label_en=str(entry.get("label_en", "")),
        word=str(entry.get("word", "")),
        sentence=criterion_sentence(known, say, rule_set=read) if known else "",
        printed=str(entry.get("printed", "")),
        article=str(entry.get("article", "")),
        parts=tuple(_parts(entry, name, 0, say, is_readable=known is not None, rule_set=read)),
        problems=tuple(problem for problem in found if problem.where.split("/")[0] == name),
    )


def _parts(
    entry: Mapping[str, Any], where: str, depth: int, say: Say, *, is_readable: bool, rule_set: RuleSet | None
) -> Iterator[PartView]:
    for index, part in enumerate(entry.get("parts") or [] if entry.get("word") in JOINED else []):
        here, word = f"{where}/{index}", str(part.get("word", ""))
        sentence = word_sentence(word, part, say, rule_set=rule_set) if is_readable else ""
        yield PartView(where=here, depth=depth, word=word, sentence=sentence)
        yield from _parts(part, here, depth + 1, say, is_readable=is_readable, rule_set=rule_set)


def sentence_of(tier: Tier, entry: Mapping[str, Any], points: Mapping[str, Any] | None, say: Say) -> str:
    """A criterion that is not stored yet as a sentence; empty while it cannot be read."""
    alone = {"criteria": [{"id": "new", **entry}]} | ({"points": points} if points else {})
    read = readable(tier, alone)
    if read is None or read.criteria[0].id != "new":
        return ""
    return criterion_sentence(read.criteria[0], say, rule_set=read)


def changes_of(version: Version, say: Say) -> tuple[RuleSet | None, list[Change]]:
    """The rule set whose place a version takes, and which sentences change."""
    before = replaced_by(version)
    return before, differences(before, readable(version.tier, version.table), say)


def changed_since(version_id: int, revision: int, say: Say) -> tuple[Version, list[Change]]:
    """The draft as it is now, and what others changed in it since a page with this revision was opened."""
    now = get_version(version_id)
    content = content_at(version_id, revision)
    before = readable(now.tier, table_of(content)) if content else None
    return now, differences(before, readable(now.tier, now.table), say) if content else []
