"""Whose word a workbook of ours is, carried in its properties, so that a renamed copy is no other source."""

import html
import io
import re
import zipfile
from typing import Any

LONGEST_SOURCE = 80
_NAME = "PipelineSource"
_PART = "docProps/custom.xml"
_MOST_BYTES = 2**16
_PROPERTY = re.compile(
    rf"""<property\b[^>]*\bname=["']{_NAME}["'][^>]*>\s*<(?:\w+:)?lpwstr>([^<]*)</""", re.DOTALL
)


def put_source(book: Any, source: str) -> None:
    """Write the source into a workbook that is being made."""
    book.set_custom_property(_NAME, source[:LONGEST_SOURCE], "text")


def source_in(content: bytes) -> str:
    """The source that a workbook of ours was made with, or the empty text; ``content`` was checked before."""
    if not content.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if _PART not in archive.namelist():
            return ""
        with archive.open(_PART) as part:
            text = part.read(_MOST_BYTES).decode("utf-8", errors="replace")
    found = _PROPERTY.search(text)
    printed = "".join(sign for sign in html.unescape(found[1]) if sign.isprintable()) if found else ""
    return printed.strip()[:LONGEST_SOURCE]
