"""Rules between awards: nothing that a rule forbids is paid twice, and what a ceiling holds stays under it.

Of two awards that a `higher_of` excludes it is proved that no rule before it lets them add up. Then the case in which a
rule bites is sought, and evaluated: there `evaluate` must keep to it. A rule without such a case says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from typing import Final

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.ask import Asked, Asker, Formula, settled
from subsidy_rules.author.proofs.finding import Finding, Kind, Shown, Status
from subsidy_rules.author.proofs.replay import Replayed, replayed, shown, unsound, with_fewest_readings
from subsidy_rules.author.proofs.sentences import TIMED_OUT
from subsidy_rules.author.proofs.spoken import Sentence, sentence
from subsidy_rules.author.proofs.symbols import Thing
from subsidy_rules.author.proofs.translate import OutOfReachError, Translator
from subsidy_rules.award.engine import number
from subsidy_rules.award.model import Award, Both
from subsidy_rules.errors import InputError
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, RulePlan
from subsidy_rules.values.quantity import ZERO

_NEVER: Final[Both] = ("没有案例使它起作用", "no case makes it bite")
_FEW: Final[Both] = ("两项奖补达不到上限，更多项未求", "two awards do not reach it, and more are not asked about")
_KEPT: Final[Both] = ("起作用的案例经计算遵守", "where it bites, evaluate keeps to it")
_BROKEN: Final[Both] = ("经计算并未遵守", "evaluate does not keep to it")


_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two awards that a rule is between: their sentences, and the place of each one's thing in its list."""

    one: ClausePlan
    other: ClausePlan
    places: tuple[int, int]


def between(asker: Asker, rule: RulePlan) -> Iterator[Finding]:
    """Yield what is found of a rule of a policy."""
    desk = _Desk(asker, rule, asker.plan.rules.index(rule))
    if rule.kind == "higher_of":
        yield from desk.higher()
    elif rule.kind == "bar":
        yield from desk.bars()
    elif rule.kind == "ceiling":
        yield from desk.ceiling()


class _Desk:
    """Settles what is to be shown of one rule."""

    def __init__(self, asker: Asker, rule: RulePlan, place: int) -> None:
        self.asker, self.rule, self.place = asker, rule, place
        self.clauses = {one.sentence.id: one for one in asker.plan.clauses}

    def finding(self, kind: Kind, status: Status, about: Both, said: Both, cases: tuple[Shown, ...] = ()) -> Finding:
        return Finding(self.asker.plan.id, self.rule.id, kind, status, about, said, cases)

    # one of two

    def higher(self) -> Iterator[Finding]:
        for one, other in self._pairs():
            yield self._one_of_two(one, other)

    def _pairs(self) -> list[tuple[ClausePlan, ClausePlan]]:
        rule = self.rule
        if rule.against:
            names = list(product(rule.clauses, rule.against))
        else:
            names = [*combinations(rule.clauses, 2), *((name, name) for name in rule.clauses)]
        pairs = [(self.clauses[a], self.clauses[b]) for a, b in names if a in self.clauses and b in self.clauses]
        return [(a, b) for a, b in pairs if a is not b or a.per.source is not None]

    def _one_of_two(self, one: ClausePlan, other: ClausePlan) -> Finding:
        about: Both = (f"{one.sentence.id} 与 {other.sentence.id}", f"{one.sentence.id} and {other.sentence.id}")
        if self.rule.choice == "authority":
            said = ("取哪一项由有权机关决定", "which of the two is paid an authority chooses")
            return self.finding("once", "out_of_reach", about, said)
        shared = one.per.source is not None and one.per.source == other.per.source
        places = [(0, 0)] if one is not other else []
        places += [(0, 1)] if shared and not (one is other and self.rule.same == "title") else []
        if one is other and self.rule.same == "project" and one.per.name == "project":
            said = ("同一项目只有一项奖补；same_as 相连的项目未计", "a project has one such award; same_as is left out")
            return self.finding("once", "proved", about, said)
        if self.rule.same == "title" and places == []:
            said = ("两个称号是否同一次认定", "whether two titles are one recognition")
            return self.finding("once", "out_of_reach", about, said)
        try:
            for where in places:
                pair = _Pair(one, other, where)
                status, asked = settled(partial(self._ask, pair, added=True))
                if asked is not None:
                    return self._twice(asked, pair, about, expected=True)
                if status == "timed_out":
                    return self.finding("once", status, about, TIMED_OUT)
                worst = status
            found = [self._ask(_Pair(one, other, where), False, False, added=False)[0] for where in places]
        except OutOfReachError as error:
            return self.finding("once", "out_of_reach", about, (error.zh, error.en))
        for where, asked in zip(places, found, strict=True):
            if asked.answer == "some":
                made = self._twice(asked, _Pair(one, other, where), about, expected=False)
                return made if made.status != "proved" else self.finding("once", worst, about, made.said, made.cases)
        if any(asked.answer == "unknown" for asked in found):
            return self.finding("once", "timed_out", about, TIMED_OUT)
        return self.finding("once", "exception", about, _NEVER)

    def _ask(self, pair: _Pair, wide: bool, loose: bool, *, added: bool) -> tuple[Asked, bool]:
        """Ask for a case in which a pair is forbidden; with `added`, and a rule before it lets them add up."""

        def formula(made: Translator) -> z3.BoolRef:
            one, other = (sentence(made, p, at) for p, at in zip((pair.one, pair.other), pair.places, strict=True))
            forbidden = t.both(
                *(_pays(each) for each in (one, other)),
                self._holds(made, self.rule, one, other),
                self._same(made, one, other),
            )
            if not added:
                return forbidden
            earlier = self.asker.plan.rules[: self.place]
            names = (pair.one.sentence.id, pair.other.sentence.id)
            stacks = [rule for rule in earlier if rule.kind == "stacks" and _names(rule, names)]
            return t.both(forbidden, t.some(*(self._holds(made, rule, one, other) for rule in stacks)))

        return self.asker.ask(formula, wide=wide, loose=loose)

    def _holds(self, made: Translator, rule: RulePlan, *both: Sentence) -> z3.BoolRef:
        return t.both(*(made.truth(rule.when[one.plan.sentence.id], one.scope).sure for one in both))

    def _same(self, made: Translator, one: Sentence, other: Sentence) -> z3.BoolRef:
        """Return whether two awards are on the same thing that the rule is about."""
        if self.rule.same == "any":
            return t.YES
        if self.rule.same == "title":
            a, b = (each.scope.things.get("title") for each in (one, other))
            return t.YES if a is not None and a == b else t.NO
        codes = [_project(made, each) for each in (one, other)]
        if codes[0] is None or codes[1] is None:
            return t.NO
        return t.both(codes[0] == codes[1], codes[0] >= 0)

    def _twice(self, asked: Asked, pair: _Pair, about: Both, *, expected: bool) -> Finding:
        """Evaluate a case in which a pair is forbidden, and say whether both are paid."""
        last: Shown | None = None
        for one in asked.cases():
            case = shown(one, self.asker.plan)
            try:
                again = replayed(case, self.asker.policies)
            except InputError:
                continue
            last = case
            awards = [
                _award(again, p.sentence.id, at) for p, at in zip((pair.one, pair.other), pair.places, strict=True)
            ]
            if any(award is None for award in awards):
                continue
            names = [award.id for award in awards if award is not None]
            if again.are_added(names):
                return self._paid_twice(about, last, names)
            if not expected:
                return self.finding("once", "proved", about, _KEPT, (last,))
        return self._fault("once", about, last)

    def _paid_twice(self, about: Both, case: Shown, names: list[str]) -> Finding:
        """Return that both are paid: an exception where only a reading that is not the usual one lets them add up."""
        readings = self.asker.plan.readings

        def twice(again: Replayed) -> bool:
            return again.are_added(names)

        case = with_fewest_readings(case, self.asker.policies, twice)
        chosen = [f"{name}={one}" for name, one in case.readings.items() if readings[name].default != one]
        if chosen:
            said = (f"取解读 {', '.join(chosen)} 时两项都支付", f"both are paid under {', '.join(chosen)}")
            return self.finding("once", "exception", about, said, (case,))
        return self.finding("once", "refuted", about, ("两项都支付", "both are paid"), (case,))

    def _fault(self, kind: Kind, about: Both, case: Shown | None) -> Finding:
        status, said = unsound(case)
        return self.finding(kind, status, about, said, () if case is None else (case,))

    # bars

    def bars(self) -> Iterator[Finding]:
        for name in self.rule.clauses:
            if name in self.clauses:
                yield self._bar(self.clauses[name])

    def _bar(self, clause: ClausePlan) -> Finding:
        name = clause.sentence.id

        def formula(made: Translator) -> z3.BoolRef:
            found = sentence(made, clause)
            holds = made.truth(self.rule.when[name], found.scope).sure
            return t.both(found.eligible.sure, found.award.hi > 0, holds)

        def broken(again: Replayed) -> bool | None:
            award = _award(again, name, 0)
            return None if award is None else award.net.maximum > ZERO

        return self._bites("once", (f"排除 {name}", f"bars {name}"), formula, broken)

    def _bites(self, kind: Kind, about: Both, formula: Formula, broken: Callable[[Replayed], bool | None]) -> Finding:
        """Find a case in which the rule bites, and evaluate it."""
        try:
            asked, _ = self.asker.ask(formula, wide=False, loose=False)
        except OutOfReachError as error:
            return self.finding(kind, "out_of_reach", about, (error.zh, error.en))
        if asked.answer == "none" and kind == "ceiling" and self._many():
            return self.finding(kind, "out_of_reach", about, _FEW)
        if asked.answer == "none":
            return self.finding(kind, "exception", about, _NEVER)
        if asked.answer == "unknown":
            return self.finding(kind, "timed_out", about, TIMED_OUT)
        last: Shown | None = None
        for one in asked.cases():
            case = shown(one, self.asker.plan)
            try:
                found = broken(replayed(case, self.asker.policies))
            except InputError:
                continue
            last = case
            if found is not None:
                status: Status = "refuted" if found else "shown"
                return self.finding(kind, status, about, _BROKEN if found else _KEPT, (last,))
        return self._fault(kind, about, last)

    # ceilings

    def _many(self) -> bool:
        """Whether more than two awards may stand under a ceiling."""
        named = [self.clauses[name] for name in self.rule.clauses if name in self.clauses]
        return len(named) > _TWO or any(one.per.source is not None for one in named)

    def ceiling(self) -> Iterator[Finding]:
        about: Both = ("、".join(self.rule.clauses), ", ".join(self.rule.clauses))
        clauses = [self.clauses[name] for name in self.rule.clauses if name in self.clauses]
        many = [one for one in clauses if one.per.source is not None and not one.per.keys]
        if many:
            pair = _Pair(many[0], many[0], (0, 1))
        elif len(clauses) > 1:
            pair = _Pair(clauses[0], clauses[1], (0, 0))
        else:
            pair = _Pair(clauses[0], clauses[0], (0, 0))

        def formula(made: Translator) -> z3.BoolRef:
            one = sentence(made, pair.one, pair.places[0])
            other = (
                one if pair.places == (0, 0) and pair.one is pair.other else sentence(made, pair.other, pair.places[1])
            )
            room = made.value(self.rule.cap[one.plan.sentence.id], one.scope).clamped().hi
            together = one.award.hi if other is one else one.award.hi + other.award.hi
            same = [
                made_key(made, a, one) == made_key(made, b, other)
                for a, b in zip(self.rule.by[one.plan.sentence.id], self.rule.by[other.plan.sentence.id], strict=True)
            ]
            may = (each.paid.hi > 0 for each in (one, other))
            return t.both(*may, self._holds(made, self.rule, one, other), *same, together > room)

        def broken(again: Replayed) -> bool | None:
            names = [(pair.one.sentence.id, pair.places[0]), (pair.other.sentence.id, pair.places[1])]
            rows = [again.row(name, at) for name, at in dict.fromkeys(names)]
            met = [row for row in rows if row is not None and again.award(row) is not None]
            if len(met) < len(rows):
                return None
            room = number(self.rule.cap[pair.one.sentence.id])(met[0].context({})).clamped()
            return again.together(met) > room.maximum

        yield self._bites("ceiling", about, formula, broken)


def made_key(made: Translator, node: op.Value, found: Sentence) -> z3.ExprRef:
    """Return what a ceiling goes by. Raises `OutOfReachError` where it is no single fact."""
    if isinstance(node, op.Fact) and node.spec.type in ("enum", "text", "ref", "place"):
        return made.symbols.code(found.scope.things[node.name], node.spec)
    if isinstance(node, op.Fact) and node.spec.type in NUMERIC:
        return made.symbols.number(found.scope.things[node.name], node.spec)
    raise OutOfReachError("上限的键", "the key of a ceiling")


def _pays(found: Sentence) -> z3.BoolRef:
    return t.both(found.eligible.sure, t.negated(found.barred.may), found.award.hi > 0)


def _names(rule: RulePlan, names: tuple[str, str]) -> bool:
    """Whether a rule is between two sentences."""
    a, b = names
    if rule.against:
        return (a in rule.clauses and b in rule.against) or (b in rule.clauses and a in rule.against)
    return a in rule.clauses and b in rule.clauses


def _project(made: Translator, found: Sentence) -> z3.ArithRef | None:
    """Return what stands for the project that an award is on; nothing where it is on none."""
    thing: Thing | None = found.scope.things.get(found.plan.per.name)
    while thing is not None and thing.entity != "project" and thing.parent is not None:
        thing = thing.parent
    if thing is None or thing.entity in ("enterprise", "case"):
        return None
    if thing.entity == "project":
        return z3.IntVal(made.symbols.word(thing.path))
    spec: FieldSpec | None = made.symbols.vocabulary.field(thing.entity, "project")
    return None if spec is None else made.symbols.code(thing, spec)


def _award(again: Replayed, clause: str, place: int) -> Award | None:
    row = again.row(clause, place)
    return None if row is None else again.award(row)
