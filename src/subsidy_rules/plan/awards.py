"""What one sentence comes to, inside another: `award.retrofit` in a step or a condition (配套、加奖、以获得…为前提).

    - id: matching
      award:
      - basis: award.retrofit
      - rate: 50%

The other sentence's conditions and steps are put in the place of its name, rounded as its award is, so every engine
reads them as it reads the rest. It is what the sentence alone comes to, before the rules between awards. Sentences
that would have to be known before themselves are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import NOTHING
from subsidy_rules.plan.model import ClausePlan, Gate, RulePlan

__all__ = ["circle_of", "with_awards"]


def circle_of(plans: Sequence[ClausePlan]) -> list[str]:
    """Return sentences of which each names the award of the next, the first again at the end; none where none do."""
    try:
        TopologicalSorter({plan.sentence.id: list(_named(plan)) for plan in plans}).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def with_awards(
    plans: Sequence[ClausePlan],
    others: Sequence[ClausePlan],
    rules: Sequence[RulePlan],
    unit: Callable[[], op.Constant],
    mode: int,
) -> tuple[list[ClausePlan], list[ClausePlan], tuple[RulePlan, ...]]:
    """Put the sentences in the place of their names, in those that give money, in others, and in rules.

    `unit` gives the constant that awards are rounded to, and `mode` says how (0: as their wording does).
    """
    waiting = {plan.sentence.id: plan for plan in plans}
    values: dict[str, op.Awarded] = {}

    def value_of(name: str) -> op.Awarded:
        if name not in values:
            values[name] = _value(filled(waiting[name]), unit(), mode)
        return values[name]

    def change(node: op.Node) -> op.Node | None:
        return value_of(node.clause) if isinstance(node, op.Awarded) and node.value == op.Running() else None

    def filled(plan: ClausePlan) -> ClausePlan:
        if not any(True for _ in _named(plan)):
            return plan
        made = op.rebuilt(plan, change)
        readings = _readings(made)
        sentence = replace(made.sentence, readings=tuple(sorted({*made.sentence.readings, *readings})))
        return replace(made, sentence=sentence, readings=made.readings | readings)

    def ruled(rule: RulePlan) -> RulePlan:
        parts: dict[str, Mapping[str, object]] = {
            name: {clause: op.rebuilt(part, change) for clause, part in getattr(rule, name).items()}
            for name in ("by", "cap", "when")
        }
        return replace(rule, **parts)  # type: ignore[arg-type]

    return [filled(plan) for plan in plans], [filled(plan) for plan in others], tuple(ruled(rule) for rule in rules)


def _value(plan: ClausePlan, unit: op.Constant, mode: int) -> op.Awarded:
    steps = tuple(op.Greatest(step.value, NOTHING, "money") for step in plan.steps)
    amount = op.Rounded(op.Chain(steps), unit, mode, "money")
    holds = op.All(tuple(_gate(gate) for gate in plan.gates))
    name = f"{plan.sentence.policy}/{plan.sentence.id}"
    return op.Awarded(name, op.Choose(((holds, amount),), NOTHING, "money"), "money", plan.named_elsewhere)


def _gate(gate: Gate) -> op.Truth:
    return gate.truth if gate.role != "doubt" else op.IfTruth(gate.truth, op.LawOpen(gate.why), op.ALWAYS)


def _nodes(plan: ClausePlan) -> Iterator[op.Node]:
    roots: list[op.Node] = [gate.truth for gate in plan.gates] + [step.value for step in plan.steps]
    roots += [gate.truth for part in plan.parts for gate in part.gates]
    roots += plan.division
    for root in roots:
        yield from op.walk(root)


def _named(plan: ClausePlan) -> Iterator[str]:
    """Return the sentences whose awards a sentence names."""
    yield from (node.clause for node in _nodes(plan) if isinstance(node, op.Awarded) and node.value == op.Running())


def _readings(plan: ClausePlan) -> frozenset[str]:
    return frozenset(node.reading for node in _nodes(plan) if isinstance(node, op.ReadingIs))
