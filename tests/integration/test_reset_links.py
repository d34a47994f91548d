"""Links to set a password with: once, for three days, by whoever was handed it."""

import math
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from enterprise_pipeline.services.accounts import reset_links
from enterprise_pipeline.services.accounts.reset_links import LinkEnded
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.tokens import CODE_SIGNS
from models import Account, ResetLink, db
from tests.support.accounts import PASSWORD, add_account, main_text, sign_in, signed_in
from tests.support.entry import post

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NEW = "云横秦岭家何在 77"
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def owner(app) -> int:
    with app.app_context():
        return add_account("li.hua", Role.CITY_REVIEWER, display_name="李华")


def new_link(app, account_id: int) -> str:
    with app.app_context():
        made = reset_links.make(account_id, actor="test", now=datetime.now(UTC))
        return f"/password/{made.token}"


def set_with(client, path: str, password: str = NEW, again: str | None = None):
    return post(client, path, password=password, again=password if again is None else again)


def test_a_link_sets_the_password_once(app, client, owner, clock):
    path = new_link(app, owner)

    page = client.get(path)
    assert "li.hua" in page.text
    assert set_with(client, path).location == "/login"
    assert "密码已设置" in client.get("/login").text
    assert sign_in(client, "li.hua", PASSWORD).status_code == 422
    assert sign_in(client, "li.hua", NEW).status_code == 303

    again = set_with(app.test_client(), path)
    assert again.status_code == 404
    assert "<h1>这个链接不能用</h1>" in again.text
    assert re.search(r'class="btn btn-primary" href="/login"', again.text)


def test_a_link_can_be_typed_from_paper(app, client, owner, clock):
    token = new_link(app, owner).rpartition("/")[2]
    groups = token.split("-")

    assert len("".join(groups)) * math.log2(len(set(CODE_SIGNS))) >= 128
    assert {len(group) for group in groups} == {4}
    assert not set("01ILOUilo_") & set(token)
    for typed in (token.lower(), "".join(groups), "%20".join(groups)):
        assert client.get(f"/password/{typed}").status_code == 200, typed
    assert client.get(f"/password/{token[:-1]}").status_code == 404
    assert set_with(client, f"/password/{token.lower()}").status_code == 303


def test_looking_at_a_link_does_not_use_it_up(app, client, owner, clock):
    path = new_link(app, owner)
    for _look in range(3):
        assert client.get(path).status_code == 200

    assert set_with(client, path).status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "word"),
    [
        (NEW, "other", "不一样"),
        ("short", "short", "至少 10 个字符"),
        ("li.hua li.hua", "li.hua li.hua", "容易被猜到"),
    ],
)
def test_a_refused_password_leaves_the_link_usable_and_is_never_shown(app, owner, password, again, word):
    client, path = app.test_client(), new_link(app, owner)
    refused = set_with(client, path, password, again)

    assert refused.status_code == 422
    assert word in refused.text
    assert f'value="{password}"' not in refused.text
    assert set_with(client, path).status_code == 303


def test_unknown_used_expired_and_replaced_links_say_the_same(app, client, owner, clock):
    used = new_link(app, owner)
    set_with(client, used)
    replaced = new_link(app, owner)
    expired = new_link(app, owner)
    clock.shift(reset_links.VALID_FOR)

    answers = [app.test_client().get(path) for path in ("/password/nonsense", used, replaced, expired)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({main_text(answer) for answer in answers}) == 1


def test_a_link_works_until_just_before_its_end(app, client, owner, clock):
    path = new_link(app, owner)
    clock.shift(reset_links.VALID_FOR - timedelta(seconds=1))

    assert set_with(client, path).status_code == 303


def test_a_clock_that_went_back_does_not_lengthen_a_link(app, client, owner, clock):
    path = new_link(app, owner)
    clock.shift(-DAY)
    assert client.get(path).status_code == 404

    clock.shift(DAY)
    assert client.get(path).status_code == 200


def test_setting_a_password_ends_every_session_and_forgets_wrong_tries(app, client, owner, clock):
    working = signed_in(app, "li.hua")
    for _try in range(5):
        sign_in(client, "li.hua", "wrong password")
    assert sign_in(client, "li.hua").status_code == 429
    set_with(app.test_client(), new_link(app, owner))

    assert working.get("/").status_code == 303
    assert sign_in(client, "li.hua", NEW).status_code == 303


def test_a_link_of_a_locked_account_does_not_work(app, client, owner, clock):
    path = new_link(app, owner)
    with app.app_context():
        db.session.get(Account, owner).locked_at = NOW
        db.session.commit()

    assert set_with(client, path).status_code == 404


def test_only_a_digest_of_the_link_is_stored(app, owner, clock):
    token = new_link(app, owner).rpartition("/")[2]

    with app.app_context():
        row = db.session.query(ResetLink).one()
        assert token not in (row.token_digest, row.created_by)
        assert re.fullmatch(r"[0-9a-f]{64}", row.token_digest)


def test_of_two_who_use_a_link_at_once_one_wins(app, owner):
    token = new_link(app, owner).rpartition("/")[2]

    def use(serial: int) -> str | None:
        with app.app_context():
            try:
                return reset_links.set_password(token, f"{NEW} {serial}", now=datetime.now(UTC))
            except LinkEnded:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as people:
        ended = list(people.map(use, range(4)))

    assert [name for name in ended if name] == ["li.hua"]
