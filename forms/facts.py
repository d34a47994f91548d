"""Facts that are not yearly: the whole sheet, and the few that a verdict waits for."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import HiddenField, StringField

from forms.base import N_, UNIT_NAMES, AtMost, BaseForm, DayField, OneOf, Required, strip
from forms.fact_fields import field_of
from forms.figures import BY_HAND
from scoring.vocabulary import COLUMNS, ENTERPRISE_FACTS, IDENTITY_FACTS, YEARS_CARRIED, Fact

# How the sheet is laid out; a test holds it complete.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("知识产权与成果"),
        (
            "class1_ip",
            "class2_ip",
            "owns_core_ip",
            "core_ip_total",
            "class1_ip_self_developed",
            "class1_ip_high_value",
            "class1_ip_transferred_in",
            "class1_ip_rank_below_3",
            "transformations_3y",
        ),
    ),
    (
        N_("资格与信用"),
        (
            "is_resident",
            "is_industry_excluded",
            "had_serious_incident",
            "has_bad_credit",
            "hitech_field_listed",
            "is_strategic_emerging",
            "is_recheck",
        ),
    ),
    (
        N_("奖励、机构与标准"),
        (
            "national_award_top3_5y",
            "national_award_top3_3y",
            "science_award_3y",
            "provincial_award_top3_3y",
            "srdi_direct_route",
            "has_provincial_rd_org",
            "rd_org_level",
            "led_standard_5y",
        ),
    ),
    (
        N_("市场与融资"),
        (
            "equity_raised_2y_fen",
            "equity_raised_3y_fen",
            "niche_years",
            "niche_field",
            "market_share_ppm",
            "domestic_rank",
            "market_position_ok",
            "is_key_link",
        ),
    ),
    (
        N_("评价与专家评分"),
        (
            "development_points",
            "digital_level",
            "quality_items",
            "local_special_points",
            "expert_intellectual_property",
            "expert_transformation",
            "expert_organisation",
            "expert_growth",
        ),
    ),
)

_ISSUE_DAY = re.compile(r"issued_on_(\d{1,18})")

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
    answers: tuple[str, ...] = ()
    issue_days: ClassVar[dict[int, str]] = {}

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


def answer_form(asked: Sequence[str]) -> type[AnswerForm]:
    """Make the form that asks for these columns of the facts frame and days of issue; others are left out."""
    found = {column: fact for column in asked if (fact := fact_of(column))}
    days = {int(match[1]): match[0] for match in map(_ISSUE_DAY.fullmatch, asked) if match}
    fields: dict[str, Any] = {column: field_of(fact) for column, (fact, _years) in found.items()}
    fields |= {name: DayField(N_("发证日期")) for name in days.values()}
    return type("AnswerForm", (AnswerForm,), fields | {"answers": tuple(found), "issue_days": days})
