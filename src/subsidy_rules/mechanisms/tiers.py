"""`tiers` (分档): the whole amount takes the rate, or the sum, of the one band that a figure falls in.

    - basis: project.equipment
    - tiers: project.total
      per: project
      rows:
      - {from: 500万元, below: 1000万元, rate: 10%, cap: 80万元, quote: 500万元（含）至1000万元的按10%，最高80万元}
      - {from: 1000万元, rate: 15%, cap: 300万元, quote: 1000万元（含）以上的按15%，最高300万元}

On which side an edge lies is written: `from` (以上) and `to` (以下) include it, `over` (超过) and `below` (不满) don't.
Bands may be in any order; two that overlap, or leave a gap between them, are refused with a figure that shows it. A
band that the text leaves out says `gives: none`. What is under the lowest band, or above a highest one that ends, gets
nothing.
Where each slice of the figure has its own rate, write `slices`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Final, Literal

from pydantic import Field

from subsidy_rules.facts.vocabulary import NUMERIC
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.at_most import AtMost
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.expression import ExpressionError, as_ratio, kind_of
from subsidy_rules.mechanisms.lump_sum import Guided, LumpSum
from subsidy_rules.mechanisms.rate import Rate, RateBound
from subsidy_rules.mechanisms.step import NOTHING, Desk, Loc, Lowered, LoweredBand, Step, Strict, Table, chain
from subsidy_rules.values.quantity import ZERO


class Band(Strict):
    """One band: its two ends, and its rate or sum, under its cap."""

    from_: str | None = Field(default=None, alias="from")
    over: str | None = None
    to: str | None = None
    below: str | None = None
    rate: str | RateBound | Table | None = None
    lump_sum: str | Guided | Table | None = None
    at_most: str | Table | None = None
    cap: str | Table | None = None
    gives: Literal["none"] | None = None
    quote: str = ""

    @property
    def ends(self) -> dict[str, str]:
        """Its ends as they are written."""
        given = {"from": self.from_, "over": self.over, "to": self.to, "below": self.below}
        return {name: text for name, text in given.items() if text is not None}

    @property
    def text(self) -> str:
        """Its ends as signs: `≥ 500万元, < 1000万元`."""
        signs = {"from": "≥", "over": ">", "to": "≤", "below": "<"}
        return ", ".join(f"{signs[name]} {text}" for name, text in self.ends.items())

    @property
    def measures(self) -> list[str]:
        """What it gives: one of these."""
        return [name for name in ("rate", "lump_sum", "at_most", "gives") if getattr(self, name) is not None]


@dataclass(frozen=True, slots=True)
class _Span:
    """A band between two constants; None is no end. `position` is where it stands in the file."""

    position: int
    low: op.Constant | None
    low_in: bool
    high: op.Constant | None
    high_in: bool


class Tiers(Step):
    """`tiers: EXPRESSION`, `rows`; `per` where the bands have caps."""

    word: ClassVar[str] = "tiers"
    tiers: str
    per: str = ""
    rows: list[Band]

    @property
    def begins(self) -> bool:
        """Whether no band needs what stands before it."""
        return all(row.rate is None for row in self.rows)

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Apply the band that the figure falls in."""
        figure = desk.path(self.tiers, (*loc, "tiers"))
        if any(end[-1:] in ("%", "‰") for row in self.rows for end in row.ends.values()):
            figure = as_ratio(figure)
        if kind_of(figure.type) not in NUMERIC:
            wrong = ExpressionError(f"a {figure.type} has no tiers", "此项不能分档", code="wrong-type")
            figure = desk.note((*loc, "tiers"), wrong)
        spans = [self._span(row, place, desk, (*loc, "rows", place), figure) for place, row in enumerate(self.rows)]
        if not spans:
            desk.note((*loc, "rows"), ExpressionError("tiers without rows", "没有档次", code="bad-table"))
        self._check(spans, desk, loc)
        bands = tuple(
            LoweredBand(_inside(figure, span), self._steps(row, desk, (*loc, "rows", span.position)), row.text)
            for span, row in zip(spans, self.rows, strict=True)
            if row.gives is None
        )
        value = op.Choose(tuple((band.truth, chain(band.steps)) for band in bands), NOTHING, "money")
        requires: list[op.Truth] = [op.AnyOf(tuple(band.truth for band in bands))]
        for band in bands:
            requires += [op.IfTruth(band.truth, truth, op.ALWAYS) for one in band.steps for truth in one.requires]
        return Lowered(self.word, value, figure, "", self.quote, tuple(requires), bands=bands)

    def _steps(self, row: Band, desk: Desk, loc: Loc) -> tuple[Lowered, ...]:
        if len(row.measures) != 1:
            what = "a band gives one thing: rate, lump_sum, at_most or 'gives: none'"
            what_zh = "每档须恰有rate、lump_sum、at_most或gives: none之一"
            desk.note(loc, ExpressionError(what, what_zh, code="missing-key"))
        steps: list[Step] = []
        if row.rate is not None:
            steps.append(Rate(rate=row.rate, quote=row.quote))
        if row.lump_sum is not None:
            steps.append(LumpSum(lump_sum=row.lump_sum, quote=row.quote))
        if row.at_most is not None:
            steps.append(AtMost(at_most=row.at_most, quote=row.quote))
        if row.cap is not None:
            if not self.per:
                what = "a cap of a band needs 'per' beside 'tiers'"
                desk.note(loc, ExpressionError(what, "档内上限须在tiers旁写per", code="missing-key"))
            steps.append(Cap(cap=row.cap, of="award", per=self.per, quote=row.quote))
        return tuple(step.lower(desk, loc) for step in steps)

    def _span(self, row: Band, place: int, desk: Desk, loc: Loc, figure: op.Value) -> _Span:
        ends: list[tuple[op.Constant | None, bool]] = []
        for including, excluding in (("from", "over"), ("to", "below")):
            given = {name: text for name, text in row.ends.items() if name in (including, excluding)}
            if len(given) > 1:
                what = f"a band has '{including}' or '{excluding}', not both"
                what_zh = f"{including}与{excluding}只能写一个"
                desk.note(loc, ExpressionError(what, what_zh, code="bad-table"))
            name, text = next(iter(given.items()), (including, None))
            ends.append((None if text is None else desk.edge(text, (*loc, name), figure), name == including))
        made = _Span(place, *ends[0], *ends[1])
        number = desk.scope.constants.value
        if made.low is not None and made.high is not None:
            low, high = number(made.low), number(made.high)
            if low > high or (low == high and not (made.low_in and made.high_in)):
                desk.note(loc, ExpressionError("no figure falls in this band", "没有数额落入此档", code="bad-table"))
        return made

    def _check(self, spans: list[_Span], desk: Desk, loc: Loc) -> None:
        """Refuse bands that overlap or leave a gap between them, with a figure that shows it."""
        number = desk.scope.constants.value

        def order(span: _Span) -> tuple[bool, Fraction, bool]:
            return span.low is not None, ZERO if span.low is None else number(span.low), not span.low_in

        for before, after in pairwise(sorted(spans, key=order)):
            rows = [self.rows[one.position].ends for one in (before, after)]
            sides = zip(rows, _SIDES, strict=True)
            end, start = (next((row[name] for name in names if name in row), "") for row, names in sides)
            if before.high is None or after.low is None:
                meet = 1
            else:
                high, low = number(before.high), number(after.low)
                meet = (high > low) - (high < low) or before.high_in + after.low_in - 1
            where = (*loc, "rows", after.position)
            if meet > 0:
                what, what_zh = f"a figure at {start or end} falls in two bands", f"{start or end}处的数额落入两档"
                desk.note(where, ExpressionError(what, what_zh, code="tier-overlap"))
            elif meet < 0:
                above = before.high_in
                what = f"a figure {'just above' if above else 'of'} {end} falls in no band"
                what_zh = f"{'略高于' if above else ''}{end}的数额不在任何一档"
                desk.note(where, ExpressionError(what, what_zh, code="tier-gap"))


_SIDES: Final = (("to", "below"), ("from", "over"))


def _inside(figure: op.Value, span: _Span) -> op.Truth:
    tests: list[op.Truth] = []
    if span.low is not None:
        tests.append(op.Compare(">=" if span.low_in else ">", figure, span.low))
    if span.high is not None:
        tests.append(op.Compare(">=" if span.high_in else ">", span.high, figure))
    return op.All(tuple(tests))
