"""Sums of awards that keep their kinds apart: what is owed exactly, what is owed at most, what is open.

>>> from subsidy_rules.values.amount import Amount
>>> exact, bound = Amount.exact(Fraction(500)), Amount.exact(Fraction(300)).bounded("discretion")
>>> tally = Tally().plus(Figure.of(exact)).plus(Figure.of(bound))
>>> tally.exact, tally.at_most, tally.least, tally.most
(Fraction(500, 1), Fraction(300, 1), Fraction(500, 1), Fraction(800, 1))

A ceiling is in `most` and never in `exact`; an award without a figure is counted and in neither.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from subsidy_rules.values.amount import Amount, Range
from subsidy_rules.values.quantity import CNY, Currency, Infinity, Number, yuan_text

NIL = Fraction(0)


class Figure(NamedTuple):
    """One amount in fen: its kind, its least and its greatest figure."""

    kind: str
    least: Fraction
    most: Number

    @staticmethod
    def of(amount: Amount) -> Figure:
        """Return what an amount says."""
        least = amount.minimum
        return Figure(amount.kind, NIL if isinstance(least, Infinity) else least, amount.maximum)

    @staticmethod
    def of_range(found: Range) -> Figure:
        """Return the figure of generated code, which knows every fact: only the law can leave it open."""
        least = NIL if isinstance(found.lo, Infinity) else found.lo
        return Figure("exact" if found.lo == found.hi else "at_most", least, found.hi)

    def as_json(self, currency: Currency = CNY) -> dict[str, str | None]:
        """Write it in yuan, or in another currency."""
        return {"kind": self.kind, "min": yuan_text(self.least, currency), "max": yuan_text(self.most, currency)}


NOTHING = Figure("exact", NIL, NIL)


class Tally(NamedTuple):
    """A sum in fen, by kind.

    `exact` is what exact awards come to, `at_most` the ceilings of those that are a ceiling, `from_` and `to` the ends
    of those that facts or readings leave between, `undetermined` how many have no upper end; what those come to at
    least is in `from_` and `to`.
    """

    exact: Fraction = NIL
    at_most: Fraction = NIL
    from_: Fraction = NIL
    to: Fraction = NIL
    undetermined: int = 0

    @property
    def least(self) -> Fraction:
        """What all of it comes to at least."""
        return self.exact + self.from_

    @property
    def most(self) -> Fraction:
        """What all of it comes to at most, but for what is undetermined."""
        return self.exact + self.at_most + self.to

    def plus(self, one: Figure) -> Tally:
        """Add one amount."""
        exact, at_most, from_, to, open_ = self
        if one.kind == "undetermined" or isinstance(one.most, Infinity):
            return Tally(exact, at_most, from_ + one.least, to + one.least, open_ + 1)
        if one.kind == "exact":
            return Tally(exact + one.least, at_most, from_, to, open_)
        if one.kind == "at_most" and not one.least:
            return Tally(exact, at_most + one.most, from_, to, open_)
        return Tally(exact, at_most, from_ + one.least, to + one.most, open_)

    def with_(self, other: Tally) -> Tally:
        """Add another sum, kind by kind."""
        return Tally(
            self.exact + other.exact,
            self.at_most + other.at_most,
            self.from_ + other.from_,
            self.to + other.to,
            self.undetermined + other.undetermined,
        )

    def less(self, other: Tally) -> Tally:
        """Return the change from another sum, kind by kind; signed."""
        return Tally(
            self.exact - other.exact,
            self.at_most - other.at_most,
            self.from_ - other.from_,
            self.to - other.to,
            self.undetermined - other.undetermined,
        )

    def as_json(self, currency: Currency = CNY) -> dict[str, str | int | None]:
        """Write it in yuan, or in another currency."""
        return {
            "exact": yuan_text(self.exact, currency),
            "at_most": yuan_text(self.at_most, currency),
            "between_min": yuan_text(self.from_, currency),
            "between_max": yuan_text(self.to, currency),
            "undetermined": self.undetermined,
        }
