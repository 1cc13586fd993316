"""Operations: each knows its parts, in their order."""

from __future__ import annotations

import pytest

from subsidy_rules.mechanisms import operations as op
from tests.mechanisms.bench import LOANS, fact, members, number


def leaves() -> dict[str, op.Node]:
    """Return one operation of each shape that has parts, told apart by the constants inside."""
    key = fact("title.grade")
    a, b, c = (number(one, "count") for one in (101, 102, 103))
    true, false = op.Holds(fact("loan.new")), op.Not(op.ALWAYS)
    return {
        "arithmetic": op.Arithmetic("+", a, b, "count"),
        "least": op.Least(a, b, printed=True, type="count"),
        "bounded": op.Bounded(a, "count"),
        "fixed": op.Fixed(a, "count"),
        "open": op.Open("p", (key,), b, "count"),
        "open, nothing else": op.Open("p", (key,), None, "count"),
        "decided": op.Decided(a, (fact("project.decided"),), exact=True),
        "choose": op.Choose(((true, a), (false, b)), c, "count"),
        "aggregate": op.Aggregate("sum", LOANS, "loan", true, a, "count"),
        "chain": op.Chain((a, b)),
        "compare": op.Compare(">=", a, b),
        "in": members("title.level", "省级"),
        "same": op.Same(fact("title.project"), op.Bound("project", "project")),
        "within": op.Within((fact("project.place"), fact("enterprise.place")), ("610100",), frozenset()),
        "all": op.All((true, false)),
        "any": op.AnyOf((true, false)),
        "not": op.Not(true),
        "if": op.IfTruth(true, false, op.ALWAYS),
        "holds": true,
        "exists": op.Exists(LOANS, "loan", true),
        "law": op.LawOpen("why"),
        "reading": op.ReadingIs("city/A5", "binds"),
        "running": op.Running(),
        "words": op.Words("x"),
    }


PARTS = {
    "arithmetic": 2,
    "least": 2,
    "bounded": 1,
    "fixed": 1,
    "open": 2,
    "open, nothing else": 1,
    "decided": 2,
    "choose": 5,
    "aggregate": 2,
    "chain": 2,
    "compare": 2,
    "in": 1,
    "same": 2,
    "within": 2,
    "all": 2,
    "any": 2,
    "not": 1,
    "if": 3,
    "holds": 1,
    "exists": 1,
    "law": 0,
    "reading": 0,
    "running": 0,
    "words": 0,
}


@pytest.mark.parametrize("name", PARTS)
def test_the_parts_of_an_operation_are_its_operations_in_their_order(name: str) -> None:
    node = leaves()[name]
    parts = op.children(node)
    assert len(parts) == PARTS[name]
    written = repr(node)
    places = [written.index(repr(part)) for part in parts]
    assert places == sorted(places)
    walked = op.walk(node)
    assert walked[0] == node
    assert [one for part in parts for one in op.walk(part)] == walked[1:]


def test_operations_know_their_types() -> None:
    assert (fact("project.total").type, op.Running().type) == ("money", "money")
    assert (op.Bound("project", "project").type, op.Words("").type) == ("ref", "text")
