"""Policies that differ in numbers alone run on the same code; where a number is of another class, on their own."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from subsidy_rules import Policies, load_policies
from subsidy_rules.award import sheet
from subsidy_rules.award.sheet import share_code, sheet_of

POLICIES = load_policies().only("xian_31")


def _with(value: Fraction) -> Policies:
    """The policies with another number in place of the last amount of more than nothing."""
    (plan,) = POLICIES.plans
    place = max(at for at, (number, kind) in enumerate(plan.constants) if kind == "money" and number > 0)
    constants = tuple(
        (value, kind) if at == place else (number, kind) for at, (number, kind) in enumerate(plan.constants)
    )
    made = (replace(plan, constants=constants),)
    return Policies(made, POLICIES.vocabulary, {plan.id: made[0]})


def test_other_numbers_share_the_code() -> None:
    known = sheet_of(POLICIES)
    one = _with(Fraction(123))
    share_code(one, POLICIES)
    assert sheet_of(one).source is known.source
    assert sheet_of(one) is not known


def test_a_number_of_another_class_has_its_own() -> None:
    known = sheet_of(POLICIES)
    for value in (Fraction(0), Fraction(1, 3)):
        one = _with(value)
        share_code(one, POLICIES)
        assert sheet_of(one).source is not known.source


def test_nothing_is_shared_of_what_was_not_written() -> None:
    one, other = _with(Fraction(5)), _with(Fraction(7))
    share_code(one, other)
    assert (id(one), False) not in sheet._SHEETS


def test_no_more_are_kept_than_fit() -> None:
    sheet_of(POLICIES)
    made = [_with(Fraction(number)) for number in range(1, 70)]
    for one in made:
        share_code(one, POLICIES)
        assert len(sheet._SHEETS) <= sheet._MOST + 1
        assert sheet_of(one).source is sheet_of(POLICIES).source
