"""A draft tried out before it is published: whether the rules of its day can be screened with at all.

The reader refuses what it knows to be wrong. This is the belt: one standard that the engine cannot use
would otherwise stop every screening.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl
from polars.exceptions import PanicException, PolarsError

from enterprise_pipeline.services.rulebooks import CurrentRulebook, read_version, with_version
from enterprise_pipeline.services.standards.drafts import Version
from enterprise_pipeline.services.standards.problems import Problem, Severity
from enterprise_pipeline.services.texts import N_, Text
from scoring.errors import RuleFileError, ScoringError
from scoring.facts import SCHEMA
from scoring.rules_model import Criterion, RuleSet
from scoring.screening import ALONE_UP_TO, screen

_FAILURES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, PanicException, PolarsError,
    RuntimeError, ScoringError, TypeError, ValueError,
)  # fmt: skip
# None, one on the way for few, and enough for the way for many.
_HEIGHTS = (0, 1, ALONE_UP_TO + 1)
_LONGEST_REASON = 200


def unusable(version: Version, rulebook: CurrentRulebook) -> Iterable[Problem]:
    """The problem that screening with a draft raises an error; none where it does not, or it cannot be read.

    Enterprises of which nothing is known are screened by the rules of the draft's first day, the draft
    in place of the version that it follows.
    """
    try:
        draft = read_version(version.tier, version.content)
        rule_sets = with_version(rulebook.rule_sets, draft)
    except RuleFileError:
        return
    wanted = next(entry for entry in rule_sets if entry.id == draft.id)
    together = [entry for entry in rule_sets if entry.holds_on(draft.effective_from)]
    reason = _failure(_needed(wanted, together))
    if reason is None:
        return
    culprit = next((entry for entry in wanted.criteria if _fails_alone(entry, wanted, together)), None)
    yield Problem(
        severity=Severity.ERROR,
        where="" if culprit is None else culprit.id,
        label="" if culprit is None else culprit.label,
        field="",
        value="",
        message=Text(N_("规则引擎不能用它筛查：%(reason)s"), reason=reason),
        remedy=Text(N_("请改正或删去它后再检查；发布它会使所有筛查中断。")),
    )


def _needed(draft: RuleSet, together: Sequence[RuleSet]) -> tuple[RuleSet, ...]:
    """The draft by itself, or all rules of its day where one counts another's failures."""
    others = [entry for entry in together if entry.id != draft.id]
    is_counted = draft.is_default and any(draft.tier in _tiers_counted(entry) for entry in others)
    return (*others, draft) if is_counted or _tiers_counted(draft) else (draft,)


def _tiers_counted(entry: RuleSet) -> set[str]:
    return {criterion.args["tier"] for criterion in entry.criteria if criterion.word == "unmet_at_most"}


def _fails_alone(criterion: Criterion, draft: RuleSet, together: Sequence[RuleSet]) -> bool:
    alone = replace(draft, criteria=(criterion,), direct=None, is_default=False, standard="")
    return _failure(_needed(alone, together)) is not None


def _failure(rule_sets: Sequence[RuleSet]) -> str | None:
    """Why these rule sets cannot be screened with; None where they can."""
    day = max(entry.effective_from for entry in rule_sets)
    try:
        for height in _HEIGHTS:
            unknown = {name: pl.Series([None] * height, dtype=dtype) for name, dtype in SCHEMA.items()}
            screen(pl.DataFrame(unknown), rule_sets, day, projection="detail")
    except _FAILURES as error:
        told = str(error).partition("\n")[0][:_LONGEST_REASON]
        return f"{type(error).__name__}: {told}"
    return None
