"""The quotient of two figures of one kind: a number by itself, a ratio where one is wanted."""

from __future__ import annotations

import pytest

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError, parse_condition, parse_value
from subsidy_rules.mechanisms.step import Desk
from subsidy_rules.mechanisms.tiers import Tiers
from subsidy_rules.values.document import plain, read
from tests.mechanisms.bench import desk, fact, noted, number, scope

TOTAL, DECIDED = fact("project.total"), fact("project.decided")
QUOTIENT = op.Arithmetic("/", DECIDED, TOTAL, "count")
RATIO = op.Arithmetic("/", DECIDED, TOTAL, "ratio")
TENTH = number("1/10", "ratio")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("project.decided / project.total", QUOTIENT),
        ("project.decided / project.total - 10%", op.Arithmetic("-", RATIO, TENTH, "ratio")),
        ("10% + project.decided / project.total", op.Arithmetic("+", TENTH, RATIO, "ratio")),
        ("least of (project.decided / project.total, 10%)", op.Least(RATIO, TENTH, printed=False, type="ratio")),
        (
            "project.decided / project.total if project.total >= 1元 else 10%",
            op.Choose(((op.Compare(">=", TOTAL, number(100)), RATIO),), TENTH, "ratio"),
        ),
    ],
)
def test_a_quotient_is_a_ratio_beside_one(text: str, node: op.Value) -> None:
    assert parse_value(text, scope()) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("project.decided / project.total >= 10%", op.Compare(">=", RATIO, TENTH)),
        ("10% > project.decided / project.total", op.Compare(">", TENTH, RATIO)),
        ("project.decided / project.total is 10%", op.Compare("==", RATIO, TENTH)),
        ("project.decided / project.total >= 2", op.Compare(">=", QUOTIENT, number(2, "count"))),
    ],
)
def test_a_quotient_is_compared_with_a_ratio_and_with_a_number(text: str, node: op.Truth) -> None:
    assert parse_condition(text, scope()) == node


def test_where_a_ratio_is_expected_a_quotient_is_one() -> None:
    assert parse_value("project.decided / project.total", scope(), "ratio") == RATIO


@pytest.mark.parametrize("text", ["loan.days >= 10%", "project.total / 2 >= 10%"])
def test_no_other_number_is_a_ratio(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_condition(text, scope())


def bands(figure: str, end: str) -> tuple[Desk, op.Value | None]:
    rows = plain(read(f"rows: [{{from: {end}, lump_sum: 1元}}]").root)
    assert isinstance(rows, dict)
    at = desk()
    return at, Tiers.model_validate({"tiers": figure, **rows}).lower(at, ()).operand


def test_bands_in_per_cent_are_of_a_ratio() -> None:
    at, figure = bands("project.decided / project.total", "10%")
    assert (noted(at), figure) == ([], RATIO)
    at, figure = bands("project.decided / project.total", "0.1")
    assert (noted(at), figure) == ([], QUOTIENT)
    at, _ = bands("loan.days", "10%")
    assert [code for _, code, _ in noted(at)] == ["bad-expression"]
