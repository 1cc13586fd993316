"""One world: which of the awards that meet are paid, what ceilings leave of each, and what they come to together.

Every question of a best set goes to `award/selection.py`, in whole units of the money; here it is said which pairs
exclude each other for which of the four numbers, when a winner may be named (S17), and what is open where none may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, TypeAlias

from subsidy_rules.award.ceilings import Ceiling, bounding, is_steady, owners_of_odd_units
from subsidy_rules.award.choice import Choice, Loss, Proven
from subsidy_rules.award.overlap import Edge
from subsidy_rules.award.selection import Certificate, Layer, Pair, Problem, best, worth_at_least
from subsidy_rules.values.amount import Amount, Four, Need, Truth
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Infinity, Number

SETS: Final = 512
"""Lawful sets beyond which it is not listed which of them may be taken: any may be."""
ENDS: Final = (0, 1, 2, 3)

Status: TypeAlias = Literal["counted", "contender", "outranked", "barred", "reduced"]
Reduce: TypeAlias = Literal["last_in", "pro_rata"] | tuple[str, ...]
"""In which order a ceiling cuts: the latest first, all pro rata, or these sentences first."""


@dataclass(frozen=True, slots=True)
class CeilingGroup:
    """Awards that together stay under a ceiling: their places, what is left of it, the rule, and how it cuts.

    `holds` says of each whether the ceiling is over it: by the facts, and by the law.
    """

    members: tuple[int, ...]
    room: Amount
    rule: str
    needs: frozenset[Need]
    holds: tuple[Truth, ...]
    reduce: Reduce = "last_in"

    @property
    def certain(self) -> bool:
        """Whether it is over all of them whatever the facts."""
        return all(one.is_true for one in self.holds)

    def at(self, end: int) -> tuple[list[int], Number]:
        """Return those under it, and the room, for one of the four numbers of a total."""
        under = [place for place, one in zip(self.members, self.holds, strict=True) if one.numbers[3 - end]]
        return under, self.room.minimum if end in (0, 2) else self.room.maximum

    def may_bind(self, weights: Mapping[int, Four]) -> bool:
        """Whether the greatest that its awards come to is above the least that is left of it."""
        total: Number = ZERO
        for place in self.members:
            total = total + weights[place][3]
        return total > self.room.minimum


@dataclass(frozen=True, slots=True)
class Table:
    """What is the same in every world: what silence about overlaps means, and the order in which awards are paid.

    `found` keeps what was searched before.
    """

    modes: Callable[[Sequence[Edge]], dict[int, str]]
    paid_in_order: Callable[[Reduce, Iterable[int]], list[int]]
    found: dict[object, tuple[Certificate, ...]]

    def solve(self, awards: Sequence[int], pairs: frozenset[Pair], layers: Sequence[Layer]) -> tuple[Certificate, ...]:
        """Return the best set of each part that a problem falls into."""
        awards = sorted(awards)
        figures = tuple(tuple(layer.figures[one] for one in awards) for layer in layers)
        key = (tuple(awards), pairs, figures, tuple(layer.ceilings for layer in layers))
        if key not in self.found:
            self.found[key] = tuple(best(part) for part in Problem(awards, pairs, layers).apart())
        return self.found[key]


class Contest:
    """The awards of one component in one world."""

    def __init__(
        self,
        component: Sequence[int],
        weights: Mapping[int, Four],
        edges: Sequence[Edge],
        ceilings: Sequence[CeilingGroup],
        table: Table,
    ) -> None:
        """Take what each award comes to, what overlaps, and the ceilings."""
        self.component, self.weights, self.edges, self.ceilings = component, weights, edges, ceilings
        self.table = table
        self.modes = table.modes(edges)
        self.limited = False
        """Whether a search stopped at its limit, so that something is said less closely than the rules would allow."""

    def _layer(self, end: int, members: Iterable[int], *, turned_for: int | None = None) -> Layer:
        """Return what awards come to for one of the four numbers; beside one award, of which the others have most."""
        own = set(members)
        ends = {one: end if turned_for in (None, one) else 3 - end for one in own}
        over = []
        for ceiling in self.ceilings:
            under, room = ceiling.at(end)
            paid = self.table.paid_in_order(ceiling.reduce, [one for one in under if one in own])
            if paid and not isinstance(room, Infinity):
                over.append(Ceiling(tuple(paid), int(room // 1), ceiling.rule, ceiling.reduce == "pro_rata"))
        if turned_for is None and not self._exact:
            over = bounding(over, least=end in (0, 2))
        return Layer({one: _whole(self.weights[one][ends[one]]) for one in own}, over)

    @cached_property
    def _exact(self) -> bool:
        """Whether neither an award nor a ceiling is open."""
        rooms = all(one.certain and one.room.minimum == one.room.maximum for one in self.ceilings)
        return rooms and all(len(set(self.weights[place])) == 1 for place in self.component)

    def _pairs(self, end: int, edges: Iterable[Edge], modes: Mapping[int, str]) -> frozenset[Pair]:
        """Return the pairs that exclude each other for one of the four numbers."""
        return frozenset((edge.a, edge.b) for edge in edges if edge.excludes(modes.get(edge.a, "sum"), end))

    def best(self, members: Sequence[int]) -> Four:
        """Return the most that some of the awards come to: what is not searched to its end is bounded."""
        own = set(members)
        inner = [edge for edge in self.edges if edge.a in own and edge.b in own]
        modes = self.table.modes(inner)
        made: list[Number] = []
        for end in ENDS:
            layer, pairs = self._layer(end, members), self._pairs(end, inner, modes)
            if end in (0, 1) and any(edge.by_authority for edge in inner):
                made.append(Fraction(self._least(members, inner, modes, layer, end)))
                continue
            parts = self.table.solve(members, pairs, [layer])
            self.limited |= not all(part.decided for part in parts)
            made.append(Fraction(sum(part.bound if end in (1, 3) else part.worth for part in parts)))
        return (made[0], made[1], made[2], made[3])

    def _least(
        self, members: Sequence[int], edges: Sequence[Edge], modes: Mapping[int, str], layer: Layer, end: int
    ) -> int:
        """Return what awards come to where an authority chooses against them; of the rest the best set is taken.

        Where the facts leave open what excludes what, or there are too many sets, it is bounded: below by the least
        award, since one is paid, above by the best set.
        """
        pairs, chosen_by = self._pairs(end, edges, modes), _chosen_by(edges)
        settled = pairs == self._pairs(1 - end, edges, modes)
        total = 0
        for part in Problem(sorted(members), pairs, [layer]).apart():
            asked = chosen_by.intersection(part.awards)
            found = worth_at_least(part, [0], SETS) if asked and settled else None
            if found is not None:
                best_beside: dict[frozenset[int], int] = {}
                for taken in found:
                    beside = taken & asked
                    best_beside[beside] = max(best_beside.get(beside, 0), layer.worth(taken))
                total += min(best_beside.values())
            elif asked and end == 0:
                total += min(layer.worth([one]) for one in part.awards)
            else:
                most = best(part)
                self.limited |= not most.decided
                total += most.worth if end == 0 else most.bound
        return total

    # who wins

    @cached_property
    def _layers(self) -> list[Layer]:
        return [self._layer(end, self.component) for end in ENDS]

    @cached_property
    def _settled(self) -> frozenset[Pair] | None:
        """The pairs that exclude each other, if neither the facts nor the law leave that, or the winner, open."""
        modes = [self.modes.get(edge.a, "sum") for edge in self.edges]
        found = {self._pairs(end, self.edges, self.modes) for end in ENDS}
        if any(edge.by_authority for edge in self.edges):
            return None
        return None if "undecided" in modes or len(found) > 1 else found.pop()

    @cached_property
    def winners(self) -> frozenset[int] | None:
        """The set that is best whatever the facts, if the rules decide for one; ties by the order of the sentences."""
        if self._settled is None:
            return None
        parts = self.table.solve(self.component, self._settled, self._layers)
        if not all(part.decided for part in parts):
            self.limited = True
            return None
        chosen = frozenset[int]().union(*(part.chosen for part in parts))
        return chosen if self._dominates(chosen, self._settled) else None

    def _dominates(self, chosen: frozenset[int], pairs: frozenset[Pair]) -> bool:
        """Whether a set comes to as much as any other whatever the facts, on both ends of the law (S17)."""
        for least, most in ((0, 1), (2, 3)):
            low, high = self._layers[least], self._layers[most]
            if self.ceilings:
                floor = low.worth(chosen) + 1
                found = self._sets(pairs, [(high, floor)])
                if found is None or any(one != chosen for one in found):
                    return False
                continue
            worst = Layer({one: (low if one in chosen else high).figures[one] for one in self.component})
            if sum(part.bound for part in self.table.solve(self.component, pairs, [worst])) > low.worth(chosen):
                return False
        return True

    def _sets(self, pairs: frozenset[Pair], floors: Sequence[tuple[Layer, int]]) -> list[frozenset[int]] | None:
        """Return the lawful sets that come to at least so much, or None where there are too many."""
        problem = Problem(self.component, pairs, [layer for layer, _ in floors])
        found = worth_at_least(problem, [floor for _, floor in floors], SETS)
        self.limited |= found is None
        return found

    @cached_property
    def sets(self) -> list[frozenset[int]] | None:
        """The sets of which one is taken once the facts are known; None if any may be.

        There is none where the law does not say which.
        """
        if self.winners is not None:
            return [self.winners]
        open_in_law = [edge for edge in self.edges if edge.is_open_in_law(self.modes.get(edge.a, "sum"))]
        if any(self.weights[edge.a][2] != ZERO and self.weights[edge.b][2] != ZERO for edge in open_in_law):
            return []
        if open_in_law or any(edge.is_open_in_fact(self.modes.get(edge.a, "sum")) for edge in self.edges):
            return None
        pairs = self._pairs(0, self.edges, self.modes)
        floors = []
        for least, most in ((0, 1), (2, 3)):
            parts = self.table.solve(self.component, pairs, [self._layers[least]])
            floors.append((self._layers[most], sum(part.worth for part in parts)))
        found = self._sets(pairs, floors)
        if found is None:
            return None
        return [one for one in found if all(self._may_reach(one, other) for other in found if other != one)]

    def _may_reach(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Whether a set may come to as much as another, by the facts, at both ends of the law."""
        a, b = (one, other) if self.ceilings else (one - other, other - one)  # what both have in common is the same
        ends = ((0, 1), (2, 3))
        return all(self._layers[most].worth(a) >= self._layers[least].worth(b) for least, most in ends)

    # what is left of each

    def net(self, place: int) -> tuple[Four, frozenset[Status]]:
        """Return what is left of an award, and what becomes of it."""
        weights, sets, weight = self.weights, self.sets, self.weights[place]
        met = [edge for edge in self.edges if place in (edge.a, edge.b)]
        meets = bool(met)
        wins = sets is None or any(place in one for one in sets)
        loses = sets is None or any(place not in one for one in sets)
        open_ = any(is_open_in_law(weights[one]) for one in self.component)
        by_facts = self.winners is not None or (bool(sets) and not open_)
        if meets and by_facts and not wins:
            return NOTHING, frozenset({"outranked"})
        own = self.binding(place)
        left = self._left(place, wins=wins) if own else weight
        if meets and (loses or not by_facts):
            may_vanish = {edge: weights[edge.a + edge.b - place][2] == ZERO for edge in met}  # it may not be paid
            by_law = [edge for edge in met if edge.is_open_in_law(self.modes.get(edge.a, "sum"))]
            wins = all(may_vanish.values()) or (wins and all(may_vanish[edge] for edge in by_law))
            loses = loses and len(by_law) < len(met)
            return (ZERO, left[1] if wins else ZERO, ZERO if loses else left[2], left[3]), frozenset({"contender"})
        if not own:
            return weight, frozenset({"counted"})
        if left[0] != left[3] or is_open_in_law(weight):
            return left, frozenset({"contender"})
        return left, frozenset({"counted" if left == weight else "reduced"})

    def binding(self, place: int) -> list[str]:
        """Return the ceilings over an award that may bind."""
        return [one.rule for one in self.ceilings if place in one.members and one.may_bind(self.weights)]

    def _left(self, place: int, *, wins: bool) -> Four:
        """Return what ceilings leave of an award where it is paid; one that is bounded keeps its own greatest (S19).

        Where the facts may make it exact, they may let the ceiling cut it.
        """
        sets, weight = self.sets, self.weights[place]
        paid = sets if sets and wins else self._sets(frozenset((edge.a, edge.b) for edge in self.edges), [])
        if paid is not None and sets is None:
            paid = [frozenset(self.component), *paid]
        left = self._left_in(place, None if paid is None else [one for one in paid if place in one], by_law=sets == [])
        if not is_open_in_law(weight):
            return left
        decided = weight[0] == weight[1] and weight[2] == weight[3]
        return (left[0], left[1], weight[2] if decided else left[2], weight[3])

    def _left_in(self, place: int, sets: Sequence[frozenset[int]] | None, *, by_law: bool) -> Four:
        """Return what ceilings leave of an award in these sets; which is taken the facts decide, or only the law does.

        It has least where the others have most: their ends change places. Where that need not be so, it may have none.
        """
        layers = [self._layer(end, self.component, turned_for=place) for end in ENDS]
        if sets is None or not (self._exact or all(is_steady(layer.ceilings) for layer in layers)):
            most = [layer.kept([place])[place] for layer in layers]
            return _four([0, 0 if by_law else most[1], most[2] if by_law else 0, most[3]])
        kept = [[layer.kept(chosen)[place] for chosen in sets] for layer in layers]
        if not self._exact:
            kept = [[_to_be_sure(one, place, layer, end) for one in kept[end]] for end, layer in enumerate(layers)]
        inner = (min(kept[1]), max(kept[2])) if by_law else (max(kept[1]), min(kept[2]))
        return _four([min(kept[0]), *inner, max(kept[3])])

    # the certificate

    def choice(
        self,
        statuses: Mapping[int, frozenset[Status]],
        nets: Mapping[int, Four],
        name: Callable[[int], str],
        limited: bool,
    ) -> Choice:
        """Return what is paid over all worlds: `statuses` and `nets` say it; here it is proven where one set is best.

        Where a search stopped, it is the best that was found, with the bound that was reached.
        """
        if limited:
            return self._stopped(name)
        chosen = frozenset(one for one, status in statuses.items() if "outranked" not in status)
        open_ = any(len(one) > 1 or "contender" in one for one in statuses.values())
        if open_ or any(self._meet(edge) for edge in self.edges if {edge.a, edge.b} <= chosen):
            by_facts = any(nets[one][0] != nets[one][1] or nets[one][2] != nets[one][3] for one in statuses)
            return Choice("facts" if by_facts else "law")
        proofs = self._proofs(chosen, name) if self.winners == chosen else ()
        return Choice("decided", self._names(chosen, name), self._lost(chosen, name), self._odd(chosen, name), proofs)

    def _meet(self, edge: Edge) -> bool:
        """Whether two awards may exclude each other, in some case of the facts or of the law."""
        return any(edge.excludes(self.modes.get(edge.a, "sum"), end) for end in ENDS)

    def _stopped(self, name: Callable[[int], str]) -> Choice:
        """Return the best set that was found before the search stopped, if the figures are whole."""
        if self._settled is None or not self._exact:
            return Choice("limit")
        parts = self._proven(self._settled, self._layers[0], name)
        chosen = frozenset[int]().union(*(one.certificate.chosen for one in parts))
        return Choice("limit", self._names(chosen, name), self._lost(chosen, name), (), parts)

    @staticmethod
    def _names(places: Iterable[int], name: Callable[[int], str]) -> tuple[str, ...]:
        return tuple(name(one) for one in sorted(places))

    def _lost(self, chosen: frozenset[int], name: Callable[[int], str]) -> tuple[Loss, ...]:
        """Return what is not paid, with the chosen awards that exclude it and the rule, or the word of silence."""
        made = []
        for place in sorted(set(self.component) - chosen):
            met = [edge for edge in self.edges if place in (edge.a, edge.b) and edge.a + edge.b - place in chosen]
            barring = [edge for edge in met if edge.excludes(self.modes.get(edge.a, "sum"), 0)]
            made.append(
                Loss(
                    name(place),
                    tuple((name(edge.a + edge.b - place), edge.rule or "unstated_cumulation") for edge in barring),
                )
            )
        return tuple(made)

    def _odd(self, chosen: frozenset[int], name: Callable[[int], str]) -> tuple[tuple[str, str], ...]:
        """Return the awards that got a unit left over when a ceiling was shared pro rata, if the figures are whole."""
        if not self._exact:
            return ()
        first = self._layers[0]
        found = owners_of_odd_units({one: first.figures[one] for one in sorted(chosen)}, first.ceilings)
        return tuple((name(one), rule) for one, rule in sorted(found.items()))

    def _proofs(self, chosen: frozenset[int], name: Callable[[int], str]) -> tuple[Proven, ...]:
        """Return the proofs that a set is best: its least beside the greatest of all else, at each end of the law."""
        if self.ceilings and not self._exact:
            return ()  # each set was held against it by itself
        floor, floor_most, ceiling, most = self._layers
        ends = [(floor, floor_most), (ceiling, most)]
        worst = [
            Layer({one: (low if one in chosen else high).figures[one] for one in self.component}, low.ceilings)
            for low, high in ends
        ]
        if worst[0].figures == worst[1].figures:
            worst.pop()
        return tuple(one for layer in worst for one in self._proven(self._settled or frozenset(), layer, name))

    def _proven(self, pairs: frozenset[Pair], layer: Layer, name: Callable[[int], str]) -> tuple[Proven, ...]:
        parts = Problem(sorted(self.component), pairs, [layer]).apart()
        return tuple(Proven({one: name(one) for one in part.awards}, part, best(part)) for part in parts)


NOTHING: Final[Four] = (ZERO, ZERO, ZERO, ZERO)


def _to_be_sure(left: int, place: int, layer: Layer, end: int) -> int:
    """Return what is left of an award, with the units that rounding pro rata may give to another, or to it."""
    shared = sum(place in ceiling.members for ceiling in layer.ceilings if ceiling.shared)
    figure = layer.figures[place]
    if not shared or left == figure:
        return left
    return max(left - 2 * shared + 1, 0) if end in (0, 2) else min(left + 2 * shared - 1, figure)


def _chosen_by(edges: Iterable[Edge]) -> frozenset[int]:
    """Return the awards of which an authority chooses."""
    return frozenset(place for edge in edges if edge.by_authority for place in (edge.a, edge.b))


def _whole(figure: Number) -> int:
    """Return an award in whole units of the money: it has been rounded, and one without an upper end is set aside."""
    return int(figure) if isinstance(figure, Fraction) else 0


def _four(figures: Sequence[int]) -> Four:
    made = [Fraction(figure) for figure in figures]
    return (made[0], made[1], made[2], made[3])


def is_open_in_law(weight: Four) -> bool:
    """Whether the law's two ends are not the same."""
    return weight[0] != weight[2] or weight[1] != weight[3]
