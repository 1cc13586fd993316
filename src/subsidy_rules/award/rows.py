"""Rows: one sentence applied to one thing, the unit that is awarded or refused (S13).

`CompiledPolicy` holds the functions of a policy's sentences; `rows_of` applies each sentence to the things of a case; a `Row`
evaluates itself in a world. What a row says in one world is a `RowValue`: whether each gate holds, the rounded
amount as if eligible, and whether a rule bars it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from subsidy_rules.award.engine import (
    ANOTHER,
    Context,
    Number,
    Shared,
    Test,
    World,
    listed,
    number,
    project_of,
    read_thing,
    read_word,
    truth,
)
from subsidy_rules.facts.case import Items, Thing
from subsidy_rules.facts.vocabulary import NUMERIC
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Lowered
from subsidy_rules.plan import ClausePlan, Gate, Policies, PolicyPlan, RulePlan
from subsidy_rules.values.amount import FALSE, TRUE, Amount, Need, Truth
from subsidy_rules.values.quantity import ZERO, Infinity

Key: TypeAlias = tuple[str, ...]
"""The values of a group's keys, as text; an unknown one is `?` with its path."""


@dataclass(frozen=True, slots=True)
class RowValue:
    """What a row says in one world.

    `selected`: the sentence is about this thing; `eligible`: every gate holds; `amount`: the rounded gross amount.
    """

    gates: tuple[Truth, ...]
    selected: Truth
    eligible: Truth
    amount: Amount
    bars: tuple[Truth, ...]

    @property
    def barred(self) -> Truth:
        """Whether any rule bars the award."""
        made = FALSE
        for bar in self.bars:
            made = made.either(bar)
        return made

    @property
    def gated(self) -> Amount:
        """The amount, as far as it is eligible and not barred."""
        return self.amount.gated(self.eligible).gated(self.barred.negated())

    @property
    def needs(self) -> frozenset[Need]:
        """The facts that leave the row open in this world."""
        found = self.eligible.needs | self.barred.needs
        return found if self.eligible.is_false else found | self.amount.needs


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """The functions of one sentence."""

    plan: ClausePlan
    gates: tuple[tuple[Gate, Test], ...]
    steps: tuple[tuple[Lowered, Number], ...]
    keys: tuple[op.Value, ...]
    where: Test
    bars: tuple[tuple[RulePlan, Test], ...]


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """The functions of one policy, its constants, and what its conditions tell apart."""

    plan: PolicyPlan
    constants: tuple[Amount, ...]
    clauses: tuple[CompiledClause, ...]
    tests: Mapping[tuple[str, str], frozenset[frozenset[str]]]
    breaks: Mapping[tuple[str, str], frozenset[Fraction]]


def compile_functions(plan: PolicyPlan) -> CompiledPolicy:
    """Turn a plan's operations into functions, and collect the sets and constants that facts are tested against."""
    tests: dict[tuple[str, str], set[frozenset[str]]] = {}
    breaks: dict[tuple[str, str], set[Fraction]] = {}
    clauses = []
    for clause in plan.clauses:
        bars = tuple(
            (rule, truth(rule.when[clause.sentence.id]))
            for rule in plan.rules
            if rule.kind == "bar" and clause.sentence.id in rule.when
        )
        selectors = op.All(tuple(gate.truth for gate in clause.gates if gate.role == "where"))
        clauses.append(
            CompiledClause(
                clause,
                tuple((gate, truth(gate.truth)) for gate in clause.gates),
                tuple((step, number(step.value)) for step in clause.steps),
                clause.per.keys,
                truth(selectors),
                bars,
            )
        )
    for node in nodes_of(plan):
        _collect(node, plan, tests, breaks)
    return CompiledPolicy(
        plan,
        tuple(Amount.exact(value) for value, _ in plan.constants),
        tuple(clauses),
        {key: frozenset(found) for key, found in tests.items()},
        {key: frozenset(found) for key, found in breaks.items()},
    )


def nodes_of(plan: PolicyPlan) -> Iterator[op.Node]:
    """Return every operation of a policy."""
    roots: list[op.Node] = []
    for clause in plan.clauses:
        roots += [gate.truth for gate in clause.gates] + [step.value for step in clause.steps]
        roots += list(clause.per.keys) + [gate.truth for one in clause.replacements for gate in one.gates]
    for rule in plan.rules:
        roots += [*rule.when.values(), *rule.cap.values(), *(key for keys in rule.by.values() for key in keys)]
    for root in roots:
        yield from op.walk(root)


def _collect(
    node: op.Node,
    plan: PolicyPlan,
    tests: dict[tuple[str, str], set[frozenset[str]]],
    breaks: dict[tuple[str, str], set[Fraction]],
) -> None:
    match node:
        case op.In(fact, listing, _):
            tests.setdefault((fact.spec.entity, fact.spec.name), set()).add(listing.members)
        case op.Same(op.Fact(_, spec, _), op.Words(text, _)):
            tests.setdefault((spec.entity, spec.name), set()).add(frozenset({text}))
        case op.Within(facts, codes, zones):
            for fact in facts:
                tests.setdefault((fact.spec.entity, fact.spec.name), set()).add(zones | set(codes))
        case op.Compare(_, left, right):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, op.Fact) and isinstance(other, op.Constant):
                    value = plan.constants[other.index][0]
                    breaks.setdefault((one.spec.entity, one.spec.name), set()).add(value)
        case op.Open(parameter, keys, _, _):
            del parameter
            for key in keys:
                if isinstance(key, op.Fact):
                    members = {frozenset({member}) for member in key.spec.members}
                    tests.setdefault((key.spec.entity, key.spec.name), set()).update(members)
        case _:
            pass


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
    _known: dict[tuple[object, ...], RowValue] = field(default_factory=dict)
    _atoms: frozenset[Need] = frozenset()

    @property
    def id(self) -> str:
        """`policy/clause@object`."""
        return f"{self.policy.plan.id}/{self.clause.plan.sentence.id}@{self.object}"

    def context(self, world: World, *, trace: bool = False) -> Context:
        """Return the context in which this row's expressions are read."""
        sentence = self.clause.plan.sentence
        ctx = Context(
            self.shared,
            self.policy.constants,
            dict(self.things),
            world,
            f"{sentence.policy}/{sentence.id}",
            self.clause.plan.named_elsewhere,
            reads={} if trace else None,
        )
        if self.key:
            ctx.group = tuple(
                (thing, self._is_member(ctx, thing).both(self._selected(ctx, thing))) for thing in self.members
            )
            self._rebind(ctx)
        return ctx

    def _rebind(self, ctx: Context) -> None:
        """Bind the group's names to a member that is certainly one, else to the first."""
        chosen = next((thing for thing, member in ctx.group if member.is_true), self.members[0])
        ctx.things[self.clause.plan.per.name] = chosen
        if chosen.parent is not None:
            ctx.things[self.clause.plan.per.parent] = chosen.parent

    def _selected(self, ctx: Context, thing: Thing) -> Truth:
        """Whether a member is what the sentence is about."""
        self._bind(ctx, thing)
        return self.clause.where(ctx)

    def _bind(self, ctx: Context, thing: Thing) -> None:
        per = self.clause.plan.per
        ctx.things[per.name] = thing
        if thing.parent is not None:
            ctx.things[per.parent] = thing.parent

    def _is_member(self, ctx: Context, thing: Thing) -> Truth:
        self._bind(ctx, thing)
        made = TRUE
        for node, wanted in zip(self.clause.keys, self.key, strict=True):
            found = key_of(ctx, node)
            if isinstance(found, str):
                made = made.both(Truth.of(found == wanted))
            else:
                own = wanted == ANOTHER + ".".join(found)
                known = not wanted.startswith(ANOTHER)
                made = made.both(Truth.unknown(found) if own or known else FALSE)
        return made

    def evaluate(self, world: World) -> RowValue:
        """Return what the row says in a world; remembered by the facts that it has ever asked for."""
        mark = tuple(world.get(need) for need in sorted(self._atoms))
        known = self._known.get((self._atoms, mark))
        if known is None:
            known = self._evaluate(world)
            self._atoms |= known.needs
            mark = tuple(world.get(need) for need in sorted(self._atoms))
            self._known[(self._atoms, mark)] = known
        return known

    def _evaluate(self, world: World) -> RowValue:
        ctx = self.context(world)
        gates, eligible, selected = [], TRUE, TRUE
        for gate, test in self.clause.gates:
            if gate.role == "where" and self.key:
                found = any_member(ctx.group)
            elif gate.role == "doubt":
                found = TRUE.opened(test(ctx), "open_reading")
                if not found.is_true:
                    found = Truth(found.numbers, found.reasons | {f"why:{gate.why}"}, found.needs)
            else:
                found = test(ctx)
            gates.append(found)
            eligible = eligible.both(found)
            if gate.role == "where":
                selected = selected.both(found)
        if eligible.is_false:
            return RowValue(tuple(gates), selected, eligible, Amount.exact(ZERO), ())
        bars = tuple(test(ctx) for _, test in self.clause.bars)
        return RowValue(tuple(gates), selected, eligible, self.amount(ctx), bars)

    def amount(self, ctx: Context) -> Amount:
        """Return the rounded gross amount."""
        for _, step in self.clause.steps:
            ctx.running = step(ctx).clamped()
        plan = self.policy.plan
        return ctx.running.rounded(plan.unit, plan.mode)

    def projects(self, world: World) -> list[str | Need]:
        """Return the projects that the award is on, or the needs that they are (S15)."""
        ctx = self.context(world)
        found: list[str | Need] = []
        members = [thing for thing, member in ctx.group if not member.is_false]
        things = members or [thing for name, thing in self.things.items() if name not in ("enterprise", "case")]
        for thing in things:
            found += self._projects_of(ctx, thing)
        for step, _ in self.clause.steps:
            if step.items is not None:
                source, name, where = step.items
                test = truth(where)
                owner = ctx.things[source.owner] if source.owner else self.shared.facts.root
                for thing in listed(owner.lists.get(source.name)):
                    ctx.things[name] = thing
                    if not test(ctx).is_false:
                        found += self._projects_of(ctx, thing)
                    del ctx.things[name]
        return list(dict.fromkeys(found))

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
        value = given if isinstance(given, Amount) and given.decided else assumed
        if not isinstance(value, Amount) or not value.decided or isinstance(value.minimum, Infinity):
            return need
        return str(value.minimum)
    found = read_thing(ctx, node) if node.spec.type == "ref" else read_word(ctx, node)
    if isinstance(found, tuple):
        return found
    if isinstance(found, str) and node.spec.type == "ref":
        named = next((thing for thing in ctx.shared.facts.index.values() if thing.path == found), None)
        return found if named is None else named.id
    return str(found)


def rows_of(policies: Policies, compiled: Mapping[str, CompiledPolicy], shared: Shared) -> Iterator[Row]:
    """Apply every sentence that gives money to the things of the case; a clause that is not asked has no row."""
    root = shared.facts.root
    for plan in policies.plans:
        policy = compiled[plan.id]
        for clause in policy.clauses:
            if not missing_drivers(clause.plan, root):
                yield from _rows(policy, clause, shared)


def missing_drivers(clause: ClausePlan, root: Thing) -> list[str]:
    """Return the lists that drive a clause and were not given (S5)."""
    return [source.name for source in clause.drivers if source.name not in root.lists]


def _rows(policy: CompiledPolicy, clause: CompiledClause, shared: Shared) -> Iterator[Row]:
    facts, per = shared.facts, clause.plan.per
    base: dict[str, Thing] = {"case": facts.root, "enterprise": facts.enterprise}
    if per.source is None:
        yield Row(policy, clause, shared, base, facts.enterprise.id or "enterprise")
    elif not per.keys:
        for thing in listed(facts.root.lists.get(per.source.name)):
            yield Row(policy, clause, shared, {**base, per.name: thing}, thing.id or thing.path)
    else:
        yield from _group_rows(policy, clause, shared, base)


def _group_rows(
    policy: CompiledPolicy, clause: CompiledClause, shared: Shared, base: dict[str, Thing]
) -> Iterator[Row]:
    per = clause.plan.per
    if per.source is None:
        raise AssertionError
    owners = listed(shared.facts.root.lists.get("projects")) if per.parent else (shared.facts.root,)
    things: list[Thing] = []
    for owner in owners:
        things += listed(owner.lists.get(per.source.name, Items(())))
    keys: dict[Key, None] = {}
    unknown: list[tuple[Need, int]] = []
    for thing in things:
        bound = {**base, per.name: thing}
        if thing.parent is not None:
            bound[per.parent] = thing.parent
        row = Row(policy, clause, shared, bound, "")
        ctx = row.context({})
        found = [key_of(ctx, node) for node in clause.keys]
        unknown += [(one, place) for place, one in enumerate(found) if isinstance(one, tuple)]
        keys.setdefault(tuple(one if isinstance(one, str) else ANOTHER + ".".join(one) for one in found))
    keys = _with_known_values(keys)
    for key in keys:
        label = "/".join(key)
        first = things[0]
        bound = {**base, per.name: first}
        if first.parent is not None:
            bound[per.parent] = first.parent
        yield Row(policy, clause, shared, bound, label, tuple(things), key)


def _with_known_values(keys: dict[Key, None]) -> dict[Key, None]:
    """Add the groups that an unknown key may turn out to name: every combination of known values in its place."""
    columns: list[list[str]] = []
    for place in range(len(next(iter(keys), ()))):
        columns.append(sorted({key[place] for key in keys if not key[place].startswith(ANOTHER)}))
    made = dict(keys)
    for key in keys:
        options: list[Key] = [()]
        for place, part in enumerate(key):
            values = [part, *columns[place]] if part.startswith(ANOTHER) else [part]
            options = [(*option, value) for option in options for value in values]
        made.update(dict.fromkeys(options))
    return made
