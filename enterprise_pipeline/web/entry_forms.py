"""What the entry pages share: a form in the page's language, what follows a change, and how it is told."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import flash, render_template
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.verdicts import VerdictChange, rescreen
from enterprise_pipeline.transaction import Busy
from enterprise_pipeline.web.context import today
from enterprise_pipeline.web.csrf import csrf_meta
from enterprise_pipeline.web.filters import fact_label, tier_name, translated, unknown, verdict_text
from forms.base import BaseForm
from forms.fact_fields import unit_of
from forms.facts import AnswerForm
from scoring.vocabulary import Fact

SHOWN_CHANGES = 4
# A number in an address that no row of either database can have is no page, rather than an error.
ID = "int(max=4611686018427387903)"


class Translations:
    """Lets forms say their messages in the language of the page."""

    def gettext(self, string: str) -> str:
        """Translate a message."""
        return str(_(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Translate a message that depends on a number."""
        return str(ngettext(singular, plural, n))


def form_meta() -> dict[str, Any]:
    """Settings for a form: the page's language for WTForms' messages and for ours."""
    return csrf_meta() | {"translations": Translations()}


def pin(form: BaseForm, conflict: FieldConflict) -> None:
    """Show what a service refused at the field it is about."""
    form.add_error(conflict.field, translated(conflict.message))


def unit_word(fact: Fact) -> str:
    """The unit to show inside a field; money is shown in the unit of the sheet."""
    return translated(unit_of(fact))


def name_questions(form: AnswerForm, day: date) -> None:
    """Let each question name the year it is about."""
    for column in form.answers:
        form[column].label.text = fact_label(column, day)


def shown_value(name: str, value: Any) -> str:
    """A value of a registration as people read it."""
    if value is None or value == "":
        return unknown()
    if name in ("division_code", "jurisdiction"):
        return reference.jurisdiction_name(value, english=str(get_locale()) == "en")
    if name == "industry_code":
        return f"{value} {translated(reference.industry_name(value))}"
    if name == "hitech_field":
        return f"{value} {translated(reference.hitech_field_name(value))}"
    return str(value)


def page(template: str, *, form: BaseForm, **values: Any) -> tuple[str, int]:
    """Render a form; 422 tells scripts and screen readers that it was not accepted."""
    doubts = values.get("doubts")
    return render_template(template, form=form, **values), 422 if form.errors or doubts else 200


def after_change(enterprise_id: int, *, saved: str) -> None:
    """Screen the enterprise again and tell what was saved and which verdicts changed.

    What was saved is saved: where others write for too long, the next screening of changes catches up.
    """
    try:
        changes = rescreen(enterprise_id, as_of=today())
    except Busy:
        later = _("系统正忙，结论还没有更新；下一次筛查会补上。")
        flash(f"{saved}{later}", "warning")
        return
    flash(f"{saved}{verdict_sentence(changes)}", "success")


def verdict_sentence(changes: Iterable[VerdictChange]) -> str:
    """Say which verdicts changed, in one sentence."""
    told = [_change(change) for change in changes]
    if not told:
        return str(_("各层级的结论没有变化。"))
    listed = str(_("；")).join(told[:SHOWN_CHANGES])
    if len(told) > SHOWN_CHANGES:
        rest = len(told) - SHOWN_CHANGES
        listed += str(ngettext("；另有 %(num)s 项变化", "；另有 %(num)s 项变化", rest))
    return str(_("结论变化：%(changes)s。", changes=listed))


def _change(change: VerdictChange) -> str:
    before = _("尚未筛查") if change.before is None else verdict_text(change.before)
    strictness = "" if change.standard != "inclusive" else str(_("（宽口径）"))
    return f"{tier_name(change.tier)}{strictness} {before} → {verdict_text(change.after)}"
