"""How recorded changes are told on the page of an enterprise."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.history import Edit
from enterprise_pipeline.web.context import LOCAL_ACTOR
from enterprise_pipeline.web.entry_forms import shown_value
from enterprise_pipeline.web.filters import fact_value, tier_name, translated, unknown
from forms.fact_fields import CHOICE_NAMES
from scoring.vocabulary import COLUMNS, Fact, Tier, Unit

ENTERPRISE_ACTIONS: dict[str, Any] = {
    "enterprise.registered": _l("登记企业"),
    "enterprise.edited": _l("修改登记信息"),
    "figures.saved": _l("保存年度数据"),
    "figures.answered": _l("补充年度数据"),
    "figures.restored": _l("恢复年度数据的旧版"),
    "figures.value_restored": _l("恢复一项数据的旧值"),
    "facts.saved": _l("补充企业情况"),
    "certificate.recorded": _l("登记证书"),
    "certificate.edited": _l("更正证书"),
    "contact.added": _l("添加联系人"),
    "contact.edited": _l("修改联系人"),
    "contact.removed": _l("删除联系人"),
    "secret.marked": _l("标记商业秘密"),
    "secret.lifted": _l("取消商业秘密标记"),
    "question.answered": _l("核实数据"),
    "question.reopened": _l("重新提出要核实的问题"),
}
# What values are called wherever a recorded change is read.
VALUE_NAMES: dict[str, Any] = {
    "credit_code": _l("统一社会信用代码"),
    "name": _l("名称"),
    "division_code": _l("登记所在地"),
    "jurisdiction": _l("归口管理"),
    "hitech_field": _l("高新技术领域"),
    "address": _l("地址"),
    "pool_id": _l("资质"),
    "issued_on": _l("发证日期"),
    "issued_year": _l("发证年份"),
    "expires_on": _l("有效期至"),
    "revoked_on": _l("撤销日期"),
    "phone": _l("电话"),
    "email": _l("邮箱"),
    "has_consent": _l("同意接收提醒信息"),
}
_NAMES: dict[str, Any] = VALUE_NAMES | {
    "reason": _l("核实结果"),
    "fact": _l("项目"),
    "why": _l("理由"),
}


def action_word(action: str) -> str:
    """What was done."""
    return str(ENTERPRISE_ACTIONS.get(action, action))


def actor_word(actor: str) -> str:
    """Who did it."""
    return str(_("本机用户")) if actor == LOCAL_ACTOR else actor


def edit_about(edit: Edit) -> str:
    """Where it was done: which year, source, certificate or role."""
    about = edit.about
    parts = []
    if "year" in about:
        parts.append(_("%(year)s 年", year=about["year"]))
    if "number" in about:
        parts.append(about["number"])
    if "role" in about:
        parts.append(translated(about["role"]))
    if "source" in about:
        parts.append(translated(about["source"]))
    if "version" in about:
        parts.append(_("第 %(version)s 版", version=about["version"]))
    if "restored" in about:
        parts.append(_("（恢复自第 %(version)s 版）", version=about["restored"]))
    return " · ".join(str(part) for part in parts)


def edit_lines(edit: Edit) -> list[str]:
    """What was changed, a line a value: before → after, or only the value when there was none."""
    return [_line(name, before, after) for name, (before, after) in edit.values.items()]


def edit_label(name: str) -> str:
    """What a changed value is called."""
    return translated(COLUMNS[name].label) if name in COLUMNS else str(_NAMES.get(name, name))


def choice_value(value: Any, fact: Fact) -> str:
    """A stored fact as text, a code by its name."""
    if fact.choices and value in CHOICE_NAMES:
        return translated(CHOICE_NAMES[value])
    return fact_value(value, fact)


def _line(name: str, before: Any, after: Any) -> str:
    label = edit_label(name)
    if before is None:
        return f"{label}{_('：')}{_value(name, after)}"
    return f"{label}{_('：')}{_value(name, before)} → {_value(name, after)}"


def _value(name: str, value: Any) -> str:
    if value is None:
        return unknown()
    if name in COLUMNS and COLUMNS[name].unit is not Unit.DATE and name != "industry_code":
        return choice_value(value, COLUMNS[name])
    if name == "fact":
        return translated(COLUMNS[value].label)
    if name == "pool_id":
        return tier_name(Tier(value))
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return shown_value(name, value)


def init_history(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    for function in (action_word, actor_word, edit_about, edit_label, edit_lines, choice_value):
        blueprint.add_app_template_global(function, function.__name__)
