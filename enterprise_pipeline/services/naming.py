"""Names of enterprises: one spelling for comparing them, and initials for finding them."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

# Words in which a character is not read as it is when alone; only where the first letter differs.
_WORDS = {
    "重庆": "cq",
    "重阳": "cy",
    "重工": "zg",
    "银行": "yh",
    "商行": "sh",
    "车行": "ch",
    "洋行": "yh",
    "行业": "hy",
    "厦门": "xm",
    "会计": "kj",
    "成长": "cz",
    "音乐": "yy",
    "乐器": "yq",
    "西藏": "xz",
    "朝阳": "cy",
    "调研": "dy",
    "地壳": "dq",
    "单县": "sx",
    "增长": "zz",
    "长": "c",  # Last, because it is read so wherever no longer word above says otherwise.
}
_WORD = re.compile("|".join(_WORDS))
_FIRST = frozenset(word[0] for word in _WORDS)
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class _Letters(dict[int, str]):
    """First letters by character, looked up once each: whole registries pass through here."""

    def __missing__(self, key: int) -> str:
        character = chr(key)
        if _CHINESE.match(character):
            letter = lazy_pinyin(character, style=Style.FIRST_LETTER)[0]
        else:
            letter = character if character.isascii() and character.isalnum() else ""
        self[key] = letter
        return letter


_LETTERS = _Letters()


def normalise_name(given: str) -> str:
    """Return a name with full-width Latin letters and digits made plain, blanks dropped and Chinese brackets.

    Blanks between Latin words stay, one each.
    """
    text = unicodedata.normalize("NFKC", given).replace("(", "（").replace(")", "）")
    text = _BLANKS.sub(" ", text).strip()
    return re.sub(r"(?<![\x21-\x7e]) | (?![\x21-\x7e])", "", text)


def initials(name: str) -> str:
    """Return the first letters of a name in lower case, such as ``ycspkjyxgs``; at most 200."""
    text = name if _FIRST.isdisjoint(name) else _WORD.sub(lambda match: _WORDS[match.group()], name)
    return text.translate(_LETTERS).lower()[:200]
