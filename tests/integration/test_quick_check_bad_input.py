"""Whatever is sent to the public pages, they answer in words."""

import json
from random import Random
from typing import Any

import polars as pl
import pytest

from enterprise_pipeline.services.quick_check.answers import ANSWERABLE
from enterprise_pipeline.services.quick_check.screens import SCREENS
from scoring.facts import SCHEMA
from tests.unit.scoring.seeded import chance, seeded

COLUMNS = sorted(ANSWERABLE)
TYPED = (
    "",
    "0",
    "-1",
    "1e5",
    "１２",
    "12.4%",
    "万",
    "1,240万元",
    "9" * 30,
    "\x00",
    "<b>",
    "%(x)s",
    "%s",
    "2016-02-30",
    "2016-02-29",
    "9999-12-31",
    "0001-01-01",
    "C2614",
    "A",
    "😀",
    "NaN",
    ".",
    "1..2",
    "1亿亿",
    "yes",
    "maybe",
)
GOES = ("next", "back", "skip", "result", "edit:basics", "edit:zz", "unit:yuan", "unit:zz", "", "zz")
REQUESTS = 40


def state(random: Random) -> str:
    """Answers that a form may carry, sometimes with one that none of ours does."""
    told: dict[str, Any] = {
        name: value(random, name) for name in random.sample(COLUMNS, random.choice((0, 5, 80)))
    }
    if random.random() < 0.2:
        told[random.choice(COLUMNS)] = random.choice((None, "x", -5, 1.5, [], {}))
    left = [name for name in COLUMNS if name not in told]
    path = random.sample([*(screen.id for screen in SCREENS), "zz"], random.choice((0, 1, 10)))
    return json.dumps({"v": 1, "told": told, "unknown": random.sample(left, 3), "path": path})


def value(random: Random, column: str) -> Any:
    if SCHEMA[column] == pl.Boolean:
        return random.random() < 0.5
    if SCHEMA[column] == pl.Date:
        return random.choice(("2016-02-29", "1900-01-01", "2200-01-01"))
    if SCHEMA[column] == pl.String:
        return random.choice(("C2614", "none", "", "ZZZZZ"))
    return random.choice((0, 1, 100, 10**6, 10**14 if "_fen" in column else 10**6))


def form(random: Random) -> dict[str, Any]:
    return {
        "state": state(random),
        "go": random.choice(GOES),
        "screen": random.choice([*(screen.id for screen in SCREENS), "", "zz"]),
        "asked": random.sample([*COLUMNS, "zz"], random.choice((0, 2, 60))),
        "unit": random.choice(("wan", "yuan", "zz", "")),
        "left": random.choice(("1", "x", "²", "99")),
        "holds": random.sample(["hnte", "none", "unknown", "zz"], random.choice((0, 1, 2))),
        "language": random.choice(("en", "zh", "xx")),
        "token": random.choice(("", "abc", "%00")),
        **{name: random.choice(TYPED) for name in random.sample(COLUMNS, 30)},
    }


@pytest.mark.databases("sqlite")
def test_nothing_that_is_sent_breaks_a_page(make_app, database_url):
    app = make_app(database_url, check_keep_limit=10**6)

    @seeded(3)
    def try_requests(seed: int) -> None:
        random = chance(seed)
        for _request in range(REQUESTS):
            path = random.choice(
                ("/check/step", "/check/step", "/check/step", "/check/keep", "/check/language")
            )
            # An error that nobody expects is raised here, because the application is being tested.
            response = app.test_client().post(path, data=form(random))
            assert response.status_code in (200, 303, 307, 400, 404, 422)

    try_requests()
