"""The candidate list: who can climb to a tier, what is missing, and the same as a spreadsheet."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from enterprise_pipeline.services import candidates as service
from enterprise_pipeline.services.candidate_filter import BadFilter, CandidateFilter, parse
from enterprise_pipeline.services.candidate_keys import BadCursor
from enterprise_pipeline.services.candidates import CandidatePage
from enterprise_pipeline.web import candidate_export
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.candidate_cells import lines
from enterprise_pipeline.web.candidate_columns import (
    A_YEAR_S,
    COLUMNS,
    COOKIE,
    PARAMETER,
    as_text,
    chosen_columns,
)
from enterprise_pipeline.web.candidate_links import record_address
from enterprise_pipeline.web.language import own_path

bp = Blueprint("candidates", __name__, url_prefix="/candidates")

ENDPOINT = "candidates.index"


@bp.get("")
def index() -> Response:
    """Show one page of the list that the address asks for."""
    after, before = request.args.get("after", ""), request.args.get("before", "")
    try:
        shown = service.page(parse(request.args), after=after, before=before)
    except BadFilter as error:
        return _answer("candidates/wrong.html", status=400, errors=error.errors, labels=words.FIELD_WORDS)
    except BadCursor as error:
        start = url_for(ENDPOINT, **own_address(parse(request.args)))
        return _answer(
            "candidates/wrong.html", status=400, errors={"": error.message}, labels={}, start=start
        )
    template = "candidates/_list.html" if is_partial() else "candidates/index.html"
    return _answer(template, **view_of(shown))


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


def is_partial() -> bool:
    """Whether htmx asks for the list alone, to put it into a page that is already there."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def own_address(wanted: CandidateFilter, **changes: Any) -> dict[str, Any]:
    """The address of a list, with the chosen columns where the address names them."""
    address = wanted.address(**changes)
    if PARAMETER in request.args:
        address[PARAMETER] = request.args[PARAMETER]
    return address


def view_of(shown: CandidatePage) -> dict[str, Any]:
    """Everything the template needs, with addresses made once and not once a row."""
    wanted = service.without_standard(shown.wanted)
    here, columns = own_address(wanted), chosen_columns()
    removable = [(chip, _without(here, chip.name)) for chip in words.chips(wanted)]
    tabs = [
        (tab, url_for(ENDPOINT, **_with(here, "verdict", tab.value)))
        for tab in words.verdict_tabs(wanted, shown.facets)
    ]
    return {
        "shown": shown,
        "wanted": wanted,
        "here": here,
        "chips": removable,
        "tabs": tabs,
        "sorts": [
            (sort, word, url_for(ENDPOINT, **_with(here, "sort", str(sort))))
            for sort, word in words.SORT_WORDS.items()
        ],
        "options": words.options(wanted, shown.facets),
        "tiers": words.tier_options(wanted),
        "standards": words.standard_options(shown.wanted),
        "columns": columns,
        "all_columns": COLUMNS,
        "field_words": words.FIELD_WORDS,
        "lines": lines(shown, columns, record_address(wanted)),
        "previous": _page_address(here, "before", shown.previous),
        "next": _page_address(here, "after", shown.next),
        "summary": summary(shown),
        "basis_words": words.BASIS_WORDS,
        "has_imports": "imports.index" in current_app.view_functions,
    }


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


def _without(here: dict[str, Any], name: str) -> str:
    return url_for(ENDPOINT, **_left(here, name))


def _left(here: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: word for other, word in here.items() if other != name}


def _page_address(here: dict[str, Any], name: str, cursor: str | None) -> str | None:
    return None if cursor is None else url_for(ENDPOINT, **{**here, name: cursor})


def _answer(template: str, *, status: int = 200, **context: Any) -> Response:
    response = make_response(render_template(template, **context), status)
    # The same address has two answers: the page, and the list alone for htmx.
    response.vary.add("HX-Request")
    return response
