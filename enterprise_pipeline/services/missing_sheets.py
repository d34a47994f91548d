"""A sheet that asks the enterprises of one list for what they lack, and for nothing else."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.candidate_filter import CandidateFilter
from enterprise_pipeline.services.candidate_rows import CandidateRow, missing_columns
from enterprise_pipeline.services.candidates import every_row, screening
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.export_receipts import Export, Watermark, export_receipt
from enterprise_pipeline.services.imports.template import SHEET, SheetRow, missing_sheet
from enterprise_pipeline.services.rulebooks import CurrentRulebook, current_rulebook
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import Certificate

MOST_ENTERPRISES = 20_000
HOLDS = "holds_"


class NothingMissing(ServiceError):
    """Nobody in the list lacks anything that could change a verdict."""

    def __init__(self) -> None:
        super().__init__(Text(N_("这份名单里没有待补的数据，不需要补数表。")))


class TooManyToAsk(ServiceError):
    """A list too long for one sheet to be filled in."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                N_("待补数据的企业超过 %(most)s 家，请先用筛选缩小范围，例如选一个地区。"),
                most=MOST_ENTERPRISES,
            )
        )


def missing_sheet_of(wanted: CandidateFilter, *, export: Export, mark: Watermark) -> bytes:
    """An .xlsx with the enterprises of the list that lack something, a column for each missing fact.

    Raises
    ------
    NothingMissing, TooManyToAsk
    """
    lacking: list[CandidateRow] = []
    for part in every_row(wanted, scope=export.scope):
        lacking += [row for row in part if row.missing_bits]
        if len(lacking) > MOST_ENTERPRISES:
            raise TooManyToAsk
    as_of = screening().as_of
    if not lacking or as_of is None:
        raise NothingMissing
    rules = current_rulebook()
    columns = _columns(rules, lacking)
    known = _numbers(reading(), [row.enterprise_id for row in lacking], columns)
    rows = [
        SheetRow(
            credit_code=row.credit_code,
            name=row.name,
            missing=frozenset(_lacking(rules, row.rule_set_id, row.missing_bits)),
            known=known.get(row.enterprise_id, {}),
        )
        for row in lacking
    ]
    made = missing_sheet(rows, columns, as_of, source=f"{SHEET} {as_of.isoformat()}", mark=mark)
    export_receipt(replace(export, columns=columns), rows=len(rows))
    return made


def _lacking(rules: CurrentRulebook, rule_set_id: str, bits: int) -> list[str]:
    rule_set = rules.find(rule_set_id)
    return missing_columns(rule_set, bits) if rule_set is not None else []


def _columns(rules: CurrentRulebook, rows: Sequence[CandidateRow]) -> list[str]:
    """Every column that somebody lacks, in the order of asking."""
    bits: dict[str, int] = {}
    for row in rows:
        bits[row.rule_set_id] = bits.get(row.rule_set_id, 0) | row.missing_bits
    found = (_lacking(rules, name, asked) for name, asked in bits.items())
    return list(dict.fromkeys(column for columns in found for column in columns))


def _numbers(session: Session, ids: Sequence[int], columns: Sequence[str]) -> dict[int, dict[str, str]]:
    """Numbers of certificates whose day of issue is asked for, by the keys of the import."""
    pools = [column.removeprefix(HOLDS) for column in columns if column.startswith(HOLDS)]
    found: dict[int, dict[str, str]] = {}
    for part in in_parts(ids):
        query = (
            select(Certificate.enterprise_id, Certificate.pool_id, Certificate.number)
            .where(
                Certificate.enterprise_id.in_(part),
                Certificate.pool_id.in_(pools),
                Certificate.issued_on.is_(None),
            )
            .order_by(Certificate.issued_year, Certificate.id)
        )
        for enterprise_id, pool, number in session.execute(query):
            found.setdefault(enterprise_id, {})[f"certificate_no@{pool}"] = number
    return found
