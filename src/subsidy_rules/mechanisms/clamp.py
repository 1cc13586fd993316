"""`clamp` (限定区间): an amount is brought between two figures, whatever it is: nothing is lifted too.

- clamp: {least: 10万元, greatest: 100万元}
quote: 最低10万元，最高100万元
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Strict


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
        if isinstance(least, op.Constant) and isinstance(greatest, op.Constant):
            number = desk.scope.constants.value
            if number(least) > number(greatest):
                desk.note(where, ExpressionError("the least figure is above the greatest", "下限高于上限"))
        raised = op.Greatest(op.Running(), least, "money")
        value = op.Least(raised, greatest, printed=True, type="money")
        return Lowered(self.word, value, greatest, "≤", self.quote, floor=least)
