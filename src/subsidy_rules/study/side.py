"""One side of a comparison: the policies, readings, guides and facts under which every case is answered.

A side is a `Scenario` made ready. Its figures come from a `Calculator`, so that a table of cases runs on generated
code; the whole record of a case is evaluated only where somebody asks why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import field
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from subsidy_rules.award.evaluate import of_place, resolve_readings, shipped_policies
from subsidy_rules.award.figures import Calculator, Figures
from subsidy_rules.award.model import Award, Entitlement
from subsidy_rules.award.sheet import share_code
from subsidy_rules.errors import expect
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import Guide, Policies
from subsidy_rules.study.cases import with_facts
from subsidy_rules.study.reform import Reform
from subsidy_rules.study.tally import NOTHING, Figure, Tally
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import Currency, Infinity

CAPS = frozenset({"cap", "clamp", "limit"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """Under what cases are answered: policies (those that ship unless given), reforms, readings, guides, other facts.

    `facts` are paths of a case with the value that stands there instead. Reforms compose in their order.
    """

    policies: Policies | None = None
    reforms: tuple[Reform, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    guides: tuple[Guide, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    name: str = ""

    @property
    def currency(self) -> Currency:
        """The money that its policies count in."""
        return (shipped_policies() if self.policies is None else self.policies).vocabulary.currency


Given: TypeAlias = "Scenario | Policies | Reform | Sequence[Reform] | Mapping[str, str] | None"
"""A side as a call names it: what is left out is as on the other side. A mapping chooses readings."""


def scenario_of(given: Given, base: Scenario) -> Scenario:
    """Return a side as a call names it, on the ground of another. Raises `UsageError` for what names none."""
    if given is None:
        return base
    if isinstance(given, Scenario):
        policies = base.policies if given.policies is None else given.policies
        return Scenario(policies, given.reforms, given.readings, given.guides or base.guides, given.facts, given.name)
    if isinstance(given, Policies):
        return Scenario(given, (), base.readings, base.guides, base.facts, base.name)
    if isinstance(given, Reform):
        given = (given,)
    if isinstance(given, Mapping):
        readings = {**base.readings, **given}
        return Scenario(base.policies, base.reforms, readings, base.guides, base.facts, base.name)
    expect(given, Sequence, "a side is a Scenario, Policies, a Reform or several, or a mapping of readings to options")
    for one in given:
        expect(one, Reform, "a side is a Scenario, Policies, a Reform or several, or a mapping of readings to options")
    name = " + ".join(one.name for one in given)
    return Scenario(base.policies, (*base.reforms, *given), base.readings, base.guides, base.facts, name)


class AwardSide(NamedTuple):
    """One award on one side. `state` is `award`, or `undecided` where eligibility is open; `capped` the caps that bind.

    `clause` is `policy/clause`, `net` what counts after rules between awards.
    """

    id: str
    clause: str
    object: str
    fund: str
    state: str
    status: str
    net: Figure
    capped: tuple[str, ...] = ()


class CaseSide:
    """One case on one side: its awards, its total, and the whole record when it is asked for."""

    __slots__ = ("_figures", "awards", "case", "total")

    def __init__(self, side: Side, case: Case, figures: Figures, *, caps: bool) -> None:
        self.case, self._figures = case, figures
        made = side.quick(figures) if figures.quick else side.recorded(figures.entitlement, caps=caps)
        self.awards: dict[str, AwardSide] = made
        self.total: Tally = self._sum()

    def _sum(self) -> Tally:
        """Add up what counts, by kind; where awards meet so that they do not add up, the total is between its ends."""
        total = Tally()
        for one in self.awards.values():
            total = total.plus(one.net)
        if self._figures.quick:
            return total
        found = self._figures.entitlement.total
        low, high = found.possible.minimum, found.possible.maximum
        open_ = sum(1 for one in self.awards.values() if one.id in found.open_ended)
        # Awards without an upper end are set aside in the library's total, with what they come to at least.
        bounded = Tally()
        for one in self.awards.values():
            if one.id not in found.open_ended:
                bounded = bounded.plus(one.net)
        if isinstance(low, Infinity) or isinstance(high, Infinity):
            return total
        if (bounded.least, bounded.most) == (low, high) and not bounded.undetermined:
            return bounded._replace(undetermined=open_)
        kind = "exact" if low == high else "between"
        return Tally(undetermined=open_).plus(Figure(kind, low, high))

    @property
    def entitlement(self) -> Entitlement:
        """The whole record."""
        return self._figures.entitlement

    @property
    def quick(self) -> bool:
        """Whether generated code gave the figures."""
        return self._figures.quick


class Side:
    """A scenario made ready to answer many cases."""

    def __init__(self, scenario: Scenario) -> None:
        """Apply its reforms. Raises `RuleError` or `UsageError` as those and `evaluate` do."""
        self.scenario = scenario
        self.like: Side | None = None
        policies = shipped_policies() if scenario.policies is None else scenario.policies
        expect(policies, Policies, "policies are Policies: load_policies(…)")
        self.start = policies
        guides = list(scenario.guides)
        for reform in scenario.reforms:
            policies = reform.apply(policies)
            brought = reform.guides(policies)
            named = {name for guide in brought for name in guide.fills}
            guides = [*(_without(guide, named) for guide in guides), *brought]
        self.policies, self.guides = policies, tuple(guides)
        self.calculators: dict[tuple[str, ...], Calculator] = {}
        self._readings = resolve_readings(policies, scenario.readings)
        self._funds = {(plan.id, one.sentence.id): one.fund for plan in policies.plans for one in plan.clauses}

    def given(self, case: Case) -> Case:
        """Return a case with the facts of the scenario. Raises `UsageError` where one can't be changed."""
        facts = self.scenario.facts
        return with_facts(case, facts) if facts else case

    @property
    def readings(self) -> Mapping[str, str]:
        """The option that every reading takes."""
        return self._readings

    def answer(self, case: Case, *, caps: bool = True) -> CaseSide:
        """Answer one case. Raises `CaseError` where it is wrong, `UsageError` where a fact can't be changed."""
        asked = self.given(case)
        calculator = self._calculator(asked)
        run = calculator.traced if caps else calculator.figures
        return CaseSide(self, asked, run(asked), caps=caps)

    def with_policies(self, policies: Policies) -> Side:
        """Return the same side with other policies, that differ in numbers alone: they run on the code of these."""
        made = copy(self)
        made.policies, made.like, made.calculators = policies, self, {}
        return made

    def _calculator(self, case: Case) -> Calculator:
        """Return the policies of the case's places, made ready; of a scenario that names its own, all."""
        kept = self.policies
        if self.scenario.policies is None:
            kept = of_place(kept, case.facts_of(self.policies.vocabulary))
        key = tuple(plan.id for plan in kept.plans)
        if key not in self.calculators:
            readings = {name: option for name, option in self._readings.items() if name.partition("/")[0] in key}
            if self.like is not None and key in self.like.calculators:
                share_code(kept, self.like.calculators[key].policies)
            self.calculators[key] = Calculator(kept, readings=readings, guides=self.guides)
        return self.calculators[key]

    def evaluate(self, case: Case) -> Entitlement:
        """Return the whole record of a case as this side has it."""
        return self._calculator(case).evaluate(case)

    def fund(self, policy: str, clause: str) -> str:
        """Return which fund pays a sentence."""
        return self._funds.get((policy, clause), "")

    def quick(self, figures: Figures) -> dict[str, AwardSide]:
        """Return the awards that generated code found."""
        made: dict[str, AwardSide] = {}
        for one in figures.awards:
            policy, clause = one.sentence.policy, one.sentence.id
            net = NOTHING if one.status == "outranked" else Figure.of_range(one.net)
            before: Fraction | Infinity | None = None
            capped: list[str] = []
            for word, left in one.steps:
                if word in CAPS and before is not None and left.hi < before:
                    capped.append(word)
                before = left.hi
            key = f"{policy}/{clause}@{one.object}"
            fund = self.fund(policy, clause)
            made[key] = AwardSide(key, f"{policy}/{clause}", one.object, fund, "award", one.status, net, tuple(capped))
        return made

    def recorded(self, found: Entitlement, *, caps: bool) -> dict[str, AwardSide]:
        """Return the awards of a whole record."""
        rows = [(one, "award") for one in found.awards] + [(one, "undecided") for one in found.undecided]
        return {one.id: self._award(one, state, caps=caps) for one, state in rows}

    def _award(self, one: Award, state: str, *, caps: bool) -> AwardSide:
        capped = tuple(step.word for step in one.steps if step.binding) if caps else ()
        figure = Figure.of(one.net)
        clause = f"{one.policy}/{one.clause}"
        return AwardSide(one.id, clause, one.object, one.fund, state, one.status, figure, capped)


def _without(guide: Guide, named: set[str]) -> Guide:
    """Return a guide without the parameters that another fills instead."""
    return Guide(guide.file, {name: rows for name, rows in guide.fills.items() if name not in named}, guide.sha256)
