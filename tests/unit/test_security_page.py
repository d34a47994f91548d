"""The page on security names tests that exist."""

import re

import pytest

from enterprise_pipeline.config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_threat_names_a_test_that_exists(row):
    found = NAMED.search(row)

    assert found is not None, f"No test is named: {row}"
    path = ROOT / found[1]
    assert path.is_file(), found[1]
    assert re.search(rf"^def {found[2]}\(", path.read_text(encoding="utf-8"), re.MULTILINE), found[0]


def test_there_are_threats():
    assert len(ROWS) > 25
