"""A list that says it is complete: who is not on it is then known not to hold the tier on these days."""

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.imports.plan import Action, Options, Plan, Problem
from enterprise_pipeline.services.imports.writing import Stamp
from enterprise_pipeline.services.texts import N_, Text
from models import PoolCoverage


def is_complete_list(options: Options) -> bool:
    """Whether somebody says that the file is the whole list of a tier for some days."""
    return options.complete_from is not None or options.complete_to is not None


def coverage_problems(certificates: pl.DataFrame, options: Options) -> tuple[Problem, ...]:
    """Say what keeps a list from being taken as complete."""
    if not is_complete_list(options):
        return ()
    first, last = options.complete_from, options.complete_to
    if first is None or last is None:
        return (_problem(N_("完整名单的起止日期只填了一个。"), N_("请把两个日期都填上，或都留空。")),)
    if last < first:
        return (_problem(N_("完整名单的截止日期早于起始日期。"), N_("请改正这两个日期。")),)
    tiers = set(certificates["pool_id"].drop_nulls())
    if options.tier:
        tiers.add(options.tier)
    if certificates.is_empty() or len(tiers) != 1:
        return (
            _problem(
                N_("只有一个层级的证书名单才能说是完整的；这个文件里没有证书，或不止一个层级。"),
                N_("请按层级分开导入，或把完整名单的日期留空。"),
            ),
        )
    return ()


def covered_tier(plan: Plan, options: Options) -> str:
    """The tier whose complete list a plan brings, or the empty text."""
    if not is_complete_list(options) or coverage_problems(plan.frames["certificates"], options):
        return ""
    return str(plan.frames["certificates"]["pool_id"].drop_nulls()[0])


def write_coverage(session: Session, plan: Plan, options: Options, *, left_out: int, stamp: Stamp) -> bool:
    """Note that the list is complete; return whether it said so.

    Raises
    ------
    ServiceError
        If rows of the list stay out: their enterprises would wrongly count as not holding the tier.
    """
    tier = covered_tier(plan, options)
    if not tier:
        return False
    if left_out:
        message = N_("名单有 %(n)s 行没有进来，不能记作完整名单；请先改正这些行，或把完整名单的日期留空。")
        raise ServiceError(Text(message, n=left_out))
    values = {"pool_id": tier, "covers_from": options.complete_from, "covers_to": options.complete_to}
    if session.scalar(select(PoolCoverage.id).filter_by(**values, source=stamp.source).limit(1)) is None:
        session.add(PoolCoverage(**values, source=stamp.source, received_on=stamp.received_on))
    return True


def rows_left_out(plan: Plan, going_in: int) -> int:
    """How many rows of a plan neither go in nor are there already."""
    unchanged = plan.frames["rows"].filter(pl.col("action") == Action.UNCHANGED.value).height
    return plan.frames["rows"].height - unchanged - going_in


def _problem(message: str, remedy: str) -> Problem:
    return Problem(message=Text(message), place="", remedy=Text(remedy))
