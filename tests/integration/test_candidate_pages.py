"""The candidate list as people use it: addresses, words, columns, files."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from benchmarks.listing_data import fill, recount
from enterprise_pipeline.transaction import reading, transaction
from models import ASSESSMENTS, AuditEvent, Certificate, Enterprise, RegistryState
from scoring.rulebook import load_rulebook
from scoring.vocabulary import LINES, Tier

ENTERPRISES = 120
HNTE = load_rulebook().get("HNTE-2016")


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    with app.app_context(), transaction() as session:
        fill(session, enterprises=ENTERPRISES, keys=["hnte", "leading", "leading@inclusive"])
    return app


@pytest.fixture
def pages(filled: Flask) -> FlaskClient:
    return filled.test_client()


def set_row(app: Flask, enterprise_id: int, **values: object) -> None:
    """Make one assessment of hnte say what a test needs."""
    with app.app_context(), transaction() as session:
        table = ASSESSMENTS[0]
        chosen = (table.c.enterprise_id == enterprise_id) & (table.c.tier == "hnte")
        session.execute(update(table).where(chosen).values(**values))


def text_of(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def body(pages: FlaskClient, address: str, status: int = 200) -> str:
    answer = pages.get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def download(pages: FlaskClient, address: str) -> bytes:
    """A file, read to its end and closed, as a browser does."""
    with pages.get(address) as answer:
        assert answer.status_code == 200
        return answer.get_data()


def criterion(name: str) -> int:
    return [each.id for each in HNTE.criteria].index(name)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"nearest_criterion": criterion("rd_ratio"), "nearest_gap": 12_400_000}, "研发费用还差 12.40 万元"),
        ({"nearest_criterion": criterion("rd_ratio"), "nearest_gap": 1}, "研发费用还差 0.01 万元"),
        ({"nearest_criterion": criterion("tech_staff_ratio"), "nearest_gap": 1}, "科技人员还差 1 人"),
        ({"nearest_criterion": criterion("age"), "nearest_gap": 38}, "注册成立时间还差 38 天"),
    ],
)
def test_the_nearest_gap_is_a_sentence_in_the_criterions_unit(
    filled: Flask, pages: FlaskClient, values: dict[str, int], sentence: str
) -> None:
    set_row(filled, 7, verdict=0, n_failed=1, shortfall=0.01, **values)
    code = "914205000000000007"
    assert sentence in text_of(body(pages, f"/candidates?q={code}"))


def test_a_failing_criterion_without_a_measure_is_named_with_its_threshold(
    filled: Flask, pages: FlaskClient
) -> None:
    index = criterion("field")
    others = sum(3 << (3 * other) for other in range(len(HNTE.criteria)) if other != index)
    set_row(filled, 7, verdict=0, n_failed=1, nearest_criterion=None, nearest_gap=None, results=others)
    assert "技术领域不满足：属于《国家重点支持的高新技术领域》规定的范围" in text_of(
        body(pages, "/candidates?q=914205000000000007")
    )


def test_what_is_missing_is_named_with_its_year_and_how_many_more(filled: Flask, pages: FlaskClient) -> None:
    asked = ["revenue_fen_y1", "rd_expense_fen_y2", "class1_ip"]
    bits = sum(1 << HNTE.facts.index(column) for column in asked)
    set_row(filled, 7, verdict=1, n_failed=0, n_missing=3, missing=bits, nearest_criterion=None)
    shown = text_of(body(pages, "/candidates?q=914205000000000007"))
    assert "先补：2025 年销售收入、" in shown
    assert "等 3 项" in shown
    assert "待补数据 · 缺 3 项" in shown


def test_every_state_is_in_the_address_and_a_form_without_scripts_leads_to_it(pages: FlaskClient) -> None:
    answer = pages.get("/candidates?tier=hnte&verdict=&jurisdiction=420506&q=&industry=&sort=name")
    assert answer.status_code == 302
    assert answer.location == "/candidates?tier=hnte&jurisdiction=420506&sort=name"
    html = body(pages, answer.location)
    assert '<option value="420506" selected>' in html
    assert '<option value="name" selected>' in html


def test_next_and_previous_keep_the_filter_and_come_back_to_the_same_page(pages: FlaskClient) -> None:
    first = body(pages, "/candidates?sort=name")
    onward = unescape(re.findall(r'rel="next" href="([^"]+)"', first)[0])
    assert "sort=name" in onward
    second = body(pages, onward)
    assert "第 51–100 家，共 120 家" in text_of(second)
    back = unescape(re.findall(r'rel="prev" href="([^"]+)"', second)[0])
    rows = re.compile(r'<tr data-href="/enterprises/(\d+)\?')
    assert rows.findall(body(pages, back)) == rows.findall(first)
    assert len(rows.findall(first)) == 50


def test_chips_take_one_filter_away_each(pages: FlaskClient) -> None:
    html = body(pages, "/candidates?jurisdiction=420506&verdict=not_eligible&q=宜昌")
    chips = html.split('class="filter-chips"')[1].split("</ul>")[0]
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', chips)]
    assert [sorted(re.findall(r"[?&](\w+)=", link)) for link in links] == [
        ["jurisdiction", "q"],
        ["q", "verdict"],
        ["jurisdiction", "verdict"],
        ["tier"],
    ]


def test_another_standard_of_a_tier_can_be_chosen(pages: FlaskClient) -> None:
    html = body(pages, "/candidates?tier=leading&standard=inclusive")
    assert '<option value="inclusive" selected>' in html
    assert 'name="standard"' not in body(pages, "/candidates?tier=hnte")


@pytest.mark.parametrize(
    "address",
    [
        "/candidates?tier=nothing",
        "/candidates?verdict=perhaps",
        "/candidates?jurisdiction=999999",
        "/candidates?industry=Z",
        "/candidates?gaps=-1",
        "/candidates?also=nobody",
        "/candidates?field=999",
        "/candidates?sort=random",
        "/candidates?standard=nothing",
        "/candidates?q=" + "长" * 61,
        "/candidates?after=%25",
        "/candidates?after=WzAsMywwLDAsIjQyMDUwMiIsIkEwMSIsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg",
        "/enterprises?holds=nobody",
        "/enterprises?sort=random",
        "/enterprises?before=WzBd",
    ],
)
def test_an_address_that_means_nothing_is_refused_in_words(pages: FlaskClient, address: str) -> None:
    html = body(pages, address, status=400)
    assert "这个名单打不开" in html
    assert "Traceback" not in html


def test_a_record_opened_from_a_list_leads_on_through_it(pages: FlaskClient) -> None:
    html = body(pages, "/candidates?verdict=not_eligible")
    records = [unescape(link) for link in re.findall(r'<tr data-href="([^"]+)"', html)]
    record = body(pages, records[1])
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', record)]
    assert records[0] in links
    assert records[2] in links


def test_chosen_columns_are_kept_and_exported(pages: FlaskClient) -> None:
    pages.application.config["WTF_CSRF_ENABLED"] = False
    answer = pages.post(
        "/candidates/columns", data={"column": ["code", "step"], "next": "/candidates?sort=name"}
    )
    assert answer.location == "/candidates?sort=name"
    head = body(pages, "/candidates").split("<thead>")[1].split("</thead>")[0]
    assert re.findall(r"col-(\w+)", head) == ["name", "code", "step"]
    book = openpyxl.load_workbook(io.BytesIO(download(pages, "/candidates/export.xlsx")))
    titles = [cell.value for cell in book.worksheets[0][1]]
    assert titles == ["企业", "统一社会信用代码", "最近的差距或待补数据"]
    assert re.findall(r"col-(\w+)", body(pages, "/candidates?cols=points").split("</thead>")[0]) == [
        "name",
        "points",
    ]


def test_columns_lead_only_to_our_own_pages(pages: FlaskClient) -> None:
    pages.application.config["WTF_CSRF_ENABLED"] = False
    answer = pages.post("/candidates/columns", data={"column": ["code"], "next": "https://example.com/"})
    assert answer.location == "/"


def test_the_workbook_has_exactly_the_list_and_says_what_it_is(filled: Flask, pages: FlaskClient) -> None:
    html = body(pages, "/candidates?verdict=not_eligible&sort=shortfall")
    names = [unescape(name) for name in re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', html)]
    data = download(pages, "/candidates/export.xlsx?verdict=not_eligible&sort=shortfall")
    book = openpyxl.load_workbook(io.BytesIO(data))
    listed, about = book.worksheets
    rows = list(listed.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows][: len(names)] == names
    with filled.app_context():
        table = ASSESSMENTS[0]
        wanted = select(table.c.enterprise_id).where(table.c.tier == "hnte", table.c.verdict == 0)
        assert len(rows) == len(reading().scalars(wanted).all())
    assert all(isinstance(row[1], str) and len(row[1]) == 18 for row in rows)
    assert listed.freeze_panes == "B2"
    told = dict(about.iter_rows(values_only=True, max_col=2))
    assert told["截至日期"] == "2026-11-22"
    assert told["行数"] == str(len(rows))
    assert "不符合" in told["名单"]
    assert "HNTE-2016" in told["标准"]
    assert told["导出人"] == "local"
    assert "虚构" in told["合成数据"]
    assert "合成" in listed.title


def test_an_export_is_recorded(filled: Flask, pages: FlaskClient) -> None:
    download(pages, "/candidates/export.csv?jurisdiction=420506")
    with filled.app_context():
        event = reading().scalars(select(AuditEvent)).one()
    assert (event.action, event.actor) == ("candidates.exported", "local")
    assert event.after["filter"] == {"jurisdiction": "420506", "standard": "national"}


def test_a_real_registry_exports_without_the_mark(filled: Flask, pages: FlaskClient) -> None:
    with filled.app_context(), transaction() as session:
        session.execute(update(RegistryState).values(is_synthetic=False))
    book = openpyxl.load_workbook(io.BytesIO(download(pages, "/candidates/export.xlsx")))
    assert book.worksheets[0].title == "名单"
    assert "合成数据" not in dict(book.worksheets[1].iter_rows(values_only=True, max_col=2))


@pytest.mark.parametrize("name", ["=HYPERLINK(1)公司", "+86公司", "@SUM公司", "-1公司", "http://example.com"])
def test_no_file_carries_a_live_formula_or_link(filled: Flask, pages: FlaskClient, name: str) -> None:
    with filled.app_context(), transaction() as session:
        session.execute(update(Enterprise).where(Enterprise.id == 7).values(name=name))
    data = download(pages, "/candidates/export.xlsx?q=914205000000000007")
    cell = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
    text = download(pages, "/candidates/export.csv?q=914205000000000007").decode("utf-8-sig")
    written = list(csv.reader(io.StringIO(text)))[1][0]
    assert not written.startswith(("=", "+", "-", "@"))
    assert written.lstrip("'") == name


def test_one_click_asks_only_for_what_is_missing(filled: Flask, pages: FlaskClient) -> None:
    with filled.app_context(), transaction() as session:
        session.execute(update(ASSESSMENTS[0]).values(verdict=3, missing=0, n_missing=0, n_failed=0))
        session.add(
            Certificate(
                enterprise_id=7,
                pool_id="hnte",
                number="GR202042001234",
                issued_year=2020,
                received_on=date(2026, 1, 1),
                source="test",
            )
        )
    bit = {column: 1 << number for number, column in enumerate(HNTE.facts)}
    set_row(filled, 7, verdict=1, missing=bit["revenue_fen_y1"] | bit["class1_ip"], n_missing=2)
    set_row(filled, 9, verdict=1, missing=bit["employees_y1"], n_missing=1)
    with filled.app_context(), transaction() as session:
        recount(session)
    data = download(pages, "/candidates/missing.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    heads = rows[1]
    assert {re.sub(r"（.*", "", head) for head in heads[2:] if head} == {
        "2025年职工总数",
        "2025年销售收入",
        "Ⅰ类知识产权",
    }
    assert {row[0] for row in rows[3:]} == {"914205000000000007", "914205000000000009"}


def test_a_list_in_which_nothing_is_missing_says_so(filled: Flask, pages: FlaskClient) -> None:
    with filled.app_context(), transaction() as session:
        session.execute(update(ASSESSMENTS[0]).values(missing=0, n_missing=0))
    assert "没有待补的数据" in body(pages, "/candidates/missing.xlsx", status=422)


def test_an_empty_registry_says_what_to_do_next(app: Flask) -> None:
    html = app.test_client().get("/candidates").get_data(as_text=True)
    assert "还没有筛查过" in html
    assert "还没有登记任何企业" in app.test_client().get("/enterprises").get_data(as_text=True)


def test_a_list_that_a_filter_emptied_offers_to_take_it_away(pages: FlaskClient) -> None:
    html = body(pages, "/candidates?q=没有这样的企业&jurisdiction=420506")
    assert "没有符合这些条件的企业" in html
    assert 'href="/candidates?jurisdiction=420506"' in html


def test_every_tier_has_a_list_under_its_line(pages: FlaskClient) -> None:
    html = body(pages, "/candidates?tier=unicorn")
    select = html.split('id="tier"')[1].split("</select>")[0]

    assert re.findall(r'optgroup label="([^"]+)"', select) == [name for name, _ in LINES]
    assert re.findall(r'option value="([^"]+)"', select) == [str(tier) for tier in Tier]
    assert "这个层级还没有标准" not in html


def test_a_file_tells_sizes_where_nobody_chose_columns(pages: FlaskClient) -> None:
    for query, has_size in (("", True), ("?cols=size.verdict", True), ("?cols=verdict", False)):
        book = openpyxl.load_workbook(io.BytesIO(download(pages, f"/candidates/export.xlsx{query}")))
        titles = [cell.value for cell in book.worksheets[0][1]]
        assert ("规模" in titles) is has_size


def test_htmx_gets_the_list_alone_and_the_address_to_show(pages: FlaskClient) -> None:
    answer = pages.get("/candidates?tier=hnte&verdict=&gaps=1&q=", headers={"HX-Request": "true"})
    html = answer.get_data(as_text=True)
    assert "<html" not in html
    assert 'id="results"' in html
    assert answer.headers["HX-Push-Url"] == "/candidates?gaps=1"
    assert "HX-Request" in answer.headers["Vary"]


def test_the_list_in_english_is_english(filled: Flask, pages: FlaskClient) -> None:
    pages.set_cookie("language", "en")
    set_row(filled, 7, verdict=0, n_failed=1, nearest_criterion=criterion("rd_ratio"), nearest_gap=12_400_000)
    shown = text_of(body(pages, "/candidates?q=914205000000000007").split('id="results"')[1])
    assert "12.40" in shown
    assert "还差" not in shown
    assert "研发费用" not in shown
