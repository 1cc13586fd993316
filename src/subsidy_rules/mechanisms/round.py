"""`round` (取整): the running amount as a multiple of a unit that the text states, before a cap or after it.

    - round: {to: 1万元, mode: down}
      quote: 补助金额取整到万元

The rounding of the whole award stands in the header; a step of its own is for what a sentence rounds otherwise or
earlier. After a cap it never rounds above the cap.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.step import NOTHING, Desk, Loc, Lowered, Step, Strict
from subsidy_rules.values.amount import MODES


class Multiple(Strict):
    """A unit, money, and how to round to a multiple of it."""

    to: str
    mode: Literal["down", "up", "half_up"]


class Round(Step):
    """`round: {to: 1万元, mode: down}`."""

    word: ClassVar[str] = "round"
    round: Multiple

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Round the running amount."""
        where = (*loc, "round")
        problems = len(desk.problems)
        unit = desk.figure(self.round.to, (*where, "to"), "money")
        if not isinstance(unit, op.Constant) or desk.scope.constants.value(unit) == 0:
            if len(desk.problems) == problems:
                wrong = ExpressionError("a unit to round to is an amount above nothing", "取整单位须为大于零的金额")
                desk.note((*where, "to"), wrong)
            unit = NOTHING
        value = op.Rounded(op.Running(), unit, MODES[self.round.mode], "money")
        return Lowered(self.word, value, unit, "≈", self.quote)
