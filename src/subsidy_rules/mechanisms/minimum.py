"""`minimum` (保底): an award that comes to something comes to at least this; one that comes to nothing stays nothing.

    - minimum: 10万元
      quote: 不足10万元的按10万元给予补助

`clamp` (限定区间) is another thing: it lifts a zero too. So is `pay_from` (起付): what comes to less is not paid.
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Table


class Minimum(Step):
    """`minimum: 10万元` (or a table, or an expression), money."""

    word: ClassVar[str] = "minimum"
    minimum: str | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Raise what is above nothing."""
        figure, listed = desk.figure_or_table(self.minimum, (*loc, "minimum"), "money")
        value = op.Greatest(op.Running(), figure, "money", raises=True)
        return Lowered(self.word, value, figure, "≥", self.quote, listed)
