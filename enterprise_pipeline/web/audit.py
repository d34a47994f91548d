"""The audit trail for those who may read it: entries, one entry, exports, and its verification."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from threading import Thread
from threading import enumerate as enumerate_threads
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest

from enterprise_pipeline.services import audit_checking as checking
from enterprise_pipeline.services import audit_entries as service
from enterprise_pipeline.services import audit_trail
from enterprise_pipeline.services.accounts.rights import Right
from enterprise_pipeline.services.audit_entries import AuditFilter, Line
from enterprise_pipeline.services.audit_exports import export_entries
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.export_receipts import Export, ExportKind
from enterprise_pipeline.services.exports import Cell, Column, Sheet
from enterprise_pipeline.web.access import access, current_access
from enterprise_pipeline.web.access_rules import Cut
from enterprise_pipeline.web.audit_words import (
    GROUPS,
    SUBJECTS,
    action_of,
    init_audit_words,
    subject_of,
    who_did,
)
from enterprise_pipeline.web.context import actor, is_of_url_for, local_zone, settings
from enterprise_pipeline.web.entry_forms import ID
from enterprise_pipeline.web.export_words import about_export, new_export, spooled, watermark
from enterprise_pipeline.web.filters import translated
from enterprise_pipeline.web.said import said

bp = Blueprint("audit", __name__, url_prefix="/audit")
init_audit_words(bp)
reads = access(Right.VIEW_AUDIT, cut=Cut.WHOLE)

THREAD = "verify-audit"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFRESH_SECONDS = "2"
MOST_DIGITS = 18
PARAMETERS: Mapping[str, Any] = {
    "actor": _l("操作人"),
    "group": _l("操作"),
    "type": _l("对象"),
    "id": _l("编号"),
    "from": _l("自"),
    "to": _l("至"),
}
COLUMNS: tuple[tuple[Any, float], ...] = (
    (_l("序号"), 10),
    (_l("时间"), 20),
    (_l("操作人"), 22),
    (_l("操作"), 26),
    (_l("对象"), 14),
    (_l("名称"), 38),
    (_l("编号"), 20),
)


@bp.get("")
@reads
def index() -> ResponseReturnValue:
    """List the entries that the address asks for, newest first; what a form left empty leaves the address."""
    if "" in request.args.values():
        kept: dict[str, Any] = {
            name: word for name, word in request.args.items() if word and not is_of_url_for(name)
        }
        return redirect(url_for(".index", **kept), code=303)
    told = _told()
    shown = service.entry_page(_filter(told), before=_place("before"), after=_place("after"))
    return render_template(
        "audit/index.html",
        shown=shown,
        told=told,
        chips=_chips(told),
        groups=GROUPS,
        subjects=SUBJECTS,
        newer=_address(told, after=shown.newer) if shown.newer else None,
        older=_address(told, before=shown.older) if shown.older else None,
        total=audit_trail.chain_head().sequence,
    )


@bp.get(f"/<{ID}:number>")
@reads
def show(number: int) -> str:
    """One entry, with what was there before and after."""
    scope = current_access().scope(Right.VIEW_AUDIT)
    return render_template("audit/show.html", entry=service.entry(number, scope=scope))


@bp.get("/exports")
@reads
def exports() -> str:
    """Every file that was taken, newest first."""
    who = request.args.get("actor", "").strip()
    number = request.args.get("number", "").strip().upper()
    lines, older = service.exports(actor=who, number=number, before=_place("before"))
    more = url_for(".exports", actor=who or None, before=older) if older else None
    return render_template("audit/exports.html", lines=lines, actor=who, number=number, older=more)


@bp.get("/verify")
@reads
def verify_page() -> ResponseReturnValue:
    """What the last verification found, and how far one is that is at work."""
    check = checking.last_check()
    page = render_template("audit/verify.html", check=check, head=audit_trail.chain_head())
    return page, 200, {"Refresh": REFRESH_SECONDS} if check and check.is_running else {}


@bp.post("/verify")
@reads
def verify() -> ResponseReturnValue:
    """Begin a verification behind the page, which then refreshes itself."""
    try:
        check_id = checking.begin(actor=actor())
    except ServiceError as refused:
        flash(translated(refused.message), "info")
    else:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        Thread(target=_verify, args=(app, check_id), name=THREAD, daemon=True).start()
    return redirect(url_for(".verify_page"), code=303)


@bp.get("/export.xlsx")
@reads
def export_xlsx() -> Response:
    """Send the list of entries as a workbook, which is an export like any other."""
    told = _told()
    columns = [Column(title=str(title), width=width) for title, width in COLUMNS]
    export = new_export(
        ExportKind.AUDIT,
        filter_in_words=_in_words(told),
        address=told,
        columns=[column.title for column in columns],
    )
    title = _("操作记录")
    sheet = Sheet(
        title=title,
        about_title=_("导出说明"),
        columns=columns,
        about=lambda n: _about(export, n),
        mark=watermark(export, title=title),
    )
    with spooled() as file:
        export_entries(_filter(told), file, sheet=sheet, cells=_cells, export=export)  # type: ignore[arg-type]
    name = f"{title}-{export.number}.xlsx"
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


def wait_for_checks() -> None:
    """Wait until no verification of this process is at work; for tests."""
    for thread in enumerate_threads():
        if thread.name == THREAD:
            thread.join()


def _verify(app: Flask, check_id: int) -> None:
    with app.app_context():
        checking.run(check_id, backups=settings().backup_folder)


def _told() -> dict[str, str]:
    """What the address asks for, without blanks."""
    return {name: word for name in PARAMETERS if (word := request.args.get(name, "").strip())}


def _address(told: Mapping[str, str], **place: int) -> str:
    values: dict[str, Any] = {**told, **place}
    return url_for(".index", **values)


def _filter(told: Mapping[str, str]) -> AuditFilter:
    group = told.get("group", "")
    if group and group not in GROUPS:
        raise BadRequest(_("地址中的“%(given)s”不认识。请从操作记录页重新选择。", given=group))
    return AuditFilter(
        actor=told.get("actor", ""),
        actions=frozenset(GROUPS[group][1]) if group else None,
        subject_type=told.get("type", ""),
        subject_id=told.get("id", ""),
        since=_midnight(told.get("from")),
        until=_midnight(told.get("to"), days=1),
    )


def _midnight(text: str | None, *, days: int = 0) -> datetime | None:
    """When a day of the bureau begins; with ``days`` so many days later."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise BadRequest(
            _("地址中的日期“%(given)s”不是日期。请写成 2026-11-22 这样的形式。", given=text)
        ) from error
    return datetime.combine(day, time(), tzinfo=local_zone())


def _place(parameter: str) -> int | None:
    text = request.args.get(parameter, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise BadRequest(_("地址中的位置“%(given)s”不对。请从第一页重新翻起。", given=text))
    return int(text)


def _chips(told: Mapping[str, str]) -> list[tuple[str, str]]:
    """The chosen conditions in words, each with the address without it."""
    return [
        (
            f"{PARAMETERS[name]}{said().colon}{_word(name, value)}",
            _address({other: word for other, word in told.items() if other != name}),
        )
        for name, value in told.items()
    ]


def _word(name: str, value: str) -> str:
    if name == "group":
        return str(GROUPS[value][0])
    if name == "type":
        return subject_of(value)
    return who_did(value) if name == "actor" else value


def _in_words(told: Mapping[str, str]) -> str:
    _filter(told)  # A wrong address is refused before anything is said of it.
    return said().semicolon.join(word for word, _address in _chips(told)) or str(_("全部"))


def _cells(line: Line) -> list[Cell]:
    return [
        line.number,
        f"{line.occurred_at.astimezone(local_zone()):%Y-%m-%d %H:%M:%S}",
        who_did(line.actor),
        action_of(line.action),
        subject_of(line.subject_type),
        line.name,
        line.subject_id,
    ]


def _about(export: Export, n: int) -> list[tuple[str, str]]:
    return [*about_export(export), (str(_("筛选")), export.filter), (str(_("行数")), f"{n:,}")]
