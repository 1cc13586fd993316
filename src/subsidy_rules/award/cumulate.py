"""Cumulation: what meets what, which rule or reading decides, and what the total then is (S14 to S21).

`overlap` says which two awards exclude each other, and `contest` which of them are paid in one world and what is left
of each: for each of the four numbers of an amount the total is the greatest over the lawful sets of awards.

Whatever is unknown (a reference, a date, a reading left open) is split into worlds per *component*: awards that share
an unknown or a rule. Components are independent, so their totals add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import TypeAlias

from subsidy_rules.award.apart import components_of, is_number
from subsidy_rules.award.choice import Choice
from subsidy_rules.award.complete import BUDGET, Domains, RowHull, groups, hull_of, next_need
from subsidy_rules.award.contest import NOTHING, CeilingGroup, Contest, Reduce, Table, is_open_in_law
from subsidy_rules.award.engine import ANOTHER, Remembered, World, number, truth
from subsidy_rules.award.overlap import Edge, Overlaps
from subsidy_rules.award.rows import Key, Row, RowValue, key_of
from subsidy_rules.award.sums import Part, Sums
from subsidy_rules.facts.case import Value
from subsidy_rules.plan import RulePlan
from subsidy_rules.values.amount import Amount, Four, Need, Truth
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Number


@dataclass(frozen=True, slots=True)
class _Capped:
    """How a ceiling bears on one award: whether it holds, for which group, what is left, and the facts needed."""

    applies: Truth
    key: Key
    room: Amount
    needs: frozenset[Need]


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


class Cumulation:
    """The awards of one evaluation and the rules between them."""

    def __init__(
        self, rows: Sequence[Row], hulls: Sequence[RowHull], domains: Domains, known: Cumulation | None = None
    ) -> None:
        """Take the rows that may be paid, with what each says over all worlds.

        What is `known` under other readings is kept for awards that say the same and meet the others alike.
        """
        self.rows, self.hulls, self.domains = rows, hulls, domains
        self.overlaps = Overlaps(rows, domains)
        self.rules = self.overlaps.rules
        self.places = [
            place for place, hull in enumerate(hulls) if not hull.is_open_ended and hull.gated.maximum != ZERO
        ]
        self.barred = [place for place, hull in enumerate(hulls) if hull.barred.is_true and not hull.eligible.is_false]
        self.capped = {index: self._under(rule) for index, rule in enumerate(self.rules) if rule.kind == "ceiling"}
        self.memory = _Memory()
        self._leaves: dict[tuple[object, ...], Sums] = {}
        self._table = Table(self._unstated, self._paid_in_order, {})
        self._parts: dict[int, list[Part]] = {}
        self._left = BUDGET
        self._ranks: dict[int, int] = {}
        self._figures: dict[Four, int] = {}
        self._numbered: dict[int, tuple[int, Amount]] = {}
        self._told: dict[tuple[int, int], _Told] = {}
        self._nodes: dict[int, tuple[Sums, _Node]] = {}
        self._met: dict[tuple[int, ...], list[tuple[int, int]]] = {}
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
        return components_of(places, values, edges, list(self._ceilings(places, values, {})), {}, self.domains)

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

    def choice(self, members: Sequence[int], sums: Sums) -> Choice:
        """Return what is paid of awards that met, over all worlds, with the proof of it where one holds for all."""
        values, edges, ceilings = self._meeting(members, {})
        paid = [place for place in members if place in values]
        weights = {place: self.hulls[place].gated.numbers for place in paid}
        contest = Contest(paid, weights, edges, ceilings, self._table)
        found = contest.choice(
            {place: sums.statuses[place] for place in paid}, sums.nets, self._name, bool(sums.refused)
        )
        by = sorted({(edge.rule, edge.choice) for edge in edges if edge.choice != "higher"})
        return replace(found, by=tuple(by)) if by else found

    def _name(self, place: int) -> str:
        return self.rows[place].id

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
        components = components_of(places, values, edges, ceilings, world, self.domains)
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
        edges = [self._edge(a, b, world) for a, b in self._pairs_of(tuple(places))]
        edges = [edge for edge in edges if not edge.most.is_false and values[edge.a].pays and values[edge.b].pays]
        return values, edges, list(self._ceilings(places, values, world))

    def _pairs_of(self, places: tuple[int, ...]) -> list[tuple[int, int]]:
        """Return the pairs of these awards that may exclude each other."""
        if places not in self._met:
            among = frozenset(places)
            self._met[places] = [pair for pair in self.pairs if among.issuperset(pair)]
        return self._met[places]

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
        components = components_of(places, values, edges, ceilings, world, self.domains)
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
        for pair in self._pairs_of(tuple(values)):
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
            key=lambda need: (-counts[need], is_number(specs.get(need)), things.get(need[0], len(things)), need),
        )
        return next_need(counts, world, self.domains, order)

    # what meets what

    def _edge(self, a: int, b: int, world: World) -> Edge:
        if (a, b) not in self.memory.edges:
            self.memory.edges[a, b] = Remembered(partial(self.overlaps.between, a, b))
        return self.memory.edges[a, b](world)

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
                yield CeilingGroup(tuple(members), room, f"{rule.policy}/{rule.id}", needs, open_holds, rule.reduce)

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
            tuple((edge.a, edge.b, edge.sure.numbers, edge.most.numbers, edge.rule, edge.choice) for edge in edges),
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
        contest = Contest(component, {p: gated[p].numbers for p in component}, edges, ceilings, self._table)
        parts: dict[Part, list[int]] = {}
        for place in component:
            for part in self.parts_of(place):
                parts.setdefault(part, []).append(place)
        made = Sums({part: contest.best(members) for part, members in parts.items()})
        for place in component:
            made.nets[place], made.statuses[place] = contest.net(place)
            binding = frozenset(contest.binding(place))
            made.cut[place] = binding if made.statuses[place] != {"outranked"} else frozenset()
        made.outer = contest.limited
        made.refused = frozenset(component) if contest.limited else frozenset()
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

    def _latest_first(self, places: Iterable[int]) -> list[int]:
        """Order awards as a ceiling cuts them: exact before bounded, the latest recognition first, then by id (S19)."""

        def order(place: int) -> tuple[bool, Number, str]:
            title = self.rows[place].title()
            date = None if title is None else title.values.get("recognised_on")
            exact = not is_open_in_law(self.hulls[place].amount.numbers)
            return (exact, date.minimum if isinstance(date, Amount) else ZERO, self.rows[place].id)

        if not self._ranks:
            ranked = sorted(self.places, key=order, reverse=True)
            self._ranks = {place: rank for rank, place in enumerate(ranked)}
        return sorted(places, key=self._ranks.__getitem__)

    def _paid_in_order(self, reduce: Reduce, places: Iterable[int]) -> list[int]:
        """Order awards as they are paid under a ceiling: what it cuts first stands last (S19)."""
        if reduce == "pro_rata":
            return sorted(places)
        latest = self._latest_first(places)
        if reduce != "last_in":
            at = {clause: place for place, clause in enumerate(reduce)}
            latest.sort(key=lambda place: at.get(self.rows[place].clause.plan.sentence.id, len(at)))
        return latest[::-1]
