"""Registration of an enterprise; whether its code is valid and free is the service's question."""

from collections.abc import Sequence

from wtforms import BooleanField, Field, HiddenField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Regexp

from forms.amounts import tidy
from forms.base import N_, AtMost, BaseForm, ChoiceField, DayField, Required, TextField, strip

CODE_LENGTH = 18


def _tidy_code(value: str | None) -> str | None:
    return tidy(value).upper() if value is not None else None


def _tidy_industry(value: str | None) -> str | None:
    return (tidy(value).upper() or None) if value is not None else None


class EnterpriseForm(BaseForm):
    """What a business licence says, and who reviews the enterprise."""

    credit_code = StringField(
        N_("统一社会信用代码"),
        description=N_("18 位，见营业执照；不含字母 I、O、S、V、Z。"),
        filters=[_tidy_code],
        validators=[Required(N_("请填写统一社会信用代码。"))],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    name = StringField(
        N_("企业名称"),
        description=N_("与营业执照一致的全称。"),
        filters=[strip],
        validators=[Required(N_("请填写企业名称。")), AtMost(200)],
        render_kw={"autocomplete": "organization"},
    )
    division_code = ChoiceField(N_("登记所在地"), description=N_("营业执照登记的县市区。"))
    jurisdiction = ChoiceField(N_("归口管理"), description=N_("由谁审核；高新区没有行政区划代码，单独列出。"))
    industry_code = TextField(
        N_("行业代码"),
        description=N_("国民经济行业分类 GB/T 4754—2017，例如 C2614。"),
        filters=[_tidy_industry],
        render_kw={"autocomplete": "off", "spellcheck": "false", "list": "industries"},
    )
    hitech_field = ChoiceField(N_("高新技术领域"))
    registered_on = DayField(N_("成立日期"))
    address = TextField(N_("地址"), validators=[AtMost(300)], render_kw={"autocomplete": "street-address"})
    confirmed = BooleanField(N_("已核对，仍然保存"))

    def steering(self) -> Sequence[str]:
        """Name what only steers the form."""
        return ("confirmed",)

    def validate_name(self, field: Field) -> None:
        """Refuse control characters, which no licence prints and no spreadsheet survives."""
        if any(ord(character) < ord(" ") for character in field.data):
            raise ValidationError(field.gettext("名称中有换行或制表符；请删去后重填。"))

    def validate_industry_code(self, field: Field) -> None:
        """Refuse what cannot be a code of the classification."""
        if field.data:
            message = field.gettext("行业代码由 1 个字母（A–T）和 2 至 4 位数字组成，例如 C2614。")
            Regexp(r"^[A-T]\d{2,4}$", message=message)(self, field)


class EnterpriseEditForm(EnterpriseForm):
    """An edit, guarded against passing over somebody else's."""

    name_change = RadioField(
        N_("名称有变化时"),
        choices=[
            SelectChoice("renamed", N_("企业更名，保留曾用名")),
            SelectChoice("corrected", N_("原来录错了，只更正文字")),
        ],
        default="renamed",
    )
    renamed_on = DayField(N_("更名日期"), description=N_("留空则按今天登记。"))
    version = HiddenField(default="0")
    seen = HiddenField(default="")

    def steering(self) -> Sequence[str]:
        """Name what only steers the form."""
        return ("version", "seen", "renamed_on", "name_change", "confirmed")
