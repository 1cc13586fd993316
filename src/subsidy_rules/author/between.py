"""Cases on both sides of what holds between awards: a sum at a ceiling's edge, two awards of which the higher is paid.

    - id: of_the_year/ceiling_above
      # review: earlier_awards[0].amount takes the sum 0.01元 above what of_the_year has left (from retrofit/pays)

A case is taken in which awards of the rule are paid, and one fact is moved on which what they come to, or what the
ceiling has left, depends in a straight line: a cost, a contribution, an earlier award. Where the ceiling counts earlier
awards and no fact will do, one is put into the case. Two awards that exclude each other and that no case has together
are looked for in cases of both, put together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from subsidy_rules.author.minimal import minimal_case, unit_of
from subsidy_rules.author.moves import STEP, Finder, Move, Start, facts_read, figure_of, ran, tried
from subsidy_rules.award.engine import number, truth_of_plan
from subsidy_rules.award.rows import Row, key_of
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount

if TYPE_CHECKING:
    from subsidy_rules.author.suite import CaseTest
    from subsidy_rules.author.trial import Evaluated
    from subsidy_rules.award.model import Both
    from subsidy_rules.facts.case import Thing
    from subsidy_rules.facts.vocabulary import FieldSpec
    from subsidy_rules.plan import PolicyPlan, RulePlan
    from subsidy_rules.values.document import Plain

__all__ = ["BETWEEN", "between"]

BETWEEN: Final = ("ceiling", "higher_of")
"""Rules between awards that have an edge."""
Measure: TypeAlias = Callable[["Evaluated"], "Fraction | None"]
"""By how much what is compared is above its bound."""
_AS_MUCH: Final = 4
_FEW: Final = 3
"""Cases and facts of them that are looked at more closely."""
_EARLIER: Final = "earlier_awards"
_PUT_IN: Final[Both] = ("{name}，加一笔历史奖补", "{name}, with an earlier award")
_TOGETHER: Final[Both] = ("两条的案例合在一起", "a case of both, put together")


def between(finder: Finder, plan: PolicyPlan, rule: RulePlan) -> Sequence[Move]:
    """Return what is to be moved for a rule between awards; nothing where no case shows its edge."""
    look = {"ceiling": _ceiling, "higher_of": _higher}.get(rule.kind)
    found = None if look is None else next(look(finder, plan, rule), None)
    return () if found is None else (found,)


def _starts(finder: Finder, plan: PolicyPlan, names: Sequence[str]) -> Iterator[Start]:
    """Yield each case in which one of these sentences has something to say, once."""
    seen: set[int] = set()
    for clause in plan.clauses:
        if clause.sentence.id in names:
            for start in finder.starts(plan, clause):
                if id(start.evaluated) not in seen:
                    seen.add(id(start.evaluated))
                    yield start


def _paid(one: Evaluated, plan: PolicyPlan, names: Sequence[str]) -> Iterator[tuple[Row, Fraction]]:
    """Yield the awards of these sentences that no rule bars, each with its greatest figure."""
    barred = {award.id for award in one.result.awards if award.status == "barred"}
    for row, hull in zip(one.record.rows, one.record.hulls, strict=True):
        sentence = row.clause.plan.sentence
        greatest = figure_of(hull.amount)
        own = sentence.policy == plan.id and sentence.id in names and row.id not in barred
        if own and hull.is_award and hull.amount.decided and greatest is not None:
            yield row, greatest


# Ceilings


def _ceiling(finder: Finder, plan: PolicyPlan, rule: RulePlan) -> Iterator[Move]:
    """Yield what takes the sum of the awards under a ceiling to what it has left."""
    starts = list(_starts(finder, plan, rule.clauses))
    for start in starts:
        yield from _to_the_ceiling(finder, plan, rule, start)
    fullest = sorted(starts, key=lambda one: -len(list(_members(plan, rule, one.evaluated))))
    for start in fullest[:_FEW]:
        yield from _to_the_ceiling(finder, plan, rule, start, far=True)
        for less in _with_less(finder, plan, rule, start):
            yield from _to_the_ceiling(finder, plan, rule, less, far=True)
    if any(
        isinstance(part, op.Aggregate) and _is_of_earlier(part) for cap in rule.cap.values() for part in op.walk(cap)
    ):
        for start in starts:
            made = _with_an_earlier_award(finder, plan, rule, start)
            if made is not None:
                yield from _to_the_ceiling(finder, plan, rule, made)


def _is_of_earlier(part: op.Aggregate) -> bool:
    return part.source.name == _EARLIER


def _with_less(finder: Finder, plan: PolicyPlan, rule: RulePlan, start: Start) -> Iterator[Start]:
    """Yield the case with half of a fact of its first award, so that another one may lie on both sides of the edge."""
    for row, _, _ in list(_members(plan, rule, start.evaluated))[:1]:
        for thing, spec in list(_facts(rule, row))[:_FEW]:
            given = thing.values.get(spec.name)
            if isinstance(given, Amount) and given.decided and isinstance(given.minimum, Fraction):
                half = Fraction(given.minimum // (2 * unit_of(spec))) * unit_of(spec)
                test = finder.moved(start, thing.path, spec, half)
                found = None if test is None else tried(test)
                rows = [] if found is None else [one for one in found.record.rows if one.id == row.id]
                if test is not None and found is not None and rows:
                    yield Start(test, found, rows[0], start.name)


def _to_the_ceiling(
    finder: Finder, plan: PolicyPlan, rule: RulePlan, start: Start, *, far: bool = False
) -> Iterator[Move]:
    members = list(_members(plan, rule, start.evaluated))
    for key in dict.fromkeys(key for _, _, key in members):

        def above(one: Evaluated, key: tuple[object, ...] = key) -> Fraction | None:
            found = [(row, figure) for row, figure, other in _members(plan, rule, one) if other == key]
            rooms = [_room(rule, row) for row, _ in found]
            room = next((one for one in rooms if one is not None), None)
            return None if room is None else sum((figure for _, figure in found), Fraction()) - room

        facts = [pair for row, _, other in members if other == key for pair in _facts(rule, row)]
        once = list(dict.fromkeys(reversed(facts) if far else facts))
        move = _moved_to(finder, start, once, above, far=far)
        if move is not None:
            yield replace(move, bound=rule.id, label="ceiling_{side}", words="ceiling")


def _members(plan: PolicyPlan, rule: RulePlan, one: Evaluated) -> Iterator[tuple[Row, Fraction, tuple[object, ...]]]:
    """Yield the awards under a ceiling, each with its figure and with what tells the ceiling's groups apart."""
    for row, figure in _paid(one, plan, rule.clauses):
        name = row.clause.plan.sentence.id
        ctx = row.context({})
        if truth_of_plan(rule.when[name])(ctx).is_true:
            yield row, figure, tuple(key_of(ctx, node) for node in rule.by[name])


def _room(rule: RulePlan, row: Row) -> Fraction | None:
    return figure_of(number(rule.cap[row.clause.plan.sentence.id])(row.context({})).clamped())


def _facts(rule: RulePlan, row: Row) -> Iterator[tuple[Thing, FieldSpec]]:
    """Yield the numbers that an award and the ceiling over it are computed from."""
    yield from facts_read(ran(row, len(row.clause.steps)))
    ctx = row.context({}, trace=True)
    name = row.clause.plan.sentence.id
    if name in rule.cap:
        number(rule.cap[name])(ctx)
        yield from facts_read(ctx)


def _with_an_earlier_award(finder: Finder, plan: PolicyPlan, rule: RulePlan, start: Start) -> Start | None:
    """Return a case with an earlier award of nothing that the ceiling counts, on the day before the decision."""
    tree = doc.plain(start.test.case.document.root)
    found = next(iter(_members(plan, rule, start.evaluated)), None)
    decision = tree.get("decision_date") if isinstance(tree, dict) else None
    if found is None or not isinstance(tree, dict) or not isinstance(decision, str):
        return None
    row, _, key = found
    name = row.clause.plan.sentence.id
    keys = {
        node.spec.name: str(part) for node, part in zip(rule.by[name], key, strict=True) if isinstance(node, op.Fact)
    }
    day = date.fromisoformat(decision)
    first_of_the_year = (day.month, day.day) == (1, 1)  # an earlier award of the same year is paid before the decision
    day += timedelta(days=1 if first_of_the_year else 0)
    paid_on = (day - timedelta(days=1)).isoformat()
    given = tree.get(_EARLIER)
    if given is not None and not isinstance(given, list):
        return None
    one: dict[str, Plain] = {
        "policy": plan.id,
        "clause": name,
        "amount": finder.number(Fraction(), "money"),
        "paid_on": paid_on,
        **keys,
    }
    none = tree.get("assume_none")
    kept = [name for name in none if name != _EARLIER] if isinstance(none, list) else none
    whole: dict[str, Plain] = {
        **tree,
        "decision_date": day.isoformat(),
        **({} if kept is None else {"assume_none": kept}),
        _EARLIER: [*(given or []), one],
    }
    said = tuple(text.format(name=name) for text, name in zip(_PUT_IN, start.name, strict=True))
    return _start(finder, start.test, whole, (said[0], said[1]), row.id)


# The higher of two


def _higher(finder: Finder, plan: PolicyPlan, rule: RulePlan) -> Iterator[Move]:
    """Yield what makes an award equal to one that excludes it."""
    for start in [*_starts(finder, plan, (*rule.clauses, *rule.against)), *_together(finder, plan, rule)]:
        for one, other in _pairs(plan, rule, start.evaluated):

            def above(given: Evaluated, names: tuple[str, str] = (one.id, other.id)) -> Fraction | None:
                figures = {row.id: figure for row, figure in _paid(given, plan, (*rule.clauses, *rule.against))}
                return figures[names[0]] - figures[names[1]] if set(names) <= figures.keys() else None

            facts = list(dict.fromkeys([*_facts(rule, one), *_facts(rule, other)]))
            move = _moved_to(finder, start, facts, above) or _moved_to(finder, start, facts, above, far=True)
            if move is not None:
                names = [row.clause.plan.sentence.id for row in (one, other)]
                label = f"{names[0]}_{{side}}_{names[1]}"
                short = [row.id.partition("/")[2] for row in (one, other)]
                yield replace(move, bound=short[1], subject=short[0], label=label, words="higher")


def _pairs(plan: PolicyPlan, rule: RulePlan, one: Evaluated) -> Iterator[tuple[Row, Row]]:
    """Yield the awards that met under a rule, two and two."""
    groups = [set(group.members) for group in one.result.cumulation if group.rule == f"{plan.id}/{rule.id}"]
    first = [row for row, _ in _paid(one, plan, rule.clauses)]
    second = [row for row, _ in _paid(one, plan, rule.against or rule.clauses)]
    for a in first:
        for b in second:
            if a.id != b.id and any({a.id, b.id} <= members for members in groups):
                yield a, b


def _together(finder: Finder, plan: PolicyPlan, rule: RulePlan) -> Iterator[Start]:
    """Yield cases of two sentences that a rule holds apart, put together."""
    cases = {name: list(_cases_of(finder, plan, name)) for name in (*rule.clauses, *rule.against)}
    for one in rule.clauses:
        for other in rule.against:
            for first, like in cases[one]:
                for second, _ in cases[other]:
                    start = _start(finder, like, _merged(first, second), _TOGETHER)
                    if start is not None:
                        yield start


def _cases_of(finder: Finder, plan: PolicyPlan, name: str) -> Iterator[tuple[Mapping[str, Plain], CaseTest | None]]:
    """Yield the first case in which a sentence pays, and the least one that it is about."""
    for clause in plan.clauses:
        if clause.sentence.id == name:
            for start in finder.starts(plan, clause):
                tree = doc.plain(start.test.case.document.root)
                if isinstance(tree, dict) and list(_paid(start.evaluated, plan, (name,))):
                    yield tree, start.test
                    break
            least = minimal_case(plan, clause)
            if least is not None:
                yield least, None


def _merged(one: Mapping[str, Plain], other: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return what says what both cases say; where they differ, what the first says."""
    made = dict(one)
    for key, value in other.items():
        mine = one.get(key)
        if mine is None:
            made[key] = value
        elif isinstance(mine, Mapping) and isinstance(value, Mapping):
            made[key] = _merged(mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            made[key] = _listed(mine, value)
    listed = [name for name in (made.get("assume_none") or []) if not made.get(str(name))]
    return {**made, **({"assume_none": listed} if "assume_none" in made else {})}


def _listed(mine: list[Plain], other: list[Plain]) -> list[Plain]:
    """Return two lists as one: things one by one, members once each."""
    if not all(isinstance(item, Mapping) for item in (*mine, *other)):
        return [*mine, *(item for item in other if item not in mine)]
    both = [
        _merged(a, b) if isinstance(a, Mapping) and isinstance(b, Mapping) else a
        for a, b in zip(mine, other, strict=False)
    ]
    return [*both, *mine[len(both) :], *other[len(both) :]]


# Both


def _start(
    finder: Finder, like: CaseTest | None, tree: Mapping[str, Plain], name: Both, row: str | None = None
) -> Start | None:
    """Return a case that was made, with the row of this id or its first one."""
    policies = finder.policies if like is None else like.policies
    test = finder.test_of(policies, doc.from_python(dict(tree)), "" if like is None else like.id, like)
    found = tried(test)
    rows = [] if found is None else [one for one in found.record.rows if row in (None, one.id)]
    return Start(test, found, rows[0], name) if found is not None and rows else None


class _Track:
    """A fact of a case, along which a figure is above its bound or below it."""

    def __init__(self, finder: Finder, start: Start, thing: Thing, spec: FieldSpec, above: Measure) -> None:
        self.finder, self.start, self.thing, self.spec, self.above = finder, start, thing, spec, above
        self.step = unit_of(spec)
        self.found: dict[Fraction, Fraction | None] = {}

    def at(self, value: Fraction) -> Fraction | None:
        """Return by how much the figure is above its bound where the fact is this."""
        if value not in self.found:
            test = self.finder.moved(self.start, self.thing.path, self.spec, value)
            one = None if test is None else tried(test)
            self.found[value] = None if one is None else self.above(one)
        return self.found[value]

    def along_a_line(self, known: Fraction, wanted: Sequence[Fraction]) -> list[Fraction]:
        """Return where the figure would be as wanted if it went on as it begins."""
        now, more = self.at(known), self.at(known + STEP * self.step)
        slope = None if now is None or more is None else (more - now) / (STEP * self.step)
        if now is None or not slope:
            return []
        up = math.ceil if slope > 0 else math.floor
        return [up((known + (one - now) / slope) / self.step) * self.step for one in wanted]

    def halving(self, known: Fraction, wanted: Sequence[Fraction]) -> list[Fraction]:
        """Return where the figure, which rises or falls from nothing to a multiple of the fact, first is as wanted."""
        made = []
        for one in wanted:
            low, high = 0, max(math.ceil(known / self.step) * _AS_MUCH, _AS_MUCH)
            ends = [self.at(end * self.step) for end in (low, high)]
            if ends[0] is None or ends[1] is None or (ends[0] < one) == (ends[1] < one):
                return []
            rising = ends[0] < one
            while high - low > 1:
                middle = (low + high) // 2
                figure = self.at(middle * self.step)
                if figure is None:
                    return []
                low, high = (middle, high) if (figure < one) == rising else (low, middle)
            made.append((high if rising else low) * self.step)
        return made


def _moved_to(
    finder: Finder, start: Start, facts: Sequence[tuple[Thing, FieldSpec]], above: Measure, *, far: bool = False
) -> Move | None:
    """Return a fact with what it must be for a figure to be a unit below its bound, at it and a unit above it.

    `far` looks for it wherever it is, and not only on the straight line that the fact is on.
    """
    unit = Fraction(start.row.policy.plan.unit)
    wanted = [-unit, Fraction(), unit]
    for thing, spec in facts:
        given = thing.values.get(spec.name)
        known = given.minimum if isinstance(given, Amount) and given.decided else Fraction()
        if not isinstance(known, Fraction):
            continue
        track = _Track(finder, start, thing, spec, above)
        values = track.halving(known, wanted) if far else track.along_a_line(known, wanted)
        if values and [track.at(value) for value in values] == wanted:
            below, at, over = values
            return Move(start, thing.path, spec, (below, at, over), finder.number(unit, "money"))
    return None
