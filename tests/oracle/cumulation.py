"""Totals by brute force: every set of awards without an overlapping pair is tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from tests.oracle.cases import Case, Entity, Tree, texts
from tests.oracle.conditions import Policy, Scope, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(eq=False)
class Item:
    """One award as the rules between awards see it; `rooms`: what is left of each ceiling it shares."""

    id: str
    clause: str
    policy: Policy
    low: int
    high: int
    thing: Entity | None
    projects: frozenset[Entity]
    undecided: bool
    rooms: dict[str, int] = field(default_factory=dict)


def totals(items: Sequence[Item], policies: Sequence[Policy], case: Case) -> Tree:
    """S21 over awards that are neither open-ended nor barred."""
    rules = [rule for policy in policies for rule in pair_rules(policy, case)]
    sure = [item for item in items if not item.undecided]
    decided = possible = Total(sure, policies, rules).bounds()
    if len(sure) < len(items):
        possible = Total(items, policies, rules).bounds()
    return {"decided": decided, "possible": possible}


@dataclass(frozen=True)
class PairRule:
    """A rule between two awards: one of `clauses` and one of `against`."""

    kind: str
    clauses: frozenset[str]
    against: frozenset[str]
    same: str

    def takes(self, a: Item, b: Item) -> bool:
        one, two = full(a), full(b)
        named = (one in self.clauses and two in self.against) or (two in self.clauses and one in self.against)
        return named and SAME[self.same](a, b)


def pair_rules(policy: Policy, case: Case) -> Iterator[PairRule]:
    """The rules between two awards that hold here; their `when` asks for readings only."""
    for rule in policy.rules:
        if rule["kind"] in {"higher_of", "stacks"} and Scope(policy, "", case, {}).holds(rule.get("when")) is True:
            clauses = policy.full(texts(rule["clauses"]))
            against = policy.full(texts(rule.get("against"))) or clauses
            yield PairRule(str(rule["kind"]), frozenset(clauses), frozenset(against), str(rule.get("same", "any")))


class Total:
    """The awards of one total, their overlaps and the stated rules that take a pair out of them."""

    def __init__(self, items: Sequence[Item], policies: Sequence[Policy], rules: Sequence[PairRule]) -> None:
        self.items, self.policies = list(items), policies
        self.overlaps: set[frozenset[Item]] = set()
        self.ranked: set[frozenset[Item]] = set()
        for a, b in combinations(self.items, 2):
            stated = next((rule.kind for rule in rules if rule.takes(a, b)), "")  # the first in the file decides
            if stated == "higher_of":
                self.ranked.add(frozenset((a, b)))
            elif not stated and self.overlap(a, b):
                self.overlaps.add(frozenset((a, b)))
        self.tied = self.overlaps | self.ranked

    def bounds(self) -> Tree:
        """S16: `undecided` takes the best set of the floors and the sum of the ceilings."""
        settings: dict[Item, str] = {}
        for group in components(self.items, lambda a, b: frozenset((a, b)) in self.overlaps):
            chosen = {item.policy.setting for item in group}
            settings |= dict.fromkeys(group, chosen.pop() if len(chosen) == 1 else "undecided")
        low = high = 0
        for group in components(self.items, self.linked):
            low += self.best(group, "low", {item for item in group if settings[item] != "sum"})
            high += self.best(group, "high", {item for item in group if settings[item] == "higher_of"})
        return {"floor": low, "ceiling": high}

    def linked(self, a: Item, b: Item) -> bool:
        return frozenset((a, b)) in self.tied or bool(a.rooms.keys() & b.rooms.keys())

    def overlap(self, a: Item, b: Item) -> bool:
        """S15, where no stated rule takes the pair."""
        return same_project(a, b) or same_recognition(a.thing, b.thing) or same_ladder(a, b, self.policies)

    def best(self, group: list[Item], number: str, rivals: set[Item]) -> int:
        """The greatest total over the sets without a pair of which the higher counts or an overlapping pair of rivals.

        S17: the higher of two sides by amount is the better of the sets that hold one side only.
        """
        return max(value(chosen, number) for chosen in self.independent(group, rivals))

    def independent(self, group: list[Item], rivals: set[Item]) -> Iterator[list[Item]]:
        """Sets without such a pair, every largest one among them: adding never lowers a total."""
        if not group:
            yield []
            return
        first, rest = group[0], group[1:]
        against = [item for item in rest if self.conflict(first, item, rivals)]
        for chosen in self.independent([item for item in rest if item not in against], rivals):
            yield [first, *chosen]
        if against:
            yield from self.independent(rest, rivals)

    def conflict(self, a: Item, b: Item, rivals: set[Item]) -> bool:
        pair = frozenset((a, b))
        return pair in self.ranked or (pair <= rivals and pair in self.overlaps)


def value(chosen: Sequence[Item], number: str) -> int:
    """The sum, with the ceilings on it."""
    amounts = {item: item.low if number == "low" else item.high for item in chosen}
    for key, room in {key: left for item in chosen for key, left in item.rooms.items()}.items():
        cut([item for item in chosen if key in item.rooms], room, amounts)
    return sum(amounts.values())


def cut(group: list[Item], room: int, amounts: dict[Item, int]) -> None:
    for item in group:
        amounts[item] = min(amounts[item], room)
        room -= amounts[item]


def full(item: Item) -> str:
    return f"{item.policy.id}/{item.clause}"


def components(items: list[Item], linked: Callable[[Item, Item], bool]) -> list[list[Item]]:
    """Connected groups."""
    groups: list[list[Item]] = []
    for item in items:
        near = [group for group in groups if any(linked(item, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), item])
    return groups


def same_project(a: Item, b: Item) -> bool:
    return bool(a.projects & b.projects)


def recognition(thing: Entity | None) -> Entity | None:
    """The title itself, or the one that a grant names."""
    if thing is not None and thing.kind == "grant":
        named = thing.fields.get("title")
        return named if isinstance(named, Entity) else None
    return thing if thing is not None and thing.kind == "title" else None


def same_recognition(a: Entity | None, b: Entity | None) -> bool:
    """S15: the same list, level and event; two products on one list are two recognitions."""
    one, two = recognition(a), recognition(b)
    if one is None or two is None or one is two:
        return one is not None and one is two
    objects = {one.fields.get("object"), two.fields.get("object")} - {None}
    keys = ("list", "level", "event", "recognised_on", "batch")
    return len(objects) < 2 and all(one.fields.get(key) == two.fields.get(key) for key in keys)


def same_ladder(a: Item, b: Item, policies: Sequence[Policy]) -> bool:
    """Two levels or grades of one ladder, for the same object."""
    for policy in policies:
        for ladder in policy.ladders.values():
            one, two = (rung(recognition(item.thing) or item.thing, ladder, policy) for item in (a, b))
            if one and two and one[0] == two[0] and one[1] != two[1]:
                return True
    return False


def rung(thing: Entity | None, ladder: Tree, policy: Policy) -> tuple[object, tuple[object, ...]] | None:
    """What the honour is of, and its level and grade; None off this ladder."""
    kind, field_name = str(ladder["of"]).split(".")
    if thing is None or thing.kind != kind or thing.fields.get(field_name) not in texts(ladder.get("members")):
        return None
    for key, name in (("levels", "level"), ("grades", "grade")):
        if key in ladder and thing.fields.get(name) not in texts(ladder[key]):
            return None
    owner = "enterprise" if ladder.get("object", "enterprise") == "enterprise" else thing.fields.get("object")
    rung_of = tuple(
        follow(thing, (name,), policy.words) if name in thing.fields else None for name in ("level", "grade")
    )
    return None if owner is None else (owner, rung_of)


SAME: dict[str, Callable[[Item, Item], bool]] = {
    "project": same_project,
    "title": lambda a, b: same_recognition(a.thing, b.thing),
    "any": lambda _a, _b: True,
}
