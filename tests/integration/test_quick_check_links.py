"""Private links of the quick check, and how often one address may come."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from enterprise_pipeline.services.quick_check.throttle import visit
from models import AuditEvent, CheckVisit, QuickCheck, db
from tests.support.quick_check import state_of

NOW = datetime(2026, 11, 22, 8, 0, 30, tzinfo=UTC)


def kept(client, token: str = "", **told) -> str:
    """Keep answers; the path of the link."""
    response = client.post("/check/keep", data={"state": state_of(**told), "token": token})
    assert response.status_code == 303
    return response.headers["Location"]


def token_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


def test_a_kept_check_opens_under_its_link_only(app, client):
    path = kept(client, employees_y1=37)

    page = client.get(path)
    assert page.status_code == 200
    assert "37 人" in page.text
    assert "私密链接" in page.text
    with app.app_context():
        row = db.session.query(QuickCheck).one()
        assert token_of(path) not in row.token_sha256
        assert row.answers["told"] == {"employees_y1": 37}
        assert token_of(path) not in str(db.session.query(AuditEvent).one().after)
    assert len(token_of(path)) >= 22  # 128 bits are 22 letters of this alphabet


def test_keeping_again_revises_the_same_link(app, client):
    path = kept(client, employees_y1=37)

    assert kept(client, token=token_of(path), employees_y1=38) == path

    assert "38 人" in client.get(path).text
    with app.app_context():
        assert db.session.query(QuickCheck).count() == 1


def test_the_link_expires_on_the_day_it_names(client):
    with time_machine.travel(NOW, tick=False) as clock:
        path = kept(client, employees_y1=37)
        assert "2026-12-22 16:00" in client.get(path).text
        clock.move_to(NOW + timedelta(days=30, seconds=-1))
        assert client.get(path).status_code == 200
        clock.move_to(NOW + timedelta(days=30))
        assert client.get(path).status_code == 404


def test_its_holder_deletes_it(app, client):
    path = kept(client, employees_y1=37)

    assert "无法恢复" in client.get(f"{path}/delete").text
    assert client.post(f"{path}/delete").status_code == 200

    assert client.get(path).status_code == 404
    assert client.post(f"{path}/delete").status_code == 404
    with app.app_context():
        assert db.session.query(QuickCheck).count() == 0
        actions = [event.action for event in db.session.query(AuditEvent).order_by(AuditEvent.id)]
        assert actions == ["quick_check.kept", "quick_check.deleted"]
        assert all(event.before is None and event.after is None for event in db.session.query(AuditEvent))


def test_guessed_deleted_and_expired_links_look_the_same(client):
    def shown(path: str) -> str:
        response = client.get(path)
        assert response.status_code == 404
        return re.sub(r"v=\w+", "", response.text.replace(path, ""))

    with time_machine.travel(NOW, tick=False) as clock:
        deleted, expired = kept(client, employees_y1=1), kept(client, employees_y1=2)
        client.post(f"{deleted}/delete")
        clock.move_to(NOW + timedelta(days=31))
        pages = {shown(path) for path in (deleted, expired, "/check/saved/" + "A" * 32, "/check/saved/x")}

    assert len(pages) == 1
    assert "可能已过保存期限、已被删除，或者地址不完整" in pages.pop()


def test_a_link_that_is_over_cannot_be_revised_into_life(client):
    path = kept(client, employees_y1=1)
    client.post(f"{path}/delete")

    response = client.post("/check/keep", data={"state": state_of(employees_y1=2), "token": token_of(path)})

    assert response.status_code == 404


def test_expired_checks_and_old_counts_are_removed_by_a_command(app, client, runner):
    with time_machine.travel(NOW, tick=False) as clock:
        kept(client, employees_y1=1)
        clock.move_to(NOW + timedelta(days=20))
        later = kept(client, employees_y1=2)
        clock.move_to(NOW + timedelta(days=30))
        said = runner.invoke(args=["checks", "expire"])
        assert said.output.startswith("1 expired checks and ")
        assert client.get(later).status_code == 200
    with app.app_context():
        assert db.session.query(QuickCheck).count() == 1


@pytest.fixture
def hurried(make_app, database_url):
    """An installation that lets an address come three times an hour."""
    return make_app(database_url, check_limit=3, check_keep_limit=1, trusted_proxies=1)


def come(app, address: str = "10.0.0.1") -> int:
    return app.test_client().post("/check/step", headers={"X-Forwarded-For": address}).status_code


def test_an_address_that_comes_too_often_is_told_when_to_come_back(hurried):
    with time_machine.travel(NOW, tick=False) as clock:
        assert [come(hurried) for _ in range(4)] == [200, 200, 200, 429]
        refused = hurried.test_client().post("/check/step", headers={"X-Forwarded-For": "10.0.0.1"})
        assert refused.headers["Retry-After"] == "3570"
        assert "60 分钟后再来" in refused.text
        assert "企业梯度自测" in refused.text
        clock.move_to(NOW + timedelta(seconds=3570))
        assert come(hurried) == 200


def test_another_address_is_another_visitor(hurried):
    for _ in range(4):
        come(hurried)

    assert come(hurried, "10.0.0.2") == 200


def test_only_what_the_trusted_proxy_added_is_believed(hurried):
    for number in range(3):
        come(hurried, f"1.2.3.{number}, 10.0.0.1")

    assert come(hurried, "9.9.9.9, 10.0.0.1") == 429


def test_without_trusted_proxies_the_header_is_not_believed(make_app, database_url):
    app = make_app(database_url, check_limit=1)

    assert [come(app, f"10.0.0.{number}") for number in range(2)] == [200, 429]


def test_workers_count_together(hurried, make_app, database_url):
    other = make_app(database_url, check_limit=3, check_keep_limit=1, trusted_proxies=1)

    assert [come(hurried), come(other), come(hurried), come(other)] == [200, 200, 200, 429]


def test_keeping_has_a_limit_of_its_own(hurried):
    def keep() -> int:
        data = {"state": state_of(employees_y1=1)}
        return hurried.test_client().post("/check/keep", data=data).status_code

    assert [keep(), keep()] == [303, 429]


def test_visits_leave_when_their_hour_is_over(app):
    with app.app_context(), time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            assert visit("v", kind="step", limit=5).is_allowed
        assert not visit("v", kind="step", limit=5).is_allowed
        assert db.session.query(CheckVisit).one().requests == 5
        clock.move_to(NOW + timedelta(minutes=59, seconds=29))
        assert not visit("v", kind="step", limit=5).is_allowed
        clock.move_to(NOW + timedelta(minutes=59, seconds=30))
        assert visit("v", kind="step", limit=5).is_allowed
