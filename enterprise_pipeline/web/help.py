"""How to read what the pages say: verdicts, gaps, words, units, where rules come from."""

from typing import Any

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.rule_pages import share_example
from enterprise_pipeline.services.rule_sources import rule_sources
from enterprise_pipeline.web.context import current_as_of
from scoring.vocabulary import (
    ENTERPRISE_FACTS,
    LOCAL_POOLS,
    SCIENCE_LADDER,
    YEARLY_FACTS,
    CriterionResult,
    Tier,
    Unit,
    Verdict,
)

bp = Blueprint("help", __name__, url_prefix="/help")

VERDICTS: tuple[tuple[Verdict, Any, Any], ...] = (
    (
        Verdict.ELIGIBLE,
        _l("每一项条件都满足，也没有要由人判断的条件。"),
        _l("联系企业，核实材料，准备申报。"),
    ),
    (
        Verdict.NOT_ELIGIBLE,
        _l("至少一项条件不满足；缺少的数据无论是多少，都改变不了结论。"),
        _l("看差几项、每项差多少；差得少的，定出补齐的办法和时间。"),
    ),
    (
        Verdict.UNDETERMINED,
        _l("没有不满足的条件，但缺少的数据还可能改变结论。"),
        _l("先问排在第一的那一项；企业页面列出了全部缺项。"),
    ),
    (
        Verdict.NEEDS_JUDGEMENT,
        _l("能算的条件都满足，数据也齐，还有条件要由人判断，例如是否处于产业链主导地位。"),
        _l("由熟悉企业的人研判。"),
    ),
    (Verdict.NOT_APPLICABLE, _l("这一层级与该企业无关，或当日没有生效的标准。"), _l("不用做什么。")),
)
RESULTS: tuple[tuple[CriterionResult, Any], ...] = (
    (CriterionResult.MET, _l("数据满足这一项条件；恰好等于门槛时，按原文的“不低于”“超过”等用语判断。")),
    (CriterionResult.NOT_MET, _l("数据不满足；分母为零的比例也不满足。")),
    (CriterionResult.UNKNOWN, _l("缺少数据。未知不当作零，也不当作“否”。")),
    (CriterionResult.JUDGEMENT, _l("要由人判断，系统不代为决定。")),
    (CriterionResult.NOT_APPLICABLE, _l("对这家企业不要求，例如已走直通条件。")),
)
UNITS: dict[Unit, Any] = {
    Unit.CNY: _l("万元（导入导出为元）"),
    Unit.HEADS: _l("人"),
    Unit.COUNT: _l("项"),
    Unit.POINTS: _l("分"),
    Unit.DAYS: _l("天"),
    Unit.YEARS: _l("年"),
    Unit.SHARE: _l("百分比（导入导出为小数，如 0.05）"),
    Unit.FLAG: _l("是或否"),
    Unit.CODE: _l("代码"),
    Unit.DATE: _l("日期"),
}
KEYS: tuple[tuple[str, Any], ...] = (
    ("/", _l("到搜索框")),
    ("Esc", _l("离开搜索框")),
    ("j", _l("列表中下一行")),
    ("k", _l("列表中上一行")),
    ("Enter", _l("打开选中的一行")),
    ("Tab", _l("到下一个链接、按钮或输入框")),
)
LOCAL_DOCUMENT = _l("本地默认设置（未经公布，可由本局修改）")
GRADES: dict[str, Any] = {
    "A": _l("政府网站原文"),
    "B": _l("按文号和条款转载的全文"),
    "C": _l("单一转述，使用前请再核对"),
    "local": _l("本地设定"),
}


@bp.get("")
def show() -> str:
    """Show how verdicts, gaps and units are to be read."""
    return render_template(
        "help/show.html",
        verdicts=VERDICTS,
        results=RESULTS,
        units=UNITS,
        keys=KEYS,
        grades=GRADES,
        local_document=LOCAL_DOCUMENT,
        rules=rule_sources(as_of=current_as_of()),
        example=share_example(current_as_of()),
        ladder=SCIENCE_LADDER,
        other_tiers=[tier for tier in Tier if tier not in SCIENCE_LADDER],
        local_pools=LOCAL_POOLS,
        fact_groups=(
            (_l("每年一报的数据"), YEARLY_FACTS),
            (_l("不按年度的数据"), ENTERPRISE_FACTS),
        ),
    )
