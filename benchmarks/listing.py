"""The candidate list at 300,000 enterprises against the same at 3,000, and against a Flask-Admin list.

Run with ``python -m benchmarks listing [--enterprises 300000] [--database sqlite]``.

*Service* is one call of ``candidates.page`` in this process; *page* is one request
over loopback to gunicorn with two workers, one connection. Small and large take
turns; figures are medians in milliseconds. *Requests a second* comes from eight
connections asking for the first pages of the list of each tier in turn; Flask-Admin
serves its first fifty enterprises of the same database under the same gunicorn.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, make_url, select, text

from benchmarks.listing_data import fill
from benchmarks.loader import Load, load
from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services import candidates
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.candidate_filter import CandidateFilter, Sort, parse
from enterprise_pipeline.services.candidate_keys import Cursor, in_order, key_of
from enterprise_pipeline.transaction import reading, transaction
from models import ASSESSMENTS, db
from tools.start_postgres import running_postgres

SMALL = 3_000
ROUNDS = 40
CONNECTIONS = 8
SECONDS = 10.0
WARM_SECONDS = 5.0
OURS = "app:app"
THEIRS = "benchmarks.peers.flask_admin_list:create_app()"
THEIR_LISTS = {
    "Flask-Admin over enterprises": "/admin/enterprises/",
    "Flask-Admin over assessments": "/admin/assessments/",
}
MIGRATIONS = str(ROOT / "enterprise_pipeline" / "migrations")
TIERS = ("hnte", "tech_sme", "gazelle", "leading", "hnte_reserve", "gazelle_reserve")
LISTS: dict[str, dict[str, str]] = {
    "first page": {},
    "one jurisdiction": {"jurisdiction": "420506"},
    "jurisdiction, industry, one gap, not held": {
        "jurisdiction": "420506",
        "industry": "C",
        "gaps": "1",
        "holds": "no",
    },
    "one industry": {"industry": "I"},
    "holders": {"holds": "yes"},
    "smallest shortfall": {"sort": "shortfall"},
    "soonest change": {"sort": "changes"},
    "by name": {"sort": "name"},
    "by name in one jurisdiction": {"sort": "name", "jurisdiction": "420506"},
    "field and shortfall (not of the cube)": {"field": "40", "size": "20", "sort": "shortfall"},
}


@dataclass(frozen=True)
class Registry:
    """A filled registry: its application, its address, and the place half-way down its list."""

    app: Flask
    url: str
    deep: str


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks listing")
    parser.add_argument("--enterprises", type=int, default=300_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args(arguments)
    kinds = [chosen.database] if chosen.database else ["sqlite", "postgresql"]
    parts = ["## Lists\n"]
    for kind in kinds:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = stack.enter_context(running_postgres()) if kind == "postgresql" else ""
            small, large = (_registry(server, folder, size) for size in (SMALL, chosen.enterprises))
            parts += _report(kind, small, large, chosen.enterprises)
            for registry in (small, large):
                with registry.app.app_context():
                    db.session.remove()
                    db.engine.dispose()
    return "\n".join(parts)


def _registry(server: str, folder: Path, enterprises: int) -> Registry:
    """Make a registry of that size in a database of its own."""
    url = f"sqlite:///{folder}/{enterprises}.sqlite3"
    if server:
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "r{enterprises}"'))
        engine.dispose()
        url = make_url(server).set(database=f"r{enterprises}").render_as_string(hide_password=False)
    app = create_app(Settings(instance=folder, database_url=url, secret_key="k" * 64))
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        with transaction() as session:
            fill(session, enterprises=enterprises)
        if server:
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        deep = _half_way()
    return Registry(app, url, deep)


def _half_way() -> str:
    """The place in the middle of the whole list of the default tier."""
    column = ASSESSMENTS[0].c
    rows = reading().execute(select(ASSESSMENTS[0]).where(column.tier == "hnte", column.basis == "reported"))
    keys = sorted((key_of(Sort.GAPS, row) for row in rows), key=lambda key: in_order(Sort.GAPS, key))
    return Cursor(len(keys) // 2, keys[len(keys) // 2]).text()


def _report(kind: str, small: Registry, large: Registry, enterprises: int) -> list[str]:
    service = _service_times(small, large)
    pages, ours, theirs = _over_http(small, large)
    lines = [
        f"### {kind}, {SMALL:,} and {enterprises:,} enterprises\n",
        "| list | service small | large | ratio (goal ≤ 3) | page small | large | ratio (goal ≤ 3) |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (few, many) in service.items():
        page_few, page_many = pages[name]
        lines.append(
            f"| {name} | {few:.2f} | {many:.2f} | {many / few:.2f} "
            f"| {page_few:.1f} | {page_many:.1f} | {page_many / page_few:.2f} |"
        )
    lines += ["", "| over HTTP, large | requests/s | median ms |", "|---|---|---|"]
    lines += [f"| candidates | {ours.per_second:.0f} | {ours.median_ms:.1f} |"]
    lines += [f"| {name} | {told.per_second:.0f} | {told.median_ms:.1f} |" for name, told in theirs.items()]
    ratios = ", ".join(f"{ours.per_second / told.per_second:.1f} × {name}" for name, told in theirs.items())
    return [*lines, "", f"Ours serves {ratios} (goal ≥ 5).", ""]


def _service_times(small: Registry, large: Registry) -> dict[str, tuple[float, float]]:
    """Median milliseconds of a service call, small and large in turn."""
    found: dict[str, tuple[float, float]] = {}
    for name, query, is_deep in _lists():
        wanted = parse(query)
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for registry, noted in zip((small, large), times, strict=True):
                noted.append(_timed(registry, wanted, registry.deep if is_deep else ""))
        found[name] = (statistics.median(times[0]), statistics.median(times[1]))
    return found


def _lists() -> Iterator[tuple[str, dict[str, str], bool]]:
    for name, query in LISTS.items():
        yield name, query, False
        if not query:
            yield "page half-way down", query, True


def _timed(registry: Registry, wanted: CandidateFilter, after: str) -> float:
    with registry.app.app_context():
        begun = time.perf_counter()
        candidates.page(wanted, scope=EVERYTHING, after=after)
        return (time.perf_counter() - begun) * 1000


def _over_http(
    small: Registry, large: Registry
) -> tuple[dict[str, tuple[float, float]], Load, dict[str, Load]]:
    """Serial page times of both registries, then requests a second of ours and of Flask-Admin."""
    ours_asked = [f"/candidates?tier={tier}" for tier in TIERS]
    with served(small.url, OURS, ours_asked) as few, served(large.url, OURS, ours_asked) as many:
        pages: dict[str, tuple[float, float]] = {}
        for name, query, is_deep in _lists():
            asked = [_address(query, registry.deep if is_deep else "") for registry in (small, large)]
            rounds = [
                [load(port, [path], connections=1, seconds=0.7).median_ms for _ in range(3)]
                for port, path in zip((few, many), asked, strict=True)
            ]
            pages[name] = (statistics.median(rounds[0]), statistics.median(rounds[1]))
    with served(large.url, OURS, ours_asked) as port:
        ours = load(port, ours_asked, connections=CONNECTIONS, seconds=SECONDS)
    with served(large.url, THEIRS, ["/admin/"]) as port:
        theirs = {
            name: load(port, [path], connections=CONNECTIONS, seconds=SECONDS)
            for name, path in THEIR_LISTS.items()
        }
    return pages, ours, theirs


def _address(query: dict[str, str], after: str) -> str:
    parameters = {**query, **({"after": after} if after else {})}
    return "/candidates?" + "&".join(f"{name}={word}" for name, word in parameters.items())


@contextmanager
def served(url: str, application: str, warm: Sequence[str]) -> Iterator[int]:
    """Serve by gunicorn with two workers, which have answered some pages already, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "gunicorn.conf.py",
        "--bind",
        f"127.0.0.1:{port}",
        application,
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "OMP_NUM_THREADS": "1",
        "PIPELINE_INSTANCE": tempfile.gettempdir(),
        "SECRET_KEY": "k" * 64,
    }
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close())
        load(port, warm, connections=CONNECTIONS, seconds=WARM_SECONDS)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(attempt: Callable[[], None]) -> None:
    """Try until it works, for at most a minute."""
    for _ in range(240):
        try:
            attempt()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise TimeoutError("The server did not start.")
