"""Please check: figures that do not go together, enterprise by enterprise."""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_pipeline.services import data_questions as service
from enterprise_pipeline.services import question_answers as answers
from enterprise_pipeline.services.candidate_filter import BadFilter
from enterprise_pipeline.services.data_questions import QuestionPage
from enterprise_pipeline.services.enterprises import get_enterprise
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.candidate_options import Option, offered_places
from enterprise_pipeline.web.candidate_words import FIELD_WORDS
from enterprise_pipeline.web.context import AS_OF, actor, current_as_of
from enterprise_pipeline.web.entry_forms import ID, form_meta, page
from enterprise_pipeline.web.question_words import KIND_WORDS, init_question_words
from forms.data_question import AnswerForm

ENDPOINT = "data_questions.index"

bp = Blueprint("data_questions", __name__, url_prefix="/questions")
init_question_words(bp)


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the questions that the address asks for."""
    try:
        wanted = service.parse_question_filter(request.args)
    except BadFilter as error:
        wrong = render_template(
            "candidates/wrong.html",
            errors=error.errors,
            labels={**FIELD_WORDS, "kind": _("待核实的问题")},
            start=url_for(ENDPOINT),
            title=_("请核实"),
        )
        return wrong, 400
    shown = service.question_page(wanted, as_of=current_as_of(), scope=current_scope())
    return render_template(
        "questions/index.html",
        shown=shown,
        wanted=wanted,
        jurisdictions=[
            Option(value=value, word=word, is_chosen=value == wanted.jurisdiction)
            for value, word in offered_places(current_scope())
        ],
        kinds=[Option(value=k, word=str(w), is_chosen=k == wanted.kind) for k, w in KIND_WORDS.items()],
        next=address(shown, shown.next) if shown.next else None,
        start=address(shown, None) if wanted.after else None,
    )


@bp.route(f"/<{ID}:enterprise_id>/<key>", methods=["GET", "POST"])
def answer(enterprise_id: int, key: str) -> ResponseReturnValue:
    """Write down what came out of checking a question."""
    record = get_enterprise(enterprise_id)
    question = service.questions_of(enterprise_id, as_of=current_as_of()).get(key)
    form = AnswerForm(request.form, meta=form_meta())
    if request.method == "POST" and form.validate():
        answers.answer(enterprise_id, key, reason=form.cleaned()["reason"], actor=actor())
        flash(_("已记下核实结果，这个问题不再提出。"), "success")
        return redirect(_panel(enterprise_id), code=303)
    return page("questions/answer.html", form=form, record=record, question=question)


@bp.post(f"/<{ID}:enterprise_id>/<key>/reopen")
def reopen(enterprise_id: int, key: str) -> ResponseReturnValue:
    """Ask a question again."""
    answers.reopen(enterprise_id, key, actor=actor())
    flash(_("这个问题重新提出。"), "success")
    return redirect(_panel(enterprise_id), code=303)


def _panel(enterprise_id: int) -> str:
    return url_for("enterprises.show", enterprise_id=enterprise_id, _anchor="questions")


def address(shown: QuestionPage, after: int | None) -> str:
    """The same list from another place on."""
    given = {
        "jurisdiction": shown.wanted.jurisdiction,
        "kind": shown.wanted.kind,
        "after": after,
        AS_OF: request.args.get(AS_OF, ""),
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return url_for(ENDPOINT, **{AS_OF: None}) + (f"?{query}" if query else "")
