"""What to compare, what counts as not checked lately, and what to rehearse."""

from wtforms import Field, FileField, StringField, ValidationError

from forms.base import N_, AtMost, BaseForm, ChoiceField, CountField, DayField, Required, strip

MOST_MONTHS = 600


class CompareForm(BaseForm):
    """Two days, and perhaps one tier."""

    tier = ChoiceField(N_("层级"), unknown=N_("全部层级"))
    to = DayField(N_("到"), validators=[Required(N_("请填写要比较的后一天。"))])


# ``from`` is a keyword of Python, so this field cannot be written as an attribute in the class.
setattr(CompareForm, "from", DayField(N_("从"), validators=[Required(N_("请填写要比较的前一天。"))]))


class StaleForm(BaseForm):
    """After how many months a number counts as not checked lately."""

    months = CountField(N_("几个月未核对"))

    def validate_months(self, field: Field) -> None:
        """Refuse a span that says nothing."""
        if field.data is not None and not 1 <= field.data <= MOST_MONTHS:
            raise ValidationError(field.gettext("请填 1 至 600 之间的月数。"))


class RehearsalForm(BaseForm):
    """On which day, and with which figures, two rule sets are tried."""

    as_of = DayField(
        N_("按哪一天的情况"),
        description=N_("规则按这一天取用；数据用这一天以前收到的。"),
        validators=[Required(N_("请填写日期。"))],
    )
    basis = ChoiceField(
        N_("用哪些数据"),
        description=N_("自动：今年以内的日期只用已上报的；以后年度的，没报的用最近一年的代替。"),
        choices=[("reported", N_("只用已上报的数据")), ("forecast", N_("没报的年度用最近一年的"))],
        unknown=N_("自动"),
    )


class RehearsalFileForm(RehearsalForm):
    """A rule file to try in the place of the present one."""

    file = FileField(N_("规则文件"), description=N_("扩展名为 toml 的规则文件，与系统自带的写法相同。"))
    standard = StringField(
        N_("标准代号"),
        description=N_("文件里有几套标准都改了时填，例如 hubei2021；不填取默认的一套。"),
        filters=[strip],
        default="",
        validators=[AtMost(24)],
    )

    def validate_file(self, field: Field) -> None:
        """Ask for a file."""
        if not field.data or not getattr(field.data, "filename", ""):
            raise ValidationError(field.gettext("请选择要预演的规则文件。"))
