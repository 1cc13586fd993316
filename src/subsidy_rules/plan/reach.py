"""Whether conditions can hold together, decided exactly; and a case in which they do.

A condition compares facts with constants, asks whether one is among some members, or is a bool. Between two constants
next to each other every number is as good as the next, so a fact has a handful of values to be tried: the constants
themselves, and one value (a fen, a day, a hundredth of a per cent further) between, below and above them; the members
that are named, and one that is not; true and false. Trying them all decides the question.

What no single fact decides (`any titles where …`, a place, an open list, two facts compared with each other) is a free
truth, the same wherever it is asked in the same words. So the answer "no" is a proof, whatever the case; and a case is
shown only if it is decided by the facts in it alone, worked out again on their values:

    project.total >= 500万元 and project.total < 300万元      no
    project.total > 500万元, project.total < 500万元          neither: project.total = 5,000,000.00元

A question that takes too many trials is not answered.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias

from subsidy_rules.facts.case import NO_LOWER, bounds_of
from subsidy_rules.facts.vocabulary import DENSE, QUANTITY, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import kind_of
from subsidy_rules.plan.model import PolicyPlan
from subsidy_rules.values.quantity import (
    CNY,
    INFINITY,
    Currency,
    Number,
    exact_text,
    exact_yuan_text,
    format_date,
    format_quantity,
    format_ratio,
)

Value: TypeAlias = Fraction | str | bool
BUDGET: Final = 20_000
"""Trials after which a question is left open."""
NEVER: Final = op.Not(op.ALWAYS)
_STEP: Final = {"money": Fraction(1), "count": Fraction(1), "date": Fraction(1), "ratio": Fraction(1, 10_000)}
_NAMED = op.Fact | op.Aggregate | op.Arithmetic | op.Choose | op.Awarded
_FAR: Final = 10**6
"""So many times the lowest growth is below every figure that a file can state."""
_SIDES: Final = ("<", "=", ">")
_ELSE: Final = "…"
"""A text that no condition names."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is tried: the number `node`, one member of a set, a reading, or a truth that no fact decides (`free`)."""

    kind: str
    node: Hashable
    member: str = ""
    code: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work the hash out once: the operations inside may be many."""
        object.__setattr__(self, "code", hash((self.kind, self.node, self.member)))

    def __hash__(self) -> int:
        return self.code

    @property
    def free(self) -> bool:
        """Whether no value of a fact stands behind it."""
        return self.kind in ("free", "order")


Trial: TypeAlias = dict[Unknown, Value]


class _TooManyError(Exception):
    """The budget is used up."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A case in which something holds: what was chosen for each fact that it rests on."""

    chosen: Mapping[Unknown, Value]
    currency: Currency = CNY

    def __str__(self) -> str:
        """Write it as conditions: `project.total = 5,000,000.00元, title.level = 省级`."""
        return ", ".join(filter(None, (_said(unknown, value, self.currency) for unknown, value in self.chosen.items())))


@dataclass(slots=True)
class Reach:
    """Answers questions about the conditions of one policy."""

    plan: PolicyPlan
    budget: int = BUDGET
    constants: tuple[Fraction, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the numbers of the policy."""
        self.constants = tuple(value for value, _ in self.plan.constants)

    def can(self, *truths: op.Truth) -> bool | None:
        """Whether the conditions can hold together: no (False) is proved; None where that took too long."""
        try:
            return any(True for _ in _Question(self, op.ALWAYS, op.All(truths)).trials())
        except _TooManyError:
            return None

    def never(self, *truths: op.Truth) -> bool:
        """Whether it is proved that the conditions cannot hold together."""
        return self.can(*truths) is False

    def witness(self, sure: op.Truth, given: op.Truth = op.ALWAYS) -> Witness | None:
        """Return a case in which `sure` holds by its facts alone, and in which `given` can hold."""
        question = _Question(self, sure, given)
        asked = set(_unknowns(sure, question))
        try:
            for trial in question.trials():
                shown = {unknown: value for unknown, value in trial.items() if unknown in asked and not unknown.free}
                if not _related(shown) and question.holds(sure, shown):
                    return Witness(shown, self.plan.vocabulary.currency)
        except _TooManyError:
            return None
        return None

    def number(self, value: op.Value) -> Fraction | None:
        """Return the number that a value is whatever the case, if it is one."""
        match value:
            case op.Constant(index, _):
                return self.constants[index]
            case op.Arithmetic(sign, left, right, _):
                a, b = self.number(left), self.number(right)
                if a is None or b is None or (sign == "/" and b == 0):
                    return None
                return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b
            case _:
                return None

    def axes(self, *truths: op.Truth) -> dict[op.Value, list[Fraction]]:
        """Return each number that is compared with constants, and those constants in their order."""
        found: dict[op.Value, set[Fraction]] = {}
        for compare in (part for truth in truths for part in atoms(truth) if isinstance(part, op.Compare)):
            for value, other in ((compare.left, compare.right), (compare.right, compare.left)):
                number = self.number(other)
                if number is not None and self.number(value) is None:
                    found.setdefault(value, set()).add(number)
        return {value: sorted(numbers) for value, numbers in found.items()}

    def at(self, truth: op.Truth, axis: op.Value, value: Fraction) -> op.Truth:
        """Return a condition with a value put in the place of a number."""
        match truth:
            case op.All(truths):
                return op.All(tuple(self.at(one, axis, value) for one in truths))
            case op.AnyOf(truths):
                return op.AnyOf(tuple(self.at(one, axis, value) for one in truths))
            case op.Not(inner):
                return op.Not(self.at(inner, axis, value))
            case op.IfTruth(condition, then, otherwise):
                return op.IfTruth(*(self.at(one, axis, value) for one in (condition, then, otherwise)))
            case op.Compare(sign, left, right) if axis in (left, right):
                a = value if left == axis else self.number(left)
                b = value if right == axis else self.number(right)
                return truth if a is None or b is None else op.ALWAYS if _compared(sign, a, b) else NEVER
            case _:
                return truth


def regions(axis: op.Value, marks: Iterable[Fraction]) -> list[Fraction]:
    """Return a value of each region that the marks cut a number into, in their order; none outside its domain.

    Whole fen, days and things have nothing between two neighbours.
    """
    least, greatest = _domain(axis)
    inside = sorted(
        {min(max(mark, least), greatest) if isinstance(greatest, Fraction) else max(mark, least) for mark in marks}
    )
    step, whole = _STEP.get(axis.type, Fraction(1)), _whole(axis)
    found: list[Fraction] = []
    if inside and inside[0] > least:
        found.append(max(inside[0] - step, (inside[0] + least) / 2 if not whole else least))
    for mark, after in zip(inside, [*inside[1:], greatest], strict=True):
        found.append(mark)
        if after > mark and not isinstance(after, Fraction):
            found.append(mark + step)
        elif isinstance(after, Fraction) and after > mark and not whole:
            found.append(min(mark + step, (mark + after) / 2))
        elif isinstance(after, Fraction) and after - mark > (after is not greatest):
            found.append(mark + step)
    return found


def atoms(truth: op.Truth) -> Iterator[op.Truth]:
    """Return the conditions that a condition is made of by and, or, not and if."""
    match truth:
        case op.All(truths) | op.AnyOf(truths):
            for one in truths:
                yield from atoms(one)
        case op.Not(inner):
            yield from atoms(inner)
        case op.IfTruth(condition, then, otherwise):
            for one in (condition, then, otherwise):
                yield from atoms(one)
        case _:
            yield truth


def walk_own(node: op.Node) -> Iterator[op.Node]:
    """Return an operation and all that it is made of, but for what another sentence comes to."""
    yield node
    if not isinstance(node, op.Awarded):
        for child in op.children(node):
            yield from walk_own(child)


class _Question:
    """One question: what can be tried for each unknown of its conditions, and the search among that."""

    def __init__(self, reach: Reach, sure: op.Truth, given: op.Truth) -> None:
        self.reach, self.sure, self.given = reach, sure, given
        self.left = reach.budget
        self.choices: dict[Unknown, list[Value]] = {}
        self.asked: dict[int, tuple[op.Truth, list[Unknown]]] = {}
        parts = [*atoms(sure), *atoms(given)]
        self.axes = reach.axes(sure, given)
        self.pairs: dict[tuple[op.Value, op.Value], bool] = {}
        self.empty: dict[op.Truth, bool] = {}
        for part in parts:
            if isinstance(part, op.Compare):
                self.pairs.setdefault((part.left, part.right), (part.right, part.left) not in self.pairs)
            elif isinstance(part, op.Exists) and part not in self.empty:
                self.empty[part] = part.where != op.ALWAYS and reach.never(part.where)
        listed: dict[op.Fact, list[op.Listing]] = {}
        for part in parts:
            if isinstance(part, op.In) and part.fact.type == "enum":
                listed.setdefault(part.fact, []).append(part.listing)
            elif isinstance(part, op.Same) and isinstance(part.left, op.Fact) and isinstance(part.right, op.Words):
                self.choices.setdefault(Unknown("text", part.left), [_ELSE]).insert(0, part.right.text)
        for fact, listings in listed.items():
            self.choices[Unknown("enum", fact)] = list(_members(fact, listings))
        for axis, marks in self.axes.items():
            tried = regions(axis, marks)
            named_first = [one for one in marks if one in tried]
            self.choices[Unknown("number", axis)] = [*named_first, *(one for one in tried if one not in marks)]

    def trials(self, trial: Trial | None = None) -> Iterator[Trial]:
        """Return what can be chosen so that `sure` and `given` hold; the free truths are tried last."""
        trial = {} if trial is None else trial
        self.left -= 1
        if self.left < 0:
            raise _TooManyError
        sure, given = self.holds(self.sure, trial), self.holds(self.given, trial)
        if sure is False or given is False:
            return
        if sure and given:
            yield trial
            return
        unknown = self._next(self.sure, trial) if sure is None else self._next(self.given, trial)
        for value in self._values(unknown):
            yield from self.trials({**trial, unknown: value})

    def _values(self, unknown: Unknown) -> list[Value]:
        if unknown.kind == "reading":
            reading = self.reach.plan.readings[str(unknown.node)]
            return [reading.default, *(option for option in reading.options if option != reading.default)]
        if unknown.kind == "order":
            return list(_SIDES)
        return self.choices.get(unknown, [True, False])

    def _next(self, truth: op.Truth, trial: Trial) -> Unknown:
        """Return the first unknown that an undecided condition still needs."""
        match truth:
            case op.All(truths) | op.AnyOf(truths):
                return self._next(next(one for one in truths if self.holds(one, trial) is None), trial)
            case op.Not(inner):
                return self._next(inner, trial)
            case op.IfTruth(condition, then, otherwise):
                taken = self.holds(condition, trial)
                return self._next(condition if taken is None else then if taken else otherwise, trial)
            case _:
                return next(one for one in self.asks(truth) if one not in trial)

    def asks(self, atom: op.Truth) -> list[Unknown]:
        """Return the unknowns of a condition that is not made of others."""
        known = self.asked.get(id(atom))
        if known is None:
            # The atom is kept beside what it asks, so that its identity is not given to another.
            known = self.asked[id(atom)] = (atom, self._asks(atom))
        return known[1]

    def _asks(self, atom: op.Truth) -> list[Unknown]:
        match atom:
            case op.Compare(_, left, right):
                for value in (left, right):
                    if value in self.axes and self.reach.number(right if value is left else left) is not None:
                        return [Unknown("number", value)]
                pair = (left, right) if self.pairs.get((left, right), True) else (right, left)
                return [Unknown("order", pair)]
            case op.In(fact, listing, False) if fact.type == "set":
                free = [Unknown("free", atom)] if listing.open else []
                return [*(Unknown("member", fact, name) for name in sorted(listing.members)), *free]
            case op.In(fact, listing, False) if fact.type == "enum":
                return [Unknown("enum", fact), *([Unknown("free", atom)] if listing.open else [])]
            case op.Holds(fact):
                return [Unknown("bool", fact)]
            case op.Same(left, op.Words(_, _)) if isinstance(left, op.Fact):
                return [Unknown("text", left)]
            case op.ReadingIs(reading, _):
                return [Unknown("reading", reading)]
            case _:
                return [Unknown("free", atom)]

    def holds(self, truth: op.Truth, trial: Mapping[Unknown, Value]) -> bool | None:
        """Whether a condition holds under what is chosen; None where that leaves it open."""
        match truth:
            case op.All(truths):
                return _every(self.holds(one, trial) for one in truths)
            case op.AnyOf(truths):
                return _not(_every(_not(self.holds(one, trial)) for one in truths))
            case op.Not(inner):
                return _not(self.holds(inner, trial))
            case op.IfTruth(condition, then, otherwise):
                taken = self.holds(condition, trial)
                if taken is not None:
                    return self.holds(then if taken else otherwise, trial)
                both = {self.holds(then, trial), self.holds(otherwise, trial)}
                return both.pop() if len(both) == 1 else None
            case op.Exists() if self.empty.get(truth):
                return False
            case _:
                return self._atom(truth, trial)

    def _atom(self, atom: op.Truth, trial: Mapping[Unknown, Value]) -> bool | None:
        asked = self.asks(atom)
        values = [trial.get(one) for one in asked]
        match atom:
            case op.Compare(sign, left, right):
                return self._order(sign, left, right, asked[0], values[0])
            case op.In(fact, _, False) if fact.type == "set":
                return _not(_every(None if one is None else not one for one in values))
            case op.In(fact, listing, False) if fact.type == "enum" and values[0] is not None:
                inside = values[0] in listing.members
                return inside if inside or not listing.open else _truth(values[1])
            case op.Same(_, op.Words(text, _)) if values[0] is not None:
                return values[0] == text
            case op.ReadingIs(_, option) if values[0] is not None:
                return values[0] == option
            case _:
                return _truth(values[0])

    def _order(self, sign: str, left: op.Value, right: op.Value, unknown: Unknown, chosen: Value | None) -> bool | None:
        a, b = self.reach.number(left), self.reach.number(right)
        if a is not None and b is not None:
            return _compared(sign, a, b)
        if chosen is None:
            return None
        if isinstance(chosen, Fraction):
            return _compared(sign, chosen if a is None else a, chosen if b is None else b)
        forward = unknown.node == (left, right)
        side = Fraction(_SIDES.index(str(chosen)) - 1)
        return _compared(sign, side if forward else -side, Fraction(0))


def _compared(sign: str, a: Fraction, b: Fraction) -> bool:
    return a > b if sign == ">" else a >= b if sign == ">=" else a == b


def _every(truths: Iterable[bool | None]) -> bool | None:
    found: bool | None = True
    for one in truths:
        if one is False:
            return False
        found = None if one is None else found
    return found


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _truth(value: Value | None) -> bool | None:
    return None if value is None else bool(value)


def _members(fact: op.Fact, listings: list[op.Listing]) -> Iterator[Value]:
    """Return the members that conditions name, one for each way in which they are listed, and one that none names."""
    seen: set[tuple[bool, ...]] = set()
    others = [*fact.spec.members, *([_ELSE] if fact.spec.open or not fact.spec.members else [])]
    named = [name for name in others if any(name in one.members for one in listings)]
    for name in [*named, *others]:
        way = tuple(name in one.members for one in listings)
        if way not in seen:
            seen.add(way)
            yield name


def _unknowns(truth: op.Truth, question: _Question) -> Iterator[Unknown]:
    for atom in atoms(truth):
        yield from question.asks(atom)


def _whole(axis: op.Value) -> bool:
    """Whether a number is always a whole one of its unit: a fact is, and a sum of facts."""
    inner = axis.value if isinstance(axis, op.Aggregate) and axis.how != "count" else axis
    return isinstance(inner, op.Fact | op.Aggregate) and kind_of(axis.type) not in DENSE


def _domain(axis: op.Value) -> tuple[Fraction, Number]:
    """Return the ends of what a number can be; a sum is bounded by what its parts are on one side of nothing."""
    if isinstance(axis, op.Fact):
        least, greatest = bounds_of(axis.spec)
        return max(least, Fraction(1)) if axis.type == "date" else least, greatest
    if isinstance(axis, op.Aggregate) and isinstance(axis.value, op.Fact) and axis.how in ("min", "max"):
        return _domain(axis.value)
    if isinstance(axis, op.Aggregate) and (axis.how == "count" or _domain(axis.value)[0] >= 0):
        return Fraction(0), INFINITY
    return NO_LOWER * _FAR, INFINITY


def _related(chosen: Mapping[Unknown, Value]) -> bool:
    """Whether two of the numbers might hang together, so that not every pair of values is a case.

    Dates follow each other; a sum is of facts; the shared money facts of one thing are parts and wholes.
    """
    numbers = [one.node for one in chosen if one.kind == "number"]
    dates = [one for one in numbers if isinstance(one, op.Fact) and one.type == "date"]
    if len(dates) > 1:
        return True
    if len(numbers) > 1 and not all(isinstance(one, op.Fact) for one in numbers):
        return True
    core = Vocabulary.core()
    shared = [
        one.spec.entity
        for one in numbers
        if isinstance(one, op.Fact) and one.type == "money" and core.field(one.spec.entity, one.spec.name)
    ]
    return len(shared) != len(set(shared))


def _said(unknown: Unknown, value: Value, currency: Currency) -> str:
    node = unknown.node
    match unknown.kind:
        case "reading":
            return f"reading.{str(node).rpartition('/')[2]} = {value}"
        case "member" if isinstance(node, op.Fact):
            return f"{node.name}.{node.spec.name} has {unknown.member}" if value else ""
        case "number" if isinstance(node, _NAMED) and isinstance(value, Fraction):
            return f"{named(node)} = {figure(value, node.type, currency)}"
        case _ if isinstance(node, op.Fact):
            return f"{node.name}.{node.spec.name} = {str(value).lower() if isinstance(value, bool) else value}"
        case _:
            return ""


def named(value: op.Value) -> str:
    """Write a number as an expression does, without what it is restricted to.

    A count has no field, and what is calculated is written with its signs.
    """
    match value:
        case op.Fact(name, spec):
            return f"{name}.{spec.name}"
        case op.Aggregate("count", source, _, _, _):
            return f"count of {source.name}"
        case op.Aggregate(how, source, _, _, inner):
            owner = f"{source.owner}." if source.owner else ""
            return f"{how} of {owner}{source.name}.{inner.spec.name if isinstance(inner, op.Fact) else '…'}"
        case op.Arithmetic(sign, left, right):
            return f"{named(left)} {sign} {named(right)}"
        case op.Awarded(clause):
            return f"award.{clause}"
        case op.Choose(branches, otherwise):
            return " or ".join(named(one) for one in (*(one for _, one in branches), otherwise))
        case _:
            return "…"


def figure(value: Fraction, type_: str, currency: Currency = CNY) -> str:
    """Write a figure to the last unit: money to the fen (`5,000,000.00元`), a date as `2025-09-01`."""
    match kind_of(type_):
        case "money" if value < 0:
            return f"-{figure(-value, type_, currency)}"
        case "money":
            text = exact_yuan_text(value, currency) or ""
            whole, dot, part = text.partition(".")
            unit = currency.units[0][0]
            return f"{int(whole):,}{dot}{part}{unit}" if not unit.isascii() else f"{int(whole):,}{dot}{part} {unit}"
        case "date":
            return format_date(value)
        case "ratio" if "/" not in format_ratio(value):
            return format_ratio(value)
        case "quantity":
            return format_quantity(value, type_.removeprefix(QUANTITY))
        case _:
            return exact_text(value)
