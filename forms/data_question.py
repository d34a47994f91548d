"""What came out of checking figures that do not go together."""

from wtforms import StringField

from forms.base import N_, AtMost, BaseForm, Required, strip


class AnswerForm(BaseForm):
    """Why the figures are as they are, in a sentence."""

    reason = StringField(
        N_("核实结果"),
        description=N_("例如：与企业财务核对，两年口径不同，数字无误。"),
        filters=[strip],
        validators=[Required(N_("请写一句核实的结果；需要改数字的，请直接修改数据。")), AtMost(200)],
    )
