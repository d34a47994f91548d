"""How the value that a criterion compares is written: with its unit, and never across its threshold."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from flask_babel import gettext as _

from enterprise_pipeline.services.criterion_views import CriterionView, Shape
from enterprise_pipeline.web.filters import (
    PPM,
    amount,
    counted,
    day,
    number,
    percent,
    translated,
    unknown,
    wan,
    worded,
)
from enterprise_pipeline.web.numbers import DIGITS_OF_A_FEN, FEN_PER_WAN, decimal_text, percent_text
from scoring.vocabulary import Fact, Unit


def _share(view: CriterionView) -> list[str]:
    outcome = view.outcome
    if view.numerator is None or view.denominator is None:
        return [unknown()]
    years = sorted({value.year for value in view.values if value.year})
    parts = _parts_of(outcome.numerator, outcome.denominator, view)
    span = _("（%(first)s–%(last)s 年合计）", first=years[0], last=years[-1]) if len(years) > 1 else ""
    return [percent(outcome.numerator, outcome.denominator, view.criterion.printed), f"{parts}{span}"]


def _shares(view: CriterionView) -> list[str]:
    """One line a year, newest first."""
    if view.numerator is None or view.denominator is None:
        return [unknown()]
    known = {(value.fact, value.year): value.value for value in view.values}
    lines = []
    for year in sorted({value.year for value in view.values if value.year}, reverse=True):
        top, bottom = known.get((view.numerator, year)), known.get((view.denominator, year))
        share = percent(top, bottom, view.criterion.printed)
        parts = _parts_of(top, bottom, view)
        lines.append(str(_("%(year)s 年 %(share)s（%(parts)s）", year=year, share=share, parts=parts)))
    return lines


def _parts_of(top: int | None, bottom: int | None, view: CriterionView) -> str:
    return str(
        _(
            "%(numerator)s ÷ %(denominator)s",
            numerator=_part(top, view.numerator),
            denominator=_part(bottom, view.denominator),
        )
    )


def _part(value: int | None, fact: Fact | None) -> str:
    return f"{translated(fact.label)} {amount(value, fact.unit)}" if fact else unknown()


def _amount(view: CriterionView) -> list[str]:
    return [_measured(view.outcome.numerator, view)]


def _measured(value: int | None, view: CriterionView) -> str:
    unit, fact = view.criterion.unit, only_fact(view)
    if value is None:
        return unknown()
    if unit is Unit.CNY:
        return f"{wan(value, view.line_fen)} {_('万元')}"
    if unit is Unit.SHARE:
        return percent_text(value, PPM, line=view.criterion.printed)
    return counted(value, fact) if fact else amount(value, unit)


def _total(view: CriterionView) -> list[str]:
    """The sum, and what it is made of."""
    total = _("合计 %(total)s", total=_measured(view.outcome.numerator, view))
    return [str(total), *_by_year(view)]


def _mean(view: CriterionView) -> list[str]:
    """The yearly mean, and what it is made of."""
    total, count = view.outcome.numerator, len(view.values)
    if total is None or not count or view.criterion.unit is not Unit.CNY:
        return _total(view)
    lines = [] if view.line_fen is None else [Fraction(view.line_fen, FEN_PER_WAN)]
    mean = decimal_text(Fraction(total, count * FEN_PER_WAN), lines=lines, most=DIGITS_OF_A_FEN)
    return [str(_("年均 %(mean)s 万元", mean=mean)), *_by_year(view)]


def _by_year(view: CriterionView) -> list[str]:
    return [
        str(_("%(year)s 年 %(value)s", year=value.year, value=amount(value.value, view.criterion.unit)))
        for value in view.values
        if value.year
    ]


def _age(view: CriterionView) -> list[str]:
    registered = view.values[0].value if view.values else None
    days = view.outcome.numerator
    if not isinstance(registered, date) or days is None:
        return [unknown()]
    told = _("%(day)s 成立，已 %(days)s 天", day=day(registered), days=number(days))
    return [str(told)]


def _indicators(view: CriterionView) -> list[str]:
    """The points of each indicator, and their sum where there are several."""
    lines = [f"{worded(part)} {_range(part.lo, part.hi)}" for part in view.parts]
    if len(lines) < 2:  # noqa: PLR2004 - one indicator is its own sum
        return lines or [unknown()]
    lo, hi = (sum(getattr(part, end) or 0 for part in view.parts) for end in ("lo", "hi"))
    return [str(_("合计 %(total)s", total=_range(lo, hi))), *lines]


def _range(lo: int | None, hi: int | None) -> str:
    if lo is None or hi is None:
        return unknown()
    return str(_("%(reached)s 分", reached=lo if lo == hi else f"{lo}–{hi}"))


def gap_text(view: CriterionView) -> str:
    """What is missing, rounded up."""
    gap, unit, fact = view.outcome.gap, view.criterion.unit, only_fact(view)
    if gap is not None and unit is Unit.SHARE:
        points = decimal_text(Fraction(gap, PPM // 100), most=DIGITS_OF_A_FEN, up=True)
        return str(_("%(points)s 个百分点", points=points))
    return counted(gap, fact) if gap is not None and fact and _is_step(fact) else amount(gap, unit, up=True)


def _is_step(fact: Fact) -> bool:
    """Whether a fact is counted in steps of its own rather than in items."""
    return fact.name == "digital_level"


def only_fact(view: CriterionView) -> Fact | None:
    """The one fact that a criterion is about, if it is one."""
    facts = {
        value.fact.name: value.fact
        for value in view.values
        if value.fact and value.fact.unit is not Unit.CODE
    }
    return next(iter(facts.values())) if len(facts) == 1 else None


LINES: dict[Shape, Callable[[CriterionView], list[str]]] = {
    Shape.AMOUNT: _amount,
    Shape.TOTAL: _total,
    Shape.MEAN: _mean,
    Shape.SHARE: _share,
    Shape.SHARES: _shares,
    Shape.AGE: _age,
    Shape.PARTS: _indicators,
}
