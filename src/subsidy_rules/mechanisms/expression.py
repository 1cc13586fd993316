"""Expressions: the text of a condition or a basis becomes operations, with every name resolved.

`Scope` says what names mean where the expression stands. Left of `is`, `in`, `>=` stands a resolved path or it is an
error; right of it only members of that path's vocabulary. A bare word is never text:

    project.purposes any of renewal_purposes and project.nature has 改扩建
    sum of project.costs.amount where cost.kind in [equipment, bundled_software]
"""

from __future__ import annotations

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.conditions import Conditions
from subsidy_rules.mechanisms.scope import AwardOf, ConstantPool, ExpressionError, NamedList, Parameter, Scope
from subsidy_rules.mechanisms.tokens import WORDS
from subsidy_rules.mechanisms.types import as_ratio, fields_read, is_worked_out, kind_of

__all__ = [
    "WORDS",
    "AwardOf",
    "ConstantPool",
    "ExpressionError",
    "NamedList",
    "Parameter",
    "Scope",
    "as_ratio",
    "fields_read",
    "is_worked_out",
    "kind_of",
    "open_parameter",
    "parse_condition",
    "parse_divisor",
    "parse_path",
    "parse_source",
    "parse_value",
]


class _Parser(Conditions):
    """Recursive descent over one expression."""

    def parameter(self, name: str) -> op.Value:
        found = self.scope.parameters.get(name)
        if found is None:
            raise ExpressionError(
                f"no parameter '{name}'",
                f"没有参数“{name}”",
                code="unknown-name",
                word=name,
                options=tuple(self.scope.parameters),
            )
        return open_parameter(found, self.scope)


def parse_value(text: str, scope: Scope, expected: str = "") -> op.Value:
    """Read a numeric expression. `expected` is the type it must have (`money`, `ratio`, …), if any.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value()
    parser.finish()
    if expected == "ratio":
        node = as_ratio(node)
    if expected and node.type != expected:
        raise ExpressionError(
            f"'{text}' is a {node.type}, not a {expected}", f"“{text}”的类型是{node.type}，应为{expected}"
        )
    return node


def parse_path(text: str, scope: Scope) -> op.Value:
    """Read an expression of any type: a number, a date, or the path of an enum, a set, a ref or a text.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value(numeric=False)
    parser.finish()
    return node


def parse_divisor(text: str, scope: Scope) -> op.Value:
    """Read what can stand under a division: a constant, or an enum whose members are numbers.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value(numeric=False)
    parser.finish()
    parser.check_divisor(node)
    return node


def parse_condition(text: str, scope: Scope) -> op.Truth:
    """Read a condition. Raises `ExpressionError`."""
    parser = _Parser(text, scope)
    node = parser.condition()
    parser.finish()
    return node


def parse_source(text: str, scope: Scope) -> tuple[str, op.Source]:
    """Read `loan in loans` as the name and the list. Raises `ExpressionError`."""
    parser = _Parser(text, scope)
    name = parser.name()
    parser.expect("in")
    source = parser.source(parser.word())
    parser.finish()
    if name in scope.bound:
        raise ExpressionError(f"'{name}' is already bound", f"“{name}”已被使用")
    return name, source


def _fact_of(text: str, scope: Scope) -> op.Fact:
    found = parse_path(text, scope)
    if not isinstance(found, op.Fact):
        raise ExpressionError(f"'{text[:120]}' is not a fact", f"“{text[:120]}”不是事实", code="wrong-type")
    return found


def open_parameter(parameter: Parameter, scope: Scope, otherwise: op.Value | None = None) -> op.Value:
    """Return what stands for a parameter where these names are bound: what a guide fills, or the row that holds.

    Where no row does, it is as open as without a guide. Raises `ExpressionError`.
    """
    keys = tuple(_fact_of(text, scope) for text in parameter.by)
    on = parse_value(parameter.on, scope, "date") if parameter.on else None
    opened = op.Open(parameter.id, keys, otherwise, parameter.type, on)
    branches = []
    for members, since, value in sorted(parameter.rows, key=lambda row: row[1], reverse=True):
        tests: list[op.Truth] = [
            op.In(key, op.Listing(frozenset({name}))) for key, name in zip(keys, members, strict=True) if name != "*"
        ]
        if on is not None and since:
            tests.append(op.Compare(">=", on, parse_value(since, scope, "date")))
        figure = parse_value(value, scope, parameter.type)
        branches.append((op.All(tuple(tests)), op.Fixed(figure, parameter.type)))
    return op.Choose(tuple(branches), opened, parameter.type) if branches else opened
