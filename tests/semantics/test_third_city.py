"""A clause of an invented third city and one row of its list of what was paid, so that neither is Xi'an-shaped."""

from __future__ import annotations

from fractions import Fraction

import pytest

from subsidy_rules import Case, Entitlement, evaluate
from tests.semantics.desk import HERE, between, ends, exact, one, packs, wan, yuan

ROW = (HERE / "third_city_case.yaml").read_text(encoding="utf-8")
TITLE = "- {id: t1, kind: 高新技术企业, level: 国家级, event: first, recognised_on: 2024-11-28}\n"
GRANT = "- {id: g1, level: 省级, special: true, received: 120万元, received_on: 2025-09-30, project: p7}\n"


def ask(*changes: tuple[str, str]) -> Entitlement:
    text = ROW
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return evaluate(Case.from_text(text), packs("third_city"))


def test_the_row_of_the_list() -> None:
    # (18,234,567.89 + 4,321,098.76) × 15% = 22,555,666.65 × 15% = 3,383,349.9975, capped at 3,000,000; − 1,200,000
    award = one(ask().awards, "new_equipment")
    assert award.id == "third_city/new_equipment@p7/2025"
    assert ends(award.amount) == exact(wan(180))
    assert award.project == "p7"


@pytest.mark.parametrize(
    ("changes", "figure"),
    [
        # 22,555,666.65 × 12% = 2,706,679.998; − 1,200,000 = 1,506,679.998
        ([(f"titles:\n{TITLE}", "titles: []\n")], "1,506,680.00"),
        ([(f"grants:\n{GRANT}", "grants: []\n")], "3,000,000.00"),
        ([(f"titles:\n{TITLE}", "titles: []\n"), (f"grants:\n{GRANT}", "grants: []\n")], "2,706,680.00"),
        # the province gave as much, or more: nothing is left
        ([("120万元, received_on", "300万元, received_on")], "0.00"),
        ([("120万元, received_on", "450万元, received_on")], "0.00"),
        # a title from after the decision
        ([("2024-11-28", "2025-12-19")], "1,506,680.00"),
        ([("level: 省级", "level: 国家级")], "3,000,000.00"),
    ],
)
def test_the_clause(changes: list[tuple[str, str]], figure: str) -> None:
    assert ends(one(ask(*changes).awards, "new_equipment").amount) == exact(yuan(figure))


def test_old_equipment_is_what_the_sentence_is_not_about() -> None:
    result = ask(("newly_bought: true", "newly_bought: false"))
    assert result.awards == ()
    assert [row.clause for row in result.not_eligible] == ["new_equipment"]


def test_each_year_is_an_award_with_a_cap_of_its_own() -> None:
    result = ask(
        ("4321098.76元, stage: paid, year: 2025", "4321098.76元, stage: paid, year: 2026"),
        (f"grants:\n{GRANT}", "grants: []\n"),
    )
    # 18,234,567.89 × 15% = 2,735,185.1835; 4,321,098.76 × 15% = 648,164.814
    assert {award.object: ends(award.amount) for award in result.awards} == {
        "p7/2025": exact(yuan("2,735,185.18")),
        "p7/2026": exact(yuan("648,164.81")),
    }


def test_a_grant_that_is_not_known_leaves_zero_to_the_standard() -> None:
    award = one(ask((f"grants:\n{GRANT}", "")).awards, "new_equipment")
    assert ends(award.amount) == between(Fraction(0), wan(300))
    assert award.needs == ("grants",)


def test_a_title_of_unknown_kind_leaves_both_rates() -> None:
    award = one(ask(("kind: 高新技术企业, ", "")).awards, "new_equipment")
    assert ends(award.amount) == between(yuan("1,506,680.00"), yuan("1,800,000.00"))
    assert award.needs == ("titles[0].kind",)


def test_titles_that_are_not_given_leave_both_rates() -> None:
    award = one(ask((f"titles:\n{TITLE}", "")).awards, "new_equipment")
    assert ends(award.amount) == between(yuan("1,506,680.00"), yuan("1,800,000.00"))
    assert award.needs == ("titles",)
