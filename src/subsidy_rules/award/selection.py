"""Which awards are paid where not all may be: the best lawful set, exactly, with a proof that another can check.

Some pairs of awards exclude each other, and ceilings, one within another or across, cut what the chosen ones come to
together (`award/ceilings.py`). A set is *lawful* if no two of it exclude each other, and nothing is left out of it but
what something in it excludes. `best` finds the lawful set that comes to most, in whole numbers, by branch and bound.
Among sets that come to as much, the first in order is taken: the one that has the award that stands first, then the
one that has the next, and so on.

>>> found = best(Problem([0, 1, 2], {(0, 1), (1, 2)}, [Layer({0: 30, 1: 50, 2: 30})]))
>>> sorted(found.chosen), found.worth, found.bound, found.decided
([0, 2], 60, 60, True)

The bound of what is still open is a *cover*: the open awards in cliques, of each of which one at most is paid. Every
branch that was left is kept in the `proof` with the cover that closed it, so that `check_certificate` can verify the
bound without searching. Above `limit` nodes the best set found is returned with the bound reached, `decided` false.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from subsidy_rules.award.ceilings import Ceiling, kept, stages_of
from subsidy_rules.values.classes import dataclass

NODES: Final = 20_000
"""Nodes of a search beyond which the best found is given, with the bound reached."""
DEPTH: Final = 200
"""Branches within branches beyond which it is left at the bound."""

Pair: TypeAlias = tuple[int, int]
Cover: TypeAlias = tuple[tuple[int, ...], ...]
"""Awards in cliques: of each one at most is paid."""


class Layer:
    """What each award comes to, and the ceilings over them, for one of the numbers that are added up."""

    __slots__ = ("_frames", "_stages", "ceilings", "figures")

    def __init__(self, figures: Mapping[int, int], ceilings: Sequence[Ceiling] = ()) -> None:
        """Take the figures, whole numbers from 0, and the ceilings, in any order."""
        self.figures, self.ceilings = figures, tuple(ceilings)
        self._stages = stages_of(self.ceilings)
        frames = [(frozenset(one.members), one.room) for one in self.ceilings]
        self._frames = sorted(frames, key=lambda frame: (len(frame[0]), frame[1]))

    def __eq__(self, other: object) -> bool:
        """Two layers are one where they have the same figures under the same ceilings."""
        return isinstance(other, Layer) and (self.figures, self.ceilings) == (other.figures, other.ceilings)

    def __hash__(self) -> int:
        """Layers that are one have one hash."""
        return hash(tuple(self.figures))

    def kept(self, chosen: Collection[int]) -> dict[int, int]:
        """Return what the ceilings leave of each award of a set."""
        return kept({one: self.figures[one] for one in chosen}, self._stages)

    def worth(self, chosen: Collection[int]) -> int:
        """Return what a set comes to, under the ceilings."""
        if not self.ceilings:
            return sum([self.figures[one] for one in chosen])
        return sum(self.kept(chosen).values())

    def most(self, cliques: Iterable[Sequence[int]]) -> int:
        """Return what awards come to at most, of each clique one: under the ceilings, those over the fewest first.

        What lies within a ceiling comes to its room at most, and is one block from then on.
        """
        figures = self.figures
        if not self._frames:
            return sum([max([figures[one] for one in clique]) for clique in cliques])
        blocks = [(frozenset(clique), max(figures[one] for one in clique)) for clique in cliques]
        for members, room in self._frames:
            inside = [block for block in blocks if block[0] <= members]
            whole = sum(most for _, most in inside)
            if whole > room:
                blocks = [block for block in blocks if not block[0] <= members]
                blocks.append((frozenset[int]().union(*(block[0] for block in inside)), room))
        return sum(most for _, most in blocks)


class Problem:
    """Awards in order, the pairs that exclude each other, and one layer for each number that is to be added up."""

    __slots__ = ("awards", "layers", "rivals", "ties")

    def __init__(self, awards: Iterable[int], excluded: Iterable[Pair], layers: Sequence[Layer]) -> None:
        """Take the awards in the order that breaks ties."""
        self.awards, self.layers = tuple(awards), tuple(layers)
        self.rivals: dict[int, set[int]] = {one: set() for one in self.awards}
        for one, other in excluded:
            self.rivals[one].add(other)
            self.rivals[other].add(one)
        self.ties = Layer({one: 1 << place for place, one in enumerate(reversed(self.awards))})

    def __eq__(self, other: object) -> bool:
        """Two problems are one where they have the same awards, layers and pairs."""
        mine = self.awards, self.layers, self.rivals
        return isinstance(other, Problem) and mine == (other.awards, other.layers, other.rivals)

    def __hash__(self) -> int:
        """Problems that are one have one hash."""
        return hash(self.awards)

    def worth(self, chosen: Collection[int]) -> int:
        """Return what a set comes to, all layers together."""
        return sum([layer.worth(chosen) for layer in self.layers])

    def value(self, chosen: Collection[int]) -> int:
        """Return a number that orders sets: by what they come to, then by which is the first in order."""
        return (self.worth(chosen) << len(self.awards)) + self.ties.worth(chosen)

    def is_lawful(self, chosen: frozenset[int]) -> bool:
        """Whether no two exclude each other, and each that is left out is excluded by one that is in."""
        return all(chosen.isdisjoint(self.rivals[one]) == (one in chosen) for one in self.awards)

    def cover(self, awards: Iterable[int]) -> list[list[int]]:
        """Return awards in cliques, the greatest first, each in the first clique of which it excludes all."""
        cliques: list[list[int]] = []
        for one in sorted(awards, key=lambda one: (-sum([layer.figures[one] for layer in self.layers]), one)):
            rivals = self.rivals[one]
            for clique in cliques:
                if rivals.issuperset(clique):
                    clique.append(one)
                    break
            else:
                cliques.append([one])
        return cliques

    def apart(self) -> Iterator[Problem]:
        """Return the problems that it falls into: awards that neither exclude each other nor share a ceiling."""
        near = {one: set(rivals) for one, rivals in self.rivals.items()}
        for layer in self.layers:
            for ceiling in layer.ceilings:
                for one in ceiling.members:
                    near[one].update(ceiling.members)
        left = dict.fromkeys(self.awards)
        while left:
            reached, border = set[int](), {next(iter(left))}
            while border:
                reached |= border
                border = set().union(*(near[one] for one in border)) - reached
            for one in reached:
                del left[one]
            yield self.only(reached)

    def only(self, awards: set[int]) -> Problem:
        """Return the same between some of the awards, which share no ceiling with others."""
        if len(awards) == len(self.awards):
            return self
        pairs = [(one, other) for one in awards for other in self.rivals[one] if other in awards]
        layers = [
            Layer(layer.figures, [one for one in layer.ceilings if awards.issuperset(one.members)])
            for layer in self.layers
        ]
        return Problem([one for one in self.awards if one in awards], pairs, layers)


@dataclass(frozen=True, slots=True)
class Proof:
    """Why no set of a branch comes to more: a cover of what is open in it, or the two branches that an award makes.

    A branch in which nothing open excludes anything has one set, and needs neither.
    """

    cover: Cover = ()
    award: int | None = None
    taken: Proof | None = None
    left: Proof | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a search found: the set, what each award that is not in it lost to, what it comes to, what none can pass.

    `decided`: the bound is reached. Else `chosen` is the best that was found.
    """

    chosen: frozenset[int]
    lost: Mapping[int, tuple[int, ...]]
    worth: int
    bound: int
    proof: Proof

    @property
    def decided(self) -> bool:
        """Whether no lawful set comes to more."""
        return self.worth == self.bound


class _Search:
    """One branch and bound. It begins with a set that is taken greedily, so that it can stop anywhere."""

    def __init__(self, problem: Problem, limit: int) -> None:
        self.problem, self.left = problem, limit
        self.chosen = _greedy(problem)
        self.value = problem.value(self.chosen)
        self.bound = problem.worth(self.chosen)

    def run(self, chosen: frozenset[int], open_: frozenset[int], depth: int = 0) -> Proof:
        """Search the sets that have what is chosen, and of the rest only what is open."""
        problem, shift = self.problem, len(self.problem.awards)
        met = {one: len(problem.rivals[one] & open_) for one in open_}
        if not any(met.values()):
            taken = chosen | open_
            value = problem.value(taken)
            if value > self.value and problem.is_lawful(taken):
                self.chosen, self.value = taken, value
                self.bound = max(self.bound, value >> shift)
            return Proof()
        self.left -= 1
        cliques = problem.cover(open_)
        paid = [*cliques, *([one] for one in chosen)]
        most = sum([layer.most(paid) for layer in problem.layers])
        if self.left < 0 or depth > DEPTH or (most << shift) + problem.ties.most(paid) <= self.value:
            self.bound = max(self.bound, most)
            return Proof(tuple(tuple(clique) for clique in cliques))
        award = max(open_, key=lambda one: (met[one], problem.ties.figures[one]))
        taken_ = self.run(chosen | {award}, open_ - problem.rivals[award] - {award}, depth + 1)
        return Proof((), award, taken_, self.run(chosen, open_ - {award}, depth + 1))


def _greedy(problem: Problem) -> frozenset[int]:
    """Return a lawful set: the awards that come to most, each that nothing taken before excludes."""
    made: set[int] = set()
    for clique in problem.cover(problem.awards):
        made.update(one for one in clique if made.isdisjoint(problem.rivals[one]))
    made.update(one for one in problem.awards if made.isdisjoint(problem.rivals[one]))
    return frozenset(made)


def best(problem: Problem, limit: int | None = None) -> Certificate:
    """Return the lawful set that comes to most, ties by order; above `limit` nodes the best found, and the bound.

    The limit is `NODES` if none is given.
    """
    search = _Search(problem, NODES if limit is None else limit)
    proof = search.run(frozenset(), frozenset(problem.awards))
    chosen = search.chosen
    lost = {one: tuple(sorted(problem.rivals[one] & chosen)) for one in problem.awards if one not in chosen}
    return Certificate(chosen, lost, problem.worth(chosen), search.bound, proof)


def worth_at_least(problem: Problem, floors: Sequence[int], most: int) -> list[frozenset[int]] | None:
    """Return the lawful sets that come in each layer to its floor at least; None where there are more than `most`.

    None too where they are not found in `NODES` nodes.
    """
    found: list[frozenset[int]] = []
    nodes = 0
    border = [(frozenset[int](), frozenset(problem.awards))]
    while border:
        chosen, open_ = border.pop()
        nodes += 1
        paid = [*problem.cover(open_), *([one] for one in chosen)]
        if any(layer.most(paid) < floor for layer, floor in zip(problem.layers, floors, strict=True)):
            continue
        award = next((one for one in problem.awards if one in open_ and problem.rivals[one] & open_), None)
        if award is not None:
            border += [(chosen, open_ - {award}), (chosen | {award}, open_ - problem.rivals[award] - {award})]
        elif problem.is_lawful(chosen | open_):
            found += [chosen | open_] if _reach(problem, chosen | open_, floors) else []
        if len(found) > most or nodes > NODES:
            return None
    return found


def _reach(problem: Problem, chosen: frozenset[int], floors: Sequence[int]) -> bool:
    return all(layer.worth(chosen) >= floor for layer, floor in zip(problem.layers, floors, strict=True))


def check_certificate(problem: Problem, certificate: Certificate) -> tuple[str, ...]:
    """Return what a certificate gets wrong: nothing, or of `lawful`, `lost`, `worth`, `bound` those that fail.

    Nothing is searched. The set is held against the pairs, its worth is added up, each branch of the proof is bounded
    anew: the cover must be of cliques that hold all that is open, and what is within a ceiling counts up to its room.
    """
    rivals, chosen = problem.rivals, certificate.chosen

    def lawful(taken: frozenset[int]) -> bool:
        return all((not rivals[one] & taken) == (one in taken) for one in problem.awards)

    def most(layer: Layer, cliques: Iterable[Iterable[int]]) -> int:
        blocks = [(set(clique), max(layer.figures[one] for one in clique)) for clique in cliques]
        for ceiling in sorted(layer.ceilings, key=lambda one: (len(one.members), one.room)):
            inside = [block for block in blocks if block[0] <= set(ceiling.members)]
            if sum(figure for _, figure in inside) > ceiling.room:
                blocks = [block for block in blocks if block not in inside]
                blocks.append((set().union(*(one for one, _ in inside)), ceiling.room))
        return sum(figure for _, figure in blocks)

    def bound(proof: Proof, taken: frozenset[int], open_: frozenset[int]) -> int | None:
        if proof.award in open_ and proof.taken is not None and proof.left is not None:
            inner = bound(proof.taken, taken | {proof.award}, open_ - rivals[proof.award] - {proof.award})
            outer = bound(proof.left, taken, open_ - {proof.award})
            return None if inner is None or outer is None else max(inner, outer)
        if not any(rivals[one] & open_ for one in open_):
            return problem.worth(taken | open_) if lawful(taken | open_) else 0
        held = [one for clique in proof.cover for one in clique]
        if not open_.issubset(held) or any(
            a not in rivals[b] for one in proof.cover for a in one for b in one if a != b
        ):
            return None
        return sum(most(layer, [*proof.cover, *([one] for one in taken)]) for layer in problem.layers)

    reached = bound(certificate.proof, frozenset(), frozenset(problem.awards))
    lost = {one: tuple(sorted(rivals[one] & chosen)) for one in problem.awards if one not in chosen}
    checks = {
        "lawful": lawful(chosen),
        "lost": lost == certificate.lost and all(lost.values()),
        "worth": problem.worth(chosen) == certificate.worth,
        "bound": reached is not None and max(reached, certificate.worth) == certificate.bound,
    }
    return tuple(name for name, holds in checks.items() if not holds)
