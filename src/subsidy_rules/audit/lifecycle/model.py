"""The shape of a lifecycle file: what keys there are, and of what form. `compiled` resolves the names.

Every transition cites its article: `path` and `sentence` say where it stands, `quote` the operative words. What the
text leaves unsaid is a reading, or is said in `open`, and then on every event to which it matters.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from subsidy_rules.mechanisms.step import Strict
from subsidy_rules.policy.model import Count, CurrencyModel, Id, Reading, Truthful

FieldType: TypeAlias = Literal["bool", "money", "ratio", "count", "date", "text", "enum"]


class State(Strict):
    """A state, by its names; a `final` one ends the life (what `from: any` allows may still happen)."""

    zh: str
    en: str
    final: Truthful = False


class Known(Strict):
    """A figure of the application, or a field of an event: its type, labels, members.

    `starts` is what a figure is at the beginning; `award` the clause of the policy whose ceiling it is, where a case is
    given beside the log.
    """

    type: FieldType
    zh: str
    en: str
    members: list[str] = Field(default_factory=list)
    starts: str | None = None
    award: str | None = None


class Cited(Strict):
    """Where something stands in the text."""

    path: str
    sentence: Count = 1
    quote: str


class Outcome(Strict):
    """One of several states that an event may lead to, the first whose condition holds."""

    to: str
    when: str | None = None


class Requirement(Cited):
    """What must hold for an event, and what is said where it does not."""

    that: str
    zh: str
    en: str


class Event(Cited):
    """What may happen: who does it, from which states (`any`: every one), to which, on what, and what it sets.

    Without `to` the state stays. `open` names what the text leaves unsaid of it.
    """

    id: Id
    zh: str
    en: str
    by: list[str]
    from_: list[str] | Literal["any"] = Field(alias="from")
    to: str | list[Outcome] | None = None
    fields: dict[str, Known] = Field(default_factory=dict)
    requires: list[Requirement] = Field(default_factory=list)
    sets: dict[str, str] = Field(default_factory=dict)
    open: str = ""


class Invariant(Requirement):
    """What must hold after every event."""

    id: Id


class Deadline(Cited):
    """By when one event must follow another: `due` is a date, said of the event that begins it (`event.…`)."""

    id: Id
    zh: str
    en: str
    begins: str
    met_by: list[str]
    due: str
    open: str = ""


class LifecycleFile(Strict):
    """A lifecycle file, version 1."""

    lifecycle: Literal["1"]
    id: Id
    policy: str
    currency: CurrencyModel | None = None
    zh: str
    en: str
    begins: str
    readings: dict[str, Reading] = Field(default_factory=dict)
    states: dict[str, State]
    figures: dict[str, Known] = Field(default_factory=dict)
    events: list[Event]
    invariants: list[Invariant] = Field(default_factory=list)
    deadlines: list[Deadline] = Field(default_factory=list)
