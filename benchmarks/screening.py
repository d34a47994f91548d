"""Screening against OpenFisca-core, plain Python and hand-written Polars: the same full rules in one run.

Run with ``python -m benchmarks screening [--enterprises 1000000]``. The engines
take turns, so that noise of the machine falls on all of them; each figure is
the median. Differences of outcomes are counted before anything is timed.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.peers import handwritten, openfisca_rules, plain
from benchmarks.screening_data import facts_frame
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import required_columns, screen

AS_OF = date(2026, 11, 22)
TIERS = ("tech_sme", "hnte", "gazelle")
FIELDS = ("verdict", "points_lo", "points_hi", "nearest_criterion", "nearest_gap")
ORDER = [f"{tier}.{field}" for tier in TIERS for field in FIELDS]
ROUNDS = 5
PLAIN_ROWS = 100_000


def rule_sets() -> list[RuleSet]:
    """The three tiers of the comparison, from the rule files."""
    return [entry for entry in load_rulebook().in_force(AS_OF) if entry.key in TIERS]


def main(arguments: list[str]) -> str:
    """Measure and return the section for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="benchmarks screening")
    parser.add_argument("--enterprises", type=int, default=1_000_000)
    parser.add_argument("--memory-of", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.memory_of:
        return _memory(options.memory_of)
    rules = rule_sets()
    facts = facts_frame(required_columns(rules), enterprises=options.enterprises)
    lines = ["## Screening: tech_sme + hnte + gazelle, full rules, exact", ""]
    lines += _speed(facts, rules)
    lines += _agreement(facts, rules)
    lines += _scaling(rules, options.enterprises)
    lines += [_memory_apart(options.enterprises), ""]
    return "\n".join(lines)


def _speed(facts: pl.DataFrame, rules: list[RuleSet]) -> list[str]:
    system = openfisca_rules.build_system([*openfisca_rules.inputs_of(facts.head(1), AS_OF)])
    inputs = openfisca_rules.inputs_of(facts, AS_OF)
    few = facts.head(PLAIN_ROWS)
    runs: dict[str, tuple[int, Callable[[], object]]] = {
        "ours, summary": (facts.height, lambda: screen(facts, rules, AS_OF)),
        "ours, stored": (facts.height, lambda: screen(facts, rules, AS_OF, projection="stored")),
        "ours, detail": (facts.height, lambda: screen(facts, rules, AS_OF, projection="detail")),
        "Polars by hand": (facts.height, lambda: handwritten.screen(facts, AS_OF)),
        "OpenFisca-core": (facts.height, lambda: openfisca_rules.simulate(system, inputs)),
        "plain Python": (few.height, lambda: [plain.evaluate(firm, AS_OF) for firm in firms]),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        firms = few.to_dicts()
        for name, (rows, run) in runs.items():
            start = time.perf_counter()
            run()
            rates[name].append(rows / (time.perf_counter() - start))
    median = {name: statistics.median(values) for name, values in rates.items()}
    ours = median["ours, summary"]
    table = ["| engine | enterprises/s (median of 5) | ours, summary is |", "|---|---|---|"]
    table += [f"| {name} | {rate:,.0f} | {ours / rate:.2f} × |" for name, rate in median.items()]
    return [*table, ""]


def _agreement(facts: pl.DataFrame, rules: list[RuleSet]) -> list[str]:
    ours = screen(facts, rules, AS_OF).select(ORDER)
    by_hand = handwritten.screen(facts, AS_OF).select(ORDER)
    hand = sum(int((~ours[name].eq_missing(by_hand[name].cast(ours[name].dtype))).sum()) for name in ORDER)
    rows = ours.head(PLAIN_ROWS).rows()
    theirs = [plain.evaluate(firm, AS_OF) for firm in facts.head(PLAIN_ROWS).to_dicts()]
    in_plain = sum(
        a != b for row, other in zip(rows, theirs, strict=True) for a, b in zip(row, other, strict=True)
    )
    system = openfisca_rules.build_system([*openfisca_rules.inputs_of(facts.head(1), AS_OF)])
    outputs = openfisca_rules.simulate(system, openfisca_rules.inputs_of(facts, AS_OF))
    pairs = {
        "verdict": ("tech_verdict", "hnte_verdict", "gazelle_verdict"),
        "points_lo": ("tech_lo", "innovation_lo"),
        "points_hi": ("tech_hi", "innovation_hi"),
    }
    openfisca = 0
    for field, names in pairs.items():
        for tier, name in zip(TIERS, names, strict=False):
            mine = ours[f"{tier}.{field}"].cast(pl.Float64).fill_null(np.nan).to_numpy()
            openfisca += int((~((mine == outputs[name]) | (np.isnan(mine) & np.isnan(outputs[name])))).sum())
    values = len(ORDER)
    by_them = f"plain Python {in_plain} of {values * len(rows):,}"
    by = f"Polars by hand {hand} of {values * facts.height:,} values; {by_them}"
    ties = "ties of the nearest gap, which we rank in float32"
    fisca = f"OpenFisca-core {openfisca} of {7 * facts.height:,} verdicts and points (its money is float32)"
    return [f"Differences to ours: {by} ({ties}); {fisca}.", ""]


def _scaling(rules: list[RuleSet], enterprises: int) -> list[str]:
    sizes = [100_000, enterprises]
    columns = required_columns(rules)
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    frames = {size: facts_frame(columns, enterprises=size) for size in sizes}
    for _ in range(ROUNDS):
        for size, frame in frames.items():
            start = time.perf_counter()
            screen(frame, rules, AS_OF)
            seconds[size].append((time.perf_counter() - start) / size)
    small, large = (statistics.median(seconds[size]) * 1e6 for size in sizes)
    each = f"{small:.2f} µs at {sizes[0]:,}, {large:.2f} µs at {sizes[1]:,}"
    return [f"Time per enterprise: {each} ({large / small:.2f} ×).", ""]


def _memory_apart(enterprises: int) -> str:
    """Measured in a process of its own: the peak of this one remembers every engine."""
    command = [sys.executable, "-m", "benchmarks", "screening", "--memory-of", str(enterprises)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def _memory(enterprises: int) -> str:
    rules = rule_sets()
    facts = facts_frame(required_columns(rules), enterprises=enterprises)
    screen(facts.head(1000), rules, AS_OF)
    frame = facts.estimated_size() / 1e6
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # starts the high-water mark anew
    before = _kilobytes("VmRSS")
    screen(facts, rules, AS_OF)
    above = (_kilobytes("VmHWM") - before) / 1e3
    share = above / frame
    peak = f"peak above it {above:.0f} MB ({share:.2f} × the frame)"
    return f"Memory, summary: facts frame {frame:.0f} MB, {peak}."


def _kilobytes(name: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise LookupError(name)
