"""A year's figures, typed in 元 or 万元; a blank field is unknown, never zero."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, StringField

from forms.base import N_, UNIT_NAMES, AtMost, BaseForm, DayField, OneOf, Required, strip
from forms.fact_fields import field_of
from scoring.vocabulary import YEARLY_FACTS

BY_HAND = "手工录入"
# How the sheet of a year is laid out; a test holds it complete.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("人员"), ("employees", "tech_staff", "rd_staff")),
    (
        N_("收入与利润"),
        (
            "revenue_fen",
            "main_revenue_fen",
            "total_income_fen",
            "hitech_income_fen",
            "total_profit_fen",
            "net_profit_fen",
        ),
    ),
    (N_("研发与成本"), ("rd_expense_fen", "rd_domestic_fen", "cost_expense_fen")),
    (N_("资产与负债"), ("total_assets_fen", "total_liabilities_fen", "net_assets_fen")),
)


class FiguresForm(BaseForm):
    """The facts of one fiscal year; the year itself is part of the address.

    ``base`` is the newest version the person has seen, so that nobody else's
    version is passed over unread.
    """

    received_on = DayField(
        N_("收到日期"),
        description=N_("数据从这一天起才算已知；按历史日期查看时，之前的结论不受影响。"),
        validators=[Required(N_("请填写收到这份数据的日期，例如 2026-11-22。"))],
    )
    source = StringField(
        N_("来源"),
        default=BY_HAND,
        description=N_("谁提供的，例如 企业年报、税务数据、企业自报。"),
        filters=[strip],
        validators=[Required(N_("请填写数据来源，例如 企业自报。")), AtMost(80)],
    )
    unit = HiddenField(default="wan", validators=[OneOf(tuple(UNIT_NAMES))])
    base = HiddenField(default="0")
    confirmed = BooleanField(N_("已核对，数据无误，仍然保存"))

    def steering(self) -> Sequence[str]:
        """Name what only steers the form."""
        return ("unit", "base", "confirmed", "received_on", "source")


for _fact in YEARLY_FACTS:
    setattr(FiguresForm, _fact.column, field_of(_fact))
