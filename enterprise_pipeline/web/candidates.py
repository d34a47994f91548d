"""The candidate list: who can climb to a tier, what is missing, and the same as a spreadsheet."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_pipeline.services import candidates as service
from enterprise_pipeline.services.candidate_filter import BadFilter, CandidateFilter, parse
from enterprise_pipeline.services.candidate_keys import BadCursor
from enterprise_pipeline.services.candidates import CandidatePage
from enterprise_pipeline.web import candidate_export
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.access import current_scope, may_open
from enterprise_pipeline.web.candidate_cells import lines
from enterprise_pipeline.web.candidate_columns import (
    A_YEAR_S,
    COOKIE,
    PARAMETER,
    as_text,
    chosen_columns,
    column_words,
)
from enterprise_pipeline.web.candidate_links import record_address
from enterprise_pipeline.web.candidate_options import filter_form, verdict_tabs
from enterprise_pipeline.web.context import AS_OF
from enterprise_pipeline.web.language import own_path
from enterprise_pipeline.web.partial import answer, is_partial
from scoring.vocabulary import Verdict

bp = Blueprint("candidates", __name__, url_prefix="/candidates")

ENDPOINT = "candidates.index"


@bp.get("")
def index() -> Response:
    """Show one page of the list that the address asks for."""
    if has_blanks() and not is_partial():
        return redirect(list_address({name: word for name, word in request.args.items() if word}))
    after, before = request.args.get("after", ""), request.args.get("before", "")
    try:
        shown = service.page(parse(request.args), scope=current_scope(), after=after, before=before)
    except BadFilter as error:
        return answer("candidates/wrong.html", status=400, errors=error.errors, labels=words.FIELD_WORDS)
    except BadCursor as error:
        start = list_address(own_address(parse(request.args)))
        return answer("candidates/wrong.html", status=400, errors={"": error.message}, labels={}, start=start)
    template = "candidates/_list.html" if is_partial() else "candidates/index.html"
    g.shows_synthetic_data = shown.is_synthetic  # Known already; the frame need not ask again.
    here = list_address(own_address(service.without_standard(shown.wanted)))
    return answer(template, push=here, **view_of(shown))


@bp.get("/missing.xlsx")
def missing_sheet() -> Response:
    """Send a sheet that asks the enterprises of this list for what they lack."""
    return candidate_export.missing_sheet()


def has_blanks() -> bool:
    """Whether a form without scripts sent fields that nobody filled in; the same list has one address."""
    return any(not word for word in request.args.values())


@bp.post("/columns")
def save_columns() -> Response:
    """Remember the chosen columns on this browser and go back to the list."""
    chosen = as_text(request.form.getlist("column"))
    response = make_response(redirect(own_path(request.form.get("next", ""))))
    if chosen and "usual" not in request.form:
        response.set_cookie(COOKIE, chosen, max_age=A_YEAR_S, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)
    return response


@bp.get("/export.xlsx")
def export_xlsx() -> Response:
    """Send exactly this list as a workbook."""
    return candidate_export.answer(as_csv=False)


@bp.get("/export.csv")
def export_csv() -> Response:
    """Send exactly this list as CSV."""
    return candidate_export.answer(as_csv=True)


def own_address(wanted: CandidateFilter, **changes: Any) -> dict[str, Any]:
    """The address of a list, with the chosen columns where the address names them."""
    address = wanted.address(**changes)
    if PARAMETER in request.args:
        address[PARAMETER] = request.args[PARAMETER]
    return address


def view_of(shown: CandidatePage) -> dict[str, Any]:
    """Everything the template needs, with addresses made once and not once a row."""
    wanted, columns = service.without_standard(shown.wanted), chosen_columns()
    here = own_address(wanted)
    if "size" in columns:
        service.sized(shown.rows, service.screening())
    given = {name: request.args.get(name, "") for name in (AS_OF, PARAMETER)}
    macros = current_app.jinja_env.get_template("_macros.html").module
    return {
        "shown": shown,
        "wanted": wanted,
        "here": here,
        "form": filter_form(
            wanted, shown.facets, scope=current_scope(), as_of=given[AS_OF], columns=given[PARAMETER]
        ),
        "chips": [(chip, list_address(_left(here, chip.name))) for chip in words.chips(wanted)],
        "tabs": [
            (tab, list_address(_with(here, "verdict", tab.value)))
            for tab in verdict_tabs(wanted, shown.facets)
        ],
        "lines": lines(
            shown,
            columns,
            address=record_address(wanted),
            chip=macros.verdict_chip,  # type: ignore[attr-defined]
        ),
        "columns": columns,
        "all_columns": column_words(),
        "previous": list_address({**here, "before": shown.previous}) if shown.previous else None,
        "next": list_address({**here, "after": shown.next}) if shown.next else None,
        "summary": summary(shown),
        "has_missing": shown.facets is None or bool(_asked(shown)),
        "has_imports": may_open("imports.index"),
        "is_whole": current_scope().is_everything,
    }


def _asked(shown: CandidatePage) -> int:
    """How many of the list wait for data, as far as its counts can say."""
    if shown.wanted.verdict not in (None, Verdict.UNDETERMINED):
        return 0
    return (shown.facets or {}).get("verdict", {}).get(Verdict.UNDETERMINED.word, 0)


def list_address(parameters: dict[str, Any]) -> str:
    """The address of a list, on the day that this request is about."""
    if AS_OF in request.args:
        parameters = {**parameters, AS_OF: request.args[AS_OF]}
    return (
        f"{url_for(ENDPOINT, **{AS_OF: None})}?{urlencode(parameters)}" if parameters else url_for(ENDPOINT)
    )


def summary(shown: CandidatePage) -> str:
    """Which rows these are, of how many."""
    n = f"{shown.total.n:,}" if shown.total.is_exact else f"{shown.total.n:,}+"
    if not shown.rows:
        return str(_("共 %(total)s 家", total=n))
    last = shown.first + len(shown.rows) - 1
    return str(
        _("第 %(first)s–%(last)s 家，共 %(total)s 家", first=f"{shown.first:,}", last=f"{last:,}", total=n)
    )


def _with(here: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    """The first page of the list with one parameter set; an empty one is left out."""
    return {**_left(here, name), **({name: value} if value else {})}


def _left(here: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: word for other, word in here.items() if other != name}
