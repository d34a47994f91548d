"""Marking a figure as a business secret, and lifting the mark."""

from wtforms import StringField

from forms.base import N_, AtMost, BaseForm, ChoiceField, Required, strip


class LiftForm(BaseForm):
    """Why a mark is lifted."""

    reason = StringField(
        N_("取消的理由"),
        filters=[strip],
        validators=[Required(N_("请写明取消的理由，例如：企业来函同意公开。")), AtMost(200)],
    )


class SecretForm(BaseForm):
    """Which figure is a business secret, of which year, and why; the page offers facts and years."""

    column = ChoiceField(
        N_("哪一项"), unknown=N_("请选择"), validators=[Required(N_("请选择要标记的一项。"))]
    )
    year = ChoiceField(N_("年度"), unknown=N_("所有年度"))
    reason = StringField(
        N_("标记的理由"),
        description=N_("例如：企业来函要求保密，涉及在谈的定价。"),
        filters=[strip],
        validators=[Required(N_("请写明理由，例如：企业来函要求保密。")), AtMost(200)],
    )
