"""`cap` (上限): a figure that the running amount may not pass. It says what it caps and per what.

    - cap: 2000万元
      of: award
      per: project
      unless: reading.A5 is cap_lifted and enterprise.civil_explosives
      quote: 最高不超过 2000 万元

A cap over several awards of an enterprise is a `ceiling` among the cumulation rules.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Table


class Cap(Step):
    """`cap: 2000万元` (or a table, or an expression), `of`, `per`, `unless`."""

    word: ClassVar[str] = "cap"
    cap: str | Table
    of: Literal["award", "basis", "sum"]
    per: str
    unless: str | None = None

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Take the lesser of the running amount and the cap."""
        figure, listed = desk.figure_or_table(self.cap, (*loc, "cap"), "money")
        value: op.Value = op.Least(op.Running(), figure, printed=True, type="money")
        if self.unless is not None:
            lifted = desk.condition(self.unless, (*loc, "unless"))
            value = op.Choose(((lifted, op.Running()),), value, "money")
            listed = tuple(op.IfTruth(lifted, op.ALWAYS, truth) for truth in listed)
        return Lowered(self.word, value, figure, "≤", self.quote, listed)
