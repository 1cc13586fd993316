"""Sweeps: what every award comes to as one number of a case moves, piece by piece, with the exact places of its breaks.

A piece is a range on which an award has one shape (its standing, its kind, which of its steps bind, why it is refused)
and goes along one line, but for rounding. Where the shape changes is found to the last unit (a fen, a day, one thing,
one step of a ratio) by halving. Where to look is what the policies print: every threshold and every cap is tried. Each
piece is then asked whole, with the number as a range: where that comes to no more and no less than its two ends, it is
`proved` that nothing lies between; else it is told as not proved. A bend without a change of shape (of a total, where
another award comes to count) shows only where rounding no longer hides it: the pieces beside it do not touch then, and
neither is proved.

>>> from subsidy_rules import Case
>>> case = Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113"}
... projects:
... - {id: p1, kinds: [能力中心], nature: [新建], whole_digital: false, costs: [{kind: equipment, amount: 2800万元}]}
... assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
... ''')
>>> found = sweep(case, "projects[0].costs[0].amount", "0元..1亿元")
>>> [(str(one.first), str(one.last), str(one.rate)) for one in found.line("xian_30/capability_platform@p1").pieces]
[('0', '5000000000', '1/10'), ('5000000001', '10000000000', '0')]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Final

from subsidy_rules.award.evaluate import of_place
from subsidy_rules.award.model import Json, ends_of
from subsidy_rules.award.written import write_money, write_number
from subsidy_rules.errors import Lang, UsageError
from subsidy_rules.facts.case import Case, read_figure
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.study.cases import NUMBERS, fact_at, with_facts, written
from subsidy_rules.study.shapes import NOTHING, TOTAL, Ends, Value, values_of
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import Currency, Infinity, QuantityError, yuan_text

GRID: Final = 8
MOST: Final = 2000
"""How often a case is evaluated at most."""
DENSE: Final = Fraction(1, 10000)
"""The unit of a ratio, and of a quantity: the hundredth part of a percent, or of one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: from `first` to `last`, both in it, in units of the fact (fen, days, things; ratios exact).

    `low` and `high` are what the award comes to there, of one kind; `rate` is what one more unit adds to the greatest,
    exact; None at a single place and where there is no greatest. `why` says what binds, a step with its quote, or why
    it is refused, and `clause` where the sentence stands, both in Chinese and English. `proved`: no value between
    leaves the range of the two ends.
    """

    first: Fraction
    last: Fraction
    low: Amount
    high: Amount
    rate: Fraction | None
    why: tuple[str, str]
    clause: tuple[str, str]
    proved: bool

    @property
    def kind(self) -> str:
        """The kind of the amounts: `exact`, `at_most`, `undetermined` …"""
        return self.high.kind


@dataclass(frozen=True, slots=True)
class Cliff:
    """A jump between two neighbours: `at` is the first place after it, `by` the change of the greatest, in fen."""

    id: str
    at: Fraction
    by: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """One award, or the total, over the whole range."""

    id: str
    pieces: tuple[Piece, ...]

    @property
    def cliffs(self) -> tuple[Cliff, ...]:
        """Where one more unit moves it by more than its pieces do."""
        return tuple(_cliffs(self))


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found: the fact, the range, a line for each award that the range reaches, and the total.

    `complete` says that no limit was met; `evaluations` how often the case was evaluated; `walk` goes on from there.
    """

    path: str
    spec: FieldSpec
    unit: Fraction
    first: Fraction
    last: Fraction
    lines: tuple[Line, ...]
    evaluations: int
    currency: Currency
    complete: bool = True
    walk: Callable[[], Walk] = field(compare=False, repr=False, kw_only=True)

    def line(self, name: str) -> Line:
        """Return the line of an award by its id, or `total`. Raises `UsageError` where there is none."""
        for one in self.lines:
            if one.id == name:
                return one
        raise UsageError(f"no award '{name}' in this range; there are: {', '.join(one.id for one in self.lines)}")

    def said(self, place: Fraction, lang: Lang = "zh") -> str:
        """Write a place of the range for people."""
        return write_number(place, self.spec.measure, lang, self.currency)

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from subsidy_rules.study.told_sweep import to_html  # noqa: PLC0415 - what is told knows what it tells of

        return to_html(self)

    def as_json(self, lines: Iterable[Line] | None = None) -> dict[str, Json]:
        """Write it, with all its lines or these: amounts in the policies' currency, places as a case reads them."""
        listed = self.lines if lines is None else tuple(lines)
        return {
            "schema": "subsidy-rules/sweep/1",
            "path": self.path,
            "first": self._place(self.first),
            "last": self._place(self.last),
            "currency": self.currency.code,
            "complete": self.complete,
            "lines": [{"id": one.id, "pieces": [self._piece(piece) for piece in one.pieces]} for one in listed],
            "cliffs": [
                {"id": cliff.id, "at": self._place(cliff.at), "by": yuan_text(cliff.by, self.currency)}
                for one in listed
                for cliff in one.cliffs
            ],
        }

    def _place(self, place: Fraction) -> str:
        return written(self.spec, place, self.currency)

    def _piece(self, one: Piece) -> dict[str, Json]:
        return {
            "first": self._place(one.first),
            "last": self._place(one.last),
            "kind": one.kind,
            "low": dict(ends_of(one.low, self.currency)),
            "high": dict(ends_of(one.high, self.currency)),
            "rate": None if one.rate is None else str(one.rate),
            "why": one.why[0],
            "clause": one.clause[0],
            "proved": one.proved,
        }


def sweep(case: Case, path: str, over: str, scenario: Scenario | None = None) -> Sweep:
    """Move one number of a case over a range, `LOW..HIGH` as the case would write them, and return its pieces.

    Raises `UsageError` for a path that is no number of the case, and for a range that is none; `CaseError` where the
    case is wrong at an end of it.
    """
    side = Side(scenario or Scenario())
    case = side.given(case)
    spec = number_at(case, path, side)
    first, last = range_of(over, spec, side)
    walk = Walk(case, path, spec, side, first, last)
    return walk.sweep()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an inverse question: the place, what the award comes to there and one unit before it (in fen)."""

    place: Fraction
    there: Ends
    before: Ends | None


def least_for(found: Sweep, name: str, wanted: Fraction | None = None) -> Answer | None:
    """Return the least place of a sweep at which an award reaches a figure in fen: its greatest, unless given.

    None where it is reached nowhere. The place is exact to one unit: the sweep has evaluated it and the one before it,
    or solves it on a piece that is one line, and then it is of that line.
    """
    line = found.line(name)
    tops = [[one.maximum for one in (piece.low, piece.high)] for piece in line.pieces]
    reached = [top for pair in tops for top in pair if not isinstance(top, Infinity)]
    target = max(reached, default=None) if wanted is None else wanted
    if target is None:
        return None
    walk = found.walk()
    for piece, pair in zip(line.pieces, tops, strict=True):
        if all(isinstance(top, Infinity) or top < target for top in pair):
            continue
        left, right = (walk.number(place) for place in (piece.first, piece.last))
        while left < right:
            middle = (left + right) // 2
            value = walk.at(middle).get(name, NOTHING).ends[1]
            left, right = (left, middle) if isinstance(value, Infinity) or value >= target else (middle + 1, right)
        before = walk.at(left - 1).get(name, NOTHING).ends if left else None
        return Answer(walk.place(left), walk.at(left).get(name, NOTHING).ends, before)
    return None


def say_cliff(found: Sweep, cliff: Cliff, lang: Lang) -> str:
    """Say a cliff in words: what one more unit brings or costs."""
    money = write_money(abs(cliff.by), lang, found.currency)
    at, label = found.said(cliff.at, lang), found.spec.zh if lang == "zh" else found.spec.en or found.spec.name
    if lang == "zh":
        return f"{cliff.id}：{label}到{at}，{'多得' if cliff.by > 0 else '少得'}{money}"
    return f"{cliff.id}: at {at} of {label}, one more unit {'brings' if cliff.by > 0 else 'loses'} {money}"


def number_at(case: Case, path: str, side: Side) -> FieldSpec:
    """Say of which field a number of a case is. Raises `UsageError` for a path that is none."""
    found = fact_at(case, path, side.policies.vocabulary)
    if found is None or found[1].type not in NUMBERS:
        raise UsageError(f"'{path}' is no number of a case, which a range could be of")
    return found[1]


def range_of(over: str, spec: FieldSpec, side: Side) -> tuple[Fraction, Fraction]:
    """Read the two ends of a range, `LOW..HIGH`. Raises `UsageError` for one that is none."""
    low, dots, high = over.partition("..")
    if not dots:
        raise UsageError(f"a range is LOW..HIGH, not '{over}'")
    vocabulary = side.policies.vocabulary
    if spec.type == "money" and low.strip() == "0":  # nothing is nothing in every unit
        low = written(spec, Fraction(0), vocabulary.currency)
    try:
        first, last = (read_figure(spec, one.strip(), vocabulary) for one in (low, high))
    except QuantityError as error:
        raise UsageError(f"the range '{over}': {error.what}") from error
    if first >= last:
        raise UsageError(f"the range '{over}' is empty")
    if ((last - first) / unit_of(spec)).denominator != 1:
        step = written(spec, unit_of(spec), vocabulary.currency)
        raise UsageError(f"the range '{over}' is no whole number of steps of {step}")
    return first, last


def unit_of(spec: FieldSpec) -> Fraction:
    """Return the step between two neighbours."""
    return DENSE if spec.type in ("ratio", "quantity") else Fraction(1)


class LimitError(Exception):
    """The case was evaluated as often as it may be."""


class Walk:
    """One sweep as it goes: places are whole numbers of units from the first."""

    def __init__(self, case: Case, path: str, spec: FieldSpec, side: Side, first: Fraction, last: Fraction) -> None:
        self.case, self.path, self.spec, self.side = case, path, spec, side
        self.unit, self.currency = unit_of(spec), side.policies.vocabulary.currency
        self.first, self.steps = first, int((last - first) / self.unit)
        self.known: dict[int, dict[str, Value]] = {}
        self.evaluations = 0
        self.slack = 2 * max((Fraction(plan.unit) for plan in side.policies.plans), default=Fraction(1))

    def sweep(self) -> Sweep:
        complete = True
        try:
            self.search()
        except LimitError:
            complete = False
        ends = sorted(self.known)
        names = list(dict.fromkeys(name for place in ends for name in self.known[place]))
        lines = [self.line(name, ends) for name in (*(one for one in names if one != TOTAL), TOTAL)]
        kept = tuple(one for one in lines if one.id == TOTAL or any(_pays(piece) for piece in one.pieces))
        last = self.first + self.steps * self.unit
        return Sweep(
            self.path,
            self.spec,
            self.unit,
            self.first,
            last,
            kept,
            self.evaluations,
            self.currency,
            complete,
            walk=lambda: self,
        )

    def search(self) -> None:
        """Look at the seeds, and halve between them. Raises `LimitError`."""
        for place in self.seeds():
            self.at(place)
        for left, right in pairwise(sorted(self.known)):
            self.refine(left, right)

    def number(self, place: Fraction) -> int:
        """Return how many units a place is from the first."""
        return int((place - self.first) / self.unit)

    def place(self, number: int) -> Fraction:
        """Return the place so many units from the first."""
        return self.first + number * self.unit

    def seeds(self) -> Iterator[int]:
        """Give the places to look at first: the ends, a grid, and around every number of the policies of this type."""
        yield from (0, self.steps)
        yield from (self.steps * one // GRID for one in range(1, GRID))
        for value in self.printed():
            at = (value - self.first) / self.unit
            if 0 < at < self.steps:
                yield from (place for place in range(int(at) - 1, int(at) + 2) if 0 <= place <= self.steps)

    def printed(self) -> Iterator[Fraction]:
        """Give the numbers of this type that the policies print: those of the case's place, or all that are named."""
        kept = self.side.policies
        if self.side.scenario.policies is None:
            kept = of_place(kept, self.case.facts_of(kept.vocabulary))
        found = (
            value for plan in kept.plans for value, type_ in plan.constants if type_.partition(" ")[0] == self.spec.type
        )
        yield from dict.fromkeys(found)

    def at(self, place: int) -> dict[str, Value]:
        """Return what each award comes to at a place."""
        if place not in self.known:
            self.known[place] = self.asked(written(self.spec, self.place(place), self.currency))
        return self.known[place]

    def asked(self, text: object) -> dict[str, Value]:
        if self.evaluations >= MOST:
            raise LimitError
        self.evaluations += 1
        return values_of(self.side.evaluate(with_facts(self.case, {self.path: text})))

    def refine(self, left: int, right: int) -> None:
        """Halve until neighbours differ, or nothing is left to tell two ends of one piece apart."""
        if right - left < 2 or (self.alike(left, right) and self.straight(left, right)):  # noqa: PLR2004 - neighbours
            return
        middle = (left + right) // 2
        self.at(middle)
        self.refine(left, middle)
        self.refine(middle, right)

    def alike(self, left: int, right: int) -> bool:
        a, b = self.at(left), self.at(right)
        return a.keys() == b.keys() and all(a[name].shape == b[name].shape for name in a)

    def straight(self, left: int, right: int) -> bool:
        """Whether all awards go along one line between two places: at three places between them, and whole."""
        for part in (3, 5, 2):
            middle = left + (right - left) // part
            if not self.alike(left, middle):
                return False
            if not all(self.between(name, left, middle, right) for name in self.at(middle)):
                return False
        return True

    def line(self, name: str, places: list[int]) -> Line:
        """Join what has one shape and goes along one line into pieces."""
        groups = self.groups(name, places)
        pieces = [
            self.piece(name, group, following) for group, following in zip(groups, [*groups[1:], None], strict=True)
        ]
        return Line(name, tuple(pieces))

    def groups(self, name: str, places: list[int]) -> list[list[int]]:
        """Put places together that have one shape and lie along one line."""
        groups: list[list[int]] = []
        for place in places:
            if groups and self.joined(name, groups[-1], place):
                groups[-1].append(place)
            else:
                groups.append([place])
        return groups

    def joined(self, name: str, group: list[int], place: int) -> bool:
        a, b = self.value(name, group[0]), self.value(name, place)
        if a.shape != b.shape:
            return False
        inner = [group[len(group) // 3], group[len(group) // 2], group[-1]]
        return all(self.between(name, group[0], middle, place) for middle in inner if middle not in (group[0], place))

    def between(self, name: str, left: int, middle: int, right: int) -> bool:
        for end in (0, 1):
            a, b, c = (self.value(name, place).ends[end] for place in (left, middle, right))
            if isinstance(a, Infinity) or isinstance(b, Infinity) or isinstance(c, Infinity):
                if not a == b == c:
                    return False
            elif abs(a + (c - a) * Fraction(middle - left, right - left) - b) > self.slack:
                return False
        return True

    def value(self, name: str, place: int) -> Value:
        return self.known[place].get(name, NOTHING)

    def piece(self, name: str, group: list[int], following: list[int] | None) -> Piece:
        left, right = group[0], group[-1]
        a, b = self.value(name, left), self.value(name, right)
        rate = self.rate(a.ends, b.ends, right - left)
        proved = (following is None or following[0] == right + 1) and self.proved(name, left, right)
        # what binds is told of the far end: at its first place a piece may still be nothing
        return Piece(self.place(left), self.place(right), a.amount, b.amount, rate, b.why, b.clause, proved)

    def rate(self, a: Ends, b: Ends, steps: int) -> Fraction | None:
        """Return what one unit of the fact adds to the greatest: the simplest ratio that both rounded ends allow."""
        if not steps:
            return None
        left, right = a[1], b[1]
        if isinstance(left, Infinity) or isinstance(right, Infinity):
            return None
        length = steps * self.unit
        return simplest((right - left) / length, self.slack / length)

    def proved(self, name: str, left: int, right: int) -> bool:
        """Ask for the whole range at once: whether nothing in it comes to less or more than its ends."""
        if right - left < 2:  # noqa: PLR2004 - neighbours
            return True
        ends = [written(self.spec, self.place(place), self.currency) for place in (left, right)]
        try:
            found = self.asked({"min": ends[0], "max": ends[1]}).get(name, NOTHING)
        except LimitError:
            return False
        a, b = self.value(name, left).ends, self.value(name, right).ends
        least, most = min(a[0], b[0]), max(a[1], b[1])
        return found.ends[0] >= least and found.ends[1] <= most


def _pays(piece: Piece) -> bool:
    return bool(piece.low.maximum) or bool(piece.high.maximum)


def simplest(value: Fraction, within: Fraction) -> Fraction:
    """Return the fraction of the least denominator that lies so near a value."""
    for most in (1, 10, 100, 1000, 10_000, 1_000_000):
        near = value.limit_denominator(most)
        if abs(near - value) <= within:
            return near
    return value


def _cliffs(line: Line) -> Iterator[Cliff]:
    for left, right in pairwise(line.pieces):
        a, b = left.high.maximum, right.low.maximum
        if isinstance(a, Infinity) or isinstance(b, Infinity):
            continue
        steps = right.first - left.last
        usual = max(abs((left.rate or 0) * steps), abs((right.rate or 0) * steps)) + 2
        if abs(b - a) > usual:
            yield Cliff(line.id, right.first, b - a)


__all__ = ["TOTAL", "Answer", "Cliff", "Line", "Piece", "Sweep", "least_for", "say_cliff", "sweep", "values_of"]
