"""One screen of the quick check: a field for each question, blank is "not known"."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field, HiddenField

from forms.base import UNIT_NAMES, BaseForm, OneOf, TypedField
from forms.fact_fields import field_of
from forms.facts import fact_of

INDUSTRY = "industry_code"
HOLDS = "holds_"


class ScreenForm(BaseForm):
    """The questions of one screen; made by `screen_form`."""

    unit = HiddenField(default="wan", validators=[OneOf(tuple(UNIT_NAMES))])
    asked: tuple[str, ...] = ()

    def steering(self) -> Sequence[str]:
        """Name what only steers the form."""
        return ("unit",)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Read every field; what is refused is quoted, so that a slip of the finger is seen."""
        is_valid = bool(super().validate(*args, **kwargs))
        for field in self:
            if isinstance(field, TypedField) and field.errors and field.raw_data:
                typed = str(field.raw_data[0]).strip()
                field.errors = [f"“{typed}”{field.gettext('：')}{error}" for error in field.errors]
        return is_valid


def screen_form(columns: Sequence[str]) -> type[ScreenForm]:
    """Make the form that asks for these columns of the facts frame; holdings are asked as one list."""
    fields: dict[str, Field] = {}
    for column in columns:
        found = fact_of(column)
        if found is not None:
            fields[column] = field_of(found[0])
    return type("ScreenForm", (ScreenForm,), fields | {"asked": tuple(fields)})
