"""A few signed-in people at once against the real server; `python -m benchmarks users` lets many of them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.users import crowd
from benchmarks.users_registry import Stored, problems_after, registry

SECONDS = 5.0


@pytest.fixture
def found(database_kind: str, tmp_path: Path):
    with registry(database_kind, tmp_path, enterprises=60, users=5) as made:
        yield made


def test_nothing_of_what_they_write_is_lost_and_nobody_gets_a_server_error(found):
    # Tests in a browser leave an event loop running in their thread, and the crowd brings its own.
    with ThreadPoolExecutor(max_workers=1) as apart:
        outcome = apart.submit(crowd, found, seconds=SECONDS, pause=0.2).result()

    log = (found.instance / "server.log").read_text(encoding="utf-8")
    assert outcome.failures == 0, log
    assert outcome.surprises == []
    assert outcome.problems == []
    assert outcome.figures.total() > 0
    assert outcome.recorded.total() >= outcome.figures.total()

    with found.app.app_context():  # The comparison would find a write that was accepted and is not there.
        firm = next(iter(outcome.figures))
        lost = outcome.figures + type(outcome.figures)({firm: 1})
        wrong = problems_after({}, figures=lost, recorded=outcome.recorded)
        assert [problem.partition(":")[0] for problem in wrong] == [f"enterprise {firm}"]
        assert problems_after({firm: Stored(version=1, counter=1)}, figures=outcome.figures, recorded={})
