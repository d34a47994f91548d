"""A rule file of one rule set in place of a draft's text."""

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.standards.drafts import locked_draft, record, store, table_of
from enterprise_pipeline.services.standards.shapes import misshapen
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
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
    wrong = misshapen(sets[0])
    if wrong or set(data) - {"tier", "rule_sets"} or not _is_named(sets[0]):
        message = Text(N_("文件的结构不是标准文件的结构；草稿没有改动。"))
        raise BadFile(message, wrong or "criteria[].id", REMEDY)
    return dict(sets[0])


def _is_named(table: Table) -> bool:
    """Whether every criterion has an id of its own that can stand in an address."""
    names = [str(entry.get("id") or "") for entry in table.get("criteria", [])]
    return all(name and "/" not in name for name in names) and len(set(names)) == len(names)
