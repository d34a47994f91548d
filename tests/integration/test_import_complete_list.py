"""A list said to be complete: its firms hold the tier, all others are known not to; before, nobody knew."""

from datetime import date

import pytest
from sqlalchemy import func, select

from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.web import imports as page
from models import Enterprise, PoolCoverage, ScreeningRun, db
from tests.integration.test_import_pages import act, send
from tests.support.importing import TODAY, bring_in, commit, look, plan
from tests.support.workbooks import code, xlsx

A, B = code(1), code(2)
FIRMS = [["统一社会信用代码", "企业名称"], [A, "宜昌甲公司"], [B, "宜昌乙公司"]]
LIST = [
    ["统一社会信用代码", "企业名称", "证书编号", "发证日期"],
    [A, "宜昌甲公司", "GR202442000001", "2024-11-27"],
]
DAYS = {"complete_from": date(2024, 1, 1), "complete_to": date(2026, 12, 31)}
TYPED = {"complete_from": "2024-01-01", "complete_to": "2026-12-31"}


def holds() -> dict[str, bool | None]:
    db.session.rollback()
    frame = facts_as_of(db.session(), TODAY)
    codes = {firm.id: firm.credit_code for firm in db.session.scalars(select(Enterprise))}
    return {codes[firm]: held for firm, held in frame.select("enterprise_id", "holds_hnte").iter_rows()}


@pytest.fixture
def context(app):
    with app.app_context():
        yield


def test_who_is_not_on_a_complete_list_is_known_not_to_hold(context):
    bring_in(FIRMS)
    assert holds() == {A: None, B: None}

    done = bring_in(LIST, sender="科技厅", **DAYS)

    assert done.is_complete
    assert holds() == {A: True, B: False}
    told = db.session.scalars(select(PoolCoverage)).one()
    assert (told.pool_id, told.source, told.received_on) == ("hnte", "科技厅", TODAY)
    assert (told.covers_from, told.covers_to) == (DAYS["complete_from"], DAYS["complete_to"])


def test_a_list_that_is_there_already_can_still_be_said_to_be_complete(context):
    bring_in(FIRMS)
    bring_in(LIST, sender="科技厅")
    assert holds() == {A: True, B: None}

    for _ in range(2):
        commit(plan(LIST, sender="科技厅", **DAYS))

    assert holds() == {A: True, B: False}
    assert db.session.scalar(select(func.count()).select_from(PoolCoverage)) == 1


def test_a_list_with_rows_left_out_is_not_complete(context):
    bring_in(FIRMS)
    batch_id = plan([*LIST, ["123", "宜昌乙公司", "GR202442000002", "2024-11-27"]], **DAYS)

    with pytest.raises(ServiceError, match="有 1 行没有进来"):
        commit(batch_id)

    assert holds() == {A: None, B: None}
    assert db.session.scalar(select(func.count()).select_from(PoolCoverage)) == 0


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        (FIRMS, DAYS, "没有证书"),
        ([*LIST, [B, "宜昌乙公司", "202542050508001234", None]], DAYS, "不止一个层级"),
        (LIST, {"complete_from": TODAY}, "只填了一个"),
        (LIST, {"complete_from": TODAY, "complete_to": date(2026, 1, 1)}, "早于"),
    ],
)
def test_what_cannot_be_a_complete_list_is_a_problem(context, rows, options, says):
    found = look(plan(rows, **options))

    assert says in " ".join(str(problem.message) for problem in found.problems)
    assert not found.covered_tier


def test_the_page_says_it_and_screens_every_enterprise(app, client):
    address = send(client, xlsx(FIRMS)).location
    act(client, f"{address}/commit")
    address = send(client, xlsx(LIST), **TYPED).location

    shown = client.get(address).text
    assert "完整名单：2024-01-01 至 2026-12-31" in shown
    act(client, f"{address}/commit")
    for thread in page.running_screenings():
        thread.join()

    assert "Refresh" not in client.get(f"{address}/result").headers
    with app.app_context():
        assert db.session.scalars(select(ScreeningRun.scope).order_by(ScreeningRun.id)).all()[-1] == "full"
        assert holds() == {A: True, B: False}


def test_half_a_period_is_pinned_to_its_field(client):
    answer = send(client, xlsx(LIST), complete_from="2024-01-01")

    assert answer.status_code == 422
    assert "要一起填" in answer.text


def test_the_command_line_says_it_too(app, runner, tmp_path):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx(LIST))
    days = ["--complete-from", "2024-01-01", "--complete-to", "2026-12-31"]

    result = runner.invoke(args=["import", str(path), *days, "--commit"])

    assert result.exit_code == 0, result.output
    assert "complete list of hnte from 2024-01-01 to 2026-12-31" in result.output
    with app.app_context():
        assert db.session.scalar(select(PoolCoverage.pool_id)) == "hnte"
