"""One evaluation: rows, the hull of each over what is unknown, and cumulation.

`Run` holds what goes in and `compute` what comes out, so that the same evaluation can be made again with a reading
chosen otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from subsidy_rules.award.complete import Domains, RowHull, hull_of
from subsidy_rules.award.cumulate import Cumulation, Sums
from subsidy_rules.award.engine import Shared
from subsidy_rules.award.rows import CompiledPolicy, Row, compile_functions, obligation_rows, rows_of
from subsidy_rules.facts.case import Case, Facts
from subsidy_rules.plan import Guide, Policies, PolicyPlan

_COMPILED: dict[int, tuple[PolicyPlan, CompiledPolicy]] = {}


def compiled_policy(plan: PolicyPlan) -> CompiledPolicy:
    """Return the functions of a policy, made once."""
    known = _COMPILED.get(id(plan))
    if known is None:
        known = (plan, compile_functions(plan))
        _COMPILED[id(plan)] = known
    return known[1]


@dataclass(frozen=True, slots=True)
class Computed:
    """What one evaluation found."""

    rows: list[Row]
    hulls: list[RowHull]
    cumulation: Cumulation
    sums: Sums
    duties: list[Row]
    duty_hulls: list[RowHull]


@dataclass(frozen=True, slots=True)
class Run:
    """What goes into one evaluation."""

    case: Case
    policies: Policies
    facts: Facts
    readings: Mapping[str, str]
    guides: tuple[Guide, ...]

    def compute(self) -> Computed:
        """Evaluate, complete, cumulate."""
        fills = {name: rows for guide in self.guides for name, rows in guide.fills.items()}
        shared = Shared(self.facts, self.policies.vocabulary, self.readings, fills)
        compiled = {plan.id: compiled_policy(plan) for plan in self.policies.plans}
        domains = Domains(compiled.values(), shared)
        rows = list(rows_of(self.policies, compiled, shared))
        hulls = [hull_of(row, domains) for row in rows]
        cumulation = Cumulation(rows, hulls, domains)
        duties = list(obligation_rows(compiled, shared))
        duty_hulls = [hull_of(row, domains) for row in duties]
        return Computed(rows, hulls, cumulation, cumulation.solve(), duties, duty_hulls)

    def choosing(self, readings: Mapping[str, str]) -> Run:
        """Return the same evaluation under other readings."""
        return replace(self, readings={**self.readings, **readings})
