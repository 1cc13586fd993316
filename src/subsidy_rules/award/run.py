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
from subsidy_rules.award.rows import (
    CompiledClause,
    CompiledPolicy,
    Row,
    asked_clauses,
    compile_functions,
    obligation_rows,
    rows_of,
)
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

    shared: Shared
    domains: Domains
    rows: list[Row]
    hulls: list[RowHull]
    cumulation: Cumulation
    sums: Sums
    duties: list[Row]
    duty_hulls: list[RowHull]

    def pairs_of(self, clause: CompiledClause) -> list[tuple[Row, RowHull]]:
        """Return the rows of a sentence, each with what it says over all worlds."""
        return [(row, hull) for row, hull in zip(self.rows, self.hulls, strict=True) if row.clause is clause]


@dataclass(frozen=True, slots=True)
class Run:
    """What goes into one evaluation."""

    case: Case
    policies: Policies
    facts: Facts
    readings: Mapping[str, str]
    guides: tuple[Guide, ...]

    def compute(self, known: Computed | None = None) -> Computed:
        """Evaluate, complete, cumulate. What is `known` under other readings is kept where nothing reads those."""
        compiled = {plan.id: compiled_policy(plan) for plan in self.policies.plans}
        if known is None:
            fills = {name: rows for guide in self.guides for name, rows in guide.fills.items()}
            shared = Shared(self.facts, self.policies.vocabulary, self.readings, fills)
            domains = Domains(compiled.values(), shared)
        else:
            shared = replace(known.shared, readings=self.readings)
            domains = known.domains.under(shared)
        pairs: list[tuple[Row, RowHull]] = []
        for policy, clause in asked_clauses(self.policies, compiled, self.facts.root):
            if known is not None and clause.reads_alike(known.shared.readings, self.readings):
                pairs += [(row.under(shared), hull) for row, hull in known.pairs_of(clause)]
            else:
                pairs += [(row, hull_of(row, domains)) for row in rows_of(policy, clause, shared)]
        rows, hulls = [row for row, _ in pairs], [hull for _, hull in pairs]
        cumulation = Cumulation(rows, hulls, domains, None if known is None else known.cumulation)
        duties = list(obligation_rows(compiled, shared))
        duty_hulls = [hull_of(row, domains) for row in duties]
        return Computed(shared, domains, rows, hulls, cumulation, cumulation.solve(), duties, duty_hulls)

    def choosing(self, readings: Mapping[str, str]) -> Run:
        """Return the same evaluation under other readings."""
        return replace(self, readings={**self.readings, **readings})
