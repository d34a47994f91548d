"""Local standards: listed, begun, drafted, checked, published, taken back."""

import io
from threading import Thread
from threading import enumerate as enumerate_threads

from flask import (
    Blueprint,
    Flask,
    abort,
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
from werkzeug.datastructures import CombinedMultiDict

from enterprise_pipeline.services.errors import BadFile, FieldConflict, ServiceError
from enterprise_pipeline.services.export_receipts import ExportKind, export_receipt
from enterprise_pipeline.services.rehearsal_heads import rehearsals_of_version
from enterprise_pipeline.services.screening import run_changed
from enterprise_pipeline.services.standards import drafts, uploads
from enterprise_pipeline.services.standards.beginning import (
    LOCAL_TIERS,
    NewDraft,
    create_draft,
    usual_standard,
)
from enterprise_pipeline.services.standards.drafts import get_version
from enterprise_pipeline.services.standards.listing import (
    Phase,
    VersionLine,
    copies,
    list_versions,
    version_line,
)
from enterprise_pipeline.services.standards.pages import changes_of, version_page
from enterprise_pipeline.services.standards.publication import (
    Decision,
    lists_are_current,
    publish,
    readiness,
    screened_on,
    with_day,
    withdraw,
)
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.web import standard_cases, standard_criteria, standard_points
from enterprise_pipeline.web.access import may_open
from enterprise_pipeline.web.context import actor, current_as_of, today
from enterprise_pipeline.web.entry_forms import ID, form_meta, pin
from enterprise_pipeline.web.export_words import new_export
from enterprise_pipeline.web.filters import tier_name, translated
from enterprise_pipeline.web.signing import posted, sign
from enterprise_pipeline.web.standard_frame import at_once, back_to, form_page, init_words, save, saved, say
from forms.merging import merged
from forms.standards import HeadForm, NewStandardForm, PublishForm, UploadTomlForm, WithdrawForm
from scoring.vocabulary import Tier

bp = Blueprint("standards", __name__, url_prefix="/standards")
init_words(bp)
THREAD = "screen-standard-"
BOTH = ("GET", "POST")
ONE = f"/<{ID}:version_id>"
_MORE: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("/add", standard_criteria.add, BOTH),
    ("/criteria/<path:where>", standard_criteria.edit, BOTH),
    ("/remove", standard_criteria.remove, ("POST",)),
    ("/move", standard_criteria.move, ("POST",)),
    ("/points", standard_points.points, BOTH),
    ("/points/parts/new", standard_points.part, BOTH),
    (f"/points/parts/<{ID}:index>", standard_points.part, BOTH),
    (f"/points/parts/<{ID}:index>/tables/new", standard_points.table, BOTH),
    (f"/points/parts/<{ID}:index>/tables/<{ID}:number>", standard_points.table, BOTH),
    ("/points/remove", standard_points.remove_points, ("POST",)),
    ("/direct", standard_points.direct, BOTH),
    ("/direct/remove", standard_points.remove_direct, ("POST",)),
    ("/cases", standard_cases.cases, BOTH),
    ("/cases/text", standard_cases.cases_text, ("POST",)),
    (f"/cases/<{ID}:case_id>/remove", standard_cases.remove_case, ("POST",)),
)
for _rule, _view, _methods in _MORE:
    bp.add_url_rule(ONE + _rule, view_func=_view, methods=_methods)  # type: ignore[arg-type]


@bp.get("")
def index() -> str:
    """List every version of every local standard, with where it stands on the day."""
    versions = [line for line in list_versions(as_of=current_as_of()) if _shows(line.phase)]
    return render_template("standards/index.html", versions=versions)


def _shows(phase: Phase) -> bool:
    """Whether a version shows to whoever asks: a draft is nobody's business before it is published."""
    return phase is not Phase.DRAFT or may_open("standards.new")


def _require_shown(version_id: int) -> VersionLine:
    line = version_line(version_id, as_of=current_as_of())
    if not _shows(line.phase):
        abort(404)
    return line


@bp.route("/new", methods=BOTH)
def new() -> ResponseReturnValue:
    """Begin a draft, empty or from a rule set in force."""
    form = NewStandardForm(posted(editor=actor()), meta=form_meta())
    sign(form, editor=actor())
    form.tier.offer([(str(tier), tier_name(tier)) for tier in LOCAL_TIERS])
    rule_sets = copies(as_of=current_as_of())
    form.copy_of.offer([(entry.id, entry.label, tier_name(entry.tier)) for entry in rule_sets])
    if request.method == "GET":
        form.tier.data = request.args.get("tier") or None
        form.copy_of.data = request.args.get("copy_of") or None
        form.effective_from.data = today().replace(year=today().year + 1, month=1, day=1)
    elif form.validate():
        told = form.cleaned()
        tier = Tier(told["tier"])
        draft = NewDraft(
            tier=tier,
            standard=told["standard"] or usual_standard(tier),
            label=told["label"],
            copy_of=told["copy_of"] or "",
            effective_from=told["effective_from"],
            editor=told["editor"],
        )
        try:
            version_id = create_draft(draft, actor=actor(), today=today())
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            _say_begun(get_version(version_id))
            return back_to(version_id)
    return render_template("standards/new.html", form=form), 422 if form.errors else 200


def _say_begun(version: drafts.Version) -> None:
    """Say that a draft is there, and when it follows others of its name."""
    if version.number == 1:
        flash(_("草稿已建立，每一步都会保存。"), "success")
        return
    said = _(
        "草稿已建立，作为同一标准“%(name)s”的第 %(n)s 版；要另立一个标准，请删除草稿后换一个代号。",
        name=version.standard,
        n=version.number,
    )
    flash(said, "success")


@bp.get(ONE)
def show(version_id: int) -> str:
    """Show a version as sentences, with what is wrong with it."""
    line = _require_shown(version_id)
    shown = version_page(version_id, say)
    upload = UploadTomlForm(meta=form_meta())
    upload.seen.data = str(shown.version.revision)
    return render_template(
        "standards/show.html",
        shown=shown,
        version=shown.version,
        line=line,
        upload=upload,
        withdraw_form=_withdrawing(),
        may_withdraw=line.phase is Phase.SCHEDULED and line.effective_from > today(),
        is_screened=not _awaits_screening(line.phase),
        is_screening=bool(running_screenings()),
    )


def _withdrawing() -> WithdrawForm:
    form = WithdrawForm(meta=form_meta())
    sign(form, by=actor())
    return form


@bp.route(ONE + "/head", methods=BOTH)
def head(version_id: int) -> ResponseReturnValue:
    """Change what is said of the standard as a whole."""
    version = get_version(version_id)
    form = HeadForm(request.form if request.method == "POST" else None, data=version.table, meta=form_meta())
    if request.method == "GET":
        form.seen.data = str(version.revision)
    elif form.validate():
        told = form.cleaned()
        told["label_en"] = told["label_en"] or told["label"]

        def change(table: Table) -> Table:
            kept = {key: value for key, value in table.items() if key not in told}
            texts = ("document", "title", "issuer", "address", "source")
            said = {key: value for key, value in told.items() if value is not None}
            return dict.fromkeys(texts, "") | kept | said

        return save(
            version_id,
            form,
            change,
            what="head",
            then=saved(version_id, _("已保存。")),
            again=lambda form=form, **stale: form_page(
                "standards/head.html", form=form, version=version, **stale
            ),
            merge=lambda base, now: _head_merged(form, base, now),
        )
    page = form_page("standards/head.html", form=form, version=version)
    return page, 422 if form.errors else 200


def _head_merged(form: HeadForm, base: Table, now: drafts.Version) -> HeadForm:
    """The head with what this window did not change as another one saved it."""
    then, latest = (HeadForm(data=table, meta=form_meta()) for table in (base, now.table))
    return HeadForm(data=merged(form, then, latest), meta=form_meta())


@bp.post(ONE + "/undo")
def undo(version_id: int) -> ResponseReturnValue:
    """Bring back what was there before the last save."""
    seen = request.form.get("seen", 0, type=int)
    return at_once(
        version_id, lambda: drafts.undo(version_id, seen=seen, actor=actor()), done=_("已撤销上一步。")
    )


@bp.post(ONE + "/discard")
def discard(version_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    drafts.discard(version_id, seen=request.form.get("seen", 0, type=int), actor=actor())
    flash(_("已删除草稿。"), "info")
    return redirect(url_for(".index"), code=303)


@bp.get(ONE + "/rule.toml")
def download(version_id: int) -> ResponseReturnValue:
    """Download a version as a rule file."""
    _require_shown(version_id)
    version = get_version(version_id)
    name = f"{version.tier}-{version.standard}-{version.number}.toml"
    export = new_export(ExportKind.STANDARD, filter_in_words=name, of=str(version_id), form="toml")
    export_receipt(export, rows=1)
    file = io.BytesIO(version.content.encode())
    return send_file(file, mimetype="application/toml", as_attachment=True, download_name=name)


@bp.post(ONE + "/upload")
def upload(version_id: int) -> ResponseReturnValue:
    """Put a rule file in the place of the draft."""
    form = UploadTomlForm(CombinedMultiDict([request.files, request.form]), meta=form_meta())
    if not form.file.data:
        raise BadFile(_("没有选择文件；草稿没有改动。"), "", _("请选择一个 .toml 文件。"))
    text = form.file.data.stream.read()
    seen = request.form.get("seen", 0, type=int)
    return at_once(
        version_id,
        lambda: uploads.replace_text(version_id, text, seen=seen, actor=actor()),
        done=_("已用文件内容替换草稿；可用“撤销”恢复。"),
    )


@bp.route(ONE + "/publish", methods=BOTH)
def publish_page(version_id: int) -> ResponseReturnValue:
    """Show everything that publication rests on, and publish."""
    version = get_version(version_id)
    names = {"editor": version.editor, "approver": actor()}
    form = PublishForm(posted(**names), meta=form_meta())
    if request.method == "GET":
        form.seen.data, form.editor.data = str(version.revision), version.editor
        form.effective_from.data = version.effective_from
    sign(form, **names)
    if request.method == "POST" and form.validate():
        decision = Decision(**form.decision())
        seen = int(form.seen.data) if str(form.seen.data).isdecimal() else 0
        try:
            publish(version_id, decision, seen=seen, actor=actor())
        except FieldConflict as conflict:
            pin(form, conflict)
        except ServiceError as refused:
            form.form_errors.append(translated(refused.message))
            form.seen.data = str(get_version(version_id).revision)
        else:
            flash(_("已发布“%(label)s”。", label=version.label), "success")
            _screen_if_due(version_id)
            return back_to(version_id)
    return _publish_page(version_id, form), 422 if form.errors else 200


def _publish_page(version_id: int, form: PublishForm) -> str:
    version = get_version(version_id)
    if form.effective_from.data and version.is_draft:
        version = with_day(version, form.effective_from.data)
    before, changes = changes_of(version, say)
    return render_template(
        "standards/publish.html",
        version=version,
        shown=version_page(version_id, say),
        ready=readiness(version),
        before=before,
        changes=changes,
        form=form,
        screened_on=screened_on(),
        rehearsed=rehearsals_of_version(version_id),
        line=version_line(version_id, as_of=current_as_of()),
    )


@bp.post(ONE + "/withdraw")
def withdraw_version(version_id: int) -> ResponseReturnValue:
    """Take a publication back before it counts."""
    form = WithdrawForm(posted(by=actor()), meta=form_meta())
    if not form.validate():
        flash(_("没有撤回：请填写撤回人和理由。"), "warning")
        return back_to(version_id, "withdraw")
    told = form.cleaned()
    withdraw(version_id, reason=told["reason"], by=told["by"], today=today(), actor=actor())
    flash(_("已撤回；这个版本不会施行，记录保留。"), "success")
    return back_to(version_id)


@bp.post(ONE + "/screen")
def screen(version_id: int) -> ResponseReturnValue:
    """Screen everybody by the rules as they are now."""
    _screen_behind()
    flash(_("正在重新筛查；完成后名单自动更新。"), "info")
    return back_to(version_id)


def _awaits_screening(phase: Phase) -> bool:
    """Whether a version counts today although lists are still by the rules before it."""
    return phase is Phase.IN_FORCE and not lists_are_current(today())


def _screen_if_due(version_id: int) -> None:
    if screened_on() is not None and version_line(version_id, as_of=today()).phase is Phase.IN_FORCE:
        _screen_behind()


def _screen_behind() -> None:
    """Screen in a thread of its own; the page asks the database whether it is done."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - the proxy ends with the request
    day = today()

    def work() -> None:
        with app.app_context():
            try:
                run_changed(as_of=day)
            except ServiceError:
                app.logger.exception("The screening after a publication failed.")

    Thread(target=work, name=f"{THREAD}{day}").start()


def running_screenings() -> list[Thread]:
    """The threads of this process that screen after a publication."""
    return [thread for thread in enumerate_threads() if thread.name.startswith(THREAD)]
