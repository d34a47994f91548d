"""Divisions by what may be zero whose meaning is fixed: a person who writes a standard has to know it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from enterprise_pipeline.services.standards.problems import Problem, Severity
from enterprise_pipeline.services.standards.words import key_label
from enterprise_pipeline.services.texts import N_, Text
from scoring.rules_model import Criterion, PointsTable, RuleSet
from scoring.vocabulary import FACTS

_REMEDY = N_("这是规则引擎固定的读法，请确认与文件相符。")


def fixed_divisions(
    rule_set: RuleSet, criteria: Iterable[Criterion], sure: Collection[tuple[str, int]]
) -> Iterator[Problem]:
    """Warn of every division by what may be zero that a rule file cannot decide otherwise."""
    for entry in criteria:
        for where, args in _shares_of_years(entry.id, entry.word, entry.args):
            fact = args["denominator"]
            if (fact, args["years"]) not in sure:
                label = FACTS[fact].label
                message = Text(N_("分母“%(fact)s”为零的年份没有比例，按未达到处理。"), fact=label)
                yield _warning(where, entry.label, fact, message)
    yield from _of_doors(rule_set)
    yield from _of_tables(rule_set, sure)


def _warning(where: str, label: str, fact: str, message: Text, key: str = "denominator") -> Problem:
    return Problem(
        severity=Severity.WARNING, where=where, label=label, field=key_label(key), value=FACTS[fact].label,
        message=message, remedy=Text(_REMEDY),
    )  # fmt: skip


def _shares_of_years(where: str, word: str, args: Any) -> Iterator[tuple[str, Any]]:
    """The words of this kind, also inside others, with their addresses."""
    if word == "share_each_year":
        yield where, args
    for index, part in enumerate(args.get("parts", ()) if word in ("all_of", "any_of") else ()):
        yield from _shares_of_years(f"{where}/{index}", part["word"], part)


def _of_doors(rule_set: RuleSet) -> Iterator[Problem]:
    """A door may replace the very criterion that keeps a denominator above zero, so each is told."""
    for door in rule_set.direct.any_of if rule_set.direct else ():
        if door.word == "share" and "when_zero" not in door.args:
            fact = door.args["denominator"]
            said = N_("分母“%(fact)s”为零时没有比例，按不符合这一直通情形处理。")
            yield _warning("direct", door.label, fact, Text(said, fact=FACTS[fact].label))


def _of_tables(rule_set: RuleSet, sure: Collection[tuple[str, int]]) -> Iterator[Problem]:
    for part in rule_set.points.parts if rule_set.points else ():
        for table in part.tables:
            if table.kind in _SAID and not (table.kind == "share" and (table.denominator, 1) in sure):
                fact = table.denominator or table.fact
                message = Text(_meaning(table), fact=FACTS[fact].label)
                key = "denominator" if table.denominator else "fact"
                yield _warning("points", part.label, fact, message, key)


_SAID = {
    "share": N_("分母“%(fact)s”为零时没有比例，这张表得 0 分。"),
    "year_growth": N_("“%(fact)s”上年为零或负时没有增长率，这张表得 0 分。"),
    "mean_growth": N_("“%(fact)s”第二年为零得 0 分，第一年为零只看后两年，为负的由人研判。"),
}
_JUDGED = N_("“%(fact)s”的基数为零或负时没有增长率，由人研判。")


def _meaning(table: PointsTable) -> str:
    return _JUDGED if table.judges_base else _SAID[table.kind]
