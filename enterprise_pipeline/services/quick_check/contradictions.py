"""Answers that cannot both be true: asked again, with what was typed kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from enterprise_pipeline.services.texts import N_, Text
from scoring.facts import split_year, year_column
from scoring.vocabulary import COLUMNS, YEARS_CARRIED, Unit

# The first cannot be more than the second.
PARTS: tuple[tuple[str, str], ...] = (
    ("tech_staff", "employees"),
    ("rd_staff", "employees"),
    ("main_revenue_fen", "revenue_fen"),
    ("rd_domestic_fen", "rd_expense_fen"),
    ("hitech_income_fen", "total_income_fen"),
    ("class1_ip_self_developed", "class1_ip"),
    ("class1_ip_high_value", "class1_ip"),
    ("class1_ip_transferred_in", "class1_ip"),
    ("class1_ip_rank_below_3", "class1_ip"),
    ("equity_raised_2y_fen", "equity_raised_3y_fen"),
)
FEN_PER_CNY = 100


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """A sentence about two answers; ``columns`` are both of them."""

    columns: tuple[str, ...]
    message: Text


def contradictions(told: Mapping[str, Any], *, as_of: date) -> list[Contradiction]:
    """Every pair of answers that cannot both be true."""
    return [*_days(told, as_of), *_parts(told), *_niche(told, as_of)]


def _days(told: Mapping[str, Any], as_of: date) -> Iterator[Contradiction]:
    registered = told.get("registered_on")
    if registered is not None and registered > as_of:
        yield Contradiction(
            columns=("registered_on",),
            message=Text(
                N_("成立日期 %(day)s 晚于今天 %(today)s；请按营业执照填写。"),
                day=registered.isoformat(),
                today=as_of.isoformat(),
            ),
        )


def _parts(told: Mapping[str, Any]) -> Iterator[Contradiction]:
    for part, whole in PARTS:
        is_yearly = COLUMNS[part].yearly
        for back in range(1, YEARS_CARRIED + 1) if is_yearly else (0,):
            names = (year_column(part, back), year_column(whole, back)) if is_yearly else (part, whole)
            small, large = told.get(names[0]), told.get(names[1])
            if small is not None and large is not None and small > large:
                yield Contradiction(columns=names, message=_more_than(part, small, whole, large))


def _more_than(part: str, small: int, whole: str, large: int) -> Text:
    return Text(
        N_("%(part)s %(small)s 多于%(whole)s %(large)s；请核对两项，改好其中一项，不清楚就清空。"),
        part=COLUMNS[part].label,
        small=_written(part, small),
        whole=COLUMNS[whole].label,
        large=_written(whole, large),
    )


def _written(column: str, value: int) -> str:
    if COLUMNS[split_year(column)[0]].unit is not Unit.CNY:
        return f"{value:,}"
    whole, rest = divmod(value, FEN_PER_CNY)
    return f"¥{whole:,}" + (f".{rest:02d}" if rest else "")


def _niche(told: Mapping[str, Any], as_of: date) -> Iterator[Contradiction]:
    years, registered = told.get("niche_years"), told.get("registered_on")
    if years is not None and registered is not None and years > as_of.year - registered.year + 1:
        yield Contradiction(
            columns=("niche_years", "registered_on"),
            message=Text(
                N_("从事细分市场 %(years)s 年，但企业 %(day)s 才成立；请核对两项。"),
                years=years,
                day=registered.isoformat(),
            ),
        )
