"""An industry as people write it: a code with or without its letter, or its name."""

import re
import unicodedata
from functools import cache

from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.reference import industry_names
from enterprise_pipeline.services.texts import N_, Text

_CODE = re.compile(r"([A-T]?)(\d{4})")
_CLASS_LENGTH = 5


def industry_code_of(text: str) -> str | None:
    """The class of GB/T 4754 that was meant; blank is unknown.

    Raises
    ------
    FieldConflict
        When there is no such class.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not plain:
        return None
    match = _CODE.match(plain)
    if match and (code := _codes().get(match[2])) and match[1] in ("", code[0]):
        return code
    if plain in _names():
        return _names()[plain]
    raise FieldConflict(
        "industry_code",
        Text(
            N_("没有找到行业“%(given)s”；请输入四位代码（如 C2614 或 2614）或名称中的字，再从列表中选一个。"),
            given=text.strip(),
        ),
    )


@cache
def industry_choices() -> tuple[str, ...]:
    """Every class as it is offered: code and name."""
    return tuple(f"{code} {name}" for code, name in industry_names().items() if len(code) == _CLASS_LENGTH)


@cache
def _codes() -> dict[str, str]:
    return {code[1:]: code for code in industry_names() if len(code) == _CLASS_LENGTH}


@cache
def _names() -> dict[str, str]:
    return {
        unicodedata.normalize("NFKC", name).upper(): code
        for code, name in industry_names().items()
        if len(code) == _CLASS_LENGTH
    }
