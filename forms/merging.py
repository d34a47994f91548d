"""What one window typed, joined with what another one saved meanwhile: field by field."""

from typing import Any

from wtforms import Form


def merged(form: Form, base: Form, now: Form) -> dict[str, Any]:
    """The values of a form, where this window left a field as it was (``base``) those of ``now``.

    >>> from wtforms import StringField
    >>> class Head(Form):
    ...     label = StringField()
    ...     note = StringField()
    >>> first, theirs = Head(data={"label": "A", "note": "x"}), Head(data={"label": "B", "note": "x"})
    >>> merged(Head(data={"label": "A", "note": "y"}), first, theirs)
    {'label': 'B', 'note': 'y'}
    """
    return {
        field.name: now[field.name].data
        if _plain(field.data) == _plain(base[field.name].data)
        else field.data
        for field in form
        if field.name in base and field.name in now
    }


def _plain(value: Any) -> Any:
    """Blank is blank, and a list of one is that one, however they are stored."""
    if isinstance(value, list) and len(value) == 1:
        return _plain(value[0])
    return None if value in ("", [], {}) else value
