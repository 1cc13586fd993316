"""The enterprises in `examples/` give what their files work out by hand, to the fen.

`examples/expected/NAME.yaml` is read as text, so that a figure is exactly what is printed: yuan with two decimals. It
may name its `case` and a `guide`; without, it is about the case of its own name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeAlias, cast

import pytest
import yaml

from subsidy_rules import INFINITY, Amount, Award, Case, Entitlement, evaluate, load_guide, load_policies
from subsidy_rules.award.kinds import kinds_of

EXAMPLES = Path(__file__).parent.parent / "examples"
GUIDES = EXAMPLES / "guides"
BY_POLICY = {
    "xian_30": ("park_project", "three_loans", "civil_explosives"),
    "xian_31": ("digital_factory", "platform_builder", "service_provider"),
    "shenyang": ("joint_project", "unknown_track", "central_and_local"),
    "xianyang_70": ("green_products", "funded_elsewhere", "procurement"),
}
WORKED = (
    *(name for names in BY_POLICY.values() for name in names),
    "civil_explosives_guided",
    "one_of_each",
    "all_lists_empty",
)
MONEY = ("exact", "at_most", "undetermined")

Row: TypeAlias = Mapping[str, str]
Expected: TypeAlias = Mapping[str, object]


@cache
def expected(name: str) -> Expected:
    text = (EXAMPLES / "expected" / f"{name}.yaml").read_text(encoding="utf-8")
    return cast("Expected", yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - it makes text, nothing else


@cache
def result(name: str) -> Entitlement:
    guides = [load_guide(GUIDES / f"{guide}.yaml", load_policies()) for guide in [expected(name).get("guide")] if guide]
    case = EXAMPLES / f"{expected(name).get('case', name)}.yaml"
    return evaluate(Case.from_text(case.read_text(encoding="utf-8")), guides=guides)


def rows(name: str, key: str) -> Sequence[Mapping[str, object]]:
    return cast("Sequence[Mapping[str, object]]", expected(name).get(key, []))


def total(name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", expected(name)["total"])


def yuan(figure: object) -> str:
    """Write fen as yuan with two decimals; a figure that is no whole fen, or unbounded, shows as it is."""
    fen = getattr(figure, "numerator", None)
    if fen is None or getattr(figure, "denominator", 0) != 1:
        return "none" if figure == INFINITY else str(figure)
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def ends(amount: Amount) -> list[str]:
    return [yuan(amount.minimum), yuan(amount.maximum)]


def written(award: Award) -> dict[str, object]:
    made: dict[str, object] = {
        "id": award.id,
        "kind": award.kind,
        "min": yuan(award.amount.minimum),
        "max": yuan(award.amount.maximum),
        "status": award.status,
    }
    if award.payers:
        made["payers"] = {name: ends(part) for name, part in award.payers}
    return made


def plain(row: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if key not in ("net", "needs")}


def nets(name: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return what counts of the awards of which it is worked out, and of every one that is not counted whole."""
    listed = {
        str(row["id"]): list(cast("Sequence[str]", row["net"]))
        for row in (*rows(name, "awards"), *rows(name, "undecided"))
        if "net" in row
    }
    found = {
        award.id: ends(award.net)
        for award in (*result(name).awards, *result(name).undecided)
        if award.id in listed or award.status not in ("counted", "contender")
    }
    return found, listed


def test_three_enterprises_are_worked_for_each_policy() -> None:
    assert set(BY_POLICY) == {plan.id for plan in load_policies().plans}
    for policy, names in BY_POLICY.items():
        assert len(names) == 3
        for name in names:
            found = result(name)
            assert policy in {award.policy for award in found.awards}


def test_every_worked_example_stands_beside_its_result() -> None:
    assert {path.stem for path in (EXAMPLES / "expected").glob("*.yaml")} == set(WORKED)
    cases = {path.stem for path in EXAMPLES.glob("*.yaml")} - {"xian_enterprise"}  # the demo is read, not worked
    assert cases == {str(expected(name).get("case", name)) for name in WORKED}


@pytest.mark.parametrize("key", ["awards", "undecided"])
@pytest.mark.parametrize("name", WORKED)
def test_the_figures_are_those_worked_out(name: str, key: str) -> None:
    assert [written(award) for award in getattr(result(name), key)] == [plain(row) for row in rows(name, key)]


@pytest.mark.parametrize("name", WORKED)
def test_what_counts_beside_the_others_is_what_was_worked_out(name: str) -> None:
    found, listed = nets(name)
    assert found == listed


@pytest.mark.parametrize("name", WORKED)
def test_each_row_asks_for_the_facts_that_would_change_it(name: str) -> None:
    found = result(name)
    asked = {award.id: set(award.needs) for award in (*found.awards, *found.undecided)}
    listed = (*rows(name, "awards"), *rows(name, "undecided"))
    assert asked == {row["id"]: set(cast("Sequence[str]", row.get("needs", []))) for row in listed}


@pytest.mark.parametrize("name", [name for name in WORKED if "needs" in expected(name)])
def test_the_total_asks_for_the_facts_that_would_change_it(name: str) -> None:
    assert list(result(name).deciding_facts) == expected(name)["needs"]


@pytest.mark.parametrize("name", WORKED)
def test_the_sentences_not_asked_are_those_worked_out(name: str) -> None:
    assert [f"{row.policy}/{row.clause}" for row in result(name).not_asked] == list(expected(name)["not_asked"])  # type: ignore[call-overload]


@pytest.mark.parametrize("name", [name for name in WORKED if "not_eligible" in expected(name)])
def test_the_refusals_are_those_worked_out(name: str) -> None:
    assert [row.id for row in result(name).not_eligible] == expected(name)["not_eligible"]
    assert all(row.failed for row in result(name).not_eligible)


@pytest.mark.parametrize("name", [name for name in WORKED if "refused" in expected(name)])
def test_what_just_misses_is_refused_for_the_fact_that_misses(name: str) -> None:
    found = {row.id: [failed.fact for failed in row.failed] for row in result(name).not_eligible}
    for row in rows(name, "refused"):
        assert found[str(row["id"])] == [row["fact"]]


@pytest.mark.parametrize("name", WORKED)
def test_the_obligations_are_those_worked_out(name: str) -> None:
    assert [
        {"id": one.id, "at_least": ends(one.amount), "decided": str(one.decided).lower(), "needs": list(one.needs)}
        for one in result(name).obligations
    ] == [{"needs": [], **row} for row in rows(name, "obligations")]


@pytest.mark.parametrize("name", WORKED)
def test_what_is_still_due_or_to_be_recovered_is_what_was_worked_out(name: str) -> None:
    found = [{"award": one.award, "amount": yuan(one.amount)} for one in result(name).adjustments]
    assert found == list(rows(name, "adjustments"))
    assert all(("recovery" in one.flags) == (one.amount < 0) for one in result(name).adjustments)


def test_the_parts_of_the_payers_make_up_the_award() -> None:
    settled = [
        award
        for award in result("central_and_local").awards
        if award.payers and all(part.kind == "exact" for _, part in award.payers)
    ]
    assert [award.object for award in settled] == ["p1", "p2", "p3"]
    for award in settled:
        assert sum(Fraction(str(part.minimum)) for _, part in award.payers) == award.amount.minimum


@pytest.mark.parametrize("part", ["decided", "possible"])
@pytest.mark.parametrize("name", WORKED)
def test_the_totals_are_those_worked_out(name: str, part: str) -> None:
    figure = cast("Row", total(name)[part])
    amount: Amount = getattr(result(name).total, part)
    assert not result(name).total.outer
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


@pytest.mark.parametrize("name", WORKED)
def test_every_sentence_that_gives_money_is_found_in_some_list(name: str) -> None:
    found = result(name)
    plans = [load_policies().by_id[policy] for policy, *_ in found.stamp.rules]
    in_a_table = {
        row.sentence.id: clause.sentence.id for plan in plans for clause in plan.clauses for row in clause.rows
    }
    money = {
        (plan.id, in_a_table.get(sentence, sentence))
        for plan in plans
        for sentence, kind in kinds_of(plan).items()
        if kind in MONEY
    }
    listed = {(row.policy, row.clause) for row in (*found.awards, *found.undecided)}
    listed |= {(row.policy, row.clause) for row in found.not_eligible}
    listed |= {(row.policy, row.clause) for row in found.not_asked}
    listed = {(policy, in_a_table.get(clause, clause)) for policy, clause in listed}
    replaced = {(plan.id, one.id) for plan in plans for one in plan.sentences if one.replaces}
    duties = {(plan.id, clause.sentence.id) for plan in plans for clause in plan.obligations}
    assert money - replaced <= listed - duties <= money


@pytest.mark.parametrize(
    ("name", "policies"), [("three_loans", ["xian_30", "xian_31"]), ("procurement", ["xianyang_70"])]
)
def test_only_the_texts_of_the_place_are_asked(name: str, policies: list[str]) -> None:
    assert [policy for policy, *_ in result(name).stamp.rules] == policies


def test_costs_that_are_not_given_refuse_nothing() -> None:
    assert "park_infrastructure" not in [row.clause for row in result("one_of_each").not_eligible]


def test_a_result_is_the_same_bytes_again() -> None:
    text = (EXAMPLES / "three_loans.yaml").read_text(encoding="utf-8")
    assert evaluate(Case.from_text(text)).to_json() == result("three_loans").to_json()


# the guide


def test_the_guide_fills_every_open_parameter_of_its_policy() -> None:
    policies = load_policies()
    filled = load_guide(GUIDES / "xian_30_grades.yaml", policies).fills
    lpr = set(load_guide(GUIDES / "lpr.yaml", policies).fills)
    assert {*filled, *lpr} == {one.id for one in policies.by_id["xian_30"].parameters.values()}


def test_the_guide_has_a_row_for_every_grade_of_each_standard() -> None:
    filled = load_guide(GUIDES / "xian_30_grades.yaml", load_policies()).fills["xian_30/standard_grade_award"]
    levels = [("DCMM", grade) for grade in ("一级", "二级", "三级", "四级", "五级")]
    stars = [("两化融合管理体系", grade) for grade in ("A", "AA", "AAA")]
    assert {keys for keys, _, _ in filled} == {*levels, *stars}


def test_what_the_guide_fills_is_cited_beside_the_sentence_and_nothing_else_is() -> None:
    citing = {
        award.clause
        for award in result("civil_explosives_guided").awards
        if "示例〔2025〕1号" in [citation.document for citation in award.citations]
    }
    assert citing == {"pilot_project", "management_standard", "environmental_upgrade"}
    assert result("civil_explosives").stamp.guides == ()
    assert len(result("civil_explosives_guided").stamp.guides) == 1
