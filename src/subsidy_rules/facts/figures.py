"""The figure that a text stands for, by the type of the fact, and from where to where it may be.

>>> from subsidy_rules.facts.vocabulary import Vocabulary
>>> read_figure(Vocabulary.core().fields["cost"]["amount"], "2800万元", Vocabulary.core())
Fraction(2800000000, 1)
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Final

from subsidy_rules.errors import brief
from subsidy_rules.values.quantity import (
    INFINITY,
    ZERO,
    Currency,
    Number,
    QuantityError,
    format_count,
    format_date,
    format_money,
    format_quantity,
    format_ratio,
    parse_count,
    parse_date,
    parse_money,
    parse_quantity,
    parse_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary

NO_LOWER: Final = Fraction(-(10**12))
"""Stands for "no lower end" of a signed ratio: a fall by more than this is not a growth figure."""


def bounds_of(spec: FieldSpec) -> tuple[Fraction, Number]:
    """Return what a number could be: its declared domain; else at least 0, but for a signed ratio."""
    lowest = NO_LOWER if spec.type == "ratio" and spec.signed else ZERO
    return lowest if spec.lowest is None else spec.lowest, INFINITY if spec.highest is None else spec.highest


def read_figure(spec: FieldSpec, text: str, vocabulary: Vocabulary) -> Fraction:
    """Read the text of a numeric fact, whether or not it is in its domain. Raises `QuantityError`."""
    signed = bounds_of(spec)[0] < ZERO
    match spec.type:
        case "money":
            return parse_money(text, signed=signed, currency=vocabulary.currency)
        case "ratio":
            return parse_ratio(text)
        case "count":
            return parse_count(text, signed=signed)
        case "quantity":
            return parse_quantity(text, spec.unit, vocabulary.units)
        case _:
            return parse_date(text)


def read_in_domain(spec: FieldSpec, text: str, vocabulary: Vocabulary) -> Fraction:
    """Read the text of a numeric fact. Raises `QuantityError`, too where it is none that the fact could have."""
    number = read_figure(spec, text, vocabulary)
    if spec.lowest is None and spec.highest is None and number.numerator >= 0:
        return number
    lowest, highest = bounds_of(spec)
    if lowest <= number <= highest:
        return number
    name = brief(text)
    if spec.lowest is None and spec.highest is None:
        raise QuantityError("negative", f"'{name}' is below what it can be", f"“{name}”低于可能的下限")
    side, side_zh, end_zh = ("below", "低于", "下") if number < lowest else ("above", "高于", "上")
    what, what_zh = f"'{name}' is {side} what it can be", f"“{name}”{side_zh}可能的{end_zh}限"
    raise QuantityError("out-of-domain", what, what_zh, *_within(spec, vocabulary.currency))


def _within(spec: FieldSpec, currency: Currency) -> tuple[str, str]:
    """Say from where to where a number may be, in English and in Chinese."""
    lowest, highest = bounds_of(spec)
    lo, hi = (_shown(spec, end, currency) for end in (lowest, highest))
    if highest == INFINITY and spec.type == "date":
        return f"it is {lo} or later", f"应不早于{lo}"
    if highest == INFINITY:
        return f"it is {lo} or more", f"应不低于{lo}"
    return f"it is from {lo} to {hi}", f"应在{lo}至{hi}之间"


def _shown(spec: FieldSpec, figure: Number, currency: Currency) -> str:
    if spec.type == "quantity":
        return format_quantity(figure, spec.unit)
    money = partial(format_money, currency=currency)
    writers: Mapping[str, Callable[[Number], str]] = {"money": money, "ratio": format_ratio, "date": format_date}
    return writers.get(spec.type, format_count)(figure)


_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH: Final = 18


def uscc_is_valid(code: str) -> bool:
    """Tell whether an 18-character unified social credit code has a right check character (GB 32100-2015)."""
    if len(code) != _USCC_LENGTH or any(char not in _USCC for char in code):
        return False
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(code[:-1]))
    return _USCC[(31 - total % 31) % 31] == code[-1]
