"""Frozen values as rows of plain data, and back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction

import pytest

from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.coding import Codec, NotData


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part."""

    name: str
    of: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Made:
    """A whole, with a field that is made and not given."""

    parts: tuple[object, ...]
    count: int = field(init=False, default=3)


class Grown(int):
    """A whole number that is more than one."""


CODEC = Codec(sys.modules[__name__])


@pytest.mark.parametrize(
    "value",
    [
        (),
        5,
        Fraction(-7, 3),
        (1, True, Fraction(1), "1", None, False, 0),
        ((1,), (True,), (Fraction(1),)),
        {"z": 1, "a": {"nested": ("元",)}},
        {("a", "b"): frozenset({"c"})},
        Made((Leaf("a", {"x": 1}), Leaf("a", {"x": True}), Leaf("a"))),
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    found = CODEC.value(CODEC.rows(value))
    assert found == value
    assert repr(found) == repr(value)  # which tells 1 from True, shows what is not compared, and keeps the order
    assert CODEC.rows(found) == CODEC.rows(value)


@pytest.mark.parametrize(
    "value", [frozenset(), frozenset("wxyz"), frozenset({("b", 1), ("a", 2), ("a", Fraction(1, 2))})]
)
def test_a_set_is_written_in_one_order(value: frozenset[object]) -> None:
    found = CODEC.value(CODEC.rows(value))
    assert found == value
    assert CODEC.rows(frozenset(sorted(value, key=repr, reverse=True))) == CODEC.rows(value)


def test_what_is_the_same_is_written_once_and_is_one_object() -> None:
    value = (Leaf("a", {"x": 1}), Leaf("a", {"x": 1}))
    rows = CODEC.rows(value)
    assert [row[0] for row in rows] == ["int", "dict", "Leaf", "tuple"]
    found = CODEC.value(rows)
    assert isinstance(found, tuple)
    assert found[0] is found[1]


@pytest.mark.parametrize("value", [0.5, [1], object(), Grown(1), ("a", {"b": {1, 2}}), Leaf("a", {"b": b"c"})])
def test_what_is_not_data_is_refused(value: object) -> None:
    with pytest.raises(NotData):
        CODEC.rows(value)


@pytest.mark.parametrize("value", ["text", None, True])
def test_a_bare_atom_is_no_value(value: object) -> None:
    with pytest.raises(NotData):
        CODEC.rows(value)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["os.system", "true"]],
        [["eval", "1"]],
        [["tuple", 0]],
        [["tuple", 7]],
        [["int", "x"]],
        [["Fraction", "1", "2"]],
        [["Leaf"]],
        [["Leaf", "a", None, "b"]],
        [["dict", "a"]],
        [["dict", ["a"], "b"]],
        [[]],
        [5],
        [[{}]],
    ],
    ids=repr,
)
def test_rows_that_are_no_value_are_refused(rows: list[list[str | bool | int | None]]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        CODEC.value(rows)
