"""The engine: each operation of a plan becomes a small function of the context it is read in.

A `Context` holds what an expression may see: the things bound to names, the constants of the policy, the choices of
readings, what guides fill, and the *world*: values assumed for facts that nobody has given. A fact that is neither
given nor assumed is read as unknown, and says so in the `needs` of what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from functools import reduce
from typing import Final, Generic, TypeAlias, TypeVar, cast

from subsidy_rules.facts.case import Facts, Items, Members, Other, Ref, Thing, Value, bounds_of
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary, is_gb_code
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import Fill
from subsidy_rules.values.amount import FALSE, HALF_UP, LOWEST, TRUE, UP, Amount, Need, Truth, settle
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import INFINITY, ZERO, Infinity, months_later, year_of

T = TypeVar("T")
World: TypeAlias = "Mapping[Need, Value] | Seen | Assumed"
ANOTHER: Final = "?"
"""Marks a reference to a thing outside the case."""


class Seen:
    """A world that notes which unknowns are looked up in it."""

    __slots__ = ("asked", "world")

    def __init__(self, world: World) -> None:
        """Look up in another world."""
        self.world = world
        self.asked: dict[Need, None] = {}

    def get(self, need: Need) -> Value | None:
        """Return what is assumed for an unknown, or None."""
        self.asked[need] = None
        return self.world.get(need)


class Assumed:
    """A world in which one more unknown has a value."""

    __slots__ = ("need", "value", "world")

    def __init__(self, world: World, need: Need, value: Value) -> None:
        """Assume a value for a need in a world."""
        self.world, self.need, self.value = world, need, value

    def get(self, need: Need) -> Value | None:
        """Return what is assumed for an unknown, or None."""
        return self.value if need == self.need else self.world.get(need)


class Remembered(Generic[T]):
    """A function of the world that is computed once for each combination of the unknowns that it looks up.

    A value is told by its identity, which is quick; what is remembered keeps it, so that no identity comes twice.
    """

    __slots__ = ("_compute", "_known", "asked")

    def __init__(self, compute: Callable[[World], T]) -> None:
        """Remember what `compute` returns."""
        self._compute = compute
        self._known: dict[tuple[int, ...], tuple[T, list[Value | None]]] = {}
        self.asked: tuple[Need, ...] = ()

    def know(self, found: T) -> None:
        """Take what it is in every world."""
        self._known[()] = (found, [])

    def __call__(self, world: World) -> T:
        """Return what it is in this world."""
        values = [world.get(need) for need in self.asked]
        known = self._known.get(tuple(map(id, values)))
        if known is not None:
            return known[0]
        seen = Seen(world)
        found = self._compute(seen)
        fresh = tuple(need for need in seen.asked if need not in self.asked)
        if fresh:
            self.asked += fresh
            self._known.clear()
            values += [world.get(need) for need in fresh]
        self._known[tuple(map(id, values))] = (found, values)
        return found


@dataclass(slots=True)
class Shared:
    """What is the same for every award of one evaluation."""

    facts: Facts
    vocabulary: Vocabulary
    readings: Mapping[str, str]
    guides: Mapping[str, Fill]
    specs: dict[Need, FieldSpec] = field(default_factory=dict)
    choices: dict[Need, tuple[Value, ...]] = field(default_factory=dict)
    others: dict[Fraction | Infinity, str] = field(default_factory=dict)
    absences: dict[tuple[object, ...], str] = field(default_factory=dict)

    def absence(self, where: op.Truth, around: tuple[str, ...]) -> str:
        """Name the question whether a list that is not given, or not whole, has a thing for which it holds.

        Where one list is asked the same in the same surroundings, it is one question with one answer.
        """
        return self.absences.setdefault((where, *around), f"{ANOTHER}{len(self.absences)}")


NOTHING: Final = Amount.exact(ZERO)


@dataclass(slots=True)
class Context:
    """What one award is read in.

    Where they are wanted, `reads` collects the facts read, `flags` what is to be said of the award, `filled` the
    parameters for which a guide was asked. `group` holds the members of a group, each with whether it counts;
    `selected` whether any is what the sentence is about; `more` the list that is not complete, where one is.
    """

    shared: Shared
    constants: tuple[Amount, ...]
    things: dict[str, Thing]
    world: World
    clause: str
    named_elsewhere: Mapping[tuple[str, str], frozenset[str]]
    group: tuple[tuple[Thing, Truth], ...] = ()
    selected: Truth = TRUE
    counted: Truth = TRUE
    more: Need | None = None
    running: Amount = NOTHING
    reads: dict[str, Thing] | None = None
    flags: dict[str, None] | None = None
    filled: dict[str, None] | None = None

    def flag(self, name: str) -> None:
        """Remember what is to be said of the award."""
        if self.flags is not None:
            self.flags[name] = None

    def note(self, thing: Thing, name: str) -> None:
        """Remember that a fact was read."""
        if self.reads is not None:
            self.reads.setdefault(thing.fact_path(name), thing)

    def unknown(self, thing: Thing, spec: FieldSpec, member: str = "") -> tuple[Need, Value | None]:
        """Return the need that a fact not given is, and what the world assumes for it."""
        need: Need = (thing.path, spec.name, member) if member else (thing.path, spec.name)
        self.shared.specs[need] = spec
        return need, self.world.get(need)


Number: TypeAlias = Callable[[Context], Amount]
Test: TypeAlias = Callable[[Context], Truth]


def number(node: op.Value) -> Number:
    """Return the function of a numeric operation."""
    match node:
        case op.Constant(index, _):
            return lambda ctx: ctx.constants[index]
        case op.Fact(name, spec, _):
            return lambda ctx: read_number(ctx, ctx.things[name], spec)
        case op.Running():
            return lambda ctx: ctx.running
        case op.Arithmetic(sign, left, right, _):
            return _arithmetic(sign, number(left), right)
        case op.Least():
            return _least(node)
        case op.Bounded(value, _):
            a = number(value)
            return lambda ctx: a(ctx).bounded("discretion")
        case op.Fixed(value, _, up):
            a, mode = number(value), UP if up else HALF_UP
            return lambda ctx: a(ctx).fixed(mode)
        case op.Choose(branches, otherwise, _):
            return _choose([(truth(test), number(value)) for test, value in branches], number(otherwise))
        case op.Aggregate():
            return _aggregate(node)
        case op.Chain(values, _):
            return _chain([number(value) for value in values])
        case _:
            return _shaped(node)


def _shaped(node: op.Value) -> Number:
    match node:
        case op.Open():
            return _open(node)
        case op.Decided(value, facts, exact, _):
            return _decided(number(value), facts, exact=exact)
        case op.Greatest(left, right, _, raises):
            return _greatest(number(left), number(right), zero=not raises)
        case op.Kept():
            return _kept(node)
        case op.Rounded(value, unit, mode, type_):
            return _rounded(number(value), number(unit), mode, capped=type_ == "money")
        case op.Calendar(day, months, _):
            return _year(number(day)) if months is None else _months_later(number(day), number(months))
        case op.Elapsed(first, last, months, begun, _):
            a, b = number(first), number(last)
            return lambda ctx: b(ctx).since(a(ctx), months, begun=begun)
        case op.Awarded():
            return _awarded(node)
        case _:
            raise TypeError(node)


_COMPILED: dict[int, tuple[op.Truth, Test]] = {}
_MOST: Final = 50_000


def truth_of_plan(node: op.Truth) -> Test:
    """Return the function of a truth that stands in a plan, which is made once."""
    known = _COMPILED.get(id(node))
    if known is None:
        if len(_COMPILED) >= _MOST:
            _COMPILED.clear()
        known = (node, truth(node))
        _COMPILED[id(node)] = known
    return known[1]


def truth(node: op.Truth) -> Test:  # noqa: PLR0911 - one return an operation
    """Return the function of a truth."""
    match node:
        case op.All(truths):
            return all_of([truth(one) for one in truths])
        case op.AnyOf(truths):
            return any_of([truth(one) for one in truths])
        case op.Not(inner):
            test = truth(inner)
            return lambda ctx: test(ctx).negated()
        case op.IfTruth(condition, then, otherwise):
            return _if(truth(condition), truth(then), truth(otherwise))
        case op.LawOpen(why):
            opened = Truth((0, 0, 1, 1), frozenset({"open_reading", f"why:{why}"}))
            return lambda _: opened
        case op.Given(fact):
            return lambda ctx: Truth.of(fact.spec.name in ctx.things[fact.name].values)
        case op.Holds(fact):
            return lambda ctx: _holds(ctx, ctx.things[fact.name], fact.spec)
        case op.In(fact, listing, every):
            if fact.spec.type == "set":
                return lambda ctx: _set_in(ctx, ctx.things[fact.name], fact.spec, listing, every=every)
            return lambda ctx: _member_in(ctx, ctx.things[fact.name], fact.spec, listing)
        case op.Same(left, right):
            return lambda ctx: _same(ctx, left, right)
        case op.Compare():
            return _compare(node)
        case op.Exists():
            return _exists(node)
        case op.Within(facts, codes, zones):
            return lambda ctx: _within(ctx, facts, codes, zones)
        case _:
            reading, option = node.reading, node.option
            return lambda ctx: _reading_is(ctx, reading, option)


def read_number(ctx: Context, thing: Thing, spec: FieldSpec) -> Amount:
    """Read a numeric fact: given, assumed, derived (a project's total), the law's to give, or unknown."""
    given = thing.values.get(spec.name)
    ctx.note(thing, spec.name)
    if isinstance(given, Amount) and given.decided:
        return given
    need, assumed = ctx.unknown(thing, spec)
    if isinstance(assumed, Amount):
        return assumed
    if isinstance(given, Amount):
        return given
    if spec.entity == "project" and spec.name == "total" and "costs" in thing.lists:
        return _sum_of_costs(ctx, thing)
    if spec.sort == "authority":
        return Amount.undetermined("no_figure_in_text")
    if spec.sort == "standard":
        return Amount.undetermined("guide_missing", "no_figure_in_text")
    lo, hi = bounds_of(spec)
    return Amount.unknown(lo, hi, need)


def _sum_of_costs(ctx: Context, project: Thing) -> Amount:
    """A total that is not stated is the sum of the costs."""
    items = project.lists["costs"]
    spec = ctx.shared.vocabulary.fields["cost"]["amount"]
    total = Amount.exact(ZERO)
    for cost in items:
        total = total.plus(read_number(ctx, cost, spec))
    return total.plus(Amount.unknown(ZERO, INFINITY, (project.path, "costs"))) if items.more else total


def read_member(ctx: Context, thing: Thing, spec: FieldSpec) -> Value | Need | None:
    """Read an enum, text or place fact: its value, or the need that it is."""
    given = thing.values.get(spec.name)
    ctx.note(thing, spec.name)
    if given is not None:
        return given
    need, assumed = ctx.unknown(thing, spec)
    return need if assumed is None else assumed


def _arithmetic(sign: str, left: Number, right_node: op.Value) -> Number:
    if sign == "/":
        return _divide(left, right_node)
    right = number(right_node)
    if sign == "+":
        return lambda ctx: left(ctx).plus(right(ctx))
    if sign == "-":
        return lambda ctx: left(ctx).less(right(ctx))
    return lambda ctx: left(ctx).scaled(right(ctx))


def _divide(left: Number, node: op.Value) -> Number:
    """Divide by a figure, or by an enum whose members are numbers (360, 365)."""
    if isinstance(node, op.Fact) and node.type == "enum":
        options = [Fraction(member) for member in node.spec.members]

        def by_fact(ctx: Context) -> Amount:
            found = read_member(ctx, ctx.things[node.name], node.spec)
            if isinstance(found, str):
                return left(ctx).scaled(Amount.exact(1 / Fraction(found)))
            need = found if isinstance(found, tuple) else ()
            inverse = Amount.unknown(1 / max(options), 1 / min(options), need)
            return left(ctx).scaled(inverse)

        return by_fact
    divisor = number(node)
    return lambda ctx: left(ctx).divided(divisor(ctx))


def _choose(branches: list[tuple[Test, Number]], otherwise: Number) -> Number:
    def chosen(ctx: Context) -> Amount:
        open_parts: list[tuple[Truth, Amount]] = []
        last: Amount | None = None
        for test, value in branches:
            found = test(ctx)
            if found.is_true:
                last = value(ctx)
                break
            if not found.is_false:
                open_parts.append((found, value(ctx)))
        made = otherwise(ctx) if last is None else last
        for found, part in reversed(open_parts):
            made = _part(found, part, made)
        return made

    return chosen


def _part(found: Truth, part: Amount, rest: Amount) -> Amount:
    """Return one amount where it holds and another where it doesn't, whatever the facts and the law leave open."""
    if part.numbers == rest.numbers:
        return part
    first, second, third, last = found.numbers
    by_law = part.either(rest, "open_reading")
    open_by_law = (first, second) != (third, last)
    cases = [*([part] if second else []), *([rest] if not third else []), *([by_law] if open_by_law else [])]
    made = cases[0]
    for other in cases[1:]:
        made = made.hull(other)
    return settle(made.numbers, made.reasons | found.reasons, made.needs | found.needs, made.mode, made.top)


def _least(node: op.Least) -> Number:
    left, right, printed, flag = number(node.left), number(node.right), node.printed, node.flag
    if not flag:
        return lambda ctx: left(ctx).least(right(ctx), printed=printed)

    def flagged(ctx: Context) -> Amount:
        amount = left(ctx)
        made = amount.least(right(ctx), printed=printed)
        if made.numbers != amount.numbers:
            ctx.flag(flag)
        return made

    return flagged


def _greatest(left: Number, right: Number, *, zero: bool) -> Number:
    return lambda ctx: left(ctx).raised_to(right(ctx), zero=zero)


def _kept(node: op.Kept) -> Number:
    value, least = number(node.value), number(node.least)

    def kept(ctx: Context) -> Amount:
        amount = value(ctx)
        made = amount.kept_from(least(ctx))
        if made.numbers != amount.numbers:
            ctx.flag(node.flag)
        return made

    return kept


def _rounded(value: Number, unit: Number, mode: int, *, capped: bool) -> Number:
    """Round to a multiple; the lesser of two numbers that are no money is no cap."""

    def rounded(ctx: Context) -> Amount:
        amount = value(ctx)
        return (amount if capped else replace(amount, top=None)).rounded(_figure(unit(ctx)), mode)

    return rounded


def _year(value: Number) -> Number:
    return lambda ctx: value(ctx).mapped(year_of)


def _months_later(value: Number, months: Number) -> Number:
    def later(ctx: Context) -> Amount:
        count = int(_figure(months(ctx)))
        return value(ctx).mapped(lambda day: months_later(day, count))

    return later


def _figure(constant: Amount) -> Fraction:
    """Return the figure of a constant."""
    return cast("Fraction", constant.minimum)


def _awarded(node: op.Awarded) -> Number:
    value, clause = number(node.value), node.clause

    def awarded(ctx: Context) -> Amount:
        kept = ctx.clause, ctx.named_elsewhere, ctx.running
        ctx.clause, ctx.named_elsewhere, ctx.running = clause, node.named_elsewhere, Amount.exact(ZERO)
        made = value(ctx)
        ctx.clause, ctx.named_elsewhere, ctx.running = kept
        return made

    return awarded


def _chain(values: list[Number]) -> Number:
    def chained(ctx: Context) -> Amount:
        kept = ctx.running
        for value in values:
            ctx.running = value(ctx).clamped()
        made, ctx.running = ctx.running, kept
        return made

    return chained


def _open(node: op.Open) -> Number:
    otherwise = None if node.otherwise is None else number(node.otherwise)
    on = None if node.on is None else number(node.on)
    nothing = Amount.undetermined("guide_missing", "no_figure_in_text")

    def opened(ctx: Context) -> Amount:
        rows = ctx.shared.guides.get(node.parameter)
        rest = nothing if otherwise is None else otherwise(ctx)
        if rows is None:
            return rest
        day = None if on is None else on(ctx)
        if ctx.filled is not None:
            ctx.filled[node.parameter] = None
        made = rest
        for names, since, value in reversed(rows):
            holds = TRUE if day is None or since is None else _ordered(day, Amount.exact(since), strict=False)
            for key, name in zip(node.keys, names, strict=True):
                if name != "*" and isinstance(key, op.Fact):
                    listing = op.Listing(frozenset({name}))
                    holds = holds.both(_member_in(ctx, ctx.things[key.name], key.spec, listing))
            if not holds.is_false:
                figure = Amount.exact(value).fixed()
                made = figure if holds.is_true else _part(holds, figure, made)
        return made

    return opened


def _decided(value: Number, facts: tuple[op.Fact, ...], *, exact: bool) -> Number:
    def decided(ctx: Context) -> Amount:
        amount = value(ctx)
        for fact in facts:
            figure = read_number(ctx, ctx.things[fact.name], fact.spec)
            if figure.kind == "exact":
                made = amount.decided_at(figure.minimum) if exact else amount.granted_at(figure.minimum)
                if figure.minimum > amount.ceiling.lo:
                    ctx.flag("decision_clipped")
                return made
        return amount

    return decided


def things_of(ctx: Context, source: op.Source) -> tuple[list[tuple[Thing, Truth]], Need | None]:
    """Return the things of a list, each with whether it is one, and the need that an absent or unfinished list is."""
    if source.name == "group":
        return list(ctx.group), ctx.more
    owner = ctx.things[source.owner] if source.owner else ctx.shared.facts.root
    items = owner.lists.get(source.name)
    if items is None:
        return [], (owner.path, source.name)
    return [(thing, TRUE) for thing in items], (owner.path, source.name) if items.more else None


def _aggregate(node: op.Aggregate) -> Number:
    where, value, alias = truth(node.where), number(node.value), node.alias
    how, signed = node.how, isinstance(node.value, op.Fact) and bounds_of(node.value.spec)[0] < ZERO
    least = LOWEST if signed and how == "sum" else ZERO

    def aggregated(ctx: Context) -> Amount:
        found, need = things_of(ctx, node.source)
        kept = ctx.things.get(alias)
        parts: list[tuple[Truth, Amount]] = []
        for thing, member in found:
            ctx.things[alias] = thing
            holds = member.both(where(ctx))
            if not holds.is_false:
                parts.append((holds, value(ctx)))
        _restore(ctx, alias, kept)
        if how == "min":
            return _least_of(parts, need)
        nothing = Amount.exact(ZERO)
        counted = [part.gated(holds) if part.minimum >= ZERO else _part(holds, part, nothing) for holds, part in parts]
        made = reduce(Amount.greatest if how == "max" else Amount.plus, counted, nothing)
        made = made.of_the_highest(counted, node.most) if 0 < node.most < len(counted) else made
        return made if need is None else made.plus(Amount.unknown(least, INFINITY, need))

    return aggregated


def _least_of(parts: Iterable[tuple[Truth, Amount]], need: Need | None) -> Amount:
    """Return the least of the amounts that count; zero where none does."""
    made, any_counts = Amount.exact(INFINITY), FALSE
    for holds, part in parts:
        made, any_counts = _part(holds, made.least(part), made), any_counts.either(holds)
    if need is not None:
        made, any_counts = made.least(Amount.unknown(ZERO, INFINITY, need)), any_counts.either(Truth.unknown(need))
    return _part(any_counts, made, Amount.exact(ZERO))


def _exists(node: op.Exists) -> Test:
    where, alias, more = truth(node.where), node.alias, more_than_listed(node)

    def exists(ctx: Context) -> Truth:
        made = FALSE
        for thing, member in things_of(ctx, node.source)[0]:
            made = made.either(member.both(about(ctx, alias, thing, where)))
        return made if made.is_true else made.either(more(ctx))

    return exists


def about(ctx: Context, alias: str, thing: Thing, test: Test) -> Truth:
    """Return what a test says of a thing by the name that it has there."""
    kept = ctx.things.get(alias)
    ctx.things[alias] = thing
    found = test(ctx)
    _restore(ctx, alias, kept)
    return found


def more_than_listed(node: op.Exists) -> Test:
    """Return whether, beside the things that the case lists, there is one for which it holds."""
    around = sorted({part.name for part in op.walk(node.where) if isinstance(part, op.Fact | op.Bound)} - {node.alias})

    def more(ctx: Context) -> Truth:
        need = things_of(ctx, node.source)[1]
        if need is None:
            return FALSE
        paths = tuple(ctx.things[name].path for name in around if name in ctx.things)
        asked = (*need, ctx.shared.absence(node.where, paths))
        assumed = ctx.world.get(asked)
        return Truth.of(assumed) if isinstance(assumed, bool) else Truth.unknown(asked)

    return more


def _restore(ctx: Context, alias: str, kept: Thing | None) -> None:
    if kept is None:
        ctx.things.pop(alias, None)
    else:
        ctx.things[alias] = kept


def all_of(tests: Sequence[Test]) -> Test:
    """Return the test that holds where all of several do."""

    def conjunction(ctx: Context) -> Truth:
        made = TRUE
        for test in tests:
            made = made.both(test(ctx))
            if made.is_false:
                break
        return made

    return conjunction


def any_of(tests: Sequence[Test]) -> Test:
    """Return the test that holds where any of several does."""

    def disjunction(ctx: Context) -> Truth:
        made = FALSE
        for test in tests:
            made = made.either(test(ctx))
            if made.is_true:
                break
        return made

    return disjunction


def _if(condition: Test, then: Test, otherwise: Test) -> Test:
    def either(ctx: Context) -> Truth:
        found = condition(ctx)
        if found.is_true:
            return then(ctx)
        if found.is_false:
            return otherwise(ctx)
        a, b = then(ctx), otherwise(ctx)
        if a == b:
            return a
        return found.both(a).either(found.negated().both(b))

    return either


def _holds(ctx: Context, thing: Thing, spec: FieldSpec) -> Truth:
    found = read_member(ctx, thing, spec)
    if isinstance(found, bool):
        return Truth.of(found)
    if spec.sort != "applicant":
        return Truth.law_open("no_figure_in_text" if spec.sort == "authority" else "guide_missing")
    return Truth.unknown(found) if isinstance(found, tuple) else FALSE


def _member_in(ctx: Context, thing: Thing, spec: FieldSpec, listing: op.Listing) -> Truth:
    found = read_member(ctx, thing, spec)
    if isinstance(found, tuple):
        return Truth.unknown(found)
    if isinstance(found, Other):
        return Truth.law_open("open_list") if listing.open else FALSE
    if not isinstance(found, str) or found in listing.members:
        return Truth.of(found in listing.members)
    if listing.open and _may_be_meant(ctx, thing, spec, found, listing):
        return Truth.law_open("open_list")
    return FALSE


def _may_be_meant(ctx: Context, thing: Thing, spec: FieldSpec, name: str, listing: op.Listing) -> bool:
    """Whether 等 may mean an unlisted kind: of the genus, named by no other sentence, and claimed here (S6)."""
    member = ctx.shared.vocabulary.fields[spec.entity][spec.name].members.get(name)
    claims = thing.values.get("claims")
    return (
        member is not None
        and member.genus in listing.genera
        and name not in ctx.named_elsewhere.get((spec.entity, spec.name), frozenset())
        and isinstance(claims, Members)
        and ctx.clause in claims.names
    )


def _set_in(ctx: Context, thing: Thing, spec: FieldSpec, listing: op.Listing, *, every: bool) -> Truth:
    given = thing.values.get(spec.name)
    ctx.note(thing, spec.name)
    made = TRUE if every else FALSE
    join = made.both if every else made.either
    for name in sorted(listing.members):
        if isinstance(given, Members):
            found = Truth.of(name in given.names)
        else:
            need, assumed = ctx.unknown(thing, spec, name)
            found = Truth.of(assumed) if isinstance(assumed, bool) else Truth.unknown(need)
        made = join(found)
        join = made.both if every else made.either
    if listing.open and not every:
        if isinstance(given, Members):
            other = Truth.law_open("open_list") if given.other else FALSE
        else:
            need, assumed = ctx.unknown(thing, spec, "{other}")
            if isinstance(assumed, bool):
                other = Truth.law_open("open_list") if assumed else FALSE
            else:
                other = Truth((0, 0, 0, 1), frozenset({"unknown_fact", "open_list"}), frozenset({need}))
        made = made.either(other)
    return made


def project_of(facts: Facts, thing: Thing) -> str:
    """Return the id that stands for a project: that of the one it is the same as, else its own (or its path)."""
    seen = [thing.path]
    same = thing.values.get("same_as")
    while isinstance(same, Ref):
        thing = facts.index[same.id]
        if thing.path in seen:  # a circle: one of its projects stands for all, and for those that lead to it
            return min(seen[seen.index(thing.path) :])
        seen.append(thing.path)
        same = thing.values.get("same_as")
    return thing.path


def read_thing(ctx: Context, node: op.Fact | op.Bound) -> str | Need | None:
    """Return the path of the thing that a reference names, the need that it is, or None where it names nothing."""
    if isinstance(node, op.Bound):
        thing = ctx.things[node.name]
    else:
        owner = ctx.things[node.name]
        given = owner.values.get(node.spec.name)
        ctx.note(owner, node.spec.name)
        if given is None:
            if node.spec.absent == "none":
                return None
            need, given = ctx.unknown(owner, node.spec)
            if given is None:
                return need
        named = given.id if isinstance(given, Ref) else str(given)
        if named.startswith(ANOTHER):
            return named
        thing = ctx.shared.facts.index[named]
    return project_of(ctx.shared.facts, thing) if thing.entity == "project" else thing.path


def read_word(ctx: Context, node: op.Fact | op.Bound | op.Words) -> Value | Need | None:
    """Return what `is` compares: a member, a text, the list of a kind, or the path of a thing."""
    if isinstance(node, op.Words):
        return node.text
    if isinstance(node, op.Bound) or node.spec.type == "ref":
        return read_thing(ctx, node)
    thing = ctx.things[node.name]
    spec = ctx.shared.vocabulary.fields[thing.entity][node.spec.name] if node.of_kind else node.spec
    found = read_member(ctx, thing, spec)
    if node.of_kind and isinstance(found, str):
        member = spec.members.get(found)
        return found if member is None else member.list or found
    if isinstance(found, Other):
        return f"{ANOTHER}{found.text}"
    return found


def _same(ctx: Context, left: op.Fact | op.Bound, right: op.Fact | op.Bound | op.Words) -> Truth:
    if isinstance(left, op.Fact) and isinstance(right, op.Fact) and _one_fact(ctx, left, right):
        return TRUE
    a, b = read_word(ctx, left), read_word(ctx, right)
    needs = [found for found in (a, b) if isinstance(found, tuple)]
    if needs:
        return FALSE if a is None or b is None else Truth.unknown(*needs)
    return Truth.of(a is not None and a == b)


def _one_fact(ctx: Context, left: op.Fact, right: op.Fact) -> bool:
    return left.spec.name == right.spec.name and ctx.things[left.name].path == ctx.things[right.name].path


def _compare(node: op.Compare) -> Test:
    left, right, strict, equal = number(node.left), number(node.right), node.sign == ">", node.sign == "=="

    def compared(ctx: Context) -> Truth:
        if isinstance(node.left, op.Fact) and isinstance(node.right, op.Fact) and _one_fact(ctx, node.left, node.right):
            return Truth.of(not strict)
        a, b = left(ctx), right(ctx)
        if not equal:
            return _ordered(a, b, strict=strict)
        return _ordered(a, b, strict=False).both(_ordered(b, a, strict=False))

    return compared


def _ordered(a: Amount, b: Amount, *, strict: bool) -> Truth:
    """Whether a is above b (or equal, unless strict): at the law's low end with a's floor and b's ceiling (S2)."""
    (a0, a1, a2, a3), (b0, b1, b2, b3) = a.numbers, b.numbers
    ends = a.open_ends, b.open_ends
    low, high = _above(a0, b3, ends, strict=strict), _above(a2, b1, ends, strict=strict)
    ends = b.open_ends, a.open_ends
    numbers = (low, not _above(b2, a1, ends, strict=not strict), high, not _above(b0, a3, ends, strict=not strict))
    if numbers[0] == numbers[3]:
        return Truth.of(numbers[0])
    if numbers[0] == numbers[1] and numbers[2] == numbers[3]:
        return Truth.law_open("zero_divisor" if "zero_divisor" in a.reasons | b.reasons else "open_reading")
    found = (int(numbers[0]), int(numbers[1]), int(numbers[2]), int(numbers[3]))
    reasons = {"unknown_fact"} if found[0] == found[2] and found[1] == found[3] else {"unknown_fact", "open_reading"}
    return Truth(found, frozenset(reasons), a.needs | b.needs)


def _above(lo: Fraction | Infinity, hi: Fraction | Infinity, open_ends: tuple[int, int], *, strict: bool) -> bool:
    """Whether what is at least `lo` is surely above what is at most `hi`; an excluded end makes equality strict."""
    if lo > hi:
        return True
    excluded = bool(open_ends[0] & 1) or bool(open_ends[1] & 2)
    return lo == hi and (not strict or excluded) and hi != INFINITY


def _within(ctx: Context, facts: Iterable[op.Fact], codes: tuple[str, ...], zones: frozenset[str]) -> Truth:
    """Decide by the first place that is given; if none is, by what the world assumes of the last one."""
    chain = list(facts)
    given = (fact for fact in chain if fact.spec.name in ctx.things[fact.name].values)
    fact = next(given, chain[-1])
    found = read_member(ctx, ctx.things[fact.name], fact.spec)
    if isinstance(found, tuple):
        return Truth.unknown(found)
    return Truth.of(isinstance(found, str) and place_is_within(found, codes, zones))


def place_is_within(place: str, codes: tuple[str, ...], zones: frozenset[str]) -> bool:
    """Whether a GB/T 2260 code lies in the area of one of `codes`; any other place is one of `codes` or `zones`."""
    areas = tuple(
        code.rstrip("0") if code.endswith("0000") else code[:4] if code.endswith("00") else code
        for code in codes
        if is_gb_code(code)
    )
    return place in zones or place in codes or (is_gb_code(place) and place.startswith(areas))


def _reading_is(ctx: Context, reading: str, option: str) -> Truth:
    need: Need = ("reading", reading)
    assumed = ctx.world.get(need)
    chosen = assumed if isinstance(assumed, str) else chosen_option(ctx.shared.readings, ctx.clause, reading)
    return Truth.unknown(need) if chosen == ANOTHER else Truth.of(chosen == option)


def chosen_option(readings: Mapping[str, str], clause: str, reading: str) -> str:
    """Return the option of a reading that holds for `policy/clause`: what is chosen for it alone goes before (S22)."""
    return readings.get(f"{clause}/{reading.partition('/')[2]}") or readings[reading]


def listed(items: Items | None) -> tuple[Thing, ...]:
    """Return the things of a list, none where it is not given."""
    return () if items is None else items.things
