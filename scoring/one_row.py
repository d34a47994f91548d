"""The same expressions for one enterprise, without a query engine around them.

Polars needs some microseconds for each operation, whatever the number of
rows, and a page of one enterprise needs ten thousand operations. So the
expressions that screening compiles are read back from Polars and run on plain
Python values. There is no second set of rules: what cannot be read back here
(`NotReadable`) is left to Polars, and tests hold the two to the same outcomes.
"""

import json
import math
from calendar import isleap
from collections.abc import Callable, Mapping, Sequence
from ctypes import c_float
from datetime import date, timedelta
from io import BytesIO
from re import compile as pattern
from typing import Any

import polars as pl

Values = dict[str, Any]
Run = Callable[[Values], Any]
_EPOCH = date(1970, 1, 1)
_OFFSET = pattern(r"(-?\d+)(y|d)")
_FEBRUARY, _LEAP_DAY = 2, 29


class NotReadable(Exception):
    """An expression has a part that only Polars can run."""


def compile_layer(expressions: Sequence[pl.Expr]) -> list[tuple[str, Run]]:
    """Each expression under its name; NotReadable when one of them cannot be read back."""
    return [(expr.meta.output_name(), compile_expression(expr)) for expr in expressions]


def compile_expression(expr: pl.Expr) -> Run:
    """One expression as a function of the columns it reads."""
    return _node(json.loads(expr.meta.serialize(format="json")))


def run_layer(layer: Sequence[tuple[str, Run]], values: Values) -> None:
    """Add a layer's columns; like Polars, what they read is from before the layer."""
    values.update([(name, run(values)) for name, run in layer])


def _node(tree: Any) -> Run:
    if not isinstance(tree, dict) or len(tree) != 1:
        raise NotReadable(str(tree))
    ((kind, body),) = tree.items()
    if kind not in _KINDS:
        raise NotReadable(kind)
    return _KINDS[kind](body)


def _column(name: str) -> Run:
    return lambda values: values[name]


def _alias(body: Sequence[Any]) -> Run:
    return _node(body[0])


def _literal(body: Mapping[str, Any]) -> Run:
    value = _value(body)
    return lambda _values: value


def _value(body: Mapping[str, Any]) -> Any:
    ((_form, typed),) = body.items()
    ((dtype, value),) = typed.items()
    if dtype == "Date":
        return _EPOCH + timedelta(days=value)
    if dtype == "Duration":
        return timedelta(microseconds=value[0]) if value[1] == "Microseconds" else _refuse(value)
    if dtype.startswith("Float") and value is None:
        # JSON has no word for infinity, the only number of this kind in our expressions.
        return math.inf
    if dtype == "List":
        return pl.read_ipc_stream(BytesIO(bytes(value))).to_series().to_list()
    if dtype in ("Null", "Boolean", "String", "Int", "Float") or dtype.startswith(("Int", "UInt", "Float")):
        return None if dtype == "Null" else value
    return _refuse(dtype)


def _refuse(what: Any) -> Any:
    raise NotReadable(str(what))


def _ternary(body: Mapping[str, Any]) -> Run:
    condition, then, otherwise = (_node(body[name]) for name in ("predicate", "truthy", "falsy"))
    return lambda values: then(values) if condition(values) else otherwise(values)


def _binary(body: Mapping[str, Any]) -> Run:
    operator = body["op"]
    left, right = _node(body["left"]), _node(body["right"])
    if operator == "And":
        return _kleene(left, right, decides=False)
    if operator == "Or":
        return _kleene(left, right, decides=True)
    if operator not in _OPERATORS:
        raise NotReadable(operator)
    return _both_known(left, right, _OPERATORS[operator])


def _both_known(left: Run, right: Run, operate: Callable[[Any, Any], Any]) -> Run:
    def run(values: Values) -> Any:
        one = left(values)
        if one is None:
            return None
        other = right(values)
        return None if other is None else operate(one, other)

    return run


def _kleene(left: Run, right: Run, *, decides: bool) -> Run:
    """Three-valued and / or: a side that ``decides`` settles it, else what is unknown stays so."""

    def run(values: Values) -> Any:
        one = left(values)
        if one is decides:
            return decides
        other = right(values)
        if other is decides:
            return decides
        return None if one is None or other is None else not decides

    return run


def _divide(one: Any, other: Any) -> float:
    if other:
        return float(one / other)
    return math.nan if not one or math.isnan(one) else math.copysign(math.inf, one)


def _divide_down(one: Any, other: Any) -> Any:
    return one // other if other else None


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Plus": lambda one, other: one + other,
    "Minus": lambda one, other: one - other,
    "Multiply": lambda one, other: one * other,
    "TrueDivide": _divide,
    "FloorDivide": _divide_down,
    "Eq": lambda one, other: one == other,
    "NotEq": lambda one, other: one != other,
    "Gt": lambda one, other: one > other,
    "GtEq": lambda one, other: one >= other,
    "Lt": lambda one, other: one < other,
    "LtEq": lambda one, other: one <= other,
}


def _cast(body: Mapping[str, Any]) -> Run:
    dtype = body["dtype"].get("Literal") if isinstance(body["dtype"], dict) else None
    convert = _CASTS.get(dtype) if isinstance(dtype, str) else None
    if convert is None:
        raise NotReadable(str(body["dtype"]))
    inner = _node(body["expr"])

    def run(values: Values) -> Any:
        value = inner(values)
        return None if value is None else convert(value)

    return run


def _same(value: Any) -> Any:
    return value


_CASTS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64"), int
    ),
    "Float64": float,
    "Float32": lambda value: c_float(value).value,
    "Boolean": bool,
    "Date": _same,
    "String": str,
}


def _function(body: Mapping[str, Any]) -> Run:
    called = body["function"]
    name = json.dumps(called, sort_keys=True)
    inputs = [_node(tree) for tree in body["input"]]
    if name not in _FUNCTIONS:
        if isinstance(called, dict) and "ReplaceStrict" in called:
            return _replace(*inputs)
        raise NotReadable(name)
    return _FUNCTIONS[name](*inputs)


def _mapped(convert: Callable[[Any], Any]) -> Callable[[Run], Run]:
    def make(inner: Run) -> Run:
        def run(values: Values) -> Any:
            value = inner(values)
            return None if value is None else convert(value)

        return run

    return make


def _is_null(inner: Run) -> Run:
    return lambda values: inner(values) is None


def _is_not_null(inner: Run) -> Run:
    return lambda values: inner(values) is not None


def _first_known(*inputs: Run) -> Run:
    def run(values: Values) -> Any:
        for inner in inputs:
            value = inner(values)
            if value is not None:
                return value
        return None

    return run


def _among_known(choose: Callable[..., Any]) -> Callable[..., Run]:
    def make(*inputs: Run) -> Run:
        def run(values: Values) -> Any:
            return choose((value for inner in inputs if (value := inner(values)) is not None), default=None)

        return run

    return make


def _is_in(inner: Run, listed: Run) -> Run:
    return _both_known(inner, listed, lambda value, choices: value in choices)


def _slice(text: Run, start: Run, length: Run) -> Run:
    def run(values: Values) -> Any:
        whole, first = text(values), start(values)
        return None if whole is None else whole[first : first + length(values)]

    return run


def _replace(inner: Run, old: Run, new: Run, default: Run | None = None) -> Run:
    table = dict(zip(old({}), new({}), strict=True))

    def run(values: Values) -> Any:
        value = inner(values)
        if value in table:
            return table[value]
        return None if default is None else default(values)

    return run


def _offset(start: date, by: str) -> date:
    match = _OFFSET.fullmatch(by)
    if match is None:
        raise ValueError(f"An offset of {by!r} is not known.")
    count = int(match[1])
    if match[2] == "d":
        return start + timedelta(days=count)
    year = start.year + count
    has_no_such_day = (start.month, start.day) == (_FEBRUARY, _LEAP_DAY) and not isleap(year)
    return date(year, _FEBRUARY, _LEAP_DAY - 1) if has_no_such_day else start.replace(year=year)


_FUNCTIONS: dict[str, Callable[..., Run]] = {
    '{"Boolean": "Not"}': _mapped(lambda value: not value),
    '{"Boolean": "IsNull"}': _is_null,
    '{"Boolean": "IsNotNull"}': _is_not_null,
    '{"Boolean": {"IsIn": {"nulls_equal": false}}}': _is_in,
    '"FillNull"': _first_known,
    '"Coalesce"': _first_known,
    '"MinHorizontal"': _among_known(min),
    '"MaxHorizontal"': _among_known(max),
    '"Abs"': _mapped(abs),
    '{"StringExpr": "Slice"}': _slice,
    '{"TemporalExpr": "OffsetBy"}': lambda start, by: _both_known(start, by, _offset),
    '{"TemporalExpr": "Year"}': _mapped(lambda day: day.year),
    '{"TemporalExpr": {"TotalDays": {"fractional": false}}}': _mapped(lambda span: span.days),
}
_KINDS: dict[str, Callable[[Any], Run]] = {
    "Column": _column,
    "Alias": _alias,
    "Literal": _literal,
    "Ternary": _ternary,
    "BinaryExpr": _binary,
    "Cast": _cast,
    "Function": _function,
}
