"""The words of a candidate list: gaps as sentences, filters as chips and in one line."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.services.candidate_filter import BASES, NO, UNKNOWN, YES, CandidateFilter, Sort
from enterprise_pipeline.services.candidate_rows import CandidateRow, MissingFact, NearestGap
from enterprise_pipeline.web.filters import VERDICT_MARKS
from enterprise_pipeline.web.said import Said, said
from scoring.vocabulary import Verdict

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


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A chosen filter that one click takes away."""

    name: str
    word: str


def next_step(row: CandidateRow, says: Said) -> str:
    """What stands between an enterprise and the tier, as one sentence."""
    if row.nearest is not None:
        return (
            hidden_gap(row.nearest, row.hides_gap, says) if row.hides_gap else gap_sentence(row.nearest, says)
        )
    if row.missing:
        return missing_sentence(row, says)
    if row.verdict == Verdict.NEEDS_JUDGEMENT:
        return says.to_judge
    return says.all_met if row.verdict == Verdict.ELIGIBLE else ""


def gap_sentence(gap: NearestGap, says: Said) -> str:
    """The nearest gap with its amount: 研发费用还差 12.40 万元."""
    criterion = gap.criterion
    label = criterion.label_en if says.is_english else criterion.label
    if gap.amount is None:
        printed = criterion.printed_en if says.is_english else criterion.printed
        return says.not_met % {"label": label, "printed": printed}
    what = says.text(gap.subject.label) if gap.subject is not None else label
    pattern = says.in_excess if gap.is_excess else says.still_missing
    return pattern % {"what": what, "amount": says.missing_amount(gap.amount, criterion.unit)}


def hidden_gap(gap: NearestGap, why: Why, says: Said) -> str:
    """That there is a gap, and why its amount does not show."""
    label = gap.criterion.label_en if says.is_english else gap.criterion.label
    return says.hidden_gap % {"label": label, "why": says.why[why]}


def missing_sentence(row: CandidateRow, says: Said) -> str:
    """What to ask for first, and of how many things it is the first."""
    words = says.comma.join(missing_word(fact, says) for fact in row.missing)
    if row.n_missing > len(row.missing):
        return says.ask_first_of % {"words": words, "num": row.n_missing}
    return says.ask_first % {"words": words}


def missing_word(missing: MissingFact, says: Said) -> str:
    """What a missing fact is called, with its year."""
    if missing.fact is None:
        return says.whether_holds % {"tier": says.tier(missing.tier or "")}
    label = says.text(missing.fact.label)
    return label if missing.year is None else says.of_year % {"year": missing.year, "label": label}


def points_text(row: CandidateRow) -> str:
    """Points, as a range while something is missing."""
    if row.hides_points:
        return said().why[row.hides_points]
    if row.points_lo is None or row.points_hi is None:
        return "–"
    return str(row.points_lo) if row.points_lo == row.points_hi else f"{row.points_lo}–{row.points_hi}"


def word_of(name: str, value: str) -> str:
    """A filter's value in words."""
    says = said()
    if value == UNKNOWN and name != "holds":
        return says.unknown
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
        return says.jurisdiction(value)
    if name == "industry":
        return f"{value} {reference.industry_name(value)}"
    if name == "field":
        return f"{value} {reference.hitech_field_name(value)}"
    if name == "size":
        return str(_("不超过 %(share)s%%", share=value))
    return says.tier(value) if name in ("tier", "also") else value


def chips(wanted: CandidateFilter) -> list[Chip]:
    """The chosen filters, each removable."""
    colon = said().colon
    return [
        Chip(name=name, word=f"{FIELD_WORDS[name]}{colon}{word_of(name, value)}")
        for name, value in wanted.narrowing().items()
    ]


def in_words(wanted: CandidateFilter) -> str:
    """The whole list in one line: tier, filters and order."""
    says = said()
    parts = [says.tier(wanted.tier), str(BASIS_WORDS[wanted.basis]), *(chip.word for chip in chips(wanted))]
    order = f"{FIELD_WORDS['sort']}{says.colon}{SORT_WORDS[wanted.sort]}"
    return says.semicolon.join([*parts, order])
