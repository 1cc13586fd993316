"""Sweeps in two dimensions: one award, or the total, as two numbers of a case move, in bands of cells.

A row is a sweep along the first number at one place of the second, exact to the unit. A band goes from one row to
another between which the same pieces stand and every border runs along one straight line; each of its pieces is a cell.
Bands end where a sweep along the second number breaks, or where pieces appear or vanish, found to the last unit.

What is known of a cell is said. Of one whose borders do not lean both numbers are asked as ranges at once, and where
that comes to no less and no more than its four corners it is `proved`. A cell with a leaning border is `searched`: it
is exact on the rows of its band that were evaluated (`Band.rows`), and between those it was not proved. A band without
cells was left open when the limit of evaluations was met. Nothing is drawn from samples.

>>> from subsidy_rules import Case
>>> case = Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113"}
... projects:
... - id: p1
...   kinds: [能力中心]
...   nature: [新建]
...   whole_digital: false
...   costs: [{kind: equipment, amount: 2800万元}, {kind: bundled_software, amount: 100万元}]
... assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
... ''')
>>> paths = "projects[0].costs[0].amount", "0元..1亿元", "projects[0].costs[1].amount", "0元..1000万元"
>>> found = sweep_two(case, *paths, award="xian_30/capability_platform@p1")    # doctest: +SKIP
>>> [len(band.cells) for band in found.bands]                                 # doctest: +SKIP
[2]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from subsidy_rules.errors import UsageError
from subsidy_rules.facts.case import Case
from subsidy_rules.study.cases import with_facts, written
from subsidy_rules.study.cells import Axis, Band, Cell, Edge, Plane, Sure
from subsidy_rules.study.shapes import NOTHING, REFUSED, TOTAL, Value, values_of
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.study.sweep import LimitError, Walk, number_at, range_of, simplest
from subsidy_rules.values.quantity import Infinity

MOST: Final = 5000
"""How often a case is evaluated at most, unless another number is given."""
PARTS: Final = (2, 3)
"""Where between two rows of a band another is evaluated: at the half and at the third."""


def sweep_two(  # noqa: PLR0913 - two paths with their ranges
    case: Case,
    path: str,
    over: str,
    path_across: str,
    over_across: str,
    scenario: Scenario | None = None,
    *,
    award: str = TOTAL,
    most: int = MOST,
) -> Plane:
    """Move two numbers of a case over their ranges, `LOW..HIGH`, and return the cells of one award or of the total.

    At most `most` evaluations are made. Raises `UsageError` for a path that is no number of the case, one path given
    twice, a range that is none, an award that no row has; `CaseError` where the case is wrong at an end.
    """
    side = Side(scenario or Scenario())
    case = side.given(case)
    if path == path_across:
        raise UsageError(f"a sweep in two dimensions moves two numbers; '{path}' is given twice")
    walks = []
    for one, text in ((path, over), (path_across, over_across)):
        spec = number_at(case, one, side)
        walks.append(Walk(case, one, spec, side, *range_of(text, spec, side)))
    return _Search(*walks, award=award, most=most).plane()


@dataclass(frozen=True, slots=True)
class _Segment:
    """A piece of a row, in units from the first place."""

    first: int
    last: int
    low: Value
    high: Value
    rate: Fraction | None


_Row: TypeAlias = tuple[_Segment, ...]


class _Search:
    """One search: rows by their places, in units of the second number from its first place."""

    def __init__(self, along: Walk, across: Walk, *, award: str, most: int) -> None:
        self.along, self.across, self.award, self.most = along, across, award, most
        self.evaluations = 0
        self.rows: dict[int, _Row] = {}
        self.named = False

    def plane(self) -> Plane:
        bands = self.merged(self.bands())
        if not self.named:
            raise UsageError(f"no award '{self.award}' in this range")
        made = tuple(self.band(first, last, whole=whole) for first, last, whole in bands)
        along, across = (
            Axis(one.path, one.spec, one.first, one.place(one.steps), one.unit) for one in (self.along, self.across)
        )
        return Plane(self.award, along, across, made, self.evaluations, self.along.currency)

    # rows and columns

    def row(self, place: int, near: Iterable[int] = ()) -> _Row:
        """Return the pieces along the first number at a place of the second; `near` are places to look at too."""
        if place not in self.rows:
            self.rows[place] = self.line(self.along, self.across, place, near)
        return self.rows[place]

    def line(self, moved: Walk, still: Walk, place: int, near: Iterable[int] = ()) -> _Row:
        """Sweep one number with the other at a place."""
        text = written(still.spec, still.place(place), still.currency)
        walk = _Line(self, moved, with_facts(moved.case, {still.path: text}), self._near(moved, still, place, near))
        walk.search()
        made = []
        for group in walk.groups(self.award, sorted(walk.known)):
            low, high = (walk.value(self.award, end) for end in (group[0], group[-1]))
            made.append(_Segment(group[0], group[-1], low, high, walk.rate(low.ends, high.ends, group[-1] - group[0])))
        return tuple(made)

    @staticmethod
    def _near(moved: Walk, still: Walk, place: int, near: Iterable[int]) -> Iterator[int]:
        """Give places to look at: those that are given, and where both numbers together make a number of the text."""
        for one in near:
            yield from (one - 1, one, one + 1)
        if moved.spec.measure != still.spec.measure:
            return
        for value in moved.printed():
            at = int((value - still.place(place) - moved.first) / moved.unit)
            yield from (at - 1, at, at + 1)

    # bands

    def bands(self) -> list[tuple[int, int, bool]]:
        """Return from where to where bands go, and whether their cells are known."""
        steps = self.across.steps
        try:
            breaks = [one.first for place in (0, steps) for one in self.row(place)[1:]]
            columns = {0, self.along.steps, *(at for one in breaks for at in (one - 1, one))}
            cuts = {0, steps}
            for column in sorted(columns):
                for one, other in pairwise(self.line(self.across, self.along, column)):
                    cuts |= {one.last, other.first}
        except LimitError:
            return [(0, steps, False)]
        # a band begins at a break and ends before the next: two cuts that are neighbours have nothing between them
        made: list[tuple[int, int, bool]] = []
        places = sorted(cuts)
        for left, right in pairwise(places):
            made += self.fit(left, right) if not made else self._without(self.fit(left, right), left)
        return made

    @staticmethod
    def _without(bands: list[tuple[int, int, bool]], place: int) -> list[tuple[int, int, bool]]:
        """Take a row out of bands that another has already."""
        first, last, whole = bands[0]
        return [*([(place + 1, last, whole)] if last > place else []), *bands[1:]] if first == place else bands

    def fit(self, left: int, right: int) -> list[tuple[int, int, bool]]:
        """Return bands from one place to another: one where the rows between go along, else what parts give."""
        try:
            if right == left:
                self.row(left)
                return [(left, right, True)]
            one, other = self.row(left), self.row(right)
            if right - left == 1:
                alike = self._alike(one, other)
                return [(left, right, True)] if alike else [(left, left, True), (right, right, True)]
            places = sorted({left + (right - left) // part for part in PARTS} - {left})
            rows = [self.row(place, self._expected(left, right, place)) for place in places]
            if self._alike(one, other) and all(self.straight(left, place, right) for place in places):
                return [(left, right, True)]
            cuts = self.cuts(left, places, right, rows)
        except LimitError:
            return [(left, right, False)]
        made: list[tuple[int, int, bool]] = []
        start = left
        for cut in (*cuts, right):
            made += self.fit(start, cut)
            start = cut + 1
        return made

    def cuts(self, left: int, places: list[int], right: int, rows: list[_Row]) -> list[int]:
        """Return after which rows to part a band: where a piece is expected to vanish, else the half."""
        middle, row = places[-1], rows[-1]
        if self._alike(self.row(left), row):
            met = self._vanishing(left, middle, forward=True)
        elif self._alike(row, self.row(right)):
            met = self._vanishing(middle, right, forward=False)
        else:
            met = []
        inside = sorted({at for one in met for at in range(one - 2, one + 2) if left <= at < right})
        return inside or [middle]

    def _vanishing(self, first: int, last: int, *, forward: bool) -> list[int]:
        """Return where, on beyond two rows with the same pieces, the width of a piece comes to nothing."""
        made = []
        for a, b in zip(self.row(first), self.row(last), strict=True):
            one, other = a.last - a.first, b.last - b.first
            if one != other and (other < one) == forward:
                made.append(int(first + Fraction(one * (last - first), one - other)))
        return made

    def _expected(self, left: int, right: int, place: int) -> Iterator[int]:
        """Give where borders are expected on a row between two others."""
        one, other = self.row(left), self.row(right)
        for a, b in zip(one, other, strict=True) if self._alike(one, other) else ():
            yield _between(a.first, b.first, left, place, right)
        for row in (one, other):
            yield from (segment.first for segment in row)

    @staticmethod
    def _alike(one: _Row, other: _Row) -> bool:
        return [(a.low.shape, a.high.shape) for a in one] == [(b.low.shape, b.high.shape) for b in other]

    def straight(self, left: int, place: int, right: int) -> bool:
        """Whether a row between two others has the same pieces, with borders and figures along straight lines."""
        rows = [self.row(at) for at in (left, place, right)]
        if not (self._alike(rows[0], rows[1]) and self._alike(rows[1], rows[2])):
            return False
        part = Fraction(place - left, right - left)
        return all(self._in_line(a, b, c, part) for a, b, c in zip(*rows, strict=True))

    def _in_line(self, a: _Segment, b: _Segment, c: _Segment, part: Fraction) -> bool:
        for one, two, three in ((a.first, b.first, c.first), (a.last, b.last, c.last)):
            if abs(one + (three - one) * part - two) >= 2:  # noqa: PLR2004 - each of the three is within one unit
                return False
        rate = max(abs(one.rate or Fraction(0)) for one in (a, b, c))
        slack = 2 * self.along.slack + 2 * rate * self.along.unit
        for ends in ((a.low, b.low, c.low), (a.high, b.high, c.high)):
            for one, two, three in zip(*(value.ends for value in ends), strict=True):
                if isinstance(one, Infinity) or isinstance(two, Infinity) or isinstance(three, Infinity):
                    if not one == two == three:
                        return False
                elif abs(one + (three - one) * part - two) > slack:
                    return False
        return True

    def merged(self, bands: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
        """Join bands that follow each other and go along the same lines."""
        made: list[tuple[int, int, bool]] = []
        for one in bands:
            if made and one[2] and made[-1][2] and self._one(made[-1][0], one[1]):
                made[-1] = (made[-1][0], one[1], True)
            else:
                made.append(one)
        return made

    def _one(self, first: int, last: int) -> bool:
        if not self._alike(self.row(first), self.row(last)):
            return False
        return all(self.straight(first, place, last) for place in self.rows if first < place < last)

    # what is told

    def band(self, first: int, last: int, *, whole: bool) -> Band:
        places = [self.across.place(at) for at in (first, last)]
        rows = tuple(self.across.place(at) for at in sorted(self.rows) if first <= at <= last)
        if not whole:
            return Band(places[0], places[1], (), rows)
        one, other = self.row(first), self.row(last)
        gaps = [b.first - a.last > 1 for row in (one, other) for a, b in pairwise(row)]
        cells = [self.cell(a, b, first, last, joined=not any(gaps)) for a, b in zip(one, other, strict=True)]
        return Band(places[0], places[1], tuple(cells), rows)

    def cell(self, a: _Segment, b: _Segment, first: int, last: int, *, joined: bool) -> Cell:
        sure: Sure = "proved" if joined and self.proved(a, b, first, last) else "searched"
        edges = [
            Edge(self.along.place(one.first), self.along.place(one.last), one.low.amount, one.high.amount, one.rate)
            for one in (a, b)
        ]
        return Cell(edges[0], edges[1], self._across(a, b, last - first), b.high.why, b.high.clause, sure)

    def _across(self, a: _Segment, b: _Segment, steps: int) -> Fraction | None:
        one, other = a.low.ends[1], b.low.ends[1]
        if not steps or isinstance(one, Infinity) or isinstance(other, Infinity):
            return None
        rates = {segment.rate for segment in (a, b) if segment.rate is not None}
        if len(rates) > 1:
            return None
        along = next(iter(rates), Fraction(0)) * (b.first - a.first) * self.along.unit
        length = steps * self.across.unit
        return simplest((other - one - along) / length, 2 * self.along.slack / length)

    def proved(self, a: _Segment, b: _Segment, first: int, last: int) -> bool:
        """Ask for a whole cell at once, where its borders do not lean: whether it stays within its corners."""
        if (a.first, a.last) != (b.first, b.last):
            return False
        given = {
            self.along.path: self._range(self.along, a.first, a.last),
            self.across.path: self._range(self.across, first, last),
        }
        try:
            found = self.asked(with_facts(self.along.case, given)).get(self.award, NOTHING)
        except LimitError:
            return False
        corners = [value.ends for value in (a.low, a.high, b.low, b.high)]
        least, most = min(one[0] for one in corners), max(one[1] for one in corners)
        return found.ends[0] >= least and found.ends[1] <= most

    @staticmethod
    def _range(walk: Walk, first: int, last: int) -> object:
        ends = [written(walk.spec, walk.place(at), walk.currency) for at in (first, last)]
        return ends[0] if first == last else {"min": ends[0], "max": ends[1]}

    def asked(self, case: Case) -> dict[str, Value]:
        """Return what the award comes to; of the total, with the shape of what is not refused alone."""
        if self.evaluations >= self.most:
            raise LimitError
        self.evaluations += 1
        values = values_of(self.along.side.evaluate(case))
        if self.award != TOTAL:
            self.named = self.named or self.award in values
            return {self.award: values.get(self.award, NOTHING)}
        self.named = True
        total = values.pop(TOTAL)
        shapes = tuple((name, one.shape) for name, one in sorted(values.items()) if one.shape[0] != REFUSED)
        return {TOTAL: replace(total, shape=(TOTAL, total.amount.kind, shapes))}


class _Line(Walk):
    """A sweep along one number of which one award is asked, at the cost of a search."""

    def __init__(self, search: _Search, moved: Walk, case: Case, near: Iterable[int]) -> None:
        super().__init__(case, moved.path, moved.spec, moved.side, moved.first, moved.place(moved.steps))
        self.of, self.near = search, tuple(near)

    def seeds(self) -> Iterator[int]:
        yield from super().seeds()
        yield from (place for place in self.near if 0 <= place <= self.steps)

    def search(self) -> None:
        """Look at the seeds, find each break to the unit by halving, and go on where a piece is not one line."""
        for place in self.seeds():
            self.at(place)
        for left, right in pairwise(sorted(self.known)):
            self.halve(left, right)
        name = self.of.award
        for group in self.runs(name):
            ends = group[0], group[-1]
            if not all(self.between(name, ends[0], place, ends[1]) for place in group[1:-1]):
                for left, right in pairwise(group):
                    self.refine(left, right)

    def halve(self, left: int, right: int) -> None:
        """Halve towards each change of shape that the two ends show."""
        while right - left > 1 and not self.alike(left, right):
            middle = (left + right) // 2
            if self.alike(left, middle):
                left = middle
            else:
                if not self.alike(middle, right):
                    self.halve(middle, right)
                right = middle

    def runs(self, name: str) -> list[list[int]]:
        """Return the places that were evaluated, put together by shape."""
        made: list[list[int]] = []
        for place in sorted(self.known):
            if made and self.value(name, made[-1][-1]).shape == self.value(name, place).shape:
                made[-1].append(place)
            else:
                made.append([place])
        return made

    def asked(self, text: object) -> dict[str, Value]:
        return self.of.asked(with_facts(self.case, {self.path: text}))


def _between(first: int, last: int, left: int, place: int, right: int) -> int:
    return first + (last - first) * (place - left) // (right - left)


__all__ = ["Axis", "Band", "Cell", "Edge", "Plane", "sweep_two"]
