"""What a case is once it is read: a tree of things, each with its known values and the lists that were given.

A value that is not there is unknown, never zero and never false; a number that is known only as a range is an `Amount`
like any other.

>>> Thing("cost", "projects[0].costs[1]", "", {}, {}, {}).fact_path("amount")
'projects[0].costs[1].amount'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from subsidy_rules.errors import Problem


@dataclass(frozen=True, slots=True)
class Other:
    """A member that an open vocabulary does not list: `{other: "…"}`."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """The id of another thing in the same case."""

    id: str


@dataclass(frozen=True, slots=True)
class Members:
    """The value of a set-valued fact; `other` are members that its vocabulary does not list."""

    names: frozenset[str]
    other: tuple[str, ...] = ()


Value: TypeAlias = Amount | str | bool | Other | Ref | Members


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from (S8)."""

    source: str = ""
    status: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """One entity of a case: `path` as written (`projects[0].costs[1]`), its known values, its lists that are given."""

    entity: str
    path: str
    id: str
    values: Mapping[str, Value] = field(compare=False)
    lists: Mapping[str, Items] = field(compare=False)
    provenance: Mapping[str, Provenance] = field(compare=False)
    parent: Thing | None = field(default=None, compare=False)

    def fact_path(self, name: str) -> str:
        """Return the path of one of its facts, as the case writes it."""
        return f"{self.path}.{name}" if self.path else name


@dataclass(frozen=True, slots=True)
class Items:
    """A list that was given; `more` says it is not complete."""

    things: tuple[Thing, ...]
    more: bool = False

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.things)


@dataclass(frozen=True, slots=True)
class Facts:
    """A case read with one vocabulary. `warnings` are problems that refuse nothing: figures of an unlikely size."""

    root: Thing
    enterprise: Thing
    index: Mapping[str, Thing]
    paths: Mapping[str, Thing]
    assumed_none: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()
    plain: dict[str, dict[str, object]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Kept by who reads the same facts in another form."""
