"""Signing in, passwords, codes, and what administrators fill in for accounts."""

from typing import Any

from wtforms import BooleanField, Field, HiddenField, PasswordField, StringField, ValidationError

from forms.base import N_, AtMost, BaseForm, ChoiceField, DayField, Required, TextField, strip

LONGEST_PASSWORD = 200


class LoginForm(BaseForm):
    """A user name and a password."""

    username = StringField(
        N_("用户名"),
        filters=[strip],
        validators=[Required(N_("请填写用户名。")), AtMost(80)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        N_("密码"),
        validators=[Required(N_("请填写密码。")), AtMost(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField(default="")


class CodeForm(BaseForm):
    """A code of the second factor, or a recovery code."""

    code = StringField(
        N_("验证码"),
        description=N_("手机验证器当前显示的 6 位数字；手机不在身边时填一个恢复码。"),
        filters=[strip],
        validators=[Required(N_("请填写验证码。")), AtMost(40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"},
    )


class NewPasswordForm(BaseForm):
    """A new password, typed twice."""

    password = PasswordField(
        N_("新密码"),
        description=N_("至少 10 个字符；几个不相干的词连起来既好记又难猜。"),
        validators=[Required(N_("请填写新密码。")), AtMost(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        N_("再输入一次"),
        validators=[Required(N_("请再输入一次新密码。")), AtMost(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        """Refuse two different passwords."""
        if field.data != self.password.data:
            raise ValidationError(field.gettext("两次输入的密码不一样；请重新输入。"))


class PasswordCheckForm(BaseForm):
    """The present password, before something that only its owner may do."""

    current = PasswordField(
        N_("当前密码"),
        validators=[Required(N_("请填写当前密码。")), AtMost(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


class ReasonForm(BaseForm):
    """Why an account is cut back; kept in the audit trail."""

    reason = StringField(
        N_("理由（选填）"),
        description=N_("例如：已调离、手机丢失。会写进操作记录。"),
        filters=[strip],
        validators=[AtMost(200)],
        render_kw={"autocomplete": "off"},
    )


class EnrolForm(CodeForm, PasswordCheckForm):
    """A code of the second factor to be turned on, and the password of who turns it on."""


class ChangePasswordForm(PasswordCheckForm, NewPasswordForm):
    """The present password and a new one."""


class PersonForm(BaseForm):
    """Who an account is for."""

    display_name = StringField(
        N_("姓名"),
        filters=[strip],
        validators=[Required(N_("请填写姓名。")), AtMost(80)],
        render_kw={"autocomplete": "off"},
    )
    username = StringField(
        N_("用户名"),
        description=N_("小写英文字母或汉字，可带数字和 . _ -；以后不能修改。"),
        filters=[strip],
        validators=[Required(N_("请填写用户名。")), AtMost(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class GrantForm(BaseForm):
    """A role, where it counts and for how long."""

    role = ChoiceField(N_("角色"), unknown=N_("请选择"), validators=[Required(N_("请选择角色。"))])
    jurisdiction = ChoiceField(
        N_("县市区或园区"), unknown=N_("不适用"), description=N_("只有县市区（园区）审核员需要选择。")
    )
    credit_code = TextField(
        N_("企业的统一社会信用代码"),
        description=N_("只有企业填报员和企业负责人需要填写。"),
        validators=[AtMost(18)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    valid_from = DayField(N_("起始日期"), validators=[Required(N_("请填写起始日期，例如 2026-11-22。"))])
    valid_to = DayField(N_("截止日期"), description=N_("含当天；留空表示长期。第三方评估员必须填写。"))
    has_figures = BooleanField(N_("可以看财务数据（仅用于第三方评估员）"))

    def grant(self) -> dict[str, Any]:
        """The values of the role by their names."""
        names = ("jurisdiction", "credit_code", "valid_from", "valid_to", "has_figures")
        return {name: self[name].data for name in names}


class AccountForm(PersonForm, GrantForm):
    """A new account with its first role."""
