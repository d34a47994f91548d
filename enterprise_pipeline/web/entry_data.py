"""Entry by hand: a year's figures, facts that are not yearly, answers to what is missing, certificates."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound as PageNotFound

from enterprise_pipeline.services import certificates, enterprises, fact_sheets, figures
from enterprise_pipeline.services.certificates import CertificateDetails
from enterprise_pipeline.services.errors import FieldConflict, StaleVersion
from enterprise_pipeline.services.figures import ReportVersion
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.context import actor, current_as_of, today
from enterprise_pipeline.web.entry import stamp
from enterprise_pipeline.web.entry_forms import ID, after_change, form_meta, name_questions, page, pin
from forms.base import UNIT_NAMES
from forms.certificate import CertificateForm
from forms.fact_fields import show_money_in
from forms.facts import GROUPS as SHEET_GROUPS
from forms.facts import SHEET_FACTS, SheetForm, answer_form, fact_of
from forms.figures import BY_HAND, FiguresForm
from forms.figures import GROUPS as FIGURE_GROUPS
from scoring.vocabulary import YEARLY_FACTS

bp = Blueprint("entry_data", __name__, url_prefix=f"/enterprises/<{ID}:enterprise_id>")

MOST_MISSING = 120
FIGURES = {fact.column: fact for fact in YEARLY_FACTS}
SHEET = {fact.column: fact for fact in SHEET_FACTS}


@bp.route("/figures/<int:year>", methods=["GET", "POST"])
def edit_figures(enterprise_id: int, year: int) -> ResponseReturnValue:
    """A year's figures: what is known, a form for the next version, and every version so far."""
    record = enterprises.get_enterprise(enterprise_id)
    _refuse_year(year)
    versions = figures.figure_versions(enterprise_id, year=year)
    shown = _shown(versions)
    form = FiguresForm(
        request.form,
        data=shown.values | {"source": shown.source} if shown else None,
        received_on=today(),
        base=str(shown.version if shown else 0),
        unit=_unit(),
        meta=form_meta(),
    )
    show_money_in(form, form.unit.data if form.unit.data in UNIT_NAMES else "wan")
    doubts: list[Any] = []
    if request.method == "POST" and form.validate():
        doubts = figures.warnings_for(form.cleaned())
        if not doubts or form.confirmed.data:
            try:
                _save_figures(enterprise_id, year, form)
            except FieldConflict as conflict:
                pin(form, conflict)
            else:
                after_change(enterprise_id, saved=_("已保存 %(year)s 年度数据。", year=year))
                return redirect(_section(enterprise_id, "figures"), code=303)
    return page(
        "enterprises/figures.html",
        form=form,
        record=record,
        year=year,
        versions=versions,
        shown=shown,
        doubts=doubts,
        facts=FIGURES,
        groups=FIGURE_GROUPS,
        told={
            column for version in versions for column, value in version.values.items() if value is not None
        },
    )


@bp.post(f"/figures/<int:year>/restore/<{ID}:report_id>")
def restore_figures(enterprise_id: int, year: int, report_id: int) -> ResponseReturnValue:
    """Make an earlier version the newest again."""
    try:
        version = figures.restore_version(enterprise_id, report_id, actor=actor(), today=today())
    except FieldConflict as conflict:
        flash(str(conflict), "warning")
        return redirect(url_for(".edit_figures", enterprise_id=enterprise_id, year=year), code=303)
    after_change(enterprise_id, saved=_("已恢复为第 %(version)s 版。", version=version))
    return redirect(_section(enterprise_id, "figures"), code=303)


@bp.route("/facts", methods=["GET", "POST"])
def edit_facts(enterprise_id: int) -> ResponseReturnValue:
    """Facts that are not yearly: a new dated sheet beside what is known."""
    record = enterprises.get_enterprise(enterprise_id)
    form = SheetForm(request.form, received_on=today(), valid_from=today(), unit=_unit(), meta=form_meta())
    show_money_in(form, form.unit.data if form.unit.data in UNIT_NAMES else "wan")
    if request.method == "POST" and form.validate():
        try:
            fact_sheets.save_sheet(
                enterprise_id,
                valid_from=form.valid_from.data,
                received_on=form.received_on.data,
                source=form.source.data,
                values=form.cleaned(),
                actor=actor(),
                today=today(),
            )
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            after_change(enterprise_id, saved=_("已保存企业情况。"))
            return redirect(_section(enterprise_id, "facts"), code=303)
    known = fact_sheets.told_facts(enterprise_id, as_of=today())
    return page(
        "enterprises/facts.html", form=form, record=record, known=known, facts=SHEET, groups=SHEET_GROUPS
    )


@bp.post("/answers")
def answer(enterprise_id: int) -> ResponseReturnValue:
    """Store answers to what verdicts wait for, typed beside the list of what is missing."""
    record = enterprises.get_enterprise(enterprise_id)
    asked = request.form.getlist("asked")[:MOST_MISSING]
    form = answer_form(asked)(request.form, meta=form_meta())
    name_questions(form, current_as_of())
    if form.validate():
        try:
            told = fact_sheets.answer_missing(
                enterprise_id,
                answers={name: value for name, value in form.cleaned().items() if name in form.answers},
                issue_days={key: form[name].data for key, name in form.issue_days.items()},
                as_of=current_as_of(),
                received_on=form.received_on.data,
                source=form.source.data,
                actor=actor(),
                today=today(),
            )
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            after_change(enterprise_id, saved=_("已补充 %(told)s 项数据。", told=told))
            return redirect(_section(enterprise_id, "missing"), code=303)
    facts = {column: fact for column in asked if (fact := fact_of(column))}
    return page("enterprises/answers.html", form=form, record=record, asked=asked, facts=facts)


@bp.route("/certificates/new", methods=["GET", "POST"])
def add_certificate(enterprise_id: int) -> ResponseReturnValue:
    """Record a certificate; its day of issue may be unknown."""
    record = enterprises.get_enterprise(enterprise_id)
    form = CertificateForm(
        request.form, pool_id=request.args.get("tier") or None, received_on=today(), meta=form_meta()
    )
    doubts: list[Any] = []
    if request.method == "POST" and form.validate():
        details = CertificateDetails(**form.cleaned())
        doubts = certificates.warnings_for(details)
        if not doubts or form.confirmed.data:
            try:
                certificates.record_certificate(
                    enterprise_id, details, scope=current_scope(), actor=actor(), today=today()
                )
            except FieldConflict as conflict:
                pin(form, conflict)
            else:
                after_change(enterprise_id, saved=_("已登记证书 %(number)s。", number=details.number))
                return redirect(_section(enterprise_id, "holdings"), code=303)
    return page("enterprises/certificate.html", form=form, record=record, certificate=None, doubts=doubts)


@bp.route(f"/certificates/<{ID}:certificate_id>", methods=["GET", "POST"])
def edit_certificate(enterprise_id: int, certificate_id: int) -> ResponseReturnValue:
    """Correct a certificate, or fill in the day that was unknown."""
    record = enterprises.get_enterprise(enterprise_id)
    certificate = certificates.get_certificate(enterprise_id, certificate_id)
    form = CertificateForm(request.form, obj=certificate.details, meta=form_meta())
    doubts: list[Any] = []
    if request.method == "GET":
        form.stamp.data = certificate.updated_at.isoformat()
    elif form.validate():
        details = CertificateDetails(**form.cleaned())
        doubts = certificates.warnings_for(details)
        if not doubts or form.confirmed.data:
            try:
                certificates.edit_certificate(
                    enterprise_id,
                    certificate_id,
                    details,
                    scope=current_scope(),
                    seen=stamp(form.stamp.data),
                    actor=actor(),
                    today=today(),
                )
            except FieldConflict as conflict:
                pin(form, conflict)
            else:
                after_change(enterprise_id, saved=_("已更正证书 %(number)s。", number=details.number))
                return redirect(_section(enterprise_id, "holdings"), code=303)
    return page(
        "enterprises/certificate.html", form=form, record=record, certificate=certificate, doubts=doubts
    )


def _save_figures(enterprise_id: int, year: int, form: FiguresForm) -> None:
    base = form.base.data or ""
    try:
        figures.save_figures(
            enterprise_id,
            year=year,
            source=form.source.data,
            received_on=form.received_on.data,
            values=form.cleaned(),
            base=int(base) if base.isdecimal() else 0,
            actor=actor(),
            today=today(),
        )
    except StaleVersion as error:
        newest = figures.newest_version(enterprise_id, year=year, source=form.source.data)
        message = _(
            "“%(source)s”的这一年度已有第 %(version)s 版数据，打开本页时还没有，因此没有保存。"
            "请先核对下方的版本；确认要以您填写的为准，请再按一次保存。",
            source=form.source.data,
            version=newest,
        )
        form.base.raw_data, form.base.data = None, str(newest)
        raise FieldConflict("source", message) from error


def _shown(versions: list[ReportVersion]) -> ReportVersion | None:
    """The version to start from: the newest of the source in the address, or of those entered by hand."""
    source = request.args.get("source", BY_HAND)
    mine = [version for version in versions if version.source == source]
    return max(mine, key=lambda version: version.version, default=None)


def _refuse_year(year: int) -> None:
    if not figures.EARLIEST_YEAR <= year <= today().year:
        raise PageNotFound(
            _("年度须在 %(first)s 至 %(last)s 之间。", first=figures.EARLIEST_YEAR, last=today().year)
        )


def _unit() -> str:
    unit = request.args.get("unit", "wan")
    return unit if unit in UNIT_NAMES else "wan"


def _section(enterprise_id: int, anchor: str) -> str:
    return url_for("enterprises.show", enterprise_id=enterprise_id, _anchor=anchor)
