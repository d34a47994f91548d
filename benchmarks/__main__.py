"""``python -m benchmarks [NAME [ARGUMENTS]]``: one printed, or all of them into docs/benchmarks.md."""

import importlib
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

ALL = (
    "screening", "tiers", "storing", "rehearsal", "listing", "importing", "quick_check", "auditing", "access",
    "users", "backing_up",
)  # fmt: skip
REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; do not edit by hand. Every table is one run on one machine: the ratios count.
"""


def machine() -> str:
    """What it ran on."""
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next(
        (line.split(":", 1)[1].strip() for line in facts if line.startswith("model name")), "unknown"
    )
    cores = sum(line.startswith("processor") for line in facts)
    return f"{cores} × {model}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}."


def main(arguments: list[str]) -> None:
    """Run what is asked for."""
    if arguments:
        print(importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:]))
        return
    sections = [HEAD, machine(), ""]
    for name in ALL:
        print(f"{name} …", file=sys.stderr, flush=True)
        sections.append(importlib.import_module(f"benchmarks.{name}").main([]))
        REPORT.write_text("\n".join(sections) + "\n", encoding="utf-8")
    print(f"written to {REPORT.name}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
