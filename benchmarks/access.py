"""What accounts cost: pages and writes with a session, a scope and the audit trail, against none of them.

Run with ``python -m benchmarks access [--enterprises 2000] [--rounds 60] [--database sqlite]``.

*With*: somebody has signed in; every request finds its session and roles in the
database, cuts what it reads to the area of that person, and records what it
writes. *Without*: the same application and the same database, but nobody asks
who it is, nothing is cut, and nothing is recorded. Both take turns in one run,
through the application's own request cycle without a network.
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.users_registry import AS_OF, PASSWORD, ROTA, YEAR, Person, Registry, registry, stored_figures
from enterprise_pipeline.services import audit, figures
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.web import access
from forms.figures import BY_HAND
from scoring.vocabulary import YEARLY_FACTS

WARM = 5
UNKNOWN = {fact.column: None for fact in YEARLY_FACTS}
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
HEAD = """## Accounts, scope and audit together (`python -m benchmarks access`)

{:,} enterprises, median of {} each way, taken in turn. *Save alone* is only its transaction.
Processor time is that of this process, without PostgreSQL's own; it counts where others use the machine.

| database | what | goal | with, ms | without, ms | more | processor: with | without | more |
|---|---|---|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks access")
    parser.add_argument("--enterprises", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args(arguments)
    lines = []
    for kind in [chosen.database] if chosen.database else ["sqlite", "postgresql"]:
        with (
            tempfile.TemporaryDirectory() as folder,
            registry(kind, Path(folder), enterprises=chosen.enterprises, users=len(ROTA)) as found,
        ):
            lines += _lines(kind, found, chosen.rounds)
    return HEAD.format(chosen.enterprises, chosen.rounds) + "\n".join([*lines, ""])


def _lines(kind: str, found: Registry, rounds: int) -> Iterator[str]:
    county = next(person for person in found.people if person.role is Role.COUNTY_REVIEWER)
    lead = next(person for person in found.people if person.role is Role.CITY_LEAD)
    reviewer, chief, nobody = Client(found.app, county), Client(found.app, lead), Client(found.app, None)
    one, other = county.enterprise_ids[:2]
    save = Saving(found.app, one), Saving(found.app, other)
    measured: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("save a figure on its page | 15%", lambda: reviewer.save(one), lambda: nobody.save(other)),
        ("save alone | 15%", save[0], save[1]),
        (
            "candidates, whole city | 10%",
            lambda: chief.open("/candidates"),
            lambda: nobody.open("/candidates"),
        ),
        (
            "candidates, one county | 10%",
            lambda: reviewer.open("/candidates"),
            lambda: nobody.open(f"/candidates?jurisdiction={county.jurisdiction}"),
        ),
    ]
    for what, having, lacking in measured:
        told = [_compared(*both) for both in _in_turn(having, lacking, rounds)]
        yield f"| {kind} | {what} | {' | '.join(told)} |"


def _compared(having: list[float], lacking: list[float]) -> str:
    one, other = statistics.median(having), statistics.median(lacking)
    return f"{one * 1e3:.2f} | {other * 1e3:.2f} | {one / other - 1:+.1%}"


def _in_turn(
    having: Callable[[], object], lacking: Callable[[], object], rounds: int
) -> tuple[tuple[list[float], list[float]], ...]:
    """Seconds by the clock with and without, then seconds of the processor with and without."""
    with_accounts, without = [], []
    for number in range(WARM + rounds):
        one = _seconds(having)
        with nobody_asks():
            other = _seconds(lacking)
        if number >= WARM:
            with_accounts.append(one)
            without.append(other)
    return tuple(
        ([each[kind] for each in with_accounts], [each[kind] for each in without]) for kind in (0, 1)
    )


@contextmanager
def nobody_asks() -> Iterator[None]:
    """Let nobody ask who somebody is, and record nothing."""
    kept = access.has_accounts, audit.record
    access.has_accounts, audit.record = (lambda: False), (lambda *_, **__: None)
    try:
        yield
    finally:
        access.has_accounts, audit.record = kept


class Client:
    """A browser inside this process, of somebody signed in or of nobody in particular."""

    def __init__(self, app: Flask, person: Person | None) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        if person is None:
            with nobody_asks():
                self.token = self._token("/help")
            return
        self.token = self._token("/login")
        typed = {"username": person.username, "password": PASSWORD, "csrf_token": self.token}
        _expect(self.client.post("/login", data=typed).status_code, 303)
        self.token = self._token("/help")

    def open(self, path: str) -> None:
        """Open a page."""
        _expect(self.client.get(path).status_code, 200)

    def save(self, firm: int) -> None:
        """Save one figure more of an enterprise on its page."""
        with self.app.app_context():
            known = stored_figures().get(firm)
        typed = {
            "source": BY_HAND,
            "received_on": AS_OF.isoformat(),
            "unit": "wan",
            "base": str(known.version if known else 0),
            "employees": str((known.counter if known else 0) + 1),
            "confirmed": "y",
            "csrf_token": self.token,
        }
        _expect(self.client.post(f"/enterprises/{firm}/figures/{YEAR}", data=typed).status_code, 303)

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.client.get(path).text)
        return found[1] if found else ""


class Saving:
    """Saves one figure more of an enterprise by the service, each time it is called."""

    def __init__(self, app: Flask, firm: int) -> None:
        self.app, self.firm = app, firm
        self.base: int | None = None

    def __call__(self) -> None:
        """Save the next version."""
        with self.app.app_context():
            if self.base is None:
                known = stored_figures().get(self.firm)
                self.base = known.version if known else 0
            self.base = figures.save_figures(
                self.firm,
                year=YEAR,
                source=BY_HAND,
                received_on=AS_OF,
                values=UNKNOWN | {"employees": self.base + 1_000},
                base=self.base,
                actor="person000",
                today=AS_OF,
            )


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise RuntimeError(f"Answered {status} instead of {wanted}.")


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    begun, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - used
