"""The pages of local standards without scripts: every refusal in words, nothing typed is lost."""

import html
import io
import re

import pytest

from enterprise_pipeline.services.standards.drafts import get_version
from tests.support.entry import hidden
from tests.support.standards import CASES, NEXT_YEAR, adding, change, criterion, published, sound

AMOUNT = {
    "word": "amount", "label": "上年销售收入", "article": "第三条", "a_fact": "销售收入", "operator": ">=",
    "a_value": "2000",
}  # fmt: skip
STAFF = AMOUNT | {"a_fact": "职工总数"}
PEOPLE = {"effective_from": "2027-01-01", "editor": "张三", "approver": "李四"}


@pytest.fixture
def draft(app) -> int:
    with app.app_context():
        return sound()


def send(client, address: str, page: str | None = None, **fields):
    shown = client.get(page or address).text
    found = re.search(r'name="seen"[^>]*value="(\d+)"', shown)
    told = {"csrf_token": hidden(shown, "csrf_token")} | ({"seen": found.group(1)} if found else {}) | fields
    return client.post(address, data=told, content_type="multipart/form-data")


def stored(app, version_id: int):
    with app.app_context():
        return get_version(version_id)


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_an_empty_list_says_what_to_do(client):
    page = client.get("/standards").text
    assert "还没有本地标准" in page
    assert 'href="/standards/new"' in page


def test_a_draft_is_begun_and_shown_as_sentences(app, client):
    begun = send(
        client, "/standards/new", tier="hnte_reserve", label="高企后备库标准", copy_of="LOCAL-HNTE-RESERVE",
        effective_from="2027-01-01", editor="张三",
    )  # fmt: skip
    assert begun.status_code == 303
    shown = text_of(client.get(begun.location))
    assert "注册成立时间不低于 180 天" in shown
    assert "文件（文号）" in shown
    version = stored(app, 1)
    assert (version.standard, version.table["default"]) == ("local", True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tier": ""}, "请选择层级"),
        ({"tier": "hnte"}, "没有“hnte”这个选项"),
        ({"standard": "Yichang!"}, "代号只能用小写字母"),
        ({"standard": "hubei2021"}, "上级标准的代号"),
        ({"effective_from": "2027-02-30"}, "日期无法识别"),
        ({"editor": " "}, "请填写起草人姓名"),
        ({"copy_of": "NOTHING"}, "没有“NOTHING”这个选项"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused_and_keeps_what_was_typed(client, fields, said):
    told = {"tier": "gazelle", "label": "我们的标准", "effective_from": "2027-01-01", "editor": "张三"}
    answer = send(client, "/standards/new", **(told | fields))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "我们的标准" in answer.text
    assert "还没有本地标准" in client.get("/standards").text


def test_a_criterion_is_added_changed_moved_and_removed(app, client, draft):
    address = f"/standards/{draft}"
    send(
        client,
        f"{address}/add",
        f"{address}/add?word=amount",
        **(STAFF | {"a_value": "9"}),
    )
    added = stored(app, draft).table["criteria"][-1]
    assert (added["id"], added["value"], added["printed"]) == (
        "employees_min",
        9,
        "上一年度职工总数不低于 9 人",
    )
    send(client, f"{address}/criteria/employees_min", **(STAFF | {"a_value": "12"}))
    changed = stored(app, draft).table["criteria"][-1]
    assert (changed["value"], changed["printed"]) == (12, "上一年度职工总数不低于 12 人")
    send(client, f"{address}/move", address, where="employees_min", by="up")
    send(client, f"{address}/remove", address, where="revenue_min")
    assert [entry["id"] for entry in stored(app, draft).table["criteria"]] == ["employees_min", "rd_ratio"]
    send(client, f"{address}/undo", address)
    assert len(stored(app, draft).table["criteria"]) == 3


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"a_fact": "营业外收入"}, "没有“营业外收入”这个事实"),
        ({"a_value": "约三千万"}, "“约三千万”不是数字"),
        ({"a_value": "-5"}, "不能为负数"),
        ({"a_value": ""}, "请填写"),
        ({"operator": ""}, "请选择"),
        ({"label": ""}, "请填写名称"),
        ({"id": "Übung"}, "编号只能用小写字母"),
        ({"id": "rd_ratio"}, "已有另一条条件使用"),
    ],
)
def test_a_criterion_that_cannot_be_is_refused_at_its_field_and_keeps_what_was_typed(
    app, client, draft, fields, said
):
    before = stored(app, draft)
    told = AMOUNT | {"printed": "原文如此"} | fields
    answer = send(client, f"/standards/{draft}/add", f"/standards/{draft}/add?word=amount", **told)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "原文如此" in answer.text
    assert stored(app, draft) == before


def test_of_two_windows_the_second_is_told_what_changed_and_may_save_again(app, client, draft):
    address = f"/standards/{draft}/criteria/revenue_min"
    old = hidden(client.get(address).text, "seen")
    send(client, address, **(AMOUNT | {"a_value": "3000"}))
    answer = send(client, address, **(AMOUNT | {"a_value": "2500", "seen": old}))
    assert answer.status_code == 409
    assert "上一年度销售收入不低于 3000 万元" in text_of(answer)
    assert 'value="2500"' in answer.text
    assert stored(app, draft).table["criteria"][0]["value"] == 30_000_000
    again = hidden(answer.text, "seen")
    assert send(client, address, **(AMOUNT | {"a_value": "2500", "seen": again})).status_code == 303
    assert stored(app, draft).table["criteria"][0]["value"] == 25_000_000


def test_what_another_window_removed_is_added_again_by_the_one_that_was_editing_it(app, client, draft):
    address = f"/standards/{draft}/criteria/revenue_min"
    old = hidden(client.get(address).text, "seen")
    send(client, f"/standards/{draft}/remove", f"/standards/{draft}", where="revenue_min")
    answer = send(client, address, f"/standards/{draft}", **(AMOUNT | {"a_value": "2500", "seen": old}))
    assert answer.status_code == 409
    send(client, address, f"/standards/{draft}", **(AMOUNT | {"seen": hidden(answer.text, "seen")}))
    assert [entry["id"] for entry in stored(app, draft).table["criteria"]] == ["rd_ratio", "revenue_min"]


@pytest.mark.parametrize("action", ["remove", "move", "undo", "points/remove", "direct/remove"])
def test_a_button_of_an_old_page_does_nothing_and_says_so(app, client, draft, action):
    before = stored(app, draft)
    answer = send(client, f"/standards/{draft}/{action}", f"/standards/{draft}", where="rd_ratio", seen="1")
    assert answer.status_code == 303
    assert "刚才的操作没有执行" in client.get(answer.location).text
    assert stored(app, draft) == before


def test_parts_of_an_alternative_are_added_changed_and_removed(app, client, draft):
    address = f"/standards/{draft}"
    send(client, f"{address}/add", f"{address}/add?word=any_of", word="any_of", label="任一", article="四")
    assert "还没有添加任何一项" in text_of(client.get(address))
    inside = {"word": "holds", "inside": "any_of", "a_tier": "hnte", "a_is": "true"}
    send(client, f"{address}/add", f"{address}/add?word=holds&inside=any_of", **inside)
    send(
        client,
        f"{address}/add",
        f"{address}/add?word=holds&inside=any_of",
        **(inside | {"a_tier": "tech_sme"}),
    )
    send(client, f"{address}/criteria/any_of/1", word="holds", a_tier="gazelle", a_is="true")
    parts = stored(app, draft).table["criteria"][-1]["parts"]
    assert [part["tier"] for part in parts] == ["hnte", "gazelle"]
    send(client, f"{address}/remove", address, where="any_of/0")
    assert len(stored(app, draft).table["criteria"][-1]["parts"]) == 1
    assert client.get(f"{address}/criteria/any_of/7").status_code == 404
    assert client.get(f"{address}/criteria/none").status_code == 404


def test_points_are_set_up_and_asked_for(app, client, draft):
    address = f"/standards/{draft}"
    send(client, f"{address}/points", maximum="40", article="附件1")
    send(client, f"{address}/points/parts/new", label="成长性", maximum="40", combine="best")
    table = {"kind": "mean_growth", "label": "销售增长", "a": "", "fact": "销售收入"}
    bands = {
        "bands-sense": ["≥", ""],
        "bands-line": ["30", "15"],
        "bands-points": ["40", "20"],
        "bands-to": ["", "25"],
    }
    send(
        client,
        f"{address}/points/parts/0/tables/new",
        f"{address}/points/parts/0/tables/new?kind=mean_growth",
        **table,
        **bands,
    )
    send(
        client,
        f"{address}/add",
        f"{address}/add?word=points",
        word="points",
        label="总分",
        article="附件1",
        operator=">=",
        a_value="50",
    )
    shown = text_of(client.get(address))
    assert "要求 50 分，而满分只有 40 分：谁也达不到" in shown
    bands_stored = stored(app, draft).table["points"]["parts"][0]["tables"][0]["bands"]
    assert [band["points"] for band in bands_stored] == [40, [20, 25]]
    page = client.get(f"{address}/points/parts/0/tables/0").text
    assert 'value="30"' in page
    send(client, f"{address}/points/remove", address)
    assert "points" not in stored(app, draft).table


def test_a_direct_route_is_written_and_taken_out(app, client, draft):
    address = f"/standards/{draft}"
    door = {
        "article": "五",
        "printed": "直通",
        "any_of-label": "高企",
        "any_of-holds": "高新技术企业",
        "any_of-flag": "",
    }
    send(client, f"{address}/direct", **door, **{"waives-name": "nothing"})
    assert "不在本标准中" in text_of(client.get(address))
    send(client, f"{address}/direct", **door, **{"waives-name": "rd_ratio"})
    assert stored(app, draft).table["direct"]["any_of"][0]["holds"] == "hnte"
    wrong = send(client, f"{address}/direct", **(door | {"any_of-flag": "属于复核"}))
    assert "层级和事实要填一项" in text_of(wrong)
    send(client, f"{address}/direct/remove", address)
    assert "direct" not in stored(app, draft).table


def test_publication_needs_a_second_name_and_then_cannot_be_changed(app, client, draft):
    address = f"/standards/{draft}"
    refused = send(client, f"{address}/publish", **(PEOPLE | {"approver": "张三"}))
    assert refused.status_code == 422
    assert "审批人不能是起草人本人" in text_of(refused)
    done = send(client, f"{address}/publish", **PEOPLE)
    assert done.status_code == 303
    shown = text_of(client.get(address))
    assert "已发布，待施行" in shown
    assert stored(app, draft).content_hash in shown
    late = send(
        client, f"{address}/head", address, label="改名", effective_from="2028-01-01", checked_on="2026-11-22"
    )
    assert late.status_code == 422
    assert "不能再修改" in text_of(late)


def test_what_blocks_publication_is_all_on_its_page(app, client, draft):
    with app.app_context():
        change(draft, adding(criterion("low", word="amount", fact="revenue_cny", operator="<", value=5)))
    answer = send(client, f"/standards/{draft}/publish", **PEOPLE)
    assert answer.status_code == 422
    assert "互相矛盾，没有企业能同时达到" in text_of(answer)
    assert "李四" in answer.text
    assert stored(app, draft).is_draft


def test_a_publication_is_taken_back_with_a_reason(app, client):
    with app.app_context():
        version_id = published(effective_from=NEXT_YEAR.replace(year=2199))
    send(client, f"/standards/{version_id}/withdraw", f"/standards/{version_id}", by="李四", reason="")
    assert stored(app, version_id).state == "published"
    send(
        client, f"/standards/{version_id}/withdraw", f"/standards/{version_id}", by="李四", reason="文号有误"
    )
    assert "李四：文号有误" in text_of(client.get(f"/standards/{version_id}"))


def test_cases_are_added_tried_and_refused_in_words(app, client, draft):
    address = f"/standards/{draft}/cases"
    send(client, f"{address}/text", address, text=CASES.replace('"eligible"', '"not_eligible"'))
    shown = text_of(client.get(address))
    assert "应为 不符合，实得 符合" in shown
    wrong = send(client, f"{address}/text", address, text="不是 JSON")
    assert wrong.status_code == 422
    assert "不是 JSON" in wrong.text
    none = send(client, address, enterprise="没有这家", as_of="2026-11-22", expected="eligible")
    assert "没有找到“没有这家”" in text_of(none)
    assert "有案例与预期不符" in text_of(send(client, f"/standards/{draft}/publish", **PEOPLE))


def test_a_file_goes_out_and_comes_back(app, client, draft):
    content = client.get(f"/standards/{draft}/rule.toml").data
    assert content.decode().startswith('tier = "gazelle"')
    changed = content.replace(b"20000000", b"30000000")
    upload = {"file": (io.BytesIO(changed), "x.toml")}
    send(client, f"/standards/{draft}/upload", f"/standards/{draft}", **upload)
    assert stored(app, draft).table["criteria"][0]["value"] == 30_000_000
    bad = send(
        client, f"/standards/{draft}/upload", f"/standards/{draft}", file=(io.BytesIO(b"x ="), "x.toml")
    )
    assert bad.status_code == 422
    assert "草稿没有改动" in text_of(bad)


def test_unknown_addresses_are_answered_as_such(client, draft):
    assert client.get("/standards/999").status_code == 404
    assert client.get(f"/standards/{draft}/add?word=nothing").status_code == 200
    assert client.get(f"/standards/{draft}/points/parts/7").status_code == 404


@pytest.mark.parametrize(
    "page", ["", "/head", "/add", "/add?word=share", "/points", "/direct", "/cases", "/publish"]
)
def test_every_page_speaks_english_too(client, draft, page):
    client.set_cookie("language", "en")
    answer = client.get(f"/standards/{draft}{page}")
    assert answer.status_code == 200
    assert 'lang="en"' in answer.text
