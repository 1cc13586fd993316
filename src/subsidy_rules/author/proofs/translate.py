"""From operations to terms: each operation of a plan is what the engine makes of it, over all cases at once.

The *exact* translation is over a bounded number of things in each list, and multiplies unknowns as they are. A *wide*
one takes what a list comes to (a sum, a count, whether there is one) as a free figure: every case of any size is in it,
so what holds there holds for any number of things, and what fails there may still hold. A *loose* one takes a product
of two unknowns as a figure of which only the sign, and how it stands to its factors, are known.

What no term is made of raises `OutOfReachError` with what it was: it is told, and never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import Final

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.shapes import is_open, is_plain, may_be_negative, rounds, year_of
from subsidy_rules.author.proofs.symbols import ELSEWHERE, OTHER, Symbols, Thing
from subsidy_rules.author.proofs.terms import FALSE, Figure, Holds
from subsidy_rules.award.engine import place_is_within
from subsidy_rules.facts.case import bounds_of
from subsidy_rules.facts.vocabulary import DENSE, FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import PolicyPlan
from subsidy_rules.values.amount import HALF_UP, UP
from subsidy_rules.values.classes import dataclass as plain_dataclass
from subsidy_rules.values.quantity import ZERO

_ZERO: Final = t.ZERO


class OutOfReachError(Exception):
    """An operation that no term is made of. `zh` and `en` say which."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both wordings."""
        super().__init__(en)
        self.zh, self.en = zh, en


@plain_dataclass(slots=True)
class Scope:
    """What an expression is read in: the things bound to names, the running amount, the group, whose sentence it is."""

    things: dict[str, Thing]
    clause: str
    named_elsewhere: Mapping[tuple[str, str], frozenset[str]]
    running: Figure
    group: tuple[tuple[Thing, Holds], ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A product of two unknowns, in the wide translation a figure of its own; or, with `over`, a quotient."""

    left: z3.ArithRef
    right: z3.ArithRef
    made: z3.ArithRef
    over: bool = False


@dataclass(slots=True)
class Translator:
    """Translates the operations of one policy.

    `wishes` are what a case that is shown had better do: be surely eligible. Of a second case, `first` is the
    translator of the first one, whose figures it shares but for what reads the facts that are `raised`.
    """

    symbols: Symbols
    plan: PolicyPlan
    wide: bool
    loose: bool
    mark: str = ""
    raised: frozenset[tuple[str, str]] = frozenset()
    first: Translator | None = None
    wishes: list[z3.BoolRef] = field(default_factory=list)
    widened: bool = False
    products: list[Product] = field(default_factory=list)
    sums: dict[tuple[object, ...], Figure] = field(default_factory=dict)
    exists: dict[tuple[object, ...], Holds] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Share what a list comes to with the translator of the first case."""
        if self.first is not None:
            self.sums, self.exists = self.first.sums, self.first.exists

    # numbers

    def value(self, node: op.Value, scope: Scope) -> Figure:  # noqa: PLR0911 - one return an operation
        """Return the term of a numeric operation."""
        match node:
            case op.Constant(index, type_):
                found = self.plan.constants[index][0]
                return Figure.exact(t.number(found), whole=type_ == "money" and found.denominator == 1)
            case op.Fact(name, spec, _):
                return self._fact(scope.things[name], spec)
            case op.Running():
                return scope.running
            case op.Arithmetic("/", left, right, _):
                return self._quotient(self.value(left, scope), right, scope)
            case op.Arithmetic(sign, left, right, _):
                a, b = self.value(left, scope), self.value(right, scope)
                return a.plus(b) if sign == "+" else a.less(b) if sign == "-" else self._product(a, b)
            case op.Least(left, right):
                return self.value(left, scope).least(self.value(right, scope))
            case op.Greatest(left, right, _, raises):
                return self.value(left, scope).raised(self.value(right, scope), zero=not raises)
            case op.Kept(value, least):
                return self.value(value, scope).kept_from(self.value(least, scope))
            case op.Bounded(value, _):
                return self.value(value, scope).bounded()
            case op.Fixed(value, _, up):
                return self.value(value, scope).fixed(UP if up else HALF_UP)
            case op.Choose(branches, otherwise, _):
                return self._choose(branches, otherwise, scope)
            case op.Chain(values, _):
                return self.chain(values, scope)
            case op.Aggregate():
                return self._aggregate(node, scope)
            case _:
                return self._shaped(node, scope)

    def _shaped(self, node: op.Value, scope: Scope) -> Figure:
        match node:
            case op.Rounded(value, unit, mode, type_):
                figure = self.value(value, scope)
                capped = figure if type_ == "money" else replace(figure, top=t.UNCAPPED)
                return capped.rounded(self.plan.constants[unit.index][0], mode)
            case op.Open(parameter, _, otherwise, type_, _):
                if self.plan.parameters[parameter].rows:  # no guide fills it: where no row holds it is any figure
                    return Figure(_ZERO, self.symbols.endless)
                found, loaded = self.symbols.parameter(parameter, type_)
                figure = Figure.exact(found).fixed(HALF_UP)
                if otherwise is None:
                    self.symbols.known.append(loaded)
                    return figure
                return figure.chosen(Holds.of(loaded), self.value(otherwise, scope))
            case op.Decided(value, facts, exact, _):
                law = self.value(value, scope)
                return reduce(lambda rest, fact: self._decided(law, rest, fact, scope, exact=exact), facts[::-1], law)
            case op.Awarded(clause, value, _, elsewhere):
                return self.value(value, Scope(scope.things, clause, elsewhere, Figure.exact(_ZERO, whole=True)))
            case op.Calendar(day, None):
                return Figure.exact(year_of(self.value(day, scope).lo))
            case op.Calendar():
                raise OutOfReachError("按月推算的日期", "a date so many months later")
            case op.Elapsed():
                raise OutOfReachError("两个日期之间的月数", "the months between two dates")
            case _:
                raise OutOfReachError(type(node).__name__, type(node).__name__)

    def chain(self, values: tuple[op.Value, ...], scope: Scope) -> Figure:
        """Return what steps come to, one after the other."""
        kept = scope.running
        for value in values:
            scope.running = self.value(value, scope).clamped()
        made, scope.running = scope.running, kept
        return made

    def _fact(self, thing: Thing, spec: FieldSpec) -> Figure:
        return Figure.exact(self.symbols.number(thing, spec), whole=spec.type not in DENSE)

    def _decided(self, law: Figure, rest: Figure, fact: op.Fact, scope: Scope, *, exact: bool) -> Figure:
        thing = scope.things[fact.name]
        figure, given = self.symbols.number(thing, fact.spec), self.symbols.is_given(thing, fact.spec)
        under = t.lesser(figure, law.lo), t.lesser(figure, law.hi)
        made = replace(law, lo=under[1], hi=under[1]) if exact else replace(law, lo=t.greater(law.lo, under[1]))
        return made.chosen(Holds.of(given), rest)

    def _product(self, a: Figure, b: Figure) -> Figure:
        lo = self._times(a.lo, b.lo)
        hi = lo if a.thin and b.thin else self._times(a.hi, b.hi)
        return Figure(lo, hi, t.mixed(a.modes, b.modes))

    def _times(self, a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
        for one, other in ((a, b), (b, a)):
            if t.is_choice_of_numbers(one):
                return t.spread(one, other)
        return self._wide_product(a, b) if self.loose else a * b

    def _wide_product(self, a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
        """Return a figure of which is known what is known of a product: its sign, and how it stands to its factors."""
        self.widened = True
        known = self.known_product(a, b, over=False)
        if known is not None:
            return known
        made = z3.Real(f"product {len(self.products)}{self.mark}")
        one = t.number(Fraction(1))
        for x, y in ((a, b), (b, a)):
            self.symbols.known += [
                z3.Implies(x == 0, made == 0),
                z3.Implies(z3.And(x >= 0, y >= 0, y <= one), made <= x),
                z3.Implies(z3.And(x >= 0, y >= one), made >= x),
                z3.Implies(z3.And(x >= 0, y <= 0), made <= 0),
            ]
        self.symbols.known.append(z3.Implies(z3.And(a >= 0, b >= 0), made >= 0))
        self.products.append(Product(a, b, made))
        return made

    def known_product(self, a: z3.ArithRef, b: z3.ArithRef, *, over: bool) -> z3.ArithRef | None:
        """Return a product or a quotient of the same terms, of this case or of the first."""
        for one in self.products:
            if one.over == over and one.left.eq(a) and one.right.eq(b):
                return one.made
        known = None if self.first is None else self.first.known_product(a, b, over=over)
        if known is not None:
            self.products.append(Product(a, b, known, over))
        return known

    def _quotient(self, a: Figure, node: op.Value, scope: Scope) -> Figure:
        """Divide by a figure, or by a member that is a number; what nothing or less divides by is any figure."""
        if isinstance(node, op.Fact) and node.type == "enum":
            thing = scope.things[node.name]
            code = self.symbols.code(thing, node.spec)
            by: z3.ArithRef = t.number(Fraction(next(iter(node.spec.members))))
            for name in node.spec.members:
                by = t.pick(code == self.symbols.word(name), t.number(Fraction(name)), by)
            return self._product(a, Figure.exact(t.inverted(by)))
        b = self.value(node, scope)
        if b.thin and t.is_choice_of_numbers(b.lo):
            return self._product(a, Figure.exact(t.inverted(b.lo)))
        if not (a.thin and b.thin):
            raise OutOfReachError("幅度之间的商", "a quotient of figures that the law leaves open")
        known = self.known_product(a.lo, b.lo, over=True)
        made = z3.Real(f"quotient {len(self.products)}{self.mark}") if known is None else known
        if known is not None:
            pass
        elif self.loose:
            self.widened = True
            self.symbols.known += [z3.Implies(z3.And(a.lo >= 0, b.lo > 0), made >= 0)]
        else:
            self.symbols.known += [z3.Implies(b.lo > 0, made * b.lo == a.lo)]
        if known is None:
            self.products.append(Product(a.lo, b.lo, made, over=True))
        return Figure(t.pick(b.lo > 0, made, _ZERO), t.pick(b.lo > 0, made, self.symbols.endless), a.modes)

    def _choose(self, branches: tuple[tuple[op.Truth, op.Value], ...], otherwise: op.Value, scope: Scope) -> Figure:
        made = self.value(otherwise, scope)
        for test, value in reversed(branches):
            holds = self.truth(test, scope)
            if z3.is_false(holds.may):
                continue
            made = self.value(value, scope).chosen(holds, made)
        return made

    # lists

    def items(self, source: op.Source, scope: Scope) -> list[tuple[Thing, Holds]]:
        """Return the things of a list, each with whether it is one."""
        if source.name == "group":
            return list(scope.group)
        owner = scope.things[source.owner] if source.owner else self.symbols.case
        return [(one, Holds.of(one.there)) for one in self.symbols.things(source, owner)]

    def _around(self, node: op.Node, scope: Scope) -> tuple[object, ...]:
        names = {part.name for part in op.walk(node) if isinstance(part, op.Fact | op.Bound)}
        owners = {part.source.owner for part in op.walk(node) if isinstance(part, op.Aggregate | op.Exists)}
        seen = tuple(sorted((name, scope.things[name].path) for name in names | owners if name in scope.things))
        differs = any(
            (part.spec.entity, part.spec.name) in self.raised for part in op.walk(node) if isinstance(part, op.Fact)
        )
        return (resolved(node, self.plan), *seen, scope.clause, self.mark if differs else "")

    def _aggregate(self, node: op.Aggregate, scope: Scope) -> Figure:
        if node.most:
            raise OutOfReachError("择高的若干项", "the highest of several")
        if self.wide:
            return self._any_aggregate(node, scope)
        kept = scope.things.get(node.alias)
        parts: list[tuple[Holds, Figure]] = []
        for thing, there in self.items(node.source, scope):
            scope.things[node.alias] = thing
            parts.append((t.every(there, self.truth(node.where, scope)), self.value(node.value, scope)))
        _restore(scope, node.alias, kept)
        nothing = Figure.exact(_ZERO, whole=True)
        if node.how == "min":
            return _least_of(parts)
        made = nothing
        for holds, part in parts:
            signed = isinstance(node.value, op.Fact) and bounds_of(node.value.spec)[0] < ZERO
            counted = part.chosen(holds, nothing) if signed else part.gated(holds)
            made = made.raised(counted, zero=True) if node.how == "max" else made.plus(counted)
        return made

    def _any_aggregate(self, node: op.Aggregate, scope: Scope) -> Figure:
        """Return what any number of things may come to."""
        self.widened = True
        key = self._around(node, scope)
        if key not in self.sums:
            name = f"{node.how} {len(self.sums)}{self.mark}"
            whole = node.how == "count" or (isinstance(node.value, op.Fact) and node.value.type not in DENSE)
            ends = [z3.ToReal(z3.Int(f"{name} {end}")) if whole else z3.Real(f"{name} {end}") for end in ("lo", "hi")]
            lo, hi = ends if any(is_open(part) for part in op.walk(node)) else (ends[0], ends[0])
            signed = node.how != "count" and may_be_negative(node.value)
            self.symbols.known += [lo <= hi, *([] if signed else [lo >= 0])]
            modes = tuple(
                z3.Bool(f"{name} mode {mode}") if any(rounds(part) == mode for part in op.walk(node.value)) else t.NO
                for mode in t.MODES
            )
            self.sums[key] = Figure(lo, hi, (modes[0], modes[1], modes[2]), whole=whole)
        return self.sums[key]

    # truths

    def truth(self, node: op.Truth, scope: Scope) -> Holds:  # noqa: PLR0911 - one return an operation
        """Return the term of a truth."""
        match node:
            case op.All(truths):
                return t.every(*(self.truth(one, scope) for one in truths))
            case op.AnyOf(truths):
                return t.either(*(self.truth(one, scope) for one in truths))
            case op.Not(inner):
                return self.truth(inner, scope).negated()
            case op.IfTruth(condition, then, otherwise):
                test, a, b = (self.truth(one, scope) for one in (condition, then, otherwise))
                return t.either(t.every(test, a), t.every(test.negated(), b))
            case op.LawOpen():
                return t.OPEN
            case op.Holds(fact):
                return Holds.of(self.symbols.truth(scope.things[fact.name], fact.spec))
            case op.Given(fact):
                return Holds.of(self.symbols.is_given(scope.things[fact.name], fact.spec))
            case op.ReadingIs(reading, option):
                place = self.symbols.readings[reading][0].index(option)
                return Holds.of(self.symbols.reading(reading) == place)
            case op.In(fact, listing, every):
                thing = scope.things[fact.name]
                return (
                    self._set(thing, fact, listing, every=every)
                    if fact.spec.type == "set"
                    else self._member(thing, fact, listing, scope)
                )
            case op.Compare():
                return self._compare(node, scope)
            case op.Same(left, right):
                return Holds.of(self._same(left, right, scope))
            case op.Within(facts, codes, zones):
                return Holds.of(self._within(facts, codes, zones, scope))
            case op.Exists():
                return self._exists(node, scope)

    def _member(self, thing: Thing, fact: op.Fact, listing: op.Listing, scope: Scope) -> Holds:
        code = self._code(thing, fact)
        word = self.symbols.word
        sure = t.some(*(code == word(name) for name in sorted(listing.members)))
        if not listing.open:
            return Holds.of(sure)
        members = self.symbols.vocabulary.fields[fact.spec.entity][fact.spec.name].members
        elsewhere = scope.named_elsewhere.get((fact.spec.entity, fact.spec.name), frozenset())
        meant = [
            name
            for name, one in members.items()
            if name not in listing.members and one.genus in listing.genera and name not in elsewhere
        ]
        claims = self.symbols.vocabulary.field(thing.entity, "claims")
        claimed = t.NO if claims is None or not meant else self.symbols.member(thing, claims, scope.clause)
        may = t.some(code == word(OTHER), *(t.both(claimed, code == word(name)) for name in meant))
        return Holds(sure, t.some(sure, may))

    def _set(self, thing: Thing, fact: op.Fact, listing: op.Listing, *, every: bool) -> Holds:
        has = [self.symbols.member(thing, fact.spec, name) for name in sorted(listing.members)]
        if every:
            return Holds.of(t.both(*has))
        sure = t.some(*has)
        return Holds(sure, t.some(sure, self.symbols.member(thing, fact.spec, OTHER)) if listing.open else sure)

    def _code(self, thing: Thing, fact: op.Fact) -> z3.ArithRef:
        """Return what stands for a member; of a kind, for the list that it is of."""
        if not fact.of_kind:
            return self.symbols.code(thing, fact.spec)
        spec = self.symbols.vocabulary.fields[thing.entity][fact.spec.name]
        code, word = self.symbols.code(thing, spec), self.symbols.word
        made = code
        for name, member in spec.members.items():
            if member.list and member.list != name:
                made = t.pick(code == word(name), z3.IntVal(word(member.list)), made)
        return made

    def _same(self, left: op.Fact | op.Bound, right: op.Fact | op.Bound | op.Words, scope: Scope) -> z3.BoolRef:
        def code(node: op.Fact | op.Bound | op.Words) -> z3.ArithRef:
            if isinstance(node, op.Words):
                return z3.IntVal(self.symbols.word(node.text))
            thing = scope.things[node.name]
            return z3.IntVal(self.symbols.word(thing.path)) if isinstance(node, op.Bound) else self._code(thing, node)

        a, b = code(left), code(right)
        if z3.is_int_value(a) and z3.is_int_value(b):
            return t.YES if a.eq(b) else t.NO
        return t.both(a == b, a >= 0)

    def _within(
        self, facts: tuple[op.Fact, ...], codes: tuple[str, ...], zones: frozenset[str], scope: Scope
    ) -> z3.BoolRef:
        places = sorted({*codes, *zones, *self.symbols.vocabulary.zones, self.plan.header.code, ELSEWHERE})
        made: z3.BoolRef | None = None
        for fact in reversed(facts):
            thing = scope.things[fact.name]
            code = self.symbols.code(thing, fact.spec)
            self.symbols.known.append(t.some(*(code == self.symbols.word(place) for place in places)))
            inside = t.some(*(code == self.symbols.word(one) for one in places if place_is_within(one, codes, zones)))
            made = inside if made is None else t.pick(self.symbols.is_given(thing, fact.spec), inside, made)
        return t.NO if made is None else made

    def _compare(self, node: op.Compare, scope: Scope) -> Holds:
        strict, equal = node.sign == ">", node.sign == "=="
        for left, right, turned in ((node.left, node.right, False), (node.right, node.left, True)):
            if isinstance(left, op.Arithmetic) and left.sign == "/" and not is_plain(left.right):
                return self._compare_quotient(left, right, scope, strict=strict, equal=equal, turned=turned)
        a, b = self.value(node.left, scope), self.value(node.right, scope)

        def above(x: z3.ArithRef, y: z3.ArithRef) -> z3.BoolRef:
            return x == y if equal else x > y if strict else x >= y

        if a.thin and b.thin:
            return Holds.of(_folded(above(a.lo, b.lo)))
        if equal:
            sure = t.both(a.lo >= b.hi, b.lo >= a.hi)
            return Holds(sure, t.both(a.hi >= b.lo, b.hi >= a.lo))
        return Holds(_folded(above(a.lo, b.hi)), _folded(above(a.hi, b.lo)))

    def _compare_quotient(
        self, node: op.Arithmetic, right: op.Value, scope: Scope, *, strict: bool, equal: bool, turned: bool
    ) -> Holds:
        """Hold a quotient against a figure by multiplying out; over nothing or less it is open."""
        n, d, c = self.value(node.left, scope), self.value(node.right, scope), self.value(right, scope)
        if not (n.thin and d.thin and c.thin):
            raise OutOfReachError("幅度之间的商", "a quotient of figures that the law leaves open")
        x, y = n.lo, self._times(c.lo, d.lo)
        x, y = (y, x) if turned else (x, y)
        holds = x == y if equal else x > y if strict else x >= y
        return Holds(t.both(d.lo > 0, holds), t.some(d.lo <= 0, holds))

    def _exists(self, node: op.Exists, scope: Scope) -> Holds:
        if self.wide:
            self.widened = True
            key = self._around(node, scope)
            if key not in self.exists:
                sure, may = (z3.Bool(f"{end} any {len(self.exists)}{self.mark}") for end in ("sure", "may"))
                is_open = any(is_open(part) for part in op.walk(node.where))
                self.symbols.known.append(z3.Implies(sure, may))
                self.exists[key] = Holds(sure, may) if is_open else Holds.of(sure)
            return self.exists[key]
        kept = scope.things.get(node.alias)
        made = []
        for thing, there in self.items(node.source, scope):
            scope.things[node.alias] = thing
            made.append(t.every(there, self.truth(node.where, scope)))
        _restore(scope, node.alias, kept)
        return t.either(*made)


def resolved(node: op.Node, plan: PolicyPlan) -> op.Node:
    """Return an operation with its numbers by their values: in two policies they stand in other places."""

    def change(part: op.Node) -> op.Node | None:
        return op.Words(str(plan.constants[part.index])) if isinstance(part, op.Constant) else None

    return op.rebuilt(node, change)


def _restore(scope: Scope, alias: str, kept: Thing | None) -> None:
    if kept is None:
        scope.things.pop(alias, None)
    else:
        scope.things[alias] = kept


def _folded(truth: z3.BoolRef) -> z3.BoolRef:
    """Return a comparison of two numbers as what it is."""
    numbers = all(z3.is_rational_value(one) for one in truth.children())
    return z3.simplify(truth) if numbers else truth


def _least_of(parts: list[tuple[Holds, Figure]]) -> Figure:
    """Return the least of the figures that count; nothing where none does."""
    made, counts = Figure.exact(_ZERO), FALSE
    for holds, part in parts:
        lesser = part.least(made)
        first = replace(lesser, top=t.UNCAPPED).chosen(counts, part)
        made, counts = first.chosen(holds, made), t.either(counts, holds)
    return made.gated(counts)
