"""What the audit trail costs: a write with and without it, many events at once, and verifying them."""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from benchmarks.importing import migrated_registry
from enterprise_pipeline.services import audit, audit_trail, figures
from enterprise_pipeline.services.audit import Event
from enterprise_pipeline.transaction import transaction
from models import Enterprise
from scoring.vocabulary import YEARLY_FACTS

TODAY = date(2026, 11, 22)
UNKNOWN = {fact.column: None for fact in YEARLY_FACTS}
REPORT = """## Audit trail

Saving a year's figures of one enterprise (a new version, its event), median of {:,} each way, taken in turn;
then {:,} events in one transaction, and verifying that chain.

| database | write, ms | the same without audit, ms | more (≤ 15%) | events/s recorded | events/s verified |
|---|---|---|---|---|---|
{}
"""


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks auditing")
    parser.add_argument("--writes", type=int, default=400)
    parser.add_argument("--events", type=int, default=100_000)
    chosen = parser.parse_args(arguments)
    lines = [_line(kind, chosen.writes, chosen.events) for kind in ("sqlite", "postgresql")]
    return REPORT.format(chosen.writes, chosen.events, "\n".join(lines))


def _line(kind: str, writes: int, events: int) -> str:
    with migrated_registry(kind):
        save = _saving()
        for _ in range(20):
            save()
        with_audit, without = [], []
        for _ in range(writes):
            with_audit.append(_seconds(save))
            with _no_audit():
                without.append(_seconds(save))
        one, other = statistics.median(with_audit), statistics.median(without)
        recorded = events / _seconds(lambda: _record(events))
        verified = events / _seconds(_verify)
    return (
        f"| {kind} | {one * 1e3:.2f} | {other * 1e3:.2f} | {one / other - 1:+.0%} "
        f"| {recorded:,.0f} | {verified:,.0f} |"
    )


def _saving() -> Callable[[], object]:
    with transaction() as session:
        enterprise = Enterprise(credit_code="91420500MA00000001", name="甲公司", initials="jgs")
        session.add(enterprise)
        session.flush()
        enterprise_id = enterprise.id
    state = {"base": 0}

    def save() -> None:
        state["base"] = figures.save_figures(
            enterprise_id,
            year=2025,
            source="手工录入",
            received_on=TODAY,
            values=UNKNOWN | {"employees": state["base"] + 1, "revenue_fen": 100 * state["base"]},
            base=state["base"],
            actor="王科长",
            today=TODAY,
        )

    return save


@contextmanager
def _no_audit() -> Iterator[None]:
    kept = audit.record
    audit.record = lambda *_, **__: None
    try:
        yield
    finally:
        audit.record = kept


def _record(count: int) -> None:
    with transaction() as session:
        audit.record_many(
            session,
            (
                Event(
                    actor="王科长",
                    action="enterprise.edited",
                    subject_type="enterprise",
                    subject_id=number,
                    before={"employees": number},
                    after={"employees": number + 1, "name": "某某科技有限公司"},
                )
                for number in range(count)
            ),
        )


def _verify() -> None:
    if audit_trail.verify_chain().findings:
        raise RuntimeError("The chain is not whole.")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
