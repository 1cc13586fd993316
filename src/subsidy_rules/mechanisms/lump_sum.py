"""`lump_sum` (定额): a fixed sum that the text prints, looks up in a table, or leaves to a guide (分档).

It sets the running amount and rounds half up where the text is silent:

    - lump_sum: 100万元
      quote: 给予 100 万元奖励
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Strict, Table


class Guided(Strict):
    """The name of an open parameter."""

    guide: str


class LumpSum(Step):
    """`lump_sum: 100万元`, `{guide: parameter}`, or a table of money."""

    word: ClassVar[str] = "lump_sum"
    starts: ClassVar[bool] = True
    lump_sum: str | Guided | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to the sum."""
        where = (*loc, "lump_sum")
        if isinstance(self.lump_sum, Guided):
            value = desk.open(self.lump_sum.guide, (*where, "guide"), "money")
            return Lowered(self.word, value, value, "", self.quote)
        value, listed = desk.figure_or_table(self.lump_sum, where, "money")
        return Lowered(self.word, op.Fixed(value, "money"), value, "", self.quote, listed)
