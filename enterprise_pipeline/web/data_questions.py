"""Please check: figures that do not go together, enterprise by enterprise."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_pipeline.services import data_questions as service
from enterprise_pipeline.services.candidate_filter import BadFilter
from enterprise_pipeline.services.data_questions import QuestionPage
from enterprise_pipeline.web.candidate_options import Option, choices
from enterprise_pipeline.web.candidate_words import FIELD_WORDS
from enterprise_pipeline.web.context import AS_OF, current_as_of
from enterprise_pipeline.web.question_words import KIND_WORDS, init_question_words

ENDPOINT = "data_questions.index"

bp = Blueprint("data_questions", __name__, url_prefix="/questions")
init_question_words(bp)


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the questions that the address asks for."""
    try:
        wanted = service.parse_question_filter(request.args)
    except BadFilter as error:
        page = render_template(
            "candidates/wrong.html",
            errors=error.errors,
            labels={**FIELD_WORDS, "kind": _("问题")},
            start=url_for(ENDPOINT),
            title=_("请核实"),
        )
        return page, 400
    shown = service.question_page(wanted, as_of=current_as_of())
    return render_template(
        "questions/index.html",
        shown=shown,
        wanted=wanted,
        jurisdictions=[
            Option(value=value, word=word, is_chosen=value == wanted.jurisdiction)
            for value, word in choices()["jurisdiction"]
        ],
        kinds=[Option(value=k, word=str(w), is_chosen=k == wanted.kind) for k, w in KIND_WORDS.items()],
        next=address(shown, shown.next) if shown.next else None,
        start=address(shown, None) if wanted.after else None,
    )


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
