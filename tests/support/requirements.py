"""What happens when a server, a browser or a data folder is missing: loud at a desk, fatal in CI."""

import os
from typing import Any, NoReturn

import pytest

PREFIX = "NOT RUN: "


def everything_is_required() -> bool:
    """Whether a missing part is a failure: on the build server, or when somebody asks for it."""
    wanted = {os.environ.get(name, "").strip().lower() for name in ("CI", "PIPELINE_REQUIRE_ALL")}
    return bool(wanted & {"1", "true", "yes"})


def not_run(reason: str) -> NoReturn:
    """Skip with a reason that the summary repeats; fail where everything is required."""
    if everything_is_required():
        pytest.fail(
            f"{reason} Everything is required here (CI or PIPELINE_REQUIRE_ALL is set).", pytrace=False
        )
    pytest.skip(PREFIX + reason)


def reasons(terminalreporter: Any) -> dict[str, int]:
    """Return how many tests were not run, by reason."""
    counted: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _, found, reason = text.partition(PREFIX)
        if found:
            counted[reason] = counted.get(reason, 0) + 1
    return counted


def summarise(terminalreporter: Any) -> None:
    """Print one loud paragraph about what was not run."""
    missing = reasons(terminalreporter)
    if not missing:
        return
    terminalreporter.section("INCOMPLETE: PARTS OF THE SUITE WERE NOT RUN", sep="!", red=True, bold=True)
    for reason, count in sorted(missing.items()):
        terminalreporter.write_line(f"{count} tests not run. {reason}", red=True)
