"""Sizes of enterprises by 300号, as far as their newest figures say."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import chosen
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.facts import read_facts
from scoring.size_classes import SIZE_COLUMNS, size_class
from scoring.vocabulary import SizeClass


def sizes_of(session: Session, ids: Sequence[int], *, as_of: date) -> dict[int, SizeClass]:
    """The size of each of these enterprises on a day; those of unknown size are left out."""
    found: dict[int, SizeClass] = {}
    for part in in_parts(ids):
        facts = read_facts(session, as_of, known_on=as_of, among=chosen(part), columns=SIZE_COLUMNS).frame()
        sizes = zip(facts["enterprise_id"], size_class(facts), strict=True)
        found |= {enterprise_id: SizeClass(size) for enterprise_id, size in sizes if size is not None}
    return found
