"""Types of values: which are numbers, which stand beside each other, and what a quotient is held against."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from subsidy_rules.facts.vocabulary import QUANTITY
from subsidy_rules.mechanisms import operations as op

if TYPE_CHECKING:
    from subsidy_rules.facts.vocabulary import FieldSpec


ADDED: Final = frozenset({"money", "ratio", "count", "quantity"})
"""The types that can be added and multiplied; dates are only compared."""


PRICE: Final = "price of "
"""Stands before the unit of a quantity in the type of a price, which is only ever multiplied by so many of it."""


def kind_of(type_: str) -> str:
    """Return the type without the unit of a quantity."""
    return "quantity" if type_.startswith(QUANTITY) else type_


def as_ratio(node: op.Value) -> op.Value:
    """Return a quotient as the ratio that it is where one is wanted: `research / revenue >= 5%`. Others stay.

    By itself the quotient of two figures of one kind is a number (每满), which `whole of` and a price take.
    """
    if isinstance(node, op.Arithmetic) and node.sign == "/" and node.left.type == node.right.type:
        return replace(node, type="ratio")
    return node


def alike(left: op.Value, right: op.Value) -> tuple[op.Value, op.Value]:
    """Return two values that stand beside each other, with a quotient beside a ratio as one."""
    ratio = "ratio" in (left.type, right.type)
    return (as_ratio(left), as_ratio(right)) if ratio else (left, right)


def all_numbers(spec: FieldSpec) -> bool:
    """Whether an enumeration has numbers above zero and nothing else (360, 365)."""
    return bool(spec.members) and not spec.open and all(re.fullmatch("[1-9][0-9]*", name) for name in spec.members)


def is_worked_out(value: op.Value) -> bool:
    """Whether a plain number is a product or a quotient of facts: a share of staff, revenue by revenue.

    Such a number may be held against `10%` and against `3` alike; a fact is held only against what is of its own type,
    so that `patents >= 5%` stays an error, and so does `2 * 3 >= 10%`.
    """
    if not isinstance(value, op.Arithmetic) or value.type not in ("ratio", "count"):
        return False
    if value.sign in ("*", "/"):
        return any(isinstance(one, op.Fact | op.Aggregate) for one in op.walk(value))
    return is_worked_out(value.left) or is_worked_out(value.right)


def held(left: op.Value, right: op.Value) -> tuple[op.Value, op.Value]:
    """Return two figures to be compared, with a number that is worked out as what it is held against: 10.1 people."""
    if {left.type, right.type} == {"ratio", "count"}:
        if isinstance(left, op.Arithmetic) and is_worked_out(left):
            left = replace(left, type=right.type)
        elif isinstance(right, op.Arithmetic) and is_worked_out(right):
            right = replace(right, type=left.type)
    return left, right


def comparable(left: op.Fact | op.Bound, right: op.Fact | op.Bound) -> bool:
    """Whether two paths can name one thing, or are read over one vocabulary."""
    if isinstance(left, op.Bound):
        return left.entity == right.entity if isinstance(right, op.Bound) else left.entity in right.spec.target
    if isinstance(right, op.Bound):
        return right.entity in left.spec.target
    if left.type != right.type or left.of_kind != right.of_kind:
        return False
    if left.type == "ref":
        return not set(left.spec.target).isdisjoint(right.spec.target)
    return left.type != "enum" or not left.spec.members.keys().isdisjoint(right.spec.members)


def fields_read(node: op.Node) -> list[FieldSpec]:
    """Return the fields that an expression reads."""
    return [part.spec for part in op.walk(node) if isinstance(part, op.Fact)]
