"""The rules of the house that no other tool checks."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from enterprise_pipeline.config import ROOT, variables

PACKAGES = ("enterprise_pipeline", "forms", "models", "scoring", "tools", "tests", "benchmarks")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
TOP_LEVEL = {
    "app.py", "enterprise_pipeline", "models", "forms", "scoring", "tests", "requirements.txt",
    "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "docs",
    "requirements.in", "requirements-dev.in", "requirements-dev.txt", "requirements-bench.in",
    "requirements-bench.txt", "requirements-node.in", "requirements-node.txt", "package.json",
    "package-lock.json", "babel.cfg", "gunicorn.conf.py", "tools", "benchmarks", ".ci", ".gitignore",
    ".gitattributes", ".npmrc",
}  # fmt: skip
# A migration is a frozen list of columns, read from top to bottom and never edited.
MIGRATIONS = ROOT / "enterprise_pipeline" / "migrations" / "versions"
NOT_OURS = (
    "node_modules/",
    "static/vendor/",
    "instance/",
    ".venv",
    ".min.js",
    ".min.css",
    ".woff",
    ".ttf",
    ".mo",
)
MACHINE_PATHS = re.compile(r"/home/\w+/|/Users/\w+/|/root/|/work/(?:main|shared)|\.pyenv")
REGISTRIES = re.compile(
    r"pypi\.(?:org|tuna)|pythonhosted|registry\.npm|npmmirror|mirrors?\.(?:aliyun|tuna|ustc)|--(?:extra-)?index-url"
)
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{20,}")


def python_files() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [*found, ROOT / "app.py", ROOT / "gunicorn.conf.py"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def committed_files() -> list[str]:
    answer = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, env=git_environment()
    )
    return [entry for entry in answer.stdout.decode().split("\0") if entry and (ROOT / entry).exists()]


def git_environment() -> dict[str, str]:
    """Let git read a checkout that another user owns, as build servers have it."""
    extra = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return {**os.environ, **extra}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which is read differently."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    described = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - described


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every committed text file."""
    found = {}
    for entry in committed_files():
        content = (ROOT / entry).read_bytes()
        if b"\0" not in content:
            found[entry] = content.decode("utf-8")
    return found


def test_no_file_is_too_long_to_read_at_once():
    too_long = {
        name(path): lines
        for path in python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
        and path.parent != MIGRATIONS
    }

    assert not too_long


def test_no_function_is_too_long_to_see_at_once():
    too_long = {
        f"{name(path)}:{function.lineno} {function.name}": length(function)
        for path in python_files()
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if length(function) > LONGEST_FUNCTION and path.parent != MIGRATIONS
    }

    assert not too_long


def test_packages_hold_nothing_but_a_docstring():
    """`models` re-exports for Alembic; every other package would only invite import cycles."""
    crowded = []
    for path in python_files():
        if path.name != "__init__.py" or path == ROOT / "models" / "__init__.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if ast.get_docstring(tree) is None or len(tree.body) != 1:
            crowded.append(name(path))

    assert not crowded


def test_the_entry_point_imports_the_factory_and_nothing_else():
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))

    imported = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]

    assert imported == ["from enterprise_pipeline.factory import create_app"]


def test_imports_stand_at_the_top_of_their_file():
    """Only training code may import late: scikit-learn costs a second that the web need not pay."""
    late = []
    for path in python_files():
        for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
            for node in ast.walk(function):
                module = node.module if isinstance(node, ast.ImportFrom) else None
                names = (
                    [alias.name for alias in node.names] if isinstance(node, ast.Import) else [module or ""]
                )
                if isinstance(node, ast.Import | ast.ImportFrom) and not any(
                    entry.startswith("sklearn") for entry in names
                ):
                    late.append(f"{name(path)}:{node.lineno}")

    assert not late


def test_the_top_level_is_the_agreed_one():
    assert {entry.split("/")[0] for entry in committed_files()} <= TOP_LEVEL


def test_nothing_of_third_parties_is_committed():
    assert not [entry for entry in committed_files() if any(mark in entry for mark in NOT_OURS)]


@pytest.mark.parametrize(
    "pattern", [MACHINE_PATHS, REGISTRIES, SECRETS], ids=["paths", "registries", "secrets"]
)
def test_no_committed_file_depends_on_one_machine_or_holds_a_secret(texts, pattern):
    own = name(Path(__file__))

    found = {entry: match.group() for entry, text in texts.items() if (match := pattern.search(text))}
    found.pop(own, None)  # these patterns

    assert not found


def test_every_package_is_pinned_with_hashes(texts):
    for lock in (entry for entry in texts if re.fullmatch(r"requirements.*\.txt", entry)):
        pins = re.findall(
            r"^([a-z][\w.-]*)==\S+(?: ;[^\\]*)? ?\\\n +--hash=sha256:", texts[lock], flags=re.MULTILINE
        )

        assert pins
        assert len(pins) == len(re.findall(r"^[a-z]", texts[lock], flags=re.MULTILINE))


def test_the_front_end_lock_names_content_and_no_addresses(texts):
    lock = texts["package-lock.json"]

    assert '"integrity": "sha512-' in lock
    assert "resolved" not in lock
    assert "http" not in lock


def test_every_setting_is_documented():
    documented = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text("utf-8"), re.MULTILINE)
    )

    assert set(variables().values()) <= documented


def test_every_environment_variable_the_code_reads_is_documented():
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    read = set()
    for path in python_files():
        read |= set(
            re.findall(r"[\"']((?:PIPELINE|TEST_DATABASE)_[A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
        )

    assert read - {"PIPELINE_"} <= documented


def test_make_help_shows_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, flags=re.MULTILINE))

    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert targets == set(re.findall(r"^  make (\S+) +\S", shown, flags=re.MULTILINE))
    assert {"help", "run", "test", "check", "bench", "demo", "golden"} <= targets
    phony = makefile.partition(".PHONY:")[2].split("\n\n")[0].replace("\\\n", " ").split()
    assert set(phony) == targets
