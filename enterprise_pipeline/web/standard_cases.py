"""The golden cases of a draft: from an enterprise, or from a file."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import CombinedMultiDict

from enterprise_pipeline.services.errors import BadFile, FieldConflict
from enterprise_pipeline.services.standards import golden
from enterprise_pipeline.services.standards.drafts import get_version
from enterprise_pipeline.services.standards.publication import readiness
from enterprise_pipeline.web.context import actor, current_as_of
from enterprise_pipeline.web.entry_forms import form_meta, pin
from forms.standards import CaseForm, CasesTextForm


def cases(version_id: int) -> ResponseReturnValue:
    """Show every case with what came of it, and add one from an enterprise."""
    form = CaseForm(request.form if request.method == "POST" else None, meta=form_meta())
    if request.method == "GET":
        form.as_of.data = current_as_of()
    elif form.validate():
        told = form.cleaned()
        try:
            name = golden.add_enterprise(
                version_id,
                told["enterprise"],
                as_of=told["as_of"],
                expected=told["expected"],
                why=told["why"] or "",
                actor=actor(),
            )
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            flash(_("已添加案例“%(name)s”。", name=name), "success")
            return redirect(url_for("standards.cases", version_id=version_id), code=303)
    return _page(version_id, form), 422 if form.errors else 200


def cases_text(version_id: int) -> ResponseReturnValue:
    """Add the cases of a file, or of pasted text."""
    form = CasesTextForm(CombinedMultiDict([request.files, request.form]), meta=form_meta())
    problem: BadFile | None = None
    try:
        text = form.file.data.stream.read().decode("utf-8-sig") if form.file.data else form.text.data or ""
        count = golden.add_json(version_id, text, actor=actor())
    except BadFile as error:
        problem = error
    except UnicodeDecodeError:
        problem = BadFile(_("文件不是 UTF-8 编码。"), "", _("请另存为 UTF-8 后再上传。"))
    else:
        flash(ngettext("已添加 %(num)s 个案例。", "已添加 %(num)s 个案例。", count), "success")
        return redirect(url_for("standards.cases", version_id=version_id), code=303)
    blank = CaseForm(meta=form_meta())
    blank.as_of.data = current_as_of()
    return _page(version_id, blank, text_form=form, problem=problem), 422


def remove_case(version_id: int, case_id: int) -> ResponseReturnValue:
    """Take a case away."""
    golden.remove_case(version_id, case_id, actor=actor())
    flash(_("已删除案例。"), "success")
    return redirect(url_for("standards.cases", version_id=version_id), code=303)


def _page(
    version_id: int,
    form: CaseForm,
    *,
    text_form: CasesTextForm | None = None,
    problem: BadFile | None = None,
) -> str:
    version = get_version(version_id)
    return render_template(
        "standards/cases.html",
        version=version,
        cases=readiness(version).cases,
        form=form,
        text_form=text_form or CasesTextForm(meta=form_meta()),
        problem=problem,
    )
