"""Amounts as a test file spells them: exact, and so that what is printed can be copied into the file.

>>> spell_money(Fraction(280_000_000)), spell_money(Fraction(6_719_814_855)), spell_money(INFINITY)
('280万元', '67198148.55元', '∞')
>>> str(Said("at_most", ZERO, Fraction(280_000_000)))
'at_most 280万元'

Amounts are of the policy's own currency, in its smallest unit; that of the yuan is the fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from subsidy_rules.facts.vocabulary import QUANTITY
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import (
    CNY,
    INFINITY,
    ZERO,
    Currency,
    Infinity,
    Number,
    QuantityError,
    exact_text,
    format_date,
    parse_money,
)

KINDS: Final = ("exact", "at_most", "between", "undetermined")
ENDLESS: Final = "∞"
_TO: Final = ".."


@dataclass(frozen=True, slots=True)
class Said:
    """An amount of a kind, in fen: the least and the greatest figure that it may be."""

    kind: str
    least: Number
    greatest: Number
    currency: Currency = CNY

    def __str__(self) -> str:
        bound = self.kind == "at_most"
        return f"{self.kind} {spell_span(self.least, self.greatest, self.currency, bound=bound)}"

    @staticmethod
    def of(kind: str, amount: Amount, currency: Currency = CNY) -> Said:
        """Take what was computed."""
        return Said(kind, amount.minimum, amount.maximum, currency)


def spell_money(fen: Number, currency: Currency = CNY) -> str:
    """Write an amount in the greatest unit of which it is a whole number; part of the smallest unit as a fraction."""
    if isinstance(fen, Infinity):
        return ENDLESS
    if fen.denominator != 1:
        smallest = next((name for name, size in currency.units if size == 1), currency.units[0][0])
        return _joined(f"{fen.numerator}/{fen.denominator}", smallest)
    larger = sorted((size, name) for name, size in currency.units if size > currency.one)
    size, unit = next(((size, name) for size, name in reversed(larger) if fen and fen % size == 0), (0, ""))
    return _joined(exact_text(fen / (size or currency.one)), unit or currency.units[0][0])


def _joined(figure: str, unit: str) -> str:
    return f"{figure} {unit}" if unit.isascii() else figure + unit


def spell_span(least: Number, greatest: Number, currency: Currency = CNY, *, bound: bool = False) -> str:
    """Write one figure or two; of what is a bound (`bound`) the greatest alone says that the least is nothing."""
    if least == greatest or (bound and least == ZERO):
        return spell_money(greatest, currency)
    return f"{spell_money(least, currency)}{_TO}{spell_money(greatest, currency)}"


def read_money(text: str, currency: Currency = CNY, *, signed: bool = False) -> Number:
    """Read money with its unit, or `∞`. Raises `QuantityError`."""
    return INFINITY if text == ENDLESS else parse_money(text, signed=signed, currency=currency)


def read_span(text: str, currency: Currency = CNY, *, bound: bool = False) -> tuple[Number, Number]:
    """Read one figure, or two as `40万元..64万元`. Raises `QuantityError`."""
    first, sign, second = text.partition(_TO)
    greatest = read_money((second if sign else first).strip(), currency)
    least = read_money(first.strip(), currency) if sign else ZERO if bound else greatest
    if least > greatest:
        raise QuantityError("contradictory-range", f"'{text}' ends before it begins", f"“{text}”的上限低于下限")
    return least, greatest


def read_said(text: str, currency: Currency = CNY) -> Said:
    """Read `exact 280万元`, `at_most 500万元`, `between 0元..24万元`. Raises `QuantityError`."""
    kind, _, rest = text.strip().partition(" ")
    if kind not in KINDS:
        raise QuantityError(
            "wrong-type",
            f"'{text}' does not say its kind: one of {', '.join(KINDS)}, then the amount",
            f"“{text}”没有写明类别：先写 {'、'.join(KINDS)} 之一，再写金额",
        )
    least, greatest = read_span(rest, currency, bound=kind == "at_most")
    if kind == "exact" and least != greatest:
        raise QuantityError(
            "contradictory-range", f"'{text}': what is exact is one figure", f"“{text}”：exact 应为一个金额"
        )
    return Said(kind, least, greatest, currency)


def spell_number(value: Fraction, measure: str, currency: Currency = CNY) -> str:
    """Write a number of a fact as a case does: money, a ratio in percent, a day, a count, a quantity with its unit.

    >>> spell_number(Fraction(999, 10_000), "ratio"), spell_number(Fraction(12), "quantity of 吨")
    ('9.99%', '12吨')
    """
    if measure == "money":
        return spell_money(value, currency)
    if measure == "date":
        return format_date(value)
    if measure.startswith(QUANTITY):
        return _joined(exact_text(value), measure.removeprefix(QUANTITY))
    return f"{exact_text(value * 100)}%" if measure == "ratio" else exact_text(value)
