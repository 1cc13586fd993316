"""`pay_from` (起付): an amount that comes to less than this is not paid at all.

    - pay_from: 1万元
      quote: 不足1万元的不予补助

Of an amount that is a bound (至多), the bound is what must reach it. The award stays in the result, at nothing, with a
flag.
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Table


class PayFrom(Step):
    """`pay_from: 1万元` (or a table, or an expression), money."""

    word: ClassVar[str] = "pay_from"
    pay_from: str | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Leave nothing of what comes to less."""
        figure, listed = desk.figure_or_table(self.pay_from, (*loc, "pay_from"), "money")
        value = op.Kept(op.Running(), figure, "money", flag="below_pay_from")
        return Lowered(self.word, value, figure, "≥", self.quote, listed)
