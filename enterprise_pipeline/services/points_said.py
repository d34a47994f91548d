"""Points tables as tables of words: which band gives how many points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from enterprise_pipeline.services.rule_speech import Speech, number_text
from enterprise_pipeline.services.texts import N_
from scoring.rules_model import Band, Points, PointsPart, PointsTable
from scoring.vocabulary import FACTS

_COMBINED = {"best": N_("取各表中最高的得分"), "sum": N_("各表得分相加")}


@dataclass(frozen=True, kw_only=True)
class TableText:
    """One table: what it measures, and its rows of (band, points), best first."""

    label: str
    measured: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PartText:
    """One indicator with its tables, how they combine, and what experts add."""

    id: str
    label: str
    maximum: int
    combined: str
    tables: tuple[TableText, ...]
    experts: str


def points_text(points: Points | None, speech: Speech) -> tuple[PartText, ...]:
    """Every indicator of a points system."""
    return tuple(_part(part, speech) for part in points.parts) if points else ()


def _part(part: PointsPart, speech: Speech) -> PartText:
    return PartText(
        id=part.id,
        label=speech.own(part),
        maximum=part.maximum,
        combined=speech(_COMBINED[part.combine]) if len(part.tables) > 1 else "",
        tables=tuple(_table(table, speech) for table in part.tables),
        experts=_experts(part, speech),
    )


def _experts(part: PointsPart, speech: Speech) -> str:
    said = []
    if part.judged:
        said.append(
            speech(
                N_("专家另可给 0 至 %(most)s 分，合计不超过 %(limit)s 分"),
                most=part.judged,
                limit=part.maximum,
            )
        )
    if part.expert:
        said.append(speech(N_("已有“%(fact)s”的，以其为准"), fact=speech.fact(part.expert)))
    return speech.clauses(said)


def _table(table: PointsTable, speech: Speech) -> TableText:
    measured, band_text = TABLES[table.kind]
    return TableText(
        label=speech.own(table), measured=measured(table, speech), rows=_rows(table, band_text, speech)
    )


def _rows(
    table: PointsTable, band_text: Callable[[PointsTable, Fraction, Speech], str], speech: Speech
) -> tuple[tuple[str, str], ...]:
    """Each band from its line up to the line of the better band, and what is below all of them."""
    if table.kind in _ROWS:
        return _ROWS[table.kind](table, speech)
    if table.kind == "count" and table.per_years == 1:
        return _whole_rows(table, speech)
    if table.is_upper:
        return _upper_rows(table, band_text, speech)
    rows, better = [], None
    for band in table.bands:
        rows.append((_span(table, band, better, band_text, speech), _points(band)))
        better = band
    if better is not None:
        below = N_("不高于 %(line)s") if better.is_strict else N_("低于 %(line)s")
        rows.append((speech(below, line=band_text(table, better.at, speech)), "0"))
    return tuple(rows)


def _whole_rows(table: PointsTable, speech: Speech) -> tuple[tuple[str, str], ...]:
    """Whole numbers from and to, because between two of them there is nothing."""
    rows: list[tuple[str, str]] = []
    above: int | None = None
    for band in table.bands:
        least = int(band.at)
        said = speech(N_("不少于 %(n)s"), n=least) if above is None else _from_to(least, above - 1, speech)
        rows.append((said, _points(band)))
        above = least
    if above:
        rows.append((_from_to(0, above - 1, speech), "0"))
    return tuple(rows)


def _upper_rows(
    table: PointsTable, band_text: Callable[[PointsTable, Fraction, Speech], str], speech: Speech
) -> tuple[tuple[str, str], ...]:
    """Upper limits: up to the first line, then above each line up to the next."""
    rows: list[tuple[str, str]] = []
    below = ""
    for band in table.bands:
        high = band_text(table, band.at, speech)
        if below:
            said = speech(N_("高于 %(low)s，不高于 %(high)s"), low=below, high=high)
        else:
            said = speech(N_("不高于 %(line)s"), line=high)
        rows.append((said, _points(band)))
        below = high
    return (*rows, (speech(N_("高于 %(line)s"), line=below), "0"))


def _flag_rows(table: PointsTable, speech: Speech) -> tuple[tuple[str, str], ...]:
    """Yes and no; what the table does not name gives nothing."""
    points = {bool(band.at): _points(band) for band in table.bands}
    return tuple((speech(text), points.get(value, "0")) for value, text in _ANSWERS)


_ANSWERS = ((True, N_("是")), (False, N_("否")))


def _code_rows(table: PointsTable, speech: Speech) -> tuple[tuple[str, str], ...]:
    named = [(speech.listed(speech.code(name) for name in band.names), _points(band)) for band in table.bands]
    seen = {name for band in table.bands for name in band.names}
    rest = [name for name in FACTS[table.fact].choices if name not in seen]
    return (*named, *((speech.code(name), "0") for name in rest))


def _given_rows(table: PointsTable, speech: Speech) -> tuple[tuple[str, str], ...]:
    most = table.bands[0].hi
    return ((speech(N_("得几分计几分，最高 %(most)s 分"), most=most), f"0–{most}"),)


def _from_to(first: int, last: int, speech: Speech) -> str:
    return str(first) if first == last else speech(N_("%(first)s 至 %(last)s"), first=first, last=last)


def _span(
    table: PointsTable,
    band: Band,
    better: Band | None,
    band_text: Callable[[PointsTable, Fraction, Speech], str],
    speech: Speech,
) -> str:
    low = band_text(table, band.at, speech)
    if better is None:
        return speech(N_("高于 %(line)s") if band.is_strict else N_("不低于 %(line)s"), line=low)
    high = band_text(table, better.at, speech)
    patterns = {
        (False, False): N_("不低于 %(low)s，低于 %(high)s"),
        (True, False): N_("高于 %(low)s，低于 %(high)s"),
        (False, True): N_("不低于 %(low)s，不高于 %(high)s"),
        (True, True): N_("高于 %(low)s，不高于 %(high)s"),
    }
    return speech(patterns[band.is_strict, better.is_strict], low=low, high=high)


def _points(band: Band) -> str:
    return str(band.lo) if band.lo == band.hi else f"{band.lo}–{band.hi}"


def _percent(_table: PointsTable, line: Fraction, speech: Speech) -> str:
    return speech.share(line)


def _number(_table: PointsTable, line: Fraction, _speech: Speech) -> str:
    return number_text(line)


def _measured_share(table: PointsTable, speech: Speech) -> str:
    return speech(
        N_("上一年度%(numerator)s占同期%(denominator)s的比例"),
        numerator=speech.fact(table.numerator),
        denominator=speech.fact(table.denominator),
    )


def _measured_count(table: PointsTable, speech: Speech) -> str:
    fact = speech.fact(table.fact)
    if table.per_years == 1:
        return fact
    return speech(N_("%(fact)s，%(years)s年的年平均数"), fact=fact, years=speech.years(table.per_years))


def _measured_growth(table: PointsTable, speech: Speech) -> str:
    return speech(N_("近两年%(facts)s的年均增长率（逐年增长率的算术平均）"), facts=speech.fact(table.fact))


def _money(_table: PointsTable, line: Fraction, speech: Speech) -> str:
    return speech.money(line / 100)


def _measured_amount(table: PointsTable, speech: Speech) -> str:
    return speech.last_year(table.fact)


def _measured_year_growth(table: PointsTable, speech: Speech) -> str:
    return speech(N_("上一年度%(fact)s比再上一年度的增长率"), fact=speech.fact(table.fact))


def _measured_each_years(table: PointsTable, speech: Speech) -> str:
    fact = speech.fact(table.fact)
    return speech(N_("%(fact)s，每满 %(years)s 年计分"), fact=fact, years=table.every)


_ROWS: dict[str, Callable[[PointsTable, Speech], tuple[tuple[str, str], ...]]] = {
    "flag": _flag_rows,
    "code": _code_rows,
    "given": _given_rows,
    "each_years": _whole_rows,
}
TABLES: dict[
    str,
    tuple[
        Callable[[PointsTable, Speech], str],
        Callable[[PointsTable, Fraction, Speech], str],
    ],
] = {
    "share": (_measured_share, _percent),
    "count": (_measured_count, _number),
    "mean_growth": (_measured_growth, _percent),
    "year_growth": (_measured_year_growth, _percent),
    "amount": (_measured_amount, _money),
    "each_years": (_measured_each_years, _number),
    "flag": (_measured_amount, _number),
    "code": (_measured_amount, _number),
    "given": (_measured_amount, _number),
}


def all_rows(parts: Sequence[PartText]) -> list[tuple[str, str, str, str]]:
    """Every row with its part and table, flat: for comparing two systems and for exports."""
    return [(part.label, table.label, *row) for part in parts for table in part.tables for row in table.rows]
