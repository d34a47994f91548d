"""Create the registry.

The first tables, the pools of the vocabulary and the one row of registry state. There are no earlier rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_create_registry"
down_revision = None
branch_labels = None
depends_on = None


POOLS = (
    ("tech_sme", "科技型中小企业", "tier", False),
    ("hnte_reserve", "高企后备库", "reserve", True),
    ("hnte", "高新技术企业", "tier", False),
    ("gazelle_reserve", "瞪羚后备库", "reserve", True),
    ("gazelle", "瞪羚企业", "tier", False),
    ("leading_reserve", "科技领军培育库", "reserve", True),
    ("leading", "科技领军企业", "tier", False),
    ("innovative_sme", "创新型中小企业", "tier", False),
    ("srdi_sme", "专精特新中小企业", "tier", False),
    ("little_giant", "专精特新“小巨人”", "tier", False),
    ("champion", "制造业单项冠军", "tier", False),
    ("unicorn", "独角兽（种子、潜在）", "tier", False),
    ("above_scale_industry", "规上工业", "tier", False),
    ("above_scale_service", "规上服务业", "tier", False),
    ("industry_reserve", "规上工业后备库", "reserve", True),
    ("service_reserve", "规上服务业后备库", "reserve", True),
)


def upgrade() -> None:
    op.create_table(
        "assessment_count",
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("standard", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=12), nullable=False),
        sa.Column("industry", sa.String(length=3), nullable=False),
        sa.Column("holds", sa.SmallInteger(), nullable=False),
        sa.Column("n_failed", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tier",
            "standard",
            "basis",
            "verdict",
            "jurisdiction",
            "industry",
            "holds",
            "n_failed",
            name=op.f("pk_assessment_count"),
        ),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_event_subject_type_subject_id"), ["subject_type", "subject_id"], unique=False
        )

    op.create_table(
        "enterprise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("initials", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=6), nullable=True),
        sa.Column("jurisdiction", sa.String(length=12), nullable=True),
        sa.Column("industry_code", sa.String(length=5), nullable=True),
        sa.Column("hitech_field", sa.String(length=3), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "division_code IS NULL OR length(division_code) = 6",
            name=op.f("ck_enterprise_division_code_length"),
        ),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_enterprise_credit_code_length")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_enterprise_name_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprise_credit_code")),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_initials"), ["initials"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_enterprise_jurisdiction_id"), ["jurisdiction", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_enterprise_name"), ["name"], unique=False)

    op.create_table(
        "header_mapping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("header", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_header_mapping")),
        sa.UniqueConstraint("sender", "header", name=op.f("uq_header_mapping_sender_header")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint("status IN ('running', 'done', 'failed')", name=op.f("ck_job_run_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "period", name=op.f("uq_job_run_job_period")),
    )
    op.create_table(
        "pool",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("is_local", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('tier', 'reserve')", name=op.f("ck_pool_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
    )
    op.create_table(
        "screening_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snapshot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        sa.Column("rules_hash", sa.String(length=64), nullable=False),
        sa.Column("rule_sets", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "scope IN ('full', 'changed', 'chosen')", name=op.f("ck_screening_run_scope_known")
        ),
        sa.CheckConstraint(
            "status IN ('running', 'done', 'failed')", name=op.f("ck_screening_run_status_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_run")),
    )
    op.create_table(
        "annual_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("tech_staff", sa.Integer(), nullable=True),
        sa.Column("revenue_fen", sa.BigInteger(), nullable=True),
        sa.Column("rd_expense_fen", sa.BigInteger(), nullable=True),
        sa.Column("cost_expense_fen", sa.BigInteger(), nullable=True),
        sa.Column("total_assets_fen", sa.BigInteger(), nullable=True),
        sa.Column("total_liabilities_fen", sa.BigInteger(), nullable=True),
        sa.Column("net_assets_fen", sa.BigInteger(), nullable=True),
        sa.Column("total_income_fen", sa.BigInteger(), nullable=True),
        sa.Column("hitech_income_fen", sa.BigInteger(), nullable=True),
        sa.Column("rd_domestic_fen", sa.BigInteger(), nullable=True),
        sa.Column("main_revenue_fen", sa.BigInteger(), nullable=True),
        sa.Column("total_profit_fen", sa.BigInteger(), nullable=True),
        sa.Column("net_profit_fen", sa.BigInteger(), nullable=True),
        sa.Column("rd_staff", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "cost_expense_fen >= 0", name=op.f("ck_annual_report_cost_expense_fen_not_negative")
        ),
        sa.CheckConstraint("employees >= 0", name=op.f("ck_annual_report_employees_not_negative")),
        sa.CheckConstraint(
            "fiscal_year BETWEEN 1980 AND 2100", name=op.f("ck_annual_report_fiscal_year_plausible")
        ),
        sa.CheckConstraint(
            "hitech_income_fen >= 0", name=op.f("ck_annual_report_hitech_income_fen_not_negative")
        ),
        sa.CheckConstraint(
            "main_revenue_fen >= 0", name=op.f("ck_annual_report_main_revenue_fen_not_negative")
        ),
        sa.CheckConstraint(
            "rd_domestic_fen >= 0", name=op.f("ck_annual_report_rd_domestic_fen_not_negative")
        ),
        sa.CheckConstraint("rd_expense_fen >= 0", name=op.f("ck_annual_report_rd_expense_fen_not_negative")),
        sa.CheckConstraint("rd_staff >= 0", name=op.f("ck_annual_report_rd_staff_not_negative")),
        sa.CheckConstraint("revenue_fen >= 0", name=op.f("ck_annual_report_revenue_fen_not_negative")),
        sa.CheckConstraint("tech_staff >= 0", name=op.f("ck_annual_report_tech_staff_not_negative")),
        sa.CheckConstraint(
            "total_assets_fen >= 0", name=op.f("ck_annual_report_total_assets_fen_not_negative")
        ),
        sa.CheckConstraint(
            "total_income_fen >= 0", name=op.f("ck_annual_report_total_income_fen_not_negative")
        ),
        sa.CheckConstraint(
            "total_liabilities_fen >= 0", name=op.f("ck_annual_report_total_liabilities_fen_not_negative")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_annual_report_version_positive")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_annual_report_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_report")),
        sa.UniqueConstraint(
            "enterprise_id",
            "fiscal_year",
            "source",
            "version",
            name=op.f("uq_annual_report_enterprise_id_fiscal_year_source_version"),
        ),
    )
    with op.batch_alter_table("annual_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_annual_report_fiscal_year_received_on"),
            ["fiscal_year", "received_on"],
            unique=False,
        )

    op.create_table(
        "assessment_0",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("standard", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("points_lo", sa.SmallInteger(), nullable=True),
        sa.Column("points_hi", sa.SmallInteger(), nullable=True),
        sa.Column("route", sa.SmallInteger(), nullable=True),
        sa.Column("n_failed", sa.SmallInteger(), nullable=False),
        sa.Column("n_missing", sa.SmallInteger(), nullable=False),
        sa.Column("nearest_criterion", sa.SmallInteger(), nullable=True),
        sa.Column("nearest_gap", sa.BigInteger(), nullable=True),
        sa.Column("shortfall", sa.Float(), nullable=True),
        sa.Column("results", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("holds", sa.SmallInteger(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=12), server_default=sa.text("('')"), nullable=False),
        sa.Column("industry", sa.String(length=3), server_default=sa.text("('')"), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_assessment_0_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["screening_run.id"], name=op.f("fk_assessment_0_run_id_screening_run")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "tier", "standard", "basis", name=op.f("pk_assessment_0")),
    )
    with op.batch_alter_table("assessment_0", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_0_changes_on", ["changes_on"], unique=False)
        batch_op.create_index(
            "ix_assessment_0_list",
            ["tier", "standard", "basis", "verdict", "n_failed", "enterprise_id"],
            unique=False,
        )

    op.create_table(
        "assessment_1",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("standard", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("points_lo", sa.SmallInteger(), nullable=True),
        sa.Column("points_hi", sa.SmallInteger(), nullable=True),
        sa.Column("route", sa.SmallInteger(), nullable=True),
        sa.Column("n_failed", sa.SmallInteger(), nullable=False),
        sa.Column("n_missing", sa.SmallInteger(), nullable=False),
        sa.Column("nearest_criterion", sa.SmallInteger(), nullable=True),
        sa.Column("nearest_gap", sa.BigInteger(), nullable=True),
        sa.Column("shortfall", sa.Float(), nullable=True),
        sa.Column("results", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("holds", sa.SmallInteger(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=12), server_default=sa.text("('')"), nullable=False),
        sa.Column("industry", sa.String(length=3), server_default=sa.text("('')"), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_assessment_1_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["screening_run.id"], name=op.f("fk_assessment_1_run_id_screening_run")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "tier", "standard", "basis", name=op.f("pk_assessment_1")),
    )
    with op.batch_alter_table("assessment_1", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_1_changes_on", ["changes_on"], unique=False)
        batch_op.create_index(
            "ix_assessment_1_list",
            ["tier", "standard", "basis", "verdict", "n_failed", "enterprise_id"],
            unique=False,
        )

    op.create_table(
        "candidate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=8), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_on IS NOT NULL)", name=op.f("ck_candidate_closed_with_a_date")
        ),
        sa.CheckConstraint(
            "cause IN ('data', 'rule', 'time', 'first')", name=op.f("ck_candidate_cause_known")
        ),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_candidate_status_known")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_candidate_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["screening_run.id"], name=op.f("fk_candidate_run_id_screening_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
    )
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_tier_status"), ["tier", "status"], unique=False)
        batch_op.create_index(
            "uq_candidate_open",
            ["enterprise_id", "tier"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool_id", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_year", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on",
            name=op.f("ck_certificate_dates_in_order"),
        ),
        sa.CheckConstraint(
            "issued_year IS NULL OR issued_year BETWEEN 1980 AND 2100",
            name=op.f("ck_certificate_issued_year_plausible"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_certificate_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_certificate_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("pool_id", "number", name=op.f("uq_certificate_pool_id_number")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certificate_enterprise_id_pool_id"), ["enterprise_id", "pool_id"], unique=False
        )

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("has_consent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name=op.f("ck_contact_reachable")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_contact_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("enterprise_id", "role", "name", name=op.f("uq_contact_enterprise_id_role_name")),
    )
    op.create_table(
        "enterprise_facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("class1_ip", sa.Integer(), nullable=True),
        sa.Column("class2_ip", sa.Integer(), nullable=True),
        sa.Column("is_resident", sa.Boolean(), nullable=True),
        sa.Column("is_industry_excluded", sa.Boolean(), nullable=True),
        sa.Column("had_serious_incident", sa.Boolean(), nullable=True),
        sa.Column("has_bad_credit", sa.Boolean(), nullable=True),
        sa.Column("owns_core_ip", sa.Boolean(), nullable=True),
        sa.Column("hitech_field_listed", sa.Boolean(), nullable=True),
        sa.Column("transformations_3y", sa.Integer(), nullable=True),
        sa.Column("national_award_top3_5y", sa.Boolean(), nullable=True),
        sa.Column("has_provincial_rd_org", sa.Boolean(), nullable=True),
        sa.Column("led_standard_5y", sa.Boolean(), nullable=True),
        sa.Column("core_ip_total", sa.Integer(), nullable=True),
        sa.Column("class1_ip_self_developed", sa.Integer(), nullable=True),
        sa.Column("class1_ip_high_value", sa.Integer(), nullable=True),
        sa.Column("class1_ip_transferred_in", sa.Integer(), nullable=True),
        sa.Column("class1_ip_rank_below_3", sa.Integer(), nullable=True),
        sa.Column("equity_raised_2y_fen", sa.BigInteger(), nullable=True),
        sa.Column("equity_raised_3y_fen", sa.BigInteger(), nullable=True),
        sa.Column("niche_years", sa.Integer(), nullable=True),
        sa.Column("market_share_ppm", sa.Integer(), nullable=True),
        sa.Column("domestic_rank", sa.Integer(), nullable=True),
        sa.Column("development_points", sa.Integer(), nullable=True),
        sa.Column("digital_level", sa.Integer(), nullable=True),
        sa.Column("quality_items", sa.Integer(), nullable=True),
        sa.Column("local_special_points", sa.Integer(), nullable=True),
        sa.Column("rd_org_level", sa.String(length=20), nullable=True),
        sa.Column("niche_field", sa.String(length=20), nullable=True),
        sa.Column("is_strategic_emerging", sa.Boolean(), nullable=True),
        sa.Column("national_award_top3_3y", sa.Boolean(), nullable=True),
        sa.Column("science_award_3y", sa.Boolean(), nullable=True),
        sa.Column("provincial_award_top3_3y", sa.Boolean(), nullable=True),
        sa.Column("market_position_ok", sa.Boolean(), nullable=True),
        sa.Column("is_key_link", sa.Boolean(), nullable=True),
        sa.Column("is_recheck", sa.Boolean(), nullable=True),
        sa.Column("srdi_direct_route", sa.Boolean(), nullable=True),
        sa.Column("expert_intellectual_property", sa.Integer(), nullable=True),
        sa.Column("expert_transformation", sa.Integer(), nullable=True),
        sa.Column("expert_organisation", sa.Integer(), nullable=True),
        sa.Column("expert_growth", sa.Integer(), nullable=True),
        sa.CheckConstraint("class1_ip >= 0", name=op.f("ck_enterprise_facts_class1_ip_not_negative")),
        sa.CheckConstraint(
            "class1_ip_high_value >= 0", name=op.f("ck_enterprise_facts_class1_ip_high_value_not_negative")
        ),
        sa.CheckConstraint(
            "class1_ip_rank_below_3 >= 0",
            name=op.f("ck_enterprise_facts_class1_ip_rank_below_3_not_negative"),
        ),
        sa.CheckConstraint(
            "class1_ip_self_developed >= 0",
            name=op.f("ck_enterprise_facts_class1_ip_self_developed_not_negative"),
        ),
        sa.CheckConstraint(
            "class1_ip_transferred_in >= 0",
            name=op.f("ck_enterprise_facts_class1_ip_transferred_in_not_negative"),
        ),
        sa.CheckConstraint("class2_ip >= 0", name=op.f("ck_enterprise_facts_class2_ip_not_negative")),
        sa.CheckConstraint("core_ip_total >= 0", name=op.f("ck_enterprise_facts_core_ip_total_not_negative")),
        sa.CheckConstraint(
            "development_points >= 0", name=op.f("ck_enterprise_facts_development_points_not_negative")
        ),
        sa.CheckConstraint("digital_level >= 0", name=op.f("ck_enterprise_facts_digital_level_not_negative")),
        sa.CheckConstraint("domestic_rank >= 0", name=op.f("ck_enterprise_facts_domestic_rank_not_negative")),
        sa.CheckConstraint(
            "equity_raised_2y_fen >= 0", name=op.f("ck_enterprise_facts_equity_raised_2y_fen_not_negative")
        ),
        sa.CheckConstraint(
            "equity_raised_3y_fen >= 0", name=op.f("ck_enterprise_facts_equity_raised_3y_fen_not_negative")
        ),
        sa.CheckConstraint("expert_growth >= 0", name=op.f("ck_enterprise_facts_expert_growth_not_negative")),
        sa.CheckConstraint(
            "expert_intellectual_property >= 0",
            name=op.f("ck_enterprise_facts_expert_intellectual_property_not_negative"),
        ),
        sa.CheckConstraint(
            "expert_organisation >= 0", name=op.f("ck_enterprise_facts_expert_organisation_not_negative")
        ),
        sa.CheckConstraint(
            "expert_transformation >= 0", name=op.f("ck_enterprise_facts_expert_transformation_not_negative")
        ),
        sa.CheckConstraint(
            "local_special_points >= 0", name=op.f("ck_enterprise_facts_local_special_points_not_negative")
        ),
        sa.CheckConstraint(
            "market_share_ppm <= 1000000", name=op.f("ck_enterprise_facts_market_share_at_most_one")
        ),
        sa.CheckConstraint(
            "market_share_ppm >= 0", name=op.f("ck_enterprise_facts_market_share_ppm_not_negative")
        ),
        sa.CheckConstraint("niche_years >= 0", name=op.f("ck_enterprise_facts_niche_years_not_negative")),
        sa.CheckConstraint("quality_items >= 0", name=op.f("ck_enterprise_facts_quality_items_not_negative")),
        sa.CheckConstraint(
            "transformations_3y >= 0", name=op.f("ck_enterprise_facts_transformations_3y_not_negative")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_enterprise_facts_version_positive")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_facts_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_facts")),
        sa.UniqueConstraint(
            "enterprise_id",
            "valid_from",
            "source",
            "version",
            name=op.f("uq_enterprise_facts_enterprise_id_valid_from_source_version"),
        ),
    )
    op.create_table(
        "enterprise_name",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("initials", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_enterprise_name_dates_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_name_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_name")),
    )
    with op.batch_alter_table("enterprise_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_name_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_name_name"), ["name"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(status = 'committed') = (committed_at IS NOT NULL)",
            name=op.f("ck_import_batch_committed_with_an_instant"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'committed', 'discarded')", name=op.f("ck_import_batch_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["screening_run.id"], name=op.f("fk_import_batch_run_id_screening_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "pool_coverage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool_id", sa.String(length=24), nullable=False),
        sa.Column("covers_from", sa.Date(), nullable=False),
        sa.Column("covers_to", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.CheckConstraint("covers_to >= covers_from", name=op.f("ck_pool_coverage_dates_in_order")),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_pool_coverage_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_coverage")),
    )
    op.create_table(
        "registry_state",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("live_slot", sa.SmallInteger(), nullable=False),
        sa.Column("live_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_registry_state_one_row")),
        sa.CheckConstraint("live_slot IN (0, 1)", name=op.f("ck_registry_state_live_slot_known")),
        sa.ForeignKeyConstraint(
            ["live_run_id"], ["screening_run.id"], name=op.f("fk_registry_state_live_run_id_screening_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_state")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool_id", sa.String(length=24), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("batch", sa.String(length=80), nullable=True),
        sa.Column("certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "basis IN ('rule_set', 'decision', 'import', 'entry')", name=op.f("ck_membership_basis_known")
        ),
        sa.CheckConstraint(
            "end_reason IS NULL OR valid_to IS NOT NULL", name=op.f("ck_membership_ended_with_a_date")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_membership_dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_membership_certificate_id_certificate")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_membership_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name=op.f("fk_membership_pool_id_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "enterprise_id",
            "pool_id",
            "valid_from",
            name=op.f("uq_membership_enterprise_id_pool_id_valid_from"),
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_membership_pool_id_valid_to"), ["pool_id", "valid_to"], unique=False
        )
    pool = sa.table(
        "pool",
        sa.column("id", sa.String),
        sa.column("name", sa.String),
        sa.column("kind", sa.String),
        sa.column("is_local", sa.Boolean),
        sa.column("position", sa.Integer),
    )
    op.bulk_insert(
        pool,
        [
            {"id": pool_id, "name": name, "kind": kind, "is_local": is_local, "position": position}
            for position, (pool_id, name, kind, is_local) in enumerate(POOLS)
        ],
    )
    state = sa.table(
        "registry_state",
        sa.column("id", sa.SmallInteger),
        sa.column("live_slot", sa.SmallInteger),
        sa.column("is_synthetic", sa.Boolean),
    )
    op.bulk_insert(state, [{"id": 1, "live_slot": 0, "is_synthetic": False}])


def downgrade() -> None:
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_pool_id_valid_to"))

    op.drop_table("membership")
    op.drop_table("registry_state")
    op.drop_table("pool_coverage")
    op.drop_table("import_batch")
    with op.batch_alter_table("enterprise_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_name_name"))
        batch_op.drop_index(batch_op.f("ix_enterprise_name_enterprise_id"))

    op.drop_table("enterprise_name")
    op.drop_table("enterprise_facts")
    op.drop_table("contact")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_enterprise_id_pool_id"))

    op.drop_table("certificate")
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_candidate_open",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_candidate_tier_status"))

    op.drop_table("candidate")
    with op.batch_alter_table("assessment_1", schema=None) as batch_op:
        batch_op.drop_index("ix_assessment_1_list")
        batch_op.drop_index("ix_assessment_1_changes_on")

    op.drop_table("assessment_1")
    with op.batch_alter_table("assessment_0", schema=None) as batch_op:
        batch_op.drop_index("ix_assessment_0_list")
        batch_op.drop_index("ix_assessment_0_changes_on")

    op.drop_table("assessment_0")
    with op.batch_alter_table("annual_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_annual_report_fiscal_year_received_on"))

    op.drop_table("annual_report")
    op.drop_table("screening_run")
    op.drop_table("pool")
    op.drop_table("job_run")
    op.drop_table("header_mapping")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_name"))
        batch_op.drop_index(batch_op.f("ix_enterprise_jurisdiction_id"))
        batch_op.drop_index(batch_op.f("ix_enterprise_initials"))
        batch_op.drop_index(batch_op.f("ix_enterprise_changed_at"))

    op.drop_table("enterprise")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_subject_type_subject_id"))

    op.drop_table("audit_event")
    op.drop_table("assessment_count")
