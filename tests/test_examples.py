"""The enterprises in `examples/` give what their files work out by hand, to the fen.

`examples/expected/NAME.yaml` is read as text, so that a figure is exactly what is printed: yuan with two decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeAlias, cast

import pytest
import yaml

from subsidy_rules import INFINITY, Amount, Award, Case, Entitlement, evaluate, load_policies
from subsidy_rules.award.kinds import kinds_of

EXAMPLES = Path(__file__).parent.parent / "examples"
WORKED = ("park_project", "three_loans", "one_of_each", "all_lists_empty")

Row: TypeAlias = Mapping[str, str]
Expected: TypeAlias = Mapping[str, object]


@cache
def expected(name: str) -> Expected:
    text = (EXAMPLES / "expected" / f"{name}.yaml").read_text(encoding="utf-8")
    return cast("Expected", yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - it makes text, nothing else


@cache
def result(name: str) -> Entitlement:
    return evaluate(Case.from_text((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")))


def rows(name: str, key: str) -> Sequence[Mapping[str, object]]:
    return cast("Sequence[Mapping[str, object]]", expected(name)[key])


def total(name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", expected(name)["total"])


def yuan(figure: object) -> str:
    """Write fen as yuan with two decimals; a figure that is no whole fen, or unbounded, shows as it is."""
    fen = getattr(figure, "numerator", None)
    if fen is None or getattr(figure, "denominator", 0) != 1:
        return "none" if figure == INFINITY else str(figure)
    return f"{fen // 100}.{fen % 100:02d}"


def written(award: Award) -> dict[str, str]:
    return {
        "id": award.id,
        "kind": award.kind,
        "min": yuan(award.amount.minimum),
        "max": yuan(award.amount.maximum),
        "status": award.status,
    }


def plain(row: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != "needs"}


def test_every_worked_example_stands_beside_its_result() -> None:
    assert {path.stem for path in (EXAMPLES / "expected").glob("*.yaml")} == set(WORKED)


@pytest.mark.parametrize("name", WORKED)
def test_the_awards_are_those_worked_out(name: str) -> None:
    assert [written(award) for award in result(name).awards] == [plain(row) for row in rows(name, "awards")]


@pytest.mark.parametrize("name", WORKED)
def test_what_is_undecided_is_what_was_worked_out(name: str) -> None:
    assert [written(award) for award in result(name).undecided] == [plain(row) for row in rows(name, "undecided")]


@pytest.mark.parametrize("name", ["park_project", "three_loans", "one_of_each", "all_lists_empty"])
def test_each_row_asks_for_the_facts_that_would_change_it(name: str) -> None:
    found = result(name)
    asked = {award.id: set(award.needs) for award in (*found.awards, *found.undecided)}
    listed = (*rows(name, "awards"), *rows(name, "undecided"))
    assert asked == {row["id"]: set(cast("Sequence[str]", row.get("needs", []))) for row in listed}


@pytest.mark.parametrize("name", WORKED)
def test_the_sentences_not_asked_are_those_worked_out(name: str) -> None:
    assert [f"{row.policy}/{row.clause}" for row in result(name).not_asked] == list(expected(name)["not_asked"])  # type: ignore[call-overload]


@pytest.mark.parametrize("name", [name for name in WORKED if "not_eligible" in expected(name)])
def test_the_refusals_are_those_worked_out(name: str) -> None:
    assert [row.id for row in result(name).not_eligible] == expected(name)["not_eligible"]
    assert all(row.failed for row in result(name).not_eligible)


@pytest.mark.parametrize("part", ["decided", "possible"])
@pytest.mark.parametrize("name", WORKED)
def test_the_totals_are_those_worked_out(name: str, part: str) -> None:
    figure = cast("Row", total(name)[part])
    amount: Amount = getattr(result(name).total, part)
    if "tight" in figure and result(name).total.outer:
        assert amount.maximum > Fraction(figure["tight"]) * 100  # what an outer answer must contain
    assert (amount.kind, yuan(amount.minimum), yuan(amount.maximum)) == (figure["kind"], figure["min"], figure["max"])


@pytest.mark.parametrize("name", WORKED)
def test_the_total_says_what_it_covers_and_what_has_no_end(name: str) -> None:
    found = result(name).total
    assert list(found.open_ended) == total(name)["open_ended"]
    assert "{} of {}".format(*found.covers) == total(name)["covers"]


def test_a_list_left_out_is_not_asked_and_not_none() -> None:
    text = (EXAMPLES / "all_lists_empty.yaml").read_text(encoding="utf-8")
    found = evaluate(Case.from_text(text.replace("\nloans: []\n", "\n")))
    assert [(row.clause, row.lists) for row in found.not_asked] == [("loan_interest", ("loans",))]
    assert "loan_interest" not in [row.clause for row in found.not_eligible]
    assert found.total.covers == (31, 32)


def test_every_sentence_that_gives_money_is_found_in_some_list() -> None:
    found = result("all_lists_empty")
    money = {
        f"{plan.id}/{clause}"
        for plan in load_policies().plans
        for clause, kind in kinds_of(plan).items()
        if kind in ("exact", "at_most", "undetermined")
    }
    listed = {(row.policy, row.clause) for row in (*found.awards, *found.undecided)}
    listed |= {(row.policy, row.clause) for row in found.not_eligible}
    listed |= {(row.policy, row.clause) for row in found.not_asked}
    assert {f"{policy}/{clause}" for policy, clause in listed} == money


def test_costs_that_are_not_given_refuse_nothing() -> None:
    assert "park_infrastructure" not in [row.clause for row in result("one_of_each").not_eligible]


def test_a_result_is_the_same_bytes_again() -> None:
    text = (EXAMPLES / "three_loans.yaml").read_text(encoding="utf-8")
    assert evaluate(Case.from_text(text)).to_json() == result("three_loans").to_json()
