"""Names compare equal however they are typed, and are found by their initials."""

import pytest

from enterprise_pipeline.services.naming import initials, normalise_name


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("亚元科技(宜昌)电子有限公司", "亚元科技（宜昌）电子有限公司"),
        (" 宜昌 苏鹏\u3000科技有限公司\n", "宜昌苏鹏科技有限公司"),
        ("ＡＢＣ  Tech 宜昌公司", "ABC Tech宜昌公司"),
    ],
)
def test_brings_names_into_one_spelling(given, normal):
    assert normalise_name(given) == normal


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("宜昌苏鹏科技有限公司", "ycspkjyxgs"),
        ("亚元科技（宜昌）电子有限公司", "yykjycdzyxgs"),
        ("重庆银行宜昌分行", "cqyhycfx"),
        ("长阳3D打印有限公司", "cy3ddyyxgs"),
    ],
)
def test_gives_the_first_letters(name, letters):
    assert initials(name) == letters
