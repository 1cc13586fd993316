"""The totals of an evaluation, and what they would be under other readings.

`Weighed` is what the record is written from. It makes the same evaluation again with a reading chosen otherwise, once
for each option, so that an award and the total are held against the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Final

from subsidy_rules.award.complete import RowHull, hull_of
from subsidy_rules.award.engine import ANOTHER
from subsidy_rules.award.failing import need_paths
from subsidy_rules.award.model import (
    Alternative,
    ReadingUse,
)
from subsidy_rules.award.overlap import Edge
from subsidy_rules.award.rows import Row
from subsidy_rules.award.run import Computed, Run
from subsidy_rules.award.sums import Sums
from subsidy_rules.values.amount import Amount, Need, settle
from subsidy_rules.values.quantity import ZERO, Currency

SILENCE_OPTIONS: Final = ("undecided", "higher_of", "sum")
SILENCE_ASKS: Final = "文本没有规定同一项目、同一称号的奖补能否叠加时如何合计"


class Weighed:
    """A computed evaluation: its totals, and what they would be under other readings."""

    def __init__(self, run: Run, known: Computed | None = None) -> None:
        """Compute an evaluation, with what is known of the same case under other readings."""
        found = run.compute(known)
        self.found, self.run, self.rows, self.hulls = found, run, found.rows, found.hulls
        self.cumulation, self.sums = found.cumulation, found.sums
        self.duties, self.duty_hulls = found.duties, found.duty_hulls
        self.shown = [place for place, hull in enumerate(self.hulls) if not hull.eligible.is_false]
        self.by_id = {row.id: place for place, row in enumerate(self.rows)}
        self._alternatives: dict[tuple[str, str], Weighed] = {}

    @property
    def currency(self) -> Currency:
        """The money of the policies."""
        return self.run.policies.vocabulary.currency

    # totals

    def total_of(self, part: tuple[str, str]) -> Amount:
        """Return the total of one part, with the reasons that still move it."""
        numbers = self.sums.parts.get(part, (ZERO, ZERO, ZERO, ZERO))
        places = [place for place in self.cumulation.places if part in self.cumulation.parts_of(place)]
        reasons: frozenset[str] = frozenset()
        needs: frozenset[Need] = self.sums.moved
        for place in places:
            reasons |= {one for one in self.hulls[place].gated.reasons if not one.startswith("why:")}
            needs |= set(self.hulls[place].needs)
        reasons |= self._left_open(self.sums, places)
        return settle(numbers, reasons, needs)

    def _left_open(self, sums: Sums, places: Iterable[int]) -> frozenset[str]:
        """Return why it is open which of these is paid."""
        among = set(places)
        open_ = [place for place in among if "contender" in sums.statuses[place]]
        return frozenset[str]().union(*(self._open_between(place, among) for place in open_))

    def _open_between(self, place: int, among: Iterable[int]) -> frozenset[str]:
        """Return why it is open whether an award is paid beside these: no rule is stated, or an authority chooses."""
        others = {place, *among}
        met = [edge for edge in self._open_edges if {edge.a, edge.b} <= others and place in (edge.a, edge.b)]
        reasons = {"unstated_cumulation" for edge in met if edge.silent}
        return frozenset(reasons | {"authority_choice" for edge in met if edge.by_authority})

    @cached_property
    def _open_edges(self) -> list[Edge]:
        return [edge for edge in self.cumulation.edges_now() if edge.silent or edge.by_authority]

    # readings

    def alternative(self, reading: str, option: str) -> Weighed:
        """Return the same evaluation with one reading chosen otherwise."""
        key = (reading, option)
        if key not in self._alternatives:
            self._alternatives[key] = Weighed(self.run.choosing({reading: option}), self.found)
        return self._alternatives[key]

    def _options(self, reading: str) -> tuple[str, tuple[str, ...], str]:
        """Return what a reading asks, its options and its default."""
        plan = self.run.policies.by_id[reading.partition("/")[0]]
        if reading == plan.silence:
            return SILENCE_ASKS, SILENCE_OPTIONS, plan.header.unstated_cumulation
        found = plan.readings[reading]
        return found.asks, tuple(found.options), found.default

    def _use(self, reading: str, figure: Callable[[Weighed], tuple[Amount, str, set[str]]]) -> ReadingUse | None:
        """Return what a reading's other options would give, or None where they give the same."""
        asks, options, default = self._options(reading)
        chosen = self.run.readings[reading]
        own = figure(self)
        others = []
        for option in options:
            if option != chosen:
                amount, eligible, open_ended = figure(self.alternative(reading, option))
                others.append(Alternative(option, amount, eligible, tuple(sorted(open_ended - own[2])), self.currency))
        moved = any((one.amount.numbers, one.eligible) != (own[0].numbers, own[1]) or one.open_ended for one in others)
        return ReadingUse(reading, asks, chosen, default, tuple(others)) if moved else None

    def open_ended(self) -> list[str]:
        """Return the awards that are set aside because nothing bounds them, but for those that are barred."""
        unbarred = (place for place in self.shown if not self.hulls[place].barred.is_true)
        return [self.rows[place].id for place in unbarred if self.hulls[place].is_open_ended]

    def _figure_of(self, name: str) -> Callable[[Weighed], tuple[Amount, str, set[str]]]:
        def figure(computed: Weighed) -> tuple[Amount, str, set[str]]:
            place, hull = computed.by_id.get(name, -1), computed.hull_named(name)
            if hull is None or hull.eligible.is_false:
                return Amount.exact(ZERO), "not_eligible", set()
            numbers = hull.gated.numbers
            if "contender" not in computed.sums.statuses.get(place, frozenset()):
                numbers = computed.sums.nets.get(place, numbers)
            net = settle(numbers, hull.gated.reasons, hull.gated.needs)
            return net, "awards" if hull.is_award else "undecided", {name} if hull.is_open_ended else set()

        return figure

    def hull_named(self, name: str) -> RowHull | None:
        """Return what the award or the obligation of an id says over all worlds, if there is one."""
        if name in self.by_id:
            return self.hulls[self.by_id[name]]
        return next((hull for row, hull in zip(self.duties, self.duty_hulls, strict=True) if row.id == name), None)

    def _readings_of(self, row: Row) -> list[str]:
        clause = row.clause
        found = (clause.readings - clause.plan.per.readings) | (clause.between - {row.policy.plan.silence})
        return sorted(found)

    def _uses(self, row: Row) -> tuple[ReadingUse, ...]:
        found = [self._use(reading, self._figure_of(row.id)) for reading in self._readings_of(row)]
        return tuple(one for one in found if one is not None)

    def _flips(self, rows: Iterable[Row]) -> tuple[ReadingUse, ...]:
        made = [use for row in rows if self.hull_named(row.id) is not None for use in self._uses(row)]
        return tuple({use.id: use for use in made}.values())

    def readings_used(self) -> tuple[ReadingUse, ...]:
        """Return the readings that move the total."""

        def figure(computed: Weighed) -> tuple[Amount, str, set[str]]:
            return computed.total_of(("possible", "")), "", set(computed.open_ended())

        asked = {name for row in self.rows for name in row.clause.plan.per.readings}
        names = sorted(asked.union(*(self._readings_of(row) for row in self.rows)))
        names += [plan.silence for plan in self.run.policies.plans]
        found = [self._use(name, figure) for name in names]
        return tuple(one for one in found if one is not None)

    def spread(self) -> Amount:
        """Return the hull of the total over every combination of the readings that move it (S23).

        An award that an option leaves without an end is set aside there; what each option gives alone is always within.
        """
        uses = self.readings_used()
        apart = {plan.silence for plan in self.run.policies.plans}.union(
            *(row.clause.plan.per.readings for row in self.rows)
        )
        one_by_one = [use.id for use in uses if use.id in apart]
        together = dict.fromkeys((use.id for use in uses if use.id not in apart), ANOTHER)
        found = self.total_of(("possible", ""))
        for use in uses:
            for other in use.alternatives:
                found = found.hull(other.amount)
        for options in product(*(self._options(name)[1] for name in one_by_one)):
            run = self.run.choosing({**together, **dict(zip(one_by_one, options, strict=True))})
            found = found.hull(Weighed(run, self.found).total_of(("possible", "")))
        return found

    # what would decide

    @cached_property
    def needs(self) -> dict[int, tuple[Need, ...]]:
        """The facts that each award needs: its own in the order of the plan, then those of what it meets."""
        made = {}
        for place in self.shown:
            own = self.hulls[place].needs
            made[place] = (*own, *sorted(self.cumulation.needs_of(place) - set(own)))
        return made

    @cached_property
    def _deciding(self) -> tuple[Need, ...]:
        """The facts needed, most decisive first: by the mean width left once each is known (S10)."""
        needs: dict[Need, int] = {}
        gates: set[Need] = set()
        for place in self.shown:
            hull = self.hulls[place]
            gates |= hull.root.eligible.needs | hull.root.barred.needs
            for need in hull.needs:
                needs.setdefault(need, len(needs))
        for need in (*sorted(self.sums.moved), *(need for found in self.needs.values() for need in found)):
            needs.setdefault(need, len(needs))
        left = {need: self._width_left(need) for need in needs}
        return tuple(sorted(needs, key=lambda need: (left[need], need not in gates, needs[need])))

    def deciding(self) -> tuple[str, ...]:
        """Return the facts needed, most decisive first."""
        return need_paths(self._deciding)

    def _needs_of(self, place: int) -> tuple[str, ...]:
        """Return the facts that one award needs, most decisive first.

        A fact of which several things are unknown, as the members of a set, is given as a whole: it stands where the
        most decisive of them does, of whichever award that is.
        """
        paths = need_paths(self.needs[place])
        return tuple(sorted(paths, key=self.deciding().index)) if len(paths) > 1 else paths

    def _width_left(self, need: Need) -> Fraction:
        """Return the mean width of the awards' fact ranges over the values of one unknown."""
        domains = self.cumulation.domains
        values = domains.of(need)
        total = Fraction(0)
        places = [place for place in self.shown if need in self.hulls[place].needs]
        others = [place for place in self.shown if place not in places]
        for place in others:
            total += _width(self.hulls[place].gated)
        if not values:
            return total
        for place in places:
            row = self.rows[place]
            for value in values:
                total += _width(hull_of(row, domains, {need: value}).gated) / len(values)
        return total


def _width(amount: Amount) -> Fraction:
    """Return how much the facts leave open at the law's upper end; what is unbounded counts as much."""
    lo, hi = amount.ceiling
    floor_lo, floor_hi = amount.floor
    made = Fraction(0)
    for low, high in ((lo, hi), (floor_lo, floor_hi)):
        if low == high:
            continue
        made += high - low if isinstance(high, Fraction) and isinstance(low, Fraction) else Fraction(10**15)
    return made
