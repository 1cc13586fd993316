"""Cumulation: what meets what, which rule or reading decides, and what the total then is (S14 to S21).

Two awards *overlap* when they are paid on one project or one recognition, or on two levels of one ladder for the same
object. Where a rule states what then holds, it decides; where the text is silent, the reading `unstated_cumulation`
does. For each of the four numbers of an amount the total is the greatest over the sets of awards without an excluded
pair; a ceiling over several awards cuts such a set before it is added up.

Whatever is unknown (a reference, a date, a reading left open) is split into worlds per *component*: awards that share
an unknown or a rule. Components are independent, so their totals add.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from itertools import product
from typing import Final, Literal, TypeAlias

from subsidy_rules.award.complete import BUDGET, Domains, RowHull, groups, hull_of, next_need
from subsidy_rules.award.engine import (
    ANOTHER,
    Context,
    Remembered,
    World,
    number,
    read_thing,
    truth,
)
from subsidy_rules.award.rows import Key, Row, RowValue, key_of
from subsidy_rules.facts.case import Thing, Value
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import LadderPlan, RulePlan
from subsidy_rules.values.amount import FALSE, TRUE, Amount, Four, Need, Truth
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Number, minus

LIMIT: Final = 14
"""Overlapping awards beyond which the best lawful set is not searched for, and the answer says so."""

Status: TypeAlias = Literal["counted", "contender", "outranked", "barred", "reduced"]
Part: TypeAlias = tuple[str, str]
NOTHING: Final[Four] = (ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Edge:
    """Two awards that may exclude each other: by what they overlap, and the rule that says so, if any does.

    `sure`: they do by the rules that are stated; `most`: they do where silence about an overlap is taken to exclude.
    `adds` is the rule that lets them add up although they overlap, where one surely does.
    """

    a: int
    b: int
    sure: Truth
    most: Truth
    on: str
    rule: str = ""
    adds: str = ""

    @property
    def silent(self) -> bool:
        """Whether anything is left to the reading of silence."""
        return self.sure.numbers != self.most.numbers

    @property
    def needs(self) -> frozenset[Need]:
        """The facts that would decide it."""
        return self.sure.needs | self.most.needs

    def excludes(self, mode: str, end: int) -> bool:
        """Whether the two exclude each other for one of the four numbers of a total.

        An exclusion lowers a total, so the least of a total takes the most of it: the ends change places.
        """
        silence = mode == "higher_of" or (mode == "undecided" and end in (0, 1))
        return bool((self.most if silence else self.sure).numbers[3 - end])

    def is_open_in_law(self, mode: str) -> bool:
        """Whether the law does not say if the two exclude each other."""
        ends = [self.excludes(mode, end) for end in range(4)]
        return ends[0] != ends[2] or ends[1] != ends[3]

    def is_open_in_fact(self, mode: str) -> bool:
        """Whether facts that no world settles say if the two exclude each other."""
        ends = [self.excludes(mode, end) for end in range(4)]
        return ends[0] != ends[1] or ends[2] != ends[3]


@dataclass(frozen=True, slots=True)
class CeilingGroup:
    """Awards that together stay under a ceiling: their places, what is left of it, and the rule.

    `holds` says of each whether the ceiling is over it: by the facts, and by the law.
    """

    members: tuple[int, ...]
    room: Amount
    rule: str
    needs: frozenset[Need]
    holds: tuple[Truth, ...]

    @property
    def certain(self) -> bool:
        """Whether it is over all of them whatever the facts."""
        return all(one.is_true for one in self.holds)

    def at(self, end: int) -> tuple[frozenset[int], Number]:
        """Return those under it, and the room, for one of the four numbers of a total."""
        under = (place for place, one in zip(self.members, self.holds, strict=True) if one.numbers[3 - end])
        return frozenset(under), self.room.minimum if end in (0, 2) else self.room.maximum


@dataclass(frozen=True, slots=True)
class _Capped:
    """How a ceiling bears on one award: whether it holds, for which group, what is left, and the facts needed."""

    applies: Truth
    key: Key
    room: Amount
    needs: frozenset[Need]


@dataclass(slots=True)
class Sums:
    """Totals by part, and for each award its net amount, what became of it, and the ceilings that cut or may cut it.

    Over the worlds seen so far.
    """

    parts: dict[Part, Four] = field(default_factory=dict)
    nets: dict[int, Four] = field(default_factory=dict)
    statuses: dict[int, frozenset[Status]] = field(default_factory=dict)
    cut: dict[int, frozenset[str]] = field(default_factory=dict)
    moved: frozenset[Need] = frozenset()
    outer: bool = False
    refused: frozenset[int] = frozenset()

    def added(self, other: Sums) -> Sums:
        """Return the sums of two independent components."""
        parts = {
            key: _plus(self.parts.get(key, NOTHING), other.parts.get(key, NOTHING))
            for key in {**self.parts, **other.parts}
        }
        return Sums(
            parts,
            {**self.nets, **other.nets},
            {**self.statuses, **other.statuses},
            {**self.cut, **other.cut},
            self.moved | other.moved,
            self.outer or other.outer,
            self.refused | other.refused,
        )

    def joined(self, other: Sums) -> Sums:
        """Return the hull of two worlds of one component."""
        parts = {
            key: _hull(self.parts.get(key, NOTHING), other.parts.get(key, NOTHING))
            for key in {**self.parts, **other.parts}
        }
        nets = {key: _hull(self.nets[key], other.nets[key]) for key in self.nets}
        statuses = {key: self.statuses[key] | other.statuses[key] for key in self.statuses}
        cut = {key: self.cut[key] | other.cut[key] for key in self.cut}
        return Sums(
            parts,
            nets,
            statuses,
            cut,
            self.moved | other.moved,
            self.outer or other.outer,
            self.refused | other.refused,
        )


@dataclass(frozen=True, slots=True)
class _Contest:
    """Which of the awards that meet are paid: the set that is taken, if the rules decide for one.

    Else one of `sets` is once the facts are known (None: any may be); none where the law does not say which.
    """

    component: Sequence[int]
    edges: Sequence[Edge]
    unstated: Mapping[int, str]
    winners: frozenset[int] | None
    sets: Sequence[frozenset[int]] | None


_Solved: TypeAlias = tuple[dict[Need, None], dict[tuple[int, ...], Sums]]
"""What is known of one component: the unknowns that it looks up, and its sums for each combination of their values."""


@dataclass(slots=True)
class _Memory:
    """What was found out before: how two awards meet, how a ceiling bears on one, what each and each component says."""

    edges: dict[tuple[int, int], Remembered[Edge]] = field(default_factory=dict)
    capped: dict[tuple[int, int], Remembered[_Capped]] = field(default_factory=dict)
    completed: dict[int, Remembered[RowHull]] = field(default_factory=dict)
    solved: dict[tuple[int, ...], _Solved] = field(default_factory=dict)
    tried: dict[tuple[Need, int], tuple[Value | None, tuple[Value, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Node:
    """How awards in one world come apart: in components, by an unknown that they share, or by facts of their own.

    `changes` says of each award which of the facts that are not shared (`rest`) change what is left of it.
    """

    components: Sequence[Sequence[int]]
    split: Need | None
    changes: Mapping[int, frozenset[Need]]
    rest: frozenset[Need]


_Told: TypeAlias = tuple[object, frozenset[Need]]
"""What is left of an award over some worlds, as a tree told apart by equality, and the facts that it depends on."""


def _plus(a: Four, b: Four) -> Four:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


def _hull(a: Four, b: Four) -> Four:
    return (min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3]))


class Cumulation:
    """The awards of one evaluation and the rules between them."""

    def __init__(
        self, rows: Sequence[Row], hulls: Sequence[RowHull], domains: Domains, known: Cumulation | None = None
    ) -> None:
        """Take the rows that may be paid, with what each says over all worlds.

        What is `known` under other readings is kept for awards that say the same and meet the others alike.
        """
        self.rows, self.hulls, self.domains = rows, hulls, domains
        self.ladders: dict[str, LadderPlan] = {}
        self.rules: list[RulePlan] = []
        for policy in {row.policy.plan.id: row.policy.plan for row in rows}.values():
            self.ladders.update({f"{policy.id}/{ladder.id}": ladder for ladder in policy.ladders})
            self.rules += policy.rules
        self.places = [
            place for place, hull in enumerate(hulls) if not hull.is_open_ended and hull.gated.maximum != ZERO
        ]
        self.barred = [place for place, hull in enumerate(hulls) if hull.barred.is_true and not hull.eligible.is_false]
        self.capped = {index: self._under(rule) for index, rule in enumerate(self.rules) if rule.kind == "ceiling"}
        self.memory = _Memory()
        self._leaves: dict[tuple[object, ...], Sums] = {}
        self._parts: dict[int, list[Part]] = {}
        self._left = BUDGET
        self._ranks: dict[int, int] = {}
        self._figures: dict[Four, int] = {}
        self._numbered: dict[int, tuple[int, Amount]] = {}
        self._told: dict[tuple[int, int], _Told] = {}
        self._nodes: dict[int, tuple[Sums, _Node]] = {}
        if known is not None and [row.id for row in known.rows] == [row.id for row in rows]:
            self._keep(known)
        self.pairs = [
            (a, b)
            for i, a in enumerate(self.places)
            for b in self.places[i + 1 :]
            if not self._edge(a, b, {}).most.is_false
        ]

    def _keep(self, known: Cumulation) -> None:
        readings = known.domains.shared.readings, self.domains.shared.readings
        same = {
            place
            for place, (row, old) in enumerate(zip(self.rows, known.rows, strict=True))
            if row.says_as(old) and row.clause.meets_alike(*readings)
        }
        old_memory = known.memory
        self.memory = _Memory(
            {pair: edge for pair, edge in old_memory.edges.items() if same.issuperset(pair)},
            {key: capped for key, capped in old_memory.capped.items() if key[1] in same},
            {place: hull for place, hull in old_memory.completed.items() if place in same},
            {places: found for places, found in old_memory.solved.items() if same.issuperset(places)},
            old_memory.tried,
        )

    def _under(self, rule: RulePlan) -> frozenset[int]:
        """Return the awards that a rule names."""
        sentences = {place: self.rows[place].clause.plan.sentence for place in self.places}
        return frozenset(p for p, one in sentences.items() if one.policy == rule.policy and one.id in rule.clauses)

    def parts_of(self, place: int) -> list[Part]:
        """Return the totals that an award counts towards."""
        if place not in self._parts:
            self._parts[place] = self._parts_of(place)
        return self._parts[place]

    def _parts_of(self, place: int) -> list[Part]:
        hull, row = self.hulls[place], self.rows[place]
        found: list[Part] = [("possible", "")]
        if hull.is_award:
            plan = row.clause.plan
            found += [("decided", ""), ("policy", plan.sentence.policy), ("fund", plan.fund)]
            found += [
                ("project", name)
                for name, _ in row.projects({})
                if isinstance(name, str) and not name.startswith(ANOTHER)
            ]
        return found

    def solve(self) -> Sums:
        """Return the totals over all worlds."""
        made = self.solve_only(self.places)
        for place in self.barred:
            made.nets[place] = NOTHING
            made.statuses[place] = frozenset({"barred"})
        return made

    def solve_only(self, places: Sequence[int]) -> Sums:
        """Return the totals of these awards alone, over all worlds."""
        made = Sums()
        for component in self._apart(places):
            self._left = BUDGET
            made = made.added(self._solve(component, {}))
        return made

    def _apart(self, places: Sequence[int]) -> list[list[int]]:
        """Return these awards in components, in the case as it is."""
        values = {place: self.rows[place].evaluate({}) for place in places}
        edges = [edge for edge in self.edges_now() if edge.a in values and edge.b in values]
        return _components(places, values, edges, list(self._ceilings(places, values, {})), {}, self.domains)

    def needs_of(self, place: int) -> frozenset[Need]:
        """Return the facts of other awards, and of what is between them, on which what is left of an award depends.

        None is asked where what is left is one figure, or where there are more worlds than the budget. Worlds are told
        apart as they were split, so that a fact may be asked whose values leave the same.
        """
        if place not in self.places:  # it is set aside, barred, or nothing
            return frozenset()
        component = next(one for one in self._apart(self.places) if place in one)
        return frozenset() if self._solve(component, {}).outer else self._tell(place, component, {})[1]

    def edges_now(self) -> list[Edge]:
        """Return the overlaps in the case as it is, those that are not excluded by the facts."""
        return [edge for edge in (self._edge(a, b, {}) for a, b in self.pairs) if not edge.most.is_false]

    def stacked(self, members: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """Return the pairs of awards that overlap and that a rule lets add up, each with the rule."""
        for i, a in enumerate(members):
            for b in members[i + 1 :]:
                adds = self._edge(a, b, {}).adds
                if adds:
                    yield a, b, adds

    def groups(self) -> list[tuple[list[int], list[Edge], list[str]]]:
        """Return the awards that meet: each group's places, its overlaps, and the ceilings that bind it."""
        edges = self.edges_now()
        values = {place: self.rows[place].evaluate({}) for place in self.places}
        ceilings = [one for one in self._ceilings(self.places, values, {}) if self._binds(one)]
        links = [(edge.a, edge.b) for edge in edges]
        for ceiling in ceilings:
            links += [(ceiling.members[0], other) for other in ceiling.members]
        touched = {place for link in links for place in link}
        made = []
        for members in groups(sorted(touched), links):
            own = [edge for edge in edges if edge.a in members]
            made.append((members, own, [one.rule for one in ceilings if one.members[0] in members]))
        return made

    def _binds(self, ceiling: CeilingGroup) -> bool:
        total: Number = ZERO
        for place in ceiling.members:
            total = total + self.hulls[place].gated.maximum
        return total > ceiling.room.minimum

    def _solve(self, places: Sequence[int], world: Mapping[Need, Value]) -> Sums:
        """Add up awards over the worlds in this one, once for each combination of the unknowns that they look up."""
        key = tuple(places)
        asked, known = self.memory.solved.setdefault(key, ({}, {}))
        mark = tuple(id(world.get(need)) for need in asked)  # the values of a domain are there as long as this is
        if mark not in known:
            found, looked_up = self._split(key, world)
            if looked_up.keys() - asked.keys():
                known.clear()
                asked.update(looked_up)
                mark = tuple(id(world.get(need)) for need in asked)
            known[mark] = found
        return known[mark]

    def _split(self, places: tuple[int, ...], world: Mapping[Need, Value]) -> tuple[Sums, dict[Need, None]]:
        """Return the sums, each component by itself, and the unknowns that were looked up."""
        values, edges, ceilings = self._meeting(places, world)
        asked = dict.fromkeys(self._looked_up(values))
        components = _components(places, values, edges, ceilings, world, self.domains)
        if len(components) != 1:
            made = Sums()
            for component in components:
                made = made.added(self._solve(component, world))
                asked.update(self.memory.solved[tuple(component)][0])
            return made, asked
        need = self._next(places, values, edges, ceilings, world)
        self._left -= len(places) > 1  # what one award says over worlds has a budget of its own
        if need is None or self._left < 0:
            hulls = {place: self._hull(place, world) for place in places}
            asked.update(dict.fromkeys(one for place in places for one in self.memory.completed[place].asked))
            leaf = self._leaf_once(places, {place: hull.gated for place, hull in hulls.items()}, edges, ceilings)
            outer = leaf.outer or need is not None or any(hull.outer for hull in hulls.values())
            return replace(leaf, outer=outer), asked
        branches = [self._solve(places, {**world, need: choice}) for choice in self.domains.of(need)]
        asked.update(self.memory.solved[places][0])
        joined = branches[0]
        for branch in branches[1:]:
            joined = joined.joined(branch)
        moved = any(branch.parts != branches[0].parts for branch in branches)
        return (replace(joined, moved=joined.moved | {need}) if moved else joined), asked

    def _meeting(
        self, places: Sequence[int], world: Mapping[Need, Value]
    ) -> tuple[dict[int, RowValue], list[Edge], list[CeilingGroup]]:
        """Return what these awards say in a world, and the overlaps and ceilings that are then between them."""
        values = {place: self.rows[place].evaluate(world) for place in places}
        edges = [self._edge(a, b, world) for a, b in self.pairs if a in values and b in values]
        edges = [edge for edge in edges if not edge.most.is_false and values[edge.a].pays and values[edge.b].pays]
        return values, edges, list(self._ceilings(places, values, world))

    def _tell(self, place: int, places: Sequence[int], world: Mapping[Need, Value]) -> _Told:
        """Return what is left of an award over the worlds in this one, and the facts that it depends on."""
        self._left = BUDGET
        found = self._solve(places, world)
        net = found.nets[place]
        if len(places) == 1 or len(set(net)) == 1:
            needs = self._room_of(place, places, world, net)
            return (net, needs), needs
        if (place, id(found)) not in self._told:  # `_nodes` keeps the sums, so that no identity comes twice
            self._told[place, id(found)] = self._find_told(place, places, world, found)
        return self._told[place, id(found)]

    def _room_of(self, place: int, places: Sequence[int], world: Mapping[Need, Value], net: Four) -> frozenset[Need]:
        """Return the facts that say what ceilings have left for an award, where they alone leave it open."""
        if (net[0], net[2]) == (net[1], net[3]) or not self._hull(place, world).gated.decided:
            return frozenset()
        _, _, ceilings = self._meeting(places, world)
        return frozenset[Need]().union(*(one.needs for one in ceilings))

    def _find_told(self, place: int, places: Sequence[int], world: Mapping[Need, Value], found: Sums) -> _Told:
        if id(found) not in self._nodes:
            self._nodes[id(found)] = (found, self._node(places, world))
        node = self._nodes[id(found)][1]
        if node.split is not None and world.get(node.split) is not None:  # the same sums, in a world further on
            node = self._node(places, world)
        if len(node.components) != 1:
            return self._tell(place, next(one for one in node.components if place in one), world)
        if node.split is None:
            needs = node.changes[place]
            net = found.nets[place]
            if not needs and (net[0] != net[1] or net[2] != net[3]) and self._hull(place, world).gated.decided:
                needs = node.rest
            return (net, needs), needs
        branches = [self._tell(place, places, {**world, node.split: one}) for one in self.domains.of(node.split)]
        if len({told for told, _ in branches}) == 1:
            return branches[0]
        needs = frozenset({node.split}).union(*(needs for _, needs in branches))
        return (node.split, tuple(told for told, _ in branches)), needs

    def _node(self, places: Sequence[int], world: Mapping[Need, Value]) -> _Node:
        """Return how awards that met in a world come apart: in components, by an unknown, or by none that is shared."""
        values, edges, ceilings = self._meeting(places, world)
        components = _components(places, values, edges, ceilings, world, self.domains)
        split = self._next(places, values, edges, ceilings, world) if len(components) == 1 else None
        if len(components) != 1 or split is not None:
            return _Node(components, split, {}, frozenset())
        own = {place: self._hull(place, world).needs for place in places}
        rest = frozenset[Need]().union(*own.values(), *(edge.needs for edge in edges), *(one.needs for one in ceilings))
        moved = {
            need: self._moved_by(need, places, world).difference(p for p in places if need in own[p]) for need in rest
        }
        changes = {place: frozenset(need for need, some in moved.items() if place in some) for place in places}
        return _Node(components, None, changes, rest)

    def _moved_by(self, need: Need, places: Sequence[int], world: Mapping[Need, Value]) -> frozenset[int]:
        """Return the awards of which two values of an unknown leave different figures."""
        assumed = world.get(need)
        key = (need, id(assumed))
        if key not in self.memory.tried:
            self.memory.tried[key] = (assumed, self.domains.tried(need, assumed))
        nets: list[Mapping[int, Four]] = []
        for value in self.memory.tried[key][1]:
            self._left = BUDGET
            nets.append(self._solve(places, {**world, need: value}).nets)
        return frozenset(place for place in places if len({one[place] for one in nets}) > 1)

    def _hull(self, place: int, world: World) -> RowHull:
        """Return what an award says over what is still open in a world: unknowns of its own, which no other shares.

        A total grows with each of its awards, so its ends are reached at theirs.
        """
        if place not in self.memory.completed:
            self.memory.completed[place] = Remembered(partial(hull_of, self.rows[place], self.domains))
        return self.memory.completed[place](world)

    def _looked_up(self, values: Mapping[int, RowValue]) -> Iterator[Need]:
        """Return the unknowns that awards, and what is between them, have ever looked up."""
        for place in values:
            yield from self.rows[place].looked_up
        for pair in self.pairs:
            if pair[0] in values and pair[1] in values:
                yield from self.memory.edges[pair].asked
        for (_, place), capped in self.memory.capped.items():
            if place in values:
                yield from capped.asked

    def _next(
        self,
        component: Sequence[int],
        values: Mapping[int, RowValue],
        edges: Iterable[Edge],
        ceilings: Iterable[CeilingGroup],
        world: World,
    ) -> Need | None:
        """Return the unknown to split on: the one that most rows of the component share, if any is shared."""
        counts: dict[Need, int] = {}
        for place in component:
            for need in values[place].needs:
                counts[need] = counts.get(need, 0) + 1
        counts = {need: count for need, count in counts.items() if count > 1}
        for needs in (*(edge.needs for edge in edges), *(one.needs for one in ceilings)):
            for need in needs:
                counts[need] = counts.get(need, 0) + 1
        specs = self.domains.shared.specs
        things = {path: place for place, path in enumerate(self.domains.shared.facts.paths)}
        order = sorted(
            counts,
            key=lambda need: (-counts[need], _is_number(specs.get(need)), things.get(need[0], len(things)), need),
        )
        return next_need(counts, world, self.domains, order)

    # what meets what

    def _edge(self, a: int, b: int, world: World) -> Edge:
        if (a, b) not in self.memory.edges:
            self.memory.edges[a, b] = Remembered(partial(self._find_edge, a, b))
        return self.memory.edges[a, b](world)

    def _find_edge(self, a: int, b: int, world: World) -> Edge:
        """Find whether two awards exclude each other: the first rule that holds for both decides, else silence."""
        one, other = self.rows[a], self.rows[b]
        tests = {
            "project": self._same_project(one, other, world),
            "title": self._same_title(one, other, world),
            "ladder": self._same_ladder(one, other, world),
        }
        overlap, on, named, adds = FALSE, "", "", ""
        for name, found in tests.items():
            if not found.is_false:
                on = on or name
                overlap = overlap.either(found)
        rules: list[tuple[bool, Truth]] = []
        for rule in self.rules:
            if rule.kind in ("stacks", "higher_of") and _between(rule, one, other):
                holds = self._holds_for(rule, one, world).both(self._holds_for(rule, other, world))
                if rule.kind == "higher_of":
                    holds = holds if rule.same == "any" else holds.both(tests[rule.same])
                    named = named or ("" if holds.is_false else f"{rule.policy}/{rule.id}")
                    on = rule.same if not holds.is_false else on
                elif holds.is_true and not named and not overlap.is_false:
                    adds = adds or f"{rule.policy}/{rule.id}"
                rules.append((rule.kind == "higher_of", holds))
        sure, most = FALSE, overlap
        for excludes, holds in reversed(rules):
            sure = holds.either(sure) if excludes else holds.negated().both(sure)
            most = holds.either(most) if excludes else holds.negated().both(most)
        return Edge(a, b, sure, most, on, named, adds)

    def _holds_for(self, rule: RulePlan, row: Row, world: World) -> Truth:
        return truth(rule.when[row.clause.plan.sentence.id])(row.context(world))

    def _same_project(self, one: Row, other: Row, world: World) -> Truth:
        made = FALSE
        for (first, counts), (second, too) in product(one.projects(world), other.projects(world)):
            unknown = [need for need in (first, second) if isinstance(need, tuple)]
            same = Truth.unknown(*unknown) if unknown and first != second else Truth.of(first == second)
            made = made.either(counts.both(too).both(same))
        return made

    def _same_title(self, one: Row, other: Row, world: World) -> Truth:
        a, b = one.title(), other.title()
        if a is None or b is None:
            return FALSE
        if a.path == b.path:
            return TRUE
        ctx = one.context(world)
        ctx.things = {**ctx.things, "a": a, "b": b}
        fields = self.domains.shared.vocabulary.fields["title"]
        same = TRUE
        for name, of_kind in (("kind", True), ("level", False), ("event", False)):
            spec = fields[name]
            same = same.both(truth(op.Same(op.Fact("a", spec, of_kind), op.Fact("b", spec, of_kind)))(ctx))
        objects = [thing.values.get("object") for thing in (a, b)]
        if same.is_false or (None not in objects and objects[0] != objects[1]):
            return FALSE
        dates = [thing.values.get("recognised_on") for thing in (a, b)]
        if all(isinstance(date, Amount) and date.decided for date in dates):
            batches = [thing.values.get("batch") for thing in (a, b)]
            one_event = dates[0] == dates[1] and (None in batches or batches[0] == batches[1])
            return same.both(Truth.of(one_event))
        return same.both(self._assumed(a, b, world))

    def _assumed(self, a: Thing, b: Thing, world: World) -> Truth:
        """Return whether two titles without a date are one recognition: an unknown of its own."""
        need: Need = ("same", *sorted((a.path, b.path)))
        assumed = world.get(need)
        return Truth.of(assumed) if isinstance(assumed, bool) else Truth.unknown(need)

    def _same_ladder(self, one: Row, other: Row, world: World) -> Truth:
        a, b = one.title(), other.title()
        if a is None or b is None or a.path == b.path:
            return FALSE
        ctx = one.context(world)
        ctx.things = {**ctx.things, "a": a, "b": b}
        fields = self.domains.shared.vocabulary.fields["title"]
        made = FALSE
        for ladder in self.ladders.values():
            on = _on_ladder(ctx, fields, ladder)
            if on.is_false:
                continue
            differ = FALSE
            for name in ("kind", "level", "grade"):
                if any(thing.values.get(name) is not None for thing in (a, b)):
                    spec = fields[name]
                    differ = differ.either(truth(op.Same(op.Fact("a", spec), op.Fact("b", spec)))(ctx).negated())
            same_object = TRUE
            if ladder.object == "object":
                spec = fields["object"]
                first, second = (read_thing(ctx, op.Fact(name, spec)) for name in ("a", "b"))
                unknown = [need for need in (first, second) if isinstance(need, tuple)]
                same_object = Truth.unknown(*unknown) if unknown else Truth.of(first == second)
            made = made.either(on.both(differ).both(same_object))
        return made

    # ceilings

    def _ceilings(self, places: Sequence[int], values: Mapping[int, RowValue], world: World) -> Iterator[CeilingGroup]:
        for index, named in self.capped.items():
            rule = self.rules[index]
            groups: dict[Key, list[int]] = {}
            found: dict[int, _Capped] = {}
            for place in places:
                if place in named and values[place].pays:
                    capped = self._cap_on(index, place, world)
                    if not capped.applies.is_false:
                        found[place] = capped
                        groups.setdefault(capped.key, []).append(place)
            open_key = any(ANOTHER in key for key in groups)
            if open_key:  # whose group an award is in is open: it is sure of none
                groups = {(): [place for members in groups.values() for place in members]}
            for members in groups.values():
                needs = frozenset[Need]().union(*(found[place].needs for place in members))
                holds = (found[place].applies for place in members)
                open_holds = tuple(one.both(Truth.unknown(*needs)) if open_key else one for one in holds)
                room = found[members[0]].room
                yield CeilingGroup(tuple(members), room, f"{rule.policy}/{rule.id}", needs, open_holds)

    def _cap_on(self, index: int, place: int, world: World) -> _Capped:
        if (index, place) not in self.memory.capped:
            self.memory.capped[index, place] = Remembered(partial(self._find_cap, self.rules[index], self.rows[place]))
        return self.memory.capped[index, place](world)

    def _find_cap(self, rule: RulePlan, row: Row, world: World) -> _Capped:
        """Return whether a ceiling holds for an award, for which group, and what is left of it."""
        clause = row.clause.plan.sentence.id
        ctx = row.context(world)
        applies = truth(rule.when[clause])(ctx)
        if applies.is_false:
            return _Capped(applies, (), Amount.exact(ZERO), frozenset())
        found = [key_of(ctx, node) for node in rule.by[clause]]
        room = number(rule.cap[clause])(ctx).clamped()  # what is left of it (S19)
        needs = applies.needs.union(room.needs, *({part} for part in found if isinstance(part, tuple)))
        return _Capped(applies, tuple(part if isinstance(part, str) else ANOTHER for part in found), room, needs)

    # one world

    def _leaf_once(
        self,
        component: Sequence[int],
        gated: Mapping[int, Amount],
        edges: Sequence[Edge],
        ceilings: Sequence[CeilingGroup],
    ) -> Sums:
        """Add up one component in one world; worlds that give the same figures are added up once."""
        mark = (
            tuple((place, self._number_of(gated[place])) for place in component),
            tuple((edge.a, edge.b, edge.sure.numbers, edge.most.numbers, edge.rule) for edge in edges),
            tuple((one.members, self._number_of(one.room), tuple(h.numbers for h in one.holds)) for one in ceilings),
        )
        if mark not in self._leaves:
            self._leaves[mark] = self._leaf(component, gated, edges, ceilings)
        return replace(self._leaves[mark], moved=self._left_open(edges, ceilings))

    def _number_of(self, amount: Amount) -> int:
        """Return a number that stands for an amount's figures: quicker to compare than they are."""
        known = self._numbered.get(id(amount))
        if known is None:
            known = (self._figures.setdefault(amount.numbers, len(self._figures)), amount)
            self._numbered[id(amount)] = known
        return known[0]

    def _left_open(self, edges: Sequence[Edge], ceilings: Sequence[CeilingGroup]) -> frozenset[Need]:
        """Return the facts that no world settles and that bear on how awards meet."""
        found: frozenset[Need] = frozenset()
        for ceiling in ceilings:
            if not (ceiling.certain and ceiling.room.decided) and self._binds(ceiling):
                found |= ceiling.needs
        for edge in edges:
            settings = {self.domains.shared.readings[self.rows[p].policy.plan.silence] for p in (edge.a, edge.b)}
            for truth_ in [edge.sure] if settings == {"sum"} else [edge.sure, edge.most]:
                found |= frozenset[Need]() if truth_.decided else truth_.needs
        return found

    def _leaf(
        self,
        component: Sequence[int],
        gated: Mapping[int, Amount],
        edges: Sequence[Edge],
        ceilings: Sequence[CeilingGroup],
    ) -> Sums:
        """Add up one component in one world."""
        weights = {place: gated[place].numbers for place in component}
        overlapping = {place for edge in edges for place in (edge.a, edge.b)}
        unstated = self._unstated(edges)
        parts: dict[Part, list[int]] = {}
        for place in component:
            for part in self.parts_of(place):
                parts.setdefault(part, []).append(place)
        refused = frozenset(overlapping) if len(overlapping) > LIMIT else frozenset[int]()
        made = Sums(refused=refused, outer=bool(refused))
        for part, members in parts.items():
            inner = [edge for edge in edges if edge.a in members and edge.b in members]
            made.parts[part] = self._best(members, weights, inner, self._unstated(inner), ceilings)
        winners = self._winners(component, weights, edges, unstated, ceilings)
        sets = self._may_be_taken(component, weights, edges, unstated, ceilings) if winners is None else [winners]
        contest = _Contest(component, edges, unstated, winners, sets)
        for place in component:
            made.nets[place], made.statuses[place] = self._net(place, weights, contest, ceilings)
            binding = (one.rule for one in ceilings if place in one.members and _may_bind(one, weights))
            made.cut[place] = frozenset(binding) if made.statuses[place] != {"outranked"} else frozenset()
        return made

    def _unstated(self, edges: Sequence[Edge]) -> dict[int, str]:
        """Return what each overlapping award's group takes where the text is silent: the packs' choice if alike."""
        silent = [edge for edge in edges if edge.silent]
        modes: dict[int, str] = {}
        for group in groups([place for edge in silent for place in (edge.a, edge.b)], [(e.a, e.b) for e in silent]):
            readings = self.domains.shared.readings
            chosen = {readings[self.rows[place].policy.plan.silence] for place in group}
            mode = chosen.pop() if len(chosen) == 1 else "undecided"
            modes.update(dict.fromkeys(group, mode))
        return modes

    def _excluded(self, edges: Sequence[Edge], unstated: Mapping[int, str], end: int) -> set[tuple[int, int]]:
        """Return the pairs that exclude each other for one of the four numbers."""
        return {(edge.a, edge.b) for edge in edges if edge.excludes(unstated.get(edge.a, "sum"), end)}

    def _best(
        self,
        members: Sequence[int],
        weights: Mapping[int, Four],
        edges: Sequence[Edge],
        unstated: Mapping[int, str],
        ceilings: Sequence[CeilingGroup],
    ) -> Four:
        made: list[Number] = []
        for end in range(4):
            pairs = {pair for pair in self._excluded(edges, unstated, end) if pair[0] in members and pair[1] in members}
            lawful: Iterable[tuple[int, ...]] = _lawful_sets(members, pairs)
            if end in (1, 3) and _too_many(pairs):  # what is not searched is bounded from above by all together
                lawful = [tuple(members)]
            made.append(max(self._worth(chosen, weights, ceilings, end) for chosen in lawful))
        return (made[0], made[1], made[2], made[3])

    def _worth(
        self, chosen: Collection[int], weights: Mapping[int, Four], ceilings: Sequence[CeilingGroup], end: int
    ) -> Number:
        """Return what a lawful set adds up to for one of the four numbers."""
        total: Number = ZERO
        for value in self._kept(chosen, weights, ceilings, end).values():
            total = total + value
        return total

    def _latest_first(self, places: Iterable[int]) -> list[int]:
        """Order awards as a ceiling cuts them: exact before bounded, the latest recognition first, then by id (S19)."""

        def order(place: int) -> tuple[bool, Number, str]:
            title = self.rows[place].title()
            date = None if title is None else title.values.get("recognised_on")
            exact = not _is_open_in_law(self.hulls[place].amount.numbers)
            return (exact, date.minimum if isinstance(date, Amount) else ZERO, self.rows[place].id)

        if not self._ranks:
            ranked = sorted(self.places, key=order, reverse=True)
            self._ranks = {place: rank for rank, place in enumerate(ranked)}
        return sorted(places, key=self._ranks.__getitem__)

    def _winners(
        self,
        component: Sequence[int],
        weights: Mapping[int, Four],
        edges: Sequence[Edge],
        unstated: Mapping[int, str],
        ceilings: Sequence[CeilingGroup],
    ) -> frozenset[int] | None:
        """Return the set that is best whatever the facts, if the rules decide for one; ties by clause order."""
        for edge in edges:
            mode = unstated.get(edge.a, "sum")
            if mode == "undecided" or len({edge.excludes(mode, end) for end in range(4)}) > 1:
                return None
        lawful = [frozenset(chosen) for chosen in _lawful_sets(component, self._excluded(edges, unstated, 0))]
        best = self._best(component, weights, edges, unstated, ceilings)
        for chosen in lawful:
            if all(self._worth(chosen, weights, ceilings, end) == best[end] for end in range(4)) and all(
                self._dominates(chosen, other, weights, ceilings) for other in lawful if other != chosen
            ):
                return chosen
        return None

    def _dominates(
        self, one: frozenset[int], other: frozenset[int], weights: Mapping[int, Four], ceilings: Sequence[CeilingGroup]
    ) -> bool:
        """Whether a set comes to as much as another whatever the facts, on both ends of the law (S17)."""
        return self._reaches(one, other, weights, ceilings, (0, 2), (1, 3))

    def _reaches(
        self,
        one: frozenset[int],
        other: frozenset[int],
        weights: Mapping[int, Four],
        ceilings: Sequence[CeilingGroup],
        ends: tuple[int, int],
        others: tuple[int, int],
    ) -> bool:
        """Whether a set comes at these ends to as much as another does at its own."""
        a, b = (one, other) if ceilings else (one - other, other - one)  # what both have in common is the same
        return all(
            self._worth(a, weights, ceilings, mine) >= self._worth(b, weights, ceilings, its)
            for mine, its in zip(ends, others, strict=True)
        )

    def _may_be_taken(
        self,
        component: Sequence[int],
        weights: Mapping[int, Four],
        edges: Sequence[Edge],
        unstated: Mapping[int, str],
        ceilings: Sequence[CeilingGroup],
    ) -> list[frozenset[int]] | None:
        """Return the sets of which one is taken once the facts are known; None if any may be.

        There is none where the law does not say which.
        """
        open_in_law = [edge for edge in edges if edge.is_open_in_law(unstated.get(edge.a, "sum"))]
        if any(weights[edge.a][2] != ZERO and weights[edge.b][2] != ZERO for edge in open_in_law):
            return []
        if open_in_law or any(edge.is_open_in_fact(unstated.get(edge.a, "sum")) for edge in edges):
            return None
        lawful = [frozenset(chosen) for chosen in _lawful_sets(component, self._excluded(edges, unstated, 0))]
        return [
            one
            for one in lawful
            if all(self._reaches(one, other, weights, ceilings, (1, 3), (0, 2)) for other in lawful if other != one)
        ]

    def _net(
        self, place: int, weights: Mapping[int, Four], contest: _Contest, ceilings: Sequence[CeilingGroup]
    ) -> tuple[Four, frozenset[Status]]:
        """Return what is left of an award in one world, and what becomes of it."""
        component, edges, winners, sets = contest.component, contest.edges, contest.winners, contest.sets
        weight = weights[place]
        met = [edge for edge in edges if place in (edge.a, edge.b)]
        meets = bool(met)
        wins = sets is None or any(place in one for one in sets)
        loses = sets is None or any(place not in one for one in sets)
        by_facts = winners is not None or (bool(sets) and not any(_is_open_in_law(weights[one]) for one in component))
        if meets and by_facts and not wins:
            return NOTHING, frozenset({"outranked"})
        own = [ceiling for ceiling in ceilings if place in ceiling.members and _may_bind(ceiling, weights)]
        left = weight
        if own:
            pairs = {(edge.a, edge.b) for edge in edges}
            paid = sets if sets and wins else [frozenset(one) for one in _lawful_sets(component, pairs)]
            paid = [frozenset(component), *paid] if sets is None else paid
            left = self._left_in(place, [one for one in paid if place in one], weights, ceilings, by_law=sets == [])
            left = _with_its_own_greatest(left, weight)
        if meets and (loses or not by_facts):
            may_vanish = {edge: weights[edge.a + edge.b - place][2] == ZERO for edge in met}  # it may not be paid
            by_law = [edge for edge in met if edge.is_open_in_law(contest.unstated.get(edge.a, "sum"))]
            wins = all(may_vanish.values()) or (wins and all(may_vanish[edge] for edge in by_law))
            loses = loses and len(by_law) < len(met)
            return (ZERO, left[1] if wins else ZERO, ZERO if loses else left[2], left[3]), frozenset({"contender"})
        if not own:
            return weight, frozenset({"counted"})
        if left[0] != left[3] or _is_open_in_law(weight):
            return left, frozenset({"contender"})
        return left, frozenset({"counted" if left == weight else "reduced"})

    def _left_in(
        self,
        place: int,
        sets: Sequence[frozenset[int]],
        weights: Mapping[int, Four],
        ceilings: Sequence[CeilingGroup],
        *,
        by_law: bool,
    ) -> Four:
        """Return what ceilings leave of an award in these sets; which is taken the facts decide, or only the law does.

        It has least where the others have most: their ends change places.
        """
        turned = {
            other: weight if other == place else (weight[3], weight[2], weight[1], weight[0])
            for other, weight in weights.items()
        }
        kept = [[self._kept(chosen, turned, ceilings, end)[place] for chosen in sets] for end in range(4)]
        inner = (min(kept[1]), max(kept[2])) if by_law else (max(kept[1]), min(kept[2]))
        return (min(kept[0]), *inner, max(kept[3]))

    def _kept(
        self, chosen: Collection[int], weights: Mapping[int, Four], ceilings: Sequence[CeilingGroup], end: int
    ) -> dict[int, Number]:
        """Return what is left of each award of a set for one of the four numbers, under the ceilings.

        What a ceiling cuts last is paid first, as far as every ceiling over it has room: so their order is nothing.
        """
        if not ceilings:
            return {place: weights[place][end] for place in chosen}
        rooms = [ceiling.at(end) for ceiling in ceilings]
        left: dict[int, Number] = {}
        for place in reversed(self._latest_first(chosen)):
            own = [at for at, (under, _) in enumerate(rooms) if place in under]
            left[place] = min([weights[place][end], *(rooms[at][1] for at in own)])
            for at in own:
                rooms[at] = (rooms[at][0], minus(rooms[at][1], left[place]))
        return left


def _is_number(spec: FieldSpec | None) -> bool:
    """Whether a fact is a number or a date: a member of a list tells more awards apart, and is split first."""
    return spec is not None and spec.type in NUMERIC


def _is_open_in_law(weight: Four) -> bool:
    """Whether the law's two ends are not the same."""
    return weight[0] != weight[2] or weight[1] != weight[3]


def _with_its_own_greatest(left: Four, weight: Four) -> Four:
    """Return what is left of an award, of which one that is bounded keeps its own greatest (S19).

    Where the facts may make it exact, they may let the ceiling cut it.
    """
    if not _is_open_in_law(weight):
        return left
    decided = weight[0] == weight[1] and weight[2] == weight[3]
    return (left[0], left[1], weight[2] if decided else left[2], weight[3])


def _may_bind(ceiling: CeilingGroup, weights: Mapping[int, Four]) -> bool:
    """Whether the greatest that its awards come to is above the least that is left of a ceiling."""
    total: Number = ZERO
    for place in ceiling.members:
        total = total + weights[place][3]
    return total > ceiling.room.minimum


def _too_many(pairs: Iterable[tuple[int, int]]) -> bool:
    return len({place for pair in pairs for place in pair}) > LIMIT


def _lawful_sets(places: Sequence[int], pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Return the greatest sets without an excluded pair: exhaustively up to `LIMIT`, beyond it single awards only."""
    excluded: dict[int, set[int]] = {}
    for a, b in pairs:
        excluded.setdefault(a, set()).add(b)
        excluded.setdefault(b, set()).add(a)
    free = [place for place in places if place not in excluded]
    bound = [place for place in places if place in excluded]
    if len(bound) > LIMIT:
        for place in bound:
            yield (*free, place)
        return
    yield from (tuple(sorted((*free, *chosen))) for chosen in _independent(bound, excluded))


def _independent(places: Sequence[int], excluded: Mapping[int, set[int]]) -> Iterator[tuple[int, ...]]:
    if not places:
        yield ()
        return
    first, rest = places[0], places[1:]
    for chosen in _independent([place for place in rest if place not in excluded[first]], excluded):
        yield (first, *chosen)
    if excluded[first] & set(rest):
        yield from _independent(rest, excluded)


def _between(rule: RulePlan, one: Row, other: Row) -> bool:
    """Whether a rule speaks of these two awards: both its own, or one of each of its sides."""
    if {one.policy.plan.id, other.policy.plan.id} != {rule.policy}:
        return False
    first, second = one.clause.plan.sentence.id, other.clause.plan.sentence.id
    sides = [(rule.clauses, rule.against or rule.clauses), (rule.against or rule.clauses, rule.clauses)]
    return any(first in left and second in right for left, right in sides)


def _on_ladder(ctx: Context, fields: Mapping[str, FieldSpec], ladder: LadderPlan) -> Truth:
    """Whether both titles stand on the ladder."""
    made = TRUE
    for name in ("a", "b"):
        made = made.both(truth(op.In(op.Fact(name, fields["kind"]), op.Listing(ladder.members)))(ctx))
        if ladder.levels:
            made = made.both(truth(op.In(op.Fact(name, fields["level"]), op.Listing(ladder.levels)))(ctx))
    return made


def _components(
    places: Sequence[int],
    values: Mapping[int, RowValue],
    edges: Sequence[Edge],
    ceilings: Sequence[CeilingGroup],
    world: World,
    domains: Domains,
) -> list[list[int]]:
    """Return the awards in independent components: tied by overlap, by a ceiling, or by an unknown they share."""
    links = [(edge.a, edge.b) for edge in edges]
    for ceiling in ceilings:
        links += [(ceiling.members[0], other) for other in ceiling.members[1:]]
    owner: dict[Need, int] = {}
    needing: list[tuple[int, Need]] = [(place, need) for place in places for need in sorted(values[place].needs)]
    needing += [(edge.a, need) for edge in edges for need in sorted(edge.needs)]
    needing += [(one.members[0], need) for one in ceilings for need in sorted(one.needs)]
    for place, need in needing:
        if world.get(need) is None and domains.of(need):
            links.append((owner.setdefault(need, place), place))
    return groups(places, links)
