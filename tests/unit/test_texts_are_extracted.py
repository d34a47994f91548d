"""Every marked text of the code is in the English catalogue, also where extraction does not look."""

import ast
from pathlib import Path

import pytest

from enterprise_pipeline.config import ROOT
from tools.check_translations import catalogue_path, keys, read, texts

MARKERS = {"_", "_l", "N_", "gettext", "ngettext", "lazy_gettext"}
FILES = sorted([*ROOT.glob("enterprise_pipeline/**/*.py"), *ROOT.glob("forms/*.py")])


def marked(path: Path) -> set[str]:
    """The literal first arguments of the marking functions, also inside f-strings, which Babel skips."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.fixture(scope="module")
def translated() -> set[str]:
    return {texts(text)[0] for _context, text in keys(read(catalogue_path()))}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_marked_text_is_translated(path: Path, translated: set[str]):
    assert marked(path) - translated == set()
