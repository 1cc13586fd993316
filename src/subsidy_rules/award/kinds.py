"""The kind of a sentence, computed from its operations (S1).

It is the kind of its amount when every fact that an applicant can supply is given, no authority has fixed an amount,
no guide is loaded, and the readings are at their defaults. So the operations are run once on plain figures: every
fact is a figure, every list has one thing, every condition about facts holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, PolicyPlan
from subsidy_rules.values.amount import Amount

FIGURE: Final = Amount.exact(Fraction(10**7))
"""Any figure will do: the kind does not depend on it."""


_KNOWN: dict[int, tuple[PolicyPlan, Mapping[str, str]]] = {}


def kinds_of(plan: PolicyPlan) -> Mapping[str, str]:
    """Return the kind of each sentence of a policy, by clause id; computed once a policy."""
    known = _KNOWN.get(id(plan))
    if known is None:
        known = (plan, _kinds(plan))
        _KNOWN[id(plan)] = known
    return known[1]


def _kinds(plan: PolicyPlan) -> Mapping[str, str]:
    defaults = {reading.id: reading.default for reading in plan.readings.values()}
    found = {sentence.id: sentence.gives for sentence in plan.sentences}
    for clause in plan.clauses:
        found[clause.sentence.id] = _kind(plan, clause, defaults, frozenset())
        for row in clause.rows:
            found[row.sentence.id] = _kind(plan, replace(clause, steps=row.steps), defaults, frozenset())
        for one in clause.replacements:
            found[one.sentence.id] = _kind(plan, clause, defaults, frozenset({one.truth}))
    return found


def _kind(plan: PolicyPlan, clause: ClausePlan, defaults: Mapping[str, str], taken: frozenset[op.Truth]) -> str:
    refused = frozenset(one.truth for one in clause.replacements) - taken
    reader = _Reader(plan, defaults, refused)
    running = Amount.exact(Fraction(0))
    for step in clause.steps:
        running = reader.value(step.value, running)
    return running.kind


class _Reader:
    """Runs operations on plain figures."""

    def __init__(self, plan: PolicyPlan, defaults: Mapping[str, str], refused: frozenset[op.Truth]) -> None:
        self.plan, self.defaults, self.refused = plan, defaults, refused

    def value(self, node: op.Value, running: Amount) -> Amount:  # noqa: C901, PLR0911, PLR0912 - one branch an operation
        """Return an operation's amount."""
        match node:
            case op.Constant(index, _):
                return Amount.exact(self.plan.constants[index][0])
            case op.Running():
                return running
            case op.Fact(_, spec, _) if spec.sort == "authority":
                return Amount.undetermined("no_figure_in_text")
            case op.Fact(_, spec, _) if spec.sort == "standard":
                return Amount.undetermined("guide_missing", "no_figure_in_text")
            case op.Arithmetic(sign, left, right, _):
                a, b = self.value(left, running), self.value(right, running)
                return {"+": a.plus(b), "-": a, "*": a.scaled(b), "/": a}[sign]
            case op.Least(left, right, printed, _):
                return self.value(left, running).least(self.value(right, running), printed=printed)
            case op.Greatest(value, other, _, raises):
                return self.value(value, running).raised_to(self.value(other, running), zero=not raises)
            case op.Decided(value) | op.Kept(value) | op.Rounded(value) | op.Awarded(_, value):
                return self.value(value, running)
            case op.Bounded(value, _):
                return self.value(value, running).bounded("discretion")
            case op.Fixed(value, _, _) | op.Aggregate(_, _, _, _, value, _):
                return self.value(value, running)
            case op.Open(_, _, otherwise, _):
                if otherwise is None:
                    return Amount.undetermined("guide_missing", "no_figure_in_text")
                return self.value(otherwise, running)
            case op.Choose(branches, otherwise, _):
                chosen = next((value for test, value in branches if self.truth(test)), otherwise)
                return self.value(chosen, running)
            case op.Chain(values, _):
                for one in values:
                    running = self.value(one, running)
                return running
            case _:
                return FIGURE

    def truth(self, node: op.Truth) -> bool:
        """Return whether a condition holds: readings at their defaults, facts as they should be."""
        if node in self.refused:
            return False
        match node:
            case op.ReadingIs(reading, option):
                return self.defaults[reading] == option
            case op.All(truths):
                return all(self.truth(one) for one in truths)
            case op.AnyOf(truths):
                return any(self.truth(one) for one in truths)
            case op.Not(inner):
                return not self.truth(inner)
            case _:
                return True
