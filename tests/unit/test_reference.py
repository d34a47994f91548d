import re

from enterprise_pipeline.services import reference


def test_there_are_thirteen_divisions_and_the_high_tech_zone():
    assert len(reference.divisions()) == 13
    assert [place.code for place in reference.jurisdictions()][-1] == "gaoxin"
    assert all(re.fullmatch(r"4205\d\d", place.code) for place in reference.divisions())


def test_jurisdictions_have_names_in_both_languages():
    assert reference.jurisdiction_name("420505") == "猇亭区"
    assert reference.jurisdiction_name("gaoxin") == "宜昌高新区"
    assert reference.jurisdiction_name("420525", english=True) == "Yuan'an"


def test_an_unknown_code_is_shown_as_it_is_and_no_code_as_nothing():
    assert reference.jurisdiction_name("110101") == "110101"
    assert reference.industry_name("Z99") == "Z99"
    assert reference.jurisdiction_name(None) == reference.industry_name(None) == ""


def test_industries_are_those_of_the_2017_edition():
    assert reference.industry_name("C3963") == "智能无人飞行器制造"
    assert len(reference.industry_sections()) == 20
    assert reference.industry_sections()[2] == ("C", "制造业")
    assert all(re.fullmatch(r"[A-T](\d{2}(\d\d?)?)?", code) for code in reference.industry_names())


def test_every_industry_has_its_section():
    sections = dict(reference.industry_sections())
    assert {code[0] for code in reference.industry_names()} == set(sections)


def test_high_tech_fields_stand_in_their_eight_groups():
    fields = {field.code: field for field in reference.hitech_fields()}
    assert len(fields) == 52
    assert fields["405"].name == "精细和专用化学品"
    assert fields["405"].group == "新材料"
    assert len({field.group for field in fields.values()}) == 8
    assert reference.hitech_field_name("40") == "新材料"
