"""`rate` (比例): the share of the basis that is paid.

A fixed rate (`10%`) multiplies. A bound rate (`{at_most: 30%}`, 不高于, 不超过) leaves only a ceiling, and rounds
down. A rate that another document gives (`{guide: state_plan_rate}`, 一定比例) is open until a guide fills it; under a
printed bound the guide's rate is used and the bound stays as a cap.
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Strict, Table


class RateBound(Strict):
    """A bound on the rate, a guide that gives it, or both."""

    at_most: str | Table | None = None
    guide: str | None = None


class Rate(Step):
    """`rate: 10%`, `{at_most: 30%}`, `{guide: parameter}`, or a table of ratios."""

    word: ClassVar[str] = "rate"
    rate: str | RateBound | Table

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Multiply the running amount."""
        where = (*loc, "rate")
        if not isinstance(self.rate, RateBound):
            rate, listed = desk.figure_or_table(self.rate, where, "ratio")
            return Lowered(self.word, op.Fixed(_times(rate), "money"), rate, "×", self.quote, listed)
        if self.rate.at_most is None:
            if self.rate.guide is None:
                wrong = ExpressionError(
                    "a rate needs 'at_most' or 'guide'", "比例须有at_most或guide", code="missing-key"
                )
                rate = desk.note(where, wrong, "ratio")
            else:
                rate = desk.open(self.rate.guide, (*where, "guide"), "ratio")
            return Lowered(self.word, _times(rate), rate, "×", self.quote)
        bound, listed = desk.figure_or_table(self.rate.at_most, (*where, "at_most"), "ratio")
        rate = op.Bounded(bound, "ratio")
        if self.rate.guide is not None:
            given = desk.open(self.rate.guide, (*where, "guide"), "ratio", otherwise=rate)
            rate = op.Least(given, bound, printed=True, type="ratio")
        return Lowered(self.word, _times(rate), bound, "× ≤", self.quote, listed)


def _times(rate: op.Value) -> op.Value:
    return op.Arithmetic("*", op.Running(), rate, "money")
