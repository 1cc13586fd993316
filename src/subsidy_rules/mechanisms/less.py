"""`less` (已获抵减): what has been received before is set against the running amount (S2, the top-up t − p).

It comes after rate, cap and share, so that what is left is the part of the amount that is not yet paid, and never less
than nothing. The rounding stays that of the figure.

    - less: sum of grants.received where grant.project is project and grant.level in [市级, 县级]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from subsidy_rules.facts.case import bounds_of
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step
from subsidy_rules.values.quantity import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from subsidy_rules.facts.vocabulary import FieldSpec


class Less(Step):
    """`less: EXPRESSION`, money."""

    word: ClassVar[str] = "less"
    less: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Subtract from the running amount."""
        figure = desk.value(self.less, (*loc, "less"))
        signed = next((spec for spec in _figures(figure) if bounds_of(spec)[0] < ZERO), None)
        if signed is not None:
            what = f"{signed.entity}.{signed.name} may be below zero, and taking it off would then pay more"
            what_zh = f"{signed.entity}.{signed.name}可以小于零，抵减它会增加金额"
            figure = desk.note((*loc, "less"), ExpressionError(what, what_zh, code="wrong-type"))
        return Lowered(self.word, op.Arithmetic("-", op.Running(), figure, "money"), figure, "−", self.quote)


def _figures(node: op.Node) -> Iterator[FieldSpec]:
    """Return the facts of money that a figure is made of, but for what it is only compared with."""
    if isinstance(node, op.Fact) and node.type == "money":
        yield node.spec
    for child in () if isinstance(node, op.Compare) else op.children(node):
        yield from _figures(child)
