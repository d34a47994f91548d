"""A spreadsheet to bring in, and what only the person who sends it can say about it."""

from wtforms import Field, FileField, StringField, ValidationError

from forms.base import N_, AtMost, BaseForm, ChoiceField, CountField, DayField, Required, strip
from scoring.vocabulary import LOCAL_POOLS, TIER_NAMES, Tier

MONEY_UNITS = ("元", "千元", "万元", "亿元")
EARLIEST_YEAR = 1990
LATEST_YEAR = 2100
LAST_HEADER_ROW = 40


class ImportOptionsForm(BaseForm):
    """Everything here may stay empty when the file says it itself."""

    sender = StringField(
        N_("报送单位"),
        description=N_("作为数据来源记录；同一单位的列对应会记住。"),
        filters=[strip],
        default="",
        validators=[AtMost(80)],
    )
    received_on = DayField(N_("收到日期"), validators=[Required(N_("请填写收到这份数据的日期。"))])
    year = CountField(N_("数据年度"), description=N_("表头、标题或“年度”列已写明时不用填。"))
    money_unit = ChoiceField(
        N_("金额单位"),
        description=N_("表头或表角已写明时不用选。"),
        choices=[(unit, unit) for unit in MONEY_UNITS],
        unknown=N_("由文件说明"),
    )
    tier = ChoiceField(
        N_("证书种类"),
        description=N_("只在编号看不出是哪种证书时选。"),
        choices=[(tier.value, TIER_NAMES[tier]) for tier in Tier if tier not in LOCAL_POOLS],
        unknown=N_("由编号判断"),
    )
    complete_from = DayField(
        N_("完整名单：起"), description=N_("只有一个层级的证书名单、且没有遗漏时填；名单以外的企业就算没有。")
    )
    complete_to = DayField(N_("完整名单：止"), description=N_("到这一天为止，名单没有遗漏。"))
    header_row = CountField(N_("表头在第几行"), description=N_("自动找不到时填，例如 3。"))

    def validate_year(self, field: Field) -> None:
        """Refuse a year that no report can be about."""
        if field.data is not None and not EARLIEST_YEAR <= field.data <= LATEST_YEAR:
            raise ValidationError(field.gettext("年份不合理；请填四位年份，例如 2025。"))

    def validate_complete_to(self, field: Field) -> None:
        """Ask for both days of a complete list, in their order."""
        first = self.complete_from.data
        if (first is None) != (field.data is None):
            raise ValidationError(field.gettext("完整名单的起止日期要一起填，或都留空。"))
        if first is not None and field.data < first:
            raise ValidationError(field.gettext("完整名单的截止日期早于起始日期。"))

    def validate_header_row(self, field: Field) -> None:
        """Refuse a row that is none."""
        if field.data is not None and not 1 <= field.data <= LAST_HEADER_ROW:
            raise ValidationError(field.gettext("表头须在第 1 至 40 行之间。"))


class UploadForm(ImportOptionsForm):
    """The file with its options."""

    file = FileField(N_("文件"), description=N_("xlsx、xls 或 csv；也可以把文件拖到这里。"))

    def validate_file(self, field: Field) -> None:
        """Ask for a file."""
        if not field.data or not getattr(field.data, "filename", ""):
            raise ValidationError(field.gettext("请选择要导入的文件。"))

    def steering(self) -> tuple[str, ...]:
        """The file itself is no option."""
        return ("file",)
