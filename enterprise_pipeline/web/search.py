"""Find an enterprise by what somebody remembers of it."""

from flask import Blueprint, render_template, request

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("")
def show() -> str:
    """List the enterprises that a name, former name, initials or code leads to."""
    return render_template("search/show.html", q=request.args.get("q", "").strip())
