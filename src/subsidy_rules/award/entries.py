"""What a result is made of, the smaller parts: citations, steps, readings, what failed, what is paid when.

Each is immutable and writes itself as JSON, with its keys in the order of the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from subsidy_rules.plan import Sentence
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import CNY, Currency, yuan_text

SCHEMA: Final = "subsidy-rules/entitlement/1"

REFORM_KEYS: Final = ("policy", "name", "reason", "sha256")
Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


def reasons_of(amount: Amount) -> list[str]:
    """Return an amount's reasons, without the whys that explain them."""
    return sorted(reason for reason in amount.reasons if not reason.startswith("why:"))


def whys_of(amount: Amount) -> list[str]:
    """Return why the law leaves an amount's eligibility open."""
    return sorted(reason.removeprefix("why:") for reason in amount.reasons if reason.startswith("why:"))


def ends_of(amount: Amount, currency: Currency = CNY) -> dict[str, Json]:
    """Write an amount's least and greatest figure in yuan, or in another currency; no greatest is null."""
    return {"min": yuan_text(amount.minimum, currency), "max": yuan_text(amount.maximum, currency)}


Part = TypeVar("Part")
State: TypeAlias = dict[str, object]
"""What a pickled result holds, by its fields."""


@dataclass(frozen=True, slots=True)
class Known(Generic[Part]):
    """A part that was computed: what a pickled result holds where the original can still compute."""

    part: Part

    def __call__(self) -> Part:
        """Return the part."""
        return self.part


def settled(one: object, **parts: object) -> State:
    """Return the state of a result with its later parts computed, each under the field that would compute it."""
    return {**vars(one), **{name: Known(part) for name, part in parts.items()}}


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a number comes from: issuer, document, printed path, sentence, operative words (S28)."""

    issuer: str
    document: str
    path: str
    sentence: int
    quote: str
    address: str = ""

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        made: dict[str, Json] = {
            "issuer": self.issuer,
            "document": self.document,
            "path": self.path,
            "sentence": self.sentence,
            "quote": self.quote,
        }
        return {**made, "address": self.address} if self.address else made


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an award's arithmetic. `value` is exact, in yuan, or `least … greatest` where it is open.

    `formula` is the arithmetic so far in one line, and `amount` the running amount in fen, where they were traced.
    """

    word: str
    text: str
    value: str | None
    quote: str
    facts: tuple[str, ...]
    binding: bool | None = None
    formula: str = ""
    amount: Amount | None = None
    text_en: str = ""
    formula_en: str = ""

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        made: dict[str, Json] = {"word": self.word, "text": self.text, "value": self.value}
        if self.binding is not None:
            made["binding"] = self.binding
        return {**made, "quote": self.quote, "facts": list(self.facts)}


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another option of a reading would give.

    `open_ended` are the awards that it leaves without an upper end, and the option taken does not. In an alternative of
    the total they are set aside, so that its `amount` is what the others come to.
    """

    option: str
    amount: Amount
    eligible: str
    open_ended: tuple[str, ...] = ()
    currency: Currency = CNY

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "option": self.option,
            "eligible": self.eligible,
            "kind": self.amount.kind,
            **ends_of(self.amount, self.currency),
            "open_ended": list(self.open_ended),
        }


@dataclass(frozen=True, slots=True)
class ReadingUse:
    """A reading that an award (or the total) rests on: what was chosen, and what the other options would give."""

    id: str
    asks: str
    option: str
    default: str
    alternatives: tuple[Alternative, ...]

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "id": self.id,
            "asks": self.asks,
            "option": self.option,
            "default": self.default,
            "alternatives": [one.as_json() for one in self.alternatives],
        }


Both: TypeAlias = tuple[str, str]
"""A text in Chinese and in English."""
UNSAID: Final[Both] = ("", "")


@dataclass(frozen=True, slots=True)
class Failed:
    """A condition that does not hold: its words, the fact, the value read, the value required (S11).

    Where it was traced, also in both languages: the fact's `label`, what `detail` the requirement has, by how much the
    value is `short`, and the `nearest` grade or level that the sentence lists, which gives no entitlement.
    """

    role: str
    condition: str
    fact: str
    read: str
    required: str
    read_en: str = ""
    required_en: str = ""
    label: Both = UNSAID
    detail: Both = UNSAID
    short: Both = UNSAID
    nearest: Both = UNSAID

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "role": self.role,
            "condition": self.condition,
            "fact": self.fact,
            "read": self.read,
            "required": self.required,
            "nearest": self.nearest[0] or None,
        }


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A signed correction of an award: what is still due after acceptance, or, below zero, to be recovered (S4)."""

    award: str
    amount: Fraction
    flags: tuple[str, ...]
    currency: Currency = CNY

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {"award": self.award, "amount": yuan_text(self.amount, self.currency), "flags": list(self.flags)}


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of an award that is paid at its time: how much, and whether that time has come in the case as it is.

    It is `open` where a fact is not given, which `needs` names, or the law leaves it open.
    """

    award: str
    name: str
    amount: Amount
    state: Literal["due", "not_due", "open"]
    needs: tuple[str, ...]
    quote: str
    currency: Currency = CNY

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "award": self.award,
            "name": self.name,
            "amount": ends_of(self.amount, self.currency),
            "state": self.state,
            "needs": list(self.needs),
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A sentence whose driving list was not given, so that it was not asked (S5)."""

    policy: str
    clause: str
    sentence: Sentence
    lists: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "policy": self.policy,
            "clause": self.clause,
            "path": self.sentence.path,
            "sentence": self.sentence.sentence,
            "lists": list(self.lists),
        }


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact that the result rests on, with its provenance where the case gives one."""

    path: str
    value: str
    source: str
    status: str
    date: str

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {"path": self.path, "value": self.value, "source": self.source, "status": self.status, "date": self.date}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the result was made from: library, packs, guides, case.

    `editions` says of which version a pack is and who reviewed and approved it, of those packs that say so.
    """

    library: str
    rules: tuple[tuple[str, str, str], ...]
    guides: tuple[str, ...]
    case_sha256: str
    readings: Mapping[str, str]
    assumed_none: tuple[str, ...]
    reforms: tuple[tuple[str, str, str, str], ...] = ()
    """Of policies that were changed: policy, the reform's name, its reason, its digest; in their order."""
    editions: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "library": self.library,
            "schema": SCHEMA,
            "rules": [
                {
                    "policy": policy,
                    "source_sha256": source,
                    "meaning_sha256": meaning,
                    **self.editions.get(policy, {}),
                }
                for policy, source, meaning in self.rules
            ],
            "guides": list(self.guides),
            "case_sha256": self.case_sha256,
            "readings": dict(self.readings),
            "assumed_none": list(self.assumed_none),
            **({"reforms": [dict(zip(REFORM_KEYS, one, strict=True)) for one in self.reforms]} if self.reforms else {}),
        }
