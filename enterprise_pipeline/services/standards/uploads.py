"""A rule file of one rule set in place of a draft's text."""

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.standards.drafts import locked_draft, record, store, table_of
from enterprise_pipeline.services.standards.toml_text import Table, rule_file_text
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import transaction
from models.local_standard import LONGEST_CONTENT

REMEDY = Text(N_("请按下载的文件修改后再上传。"))


def replace_text(version_id: int, text: bytes, *, seen: int, actor: str) -> None:
    """Take a rule file of one rule set as the draft's text; who it is and since when it is local stay.

    Raises
    ------
    BadFile
        If it is no TOML in UTF-8 with exactly one rule set of this tier.
    """
    with transaction() as session:
        row, standard = locked_draft(session, version_id, seen)
        told = _uploaded(text, standard.tier)
        kept = table_of(row.content)
        table = told | {key: kept[key] for key in ("id", "standard", "default", "local", "grade")}
        if not isinstance(table.get("effective_from"), date):
            table["effective_from"] = kept["effective_from"]
        store(row, rule_file_text(standard.tier, table), undo=row.content)
        row.effective_from = table["effective_from"]
        record(session, row, "standard.saved", actor, what="upload")


def _uploaded(text: bytes, tier: str) -> Table:
    if len(text) > LONGEST_CONTENT:
        raise BadFile(Text(N_("文件太大：标准文件不超过 200 KB。")))
    try:
        data = tomllib.loads(text.decode("utf-8-sig"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(
            Text(N_("文件不是 UTF-8 编码的 TOML，草稿没有改动。")),
            str(error),
            REMEDY,
        ) from error
    sets: Any = data.get("rule_sets")
    is_one = isinstance(sets, list) and len(sets) == 1 and isinstance(sets[0], dict)
    if not is_one or data.get("tier") != tier:
        raise BadFile(
            Text(N_("文件应当只有一个标准，且 tier 为 %(tier)s；草稿没有改动。"), tier=tier),
            "tier, rule_sets",
            REMEDY,
        )
    if set(data) - {"tier", "rule_sets"} or not _is_well_shaped(sets[0]):
        raise BadFile(
            Text(N_("文件的结构不是标准文件的结构；草稿没有改动。")),
            "criteria, points, direct",
            REMEDY,
        )
    return dict(sets[0])


def _is_well_shaped(table: Table) -> bool:
    """Whether pages can show it at all; everything finer is for the check."""
    criteria, points, direct = table.get("criteria", []), table.get("points", {}), table.get("direct", {})
    is_list = isinstance(criteria, list) and all(isinstance(entry, dict) for entry in criteria)
    names = [entry.get("id") for entry in criteria] if is_list else []
    is_named = all(isinstance(name, str) and name and "/" not in name for name in names)
    parts: Any = points.get("parts", []) if isinstance(points, dict) else None
    is_parted = isinstance(parts, list) and all(isinstance(part, dict) for part in parts)
    return is_list and is_named and len(set(names)) == len(names) and is_parted and isinstance(direct, dict)
