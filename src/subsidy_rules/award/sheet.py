"""All sentences of some policies as one function of whole facts.

`Sheet` writes the sentences one after the other, in the order of the policies, with what they have in common (a place,
a window, a list) tested once:

    if r[k1] >= k2 and k3[e[k4]]:
        if k5 in r:
            for x in r[k5]:
                …
                add((0, x, v4, v4, ()))
                both += v4

What lies between awards is part of it only as far as it takes no search: sentences of which a rule always pays the
highest are compared as they come, and what is under a ceiling is added up. Whatever else awards do to each other (two
on one project or one title, a ceiling that is passed, a bar that holds) has no whole answer here, and raises
`KeyError` as a fact that is not given does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import combinations
from typing import Final, TypeAlias, TypeVar, cast

from subsidy_rules.award.exact import Plain, compiled, facts_as_plain
from subsidy_rules.award.generate import (
    ALWAYS,
    LIST,
    OPEN,
    SELF,
    Bound,
    Text,
    Writer,
    amount_lines,
    bound_value,
    gate_text,
)
from subsidy_rules.facts.case import Case
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Gate, Policies, PolicyPlan, RulePlan
from subsidy_rules.values.classes import dataclass

D = TypeVar("D")
T = TypeVar("T")
Paying: TypeAlias = tuple[int, Plain, int, int, tuple[tuple[int, int, int], ...]]
"""The place of a sentence, its thing, the least and the greatest amount in fen; and, where they are traced, what each
step leaves: the numerators of its two ends, and their denominator."""
Found: TypeAlias = tuple[D, "list[Paying] | None", int, int]
"""Who asked, what pays, and the least and the greatest total in fen; nothing pays where there is no whole answer."""
Stated: TypeAlias = "Case | Mapping[str, object]"
"""A case, or one as a program states it."""
Answer: TypeAlias = Callable[[Stated, Found[D]], T]
Run: TypeAlias = Callable[[Stated, Plain, Plain], T]

ALONE: Final = -1
"""The group of a sentence that no rule sets against another."""
SEARCHED: Final = -2
"""That of one whose amount depends on others in a way that needs a search."""


@dataclass(frozen=True, slots=True)
class _Block:
    """One sentence as source: the tests that need no thing of its list, and what is done where they hold."""

    tests: tuple[str, ...]
    lines: tuple[str, ...]

    def without(self, test: str) -> _Block:
        """Return it with one test made elsewhere."""
        return replace(self, tests=tuple(one for one in self.tests if one != test))


class Sheet:
    """The sentences of some policies, written and compiled once, to be bound to readings and guides."""

    def __init__(self, policies: Policies, *, traced: bool = False) -> None:
        """Write and compile them; `traced` with what each step leaves."""
        self._traced = traced
        self._plans = policies.plans
        self._vocabulary = policies.vocabulary
        self._clauses = [(plan, clause) for plan in policies.plans for clause in plan.clauses]
        self._groups = _groups(self._clauses, policies.vocabulary)
        self._bound: dict[Bound, str] = {}
        self._writer = Writer(self._bound)
        self._shared: dict[tuple[str, str, op.Truth], str] = {}
        self._sums: dict[tuple[str, str], str] = {}
        self.source = self._source()
        name = " ".join(plan.meaning_sha256[:12] for plan in policies.plans)
        self._make = cast("Callable[..., Run[object]]", compiled(self.source, f"<subsidy-rules {name}>"))

    def function(self, readings: Mapping[str, str], filled: frozenset[str], answer: Answer[D, T], desk: D) -> Run[T]:
        """Bind the function to readings and to the parameters that guides fill.

        It takes a case, its facts and those of its enterprise, and returns what `answer` makes of the case and of what
        was found, with `desk`, who asks.
        """
        constants = {plan.id: plan.constants for plan in self._plans}
        bound = [bound_value(what, constants, readings, filled) for what in self._bound]
        return cast("Run[T]", self._make(bound, answer, desk))

    def with_plans(self, plans: tuple[PolicyPlan, ...]) -> Sheet:
        """Return the same code for plans that differ from these in numbers alone."""
        made = copy(self)
        made._plans = plans  # noqa: SLF001 - a copy of itself
        made._clauses = [(plan, clause) for plan in plans for clause in plan.clauses]  # noqa: SLF001 - as above
        return made

    def plain(self, case: Case) -> tuple[Plain, Plain]:
        """Return the facts of a case and of its enterprise. Raises `CaseError` where the case is wrong."""
        things = facts_as_plain(case.facts_of(self._vocabulary), self._vocabulary)
        return things[""], things["enterprise"]

    def clause(self, place: int) -> ClausePlan:
        """Return a sentence by its place."""
        return self._clauses[place][1]

    def outranked(self, paying: Sequence[Paying]) -> set[int]:
        """Return which of these, by their position, another of their group outranks: the first highest counts."""
        counted: dict[int, int] = {}
        members = [(position, self._groups[place], hi) for position, (place, _, _, hi, _) in enumerate(paying) if hi]
        for position, group, hi in members:
            if group >= 0 and (group not in counted or hi > paying[counted[group]][3]):
                counted[group] = position
        return {position for position, group, _ in members if group >= 0 and counted[group] != position}

    def _source(self) -> str:
        blocks = [self._block(place, plan, clause) for place, (plan, clause) in enumerate(self._clauses)]
        groups = sorted({group for group in self._groups if group >= 0})
        inner = _nested(blocks)
        spots = any("seen" in line or "others" in line for line in inner)
        wide = any("most" in line for line in inner)
        body = [
            "out = []",
            "add = out.append",
            "both = least = most = 0" if wide else "both = 0",
            *(["seen, others = set(), 0"] if spots else []),
            *(f"g{group} = 0" for group in groups),
            *(f"{name} = 0" for name in self._sums.values()),
            *inner,
            *(["if others and (others > 1 or seen):", f"    {OPEN}"] if spots else []),
            *(f"both += g{group}" for group in groups),
            "return answer(case, (desk, out, both + least, both + most))"
            if wide
            else "return answer(case, (desk, out, both, both))",
        ]
        lines = [
            "def make(bound, answer, desk):",
            *([f"    ({', '.join(self._bound.values())},) = bound"] if self._bound else []),
            "    def run(case, r, e):",
            "        try:",
            *(f"            {line}" for line in body),
            "        except KeyError:",
            "            return answer(case, (desk, None, 0, 0))",
            "    return run",
            "",
        ]
        return "\n".join(lines)

    def _block(self, place: int, plan: PolicyPlan, clause: ClausePlan) -> _Block:
        writer, per = self._writer, clause.per
        writer.begin(plan, clause, "x")
        tests = [f"{writer.bind(Text(LIST + source.name))} in r" for source in clause.drivers]
        if per.keys:
            return _Block(tuple(tests), (OPEN,))
        inside: list[str] = []
        for gate in clause.gates:
            own = per.source is not None and per.name in _names(gate)
            text = gate_text(writer, gate) if own else self._common(gate, plan, clause)
            if text != ALWAYS:
                (inside if own else tests).append(text)
        lines = self._lines(place, plan, clause)
        if per.source is None:
            return _Block(tuple(tests), tuple(lines))
        refused = [f"    if not ({' and '.join(inside)}):", "        continue"] if inside else []
        loop = f"for x in r[{writer.bind(Text(LIST + per.source.name))}]:"
        return _Block(tuple(tests), (loop, *refused, *(f"    {line}" for line in lines)))

    def _common(self, gate: Gate, plan: PolicyPlan, clause: ClausePlan) -> str:
        """Write a gate that needs no thing of a list, with the same words wherever it is the same."""
        chosen = any(isinstance(part, op.ReadingIs) for part in op.walk(gate.truth))
        key = (plan.id, clause.sentence.id if chosen else "", gate.truth)
        if key not in self._shared:
            self._shared[key] = gate_text(self._writer, gate)
        return self._shared[key]

    def _lines(self, place: int, plan: PolicyPlan, clause: ClausePlan) -> list[str]:
        """Write what is done for one thing where every gate holds."""
        writer, thing = self._writer, "x" if clause.per.source else "e"
        bars = [rule.when[clause.sentence.id] for rule in plan.rules if _bars(rule, clause)]
        amount = amount_lines(writer, clause)
        group, lo, hi = self._groups[place], amount.lo, amount.hi
        steps = "".join(f"({one.lo}, {one.hi}, {one.over}), " for one in amount.steps) if self._traced else ""
        if group == SEARCHED or (group >= 0 and lo != hi):
            meets = [f"if {hi}:", f"    {OPEN}"]
        else:
            meets = [*self._meets(clause, thing, hi), *self._under(plan, clause, hi)]
        if group >= 0:
            counts = [f"if {hi} > g{group}:", f"    g{group} = {hi}"]
        elif lo == hi:
            counts = [f"both += {hi}"]
        else:
            counts = [f"least += {lo}", f"most += {hi}"]
        return [
            *(line for bar in bars for line in (f"if {writer.holds(bar)}:", f"    {OPEN}")),
            *amount.lines,
            *meets,
            *counts,
            f"add(({place}, {thing}, {lo}, {hi}, ({steps})))",
        ]

    def _under(self, plan: PolicyPlan, clause: ClausePlan, paid: str) -> list[str]:
        """Write the sum under each ceiling over a sentence; one that it passes needs a search."""
        made: list[str] = []
        for rule in plan.rules:
            if rule.kind == "ceiling" and clause.sentence.id in rule.clauses:
                room = self._writer.figure(rule.cap[clause.sentence.id], None)
                holds = self._writer.holds(rule.when[clause.sentence.id])
                at = self._sums.setdefault((plan.id, rule.id), f"s{len(self._sums)}")
                made += [f"if {holds}:", f"    {at} += {paid}", f"    if {at} > {room.lo}: {OPEN}"]
        return made

    def _meets(self, clause: ClausePlan, thing: str, paid: str) -> list[str]:
        """Write what tells whether an award may meet another: two on one project, or on things that may be of one."""
        spot = _spot(clause, self._vocabulary)
        if spot == "nothing":
            return []
        if spot == "other":
            return [f"if {paid}:", "    others += 1"]
        mark = f"{thing}[{self._writer.bind(Text(SELF))}]"
        return [f"if {paid}:", f"    {OPEN} if {mark} in seen else seen.add({mark})"]


_SHEETS: dict[tuple[int, bool], tuple[Policies, Sheet]] = {}
_MOST: Final = 32


def sheet_of(policies: Policies, *, traced: bool = False) -> Sheet:
    """Return the sheet of some policies, written once."""
    key = (id(policies), traced)
    found = _SHEETS.get(key)
    if found is None:
        if len(_SHEETS) >= _MOST:
            _SHEETS.clear()
        found = _SHEETS[key] = (policies, Sheet(policies, traced=traced))
    return found[1]


def share_code(policies: Policies, known: Policies) -> None:
    """Let policies that differ from others in numbers alone run on their code, as far as it was written.

    Which numbers are whole, and which are zero or below, is in the code: where that differs it is written anew.
    """
    for traced in (False, True):
        found = _SHEETS.get((id(known), traced))
        if found is None or not all(map(_as_whole, policies.plans, known.plans)):
            continue
        made = found[1].with_plans(policies.plans)
        if len(_SHEETS) >= _MOST:
            _SHEETS.clear()
            _SHEETS[id(known), traced] = found
        _SHEETS[id(policies), traced] = (policies, made)


def _as_whole(plan: PolicyPlan, other: PolicyPlan) -> bool:
    """Whether two policies have the same operations, and code for the numbers of one is right for the other's."""
    if plan is other:
        return True
    pairs = zip(plan.constants, other.constants, strict=True)
    alike = all((a.denominator == 1, a >= 0, a > 0) == (b.denominator == 1, b >= 0, b > 0) for (a, _), (b, _) in pairs)
    return alike and plan.clauses is other.clauses and plan.rules is other.rules


def _names(gate: Gate) -> set[str]:
    """Return the names that a gate reads: of facts, and of whose lists it looks through."""
    parts = op.walk(gate.truth)
    owners = {part.source.owner for part in parts if isinstance(part, op.Exists | op.Aggregate)}
    return {part.name for part in parts if isinstance(part, op.Fact | op.Bound)} | owners


def _bars(rule: RulePlan, clause: ClausePlan) -> bool:
    return rule.kind == "bar" and clause.sentence.id in rule.when


def _nested(blocks: Sequence[_Block]) -> list[str]:
    """Write blocks in their order; what several in a row test is tested once, around them."""
    if not blocks:
        return []
    first = blocks[0]
    runs = {test: _run(blocks, test) for test in first.tests}
    shared = max(runs, key=lambda test: runs[test], default="")
    length = runs.get(shared, 1)
    if length > 1:
        inner = _nested([block.without(shared) for block in blocks[:length]])
        return [f"if {shared}:", *(f"    {line}" for line in inner), *_nested(blocks[length:])]
    own = [f"if {' and '.join(first.tests)}:", *(f"    {line}" for line in first.lines)] if first.tests else first.lines
    return [*own, *_nested(blocks[1:])]


def _run(blocks: Sequence[_Block], test: str) -> int:
    """Return how many blocks in a row make a test."""
    return next((place for place, block in enumerate(blocks) if test not in block.tests), len(blocks))


def _spot(clause: ClausePlan, vocabulary: Vocabulary) -> str:
    """Return where two awards of a sentence, or one of another, may meet: on its project, nowhere, or elsewhere."""
    source, items = clause.per.source, any(step.items is not None for step in clause.steps)
    if source is None and not items:
        return "nothing"
    if source is not None and source.entity == "project" and not items:
        return "project"
    alone = source is not None and not items and source.entity not in ("title", "grant")
    return "nothing" if alone and source is not None and vocabulary.field(source.entity, "project") is None else "other"


def _groups(clauses: Sequence[tuple[PolicyPlan, ClausePlan]], vocabulary: Vocabulary) -> list[int]:
    """Return for each sentence the group of which the highest counts, `ALONE` or `SEARCHED`."""
    made = [ALONE] * len(clauses)
    pairs: set[tuple[int, int]] = set()
    for place, (plan, clause) in enumerate(clauses):
        over = [rule for rule in plan.rules if rule.kind == "ceiling" and clause.sentence.id in rule.clauses]
        if any(not isinstance(rule.cap[clause.sentence.id], op.Constant) for rule in over):
            made[place] = SEARCHED
    for a, (plan, one) in enumerate(clauses):
        for b in range(a, len(clauses)):
            rules = [rule for rule in plan.rules if clauses[b][0] is plan and _between(rule, one, clauses[b][1])]
            if not any(rule.kind == "higher_of" and rule.same == "any" for rule in rules):
                continue
            first = rules[0]
            sure = first.kind == "higher_of" and first.same == "any" and all(map(_always, first.when.values()))
            sure = sure and first.choice != "authority"
            if a != b and sure:
                pairs.add((a, b))
            elif a != b or one.per.source is not None:
                made[a] = made[b] = SEARCHED
    for group, members in enumerate(_connected(pairs)):
        whole = all(pair in pairs for pair in combinations(members, 2))
        plain = all(made[one] == ALONE and _spot(clauses[one][1], vocabulary) == "nothing" for one in members)
        single = all(clauses[one][1].per.source is None for one in members)
        for place in members:
            made[place] = group if whole and plain and single else SEARCHED
    return made


def _between(rule: RulePlan, one: ClausePlan, other: ClausePlan) -> bool:
    """Whether a rule that may set awards against each other speaks of these two sentences."""
    if rule.kind not in ("higher_of", "stacks"):
        return False
    a, b = one.sentence.id, other.sentence.id
    left, right = rule.clauses, rule.against or rule.clauses
    return (a in left and b in right) or (a in right and b in left)


def _always(node: op.Truth) -> bool:
    return isinstance(node, op.All) and all(map(_always, node.truths))


def _connected(pairs: set[tuple[int, int]]) -> list[list[int]]:
    """Return what the pairs tie together, each in order."""
    made: list[set[int]] = []
    for pair in sorted(pairs):
        touched = [one for one in made if not one.isdisjoint(pair)]
        made = [one for one in made if one not in touched] + [set(pair).union(*touched)]
    return sorted(sorted(one) for one in made)
