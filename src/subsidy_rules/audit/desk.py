"""The rules at hand: which versions of which policies hold for a line, made ready to be computed with.

Policies are loaded as everywhere; of two files with one id, two versions of a policy, that one holds for a day which
began last before it. A line is computed under the policies of the place of its case, and under the one that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from subsidy_rules.audit.knowledge import Days
from subsidy_rules.award.evaluate import of_place, resolve_readings
from subsidy_rules.award.figures import Calculator
from subsidy_rules.errors import UsageError
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import ClausePlan, Guide, Policies, PolicyPlan, load_guide, load_policies
from subsidy_rules.plan.policies import gather
from subsidy_rules.policy.shipped import shipped_rules
from subsidy_rules.values.quantity import Currency


@dataclass(slots=True)
class Desk:
    """Policies (several of one id are its versions), guides and readings."""

    plans: tuple[PolicyPlan, ...]
    base: Policies
    guides: tuple[Guide, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    rule_files: tuple[Path, ...] = ()
    guide_files: tuple[Path, ...] = ()
    _sets: dict[tuple[int, ...], Policies] = field(default_factory=dict)
    _calculators: dict[tuple[int, ...], Calculator] = field(default_factory=dict)
    _owners: dict[int, dict[str, ClausePlan]] = field(default_factory=dict)

    @property
    def currency(self) -> Currency:
        """What the policies count in."""
        return self.base.vocabulary.currency

    def in_force(self, days: Days | None) -> list[PolicyPlan]:
        """Return one version of each policy: the latest that began before the day, else the first."""
        day = None if days is None else Fraction(days[0])
        by_id: dict[str, list[PolicyPlan]] = {}
        for plan in self.plans:
            by_id.setdefault(plan.id, []).append(plan)
        chosen = []
        for versions in by_id.values():
            begun = [plan for plan in versions if day is None or plan.start <= day]
            chosen.append(max(begun, key=lambda plan: plan.start) if begun else min(versions, key=lambda p: p.start))
        return chosen

    def policies(self, case: Case, days: Days | None, named: Iterable[PolicyPlan] = ()) -> tuple[PolicyPlan, ...]:
        """Return what a case is computed under: what applies where it is, on its day, and what is named."""
        chosen = self.in_force(days)
        for plan in named:
            chosen = [plan if one.id == plan.id else one for one in chosen]
        whole = self._gathered(chosen)
        here = of_place(whole, case.facts_of(whole.vocabulary)).plans
        ids = {plan.id for plan in (*here, *named)}
        return tuple(plan for plan in chosen if plan.id in ids)

    def _gathered(self, plans: Sequence[PolicyPlan]) -> Policies:
        """Return policies with the words of all that were loaded, so that a case reads the same with fewer."""
        key = tuple(map(id, plans))
        if key not in self._sets:
            ids = [plan.id for plan in plans]
            others = [plan for plan in self.base.plans if plan.id not in ids]
            self._sets[key] = gather([*plans, *others]).only(*ids)
        return self._sets[key]

    def calculator(self, plans: tuple[PolicyPlan, ...]) -> Calculator:
        """Return what computes cases under some policies, with the words of all."""
        key = tuple(map(id, plans))
        if key not in self._calculators:
            ids = {plan.id for plan in plans}
            chosen = [next((own for own in plans if own.id == one.id), one) for one in self.in_force(None)]
            made = self._gathered(chosen).only(*ids)
            readings = {name: option for name, option in self.readings.items() if name.partition("/")[0] in ids}
            self._calculators[key] = Calculator(made, readings=readings, guides=self.guides)
        return self._calculators[key]

    def owner(self, plan: PolicyPlan, sentence: str) -> ClausePlan | None:
        """Return the clause that gives the money of a sentence: its own, or the one whose row or part it is."""
        known = self._owners.get(id(plan))
        if known is None:
            known = {one.id: clause for clause in plan.clauses for one in clause.sentences}
            known |= {clause.sentence.id: clause for clause in plan.clauses}
            for one in plan.sentences:
                for whole in one.part_of:
                    found = known.get(whole)
                    if one.id not in known and found is not None:
                        known[one.id] = found
            self._owners[id(plan)] = known
        return known.get(sentence)


def open_desk(
    rules: Iterable[str | Path] | None = None,
    *,
    only: Iterable[str] = (),
    guides: Iterable[str | Path] = (),
    readings: Mapping[str, str] | None = None,
) -> Desk:
    """Load policies, guides and readings. Raises `RuleError` and `UsageError` as `load_policies` and `evaluate` do."""
    files = _files([Path(one) for one in rules] if rules else [shipped_rules()])
    try:
        base = load_policies(files)
        plans = base.plans
    except UsageError:
        plans = tuple(plan for file in files for plan in load_policies(file).plans)
        latest = {plan.id: plan for plan in sorted(plans, key=lambda one: one.start)}
        if len(latest) == len(plans):
            raise
        base = gather(latest.values())
    wanted = tuple(only)
    if wanted:
        base.only(*wanted)
        plans = tuple(plan for plan in plans if plan.id in wanted)
    paths = tuple(map(Path, guides))
    filled = tuple(load_guide(path, base) for path in paths)
    chosen, usual = resolve_readings(base, readings or {}), resolve_readings(base, {})
    moved = {name: option for name, option in chosen.items() if usual.get(name) != option}
    return Desk(plans, base, filled, moved, files, paths)


def _files(paths: Iterable[Path]) -> tuple[Path, ...]:
    files: list[Path] = []
    for given in paths:
        found = sorted(given.glob("*.yaml")) if given.is_dir() else [given]
        if not found or not all(one.is_file() for one in found):
            raise UsageError(f"no rule file at '{given}'")
        files += found
    return tuple(files)
