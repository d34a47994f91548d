"""The first page."""

from flask import Blueprint, render_template

from enterprise_pipeline.web.context import current_as_of

bp = Blueprint("overview", __name__)


@bp.get("/")
def show() -> str:
    """Show the whole registry at a glance."""
    return render_template("overview/show.html", as_of_day=current_as_of())
