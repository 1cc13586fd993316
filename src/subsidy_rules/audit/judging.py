"""From a figure that was paid and what the law gives to a class: right, too much, too little, not eligible, can't tell.

What is due is four numbers (see `subsidy_rules.values.amount`): what the law gives at least and at most, each over what
the facts could still be. Paid is right in every case where the greatest floor ≤ paid ≤ the least ceiling; too
much in every case above the greatest ceiling; too little in every case below the least floor. Else nobody can tell.
An exact clause has one number for all four, so it asks for equality to the fen; under a bound the floor is 0.

>>> bound = (ZERO, ZERO, Fraction(500), Fraction(800))
>>> judged(Fraction(900), bound).name, judged(Fraction(400), bound).name
('too_much', 'right')
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from subsidy_rules.values.amount import Four
from subsidy_rules.values.quantity import ZERO, Infinity, Number

Class: TypeAlias = Literal["right", "right_to_the_digits", "too_much", "too_little", "not_eligible", "cant_tell"]
CLASSES: Final[tuple[Class, ...]] = (
    "too_much",
    "not_eligible",
    "too_little",
    "cant_tell",
    "right_to_the_digits",
    "right",
)
"""In the order in which an auditor wants to see them."""
Test: TypeAlias = Literal["equal", "bound", "range", "none"]
SLIP: Final = 10_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A class, by which test, and by how much in fen: what to cut (核减) or what is missing, at least."""

    name: Class
    test: Test
    cut: Fraction = ZERO
    short: Fraction = ZERO
    flags: tuple[str, ...] = ()


def judged(paid: Fraction, due: Four, digit: Fraction = ZERO, *, law_open: bool = False) -> Judged:
    """Judge what was paid, in fen. `digit` is one unit of the last digit stated, where less than yuan are stated.

    `law_open` says that the law leaves it open whether it is due at all: what lies within the range is then no answer.
    """
    low, sure_low, sure_high, high = due
    exact = low == sure_low == sure_high == high
    settled = low == sure_low and sure_high == high
    test: Test = "equal" if exact else "bound" if settled and not law_open else "range"
    if not isinstance(sure_high, Infinity) and sure_low <= paid <= sure_high and not law_open:
        return Judged("right", test)
    if digit and _to_the_digit(paid, due, digit):
        return Judged("right_to_the_digits", test, flags=("stated_rounded",))
    if not isinstance(high, Infinity) and paid > high:
        return Judged("too_much", test, cut=paid - high, flags=_slip(paid, high))
    if not isinstance(low, Infinity) and paid < low:
        return Judged("too_little", test, short=low - paid, flags=_slip(paid, low))
    return Judged("cant_tell", test)


def _to_the_digit(paid: Fraction, due: Four, digit: Fraction) -> bool:
    """Whether an end that is exceeded, stated to as few digits, is what is stated: rounded half up, or cut off."""
    low, sure_low, sure_high, high = due
    if isinstance(high, Infinity) or isinstance(low, Infinity):
        return False
    end = high if paid > high else low
    if (low, high) != (sure_low, sure_high):
        return False
    return paid in (_rounded(end, digit), end // digit * digit)


def _rounded(figure: Fraction, unit: Fraction) -> Fraction:
    return (figure / unit + Fraction(1, 2)) // 1 * unit


def _slip(paid: Fraction, due: Number) -> tuple[str, ...]:
    """Say where the two differ by exactly 10,000, as 元 written for 万元 do."""
    if isinstance(due, Infinity) or not paid or not due:
        return ()
    return ("suspect_unit",) if SLIP in (paid / due, due / paid) else ()
