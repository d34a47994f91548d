"""Many signed-in people at once against the real server, and the proof that nothing of theirs was lost.

Run with ``python -m benchmarks users [--database sqlite] [--users 50] [--seconds 120]``.

Everybody signs in with name and password at the same moment and then works: opens
lists and pages, searches, exports, answers questions, and edits figures with the
version that the form carried. A tenth of the edits go to a few enterprises that
everybody of the area edits, and some forms are sent twice, so that stale forms
really come. Each edit adds one to the figure that the form showed.
"""

import argparse
import asyncio
import json
import os
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.browser import Answer, Browser
from benchmarks.users_registry import (
    PASSWORD,
    YEAR,
    Person,
    Registry,
    problems_after,
    registry,
    serving,
    stored_figures,
)
from forms.figures import BY_HAND

USERS = {"sqlite": 50, "postgresql": 200}
TIERS = ("hnte", "tech_sme", "gazelle", "leading")
NAMES = ("宜昌", "科技", "股份", "91420", "材料")
HOT = 3
HOT_SHARE = 0.1
REPLAYED = 0.1
QUESTION = re.compile(r'"(/questions/\d+/[0-9a-f]{64})"')
ASKED_FIRM = re.compile(r'"(/enterprises/\d+)#questions"')
STALE_WORDS = "已有第"
SAVED, ANSWERED, EXPORTED = "figures.saved", "question.answered", "candidates.exported"
HEAD = """## Many users at once (`python -m benchmarks users`)

Two workers of eight threads. All sign in at the same moment, and then read or write again after a pause of
{:.1f} s in the mean. *Edits* are figures saved; *stale* are forms that came too late and were told so; *5xx*
counts unanswered requests as well; *lost* counts what differs from what users were told: counters, versions,
audit entries. Median and 95th percentile in ms.

| database | users | firms | s | requests | a second | edits | stale | 5xx | lost | login | read | write |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


@dataclass(kw_only=True)
class Outcome:
    """What the users saw, all together."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    figures: Counter[int] = field(default_factory=Counter)
    recorded: Counter[tuple[str, str]] = field(default_factory=Counter)
    stale: int = 0
    problems: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def failures(self) -> int:
        """Answers of 5xx, and requests without any."""
        return sum(count for status, count in self.statuses.items() if status >= 500 or status == 0)

    def as_json(self) -> dict[str, object]:
        """Everything in plain values."""
        times = {kind: _times(all_of) for kind, all_of in sorted(self.seconds.items())}
        return {
            "requests": sum(self.statuses.values()),
            "seconds": round(self.took, 1),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "edits": self.figures.total(),
            "stale_and_told": self.stale,
            "surprises": self.surprises[:20],
            "problems": self.problems[:20],
            "milliseconds": times,
        }


class User:
    """One person at work."""

    def __init__(self, person: Person, port: int, outcome: Outcome, *, pause: float) -> None:
        self.person = person
        self.browser = Browser(port=port)
        self.outcome = outcome
        self.pause = pause
        self.dice = random.Random(person.username)

    async def work(self, end: float) -> None:
        """Go on until the end."""
        doings, weights = zip(*self._doings(), strict=True)
        while time.perf_counter() < end:
            await self.dice.choices(doings, weights)[0]()
            await asyncio.sleep(self.dice.expovariate(1 / self.pause))

    def _doings(self) -> Sequence[tuple[Callable[[], Awaitable[None]], int]]:
        return (
            (self._edit, 35),
            (self._look, 15),
            (self._list, 20),
            (self._search, 10),
            (self._overview, 5),
            (self._questions, 5),
            (self._answer, 6),
            (self._export, 4),
        )

    async def sign_in(self) -> None:
        """Sign in by name and password."""
        await self._open("/login", kind="read")
        await self._send(
            "/login", kind="login", expected=303, username=self.person.username, password=PASSWORD
        )

    async def _edit(self) -> None:
        """Add one to a figure; sometimes send the same form a second time."""
        firm = self._firm()
        path = f"/enterprises/{firm}/figures/{YEAR}"
        page = await self._open(path, kind="read")
        if page is None:
            return
        if self.dice.random() < HOT_SHARE:
            await asyncio.sleep(self.pause / 2)  # Somebody thinks, while others edit the same enterprise.
        typed = {
            "source": BY_HAND,
            "received_on": page.field("received_on"),
            "unit": "wan",
            "base": page.field("base"),
            "employees": str(int(page.field("employees") or 0) + 1),
            "confirmed": "y",
        }
        for _time in range(2 if self.dice.random() < REPLAYED else 1):
            answer = await self._ask(self.browser.post(path, **typed), "write")
            if answer is None:
                continue
            if answer.status == 303:
                self.outcome.figures[firm] += 1
                self.outcome.recorded[self.person.username, SAVED] += 1
            elif answer.status == 422 and STALE_WORDS in answer.text:
                self.outcome.stale += 1
            else:
                self._surprised(path, answer)

    async def _look(self) -> None:
        await self._open(f"/enterprises/{self._firm()}", kind="read")

    async def _list(self) -> None:
        await self._open(f"/candidates?tier={self.dice.choice(TIERS)}", kind="read")

    async def _search(self) -> None:
        await self._open(f"/search?{urlencode({'q': self.dice.choice(NAMES)})}", kind="read")

    async def _overview(self) -> None:
        await self._open("/", kind="read")

    async def _questions(self) -> None:
        await self._open("/questions", kind="read")

    async def _answer(self) -> None:
        """Answer one of the questions about an enterprise of the list."""
        listed = await self._open("/questions", kind="read")
        firms = ASKED_FIRM.findall(listed.text) if listed is not None else []
        shown = await self._open(self.dice.choice(firms), kind="read") if firms else None
        asked = QUESTION.findall(shown.text) if shown is not None else []
        if not asked:
            return
        path = self.dice.choice(asked)
        reason = "与企业核对，两年口径不同，数字无误。"
        answer = await self._ask(self.browser.post(path, reason=reason), "write")
        if answer is not None and answer.status == 303:
            self.outcome.recorded[self.person.username, ANSWERED] += 1
        elif answer is not None and answer.status != 404:  # A correction ends a question.
            self._surprised(path, answer)

    async def _export(self) -> None:
        ending = self.dice.choice(("csv", "csv", "xlsx"))
        path = f"/candidates/export.{ending}?tier={self.dice.choice(TIERS)}&verdict=eligible"
        if await self._open(path, kind="export") is not None:
            self.outcome.recorded[self.person.username, EXPORTED] += 1

    def _firm(self) -> int:
        area = self.person.enterprise_ids
        if self.dice.random() < HOT_SHARE:
            return area[self.dice.randrange(min(HOT, len(area)))]
        return self.dice.choice(area)

    async def _open(self, path: str, *, kind: str) -> Answer | None:
        answer = await self._ask(self.browser.get(path), kind)
        if answer is None or answer.status == 200:
            return answer
        self._surprised(path, answer)
        return None

    async def _send(self, path: str, *, kind: str, expected: int, **typed: str) -> bool:
        answer = await self._ask(self.browser.post(path, **typed), kind)
        if answer is not None and answer.status != expected:
            self._surprised(path, answer)
        return answer is not None and answer.status == expected

    async def _ask(self, asking: Awaitable[Answer], kind: str) -> Answer | None:
        try:
            answer = await asking
        except (OSError, TimeoutError) as error:
            self.outcome.statuses[0] += 1
            self.outcome.surprises.append(f"{self.person.username}: {type(error).__name__} {error}")
            return None
        self.outcome.statuses[answer.status] += 1
        self.outcome.seconds[kind].append(answer.seconds)
        return answer

    def _surprised(self, path: str, answer: Answer) -> None:
        self.outcome.surprises.append(f"{self.person.role} {path}: {answer.status} {answer.location}")


def crowd(
    found: Registry, *, seconds: float, pause: float, meanwhile: Callable[[], None] = lambda: None
) -> Outcome:
    """Let everybody work on the served registry for so long, then compare what they were told."""
    outcome = Outcome()
    with found.app.app_context():
        before = stored_figures()
    with serving(found) as port:
        asyncio.run(_crowd(found, port, outcome, seconds=seconds, pause=pause, meanwhile=meanwhile))
    with found.app.app_context():
        outcome.problems = problems_after(before, figures=outcome.figures, recorded=outcome.recorded)
    return outcome


async def _crowd(
    found: Registry,
    port: int,
    outcome: Outcome,
    *,
    seconds: float,
    pause: float,
    meanwhile: Callable[[], None],
) -> None:
    users = [User(person, port, outcome, pause=pause) for person in found.people]
    await asyncio.gather(*(user.sign_in() for user in users))
    began = time.perf_counter()
    working = [user.work(began + seconds) for user in users]
    await asyncio.gather(asyncio.to_thread(meanwhile), *working)
    outcome.took = time.perf_counter() - began


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks users")
    parser.add_argument("--database", choices=tuple(USERS))
    parser.add_argument("--users", type=int)
    parser.add_argument("--enterprises", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=2.0)
    parser.add_argument("--json", action="store_true", help="Everything that was counted.")
    chosen = parser.parse_args(arguments)
    lines, all_of = [], {}
    for kind in [chosen.database] if chosen.database else tuple(USERS):
        users = chosen.users or USERS[kind]
        with (
            tempfile.TemporaryDirectory() as folder,
            registry(kind, Path(folder), enterprises=chosen.enterprises, users=users) as found,
        ):
            outcome = crowd(found, seconds=chosen.seconds, pause=chosen.pause)
            log = (Path(folder) / "server.log").read_text(encoding="utf-8")
        load = os.getloadavg()[0]
        all_of[kind] = outcome.as_json() | {"users": users, "load": load, "server_log": log[-4000:]}
        lines.append(_line(kind, users, chosen.enterprises, outcome))
    if chosen.json:
        return json.dumps(all_of, ensure_ascii=False, indent=1)
    return HEAD.format(chosen.pause) + "\n".join([*lines, ""])


def _line(kind: str, users: int, enterprises: int, outcome: Outcome) -> str:
    requests = sum(outcome.statuses.values())
    times = [_words(outcome.seconds.get(name, [])) for name in ("login", "read", "write")]
    told = (
        kind, f"{users:,}", f"{enterprises:,}", f"{outcome.took:.0f}", f"{requests:,}",
        f"{requests / outcome.took:.0f}", f"{outcome.figures.total():,}", f"{outcome.stale:,}",
        str(outcome.failures), str(len(outcome.problems)), *times,
    )  # fmt: skip
    return "| " + " | ".join(told) + " |"


def _words(seconds: Sequence[float]) -> str:
    told = _times(seconds)
    return f"{told['p50']} / {told['p95']}" if told else "none"


def _times(seconds: Sequence[float]) -> dict[str, int]:
    """Median, 95th percentile and longest, in ms."""
    if not seconds:
        return {}
    inorder = sorted(seconds)
    at = {"p50": len(inorder) // 2, "p95": int(len(inorder) * 0.95), "max": len(inorder) - 1}
    return {name: round(inorder[place] * 1000) for name, place in at.items()} | {"n": len(inorder)}
