"""The candidate list as a file: exactly this filter and these columns."""

import io
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from flask import Response, request, send_file
from flask_babel import gettext as _

from enterprise_pipeline.services import candidates as service
from enterprise_pipeline.services.candidate_filter import CandidateFilter, parse
from enterprise_pipeline.services.candidate_rows import CandidateRow
from enterprise_pipeline.services.exports import Cell, Column, Sheet, export_candidates
from enterprise_pipeline.services.missing_sheets import missing_sheet_of
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.candidate_cells import texts
from enterprise_pipeline.web.candidate_columns import COLUMNS, USUAL, chosen_columns
from enterprise_pipeline.web.context import actor, local_zone
from enterprise_pipeline.web.filters import instant, tier_name, unknown
from enterprise_pipeline.web.said import said

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# Files up to this size stay in memory.
SPOOL = 8 * 1024 * 1024
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
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 -- closed by the response
    is_synthetic = service.screening().is_synthetic
    title = _("名单（合成数据）") if is_synthetic else _("名单")
    export_candidates(
        wanted,
        file,  # type: ignore[arg-type]
        sheet=_sheet(wanted, columns, title=title, is_marked=is_synthetic and as_csv),
        cells=lambda row: _cells(row, columns, is_marked=is_synthetic and as_csv),
        with_sizes="size" in columns,
        as_csv=as_csv,
        actor=actor(),
    )
    file.seek(0)
    name = f"{_('候选')}-{tier_name(wanted.tier)}-{datetime.now(local_zone()):%Y%m%d-%H%M}"
    ending = "csv" if as_csv else "xlsx"
    return send_file(
        file,
        mimetype=CSV if as_csv else XLSX,
        as_attachment=True,
        download_name=f"{name}.{ending}",
        max_age=0,
    )


def _columns() -> tuple[str, ...]:
    """The columns chosen; where nobody chose, a file also tells the size of each enterprise."""
    chosen = chosen_columns()
    return ("size", *chosen) if chosen == USUAL else chosen


def missing_sheet() -> Response:
    """Write the sheet that asks the enterprises of the list for what they lack, and send it."""
    wanted = service.with_standard(parse(request.args))
    made = missing_sheet_of(wanted, actor=actor())
    kind = _("待补表")  # Outside the f-string, where extraction sees it.
    name = f"{kind}-{tier_name(wanted.tier)}-{datetime.now(local_zone()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(made), mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


def _sheet(wanted: CandidateFilter, columns: Sequence[str], *, title: str, is_marked: bool) -> Sheet:
    listed = [Column(title=_("企业"), width=NAME_WIDTH)]
    listed += [Column(title=str(COLUMNS[name]), width=WIDTHS[name]) for name in columns]
    if is_marked:
        listed.append(Column(title=_("数据性质"), width=10))
    return Sheet(title=title, about_title=_("说明"), columns=listed, about=lambda n: about_lines(wanted, n))


def _cells(row: CandidateRow, columns: Sequence[str], *, is_marked: bool) -> list[Cell]:
    says = said()
    cells: list[Cell] = [row.name, *texts(row, columns, says)]
    typed: dict[str, Any] = {"registered": row.registered_on, "changes": row.changes_on}
    if row.points_lo == row.points_hi:
        typed["points"] = row.points_lo
    for number, name in enumerate(columns, start=1):
        if typed.get(name) is not None:
            cells[number] = typed[name]
    return [*cells, _("合成数据")] if is_marked else cells


def about_lines(wanted: CandidateFilter, n: int) -> list[tuple[str, str]]:
    """What the file is: filter in words, day, who and when, by which rules."""
    shown = service.screening()
    rule_set = service.rule_set_of(wanted, shown.as_of)
    nothing = unknown()
    lines = [
        (_("名单"), words.in_words(wanted)),
        (_("地址"), request.url),
        (_("截至日期"), shown.as_of.isoformat() if shown.as_of else nothing),
        (_("筛查完成"), instant(shown.screened_at)),
        (_("行数"), f"{n:,}"),
        (_("导出人"), actor()),
        (_("导出时间"), f"{datetime.now(local_zone()):%Y-%m-%d %H:%M}"),
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
