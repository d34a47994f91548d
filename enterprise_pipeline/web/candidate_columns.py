"""Which columns a candidate list shows: those of the address, else those this browser saved, else ours."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext

from enterprise_pipeline.web.said import once_a_language

# The name always comes first and cannot be left out.
COLUMNS: dict[str, Any] = {
    "code": lazy_gettext("统一社会信用代码"),
    "jurisdiction": lazy_gettext("归口"),
    "industry": lazy_gettext("行业"),
    "size": lazy_gettext("规模"),
    "field": lazy_gettext("技术领域"),
    "registered": lazy_gettext("成立日期"),
    "verdict": lazy_gettext("结论"),
    "step": lazy_gettext("最近的差距或待补数据"),
    "points": lazy_gettext("得分"),
    "holds": lazy_gettext("持有"),
    "changes": lazy_gettext("下次变化"),
}
USUAL = ("jurisdiction", "industry", "verdict", "step", "points", "holds", "changes")
PARAMETER = "cols"
COOKIE = "candidate_columns"
SEPARATOR = "."
A_YEAR_S = 365 * 24 * 3600


@once_a_language
def column_words() -> dict[str, str]:
    """The columns with their heads, in the language of this request."""
    return {name: str(word) for name, word in COLUMNS.items()}


def chosen_columns() -> tuple[str, ...]:
    """The columns to show, in our order; words that name none are passed over."""
    given = request.args.get(PARAMETER) or request.cookies.get(COOKIE) or ""
    words = given.split(SEPARATOR)
    chosen = tuple(name for name in COLUMNS if name in words)
    return chosen or USUAL


def as_text(columns: list[str]) -> str:
    """The columns as the address and the cookie carry them."""
    return SEPARATOR.join(name for name in COLUMNS if name in columns)
