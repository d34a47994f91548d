from io import BytesIO
from pathlib import Path

from scoring import vocabulary
from tools.chinese_texts import extract_chinese

SOURCE = '''
"""模块说明。"""
NAME = "名称"
CODE = "hnte"
def f():
    """函数说明。"""
    return {"键": ("值", 3)}
'''


def texts(source: bytes) -> set[str]:
    return {text for _line, _function, text, _comments in extract_chinese(BytesIO(source), (), (), {})}


def test_chinese_texts_are_found_and_docstrings_left_out():
    assert texts(SOURCE.encode()) == {"名称", "键", "值"}


def test_every_name_of_the_vocabulary_is_offered_for_translation():
    found = texts(Path(vocabulary.__file__).read_bytes())

    assert set(vocabulary.TIER_NAMES.values()) <= found
    assert {fact.label for fact in vocabulary.FACTS.values()} <= found
    assert {fact.hint for fact in vocabulary.FACTS.values() if fact.hint} <= found
