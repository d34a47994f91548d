"""Everything that is wrong with a draft, all at once: what the rule files refuse, and what makes no sense."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from enterprise_pipeline.services.rulebooks import CurrentRulebook, read_version, with_version
from enterprise_pipeline.services.standards.drafts import Version
from enterprise_pipeline.services.standards.problems import Problem, Severity, refused, steps
from enterprise_pipeline.services.standards.sense import senseless
from enterprise_pipeline.services.standards.toml_text import Table, rule_file_text
from enterprise_pipeline.services.texts import N_, Text
from scoring.errors import RuleFileError
from scoring.rules_model import RuleSet

_PLACEHOLDER: Table = {
    "id": "placeholder", "label": "-", "label_en": "-", "printed": "-", "printed_en": "-", "article": "-",
    "word": "judgement",
}  # fmt: skip
_HEAD: Table = {
    "id": "X", "standard": "x", "label": "-", "label_en": "-", "document": "-", "title": "-", "issuer": "-",
    "effective_from": date(2020, 1, 1), "address": "-", "source": "-", "grade": "local",
    "checked_on": date(2020, 1, 1),
}  # fmt: skip
_MOST_TRIES = 40


def problems(version: Version, rulebook: CurrentRulebook, *, screened_on: date | None) -> tuple[Problem, ...]:
    """Every finding, those that block publication first."""
    table = version.table
    found = [*_of_sections(version.tier, table)]
    if not found:
        found += _of_whole(version, rulebook)
    if not any(problem.severity is Severity.ERROR for problem in found):
        found += _of_days(version, screened_on)
    found += senseless(readable(version.tier, table))
    return tuple(sorted(found, key=lambda problem: problem.severity is Severity.WARNING))


def readable(tier: str, table: Table) -> RuleSet | None:
    """The rule set with those criteria that can be read by themselves, for sentences; or None."""
    points = table.get("points")
    good_points = points if points is not None and _refusal(tier, _with(points=points)) is None else None
    criteria = [
        entry
        for entry in table.get("criteria", [])
        if _refusal(tier, _with(criteria=[_complete(entry)], points=good_points)) is None
    ]
    direct = table.get("direct")
    parts: Table = {"criteria": [_complete(entry) for entry in criteria] or [_PLACEHOLDER]}
    parts["points"] = good_points
    if direct is not None and _refusal(tier, _with(**parts, direct=direct)) is None:
        parts["direct"] = direct
    if table.get("applies") is not None and _refusal(tier, _with(applies=table["applies"])) is None:
        parts["applies"] = table["applies"]
    try:
        return read_version(tier, rule_file_text(tier, _with(**parts)))
    except RuleFileError:
        return None


def _complete(entry: Table) -> Table:
    """A criterion with every text there, to look at what it asks."""
    blank = [key for key in _TEXTS if not isinstance(entry.get(key), str) or not entry[key].strip()]
    return entry | dict.fromkeys(blank, "-")


_TEXTS = ("id", "label", "label_en", "printed", "printed_en", "article")


def _with(**parts: Any) -> Table:
    told = {key: value for key, value in parts.items() if value is not None}
    return {**_HEAD, "criteria": [_PLACEHOLDER], **told}


def _refusal(tier: str, table: Table) -> RuleFileError | None:
    try:
        read_version(tier, rule_file_text(tier, table))
    except RuleFileError as error:
        return error
    return None


def _of_sections(tier: str, table: Table) -> Iterable[Problem]:
    """The refusals of head, points, direct route and every criterion, each section by itself."""
    sections = ("criteria", "points", "direct")
    head = {key: value for key, value in table.items() if key not in sections}
    yield from _all_refusals(tier, {**head, "criteria": [_PLACEHOLDER]}, table)
    points = table.get("points")
    good_points = points
    if points is not None:
        found = list(_all_refusals(tier, _with(points=points), table))
        good_points = None if found else points
        yield from found
    for index, entry in enumerate(table.get("criteria", [])):
        if good_points is points or entry.get("word") not in ("points", "points_part"):
            alone = _with(criteria=[entry], points=good_points)
            yield from _all_refusals(tier, alone, table, criterion=index)
    if table.get("direct") is not None:
        names = [{**_PLACEHOLDER, "id": entry["id"]} for entry in table.get("criteria", [])]
        yield from _all_refusals(tier, _with(criteria=names or [_PLACEHOLDER], direct=table["direct"]), table)


def _all_refusals(
    tier: str, section: Table, whole: Mapping[str, Any], *, criterion: int | None = None
) -> Iterable[Problem]:
    """One refusal after the other: a text or day that is missing is filled in, and the reader asked again."""
    tried = deepcopy(section)
    for _ in range(_MOST_TRIES):
        error = _refusal(tier, tried)
        if error is None:
            return
        path = steps(error.key)
        if criterion is not None and path[:1] == ["criteria"]:
            path[1] = criterion
        key = ".".join(str(step) if isinstance(step, str) else f"[{step}]" for step in path)
        yield refused(RuleFileError(error.file, key.replace(".[", "["), error.reason), whole)
        if not _filled_in(tried, steps(error.key), error.reason):
            return


def _filled_in(table: Table, path: list[str | int], reason: str) -> bool:
    """Put something readable where a text or a day is missing, so that the next problem shows."""
    filler: Any = {"a text is missing here": "-"}.get(reason)
    if filler is None and "is not a date" in reason:
        filler = date(9999, 1, 1) if path[-1:] == ["effective_to"] else date(2020, 1, 1)
    if filler is None:
        return False
    inner: Any = table
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = filler
    return True


def _of_whole(version: Version, rulebook: CurrentRulebook) -> Iterable[Problem]:
    """What a rule set cannot know of itself: too many criteria, overlap, gaps, borrowed criteria."""
    try:
        with_version(rulebook.rule_sets, read_version(version.tier, version.content))
    except RuleFileError as error:
        yield refused(error, version.table)


def _of_days(version: Version, screened_on: date | None) -> Iterable[Problem]:
    starts = version.effective_from
    if screened_on is not None and starts <= screened_on:
        yield Problem(
            severity=Severity.WARNING,
            where="",
            label="",
            field=N_("施行日期"),
            value=starts.isoformat(),
            message=Text(
                N_("名单已按 %(day)s 筛查过：从更早的 %(starts)s 起施行，会改变已经看到的结论。"),
                day=screened_on.isoformat(),
                starts=starts.isoformat(),
            ),
            remedy=Text(N_("如非有意，请把施行日期改到这一天之后；发布后会重新筛查。")),
        )
