"""A sentence in terms: its gates, its bars, what each step brings and leaves, and what is paid in the end.

`translate` makes terms of operations one by one; here a whole sentence is applied to a thing of the list that it is of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.symbols import Thing
from subsidy_rules.author.proofs.terms import Figure, Holds
from subsidy_rules.author.proofs.translate import OutOfReachError, Scope, Translator
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that gives money, in terms: whether it is met, whether it is barred, each step's amount, the award.

    `operands` are what each step itself brings, read where the step is; `before` the amount before each step.
    """

    plan: ClausePlan
    scope: Scope
    gates: tuple[Holds, ...]
    barred: Holds
    applies: tuple[Holds, ...]
    operands: tuple[Callable[[], Figure] | None, ...]
    running: tuple[Figure, ...]
    award: Figure

    @property
    def eligible(self) -> Holds:
        """Whether every gate holds."""
        return t.every(*self.gates)

    @property
    def paid(self) -> Figure:
        """What is paid before the rules between awards."""
        return self.award.gated(self.eligible).gated(self.barred.negated())


def sentence(
    made: Translator, clause: ClausePlan, place: int = 0, item: tuple[op.Source, str] | None = None
) -> Sentence:
    """Return a sentence applied to one thing of its list (the first, unless told), which is there.

    Of steps that are taken for each `item` of another list, it is applied to the first of these. Raises
    `OutOfReachError`.
    """
    scope = _bound(made, clause, place)
    if item is not None:
        source, name = item
        owner = scope.things[source.owner] if source.owner else made.symbols.case
        scope.things[name] = made.symbols.things(source, owner)[0]
        made.symbols.known.append(scope.things[name].there)
    gates = []
    for gate in clause.gates:
        holds = made.truth(gate.truth, scope)
        gates.append(t.either(holds.negated(), t.OPEN) if gate.role == "doubt" else holds)
    name = clause.sentence.id
    bars = [made.truth(one.when[name], scope) for one in made.plan.rules if one.kind == "bar" and name in one.when]
    applies, operands, running = [], [], []
    scope.running = Figure.exact(t.ZERO, whole=True)
    for step in clause.steps:
        before = scope.running
        applies.append(made.truth(step.applies, scope))
        operands.append(None if step.operand is None else _reader(made, step.operand, scope, before))
        scope.running = made.value(step.value, scope).clamped()
        running.append(scope.running)
    award = scope.running.rounded(Fraction(made.plan.unit), made.plan.mode)
    made.wishes += [*(one.sure for one in gates), t.negated(t.either(*bars).may)]
    return Sentence(
        clause, scope, tuple(gates), t.either(*bars), tuple(applies), tuple(operands), tuple(running), award
    )


def _reader(made: Translator, node: op.Value, scope: Scope, before: Figure) -> Callable[[], Figure]:
    """Return what reads a step's own figure later, in the scope as it is at the step."""

    def read() -> Figure:
        return made.value(node, replace(scope, running=before))

    return read


def _bound(made: Translator, clause: ClausePlan, place: int) -> Scope:
    per, symbols = clause.per, made.symbols
    things = {"case": symbols.case, "enterprise": symbols.enterprise}
    name = f"{clause.sentence.policy}/{clause.sentence.id}"
    scope = Scope(things, name, clause.named_elsewhere, Figure.exact(t.ZERO))
    if per.source is None:
        return scope
    owner = symbols.case
    if per.parent:
        listed = symbols.vocabulary.list_of(per.parent)
        owner = symbols.things(op.Source(listed.name if listed else "projects", per.parent), symbols.case)[0]
        things[per.parent] = owner
        symbols.known.append(owner.there)
    items = symbols.things(op.Source(per.source.name, per.name), owner)
    things[per.name] = items[place]
    symbols.known.append(items[place].there)
    if per.keys:
        scope.group = _group(made, clause, scope, items)
    return scope


def _group(
    made: Translator, clause: ClausePlan, scope: Scope, items: tuple[Thing, ...]
) -> tuple[tuple[Thing, Holds], ...]:
    """Return the things of a group: those whose keys are those of the first, which is what the sentence is about."""
    wanted = [key for node in clause.per.keys for key in _key(made, node, scope)]
    placed = [gate.truth for gate in clause.gates if gate.role in ("where", "place")]
    found = []
    for thing in items:
        scope.things[clause.per.name] = thing
        same = (a == b for a, b in zip(wanted, [k for n in clause.per.keys for k in _key(made, n, scope)], strict=True))
        counts = t.every(*(made.truth(one, scope) for one in placed))
        found.append((thing, t.every(Holds.of(t.both(thing.there, *same)), counts)))
    scope.things[clause.per.name] = items[0]
    return tuple(found)


def _key(made: Translator, node: op.Value, scope: Scope) -> list[z3.ExprRef]:
    match node:
        case op.Choose(branches, otherwise, _):
            code = _key(made, otherwise, scope)[0]
            for test, value in reversed(branches):
                code = t.pick(made.truth(test, scope).sure, _key(made, value, scope)[0], code)
            return [code]
        case op.Bound(name, _):
            return [z3.IntVal(made.symbols.word(scope.things[name].path))]
        case op.Fact(name, spec, _) if spec.type in ("count", "money", "date"):
            return [z3.ToInt(made.symbols.number(scope.things[name], spec))]
        case op.Fact(name, spec, _) if spec.type in ("enum", "text", "ref", "place"):
            return [made.symbols.code(scope.things[name], spec)]
        case _:
            raise OutOfReachError("分组的键", "the key of a group")
