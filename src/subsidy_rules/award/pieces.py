"""The pieces of a condition: what must hold, each by itself.

A condition in one line often is several: of "no earlier award for this" each earlier award is one, and all must hold.
Pieces that share no unknown are completed each by itself (`award/complete.py`): five earlier awards of which the case
says little are then five small questions, and not one for each combination of their answers.

    tests = conjuncts(gate.truth, things, root)
    holds = [test(context) for test in tests]  # the condition holds where all of them do
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from subsidy_rules.award.engine import Test, about, all_of, any_of, listed, more_than_listed, truth_of_plan
from subsidy_rules.facts.case import Thing
from subsidy_rules.mechanisms import operations as op


def conjuncts(node: op.Truth, things: Mapping[str, Thing], root: Thing, *, wanted: bool = True) -> Iterator[Test]:
    """Yield tests that hold together where, and only where, a condition holds (or, if it is not `wanted`, does not).

    `things` are those that the condition names in every world alike, `root` has the lists of the case itself.
    """
    match node:
        case op.Not(inner):
            yield from conjuncts(inner, things, root, wanted=not wanted)
        case op.All(truths) | op.AnyOf(truths) if isinstance(node, op.All) is wanted:
            for one in truths:
                yield from conjuncts(one, things, root, wanted=wanted)
        case op.All(truths) | op.AnyOf(truths) if truths:
            yield from _either([list(conjuncts(one, things, root, wanted=wanted)) for one in truths])
        case op.Exists(source, alias, where) if not wanted and _is_one_list(source, things):
            owner = things[source.owner] if source.owner else root
            for thing in listed(owner.lists.get(source.name)):
                yield negated(partial(about, alias=alias, thing=thing, test=truth_of_plan(where)))
            yield negated(more_than_listed(node))
        case _:
            yield truth_of_plan(node) if wanted else negated(truth_of_plan(node))


def _either(sides: Sequence[Sequence[Test]]) -> Iterator[Test]:
    """Yield tests that hold together where one of several sides does: `a or (b and c)` is `a or b` and `a or c`.

    The side with most pieces comes apart; the others stand whole in each.
    """
    longest = max(sides, key=len)
    others = [all_of(side) for side in sides if side is not longest]
    for test in longest:
        yield any_of([*others, test])


def _is_one_list(source: op.Source, things: Mapping[str, Thing]) -> bool:
    return source.name != "group" and (not source.owner or source.owner in things)


def negated(test: Test) -> Test:
    """Return the test that holds where another does not."""
    return lambda ctx: test(ctx).negated()
