"""What the audit trail says, in words: what was done, to what, by whom, and which values."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.audit_entries import Line
from enterprise_pipeline.web.access import may_open
from enterprise_pipeline.web.context import LOCAL_ACTOR
from enterprise_pipeline.web.filters import jurisdiction, number, tier_name, translated, unknown
from enterprise_pipeline.web.history_words import ENTERPRISE_ACTIONS, VALUE_NAMES, choice_value
from enterprise_pipeline.web.said import said
from scoring.vocabulary import COLUMNS, Tier, Unit

# What was done, by groups that somebody may look for. Every action that the code records stands here.
GROUPS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "enterprise": (
        _l("企业数据"),
        {
            **ENTERPRISE_ACTIONS,
            "registry.emptied": _l("清空登记库"),
        },
    ),
    "import": (
        _l("导入"),
        {
            "import.planned": _l("上传并核对文件"),
            "import.committed": _l("导入数据"),
            "import.discarded": _l("放弃导入"),
            "import.headers_remembered": _l("记住列的对应关系"),
        },
    ),
    "export": (
        _l("导出"),
        {
            "candidates.exported": _l("导出候选名单"),
            "missing_sheet.exported": _l("导出补数表"),
            "coverage.exported": _l("导出研发机构覆盖名单"),
            "rehearsal.exported": _l("导出预演名单"),
            "refused_rows.exported": _l("导出未导入的行"),
            "standard.exported": _l("下载标准文件"),
            "audit.exported": _l("导出操作记录"),
            # What these were called before exports had numbers.
            "candidates.asked": _l("导出补数表"),
        },
    ),
    "rules": (
        _l("标准和预演"),
        {
            "standard.drafted": _l("起草标准"),
            "standard.saved": _l("保存标准草稿"),
            "standard.discarded": _l("删除标准草稿"),
            "standard.published": _l("发布标准"),
            "standard.withdrawn": _l("撤回标准"),
            "standard.cases_added": _l("添加标准案例"),
            "standard.case_removed": _l("删除标准案例"),
            "rehearsal.started": _l("开始预演"),
            "rehearsal.cancelled": _l("停止预演"),
            "rehearsal.resumed": _l("继续预演"),
            "rehearsal.deleted": _l("删除预演"),
        },
    ),
    "account": (
        _l("账号和登录"),
        {
            "account.created": _l("开通账号"),
            "account.locked": _l("锁定账号"),
            "account.unlocked": _l("解除锁定"),
            "account.signed_in": _l("登录"),
            "account.wait_began": _l("多次登录失败，须等待"),
            "role.given": _l("分配角色"),
            "role.ended": _l("收回角色"),
            "reset_link.made": _l("生成设置密码的链接"),
            "password.set_by_link": _l("用链接设置密码"),
            "password.changed": _l("修改密码"),
            "second_factor.enrolled": _l("启用动态验证码"),
            "second_factor.removed": _l("停用动态验证码"),
            "second_factor.resealed": _l("更换动态验证码密钥的加密"),
            "second_factor.codes_renewed": _l("更换恢复码"),
            "second_factor.recovery_code_used": _l("用恢复码登录"),
            "session.ended": _l("让一台设备退出"),
            "session.all_ended": _l("让所有设备退出"),
            "access.outside": _l("打开辖区外企业的地址"),
        },
    ),
    "system": (
        _l("系统"),
        {
            "backup.created": _l("备份"),
            "backup.restored": _l("恢复备份"),
            "audit.erased": _l("依法删除记录内容"),
            "audit.verified": _l("核对操作记录"),
            "quick_check.kept": _l("保存快速自查"),
            "quick_check.revised": _l("修改快速自查"),
            "quick_check.deleted": _l("删除快速自查"),
            "quick_check.expired": _l("快速自查到期删除"),
        },
    ),
}
ACTIONS: Mapping[str, Any] = {
    action: word for _name, words in GROUPS.values() for action, word in words.items()
}
SUBJECTS: Mapping[str, Any] = {
    "enterprise": _l("企业"),
    "account": _l("账号"),
    "import": _l("导入"),
    "export": _l("导出"),
    "local_standard_version": _l("本地标准"),
    "rehearsal": _l("预演"),
    "header_mapping": _l("列的对应关系"),
    "quick_check": _l("快速自查"),
    "backup": _l("备份"),
    "audit_event": _l("操作记录"),
    "registry": _l("登记库"),
}
_PAGES: Mapping[str, tuple[str, str]] = {
    "enterprise": ("enterprises.show", "enterprise_id"),
    "account": ("account_admin.show", "account_id"),
    "import": ("imports.show", "batch_id"),
    "local_standard_version": ("standards.show", "version_id"),
    "rehearsal": ("rules.rehearsal", "rehearsal_id"),
    "audit_event": ("audit.show", "number"),
}
NAMES: Mapping[str, Any] = VALUE_NAMES | {
    "number": _l("证书编号"),
    "role": _l("角色"),
    "reason": _l("理由"),
    "year": _l("年度"),
    "source": _l("来源"),
    "version": _l("版本"),
    "restored": _l("恢复自版本"),
    "received_on": _l("收到日期"),
    "filename": _l("文件名"),
    "file": _l("文件"),
    "sha256": _l("文件校验值"),
    "counts": _l("数量"),
    "take_conflicts": _l("采用有矛盾的值"),
    "filter": _l("筛选条件（地址）"),
    "filter_in_words": _l("筛选条件"),
    "rows": _l("行数"),
    "columns": _l("列"),
    "form": _l("文件类型"),
    "scope": _l("可见范围"),
    "of": _l("属于"),
    "username": _l("用户名"),
    "display_name": _l("姓名"),
    "valid_from": _l("自"),
    "valid_to": _l("至"),
    "enterprise_id": _l("企业编号"),
    "has_figures": _l("可看财务数据"),
    "browser": _l("浏览器"),
    "system": _l("操作系统"),
    "asked_for": _l("打开的页面"),
    "editor": _l("起草人"),
    "approver": _l("审批人"),
    "effective_from": _l("施行日期"),
    "content_hash": _l("内容校验值"),
    "content": _l("内容"),
    "what": _l("改动的部分"),
    "head": _l("链尾"),
    "checked": _l("已核对"),
    "n_findings": _l("发现的问题"),
    "lost": _l("丢失的记录"),
    "enterprises": _l("企业数"),
    "as_of": _l("截至日期"),
    "sender": _l("报送人"),
    "headers": _l("列名"),
    "by": _l("经办人"),
    "old": _l("原标准"),
    "new": _l("新标准"),
    "done": _l("已完成"),
}
FINDINGS: Mapping[str, Any] = {
    "altered": _l("被改动"),
    "altered payload": _l("内容被改动"),
    "missing payload": _l("内容缺失"),
    "missing": _l("缺少"),
    "reordered": _l("次序被调换"),
    "broken link": _l("与前一条不相连"),
    "inserted": _l("插入的记录"),
    "cut off": _l("末尾被截去"),
}
LONGEST = 600


def action_of(action: str) -> str:
    """What was done."""
    return str(ACTIONS.get(action, action))


def subject_of(kind: str) -> str:
    """What kind of thing it was done to."""
    return str(SUBJECTS.get(kind, kind))


def who_did(actor: str) -> str:
    """Who did it: an account, somebody at the server, or a program of the server."""
    kind, _sign, name = actor.partition(":")
    if actor == LOCAL_ACTOR:
        return str(_("本机用户"))
    if kind == "cli" and name:
        return str(_("服务器命令行（%(name)s）", name=name))
    if kind == "job" and name:
        return str(_("后台任务（%(name)s）", name=name))
    return actor


def subject_words(line: Line) -> str:
    """Which thing it was done to: its name, or its number."""
    return line.name or (line.subject_id if line.subject_id != "None" else "")


def subject_address(line: Line) -> str | None:
    """The page of the thing, where there is one and whoever looks may open it."""
    endpoint, argument = _PAGES.get(line.subject_type, ("", ""))
    if not endpoint or not line.subject_id.isdecimal() or not may_open(endpoint):
        return None
    if line.subject_type in ("enterprise", "account") and not line.name:
        return None
    values: dict[str, Any] = {argument: int(line.subject_id)}
    return url_for(endpoint, **values)


def finding_word(kind: str) -> str:
    """What is wrong with a part of the chain."""
    return str(FINDINGS.get(kind, kind))


def value_name(name: str) -> str:
    """What a value is called."""
    return translated(COLUMNS[name].label) if name in COLUMNS else str(NAMES.get(name, name))


def value_words(name: str, value: Any) -> str:
    """A recorded value as text; long ones are cut."""
    if value is None:
        return unknown()
    if name in COLUMNS and COLUMNS[name].unit is not Unit.DATE and name != "industry_code":
        return choice_value(value, COLUMNS[name])
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if name == "pool_id" and value in set(Tier):
        return tier_name(value)
    if name == "jurisdiction":
        return jurisdiction(value)
    if name in ("rows", "checked", "enterprises") and isinstance(value, int):
        return number(value)
    if isinstance(value, list):
        return said().comma.join(map(str, value))[:LONGEST] or str(_("无"))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def init_audit_words(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    words: tuple[Callable[..., Any], ...] = (
        action_of, subject_of, who_did, subject_words, subject_address, finding_word, value_name, value_words,
    )  # fmt: skip
    for function in words:
        blueprint.add_app_template_global(function, function.__name__)
