"""`basis` (基数): the figure that a rate is taken of. Below zero it is clamped at 0 and the award is flagged.

It is mostly a sum over the cost items of a project:

    - basis: sum of project.costs.amount where cost.kind in [equipment, bundled_software]
      quote: 设备投资额（含配套软件）
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step


class Basis(Step):
    """`basis: EXPRESSION`, money."""

    word: ClassVar[str] = "basis"
    starts: ClassVar[bool] = True
    basis: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to the basis."""
        value = desk.value(self.basis, (*loc, "basis"))
        return Lowered(self.word, value, value, "", self.quote)
