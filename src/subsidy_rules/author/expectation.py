"""What a test expects, as values: every row of the awards, and whatever else it names.

    retrofit@p1: awards exact 280万元      →  AwardExpected(listing="awards", said=exact 280万元, …)

Each kind of expectation is a small frozen value that knows the place where it stands, so that what fails points there.
[`expected`][subsidy_rules.author.expected] reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar, get_args

from subsidy_rules.author.spelling import Said
from subsidy_rules.award.contest import Status
from subsidy_rules.errors import Place
from subsidy_rules.values.quantity import Number

T = TypeVar("T")
Span: TypeAlias = tuple[Number, Number]

LISTINGS: Final = ("awards", "undecided")
NOT_ASKED: Final = "not_asked"
ABSENT: Final = "absent"
NOT_ELIGIBLE: Final = "not_eligible"
STATUSES: Final = get_args(Status)
DUE: Final = ("due", "not_due", "open")
SEPARATOR: Final = " | "
REST: Final = "…"
"""Among the members required, what leaves out the others."""
USUAL_REASONS: Final[Mapping[str, tuple[str, ...]]] = {"exact": (), "at_most": ("discretion",)}
"""The reasons of an award whose test does not name them; of another kind they must be named."""


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """A part that the test names: its value and where it stands."""

    value: T
    place: Place


@dataclass(frozen=True, slots=True)
class AwardExpected:
    """A row of `awards` or of `undecided`. What is None is not named and not checked."""

    place: Place
    listing: str
    said: Said
    reasons: Named[tuple[str, ...]]
    status: Named[str]
    needs: Named[tuple[str, ...]]
    why: Named[tuple[str, ...]]
    flags: Named[tuple[str, ...]] | None = None
    no_flags: Named[tuple[str, ...]] | None = None
    net: Named[Span] | None = None
    ceiling: Named[Span] | None = None
    cites: Named[tuple[str, ...]] | None = None
    rule: Named[str] | None = None
    payers: Named[Mapping[str, Span]] | None = None
    readings: Named[Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class FailedExpected:
    """A condition that fails: the fact, the value read, the value required."""

    fact: str
    read: str
    required: str

    def __str__(self) -> str:
        return SEPARATOR.join((self.fact, self.read, self.required))


@dataclass(frozen=True, slots=True)
class RefusalExpected:
    """A sentence that gives nothing, and every condition that fails."""

    place: Place
    failed: tuple[FailedExpected, ...]
    readings: Named[Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class SilenceExpected:
    """A sentence that was not asked (`not_asked`), or that has no row at all (`absent`)."""

    place: Place
    word: str


RowExpected: TypeAlias = AwardExpected | RefusalExpected | SilenceExpected


@dataclass(frozen=True, slots=True)
class TotalExpected:
    """A total, with its reasons where they are named."""

    place: Place
    said: Said
    reasons: Named[tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class GroupExpected:
    """Awards that meet, by their ids."""

    place: Place
    members: tuple[str, ...]
    option: Named[str] | None = None
    rule: Named[str] | None = None
    additive: Named[bool] | None = None
    lower: Named[Number] | None = None
    sum: Named[Number] | None = None


@dataclass(frozen=True, slots=True)
class ObligationExpected:
    """A minimum that somebody is obliged to, and the facts that would decide it."""

    place: Place
    span: Span
    needs: Named[tuple[str, ...]]
    decided: Named[bool] | None


@dataclass(frozen=True, slots=True)
class Expected:
    """All that one result is held against."""

    place: Place
    rows: Mapping[str, RowExpected]
    total: TotalExpected | None = None
    decided: TotalExpected | None = None
    covers: Named[str] | None = None
    open_ended: Named[tuple[str, ...]] | None = None
    groups: Named[tuple[GroupExpected, ...]] | None = None
    asks: Named[tuple[str, ...]] | None = None
    obligations: Named[Mapping[str, ObligationExpected]] | None = None
    adjustments: Named[Mapping[str, Named[Number]]] | None = None
    instalments: Named[tuple[str, ...]] | None = None
    moves: Named[Mapping[str, str]] | None = None
