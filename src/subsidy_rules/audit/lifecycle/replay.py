"""Replaying a log: each event is tried on the standing that the events before it have left.

An event is taken where its state allows it, its actor may do it, it is not dated before the event before it, every
requirement of its article holds, and no invariant would be broken; else it is refused, with that article, and changes
nothing. What can't be told, because a figure or a field is not known, refuses nothing: it is listed as `unchecked`.

>>> from subsidy_rules.audit.lifecycle import load_lifecycle, read_log
>>> life = load_lifecycle("shenyang")
>>> log = read_log('{"log": "shenyang", "of": "p1", "events": []}', life)
>>> replay(log).state
'closed'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from subsidy_rules.audit.lifecycle.compiled import NOW, STATE, Citation, Condition, Due, Lifecycle, Transition
from subsidy_rules.audit.lifecycle.log import EventLog, Occurred
from subsidy_rules.award.engine import Context, Shared
from subsidy_rules.errors import Lang
from subsidy_rules.facts.case import Facts, Thing, Value
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import ZERO, parse_date

_NONE: Final = Thing("case", "", "", {}, {}, {})


@dataclass(frozen=True, slots=True)
class Taken:
    """An event that was taken: the states before and after, the article, what it set, what could not be checked."""

    event: Occurred
    before: str
    after: str
    citation: Citation
    set: Mapping[str, Amount]
    unchecked: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that was refused, the article that refuses it, and why in Chinese and English."""

    event: Occurred
    state: str
    citation: Citation
    code: str
    zh: str
    en: str

    def said(self, lang: Lang) -> str:
        """Return why, in a language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline at a day.

    `status` is `met`, `late` (met after the day), `running`, `passed`, or `open` where the text leaves the day out.
    """

    due: Due
    begun: Fraction
    day: Fraction | None
    met: Fraction | None
    status: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands: its state and figures, what was taken and refused of its log."""

    log: EventLog
    state: str
    figures: Mapping[str, Value]
    taken: tuple[Taken, ...] = ()
    refused: tuple[Refused, ...] = ()

    def deadlines(self, on: date) -> tuple[Deadline, ...]:
        """Say of every deadline that has begun how it stands at a day."""
        return tuple(_deadlines(self, parse_date(on.isoformat())))


@dataclass(slots=True)
class _Life:
    """A life as it goes on."""

    lifecycle: Lifecycle
    readings: Mapping[str, str]
    state: str
    figures: dict[str, Value]
    day: Fraction = ZERO
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def context(self, state: str, figures: Mapping[str, Value], event: Occurred | None) -> Context:
        """Return what expressions are read in: the state, the figures, the event, the readings."""
        things = {STATE: Thing(STATE, STATE, "", {**figures, NOW: state}, {}, {})}
        if event is not None:
            things["event"] = Thing(event.name, "event", "", event.values, {}, {})
        shared = Shared(Facts(_NONE, _NONE, {}, {}, ()), self.lifecycle.vocabulary, self.readings, {})
        return Context(shared, self.lifecycle.constants, things, {}, self.lifecycle.id, {})

    def tried(self, event: Occurred) -> Taken | Refused:
        """Return what becomes of an event."""
        transition = self.lifecycle.transitions[event.name]
        plain = self.unallowed(event, transition)
        if plain is not None:
            return plain
        ctx = self.context(self.state, self.figures, event)
        unchecked = []
        for condition in transition.requires:
            found = condition.test(ctx)
            if found.is_false:
                return Refused(event, self.state, condition.citation, "requirement", *condition.said)
            if not found.is_true:
                unchecked.append(condition)
        after = self.outcome(transition, ctx)
        if after is None:
            zh = "去向取决于尚未写明的字段"
            en = "where it leads to depends on a field that is not given"
            return Refused(event, self.state, transition.citation, "outcome", zh, en)
        made = {name: figure(ctx) for name, figure in transition.sets}
        figures = {**self.figures, **made}
        held = self.context(after, figures, None)
        for condition in self.lifecycle.invariants:
            found = condition.test(held)
            if found.is_false:
                return Refused(event, self.state, condition.citation, "invariant", *condition.said)
            if not found.is_true and _concerns(condition, made):
                unchecked.append(condition)
        return Taken(event, self.state, after, transition.citation, made, tuple(unchecked))

    def unallowed(self, event: Occurred, transition: Transition) -> Refused | None:
        """Refuse an event that its state does not allow, or that is dated before the one before it."""
        states = self.lifecycle.file.states
        if transition.event.from_ != "any" and self.state not in transition.event.from_:
            named = [states[one] for one in transition.event.from_]
            zh = f"“{transition.event.zh}”须在{'、'.join(one.zh for one in named)}时发生，现为{states[self.state].zh}"
            when = " or ".join(one.en for one in named)
            en = f"'{transition.event.en}' happens when {when}, and it is {states[self.state].en}"
            return Refused(event, self.state, transition.citation, "state", zh, en)
        if event.at < self.day:
            zh, en = "日期早于前一事件", "it is dated before the event before it"
            return Refused(event, self.state, transition.citation, "order", zh, en)
        return None

    def outcome(self, transition: Transition, ctx: Context) -> str | None:
        """Return the state that the event leads to; None where that can't be told."""
        for state, test in transition.outcomes:
            found = test(ctx)
            if found.is_true:
                return state or self.state
            if not found.is_false:
                return None
        raise AssertionError("the last outcome has no condition")

    def live(self, event: Occurred) -> None:
        """Take an event, or note that it is refused."""
        found = self.tried(event)
        if isinstance(found, Refused):
            self.refused.append(found)
            return
        self.state, self.day = found.after, event.at
        self.figures.update(found.set)
        self.taken.append(found)


def replay(log: EventLog, figures: Mapping[str, Amount] | None = None) -> Standing:
    """Replay a log from the beginning. `figures` are known from elsewhere (a ceiling that a case gives), in fen."""
    lifecycle = log.lifecycle
    readings = {name: log.readings.get(name, one.default) for name, one in lifecycle.file.readings.items()}
    named = {f"{lifecycle.id}/{name}": option for name, option in readings.items()}
    life = _Life(lifecycle, named, lifecycle.file.begins, {**lifecycle.starts, **(figures or {})})
    for event in log.events:
        life.live(event)
    return Standing(log, life.state, life.figures, tuple(life.taken), tuple(life.refused))


def _concerns(condition: Condition, made: Mapping[str, Amount]) -> bool:
    """Whether a condition reads a figure that the event set."""
    return any(name in made for name in re.findall(r"\bstate\.(\w+)", condition.text))


def _deadlines(standing: Standing, today: Fraction) -> Iterator[Deadline]:
    life = _Life(standing.log.lifecycle, {}, "", {})
    for due in standing.log.lifecycle.deadlines:
        for at, one in enumerate(standing.taken):
            if one.event.name != due.deadline.begins:
                continue
            later = [other.event.at for other in standing.taken[at + 1 :] if other.event.name in due.deadline.met_by]
            found = due.day(life.context(standing.state, standing.figures, one.event))
            day = found.minimum if found.kind == "exact" and isinstance(found.minimum, Fraction) else None
            yield _stands(due, one.event.at, day, later, today)


def _stands(due: Due, begun: Fraction, day: Fraction | None, later: list[Fraction], today: Fraction) -> Deadline:
    met = next((one for one in later if one <= today), None)
    if day is None:
        return Deadline(due, begun, None, met, "met" if met is not None else "open")
    if met is not None:
        return Deadline(due, begun, day, met, "met" if met <= day else "late")
    return Deadline(due, begun, day, None, "running" if today <= day else "passed")
