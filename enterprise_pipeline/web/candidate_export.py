"""The candidate list as a file: exactly this filter and these columns."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request, send_file
from flask_babel import gettext as _

from enterprise_pipeline.services import candidates as service
from enterprise_pipeline.services.candidate_filter import CandidateFilter, parse
from enterprise_pipeline.services.candidate_rows import CandidateRow
from enterprise_pipeline.services.export_receipts import Export, ExportKind
from enterprise_pipeline.services.exports import Cell, Column, Sheet, export_candidates
from enterprise_pipeline.services.missing_sheets import missing_sheet_of
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.candidate_cells import texts
from enterprise_pipeline.web.candidate_columns import COLUMNS, USUAL, chosen_columns
from enterprise_pipeline.web.export_words import about_export, csv_mark, new_export, spooled, watermark
from enterprise_pipeline.web.filters import instant, tier_name, unknown
from enterprise_pipeline.web.said import said

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
NAME_WIDTH = 38
WIDTHS = {
    "code": 22, "jurisdiction": 16, "industry": 26, "size": 8, "field": 30, "registered": 12, "verdict": 20,
    "step": 52, "points": 10, "holds": 14, "changes": 12,
}  # fmt: skip


def answer(*, as_csv: bool) -> Response:
    """Write the list that the address asks for into a file and send it."""
    wanted = service.with_standard(parse(request.args))
    # The code always goes along, for without it nobody can match the file with another one.
    columns = ("code", *(name for name in _columns() if name != "code"))
    is_synthetic = service.screening().is_synthetic
    title = _("名单（合成数据）") if is_synthetic else _("名单")
    export = _begun(wanted, ExportKind.CANDIDATES, columns=columns, form="csv" if as_csv else "xlsx")
    marks = _row_marks(export, is_synthetic=is_synthetic) if as_csv else {}
    with spooled() as file:
        export_candidates(
            wanted,
            file,  # type: ignore[arg-type]
            sheet=_sheet(export, wanted, columns, title=title, marks=marks),
            cells=lambda row: [*_cells(row, columns), *marks.values()],
            with_sizes="size" in columns,
            export=export,
        )
    name = f"{_('候选')}-{tier_name(wanted.tier)}-{export.number}"
    return send_file(
        file,
        mimetype=CSV if as_csv else XLSX,
        as_attachment=True,
        download_name=f"{name}.{export.form}",
        max_age=0,
    )


def _columns() -> tuple[str, ...]:
    """The columns chosen; where nobody chose, a file also tells the size of each enterprise."""
    chosen = chosen_columns()
    return ("size", *chosen) if chosen == USUAL else chosen


def missing_sheet() -> Response:
    """Write the sheet that asks the enterprises of the list for what they lack, and send it."""
    wanted = service.with_standard(parse(request.args))
    kind = _("待补表")  # Outside the f-string, where extraction sees it.
    export = _begun(wanted, ExportKind.MISSING_SHEET)
    made = missing_sheet_of(wanted, export=export, mark=watermark(export, title=kind))
    name = f"{kind}-{tier_name(wanted.tier)}-{export.number}.xlsx"
    return send_file(io.BytesIO(made), mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


def _begun(
    wanted: CandidateFilter, kind: ExportKind, *, columns: Sequence[str] = (), form: str = "xlsx"
) -> Export:
    return new_export(
        kind,
        filter_in_words=words.in_words(wanted),
        of=str(wanted.tier),
        form=form,
        address=wanted.address(),
        columns=columns,
    )


def _row_marks(export: Export, *, is_synthetic: bool) -> dict[str, str]:
    """What every row of a plain table says of itself, because the table has no other place for it."""
    marks = {str(_("数据性质")): str(_("合成数据"))} if is_synthetic else {}
    return marks | {str(_("导出编号")): csv_mark(export)}


def _sheet(
    export: Export,
    wanted: CandidateFilter,
    columns: Sequence[str],
    *,
    title: str,
    marks: Mapping[str, str],
) -> Sheet:
    listed = [Column(title=_("企业"), width=NAME_WIDTH)]
    listed += [Column(title=str(COLUMNS[name]), width=WIDTHS[name]) for name in columns]
    listed += [Column(title=mark, width=10) for mark in marks]
    return Sheet(
        title=title,
        about_title=_("导出说明"),
        columns=listed,
        about=lambda n: about_lines(export, wanted, n),
        mark=watermark(export, title=title),
    )


def _cells(row: CandidateRow, columns: Sequence[str]) -> list[Cell]:
    says = said()
    cells: list[Cell] = [row.name, *texts(row, columns, says)]
    typed: dict[str, Any] = {"registered": row.registered_on, "changes": row.changes_on}
    if row.points_lo == row.points_hi:
        typed["points"] = row.points_lo
    for number, name in enumerate(columns, start=1):
        if typed.get(name) is not None:
            cells[number] = typed[name]
    return cells


def about_lines(export: Export, wanted: CandidateFilter, n: int) -> list[tuple[str, str]]:
    """What the file is: who took it, filter in words, day, by which rules."""
    shown = service.screening()
    rule_set = service.rule_set_of(wanted, shown.as_of)
    nothing = unknown()
    lines = [
        *about_export(export),
        (_("名单"), export.filter),
        (_("地址"), request.url),
        (_("截至日期"), shown.as_of.isoformat() if shown.as_of else nothing),
        (_("筛查完成"), instant(shown.screened_at)),
        (_("行数"), f"{n:,}"),
    ]
    if rule_set is not None:
        label = rule_set.label_en if said().is_english else rule_set.label
        lines += [
            (_("标准"), f"{label}（{rule_set.id}）"),
            (_("文件"), f"{rule_set.document}　{rule_set.title}"),
            (_("施行日期"), rule_set.effective_from.isoformat()),
            (_("出处"), rule_set.address),
        ]
        if rule_set.is_local:
            lines.append((_("性质"), _("本地标准：由市里确定，不是国家或省的认定条件")))
    lines.append((_("提示"), _("结论由系统按公开标准计算，供工作参考；认定以主管部门的决定为准。")))
    if shown.is_synthetic:
        lines.append((_("合成数据"), _("这里的企业、数字和证书都是虚构的，不能用于工作。")))
    return lines
