"""Running a test file: each case is evaluated as the command would evaluate it, and held against what is expected.

What was evaluated is kept with each outcome, so that coverage and proposals read the same evaluation that was tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from subsidy_rules.author.differ import Difference, differences
from subsidy_rules.author.suite import CaseTest, Suite
from subsidy_rules.award.evaluate import resolve_readings
from subsidy_rules.award.model import Entitlement
from subsidy_rules.award.record import Record
from subsidy_rules.award.run import Run


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluation of a case: its record, from which the result is made, and the result."""

    record: Record
    result: Entitlement


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case: what differs, and its evaluations, the case's own first."""

    test: CaseTest
    differences: tuple[Difference, ...]
    evaluations: tuple[Evaluated, ...]

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences


def run_case(test: CaseTest) -> Outcome:
    """Evaluate one case, under its own readings and under each other choice that it names."""
    own = evaluated(test, test.readings)
    found, evaluations = differences(test.expected, own.result, test.policies), [own]
    for under in test.under:
        other = evaluated(test, under.readings)
        evaluations.append(other)
        told = differences(under.expected, other.result, test.policies)
        found += [replace(one, under=under.name) for one in told]
    return Outcome(test, tuple(found), tuple(evaluations))


def run_suite(suite: Suite, told: Callable[[Outcome], None] = lambda _: None) -> tuple[Outcome, ...]:
    """Run the cases of a file in their order; `told` hears of each when it is done."""
    return tuple(_heard(suite, told))


def _heard(suite: Suite, told: Callable[[Outcome], None]) -> Iterator[Outcome]:
    for test in suite.cases:
        outcome = run_case(test)
        told(outcome)
        yield outcome


def evaluated(test: CaseTest, readings: Mapping[str, str]) -> Evaluated:
    """Evaluate a case under a choice of readings."""
    facts = test.case.facts_of(test.policies.vocabulary)
    chosen = resolve_readings(test.policies, readings)
    record = Record(Run(test.case, test.policies, facts, chosen, test.guides))
    return Evaluated(record, record.entitlement())
