"""Find an enterprise by what somebody remembers of it."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enterprise_pipeline.services.search import MOST_SHOWN, by_code, find
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.context import has_page

ENTERPRISE = "enterprises.show"
LONGEST_QUERY = 100

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("")
def show() -> str | Response:
    """List the enterprises that the words lead to; a whole credit code opens its page."""
    q = request.args.get("q", "").strip()[:LONGEST_QUERY]
    exact = by_code(q, scope=current_scope()) if q else None
    if exact is not None and has_page(ENTERPRISE):
        return redirect(url_for(ENTERPRISE, enterprise_id=exact))
    found = find(q, scope=current_scope()) if q else None
    return render_template("search/show.html", q=q, found=found, most=MOST_SHOWN, enterprise=ENTERPRISE)
