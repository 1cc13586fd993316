"""The second pair of eyes on a ledger: pairs of payments that meet, found on durable-rules in a child process too.

Held against the plain findings are those that two payments, or one, make: one number in two projects, one project under
sentences that exclude each other, a day outside the window. Sums (ceilings, awards) are not: durable-rules computes no
money here. A difference or a crash is told as such and never changes a finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final, TypeAlias

from subsidy_rules.audit.ledger.durable import DATED, EXCLUSIVE, ONE, OTHER, SHARED
from subsidy_rules.audit.ledger.entry import Entry
from subsidy_rules.audit.ledger.findings import Finding, findings, searched
from subsidy_rules.audit.ledger.rulebook import Rulebook
from subsidy_rules.audit.lifecycle.second import Second, ran, why_off
from subsidy_rules.values.quantity import parse_date

MARKS: Final = ("invoice", "equipment", "contract")
MOST: Final = 64
"""As many facts as may meet one: durable-rules refuses more. A greater group is left out, and said."""
Fact: TypeAlias = dict[str, int]


def second(entries: Iterable[Entry], rules: Rulebook) -> Second:
    """Search on durable-rules and hold what it finds against the plain findings."""
    off = why_off()
    if off is not None:
        return off
    listed = list(entries)
    groups, left = _groups(listed, rules)
    told = ran("subsidy_rules.audit.ledger.durable", {"groups": groups})
    if isinstance(told, Second):
        return told
    place = {one.id: number for number, one in enumerate(listed)}
    expected = sorted({pair for one in findings(listed, rules) for pair in _pairs(one, listed, place)})
    found = sorted(tuple(pair) for pair in told)
    if left:
        return Second("left", f"{left}组过大，第二引擎未核对", f"{left} groups are too large for the second engine")
    if found == expected:
        zh = f"第二引擎（durable-rules）一致：{len(expected)}处"
        return Second("agrees", zh, f"the second engine (durable-rules) agrees on {len(expected)} places")
    odd = min(set(found) ^ set(expected))
    ids = ", ".join(listed[number].id for number in odd[1:])
    return Second("differs", f"第二引擎不一致：{ids}", f"the second engine differs: {ids}")


def _groups(listed: list[Entry], rules: Rulebook) -> tuple[list[list[Fact]], int]:
    """Write the payments of which something is left as groups of facts; return how many groups are too large."""
    place = {one.id: number for number, one in enumerate(listed)}
    paid = [one.entry for one in searched(listed, rules).paid]
    projects = {name: number for number, name in enumerate(sorted({one.project for one in paid}), 1)}
    groups = [*_shared(paid, place, projects), *_exclusive(paid, place, rules), *_dated(paid, place, rules)]
    small = [group for group in groups if len(group) < MOST]
    number = 0
    for group in small:
        for fact in group:
            number += 1
            fact |= {"id": number, "t": 1}
    return small, len(groups) - len(small)


def _shared(paid: list[Entry], place: Mapping[str, int], projects: Mapping[str, int]) -> Iterator[list[Fact]]:
    for mark in MARKS:
        groups: dict[str, list[Fact]] = defaultdict(list)
        for one in paid:
            for number in one.marks.get(mark, ()):
                if one.project:
                    groups[number].append({"k": SHARED, "p": place[one.id], "project": projects[one.project]})
        yield from (group for group in groups.values() if len(group) > 1)


def _exclusive(paid: list[Entry], place: Mapping[str, int], rules: Rulebook) -> Iterator[list[Fact]]:
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for one in paid:
        if one.project:
            groups[one.beneficiary, one.project].append(one)
    for group in groups.values():
        for rule in rules.exclusive:
            sides = {rule.one: ONE, rule.other: OTHER}
            named = [(one, sides.get(f"{one.policy}/{one.clause}")) for one in group]
            facts = [{"k": EXCLUSIVE, "p": place[one.id], "side": side} for one, side in named if side is not None]
            if len(facts) > 1:
                yield facts


def _dated(paid: list[Entry], place: Mapping[str, int], rules: Rulebook) -> Iterator[list[Fact]]:
    for one in paid:
        window = rules.windows.get(one.policy)
        if window is not None and one.decided:
            day = parse_date(one.decided)
            before = int(parse_date(window.first) - day)
            after = int(day - parse_date(window.last)) if window.last else 0
            yield [{"k": DATED, "p": place[one.id], "before": before, "after": after}]


def _pairs(one: Finding, listed: list[Entry], place: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    """Give the pairs that a finding stands for."""
    numbers = [place[name] for name in one.entries]
    if one.code == "window":
        yield DATED, *numbers
    if one.code.removeprefix("shared_") in MARKS:
        for a, b in combinations(sorted(numbers), 2):
            if listed[a].project and listed[b].project and listed[a].project != listed[b].project:
                yield SHARED, a, b
    if one.code == "exclusive":
        first = f"{listed[numbers[0]].policy}/{listed[numbers[0]].clause}"
        sides = [
            [number for number in numbers if (f"{listed[number].policy}/{listed[number].clause}" == first) is side]
            for side in (True, False)
        ]
        yield from ((EXCLUSIVE, *sorted((a, b))) for a in sides[0] for b in sides[1])
