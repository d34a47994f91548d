"""Addresses of static files that change with their content, so that browsers may keep them for good."""

import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

STATIC = "static"
VERSION = "v"
FOR_GOOD = "public, max-age=31536000, immutable"
_DIGITS = 10


class Versions:
    """The digest of each static file, read again when the file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[int, str]] = {}

    def of(self, filename: str) -> str | None:
        """Return the digest of a file, None when there is no such file."""
        path = self._folder / filename
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return None
        known = self._known.get(filename)
        if known is None or known[0] != changed:
            known = (changed, hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS])
            self._known[filename] = known
        return known[1]


def init_assets(app: Flask) -> None:
    """Give every static address the version of its file, and let versioned files be kept."""
    versions = Versions(Path(app.static_folder or ""))

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == STATIC and "filename" in values and VERSION not in values:
            values[VERSION] = versions.of(values["filename"])

    @app.after_request
    def keep_versioned(response: Response) -> Response:
        if request.endpoint == STATIC and request.args.get(VERSION) and response.status_code == HTTPStatus.OK:
            asked = versions.of((request.view_args or {})["filename"])
            if request.args[VERSION] == asked:
                response.headers["Cache-Control"] = FOR_GOOD
        return response
