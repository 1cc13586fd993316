"""Prices: finer than a fen where they are multiplied, and of a unit, so many of which make money again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError, Scope, parse_value
from tests.mechanisms.bench import fact, number, scope
from tests.mechanisms.test_words import only

SPEC = FieldSpec("project", "power", "quantity", unit="千瓦时")
POWER = op.Fact("project", SPEC)
DAYS = fact("loan.days")


def measured() -> Scope:
    at = scope()
    words = at.vocabulary.with_field(SPEC)
    units = {"千瓦时": ("千瓦时", Fraction(1)), "万千瓦时": ("千瓦时", Fraction(10_000)), "吨": ("吨", Fraction(1))}
    return replace(at, vocabulary=replace(words, units=units))


def price(fen: str, many: int = 1) -> op.Arithmetic:
    return op.Arithmetic("/", number(fen), number(many, "quantity of 千瓦时"), "price of 千瓦时")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("loan.days * 0.4分", op.Arithmetic("*", DAYS, number("2/5"), "money")),
        ("0.004元 * loan.days", op.Arithmetic("*", number("2/5"), DAYS, "money")),
        ("project.power * 0.035元/千瓦时", op.Arithmetic("*", POWER, price("7/2"), "money")),
        ("0.035元/千瓦时 * project.power", op.Arithmetic("*", price("7/2"), POWER, "money")),
        ("project.power * 350.5元/万千瓦时", op.Arithmetic("*", POWER, price("35050", 10_000), "money")),
        (
            "50% * 0.035元/千瓦时 * project.power",
            op.Arithmetic(
                "*", op.Arithmetic("*", number("1/2", "ratio"), price("7/2"), "price of 千瓦时"), POWER, "money"
            ),
        ),
    ],
)
def test_a_price_is_exact_and_makes_money_of_a_quantity(text: str, node: op.Value) -> None:
    assert parse_value(text, measured()) == node


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        ("0.035元", "not-whole-fen", "'0.035元' is not whole fen"),
        ("loan.days * 1元 + 0.035元", "not-whole-fen", "'0.035元' is not whole fen"),
        ("project.power / 0.035元", "not-whole-fen", "'0.035元' is not whole fen"),
        ("0.035元/千瓦时", "wrong-type", "a number is needed, found a price of 千瓦时"),
        (
            "project.power * 0.035元/吨",
            "wrong-type",
            "a price of a 吨 is multiplied by so many 吨, not by a quantity of 千瓦时",
        ),
        ("1元 * 0.035元/吨", "wrong-type", "a price of a 吨 is multiplied by so many 吨, not by a money"),
        ("0.035元/公斤 * loan.days", "not-whole-fen", "'0.035元' is not whole fen"),
    ],
)
def test_a_price_is_nothing_by_itself(text: str, code: str, what: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_value(text, measured())
    assert (caught.value.code, caught.value.what[: len(what)]) == (code, what)


def test_a_price_of_a_slice_may_be_finer_than_a_fen() -> None:
    made = only("- {slices: loan.days, rows: [{to: 3, price: 0.035元}, {price: 0.4分}]}")
    figures = [part[0].operand for part in made.parts]
    assert [one.right for one in figures if isinstance(one, op.Arithmetic)] == [number("7/2"), number("2/5")]
