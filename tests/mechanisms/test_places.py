"""Conditions on a place: a code of GB/T 2260 covers all below it, a place of the policy is itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError, parse_condition
from tests.mechanisms.bench import WORDS, fact, scope

SCOPE = replace(scope(), vocabulary=WORDS.with_zones(["某市高新区", "DE-09162"]))
PROJECT, HOME = fact("project.place"), fact("enterprise.place")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("enterprise.place is 330110", op.Within((HOME,), ("330110",), frozenset())),
        ('enterprise.place is "DE-09162"', op.Within((HOME,), ("DE-09162",), frozenset())),
        ("project.place is 330110", op.Within((PROJECT, HOME), ("330110",), frozenset())),
        (
            "project.place in [330110, 某市高新区]",
            op.Within((PROJECT, HOME), ("330110", "某市高新区"), frozenset()),
        ),
        ("enterprise.place is not 330110", op.Not(op.Within((HOME,), ("330110",), frozenset()))),
        ("enterprise.place not in [330000]", op.Not(op.Within((HOME,), ("330000",), frozenset()))),
        ("project.place is given", op.Given(PROJECT)),
    ],
)
def test_places_are_within_an_area(text: str, node: op.Truth) -> None:
    assert parse_condition(text, SCOPE) == node


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("enterprise.place is 3301", "unknown-member"),
        ("enterprise.place is 某市高新", "unknown-member"),
        ("enterprise.place is", "bad-expression"),
        ("enterprise.place in 330110", "bad-expression"),
        ("enterprise.place in [330110", "bad-expression"),
        ("enterprise.place >= 330110", "wrong-type"),
    ],
)
def test_what_is_no_area(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_condition(text, SCOPE)
    assert caught.value.code == code
