"""Random awards that exclude each other under ceilings, and the best lawful set by trying every one."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from subsidy_rules.award.ceilings import Ceiling
from subsidy_rules.award.selection import Layer, Problem

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

FEW, MANY = 6, 14


def random_problem(rng: random.Random, count: int, groups: int, *, ceilings: str = "within") -> Problem:
    """Make awards in `groups` of which one counts, some pairs, and ceilings one `within` another, `across`, or `none`.

    One problem in four has figures that are often the same, so that ties have to be broken.
    """
    few = rng.random() < 1 / 4
    figures = {one: rng.randrange(0, 4) * 100 if few else rng.randrange(0, 50_000_000) for one in range(count)}
    many = min(FEW, count)
    exclusive = [sorted(rng.sample(range(count), rng.randint(2, many))) for _ in range(groups)]
    pairs = {pair for members in exclusive for pair in combinations(members, 2)}
    pairs |= {(a, b) for a, b in (sorted(rng.sample(range(count), 2)) for _ in range(rng.randrange(4)))}
    over = {"across": _across(rng, count), "within": _within(rng, list(range(count)))}.get(ceilings, ())
    found = []
    for members in over:
        room = rng.randrange(1 + sum(figures[one] for one in members))
        found.append(Ceiling(tuple(rng.sample(members, len(members))), room, shared=rng.random() < 1 / 3))
    return Problem(range(count), pairs, [Layer(figures, found)])


def _within(rng: random.Random, awards: list[int]) -> Iterator[list[int]]:
    if len(awards) > 1 and rng.random() < 2 / 3:
        own = rng.sample(awards, rng.randint(2, len(awards)))
        yield own
        half = len(own) // 2
        yield from _within(rng, own[:half])
        yield from _within(rng, own[half:])


def _across(rng: random.Random, count: int) -> Iterator[list[int]]:
    for _ in range(rng.randint(1, 4)):
        yield rng.sample(range(count), rng.randint(2, count))


def every_lawful_set(problem: Problem) -> Iterator[frozenset[int]]:
    """Try each of the 2ⁿ sets: no pair in it, and no award that could be added to it."""
    against = {one: sum(1 << other for other in problem.rivals[one]) for one in problem.awards}
    for mask in range(1 << len(problem.awards)):
        if all(bool(mask >> one & 1) != bool(mask & against[one]) for one in problem.awards):
            yield frozenset(one for one in problem.awards if mask >> one & 1)


def best_by_trying(problem: Problem) -> tuple[int, frozenset[int]]:
    """Return what the best lawful set comes to, and the first in order of those that come to it."""
    (layer,) = problem.layers
    found = {chosen: worth_of(layer, chosen) for chosen in every_lawful_set(problem)}
    most = max(found.values())
    return most, min(
        (chosen for chosen, worth in found.items() if worth == most), key=lambda one: _in_order(problem, one)
    )


def _in_order(problem: Problem, chosen: frozenset[int]) -> list[bool]:
    return [one not in chosen for one in problem.awards]


def worth_of(layer: Layer, chosen: frozenset[int]) -> int:
    """Add up a set; one within another, it is no matter in which order ceilings cut, and so this need not know it."""
    members = [frozenset(one.members) for one in layer.ceilings]
    if any(not (a <= b or b <= a or a.isdisjoint(b)) for a in members for b in members):
        return sum(layer.kept(chosen).values())
    left = {one: layer.figures[one] for one in chosen}
    for ceiling in sorted(layer.ceilings, key=lambda one: len(one.members)):
        over = sum(left.get(one, 0) for one in ceiling.members) - ceiling.room
        for one in ceiling.members:
            cut = min(left.get(one, 0), max(over, 0))
            over -= cut
            left[one] = left.get(one, 0) - cut
    return sum(left.values())
