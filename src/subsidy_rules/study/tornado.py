"""What moves a total most: each reading and each open fact alone, from one end of what it may say to the other.

A bar is the range that the total goes through as one thing is decided, all others standing as they are: a reading at
each of its options, a fact at each of its members, at true and false, or at the ends that the case or the policy gives.
A fact that has no such ends (a figure of which nothing is known) is named in `open_ended`.

>>> from subsidy_rules import Case
>>> case = Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113"}
... projects:
... - {id: p1, kinds: [能力中心], nature: [新建], costs: [{kind: equipment, amount: {min: 2000万元, max: 4000万元}}]}
... assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
... ''')
>>> [(bar.name, bar.low // 10**6, bar.high // 10**6) for bar in tornado(case).bars][0]
('projects[0].costs[0].amount', 200, 650)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from subsidy_rules.award.model import Entitlement, Json
from subsidy_rules.errors import CaseError, Lang
from subsidy_rules.facts.case import Case
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.report.tables import Block, text_table
from subsidy_rules.study.cases import way_of, with_facts
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import INFINITY, Infinity, Number, exact_text, format_money


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing: its path or reading, what it is called, the range of the total over all that it may say, in fen.

    `options` gives each thing that it may say with the least and the greatest total under it.
    """

    name: str
    kind: str
    label: str
    low: Number
    high: Number
    options: tuple[tuple[str, Number, Number], ...]

    @property
    def moves(self) -> Number:
        """By how much the ends of the total move as it is decided: the sum of both moves, in fen."""
        spans = [_span([low for _, low, _ in self.options]), _span([high for _, _, high in self.options])]
        found = [one for one in spans if isinstance(one, Fraction)]
        return sum(found, Fraction(0)) if len(found) == len(spans) else INFINITY


def _span(ends: list[Number]) -> Number:
    """Return from the least to the greatest of some figures."""
    found = [one for one in ends if isinstance(one, Fraction)]
    return max(found) - min(found) if len(found) == len(ends) else INFINITY


@dataclass(frozen=True, slots=True)
class Tornado:
    """The total as it stands, its spread over all readings jointly, and what moves it, the most first (in fen)."""

    total: tuple[Number, Number]
    joint: tuple[Number, Number]
    bars: tuple[Bar, ...]
    open_ended: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        """Write it in yuan."""
        return {
            "schema": "subsidy-rules/tornado/1",
            "total": list(map(_yuan, self.total)),
            "joint": list(map(_yuan, self.joint)),
            "bars": [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "label": one.label,
                    "low": _yuan(one.low),
                    "high": _yuan(one.high),
                    "options": [{"option": name, "low": _yuan(a), "high": _yuan(b)} for name, a, b in one.options],
                }
                for one in self.bars
            ],
            "open_ended": list(self.open_ended),
        }


def tornado(case: Case, scenario: Scenario | None = None) -> Tornado:
    """Say what moves the total of a case most. Raises `CaseError` and `UsageError` as `evaluate` does."""
    base = scenario or Scenario()
    side = Side(base)
    found = side.evaluate(case)
    bars = [*_readings(case, base, found), *_facts(case, side, found)]
    moving = sorted((bar for bar in bars if bar.moves), key=lambda bar: (-_size(bar.moves), bar.name))
    asked = {bar.name for bar in bars}
    left = tuple(path for path in found.deciding_facts if path not in asked)
    return Tornado(_total(found), (found.spread.minimum, found.spread.maximum), tuple(moving), left)


def _size(number: Number) -> Fraction:
    return Fraction(10**30) if isinstance(number, Infinity) else number


def _total(found: Entitlement) -> tuple[Number, Number]:
    return found.total.possible.minimum, found.total.possible.maximum


def _bar(name: str, kind: str, label: str, options: list[tuple[str, Entitlement]]) -> Bar:
    ends = tuple((option, *_total(found)) for option, found in options)
    return Bar(name, kind, label, min(low for _, low, _ in ends), max(high for _, _, high in ends), ends)


def _readings(case: Case, base: Scenario, found: Entitlement) -> Iterator[Bar]:
    for use in found.readings:
        options = [use.option, *(one.option for one in use.alternatives)]
        scenarios = [replace(base, readings={**base.readings, use.id: option}) for option in options]
        answers = [Side(one).evaluate(case) for one in scenarios]
        yield _bar(use.id, "reading", use.asks, list(zip(options, answers, strict=True)))


def _facts(case: Case, side: Side, found: Entitlement) -> Iterator[Bar]:
    facts = case.facts_of(side.policies.vocabulary)
    things = {one.path: one for one in (facts.root, *facts.paths.values())}
    for path in found.deciding_facts:
        *around, name = way_of(path)
        where = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in around).removeprefix(".")
        thing = things.get(where)
        spec = None if thing is None else side.policies.vocabulary.field(thing.entity, str(name))
        if thing is None or spec is None:
            continue
        answers = []
        for option, value in _options(spec, thing.values.get(str(name)), side):
            try:
                answers.append((option, side.evaluate(with_facts(case, {path: value}))))
            except CaseError:
                continue  # what contradicts the rest of the case it may not say
        if len(answers) > 1:
            yield _bar(path, "fact", spec.zh, answers)


def _options(spec: FieldSpec, given: object, side: Side) -> Iterator[tuple[str, str]]:
    """Give what a fact may say: members, truths, or the two ends that are known."""
    if spec.type == "bool":
        yield from (("true", "true"), ("false", "false"))
    elif spec.type == "enum":
        yield from ((member.zh or name, name) for name, member in spec.members.items())
    elif spec.type == "money" and isinstance(given, Amount):
        for end in (given.minimum, given.maximum):
            if not isinstance(end, Infinity):
                yield format_money(end, side.policies.vocabulary.currency), f"{end.numerator}分"
    elif spec.type in ("ratio", "count"):
        ends = (given.minimum, given.maximum) if isinstance(given, Amount) else (spec.lowest, spec.highest)
        for one in ends:
            if isinstance(one, Fraction):
                text = f"{exact_text(one * 100)}%" if spec.type == "ratio" else str(one)
                yield text, text


def to_text(found: Tornado, lang: Lang, *, width: int, ascii_only: bool = False, color: bool = False) -> str:
    """Write it for a screen."""
    zh = lang == "zh"
    heads = ("因素", "总额最低", "总额最高", "各取值") if zh else ("what", "total from", "to", "at each")
    rows = tuple(
        (
            (one.name, one.label),
            (_money(one.low, lang),),
            (_money(one.high, lang),),
            tuple(f"{name}: {_money(low, lang)}–{_money(high, lang)}" for name, low, high in one.options),
        )
        for one in found.bars
    )
    ends = "–".join(_money(end, lang) for end in found.total)
    title = f"总额 {ends}" if zh else f"total {ends}"
    left = tuple(("取值没有界限：" if zh else "without known ends: ") + path for path in found.open_ended)
    return text_table(Block(title, heads, rows), width=width, ascii_only=ascii_only, color=color) + "".join(
        f"{one}\n" for one in left
    )


def _money(number: Number, lang: Lang) -> str:
    if isinstance(number, Infinity):
        return "∞"
    return format_money(number) if lang == "zh" else f"CNY {exact_text(number / 100)}"


def _yuan(number: Number) -> str | None:
    return None if isinstance(number, Infinity) else exact_text(number / 100)
