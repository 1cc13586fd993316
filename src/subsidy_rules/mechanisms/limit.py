"""`limit` (逻辑上界): a share never exceeds what it is a share of (S2).

It is no cap of the text: it bounds the figure where the basis is named, and answers no "no figure in the text".

    - limit: loan.interest_paid
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step


class Limit(Step):
    """`limit: EXPRESSION`, money."""

    word: ClassVar[str] = "limit"
    limit: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Take the lesser of the running amount and the bound."""
        figure = desk.value(self.limit, (*loc, "limit"))
        value = op.Least(op.Running(), figure, printed=False, type="money", flag="logical_bound")
        return Lowered(self.word, value, figure, "≤", self.quote)
