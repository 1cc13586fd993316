"""Bands and rows that exclude each other: no figure in two of them, none between them in none.

Bands of tiers, rows of a table of sentences, and steps of one word that follow each other, each with its `when`: where
two hold at once the first is taken, or both are; where none does nothing is paid, or the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

import z3  # noqa: TC002 - a formula is of it

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.finding import Finding, Shown, Status
from subsidy_rules.author.proofs.parts import Part, parts_of
from subsidy_rules.author.proofs.replay import context, shown
from subsidy_rules.author.proofs.sentences import Desk
from subsidy_rules.author.proofs.spoken import Sentence, sentence
from subsidy_rules.author.proofs.terms import Holds
from subsidy_rules.author.proofs.translate import OutOfReachError, Translator
from subsidy_rules.award.engine import truth_of_plan
from subsidy_rules.award.model import Both
from subsidy_rules.award.rows import Row
from subsidy_rules.errors import InputError
from subsidy_rules.mechanisms import operations as op

_ALTERNATIVE = ("basis", "rate", "lump_sum", "at_most")


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways that exclude each other: where they stand, what must hold for each, and what it is if none does."""

    part: Part
    name: Both
    truths: tuple[op.Truth, ...]
    two: tuple[Status, Both]
    none: tuple[Status, Both]
    between: bool = False


def bands(desk: Desk) -> Iterator[Finding]:
    """Yield, of all that excludes each other in a sentence, whether two hold at once and whether none does."""
    for ways in _ways(desk):
        yield _settle(desk, ways, "overlap", lambda found, _: sum(found) > 1)
        yield _settle(desk, ways, "gap", lambda _, may: not any(may))


def _ways(desk: Desk) -> Iterator[Ways]:
    clause = desk.clause
    if clause.rows:
        part = Part(clause, own=range(len(clause.steps)))
        two: tuple[Status, Both] = ("refuted", ("两行同时适用，只取前一行", "two rows apply, and the first is taken"))
        none: tuple[Status, Both] = ("exception", ("没有一行适用，不予支付", "no row applies, and nothing is paid"))
        yield Ways(part, ("表行", "rows"), tuple(row.truth for row in clause.rows), two, none)
    for part in parts_of(clause):
        for place in part.own:
            step = part.steps[place]
            if len(step.bands) > 1:
                truths = tuple(band.truth for band in step.bands)
                two = ("refuted", ("两档同时适用", "two bands apply"))
                none = ("exception", ("两档之间写明不给", "between two bands the text gives nothing"))
                yield Ways(
                    part, (f"第 {place + 1} 步 tiers", f"step {place + 1} tiers"), truths, two, none, between=True
                )
        yield from _steps(part)


def _steps(part: Part) -> Iterator[Ways]:
    """Yield steps of one word that follow each other, each under its own condition."""
    for word, places in groupby(part.own, key=lambda place: part.steps[place].word):
        kept = [part.steps[place].applies for place in places]
        if word in _ALTERNATIVE and len(kept) > 1 and op.ALWAYS not in kept:
            two: tuple[Status, Both] = ("exception", ("两步同时适用", "two steps apply"))
            none: tuple[Status, Both] = ("exception", ("没有一步适用", "no step applies"))
            yield Ways(part, (f"各 {word}", f"each {word}"), tuple(kept), two, none)


def _settle(desk: Desk, ways: Ways, what: str, seen: Callable[[Sequence[bool], Sequence[bool]], bool]) -> Finding:
    said: Both = ("无重叠", "no overlap") if what == "overlap" else ("无缺口", "no gap")
    name, part = ways.name, ways.part
    about: Both = (f"{part.name[0]} {name[0]} {said[0]}".strip(), f"{part.name[1]} {name[1]} {said[1]}".strip())

    def formula(made: Translator) -> z3.BoolRef:
        found = sentence(made, part.plan, item=part.item)
        holds = [made.truth(one, found.scope) for one in ways.truths]
        met = _met(found)
        if what == "overlap":
            return t.both(met.may, t.some(*(t.both(a.sure, b.sure) for a, b in combinations(holds, 2))))
        inside = _between(made, found, ways.truths) if ways.between else t.YES
        return t.both(met.may, inside, *(t.negated(one.may) for one in holds))

    try:
        status, asked = desk.refute(formula)
    except OutOfReachError as error:
        return desk.finding("bands", "out_of_reach", about, (error.zh, error.en))
    if asked is None:
        return desk.finding("bands", status, about, desk.why(status))
    last: Shown | None = None
    for one in asked.cases():
        case = shown(one, desk.asker.plan)
        try:
            row = desk.replayed(case).row(desk.clause.sentence.id)
        except InputError:
            continue
        last = case
        if row is not None and seen(*_taken(row, ways)):
            found_status, told = ways.two if what == "overlap" else ways.none
            return desk.finding("bands", found_status, about, told, (last,))
    return desk.fault("bands", about, last)


def _met(found: Sentence) -> Holds:
    """Return whether the gates hold that are not about which way is taken."""
    gates = zip(found.plan.gates, found.gates, strict=True)
    return t.every(*(holds for gate, holds in gates if gate.role not in ("table", "items")))


def _between(made: Translator, found: Sentence, truths: Sequence[op.Truth]) -> z3.BoolRef:
    """Return whether the figure is above one band and below another."""
    above: list[z3.BoolRef] = []
    below: list[z3.BoolRef] = []
    for truth in truths:
        for one in truth.truths if isinstance(truth, op.All) else ():
            if isinstance(one, op.Compare):
                misses = t.negated(made.truth(one, found.scope).may)
                (above if isinstance(one.left, op.Constant) else below).append(misses)
    return t.both(t.some(*above), t.some(*below))


def _taken(row: Row, ways: Ways) -> tuple[list[bool], list[bool]]:
    """Return which ways surely hold and which may, as the engine reads them."""
    ctx = context(row, ways.part)
    if ctx is None:
        return [], [True]
    found = [truth_of_plan(one)(ctx) for one in ways.truths]
    return [one.is_true for one in found], [not one.is_false for one in found]
