"""Words of lists, translated once for each language and not once for each row."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.web.filters import UNIT_WORDS, VERDICT_MARKS, number, tier_name, translated, unknown
from enterprise_pipeline.web.numbers import wan_text
from scoring.vocabulary import Unit

ENGLISH = "en"


class Said:
    """What one language says; its patterns still have their placeholders."""

    def __init__(self, language: str) -> None:
        self.is_english = language == ENGLISH
        self.unknown = unknown()
        self.comma = str(_("、"))
        self.colon = str(_("："))
        self.semicolon = str(_("；"))
        self.still_missing = str(_("%(what)s还差 %(amount)s"))
        self.in_excess = str(_("%(what)s超出 %(amount)s"))
        self.not_met = str(_("%(label)s不满足：%(printed)s"))
        self.ask_first = str(_("先补：%(words)s"))
        self.ask_first_of = str(_("先补：%(words)s等 %(num)s 项"))
        self.of_year = str(_("%(year)s 年%(label)s"))
        self.whether_holds = str(_("是否持有%(tier)s"))
        self.hidden_gap = str(_("%(label)s不满足（数额：%(why)s）"))
        self.why = {Why.NO_RIGHT: str(_("无权查看")), Why.MARKED: str(_("商业秘密"))}
        self.to_judge = str(_("数据齐全，须由人研判"))
        self.all_met = str(_("条件全部满足"))
        self.holds = {None: str(_("是否持有未知")), 0: str(_("未持有")), 1: str(_("已持有"))}
        self.units = {unit: str(word) for unit, word in UNIT_WORDS.items()}
        self.jurisdictions = {
            place.code: place.name_en if self.is_english else place.name
            for place in reference.jurisdictions()
        }
        self.verdicts = {verdict: str(mark.word) for verdict, mark in VERDICT_MARKS.items()}
        self.every = str(_("全部"))
        self._texts: dict[str, str] = {}
        self._tiers: dict[str, str] = {}

    def text(self, chinese: str) -> str:
        """A text written elsewhere in Chinese, in this language."""
        if chinese not in self._texts:
            self._texts[chinese] = translated(chinese)
        return self._texts[chinese]

    def tier(self, tier: str) -> str:
        """The name of a tier."""
        if tier not in self._tiers:
            self._tiers[tier] = tier_name(tier)
        return self._tiers[tier]

    def jurisdiction(self, code: str | None) -> str:
        """The name of a jurisdiction; a code nobody knows is its own name."""
        return self.unknown if code is None else self.jurisdictions.get(code, code)

    def missing_amount(self, value: int, unit: Unit) -> str:
        """What is missing, with its unit, rounded up."""
        figure = wan_text(value, up=True) if unit is Unit.CNY else number(value)
        return f"{figure} {self.units.get(unit, '')}".strip()


@cache
def _said(language: str) -> Said:
    return Said(language)


def said() -> Said:
    """The words in the language of this request."""
    return _said(language())


def language() -> str:
    """The language of this request."""
    locale = get_locale()
    return str(locale.language) if locale is not None else "zh"


def once_a_language(make: Callable[[], Any]) -> Callable[[], Any]:
    """Remember what ``make`` returns, for each language apart."""
    remembered: dict[str, Any] = {}

    def made() -> Any:
        spoken = language()
        if spoken not in remembered:
            remembered[spoken] = make()
        return remembered[spoken]

    return made
