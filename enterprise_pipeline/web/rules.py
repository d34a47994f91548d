"""Pages about rules: what holds on a day, what changed between two days, what nobody has checked lately."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from enterprise_pipeline.services import rule_compare as comparing
from enterprise_pipeline.services import rule_pages as service
from enterprise_pipeline.services.rehearsal_heads import rehearsals_of_pair
from enterprise_pipeline.services.rulebooks import current_rulebook, files_changed
from enterprise_pipeline.web.context import current_as_of, settings
from enterprise_pipeline.web.entry_forms import form_meta
from enterprise_pipeline.web.filters import tier_name
from enterprise_pipeline.web.help import GRADES, LOCAL_DOCUMENT
from forms.rules import CompareForm, StaleForm
from scoring.vocabulary import LINES

bp = Blueprint("rules", __name__, url_prefix="/rules")

A_YEAR_BACK = 12


@bp.context_processor
def shared() -> dict[str, Any]:
    """What every page about rules says: whether the files are still those that were loaded, and grades."""
    return {
        "changed_files": files_changed(),
        "grades": GRADES,
        "local_document": LOCAL_DOCUMENT,
        "rule_state": rule_state,
    }


def say(pattern: str) -> str:
    """Translate a pattern of a rule's sentence, its placeholders untouched."""
    return str(_(pattern))


def rule_state(rule_set: Any, day: date) -> tuple[str, Any]:
    """Whether a rule set holds on a day, as the tone of a chip and its word."""
    if rule_set.holds_on(day):
        return "yes", _l("现行")
    return ("none", _l("尚未生效")) if rule_set.effective_from > day else ("no", _l("已失效"))


@bp.get("")
def index() -> str:
    """Show what holds on the day, line by line."""
    return render_template(
        "rules/index.html", lines=service.rules_index(current_as_of()), refused=current_rulebook().refused
    )


@bp.get("/<tier>")
def tier(tier: str) -> str:
    """Show the rule sets of a tier on the day in full, one standard at a time."""
    shown = service.tier_page(tier, current_as_of())
    chosen = shown.of(request.args.get("standard", ""))
    said = None if chosen is None else service.said(chosen, say)
    return render_template("rules/tier.html", shown=shown, chosen=said)


@bp.get("/compare")
def compare() -> tuple[str, int]:
    """Show what is different between two days, or between two rule sets."""
    today = current_as_of()
    usual = {"from": service.months_before(today, A_YEAR_BACK).isoformat(), "to": today.isoformat()}
    form = CompareForm(MultiDict({**usual, **request.args}), meta=form_meta())
    form.tier.offer([(str(each), tier_name(each)) for _name, tiers in LINES for each in tiers])
    old_id, new_id = request.args.get("old", ""), request.args.get("new", "")
    if old_id or new_id:
        change = comparing.by_ids(old_id, new_id, say=say)
        return _compared(form, [change], pair=(change.old, change.new))
    if not form.validate():
        return render_template("rules/compare.html", form=form, changes=[], same=[]), 422
    start, end, tier = form["from"].data or today, form.to.data or today, form.tier.data or ""
    return _compared(form, comparing.by_days(start, end, tier=tier, say=say))


def _compared(form: CompareForm, changes: list[Any], pair: tuple[Any, ...] = ()) -> tuple[str, int]:
    different = [change for change in changes if not change.is_same]
    page = render_template(
        "rules/compare.html",
        form=form,
        pair=pair,
        changes=different,
        same=[change for change in changes if change.is_same],
        rehearsals={
            (change.old.id, change.new.id): rehearsals_of_pair(change.old.id, change.new.id)
            for change in different
            if change.old and change.new
        },
    )
    return page, 200


@bp.get("/stale")
def stale() -> tuple[str, int]:
    """List the numbers that nobody has checked for some months."""
    usual = settings().rules_stale_months
    form = StaleForm(MultiDict({"months": str(usual), **request.args}), meta=form_meta())
    is_wrong = not form.validate()
    months = usual if is_wrong or form.months.data is None else form.months.data
    found = service.stale_numbers(months=months, on=current_as_of())
    line = service.months_before(current_as_of(), months)
    page = render_template("rules/stale.html", form=form, found=found, months=months, line=line)
    return page, 422 if is_wrong else 200
