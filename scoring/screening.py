"""Screen a facts frame against rule sets: one Polars code path for one enterprise and for millions."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Literal

import polars as pl

from scoring import outcomes
from scoring.compiled import Args, Compiled, Context
from scoring.criteria import compile_word
from scoring.errors import ScoringError
from scoring.facts import YEARS_OLD, columns_present, frame_columns, split_year
from scoring.growth import NEAR, GrowthRequest, growth_layers, total_name
from scoring.industry import belongs
from scoring.industry_specs import INDUSTRY_SPECS
from scoring.outcomes import CompiledRuleSet
from scoring.points import compile_points, growth_request, table_columns
from scoring.rules_model import PointsTable, RuleSet
from scoring.steps import Steps
from scoring.vocabulary import FACTS, CriterionResult
from scoring.year_specs import YEAR_SPECS

Projection = Literal["summary", "stored", "detail"]

# Up to here growth is decided exactly at once; beyond, in floats, and exactly only near a line.
EXACT_UP_TO = 4_096


def screen(
    facts: pl.DataFrame,
    rule_sets: Sequence[RuleSet],
    as_of: date | None,
    *,
    projection: Projection = "summary",
) -> pl.DataFrame:
    """What every rule set says of every enterprise.

    Parameters
    ----------
    facts : DataFrame, one row per enterprise
        Columns as in `scoring.facts`; one that is absent is all unknown.
    rule_sets : sequence of RuleSet
        A rule set that counts another tier's failures needs that tier's too.
    as_of : date or None
        The day the question is asked about; None takes the frame's ``as_of`` column.
    projection : {"summary", "stored", "detail"}
        ``summary`` is verdict, points and the nearest gap; ``stored`` adds what an
        assessment keeps; ``detail`` adds each criterion.

    Returns
    -------
    DataFrame, same rows in the same order
        Columns ``<key>.<name>``, see `scoring.outcomes`. Gaps are in 分, heads,
        counts, points or days, by the unit of the criterion.
    """
    if not rule_sets:
        return facts.select(pl.lit(0).alias("_")).drop("_")
    exact = _compile(tuple(rule_sets), as_of, projection, exact=True)
    if facts.height <= EXACT_UP_TO:
        return exact.run(facts).drop(NEAR, strict=False)
    result = _compile(tuple(rule_sets), as_of, projection, exact=False).run(facts)
    near, result = result[NEAR].arg_true(), result.drop(NEAR)
    return _replaced(result, near, exact.run(facts[near])) if len(near) else result


def _replaced(result: pl.DataFrame, rows: pl.Series, by: pl.DataFrame) -> pl.DataFrame:
    return result.with_columns(result[name].scatter(rows, by[name]) for name in result.columns)


def required_columns(rule_sets: Sequence[RuleSet]) -> list[str]:
    """The frame columns that these rule sets read."""
    return list(_compile(tuple(rule_sets), None, "detail", exact=True).columns)


def day_expression(as_of: date | None) -> pl.Expr:
    """The day asked about: a literal, or the frame's own column."""
    return pl.col("as_of") if as_of is None else pl.lit(as_of, pl.Date)


class _Program:
    """Rule sets compiled for one day and one projection, with growth exact or in floats."""

    def __init__(
        self, rule_sets: tuple[RuleSet, ...], as_of: date | None, projection: Projection, *, exact: bool
    ) -> None:
        self.as_of, self.exact = as_of, exact
        day = day_expression(as_of)
        self.steps = Steps()
        self.compiled = compile_rule_sets(rule_sets, as_of, self.steps)
        self.requests = list(dict.fromkeys(request for entry in rule_sets for request in _requests(entry)))
        self.expressions = [
            expr for entry in self.compiled for expr in outcomes.project(entry, projection, as_of=day)
        ]
        self.unborn = _summed_columns(rule_sets)
        self.columns = self._columns_read()

    def _columns_read(self) -> list[str]:
        every = [*self.expressions, *(expr for layer in self.steps.layers for expr in layer)]
        read = {name for expr in every for name in expr.meta.root_names() if not name.startswith("~")}
        read |= {column for request in self.requests for column in frame_columns(request.fact, years=3)}
        derived = {request.column for request in self.requests}
        derived |= {total_name(request.fact, request.mode) for request in self.requests}
        return sorted((read | {"registered_on"}) - derived - {"as_of"})

    def run(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Screen; in floats there is a last column `NEAR`."""
        plan = self._prepared(facts)
        for layer in growth_layers(self.requests, exact=self.exact):
            plan = plan.with_columns(layer)
        plan = self.steps.apply(plan)
        if self.exact:
            result = plan.select(self.expressions).collect()
        else:
            # The streaming engine keeps the intermediate columns of a few morsels only.
            result = plan.select(*self.expressions, NEAR).collect(engine="streaming")
        return self._with_late_gaps(facts, result)

    def _prepared(self, facts: pl.DataFrame) -> pl.LazyFrame:
        """The columns read, in their types; a year before registration counts as 0 where it is absent."""
        wanted = columns_present(facts.schema, self.columns)
        plan = facts.lazy().select(*wanted, *([pl.col("as_of")] if self.as_of is None else []))
        for layer in self.preparing():
            plan = plan.with_columns(layer)
        return plan

    def preparing(self) -> list[list[pl.Expr]]:
        """The layers that come before every other."""
        age = day_expression(self.as_of).dt.year() - pl.col("registered_on").dt.year()
        unborn = [
            pl.when(pl.col(name).is_null() & (pl.col(YEARS_OLD) < (split_year(name)[1] or 0)))
            .then(pl.lit(0, pl.Int64))
            .otherwise(pl.col(name))
            .alias(name)
            for name in self.unborn
            if (split_year(name)[1] or 0) > 1
        ]
        return [[age.alias(YEARS_OLD)], unborn]

    def _with_late_gaps(self, facts: pl.DataFrame, result: pl.DataFrame) -> pl.DataFrame:
        for entry in self.compiled:
            for index, criterion in enumerate(entry.criteria):
                if criterion.late_gap is not None:
                    result = self._fill_late_gap(facts, result, entry, index, criterion.late_gap)
        return result

    def _fill_late_gap(
        self, facts: pl.DataFrame, result: pl.DataFrame, entry: CompiledRuleSet, index: int, gap: pl.Expr
    ) -> pl.DataFrame:
        """Put a late gap where it is shown: as the nearest gap, and in the criterion's own column."""
        key = entry.rule_set.key
        shown = {f"{key}.nearest_gap": result[f"{key}.nearest_criterion"] == index}
        own = f"{key}.{entry.rule_set.criteria[index].id}.gap"
        if own in result.columns:
            shown[own] = result[own.removesuffix("gap") + "result"] == int(CriterionResult.NOT_MET)
        for column, where in shown.items():
            rows = where.fill_null(value=False).arg_true()
            if len(rows):
                needed = [name for name in facts.columns if name in {*self.columns, "as_of"}]
                few = facts.select(needed)[rows] if facts.height > EXACT_UP_TO else facts[rows]
                exact = self._prepared(few).select(gap.alias(column)).collect().to_series()
                result = result.with_columns(result[column].rechunk().scatter(rows, exact))
        return result


def program_for_one(rule_sets: Sequence[RuleSet], as_of: date) -> _Program:
    """The compiled rule sets as `scoring.single` runs them: exact, with every detail."""
    return _compile(tuple(rule_sets), as_of, "detail", exact=True)


@lru_cache(maxsize=64)
def _compile(
    rule_sets: tuple[RuleSet, ...], as_of: date | None, projection: Projection, *, exact: bool
) -> _Program:
    return _Program(rule_sets, as_of, projection, exact=exact)


def compile_rule_sets(rule_sets: Sequence[RuleSet], day: date | None, steps: Steps) -> list[CompiledRuleSet]:
    """Compile each rule set; those that count another tier's failures come last but keep their place."""
    done: dict[str, CompiledRuleSet] = {}
    borrowers = [entry for entry in rule_sets if _borrows(entry)]
    for entry in [*(entry for entry in rule_sets if not _borrows(entry)), *borrowers]:
        known = {
            str(other.rule_set.tier): dict(
                zip((c.id for c in other.rule_set.criteria), other.criteria, strict=True)
            )
            for other in done.values()
            if other.rule_set.is_default
        }
        for tier in _borrows(entry):
            if tier not in known:
                raise ScoringError(
                    f"{entry.id} counts failures of {tier}; screen with a rule set of {tier} too."
                )
        done[entry.key] = _compile_rule_set(entry, day, known, steps)
    return [done[entry.key] for entry in rule_sets]


def _borrows(entry: RuleSet) -> list[str]:
    return [criterion.args["tier"] for criterion in entry.criteria if criterion.word == "unmet_at_most"]


def _compile_rule_set(
    entry: RuleSet, day: date | None, known: dict[str, dict[str, Compiled]], steps: Steps
) -> CompiledRuleSet:
    as_of = day_expression(day)
    points = compile_points(entry.points, f"{entry.key}.points", steps) if entry.points else None
    context = Context(as_of=as_of, steps=steps, day=day, points=points, criteria_of=known)
    doors = outcomes.compile_doors(entry.direct, context) if entry.direct else []
    route = steps.put(f"{entry.key}.route", reduce(or_, [door.ok for door in doors])) if doors else None
    applies = belongs(entry.applies, steps) if entry.applies else None
    criteria: list[Compiled] = []
    for rule in entry.criteria:
        compiled = compile_word(rule.word, rule.args, context)
        if entry.direct is not None and route is not None and rule.id in entry.direct.waives:
            compiled = outcomes.waive(compiled, doors, route)
        if rule.not_asked_when:
            compiled = outcomes.not_asked(compiled, rule.not_asked_when)
        if applies is not None:
            compiled = outcomes.restrict(compiled, applies)
        criteria.append(compiled.place(f"{entry.key}.{rule.id}", steps))
    return CompiledRuleSet(
        entry,
        criteria,
        points,
        route,
        verdict=steps.put(f"{entry.key}.verdict", outcomes.verdict_of(criteria, applies)),
        shortfalls=outcomes.shortfalls_of(criteria, entry.key, steps),
        steps=steps,
        applies=applies,
        doors=doors,
    )


def _requests(entry: RuleSet) -> list[GrowthRequest]:
    requests = [growth_request(table) for table in _tables(entry) if table.kind == "mean_growth"]
    for args in _words(entry, "mean_growth"):
        line = ((outcomes.fraction(args["value"]), args["operator"] == ">"),)
        requests += [GrowthRequest(fact, "judged", line) for fact in args["facts"]]
    return requests


def _tables(entry: RuleSet) -> list[PointsTable]:
    """Every points table of a rule set."""
    return [table for part in (entry.points.parts if entry.points else ()) for table in part.tables]


def _words(entry: RuleSet, word: str) -> list[Args]:
    """The arguments of every use of a word, also inside all_of and any_of."""
    pending: list[Args] = [{**criterion.args, "word": criterion.word} for criterion in entry.criteria]
    pending += [{**door.args, "word": door.word} for door in (entry.direct.any_of if entry.direct else ())]
    found: list[Args] = []
    while pending:
        args = pending.pop()
        if args["word"] == word:
            found.append(args)
        pending += args.get("parts", [])
    return found


def _summed_columns(rule_sets: Sequence[RuleSet]) -> list[str]:
    """Yearly money that is summed or compared over years."""
    names: set[str] = set()
    for entry in rule_sets:
        for args in _words(entry, "share"):
            if int(args.get("years", 1)) > 1:
                names |= {args["numerator"], args["denominator"]}
        names |= {request.fact for request in _requests(entry)}
    columns = {column for name in names if FACTS[name].yearly for column in frame_columns(name, years=3)}
    return sorted(columns | {column for entry in rule_sets for column in _columns_over_years(entry)})


def _columns_over_years(entry: RuleSet) -> set[str]:
    """The columns of the words of `scoring.year_words`, in which years before registration count, too."""
    words = {
        column
        for word, spec in (YEAR_SPECS | {"amount_in_year": INDUSTRY_SPECS["amount_in_year"]}).items()
        for args in _words(entry, word)
        for column in spec.columns(args, None)
        if split_year(column)[1] is not None
    }
    growth = [table_columns(table) for table in _tables(entry) if table.kind == "year_growth"]
    return words.union(*growth)
