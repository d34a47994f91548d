"""What others changed in a draft since a page was opened: sentences, and texts that no sentence shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from enterprise_pipeline.services.rule_speech import Say
from enterprise_pipeline.services.standards.checks import readable
from enterprise_pipeline.services.standards.drafts import Version, content_at, get_version, table_of
from enterprise_pipeline.services.standards.editing import criteria_of
from enterprise_pipeline.services.standards.listing import Change, differences
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.services.standards.words import key_label
from enterprise_pipeline.services.texts import N_

_HEAD = (
    "label", "document", "title", "issuer", "effective_from", "effective_to", "address", "source",
    "checked_on", "label_en", "note",
)  # fmt: skip
_TEXTS = ("label", "article", "printed", "label_en", "printed_en", "document", "grade", "note")


def table_at(version_id: int, revision: int) -> Table | None:
    """The rule set of a draft as a page with this revision showed it; None when nobody recorded it."""
    content = content_at(version_id, revision)
    return table_of(content) if content else None


def changed_since(version_id: int, revision: int, say: Say) -> tuple[Version, list[Change]]:
    """The draft as it is now, and what others changed in it since a page with this revision was opened."""
    now, before = get_version(version_id), table_at(version_id, revision)
    if before is None:
        return now, []
    sentences = differences(readable(now.tier, before), readable(now.tier, now.table), say)
    return now, [*_texts(before, now.table, say), *sentences]


def _texts(before: Mapping[str, Any], now: Mapping[str, Any], say: Say) -> Iterator[Change]:
    yield from _of_keys(_HEAD, before, now, say(N_("标准整体")), say)
    earlier = {entry.get("id"): entry for entry in criteria_of(before)}
    for entry in criteria_of(now):
        if entry.get("id") in earlier:
            name = str(entry.get("label") or entry.get("id"))
            yield from _of_keys(_TEXTS, earlier[entry.get("id")], entry, name, say)


def _of_keys(
    keys: tuple[str, ...], before: Mapping[str, Any], now: Mapping[str, Any], name: str, say: Say
) -> Iterator[Change]:
    for key in keys:
        old, new = (str(table.get(key) or "") for table in (before, now))
        if old != new:
            yield Change(id=f"{name} · {say(key_label(key))}", before=old, after=new)
