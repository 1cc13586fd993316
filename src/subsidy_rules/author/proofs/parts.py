"""A sentence taken apart: each way through its steps as a sentence of its own, and each branch that a case may take.

A row of a table, a band of tiers, what is added, a slice, the steps of each loan: they are steps inside a step, with
their own caps and branches. A `Part` is the sentence with those steps in the place of the whole, and what must hold for
them among its gates. A `Branch` is what must hold for one way to be taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from subsidy_rules.award.model import Both
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import NOTHING, Lowered
from subsidy_rules.plan import ClausePlan, Gate

_APART: Final = (op.Aggregate, op.Exists, op.Chain, op.Awarded)
WHOLE: Final = ("", "")


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence with some of its steps: which they are, and whether they come to the award itself.

    `own` are the places of the steps that are its own, not those around it; `item` is the list and the name of each
    thing for which the steps are.
    """

    plan: ClausePlan
    name: Both = WHOLE
    own: range = range(0)
    is_award: bool = True
    item: tuple[op.Source, str] | None = None

    @property
    def steps(self) -> tuple[Lowered, ...]:
        """Its steps."""
        return self.plan.steps


@dataclass(frozen=True, slots=True)
class Branch:
    """One way that a case may take in a part: what must hold for it."""

    part: Part
    name: Both
    truth: op.Truth


def parts_of(clause: ClausePlan) -> Iterator[Part]:
    """Yield the sentence, or the rows of its table, and what is inside of its steps, however deep."""
    if clause.rows:
        for row in clause.rows:
            said = (f"表行 {row.sentence.id}", f"row {row.sentence.id}")
            yield from _with_inner(Part(_replaced(clause, row.steps, row.gates), said, range(len(row.steps))))
    else:
        yield from _with_inner(Part(clause, own=range(len(clause.steps))))


def _replaced(clause: ClausePlan, steps: tuple[Lowered, ...], gates: tuple[Gate, ...]) -> ClausePlan:
    return replace(clause, steps=steps, rows=(), replacements=(), gates=(*clause.gates, *gates))


def _with_inner(part: Part) -> Iterator[Part]:
    yield part
    for place in part.own:
        step = part.steps[place]
        before, after = part.steps[:place], part.steps[place + 1 :]
        applied = () if step.applies == op.ALWAYS else (Gate("when", "", step.applies),)
        for band in step.bands:
            gates = (*applied, Gate("when", band.text, band.truth))
            said = _joined(part.name, (f"档 {band.text}", f"band {band.text}"))
            made = _replaced(part.plan, (*before, *band.steps, *after), gates)
            own = range(place, place + len(band.steps))
            yield from _with_inner(replace(part, plan=made, name=said, own=own))
        for at, steps in enumerate(step.parts):
            said = _joined(part.name, (f"{step.word} {at + 1}", f"{step.word} {at + 1}"))
            inner = _replaced(part.plan, (*before, *steps), applied)
            own = range(place, place + len(steps))
            yield from _with_inner(replace(part, plan=inner, name=said, own=own, is_award=False))
        if step.items is not None:
            source, name, where = step.items
            inner = _replaced(part.plan, step.inner, (*applied, Gate("where", "", where)))
            said = _joined(part.name, (f"每个 {name}", f"each {name}"))
            own = range(len(step.inner))
            yield from _with_inner(replace(part, plan=inner, name=said, own=own, is_award=False, item=(source, name)))


def _joined(first: Both, second: Both) -> Both:
    return (" ".join(filter(None, (first[0], second[0]))), " ".join(filter(None, (first[1], second[1]))))


def branches_of(part: Part) -> Iterator[Branch]:
    """Yield the ways of each choice in the steps of a part; what is inside of steps is of the parts there."""
    for place in part.own:
        step = part.steps[place]
        said = (f"第 {place + 1} 步 {step.word}", f"step {place + 1} {step.word}")
        inside = step.bands or step.parts or step.items is not None
        for choice in _choices(step.value, inside=bool(inside)):
            before: list[op.Truth] = []
            for at, (test, _) in enumerate(choice.branches):
                name = _joined(part.name, _joined(said, (f"分支 {at + 1}", f"branch {at + 1}")))
                yield Branch(part, name, op.All((*before, test)))
                before.append(op.Not(test))
            if choice.otherwise != op.Running() and not _is_nothing(choice.otherwise):
                name = _joined(part.name, _joined(said, ("其他情形", "otherwise")))
                yield Branch(part, name, op.All(tuple(before)))


def _is_nothing(node: op.Value) -> bool:
    """Whether a value is the zero that stands where no row of a table holds."""
    return isinstance(node, op.Constant) and node.index == NOTHING.index


def _choices(node: op.Node, *, inside: bool) -> Iterator[op.Choose]:
    """Yield the choices that a step itself makes. A table of a parameter is a document of its own."""
    if isinstance(node, op.Choose) and not isinstance(node.otherwise, op.Open):
        if not inside or node.otherwise == op.Running():
            yield node
        if inside:
            return
    for child in () if isinstance(node, _APART) else op.children(node):
        yield from _choices(child, inside=inside)
