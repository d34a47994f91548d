"""A Flask-Admin list over the enterprises of a registry, and one over its assessments, for comparison.

Started by gunicorn with DATABASE_URL in the environment. It shows fifty rows and as many columns as ours.
"""

import os
from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from sqlalchemy.orm import relationship

from enterprise_pipeline.transaction import prepare_engine
from models import ASSESSMENTS, Base, Enterprise, db

PAGE = 50


class Assessment(Base):
    """A stored assessment as an ORM object with its enterprise."""

    __table__ = ASSESSMENTS[0]
    enterprise = relationship(
        Enterprise,
        lazy="joined",
        primaryjoin=ASSESSMENTS[0].c.enterprise_id == Enterprise.id,
        foreign_keys=[ASSESSMENTS[0].c.enterprise_id],
    )


class EnterpriseList(ModelView):
    """Enterprises, fifty a page, with two filters and a search."""

    page_size = PAGE
    can_create = can_edit = can_delete = False
    column_list = (
        "name", "credit_code", "jurisdiction", "industry_code",
        "hitech_field", "registered_on", "changed_at", "version",
    )  # fmt: skip
    column_filters = ("jurisdiction", "industry_code")
    column_searchable_list = ("name",)


class AssessmentList(ModelView):
    """Assessments of one tier, fifty a page, with the enterprise's name."""

    page_size = PAGE
    can_create = can_edit = can_delete = False
    column_list = (
        "enterprise.name", "jurisdiction", "industry", "verdict",
        "n_failed", "nearest_gap", "holds", "changes_on",
    )  # fmt: skip
    column_filters = ("jurisdiction", "verdict")
    column_default_sort = "n_failed"

    def get_query(self) -> Any:
        """Rows of the tier that our list shows."""
        return super().get_query().filter(Assessment.tier == "hnte", Assessment.basis == "reported")

    def get_count_query(self) -> Any:
        """How many these are."""
        return super().get_count_query().filter(Assessment.tier == "hnte", Assessment.basis == "reported")


def create_app() -> Flask:
    """Build the application."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="k" * 64, SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"])
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Babel(app)  # Flask-Admin asks for it wherever Flask-Babel is installed.
    admin = Admin(app, name="registry")
    admin.add_view(EnterpriseList(Enterprise, db, endpoint="enterprises"))
    admin.add_view(AssessmentList(Assessment, db, endpoint="assessments"))
    return app
