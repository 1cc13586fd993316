"""The making of mutants: run by `make mutants`, in the environment that has mutmut."""

from __future__ import annotations

from fractions import Fraction

import pytest

from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import minus

pytest.importorskip("mutmut", reason="mutmut is installed by make mutants alone")

from tests.mutants.run import SOURCE, Mutant, function_of, mutants_of, ordered, put

MUTANTS = [write() for name in ("quantity", "amount") for write in mutants_of(SOURCE / "values" / f"{name}.py")]


def mutant(name: str, line: str) -> Mutant:
    """The mutant of a function in which a line stands that did not."""
    return next(one for one in MUTANTS if one.name == name and line in str(one).splitlines())


@pytest.fixture
def kept() -> object:
    """Put back what the test has changed."""
    functions = [function_of(one.module, one.name) for one in MUTANTS]
    codes = [(one, one.__code__, one.__defaults__, one.__kwdefaults__) for one in functions]
    yield None
    for function, code, defaults, keywords in codes:
        function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, keywords


@pytest.mark.usefixtures("kept")
def test_a_changed_function_is_seen_by_everyone_who_holds_it() -> None:
    assert minus(Fraction(5), Fraction(3)) == 2
    assert put(mutant("minus", "+    return a if isinstance(a, Infinity) else a + b"))
    assert minus(Fraction(5), Fraction(3)) == 8


@pytest.mark.usefixtures("kept")
def test_properties_static_methods_and_defaults_are_changed_too() -> None:
    amount = Amount.exact(Fraction(1))
    assert amount.minimum == 1
    assert put(mutant("Amount.kind", '+        return "XXexactXX"'))
    assert str(amount.kind) == "XXexactXX"
    assert put(mutant("Amount.exact", "+    return Amount(None)"))
    assert Amount.exact(Fraction(1)).numbers is None
    assert put(mutant("Amount.least", "+def least(self, other: Amount, *, printed: bool = True) -> Amount:"))
    assert function_of("subsidy_rules.values.amount", "Amount.least").__kwdefaults__ == {"printed": True}


def test_the_tests_of_the_module_are_asked_first() -> None:
    names = {"tests/facts/test_case.py::a", "tests/values/test_amount.py::b", "tests/values/test_quantity.py::c"}
    changed = mutant("minus", "+    return a if isinstance(a, Infinity) else a + b")
    assert [name[-1] for name in ordered(names, changed, {})] == ["c", "b", "a"]
