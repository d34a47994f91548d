"""A missing server or browser is loud at a desk and fatal on the build server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from enterprise_pipeline.config import ROOT

CONFTEST = """
from tests.support.requirements import summarise

def pytest_terminal_summary(terminalreporter):
    summarise(terminalreporter)
"""
TEST = """
import pytest
from tests.support.requirements import not_run

@pytest.fixture(scope="session")
def server():
    not_run("There is no server here.")

def test_one(server): pass
def test_two(server): pass
def test_three(): pass
"""


def run_suite(folder: Path, *extra: str, **given: str) -> "subprocess.CompletedProcess[str]":
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_suite.py").write_text(TEST, encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if key not in {"CI", "PIPELINE_REQUIRE_ALL"}}
    options = ["-p", "no:cacheprovider", "--rootdir", str(folder), *extra, str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder, env={**kept, "PYTHONPATH": str(ROOT), **given},
        check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_at_a_desk_what_is_missing_is_skipped_and_said_loudly(tmp_path):
    ended = run_suite(tmp_path, "-n", "2")  # the reasons must come home from the workers

    assert ended.returncode == 0
    assert "INCOMPLETE: PARTS OF THE SUITE WERE NOT RUN" in ended.stdout
    assert "2 tests not run. There is no server here." in ended.stdout
    assert "1 passed, 2 skipped" in ended.stdout


@pytest.mark.parametrize("given", [{"CI": "true"}, {"PIPELINE_REQUIRE_ALL": "1"}], ids=["CI", "on request"])
def test_where_everything_is_required_what_is_missing_fails(tmp_path, given):
    ended = run_suite(tmp_path, **given)

    assert ended.returncode == 1
    assert "1 passed, 2 errors" in ended.stdout
