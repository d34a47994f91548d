"""Addresses that lead from a list to a record and on through the list.

The address of a record carries ``list`` (the query of the list it was opened
from) and ``at`` (its place there), so that "next" works without a session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from enterprise_pipeline.services import candidates as service
from enterprise_pipeline.services.candidate_filter import CandidateFilter, parse
from enterprise_pipeline.services.candidate_walk import Count
from enterprise_pipeline.services.candidates import Neighbour
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.web.access import current_scope

RECORD = "enterprises.show"
LIST = "list"
AT = "at"
# Stands in for a number in an address that is made once for fifty rows.
_PLACEHOLDER = 0


@dataclass(frozen=True, kw_only=True)
class ListPlace:
    """Where an open record stands in the list it was opened from, with the ways on and back."""

    back: str
    previous: str | None
    previous_name: str
    next: str | None
    next_name: str
    number: int
    total: Count


def record_address(wanted: CandidateFilter) -> Callable[[int, str], str]:
    """A function from an enterprise and its place to the address of its record."""
    query = urlencode(wanted.address()) or f"tier={wanted.tier}"
    parameters: dict[str, Any] = {LIST: query, AT: ""}
    made = url_for(RECORD, enterprise_id=_PLACEHOLDER, **parameters)
    path, _sign, rest = made.partition("?")
    folder = path.rpartition("/")[0]
    kept = "&".join(part for part in rest.split("&") if part != f"{AT}=")
    return lambda enterprise_id, at: f"{folder}/{enterprise_id}?{kept}&{AT}={at}"


def list_place(enterprise_id: int) -> ListPlace | None:
    """The place of this record in the list that the address names; None when it names none that works."""
    query = request.args.get(LIST, "")
    if not query:
        return None
    try:
        wanted = parse(dict(parse_qsl(query)))
        found = service.neighbours(wanted, enterprise_id, scope=current_scope(), at=request.args.get(AT, ""))
    except ServiceError:  # A list that cannot be read is no reason to hide the record.
        return None
    if found is None:
        return None
    address, back = record_address(wanted), dict[str, Any](wanted.address())

    def way(to: Neighbour | None) -> str | None:
        return None if to is None else address(to.enterprise_id, to.at)

    return ListPlace(
        back=url_for("candidates.index", **back),
        previous=way(found.previous),
        previous_name=found.previous.name if found.previous else "",
        next=way(found.next),
        next_name=found.next.name if found.next else "",
        number=found.number,
        total=found.total,
    )
