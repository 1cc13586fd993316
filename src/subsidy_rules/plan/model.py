"""What a plan is made of: sentences, their gates and steps in operations, rules between awards, constants apart.

Nothing here knows YAML. Numbers stay outside the operations, in `PolicyPlan.constants`, and readings are named, so that
a change of a number or a choice of a reading needs no new plan (S25).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import Lowered, Parameter
from subsidy_rules.values.classes import dataclass

Role: TypeAlias = Literal[
    "beneficiary",
    "place",
    "window",
    "where",
    "when",
    "doubt",
    "table",
    "items",
    "replacement",
    "row",
    "version",
    "suspended",
    "repealed",
]

ROUNDING_UNITS: Final = {"分": 1, "角": 10, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must hold for an award: what kind of test it is, its words, its operations."""

    role: Role
    text: str
    truth: op.Truth
    why: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What became of a sentence, from and until which day, and the document that did it."""

    kind: Literal["suspended", "repealed", "corrected"]
    start: str
    until: str
    issuer: str
    document: str
    path: str
    quote: str
    was: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A transitional provision: the version that it keeps, of what it speaks, its words, where they stand."""

    version: str
    per: str
    when: str
    document: str
    path: str
    quote: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a policy: of which, its name, its first and last day (none: it goes on), what chooses it."""

    of: str
    name: str
    start: str
    until: str
    by: tuple[tuple[str, str], ...]
    transitional: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Who has reviewed or approved a rule file, and when."""

    by: str
    on: str
    document: str
    note: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One operative sentence of a text, as `clauses` lists it."""

    policy: str
    id: str
    path: str
    sentence: int
    quote: str
    gives: str
    printed: str = ""
    flags: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    readings: tuple[str, ...] = ()
    replaces: str = ""
    part_of: tuple[str, ...] = ()
    amended: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True)
class Replacement:
    """A sentence whose step stands in place of another's where it holds (其中…提高到)."""

    sentence: Sentence
    gates: tuple[Gate, ...]
    step: int

    @property
    def truth(self) -> op.Truth:
        """Whether it holds."""
        return op.All(tuple(gate.truth for gate in self.gates))


@dataclass(frozen=True, slots=True)
class TableRow:
    """One of a table's exclusive sentences: its selector and its steps."""

    sentence: Sentence
    gates: tuple[Gate, ...]
    steps: tuple[Lowered, ...]

    @property
    def truth(self) -> op.Truth:
        """Whether it is the one that applies."""
        return op.All(tuple(gate.truth for gate in self.gates))


@dataclass(frozen=True, slots=True)
class Per:
    """What an award is one of: the beneficiary, the things of a list, or the groups of a list by keys."""

    source: op.Source | None
    name: str = "enterprise"
    parent: str = ""
    keys: tuple[op.Value, ...] = ()

    @property
    def readings(self) -> frozenset[str]:
        """The readings that decide what the groups are."""
        return frozenset(part.reading for key in self.keys for part in op.walk(key) if isinstance(part, op.ReadingIs))


@dataclass(frozen=True, slots=True)
class PayerPlan:
    """Who pays which part of an award: an authority's figure, a share under a cap, or, with neither, the rest."""

    name: str
    amount: op.Value | None = None
    share: op.Value | None = None
    cap: op.Value | None = None

    @property
    def nodes(self) -> tuple[op.Node, ...]:
        """The operations in it."""
        return tuple(node for node in (self.amount, self.share, self.cap) if node is not None)


@dataclass(frozen=True, slots=True)
class InstalmentPlan:
    """A part of an award, its share or (None) the rest, and what must hold for it to be paid."""

    name: str
    share: op.Value | None
    when: op.Truth
    quote: str


@dataclass(frozen=True, slots=True)
class InstalmentsPlan:
    """What is paid of an award when, and what has been paid."""

    parts: tuple[InstalmentPlan, ...]
    paid: op.Value | None

    @property
    def nodes(self) -> tuple[op.Node, ...]:
        """The operations in it."""
        shares = tuple(one.share for one in self.parts if one.share is not None)
        return (*shares, *(one.when for one in self.parts), *(() if self.paid is None else (self.paid,)))


@dataclass(frozen=True, slots=True)
class ClausePlan:
    """A sentence that gives money, in operations."""

    sentence: Sentence
    per: Per
    gates: tuple[Gate, ...]
    steps: tuple[Lowered, ...]
    fund: str
    event: op.Value | None
    replacements: tuple[Replacement, ...]
    rows: tuple[TableRow, ...]
    payers: tuple[PayerPlan, ...]
    instalments: InstalmentsPlan | None
    settlement: tuple[op.Value, op.Value] | None
    drivers: tuple[op.Source, ...]
    named_elsewhere: Mapping[tuple[str, str], frozenset[str]]
    readings: frozenset[str]
    """Those that its gates and steps read; `per.readings` tell its objects apart."""

    @property
    def division(self) -> tuple[op.Node, ...]:
        """The operations that divide the award: among payers, in time, and what is due after acceptance."""
        payers = tuple(node for payer in self.payers for node in payer.nodes)
        return (*payers, *(() if self.instalments is None else self.instalments.nodes), *(self.settlement or ()))

    @property
    def parts(self) -> tuple[TableRow | Replacement, ...]:
        """The exclusive sentences inside it: the rows of a table, and those that replace a step."""
        return (*self.rows, *self.replacements)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the text that it stands for: its own or its rows', and those that replace a part of it."""
        own = tuple(row.sentence for row in self.rows) or (self.sentence,)
        return (*own, *(one.sentence for one in self.replacements))


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule between awards, in operations. `by`, `cap` and `when` are read where the award's own names are bound.

    `cap` is what a ceiling has left: the figure of the text, less the earlier awards where the rule counts them.
    `reduce` says what it cuts first: the latest, all pro rata, or these sentences. `choice` says who chooses where only
    one of two counts: the text takes the higher, the applicant chooses, or an authority does.
    """

    id: str
    policy: str
    kind: Literal["ceiling", "higher_of", "bar", "stacks"]
    clauses: tuple[str, ...]
    against: tuple[str, ...]
    quote: str
    by: Mapping[str, tuple[op.Value, ...]]
    cap: Mapping[str, op.Value]
    when: Mapping[str, op.Truth]
    same: str
    reduce: Literal["last_in", "pro_rata"] | tuple[str, ...] = "last_in"
    choice: Literal["higher", "applicant", "authority"] = "higher"

    def nodes_of(self, clause: str) -> tuple[op.Node, ...]:
        """Return the operations that say how it bears on one of its sentences."""
        cap = (self.cap[clause],) if clause in self.cap else ()
        return (self.when[clause], *cap, *self.by.get(clause, ()))


@dataclass(frozen=True, slots=True)
class LadderPlan:
    """Kinds and levels of one honour."""

    id: str
    members: frozenset[str]
    levels: frozenset[str]
    object: Literal["enterprise", "object"]


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """A reading of a pack; `id` is `policy/name`."""

    id: str
    asks: str
    options: Mapping[str, str]
    default: str
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a policy is and where it applies, as its file says; `start_flag` marks awards if the start is moot."""

    title: str
    issuer: str
    document: str
    address: str
    code: str
    zones: frozenset[str]
    unit: str
    start_flag: str | None
    unstated_cumulation: str
    flags: tuple[str, ...]
    version: Version | None = None
    reviewed_by: tuple[Review, ...] = ()
    approved_by: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Words that the language can't carry, why, and the sentences whose awards they taint."""

    path: str
    sentence: int
    quote: str
    reason: str
    taints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReformMark:
    """A reform that a policy was changed by: its name, its reason, the digest of what it says."""

    name: str
    reason: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """One policy, ready to be evaluated by any engine."""

    id: str
    header: Header
    not_modelled: tuple[NotModelled, ...]
    constants: tuple[tuple[Fraction, str], ...]
    vocabulary: Vocabulary
    readings: Mapping[str, ReadingPlan]
    parameters: Mapping[str, Parameter]
    ladders: tuple[LadderPlan, ...]
    sentences: tuple[Sentence, ...]
    clauses: tuple[ClausePlan, ...]
    obligations: tuple[ClausePlan, ...]
    rules: tuple[RulePlan, ...]
    start: Fraction
    start_other: Fraction | None
    unit: int
    mode: int
    source_sha256: str
    meaning_sha256: str
    reforms: tuple[ReformMark, ...] = ()
    """What its text was changed by, in order; none of a policy as it was loaded."""

    @property
    def silence(self) -> str:
        """The id of the reading that decides where the text is silent on duplicates."""
        return f"{self.id}/unstated_cumulation"
