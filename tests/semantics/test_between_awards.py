"""What rules between awards do: bars, higher-of, stacks, silence in one policy and across two, ceilings (S15-S19)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from subsidy_rules import Entitlement
from tests.semantics.desk import ask, at_most, between, ends, exact, one, wan

ZERO = Fraction(0)
XIANYANG = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610402"}
"""
CITY = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "330106"}
"""
LIBRARY = "projects: [{id: p1, kinds: [工业重点项目]}]\n"


# S18: a rule that bars


@pytest.mark.parametrize(
    "grant",
    [
        "{level: 市级, special: true, received: 1元, project: p1}",
        "{level: 市级, special: true, project: p1}",
    ],
)
def test_a_known_bar_leaves_the_award_and_takes_its_money(grant: str) -> None:
    result = ask(f"{XIANYANG}{LIBRARY}grants: [{grant}]\n", "xianyang")
    award = one(result.awards, "m17_1")
    assert ends(award.amount) == exact(wan(80))
    assert (award.status, ends(award.net)) == ("barred", exact(ZERO))
    assert award.rule == "xianyang_small/closing_1"
    assert award.barred_by == ("grants[0]",)
    assert "不得重复支持（已有 grants[0]）" in result.explain("m17_1")
    assert ends(result.total.decided) == exact(ZERO)
    assert award.needs == ()


@pytest.mark.parametrize(
    "grant",
    [
        "{level: 省级, special: true, project: p1}",
        "{level: 市级, special: false, project: p1}",
    ],
)
def test_other_money_does_not_bar(grant: str) -> None:
    result = ask(f"{XIANYANG}{LIBRARY}grants: [{grant}]\n", "xianyang")
    award = one(result.awards, "m17_1")
    assert (award.status, ends(award.net)) == ("counted", exact(wan(80)))


def test_an_unknown_bar_leaves_zero_to_the_amount_and_is_asked() -> None:
    result = ask(XIANYANG + LIBRARY, "xianyang", unknown=["grants"])
    award = one(result.undecided, "m17_1")
    assert ends(award.amount) == exact(wan(80))
    assert (award.gated.minimum, award.gated.maximum) == (ZERO, wan(80))
    assert award.needs == ("grants",)
    assert ends(result.total.possible) == between(ZERO, wan(80))
    assert ends(result.total.decided) == exact(ZERO)


@pytest.mark.parametrize(
    ("grant", "need"),
    [
        ("{special: true, project: p1}", "grants[0].level"),
        ("{level: 市级, project: p1}", "grants[0].special"),
        ("{level: 市级, special: true}", "grants[0].project"),
    ],
)
def test_each_fact_that_decides_a_bar_is_asked(grant: str, need: str) -> None:
    result = ask(f"{XIANYANG}{LIBRARY}grants: [{grant}]\n", "xianyang")
    award = one(result.undecided, "m17_1")
    assert (award.gated.minimum, award.gated.maximum, award.needs) == (ZERO, wan(80), (need,))


def test_one_grant_bars_at_most_one_of_two_projects() -> None:
    projects = "projects: [{id: p1, kinds: [工业重点项目]}, {id: p2, kinds: [工业重点项目]}]\n"
    result = ask(f"{XIANYANG}{projects}grants: [{{level: 市级, special: true}}]\n", "xianyang")
    # barred on p1, on p2, or on neither: 80万, 80万 or 160万
    assert [award.needs for award in result.undecided] == [("grants[0].project",)] * 2
    assert ends(result.total.possible) == between(wan(80), wan(160))


# S17: the higher of two, where a text says so


def higher(grant: str, received: str = "60万元") -> Entitlement:
    return ask(
        f"{CITY}projects: [{{id: p1, kinds: [技改]}}, {{id: p2, kinds: []}}]\n"
        f"grants: [{{id: g1, programme: 中央专项, received: {received}{grant}}}]\n",
        "one_city",
    )


def test_the_higher_of_two_on_one_project() -> None:
    result = higher(", project: p1")
    assert ends(result.total.decided) == exact(wan(100))
    assert {award.clause: award.status for award in result.awards} == {"retrofit": "counted", "matching": "outranked"}
    assert ends(one(result.awards, "matching").net) == exact(ZERO)
    (group,) = result.cumulation
    assert (group.rule, group.reading) == ("one_city/higher", None)


def test_two_on_different_projects_are_added() -> None:
    result = higher(", project: p2")
    assert ends(result.total.decided) == exact(wan(160))
    assert result.cumulation == ()


def test_sameness_unknown_under_a_stated_rule_is_the_hull_of_max_and_sum() -> None:
    result = higher("")
    assert ends(result.total.decided) == between(wan(100), wan(160))
    assert result.total.decided.reasons == {"unknown_fact"}
    # the higher is paid whether the two are one project or not; the other only if they are not
    assert {award.clause: award.status for award in result.awards} == {"retrofit": "counted", "matching": "contender"}
    assert (one(result.awards, "matching").net.minimum, one(result.awards, "matching").net.maximum) == (ZERO, wan(60))
    assert result.deciding_facts == ("grants[0].project",)


def test_equal_amounts_fall_to_the_first_clause() -> None:
    result = higher(", project: p1", received="100万元")
    assert ends(result.total.decided) == exact(wan(100))
    assert {award.clause: award.status for award in result.awards} == {"retrofit": "counted", "matching": "outranked"}


# stacks


def test_a_pair_that_the_text_lets_stack_is_added() -> None:
    result = ask(f"{CITY}projects: [{{id: p1, kinds: [技改, 首台套]}}]\n", "one_city")
    assert ends(result.total.decided) == exact(wan(130))
    assert {award.status for award in result.awards} == {"counted"}


def test_what_stacks_with_one_does_not_stack_with_all() -> None:
    result = ask(f"{CITY}projects: [{{id: p1, kinds: [技改, 绿色, 首台套]}}]\n", "one_city")
    # 技改 100万 and 首台套 30万 stack; 绿色 80万 overlaps with both: the better of 130万 and 80万, or all 210万
    assert ends(result.total.decided) == between(wan(130), wan(210))
    (group,) = result.cumulation
    ((first, second, rule),) = group.stacks
    assert ({first.partition("@")[0], second.partition("@")[0]}, rule) == (
        {"one_city/retrofit", "one_city/first_set"},
        "one_city/together",
    )
    assert group.as_json()["stacks"] == [{"members": [first, second], "rule": rule}]
    assert f"{first} 与 {second} 可以叠加，依规则 one_city/together" in result.explain()
    assert "其余的能否叠加条文没有规定" in result.explain()
    assert "does not say whether the others add up" in result.explain(lang="en")


# S16: where the text is silent


def test_silence_within_one_policy() -> None:
    result = ask(f"{CITY}projects: [{{id: p1, kinds: [技改, 绿色]}}]\n", "one_city")
    assert ends(result.total.decided) == between(wan(100), wan(180))
    (group,) = result.cumulation
    assert (group.rule, group.reading, group.option) == (None, "one_city/unstated_cumulation", "undecided")
    assert (group.lower.minimum, group.sum.maximum) == (wan(100), wan(180))


def test_the_least_is_the_best_set_without_a_pair_and_not_the_greatest_single() -> None:
    projects = "{id: p1, kinds: [绿色]}, {id: p2, kinds: [技改]}, {id: p3, kinds: [绿色], same_as: p1}"
    result = ask(f"{CITY}projects: [{projects}]\n", "one_city")
    # 绿色 on p1 and on p3, which is p1; 技改 on p2: the better 80万, and 100万
    assert ends(result.total.decided) == between(wan(180), wan(260))


@pytest.mark.parametrize(
    ("own", "other", "low", "high"),
    [
        ("undecided", "undecided", 80, 140),
        ("higher_of", "higher_of", 80, 80),
        ("sum", "sum", 140, 140),
        ("higher_of", "sum", 80, 140),
        ("sum", "undecided", 80, 140),
    ],
)
def test_a_group_across_two_policies_takes_what_both_say_or_undecided(
    own: str, other: str, low: int, high: int
) -> None:
    result = ask(
        f"{CITY}projects: [{{id: p1, kinds: [绿色]}}]\n",
        "one_city",
        "another_body",
        readings={"one_city/unstated_cumulation": own, "another_body/unstated_cumulation": other},
    )
    # 80万 of one policy and 60万 of the other
    assert (result.total.decided.minimum, result.total.decided.maximum) == (wan(low), wan(high))
    (group,) = result.cumulation
    assert group.option == (own if own == other else "undecided")
    assert {name: ends(part) for name, part in result.total.by_policy.items()} == {
        "one_city": exact(wan(80)),
        "another_body": exact(wan(60)),
    }
    assert {name: ends(part) for name, part in result.total.by_fund.items()} == {
        "city": exact(wan(80)),
        "district": exact(wan(60)),
    }


def test_similar_names_never_make_two_projects_one() -> None:
    text = f"{CITY}projects: [{{id: p1, name: 车间技改, kinds: [绿色]}}, {{id: p2, name: 车间技改, kinds: [技改]}}]\n"
    assert ends(ask(text, "one_city").total.decided) == exact(wan(180))


# S19: a ceiling over several awards


SEVEN = "products: [" + ", ".join(f"{{id: c{n}}}" for n in range(1, 8)) + "]\n"


def products(
    count: int, level: str = "国家级", earlier: str = "", *, days: bool = True, unknown: Sequence[str] = ()
) -> Entitlement:
    titles = "".join(
        f"- {{id: t{n}, kind: 绿色设计产品, level: {level}, event: first, object: c{n}, "
        f"recognised_on: 2025-07-{10 + (n if days else 0)}}}\n"
        for n in range(1, count + 1)
    )
    return ask(f"{XIANYANG}{SEVEN}titles:\n{titles}{earlier}", "xianyang", unknown=unknown)


def earlier(amount: str, *, clause: str = "m14_3", level: str = "国家级", paid: str = "2025-08-01") -> str:
    return (
        f"earlier_awards: [{{policy: xianyang_small, clause: {clause}, level: {level}, amount: {amount}, "
        f"paid_on: {paid}}}]\n"
    )


@pytest.mark.parametrize(
    ("memory", "total"),
    [
        ("", 20),
        (earlier("15万元"), 15),  # 30万 − 15万 = 15万 of room, 4 × 5万 = 20万
        (earlier("10万元"), 20),  # 20万 of room, used to the end
        (earlier("30万元"), 0),
        (earlier("31万元"), 0),
        (earlier("15万元", level="省级"), 20),  # another level
        (earlier("15万元", clause="m4_1"), 20),  # another clause
        (earlier("15万元", paid="2025-09-02"), 20),  # after the decision
        (earlier("15万元", paid="2025-08-31"), 15),
    ],
)
def test_earlier_awards_that_count_use_up_the_room(memory: str, total: int) -> None:
    assert ends(products(4, earlier=memory).total.decided) == exact(wan(total))


def test_an_award_may_be_reduced_in_part() -> None:
    result = products(4, earlier=earlier("13万元"))
    # 17万 of room: the latest keeps 2万
    assert [award.net.minimum for award in result.awards] == [wan(5), wan(5), wan(5), wan(2)]
    assert [award.status for award in result.awards] == ["counted", "counted", "counted", "reduced"]


def test_of_one_date_the_last_id_is_cut_first() -> None:
    result = products(7, days=False)
    assert [award.net.minimum for award in result.awards] == [*[wan(5)] * 6, ZERO]


def test_unknown_earlier_awards_leave_the_room_open() -> None:
    result = products(1, unknown=["earlier_awards"])
    award = one(result.awards, "m14_3")
    assert ends(award.amount) == exact(wan(5))
    assert (award.net.minimum, award.net.maximum) == (ZERO, wan(5))
    assert ends(result.total.decided) == between(ZERO, wan(5))
    assert ends(products(7, unknown=["earlier_awards"]).total.decided) == between(ZERO, wan(30))


@pytest.mark.parametrize("count", [1, 7])
def test_unknown_earlier_awards_are_asked(count: int) -> None:
    assert products(count, unknown=["earlier_awards"]).deciding_facts == ("earlier_awards",)


def test_an_award_that_may_be_cut_is_a_contender() -> None:
    assert one(products(1, unknown=["earlier_awards"]).awards, "m14_3").status == "contender"


@pytest.mark.parametrize(
    ("memory", "low", "high"),
    [
        ("earlier_awards: [{policy: xianyang_small, clause: m14_3, level: 国家级, paid_on: 2025-08-01}]\n", 0, 20),
        ("earlier_awards: [{policy: xianyang_small, clause: m14_3, amount: 15万元, paid_on: 2025-08-01}]\n", 15, 20),
        ("earlier_awards: [{policy: xianyang_small, level: 国家级, amount: 15万元, paid_on: 2025-08-01}]\n", 15, 20),
        ("earlier_awards: [{policy: xianyang_small, clause: m14_3, level: 国家级, amount: 15万元}]\n", 15, 20),
    ],
)
def test_each_fact_of_an_earlier_award_leaves_the_room_open(memory: str, low: int, high: int) -> None:
    total = products(4, earlier=memory).total.decided
    assert (total.minimum, total.maximum) == (wan(low), wan(high))


def test_earlier_awards_that_are_not_all_listed_leave_less_room() -> None:
    listed = earlier("15万元").replace("[{", "{more: true, items: [{").replace("}]", "}]}")
    total = products(4, earlier=listed).total.decided
    assert (total.minimum, total.maximum) == (ZERO, wan(15))


def test_a_ceiling_by_level_is_one_for_each_level() -> None:
    titles = "".join(
        f"- {{id: t{n}, kind: 绿色设计产品, level: {'国家级' if n < 7 else '省级'}, event: first, object: c{n}, "
        f"recognised_on: 2025-07-{10 + n}}}\n"
        for n in range(1, 8)
    )
    result = ask(f"{XIANYANG}{SEVEN}titles:\n{titles}", "xianyang")
    # 6 × 5万 = 30万, the national room; 1 × 3万 of the provincial
    assert ends(result.total.decided) == exact(wan(33))


def test_seven_provincial_products() -> None:
    # 7 × 3万 = 21万, cut to 20万
    result = products(7, "省级")
    assert ends(result.total.decided) == exact(wan(20))
    assert result.awards[6].net.minimum == wan(2)


def diagnoses() -> Entitlement:
    return ask(
        'decision_date: 2025-09-01\nenterprise: {type: enterprise, place: "610113", industry: "34"}\n'
        "services:\n"
        "- {id: s1, kind: 工业互联网诊断, plan_made: true}\n"
        "- {id: s2, kind: 工业互联网诊断, plan_made: true}\n"
    )


def test_a_ceiling_over_bounds_leaves_each_its_own_greatest() -> None:
    result = diagnoses()
    found = [award for award in result.awards if award.clause == "internet_diagnosis"]
    assert [ends(award.amount) for award in found] == [at_most(wan(10))] * 2
    assert [award.net.maximum for award in found] == [wan(10)] * 2
    (group,) = [group for group in result.cumulation if "ceiling" in group.group]
    assert not group.additive
    assert (group.total.minimum, group.total.maximum) == (ZERO, wan(10))


def test_a_ceiling_over_bounds_is_a_bound() -> None:
    total = diagnoses().total.decided
    assert "unstated_cumulation" not in total.reasons
    assert ends(total) == at_most(wan(10))


@pytest.mark.parametrize(("option", "total"), [("per_service", 30), ("per_enterprise", 20)])
def test_a_ceiling_that_a_reading_sets(option: str, total: int) -> None:
    text = f"{CITY}services: [{{id: s1, kind: 诊断}}, {{id: s2, kind: 诊断}}]\n"
    result = ask(text, "one_city", readings={"one_city/unit": option})
    assert ends(result.total.decided) == exact(wan(total))


def test_the_other_option_of_a_reading_is_shown_beside_the_total() -> None:
    result = ask(f"{CITY}services: [{{id: s1, kind: 诊断}}, {{id: s2, kind: 诊断}}]\n", "one_city")
    (use,) = result.readings
    assert (use.id, use.option) == ("one_city/unit", "per_service")
    assert [(other.option, ends(other.amount)) for other in use.alternatives] == [("per_enterprise", exact(wan(20)))]
    assert (result.spread.minimum, result.spread.maximum) == (wan(20), wan(30))
