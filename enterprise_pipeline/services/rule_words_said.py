"""Every word of the rule engine as a clause: from its arguments alone, never from the printed threshold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from enterprise_pipeline.services.reference import industry_name
from enterprise_pipeline.services.rule_speech import Speech
from enterprise_pipeline.services.texts import N_
from scoring.amounts import ANY
from scoring.rulebook import load_rulebook
from scoring.vocabulary import FACTS, LOCAL_POOLS, Fact, Unit

Args = Mapping[str, Any]
Sayer = Callable[[Args, Speech], str]


def clause(word: str, args: Args, speech: Speech) -> str:
    """One word with its arguments; KeyError for a word that has no clause yet."""
    return SAYERS[word](args, speech)


def unless(said: str, flags: Sequence[str], speech: Speech) -> str:
    """A clause that does not concern whoever has one of the flags."""
    if not flags:
        return said
    named = speech.either(speech.fact(name) for name in flags)
    return speech(N_("%(rule)s（“%(flag)s”为是的，不作要求）"), rule=said, flag=named)


def _flag(args: Args, speech: Speech) -> str:
    said = _flags({"facts": [args["fact"]], "is": args["is"]}, speech)
    if args.get("missing") == "judgement":
        return speech(N_("%(rule)s；未知的由人工判断"), rule=said)
    return said


def _flags(args: Args, speech: Speech) -> str:
    named = speech.clauses(speech.fact(name) for name in args["facts"])
    if args["is"]:
        return speech(N_("须符合：%(facts)s"), facts=named)
    return speech(N_("不得有下列情形：%(facts)s"), facts=named)


def _amount(args: Args, speech: Speech) -> str:
    value = speech.amount(FACTS[args["fact"]], args["value"])
    said = speech.compared(speech.last_year(args["fact"]), args["operator"], value)
    if "judged_to" not in args:
        return said
    if args["judged_to"] == ANY:
        return speech(N_("%(rule)s；未达到的由人工判断"), rule=said)
    line = speech.amount(FACTS[args["fact"]], args["judged_to"])
    return speech(N_("%(rule)s；未达到、但在 %(line)s以内的由人工判断"), rule=said, line=line)


def _count(args: Args, speech: Speech) -> str:
    named = [speech.fact(name) for name in args["facts"]]
    what = named[0] if len(named) == 1 else speech(N_("%(facts)s合计"), facts=speech.listed(named))
    if args.get("minus"):
        less = speech.listed(speech.fact(name) for name in args["minus"])
        what = speech(N_("%(what)s（减去%(less)s）"), what=what, less=less)
    said = speech.compared(what, args["operator"], speech.amount(FACTS[args["facts"][0]], args["value"]))
    if "total" in args:
        total = speech.fact(args["total"])
        return speech(N_("%(rule)s（已知“%(total)s”的，以其为准）"), rule=said, total=total)
    return said


def _age(args: Args, speech: Speech) -> str:
    if "days" in args:
        value = speech.counted(args["days"], Unit.DAYS)
    else:
        value = speech.counted(args["years"], Unit.YEARS)
    return speech.compared(speech(N_("注册成立时间")), args["operator"], value)


def _holds(args: Args, speech: Speech) -> str:
    if args["is"]:
        return held(args["tier"], speech)
    if args["tier"] in LOCAL_POOLS:
        return speech(N_("未列入%(tier)s"), tier=speech.tier(args["tier"]))
    return speech(N_("不属于有效期内的%(tier)s"), tier=speech.tier(args["tier"]))


def _one_of(args: Args, speech: Speech) -> str:
    values = speech.either(speech.code(value) for value in args["values"])
    return speech(N_("%(fact)s为%(values)s"), fact=speech.fact(args["fact"]), values=values)


def _holds_any(args: Args, speech: Speech) -> str:
    said = speech.either(held(tier, speech) for tier in args["tiers"])
    return said if args["is"] else speech(N_("不符合：%(rule)s"), rule=said)


def held(tier: str, speech: Speech) -> str:
    """To hold a title, or to stand in a local pool."""
    if tier in LOCAL_POOLS:
        return speech(N_("已列入%(tier)s"), tier=speech.tier(tier))
    return speech(N_("属于有效期内的%(tier)s"), tier=speech.tier(tier))


def _share(args: Args, speech: Speech) -> str:
    what = _ratio(args, int(args.get("years", 1)), speech)
    if "ladder" in args:
        said = speech.headed(what, _ladder(args, speech))
    else:
        said = speech.compared(what, args["operator"], speech.share(args["value"]))
    if "asked_below" in args:
        asked = args["asked_below"]
        line = speech.money(asked["value"])
        said = speech(
            N_("%(rule)s（%(fact)s低于 %(line)s时适用，达到或超过的由人工判断）"),
            rule=said,
            fact=speech.last_year(asked["fact"]),
            line=line,
        )
    return _when_zero(args, said, speech)


def _ratio(args: Args, years: int, speech: Speech) -> str:
    numerator, denominator = speech.fact(args["numerator"]), speech.fact(args["denominator"])
    if years > 1:
        return speech(
            N_("近%(years)s年%(numerator)s之和占同期%(denominator)s之和的比例"),
            years=speech.years(years),
            numerator=numerator,
            denominator=denominator,
        )
    return speech(
        N_("上一年度%(numerator)s占同期%(denominator)s的比例"), numerator=numerator, denominator=denominator
    )


def _when_zero(args: Args, said: str, speech: Speech) -> str:
    if args.get("when_zero") == "judgement":
        return speech(N_("%(rule)s；分母为零的由人工判断"), rule=said)
    return said


def _ladder(args: Args, speech: Speech) -> str:
    """Which share each size asks for."""
    fact, clauses, below = speech.last_year(args["ladder_fact"]), [], ""
    for step in args["ladder"]:
        up_to = speech.money(step["up_to"]) if "up_to" in step else ""
        size = _rung(fact, below, up_to, speech)
        clauses.append(speech.compared(size, args["operator"], speech.share(step["value"])))
        below = up_to
    return speech.clauses(clauses)


def _rung(fact: str, below: str, up_to: str, speech: Speech) -> str:
    if not below:
        return speech(N_("%(fact)s不超过 %(up_to)s的，"), fact=fact, up_to=up_to)
    if not up_to:
        return speech(N_("超过 %(below)s的，"), below=below)
    return speech(N_("超过 %(below)s、不超过 %(up_to)s的，"), below=below, up_to=up_to)


def _points(args: Args, speech: Speech) -> str:
    most = speech.points.maximum if speech.points else None
    what = speech(N_("总分（满分 %(most)s 分）"), most=most) if most else speech(N_("总分"))
    return speech.compared(what, args["operator"], speech.counted(args["value"], Unit.POINTS))


def _points_part(args: Args, speech: Speech) -> str:
    parts = speech.points.parts if speech.points else ()
    label = next((speech.own(part) for part in parts if part.id == args["part"]), args["part"])
    what = speech(N_("“%(part)s”指标得分"), part=label)
    return speech.compared(what, args["operator"], speech.counted(args["value"], Unit.POINTS))


def _points_sum(args: Args, speech: Speech) -> str:
    labels = {part.id: speech.own(part) for part in (speech.points.parts if speech.points else ())}
    named = speech.listed(labels.get(name, name) for name in args["indicators"])
    what = speech(N_("指标“%(parts)s”得分之和"), parts=named)
    return speech.compared(what, args["operator"], speech.counted(args["value"], Unit.POINTS))


def _mean_growth(args: Args, speech: Speech) -> str:
    facts = speech.either(speech.fact(name) for name in args["facts"])
    what = speech(N_("近两年%(facts)s的年均增长率（逐年增长率的算术平均）"), facts=facts)
    return speech.compared(what, args["operator"], speech.share(args["value"]))


def _cagr(args: Args, speech: Speech) -> str:
    years, facts = int(args["years"]), speech.either(speech.fact(name) for name in args["facts"])
    what = speech(N_("近%(years)s年%(facts)s的复合年均增长率"), years=speech.years(years), facts=facts)
    said = speech.compared(what, args["operator"], speech.share(args["value"]))
    if "base_at_least" not in args:
        return said
    base = speech(N_("基期（上一年度之前第%(years)s年）该项"), years=speech.years(years))
    floor = speech.amount(FACTS[args["facts"][0]], args["base_at_least"])
    return speech(N_("%(rule)s，且%(other)s"), rule=said, other=speech.compared(base, ">=", floor))


def _over_years(pattern: str) -> Sayer:
    """One figure over some years: each of them, their sum or their mean."""

    def say(args: Args, speech: Speech) -> str:
        fact: Fact = FACTS[args["fact"]]
        years = speech.years(int(args["years"]))
        what = speech(pattern, years=years, fact=speech.fact(fact.name))
        return speech.compared(what, args["operator"], speech.amount(fact, args["value"]))

    return say


def _amount_in_year(args: Args, speech: Speech) -> str:
    fact, years = FACTS[args["fact"]], speech.years(int(args["years_back"]))
    what = speech(N_("当年之前第%(years)s年的%(fact)s"), years=years, fact=speech.fact(fact.name))
    return speech.compared(what, args["operator"], speech.amount(fact, args["value"]))


def _share_each_year(args: Args, speech: Speech) -> str:
    what = speech(
        N_("近%(years)s年每年的%(numerator)s占当年%(denominator)s的比例"),
        years=speech.years(int(args["years"])),
        numerator=speech.fact(args["numerator"]),
        denominator=speech.fact(args["denominator"]),
    )
    return _when_zero(args, speech.compared(what, args["operator"], speech.share(args["value"])), speech)


def _judgement(_args: Args, speech: Speech) -> str:
    return speech(N_("由人工判断，系统不自动得出结论"))


def _unmet_at_most(args: Args, speech: Speech) -> str:
    labels = _labels(args["tier"], args["criteria"], speech)
    what = speech(
        N_("“%(tier)s”的下列条件中未达到的：%(criteria)s，"),
        tier=speech.tier(args["tier"]),
        criteria=speech.listed(labels),
    )
    return speech.compared(what, "<=", speech.counted(args["value"], Unit.COUNT))


def _labels(tier: str, ids: Sequence[str], speech: Speech) -> list[str]:
    found = {
        criterion.id: speech.own(criterion)
        for entry in load_rulebook().rule_sets
        if entry.tier == tier and entry.is_default
        for criterion in entry.criteria
    }
    return [found.get(name, name) for name in ids]


def _all_of(args: Args, speech: Speech) -> str:
    return speech.headed(speech(N_("同时符合")), _parts(args, speech))


def _any_of(args: Args, speech: Speech) -> str:
    return speech.headed(speech(N_("至少符合一项")), _parts(args, speech))


def _parts(args: Args, speech: Speech) -> str:
    return speech.numbered(clause(part["word"], part, speech) for part in args["parts"])


def _amount_by_industry(args: Args, speech: Speech) -> str:
    fact = FACTS[args["fact"]]
    clauses = [
        speech.compared(
            speech(N_("行业 %(codes)s 的，"), codes=_codes(entry, speech)),
            args["operator"],
            speech.amount(fact, entry["value"]),
        )
        for entry in args["classes"]
    ]
    return speech.headed(speech.last_year(fact.name), speech.clauses(clauses))


def _codes(entry: Args, speech: Speech) -> str:
    return industries(entry["industry"], entry.get("except", ()), speech)


def industries(within: Sequence[str], outside: Sequence[str], speech: Speech) -> str:
    """Industry codes with their names, and those within them that do not count."""
    codes = speech.listed(_industry(code, speech) for code in within)
    if not outside:
        return codes
    but = speech.listed(_industry(code, speech) for code in outside)
    return speech(N_("%(codes)s（不含 %(but)s）"), codes=codes, but=but)


def _industry(code: str, speech: Speech) -> str:
    """A code with its name, which is the Chinese standard's."""
    name = "" if speech.is_english else industry_name(code)
    return f"{code} {name}" if name and name != code else code


def _sme_size(_args: Args, speech: Speech) -> str:
    return speech(N_("按《中小企业划型标准规定》（工信部联企业〔2011〕300号）属于中型、小型或微型企业"))


def _registered(args: Args, speech: Speech) -> str:
    first, last = args.get("from"), args.get("to")
    if first and last:
        return speech(N_("注册成立于 %(first)s 至 %(last)s（均含当日）"), first=first, last=last)
    if first:
        return speech(N_("注册成立于 %(first)s（含）以后"), first=first)
    return speech(N_("注册成立于 %(last)s（含）以前"), last=last)


SAYERS: dict[str, Sayer] = {
    "flag": _flag,
    "flags": _flags,
    "amount": _amount,
    "count": _count,
    "age": _age,
    "holds": _holds,
    "holds_any": _holds_any,
    "one_of": _one_of,
    "share": _share,
    "share_each_year": _share_each_year,
    "points": _points,
    "points_part": _points_part,
    "points_sum": _points_sum,
    "mean_growth": _mean_growth,
    "cagr": _cagr,
    "amount_each_year": _over_years(N_("近%(years)s年每年的%(fact)s")),
    "amount_total": _over_years(N_("近%(years)s年%(fact)s之和")),
    "amount_mean": _over_years(N_("近%(years)s年%(fact)s的年平均数")),
    "amount_in_year": _amount_in_year,
    "amount_by_industry": _amount_by_industry,
    "judgement": _judgement,
    "unmet_at_most": _unmet_at_most,
    "sme_size": _sme_size,
    "registered": _registered,
    "all_of": _all_of,
    "any_of": _any_of,
}
