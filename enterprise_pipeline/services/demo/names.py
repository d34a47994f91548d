"""Names of the invented enterprises: place + stem + trade + form, of our own composition, all different."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Literary characters with a single reading: pleasant in a name, and rare in real ones.
STEM_FIRST = (
    "霁岚砚钧翊衡暄朔渚樾棠璟珩岑皓昱煜烨泓溟瀚渊澈漪沅芷蘅茗嵘峻岱崧崇峦旭昕晖曜弈毓翰骁骏骐麟鲲鹏鸿隼"
)
STEM_SECOND = (
    "川岳渡屿桥舟帆锚潮汐涛波浪泉涧湾洲原田畴垄坡岭峰崖松柏梓榆槐枫荷莲菱萱葵禾黍穗星辰霞霓雷霆镜鉴钟磬瑟琴笙"
)
STEM_THIRD = "达通源安和信宏远盛泰康宁嘉瑞祥兴隆昌"
PAIRS = len(STEM_FIRST) * len(STEM_SECOND)
STEM_STEP = 1009
"""Prime, so that counting in such steps visits every pair of characters before one comes again."""

FORMS = ("有限公司", "有限责任公司", "股份有限公司")
FORM_SHARES = (0.86, 0.08, 0.06)
FORMER_TRADES = ("实业有限公司", "工贸有限公司", "经贸有限责任公司", "技术服务部", "加工厂")
BRANCH_PLACES = (
    "宜昌高新技术产业开发区第二生产基地",
    "宜昌国家高新技术产业开发区白洋片区智能制造中心",
    "三峡临空经济区仓储配送与售后服务中心",
    "宜昌市精细化工循环产业示范园综合利用项目部",
)


@dataclass(frozen=True)
class Names:
    """The current names, and the former name of those that were renamed (else "")."""

    current: list[str]
    former: list[str]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What goes into the names, enterprise by enterprise."""

    prefixes: Sequence[str]
    trades: Sequence[str]
    forms: Sequence[str]
    is_branch: NDArray[np.bool_]
    is_renamed: NDArray[np.bool_]


def compose(parts: Parts, *, rng: np.random.Generator) -> Names:
    """Name every enterprise; where prefix, trade and form agree, the stems differ."""
    used: Counter[tuple[str, str, str]] = Counter()
    offsets: dict[tuple[str, str, str], int] = {}
    taken: set[str] = set()
    names = Names([], [])
    for index, key in enumerate(zip(parts.prefixes, parts.trades, parts.forms, strict=True)):
        if key not in offsets:
            offsets[key] = int(rng.integers(PAIRS))
        root = stem(used[key], offset=offsets[key])
        names.current.append(
            _branch(root, key, index) if parts.is_branch[index] else key[0] + root + "".join(key[1:])
        )
        used[key] += 1
        former = key[0] + root + FORMER_TRADES[index % len(FORMER_TRADES)]
        keeps = parts.is_renamed[index] and former not in taken
        names.former.append(former if keeps else "")
        taken.add(names.former[-1])
    return names


def stem(number: int, *, offset: int = 0) -> str:
    """The stem of this number: two characters, from the 2,549th on three."""
    rest, pair = divmod(number, PAIRS)
    first, second = divmod((pair + offset) * STEM_STEP % PAIRS, len(STEM_SECOND))
    third = STEM_THIRD[(rest - 1) % len(STEM_THIRD)] if rest else ""
    return STEM_FIRST[first] + STEM_SECOND[second] + third


def _branch(root: str, key: tuple[str, str, str], index: int) -> str:
    """Name a branch: the whole name of its parent and where it is, which makes names of forty characters."""
    prefix, trade, _ = key
    return f"{prefix}{root}{trade}股份有限公司{BRANCH_PLACES[index % len(BRANCH_PLACES)]}分公司"
