"""The import pages without scripts: upload, look, put right, commit, see what changed; errors in words."""

import io

import pytest
from sqlalchemy import func, select

from enterprise_pipeline.web import imports as page
from models import AnnualReport, Enterprise, ImportBatch, db
from tests.support.entry import hidden
from tests.support.workbooks import code, csv_text, read_back, xlsx

HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）"]
A, B = code(1), code(2)
GOOD = [HEAD, [A, "宜昌甲公司", 100.0, 5.0]]


def send(client, content: bytes, filename: str = "表.xlsx", **fields):
    token = hidden(client.get("/imports").text, "csrf_token")
    data = {
        "csrf_token": token,
        "received_on": "2026-11-22",
        "file": (io.BytesIO(content), filename),
    } | fields
    return client.post("/imports", data=data, content_type="multipart/form-data")


def act(client, address: str, **fields):
    token = hidden(client.get("/imports").text, "csrf_token")
    return client.post(address, data={"csrf_token": token} | fields)


def count(app, model) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_goes_from_upload_to_what_changed(app, client):
    sent = send(client, xlsx(GOOD), sender="统计局")
    assert sent.status_code == 303

    shown = client.get(sent.location)
    assert "导入可用的 1 行" in shown.text
    assert "1,000,000.00 元" in shown.text
    assert count(app, Enterprise) == 0

    done = act(client, f"{sent.location}/commit")
    assert (done.status_code, done.location) == (303, f"{sent.location}/result")
    result = client.get(done.location)
    assert "科技型中小企业" in result.text
    assert "尚未筛查" in result.text
    assert "宜昌甲公司" in result.text
    assert client.get(sent.location).location.endswith("/result")
    assert "统计局" in client.get("/imports").text


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (b"%PDF-1.7", "文件.pdf", "不是能导入的表格"),
        (xlsx([["水果", "颜色"], ["苹果", "红"]]), "水果.xlsx", "没有找到认得的表头"),
        (xlsx([]), "空.xlsx", "空的"),
        (xlsx([HEAD]), "只有表头.xlsx", "没有一行数据"),
        (csv_text(GOOD)[:0], "零.csv", "空的"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained_on_the_page(app, client, content, filename, says):
    answer = send(client, content, filename)

    assert answer.status_code == 422
    assert says in answer.text
    assert "没有导入任何内容" in answer.text
    assert count(app, ImportBatch) == 0


def test_no_file_and_no_day_are_pinned_to_their_fields(client):
    token = hidden(client.get("/imports").text, "csrf_token")

    answer = client.post("/imports", data={"csrf_token": token, "received_on": "", "year": "62"})

    assert answer.status_code == 422
    for text in ("请选择要导入的文件", "请填写收到这份数据的日期", "年份不合理"):
        assert text in answer.text


def test_a_post_without_a_token_is_refused(app, client):
    data = {"received_on": "2026-11-22", "file": (io.BytesIO(xlsx(GOOD)), "表.xlsx")}

    assert client.post("/imports", data=data, content_type="multipart/form-data").status_code == 400
    assert count(app, ImportBatch) == 0


def test_rows_are_filtered_by_what_happens_to_them(client):
    rows = [*GOOD, ["123", "宜昌坏公司", 1.0, 1.0]]
    address = send(client, xlsx(rows)).location

    refused, created = (
        client.get(f"{address}?show={action}").text.partition("逐行结果")[2]
        for action in ("refused", "create")
    )

    assert "宜昌坏公司" in refused
    assert "有3位，应为18位" in refused
    assert "宜昌坏公司" not in created
    assert "宜昌甲公司" in created


def test_long_plans_are_paged(client):
    rows = [HEAD, *([code(n), f"宜昌{n}号公司", 1.0, 0.1] for n in range(60))]
    address = send(client, xlsx(rows)).location

    first = client.get(address).text
    second = client.get(f"{address}?show=all&after=49").text

    assert "宜昌49号公司" in first
    assert "宜昌50号公司" not in first
    assert "宜昌50号公司" in second


def test_problems_are_put_right_on_the_page(app, client):
    rows = [["信用代码", "企业名称", "产值"], [A, "宜昌甲公司", 100.0]]
    address = send(client, xlsx(rows), sender="经信局").location
    assert "1 列没有认出" in client.get(address).text

    again = act(
        client,
        f"{address}/plan",
        header=["信用代码", "企业名称", "产值"],
        key=["credit_code", "name", "revenue_cny"],
        was=["credit_code", "name", ""],
        received_on="2026-11-22",
        sender="经信局",
        year="2025",
        money_unit="万元",
        tier="",
        header_row="",
    )
    assert again.status_code == 303
    assert "手工指定" in client.get(address).text
    act(client, f"{address}/commit")

    with app.app_context():
        assert db.session.scalars(select(AnnualReport.revenue_fen)).all() == [100_000_000]


def test_what_cannot_be_committed_says_why(app, client):
    rows = [["信用代码", "企业名称", "2025年营业收入"], [A, "宜昌甲公司", 100.0]]
    address = send(client, xlsx(rows)).location
    assert "disabled" in client.get(address).text

    answer = act(client, f"{address}/commit")

    assert answer.status_code == 422
    assert "单位" in answer.text
    assert count(app, Enterprise) == 0


def test_a_change_between_preview_and_commit_is_told(app, client):
    address = send(client, xlsx(GOOD)).location
    with app.app_context():
        db.session.add(Enterprise(credit_code=A, name="宜昌甲公司", initials="ycjgs"))
        db.session.commit()

    answer = act(client, f"{address}/commit")

    assert answer.status_code == 409
    assert "重新预览" in answer.text
    assert count(app, AnnualReport) == 0


def test_conflicts_can_be_decided_for_the_file(app, client):
    act(client, f"{send(client, xlsx(GOOD), sender='统计局').location}/commit")
    rows = [HEAD, [A, "宜昌甲公司", 101.0, 5.0]]
    address = send(client, xlsx(rows), sender="税务局").location
    assert "以本文件为准" in client.get(address).text

    act(client, f"{address}/commit", take_conflicts="1")

    with app.app_context():
        assert sorted(db.session.scalars(select(AnnualReport.revenue_fen))) == [100_000_000, 101_000_000]


def test_a_plan_can_be_put_aside(app, client):
    address = send(client, xlsx(GOOD)).location

    act(client, f"{address}/discard")

    assert act(client, f"{address}/commit").status_code == 422
    assert "已放弃" in client.get("/imports").text
    assert count(app, Enterprise) == 0


def test_refused_rows_are_downloaded_without_live_formulas(client):
    rows = [*GOOD, [B, '=HYPERLINK("http://x")', 1.0, 1.0]]
    address = send(client, xlsx(rows), filename="名单.xlsx").location

    answer = client.get(f"{address}/refused.xlsx")

    assert "attachment" in answer.headers["Content-Disposition"]
    assert read_back(answer.data)[1][1] == '=HYPERLINK("http://x")'
    assert b"<f>" not in answer.data


def test_the_template_is_offered(client):
    answer = client.get("/imports/template.xlsx")

    assert answer.status_code == 200
    assert read_back(answer.data)[1][:2] == ["统一社会信用代码", "企业名称"]


def test_many_enterprises_are_screened_behind_the_page(app, client, monkeypatch):
    monkeypatch.setattr(page, "SCREENED_AT_ONCE", 0)
    address = send(client, xlsx(GOOD)).location
    started = []
    monkeypatch.setattr(page, "_screen_behind", started.append)

    act(client, f"{address}/commit")
    waiting = client.get(f"{address}/result")
    assert waiting.headers["Refresh"] == "3"
    assert "正在筛查" in waiting.text

    monkeypatch.undo()
    act(client, f"{address}/screen")
    for thread in page.running_screenings():
        thread.join()
    assert "Refresh" not in client.get(f"{address}/result").headers


def test_an_import_that_does_not_exist_is_not_found(client):
    for address in ("/imports/99", "/imports/99/result", "/imports/99/refused.xlsx"):
        assert client.get(address).status_code == 404
    assert act(client, "/imports/99/commit").status_code == 404


def test_the_pages_speak_english(client):
    address = send(client, xlsx([*GOOD, ["123", "宜昌坏公司", 1.0, 1.0]])).location
    client.set_cookie("language", "en")

    for path in ("/imports", address, f"{address}?show=refused"):
        assert 'lang="en"' in client.get(path).text
