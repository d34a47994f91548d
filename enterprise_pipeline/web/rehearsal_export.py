"""The enterprises that a rehearsed rule would touch, as a workbook."""

from collections.abc import Sequence

from flask import Response, request, send_file
from flask_babel import gettext as _

from enterprise_pipeline.services.export_receipts import Export, ExportKind
from enterprise_pipeline.services.exports import Cell, Column, Sheet
from enterprise_pipeline.services.rehearsal_export import export_rehearsal
from enterprise_pipeline.services.rehearsal_heads import Head, ToldRuleSet
from enterprise_pipeline.services.rehearsal_list import ChangedEnterprise, RehearsalFilter
from enterprise_pipeline.web import rehearsal_words as words
from enterprise_pipeline.web.context import shows_synthetic_data
from enterprise_pipeline.web.export_words import about_export, new_export, spooled, watermark
from enterprise_pipeline.web.filters import instant, tier_name, verdict_text, worded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(shown: Head, wanted: RehearsalFilter) -> Response:
    """Write the list that the address asks for into a file and send it."""
    is_synthetic = shows_synthetic_data()
    export = new_export(
        ExportKind.REHEARSAL,
        filter_in_words=words.in_words(shown, wanted),
        of=str(shown.id),
        address=wanted.address(),
        columns=[column.title for column in _columns()],
    )
    sheet = Sheet(
        title=_("预演（合成数据）") if is_synthetic else _("预演"),
        about_title=_("导出说明"),
        columns=_columns(),
        about=lambda n: about_lines(shown, export, n),
        mark=watermark(export, title=_("预演")),
    )
    with spooled() as file:
        export_rehearsal(shown, wanted, file, sheet=sheet, cells=_cells, export=export)  # type: ignore[arg-type]
    kind = _("预演")
    name = f"{kind}-{tier_name(shown.tier)}-{export.number}.xlsx"
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


def _columns() -> list[Column]:
    return [
        Column(title=_("企业"), width=38),
        Column(title=_("统一社会信用代码"), width=22),
        Column(title=_("归口"), width=16),
        Column(title=_("变化"), width=20),
        Column(title=_("原结论"), width=12),
        Column(title=_("新结论"), width=12),
        Column(title=_("起作用的条件"), width=52),
        Column(title=_("原标准下最近的差距"), width=36),
        Column(title=_("新标准下最近的差距"), width=36),
    ]


def _cells(row: ChangedEnterprise) -> Sequence[Cell]:
    return [
        row.name,
        row.credit_code,
        words.place_word(row.jurisdiction),
        words.change_word(row.kind),
        verdict_text(row.before),
        verdict_text(row.after),
        words.criteria_words(row),
        words.gap_words(row.gap_before),
        words.gap_words(row.gap_after),
    ]


def about_lines(shown: Head, export: Export, n: int) -> list[tuple[str, str]]:
    """What the file is: who took it, which rules, which day, which filter."""
    lines = [
        *about_export(export),
        (_("层级"), tier_name(shown.tier)),
        (_("原标准"), rule_set_words(shown.old)),
        (_("新标准"), rule_set_words(shown.new)),
        (_("按哪一天的情况"), shown.as_of.isoformat()),
        (_("用哪些数据"), str(words.BASES[shown.basis])),
        (_("筛选"), export.filter),
        (_("地址"), request.url),
        (_("行数"), f"{n:,}"),
        (_("已比较的企业"), f"{shown.done:,} / {shown.total:,}"),
        (_("预演状态"), str(words.STATES[shown.state][1])),
        (_("预演开始"), instant(shown.created_at)),
        (_("预演发起人"), shown.actor),
    ]
    if shows_synthetic_data():
        lines.append((_("数据性质"), _("合成数据：企业和数字都是虚构的")))
    return lines


def rule_set_words(rule_set: ToldRuleSet | None) -> str:
    """A rule set in one line."""
    if rule_set is None:
        return str(_("没有（这一天没有现行标准）"))
    return f"{worded(rule_set)} · {rule_set.document} · {rule_set.id}"
