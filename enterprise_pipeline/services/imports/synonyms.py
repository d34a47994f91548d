"""Headers as they are met in the bureaus' spreadsheets, kept as data in ``reference/headers.csv``."""

import csv

from enterprise_pipeline.services.reference import FOLDER
from scoring.vocabulary import FACTS


def _entries() -> dict[str, tuple[str, str]]:
    with (FOLDER / "headers.csv").open(encoding="utf-8", newline="") as file:
        known = {row["header"]: (row["field"], row["qualifier"]) for row in csv.DictReader(file)}
    for name, fact in FACTS.items():
        for header in (fact.label, name):
            known.setdefault(header.replace("_", ""), (name, ""))
    return known


KNOWN: dict[str, tuple[str, str]] = _entries()
"""Header to field and qualifier (the tier of a certificate)."""
