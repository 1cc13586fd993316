"""Generated code says what the engine says: for every case of every clause, the examples, and random cases (S26)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from subsidy_rules import Case, Entitlement, evaluate, load_policies
from subsidy_rules.award.figures import Calculator
from tests.oracle.against import random_readings
from tests.oracle.generate import hide, random_case, source_of
from tests.test_clauses import ALL_CASES, Clause, guides_of, policies_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subsidy_rules import Guide, Policies
    from subsidy_rules.award.figures import Figures

EXAMPLES = Path(__file__).parents[2] / "examples"
CITIES = {"xian": ("xian_30", "xian_31"), "shenyang": ("shenyang",), "xianyang": ("xianyang_70",)}


def said(result: Entitlement) -> object:
    """Return what a result says, without what is computed when it is first read.

    An unknown that has no path of its own has a number instead, which means nothing outside its evaluation.
    """
    awards = [
        (
            *(one.id, one.status, one.needs, one.flags, one.rule, one.citations, one.outer),
            *((amount.numbers, amount.reasons) for amount in (one.amount, one.gated, one.net)),
            *((name, part.numbers) for name, part in one.payers),
        )
        for one in (*result.awards, *result.undecided)
    ]
    refused = [(one.id, one.failed) for one in result.not_eligible]
    groups = [one.as_json() for one in result.cumulation]
    return awards, refused, groups, result.total.as_json(), result.flags, result.adjustments


def both_ways(
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
    policies: Policies,
    readings: dict[str, str],
    guides: Sequence[Guide] = (),
) -> Entitlement:
    """Evaluate with generated code and without; return the latter."""
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", "0")
    engine = evaluate(case, policies, readings=readings, guides=guides)
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", "1")
    assert said(evaluate(case, policies, readings=readings, guides=guides)) == said(engine)
    return engine


def figures_of(result: Entitlement) -> object:
    """Return the figures of a whole result."""
    awards = [
        (one.id, one.status, (one.gated.minimum, one.gated.maximum), (one.net.minimum, one.net.maximum))
        for one in (*result.awards, *result.undecided)
    ]
    return awards, (result.total.possible.minimum, result.total.possible.maximum)


def shown(figures: Figures) -> object:
    """Return figures in the same form."""
    return [(one.id, one.status, one.gross, one.net) for one in figures.awards], figures.total


@pytest.mark.parametrize("clause", ALL_CASES, ids=lambda clause: clause.id)
def test_a_clause_says_the_same_either_way(clause: Clause, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = policies_of(clause.policies)
    guides = guides_of(clause.spec, policies, tmp_path)
    case = Case.from_dict(clause.facts)
    engine = both_ways(monkeypatch, case, policies, clause.readings, guides)
    calculator = Calculator(policies, readings=clause.readings, guides=guides)
    assert shown(calculator.figures(case)) == shown(calculator.traced(case)) == figures_of(engine)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_an_example_is_written_the_same_either_way(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if file.stem == "one_of_each":  # nothing of it is whole, and its alternatives take long
        return
    case, written = Case.load(file), []
    for wish in ("0", "1"):
        monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", wish)
        written.append(evaluate(case).to_json())
    assert written[0] == written[1]


@pytest.mark.random
@pytest.mark.parametrize(
    ("city", "size"),
    [*((city, 100) for city in CITIES), *(pytest.param(city, 1000, marks=pytest.mark.slow) for city in CITIES)],
)
def test_random_cases_say_the_same_either_way(city: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, source = random.Random(f"exact {city} {size}"), source_of(city)
    policies = load_policies().only(*CITIES[city])
    for number in range(size):
        tree = random_case(rng, source)
        if number % 3 == 0:
            tree, _ = hide(tree, rng, 0.1, source)
        readings = random_readings(rng, city) if number % 5 == 0 else {}
        case = Case.from_dict(tree)
        engine = both_ways(monkeypatch, case, policies, readings)
        assert shown(Calculator(policies, readings=readings).figures(case)) == figures_of(engine), (number, tree)
