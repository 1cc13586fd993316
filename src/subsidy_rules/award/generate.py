"""Python source for whole facts: the exact twin of the engine's functions (S26).

The engine reads every operation as a function of amounts with four numbers. Where every fact that a sentence reads is
given, most of that is for nothing: the figures are whole numbers, and a sentence is a few lines of Python. This module
writes those lines from the plan. A basis, a rate and a printed cap become

    v1 = x[k7]
    v2 = v1 * k9
    v3 = (v4 if (v4 := v2) < (v5 := k11 * k10) else v5)
    v6 = (2 * v3 + k10) // (2 * k10)

Identifiers are positional. Every number, date, text and choice of a reading is *bound*: it reaches the code as an
argument, so that other figures need no other code, and nothing that stands in a file is ever source text.

Numbers are kept as a numerator for the law's least and greatest figure over one denominator, so no fraction is made on
the way. What has no whole answer here raises `KeyError`: a fact that is not given does so by itself, and what only the
law or a guide could settle calls `open_`. The caller then asks the engine.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Final, TypeAlias

from subsidy_rules.award.engine import ANOTHER, chosen_option, place_is_within
from subsidy_rules.facts.case import bounds_of
from subsidy_rules.facts.vocabulary import DENSE
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Gate, PolicyPlan
from subsidy_rules.values.amount import DOWN, HALF_UP, UP
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import Infinity, Number, months_between, months_later, year_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GIVEN: Final = "·given"
"""Where the facts of a thing keep the names of those that the case gives."""
SELF: Final = "·self"
"""Where they keep what tells the thing from others: its path, of a project that of the one it is the same as."""
NAME: Final = "·name"
"""Where they keep the thing's id, or its path."""
OVER: Final = "·over"
"""Stands after the name of a ratio for its denominator."""
LIST: Final = "·list·"
"""Stands before the name of a list."""

ZERO: Final = "0"
ONE: Final = "1"
ALWAYS: Final = "True"
OPEN: Final = "open_()"


class _Unfit(Exception):  # noqa: N818 - a signal, not an error
    """There is no whole answer for this operation, whatever the facts."""


def open_() -> bool:
    """Say that there is no whole answer. Raises `KeyError`, as a fact that is not given does."""
    raise KeyError


def whole(number: int, over: int, unit: int) -> int:
    """Return a cap's numerator where the cap is a multiple of the unit; one that isn't changes how figures round."""
    return number if number % (over * unit) == 0 else open_()


def year(day: int) -> int:
    """Return the year of an ordinal day."""
    return _within_the_calendar(year_of(Fraction(day)))


def later(day: int, months: int) -> int:
    """Return the ordinal day so many months later."""
    return _within_the_calendar(months_later(Fraction(day), months))


def months(first: int, last: int, size: int, begun: int) -> int:
    """Return how many times so many months lie between two ordinal days."""
    return _within_the_calendar(months_between(Fraction(first), Fraction(last), size, begun=bool(begun)))


def _within_the_calendar(found: Number) -> int:
    return open_() if isinstance(found, Infinity) else found.numerator


def total_of(project: Mapping[str, int]) -> int:
    """Return a project's total: as given, else the sum of its costs."""
    if "total" in project[GIVEN]:  # type: ignore[operator]
        return project["total"]
    costs: Iterable[Mapping[str, int]] = project[LIST + "costs"]  # type: ignore[assignment]
    return sum(cost["amount"] for cost in costs)


def unclaimed(thing: Mapping[str, object]) -> bool:
    """Return false for a thing that claims to be meant by 等; whether it is, only the law could say."""
    return "claims" in thing[GIVEN] and open_()  # type: ignore[operator]


class Places(dict[str, bool]):
    """Whether each place lies in one of these areas, found out once."""

    def __init__(self, codes: tuple[str, ...], zones: frozenset[str]) -> None:
        """Keep the areas."""
        super().__init__()
        self._areas = codes, zones

    def __missing__(self, place: str) -> bool:
        """Find out, and keep it unless there are very many."""
        found = place_is_within(place, *self._areas)
        if len(self) < _MOST_PLACES:
            self[place] = found
        return found


class _Unsettled:
    """The truth of a reading that is left open: there is no whole answer."""

    def __bool__(self) -> bool:
        return open_()


UNSETTLED: Final = _Unsettled()
_MOST_PLACES: Final = 4096
HELPERS: Final[Mapping[str, object]] = {
    "open_": open_,
    "whole": whole,
    "total_of": total_of,
    "unclaimed": unclaimed,
    "year": year,
    "later": later,
    "months": months,
}


@dataclass(frozen=True, slots=True)
class Numerator:
    """A constant of the policy, as many times as the scale that they share: 0 for one that is whole."""

    policy: str
    index: int
    power: int


@dataclass(frozen=True, slots=True)
class Scale:
    """The denominator that a policy's constants share, so many times."""

    policy: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or a set of texts."""

    value: str | frozenset[str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that members of an enumeration stand for (360, 365)."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """The places that lie in one of these areas."""

    codes: tuple[str, ...]
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whether a reading has this option for a sentence."""

    clause: str
    reading: str
    option: str


@dataclass(frozen=True, slots=True)
class Filled:
    """Whether a guide fills a parameter."""

    parameter: str


Bound: TypeAlias = Numerator | Scale | Text | Numbers | Inside | Chosen | Filled


def scale_of(constants: Iterable[tuple[Fraction, str]]) -> int:
    """Return the denominator over which every constant of a policy is whole."""
    return math.lcm(*(value.denominator for value, _ in constants))


def bound_value(
    what: Bound,
    constants: Mapping[str, Sequence[tuple[Fraction, str]]],
    readings: Mapping[str, str],
    filled: frozenset[str],
) -> object:
    """Return what stands for a bound thing under these constants, readings and guides."""
    match what:
        case Numerator(policy, index, power):
            return (constants[policy][index][0] * scale_of(constants[policy]) ** power).numerator
        case Scale(policy, times):
            return scale_of(constants[policy]) * times
        case Text(str() as value):
            return sys.intern(value)
        case Text(value):
            return value
        case Numbers(members):
            return {member: int(member) for member in members}
        case Inside(codes, zones):
            return Places(codes, zones)
        case Chosen(clause, reading, option):
            chosen = chosen_option(readings, clause, reading)
            return UNSETTLED if chosen == ANOTHER else chosen == option
        case _:
            return what.parameter in filled


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as source: its least and greatest numerator by the law, the denominator, how it rounds, its sign.

    `constant` is the constant of the policy that it is, if it is one; `capped` says that a cap may stand over it.
    """

    lo: str
    hi: str
    over: str = ONE
    mode: int = 0
    positive: bool = True
    constant: int | None = None
    capped: bool = False

    @property
    def thin(self) -> bool:
        """Whether the law leaves nothing open."""
        return self.lo == self.hi


_ATOM: Final = re.compile(r"\w+(\[\w+\])*")
NOTHING: Final = Figure(ZERO, ZERO)


def _times(a: str, b: str) -> str:
    if ZERO in (a, b):
        return ZERO
    return b if a == ONE else a if b == ONE else f"{a} * {b}"


def _grouped(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"


class Writer:
    """Writes the expressions of one policy's operations; what they bind is collected in `bound`, in order."""

    def __init__(self, bound: dict[Bound, str]) -> None:
        """Collect what is bound in `bound`, which several writers may share."""
        self.bound = bound
        self.plan: PolicyPlan
        self.clause = ""
        self.things: dict[str, str] = {}
        self._names = 0

    def bind(self, what: Bound) -> str:
        """Return the name that stands for a bound thing."""
        return self.bound.setdefault(what, f"k{len(self.bound)}")

    def name(self) -> str:
        """Return a name that nothing else has."""
        self._names += 1
        return f"v{self._names}"

    def begin(self, plan: PolicyPlan, clause: ClausePlan, thing: str) -> None:
        """Begin a sentence, whose things stand under these names."""
        self.plan, self.clause = plan, f"{clause.sentence.policy}/{clause.sentence.id}"
        self.things = {"case": "r", "enterprise": "e", clause.per.name: thing if clause.per.source else "e"}

    # truths

    def holds(self, node: op.Truth) -> str:
        """Write a truth; one that has no whole answer is open."""
        try:
            return self.truth(node)
        except _Unfit:
            return OPEN

    def truth(self, node: op.Truth) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each operation
        """Write a truth. Raises `_Unfit` for a comparison of what the law leaves open."""
        match node:
            case op.All(truths):
                return _joined([self.holds(one) for one in truths], "and", ALWAYS)
            case op.AnyOf(truths):
                return _joined([self.holds(one) for one in truths], "or", "False")
            case op.Not(inner):
                return f"not {_grouped(self.holds(inner))}"
            case op.IfTruth(condition, then, otherwise):
                return f"({self.holds(then)} if {self.holds(condition)} else {self.holds(otherwise)})"
            case op.LawOpen():
                return OPEN
            case op.Given(fact):
                return f"{self.bind(Text(fact.spec.name))} in {self.things[fact.name]}[{self.bind(Text(GIVEN))}]"
            case op.Holds(fact):
                return self._read(fact)
            case op.In(fact, listing, every):
                return self._in(fact, listing, every=every)
            case op.Same(left, right):
                return self._same(left, right)
            case op.Compare(sign, left, right):
                a, b = self.figure(left, None), self.figure(right, None)
                if not (a.thin and b.thin):
                    raise _Unfit
                return f"{_times(a.lo, b.over)} {sign} {_times(b.lo, a.over)}"
            case op.Exists(source, alias, where):
                with self._each(source, alias) as (thing, things):
                    return f"any({self.holds(where)} for {thing} in {things})"
            case op.Within(facts, codes, zones):
                place = self._read(facts[-1])
                for fact in reversed(facts[:-1]):
                    name = self.name()
                    place = f"({name} if ({name} := {self._asked(fact)}) is not None else {place})"
                return f"{self.bind(Inside(codes, zones))}[{place}]"
            case _:
                return self.bind(Chosen(self.clause, node.reading, node.option))

    def _read(self, fact: op.Fact) -> str:
        return f"{self.things[fact.name]}[{self.bind(Text(fact.spec.name))}]"

    def _asked(self, fact: op.Fact) -> str:
        return f"{self.things[fact.name]}.get({self.bind(Text(fact.spec.name))})"

    def _in(self, fact: op.Fact, listing: op.Listing, *, every: bool) -> str:
        members, found = self.bind(Text(listing.members)), self._read(fact)
        if fact.spec.type == "set":
            return f"{members} <= {found}" if every else f"not {members}.isdisjoint({found})"
        known = f"{found} in {members}"
        return f"({known} or unclaimed({self.things[fact.name]}))" if listing.open else known

    def _same(self, left: op.Fact | op.Bound, right: op.Fact | op.Bound | op.Words) -> str:
        a, b = self._word(left), self._word(right)
        made = f"{a} == {b}"
        if "None" in (self._absent(left), self._absent(right)):
            name = self.name()
            made = f"(({name} := {a}) is not None and {name} == {b})"
        alike = isinstance(left, op.Fact) and isinstance(right, op.Fact) and left.spec.name == right.spec.name
        return f"({self.things[left.name]} is {self.things[right.name]} or {made})" if alike else made  # type: ignore[union-attr]

    def _absent(self, node: op.Fact | op.Bound | op.Words) -> str:
        return "None" if isinstance(node, op.Fact) and node.spec.absent == "none" else ""

    def _word(self, node: op.Fact | op.Bound | op.Words) -> str:
        if isinstance(node, op.Words):
            return self.bind(Text(node.text))
        if isinstance(node, op.Bound):
            return f"{self.things[node.name]}[{self.bind(Text(SELF))}]"
        if node.of_kind:
            raise _Unfit
        return self._asked(node) if self._absent(node) else self._read(node)

    @contextmanager
    def _each(self, source: op.Source, alias: str) -> Iterator[tuple[str, str]]:
        """Bind a name to each thing of a list while the block runs."""
        if source.name == "group":
            raise _Unfit
        owner = self.things[source.owner] if source.owner else "r"
        kept, name = self.things, self.name()
        self.things = {**kept, alias: name}
        try:
            yield name, f"{owner}[{self.bind(Text(LIST + source.name))}]"
        finally:
            self.things = kept

    # numbers

    def figure(self, node: op.Value, running: Figure | None) -> Figure:
        """Write a number. Raises `_Unfit` where no whole figure can come of it."""
        match node:
            case op.Constant(index, type_):
                scaled = type_ == "ratio" or self.plan.constants[index][0].denominator > 1
                value = self.bind(Numerator(self.plan.id, index, int(scaled)))
                over = self.bind(Scale(self.plan.id)) if scaled else ONE
                positive = self.plan.constants[index][0] >= 0
                return Figure(value, value, over, positive=positive, constant=None if scaled else index)
            case op.Fact():
                return self._fact(node)
            case op.Running() if running is not None:
                return running
            case op.Arithmetic(sign, left, right, _):
                return self._arithmetic(sign, self.figure(left, running), right, running)
            case op.Least(left, right, _, type_):
                a, b = self.figure(left, running), self.figure(right, running)
                return self._least(a, self._whole(b) if type_ == "money" else b)
            case op.Bounded(value, _):
                made = self.figure(value, running)
                if not made.positive:
                    raise _Unfit
                return replace(made, lo=ZERO, mode=DOWN, constant=None)
            case op.Fixed(value, _, up):
                return replace(self.figure(value, running), mode=UP if up else HALF_UP)
            case op.Choose(branches, otherwise, _):
                return self._choose(branches, otherwise, running)
            case op.Aggregate():
                return self._aggregate(node, running)
            case op.Chain(values, _):
                return self._chain(values, running)
            case op.Open(parameter, _, otherwise, _, _) if otherwise is not None:
                return self._unless_filled(self.figure(otherwise, running), parameter)
            case _:
                return self._shaped(node, running)

    def _shaped(self, node: op.Value, running: Figure | None) -> Figure:
        match node:
            case op.Decided(value, facts, exact, _):
                law = self.figure(value, running)
                return reduce(lambda rest, fact: self._decided(law, rest, fact, exact=exact), reversed(facts), law)
            case op.Greatest(left, right, type_, raises):
                a, b = self.figure(left, running), self.figure(right, running)
                return self._greatest(a, self._whole(b) if a.capped and type_ == "money" else b, raises=raises)
            case op.Kept(value, least):
                return self._from(self.figure(value, running), self.figure(least, running))
            case op.Rounded(value, unit, mode) if mode:
                return self._multiple(self.figure(value, running), self.figure(unit, None), mode)
            case op.Elapsed(first, last, size, begun, _):
                a, b = self._day(first, running), self._day(last, running)
                made = f"months({a.hi}, {b.hi}, {size}, {int(begun)})"
                return Figure(made, made, positive=False)
            case op.Calendar(day, months):
                date = self._day(day, running)
                made = f"year({date.hi})" if months is None else f"later({date.hi}, {self.figure(months, None).hi})"
                return Figure(made, made)
            case _:
                raise _Unfit

    def _day(self, node: op.Value, running: Figure | None) -> Figure:
        date = self.figure(node, running)
        if not date.thin or date.over != ONE:
            raise _Unfit
        return date

    def _unless_filled(self, figure: Figure, parameter: str) -> Figure:
        filled = self.bind(Filled(parameter))
        lo, hi = (f"({OPEN} if {filled} else {text})" for text in (figure.lo, figure.hi))
        return replace(figure, lo=lo, hi=hi, constant=None)

    def _fact(self, node: op.Fact) -> Figure:
        spec, thing = node.spec, self.things[node.name]
        if (spec.entity, spec.name) == ("project", "total"):
            return Figure(f"total_of({thing})", f"total_of({thing})")
        value = self._read(node)
        positive = bounds_of(spec)[0] >= 0
        if spec.type not in DENSE:
            return Figure(value, value, positive=positive)
        over = f"{thing}[{self.bind(Text(spec.name + OVER))}]"
        return Figure(value, value, over, positive=positive)

    def _arithmetic(self, sign: str, a: Figure, node: op.Value, running: Figure | None) -> Figure:
        if sign == "/":
            return self._divided(a, node)
        b = self.figure(node, running)
        if b.mode and isinstance(node, op.Choose) and _is_nothing(node.otherwise):
            raise _Unfit  # how the sum rounds depends on which it is
        mode = _mixed(a.mode, b.mode)
        if sign == "*":
            if not (a.thin and b.thin) and not (a.positive and b.positive):
                raise _Unfit
            lo, hi = (_times(_grouped(x), _grouped(y)) for x, y in ((a.lo, b.lo), (a.hi, b.hi)))
            return Figure(lo, hi, _times(a.over, b.over), mode, a.positive and b.positive)
        (a, b), over = self._level(a, b)
        if sign == "+":
            capped = a.capped or b.capped
            return Figure(f"{a.lo} + {b.lo}", f"{a.hi} + {b.hi}", over, mode, a.positive and b.positive, capped=capped)
        return Figure(f"{a.lo} - {_grouped(b.hi)}", f"{a.hi} - {_grouped(b.lo)}", over, mode, positive=False)

    def _divided(self, a: Figure, node: op.Value) -> Figure:
        if isinstance(node, op.Fact) and node.type == "enum":
            members = tuple(node.spec.members)
            if not all(member.isdigit() for member in members):
                raise _Unfit
            return replace(a, constant=None, over=_times(a.over, f"{self.bind(Numbers(members))}[{self._read(node)}]"))
        b = self.figure(node, None)
        if not b.thin or not (a.thin or a.positive):
            raise _Unfit
        lo, hi = (_times(_grouped(x), b.over) for x in (a.lo, a.hi))
        printed = isinstance(node, op.Constant) and self.plan.constants[node.index][0] > 0
        over = _times(a.over, b.lo if printed else self._something(b.lo))
        return Figure(lo, hi, over, a.mode, a.positive)

    def _something(self, text: str) -> str:
        """Write a divisor: what nothing or less divides by is open by law."""
        name, text = self._named(text)
        return f"({name} if {text} > 0 else {OPEN})"

    def _named(self, text: str) -> tuple[str, str]:
        """Return a name for a text, and the text that gives it that name where it is first read."""
        if _ATOM.fullmatch(text):
            return text, text
        name = self.name()
        return name, f"({name} := {text})"

    def _whole(self, cap: Figure) -> Figure:
        """Let a cap through only where it is a multiple of the unit: a figure below it then rounds to one below it."""
        if cap.over == ONE and self.plan.unit == 1:
            return cap
        lo, hi = (f"whole({text}, {cap.over}, {self.plan.unit})" for text in (cap.lo, cap.hi))
        return replace(cap, lo=lo, hi=hi, constant=None)

    def _pick(self, a: str, b: str, sign: str) -> str:
        (first, a), (second, b) = self._named(a), self._named(b)
        return f"({first} if {a} {sign} {b} else {second})"

    def _greatest(self, a: Figure, b: Figure, *, raises: bool) -> Figure:
        (a, b), over = self._level(a, b)
        hi = self._raised(a.hi, b.hi, raises=raises)
        lo = hi if a.thin and b.thin else self._raised(a.lo, b.lo, raises=raises)
        return Figure(lo, hi, over, a.mode, a.positive or b.positive, capped=a.capped)

    def _raised(self, a: str, b: str, *, raises: bool) -> str:
        name, text = self._named(a)
        return f"({self._pick(name, b, '>')} if {text} else 0)" if raises else self._pick(a, b, ">")

    def _from(self, a: Figure, b: Figure) -> Figure:
        """Write what is paid from a figure on."""
        (a, b), over = self._level(a, b)

        def kept(text: str, least: str) -> str:
            name, text = self._named(text)
            return f"({name} if {text} >= {_grouped(least)} else 0)"

        hi = kept(a.hi, b.lo)
        lo = hi if a.thin and b.thin else kept(a.lo, b.hi)
        return replace(a, lo=lo, hi=hi, over=over, constant=None)

    def _multiple(self, a: Figure, unit: Figure, mode: int) -> Figure:
        """Write a figure as a multiple of a unit. Under a cap that may be none, only down is sure not to pass it."""
        if unit.over != ONE or (a.capped and mode != DOWN):
            raise _Unfit
        by = _grouped(_times(a.over, unit.hi))
        lo, hi = (_times(f"({_divided(text, by, f'(2 * {by})', mode)})", unit.hi) for text in (a.lo, a.hi))
        return Figure(hi if a.thin else lo, hi, ONE, a.mode, a.positive, capped=a.capped)

    def rounded(self, text: str, over: str, mode: int) -> str:
        """Write the rounding of a numerator that is not below zero to a multiple of the policy's unit, in fen."""
        unit = self.plan.unit
        if text == ZERO or (over == ONE and unit == 1):
            return text
        scale = over == self.bound.get(Scale(self.plan.id))
        by, twice = (
            self.bind(Scale(self.plan.id, times * unit)) if scale else _grouped(_times(over, str(times * unit)))
            for times in (1, 2)
        )
        return _times(f"({_divided(text, by, twice, mode)})", str(unit))

    def _least(self, a: Figure, b: Figure) -> Figure:
        (a, b), over = self._level(a, b)
        hi = self._pick(a.hi, b.hi, "<")
        nothing = ZERO in (a.lo, b.lo) and a.positive and b.positive
        lo = hi if a.thin and b.thin else ZERO if nothing else self._pick(a.lo, b.lo, "<")
        return Figure(lo, hi, over, a.mode, a.positive and b.positive, capped=True)

    def _level(self, a: Figure, b: Figure) -> tuple[tuple[Figure, Figure], str]:
        """Bring two figures over one denominator."""
        if a.over == b.over:
            return (a, b), a.over
        over = _times(a.over, b.over)
        return (self._over(a, b.over, over), self._over(b, a.over, over)), over

    def _over(self, figure: Figure, factor: str, over: str) -> Figure:
        """Bring a figure over a denominator that is so many times its own; a constant is bound as it then is."""
        if figure.constant is not None and factor == self.bound.get(Scale(self.plan.id)):
            value = self.bind(Numerator(self.plan.id, figure.constant, 1))
            return Figure(value, value, over)
        lo, hi = (_times(_grouped(text), factor) for text in (figure.lo, figure.hi))
        return replace(figure, lo=lo, hi=hi, over=over, constant=None)

    def _choose(
        self, branches: Sequence[tuple[op.Truth, op.Value]], otherwise: op.Value, running: Figure | None
    ) -> Figure:
        made = self.figure(otherwise, running)
        for test, value in reversed(branches):
            part, holds = self.figure(value, running), self.holds(test)
            if part.mode != made.mode and not _is_nothing(otherwise):
                raise _Unfit
            mode, otherwise = part.mode, value
            (part, made), over = self._level(part, made)
            hi = f"({part.hi} if {holds} else {made.hi})"
            lo = hi if part.thin and made.thin else f"({part.lo} if {holds} else {made.lo})"
            positive, capped = part.positive and made.positive, part.capped or made.capped
            made = Figure(lo, hi, over, mode, positive, capped=capped)
        return made

    def _decided(self, law: Figure, rest: Figure, fact: op.Fact, *, exact: bool) -> Figure:
        """Write what an authority's figure makes of what the law gives; the rest stands where there is none."""
        name = self.name()
        within = self._pick(_times(name, law.over), law.hi, "<")
        least, most = (within, within) if exact else (self._pick(within, law.lo, ">"), law.hi)
        given = f"({name} := {self._asked(fact)}) is not None"
        lo, hi = f"({least} if {given} else {rest.lo})", f"({most} if {given} else {rest.hi})"
        return replace(law, lo=lo, hi=hi, constant=None)

    def _chain(self, values: Sequence[op.Value], running: Figure | None) -> Figure:
        if running is None:
            raise _Unfit
        return reduce(lambda made, value: self._clamped(self.figure(value, made)), values, running)

    def _clamped(self, figure: Figure) -> Figure:
        if figure.positive:
            return figure
        hi = self._pick(figure.hi, ZERO, ">")
        lo = hi if figure.thin else self._pick(figure.lo, ZERO, ">")
        return replace(figure, lo=lo, hi=hi, positive=True, constant=None)

    def _aggregate(self, node: op.Aggregate, running: Figure | None) -> Figure:
        if node.most:
            raise _Unfit
        with self._each(node.source, node.alias) as (thing, things):
            value, where = self.figure(node.value, running), self.holds(node.where)
        if not value.thin or thing in value.over or (node.how in ("min", "max") and value.mode):
            raise _Unfit
        condition = "" if where == ALWAYS else f" if {where}"
        parts = f"({value.lo} for {thing} in {things}{condition})"
        if node.how in ("min", "max"):
            made = f"{node.how}({parts}, default=0)"
            made = f"max(0, {made})" if node.how == "max" and not value.positive else made
            return replace(value, lo=made, hi=made, positive=value.positive or node.how == "max", constant=None)
        return replace(value, lo=f"sum{parts}", hi=f"sum{parts}", constant=None)


def _joined(parts: list[str], word: str, empty: str) -> str:
    kept = [part for part in parts if part != empty]
    if not kept:
        return empty
    return kept[0] if len(kept) == 1 else f"({f' {word} '.join(kept)})"


def _is_nothing(node: op.Value) -> bool:
    """Whether a value is the zero with which the constants of every policy begin."""
    return isinstance(node, op.Constant) and node.index == 0


def _divided(text: str, by: str, twice: str, mode: int) -> str:
    """Write a division to a whole number; `twice` is twice the divisor."""
    number = _grouped(text)
    return {
        HALF_UP: f"(2 * {number} + {by}) // {twice}",
        DOWN: f"{number} // {by}",
        UP: f"-(-{number} // {by})",
    }[mode]


def _mixed(a: int, b: int) -> int:
    """Combine how two parts round: two that round otherwise round half up together (S3)."""
    return a or b if not a or not b or a == b else HALF_UP


@dataclass(frozen=True, slots=True)
class Lines:
    """A sentence's amount as source: the lines that come to it, its two ends in fen, and how it rounds."""

    lines: tuple[str, ...]
    lo: str
    hi: str
    mode: int
    steps: tuple[Figure, ...]


def amount_lines(writer: Writer, clause: ClausePlan) -> Lines:
    """Write a sentence's steps, one line or two each, and the rounding; `open_()` where no whole figure comes of it."""
    lines: list[str] = []
    steps: list[Figure] = []
    running = NOTHING
    try:
        for step in clause.steps:
            running = _kept(writer, writer.figure(step.value, running), lines)
            steps.append(running)
    except _Unfit:
        return Lines((*lines, OPEN), ZERO, ZERO, HALF_UP, tuple(steps))
    mode = writer.plan.mode or running.mode or HALF_UP
    hi = writer.rounded(running.hi, running.over, mode)
    lo = hi if running.thin else writer.rounded(running.lo, running.over, mode)
    made = _kept(writer, Figure(lo, hi, mode=running.mode), lines)
    return Lines(tuple(lines), made.lo, made.hi, running.mode, tuple(steps))


def _kept(writer: Writer, figure: Figure, lines: list[str]) -> Figure:
    """Keep a figure under names, nothing below zero."""

    def keep(text: str) -> str:
        if not text.isidentifier() and not text.isdigit():
            name = writer.name()
            lines.append(f"{name} = {text}")
            text = name
        if not figure.positive:
            name = writer.name()
            lines.append(f"{name} = {text} if {text} > 0 else 0")
            text = name
        return text

    hi = keep(figure.hi)
    return replace(figure, lo=hi if figure.thin else keep(figure.lo), hi=hi, positive=True)


def gate_text(writer: Writer, gate: Gate) -> str:
    """Write what must hold for an award; what the law may leave open is open where it does."""
    holds = writer.holds(gate.truth)
    return f"(not {_grouped(holds)} or {OPEN})" if gate.role == "doubt" else holds
