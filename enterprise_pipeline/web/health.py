"""Whether the server and its database answer, and whether it can take work."""

from flask import Blueprint, Response, jsonify

from enterprise_pipeline.services.installation import readiness
from enterprise_pipeline.services.overview import registry_answers
from enterprise_pipeline.web.context import settings

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> tuple[Response, int]:
    """Answer 200 when the registry can be read, else 503."""
    answers = registry_answers()
    state = {"status": "ok" if answers else "failing", "database": "ok" if answers else "unreachable"}
    return jsonify(state), 200 if answers else 503


@bp.get("/ready")
def ready() -> tuple[Response, int]:
    """Answer 200 when the registry has the schema of this program and there is room to write, else 503."""
    found = readiness(settings().instance)
    state = {
        "status": "ready" if found.is_ready else "not ready",
        "database": "ok" if found.database else "unreachable",
        "schema": "current" if found.schema else "outdated",
        "disk": "ok" if found.disk else "low",
    }
    return jsonify(state), 200 if found.is_ready else 503
