"""The quick check: one step against bare screening of one enterprise, and many visitors at once.

Run with ``python -m benchmarks quick_check [--visitors 300]``.

*Step* is what the server does for one answer, without HTTP: read the answers from the form, add
one screen's, hold them against every rule set in force, rank what to ask next, and prepare the
whole result. *Bare* is ``screen(facts, rule_sets, as_of, projection="detail")`` of the same
single row and rule sets. They take turns.

The visitors arrive together, each from a loopback address of its own, and walk the check from the
start page to the result without pausing to think, against gunicorn with its shipped configuration
and an empty registry.
"""

import argparse
import asyncio
import html
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask_migrate import upgrade

from benchmarks.listing import MIGRATIONS, OURS, served
from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.quick_check.answers import Answers, read_answers
from enterprise_pipeline.services.quick_check.result import assess, standings
from enterprise_pipeline.services.rulebooks import current_rulebook
from models import db
from scoring.explain import explain
from scoring.screening import screen

DAY = date(2026, 11, 22)
ROUNDS = 40
MOST_STEPS = 14
PER_BYTE = 250
YEARS = (1, 2, 3)
FIRM = {
    "registered_on": date(2016, 5, 10),
    "industry_code": "C2614",
    "employees_y1": 100,
    "tech_staff_y1": 12,
    "class1_ip": 2,
    **{f"revenue_fen_y{back}": 50_000_000_00 for back in YEARS},
    **{f"rd_expense_fen_y{back}": 3_000_000_00 for back in YEARS},
}
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Visits:
    """What the visitors saw: how often each status, how long each request took, who came to a result."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    results: int = 0


def main(arguments: Sequence[str]) -> str:
    """Measure both and return the section."""
    parser = argparse.ArgumentParser(prog="benchmarks quick_check")
    parser.add_argument("--visitors", type=int, default=300)
    given = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/empty.sqlite3"
        app = create_app(Settings(instance=folder, database_url=url, secret_key="k" * 64))
        with app.app_context():
            upgrade(MIGRATIONS)
        steps = _steps(app)
        port = stack.enter_context(served(url, OURS, ["/check"]))
        began = time.perf_counter()
        visits = asyncio.run(_crowd(port, given.visitors))
        took = time.perf_counter() - began
    return "\n".join([*steps, "", *_crowd_words(visits, given.visitors, took)])


def _steps(app: Flask) -> list[str]:
    with app.app_context():
        rule_sets = current_rulebook().in_force(DAY)
        text = Answers(told=FIRM, path=("basics",)).as_text()
        facts = read_answers(text).frame()

        def step() -> None:
            answers = read_answers(text).with_screen("conduct", {"had_serious_incident": False})
            found = assess(answers, as_of=DAY)
            if found.next is None or not standings(found):
                raise RuntimeError("The check of the benchmark asks nothing more.")

        step_ms, bare_ms, explain_ms = _taking_turns(
            step,
            lambda: screen(facts, rule_sets, DAY, projection="detail"),
            lambda: explain(facts, rule_sets, DAY),
        )
        db.session.remove()
    return [
        "## Quick check (`python -m benchmarks quick_check`)",
        "",
        f"One enterprise, {len(rule_sets)} rule sets, median of {ROUNDS}.",
        "",
        "| | ms | a second |",
        "|---|---|---|",
        f"| a full step, answer to result | {step_ms:.1f} | {1000 / step_ms:.0f} |",
        f"| `explain` of all rule sets (goal 40 ms) | {explain_ms:.1f} | {1000 / explain_ms:.0f} |",
        f"| bare `screen` of one row, detail | {bare_ms:.1f} | {1000 / bare_ms:.0f} |",
        "",
        f"Rate of a step against bare screening: {bare_ms / step_ms:.0%} (goal 60%).",
    ]


def _taking_turns(*works: Callable[[], object]) -> list[float]:
    """Median milliseconds of each."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 2):
        for mine, work in zip(times, works, strict=True):
            began = time.perf_counter()
            work()
            if number > 1:
                mine.append((time.perf_counter() - began) * 1000)
    return [statistics.median(mine) for mine in times]


async def _crowd(port: int, visitors: int) -> Visits:
    visits = Visits()
    await asyncio.gather(*(_walk(port, number, visits) for number in range(visitors)))
    return visits


async def _walk(port: int, number: int, visits: Visits) -> None:
    """One visitor: the start page, every screen skipped or answered, the result."""
    source = f"127.0.{1 + number // PER_BYTE}.{1 + number % PER_BYTE}"
    await _ask(port, source, None, visits)
    form: list[tuple[str, str]] = []
    for _step in range(MOST_STEPS):
        text = await _ask(port, source, form, visits)
        if text is None:
            return
        content = text[text.index("<main") :]
        if 'name="screen"' not in content:
            visits.results += 1
            return
        first = content[content.index("<form") : content.index("</form>")]
        form = [(name, html.unescape(value)) for name, value in _HIDDEN.findall(first)]
        form += [("employees_y1", "100"), ("revenue_fen_y1", "5000"), ("class1_ip", "2"), ("go", "next")]


async def _ask(port: int, source: str, form: Sequence[tuple[str, str]] | None, visits: Visits) -> str | None:
    """One request on a connection of its own; None when it was not answered with a page."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    body = urlencode(form or []).encode()
    line = "GET /check" if form is None else "POST /check/step"
    head = [f"{line} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    answer = await reader.read()
    writer.close()
    visits.seconds.append(time.perf_counter() - began)
    status = int(answer.split(b" ", 2)[1]) if answer else 0
    visits.statuses[status] += 1
    return answer.partition(b"\r\n\r\n")[2].decode() if status == 200 else None


def _crowd_words(visits: Visits, visitors: int, took: float) -> list[str]:
    times = sorted(visits.seconds)
    p50, p95 = (times[int(len(times) * share)] for share in (0.5, 0.95))
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(visits.statuses.items()))
    words = (
        f"{visitors} visitors at once, each from the start page to the result, two workers of gunicorn: "
        f"{len(times)} requests in {took:.0f} s ({len(times) / took:.0f} a second), statuses {counts} "
        f"(goal: none of 5xx), {visits.results} came to a result; "
        f"a request took {p50:.2f} s in the median, {p95:.2f} s at the 95th percentile."
    )
    return [words]
