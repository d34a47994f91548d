"""Logs as one JSON object a line, each with the id of its request and without what belongs to a person."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

FLASK_EXCEPTION = "Exception on /"
EXCEPTION_TOLD = "Exception in a request"
"""Flask would name the path here, and a path may be a private link."""

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request at work, for every line that is logged meanwhile."""

ACCESS = "pipeline.access"


class JsonFormatter(logging.Formatter):
    """One line a record.

    An exception is told by its kind and where it happened, never by its message: the database
    and conversions put the values there that they choked on.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as JSON."""
        message = record.getMessage()
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": EXCEPTION_TOLD if message.startswith(FLASK_EXCEPTION) else message,
        }
        request_id = REQUEST_ID.get()
        if request_id:
            told["request_id"] = request_id
        told |= getattr(record, "told", {})
        if record.exc_info:
            told["traceback"] = _where(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False, default=str)


def _where(error: BaseException | None) -> list[str]:
    """The kinds of an exception and of those it came from, each with the places it passed."""
    lines: list[str] = []
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or error.__context__
    return lines


def json_logging() -> dict[str, Any]:
    """The configuration that lets everything log as JSON to the standard error."""
    to_console = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "enterprise_pipeline.logs.JsonFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "WARNING", "handlers": ["console"]},
        "loggers": {
            ACCESS: {"level": "INFO", **to_console},
            "gunicorn.error": {"level": "WARNING", **to_console},
            "gunicorn.access": {"level": "CRITICAL", **to_console},
        },
    }
