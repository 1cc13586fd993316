"""What a step and an open parameter are once they are read: operations and names, and nothing of how a file wrote them.

Whoever evaluates a plan needs these and not the words of the language, nor pydantic, which reads them.
"""

from __future__ import annotations

from typing import Final, get_args

from subsidy_rules.facts.case import bounds_of
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO

NOTHING: Final = op.Constant(0, "money")
"""Zero: the first constant of every policy."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A step in operations.

    `value` is the running amount after the step; `operand` the figure that the step itself brings (shown with `sign`);
    `requires` must hold for the award to exist (a table has a row, a list has an item); `applies` for the step to be
    taken. Inside it may stand steps: of each item (`inner`, `items`), of exclusive `bands`, or of `parts` that add up.
    `floor` is the lower of two figures that it brings; `most` how many items count, the highest, where not all do.
    """

    word: str
    value: op.Value
    operand: op.Value | None
    sign: str
    quote: str
    requires: tuple[op.Truth, ...] = ()
    inner: tuple[Lowered, ...] = ()
    items: tuple[op.Source, str, op.Truth] | None = None
    applies: op.Truth = op.ALWAYS
    bands: tuple[LoweredBand, ...] = ()
    parts: tuple[tuple[Lowered, ...], ...] = ()
    floor: op.Value | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class LoweredBand:
    """One of several exclusive lots of steps: when it is taken, and its ends as they are written."""

    truth: op.Truth
    steps: tuple[Lowered, ...]
    text: str


def chain(steps: tuple[Lowered, ...]) -> op.Chain:
    """Return steps in their order as one operation, in which no step leaves less than nothing."""
    return op.Chain(tuple(_from_zero(step.value) for step in steps))


def _from_zero(value: op.Value) -> op.Value:
    return op.Greatest(value, NOTHING, "money") if _may_fall_below_zero(value) else value


def _may_fall_below_zero(node: op.Node) -> bool:
    """Whether a figure subtracts, or reads a fact that can be negative, outside of a greater-of that bounds it."""
    match node:
        case op.Greatest(left, right):
            return _may_fall_below_zero(left) and _may_fall_below_zero(right)
        case op.Arithmetic("-"):
            return True
        case op.Fact(_, spec, _):
            return bounds_of(spec)[0] < ZERO
        case _:
            values = (one for one in op.children(node) if not isinstance(one, get_args(op.Truth)))
            return any(_may_fall_below_zero(one) for one in values)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that another document gives (S24): its type, what it is looked up by, the day it is of, the document.

    `by` and `on` are expressions; without `on` its value does not change with time. A guide fills it unless the policy
    has its `rows`: the members of the keys, the day from which each holds (or ""), the value.
    """

    id: str
    type: str
    by: tuple[str, ...]
    document: str
    on: str = ""
    rows: tuple[tuple[tuple[str, ...], str, str], ...] = ()
