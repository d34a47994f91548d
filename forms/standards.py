"""Forms around a local standard: begun, headed, scored, tried, published, taken back."""

from typing import Any

from wtforms import BooleanField, Field, FileField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Regexp

from forms.base import N_, AtMost, BaseForm, ChoiceField, DayField, Required, TextField, strip
from forms.rule_cells import Cell, CellField, RowsField
from scoring.vocabulary import Verdict

ISSUER_LENGTH = 120
VERDICTS = {
    Verdict.ELIGIBLE.word: N_("符合"),
    Verdict.NOT_ELIGIBLE.word: N_("不符合"),
    Verdict.UNDETERMINED.word: N_("数据不全，未定"),
    Verdict.NEEDS_JUDGEMENT.word: N_("须由人研判"),
    Verdict.NOT_APPLICABLE.word: N_("不适用"),
}


class SeenForm(BaseForm):
    """A form of a draft's page; ``seen`` is the revision that the page showed."""

    seen = HiddenField(default="")

    def steering(self) -> tuple[str, ...]:
        """Name what only steers the form."""
        return ("seen",)


class NewStandardForm(BaseForm):
    """What a draft begins with."""

    tier = ChoiceField(N_("层级"), unknown=N_("请选择"), validators=[Required(N_("请选择层级。"))])
    label = StringField(
        N_("标准名称"),
        description=N_("例如 宜昌市瞪羚企业遴选标准（2027）。"),
        filters=[strip],
        validators=[Required(N_("请填写标准名称。")), AtMost(80)],
    )
    standard = TextField(
        N_("标准代号"),
        description=N_("小写字母和数字，同一标准的各版本相同；后备库不填即接续现行标准。"),
        validators=[AtMost(16)],
    )
    copy_of = ChoiceField(
        N_("以哪个标准为底稿"), unknown=N_("空白标准"), description=N_("复制其条件、评分和直通条件。")
    )
    effective_from = DayField(
        N_("拟施行日期"), validators=[Required(N_("请填写施行日期。"))], render_kw={"type": "date"}
    )
    editor = StringField(
        N_("起草人"),
        filters=[strip],
        validators=[Required(N_("请填写起草人姓名。")), AtMost(80)],
        render_kw={"autocomplete": "name"},
    )

    def validate_standard(self, field: Field) -> None:
        """Ask for a name that can stand in an address."""
        if field.data:
            message = field.gettext("代号只能用小写字母、数字和下划线，并以字母开头。")
            Regexp(r"^[a-z][a-z0-9_]*$", message=message)(self, field)


class HeadForm(SeenForm):
    """What a rule file says of a rule set as a whole."""

    label = StringField(
        N_("标准名称"), filters=[strip], validators=[Required(N_("请填写标准名称。")), AtMost(80)]
    )
    document = TextField(
        N_("文件（文号）"), description=N_("例如 宜科发〔2026〕12号。"), validators=[AtMost(200)]
    )
    title = TextField(N_("文件标题"), validators=[AtMost(200)])
    issuer = TextField(N_("发文机关"), validators=[AtMost(ISSUER_LENGTH)])
    effective_from = DayField(
        N_("施行日期"), validators=[Required(N_("请填写施行日期。"))], render_kw={"type": "date"}
    )
    effective_to = DayField(
        N_("失效日期"), description=N_("第一个不再适用的日子；长期有效则不填。"), render_kw={"type": "date"}
    )
    address = TextField(N_("出处网址"), description=N_("未上网的填 local。"), validators=[AtMost(300)])
    source = TextField(N_("资料来源"), validators=[AtMost(200)])
    checked_on = DayField(
        N_("核对日期"), validators=[Required(N_("请填写核对日期。"))], render_kw={"type": "date"}
    )
    applies = RowsField(
        N_("适用行业"),
        description=N_("不填即适用所有行业；代码例如 C, D44。其他行业的企业显示“不适用”。"),
        cells=(
            Cell(key="industry", label=N_("行业代码"), kind="codes"),
            Cell(key="except", label=N_("其中除外"), kind="codes", is_required=False),
        ),
        shape="one",
    )
    label_en = TextField(N_("英文名称"), validators=[AtMost(120)])
    note = TextField(N_("说明"), validators=[AtMost(500)])


class UploadTomlForm(SeenForm):
    """A rule file to put in the place of the draft."""

    file = FileField(N_("标准文件（.toml）"))


class PointsForm(SeenForm):
    """The points system as a whole."""

    maximum = CellField(N_("总满分"), cell=Cell(key="maximum", label=N_("总满分"), kind="whole"))
    article = StringField(N_("条款"), filters=[strip], validators=[Required(N_("请填写条款。")), AtMost(120)])


class PointsPartForm(SeenForm):
    """One indicator."""

    label = StringField(
        N_("指标名称"), filters=[strip], validators=[Required(N_("请填写名称。")), AtMost(80)]
    )
    id = TextField(
        N_("编号"), description=N_("小写字母、数字和下划线；不填时自动编号。"), validators=[AtMost(40)]
    )
    label_en = TextField(N_("英文名称"), validators=[AtMost(120)])
    maximum = CellField(N_("这一项满分"), cell=Cell(key="maximum", label=N_("这一项满分"), kind="whole"))
    combine = ChoiceField(
        N_("几张表之间"),
        unknown=N_("请选择"),
        choices=[("best", N_("取最高的一张")), ("sum", N_("各表相加"))],
        validators=[Required(N_("请选择。"))],
    )
    judged = CellField(
        N_("专家另可加的分"),
        cell=Cell(key="judged", label=N_("专家另可加的分"), kind="whole", is_required=False),
    )
    expert = CellField(
        N_("已有专家评分时采用"),
        cell=Cell(key="expert", label=N_("已有专家评分时采用"), kind="fact-points", is_required=False),
    )


class DirectForm(SeenForm):
    """The direct route: any of these replaces the criteria it waives."""

    article = StringField(N_("条款"), filters=[strip], validators=[Required(N_("请填写条款。")), AtMost(120)])
    printed = StringField(N_("原文"), filters=[strip], validators=[Required(N_("请填写原文。")), AtMost(300)])
    any_of = RowsField(
        N_("直通情形"),
        description=N_("每行一种：持有的层级，或一项是或否的事实，二者填一。"),
        cells=(
            Cell(key="label", label=N_("名称"), kind="text"),
            Cell(key="holds", label=N_("持有的层级"), kind="tier", is_required=False),
            Cell(key="flag", label=N_("事实"), kind="fact-flag", is_required=False),
        ),
        must=True,
    )
    waives = RowsField(
        N_("免去的条件"),
        description=N_("每行一个条件编号。"),
        cells=(Cell(key="name", label=N_("条件编号"), kind="text"),),
        shape="flat",
    )

    def validate_any_of(self, field: Field) -> None:
        """Ask for exactly one of tier and fact in each row."""
        for number, row in enumerate(field.data or (), start=1):
            if ("holds" in row) == ("flag" in row):
                message = field.gettext("第 %(n)s 行：层级和事实要填一项，且只填一项。")
                raise ValidationError(message % {"n": number})


class CaseForm(BaseForm):
    """An enterprise, frozen on a day, and the verdict it must get."""

    enterprise = StringField(
        N_("企业"),
        description=N_("全名或统一社会信用代码。"),
        filters=[strip],
        validators=[Required(N_("请填写企业。")), AtMost(200)],
    )
    as_of = DayField(N_("截至"), validators=[Required(N_("请填写日期。"))], render_kw={"type": "date"})
    expected = ChoiceField(
        N_("应得的结论"),
        unknown=N_("请选择"),
        choices=list(VERDICTS.items()),
        validators=[Required(N_("请选择应得的结论。"))],
    )
    why = TextField(N_("这个案例说明什么"), validators=[AtMost(200)])


class CasesTextForm(BaseForm):
    """Cases in the format of a cases file."""

    text = TextAreaField(N_("案例（JSON）"), filters=[strip])
    file = FileField(N_("或案例文件"))


class PublishForm(SeenForm):
    """Who publishes what from when on."""

    effective_from = DayField(
        N_("施行日期"), validators=[Required(N_("请填写施行日期。"))], render_kw={"type": "date"}
    )
    editor = StringField(
        N_("起草人"), filters=[strip], validators=[Required(N_("请填写起草人姓名。")), AtMost(80)]
    )
    approver = StringField(
        N_("审批人"),
        description=N_("另一人：不能是起草人本人。"),
        filters=[strip],
        validators=[Required(N_("请填写审批人姓名。")), AtMost(80)],
    )
    confirmed = BooleanField(N_("我已看过以上提醒，仍然发布"))

    def decision(self) -> dict[str, Any]:
        """What the service is told."""
        told = self.cleaned()
        told["is_confirmed"] = bool(told.pop("confirmed"))
        return told


class WithdrawForm(BaseForm):
    """Why a publication is taken back, and by whom."""

    by = StringField(N_("撤回人"), filters=[strip], validators=[Required(N_("请填写姓名。")), AtMost(80)])
    reason = StringField(
        N_("撤回理由"), filters=[strip], validators=[Required(N_("请填写理由。")), AtMost(500)]
    )
