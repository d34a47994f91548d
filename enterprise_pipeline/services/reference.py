"""Code tables that are facts of the world: divisions of Yichang, industries, high-tech fields.

Sources: GB/T 2260 (2023 edition) for divisions, GB/T 4754-2017 for industries,
国科发火〔2016〕32号 annex for high-tech fields (the numbers are one system's).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).resolve().parent.parent / "reference"
# The high-tech zone reviews like a county, but is no division and has no code in GB/T 2260.
HIGH_TECH_ZONE = "gaoxin"
_GROUP_LENGTH = 2


@dataclass(frozen=True)
class Jurisdiction:
    """Who reviews an enterprise: one of the 13 divisions, or the high-tech zone."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class HitechField:
    """A national high-tech field, such as 405 精细和专用化学品, in its group, such as 40 新材料."""

    code: str
    name: str
    group: str


@cache
def jurisdictions() -> tuple[Jurisdiction, ...]:
    """The 13 divisions of Yichang and the high-tech zone, in the order of their codes."""
    return tuple(Jurisdiction(**row) for row in _rows("jurisdictions"))


@cache
def divisions() -> tuple[Jurisdiction, ...]:
    """The 13 divisions alone, for where an enterprise is registered."""
    return tuple(place for place in jurisdictions() if place.code != HIGH_TECH_ZONE)


def jurisdiction_name(code: str | None, *, english: bool = False) -> str:
    """The name of a jurisdiction; an unknown code is its own name, no code is the empty text."""
    place = _jurisdictions_by_code().get(code or "")
    if place is None:
        return code or ""
    return place.name_en if english else place.name


@cache
def industry_names() -> MappingProxyType[str, str]:
    """All codes of GB/T 4754-2017 with their names, from sections (C) to classes (C2614).

    Division 91 (Party organs) is not among them; no enterprise belongs to it.
    """
    return MappingProxyType({row["code"]: row["name"] for row in _rows("industries")})


def industry_name(code: str | None) -> str:
    """The name of an industry code; an unknown code is its own name, no code is the empty text."""
    return industry_names().get(code or "", code or "")


@cache
def industry_sections() -> tuple[tuple[str, str], ...]:
    """The 20 sections (门类) as letter and name."""
    return tuple((code, name) for code, name in industry_names().items() if len(code) == 1)


@cache
def hitech_fields() -> tuple[HitechField, ...]:
    """The fields of the second level, in the order of their codes, each with the name of its group."""
    names = _hitech_names()
    return tuple(
        HitechField(code, name, names[code[:1] + "0"])
        for code, name in names.items()
        if len(code) > _GROUP_LENGTH
    )


def hitech_field_name(code: str | None) -> str:
    """The name of a high-tech field or group; an unknown code is its own name."""
    return _hitech_names().get(code or "", code or "")


@cache
def _jurisdictions_by_code() -> dict[str, Jurisdiction]:
    return {place.code: place for place in jurisdictions()}


@cache
def _hitech_names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _rows("hitech_fields")}


def _rows(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
