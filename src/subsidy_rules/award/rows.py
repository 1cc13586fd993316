"""Rows: one sentence applied to one thing, the unit that is awarded or refused (S13).

`CompiledPolicy` holds the functions of a policy's sentences; `rows_of` applies each sentence to the things of a case; a
`Row` evaluates itself in a world. What a row says in one world is a `RowValue`: whether each gate holds, the rounded
amount as if eligible, and whether a rule bars it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import field
from fractions import Fraction
from functools import cached_property, partial
from itertools import product
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from subsidy_rules.award.compiled import CompiledClause, CompiledPolicy
from subsidy_rules.award.engine import (
    ANOTHER,
    Context,
    Remembered,
    Shared,
    Test,
    World,
    listed,
    project_of,
    read_thing,
    read_word,
    truth,
)
from subsidy_rules.award.pieces import conjuncts, negated
from subsidy_rules.facts.case import Thing, Value
from subsidy_rules.facts.vocabulary import NUMERIC
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Gate, Per, Policies
from subsidy_rules.values.amount import FALSE, TRUE, Amount, Need, Truth, settle
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import INFINITY, ZERO, Infinity

ELSEWHERE: Final = Fraction(10**12)
"""Numbers from here on stand for a key's value that no other thing of the case has."""

ONE: Final = Fraction(1)

T = TypeVar("T")
Key: TypeAlias = tuple[str, ...]
"""The values of a group's keys, as text; an unknown one is `?` with its path."""


@dataclass(frozen=True)
class RowValue:
    """What a row, or some parts of it, says in one world.

    `selected`: the sentence is about this thing; `eligible`: every gate holds; `amount`: the rounded gross amount.
    """

    selected: Truth
    eligible: Truth
    amount: Amount
    bars: tuple[Truth, ...]

    @cached_property
    def barred(self) -> Truth:
        """Whether any rule bars the award."""
        made = FALSE
        for bar in self.bars:
            made = made.either(bar)
        return made

    @cached_property
    def gated(self) -> Amount:
        """The amount, as far as it is eligible and not barred."""
        return self.amount.gated(self.eligible).gated(self.barred.negated())

    @cached_property
    def pays(self) -> bool:
        """Whether anything may be paid."""
        return self.gated.maximum != ZERO

    @cached_property
    def needs(self) -> frozenset[Need]:
        """The facts that leave the row open in this world."""
        found = self.eligible.needs | self.barred.needs
        return found if self.eligible.is_false else found | self.amount.needs


@dataclass(frozen=True, slots=True)
class Gathered:
    """The members of a group in a world, as a context holds them, and the one that gives the group its names."""

    group: tuple[tuple[Thing, Truth], ...]
    selected: Truth
    counted: Truth
    more: Need | None
    named: Thing


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of a row: which one it is (`where` and other gates, bars, the amount), and what it says in a world."""

    role: Literal["where", "gate", "bar", "amount"]
    says: Remembered[T]


@dataclass(slots=True)
class Row:
    """One sentence applied to one thing of a case."""

    policy: CompiledPolicy
    clause: CompiledClause
    shared: Shared
    things: Mapping[str, Thing]
    object: str
    members: tuple[Thing, ...] = ()
    key: Key = ()
    unlisted: tuple[tuple[Thing | None, Need], ...] = ()
    _conditions: tuple[Part[Truth], ...] = field(init=False)
    _amount: Remembered[Amount] = field(init=False)
    _pieces: tuple[Part[Truth], ...] = field(init=False, default=())
    says: Remembered[RowValue] = field(init=False)
    completed: dict[tuple[int, ...], Remembered[Any]] = field(init=False, default_factory=dict)
    """Kept by who completes some of its parts."""
    _gathered: Remembered[Gathered] = field(init=False)
    _projects: Remembered[list[tuple[str | Need, Truth]]] = field(init=False)

    def __post_init__(self) -> None:
        """Remember what each part of the row says, and where it stands, world by world."""
        gates = tuple(
            Part("where" if gate.role == "where" else "gate", Remembered(partial(self._gate, gate, test)))
            for gate, test in self.clause.gates
        )
        bars = tuple(Part("bar", Remembered(partial(self._said, test))) for _, test in self.clause.bars)
        self._conditions = (*gates, *bars)
        self._amount = Remembered(self._rounded)
        self.says = Remembered(self._evaluate)
        self._gathered = Remembered(self._gather)
        self._projects = Remembered(self._find_projects)

    def says_as(self, other: Row) -> bool:
        """Whether it is the same row, at most under other readings that it does not read."""
        return self.says is other.says

    def under(self, shared: Shared) -> Row:
        """Return the same row under other readings, none of which it reads: what it says is known."""
        made = copy(self)
        made.shared = shared
        return made

    @property
    def id(self) -> str:
        """`policy/clause@object`."""
        return f"{self.policy.plan.id}/{self.clause.plan.sentence.id}@{self.object}"

    def context(self, world: World, *, trace: bool = False) -> Context:
        """Return the context in which this row's expressions are read."""
        ctx = self._context(world, trace=trace)
        if self.key:
            found = self._gathered(world)
            ctx.group, ctx.selected, ctx.counted, ctx.more = found.group, found.selected, found.counted, found.more
            self._bind(ctx, found.named)
        return ctx

    def _context(self, world: World, *, trace: bool = False) -> Context:
        sentence = self.clause.plan.sentence
        return Context(
            self.shared,
            self.policy.constants,
            dict(self.things),
            world,
            f"{sentence.policy}/{sentence.id}",
            self.clause.plan.named_elsewhere,
            reads={} if trace else None,
        )

    def _gather(self, world: World) -> Gathered:
        """Find the group's members (what the sentence is about, in its place) and one that gives it its names."""
        ctx = self._context(world)
        found = [(thing, *self._counts(ctx, thing)) for thing in self.members]
        ctx.group = tuple((thing, placed) for thing, _, placed in found)
        ctx.selected = any_member(tuple((thing, selected) for thing, selected, _ in found))
        ctx.counted = any_member(ctx.group)
        for thing, need in self.unlisted:
            counts = TRUE if thing is None else self._counts(ctx, thing)[1]
            if not counts.is_false:
                path = None if thing is None else thing.path
                more = Truth.unknown(need, *(one for one in counts.needs if one[0] != path))
                ctx.more, ctx.selected, ctx.counted = need, ctx.selected.either(more), ctx.counted.either(more)
        found.sort(key=lambda one: (one[2].numbers, one[1].numbers), reverse=True)
        named = [*(thing for thing, _, _ in found), *(thing for thing, _ in self.unlisted if thing is not None)]
        return Gathered(ctx.group, ctx.selected, ctx.counted, ctx.more, named[0])

    def _counts(self, ctx: Context, thing: Thing) -> tuple[Truth, Truth]:
        """Return whether a thing is what the sentence is about, and whether it is also in its place."""
        of_key = self._is_member(ctx, thing)
        selected = of_key if of_key.is_false else of_key.both(self.clause.where(ctx))
        return selected, selected if selected.is_false else selected.both(self.clause.place(ctx))

    def _bind(self, ctx: Context, thing: Thing) -> None:
        per = self.clause.plan.per
        ctx.things[per.name] = thing
        if thing.parent is not None:
            ctx.things[per.parent] = thing.parent

    def _is_member(self, ctx: Context, thing: Thing) -> Truth:
        self._bind(ctx, thing)
        if not self.members:  # a group of what is not listed: whatever its keys are
            return TRUE
        made = TRUE
        for node, wanted in zip(self.clause.keys, self.key, strict=True):
            found = key_of(ctx, node)
            made = made.both(Truth.of(found == wanted) if isinstance(found, str) else Truth.unknown(found))
        return made

    @property
    def asked(self) -> tuple[Need, ...]:
        """The unknowns that its parts have looked up, in the order of the plan."""
        return tuple(dict.fromkeys(need for part in self.parts for need in part.says.asked))

    @property
    def looked_up(self) -> tuple[Need, ...]:
        """The unknowns that the row has ever looked up."""
        return self.says.asked

    def evaluate(self, world: World) -> RowValue:
        """Return what the row says in a world."""
        return self.says(world)

    def _evaluate(self, world: World) -> RowValue:
        return self._joined(world, self._conditions, whole=True)

    @property
    def parts(self) -> tuple[Part[Truth] | Part[Amount], ...]:
        """What the row is made of, by place: its conditions and bars in their smallest pieces, and its amount."""
        if not self._pieces:
            self._pieces = tuple(piece for place in range(len(self._conditions)) for piece in self._pieces_of(place))
        return (*self._pieces, Part("amount", self._amount))

    def of_parts(self, world: World, places: Collection[int]) -> RowValue:
        """Return what these parts of the row say in a world, as if all others held; without the amount, of one fen."""
        last = len(self.parts) - 1
        return self._joined(world, (self._pieces[one] for one in sorted(places) if one != last), whole=last in places)

    def _joined(self, world: World, conditions: Iterable[Part[Truth]], *, whole: bool) -> RowValue:
        selected, eligible = TRUE, TRUE
        bars: list[Remembered[Truth]] = []
        for part in conditions:
            if part.role == "bar":
                bars.append(part.says)
                continue
            found = part.says(world)
            eligible = eligible.both(found)
            if part.role == "where":
                selected = selected.both(found)
        if eligible.is_false:
            return RowValue(selected, eligible, Amount.exact(ZERO), ())
        amount = self._amount(world) if whole else Amount.exact(ONE)
        return RowValue(selected, eligible, amount, tuple(bar(world) for bar in bars))

    def _pieces_of(self, place: int) -> Iterator[Part[Truth]]:
        """Yield one of its conditions in pieces that hold together, or the bars that bar where any of them does."""
        whole = self._conditions[place]
        bar = whole.role == "bar"
        gate = None if bar else self.clause.plan.gates[place]
        if gate is not None and (gate.role == "doubt" or (self.key and gate.role in ("where", "place"))):
            yield whole
            return
        node = self._truth_of(place) if gate is None else gate.truth
        per = self.clause.plan.per
        alike = {name: one for name, one in self.things.items() if not self.key or name not in (per.name, per.parent)}
        tests = list(conjuncts(node, alike, self.shared.facts.root, wanted=not bar))
        if len(tests) == 1:
            yield whole
            return
        for test in tests:
            yield Part(whole.role, Remembered(partial(self._said, negated(test) if bar else test)))

    def _truth_of(self, place: int) -> op.Truth:
        rule = self.clause.bars[place - len(self.clause.gates)][0]
        return rule.when[self.clause.plan.sentence.id]

    def _gate(self, gate: Gate, test: Test, world: World) -> Truth:
        ctx = self.context(world)
        if self.key and gate.role == "where":
            return ctx.selected
        if self.key and gate.role == "place":
            return ctx.counted
        if gate.role != "doubt":
            return test(ctx)
        found = TRUE.opened(test(ctx), "open_reading")
        return found if found.is_true else Truth(found.numbers, found.reasons | {f"why:{gate.why}"}, found.needs)

    def _said(self, test: Test, world: World) -> Truth:
        return test(self.context(world))

    def _rounded(self, world: World) -> Amount:
        return self.amount(self.context(world))

    def amount(self, ctx: Context) -> Amount:
        """Return the rounded gross amount, as if eligible.

        Of a group whose members the law leaves open, one at least counts; so it may be where the facts leave them open.
        """
        if self.key and not self.members:  # what is not listed may fall in any number of groups, each with its cap
            return Amount.unknown(ZERO, INFINITY, self.unlisted[0][1])
        made = self._measured(ctx)
        group = [(thing, member) for thing, member in ctx.group if not member.is_false]
        if not group or any(member.is_true for _, member in group):
            return made
        ends = [member.numbers for _, member in group]
        if not any((lo, hi) != (law_lo, law_hi) for lo, hi, law_lo, law_hi in ends):
            return made
        alone = []
        for thing, _ in group:
            ctx.group = ((thing, TRUE),)
            alone.append(self._measured(ctx).numbers)
        low, high = made.numbers[:2]
        if all(member.decided for _, member in group):
            low, high = min(one[0] for one in alone), min(one[1] for one in alone)
        else:
            high = max(high, *(one[1] for one in alone))
        needs = made.needs.union(*(member.needs for _, member in group))
        return settle((low, high, made.numbers[2], made.numbers[3]), made.reasons, needs, made.mode)

    def _measured(self, ctx: Context) -> Amount:
        ctx.running = Amount.exact(ZERO)
        for _, step in self.clause.steps:
            ctx.running = step(ctx).clamped()
        plan = self.policy.plan
        made = ctx.running.rounded(plan.unit, plan.mode)
        return made.without("guide_missing") if "no_figure_in_text" in made.reasons else made

    def projects(self, world: World) -> list[tuple[str | Need, Truth]]:
        """Return the projects that the award is on, or the needs that they are, each with whether it is (S15).

        A thing that the law may leave out counts: where it is left out, it is not paid either.
        """
        return self._projects(world)

    def _find_projects(self, world: World) -> list[tuple[str | Need, Truth]]:
        ctx = self.context(world)
        found: dict[str | Need, Truth] = {}
        members = [(thing, member) for thing, member in ctx.group if not member.is_false]
        own = [(thing, TRUE) for name, thing in self.things.items() if name not in ("enterprise", "case")]
        for thing, member in members or own:
            self._add_projects(found, ctx, thing, member.as_allowed())
        for step, _ in self.clause.steps:
            if step.items is not None:
                source, name, where = step.items
                test = truth(where)
                owner = ctx.things[source.owner] if source.owner else self.shared.facts.root
                for thing in listed(owner.lists.get(source.name)):
                    ctx.things[name] = thing
                    self._add_projects(found, ctx, thing, test(ctx).as_allowed())
                    del ctx.things[name]
        return [(project, counts) for project, counts in found.items() if not counts.is_false]

    def _add_projects(self, found: dict[str | Need, Truth], ctx: Context, thing: Thing, counts: Truth) -> None:
        for project in self._projects_of(ctx, thing):
            found[project] = found.get(project, FALSE).either(counts)

    def _projects_of(self, ctx: Context, thing: Thing) -> list[str | Need]:
        if thing.entity == "project":
            return [project_of(self.shared.facts, thing)]
        if thing.parent is not None:
            return self._projects_of(ctx, thing.parent)
        spec = self.shared.vocabulary.field(thing.entity, "project")
        if spec is None:
            return []
        ctx.things["·"] = thing
        named = read_thing(ctx, op.Fact("·", spec))
        del ctx.things["·"]
        return [] if named is None else [named]

    def title(self) -> Thing | None:
        """Return the title that the award is for, or that its grant names."""
        if "title" in self.things:
            return self.things["title"]
        grant = self.things.get("grant")
        named = None if grant is None else grant.values.get("title")
        return None if named is None else self.shared.facts.index[getattr(named, "id", "")]


def any_member(group: tuple[tuple[Thing, Truth], ...]) -> Truth:
    """Whether a group has at least one member."""
    made = FALSE
    for _, member in group:
        made = made.either(member)
    return made


def key_of(ctx: Context, node: op.Value) -> str | Need:
    """Return the value of a group's key as text, or the need that it is."""
    if isinstance(node, op.Choose):
        for test, value in node.branches:
            if truth(test)(ctx).is_true:
                return key_of(ctx, value)
        return key_of(ctx, node.otherwise)
    if isinstance(node, op.Bound):
        return ctx.things[node.name].id or ctx.things[node.name].path
    if not isinstance(node, op.Fact):
        raise TypeError(node)
    thing = ctx.things[node.name]
    if node.spec.type in NUMERIC:
        given = thing.values.get(node.spec.name)
        need, assumed = ctx.unknown(thing, node.spec)
        figure = given if isinstance(given, Amount) and given.decided else assumed
        if not isinstance(figure, Amount) or not figure.decided or isinstance(figure.minimum, Infinity):
            return need
        return ctx.shared.others.get(figure.minimum) or str(figure.minimum)
    found = read_thing(ctx, node) if node.spec.type == "ref" else read_word(ctx, node)
    if isinstance(found, tuple):
        return found
    if isinstance(found, str) and node.spec.type == "ref":
        named = next((thing for thing in ctx.shared.facts.index.values() if thing.path == found), None)
        return found if named is None else named.id
    return str(found)


def obligation_rows(compiled: Mapping[str, CompiledPolicy], shared: Shared) -> Iterator[Row]:
    """Apply every sentence that obliges to the things of the case."""
    for policy in compiled.values():
        for clause in policy.obligations:
            if not missing_drivers(clause.plan, shared.facts.root):
                yield from rows_of(policy, clause, shared)


def asked_clauses(
    policies: Policies, compiled: Mapping[str, CompiledPolicy], root: Thing
) -> Iterator[tuple[CompiledPolicy, CompiledClause]]:
    """Return every sentence that gives money and is asked: the lists that drive it are given (S5)."""
    for plan in policies.plans:
        for clause in compiled[plan.id].clauses:
            if not missing_drivers(clause.plan, root):
                yield compiled[plan.id], clause


def missing_drivers(clause: ClausePlan, root: Thing) -> list[str]:
    """Return the lists that drive a clause and were not given (S5)."""
    return [source.name for source in clause.drivers if source.name not in root.lists]


def rows_of(policy: CompiledPolicy, clause: CompiledClause, shared: Shared) -> Iterator[Row]:
    """Apply a sentence to the things of the case."""
    facts, per = shared.facts, clause.plan.per
    base: dict[str, Thing] = {"case": facts.root, "enterprise": facts.enterprise}
    if per.source is None:
        yield Row(policy, clause, shared, base, facts.enterprise.id or "enterprise")
    elif not per.keys:
        for thing in listed(facts.root.lists.get(per.source.name)):
            yield Row(policy, clause, shared, {**base, per.name: thing}, thing.id or thing.path)
    else:
        yield from _group_rows(policy, clause, shared, base, per.source)


def _group_rows(
    policy: CompiledPolicy, clause: CompiledClause, shared: Shared, base: dict[str, Thing], source: op.Source
) -> Iterator[Row]:
    per = clause.plan.per
    owners = listed(shared.facts.root.lists.get("projects")) if per.parent else (shared.facts.root,)
    things: list[Thing] = []
    unlisted: list[tuple[Thing | None, Need]] = []
    if per.parent and shared.facts.root.lists["projects"].more:
        unlisted.append((None, ("", "projects")))
    for owner in owners:
        items = owner.lists.get(source.name)
        things += listed(items)
        if items is None or items.more:  # a thing of which nothing is known stands for those that are not listed
            path = f"{owner.path}.{source.name}".strip(".")
            unlisted.append((Thing(source.entity, path, "", {}, {}, {}, owner), (owner.path, source.name)))
    keys: dict[tuple[str | Need, ...], None] = {}
    for thing in things:
        ctx = Row(policy, clause, shared, _bound(base, per, thing), "").context({})
        keys.setdefault(tuple(key_of(ctx, node) for node in clause.keys))
    for key in _possible_keys(list(keys), shared):
        yield Row(policy, clause, shared, base, "/".join(key), tuple(things), key, tuple(unlisted))
    for other, need in unlisted:
        if other is not None:
            label, bound = label_of(need), _bound(base, per, other)
            yield Row(policy, clause, shared, bound, label, (), (label,), ((other, need),))


def _bound(base: Mapping[str, Thing], per: Per, thing: Thing) -> dict[str, Thing]:
    parent = {} if thing.parent is None or not per.parent else {per.parent: thing.parent}
    return {**base, per.name: thing, **parent}


def _possible_keys(found: Sequence[tuple[str | Need, ...]], shared: Shared) -> list[Key]:
    """Return the groups that there may be: an unknown key may turn out to be any value that another one may have."""
    columns = [_values_of_key([key[place] for key in found], shared) for place in range(len(found[0]) if found else 0)]
    made: dict[Key, None] = {}
    for key in found:
        parts = [(part,) if isinstance(part, str) else columns[place] for place, part in enumerate(key)]
        made.update(dict.fromkeys(product(*parts)))
    return list(made)


def _values_of_key(parts: Sequence[str | Need], shared: Shared) -> tuple[str, ...]:
    """Return the values that a key may have, and note what an unknown one is tried with; `?` marks none of the case."""
    known = {part: None for part in parts if isinstance(part, str)}
    needs = [part for part in dict.fromkeys(parts) if isinstance(part, tuple)]
    for place, need in enumerate(needs):
        spec = shared.specs[need]
        if spec.type == "ref":
            known |= {name: None for name, thing in shared.facts.index.items() if thing.entity in spec.target}
        elif spec.type in NUMERIC:
            figures = [Fraction(part) for part in parts if isinstance(part, str) and not part.startswith(ANOTHER)]
            fresh = [ELSEWHERE + n for n in range(place + 1)]
            shared.others.update({number: label_of(one) for number, one in zip(fresh, needs, strict=False)})
            tried: list[Value] = [Amount.exact(number) for number in sorted({*figures, *fresh})]
            shared.choices[need] = tuple(dict.fromkeys([*shared.choices.get(need, ()), *tried]))
        else:
            known |= dict.fromkeys(spec.members)
            shared.choices[need] = tuple(spec.members)
    return (*known, *(label_of(need) for need in needs))


def label_of(need: Need) -> str:
    """Return what stands for the unknown value of a key."""
    return ANOTHER + ".".join(need)
