"""What the reader of rule files refuses, said in Chinese with what to do."""

import re

from enterprise_pipeline.services.texts import N_, Text
from scoring.vocabulary import FACTS, TIER_NAMES, Tier

FILL_IN = N_("请填写。")
CHOOSE = N_("请从列表中选择。")
CORRECT = N_("请改正后保存。")

# Pattern of the reader's reason, what it means, and what to do; named groups are the values.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (r"at least one part is needed here", N_("还没有添加任何一项。"), N_("请添加至少一项。")),
    (r"a text is missing here", N_("没有填写。"), FILL_IN),
    (r"(?P<value>.+) is not a date; .*", N_("“%(value)s”不是日期。"), N_("请写成 2026-04-01 这样的日期。")),
    (
        r"the fact (?P<fact>.+?) is not known(?: \(did you mean (?P<near>.+)\?\))?",
        N_("没有“%(fact)s”这个事实。"),
        CHOOSE,
    ),
    (
        r"the fact (?P<fact>.+) is in \S+, and .+",
        N_("“%(fact)s”的单位不能用在这里。"),
        N_("请换一个单位相符的事实。"),
    ),
    (
        r"the fact (?P<fact>.+) is not one of a fiscal year",
        N_("“%(fact)s”不是年度数据。"),
        N_("请换一项年度数据。"),
    ),
    (r"these facts are in different units: .*", N_("几项事实的单位不同。"), N_("请只选单位相同的事实。")),
    (r"the tier (?P<value>.+?) is not known.*", N_("没有“%(value)s”这个层级。"), CHOOSE),
    (r"the word (?P<value>.+?) is not known.*", N_("没有“%(value)s”这种判断方式。"), CHOOSE),
    (r"the operator (?P<value>.+) is not one of .*", N_("比较方式“%(value)s”不能用在这里。"), CHOOSE),
    (r"the word .+ needs it", N_("没有填写。"), FILL_IN),
    (r"the word .+ does not take it", N_("这种判断方式没有这一项。"), N_("请在上传的文件中删去这一项。")),
    (r"this key is not known here.*", N_("不认识这一项。"), N_("请在上传的文件中删去或改正这一项。")),
    (r"(?P<value>.+) is not a whole number of 0 or more", N_("“%(value)s”不是不小于零的整数。"), CORRECT),
    (
        r"(?P<value>.+) is not a share; .*",
        N_("“%(value)s”不是可用的比例。"),
        N_("比例应大于零、不超过1000%；请按百分数填写。"),
    ),
    (r"(?P<value>.+) is not an amount(?: in CNY)?", N_("“%(value)s”不是金额。"), CORRECT),
    (
        r"(?P<value>.+) CNY is not a whole number of fen",
        N_("%(value)s 元比分还细。"),
        N_("金额最多精确到分。"),
    ),
    (r"(?P<value>.+) is finer than .+", N_("%(value)s 太细。"), N_("金额最多精确到分，其他填整数。")),
    (r"a ladder needs at least two rungs", N_("分档至少要有两档。"), N_("请再加一档，或改用单一门槛。")),
    (
        r"every rung but the last, and only those, says up_to",
        N_("除最后一档外都要填上限，最后一档不填。"),
        CORRECT,
    ),
    (
        r"(?P<value>.+) does not rise above (?P<other>.+)",
        N_("分档上限 %(value)s 没有大于前一档的 %(other)s。"),
        N_("请从小到大排列。"),
    ),
    (
        r"the table is not monotone: (?P<value>.+)",
        N_("分档不是单向变化：%(value)s。"),
        N_("请从最好的一档起依次排列，分值随门槛单向变化。"),
    ),
    (r"an age is asked in days or in years, one of them", N_("天数与年数要填一项，且只填一项。"), CORRECT),
    (
        r"an age in \S+ can only be asked with (?P<value>\S+)",
        N_("这里只能用“%(value)s”。"),
        N_("天数用“不少于”，年数用“不超过”。"),
    ),
    (r"a share takes a value or a ladder, one of them", N_("门槛与分档要填一项，且只填一项。"), CORRECT),
    (
        r"a ladder goes by the size of the denominator; name that fact",
        N_("分档的规模依据必须是分母。"),
        N_("请把规模依据填成与分母相同的事实。"),
    ),
    (r"(?P<value>.+) is neither true nor false", N_("“%(value)s”既不是“是”也不是“否”。"), CHOOSE),
    (r"a list of facts is needed here", N_("没有选择事实。"), CHOOSE),
    (r"a list of criteria is needed here", N_("没有填写条件编号。"), FILL_IN),
    (r"a list of tables is needed here", N_("结构不对：这里应当是若干项。"), N_("请在上传的文件中改正。")),
    (r"(?P<value>.+) years cannot be summed; 1 or 3 can", N_("不能合计 %(value)s 年。"), N_("请填 1 或 3。")),
    (
        r"(?P<value>.+) is not a number of years from 1 to (?P<most>\d+)",
        N_("年数“%(value)s”不可用。"),
        N_("请填 1 至 4 的整数（每年都看的最多 5 年）。"),
    ),
    (
        r"the points part (?P<value>.+?) is not in this rule set.*",
        N_("评分里没有“%(value)s”这一指标。"),
        N_("请先在评分中添加，或另选一项。"),
    ),
    (
        r"the word .+ needs a points system in its rule set",
        N_("还没有设置评分。"),
        N_("请先设置评分，再要求得分。"),
    ),
    (
        r"(?P<least>\d+) points are needed and (?P<most>\d+) is the maximum",
        N_("要求 %(least)s 分，而满分只有 %(most)s 分：谁也达不到。"),
        N_("请降低要求的分数，或提高满分。"),
    ),
    (
        r"the parts add up to (?P<sum>\d+) points, above the maximum (?P<most>\d+)",
        N_("各项满分合计 %(sum)s 分，超过总满分 %(most)s 分。"),
        N_("请调整各项满分或总满分。"),
    ),
    (
        r"(?P<sum>\d+) points can be reached, above the maximum (?P<most>\d+)",
        N_("评分表最多可得 %(sum)s 分，超过这一项的满分 %(most)s 分。"),
        N_("请调整分档的分值或满分。"),
    ),
    (
        r"a points system needs at least one part",
        N_("评分里还没有指标。"),
        N_("请添加至少一项指标，或删去评分。"),
    ),
    (r"a points table needs bands", N_("评分表没有分档。"), N_("请填写至少一档。")),
    (r"a band says at_least or more_than, one of them", N_("每一档要写明“不低于”或“高于”。"), CORRECT),
    (
        r"only a growth table can say more_than",
        N_("只有增长率的评分表可以用“高于”。"),
        N_("请改用“不低于”。"),
    ),
    (
        r"the lowest points (?P<least>\d+) are above the highest (?P<most>\d+)",
        N_("最低分 %(least)s 高于最高分 %(most)s。"),
        CORRECT,
    ),
    (
        r"a condition names a tier held or a flag, one of them",
        N_("每种直通情形要写一个层级或一项事实。"),
        CORRECT,
    ),
    (
        r"a direct route needs at least one condition",
        N_("直通条件没有写任何情形。"),
        N_("请添加一种情形，或删去直通条件。"),
    ),
    (
        r"there is no criterion (?P<value>.+) to waive",
        N_("直通条件要免去的“%(value)s”不在本标准中。"),
        N_("请在直通条件中取消它。"),
    ),
    (r"a rule set needs at least one criterion", N_("还没有任何条件。"), N_("请添加条件。")),
    (
        r"there are (?P<value>\d+) criteria; at most (?P<most>\d+) can be stored",
        N_("有 %(value)s 条条件，最多只能有 %(most)s 条。"),
        N_("请合并或删去一些条件。"),
    ),
    (r"the id (?P<value>.+) is used twice", N_("编号“%(value)s”用了两次。"), N_("请换一个编号。")),
    (
        r"(?P<value>\S+) is not after effective_from (?P<other>\S+)",
        N_("失效日期 %(value)s 不在施行日期 %(other)s 之后。"),
        CORRECT,
    ),
    (
        r"it overlaps (?P<value>.+), in force from (?P<other>\S+)",
        N_("与从 %(other)s 起施行的“%(value)s”重叠。"),
        N_("施行日期应晚于本标准已有的各版本；请改施行日期。"),
    ),
    (
        r"there is a gap until (?P<value>.+), in force from (?P<other>\S+)",
        N_("到“%(value)s”%(other)s 施行之前有一段没有标准可用。"),
        N_("请改施行日期或失效日期，使前后相接。"),
    ),
    (
        r"exactly one standard is the default; found (?P<value>.+)",
        N_("一个层级只能有一个默认标准，现在是：%(value)s。"),
        N_("请以默认标准的代号起草。"),
    ),
    (
        r"(?P<tier>\S+) has no criterion (?P<value>.+)",
        N_("“%(tier)s”没有编号为“%(value)s”的条件。"),
        N_("请填写该层级现行标准中的条件编号。"),
    ),
    (
        r"it asks for (?P<value>\d+) facts",
        N_("一共要问 %(value)s 项事实，太多了。"),
        N_("请减少条件或评分表。"),
    ),
    (
        r"(?P<value>.+) is no code of GB/T 4754.*",
        N_("“%(value)s”不是行业代码。"),
        N_("请写门类字母或代码，例如 C、C26 或 C2614。"),
    ),
    (
        r"(?P<value>.+) does not lie inside the industries listed",
        N_("除外的“%(value)s”不在所列行业之内。"),
        CORRECT,
    ),
    (
        r"(?P<value>.+) is also in class \d+",
        N_("行业“%(value)s”出现在两类中。"),
        N_("每个行业只能有一个门槛。"),
    ),
    (r"a list of industr\w+ .*needed here", N_("没有填写行业代码。"), FILL_IN),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), said, remedy) for pattern, said, remedy in _KNOWN)


def in_chinese(reason: str) -> tuple[Text, Text]:
    """A reason of the reader as (what is wrong, what to do); one we do not know is quoted.

    >>> in_chinese("there are 22 criteria; at most 21 can be stored")[0]
    '有 22 条条件，最多只能有 21 条。'
    """
    for pattern, said, remedy in _PATTERNS:
        match = pattern.fullmatch(reason)
        if match is not None:
            values = {name: _shown(name, value) for name, value in match.groupdict().items() if value}
            return Text(said, **values), Text(remedy)
    return Text(N_("规则引擎不接受：%(reason)s"), reason=reason), Text(CORRECT)


def _shown(name: str, value: str) -> str:
    """A value of a reason without the marks of the program."""
    plain = re.sub(r"Decimal\('([^']*)'\)", r"\1", value).strip("'\"")
    if name in ("fact", "near") and plain in FACTS:
        return FACTS[plain].label
    if plain in {str(tier) for tier in Tier}:
        return TIER_NAMES[Tier(plain)]
    return "—" if plain == "None" else plain
