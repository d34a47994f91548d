"""The list of what is registered, and the page of one enterprise."""

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from enterprise_pipeline.services.enterprise_page import EnterprisePage, enterprise_page
from enterprise_pipeline.services.tier_cards import TierCard
from enterprise_pipeline.web import enterprise_index
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.candidate_links import LIST, list_place
from enterprise_pipeline.web.context import current_as_of, today
from enterprise_pipeline.web.enterprise_words import init_words, rung_state
from enterprise_pipeline.web.entry_forms import ID, form_meta, name_questions
from enterprise_pipeline.web.filters import day, verdict_text
from enterprise_pipeline.web.history_words import init_history
from enterprise_pipeline.web.tier_words import rung_word
from forms.facts import SHEET_FACTS, answer_form, fact_of
from scoring.vocabulary import SIZE_NAMES

bp = Blueprint("enterprises", __name__, url_prefix="/enterprises")
init_words(bp)
init_history(bp)

bp.add_url_rule("", "index", enterprise_index.index)


@bp.get(f"/<{ID}:enterprise_id>")
def show(enterprise_id: int) -> str:
    """One enterprise: what it is, where it stands, why, and what is missing."""
    shown = enterprise_page(enterprise_id, as_of=current_as_of(), scope=current_scope())
    asked = [fact.column for fact in shown.missing if fact_of(fact.column)]
    asked += [name for fact in shown.missing for name, _number in fact.issue_days]
    answers = answer_form(asked)(received_on=today(), meta=form_meta())
    name_questions(answers, shown.as_of)
    return render_template(
        "enterprises/show.html",
        shown=shown,
        record=shown.record,
        registration=shown.record.registration,
        size=SIZE_NAMES.get(shown.size or ""),
        steps=ladder_steps(shown),
        opened=opened_tier(shown),
        answers=answers,
        asked_columns={fact.column for fact in shown.missing},
        sheet_facts=SHEET_FACTS,
        last_year=shown.as_of.year - 1,
        place=list_place(enterprise_id),
    )


def ladder_steps(shown: EnterprisePage) -> list[dict[str, Any]]:
    """The ladder strip: where the enterprise stands and since when, until when."""
    steps = []
    for rung in shown.rungs:
        verdict = rung.explanation.verdict if rung.explanation else None
        if rung.holds:
            since = _("%(day)s 起", day=day(rung.since)) if rung.since else _("持有")
            until = [_("至 %(day)s", day=day(rung.until))] if rung.until else []
            note = "\n".join([since, *until])
        else:
            note = _("是否持有未知") if rung.holds is None else _("未持有")
            note = f"{note} · {verdict_text(verdict)}" if verdict is not None else note
        steps.append(
            {
                "word": rung_word(rung.tier),
                "state": rung_state(rung.holds, verdict),
                "note": note,
                "href": f"#tier-{rung.tier}" if rung.explanation else None,
            }
        )
    return steps


def opened_tier(shown: EnterprisePage) -> str:
    """The card to read first: the one asked for in the address, else the next rung above what is held."""
    asked = request.args.get("tier") or dict(parse_qsl(request.args.get(LIST, ""))).get("tier", "")
    if any(card.tier == asked for card in shown.cards):
        return asked
    held = [place for place, card in enumerate(shown.cards) if card.holds]
    above = shown.cards[max(held, default=-1) + 1 :]
    open_cards: list[TierCard] = [*above, *(card for card in shown.cards if not card.holds)]
    return str(open_cards[0].tier) if open_cards else ""
