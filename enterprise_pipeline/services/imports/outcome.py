"""After a commit: the enterprises that came in are screened, and the page says whose verdict moved."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.imports.batches import ImportHead, import_head
from enterprise_pipeline.services.imports.covering import is_complete_list
from enterprise_pipeline.services.imports.plan import decode_frame
from enterprise_pipeline.services.screening import run_chosen, run_full
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.services.whats_changed import (
    ChangeCount,
    ChangedVerdict,
    count_changes,
    whats_changed,
)
from enterprise_pipeline.transaction import reading, transaction
from models import ImportBatch
from scoring.vocabulary import Tier

MOST_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an import changed; ``is_screened`` is False while its enterprises wait for their verdicts."""

    head: ImportHead
    is_screened: bool
    counts: tuple[ChangeCount, ...] = ()
    changes: tuple[ChangedVerdict, ...] = ()


def screen_import(batch_id: int, *, as_of: date) -> int:
    """Screen the enterprises of a committed import, and return the number of the run.

    A complete list says something of every enterprise that is not on it, so then all are screened.
    """
    head = import_head(batch_id)
    if head.status != "committed":
        raise ServiceError(Text(N_("这次导入还没有提交。")))
    if is_complete_list(head.options):
        summary = run_full(as_of=as_of)
    else:
        summary = run_chosen(enterprises_of(batch_id), as_of=as_of)
    with transaction() as session:
        batch = session.get(ImportBatch, batch_id)
        if batch is not None:
            batch.run_id = summary.run_id
    return summary.run_id


def enterprises_of(batch_id: int) -> list[int]:
    """The enterprises of a committed import."""
    packed = reading().scalar(select(ImportBatch.before).where(ImportBatch.id == batch_id))
    if packed is None:
        return []
    ids: list[int] = decode_frame(packed, "touched")["enterprise_id"].to_list()
    return ids


def outcome(batch_id: int) -> Outcome:
    """Say what became of an import."""
    head = import_head(batch_id)
    if head.run_id is None:
        return Outcome(head=head, is_screened=False)
    return Outcome(
        head=head,
        is_screened=True,
        counts=tuple(sorted(count_changes(head.run_id, scope=EVERYTHING), key=_ladder)),
        changes=tuple(whats_changed(head.run_id, scope=EVERYTHING, limit=MOST_SHOWN)),
    )


def _ladder(count: ChangeCount) -> int:
    return list(Tier).index(Tier(count.tier))
