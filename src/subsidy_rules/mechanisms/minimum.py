"""`minimum` (保底): an award that comes to something comes to at least this; one that comes to nothing stays nothing.

    - minimum: 10万元
      quote: 不足10万元的按10万元给予补助

`clamp` (限定区间) is another thing: it lifts a zero too. So is `pay_from` (起付): what comes to less is not paid.
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Strict, Table


class Minimum(Step):
    """`minimum: 10万元` (or a table, or an expression), money."""

    word: ClassVar[str] = "minimum"
    minimum: str | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Raise what is above nothing."""
        figure, listed = desk.figure_or_table(self.minimum, (*loc, "minimum"), "money")
        value = op.Greatest(op.Running(), figure, "money", raises=True)
        return Lowered(self.word, value, figure, "≥", self.quote, listed)


class PayFrom(Step):
    """`pay_from: 1万元` (or a table, or an expression), money."""

    word: ClassVar[str] = "pay_from"
    pay_from: str | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Leave nothing of what comes to less."""
        figure, listed = desk.figure_or_table(self.pay_from, (*loc, "pay_from"), "money")
        value = op.Kept(op.Running(), figure, "money", flag="below_pay_from")
        return Lowered(self.word, value, figure, "≥", self.quote, listed)


class Ends(Strict):
    """The least and the greatest figure, money."""

    least: str
    greatest: str


class Clamp(Step):
    """`clamp: {least: 10万元, greatest: 100万元}`."""

    word: ClassVar[str] = "clamp"
    clamp: Ends

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Bring the running amount between the two, whatever it is."""
        where = (*loc, "clamp")
        least = desk.figure(self.clamp.least, (*where, "least"), "money")
        greatest = desk.figure(self.clamp.greatest, (*where, "greatest"), "money")
        raised = op.Greatest(op.Running(), least, "money")
        value = op.Least(raised, greatest, printed=True, type="money")
        return Lowered(self.word, value, greatest, "≤", self.quote, floor=least)
