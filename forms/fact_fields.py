"""One form field for each fact of the vocabulary, so that its label, hint and unit are written once."""

from typing import Any

from wtforms import Field, Form

from forms.base import N_, ChoiceField, CountField, DayField, FlagField, MoneyField, ShareField, TextField
from scoring.vocabulary import Fact, Unit

# The names of the codes that the vocabulary lists; a test holds them complete.
CHOICE_NAMES: dict[str, str] = {
    "national": N_("国家级"),
    "provincial": N_("省级"),
    "city": N_("市级"),
    "below_city": N_("市级以下"),
    "none": N_("无"),
    "gap_filled": N_("填补国内空白（国际空白）"),
    "six_bases": N_("“六基”领域"),
}


def field_of(fact: Fact, *, label: str = "") -> Any:
    """Make the unbound form field of a fact; its name in the form is the fact's column."""
    text = label or fact.label
    if fact.unit is Unit.CNY:
        return MoneyField(text, description=fact.hint, signed=fact.signed)
    if fact.unit is Unit.FLAG:
        return FlagField(text, description=fact.hint)
    if fact.unit is Unit.SHARE:
        return ShareField(text, description=fact.hint)
    if fact.unit is Unit.DATE:
        return DayField(text, description=fact.hint)
    if fact.choices:
        names = [(code, CHOICE_NAMES[code]) for code in fact.choices]
        return ChoiceField(text, description=fact.hint, choices=names)
    if fact.unit is Unit.CODE:
        return TextField(text, description=fact.hint)
    return CountField(text, description=fact.hint)


def unit_of(fact: Fact) -> str:
    """The unit to show inside the field; money is in 万元 unless its sheet says otherwise."""
    return {
        Unit.CNY: N_("万元"),
        Unit.HEADS: N_("人"),
        Unit.COUNT: N_("项"),
        Unit.POINTS: N_("分"),
        Unit.YEARS: N_("年"),
        Unit.DAYS: N_("天"),
        Unit.SHARE: "%",
    }.get(fact.unit, "")


def show_money_in(form: Form, unit: str) -> None:
    """Write the money fields of a form in this unit, ``wan`` or ``yuan``."""
    for field in form:
        if isinstance(field, MoneyField):
            field.unit = unit


def is_blank(field: Field) -> bool:
    """Whether nobody has filled this field in."""
    return field.data is None or field.data == ""
