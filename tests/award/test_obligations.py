"""An obligation says on which readings it rests, as an award does; a refused one, which reading would oblige."""

from __future__ import annotations

from fractions import Fraction

from subsidy_rules import Case, Entitlement, ReadingUse, evaluate, load_policies
from tests.test_clauses import cases_of

POLICIES = load_policies().only("xianyang_70")
WAN = 1_000_000


def answer(name: str, **readings: str) -> Entitlement:
    case = next(one for one in cases_of("xianyang_70") if one.id == f"xianyang_70/{name}")
    return evaluate(Case.from_dict(case.facts), POLICIES, readings=readings)


def shown(uses: tuple[ReadingUse, ...]) -> dict[str, dict[str, tuple[str, object]]]:
    return {
        use.id.partition("/")[2]: {one.option: (one.eligible, one.amount.minimum) for one in use.alternatives}
        for use in uses
    }


def test_a_refused_obligation_names_the_reading_that_would_oblige() -> None:
    refused = next(one for one in answer("procurement/reserved_whole").not_eligible if one.clause == "reserved_small")
    assert shown(refused.readings)["XY_A27"] == {"whole_too": ("awards", Fraction(105 * WAN))}


def test_an_obligation_names_the_reading_that_it_rests_on() -> None:
    result = answer("procurement/at_the_limits", XY_A27="whole_too")
    (first, second) = (one for one in result.obligations if one.clause == "reserved_small")
    for one, least in ((first, 140), (second, 280)):
        assert one.amount.minimum == least * WAN
        assert shown(one.readings)["XY_A27"] == {"reserved_part": ("not_eligible", Fraction(0))}
        assert [use["id"] for use in one.as_json()["readings"]] == [use.id for use in one.readings]  # type: ignore[index,union-attr,call-overload]
    text = result.explain("reserved_small", "en")
    assert "“whole_too” (chosen). With “reserved_part”: not eligible." in text


def test_the_sentences_of_obligations_list_their_readings() -> None:
    readings = {one.id: set(one.readings) for plan in POLICIES.plans for one in plan.sentences}
    assert "xianyang_70/XY_A27" in readings["reserved_small"]
