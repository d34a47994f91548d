"""User names: folded, of one script, and none that people would take for another."""

import unicodedata

from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.texts import N_, Text

SHORTEST, LONGEST = 2, 40
MARKS = "._-"
# Names that the audit trail uses for what is nobody's account.
RESERVED = frozenset({"local", "system", "scheduler", "anonymous", "nobody", "unknown"})
_LOOKS_LIKE = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "5": "s", "2": "z", "8": "b", **dict.fromkeys(MARKS)}
)


def fold(typed: str) -> str:
    """The one spelling of a name for storing and looking up: full-width and capital letters count alike."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def lookalike_key(username: str) -> str:
    """The same for names that look the same: zhang1 and zhangl, li.ming and liming."""
    return username.translate(_LOOKS_LIKE) or username


def check(typed: str) -> str:
    """Return the folded name, or say in a FieldConflict of ``username`` why it cannot be one."""
    name = fold(typed)
    if not SHORTEST <= len(name) <= LONGEST:
        raise FieldConflict(
            "username",
            Text(N_("用户名应有 %(least)s 至 %(most)s 个字符。"), least=SHORTEST, most=LONGEST),
        )
    wrong = next((sign for sign in name if not _is_allowed(sign)), None)
    if wrong is not None:
        raise FieldConflict(
            "username",
            Text(
                N_("用户名不能含有“%(sign)s”（%(code)s）；只用小写英文字母或汉字、数字和 . _ -。"),
                sign=wrong,
                code=f"U+{ord(wrong):04X}",
            ),
        )
    if len({script for sign in name if (script := _script(sign))}) != 1:
        raise FieldConflict(
            "username",
            Text(
                N_("用户名要么用英文字母，要么用汉字，不能混用，也不能只有数字；以免与别人的名字看起来一样。")
            ),
        )
    if name in RESERVED or lookalike_key(name) in {lookalike_key(entry) for entry in RESERVED}:
        raise FieldConflict("username", Text(N_("“%(name)s”由系统保留；请换一个。"), name=name))
    return name


def _script(sign: str) -> str:
    if sign.isascii() and sign.isalpha():
        return "Latin"
    return "Han" if unicodedata.name(sign, "").startswith("CJK UNIFIED IDEOGRAPH") else ""


def _is_allowed(sign: str) -> bool:
    return bool(_script(sign)) or (sign.isascii() and sign.isdigit()) or sign in MARKS
