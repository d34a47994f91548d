"""Small rule files for tests, and what reading them says."""

from pathlib import Path

from scoring.errors import RuleFileError
from scoring.rulebook import Rulebook, load_rulebook

HEAD = """
tier = "{tier}"

[[rule_sets]]
id = "{id}"
standard = "s"
default = true
label = "甲"
label_en = "A"
document = "文"
title = "题"
issuer = "厅"
effective_from = {start}
{end}
address = "https://example.org/"
source = "criteria.md 5"
grade = "B"
checked_on = 2026-11-22
"""
CRITERION = """
[[rule_sets.criteria]]
id = "revenue_min"
label = "销售收入"
label_en = "Sales"
printed = "不低于5元"
printed_en = "at least 5"
article = "第一条"
word = "amount"
fact = "revenue_cny"
operator = ">="
value = 5
"""
POINTS = """
[rule_sets.points]
maximum = 30
article = "第二条"

[[rule_sets.points.parts]]
id = "staff"
label = "人员"
label_en = "Staff"
maximum = 20
combine = "best"
[[rule_sets.points.parts.tables]]
kind = "share"
numerator = "tech_staff"
denominator = "employees"
label = "占比"
label_en = "share"
bands = [
  { at_least = 0.20, points = 20 },
  { at_least = 0.10, points = [5, 10] },
]

[[rule_sets.criteria]]
id = "points_min"
label = "得分"
label_en = "Points"
printed = "10分"
printed_en = "10 points"
article = "第三条"
word = "points"
operator = ">="
value = 10
"""
DIRECT = """
[rule_sets.direct]
article = "第八条"
printed = "之一"
printed_en = "one of"
waives = ["points_min"]
any_of = [{ holds = "hnte", label = "高企", label_en = "high-tech" }]
"""
PART = '[[rule_sets.points.parts]]\nid = "staff"'


def file(
    *blocks: str, tier: str = "gazelle", name: str = "X-1", start: str = "2021-01-01", end: str = ""
) -> str:
    """A rule file with one rule set; ``end`` is its first day out of force."""
    closing = f"effective_to = {end}" if end else ""
    return HEAD.format(tier="gazelle", id=name, start=start, end=closing) + "".join(blocks or (CRITERION,))


def read(folder: Path, *, text: str | bytes, name: str = "gazelle.toml") -> Rulebook:
    """The rulebook of a folder with this one file more."""
    content = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(content)
    load_rulebook.cache_clear()
    return load_rulebook(folder)


def refusal(folder: Path, *, text: str | bytes, name: str = "gazelle.toml") -> str:
    """What is said of a file that cannot be read; nothing where it can."""
    try:
        read(folder, text=text, name=name)
    except RuleFileError as error:
        return str(error)
    finally:
        load_rulebook.cache_clear()
    return ""
