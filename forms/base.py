"""What every form shares: cleaned values, errors pinned to fields, and fields that read what people type.

Messages go through ``self.gettext``; the page hands its translations in with
the meta (``translations``), so that forms know no web framework. Labels are
Chinese and are translated where they are shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Field, Form, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm as WTFormsBaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from forms.amounts import (
    CNY_PER_WAN,
    AmountError,
    read_count,
    read_day,
    read_fen,
    read_ppm,
    write_fen,
    write_ppm,
)

UNIT_SIZES: dict[str, int] = {"wan": CNY_PER_WAN, "yuan": 1}
UNIT_NAMES: dict[str, str] = {"wan": "万元", "yuan": "元"}
DEFAULT_UNIT = "wan"


def N_(text: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a text for translation where it is shown."""
    return text


class _Chinese:
    """The source language: every message is its own translation."""

    def gettext(self, string: str) -> str:
        return string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class BaseForm(Form):
    """A form whose cleaned values can be handed to a service as they are."""

    class Meta(DefaultMeta):
        """Takes its translations from whoever makes the form."""

        translations: Any = None

        def get_translations(self, form: WTFormsBaseForm) -> Any:  # noqa: ARG002 - the signature of WTForms
            """Return the translations handed in, or the source language."""
            return self.translations or _Chinese()

    def cleaned(self) -> dict[str, Any]:
        """Return the values by field name, without the token and the fields that only steer the form."""
        steering = {"csrf_token", *self.steering()}
        return {name: value for name, value in self.data.items() if name not in steering}

    def steering(self) -> Sequence[str]:
        """Name the fields that are not facts, such as the unit in which money is typed."""
        return ()

    def add_error(self, field: str, message: str) -> None:
        """Pin a message to a field, or to the form when it has no such field."""
        if field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, message]
        else:
            self.form_errors.append(message)


def strip(value: str | None) -> str | None:
    """Drop the white space around a text."""
    return value.strip() if value is not None else None


def blank_to_none(value: str | None) -> str | None:
    """Drop the white space around a text; nothing left is unknown."""
    return (value.strip() or None) if value is not None else None


class Required:
    """Ask for a text, with a message of the form's own."""

    field_flags = {"required": True}  # noqa: RUF012 - the name and shape that WTForms reads

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse an empty field and stop there."""
        if field.data is None or field.data == "":
            raise StopValidation(field.gettext(self.message))


class AtMost:
    """Refuse a text longer than the column it is stored in."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse what is too long, saying how long it is."""
        length = len(field.data or "")
        if length > self.length:
            message = field.gettext("最多 %(most)s 个字符，现有 %(length)s 个；请缩短。")
            raise ValidationError(message % {"most": self.length, "length": length})


class OneOf:
    """Refuse a value that is not among the choices, naming it."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = frozenset(allowed)

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse a value that nobody offered."""
        if field.data and field.data not in self.allowed:
            message = field.gettext("没有“%(value)s”这个选项；请从列表中选择。")
            raise ValidationError(message % {"value": field.data})


class TypedField(Field):
    """A text field with a value of another type; what was typed stays when it cannot be read."""

    widget = TextInput()
    inputmode = "text"
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        render_kw: Mapping[str, Any] = kwargs.pop("render_kw", None) or {}
        kwargs["render_kw"] = {"inputmode": self.inputmode, "autocomplete": "off"} | dict(render_kw)
        super().__init__(*args, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the text; it is read when the whole form is known."""
        if valuelist:
            self.data = None

    def pre_validate(self, form: Form) -> None:
        """Read the text, or say what is wrong with it."""
        try:
            self.data = self.read(self.raw_data[0] if self.raw_data else "", form)
        except AmountError as error:
            raise StopValidation(self.explain(error.code)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def read(self, text: str, form: Form) -> Any:
        """Turn the text into the value; blank is None."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """Turn a value into the text that reads back as the same value."""
        return str(value)

    def explain(self, code: str) -> str:
        """Say what is wrong and what to do."""
        return str(
            {
                "not_an_amount": self.gettext("这不是金额或比例；请只填数字，例如 3,000 或 3000万。"),
                "unknown_unit": self.gettext("不认识这个单位；可用元、千元、万元、亿元。"),
                "negative": self.gettext("这一项不能为负数；请核对后重填，不清楚就留空。"),
                "finer_than_fen": self.gettext("金额最多精确到分；请核对单位是元还是万元。"),
                "too_large": self.gettext("数字过大（金额上限为1万亿元）；请核对单位。"),
                "not_whole": self.gettext("请填整数，例如 35；不清楚就留空。"),
                "above_whole": self.gettext("比例不能超过100%%；请按百分数填写，例如 12.5。"),
                "finer_than_ppm": self.gettext("比例最多填到万分之一个百分点。"),
                "not_a_day": self.gettext("日期无法识别；请写成 2026-11-22。"),
            }[code]
        ).replace("%%", "%")


class MoneyField(TypedField):
    """Money in 分, typed in the unit that the form's ``unit`` field names."""

    inputmode = "decimal"

    def __init__(self, *args: Any, signed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signed = signed
        self.unit = DEFAULT_UNIT
        if signed:  # A phone's decimal keyboard has no minus sign.
            self.render_kw["inputmode"] = "text"

    def read(self, text: str, form: Form) -> int | None:
        """Read money in the unit of the form."""
        unit = form["unit"].data if "unit" in form else DEFAULT_UNIT
        return read_fen(text, unit_cny=UNIT_SIZES.get(unit, CNY_PER_WAN), signed=self.signed)

    def write(self, value: int) -> str:
        """Write money in the unit chosen for this field."""
        return write_fen(value, unit_cny=UNIT_SIZES[self.unit])


class CountField(TypedField):
    """A whole number that is not negative."""

    inputmode = "numeric"

    def read(self, text: str, form: Form) -> int | None:  # noqa: ARG002 - one signature for all
        """Read a count."""
        return read_count(text)


class ShareField(TypedField):
    """A share in millionths, typed in percent."""

    inputmode = "decimal"

    def read(self, text: str, form: Form) -> int | None:  # noqa: ARG002 - one signature for all
        """Read a share."""
        return read_ppm(text)

    def write(self, value: int) -> str:
        """Write a share in percent."""
        return write_ppm(value)


class DayField(TypedField):
    """A day in any of the usual spellings; browsers offer their calendar."""

    inputmode = "numeric"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"placeholder": "2026-11-22"} | (kwargs.get("render_kw") or {})
        super().__init__(*args, **kwargs)

    def read(self, text: str, form: Form) -> Any:  # noqa: ARG002 - one signature for all
        """Read a day."""
        return read_day(text)

    def write(self, value: Any) -> str:
        """Write the day as ISO does."""
        return str(value.isoformat())


class ChoiceField(SelectField):
    """One of several codes, or unknown (None); the choices may be handed in later."""

    def __init__(self, label: str = "", *, unknown: str = N_("未知"), **kwargs: Any) -> None:
        self.unknown = unknown
        given = kwargs.pop("choices", [])
        super().__init__(label, choices=self._with_unknown(given), coerce=self.read, **kwargs)

    @staticmethod
    def read(value: Any) -> Any:
        """Turn a choice into its value; it must leave a value as it is."""
        return value or None

    def offer(self, choices: Sequence[tuple[str, ...]]) -> None:
        """Offer these codes with their names (and the names of their groups), and unknown."""
        self.choices = self._with_unknown(choices)

    def _with_unknown(self, choices: Sequence[tuple[str, ...]]) -> list[SelectChoice]:
        named = [SelectChoice(code, name, optgroup=next(iter(rest), None)) for code, name, *rest in choices]
        return [SelectChoice("", self.unknown), *named]

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 - the signature of WTForms
        """Refuse a code that was not offered, naming it."""
        if not any(selected for _value, _label, selected, *_ in self.iter_choices()):
            message = self.gettext("没有“%(value)s”这个选项；请从列表中选择。")
            raise StopValidation(message % {"value": self.data})


class FlagField(ChoiceField):
    """Yes, no or unknown; unknown is never taken for no."""

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, choices=[("yes", N_("是")), ("no", N_("否"))], **kwargs)

    @staticmethod
    def read(value: Any) -> Any:
        """Turn a choice into a claim; what is neither stays as it is and is refused later."""
        return {"": None, "yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


class TextField(StringField):
    """A short text; blank is unknown."""

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("filters", [blank_to_none])
        super().__init__(label, **kwargs)
