"""The list of everything registered: search, filters, and what each enterprise holds."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_pipeline.services import enterprise_list as service
from enterprise_pipeline.services.candidate_filter import BadFilter
from enterprise_pipeline.services.candidate_keys import BadCursor
from enterprise_pipeline.services.enterprise_list import EnterpriseFilter, EnterprisePage, Order
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.candidate_options import Option, choices_within
from enterprise_pipeline.web.candidate_words import FIELD_WORDS, Chip, word_of
from enterprise_pipeline.web.context import AS_OF
from enterprise_pipeline.web.partial import answer, is_partial
from enterprise_pipeline.web.said import said
from scoring.vocabulary import TIER_NAMES

ENDPOINT = "enterprises.index"
ORDER_WORDS: dict[Order, Any] = {
    Order.NAME: lazy_gettext("名称（拼音）"),
    Order.NEWEST: lazy_gettext("最近登记"),
}


def index() -> Response:
    """Show one page of the registry that the address asks for."""
    try:
        wanted = service.parse_enterprise_filter(request.args)
        after, before = request.args.get("after", ""), request.args.get("before", "")
        shown = service.enterprise_page(wanted, scope=current_scope(), after=after, before=before)
    except BadFilter as error:
        return answer(
            "candidates/wrong.html",
            status=400,
            errors=error.errors,
            labels=FIELD_WORDS,
            start=url_for(ENDPOINT),
            title=_("企业"),
        )
    except BadCursor as error:
        start = address(service.parse_enterprise_filter(request.args).address())
        return answer(
            "candidates/wrong.html",
            status=400,
            errors={"": error.message},
            labels={},
            start=start,
            title=_("企业"),
        )
    template = "enterprise_index/_list.html" if is_partial() else "enterprise_index/index.html"
    return answer(template, **view_of(shown))


def address(parameters: dict[str, str]) -> str:
    """The address of a list of the registry, on the day that this request is about."""
    if AS_OF in request.args:
        parameters = {**parameters, AS_OF: request.args[AS_OF]}
    query = f"?{urlencode(parameters)}" if parameters else ""
    return url_for(ENDPOINT, **{AS_OF: None}) + query


def view_of(shown: EnterprisePage) -> dict[str, Any]:
    """Everything the template needs."""
    here = shown.wanted.address()
    says = said()
    return {
        "shown": shown,
        "wanted": shown.wanted,
        "says": says,
        "options": options(shown.wanted, shown.facets),
        "orders": ORDER_WORDS,
        "chips": [(chip, address({k: v for k, v in here.items() if k != chip.name})) for chip in chips(here)],
        "previous": address({**here, "before": shown.previous}) if shown.previous else None,
        "next": address({**here, "after": shown.next}) if shown.next else None,
        "summary": summary(shown),
    }


def chips(here: dict[str, str]) -> list[Chip]:
    """The chosen filters, each removable."""
    colon = said().colon
    return [
        Chip(
            name=name,
            word=f"{FIELD_WORDS[name]}{colon}{word_of('also' if name == 'holds' else name, value)}",
        )
        for name, value in here.items()
        if name != "sort"
    ]


def summary(shown: EnterprisePage) -> str:
    """Which rows these are, of how many."""
    n = f"{shown.total.n:,}" + ("" if shown.total.is_exact else "+")
    if not shown.lines:
        return str(_("共 %(total)s 家", total=n))
    last = shown.first + len(shown.lines) - 1
    return str(
        _("第 %(first)s–%(last)s 家，共 %(total)s 家", first=f"{shown.first:,}", last=f"{last:,}", total=n)
    )


def options(wanted: EnterpriseFilter, facets: dict[str, dict[str, int]] | None) -> dict[str, list[Option]]:
    """The choices of each field, with counts where they are known."""
    chosen = wanted.address()
    offers: dict[str, list[Option]] = {}
    counted = () if facets is None else facets.get("jurisdiction", ())
    offered = choices_within(current_scope(), counted=counted)
    for name in ("jurisdiction", "industry", "field"):
        counts = None if facets is None else facets.get(name)
        offers[name] = [
            Option(
                value=value,
                word=word,
                is_chosen=chosen.get(name) == value,
                n=None if counts is None else counts.get(value, 0),
            )
            for value, word in offered[name]
        ]
    offers["holds"] = [
        Option(value=str(tier), word=said().tier(tier), is_chosen=tier is wanted.holds) for tier in TIER_NAMES
    ]
    return offers
