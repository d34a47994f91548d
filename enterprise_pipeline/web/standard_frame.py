"""What pages of local standards share: words, and what became of a draft since a page was opened."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.rulebooks import files_changed
from enterprise_pipeline.services.standards import drafts
from enterprise_pipeline.services.standards.drafts import DraftChanged
from enterprise_pipeline.services.standards.listing import Phase
from enterprise_pipeline.services.standards.pages import changed_since
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.services.standards.words import words
from enterprise_pipeline.web.context import actor
from forms.base import BaseForm
from forms.rule_cells import FACT_UNITS
from forms.standards import VERDICTS
from scoring.vocabulary import FACTS, TIER_NAMES

PHASES: dict[Phase, tuple[str, Any]] = {
    Phase.DRAFT: ("unknown", _l("草稿")),
    Phase.SCHEDULED: ("holds", _l("已发布，待施行")),
    Phase.IN_FORCE: ("yes", _l("施行中")),
    Phase.ENDED: ("none", _l("已失效")),
    Phase.WITHDRAWN: ("none", _l("已撤回")),
    Phase.REFUSED: ("risk", _l("内容与发布时不符，已停用")),
}


def say(pattern: str) -> str:
    """Translate a pattern of a sentence, its placeholders untouched."""
    return str(_(pattern))


def init_words(bp: Blueprint) -> None:
    """Give the pages of local standards their words."""

    @bp.context_processor
    def shared() -> dict[str, Any]:
        return {
            "phases": PHASES,
            "changed_files": files_changed(),
            "word_labels": {view.word: view.label for view in words()},
            "fact_names": fact_names,
            "tier_words": TIER_NAMES,
            "verdict_words": VERDICTS,
        }


def fact_names() -> dict[str, list[Any]]:
    """The facts that each kind of argument offers, for lists to choose from while typing."""
    return {
        family: [fact for fact in FACTS.values() if fact.unit in units]
        for family, units in FACT_UNITS.items()
        if family != "any"
    }


def seen_revision(form: BaseForm) -> int:
    """The revision of the draft that the page showed; 0 (always out of date) when it was not sent."""
    text = str(form["seen"].data or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no draft has more saves


def save(
    version_id: int,
    form: BaseForm,
    change: Callable[[Table], Table],
    *,
    what: str,
    then: Callable[[], ResponseReturnValue],
    again: Callable[..., str],
) -> ResponseReturnValue:
    """Save and go on; when the draft has changed meanwhile, show the form again with what others did.

    ``again`` renders the form with what was typed; its next save is about the draft as it is now.
    """
    seen = seen_revision(form)
    try:
        drafts.save(version_id, change, seen=seen, what=what, actor=actor())
    except DraftChanged as stale:
        now, changes = changed_since(version_id, seen, say)
        form["seen"].data = str(now.revision)
        return again(stale={"message": stale.message, "changes": changes}), 409
    return then()


def back_to(version_id: int, anchor: str = "") -> ResponseReturnValue:
    """Lead back to the page of the version."""
    return redirect(url_for("standards.show", version_id=version_id, _anchor=anchor or None), code=303)


def saved(version_id: int, text: str, anchor: str = "") -> Callable[[], ResponseReturnValue]:
    """Say that it was saved, and lead back."""

    def go() -> ResponseReturnValue:
        flash(text, "success")
        return back_to(version_id, anchor)

    return go


def at_once(version_id: int, act: Callable[[], Any], *, done: str, anchor: str = "") -> ResponseReturnValue:
    """Do what a single button asks, unless the draft has changed since the page was opened."""
    try:
        act()
    except DraftChanged:
        flash(_("草稿已被另一窗口或他人保存，刚才的操作没有执行；请看过最新内容后再操作。"), "warning")
        return back_to(version_id)
    flash(done, "success")
    return back_to(version_id, anchor)


def form_page(template: str, *, form: BaseForm, **values: Any) -> str:
    """Render a form of a draft."""
    return render_template(template, form=form, **values)
