"""One screen of the quick check on a page: its fields, what was typed, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _

from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.quick_check.answers import Answers
from enterprise_pipeline.services.quick_check.contradictions import contradictions
from enterprise_pipeline.services.quick_check.industries import industry_choices, industry_code_of
from enterprise_pipeline.services.quick_check.screens import HOLDINGS, Asked
from enterprise_pipeline.web.csrf import csrf_meta
from enterprise_pipeline.web.filters import fact_label, industry, translated
from forms.base import DEFAULT_UNIT
from forms.fact_fields import show_money_in
from forms.facts import fact_of
from forms.quick_check import HOLDS, INDUSTRY, ScreenForm, screen_form
from scoring.vocabulary import Fact, Unit

NONE, UNKNOWN = "none", "unknown"
MANY_YEARS = 2


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fact on a screen, with one field, or one a year in a small table."""

    fact: Fact
    columns: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(kw_only=True)
class ScreenPage:
    """A screen with its form; ``chosen`` are the holdings that are ticked."""

    asked: Asked
    form: ScreenForm
    rows: tuple[Row, ...]
    chosen: frozenset[str]
    holdings: tuple[str, ...]
    industries: tuple[str, ...]

    @property
    def tables(self) -> tuple[Row, ...]:
        """The facts asked for several years."""
        return tuple(row for row in self.rows if len(row.columns) >= MANY_YEARS)

    @property
    def singles(self) -> tuple[Row, ...]:
        """The facts asked once."""
        return tuple(row for row in self.rows if len(row.columns) < MANY_YEARS)

    @property
    def has_money(self) -> bool:
        """Whether any amount is asked, so that a unit matters."""
        return any(row.fact.unit is Unit.CNY for row in self.rows)

    @property
    def is_holdings(self) -> bool:
        """Whether this is the list of titles held."""
        return self.asked.screen.id == HOLDINGS


def shown(asked: Asked, answers: Answers, *, as_of: date, unit: str = "") -> ScreenPage:
    """A screen with the answers given so far."""
    told = {name: answers.told.get(name) for name in asked.columns if not name.startswith(HOLDS)}
    if told.get(INDUSTRY):
        told[INDUSTRY] = industry(told[INDUSTRY])
    form = screen_form(asked.columns)(data=told, meta=csrf_meta())
    form.unit.data = unit or _unit()
    show_money_in(form, form.unit.data)
    return _page(asked, form, _held(asked, answers), as_of=as_of)


def typed(asked: Asked, *, as_of: date) -> ScreenPage:
    """A screen with what has just been typed, not looked at yet."""
    form = screen_form(asked.columns)(request.form, meta=csrf_meta())
    return _page(asked, form, frozenset(request.form.getlist("holds")), as_of=as_of)


def read(page: ScreenPage) -> dict[str, Any] | None:
    """The values typed, None for what is not known; or None when something cannot be read."""
    if page.is_holdings:
        return _holdings(page)
    is_valid = page.form.validate()
    values = {name: page.form[name].data for name in page.form.asked}
    if values.get(INDUSTRY):
        try:
            values[INDUSTRY] = industry_code_of(values[INDUSTRY])
        except FieldConflict as conflict:
            page.form.add_error(INDUSTRY, translated(conflict.message))
            return None
    return values if is_valid else None


def contradict(page: ScreenPage, answers: Answers, *, as_of: date) -> bool:
    """Pin what cannot be true together to the fields of this screen; whether there was any."""
    found = [
        clash
        for clash in contradictions(answers.told, as_of=as_of)
        if set(clash.columns) & set(page.asked.columns)
    ]
    for clash in found:
        for column in clash.columns:
            if column in page.form.asked:
                page.form.add_error(column, translated(clash.message))
                break
    return bool(found)


def _unit() -> str:
    given = request.form.get("unit", DEFAULT_UNIT)
    return given if given in ("wan", "yuan") else DEFAULT_UNIT


def _page(asked: Asked, form: ScreenForm, chosen: frozenset[str], *, as_of: date) -> ScreenPage:
    rows: dict[str, list[str]] = {}
    for column in form.asked:
        found = fact_of(column)
        if found is not None:
            rows.setdefault(found[0].name, []).append(column)
    facts = [_row(columns, as_of) for columns in rows.values()]
    for row in facts:
        for column, year in zip(row.columns, row.years, strict=False):
            form[column].label.text = fact_label(column, as_of) if year else translated(row.fact.label)
    return ScreenPage(
        asked=asked,
        form=form,
        rows=tuple(facts),
        chosen=chosen,
        holdings=tuple(name.removeprefix(HOLDS) for name in asked.columns if name.startswith(HOLDS)),
        industries=industry_choices() if INDUSTRY in form.asked else (),
    )


def _row(columns: Sequence[str], as_of: date) -> Row:
    facts = [found for column in columns if (found := fact_of(column))]
    years = tuple(as_of.year - back if back else 0 for _fact, back in facts)
    return Row(fact=facts[0][0], columns=tuple(columns), years=years)


def _held(asked: Asked, answers: Answers) -> frozenset[str]:
    held = {name for name in asked.columns if answers.told.get(name)}
    known = {name for name in asked.columns if name in answers.told}
    if held:
        return frozenset(name.removeprefix(HOLDS) for name in held)
    if known:
        return frozenset({NONE})
    return frozenset({UNKNOWN} if answers.unknown & set(asked.columns) else ())


def _holdings(page: ScreenPage) -> dict[str, Any] | None:
    columns = [f"{HOLDS}{tier}" for tier in page.holdings]
    ticked = page.chosen & set(page.holdings)
    if ticked and page.chosen & {NONE, UNKNOWN}:
        message = _("既勾选了资格，又选了“都没有”或“不清楚”；请只留下一种。")
        page.form.form_errors.append(message)
        return None
    if ticked or NONE in page.chosen:
        return {name: name.removeprefix(HOLDS) in ticked for name in columns}
    return dict.fromkeys(columns)
