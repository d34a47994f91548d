"""Local standards for tests: a draft with criteria that are known to be sound, and its steps."""

from datetime import date
from decimal import Decimal
from typing import Any

from enterprise_pipeline.services.standards import drafts, editing
from enterprise_pipeline.services.standards.beginning import NewDraft, create_draft
from enterprise_pipeline.services.standards.drafts import get_version
from enterprise_pipeline.services.standards.publication import Decision, publish
from scoring.vocabulary import Tier

TODAY = date(2026, 11, 22)
NEXT_YEAR = date(2027, 1, 1)
# One case right on the lines of `sound`.
CASES = """{"cases": [{"id": "at the line", "as_of": "2026-11-22", "why": "exactly 20 million",
  "enterprise": {}, "holds": [], "reports": {"2025": {"revenue_cny": 20000000, "rd_expense_cny": 600000}},
  "expect": {"gazelle": {"verdict": "eligible", "failed": []}}}]}"""


def criterion(name: str = "revenue_min", **arguments: Any) -> dict[str, Any]:
    """A criterion with every text it needs; by default sales of 20 million and more."""
    told = arguments or {"word": "amount", "fact": "revenue_cny", "operator": ">=", "value": 20_000_000}
    texts = {
        "id": name,
        "label": name,
        "label_en": name,
        "printed": name,
        "printed_en": name,
        "article": "三",
    }
    return texts | told


def share(name: str = "rd_ratio", **more: Any) -> dict[str, Any]:
    """R&D as a share of sales, at least 3%."""
    told = {
        "word": "share", "numerator": "rd_expense_cny", "denominator": "revenue_cny",
        "operator": ">=", "value": Decimal("0.03"), "when_zero": "not_met",
    }  # fmt: skip
    return criterion(name, **{key: value for key, value in (told | more).items() if value is not None})


def begin(tier: Tier = Tier.GAZELLE, standard: str = "yichang", **more: Any) -> int:
    """An empty draft (or a copy) for next year, by 张三."""
    told: dict[str, Any] = {
        "tier": tier, "standard": standard, "label": "宜昌标准", "copy_of": "",
        "effective_from": NEXT_YEAR, "editor": "张三",
    }  # fmt: skip
    return create_draft(NewDraft(**(told | more)), actor="local", today=TODAY)


def change(version_id: int, *changes: Any) -> None:
    """Save each change of the table, one after the other."""
    for step in changes:
        seen = get_version(version_id).revision
        drafts.save(version_id, step, seen=seen, what="test", actor="local")


def adding(entry: dict[str, Any]) -> Any:
    """The change that adds a criterion."""
    return lambda table: editing.add(table, entry)


def setting(**values: Any) -> Any:
    """The change that sets keys of the head."""
    return lambda table: table | values


def sound(*, effective_from: date = NEXT_YEAR, **more: Any) -> int:
    """A draft with nothing wrong; a copy keeps the criteria it was copied from."""
    version_id = begin(effective_from=effective_from, **more)
    change(version_id, setting(document="宜科发〔2026〕12号"))
    if "copy_of" not in more:
        change(version_id, adding(criterion()), adding(share()))
    return version_id


def published(*, effective_from: date = NEXT_YEAR, **more: Any) -> int:
    """A version that was published by 李四."""
    version_id = sound(effective_from=effective_from, **more)
    decide(version_id, effective_from=effective_from)
    return version_id


def decide(version_id: int, *, effective_from: date = NEXT_YEAR, **more: Any) -> None:
    """Publish as 张三 and 李四, warnings accepted."""
    told: dict[str, Any] = {"editor": "张三", "approver": "李四", "is_confirmed": True}
    decision = Decision(effective_from=effective_from, **(told | more))
    publish(version_id, decision, seen=get_version(version_id).revision, actor="local")
