"""Messages of services: Chinese sentences that a page can still say in another language.

A `Text` is the finished Chinese sentence and remembers its pattern and values,
so that ``gettext(text.pattern) % text.values`` says the same in English.
"""

from typing import Any, Self


def N_(pattern: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a pattern for translation where it is shown."""
    return pattern


class Text(str):
    """A Chinese sentence made of a pattern (marked with `N_`) and named values.

    >>> Text("%(name)s 已登记。", name="甲公司")
    '甲公司 已登记。'
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, Any]

    def __new__(cls, pattern: str, **values: Any) -> Self:
        """Build the sentence; a pattern without values may hold bare percent signs."""
        made = super().__new__(cls, pattern % values if values else pattern)
        made.pattern = pattern
        made.values = values
        return made
