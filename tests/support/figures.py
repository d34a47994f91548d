"""An enterprise whose every figure is a number of its own, to be searched for in pages."""

import re
from html import unescape
from typing import Any

from sqlalchemy.orm import Session

from scoring.vocabulary import ENTERPRISE_FACTS, YEARLY_FACTS, Unit
from tests.support.small_registry import GOOD_FACTS, add_enterprise, add_report, add_sheet

YEARS = (2022, 2023, 2024, 2025)
# Digits that nothing else on a page has; every figure and year gets its own.
_BASE = 7_310_000_000


def improbable(place: int, year: int) -> int:
    """Money in 分 that no page shows by accident: 73,1ab,… 万元 with its own 元 and 分."""
    return _BASE + place * 17_371_137 + (year - 2000) * 971_717


def figures_of(year: int) -> dict[str, int]:
    """A whole year's figures; heads are in thousands and as improbable."""
    return {
        fact.column: improbable(place, year) if fact.unit is Unit.CNY else 31_000 + place * 137 + year % 97
        for place, fact in enumerate(YEARLY_FACTS, start=1)
    }


MONEY_FACTS = {
    fact.column: improbable(40 + place, 2025)
    for place, fact in enumerate(ENTERPRISE_FACTS)
    if fact.unit is Unit.CNY
}


def add_telling_enterprise(session: Session, **values: Any) -> int:
    """Register an enterprise of which every figure of four years is known."""
    enterprise_id = add_enterprise(session, **values)
    add_sheet(session, enterprise_id, **GOOD_FACTS, **MONEY_FACTS)
    for year in YEARS:
        add_report(session, enterprise_id, year, **figures_of(year))
    return enterprise_id


def spellings(fen: int) -> set[str]:
    """Every way in which a page could write an amount: 分, 元, 万元, with and without separators."""
    yuan, cents = divmod(fen, 100)
    told = {f"{fen}", f"{fen:,}", f"{yuan}.{cents:02d}", f"{yuan:,}.{cents:02d}", f"{yuan}", f"{yuan:,}"}
    wan = fen / 1_000_000
    for digits in (0, 1, 2, 4, 6):
        told |= {f"{wan:.{digits}f}", f"{wan:,.{digits}f}"}
    return {text for text in told if len(re.sub(r"\D", "", text)) > len("7310")}


def leaks(page: str, figures: dict[str, int]) -> dict[str, str]:
    """Which of these figures stand anywhere in the source of a page, attributes and scripts included."""
    source = unescape(page)
    found = {}
    for name, value in figures.items():
        for text in spellings(value) if name.endswith("_fen") else {f"{value}", f"{value:,}"}:
            if text in source and re.search(rf"(?<![\d,.]){re.escape(text)}(?![\d])", source):
                found[name] = text
    return found
