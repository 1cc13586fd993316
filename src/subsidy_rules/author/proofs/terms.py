"""Amounts and truths as terms of a solver: what `values.amount` does with numbers, done with formulas over all of them.

Every fact of a case is taken as given, so of the four numbers of an amount two are left: what the law demands at least
(`lo`) and allows at most (`hi`); and of a truth, whether it holds surely and whether it may. Numbers are exact: money
is a whole number of fen, rates are rationals, and rounding is the floor of a rational.

    min(basis × 10%, 2000万元), half up      ToInt(min(b / 10, 2000000000) + 1/2)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import z3

from subsidy_rules.values.amount import DOWN, HALF_UP, UP

YES: Final = z3.BoolVal(True)
NO: Final = z3.BoolVal(False)
ZERO: Final = z3.RealVal(0)
MODES: Final = (HALF_UP, DOWN, UP)
Modes = tuple[z3.BoolRef, z3.BoolRef, z3.BoolRef]
UNSET: Final[Modes] = (NO, NO, NO)
_FEWEST: Final = 2


def number(value: Fraction) -> z3.ArithRef:
    """Return a number as a term."""
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def pick(test: z3.BoolRef, then: z3.ExprRef, otherwise: z3.ExprRef) -> z3.ExprRef:
    """Return one term where it holds and another where it does not, folded where that is known."""
    if z3.is_true(test) or then.eq(otherwise):
        return then
    return otherwise if z3.is_false(test) else z3.If(test, then, otherwise)


def both(*truths: z3.BoolRef) -> z3.BoolRef:
    """Return the conjunction."""
    kept = [one for one in truths if not z3.is_true(one)]
    if any(z3.is_false(one) for one in kept):
        return NO
    return z3.And(kept) if len(kept) >= _FEWEST else kept[0] if kept else YES


def some(*truths: z3.BoolRef) -> z3.BoolRef:
    """Return the disjunction."""
    kept = [one for one in truths if not z3.is_false(one)]
    if any(z3.is_true(one) for one in kept):
        return YES
    return z3.Or(kept) if len(kept) >= _FEWEST else kept[0] if kept else NO


def negated(truth: z3.BoolRef) -> z3.BoolRef:
    """Return the negation."""
    return NO if z3.is_true(truth) else YES if z3.is_false(truth) else z3.Not(truth)


def lesser(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return the lesser of two numbers."""
    return pick(z3.simplify(a <= b) if _plain(a, b) else a <= b, a, b)


def greater(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return the greater of two numbers."""
    return pick(z3.simplify(a >= b) if _plain(a, b) else a >= b, a, b)


def _plain(*terms: z3.ArithRef) -> bool:
    return all(z3.is_rational_value(one) for one in terms)


def is_choice_of_numbers(term: z3.ArithRef) -> bool:
    """Whether a term is a number, or one of several numbers: what can be multiplied without a product of unknowns."""
    if z3.is_rational_value(term):
        return True
    if z3.is_app(term) and term.decl().kind() == z3.Z3_OP_ITE:
        return is_choice_of_numbers(term.arg(1)) and is_choice_of_numbers(term.arg(2))
    return False


def spread(term: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Return the product of one of several numbers and another term, without a product of unknowns."""
    if z3.is_rational_value(term):
        return z3.simplify(term * other) if z3.is_rational_value(other) else other * term
    return pick(term.arg(0), spread(term.arg(1), other), spread(term.arg(2), other))


def inverted(term: z3.ArithRef) -> z3.ArithRef:
    """Return one over one of several numbers; nothing stays nothing."""
    if z3.is_rational_value(term):
        value = term.as_fraction()
        return number(1 / value) if value else ZERO
    return pick(term.arg(0), inverted(term.arg(1)), inverted(term.arg(2)))


@dataclass(frozen=True, slots=True)
class Holds:
    """A truth: whether it holds on every reading of the law, and whether it may."""

    sure: z3.BoolRef
    may: z3.BoolRef

    @staticmethod
    def of(truth: z3.BoolRef) -> Holds:
        """Return a truth that the law leaves no room in."""
        return Holds(truth, truth)

    def negated(self) -> Holds:
        """Return the negation: the law's two ends change places."""
        return Holds(negated(self.may), negated(self.sure))


TRUE: Final = Holds(YES, YES)
FALSE: Final = Holds(NO, NO)
OPEN: Final = Holds(NO, YES)


def every(*truths: Holds) -> Holds:
    """Return the conjunction."""
    return Holds(both(*(one.sure for one in truths)), both(*(one.may for one in truths)))


def either(*truths: Holds) -> Holds:
    """Return the disjunction."""
    return Holds(some(*(one.sure for one in truths)), some(*(one.may for one in truths)))


@dataclass(frozen=True, slots=True)
class Top:
    """The cap that a rounded figure may not exceed, where there is one (`given`)."""

    given: z3.BoolRef
    lo: z3.ArithRef
    hi: z3.ArithRef


UNCAPPED: Final = Top(NO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount: what the law gives at least and at most, how it may round, and the caps over it.

    `whole` says that it is surely a whole number.
    """

    lo: z3.ArithRef
    hi: z3.ArithRef
    modes: Modes = UNSET
    top: Top = UNCAPPED
    whole: bool = False

    @staticmethod
    def exact(value: z3.ArithRef, *, whole: bool = False) -> Figure:
        """Return the figure that is this number."""
        return Figure(value, value, whole=whole)

    @property
    def thin(self) -> bool:
        """Whether the law leaves no room in it."""
        return bool(self.lo.eq(self.hi))

    def _made(self, lo: z3.ArithRef, hi: z3.ArithRef, *, whole: bool = False) -> Figure:
        return replace(self, lo=lo, hi=lo if self.thin and lo.eq(hi) else hi, whole=whole)

    def plus(self, other: Figure) -> Figure:
        """Return the sum. What is added to leaves the cap only where nothing is added, which is not told apart here."""
        lo = self.lo + other.lo
        hi = lo if self.thin and other.thin else self.hi + other.hi
        nothing = (both(one.lo == ZERO, one.hi == ZERO) for one in (other, self))
        keeps, yields = nothing
        mine, theirs = self.top, other.top
        top = Top(
            some(both(keeps, mine.given), both(negated(keeps), yields, theirs.given)),
            pick(keeps, mine.lo, theirs.lo),
            pick(keeps, mine.hi, theirs.hi),
        )
        if z3.is_false(mine.given) and z3.is_false(theirs.given):
            top = UNCAPPED
        return Figure(lo, hi, mixed(self.modes, other.modes), top, self.whole and other.whole)

    def less(self, other: Figure) -> Figure:
        """Return the difference, signed."""
        lo = self.lo - other.hi
        hi = lo if self.thin and other.thin else self.hi - other.lo
        return Figure(lo, hi, mixed(self.modes, other.modes), whole=self.whole and other.whole)

    def clamped(self) -> Figure:
        """Return it with nothing below zero."""
        lo = greater(self.lo, ZERO)
        return replace(self, lo=lo, hi=lo if self.thin else greater(self.hi, ZERO))

    def least(self, other: Figure) -> Figure:
        """Return the lesser of the two; the other is a cap from here on."""
        lo = lesser(self.lo, other.lo)
        hi = lo if self.thin and other.thin else lesser(self.hi, other.hi)
        mine = self.top
        lo_top, hi_top = (pick(mine.given, lesser(a, b), b) for a, b in ((mine.lo, other.lo), (mine.hi, other.hi)))
        return Figure(lo, hi, self.modes, Top(YES, lo_top, hi_top), self.whole and other.whole)

    def raised(self, other: Figure, *, zero: bool) -> Figure:
        """Return it with what is below the other raised to that; unless `zero`, nothing stays nothing."""

        def up(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
            return greater(a, b) if zero else pick(a == ZERO, a, greater(a, b))

        lo = up(self.lo, other.lo)
        hi = lo if self.thin and other.thin else up(self.hi, other.hi)
        mine = self.top
        top = Top(mine.given, greater(mine.lo, other.lo), greater(mine.hi, other.hi))
        return Figure(lo, hi, self.modes, top if not z3.is_false(mine.given) else UNCAPPED, self.whole and other.whole)

    def kept_from(self, least: Figure) -> Figure:
        """Return it where it comes to at least a least figure, else nothing."""
        lo = pick(self.lo >= least.hi, self.lo, ZERO)
        hi = lo if self.thin and least.thin else pick(self.hi >= least.lo, self.hi, ZERO)
        return replace(self, lo=lo, hi=hi)

    def bounded(self) -> Figure:
        """Return what bound wording leaves of it."""
        return replace(self, lo=ZERO, modes=(NO, YES, NO))

    def fixed(self, mode: int) -> Figure:
        """Return it as a figure that the text fixes."""
        half, down, up = (YES if one == mode else NO for one in MODES)
        return replace(self, modes=(half, down, up))

    def chosen(self, test: Holds, otherwise: Figure) -> Figure:
        """Return it where a truth holds, the other where it does not, and what contains both where the law is open."""
        is_open = NO if test.sure.eq(test.may) else both(test.may, negated(test.sure))
        same = both(self.lo == otherwise.lo, self.hi == otherwise.hi)
        lo = pick(test.sure, self.lo, pick(is_open, lesser(self.lo, otherwise.lo), otherwise.lo))
        hi = pick(test.sure, self.hi, pick(is_open, greater(self.hi, otherwise.hi), otherwise.hi))
        takes = some(test.sure, both(is_open, same))
        joined = tuple(some(a, b) for a, b in zip(_told(self), _told(otherwise), strict=True))
        rest = ((is_open, joined[at], otherwise.modes[at]) for at in range(len(MODES)))
        half, down, up = (pick(takes, mine, pick(*one)) for mine, one in zip(self.modes, rest, strict=True))
        return Figure(lo, hi, (half, down, up), self._top(test, is_open, otherwise), self.whole and otherwise.whole)

    def _top(self, test: Holds, is_open: z3.BoolRef, otherwise: Figure) -> Top:
        a, b = self.top, otherwise.top
        if z3.is_false(a.given) and z3.is_false(b.given):
            return UNCAPPED
        # Where the law is open, the least end is under the lesser cap and the greatest under the greater one; a
        # greatest end without a cap is under none. Leaving both uncapped there is wider, and sure.
        given = pick(test.sure, a.given, pick(is_open, both(a.given, b.given), b.given))
        lo = pick(test.sure, a.lo, pick(is_open, lesser(a.lo, b.lo), b.lo))
        return Top(given, lo, pick(test.sure, a.hi, pick(is_open, greater(a.hi, b.hi), b.hi)))

    def gated(self, truth: Holds) -> Figure:
        """Return it where a truth holds, nothing where it does not."""
        return replace(self, lo=pick(truth.sure, self.lo, ZERO), hi=pick(truth.may, self.hi, ZERO))

    def rounded(self, unit: Fraction, stated: int = 0) -> Figure:
        """Return it as a multiple of a unit, by the path's mode or a stated one, never above a cap."""
        if self.whole and unit == 1:
            return self
        modes = tuple(YES if one == stated else NO for one in MODES) if stated else self.modes
        silent = negated(some(*modes))
        wanted = ((some(modes[0], silent), HALF_UP), (modes[1], DOWN), (modes[2], UP))
        ends = []
        for value, cap, take in ((self.lo, self.top.lo, lesser), (self.hi, self.top.hi, greater)):
            made, taken = value, NO
            for given, mode in wanted:
                if not z3.is_false(given):
                    one = _multiple(value, unit, mode, self.top.given, cap)
                    made, taken = pick(given, pick(taken, take(made, one), one), made), some(taken, given)
            ends.append(made)
        lo, hi = ends
        return replace(self, lo=lo, hi=lo if self.thin and not _several(modes) else hi, whole=unit.denominator == 1)


def _several(modes: tuple[z3.BoolRef, ...]) -> bool:
    return sum(not z3.is_false(one) for one in modes) > 1


def _multiple(value: z3.ArithRef, unit: Fraction, mode: int, given: z3.BoolRef, cap: z3.ArithRef) -> z3.ArithRef:
    count, by = value / number(unit), number(unit)
    down = z3.ToReal(z3.ToInt(count))
    if mode == DOWN:
        return down * by
    half = number(Fraction(1, 2))
    made = z3.ToReal(z3.ToInt(count + half)) if mode == HALF_UP else -z3.ToReal(z3.ToInt(-count))
    return pick(both(given, made * by > cap), down * by, made * by)


def _told(figure: Figure) -> Modes:
    """Return how a figure rounds; one that does not say rounds half up, unless it is nothing."""
    half, down, up = figure.modes
    silent = both(negated(some(half, down, up)), some(figure.lo != ZERO, figure.hi != ZERO))
    return some(half, silent), down, up


def mixed(a: Modes, b: Modes) -> Modes:
    """Return how a sum rounds: alike stays; two that round otherwise round half up together."""
    none_a, none_b = negated(some(*a)), negated(some(*b))
    if z3.is_true(none_a):
        return b
    if z3.is_true(none_b):
        return a
    if all(x.eq(y) for x, y in zip(a, b, strict=True)):
        return a
    alike = both(*(x == y for x, y in zip(a, b, strict=True)))
    together = (YES, both(a[1], b[1]), both(a[2], b[2]))
    half, down, up = (
        pick(none_a, y, pick(none_b, x, pick(alike, x, z))) for x, y, z in zip(a, b, together, strict=True)
    )
    return half, down, up
