"""What ceilings over several awards leave of each: the latest is cut first, or named ones are, or all pro rata.

A ceiling lists its awards in the order in which they are *paid*: what is cut first stands last. Ceilings whose orders
agree cut together: an award is paid as far as every ceiling over it has room, so the order of the ceilings is nothing.

>>> over = [Ceiling((0, 1, 2), 100), Ceiling((0, 1), 70)]
>>> kept({0: 60, 1: 60, 2: 60}, stages_of(over))
{0: 60, 1: 10, 2: 30}

Pro rata each award keeps its share of the room. Shares are rounded down to whole units, and the units that are left
over go one by one to the greatest remainders, on a tie to the award that stands first: so they add up to the room.

>>> kept({0: 100, 1: 100, 2: 100}, stages_of([Ceiling((0, 1, 2), 100, shared=True)]))
{0: 34, 1: 33, 2: 33}

Where ceilings that share awards have orders that disagree, or one of several is pro rata, they cut one after another:
the one over the fewest awards first, then by their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TypeAlias

from subsidy_rules.values.classes import dataclass


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A ceiling over awards: in the order in which they are paid, what they come to at most, whether pro rata."""

    members: tuple[int, ...]
    room: int
    rule: str = ""
    shared: bool = False


Stage: TypeAlias = tuple[tuple[int, ...], tuple[Ceiling, ...]]
"""Ceilings that cut together, and the order in which their awards are paid; of one pro rata, the awards."""


def stages_of(ceilings: Sequence[Ceiling]) -> tuple[Stage, ...]:
    """Return the stages in which ceilings cut."""
    made: list[Stage] = []
    for cluster in _clusters(ceilings):
        order = None if any(one.shared for one in cluster) else _agreed([one.members for one in cluster])
        if order is None:
            cluster.sort(key=lambda one: len(one.members))
            made += [(one.members, (one,)) for one in cluster]
        else:
            made.append((order, tuple(cluster)))
    return tuple(made)


def is_nested(ceilings: Sequence[Ceiling]) -> bool:
    """Whether of any two one lies within the other, or they share nothing: more of one award is never less of all."""
    members = [set(one.members) for one in ceilings]
    return all(a <= b or b <= a or a.isdisjoint(b) for a, b in combinations(members, 2))


def is_steady(ceilings: Sequence[Ceiling]) -> bool:
    """Whether more of one award never leaves more of another: ceilings one within another that cut alike."""
    for cluster in _clusters(ceilings):
        shared = {one.shared for one in cluster}
        if len(shared) > 1 or not is_nested(cluster):
            return False
        if shared == {False} and _agreed([one.members for one in cluster]) is None:
            return False
    return True


def bounding(ceilings: Sequence[Ceiling], *, least: bool) -> list[Ceiling]:
    """Return ceilings one within another that leave of any awards no more in all (`least`), or no less, than these do.

    Of those that lie across each other the last that cuts is full: so together they leave what the smallest has room
    for at least; and at most what those leave that lie across no smaller one.
    """
    made: list[Ceiling] = []
    for cluster in _clusters(ceilings):
        if is_nested(cluster):
            made += cluster
        elif least:
            members = tuple(dict.fromkeys(place for one in cluster for place in one.members))
            made.append(Ceiling(members, min(one.room for one in cluster), cluster[0].rule))
        else:
            own: list[Ceiling] = []
            for one in sorted(cluster, key=lambda one: len(one.members)):
                own += [one] if is_nested([*own, one]) else []
            made += own
    return made


def kept(figures: Mapping[int, int], stages: Iterable[Stage]) -> dict[int, int]:
    """Return what ceilings leave of each award that is paid."""
    left = dict(figures)
    for order, ceilings in stages:
        paid = [one for one in order if one in left]
        if ceilings[0].shared:
            left.update(_pro_rata({one: left[one] for one in paid}, ceilings[0].room)[0])
            continue
        rooms = [ceiling.room for ceiling in ceilings]
        for one in paid:
            over = [at for at, ceiling in enumerate(ceilings) if one in ceiling.members]
            left[one] = min(left[one], *(rooms[at] for at in over))
            for at in over:
                rooms[at] -= left[one]
    return left


def _pro_rata(figures: Mapping[int, int], room: int) -> tuple[dict[int, int], list[int]]:
    """Return the shares of what is to be shared, and the awards that got a unit that was left over."""
    total = sum(figures.values())
    if total <= room:
        return dict(figures), []
    made = {one: room * figure // total for one, figure in figures.items()}
    remainder = {one: room * figure % total for one, figure in figures.items()}
    places = {one: place for place, one in enumerate(figures)}
    over = room - sum(made.values())
    owners = sorted(figures, key=lambda one: (-remainder[one], places[one]))[:over]
    for one in owners:
        made[one] += 1
    return made, owners


def owners_of_odd_units(figures: Mapping[int, int], ceilings: Sequence[Ceiling]) -> dict[int, str]:
    """Return the awards to which a ceiling that is pro rata gave a unit that was left over, each with its rule."""
    made: dict[int, str] = {}
    left = dict(figures)
    for stage in stages_of(ceilings):
        order, (first, *_) = stage
        if first.shared:
            owners = _pro_rata({one: left[one] for one in order if one in left}, first.room)[1]
            made.update(dict.fromkeys(owners, first.rule))
        left = kept(left, [stage])
    return made


def _clusters(ceilings: Sequence[Ceiling]) -> list[list[Ceiling]]:
    """Return ceilings in groups that share awards, each in order."""
    made: list[tuple[set[int], list[int]]] = []
    for place, ceiling in enumerate(ceilings):
        members, places = set(ceiling.members), [place]
        for near in [one for one in made if not one[0].isdisjoint(members)]:
            members |= near[0]
            places += near[1]
            made.remove(near)
        made.append((members, places))
    return [[ceilings[place] for place in sorted(places)] for _, places in made]


def _agreed(orders: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
    """Return one order that agrees with all of these, if there is one."""
    after: dict[int, set[int]] = {one: set() for order in orders for one in order}
    for order in orders:
        for before, one in pairwise(order):
            after[one].add(before)
    made: dict[int, None] = {}
    while len(made) < len(after):
        ready = [one for one in after if one not in made and after[one] <= made.keys()]
        if not ready:
            return None
        made.update(dict.fromkeys(ready))
    return tuple(made)
