"""`at_most` (不超过、最高 as the whole measure): the text names a ceiling and nothing else.

The award is [0, that]; it is never shown as if it were owed, and it rounds down.

    - at_most: 30万元
      quote: 最高不超过 30 万元
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Table


class AtMost(Step):
    """`at_most: 30万元`, or a table of money."""

    word: ClassVar[str] = "at_most"
    starts: ClassVar[bool] = True
    at_most: str | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to what the bound leaves."""
        value, listed = desk.figure_or_table(self.at_most, (*loc, "at_most"), "money")
        return Lowered(self.word, op.Bounded(value, "money"), value, "≤", self.quote, listed)
