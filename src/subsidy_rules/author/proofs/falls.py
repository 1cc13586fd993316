"""Whether an award ever falls as its basis rises: two cases that differ in one figure of the basis alone.

The second case has more of that figure, and a basis that is no less. In the wide translation a sum over a list stands
for any number of things; where one of them grows, so does every sum of that figure, and a product of figures that are
no less is no less.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.ask import Asked, settled, symbols_of
from subsidy_rules.author.proofs.finding import Finding, Shown
from subsidy_rules.author.proofs.parts import Part, parts_of
from subsidy_rules.author.proofs.replay import shown
from subsidy_rules.author.proofs.sentences import Desk
from subsidy_rules.author.proofs.spoken import sentence
from subsidy_rules.author.proofs.symbols import Symbols
from subsidy_rules.author.proofs.translate import OutOfReachError, Translator
from subsidy_rules.award.model import Both
from subsidy_rules.errors import InputError
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.mechanisms import operations as op

_WORDS = ("basis", "interest", "slices", "tiers", "each")


def falls(desk: Desk) -> Iterator[Finding]:
    """Yield, of each figure that a basis is made of, whether the award falls where it rises."""
    for part in parts_of(desk.clause):
        whole = part.is_award and len(part.own) == len(part.steps)
        if whole:
            for spec in _figures(part):
                yield _fall(desk, part, spec)


def _figures(part: Part) -> list[FieldSpec]:
    """Return the figures of the case that the first step is made of, each once."""
    step = part.steps[0]
    if step.word not in _WORDS:
        return []
    nodes = [step.value, *(node for band in step.bands for node in (band.truth,))]
    found = [one.spec for node in nodes for one in op.walk(node) if isinstance(one, op.Fact)]
    kept = [one for one in found if one.type in NUMERIC and one.type != "date" and one.sort == "applicant"]
    return list({(one.entity, one.name): one for one in kept}.values())


def _fall(desk: Desk, part: Part, spec: FieldSpec) -> Finding:
    label = f"{spec.entity}.{spec.name}"
    name = part.name
    about: Both = (f"{name[0]} {spec.zh or label} 增加".strip(), f"{name[1]} {label} rises".strip())
    try:
        status, asked = settled(lambda wide, loose: _ask(desk, part, spec, wide=wide, loose=loose))
    except OutOfReachError as error:
        return desk.finding("monotone", "out_of_reach", about, (error.zh, error.en))
    if asked is None:
        return desk.finding("monotone", status, about, desk.why(status))
    last: Shown | None = None
    for less, more in asked.pairs():
        cases = shown(less, desk.asker.plan), shown(more, desk.asker.plan)
        try:
            before, after = (desk.replayed(one) for one in cases)
        except InputError:
            continue
        last = cases[1]
        rows = before.row(desk.clause.sentence.id), after.row(desk.clause.sentence.id)
        if rows[0] is None or rows[1] is None:
            continue
        paid, then = before.gated(rows[0]), after.gated(rows[1])
        if then.maximum < paid.maximum or then.minimum < paid.minimum:
            one, other = (again.amounts(row) for again, row in ((before, rows[0]), (after, rows[1])))
            said = (f"{one[0]}；增加后 {other[0]}", f"{one[1]}; then {other[1]}")
            return desk.finding("monotone", "exception", about, said, cases)
    return desk.fault("monotone", about, last)


def _ask(desk: Desk, part: Part, spec: FieldSpec, *, wide: bool, loose: bool) -> tuple[Asked, bool]:
    asker = desk.asker
    symbols = symbols_of(asker.policies, asker.size)
    one = Translator(symbols, asker.plan, wide, loose)
    first = sentence(one, part.plan)
    key = (spec.entity, spec.name)
    things = [thing for thing, name, _ in symbols.facts if (thing.entity, name) == key]
    if things:
        thing = min(things, key=lambda one: one.path)
        twin = symbols.twin(thing, spec)
        symbols.known += [twin > symbols.facts[thing, spec.name, ""][0], thing.there]
        symbols.moved[thing, spec.name] = twin
    other = Translator(symbols, asker.plan, wide, loose, "'", frozenset({key}), one)
    second = sentence(other, part.plan)
    if wide or loose:
        _relate(symbols, one, other)
    for total, parts in symbols.wholes():
        symbols.known.append(total >= parts)
    symbols.known += _rounded_alike(first.award, second.award)
    basis = first.running[0], second.running[0]
    wanted = t.both(
        basis[1].lo >= basis[0].lo,
        basis[1].hi >= basis[0].hi,
        t.some(second.paid.hi < first.paid.hi, second.paid.lo < first.paid.lo),
    )
    return Asked(symbols, wanted, asker.effort, [*one.wishes, *other.wishes]), one.widened or other.widened


def _rounded_alike(one: t.Figure, other: t.Figure) -> list[z3.BoolRef]:
    """Return that a greater number has no lesser whole part, of the roundings of both cases."""
    pairs = [(a, b) for a, b in zip(_floors(one), _floors(other), strict=False) if not a.eq(b)]
    return [
        z3.And(z3.Implies(b >= a, z3.ToInt(b) >= z3.ToInt(a)), z3.Implies(a >= b, z3.ToInt(a) >= z3.ToInt(b)))
        for a, b in pairs
    ]


def _floors(figure: t.Figure) -> list[z3.ArithRef]:
    """Return of what a figure takes the whole part, in the order in which it is come to."""
    found: list[z3.ArithRef] = []
    seen: set[int] = set()
    left = [figure.hi, figure.lo]
    while left:
        node = left.pop()
        if node.get_id() not in seen:
            seen.add(node.get_id())
            if z3.is_app_of(node, z3.Z3_OP_TO_INT):
                found.append(node.arg(0))
            left += node.children()
    return found


def _relate(symbols: Symbols, one: Translator, other: Translator) -> None:
    """Note how sums and products of the second case stand to those of the first."""
    for key, (now, then) in _paired(one).items():
        node = key[0]
        if isinstance(node, op.Aggregate) and node.how in ("sum", "max") and isinstance(node.value, op.Fact):
            raised = {(part.spec.entity, part.spec.name) for part in op.walk(node.where) if isinstance(part, op.Fact)}
            if not raised & other.raised:
                symbols.known += [then.lo >= now.lo, then.hi >= now.hi]
    for a, b in zip(one.products, other.products, strict=False):
        if a.over == b.over:
            right = b.right <= a.right if a.over else b.right >= a.right
            rises = t.both(b.left >= a.left, right, a.left >= 0, (b.right > 0) if a.over else (a.right >= 0))
            symbols.known.append(z3.Implies(rises, b.made >= a.made))


def _paired(made: Translator) -> dict[tuple[object, ...], tuple[t.Figure, t.Figure]]:
    """Return the sums that differ between the two cases, each in both."""
    plain = {key[:-1]: figure for key, figure in made.sums.items() if key[-1] == ""}
    marked = {key[:-1]: figure for key, figure in made.sums.items() if key[-1] != ""}
    return {key: (plain[key], marked[key]) for key in plain if key in marked}
