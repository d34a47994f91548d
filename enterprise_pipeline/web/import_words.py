"""How import pages name actions, columns, values and findings."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.imports.batches import Change, Finding
from enterprise_pipeline.services.imports.fields import BY_COLUMN, Group, Kind
from enterprise_pipeline.services.imports.headers import parse_key
from enterprise_pipeline.services.imports.issues import Severity
from enterprise_pipeline.services.imports.mappings import FieldChoice, field_choices
from enterprise_pipeline.services.imports.plan import Action
from enterprise_pipeline.services.texts import Text
from enterprise_pipeline.web.entry_forms import shown_value
from enterprise_pipeline.web.filters import day, fact_value, tier_name, translated, yuan
from scoring.vocabulary import COLUMNS

# Values in a finding that are words of ours and have an English name.
_WORDS = frozenset({"field", "part", "whole"})


@dataclass(frozen=True, kw_only=True)
class ActionMark:
    """How an action looks: its sign, its word and the name of its colours."""

    sign: str
    word: Any
    tone: str


ACTION_MARKS: dict[Action, ActionMark] = {
    Action.CREATE: ActionMark(sign="+", word=_l("新增"), tone="yes"),
    Action.UPDATE: ActionMark(sign="↻", word=_l("更新"), tone="judgement"),
    Action.UNCHANGED: ActionMark(sign="=", word=_l("无变化"), tone="none"),
    Action.CONFLICT: ActionMark(sign="≠", word=_l("冲突"), tone="unknown"),
    Action.REFUSED: ActionMark(sign="✕", word=_l("拒绝"), tone="risk"),
}
STATUS_WORDS: dict[str, Any] = {
    "planned": _l("待确认"),
    "committed": _l("已导入"),
    "discarded": _l("已放弃"),
}
KIND_WORDS: dict[str, Any] = {
    "enterprises": _l("企业"),
    "figures": _l("年度数据"),
    "certificates": _l("证书名单"),
    "mixed": _l("综合"),
}
SEVERITY_WORDS: dict[Severity, Any] = {
    Severity.NOTE: _l("提示"),
    Severity.DOUBT: _l("待定"),
    Severity.CLASH: _l("矛盾"),
    Severity.REFUSED: _l("错误"),
}
GROUP_WORDS: dict[Group, Any] = {
    Group.ENTERPRISE: _l("企业"),
    Group.YEARLY: _l("年度数据"),
    Group.FACT: _l("其他情况"),
    Group.CERTIFICATE: _l("证书"),
    Group.CONTROL: _l("其他"),
}


def change_label(change: Change) -> str:
    """What changes: the field, with its year or the number of its certificate."""
    label = translated(BY_COLUMN[change.column].label)
    if change.year:
        return str(_("%(year)s 年%(label)s", year=change.year, label=label))
    if change.number and change.column != "certificate_no":
        return f"{change.number} {label}"
    return label


def cell_value(column: str, value: Any) -> str:
    """A stored value as people read it, exact: money to the 分."""
    if value is None:
        return "—"
    if column in COLUMNS and BY_COLUMN[column].kind is Kind.MONEY:
        return f"{yuan(value)} {_('元')}"
    if isinstance(value, date):
        return day(value)
    if column in COLUMNS and column not in ("industry_code", "registered_on"):
        return fact_value(value, COLUMNS[column])
    return shown_value(column, value)


def finding_text(finding: Finding) -> str:
    """A finding in the page's language, its words of ours translated too."""
    values = {
        name: translated(value) if name in _WORDS else value for name, value in finding.text.values.items()
    }
    return translated(Text(finding.text.pattern, **values))


def meaning_label(key: str) -> str:
    """What a key of a column means, in words."""
    target = parse_key(key)
    if target is None:
        return ""
    label = translated(target.field.label)
    if target.year:
        return str(_("%(year)s 年%(label)s", year=target.year, label=label))
    return f"{tier_name(target.tier)} {label}" if target.tier else label


def grouped_choices() -> list[tuple[str, list[FieldChoice]]]:
    """Everything a column can mean, under the heading of its group."""
    choices = field_choices()
    return [
        (str(word), [choice for choice in choices if choice.group is group])
        for group, word in GROUP_WORDS.items()
    ]


def init_import_words(bp: Blueprint) -> None:
    """Make the words known to templates."""
    words: dict[str, Any] = {
        "action_marks": ACTION_MARKS,
        "status_words": STATUS_WORDS,
        "kind_words": KIND_WORDS,
        "severity_words": SEVERITY_WORDS,
        "import_actions": tuple(Action),
    }
    for name, value in words.items():
        bp.add_app_template_global(lambda value=value: value, name)
    for function in (change_label, cell_value, finding_text, meaning_label, grouped_choices):
        bp.add_app_template_global(function)
