"""How templates write words, numbers and days: filters, tests and the marks of verdicts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import format_date, lazy_gettext, ngettext
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from enterprise_pipeline.services.reference import industry_name, jurisdiction_name
from enterprise_pipeline.services.texts import Text
from enterprise_pipeline.web.context import local_zone, today
from enterprise_pipeline.web.language import chosen_language
from enterprise_pipeline.web.numbers import Lines, Number, percent_text, wan_text, yuan_text
from scoring.vocabulary import COLUMNS, TIER_NAMES, CriterionResult, Fact, Tier, Unit, Verdict


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How a verdict or a criterion's result looks: sign, word and the name of its colours."""

    sign: str
    word: Any
    tone: str


VERDICT_MARKS: dict[Verdict, Mark] = {
    Verdict.ELIGIBLE: Mark(sign="✓", word=lazy_gettext("符合"), tone="yes"),
    Verdict.NOT_ELIGIBLE: Mark(sign="✕", word=lazy_gettext("不符合"), tone="no"),
    Verdict.UNDETERMINED: Mark(sign="?", word=lazy_gettext("待补数据"), tone="unknown"),
    Verdict.NEEDS_JUDGEMENT: Mark(sign="◇", word=lazy_gettext("待研判"), tone="judgement"),
    Verdict.NOT_APPLICABLE: Mark(sign="–", word=lazy_gettext("不适用"), tone="none"),
}
RESULT_MARKS: dict[CriterionResult, Mark] = {
    CriterionResult.MET: Mark(sign="✓", word=lazy_gettext("满足"), tone="yes"),
    CriterionResult.NOT_MET: Mark(sign="✕", word=lazy_gettext("不满足"), tone="no"),
    CriterionResult.UNKNOWN: Mark(sign="?", word=lazy_gettext("未知"), tone="unknown"),
    CriterionResult.JUDGEMENT: Mark(sign="◇", word=lazy_gettext("待研判"), tone="judgement"),
    CriterionResult.NOT_APPLICABLE: Mark(sign="–", word=lazy_gettext("不适用"), tone="none"),
}
UNIT_WORDS: dict[Unit, Any] = {
    Unit.CNY: lazy_gettext("万元"),
    Unit.HEADS: lazy_gettext("人"),
    Unit.COUNT: lazy_gettext("项"),
    Unit.POINTS: lazy_gettext("分"),
    Unit.DAYS: lazy_gettext("天"),
    Unit.YEARS: lazy_gettext("年"),
}
PPM = 1_000_000


def unknown() -> str:
    """The word for what nobody has told us."""
    return str(_("未知"))


def translated(text: object) -> str:
    """A text written elsewhere in Chinese (a form's label, a service's message), in the page's language."""
    if isinstance(text, Text):
        said = str(_(text.pattern))
        return said % text.values if text.values else said
    return str(_(str(text))) if text else ""


def worded(thing: Any, name: str = "label") -> str:
    """A text that carries its own English beside it, as rules do: ``label`` and ``label_en``."""
    english = getattr(thing, f"{name}_en", "") if chosen_language() == "en" else ""
    return str(english or getattr(thing, name))


def jurisdiction(code: str | None) -> str:
    """The name of a jurisdiction, or that nobody has told us."""
    return jurisdiction_name(code, english=chosen_language() == "en") if code else unknown()


def industry(code: str | None) -> str:
    """An industry as code and name (the names are the Chinese standard's)."""
    return f"{code} {industry_name(code)}" if code else unknown()


def fact_label(column: str, day_of_facts: date | None = None) -> str:
    """What a column of the facts frame is called; with a day, yearly figures name their year."""
    if column.startswith("holds_"):
        return str(_("是否持有：%(tier)s", tier=tier_name(column.removeprefix("holds_"))))
    stem, _mark, back = column.rpartition("_y")
    if stem not in COLUMNS or not back.isdigit():
        return translated(COLUMNS[column].label)
    label = translated(COLUMNS[stem].label)
    if day_of_facts is None:
        return str(_("%(label)s（前 %(back)s 年）", label=label, back=back))
    return str(_("%(label)s（%(year)s 年）", label=label, year=day_of_facts.year - int(back)))


def offered(f: Any) -> Any:
    """A select field with its choices in the page's language."""
    if isinstance(f.choices, list):
        f.choices = [_offered(SelectChoice.from_input(choice)) for choice in f.choices]
    return f


def _offered(choice: SelectChoice) -> SelectChoice:
    return replace(choice, label=translated(choice.label))


def wan(fen: int | None, line_fen: int | None = None) -> str:
    """Money in 万元; never rounded across ``line_fen``."""
    return unknown() if fen is None else wan_text(fen, line_fen=line_fen)


def wan_up(fen: int | None) -> str:
    """A missing amount in 万元, rounded up."""
    return unknown() if fen is None else wan_text(fen, up=True)


def yuan(fen: int | None) -> str:
    """Money in 元, exact to the 分."""
    return unknown() if fen is None else yuan_text(fen)


def percent(numerator: Number | None, denominator: Number | None, line: Lines = None) -> str:
    """A share in percent; never rounded across a line (a share, several, or the threshold as printed)."""
    if numerator is None or denominator is None:
        return unknown()
    if denominator == 0:
        return str(_("无法计算（分母为 0）"))
    return percent_text(numerator, denominator, line=line)


def number(value: int | None) -> str:
    """A whole number with thousands separated."""
    return unknown() if value is None else f"{value:,}".replace("-", "−")


def amount(value: int | None, unit: Unit, *, up: bool = False) -> str:
    """A value with its unit: 12.40 万元, 1 人; money comes in 分."""
    if value is None:
        return unknown()
    figure = wan_text(value, up=up) if unit is Unit.CNY else number(value)
    return f"{figure} {UNIT_WORDS.get(unit, '')}".strip()


def fact_value(value: Any, fact: Fact) -> str:
    """A stored fact as text, with its unit."""
    if value is None:
        return unknown()
    if fact.unit is Unit.FLAG:
        return str(_("是") if value else _("否"))
    if fact.unit is Unit.SHARE:
        return percent_text(int(value), PPM)
    if fact.unit is Unit.DATE:
        return day(value)
    return str(value) if fact.unit is Unit.CODE else counted(int(value), fact)


def counted(value: int, fact: Fact) -> str:
    """A whole number with the unit of its fact: a rank and a level are no items."""
    if fact.name == "domestic_rank":
        return str(_("第 %(n)s 名", n=value))
    if fact.name == "digital_level":
        return str(_("%(n)s 级", n=value))
    return amount(value, fact.unit)


def day(value: date | None) -> str:
    """A day in a table: 2026-11-22."""
    return unknown() if value is None else value.isoformat()


def day_prose(value: date | None) -> str:
    """A day in a sentence: 2026年11月22日."""
    return unknown() if value is None else str(format_date(value, "long"))


def instant(value: datetime | None) -> str:
    """An instant where the bureau is: 2026-11-22 10:32."""
    return unknown() if value is None else value.astimezone(local_zone()).strftime("%Y-%m-%d %H:%M")


def countdown(value: date, start: date | None = None) -> str:
    """How far a day is from ``start`` (today): 还有 38 天; to stand beside the day itself."""
    days = (value - (start or today())).days
    if days == 0:
        return str(_("就是今天") if start is None else _("当天"))
    if days > 0:
        return str(ngettext("还有 %(num)s 天", "还有 %(num)s 天", days))
    return str(ngettext("已过 %(num)s 天", "已过 %(num)s 天", -days))


def verdict_mark(verdict: int) -> Mark:
    """Sign, word and tone of a verdict."""
    return VERDICT_MARKS[Verdict(verdict)]


def verdict_text(verdict: int, n_failed: int | None = None, n_missing: int | None = None) -> str:
    """The words on a verdict's chip."""
    word = str(VERDICT_MARKS[Verdict(verdict)].word)
    if verdict == Verdict.NOT_ELIGIBLE and n_failed:
        return word + str(ngettext(" · 差 %(num)s 项", " · 差 %(num)s 项", n_failed))
    if verdict == Verdict.UNDETERMINED and n_missing:
        return word + str(ngettext(" · 缺 %(num)s 项", " · 缺 %(num)s 项", n_missing))
    return word


def result_mark(result: int) -> Mark:
    """Sign, word and tone of a criterion's result."""
    return RESULT_MARKS[CriterionResult(result)]


def tier_name(tier: str) -> str:
    """The name of a tier or of the pool of its holders, in the page's language."""
    return translated(TIER_NAMES[Tier(tier)])


FILTERS: tuple[Callable[..., Any], ...] = (
    translated, worded, offered, jurisdiction, industry, fact_label, tier_name,
    wan, wan_up, yuan, percent, number, amount, fact_value,
    day, day_prose, instant, countdown,
    verdict_mark, verdict_text, result_mark,
)  # fmt: skip


def init_filters(app: Flask) -> None:
    """Make the filters known to templates, also as functions, and let blocks leave no blank lines."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function
        app.jinja_env.globals[function.__name__] = function
    app.jinja_env.filters["fen"] = app.jinja_env.filters["money"] = wan
    app.jinja_env.globals.update(Verdict=Verdict, CriterionResult=CriterionResult, Tier=Tier, Unit=Unit)
