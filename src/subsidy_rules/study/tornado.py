"""What moves a total most: each reading and each open fact alone, at each thing that it may say.

One thing is decided at a time, all others standing as they are: a reading at each of its options, a fact at each of its
members, at true and false, or at the two ends that the case or the policy gives. What a figure does between its ends is
a sweep's to tell. A fact without such ends is named in `open_ended`, and what the rest of the case contradicts in
`contradicted`: nothing is left out in silence.

>>> from subsidy_rules import Case
>>> case = Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113"}
... projects:
... - {id: p1, kinds: [能力中心], nature: [新建], costs: [{kind: equipment, amount: {min: 2000万元, max: 4000万元}}]}
... assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
... ''')
>>> first = tornado(case).bars[0]
>>> first.name, [str(total.maximum) for _, total in first.options]
('projects[0].costs[0].amount', ['350000000', '650000000'])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from subsidy_rules.award.model import Entitlement, Json, ends_of
from subsidy_rules.award.phrases import say_amount
from subsidy_rules.award.written import write_number
from subsidy_rules.errors import CaseError, Lang
from subsidy_rules.facts.case import Case
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.report.html import html_table
from subsidy_rules.report.tables import Block, text_table
from subsidy_rules.study.cases import NUMBERS, fact_at, with_facts, written
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import INFINITY, Currency, Infinity, Number


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing: its path or the id of the reading, what it is called, and the total at each thing that it may say."""

    name: str
    kind: str
    label: str
    options: tuple[tuple[str, Amount], ...]
    whole: bool = True
    """Whether these are all the things that it may say; of a number they are its two ends."""

    @property
    def moves(self) -> Number:
        """By how much the two ends of the total move as it is decided, both moves together, in fen."""
        spans = [_span(total.minimum for _, total in self.options), _span(total.maximum for _, total in self.options)]
        found = [one for one in spans if isinstance(one, Fraction)]
        return sum(found, Fraction(0)) if len(found) == len(spans) else INFINITY


def _span(ends: Iterable[Number]) -> Number:
    """Return from the least to the greatest of some figures; nothing where all are without end."""
    listed = list(ends)
    found = [one for one in listed if isinstance(one, Fraction)]
    if not found:
        return Fraction(0)
    return max(found) - min(found) if len(found) == len(listed) else INFINITY


@dataclass(frozen=True, slots=True)
class Tornado:
    """The total as it stands, its spread over all readings jointly, and what moves it, the most first."""

    total: Amount
    joint: Amount
    bars: tuple[Bar, ...]
    open_ended: tuple[str, ...]
    contradicted: tuple[str, ...]
    currency: Currency

    def as_json(self) -> dict[str, Json]:
        """Write it, amounts in yuan, or in the policies' currency."""
        return {
            "schema": "subsidy-rules/tornado/1",
            "currency": self.currency.code,
            "total": self._amount(self.total),
            "joint": self._amount(self.joint),
            "bars": [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "label": one.label,
                    "options": [{"option": name, **self._amount(total)} for name, total in one.options],
                }
                for one in self.bars
            ],
            "open_ended": list(self.open_ended),
            "contradicted": list(self.contradicted),
        }

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return html_table(_block(self, "zh"))

    def _amount(self, amount: Amount) -> dict[str, Json]:
        return {"kind": amount.kind, **ends_of(amount, self.currency)}


def tornado(case: Case, scenario: Scenario | None = None) -> Tornado:
    """Say what moves the total of a case most. Raises `CaseError` and `UsageError` as `evaluate` does."""
    base = scenario or Scenario()
    side = Side(base)
    case = side.given(case)
    found = side.evaluate(case)
    contradicted: list[str] = []
    bars = [*_readings(case, base, found), *_facts(case, side, found, contradicted)]
    moving = sorted((bar for bar in bars if bar.moves), key=lambda bar: (_rank(bar.moves), bar.name))
    asked = {bar.name for bar in bars} | {said.partition(" = ")[0] for said in contradicted}
    left = tuple(path for path in found.deciding_facts if path not in asked)
    return Tornado(found.total.possible, found.spread, tuple(moving), left, tuple(contradicted), found.currency)


def _rank(moves: Number) -> tuple[bool, Fraction]:
    """Return by what bars are ordered, the greatest first: those without end before all others."""
    return (False, Fraction(0)) if isinstance(moves, Infinity) else (True, -moves)


def _readings(case: Case, base: Scenario, found: Entitlement) -> Iterator[Bar]:
    for use in found.readings:
        options = [use.option, *(one.option for one in use.alternatives)]
        scenarios = [replace(base, readings={**base.readings, use.id: option}) for option in options]
        totals = [Side(one).evaluate(case).total.possible for one in scenarios]
        yield Bar(use.id, "reading", use.asks, tuple(zip(options, totals, strict=True)))


def _facts(case: Case, side: Side, found: Entitlement, contradicted: list[str]) -> Iterator[Bar]:
    for path in found.deciding_facts:
        at = fact_at(case, path, side.policies.vocabulary)
        if at is None:
            continue
        thing, spec = at
        made = []
        for option, value in _options(spec, thing.values.get(spec.name), found.currency):
            try:
                made.append((option, side.evaluate(with_facts(case, {path: value})).total.possible))
            except CaseError as error:
                contradicted.append(f"{path} = {option}: {error.problems[0].what}")
        if len(made) > 1:
            whole = spec.type not in NUMBERS and not spec.open
            yield Bar(path, "fact", spec.zh, tuple(made), whole)


def _options(spec: FieldSpec, given: object, currency: Currency) -> Iterator[tuple[str, str]]:
    """Give what a fact may say, for people and for a case: members, truths, or the two ends that are known."""
    if spec.type == "bool":
        yield from (("true", "true"), ("false", "false"))
    elif spec.type == "enum":
        yield from ((member.zh or name, name) for name, member in spec.members.items())
    elif spec.type in NUMBERS:
        ends = (given.minimum, given.maximum) if isinstance(given, Amount) else (spec.lowest, spec.highest)
        for one in ends:
            if isinstance(one, Fraction):
                yield write_number(one, spec.measure, "zh", currency), written(spec, one, currency)


def to_text(found: Tornado, lang: Lang, *, width: int, ascii_only: bool = False, color: bool = False) -> str:
    """Write it for a screen; every total with its kind."""
    return text_table(_block(found, lang), width=width, ascii_only=ascii_only, color=color)


def _block(found: Tornado, lang: Lang) -> Block:
    zh = lang == "zh"

    def said(amount: Amount) -> str:
        return say_amount(amount, lang, found.currency)

    heads = ("因素", "取值", "总额") if zh else ("what", "at", "total")
    rows = tuple(
        ((bar.name, bar.label) if first else ("",), (option,), (said(total),))
        for bar in found.bars
        for first, (option, total) in zip((True, *[False] * len(bar.options)), bar.options, strict=False)
    )
    title = f"总额 {said(found.total)}" if zh else f"total {said(found.total)}"
    remarks = [f"各解读合计：{said(found.joint)}" if zh else f"over all readings jointly: {said(found.joint)}"]
    remarks += [("取值没有界限：" if zh else "without known ends: ") + path for path in found.open_ended]
    remarks += [("与案例其他事实矛盾：" if zh else "contradicts the case: ") + one for one in found.contradicted]
    return Block(title, heads, rows, tuple(remarks))
