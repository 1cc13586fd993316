"""What names mean where an expression stands, and what is said of an expression that can't be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from subsidy_rules.mechanisms.lowered import Parameter as Parameter  # noqa: PLC0414 - those who read take it from here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from subsidy_rules.facts.vocabulary import Vocabulary
    from subsidy_rules.mechanisms import operations as op
    from subsidy_rules.values.quantity import QuantityError


class ExpressionError(ValueError):
    """An expression can't be read. `word` and `options` make the suggestion, where there is one."""

    def __init__(
        self, what: str, what_zh: str, *, code: str = "bad-expression", word: str = "", options: tuple[str, ...] = ()
    ) -> None:
        """Keep the two wordings and the suggestion's material."""
        super().__init__(what)
        self.what, self.what_zh, self.code, self.word, self.options = what, what_zh, code, word, options
        self.remedy: str | None = None
        self.remedy_zh: str | None = None

    @staticmethod
    def of(error: QuantityError) -> ExpressionError:
        """Return what is wrong with a figure as what is wrong with the expression that it is in."""
        made = ExpressionError(error.what, error.what_zh, code=error.code)
        made.remedy, made.remedy_zh = error.remedy, error.remedy_zh
        return made


class ConstantPool(Protocol):
    """Where numbers of a text are kept: a number goes in, its operation comes out."""

    def add(self, value: Fraction, type_: str) -> op.Constant:
        """Keep a number of a type."""
        ...

    def value(self, constant: op.Constant) -> Fraction:
        """Return the number that is kept as a constant."""
        ...


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list of members declared by a policy, and the path whose vocabulary it is over."""

    of: str
    listing: op.Listing


@dataclass(frozen=True, slots=True)
class AwardOf:
    """What another sentence's award is one of: the beneficiary (no list), or each thing of a list, bound to a name."""

    source: op.Source | None
    name: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: bound entities (name → entity), the vocabulary, what the policy declares."""

    vocabulary: Vocabulary
    constants: ConstantPool
    bound: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    awards: Mapping[str, AwardOf] = field(default_factory=dict)
    amounts: Mapping[str, op.Value] = field(default_factory=dict)
    expanding: tuple[str, ...] = ()

    def binding(self, name: str, entity: str) -> Scope:
        """Return the scope with one more name bound."""
        return replace(self, bound={**self.bound, name: entity})
