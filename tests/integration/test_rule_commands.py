"""``flask rules show``, ``diff``, ``stale`` and ``rehearse``."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from enterprise_pipeline.services import rehearsal
from enterprise_pipeline.services.rehearsal_heads import head, latest_rehearsals
from enterprise_pipeline.transaction import transaction
from tests.support.changed_rules import changed_file, fewer_employees
from tests.support.small_registry import AS_OF, add_good_enterprise

DAY = AS_OF.isoformat()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.mark.databases("sqlite")
def test_show_says_sentences_printed_lines_and_sources(runner):
    told = runner.invoke(args=["rules", "show", "tech_sme", "--on", DAY])
    assert told.exit_code == 0
    assert "tech_sme@national 科技型中小企业评价 [TSME-2017, default]" in told.output
    assert (
        "employees_max: 职工总数" in told.output
        or "employees_max: 上一年度职工总数不超过 500 人" in told.output
    )
    assert "不超过500人 | 第六条（二）" in told.output
    assert "国科发政〔2017〕115号" in told.output
    assert "grade B, checked on 2026-11-22" in told.output


@pytest.mark.databases("sqlite")
def test_show_speaks_english_and_keeps_to_one_standard(runner):
    told = runner.invoke(
        args=["rules", "show", "leading", "--on", DAY, "--standard", "inclusive", "--lang", "en"]
    )
    assert "Sales revenue of last year: at least CNY 5 billion" in told.output
    assert "LEAD-HB-2021-INCL" in told.output
    assert "[LEAD-HB-2021," not in told.output


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "gold"], "gold"),
        (["show", "tech_sme", "--on", "2017-05-02"], "No rule set of tech_sme is in force on 2017-05-02."),
        (["show", "leading", "--standard", "silver", "--on", DAY], "leading by silver"),
        (["diff", "gold", "--from", "2020-01-01"], "gold"),
        (["rehearse"], "one of them"),
    ],
)
def test_what_is_not_there_is_said_and_ends_with_an_error(runner, arguments, told):
    answer = runner.invoke(args=["rules", *arguments])
    assert answer.exit_code != 0
    assert told in answer.output


@pytest.mark.databases("sqlite")
def test_diff_tells_what_came_between_two_days(runner):
    told = runner.invoke(args=["rules", "diff", "tech_sme", "--from", "2017-05-02", "--to", "2017-05-03"])
    assert told.exit_code == 0
    assert "tech_sme@national 科技型中小企业评价: - -> TSME-2017" in told.output
    assert "+ employees_max: 上一年度职工总数不超过 500 人" in told.output
    assert "1 changed, 0 unchanged" in told.output
    same = runner.invoke(args=["rules", "diff", "tech_sme", "--from", "2017-05-03", "--to", "2017-05-04"])
    assert "0 changed, 1 unchanged" in same.output


@pytest.mark.databases("sqlite")
def test_stale_ends_with_one_only_when_there_is_something_to_check(runner):
    fresh = runner.invoke(args=["rules", "stale", "--months", "6", "--on", "2026-11-22"])
    assert (fresh.exit_code, fresh.output) == (0, "0 criteria last checked before 2026-05-22\n")
    stale = runner.invoke(args=["rules", "stale", "--months", "6", "--on", "2027-11-22"])
    assert stale.exit_code == 1
    assert "tech_sme@national 科技型中小企业 [TSME-2017]: checked on 2026-11-22, grade B: " in stale.output
    assert "employees_max" in stale.output


def test_rehearse_tells_who_would_lose_and_where(app, runner, tmp_path):
    with app.app_context(), transaction() as session:
        add_good_enterprise(session, jurisdiction="420583")
    file = tmp_path / "tech_sme.toml"
    file.write_bytes(fewer_employees(99))
    told = runner.invoke(args=["rules", "rehearse", str(file), "--on", DAY])
    assert told.exit_code == 0, told.output
    assert "TSME-2017 -> TSME-2017, 2026-11-22" in told.output
    assert "loses: 1" in told.output
    assert "420583: loses 1" in told.output
    assert "employees_max 职工总数: eased 0, tightened 1" in told.output


def test_a_file_that_cannot_be_rehearsed_is_refused_by_name_and_nothing_is_kept(app, runner, tmp_path):
    file = tmp_path / "next year.toml"
    file.write_bytes(changed_file("tech_sme.toml", ('operator = "<="', 'operator = "=<"')))
    told = runner.invoke(args=["rules", "rehearse", str(file)])
    assert told.exit_code == 1
    assert "next year.toml: rule_sets[0].criteria[1].operator" in told.output
    assert "'=<'" in told.output
    with app.app_context():
        assert latest_rehearsals() == []


def test_a_finished_rehearsal_does_not_go_on(app, runner):
    with app.app_context():
        rehearsal_id = rehearsal.start_for_file(
            "tech_sme.toml", fewer_employees(99), actor="t", as_of=AS_OF, today=AS_OF
        )
    first = runner.invoke(args=["rules", "rehearse", "--resume", str(rehearsal_id)])
    assert first.exit_code == 0, first.output
    again = runner.invoke(args=["rules", "rehearse", "--resume", str(rehearsal_id)])
    assert again.exit_code == 1
    assert "已经完成" in again.output
    with app.app_context():
        assert head(rehearsal_id).state == "done"
