"""Policies that declare the same names, alike and unlike; cases from Python that name what only policies declare."""

from __future__ import annotations

import pytest

from subsidy_rules import Case, CaseError, UsageError, evaluate
from subsidy_rules.facts.models import CaseModel, Enterprise, Project
from subsidy_rules.plan import Policies, compile_policy, gather
from subsidy_rules.policy.source import read_policy
from tests.own.test_own import HERE, pack, worked

GREEN = (HERE / "green_city.yaml").read_text(encoding="utf-8")
EURO = (HERE / "bayern.yaml").read_text(encoding="utf-8")


def together(text: str, *changes: tuple[str, str], name: str = "green_city") -> Policies:
    """Load a policy beside one of another id, with some of its text changed."""
    other = text
    for before, after in ((f"id: {name}", "id: other"), *changes):
        assert before in other
        other = other.replace(before, after)
    return gather([compile_policy(read_policy(one)) for one in (text, other)])


def test_what_is_declared_alike_is_shared() -> None:
    both = together(GREEN)
    case = Case.from_dict({"case": "1", **worked("green_city")[0]["case"]})
    assert [award.id for award in evaluate(case, both).awards] == ["green_city/lorries@v1", "other/lorries@v1"]


def test_each_adds_facts_of_its_own_to_a_thing_that_they_share() -> None:
    both = together(
        GREEN,
        ("    price:", "    length: {type: count, zh: 车长, en: length}\n    price:"),
        ("4.5吨\n", "4.5吨 and vehicle.length > 3\n"),
    )
    assert {"length", "price"} <= both.vocabulary.fields["vehicle"].keys()


LIST = [("list: vehicles", "list: lorries_"), ("vehicles", "lorries_")]
ENTITY = [
    ("  vehicle: {", "  lorry: {"),
    ("vehicle", "lorry"),
    ("list: lorrys", "list: vehicles"),
    ("lorrys", "vehicles"),
]
LABEL = [
    ("    price: {type: money, zh: 购车价", "    cost: {type: money, zh: 购车价"),
    ("vehicle.price", "vehicle.cost"),
]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (LIST, "declares 'vehicle' (list lorries_) unlike another policy"),
        (ENTITY, "declares 'lorry' (list vehicles) unlike another policy"),
        (
            [("zh: 车辆, en: vehicle}", "zh: 汽车, en: vehicle}")],
            "declares 'vehicle' (list vehicles) unlike another policy",
        ),
        ([("max: 100吨", "max: 99吨")], "declares vehicle.load unlike another policy (highest)"),
        ([("zh: 购车价", "zh: 价格")], "declares vehicle.price unlike another policy (zh)"),
        (
            [("{type: bool, zh: 公用", "{type: text, zh: 公用"), ("charger.public", 'charger.public is "是"')],
            "as text; another",
        ),
        (
            [("en: for public", "sort: authority, en: for public")],
            "declares charger.public unlike another policy (sort)",
        ),
        ([("千克: 0.001", "千克: 0.0005")], "declares the unit '千克' unlike another policy"),
        (LABEL, "two policies declare '购车价' of vehicle as two different facts"),
    ],
)
def test_what_is_declared_unlike_is_refused(changes: list[tuple[str, str]], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        together(GREEN, *changes)
    assert told in str(caught.value)


def test_policies_of_two_currencies_are_not_evaluated_together() -> None:
    with pytest.raises(
        UsageError, match="several currencies are not evaluated together: green_city in CNY, bayern in EUR"
    ):
        gather([*pack("green_city").plans, *pack("bayern").plans])
    with pytest.raises(UsageError, match="other counts in EUR with other units than another policy"):
        together(EURO, (", cent: 0.01", ""), name="bayern")


def test_a_case_in_another_currency_than_its_policies_is_refused() -> None:
    case = Case.from_dict({"case": "1", "pumps": [{"price": "100元", "power": "12 kW"}]})
    with pytest.raises(CaseError, match="'100元' is not money with a unit"):
        evaluate(case, pack("bayern"))
    case = Case.from_dict({"case": "1", "projects": [{"total": "100 EUR"}]})
    with pytest.raises(CaseError, match="'100 EUR' is not money with a unit \\(元, 万元, 亿元 or 分\\)"):
        evaluate(case)


def test_a_place_that_no_policy_names_is_an_error_with_what_was_meant() -> None:
    with pytest.raises(CaseError, match="did you mean 'DE-BY-M'"):
        evaluate(Case.from_text("case: 1\nenterprise: {place: DE-BYM}"), pack("bayern"))
    with pytest.raises(CaseError, match="is neither a code of GB/T 2260"):
        evaluate(Case.from_text("case: 1\nenterprise: {place: DE-BY}"), pack("green_city"))


def test_python_is_told_at_once_what_no_policy_can_make_right() -> None:
    left: list[dict[str, object]] = [
        {"vehicles": []},
        {"vehicles": {"items": []}},
        {"assume_none": ["vehicles"]},
        {"projects": [{"total": "5 €"}]},
    ]
    for given in left:
        Case.from_dict({"case": "1", **given})
    wrongs: list[dict[str, object]] = [
        {"vehicle": "v1"},
        {"projects": [{"total": "5"}]},
        {"projects": [{"total": "1,200 EUR"}]},
    ]
    for wrong in wrongs:
        with pytest.raises(CaseError):
            Case.from_dict({"case": "1", **wrong})
    with pytest.raises(CaseError, match="unknown key 'vehicels'"):
        evaluate(Case.from_dict({"case": "1", "vehicels": []}), pack("green_city"))


def test_typed_models_hold_things_that_a_policy_declares() -> None:
    chargers: list[dict[str, object]] = [{"power": "10千瓦", "public": "true"}]
    lorry: dict[str, object] = {"id": "v1", "price": "40万元", "fuel": "纯电动", "load": "10吨"}
    lorry["registered_on"] = "2025-03-01"
    model = CaseModel(
        decision_date="2025-09-01",
        enterprise=Enterprise(place="330100"),
        projects=[Project(id="p1", facts={"chargers": chargers})],
        things={"vehicles": [lorry]},
    )
    result = evaluate(Case.of(model), pack("green_city"))
    assert [award.id for award in result.awards] == ["green_city/lorries@v1", "green_city/chargers@p1"]
