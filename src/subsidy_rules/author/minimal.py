"""The least case for which a sentence has something to say: each of its conditions met in the plainest way.

Conditions are read as the operations they are; a member is the first of a list, a number is the constant that it is
compared with, and what no condition asks for is a sample, 1000万元 of money. Where a condition has no plain way to be
met (it compares two facts, or asks for another thing), there is no such case, and `minimal_case` returns nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from subsidy_rules.author.spelling import spell_number
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, PolicyPlan
from subsidy_rules.values.document import Plain
from subsidy_rules.values.quantity import format_date

SAMPLES: Final[Mapping[str, Fraction]] = {
    "money": Fraction(1_000_000_000),
    "ratio": Fraction(1, 10),
    "count": Fraction(100),
    "quantity": Fraction(100),
}
"""What a number is that no condition asks for."""


class _NoPlainWayError(Exception):
    """A condition that is not met by a fact alone."""


class _Builder:
    """Collects facts by the name that a thing is bound to in the sentence."""

    def __init__(self, plan: PolicyPlan, clause: ClausePlan) -> None:
        self.plan, self.clause = plan, clause
        self.things: dict[str, dict[str, Plain]] = {}

    def give(self, fact: op.Fact, value: Plain) -> None:
        """Give a fact once; what an earlier condition asked for stays."""
        if fact.of_kind:
            raise _NoPlainWayError
        self.things.setdefault(fact.name, {}).setdefault(fact.spec.name, value)

    def member(self, fact: op.Fact, name: str) -> None:
        self.give(fact, [name] if fact.spec.type == "set" else name)

    def meet(self, node: op.Truth) -> None:
        """Give what makes a condition hold."""
        match node:
            case op.All(truths):
                for one in truths:
                    self.meet(one)
            case op.AnyOf(truths):
                self._first(truths)
            case op.Holds(fact):
                self.give(fact, "true")
            case op.Not(op.Holds(fact)):
                self.give(fact, "false")
            case op.In(fact, listing, _):
                self.member(fact, next(name for name in fact.spec.members if name in listing.members))
            case op.Not(op.In(fact, listing, _)):
                others = [name for name in fact.spec.members if name not in listing.members]
                if not others:
                    raise _NoPlainWayError
                self.member(fact, others[0])
            case op.Compare():
                self._compare(node)
            case op.Not(op.Compare(sign, op.Fact() as fact, op.Constant() as bound)):
                self._number(fact, bound, 0 if sign == ">" else -1)
            case op.Within(facts, codes, _):
                self.give(facts[0], codes[0])
            case _ if self._is_default(node):
                pass
            case _:
                raise _NoPlainWayError

    def _is_default(self, node: op.Truth) -> bool:
        """Whether a condition asks of a reading what its default answers."""
        inner = node.truth if isinstance(node, op.Not) else node
        if not isinstance(inner, op.ReadingIs):
            return False
        return (self.plan.readings[inner.reading].default == inner.option) != isinstance(node, op.Not)

    def _compare(self, node: op.Compare) -> None:
        match node.left, node.right:
            case value, op.Constant() as bound:
                self._number(self._fact(value), bound, 1 if node.sign == ">" else 0)
            case op.Constant() as bound, value:
                self._number(self._fact(value), bound, -1 if node.sign == ">" else 0)
            case _:
                raise _NoPlainWayError

    def _fact(self, node: op.Value) -> op.Fact:
        """Return the fact that a number is: of a sum, that of the one thing that it is over."""
        if isinstance(node, op.Aggregate) and node.how != "count":
            self.meet(node.where)
            node = node.value
        if not isinstance(node, op.Fact):
            raise _NoPlainWayError
        return node

    def _first(self, truths: Iterable[op.Truth]) -> None:
        """Meet the first alternative that can be met."""
        kept = {name: dict(facts) for name, facts in self.things.items()}
        for one in truths:
            try:
                self.meet(one)
            except _NoPlainWayError:
                self.things = {name: dict(facts) for name, facts in kept.items()}
            else:
                return
        raise _NoPlainWayError

    def _number(self, fact: op.Fact, bound: op.Constant, units: int) -> None:
        value = self.plan.constants[bound.index][0]
        number = value + units * unit_of(fact.spec)
        self.give(fact, spell_number(number, fact.spec.measure, self.plan.vocabulary.currency))

    def sample(self, nodes: Iterable[op.Node]) -> None:
        """Give every number and enumeration that the steps read and no condition asked for."""
        for part in (part for node in nodes for part in op.walk(node)):
            if isinstance(part, op.Fact) and not part.of_kind and part.spec.sort == "applicant":
                if part.spec.type in SAMPLES:
                    sample, currency = SAMPLES[part.spec.type], self.plan.vocabulary.currency
                    self.give(part, spell_number(sample, part.spec.measure, currency))
                elif part.spec.type == "enum" and part.spec.members:
                    self.give(part, next(iter(part.spec.members)))
            elif isinstance(part, op.Aggregate):
                try:
                    self.meet(part.where)
                except _NoPlainWayError:
                    continue


def unit_of(spec: FieldSpec) -> Fraction:
    """Return the step between a number and the next: a fen, a day, one; 0.01% and a hundredth of a unit of quantity."""
    return {"ratio": Fraction(1, 10_000), "quantity": Fraction(1, 100)}.get(spec.type, Fraction(1))


def minimal_case(plan: PolicyPlan, clause: ClausePlan) -> dict[str, Plain] | None:
    """Return the plainest case that a sentence is about, as a file would hold it; nothing where there is no such."""
    builder = _Builder(plan, clause)
    start = format_date(plan.start)
    if isinstance(clause.event, op.Fact):
        builder.give(clause.event, start)
    try:
        for gate in clause.gates:
            if gate.role in ("beneficiary", "place", "where", "when", "row"):
                builder.meet(gate.truth)
        for row in clause.rows[:1]:
            builder.meet(row.truth)
        for step in clause.steps:
            for part in op.walk(step.value):
                if isinstance(part, op.Choose) and step.requires and not clause.rows:
                    builder.meet(part.branches[0][0])
                    break
    except _NoPlainWayError:
        return None
    builder.sample(step.value for step in clause.steps)
    return _written(builder, start)


def _written(builder: _Builder, start: str) -> dict[str, Plain]:
    """Put the things in their lists."""
    plan, clause = builder.plan, builder.clause
    things = builder.things
    enterprise: dict[str, Plain] = {"type": "enterprise", "place": plan.header.code}
    made: dict[str, Plain] = {
        "case": "1",
        "decision_date": start,
        "enterprise": enterprise | things.pop("enterprise", {}),
    }
    made |= things.pop("case", {})
    root = plan.vocabulary.lists["case"]
    sources = {name: (source.name, source.owner) for name, source in _sources(clause)}
    for name, facts in things.items():
        listing, owner = sources.get(name, ("", ""))
        if not owner and listing in root:
            made[listing] = [{"id": name[:1] + "1", **facts}]
    for name, facts in things.items():
        listing, owner = sources.get(name, ("", ""))
        held = sources.get(owner, ("", ""))[0]
        if owner and held:
            holder = made.setdefault(held, [{"id": owner[:1] + "1"}])
            if isinstance(holder, list) and isinstance(holder[0], dict):
                holder[0][listing] = [facts]
    made["assume_none"] = [name for name in root if name not in made]
    return made


def _sources(clause: ClausePlan) -> Iterator[tuple[str, op.Source]]:
    """Yield the lists from which the names of a sentence come."""
    if clause.per.source is not None:
        yield clause.per.name, op.Source(clause.per.source.name, clause.per.name, clause.per.parent)
        if clause.per.parent:
            yield clause.per.parent, op.Source("projects", clause.per.parent)
    for step in clause.steps:
        for part in op.walk(step.value):
            if isinstance(part, op.Aggregate) and part.source.name != "group":
                yield part.alias, part.source
