"""What changed between two rule sets: nothing missed, nothing said twice, old and new in one language."""

from datetime import date

import pytest

from enterprise_pipeline.services.rule_arguments import argument, argument_text
from enterprise_pipeline.services.rule_changes import FIELDS, changes_between, rule_set_change
from enterprise_pipeline.services.rule_speech import Speech, plain
from scoring.rule_words import SPECS
from scoring.rulebook import load_rulebook, read_rule_file
from scoring.rules_model import RuleSet
from tests.unit.scoring.rule_files import CRITERION, HEAD, POINTS

# Of these only the whole sentence can tell, which stands beside them.
TOLD_BY_THE_SENTENCE = {"parts", "classes", "missing", "when_zero", "gate", "indicators"}


def rule_set(*changes: tuple[str, str], text: str = CRITERION) -> RuleSet:
    content = HEAD.format(tier="gazelle", id="A", start="2026-01-01", end="") + text
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    [found] = read_rule_file("gazelle.toml", content.encode())
    return found


def test_two_equal_rule_sets_have_no_difference():
    change = rule_set_change(rule_set(), rule_set())
    assert change.is_same
    assert change.unchanged == 1


@pytest.mark.parametrize(
    ("change", "field", "old", "new"),
    [
        (("value = 5\n", "value = 6\n"), "value", "0.0005 万元", "0.0006 万元"),
        (('operator = ">="', 'operator = ">"'), "operator", "不低于（≥）", "高于（>）"),
        (('fact = "revenue_cny"', 'fact = "total_income_cny"'), "fact", "销售收入", "总收入"),
        (('article = "第一条"', 'article = "第二条"'), "article", "第一条", "第二条"),
        (('printed = "不低于5元"', 'printed = "五元以上"'), "printed", "不低于5元", "五元以上"),
        (('word = "amount"', 'grade = "C"\nword = "amount"'), "grade", "B", "C"),
    ],
)
def test_one_field_that_differs_is_told_old_and_new(change, field, old, new):
    found = rule_set_change(rule_set(), rule_set(change))
    [criterion] = found.changed
    [told] = criterion.fields
    assert (told.field, told.old, told.new) == (field, old, new)
    assert (found.added, found.removed, found.unchanged, found.is_same) == ((), (), 0, False)


def test_a_flag_that_takes_a_criterion_away_is_told():
    flag = ('article = "第一条"', 'article = "第一条"\nnot_asked_when = "is_recheck"')

    [criterion] = rule_set_change(rule_set(), rule_set(flag)).changed

    [field] = criterion.fields
    assert (field.field, field.old, field.new) == ("not_asked_when", "", "属于复核")


def test_a_source_that_the_whole_rule_set_changes_is_told_once():
    other = rule_set(('document = "文"', 'document = "另一文"'), ("example.org", "example.net"))
    change = rule_set_change(rule_set(), other)
    assert [(told.field, told.old, told.new) for told in change.head] == [
        ("document", "文", "另一文"),
        ("address", "https://example.org/", "https://example.net/"),
    ]
    assert change.changed == ()


def test_a_change_of_the_place_alone_is_told_apart_and_last():
    text = CRITERION + CRITERION.replace("revenue_min", "sales_min")
    other = text.replace('article = "第一条"', 'article = "第二条"', 1)
    head, _mark, tail = other.rpartition("value = 5")
    change = rule_set_change(rule_set(text=text), rule_set(text=f"{head}value = 4{tail}"))
    assert [(each.id, each.is_only_source) for each in change.changed] == [
        ("sales_min", False),
        ("revenue_min", True),
    ]


def test_criteria_come_and_go_by_their_id():
    renamed = rule_set(('id = "revenue_min"', 'id = "sales_min"'))
    change = rule_set_change(rule_set(), renamed)
    assert [each.id for each in change.added] == ["sales_min"]
    assert [each.id for each in change.removed] == ["revenue_min"]
    assert (
        change.added[0].new_sentence == change.removed[0].old_sentence == "上一年度销售收入不低于 0.0005 万元"
    )


def test_a_rule_set_that_is_new_or_gone_is_told_whole():
    gone, new = rule_set_change(rule_set(), None), rule_set_change(None, rule_set())
    assert [each.id for each in gone.removed] == [each.id for each in new.added] == ["revenue_min"]
    assert {told.field: told.new for told in new.head}["effective_from"] == "2026-01-01"
    assert not gone.is_same
    assert not new.is_same


def test_points_tables_are_told_band_by_band():
    text = CRITERION + POINTS
    other = rule_set(("at_least = 0.20, points = 20", "at_least = 0.30, points = 20"), text=text)
    change = rule_set_change(rule_set(text=text), other)
    [table] = change.points
    assert table.part == "人员"
    assert ("不低于 20%", "20") in table.old
    assert ("不低于 30%", "20") in table.new


def test_two_days_are_compared_standard_by_standard():
    old = rule_set(("checked_on", "effective_to = 2026-04-01\nchecked_on"))
    new = rule_set(('id = "A"', 'id = "B"'), ("2026-01-01", "2026-04-01"), ("value = 5\n", "value = 7\n"))

    def between(start: date, end: date) -> list[tuple[str, str]]:
        changes = changes_between([old, new], start=start, end=end)
        return [
            (change.old.id if change.old else "", change.new.id if change.new else "") for change in changes
        ]

    assert between(date(2026, 3, 31), date(2026, 4, 1)) == [("A", "B")]
    assert between(date(2025, 12, 31), date(2026, 1, 1)) == [("", "A")]
    assert between(date(2026, 1, 1), date(2026, 3, 31)) == [("A", "A")]
    assert between(date(2025, 1, 1), date(2025, 12, 31)) == []


def test_every_argument_of_every_word_has_a_name_and_those_of_rules_have_a_text():
    arguments = {name for spec in SPECS.values() for name in spec.keys} | {"operator", "word"}
    assert arguments - set(FIELDS) == set()
    silent = {
        name
        for entry in load_rulebook().rule_sets
        for criterion in entry.criteria
        for name in criterion.args
        if argument(criterion, name) is not None and not argument_text(criterion, name, Speech(plain, entry))
    }
    assert silent <= TOLD_BY_THE_SENTENCE
