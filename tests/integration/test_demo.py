"""``flask demo build`` on a real database, and what the registry that it makes is good for."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import create_engine, func, inspect, select, text

from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.assessments import live_table
from enterprise_pipeline.services.demo.build import build_demo
from enterprise_pipeline.services.enterprises import Registration, register_enterprise
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.transaction import reading
from models import AnnualReport, Enterprise, EnterpriseFacts, Membership, RegistryState
from models.base import Base
from scoring.rulebook import load_rulebook
from scoring.screening import screen
from scoring.vocabulary import SCALE_LINE, SCIENCE_LADDER, Tier, Verdict

TODAY = date(2026, 11, 22)
FEW = ["demo", "build", "--enterprises", "60", "--seed", "5"]
REAL = Registration(credit_code="91420582741797379M", name="宜昌华直能源开发有限公司")


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = {
            name: [
                tuple(row)
                for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY 1"))  # noqa: S608
            ]
            for name in inspect(engine).get_table_names()
        }
    engine.dispose()
    return tables


@pytest.mark.databases("sqlite")
class TestWhereItIsBuilt:
    def test_a_file_of_its_own_beside_the_real_registry(self, tmp_path: Path) -> None:
        app = create_app(Settings.from_environment({"PIPELINE_INSTANCE": str(tmp_path)}))
        result = app.test_cli_runner().invoke(args=FEW)
        assert result.exit_code == 0, result.output
        assert (tmp_path / "demo.sqlite3").exists()
        assert not (tmp_path / "registry.sqlite3").exists()
        assert f"DATABASE_URL=sqlite:///{tmp_path / 'demo.sqlite3'} flask --app app screen" in result.output

    def test_the_same_seed_fills_two_files_alike(self, runner: FlaskCliRunner, tmp_path: Path) -> None:
        urls = [f"sqlite:///{tmp_path / name}.sqlite3" for name in ("one", "two")]
        for url in urls:
            result = runner.invoke(args=[*FEW, "--database-url", url])
            assert result.exit_code == 0, result.output
        assert contents(urls[0]) == contents(urls[1])

    def test_the_running_database_is_left_alone_when_another_is_named(
        self, app: Flask, runner: FlaskCliRunner, tmp_path: Path
    ) -> None:
        runner.invoke(args=[*FEW, "--database-url", f"sqlite:///{tmp_path / 'demo.sqlite3'}"])
        with app.app_context():
            assert reading().scalar(select(func.count()).select_from(Enterprise)) == 0
            assert not reading().scalar(select(RegistryState.is_synthetic))

    def test_never_the_file_of_the_real_registry(self, app: Flask, runner: FlaskCliRunner) -> None:
        real = app.config["SETTINGS"].instance / "registry.sqlite3"
        result = runner.invoke(args=[*FEW, "--database-url", f"sqlite:///{real}"])
        assert result.exit_code == 2
        assert "where the real registry is kept" in result.output
        assert not real.exists()

    def test_an_address_that_cannot_work_is_explained(self, runner: FlaskCliRunner) -> None:
        result = runner.invoke(args=[*FEW, "--database-url", "mysql://there"])
        assert result.exit_code == 2
        assert "only sqlite:/// and postgresql://" in result.output


def test_real_enterprises_are_never_touched(app: Flask, runner: FlaskCliRunner) -> None:
    with app.app_context():
        register_enterprise(REAL, scope=EVERYTHING, actor="test", today=TODAY)
    for options in ([], ["--force"]):
        result = runner.invoke(args=[*FEW, *options])
        assert result.exit_code == 1
        assert "1 家真实企业" in result.output
    with app.app_context():
        assert reading().scalars(select(Enterprise.name)).all() == [REAL.name]
        assert not reading().scalar(select(RegistryState.is_synthetic))


def test_an_earlier_demo_registry_is_replaced_only_when_told_to(app: Flask, runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=FEW).exit_code == 0
    with app.app_context():
        run_full(as_of=TODAY)
    again = runner.invoke(args=FEW)
    assert again.exit_code == 1
    assert "--force" in again.output
    more = runner.invoke(args=["demo", "build", "--enterprises", "90", "--seed", "6", "--force"])
    assert more.exit_code == 0, more.output
    with app.app_context():
        assert reading().scalar(select(func.count()).select_from(Enterprise)) == 90


def test_it_tells_what_it_wrote_and_marks_the_registry(app: Flask, runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=FEW)
    assert result.exit_code == 0, result.output
    with app.app_context():
        session = reading()
        reports = session.scalar(select(func.count()).select_from(AnnualReport))
        certified = session.scalar(select(func.count()).where(Membership.pool_id == "hnte"))
        assert session.scalar(select(RegistryState.is_synthetic)) is True
        assert session.scalar(select(func.count()).where(Enterprise.is_synthetic.is_(other=False))) == 0
    assert "60 enterprises" in result.output
    assert "Next: flask --app app screen" in result.output
    assert f"{reports} yearly reports" in result.output
    assert f"{certified} memberships over time of hnte (高新技术企业)" in result.output


def test_rows_can_be_added_afterwards(app: Flask) -> None:
    with app.app_context():
        build_demo(enterprises=60, seed=5)
        assert register_enterprise(REAL, scope=EVERYTHING, actor="test", today=TODAY) == 61
        for table in Base.metadata.sorted_tables:
            assert reading().execute(select(table).limit(3)).all() is not None


def test_stored_instants_and_flags_read_back(app: Flask) -> None:
    with app.app_context():
        build_demo(enterprises=60, seed=5)
        report = reading().scalars(select(AnnualReport).limit(1)).one()
        assert (report.recorded_at.date(), report.recorded_at.utcoffset().total_seconds()) == (
            report.received_on,
            0,
        )
        sheets = reading().scalars(select(EnterpriseFacts.is_resident)).all()
        assert {True, None} >= set(sheets) - {False}


@pytest.mark.slow
@pytest.mark.databases("sqlite")
def test_every_verdict_occurs_in_every_tier(app: Flask) -> None:
    with app.app_context():
        build_demo(enterprises=3000, seed=7)
        run_full(as_of=TODAY)
        live = live_table(reading())
        found: dict[str, set[int]] = defaultdict(set)
        for tier, verdict in reading().execute(
            select(live.c.tier, live.c.verdict).where(live.c.basis == "reported")
        ):
            found[tier].add(verdict)
    decided = {int(Verdict.NOT_ELIGIBLE), int(Verdict.UNDETERMINED), int(Verdict.ELIGIBLE)}
    judged = {int(Verdict.NEEDS_JUDGEMENT)}
    expected = dict.fromkeys(SCIENCE_LADDER, decided)
    # Experts speak in three tiers; who leads is always for them to judge, so nobody is simply eligible.
    expected |= {Tier.HNTE: decided | judged, Tier.GAZELLE: decided | judged}
    expected |= {
        Tier.GAZELLE_RESERVE: decided | judged,
        Tier.LEADING: decided - {int(Verdict.ELIGIBLE)} | judged,
    }
    outside = {int(Verdict.NOT_APPLICABLE)}
    expected |= {Tier.INNOVATIVE_SME: decided, Tier.SRDI_SME: decided | judged}
    expected |= {Tier.LITTLE_GIANT: decided | judged}
    expected |= {Tier.CHAMPION: decided - {int(Verdict.ELIGIBLE)} | judged | outside}
    # Valuation is for a person, and the day of registration is always known here.
    expected |= {Tier.UNICORN: {int(Verdict.NOT_ELIGIBLE)} | judged}
    expected |= dict.fromkeys(SCALE_LINE, decided | outside)
    assert found == expected


@pytest.mark.databases("sqlite")
def test_what_was_known_of_new_certificate_holders_hardly_ever_contradicts_the_rules(app: Flask) -> None:
    """Only a revised report or an outdated sheet may; a missing one leaves the verdict open."""
    with app.app_context():
        build_demo(enterprises=1500, seed=11)
        for year in (2021, 2023, 2025):
            verdicts = verdicts_of_new_holders(year)
            assert len(verdicts) > 60
            assert (verdicts == int(Verdict.NOT_ELIGIBLE)).mean() < 0.12
            assert (verdicts == int(Verdict.ELIGIBLE)).mean() > 0.5


def verdicts_of_new_holders(year: int) -> pl.Series:
    """What the engine says at the end of the year of those certified in it, from what had arrived by then."""
    end = date(year, 12, 31)
    rules = [entry for entry in load_rulebook().in_force(end) if entry.key == Tier.HNTE]
    granted = select(Membership.enterprise_id).where(
        Membership.pool_id == "hnte", func.extract("year", Membership.valid_from) == year
    )
    session = reading()
    facts = facts_as_of(session, end, enterprise_ids=session.scalars(granted).all())
    return screen(facts, rules, end)["hnte.verdict"].cast(pl.Int64)
