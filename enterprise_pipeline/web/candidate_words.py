"""The words of a candidate list: gaps as sentences, filters in words, and the options of each field."""

from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.candidate_filter import (
    BASES,
    GAP_COUNTS,
    GAP_SIZES,
    HOLDINGS,
    NO,
    UNKNOWN,
    YES,
    CandidateFilter,
    Sort,
)
from enterprise_pipeline.services.candidate_rows import CandidateRow, MissingFact, NearestGap
from enterprise_pipeline.services.candidates import built_tiers
from enterprise_pipeline.web.filters import VERDICT_MARKS, amount, tier_name, translated, unknown
from scoring.vocabulary import TIER_NAMES, Verdict

SORT_WORDS: dict[Sort, Any] = {
    Sort.GAPS: lazy_gettext("差项最少"),
    Sort.SHORTFALL: lazy_gettext("差距最小"),
    Sort.CHANGES: lazy_gettext("最先变化"),
    Sort.NAME: lazy_gettext("名称（拼音）"),
}
HOLDS_WORDS: dict[str, Any] = {
    NO: lazy_gettext("未持有"),
    UNKNOWN: lazy_gettext("是否持有未知"),
    YES: lazy_gettext("已持有"),
}
HOLDS_BY_NUMBER: dict[int | None, str] = {None: UNKNOWN, 0: NO, 1: YES}
GAP_WORDS: dict[str, Any] = {
    "0": lazy_gettext("没有差项"),
    "1": lazy_gettext("差 1 项"),
    "2": lazy_gettext("差 2 项"),
    "3+": lazy_gettext("差 3 项及以上"),
}
BASIS_WORDS: dict[str, Any] = {
    BASES[0]: lazy_gettext("已报数据"),
    BASES[1]: lazy_gettext("预计（按最近一年）"),
}
FIELD_WORDS: dict[str, Any] = {
    "verdict": lazy_gettext("结论"),
    "jurisdiction": lazy_gettext("归口"),
    "industry": lazy_gettext("行业"),
    "field": lazy_gettext("技术领域"),
    "gaps": lazy_gettext("差项"),
    "size": lazy_gettext("差距"),
    "holds": lazy_gettext("持有"),
    "also": lazy_gettext("另持有"),
    "q": lazy_gettext("搜索"),
    "tier": lazy_gettext("层级"),
    "standard": lazy_gettext("标准"),
    "basis": lazy_gettext("数据"),
    "sort": lazy_gettext("排序"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One choice of a field; ``n`` is how many enterprises it would leave, if that is known."""

    value: str
    word: str
    is_chosen: bool
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A chosen filter that one click takes away."""

    name: str
    word: str


def is_english() -> bool:
    """Whether the page is in English."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


def next_step(row: CandidateRow) -> str:
    """What stands between an enterprise and the tier, as one sentence."""
    if row.nearest is not None:
        return gap_sentence(row.nearest)
    if row.missing:
        return missing_sentence(row)
    if row.verdict == Verdict.NEEDS_JUDGEMENT:
        return str(_("数据齐全，须由人研判"))
    if row.verdict == Verdict.ELIGIBLE:
        return str(_("条件全部满足"))
    return ""


def gap_sentence(gap: NearestGap) -> str:
    """The nearest gap with its amount: 研发费用还差 12.40 万元."""
    label = gap.criterion.label_en if is_english() else gap.criterion.label
    if gap.amount is None:
        printed = gap.criterion.printed_en if is_english() else gap.criterion.printed
        return str(_("%(label)s不满足：%(printed)s", label=label, printed=printed))
    what = translated(gap.subject.label) if gap.subject is not None else label
    told = amount(gap.amount, gap.criterion.unit, up=True)
    if gap.is_excess:
        return str(_("%(what)s超出 %(amount)s", what=what, amount=told))
    return str(_("%(what)s还差 %(amount)s", what=what, amount=told))


def missing_sentence(row: CandidateRow) -> str:
    """What to ask for first, and of how many things it is the first."""
    words = _("、").join(missing_word(fact) for fact in row.missing)
    if row.n_missing > len(row.missing):
        return str(_("先补：%(words)s等 %(num)s 项", words=words, num=row.n_missing))
    return str(_("先补：%(words)s", words=words))


def missing_word(missing: MissingFact) -> str:
    """What a missing fact is called, with its year."""
    if missing.tier is not None:
        return str(_("是否持有%(tier)s", tier=tier_name(missing.tier)))
    label = translated(missing.fact.label) if missing.fact is not None else ""
    if missing.year is None:
        return label
    return str(_("%(year)s 年%(label)s", year=missing.year, label=label))


def points_text(row: CandidateRow) -> str:
    """Points, as a range while something is missing."""
    if row.points_lo is None or row.points_hi is None:
        return ""
    return str(row.points_lo) if row.points_lo == row.points_hi else f"{row.points_lo}–{row.points_hi}"


def word_of(name: str, value: str) -> str:
    """A filter's value in words."""
    if value == UNKNOWN and name != "holds":
        return unknown()
    tables: dict[str, dict[Any, Any]] = {
        "gaps": GAP_WORDS,
        "holds": HOLDS_WORDS,
        "basis": BASIS_WORDS,
        "sort": SORT_WORDS,
    }
    if name in tables:
        return str(tables[name][Sort(value) if name == "sort" else value])
    if name == "verdict":
        return str(VERDICT_MARKS[Verdict[value.upper()]].word)
    if name == "jurisdiction":
        return reference.jurisdiction_name(value, english=is_english())
    if name == "industry":
        return f"{value} {reference.industry_name(value)}"
    if name == "field":
        return f"{value} {reference.hitech_field_name(value)}"
    if name == "size":
        return str(_("不超过 %(share)s%%", share=value))
    return tier_name(value) if name in ("tier", "also") else value


def chips(wanted: CandidateFilter) -> list[Chip]:
    """The chosen filters, each removable."""
    return [
        Chip(name=name, word=f"{FIELD_WORDS[name]}{_('：')}{word_of(name, value)}")
        for name, value in wanted.narrowing().items()
    ]


def in_words(wanted: CandidateFilter) -> str:
    """The whole list in one line: tier, filters and order."""
    parts = [tier_name(wanted.tier), str(BASIS_WORDS[wanted.basis]), *(chip.word for chip in chips(wanted))]
    return str(_("；")).join([*parts, f"{FIELD_WORDS['sort']}{_('：')}{SORT_WORDS[wanted.sort]}"])


def options(wanted: CandidateFilter, facets: dict[str, dict[str, int]] | None) -> dict[str, list[Option]]:
    """The choices of every field; what nobody would be left by is not offered where counts are known."""
    chosen = wanted.address()

    def offered(name: str, words: list[tuple[str, str]]) -> list[Option]:
        counts = None if facets is None else facets.get(name)
        return [
            Option(
                value=value,
                word=word,
                is_chosen=chosen.get(name) == value,
                n=None if counts is None else counts.get(value, 0),
            )
            for value, word in words
            if counts is None or value in counts or chosen.get(name) == value
        ]

    return {
        "jurisdiction": offered(
            "jurisdiction",
            [
                *(
                    (place.code, place.name_en if is_english() else place.name)
                    for place in reference.jurisdictions()
                ),
                (UNKNOWN, unknown()),
            ],
        ),
        "industry": offered("industry", [*_industries(), (UNKNOWN, unknown())]),
        "gaps": offered("gaps", [(value, str(GAP_WORDS[value])) for value in GAP_COUNTS]),
        "holds": offered("holds", [(value, str(HOLDS_WORDS[value])) for value in HOLDINGS]),
        "field": offered("field", _fields()),
        "size": offered("size", [(value, word_of("size", value)) for value in GAP_SIZES]),
        "also": offered(
            "also", [(str(tier), tier_name(tier)) for tier in TIER_NAMES if tier is not wanted.tier]
        ),
    }


def _industries() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name in reference.industry_sections()]


def _fields() -> list[tuple[str, str]]:
    """Each group of high-tech fields, followed by its fields."""
    words: list[tuple[str, str]] = []
    for entry in reference.hitech_fields():
        group = entry.code[:1] + "0"
        if not words or all(code != group for code, _word in words):
            words.append((group, f"{group} {entry.group}"))
        words.append((entry.code, f"　{entry.code} {entry.name}"))
    return [*words, (UNKNOWN, unknown())]


def tier_options(wanted: CandidateFilter) -> list[Option]:
    """The tiers with rules, in the order of the ladder."""
    return [
        Option(value=str(tier), word=tier_name(tier), is_chosen=tier is wanted.tier) for tier in built_tiers()
    ]


def standard_options(wanted: CandidateFilter) -> list[Option]:
    """The standards of the tier; empty when there is but one."""
    rule_sets = built_tiers().get(wanted.tier, [])
    if len(rule_sets) <= 1:
        return []
    return [
        Option(
            value="" if entry.is_default else entry.standard,
            word=entry.label_en if is_english() else entry.label,
            is_chosen=entry.standard == wanted.standard,
        )
        for entry in rule_sets
    ]


def verdict_tabs(wanted: CandidateFilter, facets: dict[str, dict[str, int]] | None) -> list[Option]:
    """All, and each verdict in the order of the list."""
    counts = None if facets is None else facets["verdict"]
    order = (
        Verdict.ELIGIBLE,
        Verdict.NEEDS_JUDGEMENT,
        Verdict.UNDETERMINED,
        Verdict.NOT_ELIGIBLE,
        Verdict.NOT_APPLICABLE,
    )
    every = Option(
        value="",
        word=str(_("全部")),
        is_chosen=wanted.verdict is None,
        n=None if counts is None else sum(counts.values()),
    )
    tabs = [
        Option(
            value=verdict.word,
            word=str(VERDICT_MARKS[verdict].word),
            is_chosen=wanted.verdict is verdict,
            n=None if counts is None else counts.get(verdict.word, 0),
        )
        for verdict in order
        if verdict is not Verdict.NOT_APPLICABLE
        or wanted.verdict is verdict
        or (counts is not None and counts.get(verdict.word))
    ]
    return [every, *tabs]
