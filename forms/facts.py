"""Facts that are not yearly: the whole sheet, and the few that a verdict waits for."""

from collections.abc import Sequence

from wtforms import HiddenField, StringField

from forms.base import N_, UNIT_NAMES, AtMost, BaseForm, DayField, OneOf, Required, strip
from forms.fact_fields import field_of
from forms.figures import BY_HAND
from scoring.vocabulary import COLUMNS, ENTERPRISE_FACTS, IDENTITY_FACTS, YEARS_CARRIED, Fact

SHEET_FACTS: tuple[Fact, ...] = tuple(fact for fact in ENTERPRISE_FACTS if fact.name not in IDENTITY_FACTS)


class SheetForm(BaseForm):
    """One dated sheet of facts; blank means that this sheet does not tell."""

    valid_from = DayField(
        N_("适用起始日"),
        description=N_("这些情况从哪一天起属实。"),
        validators=[Required(N_("请填写这些情况从哪一天起属实，例如 2026-01-01。"))],
    )
    received_on = DayField(
        N_("收到日期"),
        description=N_("我们在哪一天得知。"),
        validators=[Required(N_("请填写收到这份数据的日期，例如 2026-11-22。"))],
    )
    source = StringField(
        N_("来源"),
        default=BY_HAND,
        filters=[strip],
        validators=[Required(N_("请填写数据来源，例如 企业自报。")), AtMost(80)],
    )
    unit = HiddenField(default="wan", validators=[OneOf(tuple(UNIT_NAMES))])

    def steering(self) -> Sequence[str]:
        """Name what only steers the form."""
        return ("unit", "valid_from", "received_on", "source")


for _fact in SHEET_FACTS:
    setattr(SheetForm, _fact.column, field_of(_fact))


class AnswerForm(BaseForm):
    """The facts that a verdict waits for, each with its field; made by `answer_form`."""

    received_on = DayField(
        N_("收到日期"),
        validators=[Required(N_("请填写收到这份数据的日期，例如 2026-11-22。"))],
    )
    source = StringField(
        N_("来源"),
        default=BY_HAND,
        filters=[strip],
        validators=[Required(N_("请填写数据来源，例如 企业自报。")), AtMost(80)],
    )
    unit = HiddenField(default="wan", validators=[OneOf(tuple(UNIT_NAMES))])

    def steering(self) -> Sequence[str]:
        """Name what only steers the form."""
        return ("unit", "received_on", "source")


def fact_of(column: str) -> tuple[Fact, int] | None:
    """Return the fact behind a column of the facts frame and how many years back it lies (0: not yearly)."""
    if column in COLUMNS and not COLUMNS[column].yearly:
        return COLUMNS[column], 0
    name, _, suffix = column.rpartition("_y")
    if suffix.isdigit() and 1 <= int(suffix) <= YEARS_CARRIED and name in COLUMNS and COLUMNS[name].yearly:
        return COLUMNS[name], int(suffix)
    return None


def answer_form(columns: Sequence[str]) -> type[AnswerForm]:
    """Make the form that asks for these columns of the facts frame; others (holdings) are left out."""
    found = {column: fact_of(column) for column in columns}
    fields = {column: field_of(fact[0]) for column, fact in found.items() if fact is not None}
    return type("AnswerForm", (AnswerForm,), fields)
