"""One evaluation: rows, the hull of each over what is unknown, and cumulation.

`Run` holds what goes in and `compute` what comes out, so that the same evaluation can be made again with a reading
chosen otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from subsidy_rules.award.compiled import CompiledClause, CompiledPolicy, compile_functions
from subsidy_rules.award.complete import Domains, RowHull, hull_of
from subsidy_rules.award.cumulate import Cumulation
from subsidy_rules.award.engine import Shared
from subsidy_rules.award.exact import Exact, Program, program_of
from subsidy_rules.award.rows import (
    Row,
    asked_clauses,
    obligation_rows,
    rows_of,
)
from subsidy_rules.award.sums import Sums
from subsidy_rules.facts.case import Case, Facts
from subsidy_rules.plan import Guide, Policies, PolicyPlan
from subsidy_rules.values.classes import dataclass


@dataclass(slots=True)
class _Made:
    """What has been made of a plan: its functions, its generated code, and how often it was evaluated before."""

    plan: PolicyPlan
    compiled: CompiledPolicy
    program: Program | None = None
    times: int = 0


_MADE: dict[int, _Made] = {}
_NEVER: Final = -(1 << 60)


def _made(plan: PolicyPlan) -> _Made:
    found = _MADE.get(id(plan))
    if found is None:
        found = _MADE.setdefault(id(plan), _Made(plan, compile_functions(plan)))
    return found


@contextmanager
def passing(plan: PolicyPlan) -> Iterator[None]:
    """Hold what is made of a plan that is evaluated only here: no code is written for it, and nothing is kept."""
    _MADE[id(plan)] = _Made(plan, compile_functions(plan), times=_NEVER)
    try:
        yield
    finally:
        del _MADE[id(plan)]


def compiled_policy(plan: PolicyPlan) -> CompiledPolicy:
    """Return the functions of a policy, made once."""
    return _made(plan).compiled


def generated_program(plan: PolicyPlan) -> Program | None:
    """Return the generated code of a policy, once it is worth writing: from the second evaluation on.

    `SUBSIDY_RULES_CODEGEN=1` in the environment asks for it from the first, `0` for none.
    """
    found, wish = _made(plan), os.environ.get("SUBSIDY_RULES_CODEGEN", "")
    found.times += 1
    if wish == "0" or (wish != "1" and found.times <= 1):
        return None
    if found.program is None:
        found.program = program_of(plan, found.compiled.clauses)
    return found.program


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
        exact = Exact(self.policies, shared, {plan.id: generated_program(plan) for plan in self.policies.plans})
        pairs: list[tuple[Row, RowHull]] = []
        for policy, clause in asked_clauses(self.policies, compiled, self.facts.root):
            if known is not None and clause.reads_alike(known.shared.readings, self.readings):
                pairs += [(row.under(shared), hull) for row, hull in known.pairs_of(clause)]
            else:
                pairs += [(row, exact.hull(row) or hull_of(row, domains)) for row in rows_of(policy, clause, shared)]
        rows, hulls = [row for row, _ in pairs], [hull for _, hull in pairs]
        cumulation = Cumulation(rows, hulls, domains, None if known is None else known.cumulation)
        duties = list(obligation_rows(compiled, shared))
        duty_hulls = [hull_of(row, domains) for row in duties]
        return Computed(shared, domains, rows, hulls, cumulation, cumulation.solve(), duties, duty_hulls)

    def choosing(self, readings: Mapping[str, str]) -> Run:
        """Return the same evaluation under other readings."""
        return replace(self, readings={**self.readings, **readings})
