"""A file whose headers mean nothing to us is mapped by hand, on the page and on the command line."""

import pytest
from sqlalchemy import select

from models import Enterprise, HeaderMapping, db
from tests.integration.test_import_pages import act, send
from tests.support.workbooks import code, xlsx

ROWS = [["甲栏", "乙栏"], [code(1), "宜昌甲公司"], [code(2), "宜昌乙公司"]]


def names(app) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Enterprise.name)))


def test_columns_nobody_knows_are_mapped_on_the_page_and_remembered(app, client):
    refused = send(client, xlsx(ROWS), sender="园区")
    assert refused.status_code == 422
    assert "表头在第几行" in refused.text

    address = send(client, xlsx(ROWS), sender="园区", header_row="1").location
    shown = client.get(address).text
    assert "指明哪一列是信用代码、哪一列是企业名称" in shown
    assert "2 列没有认出" in shown
    assert act(client, f"{address}/commit").status_code == 422
    act(
        client,
        f"{address}/plan",
        header=["甲栏", "乙栏"],
        key=["credit_code", "name"],
        was=["", ""],
        received_on="2026-11-22",
        sender="园区",
        header_row="1",
    )
    assert act(client, f"{address}/commit").status_code == 303
    assert names(app) == ["宜昌乙公司", "宜昌甲公司"]

    again = send(client, xlsx([ROWS[0], [code(3), "宜昌丙公司"]]), sender="园区")
    act(client, f"{again.location}/commit")
    assert "宜昌丙公司" in names(app)


@pytest.mark.parametrize(("row", "says"), [("30", "须在第 1 至 3 行之间"), ("3", "没有一行数据")])
def test_a_header_row_that_cannot_be_is_explained_on_the_page(client, row, says):
    answer = send(client, xlsx(ROWS), header_row=row)

    assert answer.status_code == 422
    assert says in answer.text


def test_a_blank_header_row_is_explained(client):
    answer = send(client, xlsx([ROWS[0], [None, None], *ROWS[1:]]), header_row="2")

    assert answer.status_code == 422
    assert "第 2 行是空的" in answer.text


def test_columns_nobody_knows_are_mapped_on_the_command_line_and_remembered(app, runner, tmp_path):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx(ROWS))
    told = ["--map", "甲栏=credit_code", "--map", "乙栏=name", "--sender", "园区"]

    shown = runner.invoke(args=["import", str(path), "--header-row", "1"])
    assert shown.exit_code == 0, shown.output
    assert "哪一列是企业名称" in shown.output

    done = runner.invoke(args=["import", str(path), *told, "--commit"])
    assert done.exit_code == 0, done.output
    assert names(app) == ["宜昌乙公司", "宜昌甲公司"]
    with app.app_context():
        assert sorted(db.session.scalars(select(HeaderMapping.field))) == ["credit_code", "name"]


@pytest.mark.parametrize(
    ("options", "code_", "says"),
    [
        (["--header-row", "30"], 1, "须在第 1 至 3 行之间"),
        (["--header-row", "-3"], 2, "--header-row"),
        (["--map", "甲栏=nothing"], 2, "--map"),
    ],
)
def test_impossible_options_end_with_the_reason(runner, tmp_path, options, code_, says):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx(ROWS))

    result = runner.invoke(args=["import", str(path), *options])

    assert result.exit_code == code_, result.output
    assert says in result.output
