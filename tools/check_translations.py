"""Hold the English catalogue to the texts of the code: all there, none empty, none fuzzy, placeholders kept.

Chinese is the source language, so a message's key is its Chinese text. ``--update`` extracts the texts
into the catalogue and compiles it; what is new then waits there with an empty translation.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "enterprise_pipeline" / "translations"
LANGUAGE = "en"
KEYWORDS = ("_l", "lazy_gettext", "N_")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def catalogue_path() -> Path:
    """Return the file of the English texts."""
    return CATALOGUES / LANGUAGE / "LC_MESSAGES" / "messages.po"


def pybabel(*words: str | Path) -> None:
    """Run one of Babel's commands in the repository."""
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=True)


def extract(target: Path) -> None:
    """Collect every marked text of code and templates."""
    keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    options: list[str | Path] = ["--no-location", "--sort-output", "--omit-header", *keywords]
    pybabel("extract", "-F", "babel.cfg", *options, "-o", target, ".")


def read(path: Path) -> Catalog:
    """Read a catalogue or a template."""
    with path.open("rb") as file:
        return read_po(file)


def keys(catalogue: Catalog) -> dict[object, Message]:
    """Return the messages by context and text, without the header."""
    return {(message.context, message.id): message for message in catalogue if message.id}


def problems(extracted: Catalog, translated: Catalog) -> list[str]:
    """Say everything that keeps the catalogue from being complete."""
    wanted, present = keys(extracted), keys(translated)
    missing = [f"not in the catalogue: {shown(wanted[key])}" for key in wanted.keys() - present.keys()]
    stale = [f"no longer used: {shown(present[key])}" for key in present.keys() - wanted.keys()]
    faults = [fault for key in present.keys() & wanted.keys() for fault in faults_of(present[key])]
    if translated.fuzzy:
        faults.append("the catalogue has no header, or a fuzzy one: pybabel would compile nothing, silently")
    return sorted(missing) + sorted(stale) + sorted(faults)


def faults_of(message: Message) -> list[str]:
    """Say what is wrong with one translation."""
    source, target = texts(message.id), texts(message.string)
    if not any(target):
        return [f"not translated: {shown(message)}"]
    found = []
    if not all(target):
        found.append(f"a plural form is empty: {shown(message)}")
    if message.fuzzy:
        found.append(f"only guessed (fuzzy): {shown(message)}")
    if any(CHINESE.search(text) for text in target):
        found.append(f"still Chinese: {shown(message)}")
    if set(PLACEHOLDER.findall(" ".join(source))) != set(PLACEHOLDER.findall(" ".join(target))):
        found.append(f"other placeholders than the Chinese text: {shown(message)}")
    return found


def texts(value: object) -> tuple[str, ...]:
    """Return the singular, or every plural form."""
    return tuple(str(part) for part in value) if isinstance(value, list | tuple) else (str(value or ""),)


def shown(message: Message) -> str:
    """Return the beginning of a text, on one line."""
    return " ".join(texts(message.id)[0].split())[:80]


def update() -> None:
    """Bring the catalogue up to date with the code, and compile it."""
    path = catalogue_path()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        options: list[str | Path] = ["-i", template, "-l", LANGUAGE, "-d", CATALOGUES]
        if path.exists():
            quiet = ["--no-fuzzy-matching", "--ignore-obsolete", "--no-wrap"]
            pybabel("update", *options, *quiet)
        else:
            pybabel("init", *options, "--no-wrap")
    pybabel("compile", "-i", path, "-o", path.with_suffix(".mo"))


def check() -> int:
    """Print every problem; returns the exit code."""
    path = catalogue_path()
    if not path.exists():
        print(
            "There is no English catalogue yet. Run `make translations`, then translate it.", file=sys.stderr
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        extracted = read(template)
    found = problems(extracted, read(path))
    for problem in found:
        print(problem, file=sys.stderr)
    count = len(keys(extracted))
    if found:
        print(
            f"{count} texts, {len(found)} problems. `make translations` adds what is missing.",
            file=sys.stderr,
        )
        return 1
    print(f"{count} texts, all translated.")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the catalogue, or update it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true", help="extract into the catalogue and compile it")
    if parser.parse_args(arguments).update:
        update()
    return check()


if __name__ == "__main__":
    sys.exit(main())
