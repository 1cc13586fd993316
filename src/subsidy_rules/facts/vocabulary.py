"""The shared vocabulary: which entities a case may hold, which fields they have, and what each may say.

A `Vocabulary` is the table of fields read off the models of `subsidy_rules.facts.models`, extended by what the loaded
policies declare. A plan carries the one it was compiled with, so that evaluating it needs no model.

>>> Vocabulary.core().fields["cost"]["amount"].type
'money'
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from functools import cache
from typing import Final, Literal, TypeAlias

from subsidy_rules.values import quantity
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.coding import Codec
from subsidy_rules.values.kept import kept
from subsidy_rules.values.quantity import CNY, Currency, Units

FactType: TypeAlias = Literal[
    "money", "ratio", "count", "quantity", "date", "bool", "text", "enum", "set", "ref", "place"
]
Sort: TypeAlias = Literal["applicant", "authority", "standard"]

QUANTITY: Final = "quantity of "
"""Stands before the unit in the type of a quantity."""
NUMERIC: Final = frozenset({"money", "ratio", "count", "quantity", "date"})
DENSE: Final = frozenset({"ratio", "quantity"})
"""Numeric types between two values of which there is always another; the others count whole things."""
GENERA: Final = ("称号", "奖项", "认证", "名单", "产品", "资金")


@dataclass(frozen=True, slots=True)
class Member:
    """One value of an enumeration or a set. `genus` and `list` are for kinds of titles and programmes (S6)."""

    name: str
    zh: str = ""
    en: str = ""
    genus: str = ""
    list: str = ""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of an entity.

    `type` is how it is read; `members` what an enum or set may say, `open` whether `{other: …}` is allowed;
    `target` the entities a ref may name; `sort` who can supply it (S5a); `absent` whether a ref that is not given is
    unknown or names nothing (a title that names no project is on none, S15); `signed` whether a ratio may be negative.
    `unit` is what a quantity is counted in (吨, kWh); `lowest` and `highest` the ends of the domain that a policy
    declares, both included, in fen, days or the unit.
    """

    entity: str
    name: str
    type: FactType
    zh: str = ""
    en: str = ""
    members: Mapping[str, Member] = field(default_factory=dict, compare=False)
    open: bool = False
    target: tuple[str, ...] = ()
    sort: Sort = "applicant"
    absent: Literal["unknown", "none"] = "unknown"
    signed: bool = True
    unit: str = ""
    lowest: Fraction | None = None
    highest: Fraction | None = None

    @property
    def measure(self) -> str:
        """The type in expressions, in which quantities of two units are two types: `money`, `quantity of 吨`."""
        return f"{QUANTITY}{self.unit}" if self.type == "quantity" else self.type

    def named(self, text: str) -> str | None:
        """Return the member of this name, or of this Chinese label; None where there is none."""
        if text in self.members:
            return text
        return next((name for name, member in self.members.items() if member.zh == text), None)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A list of entities: at the root of a case, or inside an entity (`project.costs`).

    `zh` is its label. Of a list that a policy declares `zh` and `en` are what one of its things is called.
    """

    owner: str
    name: str
    entity: str
    zh: str
    en: str = ""


def is_gb_code(place: str) -> bool:
    """Whether a place is a code of GB/T 2260: six digits, in which the area of a longer one is the first of them."""
    return len(place) == GB_DIGITS and place.isascii() and place.isdigit()


GB_DIGITS: Final = 6


def fact(  # noqa: PLR0913 - one keyword for each column of the table of fields
    kind: FactType,
    zh: str,
    *,
    members: str = "",
    open: bool = False,  # noqa: A002 - the word of the language
    target: str = "",
    sort: Sort = "applicant",
    absent: Literal["unknown", "none"] = "unknown",
    signed: bool = True,
) -> FieldSpec:
    """Describe a field beside its annotation; `members` is `name=label` pairs separated by blanks."""
    pairs = [pair.partition("=")[::2] for pair in members.split()]
    table = {name: Member(name, zh=label or name) for name, label in pairs}
    return FieldSpec("", "", kind, zh, "", table, open, tuple(target.split()), sort, absent, signed)


Text: TypeAlias = str | Mapping[str, object]
"""A value as a file writes it, or a mapping with its provenance, its range, or `{other: …}`."""
Words: TypeAlias = str | list[str] | list[Text] | Mapping[str, object]
Truthful: TypeAlias = bool | Text

SECTIONS: Final = {
    **dict.fromkeys(range(1, 6), "A"),
    **dict.fromkeys(range(6, 13), "B"),
    **dict.fromkeys(range(13, 44), "C"),
    **dict.fromkeys(range(44, 47), "D"),
    **dict.fromkeys(range(47, 51), "E"),
    **dict.fromkeys(range(51, 53), "F"),
    **dict.fromkeys(range(53, 61), "G"),
    **dict.fromkeys(range(61, 63), "H"),
    **dict.fromkeys(range(63, 66), "I"),
    **dict.fromkeys(range(66, 70), "J"),
    70: "K",
    **dict.fromkeys(range(71, 73), "L"),
    **dict.fromkeys(range(73, 76), "M"),
    **dict.fromkeys(range(76, 80), "N"),
    **dict.fromkeys(range(80, 83), "O"),
    83: "P",
    **dict.fromkeys(range(84, 86), "Q"),
    **dict.fromkeys(range(86, 91), "R"),
    **dict.fromkeys(range(91, 97), "S"),
    97: "T",
}
"""Divisions of GB/T 4754-2017 and the section each belongs to."""

INDUSTRIES: Final = {f"{division:02d}": Member(f"{division:02d}") for division in SECTIONS}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The table of fields and lists: the core's, and what the loaded policies add.

    `units` are those in which quantities are written, each with the unit that it is counted in, and how many it is.
    """

    fields: Mapping[str, Mapping[str, FieldSpec]]
    lists: Mapping[str, Mapping[str, ListSpec]]
    zones: frozenset[str] = frozenset()
    units: Units = field(default_factory=dict)
    currency: Currency = CNY

    def list_of(self, entity: str) -> ListSpec | None:
        """Return the list whose things are of an entity, or None."""
        found = (one for table in self.lists.values() for one in table.values())
        return next((one for one in found if one.entity == entity), None)

    def words(self, entity: str) -> Iterator[str]:
        """Return all that stands for a field or a list of an entity: names and labels."""
        for table in (self.fields[entity], self.lists[entity]):
            for name, one in table.items():
                yield from dict.fromkeys((name, one.zh) if one.zh else (name,))

    def with_list(self, spec: ListSpec) -> Vocabulary:
        """Return the vocabulary with a list of things of a new entity, which have nothing but an `id` yet."""
        fields = {**self.fields, spec.entity: {"id": replace(_core().fields["cost"]["id"], entity=spec.entity)}}
        owner = {**self.lists[spec.owner], spec.name: spec}
        return replace(self, fields=fields, lists={**self.lists, spec.owner: owner, spec.entity: {}})

    @staticmethod
    def core() -> Vocabulary:
        """Return the shared vocabulary, without any policy's own facts."""
        return _core()

    def field(self, entity: str, name: str) -> FieldSpec | None:
        """Return the field of an entity, or None."""
        return self.fields.get(entity, {}).get(name)

    def with_members(self, entity: str, name: str, members: Iterable[Member]) -> Vocabulary:
        """Return the vocabulary with these members added to a field."""
        spec = self.fields[entity][name]
        table = {**spec.members, **{member.name: member for member in members}}
        return self.with_field(replace(spec, members=table))

    def with_field(self, spec: FieldSpec) -> Vocabulary:
        """Return the vocabulary with a field added or replaced."""
        entity = {**self.fields[spec.entity], spec.name: spec}
        known = not spec.unit or spec.unit in self.units
        units = self.units if known else {**self.units, spec.unit: (spec.unit, Fraction(1))}
        return replace(self, fields={**self.fields, spec.entity: entity}, units=units)

    def with_zones(self, zones: Iterable[str]) -> Vocabulary:
        """Return the vocabulary with these named zones as places."""
        return replace(self, zones=self.zones | set(zones))

    def with_units(self, units: Units) -> Vocabulary:
        """Return the vocabulary with these further units of quantities."""
        return replace(self, units={**self.units, **units})

    def with_currency(self, currency: Currency) -> Vocabulary:
        """Return the vocabulary with this money."""
        return replace(self, currency=currency)


@cache
def _core() -> Vocabulary:
    return kept("vocabulary", (), Codec(quantity, sys.modules[__name__]), _read_off, Vocabulary)


def _read_off() -> Vocabulary:
    from subsidy_rules.facts.models import CORE  # noqa: PLC0415 - they need pydantic, which what is kept does not

    return CORE
