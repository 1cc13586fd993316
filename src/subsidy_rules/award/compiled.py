"""The functions of a policy's sentences: what is compiled once, before any case is seen.

`compile_functions` makes of a plan a `CompiledPolicy`, whose clauses hold a function for each gate, step and bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from subsidy_rules.award.engine import (
    Number,
    Test,
    chosen_option,
    number,
    truth,
)
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import Lowered
from subsidy_rules.plan import ClausePlan, Gate, PolicyPlan, RulePlan
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """The functions of one sentence."""

    plan: ClausePlan
    gates: tuple[tuple[Gate, Test], ...]
    steps: tuple[tuple[Lowered, Number], ...]
    keys: tuple[op.Value, ...]
    where: Test
    place: Test
    bars: tuple[tuple[RulePlan, Test], ...]
    readings: frozenset[str]
    between: frozenset[str]
    """The readings that decide what it gives, and those that decide how it meets other awards."""

    def reads_alike(self, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        """Whether what it gives is the same under two choices of readings."""
        return self._alike(self.readings, one, other)

    def meets_alike(self, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        """Whether how it meets other awards is the same under two choices of readings."""
        return self._alike(self.between, one, other)

    def _alike(self, names: Iterable[str], one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        key = f"{self.plan.sentence.policy}/{self.plan.sentence.id}"
        return all(chosen_option(one, key, name) == chosen_option(other, key, name) for name in names)


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """The functions of one policy, its constants, and what its conditions tell apart."""

    plan: PolicyPlan
    constants: tuple[Amount, ...]
    clauses: tuple[CompiledClause, ...]
    obligations: tuple[CompiledClause, ...]
    tests: Mapping[tuple[str, str], frozenset[frozenset[str]]]
    breaks: Mapping[tuple[str, str], frozenset[Fraction]]
    compared: Mapping[tuple[str, str], frozenset[tuple[str, str]]]


def compile_functions(plan: PolicyPlan) -> CompiledPolicy:
    """Turn a plan's operations into functions, and collect the sets and constants that facts are tested against."""
    tests: dict[tuple[str, str], set[frozenset[str]]] = {}
    breaks: dict[tuple[str, str], set[Fraction]] = {}
    compared: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for node in nodes_of(plan):
        _collect(node, plan, tests, breaks, compared)
    made: dict[int, Test] = {}

    def test(node: op.Truth) -> Test:
        """Return the function of a truth; one that stands in many sentences is made once."""
        return made.get(id(node)) or made.setdefault(id(node), truth(node))

    return CompiledPolicy(
        plan,
        tuple(Amount.exact(value) for value, _ in plan.constants),
        tuple(_compiled_clause(plan, clause, test) for clause in plan.clauses),
        tuple(_compiled_clause(plan, clause, test) for clause in plan.obligations),
        {key: frozenset(found) for key, found in tests.items()},
        {key: frozenset(found) for key, found in breaks.items()},
        {key: frozenset(others) for key, others in compared.items()},
    )


def _compiled_clause(plan: PolicyPlan, clause: ClausePlan, test: Callable[[op.Truth], Test]) -> CompiledClause:
    bars = tuple(
        (rule, test(rule.when[clause.sentence.id]))
        for rule in plan.rules
        if rule.kind == "bar" and clause.sentence.id in rule.when
    )
    where, place = (
        truth(op.All(tuple(gate.truth for gate in clause.gates if gate.role == role))) for role in ("where", "place")
    )
    ruled = [rule for rule in plan.rules if clause.sentence.id in rule.when]
    nodes = [(rule, node) for rule in ruled for node in rule.nodes_of(clause.sentence.id)]
    barring = _readings_in(node for rule, node in nodes if rule.kind == "bar")
    return CompiledClause(
        clause,
        tuple((gate, test(gate.truth)) for gate in clause.gates),
        tuple((step, number(step.value)) for step in clause.steps),
        clause.per.keys,
        where,
        place,
        bars,
        clause.readings | clause.per.readings | barring,
        _readings_in(node for rule, node in nodes if rule.kind != "bar") | {plan.silence},
    )


def _readings_in(nodes: Iterable[op.Node]) -> frozenset[str]:
    return frozenset(part.reading for part in _once(nodes) if isinstance(part, op.ReadingIs))


def nodes_of(plan: PolicyPlan) -> Iterator[op.Node]:
    """Return every operation of a policy; one that stands in many places only where it stands first."""
    roots: list[op.Node] = []
    for clause in (*plan.clauses, *plan.obligations):
        roots += [gate.truth for gate in clause.gates] + [step.value for step in clause.steps]
        roots += clause.division
        roots += list(clause.per.keys) + [gate.truth for one in clause.replacements for gate in one.gates]
    for rule in plan.rules:
        roots += [*rule.when.values(), *rule.cap.values(), *(key for keys in rule.by.values() for key in keys)]
    yield from _once(roots)


def _once(roots: Iterable[op.Node]) -> Iterator[op.Node]:
    """Return the operations that others are made of, each object once, in the order in which `walk` comes to it."""
    left, seen = [*roots][::-1], set[int]()
    while left:
        node = left.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            left += op.children(node)[::-1]


def _collect(
    node: op.Node,
    plan: PolicyPlan,
    tests: dict[tuple[str, str], set[frozenset[str]]],
    breaks: dict[tuple[str, str], set[Fraction]],
    compared: dict[tuple[str, str], set[tuple[str, str]]],
) -> None:
    match node:
        case op.In(fact, listing, _):
            tests.setdefault((fact.spec.entity, fact.spec.name), set()).add(listing.members)
        case op.Arithmetic("/", _, op.Fact(_, spec, _), _) if spec.type == "enum":
            tests.setdefault((spec.entity, spec.name), set()).update({frozenset({name}) for name in spec.members})
        case op.Same(op.Fact(_, spec, _), op.Words(text, _)):
            tests.setdefault((spec.entity, spec.name), set()).add(frozenset({text}))
        case op.Within(facts, codes, zones):
            for fact in facts:
                tests.setdefault((fact.spec.entity, fact.spec.name), set()).add(zones | set(codes))
        case op.Compare(_, op.Fact(_, a, _), op.Fact(_, b, _)):
            compared.setdefault((a.entity, a.name), set()).add((b.entity, b.name))
            compared.setdefault((b.entity, b.name), set()).add((a.entity, a.name))
        case op.Compare(_, left, right):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, op.Fact) and isinstance(other, op.Constant):
                    value = plan.constants[other.index][0]
                    breaks.setdefault((one.spec.entity, one.spec.name), set()).add(value)
        case op.Open(_, keys, _, _):
            for key in keys:
                members = {frozenset({member}) for member in key.spec.members}
                tests.setdefault((key.spec.entity, key.spec.name), set()).update(members)
        case _:
            pass
