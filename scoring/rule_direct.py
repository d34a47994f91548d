"""Read a direct route from a rule file, refusing what cannot be meant."""

from collections.abc import Mapping
from typing import Any

from scoring import rule_checks as checks
from scoring.rule_checks import Place
from scoring.rule_words import SPECS
from scoring.rules_model import DirectCondition, DirectRoute
from scoring.vocabulary import Unit

# What a door may measure: figures and titles, not points, growth or what a person decides.
DOOR_WORDS = ("amount", "amount_each_year", "amount_mean", "amount_total", "count", "holds_any", "share")


def read_direct(table: Mapping[str, Any], place: Place) -> DirectRoute:
    """A direct route: conditions of which any replaces the criteria it waives."""
    checks.only(table, ("article", "printed", "printed_en", "waives", "any_of"), place)
    conditions = tuple(
        _read_condition(entry, place.at("any_of").at(index))
        for index, entry in enumerate(checks.tables(table.get("any_of"), place.at("any_of")))
    )
    if not conditions:
        raise place.at("any_of").refuse("a direct route needs at least one condition")
    return DirectRoute(
        article=checks.text(table, "article", place),
        printed=checks.text(table, "printed", place),
        printed_en=checks.text(table, "printed_en", place),
        waives=frozenset(table.get("waives", ())),
        any_of=conditions,
    )


def _read_condition(entry: Mapping[str, Any], place: Place) -> DirectCondition:
    if sum(key in entry for key in ("holds", "flag", "word")) != 1:
        raise place.refuse("a condition names a tier held or a flag, one of them, or has a word")
    labels: dict[str, Any] = {key: checks.text(entry, key, place) for key in ("label", "label_en")}
    if "word" in entry:
        return _read_measured(entry, labels, place)
    checks.only(entry, ("holds", "flag", "label", "label_en"), place)
    if "holds" in entry:
        checks.tier(entry["holds"], place.at("holds"))
        return DirectCondition(holds=entry["holds"], columns=(f"holds_{entry['holds']}",), **labels)
    checks.fact(entry["flag"], place.at("flag"), units=(Unit.FLAG,))
    return DirectCondition(flag=entry["flag"], columns=(entry["flag"],), **labels)


def _read_measured(entry: Mapping[str, Any], labels: dict[str, Any], place: Place) -> DirectCondition:
    word = entry["word"]
    if word not in DOOR_WORDS:
        raise place.at("word").refuse(f"the word {word!r} is not one of {', '.join(DOOR_WORDS)}")
    checks.check_word(entry, place, parts=())
    spec = SPECS[word]
    checks.only(entry, {"word", "operator", "label", "label_en", *spec.keys}, place)
    args = {key: value for key, value in entry.items() if key in spec.keys or key == "operator"}
    return DirectCondition(word=word, args=args, columns=tuple(spec.columns(args, None)), **labels)
