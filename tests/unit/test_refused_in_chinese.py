"""What engine and services refuse is said in Chinese, with the place and what to do."""

from datetime import date

import pytest

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.quick_check.contradictions import contradictions
from enterprise_pipeline.services.rehearsal_rules import read_file
from enterprise_pipeline.services.standards.case_text import readable
from enterprise_pipeline.services.standards.refusals import in_chinese


@pytest.mark.parametrize(
    ("content", "said", "place"),
    [
        (b"", "文件是空的", "a.toml"),
        (b" \n", "文件是空的", "a.toml"),
        (b"\xff\xfe\x00", "UTF-8", "a.toml"),
        (b"tier = @", "TOML 的写法", "a.toml: 第 1 行第 8 列"),
        (b"x = 1", "没有写 tier", "a.toml: tier"),
    ],
)
def test_a_rule_file_that_cannot_be_read_says_why_in_chinese(content, said, place):
    with pytest.raises(BadFile) as refused:
        read_file("a.toml", content)
    assert said in refused.value.message
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("an age in years can only be asked with <= or <", "年数的比较方式"),
        ("a registration is asked from a day, to a day, or both", "没有写起始日"),
        ("2026-01-01 is before 2026-02-01", "截止日 2026-01-01 早于起始日 2026-02-01"),
    ],
)
def test_a_reason_of_the_engine_is_said_in_chinese(reason, said):
    assert said in in_chinese(reason)[0]


def test_a_value_that_is_none_of_a_fact_names_those_that_are():
    assert "national、provincial" in in_chinese("'x' is no value of 'rd_org_level'")[1]


def test_cases_that_are_no_json_name_line_and_column():
    with pytest.raises(BadFile) as refused:
        readable('{"cases": \n [1,}')
    assert refused.value.message == "这不是 JSON。"
    assert refused.value.place == "第 2 行第 5 列"


@pytest.mark.parametrize(("below_third", "clashes"), [(1, 0), (2, 1), (None, 0)])
def test_rights_that_do_not_count_cannot_together_be_more_than_all(below_third, clashes):
    told = {"class1_ip": 3, "class1_ip_transferred_in": 2, "class1_ip_rank_below_3": below_third}
    assert len(contradictions(told, as_of=date(2026, 11, 22))) == clashes
