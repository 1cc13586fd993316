"""Why a condition fails: the fact, the value read, the value required, by how much it is short, the nearest grade.

A condition is taken apart into the tests that stand in the way; of alternatives each is told, and that one is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from subsidy_rules.award.engine import Context, number, things_of, truth_of_plan
from subsidy_rules.award.lines import LANGS, both_ways
from subsidy_rules.award.model import UNSAID, Both, Failed
from subsidy_rules.award.required import FLIPPED, OPPOSITE, SIGNS, Requirements
from subsidy_rules.award.rows import Row
from subsidy_rules.award.written import (
    NO,
    UNKNOWN,
    YES,
    listed,
    ordered,
    write_label,
    write_member,
    write_value,
)
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import Gate
from subsidy_rules.values.amount import Amount, Need, Truth
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import Infinity, exact_text

EITHER: Final = ("（满足其一即可）", " (one of several is enough)")
TOGETHER: Final = (
    "（情形{}，同一情形的各项须同时满足，满足其一情形即可）",
    " (case {}: all of one case are needed, and one case is enough)",
)
KINDS: Final = ("kind", "kinds", "programme")
"""Fields that say what a thing is: one of another kind has no grade or level to compare."""
GRADES: Final = ("level", "grade")
NUMERALS: Final = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class _Atom:
    """A test that stands in the way: the fact, what was read and required in both languages, and what helps to see why.

    `listing` is what the fact should be one of, where it should.
    """

    path: str
    spec: FieldSpec | None
    read: Both
    required: Both
    listing: frozenset[str] = frozenset()
    label: Both = UNSAID
    detail: Both = UNSAID
    short: Both = UNSAID

    def failed(self, gate: Gate, *, near: bool) -> Failed:
        label = self.label if self.spec is None else _both(self.spec)
        nearest = UNSAID if self.spec is None or not near else _nearest(self.spec, self.read[0], self.listing)
        return Failed(
            gate.role,
            gate.text,
            self.path,
            self.read[0],
            self.required[0],
            self.read[1],
            self.required[1],
            label,
            self.detail,
            self.short,
            nearest,
        )


def _both(spec: FieldSpec) -> Both:
    return write_label(spec, "zh"), write_label(spec, "en")


def failed_gates(row: Row, gates: list[Gate], *, every: bool = False) -> tuple[Failed, ...]:
    """Return the conditions that fail, each test with the value read; with `every` also those that are open."""
    ctx = row.context({}, trace=True)
    made: list[tuple[Gate, _Atom]] = []
    for gate in gates:
        holds = truth_of_plan(gate.truth)(ctx)
        if holds.is_false if not every else not holds.is_true:
            atoms = list(dict.fromkeys(_atoms(ctx, gate.truth, wanted=True))) or _readings(ctx, gate)
            made += [(gate, one) for one in atoms]
    of_another_kind = any(one.spec is not None and one.spec.name in KINDS for _, one in made)
    return tuple(one.failed(gate, near=not of_another_kind) for gate, one in made)


def _readings(ctx: Context, gate: Gate) -> list[_Atom]:
    """Return what stands in the way where no fact does: a reading that was chosen, or the condition as it is."""
    found = [part for part in op.walk(gate.truth) if isinstance(part, op.ReadingIs)]
    made = [_reading(ctx, one) for one in dict.fromkeys(found)]
    return made or [_Atom("", None, UNSAID, (gate.text, gate.text))]


def _reading(ctx: Context, node: op.ReadingIs) -> _Atom:
    chosen = ctx.shared.readings[node.reading]
    return _Atom(f"reading.{node.reading}", None, (chosen, chosen), (node.option, node.option))


def _atoms(ctx: Context, node: op.Truth, *, wanted: bool) -> Iterator[_Atom]:
    """Return the tests inside a condition that stand in the way of what is wanted."""
    holds = truth_of_plan(node)(ctx)
    if (wanted and holds.is_true) or (not wanted and holds.is_false):
        return
    match node:
        case op.All(truths) | op.AnyOf(truths):
            if isinstance(node, op.AnyOf) == wanted:
                live = [one for one in truths if not _is_dead(ctx, one, wanted=wanted)]
                found = [list(_atoms(ctx, one, wanted=wanted)) for one in live]
                yield from _alternatives([atoms for atoms in found if atoms])
            else:
                against = [one for one in truths if _fails(truth_of_plan(one)(ctx), wanted=wanted)]
                for one in against if against and _fails(holds, wanted=wanted) else truths:
                    yield from _atoms(ctx, one, wanted=wanted)
        case op.Not(inner):
            yield from _atoms(ctx, inner, wanted=not wanted)
        case op.IfTruth(condition, then, otherwise):
            chosen = then if truth_of_plan(condition)(ctx).is_true else otherwise
            inside = list(_atoms(ctx, chosen, wanted=wanted))
            yield from inside or _atoms(ctx, condition, wanted=not wanted)
        case op.Holds(fact):
            answer = YES if wanted else NO
            yield _atom(ctx, fact, (answer["zh"], answer["en"]))
        case op.In(fact, listing, every):
            members = listing.members if wanted and not every and not listing.open else frozenset[str]()
            required = _membership(fact.spec, listing, every=every, wanted=wanted)
            yield replace(_atom(ctx, fact, required), listing=members)
        case op.Same(op.Fact() as left, right):
            other = right.text if isinstance(right, op.Words) else right.name
            sign = ("同于", "the same as") if wanted else ("不同于", "other than")
            yield _atom(ctx, left, (f"{sign[0]} {other}", f"{sign[1]} {other}"))
        case op.Within(facts, codes, zones):
            given = next((f for f in facts if f.spec.name in ctx.things[f.name].values), facts[-1])
            places = [*codes, *sorted(zones)]
            sign = ("在：", "in: ") if wanted else ("不在：", "outside: ")
            yield _atom(ctx, given, (sign[0] + listed(places, "zh"), sign[1] + listed(places, "en")))
        case op.Compare(sign_, left, right):
            yield _comparison(ctx, sign_, left, right, wanted=wanted)
        case op.Exists():
            yield _existence(ctx, node, wanted=wanted)
        case _:
            return


def _existence(ctx: Context, node: op.Exists, *, wanted: bool) -> _Atom:
    """Return the test that a list has, or has not, a thing of some kind: what it would be, or which it is."""
    source, alias = node.source, node.alias
    owner = ctx.things[source.owner].path if source.owner else ""
    items, need = things_of(ctx, source)
    required = ("至少一项符合", "at least one that fits") if wanted else ("没有符合的", "none that fits")
    words = requirements_of(ctx)
    inside = frozenset({alias})
    detail = (words.say(node.where, "zh", inside=inside), words.say(node.where, "en", inside=inside))
    kept = ctx.things.get(alias)
    test = truth_of_plan(node.where)
    fitting: list[str] = []
    close: list[Both] = []
    for thing, member in items:
        ctx.things[alias] = thing
        name = thing.id or thing.path
        if not wanted and not member.both(test(ctx)).is_false:
            fitting.append(name)
        atoms = list(_atoms(ctx, node.where, wanted=True)) if wanted else []
        if len(atoms) == 1 and atoms[0].spec is not None and atoms[0].spec.name not in KINDS:
            label = _both(atoms[0].spec)
            close.append(
                (f"{name} 的{label[0]}为“{atoms[0].read[0]}”", f"{label[1]} of {name} is “{atoms[0].read[1]}”")
            )
        del ctx.things[alias]
    if kept is not None:
        ctx.things[alias] = kept
    path = f"{owner}.{source.name}".strip(".")
    read = (f"{len(items)}项", str(len(items))) if items or need is None else (UNKNOWN["zh"], UNKNOWN["en"])
    short = UNSAID
    if fitting:
        short = (f"符合的有 {listed(fitting, 'zh')}", f"these fit: {listed(fitting, 'en')}")
    elif close:
        zh, en = (listed([one[place] for one in close], lang) for place, lang in enumerate(LANGS))
        short = (f"最接近的：{zh}", f"nearest: {en}")
    labels = (words.list_label(source, "zh"), words.list_label(source, "en"))
    return _Atom(path, None, read, required, label=labels, detail=detail, short=short)


def fitting(ctx: Context, node: op.Exists) -> tuple[str, ...]:
    """Return the things of a list that fit what is asked of one; none where that hangs on a thing not bound here."""
    read = {part.name for part in op.walk(node) if isinstance(part, op.Fact | op.Bound)} - {node.alias}
    if not read <= ctx.things.keys() or (node.source.owner and node.source.owner not in ctx.things):
        return ()
    test, kept, made = truth_of_plan(node.where), ctx.things.get(node.alias), []
    for thing, member in things_of(ctx, node.source)[0]:
        ctx.things[node.alias] = thing
        if member.both(test(ctx)).is_true:
            made.append(thing.id or thing.path)
        del ctx.things[node.alias]
    if kept is not None:
        ctx.things[node.alias] = kept
    return tuple(made)


def requirements_of(ctx: Context) -> Requirements:
    """Return what says the conditions of a context in words."""
    clause = ctx.clause.partition("/")[2]
    return Requirements(ctx.shared.vocabulary, ctx.constants, ctx.shared.readings, clause)


def _fails(holds: Truth, *, wanted: bool) -> bool:
    return holds.is_false if wanted else holds.is_true


def _is_dead(ctx: Context, node: op.Truth, *, wanted: bool) -> bool:
    """Whether no fact could make this alternative hold, because a reading that was chosen stands against it."""
    match node:
        case op.ReadingIs():
            return _fails(truth_of_plan(node)(ctx), wanted=wanted)
        case op.Not(inner):
            return _is_dead(ctx, inner, wanted=not wanted)
        case op.All(truths) | op.AnyOf(truths):
            some = isinstance(node, op.All) == wanted
            return (any if some else all)(_is_dead(ctx, one, wanted=wanted) for one in truths)
        case _:
            return False


def _alternatives(found: list[list[_Atom]]) -> Iterator[_Atom]:
    """Return the tests of which any one would do: on one fact as one, else each with a remark that it is not alone."""
    atoms = list(dict.fromkeys(atom for one in found for atom in one))
    if len(found) < 2:  # noqa: PLR2004 - one is no alternative
        yield from atoms
        return
    first = atoms[0]
    if all((one.path, one.read) == (first.path, first.read) for one in atoms):
        if first.spec is not None and all(one.listing for one in atoms):
            union = frozenset[str]().union(*(one.listing for one in atoms))
            yield replace(first, required=_membership(first.spec, op.Listing(union), wanted=True), listing=union)
            return
        zh, en = "，或 ".join(one.required[0] for one in atoms), ", or ".join(one.required[1] for one in atoms)
        yield replace(first, required=(zh, en), short=UNSAID)
        return
    if all(len(one) == 1 for one in found):
        for one in atoms:
            yield replace(one, required=(one.required[0] + EITHER[0], one.required[1] + EITHER[1]))
        return
    for place, group in enumerate(found, 1):
        for one in group:
            zh, en = (text.format(place) for text in TOGETHER)
            yield replace(one, required=(one.required[0] + zh, one.required[1] + en))


def _membership(spec: FieldSpec, listing: op.Listing, *, every: bool = False, wanted: bool) -> Both:
    names = ordered(spec, listing.members)
    zh = listed([write_member(spec, name, "zh") for name in names], "zh") + ("等" if listing.open else "")
    en = listed([write_member(spec, name, "en") for name in names], "en") + (" or the like" if listing.open else "")
    if every:
        sign = ("包含全部：", "all of: ") if wanted else ("不全包含：", "not all of: ")
    else:
        sign = ("属于：", "one of: ") if wanted else ("不属于：", "none of: ")
    return sign[0] + zh, sign[1] + en


def _atom(ctx: Context, fact: op.Fact, required: Both) -> _Atom:
    thing = ctx.things[fact.name]
    value, path = thing.values.get(fact.spec.name), thing.fact_path(fact.spec.name)
    spec = ctx.shared.vocabulary.field(thing.entity, fact.spec.name) or fact.spec
    currency = ctx.shared.vocabulary.currency
    read = write_value(value, spec, "zh", currency), write_value(value, spec, "en", currency)
    return _Atom(path, spec, read, required)


def _nearest(spec: FieldSpec, read: str, listing: frozenset[str]) -> Both:
    """Return the listed grade or level nearest to one that is not listed: of the same scale, both where two are."""
    own = _rung(spec, read)
    rungs = {name: _rung(spec, name) for name in ordered(spec, listing)}
    far = {name: abs(place - own[1]) for name, (scale, place) in rungs.items() if scale == own[0]}
    if spec.name not in GRADES or read not in spec.members or not far:
        return UNSAID
    names = [name for name, steps in far.items() if steps == min(far.values())]
    zh, en = ([write_member(spec, name, lang) for name in names] for lang in LANGS)
    return listed(zh, "zh"), listed(en, "en")


def _rung(spec: FieldSpec, name: str) -> tuple[str, int]:
    """Return the scale that a grade is of and its place on it: repeated letters, numbered, else in declared order."""
    if name == name[:1] * len(name) and name.isascii():
        return name[:1], len(name)
    if name[0] in NUMERALS:
        return f"1{name[1:]}", NUMERALS.index(name[0])
    return name[-1:], list(spec.members).index(name) if name in spec.members else 0


def _comparison(ctx: Context, sign: str, left: op.Value, right: op.Value, *, wanted: bool) -> _Atom:
    shown = SIGNS[sign] if wanted else OPPOSITE[SIGNS[sign]]
    subject, other = left, right
    if isinstance(left, op.Constant) and not isinstance(right, op.Constant):
        subject, other, shown = right, left, FLIPPED.get(shown, shown)
    amount, bound = number(subject)(ctx), number(other)(ctx)
    read = both_ways(ctx, amount, subject.type)
    words = requirements_of(ctx)
    spec, label = None, UNSAID
    if isinstance(subject, op.Fact):
        thing, spec = ctx.things[subject.name], subject.spec
        path = thing.fact_path(spec.name)
        if spec.name not in thing.values and not amount.decided:
            read = (UNKNOWN["zh"], UNKNOWN["en"])
    else:
        path = " ".join(sorted(fact_paths(ctx, subject)))
        label = (words.say_value(subject, "zh"), words.say_value(subject, "en"))
    figure = both_ways(ctx, bound, other.type)
    required = (f"{shown} {figure[0]}", f"{shown} {figure[1]}")
    said = (words.say_value(other, "zh"), words.say_value(other, "en"))
    detail = UNSAID if said == figure else said
    return _Atom(path, spec, read, required, label=label, detail=detail, short=_short(ctx, amount, bound, subject.type))


def _short(ctx: Context, amount: Amount, bound: Amount, type_: str) -> Both:
    """Say by how much a figure misses its bound."""
    a, b = amount.minimum, bound.minimum
    if not (amount.decided and bound.decided) or isinstance(a, Infinity) or isinstance(b, Infinity):
        return UNSAID
    gap = abs(a - b)
    if type_ == "date":
        if a < 1:
            return UNSAID
        days = int(gap)
        if not days:
            return "恰为当日", "it is that very day"
        late = a > b
        return f"{'晚' if late else '早'} {days}天", f"{days} day{'s' * (days > 1)} too {'late' if late else 'early'}"
    if not gap:
        return "恰好等于", "it is exactly that"
    if type_ == "ratio":
        points = exact_text(gap * 100)
        zh, en = (f"{points}个百分点", f"{points} percentage points")
    else:
        zh, en = both_ways(ctx, Amount.exact(gap), type_)
    return (f"差 {zh}", f"short by {en}") if a < b else (f"超出 {zh}", f"over by {en}")


def fact_paths(ctx: Context, node: op.Node) -> set[str]:
    """Return the paths of the facts that an operation reads directly."""
    found = set()
    for part in op.walk(node):
        if isinstance(part, op.Fact) and part.name in ctx.things:
            found.add(ctx.things[part.name].fact_path(part.spec.name))
        elif isinstance(part, op.Aggregate):
            found.add(part.source.name)
    return found


def need_paths(needs: tuple[Need, ...]) -> tuple[str, ...]:
    """Write unknown facts as paths of the case, each once."""
    made: dict[str, None] = {}
    for need in needs:
        if need[0] == "reading":
            made[f"reading.{need[1]}"] = None
        elif need[0] == "same":
            made.update({f"{path}.recognised_on": None for path in need[1:]})
        else:
            made[f"{need[0]}.{need[1]}" if need[0] else need[1]] = None
    return tuple(made)
