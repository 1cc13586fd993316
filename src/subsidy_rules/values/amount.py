"""Amounts: what the law leaves open and what the facts leave open, kept apart (S1, S2).

An `Amount` is four exact numbers of fen. `floor` and `ceiling` are the two ends that the *law* leaves
open ("不超过 30万元": floor 0, ceiling 30万元). Each end is itself a range (lo, hi) over what the *facts*
could still be (the leader is unknown: ceiling from 500万元 to 1500万元). Every operator is monotone and acts
on the four numbers separately, so what holds of the parts holds of the whole:

>>> from fractions import Fraction
>>> bound = Amount.exact(Fraction(900)).bounded("discretion")
>>> bound.kind, bound.least(Amount.exact(Fraction(500))).maximum
('at_most', Fraction(500, 1))

The kind is derived, never set. A reason that no longer moves the figure is dropped, and so are the facts
needed once the facts leave nothing open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from fractions import Fraction
from typing import Final, Literal, NamedTuple, TypeAlias, cast

from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import INFINITY, ZERO, Infinity, Number, minus, months_between, times

Kind: TypeAlias = Literal["exact", "at_most", "between", "undetermined"]
Need: TypeAlias = tuple[str, ...]
"""An unknown fact: its path in the case, the field, and for a set the member in question."""

BOUND_REASONS: Final = frozenset({"discretion", "guide_missing"})
NONE: Final[frozenset[str]] = frozenset()
NO_NEEDS: Final[frozenset[Need]] = frozenset()

LOWEST: Final = Fraction(-(10**60))
"""Stands for "no lower end" of a signed figure: below every difference of amounts that a file can state."""

HALF_UP, DOWN, UP = 1, 2, 4
MODES: Final = {"half_up": HALF_UP, "down": DOWN, "up": UP}


class Range(NamedTuple):
    """The least and the greatest value over what the facts could still be."""

    lo: Number
    hi: Number


Four: TypeAlias = tuple[Number, Number, Number, Number]
"""floor.lo, floor.hi, ceiling.lo, ceiling.hi."""
UNCAPPED: Final[Four] = (INFINITY, INFINITY, INFINITY, INFINITY)


@dataclass(frozen=True, slots=True)
class Amount:
    """Four numbers, the reasons for their width, the facts that would narrow it, and how the figure rounds.

    `mode` is a set of rounding modes as bits (HALF_UP, DOWN, UP; more than one where the path is open);
    `top` the caps that the rounded figure may not exceed; `open_ends` tells which ends of a fact's
    range are excluded (1 the lower, 2 the upper) and is used by comparisons only.
    """

    numbers: Four
    reasons: frozenset[str] = NONE
    needs: frozenset[Need] = NO_NEEDS
    mode: int = 0
    top: Four | None = field(default=None, compare=False)
    open_ends: int = field(default=0, compare=False)

    @staticmethod
    def exact(value: Number) -> Amount:
        """Return the amount that is `value`, whatever the facts."""
        return Amount((value, value, value, value))

    @staticmethod
    def unknown(lo: Number, hi: Number, need: Need, open_ends: int = 0) -> Amount:
        """Return a fact that is somewhere from lo to hi."""
        if lo == hi:
            return Amount.exact(lo)
        return Amount((lo, hi, lo, hi), frozenset({"unknown_fact"}), frozenset({need}), open_ends=open_ends)

    @staticmethod
    def undetermined(*reasons: str) -> Amount:
        """Return the amount for which the law names no figure: [0, ∞)."""
        return Amount((ZERO, ZERO, INFINITY, INFINITY), frozenset(reasons))

    @property
    def floor(self) -> Range:
        """What the law gives at least, over the completions of the facts."""
        return Range(self.numbers[0], self.numbers[1])

    @property
    def ceiling(self) -> Range:
        """What the law gives at most, over the completions of the facts."""
        return Range(self.numbers[2], self.numbers[3])

    @property
    def minimum(self) -> Number:
        """The sound least figure: floor.lo."""
        return self.numbers[0]

    @property
    def maximum(self) -> Number:
        """The sound greatest figure: ceiling.hi, ∞ where nothing bounds it."""
        return self.numbers[3]

    @property
    def decided(self) -> bool:
        """Whether the facts leave nothing open."""
        return self.numbers[0] == self.numbers[1] and self.numbers[2] == self.numbers[3]

    @property
    def kind(self) -> Kind:
        """Derive the kind, in the order of S1."""
        first, second, third, last = self.numbers
        if first == second == third == last:
            return "exact"
        if isinstance(third, Infinity) or "no_figure_in_text" in self.reasons:
            return "undetermined"
        if self.decided and self.reasons <= BOUND_REASONS:
            return "at_most"
        return "between"

    def bounded(self, reason: str) -> Amount:
        """Return what bound wording leaves: floor 0, the ceiling as it is, rounding down."""
        _, _, lo, hi = self.numbers
        return settle((ZERO, ZERO, lo, hi), self.reasons | {reason}, self.needs, DOWN, self.top)

    def decided_at(self, figure: Number) -> Amount:
        """Return the amount that an authority has fixed at a figure, clipped at the law's ceiling."""
        lo, hi = (min(figure, end) for end in self.ceiling)
        return settle((lo, hi, lo, hi), self.reasons, self.needs, self.mode, self.top)

    def granted_at(self, figure: Number) -> Amount:
        """Return the amount of which a part is already granted: the floor is at least that, within the ceiling."""
        a = self.numbers
        numbers = (max(a[0], min(figure, a[2])), max(a[1], min(figure, a[3])), a[2], a[3])
        return settle(numbers, self.reasons, self.needs, self.mode, self.top)

    def plus(self, other: Amount) -> Amount:
        """Add, number by number. A sum is under no cap of its parts, but nothing added to a part leaves it as it is."""
        a, b = self.numbers, other.numbers
        top = self.top if not any(b) else None if any(a) else other.top
        return settle(
            (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]),
            self.reasons | other.reasons,
            self.needs | other.needs,
            _mixed(self.mode, other.mode),
            top,
        )

    def less(self, other: Amount) -> Amount:
        """Subtract as a signed figure, for comparisons and bases; a basis is clamped by `clamped`."""
        a, b = self.numbers, other.numbers
        return settle(
            (_below(a[0], b[3]), _below(a[1], b[2]), _below(a[2], b[1]), _below(a[3], b[0])),
            self.reasons | other.reasons,
            self.needs | other.needs,
            _mixed(self.mode, other.mode),
        )

    def clamped(self) -> Amount:
        """Return the amount with nothing below zero."""
        if self.numbers[0] >= ZERO:
            return self
        low = tuple(max(ZERO, number) for number in self.numbers)
        return settle((low[0], low[1], low[2], low[3]), self.reasons, self.needs, self.mode, self.top)

    def scaled(self, other: Amount) -> Amount:
        """Multiply. A signed operand is allowed where neither has a law width; else both are ≥ 0."""
        a, b = self.numbers, other.numbers
        if a[0] >= ZERO and b[0] >= ZERO:
            product = (times(a[0], b[0]), times(a[1], b[1]), times(a[2], b[2]), times(a[3], b[3]))
        else:
            corners = [_signed_product(x, y) for x in (a[0], a[3]) for y in (b[0], b[3])]
            lo, hi = min(corners), max(corners)
            product = (lo, hi, lo, hi)
        return settle(product, self.reasons | other.reasons, self.needs | other.needs, _mixed(self.mode, other.mode))

    def least(self, other: Amount, *, printed: bool = False) -> Amount:
        """Return the lesser, number by number; what does not move the figure leaves no trace.

        `printed` says that `other` is a cap that the text prints, which answers "no figure in the text".
        """
        a, b = self.numbers, other.numbers
        numbers = (min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
        reasons, needs = _moved(self, other, numbers)
        if printed and not isinstance(numbers[2], Infinity):
            reasons -= {"no_figure_in_text"}
        x = self.top or UNCAPPED
        top = (min(x[0], b[0]), min(x[1], b[1]), min(x[2], b[2]), min(x[3], b[3]))
        return settle(numbers, reasons, needs, self.mode, top)

    def greatest(self, other: Amount) -> Amount:
        """Return the greater, number by number (就高)."""
        a, b = self.numbers, other.numbers
        numbers = (max(a[0], b[0]), max(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
        reasons, needs = _moved(self, other, numbers)
        return settle(numbers, reasons, needs, _one_of(self, other))

    def raised_to(self, other: Amount, *, zero: bool = True) -> Amount:
        """Return the amount with what is below `other` raised to it; unless `zero`, nothing stays nothing (保底)."""
        a, b = self.numbers, other.numbers
        first, second, third, last = (max(x, y) if x or zero else x for x, y in zip(a, b, strict=True))
        numbers = (first, second, third, last)
        reasons, needs = _moved(self, other, numbers)
        x = self.top or UNCAPPED
        top = (max(x[0], b[0]), max(x[1], b[1]), max(x[2], b[2]), max(x[3], b[3]))
        return settle(numbers, reasons, needs, self.mode, top)

    def mapped(self, function: Callable[[Number], Number]) -> Amount:
        """Return what a function that never falls makes of the amount."""
        first, second, third, last = (function(number) for number in self.numbers)
        return settle((first, second, third, last), self.reasons, self.needs, self.mode)

    def of_the_highest(self, parts: Sequence[Amount], most: int) -> Amount:
        """Return what the sum of some parts is where only so many of them count, the highest."""
        ends = zip(*(part.numbers for part in parts), strict=True)
        first, second, third, last = (_total(sorted(end, reverse=True)[:most]) for end in ends)
        return settle((first, second, third, last), self.reasons, self.needs, self.mode)

    def since(self, first: Amount, size: int, *, begun: bool) -> Amount:
        """Return how many times so many months a date is after another (`months_between`)."""
        a, b = self.numbers, reversed(first.numbers)
        numbers = tuple(
            LOWEST if isinstance(start, Infinity) else months_between(start, end, size, begun=begun)
            for end, start in zip(a, b, strict=True)
        )
        return settle(cast("Four", numbers), self.reasons | first.reasons, self.needs | first.needs)

    def kept_from(self, other: Amount) -> Amount:
        """Return the amount where it comes to at least `other`, else nothing (起付)."""
        a, b = self.numbers, other.numbers
        first, second, third, last = (x if x >= y else ZERO for x, y in zip(a, reversed(b), strict=True))
        numbers = (first, second, third, last)
        if numbers == a:
            return self
        return settle(numbers, self.reasons | other.reasons, self.needs | other.needs, self.mode, self.top)

    def divided(self, other: Amount) -> Amount:
        """Divide by a figure that may be nothing: the law does not say what a share of nothing is (`zero_divisor`)."""
        by = other.clamped()
        first, second, third, last = (_inverse(number) for number in reversed(by.numbers))
        made = self.scaled(replace(by, numbers=(first, second, third, last), mode=0))
        if by.minimum:
            return made
        may_be_nothing = by.floor.hi == ZERO
        reasons = by.reasons if may_be_nothing and by.ceiling.lo else by.reasons | {"zero_divisor"}
        opened = settle((ZERO, ZERO, INFINITY, INFINITY), reasons, by.needs)
        return opened if may_be_nothing else made.hull(replace(opened, needs=by.needs))

    def hull(self, other: Amount) -> Amount:
        """Return the least amount that contains both: one of the two holds, and the facts don't say which."""
        a, b = self.numbers, other.numbers
        numbers = (min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3]))
        x, y = self.top or UNCAPPED, other.top or UNCAPPED
        top = (min(x[0], y[0]), max(x[1], y[1]), min(x[2], y[2]), max(x[3], y[3]))
        return settle(numbers, self.reasons | other.reasons, self.needs | other.needs, _one_of(self, other), top)

    def either(self, other: Amount, reason: str) -> Amount:
        """Return what remains where the law leaves open which of the two holds."""
        a, b = self.numbers, other.numbers
        numbers = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
        x, y = self.top or UNCAPPED, other.top or UNCAPPED
        top = (min(x[0], y[0]), min(x[1], y[1]), max(x[2], y[2]), max(x[3], y[3]))
        reasons = self.reasons | other.reasons | {reason}
        return settle(numbers, reasons, self.needs | other.needs, _one_of(self, other), top)

    def gated(self, truth: Truth) -> Amount:
        """Return the amount where `truth` holds and nothing where it doesn't, whatever is open in either."""
        a, t = self.numbers, truth.numbers
        numbers = (
            a[0] if t[0] else ZERO,
            a[1] if t[1] else ZERO,
            a[2] if t[2] else ZERO,
            a[3] if t[3] else ZERO,
        )
        return settle(numbers, self.reasons | truth.reasons, self.needs | truth.needs, self.mode, self.top)

    def rounded(self, unit: int | Fraction, stated_mode: int = 0) -> Amount:
        """Round each number to a multiple of `unit` fen by the path's mode, never above a cap (S3)."""
        modes = [mode for mode in (HALF_UP, DOWN, UP) if (stated_mode or self.mode or HALF_UP) & mode]
        first, second, third, last = (
            pick(_round(number, unit, mode, cap) for mode in modes)
            for number, cap, pick in zip(self.numbers, self.top or UNCAPPED, (min, max, min, max), strict=True)
        )
        return settle((first, second, third, last), self.reasons, self.needs, self.mode, self.top)

    def fixed(self, mode: int = HALF_UP) -> Amount:
        """Return the amount as a figure that the text fixes: it rounds half up, a required minimum up (S3)."""
        return replace(self, mode=mode)

    def without(self, *reasons: str) -> Amount:
        """Return the amount with these reasons struck."""
        return replace(self, reasons=self.reasons - set(reasons))


def settle(
    numbers: Four,
    reasons: frozenset[str],
    needs: frozenset[Need],
    mode: int = 0,
    top: Four | None = None,
) -> Amount:
    """Build an amount and drop what has become moot: needs where the facts decide, law reasons without law width."""
    first, second, third, last = numbers
    if first == second and third == last:
        needs = NO_NEEDS
        reasons = reasons - {"unknown_fact"}
    else:
        reasons = reasons | {"unknown_fact"}
    if first == third and second == last:
        reasons = reasons & {"unknown_fact"}
    return Amount(numbers, reasons, needs, mode, None if top == UNCAPPED else top)


def _total(numbers: Iterable[Number]) -> Number:
    total: Number = ZERO
    for number in numbers:
        total = total + number
    return total


def _below(a: Number, b: Number) -> Number:
    """Return a - b, signed, but not below what stands for no lower end."""
    return LOWEST if isinstance(b, Infinity) else max(LOWEST, minus(a, b))


def _signed_product(a: Number, b: Number) -> Number:
    """Return a × b, where a negative times ∞ has no lower end."""
    return LOWEST if min(a, b) < ZERO and max(a, b) == INFINITY else max(LOWEST, times(a, b))


def _mixed(a: int, b: int) -> int:
    """Combine the modes of two parts: alike stays, an exact part beside a bound one rounds half up (S3)."""
    return a or b if not a or not b or a == b else HALF_UP | (a & b)


def _one_of(a: Amount, b: Amount) -> int:
    """Combine the modes of two amounts one of which holds; one without a mode rounds half up, unless it is nothing."""
    if not a.mode and not b.mode:
        return 0
    return (a.mode or HALF_UP * any(a.numbers)) | (b.mode or HALF_UP * any(b.numbers))


def _inverse(number: Number) -> Number:
    return ZERO if isinstance(number, Infinity) else 1 / number if number else INFINITY


def _moved(a: Amount, b: Amount, numbers: Four) -> tuple[frozenset[str], frozenset[Need]]:
    if numbers == a.numbers:
        return a.reasons, a.needs
    if numbers == b.numbers:
        return b.reasons, b.needs
    return a.reasons | b.reasons, a.needs | b.needs


def _round(number: Number, unit: int | Fraction, mode: int, cap: Number) -> Number:
    if isinstance(number, Infinity):
        return number
    count = number / unit
    down = Fraction(count.numerator // count.denominator)
    if mode == DOWN or count == down:
        made = down
    elif mode == UP or count - down >= Fraction(1, 2):
        made = down + 1
    else:
        made = down
    return down * unit if made * unit > cap else made * unit


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth on the same two axes: 0 or 1 at the law's two ends, over the completions of the facts.

    True is (1,1,1,1); an unknown fact (0,1,0,1); what the law leaves open (0,0,1,1), with its reason.
    """

    numbers: tuple[int, int, int, int]
    reasons: frozenset[str] = NONE
    needs: frozenset[Need] = NO_NEEDS

    @staticmethod
    def of(value: bool) -> Truth:
        """Return TRUE or FALSE."""
        return TRUE if value else FALSE

    @staticmethod
    def unknown(*needs: Need) -> Truth:
        """Return what these facts would decide."""
        return Truth((0, 1, 0, 1), frozenset({"unknown_fact"}), frozenset(needs))

    @staticmethod
    def law_open(reason: str) -> Truth:
        """Return what no fact can decide."""
        return Truth((0, 0, 1, 1), frozenset({reason}))

    @property
    def is_true(self) -> bool:
        """Whether it holds in every completion and on every reading of the law."""
        return self.numbers[0] == 1

    @property
    def is_false(self) -> bool:
        """Whether it fails in every completion and on every reading of the law."""
        return self.numbers[3] == 0

    @property
    def decided(self) -> bool:
        """Whether the facts leave nothing open."""
        return self.numbers[0] == self.numbers[1] and self.numbers[2] == self.numbers[3]

    def as_allowed(self) -> Truth:
        """Return this truth as the law allows it at most: what only the law leaves open is taken to hold."""
        lo, hi = self.numbers[2:]
        return Truth((lo, hi, lo, hi), self.reasons & {"unknown_fact"}, self.needs if lo != hi else NO_NEEDS)

    def both(self, other: Truth) -> Truth:
        """Conjunction."""
        a, b = self.numbers, other.numbers
        return _settle_truth((min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])), self, other)

    def either(self, other: Truth) -> Truth:
        """Disjunction."""
        a, b = self.numbers, other.numbers
        return _settle_truth((max(a[0], b[0]), max(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])), self, other)

    def negated(self) -> Truth:
        """Negation: the law's ends change places, and so do the facts'."""
        a = self.numbers
        return Truth((1 - a[3], 1 - a[2], 1 - a[1], 1 - a[0]), self.reasons, self.needs)

    def hull(self, other: Truth) -> Truth:
        """Return what contains both."""
        a, b = self.numbers, other.numbers
        return _settle_truth((min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3])), self, other)

    def opened(self, other: Truth, why: str) -> Truth:
        """Return this truth, left open by the law with reason `why` as far as `other` holds."""
        if other.is_false:
            return self
        return self.both(Truth.law_open(why).either(other.negated()))


def _settle_truth(numbers: tuple[int, int, int, int], a: Truth, b: Truth) -> Truth:
    """Build a truth from two. What the facts decide is always one of the two (there are only six truths)."""
    for one in (a, b):
        if numbers == one.numbers and one.decided:
            return one
    reasons = a.reasons | b.reasons
    if numbers[0] == numbers[2] and numbers[1] == numbers[3]:
        reasons &= {"unknown_fact"}
    return Truth(numbers, reasons, a.needs | b.needs)


TRUE: Final = Truth((1, 1, 1, 1))
FALSE: Final = Truth((0, 0, 0, 0))
