"""The fields that narrow a candidate list: what each offers and how many enterprises it would leave."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import render_template
from markupsafe import Markup

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_filter import (
    GAP_COUNTS,
    GAP_SIZES,
    HOLDINGS,
    UNKNOWN,
    CandidateFilter,
    Sort,
)
from enterprise_pipeline.services.candidates import built_tiers
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.said import language, once_a_language, said
from scoring.vocabulary import LINES, TIER_NAMES, Tier, Verdict

Facets = dict[str, dict[str, int]]
FrozenFacets = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
Words = Sequence[tuple[str, str]]
Places = frozenset[str] | None
VERDICT_ORDER = (
    Verdict.ELIGIBLE,
    Verdict.NEEDS_JUDGEMENT,
    Verdict.UNDETERMINED,
    Verdict.NOT_ELIGIBLE,
    Verdict.NOT_APPLICABLE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One choice of a field; ``n`` is how many enterprises it would leave, if that is known."""

    value: str
    word: str
    is_chosen: bool
    n: int | None = None


def filter_form(
    wanted: CandidateFilter, facets: Facets | None, *, scope: Scope, as_of: str, columns: str
) -> Markup:
    """The form above a list, drawn once for each filter, its counts and the area of whoever looks."""
    frozen = None if facets is None else tuple((name, tuple(n.items())) for name, n in facets.items())
    ranks = scope.shows_every_figure
    return _drawn_form(language(), wanted, frozen, _places_of(scope), as_of, columns, ranks=ranks)


@lru_cache(maxsize=256)
def _drawn_form(
    _language: str,
    wanted: CandidateFilter,
    facets: FrozenFacets | None,
    places: Places,
    as_of: str,
    columns: str,
    *,
    ranks: bool,
) -> Markup:
    counts = None if facets is None else {name: dict(n) for name, n in facets}
    return Markup(  # noqa: S704 -- a template wrote and escaped it
        render_template(
            "candidates/_filters.html",
            wanted=wanted,
            options=options(wanted, counts, places),
            tiers=tier_options(wanted),
            standards=standard_options(wanted),
            sorts={
                sort: word for sort, word in words.SORT_WORDS.items() if ranks or sort is not Sort.SHORTFALL
            },
            ranks=ranks,
            bases=words.BASIS_WORDS,
            as_of_given=as_of,
            columns_given=columns,
        )
    )


def options(wanted: CandidateFilter, facets: Facets | None, places: Places) -> dict[str, list[Option]]:
    """The choices of every field; what nobody would be left by is not offered where counts are known."""
    chosen = wanted.address()
    offers: dict[str, list[Option]] = {}
    counted = () if facets is None else facets.get("jurisdiction", ())
    for name, offered in _among_places(places, counted).items():
        counts = None if facets is None else facets.get(name)
        offers[name] = [
            Option(
                value=value,
                word=word,
                is_chosen=chosen.get(name) == value,
                n=None if counts is None else counts.get(value, 0),
            )
            for value, word in offered
            if counts is None or value in counts or chosen.get(name) == value
        ]
    return offers


@once_a_language
def choices() -> dict[str, Words]:
    """The words of every field, by its name."""
    unknown = (UNKNOWN, said().unknown)
    places = [(place.code, said().jurisdiction(place.code)) for place in reference.jurisdictions()]
    sections = [(code, f"{code} {name}") for code, name in reference.industry_sections()]
    return {
        "jurisdiction": [*places, unknown],
        "industry": [*sections, unknown],
        "gaps": [(value, str(words.GAP_WORDS[value])) for value in GAP_COUNTS],
        "holds": [(value, str(words.HOLDS_WORDS[value])) for value in HOLDINGS],
        "field": [*_fields(), unknown],
        "size": [(value, words.word_of("size", value)) for value in GAP_SIZES],
        "also": [(str(tier), said().tier(tier)) for tier in TIER_NAMES],
    }


def _places_of(scope: Scope) -> Places:
    """The jurisdictions that a scope names; None is all of them."""
    return None if scope.is_everything else scope.jurisdictions or frozenset()


def _among_places(places: Places, counted: Collection[str] = ()) -> dict[str, Words]:
    every: dict[str, Words] = choices()
    if places is None:
        return every
    offered = [pair for pair in every["jurisdiction"] if pair[0] in places or pair[0] in counted]
    return {**every, "jurisdiction": offered}


def choices_within(scope: Scope, *, counted: Collection[str] = ()) -> dict[str, Words]:
    """The words of every field; of jurisdictions one's own, and those ``counted`` within the scope."""
    return _among_places(_places_of(scope), counted)


def offered_places(scope: Scope) -> Words:
    """The jurisdictions to choose from: one's own."""
    return choices_within(scope)["jurisdiction"]


def _fields() -> list[tuple[str, str]]:
    """Each group of high-tech fields, followed by its fields."""
    found: dict[str, str] = {}
    for entry in reference.hitech_fields():
        group = entry.code[:1] + "0"
        found.setdefault(group, f"{group} {entry.group}")
        found[entry.code] = f"　{entry.code} {entry.name}"
    return list(found.items())


def tier_options(wanted: CandidateFilter) -> list[tuple[str, list[Option]]]:
    """The tiers with rules, under the name of their line."""
    return by_line(built_tiers(), chosen=wanted.tier)


def by_line(tiers: Collection[Tier], *, chosen: Tier | None) -> list[tuple[str, list[Option]]]:
    """These tiers as choices, under the name of their line; a line without any is left out."""
    groups = [(said().text(name), [tier for tier in line if tier in tiers]) for name, line in LINES]
    return [
        (name, [Option(value=str(each), word=said().tier(each), is_chosen=each is chosen) for each in line])
        for name, line in groups
        if line
    ]


def standard_options(wanted: CandidateFilter) -> list[Option]:
    """The standards of the tier; empty when there is but one."""
    rule_sets = built_tiers().get(wanted.tier, [])
    if len(rule_sets) <= 1:
        return []
    return [
        Option(
            value="" if entry.is_default else entry.standard,
            word=entry.label_en if said().is_english else entry.label,
            is_chosen=wanted.standard == ("" if entry.is_default else entry.standard),
        )
        for entry in rule_sets
    ]


def verdict_tabs(wanted: CandidateFilter, facets: Facets | None) -> list[Option]:
    """All, and each verdict in the order of the list."""
    counts = None if facets is None else facets["verdict"]
    tabs = [
        Option(
            value="",
            word=said().every,
            is_chosen=wanted.verdict is None,
            n=None if counts is None else sum(counts.values()),
        )
    ]
    for verdict in VERDICT_ORDER:
        n = None if counts is None else counts.get(verdict.word, 0)
        if verdict is not Verdict.NOT_APPLICABLE or wanted.verdict is verdict or n:
            word = said().verdicts[verdict]
            tabs.append(Option(value=verdict.word, word=word, is_chosen=wanted.verdict is verdict, n=n))
    return tabs
