"""A person to call at an enterprise."""

from wtforms import BooleanField, Field, HiddenField, StringField, ValidationError
from wtforms.validators import Regexp

from forms.base import N_, AtMost, BaseForm, Required, TextField, strip

ROLES: tuple[str, ...] = (
    N_("法定代表人"),
    N_("申报联系人"),
    N_("财务负责人"),
    N_("研发负责人"),
)


class ContactForm(BaseForm):
    """A name in a role with at least one way to reach the person."""

    role = StringField(
        N_("身份"),
        filters=[strip],
        validators=[Required(N_("请填写身份，例如 申报联系人。")), AtMost(40)],
        render_kw={"autocomplete": "organization-title", "list": "contact-roles"},
    )
    name = StringField(
        N_("姓名"),
        filters=[strip],
        validators=[Required(N_("请填写姓名。")), AtMost(80)],
        render_kw={"autocomplete": "name"},
    )
    phone = TextField(
        N_("电话"),
        description=N_("电话和邮箱至少填一项。"),
        validators=[AtMost(40)],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
    )
    email = TextField(
        N_("邮箱"),
        validators=[AtMost(200)],
        render_kw={"autocomplete": "email", "inputmode": "email", "type": "email"},
    )
    has_consent = BooleanField(N_("同意接收提醒信息"))
    stamp = HiddenField(default="")

    def steering(self) -> tuple[str, ...]:
        """Name what only steers the form."""
        return ("stamp",)

    def validate_phone(self, field: Field) -> None:
        """Ask for one way to reach the person, and refuse letters in a number."""
        if not field.data and not self.email.data:
            raise ValidationError(field.gettext("请至少填写电话或邮箱中的一项。"))
        if field.data:
            message = field.gettext("电话只能包含数字、空格、+、-、括号和“转”；请核对。")
            Regexp(r"^[0-9０-９+＋()（） \-–转]{5,40}$", message=message)(self, field)

    def validate_email(self, field: Field) -> None:
        """Refuse what cannot be an address."""
        if field.data:
            message = field.gettext("邮箱地址不完整；应形如 name@example.com。")
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", message=message)(self, field)
