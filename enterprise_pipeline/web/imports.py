"""Spreadsheets in: upload, look at what would happen, commit or put aside, see what changed."""

import io
from threading import Thread
from threading import enumerate as enumerate_threads
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import CombinedMultiDict

from enterprise_pipeline.services.errors import BadFile, ServiceError
from enterprise_pipeline.services.export_receipts import ExportKind
from enterprise_pipeline.services.imports.batches import ImportHead, import_head, list_imports, preview
from enterprise_pipeline.services.imports.committing import commit_import, discard_import
from enterprise_pipeline.services.imports.mappings import plan_again
from enterprise_pipeline.services.imports.outcome import outcome, screen_import
from enterprise_pipeline.services.imports.plan import Action, Options
from enterprise_pipeline.services.imports.planning import plan_import
from enterprise_pipeline.services.imports.refused import refused_export
from enterprise_pipeline.services.imports.template import blank_sheet
from enterprise_pipeline.web.context import actor, today
from enterprise_pipeline.web.entry_forms import ID, form_meta
from enterprise_pipeline.web.export_words import new_export, watermark
from enterprise_pipeline.web.import_words import init_import_words
from forms.imports import ImportOptionsForm, UploadForm

bp = Blueprint("imports", __name__, url_prefix="/imports")
init_import_words(bp)

ROWS_A_PAGE = 50
# More enterprises than this are screened behind the page, which then refreshes itself.
SCREENED_AT_ONCE = 2_000
THREAD = "screen-import-"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
def index() -> str:
    """Offer the upload and list the latest imports."""
    return _index(UploadForm(received_on=today(), meta=form_meta()))


@bp.post("")
def upload() -> ResponseReturnValue:
    """Read a file into a plan and show the plan; nothing of the registry changes."""
    form = UploadForm(CombinedMultiDict([request.files, request.form]), meta=form_meta())
    if not form.validate():
        return _index(form), 422
    options = _options(form)
    try:
        batch_id = plan_import(form.file.data.stream.read(), form.file.data.filename, options, actor=actor())
    except BadFile as problem:
        return _index(form, problem=problem), 422
    return redirect(url_for(".show", batch_id=batch_id), code=303)


@bp.get(f"/<{ID}:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """Show what an import would do, row by row; a settled one leads to its result."""
    head = import_head(batch_id)
    if head.status == "committed" and "show" not in request.args:
        return redirect(url_for(".result", batch_id=batch_id))
    return _preview_page(batch_id)


@bp.post(f"/<{ID}:batch_id>/plan")
def plan(batch_id: int) -> ResponseReturnValue:
    """Read the same file anew with other options and columns mapped by hand."""
    form = ImportOptionsForm(request.form, meta=form_meta())
    if not form.validate():
        return _preview_page(batch_id, form=form), 422
    told = dict(zip(request.form.getlist("header"), request.form.getlist("key"), strict=False))
    before = dict(zip(request.form.getlist("header"), request.form.getlist("was"), strict=False))
    changed = {header: key for header, key in told.items() if key != before.get(header, "")}
    options = _options(form, mappings=import_head(batch_id).options.mappings)
    plan_again(batch_id, options, mappings=changed, actor=actor())
    flash(_("已按新的对应重新读取。"), "success")
    return redirect(url_for(".show", batch_id=batch_id), code=303)


@bp.post(f"/<{ID}:batch_id>/commit")
def commit(batch_id: int) -> ResponseReturnValue:
    """Carry the plan out, then screen the enterprises that came in."""
    done = commit_import(batch_id, take_conflicts="take_conflicts" in request.form, actor=actor())
    if len(done.enterprise_ids) <= SCREENED_AT_ONCE and not done.is_complete:
        screen_import(batch_id, as_of=today())
    else:
        _screen_behind(batch_id)
    flash(ngettext("已导入 %(num)s 行。", "已导入 %(num)s 行。", done.rows), "success")
    return redirect(url_for(".result", batch_id=batch_id), code=303)


@bp.post(f"/<{ID}:batch_id>/discard")
def discard(batch_id: int) -> ResponseReturnValue:
    """Put a plan aside."""
    discard_import(batch_id, actor=actor())
    flash(_("已放弃这次导入，登记库没有任何改动。"), "info")
    return redirect(url_for(".index"), code=303)


@bp.get(f"/<{ID}:batch_id>/result")
def result(batch_id: int) -> ResponseReturnValue:
    """Say what a committed import changed; while the screening runs the page refreshes itself."""
    found = outcome(batch_id)
    if found.head.status != "committed":
        return redirect(url_for(".show", batch_id=batch_id))
    page = render_template("imports/result.html", found=found, head=found.head, counts=found.head.counts)
    return page, 200, {} if found.is_screened else {"Refresh": "3"}


@bp.post(f"/<{ID}:batch_id>/screen")
def screen(batch_id: int) -> ResponseReturnValue:
    """Screen the enterprises of an import whose screening did not come to its end."""
    _screen_behind(batch_id)
    return redirect(url_for(".result", batch_id=batch_id), code=303)


@bp.get(f"/<{ID}:batch_id>/refused.xlsx")
def refused(batch_id: int) -> ResponseReturnValue:
    """Download the rows that stayed out, each with its reason."""
    head = import_head(batch_id)
    stem = head.filename.rpartition(".")[0] or head.filename
    name = _("%(stem)s-未导入.xlsx", stem=stem)
    export = new_export(ExportKind.REFUSED_ROWS, filter_in_words=head.filename, of=str(batch_id))
    content = refused_export(batch_id, export=export, mark=watermark(export, title=name))
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/template.xlsx")
def template() -> ResponseReturnValue:
    """Download an empty sheet with the usual columns."""
    return send_file(
        io.BytesIO(blank_sheet(today())),
        mimetype=XLSX,
        as_attachment=True,
        download_name=_("企业数据导入模板.xlsx"),
    )


def _index(form: UploadForm, problem: BadFile | None = None) -> str:
    return render_template("imports/index.html", form=form, problem=problem, imports=list_imports())


def _preview_page(batch_id: int, form: ImportOptionsForm | None = None) -> str:
    shown = request.args.get("show", "")
    action = next((action for action in Action if action.word == shown), None)
    after = request.args.get("after", -1, type=int)
    found = preview(batch_id, action=action, after=max(min(after, 2**40), -1), limit=ROWS_A_PAGE)
    form = form or _options_form(found.head)
    unknown = [c for sheet in found.sheets for c in sheet.columns if not c.key]
    return render_template(
        "imports/preview.html",
        found=found,
        head=found.head,
        form=form,
        action=action,
        unknown=unknown,
        after=after,
    )


def _options_form(head: ImportHead) -> ImportOptionsForm:
    options = head.options
    return ImportOptionsForm(
        sender=options.sender,
        received_on=options.received_on,
        year=options.year,
        money_unit=options.money_unit or None,
        tier=options.tier or None,
        header_row=options.header_row,
        complete_from=options.complete_from,
        complete_to=options.complete_to,
        meta=form_meta(),
    )


def _options(form: ImportOptionsForm, *, mappings: dict[str, str] | None = None) -> Options:
    told: dict[str, Any] = form.cleaned()
    return Options(
        sender=told["sender"] or "",
        tier=told["tier"] or "",
        year=told["year"],
        money_unit=told["money_unit"] or "",
        received_on=min(told["received_on"], today()),
        header_row=told["header_row"],
        complete_from=told["complete_from"],
        complete_to=told["complete_to"],
        mappings=mappings or {},
    )


def _screen_behind(batch_id: int) -> None:
    """Screen in a thread of its own; the page asks the database whether it is done."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - the proxy ends with the request
    day = today()

    def work() -> None:
        with app.app_context():
            try:
                screen_import(batch_id, as_of=day)
            except ServiceError:
                app.logger.exception("The screening after import %s failed.", batch_id)

    Thread(target=work, name=f"{THREAD}{batch_id}").start()


def running_screenings() -> list[Thread]:
    """The threads of this process that screen an import behind its page."""
    return [thread for thread in enumerate_threads() if thread.name.startswith(THREAD)]
