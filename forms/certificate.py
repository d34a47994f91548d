"""A certificate or registration number; the day of issue may be unknown."""

from wtforms import BooleanField, Field, HiddenField, StringField, ValidationError

from forms.amounts import tidy
from forms.base import N_, AtMost, BaseForm, ChoiceField, CountField, DayField, Required, strip
from forms.figures import BY_HAND
from scoring.vocabulary import LOCAL_POOLS, TIER_NAMES, Tier

EARLIEST_YEAR = 1980
LATEST_YEAR = 2100
# Local reserves are entered by decision or rule, not by a certificate.
CERTIFIED: tuple[Tier, ...] = tuple(tier for tier in Tier if tier not in LOCAL_POOLS)


class CertificateForm(BaseForm):
    """What is printed on a certificate."""

    pool_id = ChoiceField(
        N_("资质"),
        choices=[(tier.value, TIER_NAMES[tier]) for tier in CERTIFIED],
        unknown=N_("请选择"),
        validators=[Required(N_("请选择是哪一种资质。"))],
    )
    number = StringField(
        N_("证书编号"),
        description=N_("例如 GR201942001291；科技型中小企业填入库登记编号。"),
        filters=[strip, lambda text: tidy(text).upper() if text is not None else None],
        validators=[Required(N_("请填写证书编号。")), AtMost(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    issued_on = DayField(N_("发证日期"), description=N_("不清楚就留空；有效期将记为未知。"))
    issued_year = CountField(N_("发证年份"), description=N_("只知道年份时填写。"))
    expires_on = DayField(N_("有效期至"), description=N_("留空时按发证日期和规定年限推算。"))
    revoked_on = DayField(N_("撤销日期"), description=N_("未被撤销就留空。"))
    received_on = DayField(
        N_("收到日期"), validators=[Required(N_("请填写收到这份数据的日期，例如 2026-11-22。"))]
    )
    source = StringField(
        N_("来源"),
        default=BY_HAND,
        filters=[strip],
        validators=[Required(N_("请填写数据来源，例如 证书原件。")), AtMost(80)],
    )
    stamp = HiddenField(default="")
    confirmed = BooleanField(N_("已核对，仍然保存"))

    def steering(self) -> tuple[str, ...]:
        """Name what only steers the form."""
        return ("stamp", "confirmed")

    def validate_issued_year(self, field: Field) -> None:
        """Refuse a year that no certificate bears or that contradicts its day."""
        if field.data is None:
            return
        if not EARLIEST_YEAR <= field.data <= LATEST_YEAR:
            raise ValidationError(field.gettext("年份不合理；请填四位年份，例如 2019。"))
        if self.issued_on.data is not None and self.issued_on.data.year != field.data:
            raise ValidationError(field.gettext("发证年份与发证日期不一致；请核对其中一项。"))

    def validate_expires_on(self, field: Field) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.issued_on.data and field.data < self.issued_on.data:
            raise ValidationError(field.gettext("有效期至早于发证日期；请核对。"))

    def validate_revoked_on(self, field: Field) -> None:
        """Refuse a revocation before the issue."""
        if field.data and self.issued_on.data and field.data < self.issued_on.data:
            raise ValidationError(field.gettext("撤销日期早于发证日期；请核对。"))
