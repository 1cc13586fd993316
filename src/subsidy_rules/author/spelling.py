"""Amounts as a test file spells them: exact, and so that what is printed can be copied into the file.

>>> spell_money(Fraction(280_000_000)), spell_money(Fraction(6_719_814_855)), spell_money(INFINITY)
('280万元', '67198148.55元', '∞')
>>> str(Said("at_most", ZERO, Fraction(280_000_000)))
'at_most 280万元'
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import (
    INFINITY,
    UNITS,
    ZERO,
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

    def __str__(self) -> str:
        return f"{self.kind} {spell_span(self.least, self.greatest, bound=self.kind == 'at_most')}"

    @staticmethod
    def of(kind: str, amount: Amount) -> Said:
        """Take what was computed."""
        return Said(kind, amount.minimum, amount.maximum)


def spell_money(fen: Number) -> str:
    """Write an amount in the greatest unit in which it has few digits; part of a fen as a fraction."""
    if isinstance(fen, Infinity):
        return ENDLESS
    if fen.denominator != 1:
        return f"{fen.numerator}/{fen.denominator}分"
    unit = next((name for name in ("亿元", "万元") if fen and fen % UNITS[name] == 0), "元")
    return exact_text(fen / UNITS[unit]) + unit


def spell_span(least: Number, greatest: Number, *, bound: bool = False) -> str:
    """Write one figure or two; of what is a bound (`bound`) the greatest alone says that the least is nothing."""
    if least == greatest or (bound and least == ZERO):
        return spell_money(greatest)
    return f"{spell_money(least)}{_TO}{spell_money(greatest)}"


def read_money(text: str, *, signed: bool = False) -> Number:
    """Read money with its unit, or `∞`. Raises `QuantityError`."""
    return INFINITY if text == ENDLESS else parse_money(text, signed=signed)


def read_span(text: str, *, bound: bool = False) -> tuple[Number, Number]:
    """Read one figure, or two as `40万元..64万元`. Raises `QuantityError`."""
    first, sign, second = text.partition(_TO)
    greatest = read_money((second if sign else first).strip())
    least = read_money(first.strip()) if sign else ZERO if bound else greatest
    if least > greatest:
        raise QuantityError("contradictory-range", f"'{text}' ends before it begins", f"“{text}”的上限低于下限")
    return least, greatest


def read_said(text: str) -> Said:
    """Read `exact 280万元`, `at_most 500万元`, `between 0元..24万元`. Raises `QuantityError`."""
    kind, _, rest = text.strip().partition(" ")
    if kind not in KINDS:
        raise QuantityError(
            "wrong-type",
            f"'{text}' does not say its kind: one of {', '.join(KINDS)}, then the amount",
            f"“{text}”没有写明类别：先写 {'、'.join(KINDS)} 之一，再写金额",
        )
    least, greatest = read_span(rest, bound=kind == "at_most")
    if kind == "exact" and least != greatest:
        raise QuantityError(
            "contradictory-range", f"'{text}': what is exact is one figure", f"“{text}”：exact 应为一个金额"
        )
    return Said(kind, least, greatest)


def spell_number(value: Fraction, type_: str) -> str:
    """Write a number of a fact as a case does: money, a ratio in percent, a day, a count.

    >>> spell_number(Fraction(999, 10_000), "ratio"), spell_number(Fraction(12), "count")
    ('9.99%', '12')
    """
    if type_ == "money":
        return spell_money(value)
    if type_ == "date":
        return format_date(value)
    return f"{exact_text(value * 100)}%" if type_ == "ratio" else exact_text(value)
