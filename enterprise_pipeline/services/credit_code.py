"""The unified social credit code (GB 32100-2015): one reading for pages, imports and commands.

Two letters of registrar, six digits of registering office, nine characters of
organisation code and a check character. The office is the one that registered
the enterprise, not where it is today.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from enterprise_pipeline.services.texts import N_, Text

LENGTH = 18
OLD_LENGTH = 15
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_FIRST_LETTER = _VALUE["A"]
_WEIGHTS = tuple(pow(3, position, 31) for position in range(LENGTH - 1))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOKS_LIKE = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
# Excel keeps 15 digits of a number; the rest of an 18-digit code becomes zeros.
_LOST_DIGITS = "000"

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class CreditCode:
    """A code that passed; ``warnings`` name what is odd without being wrong."""

    text: str
    warnings: tuple[Text, ...] = ()

    @property
    def registered_at(self) -> str:
        """Six digits of the office that registered the enterprise."""
        return self.text[2:8]


class CreditCodeError(ValueError):
    """A code that cannot be right; ``rule`` names what fails, ``message`` says so and what to do."""

    def __init__(self, rule: str, message: Text) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def normalise_credit_code(given: object) -> str:
    """Return the code as the rules expect it: half-width, upper case, without blanks, quotes or hyphens."""
    text = unicodedata.normalize("NFKC", str(given)).strip().upper()
    if text.startswith('="') and text.endswith('"'):  # A spreadsheet's way to keep digits in a CSV file.
        text = text[2:-1]
    return re.sub(r"[\s'`’‘\-\u200b\ufeff]", "", text)


def check_character(body: str) -> str:
    """Return the 18th character that belongs to the first 17 (MOD 31-3)."""
    total = sum(_VALUE[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_character(body: str) -> str:
    """Return the 17th character that belongs to characters 9 to 16 (GB 11714, MOD 11)."""
    total = sum(
        _VALUE_36[character] * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def check_credit_code(given: object) -> CreditCode:
    """Return the checked code.

    Raises
    ------
    CreditCodeError
        Naming the first rule that fails: ``empty``, ``damaged``, ``length``,
        ``alphabet``, ``division`` or ``check``.
    """
    _refuse_damaged_number(given)
    code = normalise_credit_code(given)
    _refuse_shape(code)
    expected = check_character(code[:-1])
    inner_holds = code[16] == organisation_character(code[8:16])
    if code.isdigit() and code.endswith(_LOST_DIGITS) and not (expected == code[-1] and inner_holds):
        message = N_(
            "代码“%(code)s”末尾的 000 是 Excel 按数字保存时丢失的位数。请把该列设为文本，按证照重填18位代码。"
        )
        raise CreditCodeError("damaged", Text(message, code=code))
    if expected != code[-1]:
        message = N_(
            "代码“%(code)s”的第18位校验码应为“%(expected)s”，实为“%(found)s”（GB 32100 模31校验）。"
            "请对照营业执照检查是否有错位或错字。"
        )
        raise CreditCodeError("check", Text(message, code=code, expected=expected, found=code[-1]))
    if inner_holds:
        return CreditCode(text=code)
    return CreditCode(text=code, warnings=(Text(N_("第9至17位主体标识码的内部校验不符，请对照证照核对。")),))


def _refuse_damaged_number(given: object) -> None:
    number = isinstance(given, float) or (isinstance(given, int) and given >= 10**15)
    if number or (isinstance(given, str) and _SCIENTIFIC.fullmatch(given.strip())):
        message = N_(
            "代码被 Excel 存成了数字（%(given)s），后面的位数已经丢失。请把该列设为文本，按证照重填18位代码。"
        )
        raise CreditCodeError("damaged", Text(message, given=given))


def _refuse_shape(code: str) -> None:
    if not code:
        raise CreditCodeError("empty", Text(N_("没有统一社会信用代码。请填写营业执照上的18位代码。")))
    if len(code) == OLD_LENGTH and code.isdigit():
        message = N_("“%(code)s”是15位的旧注册号。请填写营业执照上的18位代码。")
        raise CreditCodeError("length", Text(message, code=code))
    if len(code) != LENGTH:
        message = N_("代码“%(code)s”有%(length)s位，应为18位。请填写营业执照上的18位代码。")
        raise CreditCodeError("length", Text(message, code=code, length=len(code)))
    for position, character in enumerate(code, start=1):
        if character not in _VALUE:
            raise CreditCodeError("alphabet", _foreign_character(code, position, character))
    if not code[2:8].isdigit():
        message = N_("代码“%(code)s”第3至8位“%(found)s”应为登记机关的6位行政区划数字。请对照证照改正。")
        raise CreditCodeError("division", Text(message, code=code, found=code[2:8]))


def _foreign_character(code: str, position: int, character: str) -> Text:
    values = {"code": code, "position": position, "character": character}
    if like := _LOOKS_LIKE.get(character):
        message = N_(
            "代码“%(code)s”第%(position)s位“%(character)s”不能用，是否应为“%(like)s”？请对照证照改正。"
        )
        return Text(message, **values, like=like)
    message = N_("代码“%(code)s”第%(position)s位“%(character)s”不是代码可用的字符。请对照证照改正。")
    return Text(message, **values)


def all_in_order(codes: Sequence[str]) -> Bools:
    """Whether each normalised code passes without error or warning, for whole columns at once.

    What is not in order goes through `check_credit_code`, which says why.
    """
    raw = [code.encode("ascii", "replace") if len(code) == LENGTH else b" " * LENGTH for code in codes]
    characters = np.frombuffer(b"".join(raw), dtype=np.uint8).reshape(-1, LENGTH)
    values = _VALUES[characters].astype(np.int64)
    known = (values >= 0).all(axis=1) & (values[:, 2:8] < _FIRST_LETTER).all(axis=1)
    check = (-(values[:, :17] @ np.array(_WEIGHTS))) % 31 == values[:, 17]
    organisation = (
        11 - (_VALUES_36[characters[:, 8:16]].astype(np.int64) @ np.array(_ORGANISATION_WEIGHTS)) % 11
    )
    inner = _INNER[organisation] == characters[:, 16]
    in_order: Bools = known & check & inner
    return in_order


# The organisation code counts letters on from 9 without leaving any out.
_VALUE_36 = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def _table(values: dict[str, int]) -> npt.NDArray[np.int8]:
    table = np.full(256, -1, dtype=np.int8)
    for character, value in values.items():
        table[ord(character)] = value
    return table


_VALUES = _table(_VALUE)
_VALUES_36 = _table(_VALUE_36)
_INNER = np.frombuffer(b"0123456789X0", dtype=np.uint8)
