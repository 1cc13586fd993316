"""Whether conditions can hold together: compared with trying every case of a small world."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules.facts.vocabulary import FieldSpec, Member
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan.reach import Reach, Unknown, Witness, figure, named, regions
from subsidy_rules.values.quantity import Currency
from tests.bad import page

KINDS: Final = ("甲", "乙", "丙")
TOTAL: Final = op.Fact("project", FieldSpec("project", "sum", "money"))
KIND: Final = op.Fact("project", FieldSpec("project", "kind", "enum", members={name: Member(name) for name in KINDS}))
WORKS: Final = op.Fact("project", FieldSpec("project", "works", "set", members={name: Member(name) for name in KINDS}))
GREEN: Final = op.Fact("project", FieldSpec("project", "green", "bool"))
OPEN: Final = op.LawOpen("not_decided")


@cache
def reach() -> Reach:
    """Return what answers over constants of 0 to 4 fen."""
    plan = page.city().plans[0]
    return Reach(replace(plan, constants=tuple((Fraction(fen), "money") for fen in range(5))))


def constant(fen: int) -> op.Constant:
    return op.Constant(fen, "money")


FEN = st.integers(0, 4).map(constant)
ATOMS = st.one_of(
    st.builds(op.Compare, st.sampled_from((">=", ">", "==")), st.just(TOTAL), FEN),
    st.builds(op.Compare, st.sampled_from((">=", ">")), FEN, st.just(TOTAL)),
    st.builds(lambda names: op.In(KIND, op.Listing(frozenset(names))), st.sets(st.sampled_from(KINDS), min_size=1)),
    st.builds(lambda names: op.In(WORKS, op.Listing(frozenset(names))), st.sets(st.sampled_from(KINDS), min_size=1)),
    st.just(op.Holds(GREEN)),
)
TRUTHS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda truths: op.All(tuple(truths))),
        st.lists(inner, min_size=1, max_size=3).map(lambda truths: op.AnyOf(tuple(truths))),
        inner.map(op.Not),
        st.builds(op.IfTruth, inner, inner, inner),
    ),
    max_leaves=8,
)
WORLD: Final = [
    (Fraction(total), kind, {name for name, there in zip(KINDS, works, strict=True) if there}, green)
    for total, kind, works, green in product(range(7), KINDS, product((True, False), repeat=3), (True, False))
]
"""Every case of a world in which nothing is above six fen."""


def true(truth: op.Truth, case: tuple[Fraction, str, set[str], bool]) -> bool:
    """Whether a condition holds in a case, worked out without the plan."""
    total, kind, works, green = case
    match truth:
        case op.All(truths):
            return all(true(one, case) for one in truths)
        case op.AnyOf(truths):
            return any(true(one, case) for one in truths)
        case op.Not(inner):
            return not true(inner, case)
        case op.IfTruth(condition, then, otherwise):
            return true(then if true(condition, case) else otherwise, case)
        case op.Compare(sign, left, right):
            a, b = (total if side == TOTAL else Fraction(getattr(side, "index", 0)) for side in (left, right))
            return {">=": a >= b, ">": a > b, "==": a == b}[sign]
        case op.In(fact, listing):
            return bool(listing.members & works) if fact == WORKS else kind in listing.members
        case _:
            return green


@given(TRUTHS)
def test_what_can_hold_is_what_holds_in_a_case(truth: op.Truth) -> None:
    assert reach().can(truth) == any(true(truth, case) for case in WORLD)


@given(TRUTHS)
def test_a_case_that_is_shown_is_one(truth: op.Truth) -> None:
    case = reach().witness(truth)
    possible = [one for one in WORLD if true(truth, one)]
    assert (case is None) == (not possible)
    if case is not None:
        assert all(true(truth, one) for one in WORLD if agrees(case, one))
        assert any(agrees(case, one) for one in WORLD)


def agrees(case: Witness, one: tuple[Fraction, str, set[str], bool]) -> bool:
    """Whether a case of the world has every value that is shown."""
    values = {"number": one[0], "enum": one[1], "bool": one[3]}
    return all(
        (unknown.member in one[2]) == value if unknown.kind == "member" else values[unknown.kind] == value
        for unknown, value in case.chosen.items()
    )


@given(TRUTHS)
def test_what_no_fact_decides_proves_nothing_and_is_in_no_case(truth: op.Truth) -> None:
    assert reach().can(truth, OPEN) == reach().can(truth) == reach().can(truth, op.Not(OPEN))
    assert reach().never(truth, OPEN, op.Not(OPEN))
    assert reach().witness(op.All((truth, OPEN))) is None
    assert (reach().witness(truth, OPEN) is None) == (reach().witness(truth) is None)


def test_a_question_that_takes_too_long_is_not_answered() -> None:
    hurried = replace(reach(), budget=3)
    truth = op.All((op.Holds(GREEN), op.Compare(">", TOTAL, constant(1)), op.In(KIND, op.Listing(frozenset({"甲"})))))
    assert hurried.can(truth) is None
    assert not hurried.never(truth)
    assert hurried.witness(truth) is None


def test_two_facts_compared_with_each_other_are_one_question() -> None:
    other = op.Fact("project", FieldSpec("project", "other", "money"))
    above, below = op.Compare(">", TOTAL, other), op.Compare(">", other, TOTAL)
    assert reach().never(above, below)
    assert reach().never(above, op.Compare("==", other, TOTAL))
    assert reach().can(above, op.Compare(">=", TOTAL, other))
    assert reach().witness(above) is None


def test_a_list_of_which_nothing_can_be_asked_has_nothing() -> None:
    source = op.Source("projects", "project")
    none = op.All((op.Holds(GREEN), op.Not(op.Holds(GREEN))))
    assert reach().never(op.Exists(source, "project", none))
    assert reach().can(op.Exists(source, "project", op.Holds(GREEN)))


@pytest.mark.parametrize(
    ("types", "marks", "wanted"),
    [
        ("money", "0 5", "0 1 5 6"),  # nothing is below no money
        ("money", "5 6", "4 5 6 7"),  # and nothing between a fen and the next
        ("count", "1 3", "0 1 2 3 4"),
        ("ratio", "0", "-1/10000 0 1/10000"),
        ("ratio", "1/20000 1/10000", "-1/20000 1/20000 3/40000 1/10000 1/5000"),
        ("date", "1 5", "1 2 5 6"),
    ],
)
def test_a_number_is_tried_at_its_marks_and_on_either_side(types: str, marks: str, wanted: str) -> None:
    axis = op.Fact("x", FieldSpec("x", "x", types))  # type: ignore[arg-type]
    found = regions(axis, [Fraction(one) for one in marks.split()])
    assert found == [Fraction(one) for one in wanted.split()]


@pytest.mark.parametrize(
    ("marks", "wanted"),
    [
        ("-5", "-2 -1"),  # a mark outside the domain stands at its end
        ("0", "-1 0 1"),
        ("-2", "-2 -1"),
        ("2 3", "1 2 3"),
        ("9", "2 3"),
    ],
)
def test_nothing_outside_its_domain_is_tried(marks: str, wanted: str) -> None:
    spec = FieldSpec("x", "x", "count", lowest=Fraction(-2), highest=Fraction(3))
    found = regions(op.Fact("x", spec), [Fraction(one) for one in marks.split()])
    assert found == [Fraction(one) for one in wanted.split()]


def test_two_figures_that_may_hang_together_make_no_case() -> None:
    words = page.city().plans[0].vocabulary
    total = op.Fact("project", words.fields["project"]["total"])
    amount = op.Fact("cost", words.fields["cost"]["amount"])
    costs = op.Aggregate("sum", op.Source("costs", "cost", "project"), "cost", op.ALWAYS, amount, "money")
    both = op.All((op.Compare(">", costs, constant(3)), op.Compare("==", total, constant(0))))
    assert reach().can(both)
    assert reach().witness(both) is None


def test_figures_are_written_to_the_last_unit() -> None:
    assert figure(Fraction(500_000_000), "money") == "5,000,000.00元"
    assert figure(Fraction(-1), "money") == "-0.01元"
    assert figure(Fraction(1, 2), "money") == "0.005元"
    assert figure(Fraction(1, 20), "ratio") == "5%"
    assert figure(Fraction(1, 3), "ratio") == "1/3"
    assert figure(Fraction(3), "count") == "3"
    assert figure(Fraction(3), "date") == "0001-01-03"
    assert figure(Fraction(3, 2), "quantity of 吨") == "1.5吨"
    euro = Currency("EUR", "欧元", "euro", 2, (("EUR", 100),))
    assert figure(Fraction(123456), "money", euro) == "1,234.56 EUR"


def test_numbers_are_named_as_an_expression_does() -> None:
    summed = op.Aggregate("sum", op.Source("costs", "cost", "project"), "cost", op.ALWAYS, TOTAL, "money")
    counted = op.Aggregate("count", op.Source("loans", "loan"), "loan", op.ALWAYS, constant(1), "count")
    assert named(summed) == "sum of project.costs.sum"
    assert named(op.Arithmetic("-", summed, TOTAL, "money")) == "sum of project.costs.sum - project.sum"
    assert named(counted) == "count of loans"
    assert named(op.Choose(((OPEN, TOTAL),), constant(1), "money")) == "project.sum or …"
    assert str(Witness({Unknown("member", WORKS, "甲"): False, Unknown("bool", GREEN): True})) == "project.green = true"
