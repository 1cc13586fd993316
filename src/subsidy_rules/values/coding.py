"""Frozen values ↔ rows of plain data: what was computed once can be kept as JSON, and no code with it.

A `Codec` knows the dataclasses of the modules that it is given, and texts, truths, whole numbers, fractions, tuples,
frozen sets and mappings of them; a value of any other kind is refused. Each row is the name of a kind and what it is
made of: a text, a truth or nothing as such, everything else as the number of an earlier row. What is equal in every
part is written once, and is one object when it is read.

>>> from subsidy_rules.values import quantity
>>> Codec(quantity).rows(("2800万元", Fraction(1, 3)))
[['int', '1'], ['int', '3'], ['Fraction', 0, 1], ['tuple', '2800万元', 2]]
>>> Codec(quantity).value([["int", "1"], ["int", "3"], ["Fraction", 0, 1], ["tuple", "2800万元", 2]])
('2800万元', Fraction(1, 3))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from itertools import chain
from types import ModuleType
from typing import Any, Final, TypeAlias

Atom: TypeAlias = str | bool | int | None
"""A part of a row; a whole number is that of an earlier row."""
Row: TypeAlias = list[Atom]


_PARTS: Final[dict[type, Callable[[Any], Iterable[object]]]] = {
    int: lambda value: [str(value)],
    Fraction: lambda value: [value.numerator, value.denominator],
    tuple: iter,
    frozenset: lambda value: sorted(value, key=repr),
    dict: lambda value: chain.from_iterable(value.items()),
}
"""What the values that are no dataclass are made of, in an order that no hash seed changes."""


class NotData(TypeError):  # noqa: N818 - it says what is wrong with the value
    """A value is of a kind that is not kept as data."""


class Codec:
    """Writes and reads the dataclasses of some modules, whatever fields they have."""

    def __init__(self, *modules: ModuleType) -> None:
        classes = {
            name: cls
            for module in modules
            for name, cls in vars(module).items()
            if isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__
        }
        self._classes: Final[dict[str, type[Any]]] = classes
        self._makers: Final[dict[str, Callable[..., object]]] = {
            **classes,
            "int": int,
            "Fraction": Fraction,
            "tuple": lambda *parts: parts,
            "frozenset": lambda *parts: frozenset(parts),
            "dict": lambda *parts: dict(zip(parts[::2], parts[1::2], strict=True)),
        }

    def rows(self, value: object) -> list[Row]:
        """Write a value; the last row is the value itself. Raises `NotData` for what is not kept as data."""
        writer = _Writer(self._classes)
        last = writer.part(value)
        if type(last) is not int:
            raise NotData(f"a bare {type(value).__name__}")
        return writer.rows

    def value(self, rows: Sequence[Row]) -> object:
        """Read the value of rows. Raises `LookupError`, `TypeError` or `ValueError` where they are damaged."""
        made: list[object] = []
        makers = self._makers
        for kind, *parts in rows:
            # A truth is a whole number to `isinstance`, so the type itself is asked.
            made.append(makers[kind](*[made[part] if type(part) is int else part for part in parts]))  # type: ignore[index]
        return made[-1]


class _Writer:
    """Writes one value; a row that is there already is not written again."""

    def __init__(self, classes: dict[str, type[Any]]) -> None:
        self.classes = classes
        self.rows: list[Row] = []
        self.places: dict[tuple[tuple[type, Atom], ...], int] = {}
        self.known: dict[int, tuple[object, Atom]] = {}

    def part(self, value: object) -> Atom:
        """Return how a value stands in the row of another."""
        if value is None or type(value) in (str, bool):
            return value  # type: ignore[return-value]
        found = self.known.get(id(value))
        if found is None:
            # The value is held too, so that its id stays its own.
            found = self.known[id(value)] = (value, self._place([*self._row(value)]))
        return found[1]

    def _row(self, value: object) -> Row:
        kind = type(value)
        if self.classes.get(kind.__name__) is kind:
            names = [one.name for one in fields(self.classes[kind.__name__]) if one.init]
            return [kind.__name__, *(self.part(getattr(value, name)) for name in names)]
        if kind not in _PARTS:
            raise NotData(f"a {kind.__name__}")
        return [kind.__name__, *map(self.part, _PARTS[kind](value))]

    def _place(self, row: Row) -> int:
        """Return the number of a row; truths and numbers that are equal to Python are not the same here."""
        place = self.places.setdefault(tuple((type(one), one) for one in row), len(self.rows))
        if place == len(self.rows):
            self.rows.append(row)
        return place
