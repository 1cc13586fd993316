"""`interest` (利息): principal × yearly rate × days ÷ day count, the basis of interest support (贴息).

Every loan has its own:

    - interest: {principal: loan.principal, rate: loan.lpr, days: loan.days, day_count: loan.day_count}
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Strict


class InterestOf(Strict):
    """The four expressions of a loan's interest; `day_count` is a finite enum or a number."""

    principal: str
    rate: str
    days: str
    day_count: str


class Interest(Step):
    """`interest: {principal, rate, days, day_count}`."""

    word: ClassVar[str] = "interest"
    starts: ClassVar[bool] = True
    interest: InterestOf

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to the interest."""
        where, parts = (*loc, "interest"), self.interest
        principal = desk.value(parts.principal, (*where, "principal"))
        rate = desk.value(parts.rate, (*where, "rate"), "ratio")
        days = desk.value(parts.days, (*where, "days"), "count")
        base = desk.divisor(parts.day_count, (*where, "day_count"))
        if base.type not in ("enum", "count"):
            wrong = ExpressionError("day_count must be an enum or a count", "计息基数类型不符", code="wrong-type")
            desk.note((*where, "day_count"), wrong)
        yearly = op.Arithmetic("*", principal, rate, "money")
        value = op.Arithmetic("/", op.Arithmetic("*", yearly, days, "money"), base, "money")
        return Lowered(self.word, value, value, "", self.quote)
