"""The quick check: from nothing to every tier, back and forth, with what people really type."""

import re

import pytest

from models import AuditEvent, CheckVisit, QuickCheck, db
from tests.support.quick_check import BASICS, begin, carried, screen_of, send, state_of, walk

OPERATIONS = {f"revenue_fen_y{back}": "5000" for back in (1, 2, 3)} | {
    f"rd_expense_fen_y{back}": "300" for back in (1, 2, 3)
}
PEOPLE = {"employees_y1": "100", "tech_staff_y1": "12"}


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[text.index("<main") :]))


def test_the_start_page_says_what_it_is_and_is_not(client):
    response = client.get("/check")

    assert "不是申报，也不是官方结论" in response.text
    assert "Set-Cookie" not in response.headers
    assert "csrf" not in response.text


def test_an_unknown_firm_gets_five_to_ten_questions_and_a_result(client):
    text, asked = begin(client), []
    while screen := screen_of(text):
        asked.append(screen)
        text = send(client, text, go="skip").text

    assert asked[0] == "basics"
    assert 5 <= len(asked) <= 10
    assert len(set(asked)) == len(asked)
    assert "自测结果" in text
    assert "还说不准" in text


def test_answers_decide_tiers_and_name_the_exact_gap(client):
    text = walk(
        client,
        {
            "basics": BASICS | {"is_industry_excluded": "no"},
            "operations": OPERATIONS,
            "people": {"employees_y1": "501", "tech_staff_y1": "60"},
        },
    )

    assert "职工总数：超出 1 人" in words(text)
    assert "所用规则" in text
    assert 'href="https://' in text


def test_tiers_stand_by_how_near_they_are(client):
    """1 of 100 heads is nearer than half the sales; a tier of another industry stands apart."""
    text = walk(
        client,
        {
            "basics": BASICS | {"is_industry_excluded": "no"},
            "operations": {
                f"{name}_y{back}": "1900"
                for name in ("revenue_fen", "main_revenue_fen")
                for back in (1, 2, 3)
            },
            "people": {"employees_y1": "501", "tech_staff_y1": "60"},
        },
    )

    headings = re.findall(r'id="standing-(\w+)"', text)
    order = ["eligible", "judgement", "one_step", "undetermined", "not_yet", "not_applicable"]
    assert headings == [name for name in order if name in headings]
    assert {"one_step", "not_applicable"} <= set(headings)
    assert "主营业务收入还差 100.00 万元" in words(text)
    assert text.index("tier-tech_sme") < text.index("tier-leading")


def test_what_was_answered_is_not_asked_again(client):
    first = begin(client)
    after = send(client, first, **BASICS | {"registered_on": "2001-01-01"}).text

    assert screen_of(after) not in (None, "basics")
    assert "registered_on" not in carried(after)["asked"]


@pytest.mark.parametrize(
    "typed", ["1240", "1,240", "１２４０", "1,240万元", "1240 万", "0.124亿元", "12400000元"]
)
def test_amounts_are_read_as_people_write_them(client, typed):
    page = send(client, begin(client), **BASICS).text
    assert screen_of(page) == "operations"

    after = send(client, page, revenue_fen_y1=typed).text

    assert '"revenue_fen_y1":1240000000' in carried(after)["state"][0]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("12.4%", "“12.4%”：不认识这个单位"),
        ("-5", "“-5”：这一项不能为负数"),
        ("很多", "“很多”：这不是金额"),
        ("99999999999", "“99999999999”：数字过大"),
        ("0.0000001", "“0.0000001”：金额最多精确到分"),
    ],
)
def test_what_cannot_be_an_amount_is_quoted_and_kept(client, typed, told):
    page = send(client, begin(client), **BASICS).text

    response = send(client, page, revenue_fen_y1=typed, rd_expense_fen_y1="77")

    assert response.status_code == 422
    assert told in response.text
    assert "销售收入（2025 年）" in response.text
    assert f'value="{typed}"' in response.text
    assert 'value="77"' in response.text


def test_amounts_in_yuan_after_a_switch_without_scripts(client):
    page = send(client, begin(client), **BASICS).text

    switched = send(client, page, go="unit:yuan", revenue_fen_y1="1240").text
    assert 'value="12400000"' in switched

    after = send(client, switched, revenue_fen_y1="12400000.01").text
    assert '"revenue_fen_y1":1240000001' in carried(after)["state"][0]


@pytest.mark.parametrize(
    "typed", ["C2614", "2614", "ｃ２６１４", "C2614 有机化学原料制造", "有机化学原料制造"]
)
def test_an_industry_may_be_a_code_or_a_name(client, typed):
    after = send(client, begin(client), industry_code=typed).text

    assert '"industry_code":"C2614"' in carried(after)["state"][0]


@pytest.mark.parametrize("typed", ["化工", "9999", "B2614", "26"])
def test_an_unknown_industry_is_named_and_nothing_is_lost(client, typed):
    response = send(client, begin(client), industry_code=typed, registered_on="2016-05-10")

    assert response.status_code == 422
    assert f"没有找到行业“{typed}”" in response.text
    assert 'value="2016-05-10"' in response.text


def test_a_founding_day_in_the_future_is_asked_again(client):
    response = send(client, begin(client), registered_on="2099-01-01")

    assert response.status_code == 422
    assert "晚于今天" in response.text


def test_more_scientists_than_staff_are_asked_again_and_kept(client):
    text = begin(client)
    while screen_of(text) != "people":
        text = send(client, text, go="skip").text

    response = send(client, text, employees_y1="10", tech_staff_y1="11")

    assert response.status_code == 422
    assert "科技人员 11 多于职工总数 10" in response.text
    assert 'value="11"' in response.text
    assert send(client, text, employees_y1="11", tech_staff_y1="11").status_code == 200


def test_blank_is_not_known_and_not_asked_again(client):
    after = send(client, begin(client), registered_on="2016-05-10").text

    assert '"unknown":["industry_code"' in carried(after)["state"][0]
    assert screen_of(after) != "basics"
    assert "不清楚" in after


def test_back_shows_the_screen_before_with_its_answers_and_keeps_what_was_typed(client):
    second = send(client, begin(client), **BASICS).text

    back = send(client, second, go="back", revenue_fen_y1="1240").text

    assert screen_of(back) == "basics"
    assert 'value="2016-05-10"' in back
    assert "C2614" in back
    again = send(client, back, **BASICS).text
    assert '"revenue_fen_y1":1240000000' in carried(again)["state"][0]


def test_back_does_not_keep_what_cannot_be(client):
    second = send(client, send(client, begin(client), **BASICS).text, go="back").text

    back = send(client, second, go="back", registered_on="9999-12-31").text

    assert "9999" not in back
    assert client.post("/check/step", data={"state": state_in(back)}).status_code == 200


def test_back_from_the_first_question_is_the_start_page(client):
    assert "开始自测" in send(client, begin(client), go="back").text


def test_an_answer_can_be_changed_from_the_result(client):
    result = walk(client, {"basics": BASICS})

    edit = client.post("/check/step", data={"state": state_in(result), "go": "edit:basics"}).text
    assert screen_of(edit) == "basics"
    assert 'value="2016-05-10"' in edit

    changed = send(client, edit, go="result", **BASICS | {"registered_on": "2020-02-29"}).text
    assert "2020-02-29" in changed
    assert "2016-05-10" not in changed


def state_in(text: str) -> str:
    content = text[text.index("<main") :]
    found = re.search(r'name="state" value="([^"]*)"', content)
    assert found
    return found[1].replace("&#34;", '"')


def test_holdings_are_asked_once_as_a_list(client):
    text = begin(client)
    while screen_of(text) != "holdings":
        text = send(client, text, go="skip").text
    assert 'value="hnte"' in text

    held = state_in(send(client, text, holds=["hnte"]).text)
    none = state_in(send(client, text, holds=["none"]).text)
    nothing = state_in(send(client, text).text)

    assert '"holds_hnte":true' in held
    assert '"holds_hnte":false' in none
    assert '"holds_hnte"' in nothing
    assert '"holds_hnte":' not in nothing
    both = send(client, text, holds=["hnte", "none"])
    assert both.status_code == 422
    assert "请只留下一种" in both.text


@pytest.mark.parametrize(
    "state",
    [
        "nonsense",
        "[]",
        '{"v":2,"told":{},"unknown":[],"path":[]}',
        '{"v":1,"told":{"salary":1},"unknown":[],"path":[]}',
        '{"v":1,"told":{"employees_y1":-1},"unknown":[],"path":[]}',
        '{"v":1,"told":{"employees_y1":true},"unknown":[],"path":[]}',
        '{"v":1,"told":{"revenue_fen_y1":1e400},"unknown":[],"path":[]}',
        '{"v":1,"told":{"registered_on":"yesterday"},"unknown":[],"path":[]}',
        '{"v":1,"told":{},"unknown":[["x"]],"path":[]}',
        '{"v":1,"told":{},"unknown":{},"path":[]}',
        '{"v":1,"told":{"registered_on":"9999-12-31"},"unknown":[],"path":[]}',
        "[" * 30_000,
        "[" * 15_000,
    ],
    ids=range(13),
)
def test_a_form_that_is_not_ours_is_refused_in_words(client, state):
    response = client.post("/check/step", data={"state": state})

    assert response.status_code == 422
    assert "重新开始" in response.text
    assert "企业梯度自测" in response.text


def test_a_form_of_endless_length_is_not_read(client):
    response = client.post("/check/step", data={"state": "x" * 200_000})

    assert response.status_code == 413
    assert "填写的内容太多" in response.text
    assert "企业梯度自测" in response.text


def test_a_way_that_never_was_leads_back_to_the_start(client):
    state = '{"v":1,"told":{},"unknown":[],"path":["nowhere","people"]}'

    response = client.post("/check/step", data={"state": state, "screen": "awards", "go": "back"})

    assert response.status_code == 200
    assert screen_of(response.text) == "people"


def test_columns_that_a_screen_does_not_have_are_not_taken(client):
    response = client.post(
        "/check/step",
        data={"screen": "basics", "asked": ["employees_y1", "drop table"], "go": "next", "employees_y1": "5"},
    )

    assert response.status_code == 200
    assert "employees_y1" not in state_in(response.text)


def test_nothing_is_stored_unless_asked(app, client):
    walk(client, {"basics": BASICS, "operations": OPERATIONS, "people": PEOPLE})

    with app.app_context():
        assert db.session.query(QuickCheck).count() == 0
        assert db.session.query(AuditEvent).count() == 0
        visits = db.session.query(CheckVisit).all()
        assert visits
        assert all("127.0.0.1" not in visit.visitor for visit in visits)


def test_answers_never_stand_in_an_address_or_a_log(client, caplog):
    caplog.set_level("DEBUG")
    response = client.post("/check/step", data={"state": state_of(employees_y1=4711), "go": "result"})

    assert "Location" not in response.headers
    assert "4711" not in caplog.text


def test_a_page_opened_again_without_answers_begins_anew(client):
    response = client.get("/check/step")

    assert response.status_code == 302
    assert response.headers["Location"].endswith("/check")


def test_the_language_changes_in_the_middle_and_keeps_the_answers(client):
    second = send(client, begin(client), **BASICS).text

    form = {**carried(second), "language": "en"}

    chosen = client.post("/check/language", data=form)
    assert (chosen.status_code, chosen.headers["Location"]) == (307, "/check/step")
    response = client.post(chosen.headers["Location"], data=form)  # what a browser does after a 307

    assert response.status_code == 200
    assert screen_of(response.text) == "operations"
    assert "2016-05-10" in state_in(response.text)
    assert 'lang="en"' in response.text


def test_forms_of_other_sites_are_refused(client):
    refused = client.post("/check/step", headers={"Sec-Fetch-Site": "cross-site"})
    own = client.post("/check/step", headers={"Sec-Fetch-Site": "same-origin"})

    assert (refused.status_code, own.status_code) == (403, 200)
    assert "别的网站" in refused.text


def test_an_address_below_the_check_that_is_none_is_told_in_the_public_frame(client):
    response = client.get("/check/nowhere")

    assert response.status_code == 404
    assert "自测没有这个页面" in response.text
    assert "导入" not in response.text


def test_the_public_frame_leads_to_no_page_of_the_staff(client):
    text = walk(client, {"basics": BASICS, "people": PEOPLE})

    own = set(re.findall(r'(?:href|action)="(/[^"?]*)', text))
    assert {address for address in own if not address.startswith(("/check", "/static"))} == set()
