"""Values that somebody sends who means no good, and ways to send them to every address of an application."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from enterprise_pipeline.config import ROOT

NUL = "a\x00b"
VALUES = (
    NUL, "", " ", "0", "-1", "1", "9" * 40, "9223372036854775808", "4611686018427387904", "1e400", "NaN",
    "-Infinity", "1.5", "１２", "²", "2026-02-30", "9999-12-31", "0001-01-01", "2026-11-22", "x" * 5000,
    "😀" * 50,
    "'; DROP TABLE enterprise; --", "<script>alert(1)</script>", "{{7*7}}", "%(x)s %s {0}", "%00",
    "../../etc/passwd", "a\r\nSet-Cookie: planted=1", "\u202e\u200b\ufeff", "=cmd|'/C calc'!A0", "[",
    '{"v":1}', "[]", "null", "*", "\\", "%", "_", "true", "new", "code.desc", "a,b,,c", ":", "|",
    "//elsewhere.example", "http://[", "A" * 18, "420506", "revenue_fen",
)  # fmt: skip
# What functions of the framework take for their own.
FRAMEWORK = ("_external", "_scheme", "_anchor", "_method", "endpoint", "self", "values")
# What a path may carry; a slash would be another address.
IN_PATHS = tuple(value.replace("/", "") or "x" for value in VALUES if value != " ")
FILES = (
    b"",
    b"\x00" * 64,
    b"PK\x03\x04broken",
    b"a,b\r\n1,\x00",
    b"\xff\xfe\x00",
    b"[[criteria]]\n",
    "名称\n甲".encode(),
)
NAMES = ("表.xlsx", "a\x00.csv", "../../x.csv", 'q"\r\nX: 1.csv', "x" * 300 + ".xlsx", "", "规则.toml")
_NAME = re.compile(r"""name="([a-z_]\w*)"|(?:args|form|values)\.get(?:list)?\("(\w+)\"""")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request."""

    endpoint: str
    method: str
    path: str
    query: MultiDict[str, str]
    form: MultiDict[str, Any]

    def __str__(self) -> str:
        fields = {name: str(value)[:40] for name, value in self.form.items(multi=True)}
        return f"{self.method} {self.path[:80]!r} {list(self.query.items(multi=True))[:8]} {fields}"


def known_names() -> list[str]:
    """Every name of an argument or field that a template or a view mentions."""
    package = ROOT / "enterprise_pipeline"
    sources = [*package.glob("templates/**/*.html"), *package.glob("web/*.py"), *ROOT.glob("forms/*.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    quoted = {first or second for first, second in _NAME.findall(text)}
    fields = set(re.findall(r"^    (\w+) = \w*Field\(", text, re.MULTILINE))
    return sorted({*quoted, *fields, *FRAMEWORK} - {"csrf_token"})


def typed_into(page: str) -> dict[str, str]:
    """What the forms of a page hold as they are shown."""
    reader = _Fields()
    reader.feed(page)
    return reader.found


def paths(app: Flask, rule: Rule, random: Random, known: dict[str, Any]) -> Iterator[str]:
    """A path that leads to something, and one of which a part is hostile."""
    with app.test_request_context():
        usable = app.url_for(rule.endpoint, **{name: known.get(name, 1) for name in rule.arguments})
    yield usable.partition("?")[0]
    if rule.arguments:
        parts = re.split(r"<[^>]+>", rule.rule)
        yield "".join(
            part + (quote(random.choice(IN_PATHS)) if place < len(parts) - 1 else "")
            for place, part in enumerate(parts)
        )


def some(random: Random, names: list[str], *, share: float) -> MultiDict[str, Any]:
    """Hostile values for a share of the names, some of them twice."""
    chosen = [
        name for name in names if random.random() < share and (name != "as_of" or random.random() < 0.1)
    ]
    twice = [name for name in chosen if random.random() < 0.1]
    return MultiDict([(name, random.choice(VALUES)) for name in chosen + twice])


def a_file(random: Random) -> tuple[io.BytesIO, str]:
    """A file that is none, under a name that is none."""
    return io.BytesIO(random.choice(FILES)), random.choice(NAMES)


class _Fields(HTMLParser):
    """Collects names and values of inputs; of radio buttons, boxes and choices the first."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self.found.setdefault(self._select, given.get("value") or "")
        elif tag in {"input", "textarea", "button"} and name and given.get("type") != "file":
            self.found.setdefault(name, given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
