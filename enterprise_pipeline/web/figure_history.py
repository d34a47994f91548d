"""One figure of one year over time: every value that was told, and the way back to an earlier one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from enterprise_pipeline.services import enterprises, figure_restore
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.figure_restore import FigureValue
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.context import actor, today
from enterprise_pipeline.web.entry_forms import ID, after_change
from scoring.vocabulary import YEARLY_FACTS

bp = Blueprint(
    "figure_history",
    __name__,
    url_prefix=f"/enterprises/<{ID}:enterprise_id>/figures/<int(max=9999):year>/history/<column>",
)

FIGURES = {fact.column: fact for fact in YEARLY_FACTS}


@bp.get("")
def show(enterprise_id: int, year: int, column: str) -> str:
    """Every value of the figure, newest first, each earlier one with a button that leads back to it."""
    record = enterprises.get_enterprise(enterprise_id)
    found = figure_restore.shown_history(enterprise_id, year=year, column=column, scope=current_scope())
    return render_template(
        "figure_history/show.html",
        record=record,
        year=year,
        fact=FIGURES[column],
        found=found,
        told=found.told,
    )


@bp.get(f"/restore/<{ID}:report_id>")
def confirm(enterprise_id: int, year: int, column: str, report_id: int) -> str:
    """Show what a restore would change, before it does."""
    record = enterprises.get_enterprise(enterprise_id)
    old, current = _pair(enterprise_id, year, column, report_id)
    return render_template(
        "figure_history/confirm.html",
        record=record,
        year=year,
        fact=FIGURES[column],
        old=old,
        current=current,
    )


@bp.post(f"/restore/<{ID}:report_id>")
def restore(enterprise_id: int, year: int, column: str, report_id: int) -> ResponseReturnValue:
    """Bring the earlier value back as a new version of its source."""
    base = request.form.get("base", "")
    if not (base.isascii() and base.isdigit()):
        raise BadRequest(_("页面没有带上数据版本；请返回上一页，刷新后重试。"))
    address = url_for(".show", enterprise_id=enterprise_id, year=year, column=column)
    try:
        version = figure_restore.restore_value(
            enterprise_id, report_id, column=column, base=int(base), actor=actor(), today=today()
        )
    except FieldConflict as conflict:
        flash(str(conflict), "warning")
    else:
        after_change(enterprise_id, saved=_("已恢复旧值，存为第 %(version)s 版。", version=version))
    return redirect(address, code=303)


def _pair(enterprise_id: int, year: int, column: str, report_id: int) -> tuple[FigureValue, FigureValue]:
    """The earlier value, and what its source tells now."""
    told = figure_restore.figure_history(enterprise_id, year=year, column=column)
    old = next((value for value in told if value.report_id == report_id), None)
    if old is None:
        raise NotFound(Text(N_("这家企业没有编号为 %(id)s 的数据版本。"), id=report_id))
    current = next(value for value in told if value.source == old.source and value.is_current)
    return old, current
