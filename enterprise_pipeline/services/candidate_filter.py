"""What a candidate list shows, as it stands in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_, Text
from scoring.vocabulary import Tier, Verdict

# In the address, "unknown" asks for what nobody has told us; an absent word asks for everything.
UNKNOWN = "unknown"
YES = "yes"
NO = "no"
HOLDINGS = (NO, UNKNOWN, YES)
GAP_COUNTS = ("0", "1", "2", "3+")
GAP_SIZES = ("5", "10", "20", "50")
BASES = ("reported", "forecast")
LONGEST_QUERY = 60
_SECTION = 1
_DIVISION = 3


class Sort(StrEnum):
    """The orders in which a list can be read."""

    GAPS = "gaps"
    SHORTFALL = "shortfall"
    NAME = "name"
    CHANGES = "changes"


class BadFilter(ServiceError):
    """An address asks for something that does not exist; ``errors`` has one message a parameter."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class CandidateFilter:
    """One list. The names of the fields are the parameters of the address; empty means "all".

    ``standard`` empty is the default standard of the tier; ``industry`` is a
    section (C) or division (C26); ``field`` a high-tech field (405) or group
    (40); ``size`` the largest shortfall of the nearest gap in percent;
    ``also`` another tier held on the day of the screening.
    """

    tier: Tier = Tier.HNTE
    standard: str = ""
    basis: str = BASES[0]
    verdict: Verdict | None = None
    jurisdiction: str = ""
    industry: str = ""
    field: str = ""
    gaps: str = ""
    size: str = ""
    holds: str = ""
    also: Tier | None = None
    q: str = ""
    sort: Sort = Sort.GAPS

    @property
    def is_of_the_cube(self) -> bool:
        """Whether the cube of counts knows every dimension of it."""
        return not (self.q or self.field or self.size or self.also)

    def address(self, **changes: object) -> dict[str, str]:
        """The query parameters of this filter, shortest form, with some replaced."""
        wanted = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        words: dict[str, str] = {}
        for entry in fields(wanted):
            value = getattr(wanted, entry.name)
            if value is not None and value != entry.default:
                words[entry.name] = value.word if isinstance(value, Verdict) else str(value)
        return words

    def narrowing(self) -> dict[str, str]:
        """The parameters that leave enterprises out, each of which a chip can remove."""
        return {
            name: word
            for name, word in self.address().items()
            if name not in ("tier", "standard", "basis", "sort")
        }


def parse(query: Mapping[str, str]) -> CandidateFilter:
    """Read a filter from an address.

    Raises
    ------
    BadFilter
        Naming each parameter that asks for something we do not have.
    """
    given, errors = check_words(query)
    if errors:
        raise BadFilter(errors)
    typed: dict[str, object] = dict(given)
    for name, kind in (("tier", Tier), ("also", Tier), ("sort", Sort)):
        if name in given:
            typed[name] = kind(given[name])
    if "verdict" in given:
        typed["verdict"] = Verdict[given["verdict"].upper()]
    return CandidateFilter(**typed)  # type: ignore[arg-type]


def check_words(query: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The words that were given, and a message for each that means nothing here."""
    given = {name: query[name].strip() for name in _ALLOWED if query.get(name, "").strip()}
    errors: dict[str, str] = {
        name: Text(N_("没有“%(word)s”这个选项；请从列表中选择。"), word=word[:LONGEST_QUERY])
        for name, word in given.items()
        if not _ALLOWED[name](word)
    }
    if len(given.get("q", "")) > LONGEST_QUERY:
        errors["q"] = Text(N_("搜索词最多 %(most)s 个字，请缩短。"), most=LONGEST_QUERY)
    return given, errors


def _is_tier(word: str) -> bool:
    return word in frozenset(Tier)


def _is_jurisdiction(word: str) -> bool:
    return word == UNKNOWN or any(word == place.code for place in reference.jurisdictions())


def _is_industry(word: str) -> bool:
    return word == UNKNOWN or (len(word) in (_SECTION, _DIVISION) and word in reference.industry_names())


def _is_field(word: str) -> bool:
    return word == UNKNOWN or any(
        word in (entry.code, entry.code[:1] + "0") for entry in reference.hitech_fields()
    )


_ALLOWED: dict[str, Callable[[str], bool]] = {
    "tier": _is_tier,
    "standard": lambda word: word.isascii() and word.isidentifier(),
    "basis": lambda word: word in BASES,
    "verdict": lambda word: word in {verdict.word for verdict in Verdict},
    "jurisdiction": _is_jurisdiction,
    "industry": _is_industry,
    "field": _is_field,
    "gaps": lambda word: word in GAP_COUNTS,
    "size": lambda word: word in GAP_SIZES,
    "holds": lambda word: word in HOLDINGS,
    "also": _is_tier,
    "q": bool,
    "sort": lambda word: word in frozenset(Sort),
}
