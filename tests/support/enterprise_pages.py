"""Reading the page of an enterprise: as words, and card by card."""

import re
from datetime import date
from html import unescape

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.enterprise_page import enterprise_page
from models import db
from scoring.vocabulary import Tier
from tests.support.small_registry import AS_OF


def words(text: str) -> str:
    """The words of a page without its tags, one blank between them."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def shown(client, enterprise_id: int, query: str = "") -> str:
    db.session.commit()
    answer = client.get(f"/enterprises/{enterprise_id}{query}")
    assert answer.status_code == 200
    return words(answer.text)


def card(enterprise_id: int, tier: Tier, day: date = AS_OF):
    db.session.commit()
    return next(
        card
        for card in enterprise_page(enterprise_id, as_of=day, scope=EVERYTHING).cards
        if card.tier is tier
    )


def criterion(enterprise_id: int, tier: Tier, name: str):
    return next(view for view in card(enterprise_id, tier).criteria if view.criterion.id == name)
