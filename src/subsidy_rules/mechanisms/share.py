"""`share` (份额): the part of a joint project's award that falls to the beneficiary.

It divides what the steps before have fixed or bounded, and changes neither the kind nor the rounding.

    - share: project.share
      when: project.kinds has 联合项目
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step


class Share(Step):
    """`share: EXPRESSION`, a ratio of at most 1."""

    word: ClassVar[str] = "share"
    share: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Multiply the running amount by the share."""
        ratio = desk.figure(self.share, (*loc, "share"), "ratio")
        part = op.Least(ratio, desk.number(Fraction(1), "ratio"), printed=False, type="ratio")
        return Lowered(self.word, op.Arithmetic("*", op.Running(), part, "money"), ratio, "×", self.quote)
