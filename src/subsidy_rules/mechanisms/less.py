"""`less` (已获抵减): what has been received before is set against the running amount (S2, the top-up t − p).

It comes after rate, cap and share, so that what is left is the part of the amount that is not yet paid, and never less
than nothing. The rounding stays that of the figure.

    - less: sum of grants.received where grant.project is project and grant.level in [市级, 县级]
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step


class Less(Step):
    """`less: EXPRESSION`, money."""

    word: ClassVar[str] = "less"
    less: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Subtract from the running amount."""
        figure = desk.value(self.less, (*loc, "less"))
        return Lowered(self.word, op.Arithmetic("-", op.Running(), figure, "money"), figure, "−", self.quote)
