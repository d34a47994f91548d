"""What every request goes through: the day, the language, tokens, headers and errors in words."""

import logging
import re
from io import BytesIO

import pytest
from flask import Blueprint, abort
from werkzeug.exceptions import RequestEntityTooLarge

from enterprise_pipeline.services.errors import BadFile, FieldConflict, NotFound, ServiceError, StaleVersion
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.web.access import public
from models import RegistryState, db
from tests.support.registry_rows import add_enterprises, add_screening

RAISED = {
    "notfound": NotFound(Text(N_("没有编号为 %(id)s 的企业；它可能从未登记过。"), id=7)),
    "conflict": FieldConflict("name", "名称已有。"),
    "stale": StaleVersion(),
    "file": BadFile("这不是表格。", place="第 3 行", remedy="请另存为 xlsx。"),
    "service": ServiceError("不能这样做。"),
    "crash": ZeroDivisionError("secret detail"),
    "large": RequestEntityTooLarge(),
}


@pytest.fixture
def app(app):
    """The application with pages that go wrong on purpose."""
    bp = Blueprint("wrong", __name__, url_prefix="/wrong")

    @bp.route("/<kind>", methods=["GET", "POST"])
    @public
    def raise_(kind: str) -> str:
        if kind == "unsaid":
            abort(422)
        raise RAISED[kind]

    app.register_blueprint(bp)
    app.testing = False
    return app


def text_of(answer) -> str:
    """What a reader sees of the main part, without tags."""
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert main is not None
    return " ".join(re.sub(r"<[^>]+>", " ", main.group()).split())


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, ["没有这个页面", "搜索框"]),
        ("/language", 405, ["不能这样打开", "没有做任何改动"]),
        ("/wrong/notfound", 404, ["没有编号为 7 的企业"]),
        ("/wrong/conflict", 409, ["名称已有。"]),
        ("/wrong/stale", 409, ["没有保存"]),
        ("/wrong/file", 422, ["第 3 行", "这不是表格。", "请另存为 xlsx。"]),
        ("/wrong/service", 422, ["不能这样做。"]),
        ("/wrong/unsaid", 422, ["内容无法使用", "没有保存任何一部分"]),
        ("/wrong/large", 413, ["文件太大", "没有导入任何内容"]),
        ("/?as_of=tomorrow", 400, ["“tomorrow”不是日期", "2026-11-22"]),
        ("/?as_of=1066-10-14", 400, ["1066-10-14 不在可查看的范围内"]),
        ("/?tier=emperor", 400, ["“emperor”不认识"]),
    ],
)
def test_an_error_says_in_words_what_is_wrong_and_what_to_do(client, path, status, words):
    answer = client.get(path)

    assert answer.status_code == status
    assert all(word in text_of(answer) for word in words)


def test_a_crash_tells_the_log_everything_and_the_reader_nothing_internal(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = client.get("/wrong/crash")

    assert answer.status_code == 500
    assert "程序出错了" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret detail" in caplog.text


def test_a_script_gets_the_sentence_of_an_error_without_the_page_around_it(client):
    answer = client.get("/wrong/service", headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "不能这样做。" in answer.text
    assert "<html" not in answer.text


def test_a_wrong_method_is_told_which_one_is_right(client):
    assert set(client.get("/language").headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


@pytest.mark.parametrize("token", [None, "forged"])
def test_without_a_valid_token_nothing_happens_and_the_page_says_what_to_do(client, token):
    data = {"language": "en"} | ({"csrf_token": token} if token else {})

    answer = client.post("/language", data=data)

    assert answer.status_code == 400
    assert "页面已失效，没有保存" in text_of(answer)
    assert "刷新页面后重新提交" in text_of(answer)
    assert client.get_cookie("language") is None


def token_of(client) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/help").text)
    assert found is not None
    return found.group(1)


def test_the_language_is_remembered_and_the_reader_comes_back_to_the_same_page(client):
    answer = client.post(
        "/language", data={"language": "en", "next": "/help?as_of=2026-01-01", "csrf_token": token_of(client)}
    )

    assert answer.status_code == 302
    assert answer.location == "/help?as_of=2026-01-01"
    assert '<html lang="en">' in client.get("/help").text


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "", "help"]
)
def test_choosing_a_language_never_leads_to_another_site(client, address):
    answer = client.post(
        "/language", data={"language": "en", "next": address, "csrf_token": token_of(client)}
    )

    assert answer.location == "/"


def test_an_unknown_language_is_refused(client):
    answer = client.post("/language", data={"language": "tlh", "csrf_token": token_of(client)})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/", "/help", "/nowhere", "/health", "/static/css/frame.css"])
def test_every_answer_keeps_to_itself(client, path):
    with client.get(path) as answer:
        headers = answer.headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/help", "/search?q=x", "/expiring", "/nowhere"])
def test_no_page_carries_scripts_or_styles_inside_itself(client, path):
    page = client.get(path).text

    assert re.search(r"<script(?![^>]*\bsrc=)", page) is None
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", page) is None


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client):
    cookie = client.get("/").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/", "/help", "/search?q=x", "/expiring", "/nowhere"])
def test_invented_data_are_marked_on_every_page(app, client, path):
    assert "演示数据" not in client.get(path).text
    with app.app_context():
        add_enterprises(db.session, is_synthetic=True)
        db.session.commit()

    assert "演示数据：这里的企业、数字和证书都是虚构的" in client.get(path).text


def test_another_day_shows_in_a_strip_and_goes_along_with_every_link(app, client):
    with app.app_context():
        add_enterprises(db.session)
        add_screening(db.session)
        db.session.commit()

    page = client.get("/?as_of=2026-06-01&show=near").text

    assert "您看的是 2026年6月1日 的情况" in page
    assert 'href="/help?as_of=2026-06-01"' in page
    assert 'href="/?show=near"' in page, "the way back to today keeps the rest of the address"
    assert "您看的是" not in client.get("/help").text


def test_health_tells_whether_the_registry_answers(app, client):
    assert client.get("/health").json == {"status": "ok", "database": "ok"}

    with app.app_context():
        RegistryState.__table__.drop(db.engine)
        db.session.remove()

    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json["database"] == "unreachable"


def test_an_upload_that_is_too_large_is_refused_in_words(app, client):
    app.config["MAX_CONTENT_LENGTH"] = 100

    answer = client.post("/wrong/service", data={"file": (BytesIO(b"x" * 1000), "a.xlsx")})

    assert answer.status_code == 413
    assert "文件太大" in answer.text


def test_a_database_that_fails_gives_a_page_in_words(app, client):
    with app.app_context():
        RegistryState.__table__.drop(db.engine)
        db.session.remove()

    answer = client.get("/")

    assert answer.status_code == 500
    assert "程序出错了" in answer.text
    assert "registry_state" not in answer.text


def test_static_files_have_an_address_of_their_content_and_are_kept(client):
    found = re.search(r'href="(/static/css/frame\.css\?v=[0-9a-f]{10})"', client.get("/help").text)
    assert found is not None

    with client.get(found.group(1)) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    for unversioned in ("/static/css/frame.css", "/static/css/frame.css?v=0123456789"):
        with client.get(unversioned) as answer:
            assert "immutable" not in answer.headers["Cache-Control"]


def test_pages_are_not_kept_by_anybody_between(client):
    assert client.get("/help").headers["Cache-Control"] == "private, no-cache"


def test_from_an_address_for_buttons_only_the_frame_leads_to_pages_that_open(client):
    page = client.post("/language?as_of=2026-06-01", data={"language": "en"}).text

    for found in ('<form class="top-day" action="/">', '<input type="hidden" name="next" value="/">'):
        assert found in page
    assert '<a href="/">回到今天</a>' in page
