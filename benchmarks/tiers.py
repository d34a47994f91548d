"""Every rule set in force against the three tiers of the peers' comparison, per criterion; and one firm.

Run with ``python -m benchmarks tiers [--enterprises 1000000]``. Both screenings
take turns on frames of their own columns; each figure is the median. A rule
set's criteria are counted as written, its points as one criterion.
"""

import argparse
import statistics
import time
from collections.abc import Sequence

import polars as pl

from benchmarks.screening import AS_OF, rule_sets
from benchmarks.screening_data import facts_frame
from scoring.explain import explain
from scoring.rulebook import load_rulebook
from scoring.rules_model import RuleSet
from scoring.screening import required_columns, screen

ROUNDS = 5
SINGLE_ROUNDS = 200
GOAL_PER_CRITERION = 2.0
GOAL_SINGLE_MS = 40


def main(arguments: list[str]) -> str:
    """Measure and return the section for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="benchmarks tiers")
    parser.add_argument("--enterprises", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    every = load_rulebook().in_force(AS_OF)
    lines = ["## All tiers, every rule set in force", ""]
    lines += _per_criterion({"three tiers": rule_sets(), "all": every}, options.enterprises)
    return "\n".join([*lines, _one_enterprise(every), ""])


def _per_criterion(groups: dict[str, Sequence[RuleSet]], enterprises: int) -> list[str]:
    seconds: dict[str, list[float]] = {name: [] for name in groups}
    facts = facts_frame(required_columns(groups["all"]), enterprises=enterprises)
    frames = {name: facts.select(required_columns(rules)) for name, rules in groups.items()}
    for round_number in range(ROUNDS + 1):
        for name, rules in groups.items():
            start = time.perf_counter()
            screen(frames[name], rules, AS_OF)
            if round_number:  # The first round compiles and warms up.
                seconds[name].append(time.perf_counter() - start)
    criteria = {name: sum(len(entry.criteria) for entry in rules) for name, rules in groups.items()}
    each = {name: statistics.median(taken) / criteria[name] for name, taken in seconds.items()}
    table = [
        "| screened | rule sets | criteria | seconds | ns per criterion and enterprise |",
        "|---|---|---|---|---|",
    ]
    table += [
        f"| {name} | {len(rules)} | {criteria[name]} | {statistics.median(seconds[name]):.2f} "
        f"| {each[name] / enterprises * 1e9:.1f} |"
        for name, rules in groups.items()
    ]
    ratio = each["all"] / each["three tiers"]
    return [
        *table,
        "",
        f"Per criterion, all tiers take {ratio:.2f} × (goal: at most {GOAL_PER_CRITERION:g} ×).",
        "",
    ]


def _one_enterprise(every: Sequence[RuleSet]) -> str:
    facts = facts_frame(required_columns(every), enterprises=SINGLE_ROUNDS)
    taken: list[float] = []
    for index in range(SINGLE_ROUNDS):
        one: pl.DataFrame = facts[index]
        start = time.perf_counter()
        explain(one, every, AS_OF)
        taken.append((time.perf_counter() - start) * 1e3)
    taken = sorted(taken[5:])
    middle, late = statistics.median(taken), taken[int(len(taken) * 0.95)]
    return (
        f"Full detail for one enterprise by all {len(every)} rule sets: {middle:.1f} ms "
        f"(95th percentile {late:.1f}; goal: under {GOAL_SINGLE_MS} ms)."
    )
