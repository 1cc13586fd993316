"""The result: what an enterprise is entitled to, under which clause, and how one knows (S11, S21, S27).

`Entitlement` is what everyone downstream reads. It is immutable; alternatives, deciding facts and steps are computed
when first read. `to_json` writes the schema `subsidy-rules/entitlement/1`: the same inputs give the same bytes.

Two results are equal that say the same of the same inputs, which the stamp holds; what is computed later follows from
those. A pickled or copied result carries what would be computed later, so it answers as the original does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from html import escape
from typing import Final, Protocol

from subsidy_rules.award.choice import Choice
from subsidy_rules.award.contest import Status
from subsidy_rules.award.entries import (
    REFORM_KEYS,
    SCHEMA,
    UNSAID,
    Adjustment,
    Alternative,
    Both,
    Citation,
    FactUsed,
    Failed,
    Instalment,
    Json,
    Known,
    NotAsked,
    ReadingUse,
    Stamp,
    State,
    Step,
    ends_of,
    reasons_of,
    settled,
    whys_of,
)
from subsidy_rules.errors import Lang, check_lang, expect
from subsidy_rules.plan import Sentence
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import CNY, Currency, yuan_text

__all__ = [
    "NOTICE",
    "REFORM_KEYS",
    "SCHEMA",
    "UNSAID",
    "Adjustment",
    "Alternative",
    "Award",
    "Both",
    "Citation",
    "CumulationGroup",
    "Entitlement",
    "Explainer",
    "FactUsed",
    "Failed",
    "Instalment",
    "Json",
    "Known",
    "NotAsked",
    "NotEligible",
    "Obligation",
    "ReadingUse",
    "Stamp",
    "State",
    "Step",
    "Total",
    "ends_of",
    "reasons_of",
    "settled",
    "whys_of",
]

NOTICE: Final = {
    "zh": "计算结果，不是行政决定",
    "en": "a calculation, not an administrative decision",
}


@dataclass(frozen=True)
class Award:
    """One sentence applied to one thing, with its amount. Amounts are in fen.

    `amount` is the gross amount as if eligible; `gated` what is certain of it; `net` what counts after cumulation. The
    kind and reasons are those of `gated`. `barred_by` are the grants or earlier awards for which a rule bars it.
    """

    id: str
    policy: str
    clause: str
    object: str
    sentence: Sentence
    status: Status
    amount: Amount
    gated: Amount
    net: Amount
    fund: str
    project: str | None
    flags: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    citations: tuple[Citation, ...]
    rule: str | None
    outer: bool
    payers: tuple[tuple[str, Amount], ...]
    barred_by: tuple[str, ...]
    _needs: Callable[[], tuple[str, ...]] = field(compare=False, repr=False)
    _steps: Callable[[], tuple[Step, ...]] = field(compare=False, repr=False)
    _readings: Callable[[], tuple[ReadingUse, ...]] = field(compare=False, repr=False)
    currency: Currency = CNY

    def __getstate__(self) -> State:
        """Pickle what it says, with what is computed later."""
        return settled(self, _needs=self.needs, _steps=self.steps, _readings=self.readings)

    @property
    def kind(self) -> str:
        """`exact`, `at_most`, `between` or `undetermined`; of a barred award, that of what it would give."""
        return self._figure.kind

    @property
    def _figure(self) -> Amount:
        return self.amount if self.status == "barred" else self.gated

    @property
    def reasons(self) -> list[str]:
        """Why the figure is not a point."""
        return reasons_of(self._figure)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The facts that would decide it and what is left of it beside other awards, the most decisive first.

        They are paths of the case. No fact that would decide is left out; of an award that meets another, a fact of
        that other may be among them although it changes neither.
        """
        return self._needs()

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The arithmetic, in the order of the plan."""
        return self._steps()

    @cached_property
    def readings(self) -> tuple[ReadingUse, ...]:
        """The readings that the award rests on, each with what its other options would give."""
        return self._readings()

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "id": self.id,
            "policy": self.policy,
            "clause": self.clause,
            "object": self.object,
            "status": self.status,
            "kind": self.kind,
            "gross": ends_of(self.amount, self.currency),
            "net": ends_of(self.net, self.currency),
            "reasons": list(self.reasons),
            "why": list(whys_of(self.gated)),
            "fund": self.fund,
            "payer": {name: ends_of(part, self.currency) for name, part in self.payers} or None,
            "project": self.project,
            "rule": self.rule,
            "barred_by": list(self.barred_by),
            "outer": self.outer,
            "flags": list(self.flags),
            "notes": [{"id": note, "text": text} for note, text in self.notes],
            "steps": [step.as_json() for step in self.steps],
            "citations": [citation.as_json() for citation in self.citations],
            "readings": [reading.as_json() for reading in self.readings],
            "needs": list(self.needs),
        }


@dataclass(frozen=True)
class NotEligible:
    """A sentence that gives nothing here, and every condition that fails, in the order of the file."""

    id: str
    policy: str
    clause: str
    sentence: Sentence
    failed: tuple[Failed, ...]
    citation: Citation
    _readings: Callable[[], tuple[ReadingUse, ...]] = field(compare=False, repr=False)
    amended_by: tuple[Citation, ...] = ()

    def __getstate__(self) -> State:
        """Pickle what it says, with what is computed later."""
        return settled(self, _readings=self.readings)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The sentence, and what suspended, repealed or corrected it or keeps another version in force."""
        return (self.citation, *self.amended_by)

    @cached_property
    def readings(self) -> tuple[ReadingUse, ...]:
        """The readings of which another option would make it eligible."""
        return self._readings()

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "id": self.id,
            "policy": self.policy,
            "clause": self.clause,
            "failed": [one.as_json() for one in self.failed],
            "citations": [one.as_json() for one in self.citations],
            "readings": [reading.as_json() for reading in self.readings],
        }


@dataclass(frozen=True)
class Obligation:
    """A minimum that a sentence obliges somebody to: a lower bound, never in a total (S25)."""

    id: str
    policy: str
    clause: str
    sentence: Sentence
    amount: Amount
    decided: bool
    needs: tuple[str, ...]
    citation: Citation
    _steps: Callable[[], tuple[Step, ...]] = field(compare=False, repr=False)
    _readings: Callable[[], tuple[ReadingUse, ...]] = field(compare=False, repr=False)
    currency: Currency = CNY

    def __getstate__(self) -> State:
        """Pickle what it says, with what is computed later."""
        return settled(self, _steps=self.steps, _readings=self.readings)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The arithmetic, in the order of the plan."""
        return self._steps()

    @cached_property
    def readings(self) -> tuple[ReadingUse, ...]:
        """The readings that the minimum rests on, each with what its other options would oblige to."""
        return self._readings()

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "id": self.id,
            "policy": self.policy,
            "clause": self.clause,
            "at_least": ends_of(self.amount, self.currency),
            "decided": self.decided,
            "steps": [step.as_json() for step in self.steps],
            "citations": [self.citation.as_json()],
            "readings": [reading.as_json() for reading in self.readings],
            "needs": list(self.needs),
        }


@dataclass(frozen=True, slots=True)
class CumulationGroup:
    """Awards that met: what they met on, which rule or reading decided, and the two ends.

    `stacks` are the pairs of them that a rule lets add up, each with the rule; `choice` says which of them are paid.
    """

    group: str
    members: tuple[str, ...]
    rule: str | None
    reading: str | None
    option: str | None
    lower: Amount
    sum: Amount
    total: Amount
    additive: bool
    refused: bool
    stacks: tuple[tuple[str, str, str], ...] = ()
    currency: Currency = CNY
    choice: Choice = Choice("decided")

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {
            "group": self.group,
            "members": list(self.members),
            "rule": self.rule,
            "reading": self.reading,
            "option": self.option,
            "lower": yuan_text(self.lower.minimum, self.currency),
            "sum": yuan_text(self.sum.maximum, self.currency),
            "total": {"kind": self.total.kind, **ends_of(self.total, self.currency)},
            "additive": self.additive,
            "refused": self.refused,
            "stacks": [{"members": [one, other], "rule": rule} for one, other, rule in self.stacks],
            "choice": self.choice.as_json(self.currency),
        }


@dataclass(frozen=True, slots=True)
class Total:
    """The total of a beneficiary, a record (S21). `decided` is over `awards`; `possible` with what is undecided."""

    decided: Amount
    possible: Amount
    covers: tuple[int, int]
    open_ended: tuple[str, ...]
    by_policy: Mapping[str, Amount]
    by_project: Mapping[str, Amount]
    by_fund: Mapping[str, Amount]
    additive: bool
    outer: bool
    currency: Currency = CNY

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""

        def record(amount: Amount) -> dict[str, Json]:
            return {"kind": amount.kind, **ends_of(amount, self.currency), "reasons": list(reasons_of(amount))}

        def table(parts: Mapping[str, Amount]) -> dict[str, Json]:
            return {name: record(amount) for name, amount in parts.items()}

        return {
            "decided": record(self.decided),
            "possible": record(self.possible),
            "open_ended": list(self.open_ended),
            "covers": f"{self.covers[0]} of {self.covers[1]}",
            "by_policy": table(self.by_policy),
            "by_project": table(self.by_project),
            "by_fund": table(self.by_fund),
            "additive": self.additive,
            "outer": self.outer,
        }


class Explainer(Protocol):
    """Says a result, or one clause's part of it, in sentences."""

    def __call__(self, entitlement: Entitlement, lang: Lang, *, clause: str | None, formula: bool) -> str:
        """Return the text. Raises `UsageError` for a clause that is unknown or not unique."""
        ...


@dataclass(frozen=True)
class Entitlement:
    """What one beneficiary is entitled to."""

    decision_date: str | None
    beneficiary: str
    awards: tuple[Award, ...]
    undecided: tuple[Award, ...]
    not_asked: tuple[NotAsked, ...]
    obligations: tuple[Obligation, ...]
    adjustments: tuple[Adjustment, ...]
    instalments: tuple[Instalment, ...]
    cumulation: tuple[CumulationGroup, ...]
    total: Total
    flags: tuple[str, ...]
    stamp: Stamp
    _refused: Callable[[], tuple[NotEligible, ...]] = field(compare=False, repr=False)
    _readings: Callable[[], tuple[ReadingUse, ...]] = field(compare=False, repr=False)
    _facts: Callable[[], tuple[FactUsed, ...]] = field(compare=False, repr=False)
    _deciding: Callable[[], tuple[str, ...]] = field(compare=False, repr=False)
    _spread: Callable[[], Amount] = field(compare=False, repr=False)
    _text: Explainer = field(compare=False, repr=False)
    currency: Currency = CNY

    def __getstate__(self) -> State:
        """Pickle what it says, with what is computed later."""
        return settled(
            self,
            _refused=self.not_eligible,
            _readings=self.readings,
            _facts=self.facts_used,
            _deciding=self.deciding_facts,
            _spread=self.spread,
        )

    @cached_property
    def not_eligible(self) -> tuple[NotEligible, ...]:
        """The sentences that give nothing here, each with the conditions that fail."""
        return self._refused()

    @cached_property
    def readings(self) -> tuple[ReadingUse, ...]:
        """The readings that the total rests on, and what it would be under each other option."""
        return self._readings()

    @cached_property
    def facts_used(self) -> tuple[FactUsed, ...]:
        """The facts that the awards and the undecided rows read."""
        return self._facts()

    @cached_property
    def deciding_facts(self) -> tuple[str, ...]:
        """The facts that would decide, most decisive first."""
        return self._deciding()

    @cached_property
    def spread(self) -> Amount:
        """The joint spread of the total over every combination of the readings that it rests on."""
        return self._spread()

    def explain(self, clause: str | None = None, lang: Lang = "zh", *, formula: bool = False) -> str:
        """Say the whole result in sentences, or one clause's part of it.

        `clause` is a clause id (`equipment_renewal`, `xian_30/equipment_renewal`) or the id of an award; `formula`
        gives one line of arithmetic instead. Raises `UsageError` for an id that names nothing or
        more than one sentence, and for a language other than `zh` and `en`.
        """
        expect(clause, str | None, "a clause is named by its id, such as xian_30/equipment_renewal")
        check_lang(lang)
        return self._text(self, lang, clause=clause, formula=formula)

    def _repr_html_(self) -> str:
        """Show it in a notebook: what `explain` says, escaped."""
        return f"<pre>{escape(self.explain())}</pre>"

    def as_json(self) -> dict[str, Json]:
        """Return the result as plain data, keys in schema order."""
        return {
            "schema": SCHEMA,
            **({} if self.currency == CNY else {"currency": self.currency.code}),
            "decision_date": self.decision_date,
            "beneficiary": self.beneficiary,
            "awards": [award.as_json() for award in self.awards],
            "undecided": [award.as_json() for award in self.undecided],
            "not_eligible": [row.as_json() for row in self.not_eligible],
            "not_asked": [row.as_json() for row in self.not_asked],
            "obligations": [one.as_json() for one in self.obligations],
            "adjustments": [one.as_json() for one in self.adjustments],
            "instalments": [one.as_json() for one in self.instalments],
            "cumulation": [group.as_json() for group in self.cumulation],
            "total": self.total.as_json(),
            "readings": [reading.as_json() for reading in self.readings],
            "needs": list(self.deciding_facts),
            "facts_used": [fact.as_json() for fact in self.facts_used],
            "flags": list(self.flags),
            "stamp": self.stamp.as_json(),
            "notice": NOTICE["zh"],
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Write the result as JSON: UTF-8 text, keys in schema order, LF at the end."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=indent) + "\n"
