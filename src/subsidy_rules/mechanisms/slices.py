"""`slices` (分段累进): each slice of a figure has its own rate, or its own price a unit, and what they give adds up.

    - slices: project.total
      rows:
      - {to: 1000万元, rate: 10%}
      - {to: 5000万元, rate: 8%, cap: 300万元}
      - {rate: 5%}
      quote: 1000万元以下部分按10%，1000万元至5000万元部分按8%、最高300万元，5000万元以上部分按5%给予补助

A slice begins where the one before it ends, so none is left out and none counts twice; on which side an edge lies is
nothing to the sum. The last slice has no end, unless nothing above it counts. Where the whole figure takes the rate of
the band that it falls in, write `tiers`.
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.facts.vocabulary import NUMERIC
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.expression import ExpressionError, kind_of
from subsidy_rules.mechanisms.rate import Rate, RateBound
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step, Strict, chain
from subsidy_rules.values.quantity import ZERO


class Slice(Strict):
    """One slice: where it ends, its rate (of money) or its price (of a number of units), its cap."""

    to: str | None = None
    rate: str | RateBound | None = None
    price: str | None = None
    cap: str | None = None
    quote: str = ""


class Slices(Step):
    """`slices: EXPRESSION`, `rows`; `per` where the slices have caps."""

    word: ClassVar[str] = "slices"
    starts: ClassVar[bool] = True
    slices: str
    per: str = ""
    rows: list[Slice]

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to what the slices come to together."""
        whole = desk.path(self.slices, (*loc, "slices"))
        if kind_of(whole.type) not in NUMERIC - {"date"}:
            wrong = ExpressionError(f"a {whole.type} can't be cut into slices", "此项不能分段", code="wrong-type")
            whole = desk.note((*loc, "slices"), wrong)
        ends = self._ends(desk, loc, whole.type)
        starts = [None, *ends][: len(ends)]
        parts = tuple(
            self._slice(row, _between(desk, whole, start, end), desk, (*loc, "rows", place))
            for place, (row, start, end) in enumerate(zip(self.rows, starts, ends, strict=True))
        )
        if not parts:
            desk.note((*loc, "rows"), ExpressionError("slices without rows", "没有分段", code="bad-table"))
        first, *rest = parts or ((),)
        value: op.Value = chain(first)
        for steps in rest:
            value = op.Arithmetic("+", value, chain(steps), "money")
        return Lowered(self.word, value, None, "", self.quote, parts=parts)

    def _ends(self, desk: Desk, loc: Loc, type_: str) -> list[op.Constant | None]:
        """Return where each slice ends: higher and higher, and only the last one nowhere."""
        ends: list[op.Constant | None] = []
        for place, row in enumerate(self.rows):
            where = (*loc, "rows", place)
            if row.to is not None:
                end = desk.constant(row.to, (*where, "to"), type_)
                before = None if not ends or ends[-1] is None else desk.scope.constants.value(ends[-1])
                if before is not None and desk.scope.constants.value(end) <= before:
                    what, what_zh = "a slice must end above the one before it", "各段的上端须逐段升高"
                    desk.note((*where, "to"), ExpressionError(what, what_zh, code="tier-overlap"))
                ends.append(end)
            else:
                if place < len(self.rows) - 1:
                    what, what_zh = "only the last slice has no 'to'", "只有最后一段可以不写to"
                    desk.note(where, ExpressionError(what, what_zh, code="tier-overlap"))
                ends.append(None)
        return ends

    def _slice(self, row: Slice, part: op.Value, desk: Desk, loc: Loc) -> tuple[Lowered, ...]:
        """Return the steps of one slice: what is in it, times its rate or price, under its cap."""
        steps = [Lowered("basis", part, part, "", row.quote)]
        if (row.rate is None) == (row.price is None):
            wrong = ExpressionError("a slice has a rate or a price", "每段须恰有rate或price之一", code="missing-key")
            desk.note(loc, wrong)
        elif row.rate is not None:
            if part.type != "money":
                what, what_zh = (
                    f"a rate is of money, not of a {part.type}: write a price",
                    "比例以金额为基数，请写price",
                )
                desk.note((*loc, "rate"), ExpressionError(what, what_zh, code="wrong-type"))
            steps.append(Rate(rate=row.rate).lower(desk, loc))
        else:
            price = desk.figure(row.price or "", (*loc, "price"), "money", whole=False)
            if part.type == "money":
                what, what_zh = "a price is of a number of units: write a rate", "单价以数量为基数，请写rate"
                desk.note((*loc, "price"), ExpressionError(what, what_zh, code="wrong-type"))
            times = op.Arithmetic("*", part, price, "money")
            steps = [Lowered("basis", op.Fixed(times, "money"), times, "", row.quote)]
        if row.cap is not None:
            if not self.per:
                what, what_zh = "a cap of a slice needs 'per' beside 'slices'", "分段上限须在slices旁写per"
                desk.note(loc, ExpressionError(what, what_zh, code="missing-key"))
            steps.append(Cap(cap=row.cap, of="sum", per=self.per).lower(desk, loc))
        return tuple(steps)


def _between(desk: Desk, whole: op.Value, start: op.Constant | None, end: op.Constant | None) -> op.Value:
    """Return what of a figure lies between two ends, nothing where it does not reach the first."""
    below = whole if end is None else op.Least(whole, end, printed=False, type=whole.type)
    if start is None:
        return below
    above = op.Arithmetic("-", below, start, whole.type)
    return op.Greatest(above, desk.number(ZERO, whole.type), whole.type)
