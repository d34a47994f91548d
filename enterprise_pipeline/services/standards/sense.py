"""What a draft says that makes no sense although every criterion by itself can be read."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from enterprise_pipeline.services.standards.intervals import Asked, asked, implies, is_possible, together
from enterprise_pipeline.services.standards.problems import Problem, Severity
from enterprise_pipeline.services.standards.words import key_label
from enterprise_pipeline.services.texts import N_, Text
from scoring.rule_words import SPECS
from scoring.rules_model import Criterion, PointsPart, RuleSet
from scoring.vocabulary import FACTS

_ZERO = "when_zero"


def senseless(rule_set: RuleSet | None) -> list[Problem]:
    """Contradictions, repetitions, divisions by what may be zero, and lines that nobody reaches."""
    if rule_set is None:
        return []
    criteria = [entry for entry in rule_set.criteria if entry.id != "placeholder"]
    asks = {entry.id: asked(entry.word, entry.args) for entry in criteria}
    return [
        *_contradictions(criteria, asks),
        *_repetitions(criteria, asks),
        *_divisions(criteria, asks),
        *_points(rule_set, criteria),
    ]


def _problem(entry: Criterion, message: Text, remedy: str, **told: Any) -> Problem:
    defaults: dict[str, Any] = {
        "severity": Severity.ERROR, "where": entry.id, "label": entry.label, "field": key_label("value"),
        "value": entry.printed if entry.printed != "-" else "",
    }  # fmt: skip
    return Problem(**{**defaults, **told}, message=message, remedy=Text(remedy))


def _contradictions(criteria: list[Criterion], asks: Mapping[str, Asked]) -> Iterator[Problem]:
    """Criteria that nobody can meet: one by itself, two together, or all of them."""
    impossible = {entry.id for entry in criteria if not _any_way([asks[entry.id]])}
    for entry in criteria:
        if entry.id in impossible:
            message = Text(N_("这一条自相矛盾，没有企业能达到。"))
            yield _problem(entry, message, N_("请改门槛或比较方式。"))
    rest = [entry for entry in criteria if entry.id not in impossible]
    found = False
    for one, other in combinations(rest, 2):
        if not _any_way([asks[one.id], asks[other.id]]):
            found = True
            message = Text(N_("与“%(other)s”互相矛盾，没有企业能同时达到。"), other=other.label)
            yield _problem(one, message, N_("请改其中一条的门槛，或删去一条。"))
    if not found and rest and not _any_way([asks[entry.id] for entry in rest]):
        message = Text(N_("几条条件合在一起互相矛盾，没有企业能全部达到。"))
        yield _problem(rest[-1], message, N_("请逐条核对对同一项事实的要求。"))


def _any_way(asks: Iterable[Asked]) -> bool:
    return any(is_possible(way) for way in together(one.alternatives for one in asks))


def _repetitions(criteria: list[Criterion], asks: Mapping[str, Asked]) -> Iterator[Problem]:
    """Criteria that change nothing, because another asks as much or everybody meets them."""
    idle = set[str]()
    for entry in criteria:
        if asks[entry.id].is_exact and any(implies({}, way) for way in asks[entry.id].alternatives):
            idle.add(entry.id)
            yield _problem(
                entry,
                Text(N_("任何企业都能达到，这一条不起作用。")),
                N_("请改门槛，或删去这一条。"),
                severity=Severity.WARNING,
            )
    for entry in criteria:
        for other in criteria:
            if entry is other or idle & {entry.id, other.id} or not _follows(asks[entry.id], asks[other.id]):
                continue
            idle.add(entry.id)
            message = Text(N_("已包含在“%(other)s”之中，不起作用。"), other=other.label)
            yield _problem(entry, message, N_("请删去其中一条。"), severity=Severity.WARNING)


def _follows(weaker: Asked, stronger: Asked) -> bool:
    """Whether whoever does the second does the first; possible ways only."""
    ways = [way for way in stronger.alternatives if is_possible(way)]
    return (
        weaker.is_exact
        and bool(ways)
        and all(any(implies(way, other) for other in weaker.alternatives) for way in ways)
    )


def _divisions(criteria: list[Criterion], asks: Mapping[str, Asked]) -> Iterator[Problem]:
    """Shares that do not say what holds when there is nothing to divide by."""
    sure = _never_zero(asks)
    for entry in criteria:
        for where, word, args in _with_parts(entry.id, entry.word, entry.args):
            denominator = args.get("denominator", "")
            if _ZERO not in SPECS[word].keys or _ZERO in args or (denominator, args.get("years", 1)) in sure:
                continue
            label = FACTS[denominator].label
            yield _problem(
                entry,
                Text(N_("分母“%(fact)s”可能为零，而没有写明为零时怎样处理。"), fact=label),
                N_("请选择分母为零时算作未达到，还是由人研判。"),
                where=where,
                field=key_label(_ZERO),
                value=label,
            )


def _never_zero(asks: Mapping[str, Asked]) -> set[tuple[str, int]]:
    """Figures of last year that some criterion requires to be above zero."""
    found = set[tuple[str, int]]()
    for ask in asks.values():
        ways = ask.alternatives if len(ask.alternatives) == 1 else ()
        for measure, interval in (pair for way in ways for pair in way.items()):
            is_above_zero = interval.lo is not None and (interval.lo > 0 or interval.is_above_lo)
            if measure[0] == "figure" and is_above_zero:
                found.add((str(measure[1]), 1))
    return found


def _with_parts(
    where: str, word: str, args: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    yield where, word, args
    for index, part in enumerate(args.get("parts", ()) if word in ("all_of", "any_of") else ()):
        yield from _with_parts(f"{where}/{index}", part["word"], part)


def _points(rule_set: RuleSet, criteria: list[Criterion]) -> Iterator[Problem]:
    """Lines above what the tables and the experts can give, and points that nobody asks for."""
    if rule_set.points is None:
        return
    lines = [entry for entry in criteria if entry.word in ("points", "points_part")]
    if not lines:
        yield Problem(
            severity=Severity.WARNING, where="points", label="", field="", value="",
            message=Text(N_("设置了评分，而没有任何条件要求得分。")),
            remedy=Text(N_("请添加“总分”条件，或删去评分。")),
        )  # fmt: skip
    for entry in lines:
        parts = [part for part in rule_set.points.parts if entry.args.get("part", part.id) == part.id]
        most = sum(_most(part) for part in parts)
        least = entry.args["value"] + (entry.operator == ">")
        if least > most:
            message = Text(
                N_("要求 %(least)s 分，而各评分表和专家最多给 %(most)s 分：谁也达不到。"),
                least=least,
                most=most,
            )
            remedy = N_("请降低要求的分数，或补充评分表。")
            yield _problem(entry, message, remedy, field=key_label("value"), value=str(entry.args["value"]))


def _most(part: PointsPart) -> int:
    """The most points of an indicator that its tables or the experts can give."""
    if part.expert:
        return part.maximum
    tops = [max((band.hi for band in table.bands), default=part.maximum) for table in part.tables]
    told = sum(tops) if part.combine == "sum" else max(tops, default=0)
    return min(part.maximum, told + part.judged)
