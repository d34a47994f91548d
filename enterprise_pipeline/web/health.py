"""Whether the server and its database answer."""

from flask import Blueprint, Response, jsonify

from enterprise_pipeline.services.overview import registry_answers

bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("")
def health() -> tuple[Response, int]:
    """Answer 200 when the registry can be read, else 503."""
    answers = registry_answers()
    state = {"status": "ok" if answers else "failing", "database": "ok" if answers else "unreachable"}
    return jsonify(state), 200 if answers else 503
