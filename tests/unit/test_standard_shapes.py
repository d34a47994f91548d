import shutil
from datetime import date
from decimal import Decimal

import pytest

from enterprise_pipeline.services import rulebooks
from enterprise_pipeline.services.standards.shapes import misshapen
from scoring.rulebook import RULES, file_digests, load_rulebook, raw_rule_sets


def test_every_rule_set_of_the_files_has_the_shape_that_an_upload_needs():
    assert {name: misshapen(table) for name, table in raw_rule_sets().items() if misshapen(table)} == {}


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"label": 3}, "label"),
        ({"effective_from": "2027-01-01"}, "effective_from"),
        ({"default": "yes"}, "default"),
        ({"criteria": {}}, "criteria"),
        ({"criteria": ["a"]}, "criteria"),
        ({"criteria": [{"fact": ["a"]}]}, "criteria[0].fact"),
        ({"criteria": [{"value": "5"}]}, "criteria[0].value"),
        ({"criteria": [{"value": True}]}, "criteria[0].value"),
        ({"criteria": [{"value": Decimal("NaN")}]}, "criteria[0].value"),
        ({"criteria": [{"value": 10**12 + 1}]}, "criteria[0].value"),
        ({"criteria": [{"value": Decimal("1e-41")}]}, "criteria[0].value"),
        ({"criteria": [{"value": Decimal("1e-999999999")}]}, "criteria[0].value"),
        ({"criteria": [{"value": Decimal("0e999999999")}]}, "criteria[0].value"),
        ({"criteria": [{"parts": [{"parts": [{"is": 1}]}]}]}, "criteria[0].parts[0].parts[0].is"),
        ({"points": {"parts": [{"tables": [{"bands": [{"points": [1, 2, 3]}]}]}]}},
         "points.parts[0].tables[0].bands[0].points"),
        ({"points": 7}, "points"),
        ({"direct": []}, "direct"),
    ],
)  # fmt: skip
def test_a_value_of_a_wrong_kind_is_named_by_its_place(table, place):
    assert misshapen(table) == place


@pytest.mark.parametrize(
    "criterion",
    [
        {"value": 10**12},
        {"value": Decimal("1e-40")},
        {"judged_to": "any"},
        {"not_asked_when": "is_recheck"},
        {"not_asked_when": ["is_recheck"]},
        {"from": date(2020, 1, 1)},
        {"a_key_nobody_knows": object()},
    ],
)
def test_what_a_key_may_be_is_left_to_the_reader(criterion):
    assert misshapen({"criteria": [criterion]}) == ""


def test_nesting_without_end_is_named_instead_of_followed():
    inner: dict[str, object] = {"word": "holds"}
    for _ in range(50):
        inner = {"word": "any_of", "parts": [inner]}
    assert misshapen({"criteria": [inner]}).startswith("criteria[0].parts[0].parts[0]")


def test_rule_files_changed_added_or_taken_away_under_the_server_are_named(tmp_path, monkeypatch):
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    loaded = load_rulebook(folder)
    monkeypatch.setattr(rulebooks, "load_rulebook", lambda: loaded)
    monkeypatch.setattr(rulebooks, "file_digests", lambda: file_digests(folder))
    assert rulebooks.files_changed() == ()
    (folder / "hnte.toml").write_bytes((folder / "hnte.toml").read_bytes() + b"\n")
    (folder / "leading.toml").unlink()
    (folder / "new.toml").write_text("")
    assert rulebooks.files_changed() == ("hnte.toml", "leading.toml", "new.toml")
