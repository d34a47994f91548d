"""The engine's words and their arguments as a form offers them: what each is called, and what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from enterprise_pipeline.services.texts import N_
from scoring.rule_words import SPECS

DAY_OR_YEARS = ("days", "years")


@dataclass(frozen=True, kw_only=True)
class KeyView:
    """One argument of a word: its kind decides which field a form shows."""

    name: str
    kind: str
    is_required: bool
    label: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class WordView:
    """A word of the engine, in Chinese."""

    word: str
    label: str
    hint: str
    operators: tuple[str, ...]
    keys: tuple[KeyView, ...]


_WORDS: dict[str, tuple[str, str]] = {
    "amount": (N_("数额达到门槛"), N_("一项金额、人数、项数或比例，与一个门槛比较。年度数据取上一年度。")),
    "share": (N_("两项之比达到门槛"), N_("例如研发费用占销售收入的比例；可按规模分档。")),
    "count": (N_("项数合计"), N_("一项或几项数量之和达到门槛，例如Ⅰ类知识产权1项以上。")),
    "flag": (N_("是或否的事实"), N_("例如属于某技术领域；未知时由人补全或研判。")),
    "flags": (N_("几项事实都是（或都不是）"), N_("例如没有失信记录，也没有重大事故。")),
    "age": (N_("成立时间"), N_("成立满多少天，或不超过多少年。")),
    "registered": (N_("成立日期区间"), N_("在两个日期之间（含当日）成立。")),
    "holds": (N_("持有或不持有一个层级"), N_("例如当前是有效期内的高新技术企业。")),
    "holds_any": (N_("持有几个层级中的任何一个"), N_("例如是创新型或专精特新中小企业。")),
    "mean_growth": (N_("近两年平均增长率"), N_("逐年增长率的算术平均；几项中任何一项达到即可。")),
    "cagr": (N_("复合增长率"), N_("若干年的年均复合增长率；几项中任何一项达到即可。")),
    "amount_each_year": (N_("每一年的数额"), N_("最近若干年中每一年都达到门槛。")),
    "amount_total": (N_("几年合计"), N_("最近若干年合计达到门槛。")),
    "amount_mean": (N_("几年平均"), N_("最近若干年平均达到门槛。")),
    "share_each_year": (N_("每一年的比例"), N_("最近若干年中每一年的比例都达到门槛。")),
    "amount_by_industry": (N_("按行业分档的数额"), N_("不同行业的门槛不同。")),
    "sme_size": (N_("属于中小微企业"), N_("按统计上的大中小微型企业划分办法。")),
    "points": (N_("总分"), N_("本标准的评分合计达到门槛；先设置评分。")),
    "points_part": (N_("一项指标的得分"), N_("评分中的一项指标达到门槛；先设置评分。")),
    "unmet_at_most": (N_("另一层级的条件最多几项未达到"), N_("例如高企的四项数量门槛最多两项未达到。")),
    "judgement": (N_("由人研判"), N_("不能用数据判断的条件；系统不会自行判定为达到。")),
    "all_of": (N_("下列各项都要达到"), N_("先保存，再逐项添加。")),
    "any_of": (N_("下列任何一项达到即可"), N_("先保存，再逐项添加。")),
}

_KEYS: dict[str, tuple[str, str]] = {
    "fact": (N_("事实"), N_("输入名称中的几个字，从列表中选择。")),
    "facts": (N_("事实"), N_("每行一项；留空的行不保存。")),
    "total": (N_("代表合计的事实"), N_("企业直接给出合计时用它，可不填。")),
    "minus": (N_("要减去的事实"), N_("每行一项；可不填。")),
    "is": (N_("要求"), ""),
    "missing": (N_("未知时"), ""),
    "value": (N_("门槛"), ""),
    "days": (N_("满多少天"), N_("天数与年数二选一；天数只能“不少于”。")),
    "years": (N_("年数"), ""),
    "tier": (N_("层级"), ""),
    "tiers": (N_("层级"), N_("每行一个；留空的行不保存。")),
    "numerator": (N_("分子"), N_("输入名称中的几个字，从列表中选择。")),
    "denominator": (N_("分母"), N_("输入名称中的几个字，从列表中选择。")),
    "ladder": (N_("按规模分档"), N_("与“门槛”二选一。从小到大，最后一档不填上限。")),
    "ladder_fact": (N_("规模依据"), N_("分档时与分母相同。")),
    "asked_below": (N_("只对规模以下的提出"), N_("达到这一规模的由人研判；可不填。")),
    "when_zero": (N_("分母为零时"), N_("没有分母就没有比例：必须说明怎样处理。")),
    "part": (N_("评分指标"), ""),
    "criteria": (N_("条件"), N_("每行一个另一层级的条件编号。")),
    "base_at_least": (N_("基期不低于"), N_("可不填。")),
    "classes": (N_("各类行业的门槛"), N_("行业写代码，用逗号分开，例如 C, D44。")),
    "from": (N_("不早于"), N_("可不填。")),
    "to": (N_("不晚于"), N_("可不填。")),
    "operator": (N_("比较"), ""),
    "not_asked_when": (N_("在此情形下不要求"), N_("一项是或否的事实；为“是”时本条不适用。可不填。")),
}
_OF_WORD: dict[tuple[str, str], tuple[str, str]] = {
    ("age", "years"): (N_("不超过多少年"), N_("天数与年数二选一；年数只能“不超过”。")),
    ("share", "years"): (N_("合计几年"), N_("不填为上一年度一年；3 为近三年合计之比。")),
    ("share", "value"): (N_("门槛（%）"), N_("按百分数填写，例如 3 表示 3%。与“按规模分档”二选一。")),
    ("unmet_at_most", "value"): (N_("最多几项未达到"), N_("整数。")),
}
_OF_KIND: dict[str, str] = {
    "share": N_("按百分数填写，例如 15 表示 15%。"),
    "amount": N_(
        "金额按万元填写，也可写明单位，如 5000万元、0.5亿元、300元；比例按百分数；人数、项数填整数。"
    ),
    "whole": N_("整数。"),
    "years": N_("整数。"),
}


def words() -> tuple[WordView, ...]:
    """Every word of the engine, the usual ones first; one that nobody has described yet goes by its name."""
    known = [word for word in _WORDS if word in SPECS]
    return tuple(word_view(word) for word in (*known, *(word for word in SPECS if word not in _WORDS)))


def inner_words() -> tuple[WordView, ...]:
    """The words that may stand inside another."""
    return tuple(view for view in words() if view.word not in ("points", "points_part", "unmet_at_most"))


def word_view(word: str) -> WordView:
    """One word; KeyError when the engine does not know it."""
    spec = SPECS[word]
    label, hint = _WORDS.get(word, (word, ""))
    keys = tuple(
        KeyView(
            name=name,
            kind=key.kind,
            is_required=key.is_required,
            **dict(zip(("label", "hint"), _said(word, name, key.kind), strict=True)),
        )
        for name, key in spec.keys.items()
    )
    return WordView(word=word, label=label, hint=hint, operators=spec.operators, keys=keys)


def _said(word: str, name: str, kind: str) -> tuple[str, str]:
    label, hint = _OF_WORD.get((word, name)) or _KEYS.get(name, (name, ""))
    return label, hint or _OF_KIND.get(kind, "")


def key_label(name: str, word: str = "") -> str:
    """What a key of a rule file is called on a page."""
    found = _OF_WORD.get((word, name)) or _KEYS.get(name)
    return found[0] if found else HEAD_LABELS.get(name, name)


HEAD_LABELS: Mapping[str, str] = {
    "id": N_("编号"),
    "label": N_("名称"),
    "label_en": N_("英文名称"),
    "printed": N_("门槛原文"),
    "printed_en": N_("门槛原文（英文）"),
    "article": N_("条款"),
    "word": N_("判断方式"),
    "document": N_("文件（文号）"),
    "title": N_("文件标题"),
    "issuer": N_("发文机关"),
    "address": N_("出处网址"),
    "source": N_("资料来源"),
    "grade": N_("出处等级"),
    "checked_on": N_("核对日期"),
    "effective_from": N_("施行日期"),
    "effective_to": N_("失效日期"),
    "applies": N_("适用行业"),
    "standard": N_("标准代号"),
    "maximum": N_("满分"),
    "parts": N_("各项"),
    "points": N_("评分"),
    "direct": N_("直通条件"),
    "tables": N_("评分表"),
    "bands": N_("分档"),
    "combine": N_("几张表之间"),
    "judged": N_("专家可加的分"),
    "expert": N_("专家评分"),
    "kind": N_("评分依据"),
    "any_of": N_("直通情形"),
    "waives": N_("免去的条件"),
    "holds": N_("持有的层级"),
    "flag": N_("事实"),
}
