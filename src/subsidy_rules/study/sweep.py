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

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from subsidy_rules.award.model import Award, Entitlement, Json
from subsidy_rules.errors import Lang, UsageError
from subsidy_rules.facts.case import Case, read_figure
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.study.cases import way_of, with_facts
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.values.quantity import (
    Infinity,
    Number,
    QuantityError,
    exact_text,
    format_count,
    format_date,
    format_money,
    format_ratio,
)

TOTAL: Final = "total"
ROUNDING: Final = "round"
"""A step to the fen: it may or may not be needed at one place, and is no piece of its own."""
GRID: Final = 8
MOST: Final = 2000
"""How often a case is evaluated at most."""
DENSE: Final = Fraction(1, 10000)
"""The unit of a ratio, and of a quantity: the hundredth part of a percent, or of one."""
Shape: TypeAlias = tuple[object, ...]
Ends: TypeAlias = tuple[Number, Number]


@dataclass(frozen=True, slots=True)
class Value:
    """What one award comes to at one place: its shape, the least and the greatest that counts, what binds it."""

    shape: Shape
    ends: Ends
    why: str = ""
    why_en: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: from `first` to `last`, both in it, in units of the fact (fen, days, things; ratios exact).

    `low` and `high` are what the award comes to there (least and greatest, in fen); `rate` is what one more unit
    adds to the greatest, exact; None at a single place and where there is no greatest. `why` says what
    binds: a step with its quote, or why it is refused. `proved`: no value between leaves the range of the two ends.
    """

    first: Fraction
    last: Fraction
    low: Ends
    high: Ends
    rate: Fraction | None
    why: str
    why_en: str
    proved: bool


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
    complete: bool = True
    walk: Callable[[], _Walk] = field(compare=False, repr=False, kw_only=True)

    def line(self, name: str) -> Line:
        """Return the line of an award by its id, or `total`. Raises `UsageError` where there is none."""
        for one in self.lines:
            if one.id == name:
                return one
        raise UsageError(f"no award '{name}' in this range; there are: {', '.join(one.id for one in self.lines)}")

    def said(self, place: Fraction) -> str:
        """Write a place of the range as a case writes it."""
        return said_figure(self.spec, place)

    def as_json(self) -> dict[str, Json]:
        """Write it, figures in yuan as text; places as a case writes them."""
        return {
            "schema": "subsidy-rules/sweep/1",
            "path": self.path,
            "first": self.said(self.first),
            "last": self.said(self.last),
            "complete": self.complete,
            "lines": [{"id": one.id, "pieces": [self._piece(piece) for piece in one.pieces]} for one in self.lines],
            "cliffs": [
                {"id": cliff.id, "at": self.said(cliff.at), "by": exact_text(cliff.by / 100)}
                for one in self.lines
                for cliff in one.cliffs
            ],
        }

    def _piece(self, one: Piece) -> dict[str, Json]:
        return {
            "first": self.said(one.first),
            "last": self.said(one.last),
            "low": list(map(_json_number, one.low)),
            "high": list(map(_json_number, one.high)),
            "rate": None if one.rate is None else str(one.rate),
            "why": one.why,
            "proved": one.proved,
        }


def sweep(case: Case, path: str, over: str, scenario: Scenario | None = None) -> Sweep:
    """Move one number of a case over a range, `LOW..HIGH` as the case would write them, and return its pieces.

    Raises `UsageError` for a path that is no number of the case, and for a range that is none; `CaseError` where the
    case is wrong at an end of it.
    """
    side = Side(scenario or Scenario())
    spec = _spec_of(case, path, side)
    first, last = _range(over, spec, side)
    walk = _Walk(case, path, spec, side, first, last)
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
    ends = [piece.high[1] for piece in line.pieces if not isinstance(piece.high[1], Infinity)]
    goal = max(
        (*ends, *(piece.low[1] for piece in line.pieces if not isinstance(piece.low[1], Infinity))), default=None
    )
    target = goal if wanted is None else wanted
    if target is None:
        return None
    walk = found.walk()
    for piece in line.pieces:
        if all(isinstance(end, Infinity) or end < target for end in (piece.low[1], piece.high[1])):
            continue
        left, right = (walk.number(place) for place in (piece.first, piece.last))
        while left < right:
            middle = (left + right) // 2
            value = walk.at(middle).get(name, _NOTHING).ends[1]
            left, right = (left, middle) if isinstance(value, Infinity) or value >= target else (middle + 1, right)
        before = walk.at(left - 1).get(name, _NOTHING).ends if left else None
        return Answer(walk.place(left), walk.at(left).get(name, _NOTHING).ends, before)
    return None


def said_figure(spec: FieldSpec, place: Fraction) -> str:
    """Write a number as a case writes it: 2,000万元, 15%, 2025-01-01, 12."""
    match spec.type:
        case "money":
            return format_money(place)
        case "ratio":
            return format_ratio(place)
        case "date":
            return format_date(place)
        case "quantity":
            return f"{exact_text(place)}{spec.unit}"
        case _:
            return format_count(place)


def say_cliff(found: Sweep, cliff: Cliff, lang: Lang) -> str:
    """Say a cliff in words: what one more unit brings or costs."""
    money = format_money(abs(cliff.by)) if lang == "zh" else f"{exact_text(abs(cliff.by) / 100)} yuan"
    at, label = found.said(cliff.at), found.spec.zh if lang == "zh" else found.spec.en or found.spec.name
    if lang == "zh":
        return f"{cliff.id}：{label}到{at}，{'多得' if cliff.by > 0 else '少得'}{money}"
    return f"{cliff.id}: at {at} of {label}, one more unit {'brings' if cliff.by > 0 else 'loses'} {money}"


def _spec_of(case: Case, path: str, side: Side) -> FieldSpec:
    *around, name = way_of(path)
    facts = case.facts_of(side.policies.vocabulary)
    where = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in around).removeprefix(".")
    thing = next((one for one in (facts.root, *facts.paths.values()) if one.path == where), None)
    if thing is None:
        raise UsageError(f"'{path}' leads to nothing in this case")
    spec = side.policies.vocabulary.field(thing.entity, str(name))
    if spec is None or spec.type not in ("money", "ratio", "count", "quantity", "date"):
        raise UsageError(f"'{path}' is no number of a case, which a range could be of")
    return spec


def _range(over: str, spec: FieldSpec, side: Side) -> tuple[Fraction, Fraction]:
    low, dots, high = over.partition("..")
    if not dots:
        raise UsageError(f"a range is LOW..HIGH, not '{over}'")
    try:
        ends = [read_figure(spec, one.strip(), side.policies.vocabulary) for one in (_zero(low, spec), high)]
    except QuantityError as error:
        raise UsageError(f"the range '{over}': {error.what}") from error
    if ends[0] >= ends[1]:
        raise UsageError(f"the range '{over}' is empty")
    return ends[0], ends[1]


def _zero(text: str, spec: FieldSpec) -> str:
    """Let a range of money begin with a bare 0: nothing is nothing in every unit."""
    return "0元" if spec.type == "money" and text.strip() == "0" else text


def _written(spec: FieldSpec, place: Fraction) -> str:
    """Write a number so that a case reads it exactly."""
    match spec.type:
        case "money":
            return f"{place.numerator}分"
        case "ratio":
            return f"{exact_text(place * 100)}%"
        case "date":
            return format_date(place)
        case "quantity":
            return f"{exact_text(place)}{spec.unit}"
        case _:
            return str(place.numerator)


class _LimitError(Exception):
    """The case was evaluated as often as it may be."""


class _Walk:
    """One sweep as it goes: places are whole numbers of units from the first."""

    def __init__(self, case: Case, path: str, spec: FieldSpec, side: Side, first: Fraction, last: Fraction) -> None:
        self.case, self.path, self.spec, self.side = case, path, spec, side
        self.unit = DENSE if spec.type in ("ratio", "quantity") else Fraction(1)
        self.first, self.steps = first, int((last - first) / self.unit)
        self.known: dict[int, dict[str, Value]] = {}
        self.evaluations = 0
        self.slack = 2 * max((Fraction(plan.unit) for plan in side.policies.plans), default=Fraction(1))

    def sweep(self) -> Sweep:
        complete, ends = True, [0, self.steps]
        try:
            for place in self.seeds():
                self.at(place)
            for left, right in pairwise(sorted(self.known)):
                self.refine(left, right)
        except _LimitError:
            complete = False
        ends = sorted(self.known)
        names = list(dict.fromkeys(name for place in ends for name in self.known[place]))
        lines = [self.line(name, ends) for name in (*(one for one in names if one != TOTAL), TOTAL)]
        kept = tuple(one for one in lines if one.id == TOTAL or any(any(piece.high) for piece in one.pieces))
        last = self.first + self.steps * self.unit
        return Sweep(
            self.path, self.spec, self.unit, self.first, last, kept, self.evaluations, complete, walk=lambda: self
        )

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
        for plan in self.side.policies.plans:
            for value, type_ in plan.constants:
                at = (value - self.first) / self.unit
                if type_.partition(" ")[0] == self.spec.type and 0 < at < self.steps:
                    yield from (place for place in range(int(at) - 1, int(at) + 2) if 0 <= place <= self.steps)

    def at(self, place: int) -> dict[str, Value]:
        """Return what each award comes to at a place."""
        if place not in self.known:
            text = _written(self.spec, self.first + place * self.unit)
            self.known[place] = self.asked(text)
        return self.known[place]

    def asked(self, text: object) -> dict[str, Value]:
        if self.evaluations >= MOST:
            raise _LimitError
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
            for name, value in self.at(middle).items():
                for end in (0, 1):
                    a, b, c = self.at(left)[name].ends[end], value.ends[end], self.at(right)[name].ends[end]
                    if isinstance(a, Infinity) or isinstance(b, Infinity) or isinstance(c, Infinity):
                        if not a == b == c:
                            return False
                    elif abs(a + (c - a) * Fraction(middle - left, right - left) - b) > self.slack:
                        return False
        return True

    def line(self, name: str, places: list[int]) -> Line:
        """Join what has one shape and goes along one line into pieces."""
        groups: list[list[int]] = []
        for place in places:
            if groups and self.joined(name, groups[-1], place):
                groups[-1].append(place)
            else:
                groups.append([place])
        pieces = [
            self.piece(name, group, following) for group, following in zip(groups, [*groups[1:], None], strict=True)
        ]
        return Line(name, tuple(pieces))

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
        return self.known[place].get(name, _NOTHING)

    def piece(self, name: str, group: list[int], following: list[int] | None) -> Piece:
        left, right = group[0], group[-1]
        a, b = self.value(name, left), self.value(name, right)
        rate = self.rate(a.ends, b.ends, right - left)
        proved = (following is None or following[0] == right + 1) and self.proved(name, left, right)
        first, last = (self.first + place * self.unit for place in (left, right))
        return Piece(first, last, a.ends, b.ends, rate, a.why, a.why_en, proved)

    def rate(self, a: Ends, b: Ends, steps: int) -> Fraction | None:
        """Return what one unit of the fact adds to the greatest: the simplest ratio that both rounded ends allow."""
        if not steps:
            return None
        left, right = a[1], b[1]
        if isinstance(left, Infinity) or isinstance(right, Infinity):
            return None
        length = steps * self.unit
        return _simplest((right - left) / length, self.slack / length)

    def proved(self, name: str, left: int, right: int) -> bool:
        """Ask for the whole range at once: whether nothing in it comes to less or more than its ends."""
        if right - left < 2:  # noqa: PLR2004 - neighbours
            return True
        ends = [_written(self.spec, self.first + place * self.unit) for place in (left, right)]
        try:
            found = self.asked({"min": ends[0], "max": ends[1]}).get(name, _NOTHING)
        except _LimitError:
            return False
        a, b = self.value(name, left).ends, self.value(name, right).ends
        least, most = min(a[0], b[0]), max(a[1], b[1])
        return found.ends[0] >= least and found.ends[1] <= most


_NOTHING: Final = Value(("nothing",), (Fraction(0), Fraction(0)))


def values_of(found: Entitlement) -> dict[str, Value]:
    """Return what each award of a result comes to, and the total."""
    made = {one.id: _value(one, "awards") for one in found.awards}
    made |= {one.id: _value(one, "undecided") for one in found.undecided}
    for refused in found.not_eligible:
        why = "；".join(str(one.condition) for one in refused.failed)
        made.setdefault(
            refused.id, Value(("refused", tuple(one.condition for one in refused.failed)), _NOTHING.ends, why, why)
        )
    total = found.total.possible
    shapes = tuple((name, value.shape) for name, value in sorted(made.items()))
    made[TOTAL] = Value((TOTAL, total.kind, shapes), (total.minimum, total.maximum))
    return made


def _value(one: Award, standing: str) -> Value:
    own = [step for step in one.steps if step.word != ROUNDING]
    steps = tuple((step.word, step.binding) for step in own)
    binds = next((step for step in reversed(own) if step.binding), own[-1] if own else None)
    why = "" if binds is None else f"{binds.text}［{binds.quote}］"
    why_en = "" if binds is None else f"{binds.text_en} [{binds.quote}]"
    shape = (standing, one.status, one.kind, steps)
    return Value(shape, (one.net.minimum, one.net.maximum), why, why_en)


def _simplest(value: Fraction, within: Fraction) -> Fraction:
    """Return the fraction of the least denominator that lies so near a value."""
    for most in (1, 10, 100, 1000, 10_000, 1_000_000):
        near = value.limit_denominator(most)
        if abs(near - value) <= within:
            return near
    return value


def _cliffs(line: Line) -> Iterator[Cliff]:
    for left, right in pairwise(line.pieces):
        a, b = left.high[1], right.low[1]
        if isinstance(a, Infinity) or isinstance(b, Infinity):
            continue
        steps = right.first - left.last
        usual = max(abs((left.rate or 0) * steps), abs((right.rate or 0) * steps)) + 2
        if abs(b - a) > usual:
            yield Cliff(line.id, right.first, b - a)


def _json_number(value: Number) -> str | None:
    return None if isinstance(value, Infinity) else exact_text(value / 100)


__all__ = ["Answer", "Cliff", "Line", "Piece", "Sweep", "least_for", "said_figure", "say_cliff", "sweep"]
