"""How to read what the pages say."""

from flask import Blueprint, render_template

bp = Blueprint("help", __name__, url_prefix="/help")


@bp.get("")
def show() -> str:
    """Show how verdicts, gaps and units are to be read."""
    return render_template("help/show.html")
