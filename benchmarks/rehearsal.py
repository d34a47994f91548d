"""A rehearsal of one changed rule against one screening by all rule sets in force.

Run with ``python -m benchmarks rehearsal [--enterprises 300000] [--rounds 3] [--database sqlite]``.

*Screening* reads everybody's facts and screens them by every rule set in
force, in the parts of a full run, and stores nothing. *Full run* also stores
its assessments and makes them live. A *rehearsal* reads the facts of its two
rule sets, screens both, and stores every enterprise that would change. They
take turns in one run; figures are medians.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

from benchmarks.storing import AS_OF, _assessed, _registry
from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services import rehearsal
from enterprise_pipeline.services.rehearsal_heads import Head, head
from enterprise_pipeline.services.screening import run_full
from scoring.rulebook import load_rulebook

GOAL = 2.5
# One change each of a small rule set, of one with a points table, and of one that borrows another's criteria.
CHANGES: dict[str, tuple[str, str]] = {
    "gazelle.toml": ("value = 0.15\n", "value = 0.10\n"),
    "tech_sme.toml": ("value = 500\n", "value = 300\n"),
    "hnte_reserve.toml": ("value = 2\n", "value = 1\n"),
}
HEAD = """## Rehearsing a changed rule

{:,} enterprises, medians of {} rounds in turn, seconds. Goal: a rehearsal within {} × one screening by all {}
rule sets in force. *Changed* is how many enterprises it stored.

| database | rule | changed | rehearsal | screening | ÷ screening | full run | ÷ full run |
|---|---|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> str:
    """Measure on both databases, or on one, and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks rehearsal")
    parser.add_argument("--enterprises", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args(arguments)
    kinds = [chosen.database] if chosen.database else ["sqlite", "postgresql"]
    lines = [line for kind in kinds for line in _measure(kind, chosen.enterprises, chosen.rounds)]
    tiers = len(load_rulebook().in_force(AS_OF))
    return HEAD.format(chosen.enterprises, chosen.rounds, GOAL, tiers) + "\n".join([*lines, ""])


def _measure(kind: str, enterprises: int, rounds: int) -> list[str]:
    with _registry(kind, enterprises):
        # The first of each kind compiles its expressions, which a server does once.
        changed = {name: _changed(_rehearsed(name)) for name in CHANGES}
        taken: dict[str, list[float]] = {name: [] for name in ("screening", "full", *CHANGES)}
        for _ in range(rounds):
            taken["screening"].append(_timed(_screen))
            taken["full"].append(_timed(lambda: run_full(as_of=AS_OF)))
            for name in CHANGES:
                taken[name].append(_timed(partial(_rehearsed, name)))
    seconds = {name: statistics.median(times) for name, times in taken.items()}
    return [_line(kind, name, changed[name], seconds) for name in CHANGES]


def _line(kind: str, name: str, changed: int, seconds: dict[str, float]) -> str:
    own, screening, full = seconds[name], seconds["screening"], seconds["full"]
    return (
        f"| {kind} | {name} | {changed:,} | {own:.1f} | {screening:.1f} | {own / screening:.2f} "
        f"| {full:.1f} | {own / full:.2f} |"
    )


def _changed(shown: Head) -> int:
    return sum(n for *_cell, kind, n in shown.cells if kind)


def _screen() -> None:
    for _rows in _assessed():
        pass


def _rehearsed(name: str) -> Head:
    old, new = CHANGES[name]
    text = (ROOT / "scoring" / "rules" / name).read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{name} does not say {old!r} any more; change the benchmark.")
    rehearsal_id = rehearsal.start_for_file(name, text.replace(old, new, 1).encode(), actor="b", as_of=AS_OF)
    rehearsal.run(rehearsal_id)
    return head(rehearsal_id)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
