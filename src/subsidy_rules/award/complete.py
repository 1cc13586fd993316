"""Completing what is unknown: the hull over all worlds that the facts could still be (S10).

A row is first read as it is, with unknowns as intervals. Where an unknown that has finitely many values (a truth, a
member, a reference, a number cut at the constants it is compared with) keeps it open, the row is read once for each
value, and the answers are joined. The tree of worlds that comes out also tells which facts matter: a fact whose values
all lead to the same answer is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor
from typing import Final, TypeAlias

from subsidy_rules.award.compiled import CompiledPolicy
from subsidy_rules.award.engine import ANOTHER, Assumed, Remembered, Shared, World, place_is_within
from subsidy_rules.award.rows import Row, RowValue
from subsidy_rules.facts.case import Other, Ref, Value, bounds_of
from subsidy_rules.facts.vocabulary import DENSE, NUMERIC, FieldSpec, Member, is_gb_code
from subsidy_rules.values.amount import FALSE, TRUE, Amount, Need, Truth, settle
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Infinity, Number

BUDGET: Final = 4096
"""Worlds that one component may take; beyond it the answer is an outer one and says so."""

FAR: Final = Fraction(10**24)
LAST_DAY: Final = Fraction(date.max.toordinal())
"""A number, and a date, beyond all that a text or a case names."""


class Domains:
    """The finitely many values of each unknown, as far as the loaded policies can tell them apart."""

    def __init__(self, policies: Iterable[CompiledPolicy], shared: Shared) -> None:
        """Collect what the policies test and compare."""
        self.shared = shared
        self.tests: dict[tuple[str, str], set[frozenset[str]]] = {}
        self.breaks: dict[tuple[str, str], set[Fraction]] = {}
        self.readings: dict[str, tuple[str, ...]] = {}
        for policy in policies:
            for key, sets in policy.tests.items():
                self.tests.setdefault(key, set()).update(sets)
            for key, values in policy.breaks.items():
                self.breaks.setdefault(key, set()).update(values)
            for key, others in policy.compared.items():
                given = (value for other in others for value in _given_figures(shared, *other))
                self.breaks.setdefault(key, set()).update(given)
            for name, reading in policy.plan.readings.items():
                self.readings[name] = tuple(reading.options)
            self.readings[policy.plan.silence] = ("undecided", "higher_of", "sum")
        self._known: dict[Need, tuple[Value, ...]] = {}
        things = shared.facts.paths.values()
        said = [value for thing in things for value in thing.values.values()]
        self._said = {value for value in said if isinstance(value, str)}
        self._others = tuple(dict.fromkeys(value for value in said if isinstance(value, Other)))

    def under(self, shared: Shared) -> Domains:
        """Return the same values of the same case, under other readings."""
        made = copy(self)
        made.shared = shared
        return made

    def of(self, need: Need) -> tuple[Value, ...]:
        """Return the values to try for an unknown; none where it can only be an interval."""
        if need not in self._known:
            self._known[need] = self._of(need)
        return self._known[need]

    def tried(self, need: Need, assumed: Value | None = None) -> tuple[Value, ...]:
        """Return values by which an unknown is told to matter: those of its domain, and the ends of its ranges.

        What is `assumed` of it may be a range already. A range without an end is tried far out.
        """
        spec = self.shared.specs.get(need)
        known = self.of(need) if assumed is None else (assumed,)
        if spec is None or spec.type not in NUMERIC:
            return known
        if not known:
            given = self._given(need)
            lo, hi = bounds_of(spec) if given is None else (given.minimum, given.maximum)
            known = (Amount.unknown(lo, hi, need),)
        ends = (
            Amount.exact(min(end, FAR) if spec.type != "date" else min(end, LAST_DAY))
            for one in known
            if isinstance(one, Amount)
            for end in (one.minimum, one.maximum)
        )
        return tuple({one.minimum: one for one in ends}.values())

    def is_open(self, need: Need) -> bool:
        """Whether it is open: a fact that is asked for always is, a reading only where none is chosen."""
        return need[0] != "reading" or self.shared.readings[need[1]] == ANOTHER

    def _of(self, need: Need) -> tuple[Value, ...]:
        if need[0] == "reading":
            return self.readings[need[1]]
        if need[0] == "same":
            return (False, True)
        if len(need) == 3:  # noqa: PLR2004 - a member of a set, or what a list that is not whole may have
            return (False, True)
        spec = self.shared.specs.get(need)
        if spec is None:
            return ()
        if spec.type == "bool":
            return (False, True)
        if need in self.shared.choices:
            return self.shared.choices[need]
        if spec.type in NUMERIC:
            return tuple(self._regions(need, spec))
        if spec.type == "ref":
            return self._references(spec, need)
        if spec.type == "place":
            return self._places(spec)
        return self._members(spec)

    def _members(self, spec: FieldSpec) -> tuple[Value, ...]:
        """One member for each way in which the tests tell members apart; `other` where the vocabulary is open.

        What the case says of any thing is a member of its own: two facts may be compared, and be the same or not.
        """
        full = self.shared.vocabulary.fields[spec.entity][spec.name]
        tests = sorted(self.tests.get((spec.entity, spec.name), ()), key=sorted)
        given = self._said & full.members.keys()
        seen: dict[tuple[object, ...], str] = {}
        for name, member in full.members.items():
            seen.setdefault((*(name in test for test in tests), *_attributes(member), name in given and name), name)
        if spec.type == "text":
            for test in tests:
                for name in sorted(test):
                    seen.setdefault((name,), name)
            return (*seen.values(), f"{ANOTHER}text")
        found: tuple[Value, ...] = tuple(seen.values())
        return (*found, *self._others, Other(ANOTHER)) if full.open else found

    def _places(self, spec: FieldSpec) -> tuple[Value, ...]:
        tests = sorted(self.tests.get((spec.entity, spec.name), ()), key=sorted)
        seen: dict[tuple[bool, ...], str] = {}
        for name in [*(name for test in tests for name in sorted(test)), "000000"]:
            marks = tuple(
                place_is_within(
                    name, tuple(c for c in test if is_gb_code(c)), frozenset(z for z in test if not is_gb_code(z))
                )
                for test in tests
            )
            seen.setdefault(marks, name)
        return tuple(seen.values())

    def _references(self, spec: FieldSpec, need: Need) -> tuple[Value, ...]:
        inside = [Ref(name) for name, thing in self.shared.facts.index.items() if thing.entity in spec.target]
        others = [one for one in sorted(self.shared.specs) if self.shared.specs[one].type == "ref" and one <= need]
        return (
            *inside,
            *(Ref(ANOTHER + ".".join(one)) for one in others if self.shared.specs[one].target == spec.target),
        )

    def _regions(self, need: Need, spec: FieldSpec) -> list[Amount]:
        given = self._given(need)
        lo, hi = bounds_of(spec) if given is None else (given.minimum, given.maximum)
        cuts = sorted(cut for cut in self.breaks.get((spec.entity, spec.name), ()) if lo <= cut <= hi)
        if not cuts:
            return []
        dense = spec.type in DENSE
        made: list[Amount] = []
        start: Number = lo
        after = 0
        for cut in cuts:
            end: Number = cut if dense else Fraction(ceil(cut) - 1)
            if start < cut:
                made.append(Amount.unknown(start, end, need, open_ends=(after | 2) if dense else 0))
            if dense or cut.denominator == 1:
                made.append(Amount.exact(cut))
            start, after = (cut, 1) if dense else (Fraction(floor(cut) + 1), 0)
        if start < hi or (start == hi and not dense):
            made.append(Amount.unknown(start, hi, need, open_ends=after))
        return made

    def _given(self, need: Need) -> Amount | None:
        thing = self.shared.facts.paths.get(need[0])  # none of what stands for things that are not listed
        found = None if thing is None else thing.values.get(need[1])
        return found if isinstance(found, Amount) else None


def _given_figures(shared: Shared, entity: str, name: str) -> Iterator[Fraction]:
    """Return the figures that the case gives for a field."""
    for thing in shared.facts.paths.values():
        value = thing.values.get(name) if thing.entity == entity else None
        if isinstance(value, Amount) and value.decided and isinstance(value.minimum, Fraction):
            yield value.minimum


def _attributes(member: Member) -> tuple[str, str]:
    return member.genus, member.list


@dataclass(frozen=True, slots=True)
class Leaf:
    """A world in which nothing finite is open, and what the row says there."""

    value: RowValue


@dataclass(frozen=True, slots=True)
class Split:
    """The worlds that differ in one unknown."""

    need: Need
    branches: tuple[Tree, ...]


Tree: TypeAlias = Leaf | Split
Signature: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RowHull:
    """What a row says over all worlds: `amount` is the gross amount over those in which it may be eligible."""

    root: RowValue
    selected: Truth
    eligible: Truth
    barred: Truth
    amount: Amount
    gated: Amount
    needs: tuple[Need, ...]
    outer: bool

    @property
    def is_award(self) -> bool:
        """Whether it is decided that the row is an award, paid or barred."""
        return self.eligible.is_true and (self.barred.is_true or self.barred.is_false)

    @property
    def is_open_ended(self) -> bool:
        """Whether it is set aside before cumulation: no figure, or nothing bounds it (S21)."""
        return self.amount.kind == "undetermined" or isinstance(self.gated.maximum, Infinity)


class _OverBudget(Exception):  # noqa: N818 - a signal, not an error
    """More worlds than the budget."""


def decided(root: RowValue) -> RowHull:
    """Return what a row says over all worlds, where none of them differs."""
    return RowHull(root, root.selected, root.eligible, root.barred, root.amount, root.gated, (), outer=False)


def hull_of(row: Row, domains: Domains, world: World | None = None) -> RowHull:
    """Return what a row says over all completions of the facts, or over those of a world.

    Parts of the row that share no unknown are completed each by itself: what they say is joined by minima alone, so
    the ends of the whole are those of its parts.
    """
    start: World = {} if world is None else world
    root = row.evaluate(start)
    if root.eligible.is_false or not (root.needs or root.eligible.needs or root.barred.needs):
        return decided(root)
    groups_ = [_completed_once(row, parts, start, domains) for parts in _parts_together(row, start, domains)]
    main = next(one for one in groups_ if one.has_amount)
    around, everything = _arounds(groups_)
    paid = main.gated.gated(next(rest.paid for one, rest in zip(groups_, around, strict=True) if one is main))
    reasons = frozenset[str]().union(*map(_Completed.reasons_within, groups_, around))
    needs = set[Need]().union(*(one.needs_within(rest, main) for one, rest in zip(groups_, around, strict=True)))
    order = {need: place for place, need in enumerate(row.asked)}
    return RowHull(
        root,
        everything.selected,
        everything.eligible,
        everything.barred,
        Amount.exact(ZERO) if everything.eligible.is_false else main.amount,
        settle(paid.numbers, paid.reasons | reasons, paid.needs, paid.mode),
        tuple(sorted(needs, key=lambda need: (order.get(need, len(order)), need))),
        any(one.outer for one in groups_),
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """What the other parts of a row say: `paid` whether, as far as they go, anything is."""

    selected: Truth
    eligible: Truth
    barred: Truth
    paid: Truth

    def and_(self, other: _Around) -> _Around:
        """Return what both say together."""
        return _Around(
            self.selected.both(other.selected),
            self.eligible.both(other.eligible),
            self.barred.either(other.barred),
            self.paid.both(other.paid),
        )


_ALONE: Final = _Around(TRUE, TRUE, FALSE, TRUE)
"""What is around a part that has no other."""


@dataclass(frozen=True, slots=True)
class _Completed:
    """Some parts of a row over all worlds: the tree of them, and what they say together.

    `amount` is the gross amount over the worlds in which the parts let it be; without the amount, of one fen.
    """

    tree: Tree
    has_amount: bool
    selected: Truth
    eligible: Truth
    barred: Truth
    amount: Amount
    gated: Amount
    outer: bool

    def reasons_within(self, around: _Around) -> frozenset[str]:
        """Return why these parts leave the row open, where the others don't settle it."""
        leaves = list(_leaves(self.tree))
        if self.has_amount:
            return frozenset[str]().union(*(leaf.gated.gated(around.paid).reasons for leaf in leaves))
        return frozenset[str]().union(*(around.paid.both(_as_truth(leaf.gated)).reasons for leaf in leaves))

    def needs_within(self, around: _Around, main: _Completed) -> set[Need]:
        """Return the facts on which what the whole row says depends, given what the other parts say."""

        def sign(value: RowValue) -> Signature:
            eligible, barred = around.eligible.both(value.eligible), around.barred.either(value.barred)
            gated = value.gated.gated(around.paid) if self.has_amount else _as_truth(value.gated).both(around.paid)
            gross = value.amount.numbers if self.has_amount and not value.eligible.is_false else ()
            paid = main.gated.gated(gated).numbers if isinstance(gated, Truth) else gated.numbers
            return (eligible.numbers, barred.numbers, paid, gross, tuple(sorted(value.needs)))

        return _needs(self.tree, sign)


def _completed(row: Row, parts: Sequence[int], world: World, domains: Domains) -> _Completed:
    try:
        tree, outer = _explore(row, parts, world, domains, [BUDGET]), False
    except _OverBudget:
        tree, outer = Leaf(row.of_parts(world, parts)), True
    first, *rest = _leaves(tree)
    selected, eligible, barred, gated = first.selected, first.eligible, first.barred, first.gated
    for leaf in rest:
        selected, eligible = selected.hull(leaf.selected), eligible.hull(leaf.eligible)
        barred, gated = barred.hull(leaf.barred), gated.hull(leaf.gated)
    possible = [leaf.amount for leaf in (first, *rest) if not leaf.eligible.is_false]
    amount = possible[0] if possible else Amount.exact(ZERO)
    for other in possible[1:]:
        amount = amount.hull(other)
    return _Completed(tree, len(row.parts) - 1 in parts, selected, eligible, barred, amount, gated, outer)


def _completed_once(row: Row, parts: Sequence[int], world: World, domains: Domains) -> _Completed:
    """Complete some parts of a row, once for each combination of what they look up."""
    key = tuple(parts)
    if key not in row.completed:
        row.completed[key] = Remembered(lambda within: _completed(row, key, within, domains))
    found: _Completed = row.completed[key](world)
    return found


def _arounds(parts: Sequence[_Completed]) -> tuple[list[_Around], _Around]:
    """Return what is around each of several parts, and what all of them say."""
    said = [_around(one) for one in parts]
    before = list(accumulate(said, _Around.and_, initial=_ALONE))
    after = list(accumulate(reversed(said), _Around.and_, initial=_ALONE))[::-1]
    return [first.and_(last) for first, last in zip(before[:-1], after[1:], strict=True)], before[-1]


def _around(one: _Completed) -> _Around:
    """Return what a part says to those around it."""
    paid = one.eligible.both(one.barred.negated()) if one.has_amount else _as_truth(one.gated)
    return _Around(one.selected, one.eligible, one.barred, paid)


def _parts_together(row: Row, world: World, domains: Domains) -> list[list[int]]:
    """Return the parts of a row in groups: those that look up an unknown of finitely many values in common."""
    row.of_parts(world, range(len(row.parts)))  # so that each has looked up what it reads
    owner: dict[Need, int] = {}
    links = [
        (owner.setdefault(need, place), place)
        for place, part in enumerate(row.parts)
        for need in part.says.asked
        if world.get(need) is None and domains.is_open(need) and domains.of(need)
    ]
    return groups(range(len(row.parts)), links)


def _as_truth(one_fen: Amount) -> Truth:
    """Return whether anything is paid, from what becomes of one fen."""
    first, second, third, last = (int(number != ZERO) for number in one_fen.numbers)
    return Truth((first, second, third, last), one_fen.reasons, one_fen.needs)


def groups(places: Iterable[int], links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the connected groups, in the order of their first member."""
    parent = {place: place for place in places}

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for a, b in links:
        parent[root(b)] = root(a)
    found: dict[int, list[int]] = {}
    for place in parent:
        found.setdefault(root(place), []).append(place)
    return sorted(found.values())


def next_need(found: Iterable[Need], world: World, domains: Domains, order: Iterable[Need]) -> Need | None:
    """Return the first unknown, in an order, that has finitely many values."""
    places = {need: place for place, need in enumerate(order)}
    for need in sorted(found, key=lambda need: (places.get(need, len(places)), need)):
        if world.get(need) is None and domains.of(need):
            return need
    return None


def _explore(row: Row, parts: Sequence[int], world: World, domains: Domains, budget: list[int]) -> Tree:
    value = row.of_parts(world, parts)
    need = next_need(value.needs, world, domains, row.asked)
    if need is None:
        budget[0] -= 1
        if budget[0] < 0:
            raise _OverBudget
        return Leaf(value)
    branches = [_explore(row, parts, Assumed(world, need, choice), domains, budget) for choice in domains.of(need)]
    return Split(need, tuple(branches))


def _leaves(tree: Tree) -> Iterable[RowValue]:
    if isinstance(tree, Leaf):
        yield tree.value
    else:
        for branch in tree.branches:
            yield from _leaves(branch)


def _signature(tree: Tree, sign: Callable[[RowValue], Signature]) -> Signature:
    """Return what a tree says, with the splits that change nothing left out."""
    if isinstance(tree, Leaf):
        return sign(tree.value)
    inner = tuple(_signature(branch, sign) for branch in tree.branches)
    return inner[0] if len(set(inner)) == 1 else (tree.need, inner)


def _needs(tree: Tree, sign: Callable[[RowValue], Signature]) -> set[Need]:
    """Return the facts that still matter: those whose values do not all lead to the same answer."""
    if isinstance(tree, Leaf):
        return set(tree.value.needs)
    if len({_signature(branch, sign) for branch in tree.branches}) == 1:
        return _needs(tree.branches[0], sign)
    return {tree.need}.union(*(_needs(branch, sign) for branch in tree.branches))
