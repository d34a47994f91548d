"""The business secrets of an enterprise: what is marked, by whom and why; marking and lifting."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_pipeline.services import enterprises, secret_marks
from enterprise_pipeline.services.accounts.rights import Right
from enterprise_pipeline.services.business_secrets import MARKABLE, SecretMark
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.figures import EARLIEST_YEAR
from enterprise_pipeline.web.access import access
from enterprise_pipeline.web.access_rules import Cut
from enterprise_pipeline.web.context import actor, today
from enterprise_pipeline.web.entry_forms import ID, form_meta, page, pin
from enterprise_pipeline.web.filters import translated
from forms.business_secret import LiftForm, SecretForm
from scoring.vocabulary import COLUMNS

YEARS_OFFERED = 8

bp = Blueprint("business_secrets", __name__, url_prefix=f"/enterprises/<{ID}:enterprise_id>/secrets")
trusted = access(Right.VIEW, Right.FIGURES, Right.SECRETS, cut=Cut.ENTERPRISE)


@bp.route("", methods=["GET", "POST"])
@trusted
def show(enterprise_id: int) -> ResponseReturnValue:
    """What is marked, and a form that marks another figure; the address may name fact and year."""
    record = enterprises.get_enterprise(enterprise_id)
    asked = {name: request.args.get(name) for name in ("column", "year")}
    form = SecretForm(request.form, data=asked, meta=form_meta())
    form.column.offer([(name, fact.label) for name, fact in COLUMNS.items() if name in MARKABLE])
    form.year.offer([(str(year), str(year)) for year in _years(form.year.data)])
    if request.method == "POST" and form.validate():
        try:
            _mark(enterprise_id, form)
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            flash(_("已标记为商业秘密：第三方评估员看不到，导出的文件里也不会有。"), "success")
            return redirect(url_for(".show", enterprise_id=enterprise_id), code=303)
    marks = secret_marks.secrets_of(enterprise_id)
    return page("enterprises/secrets.html", form=form, record=record, marks=marks)


@bp.route(f"/<{ID}:secret_id>/lift", methods=["GET", "POST"])
@trusted
def lift(enterprise_id: int, secret_id: int) -> ResponseReturnValue:
    """Lift a mark, after saying why."""
    record = enterprises.get_enterprise(enterprise_id)
    mark = secret_marks.get_secret(enterprise_id, secret_id)
    form = LiftForm(request.form, meta=form_meta())
    if request.method == "POST" and form.validate():
        try:
            secret_marks.lift_secret(enterprise_id, secret_id, reason=form.reason.data, actor=actor())
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            flash(_("已取消“%(fact)s”的商业秘密标记。", fact=mark_label(mark)), "success")
            return redirect(url_for(".show", enterprise_id=enterprise_id), code=303)
    return page("enterprises/lift_secret.html", form=form, record=record, mark=mark)


def mark_label(mark: SecretMark) -> str:
    """What is marked, with its year."""
    label = translated(COLUMNS[mark.column].label)
    if mark.year is not None:
        return str(_("%(year)s 年%(label)s", year=mark.year, label=label))
    return str(_("%(label)s（所有年度）", label=label)) if COLUMNS[mark.column].yearly else label


def _mark(enterprise_id: int, form: SecretForm) -> None:
    year = form.year.data
    secret_marks.mark_secret(
        enterprise_id,
        column=form.column.data,
        year=int(year) if year else None,
        reason=form.reason.data,
        actor=actor(),
    )


def _years(asked: str | None) -> list[int]:
    """The years to choose from, and the one that the address or the form names."""
    offered = set(range(today().year, today().year - YEARS_OFFERED, -1))
    if asked and asked.isascii() and asked.isdigit() and EARLIEST_YEAR <= int(asked) <= today().year:
        offered.add(int(asked))
    return sorted(offered, reverse=True)


bp.add_app_template_global(mark_label, "mark_label")
