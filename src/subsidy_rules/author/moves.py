"""What in a case is moved to a bound of a sentence: to a figure that is compared, to the cap of an award.

A case is taken in which the sentence has something to say, and one fact of it is given a unit below the bound, at it
and a unit above it. Where the figure is computed, the fact is moved on which it depends in a straight line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Final, TypeAlias

from subsidy_rules.author.coverage import steps_of
from subsidy_rules.author.expected import Expected
from subsidy_rules.author.minimal import minimal_case, unit_of
from subsidy_rules.author.spelling import spell_number
from subsidy_rules.author.suite import CaseTest, Suite
from subsidy_rules.author.trial import Evaluated, Outcome, evaluated
from subsidy_rules.award.engine import Context, number, truth_of_plan
from subsidy_rules.award.model import Both
from subsidy_rules.award.required import Requirements
from subsidy_rules.award.rows import Row
from subsidy_rules.errors import InputError, Lang
from subsidy_rules.facts.case import Case, Thing
from subsidy_rules.facts.vocabulary import NUMERIC, QUANTITY, FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import Plain


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
    subject: str = ""
    words: str = "fact"
    """How the value is said to stand to its bound: as a fact, a computed value, the cap of an award, between awards."""

    @property
    def path(self) -> str:
        """The path of the fact."""
        return f"{self.thing}.{self.spec.name}" if self.thing else self.spec.name


Reading: TypeAlias = tuple[Fraction | None, list[tuple[Thing, FieldSpec]]]
"""A figure of a row, and the facts that it was read from."""
Measure: TypeAlias = Callable[[Row], Reading]


class Finder:
    """Finds the bounds of each policy's sentences, and a case on each side of them."""

    def __init__(self, suite: Suite, outcomes: Sequence[Outcome], lang: Lang) -> None:
        """Find them from the tests of a file that pass."""
        self.suite, self.lang = suite, lang
        self.at = 0 if lang == "zh" else 1
        self.policies = suite.policies
        self.currency = suite.policies.vocabulary.currency
        names = tuple(self.policies.by_id)
        alike = [one for one in outcomes if one.passed and one.test.names == names and not one.test.guides]
        self.passing = sorted(alike, key=lambda one: bool(one.test.readings))
        self.left: list[str] = []

    def moves(self, plan: PolicyPlan, clause: ClausePlan, seen: set[tuple[object, ...]]) -> Iterator[Move]:
        """Yield what is to be moved for the comparisons and the caps of a sentence."""
        starts = list(self.starts(plan, clause))
        constants = tuple(Amount.exact(value) for value, _ in plan.constants)
        words = Requirements(plan.vocabulary, constants, {one.id: one.default for one in plan.readings.values()})
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
                yield replace(
                    found,
                    bound=said,
                    label=f"{label}_{{side}}_{said}",
                    subject=label,
                    words="fact" if is_fact else "value",
                )
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
        thing = thing_of(start, fact)
        unit = unit_of(fact.spec)
        values = (value - unit, value, value + unit)
        return None if thing is None else Move(start, thing.path, fact.spec, values, self._unit(fact.spec))

    def _unit(self, spec: FieldSpec) -> str:
        return _DAY[self.at] if spec.type == "date" else self.number(unit_of(spec), spec.measure)

    def _value_to(self, start: Start, node: op.Value, value: Fraction) -> Move | None:
        """Return a fact that moves what is computed to both sides of the constant that it is compared with."""

        def measure(row: Row) -> Reading:
            ctx = row.context({}, trace=True)
            return figure_of(number(node)(ctx)), list(facts_read(ctx))

        if not _names(node) <= start.row.context({}).things.keys():
            return None
        for thing, spec, solve in self.lines(start, measure):
            unit = unit_of(spec)
            at = solve(value)
            ends = [self.measured(start, thing, spec, one, measure) for one in (at - unit, at)]
            if ends[0] is not None and ends[1] is not None and ends[0] < value <= ends[1]:
                return Move(start, thing.path, spec, (at - unit, at, at + unit), self._unit(spec))
        return None

    def starts(self, plan: PolicyPlan, clause: ClausePlan) -> Iterator[Start]:
        """Yield the cases in which a sentence has something to say: awards first, the least case last."""
        found: list[tuple[int, Start]] = []
        for outcome in self.passing:
            one = outcome.evaluations[0]
            for rank, row in _rows(one, plan.id, clause.sentence.id):
                name = outcome.test.id
                found.append((rank, Start(outcome.test, one, row, (f"取自 {name}", f"from {name}"))))
        yield from (start for _, start in sorted(found, key=lambda pair: pair[0]))
        made = minimal_case(plan, clause)
        test = None if made is None else self.test_of(self.policies, doc.from_python(made), "")
        one_more = None if test is None else tried(test)
        if test is not None and one_more is not None:
            for _, row in _rows(one_more, plan.id, clause.sentence.id):
                yield Start(test, one_more, row, ("取自最简案例", "from the least case"))

    def test_of(self, policies: Policies, document: doc.Document, name: str, like: CaseTest | None = None) -> CaseTest:
        """Return a case as a test of which nothing is expected yet, with the readings of another."""
        readings = {} if like is None else like.readings
        expected = Expected(document.root.place, {})
        return CaseTest(name, tuple(policies.by_id), policies, Case(document), readings, (), expected)

    def _to_the_cap(self, start: Start, place: int) -> Move | None:
        """Return an amount that takes the award to its cap: a unit below, the least that reaches it, a unit above."""
        step, _ = start.row.clause.steps[place]
        cap = None if step.operand is None else figure_of(number(step.operand)(ran(start.row, place)))
        if cap is None:
            return None

        def measure(row: Row) -> Reading:
            ctx = ran(row, place)
            return figure_of(ctx.running), list(facts_read(ctx))

        unit = Fraction(start.row.policy.plan.unit)
        for thing, spec, solve in self.lines(start, measure):
            below, at, above = (solve(one) for one in (cap - unit, cap, cap + unit))
            found = [self.measured(start, thing, spec, one, measure) for one in (below, at - unit_of(spec), at)]
            ends = [one for one in found if one is not None]
            if len(ends) == len(found) and max(ends[:2]) < cap <= ends[-1]:
                said = self.number(cap, "money")
                step_said = self.number(unit, "money")
                made = Move(start, thing.path, spec, (below, at, above), step_said)
                return replace(made, bound=said, label=f"cap_{{side}}_{said}", words="cap")
        return None

    def lines(
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
            more = self.measured(start, thing, spec, value.minimum + STEP * unit, measure)
            slope = None if more is None else (more - now) / (STEP * unit)
            if slope is not None and slope > 0:
                yield thing, spec, partial(_solved, value.minimum, now, slope, unit)

    def measured(
        self, start: Start, thing: Thing, spec: FieldSpec, value: Fraction, measure: Measure
    ) -> Fraction | None:
        """Return a figure with a fact changed."""
        moved = self.moved(start, thing.path, spec, value)
        found = None if moved is None else tried(moved)
        if found is None:
            return None
        rows = [row for row in found.record.rows if row.id == start.row.id]
        return measure(rows[0])[0] if rows else None

    def moved(self, start: Start, thing: str, spec: FieldSpec, value: Fraction) -> CaseTest | None:
        """Return a case with a number given."""
        return self.given(start, thing, spec, self.number(value, spec.measure))

    def given(self, start: Start, thing: str, spec: FieldSpec, text: Plain) -> CaseTest | None:
        """Return a case with a fact given as it is written."""
        tree = doc.plain(start.test.case.document.root)
        if not isinstance(tree, dict) or not _set(tree, thing, spec, text, start.test.policies.vocabulary):
            return None
        return self.test_of(start.test.policies, doc.from_python(tree), start.test.id, start.test)

    def number(self, value: Fraction, measure: str) -> str:
        """Write a number as a case writes it."""
        return spell_number(value, measure, self.currency)


STEP: Final = Fraction(100)
_DAY: Final[Both] = ("一天", "a day")


def _comparisons(clause: ClausePlan) -> Iterator[tuple[op.Value, op.Constant]]:
    """Yield each number that a sentence compares with a constant, in its conditions and its steps."""
    nodes: list[op.Node] = [gate.truth for gate in clause.gates]
    nodes += [gate.truth for one in clause.replacements for gate in one.gates]
    nodes += [step.value for step in clause.steps]
    for part in (part for node in nodes for part in own_parts(node)):
        if isinstance(part, op.Compare):
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if _is_number(one) and isinstance(other, op.Constant) and not isinstance(one, op.Constant):
                    yield one, other


def _is_number(node: op.Value) -> bool:
    return node.type in NUMERIC or node.type.startswith(QUANTITY)


def own_parts(node: op.Node) -> Iterator[op.Node]:
    """Yield an operation and what it is made of, but not what another sentence reads."""
    yield node
    for child in () if isinstance(node, op.Awarded) else op.children(node):
        yield from own_parts(child)


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


def thing_of(start: Start, fact: op.Fact) -> Thing | None:
    """Return the thing whose fact is compared: the one of the row, or one of its kind in the case."""
    things = start.row.context({}).things
    if fact.name in things:
        return things[fact.name]
    paths = start.evaluated.record.run.facts.paths
    return next((thing for thing in paths.values() if thing.entity == fact.spec.entity), None)


def ran(row: Row, place: int) -> Context:
    """Return the context of a row after the steps before one of them, with the facts that were read."""
    ctx = row.context({}, trace=True)
    for step, function in row.clause.steps[:place]:
        if not truth_of_plan(step.applies)(ctx).is_false:
            ctx.running = function(ctx).clamped()
    return ctx


def figure_of(amount: Amount) -> Fraction | None:
    """Return an amount's greatest figure where the facts leave one."""
    greatest = amount.maximum
    return greatest if isinstance(greatest, Fraction) else None


def facts_read(ctx: Context) -> Iterator[tuple[Thing, FieldSpec]]:
    """Yield the numbers that were read, but for days."""
    for path, thing in (ctx.reads or {}).items():
        spec = ctx.shared.vocabulary.field(thing.entity, path.rpartition(".")[2])
        if spec is not None and spec.type in NUMERIC - {"date"}:
            yield thing, spec


_ANOTHER: Final = "其他"
"""A member that no policy names."""


def choices_of(spec: FieldSpec) -> Iterator[Plain]:
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


def tried(test: CaseTest) -> Evaluated | None:
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
