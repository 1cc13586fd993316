"""Boundary cases proposed for review: one unit below, at, and one unit above every threshold and every cap.

    - id: growth/enterprise.revenue_growth_below_20%
      # review: enterprise.revenue_growth is 0.01% below 20% (from growth/at_the_threshold)
      facts: {enterprise: {revenue_growth: 19.99%}}
      expect: {growth@enterprise: awards exact 20万元}

Each starts from a case that passes in which the sentence has something to say, or, where there is none, from the least
case that meets its conditions. What is expected is what is computed now, so nothing is shown by a proposed case until
somebody has worked it out by hand. A cap is reached by moving one amount of which the award depends in a straight line.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from subsidy_rules.author.coverage import steps_of
from subsidy_rules.author.expected import SEPARATOR, USUAL_REASONS, Expected
from subsidy_rules.author.minimal import minimal_case, unit_of
from subsidy_rules.author.spelling import Said, spell_number, spell_span
from subsidy_rules.author.suite import CaseTest, Suite
from subsidy_rules.author.trial import Evaluated, Outcome, evaluated
from subsidy_rules.award.engine import Context, number, truth_of_plan
from subsidy_rules.award.model import Award, Both, Entitlement, whys_of
from subsidy_rules.award.required import Requirements
from subsidy_rules.award.rows import Row
from subsidy_rules.errors import InputError, Lang
from subsidy_rules.facts.case import Case, Thing
from subsidy_rules.facts.vocabulary import NUMERIC, QUANTITY, FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan
from subsidy_rules.policy.source import shipped_rules
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import Plain

SIDES: Final = ("below", "at", "above")
_SAID: Final[Mapping[str, Both]] = {
    "below": ("比 {bound} 小 {unit}", "is {unit} below {bound}"),
    "at": ("恰为 {bound}", "is exactly {bound}"),
    "above": ("比 {bound} 大 {unit}", "is {unit} above {bound}"),
}
_SAID_OF_VALUE: Final[Mapping[str, Both]] = {
    "below": ("使 {subject} 略低于 {bound}", "leaves {subject} just below {bound}"),
    "at": ("使 {subject} 达到 {bound}", "takes {subject} to {bound}"),
    "above": ("使 {subject} 略高于 {bound}", "takes {subject} just above {bound}"),
}
_SAID_OF_CAP: Final[Mapping[str, Both]] = {
    "below": ("使金额比上限 {bound} 少 {unit}", "leaves the amount {unit} below the cap of {bound}"),
    "at": ("使金额恰达上限 {bound}", "takes the amount to the cap of {bound}"),
    "above": ("使金额超出上限 {bound}，须截至上限", "takes the amount above the cap of {bound}"),
}
"""How a proposed value stands to its bound."""


@dataclass(frozen=True, slots=True)
class Start:
    """A case from which others are made, the sentence's row in it, and what it is called."""

    test: CaseTest
    evaluated: Evaluated
    row: Row
    name: Both


@dataclass(frozen=True, slots=True)
class Move:
    """A fact of a case that is moved to both sides of a bound."""

    start: Start
    thing: str
    spec: FieldSpec
    values: tuple[Fraction, Fraction, Fraction]
    unit: str
    bound: str = ""
    label: str = ""
    subject: str | None = None
    of_cap: bool = False

    @property
    def path(self) -> str:
        """The path of the fact."""
        return f"{self.thing}.{self.spec.name}" if self.thing else self.spec.name


Reading: TypeAlias = tuple[Fraction | None, list[tuple[Thing, FieldSpec]]]
"""A figure of a row, and the facts that it was read from."""
Measure: TypeAlias = Callable[[Row], Reading]


def propose(suite: Suite, outcomes: Sequence[Outcome], lang: Lang, folder: Path) -> str:
    """Return a test file with the boundary cases of a suite's policies, to be written into `folder`."""
    return _Proposer(suite, outcomes, lang).text(folder)


class Trials:
    """Cases around the bounds of a sentence, each with what is moved in it, for whatever holds two policies equal."""

    def __init__(self, suite: Suite, outcomes: Sequence[Outcome]) -> None:
        """Make them from the tests of a file that pass."""
        self._proposer = _Proposer(suite, outcomes, "en")

    def around(self, plan: PolicyPlan, clause: ClausePlan) -> Iterator[tuple[str, CaseTest]]:
        """Yield each case below, at and above a bound of the sentence, as this plan has it."""
        for move in self._proposer._moves(plan, clause, set()):  # noqa: SLF001 - one module
            for value in move.values:
                if value < 0 and not move.spec.signed:
                    continue
                test = self._proposer._moved(move.start, move.thing, move.spec, value)  # noqa: SLF001
                if test is not None and _tried(test) is not None:
                    said = self._proposer.number(value, move.spec.measure)
                    yield f"{move.path} = {said} ({move.start.name[1]})", test

    def choices(self, plan: PolicyPlan, clause: ClausePlan, other: ClausePlan) -> Iterator[tuple[str, CaseTest]]:
        """Yield cases in which a fact is otherwise that a condition reads which only one of two sentences has."""
        nodes = [
            gate.truth for one, two in ((clause, other), (other, clause)) for gate in one.gates if gate not in two.gates
        ]
        facts = dict.fromkeys(part for node in nodes for part in _own(node) if isinstance(part, op.Fact))
        for start in self._proposer._starts(plan, clause):  # noqa: SLF001
            for fact in facts:
                thing = None if fact.of_kind else _thing(start, fact)
                if thing is None:
                    continue
                for value in _choices(fact.spec):
                    made = self._proposer._given(start, thing.path, fact.spec, value)  # noqa: SLF001
                    if made is not None and _tried(made) is not None:
                        yield f"{thing.path}.{fact.spec.name} = {value} ({start.name[1]})", made


class _Plain(yaml.SafeDumper):
    """Writes texts without quotes where they need none: the reader takes every scalar as text."""


_Plain.yaml_implicit_resolvers = {}


def _flow(value: object) -> str:
    """Write a value on one line."""
    text = str(
        yaml.dump(value, None, _Plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    )
    return text.removesuffix("\n").removesuffix("\n...")


class _Proposer:
    """Finds the bounds of each policy's sentences, a case for each, and writes what is computed."""

    def __init__(self, suite: Suite, outcomes: Sequence[Outcome], lang: Lang) -> None:
        self.suite, self.lang = suite, lang
        self.at = 0 if lang == "zh" else 1
        self.policies = suite.policies
        self.currency = suite.policies.vocabulary.currency
        names = tuple(self.policies.by_id)
        alike = [one for one in outcomes if one.passed and one.test.names == names and not one.test.guides]
        self.passing = sorted(alike, key=lambda one: bool(one.test.readings))
        self.base = doc.plain(suite.base) if suite.base is not None else {}
        self.ids = {one.test.id for one in outcomes}
        self.left: list[str] = []

    def text(self, folder: Path) -> str:
        lines = [
            f"# {_HEAD[self.at].format(file=self.suite.path.name)}",
            "tests: 1",
            f"policies: {_flow(self._packs(folder))}",
        ]
        if isinstance(self.base, dict) and self.base:
            lines += ["base:", *(f"  {_flow({key: value})[1:-1]}" for key, value in self.base.items())]
        cases = [case for plan in self.policies.plans for case in self._cases(plan)]
        lines += ["cases:", *cases] if cases else ["cases: []"]
        lines += [f"# {_LEFT[self.at]}{one}" for one in self.left]
        return "\n".join(lines) + "\n"

    def _packs(self, folder: Path) -> list[str]:
        """Name the packs: those that ship by their ids, others by a path from where the file will stand."""
        ships = shipped_rules()
        return [
            pack.stem if pack.parent == ships else Path(os.path.relpath(pack, folder)).as_posix()
            for pack in self.suite.packs
        ]

    # bounds

    def _cases(self, plan: PolicyPlan) -> Iterator[str]:
        seen: set[tuple[object, ...]] = set()
        for clause in plan.clauses:
            for move in self._moves(plan, clause, seen):
                yield from self._around(plan, clause, move)

    def _moves(self, plan: PolicyPlan, clause: ClausePlan, seen: set[tuple[object, ...]]) -> Iterator[Move]:
        """Yield what is to be moved for the comparisons and the caps of a sentence."""
        starts = list(self._starts(plan, clause))
        words = Requirements(plan.vocabulary, (), {one.id: one.default for one in plan.readings.values()})
        for node, constant in _comparisons(clause):
            value, type_ = plan.constants[constant.index]
            is_fact = isinstance(node, op.Fact)
            label = (
                f"{node.spec.entity}.{node.spec.name}"
                if isinstance(node, op.Fact)
                else words.say_value(node, self.lang)
            )
            of_all = isinstance(node, op.Fact) and node.name in ("case", "enterprise")
            key = ("" if of_all else clause.sentence.id, label, value)
            if key in seen:
                continue
            seen.add(key)
            made = (
                self._fact_to(one, node, value) if isinstance(node, op.Fact) else self._value_to(one, node, value)
                for one in starts
            )
            found = next((move for move in made if move is not None), None)
            if found is None:
                self.left.append(f"{clause.sentence.id}: {label} {self.number(value, type_)}")
            else:
                said = self.number(value, type_)
                yield replace(found, bound=said, label=f"{label}_{{side}}_{said}", subject=None if is_fact else label)
        for path, inner in steps_of(clause):
            if inner.word == "cap" and (len(path) > 1 or inner.operand is None):
                self.left.append(f"{clause.sentence.id}: {inner.word} {inner.quote}".rstrip())
        for place, lowered in enumerate(clause.steps):
            if lowered.word == "cap" and lowered.operand is not None:
                found = next((move for one in starts if (move := self._to_the_cap(one, place))), None)
                if found is None:
                    self.left.append(f"{clause.sentence.id}: {lowered.word} {lowered.quote}".rstrip())
                else:
                    yield found

    def _fact_to(self, start: Start, fact: op.Fact, value: Fraction) -> Move | None:
        """Return a fact moved to both sides of the constant that it is compared with."""
        thing = _thing(start, fact)
        unit = unit_of(fact.spec)
        values = (value - unit, value, value + unit)
        return None if thing is None else Move(start, thing.path, fact.spec, values, self._unit(fact.spec))

    def _unit(self, spec: FieldSpec) -> str:
        return _DAY[self.at] if spec.type == "date" else self.number(unit_of(spec), spec.measure)

    def _value_to(self, start: Start, node: op.Value, value: Fraction) -> Move | None:
        """Return a fact that moves what is computed to both sides of the constant that it is compared with."""

        def measure(row: Row) -> Reading:
            ctx = row.context({}, trace=True)
            return _figure(number(node)(ctx)), list(_read(ctx))

        if not _names(node) <= start.row.context({}).things.keys():
            return None
        for thing, spec, solve in self._lines(start, measure):
            unit = unit_of(spec)
            at = solve(value)
            ends = [self._measure(start, thing, spec, one, measure) for one in (at - unit, at)]
            if ends[0] is not None and ends[1] is not None and ends[0] < value <= ends[1]:
                return Move(start, thing.path, spec, (at - unit, at, at + unit), self._unit(spec))
        return None

    def _starts(self, plan: PolicyPlan, clause: ClausePlan) -> Iterator[Start]:
        """Yield the cases in which a sentence has something to say: awards first, the least case last."""
        found: list[tuple[int, Start]] = []
        for outcome in self.passing:
            one = outcome.evaluations[0]
            for rank, row in _rows(one, plan.id, clause.sentence.id):
                name = outcome.test.id
                found.append((rank, Start(outcome.test, one, row, (f"取自 {name}", f"from {name}"))))
        yield from (start for _, start in sorted(found, key=lambda pair: pair[0]))
        made = minimal_case(plan, clause)
        test = None if made is None else self._test(self.policies, doc.from_python(made), "")
        one_more = None if test is None else _tried(test)
        if test is not None and one_more is not None:
            for _, row in _rows(one_more, plan.id, clause.sentence.id):
                yield Start(test, one_more, row, ("取自最简案例", "from the least case"))

    def _test(self, policies: Policies, document: doc.Document, name: str, like: CaseTest | None = None) -> CaseTest:
        readings = {} if like is None else like.readings
        expected = Expected(document.root.place, {})
        return CaseTest(name, tuple(policies.by_id), policies, Case(document), readings, (), expected)

    def _to_the_cap(self, start: Start, place: int) -> Move | None:
        """Return an amount that takes the award to its cap: a unit below, the least that reaches it, a unit above."""
        step, _ = start.row.clause.steps[place]
        cap = None if step.operand is None else _figure(number(step.operand)(_ran(start.row, place)))
        if cap is None:
            return None

        def measure(row: Row) -> Reading:
            ctx = _ran(row, place)
            return _figure(ctx.running), list(_read(ctx))

        unit = Fraction(start.row.policy.plan.unit)
        for thing, spec, solve in self._lines(start, measure):
            below, at, above = (solve(one) for one in (cap - unit, cap, cap + unit))
            found = [self._measure(start, thing, spec, one, measure) for one in (below, at - unit_of(spec), at)]
            ends = [one for one in found if one is not None]
            if len(ends) == len(found) and max(ends[:2]) < cap <= ends[-1]:
                said = self.number(cap, "money")
                step_said = self.number(unit, "money")
                made = Move(start, thing.path, spec, (below, at, above), step_said)
                return replace(made, bound=said, label=f"cap_{{side}}_{said}", of_cap=True)
        return None

    def _lines(
        self, start: Start, measure: Measure
    ) -> Iterator[tuple[Thing, FieldSpec, Callable[[Fraction], Fraction]]]:
        """Yield the facts on which a figure depends in a rising straight line, each with what solves for a figure."""
        now, facts = measure(start.row)
        for thing, spec in facts:
            value = thing.values.get(spec.name)
            if (
                now is None
                or not isinstance(value, Amount)
                or not value.decided
                or not isinstance(value.minimum, Fraction)
            ):
                continue
            unit = unit_of(spec)
            more = self._measure(start, thing, spec, value.minimum + _STEP * unit, measure)
            slope = None if more is None else (more - now) / (_STEP * unit)
            if slope is not None and slope > 0:
                yield thing, spec, partial(_solved, value.minimum, now, slope, unit)

    def _measure(
        self, start: Start, thing: Thing, spec: FieldSpec, value: Fraction, measure: Measure
    ) -> Fraction | None:
        """Return a figure with a fact changed."""
        moved = self._moved(start, thing.path, spec, value)
        found = None if moved is None else _tried(moved)
        if found is None:
            return None
        rows = [row for row in found.record.rows if row.id == start.row.id]
        return measure(rows[0])[0] if rows else None

    def _moved(self, start: Start, thing: str, spec: FieldSpec, value: Fraction) -> CaseTest | None:
        return self._given(start, thing, spec, self.number(value, spec.measure))

    def _given(self, start: Start, thing: str, spec: FieldSpec, text: Plain) -> CaseTest | None:
        """Return a case with a fact given as it is written."""
        tree = doc.plain(start.test.case.document.root)
        if not isinstance(tree, dict) or not _set(tree, thing, spec, text, start.test.policies.vocabulary):
            return None
        return self._test(start.test.policies, doc.from_python(tree), start.test.id, start.test)

    # writing

    def _around(self, plan: PolicyPlan, clause: ClausePlan, move: Move) -> Iterator[str]:
        """Write the cases below, at and above a bound."""
        for side, value in zip(SIDES, move.values, strict=True):
            if value < 0 and not move.spec.signed:
                continue
            test = self._moved(move.start, move.thing, move.spec, value)
            found = None if test is None else _tried(test)
            name = self._fresh(f"{clause.sentence.id}/{move.label.format(side=side)}")
            if test is None or found is None:
                self.left.append(name)
                continue
            words = _SAID_OF_CAP if move.of_cap else _SAID if move.subject is None else _SAID_OF_VALUE
            said = words[side][self.at].format(bound=move.bound, unit=move.unit, subject=move.subject)
            sign = "：" if self.lang == "zh" else ": "
            brackets = ("（", "）") if self.lang == "zh" else (" (", ")")
            remark = f"# review{sign}{move.path} {said}{brackets[0]}{move.start.name[self.at]}{brackets[1]}"
            yield "\n".join(
                [f"- {_flow({'id': name})[1:-1]}", f"  {remark}", *self._body(plan, clause, test, found.result)]
            )

    def _fresh(self, name: str) -> str:
        """Return an id that no case has."""
        made, count = name, 1
        while made in self.ids:
            count += 1
            made = f"{name}_{count}"
        self.ids.add(made)
        return made

    def _body(self, plan: PolicyPlan, clause: ClausePlan, test: CaseTest, result: Entitlement) -> Iterator[str]:
        tree = doc.plain(test.case.document.root)
        changes = _changes(self.base, tree) if isinstance(self.base, dict) and isinstance(tree, dict) else tree
        yield f"  facts: {_flow(changes)}"
        if test.readings:
            yield f"  readings: {_flow(dict(test.readings))}"
        rows: dict[str, object] = {}
        for listing, awards in (("awards", result.awards), ("undecided", result.undecided)):
            rows.update({test.short(award.id): self.row(listing, award) for award in awards})
        own = {(plan.id, one.id) for one in clause.sentences}
        for refused in result.not_eligible:
            if (refused.policy, refused.clause) in own:
                failed = [SEPARATOR.join((one.fact, one.read, one.required)) for one in refused.failed]
                rows[test.short(refused.id)] = failed
        yield "  expect:" if rows else "  expect: {}"
        yield from (f"    {_flow({name: row})[1:-1]}" for name, row in rows.items())
        total, decided = result.total.possible, result.total.decided
        yield f"  total: {self.said(total.kind, total)}"
        if self.said(decided.kind, decided) != self.said(total.kind, total):
            yield f"  decided: {self.said(decided.kind, decided)}"

    def row(self, listing: str, award: Award) -> object:
        """Write what is expected of an award: one text where nothing is out of the ordinary."""
        text = f"{listing} {self.said(award.kind, award.amount)}"
        more: dict[str, object] = {}
        if tuple(award.reasons) != USUAL_REASONS.get(award.kind):
            more["reasons"] = list(award.reasons)
        if award.status != "counted":
            more["status"] = award.status
            more["net"] = spell_span(award.net.minimum, award.net.maximum, self.currency)
        if award.needs:
            more["needs"] = list(award.needs)
        whys = whys_of(award.gated)
        if whys:
            more["why"] = list(whys)
        return {"is": text, **more} if more else text

    def number(self, value: Fraction, measure: str) -> str:
        return spell_number(value, measure, self.currency)

    def said(self, kind: str, amount: Amount) -> Said:
        return Said.of(kind, amount, self.currency)


_STEP: Final = Fraction(100)
_DAY: Final[Both] = ("一天", "a day")
_HEAD: Final[Both] = (
    "门槛和上限两侧的案例，由 {file} 提出；期望值是现在算出的数，逐个核对后再收入",
    "Cases around thresholds and caps, proposed from {file}; what is expected is what is computed now: review each",
)
_LEFT: Final[Both] = ("没有提出案例：", "no case proposed: ")


def _comparisons(clause: ClausePlan) -> Iterator[tuple[op.Value, op.Constant]]:
    """Yield each number that a sentence compares with a constant, in its conditions and its steps."""
    nodes: list[op.Node] = [gate.truth for gate in clause.gates]
    nodes += [gate.truth for one in clause.replacements for gate in one.gates]
    nodes += [step.value for step in clause.steps]
    for part in (part for node in nodes for part in _own(node)):
        if isinstance(part, op.Compare):
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if _is_number(one) and isinstance(other, op.Constant) and not isinstance(one, op.Constant):
                    yield one, other


def _is_number(node: op.Value) -> bool:
    return node.type in NUMERIC or node.type.startswith(QUANTITY)


def _own(node: op.Node) -> Iterator[op.Node]:
    """Yield an operation and what it is made of, but not what another sentence reads."""
    yield node
    for child in () if isinstance(node, op.Awarded) else op.children(node):
        yield from _own(child)


def _names(node: op.Node) -> set[str]:
    """Return the names that must be bound for an operation to be read; those of a list's own things are bound in it."""
    names = {name for child in op.children(node) for name in _names(child)}
    match node:
        case op.Fact(name) | op.Bound(name):
            return {name}
        case op.Aggregate(_, source, alias) | op.Exists(source, alias):
            return names - {alias} | ({source.owner} if source.owner else set())
        case _:
            return names


def _solved(known: Fraction, now: Fraction, slope: Fraction, unit: Fraction, wanted: Fraction) -> Fraction:
    """Return the least value, in whole units, at which a figure that rises in a straight line is as wanted."""
    return math.ceil((known + (wanted - now) / slope) / unit) * unit


def _rows(one: Evaluated, policy: str, clause: str) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a sentence that have something to say, each with a rank: awards first, what is refused last."""
    for row, hull in zip(one.record.rows, one.record.hulls, strict=True):
        sentence = row.clause.plan.sentence
        if (sentence.policy, sentence.id) == (policy, clause) and not hull.selected.is_false:
            yield 0 if hull.is_award and hull.amount.decided else 1 if not hull.eligible.is_false else 2, row


def _thing(start: Start, fact: op.Fact) -> Thing | None:
    """Return the thing whose fact is compared: the one of the row, or one of its kind in the case."""
    things = start.row.context({}).things
    if fact.name in things:
        return things[fact.name]
    paths = start.evaluated.record.run.facts.paths
    return next((thing for thing in paths.values() if thing.entity == fact.spec.entity), None)


def _ran(row: Row, place: int) -> Context:
    """Return the context of a row after the steps before one of them, with the facts that were read."""
    ctx = row.context({}, trace=True)
    for step, function in row.clause.steps[:place]:
        if not truth_of_plan(step.applies)(ctx).is_false:
            ctx.running = function(ctx).clamped()
    return ctx


def _figure(amount: Amount) -> Fraction | None:
    """Return an amount's greatest figure where the facts leave one."""
    greatest = amount.maximum
    return greatest if isinstance(greatest, Fraction) else None


def _read(ctx: Context) -> Iterator[tuple[Thing, FieldSpec]]:
    for path, thing in (ctx.reads or {}).items():
        spec = ctx.shared.vocabulary.field(thing.entity, path.rpartition(".")[2])
        if spec is not None and spec.type in NUMERIC - {"date"}:
            yield thing, spec


_ANOTHER: Final = "其他"
"""A member that no policy names."""


def _choices(spec: FieldSpec) -> Iterator[Plain]:
    """Yield what a fact may be that is no number: each member, each alone and none of a set, both truths."""
    if spec.type == "bool":
        yield from ("true", "false")
    elif spec.type == "enum":
        yield from spec.members
        if spec.open:
            yield {"other": _ANOTHER}
    elif spec.type == "set":
        yield []
        for one in spec.members:
            yield [one]
        if spec.open:
            yield [{"other": _ANOTHER}]


def _tried(test: CaseTest) -> Evaluated | None:
    """Evaluate a case that was made; nothing where it contradicts itself."""
    try:
        return evaluated(test, test.readings)
    except InputError:
        return None


def _set(tree: dict[str, Plain], thing: str, spec: FieldSpec, text: Plain, vocabulary: Vocabulary) -> bool:
    """Give a fact of a written case, under whichever of its names it stands; return whether its thing is there."""
    node: Plain = tree
    entity = "case"
    for step in thing.replace("]", "").replace("[", ".").split(".") if thing else ():
        if isinstance(node, list):
            node = node[int(step)]
        elif isinstance(node, dict):
            listed = vocabulary.lists[entity].get(step)
            label = "申报主体" if listed is None else listed.zh
            entity = step if listed is None else listed.entity
            found = node.get(step, node.get(label))
            node = (
                found["items"] if isinstance(found, dict) and "items" in found else found if found is not None else ""
            )
    if not isinstance(node, dict):
        return False
    node[spec.zh if spec.zh in node else spec.name] = text
    return True


def _changes(base: Mapping[str, Plain], tree: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return what makes a case of `base`: what differs, and `~` for what is not there."""
    made: dict[str, Plain] = {}
    for key, value in tree.items():
        known = base.get(key)
        if key == "enterprise" and isinstance(known, dict) and isinstance(value, dict):
            inner = _changes(known, value)
            made |= {key: inner} if inner else {}
        elif known != value:
            made[key] = value
    return made | {key: "~" for key in base if key not in tree}
