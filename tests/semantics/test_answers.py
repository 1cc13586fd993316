"""Semantics §7: the ten answers that settle what the rules mean, and the variants that its rows name.

Each row that a text answers is asked of the pack that ships; the sixth and the seventh, which are of any award, of a
small pack beside this file.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from subsidy_rules import Entitlement
from tests.semantics.desk import ask, at_most, between, ends, exact, one, wan, yuan

XIAN = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610113", civil_explosives: false, on_air_relocation_plan: false}
"""
SHENYANG = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "210106"}
"""
XIANYANG = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610402"}
"""


# row 1: Xi'an, one 改扩建 project


ROW_1 = f"""{XIAN}
projects:
- id: p1
  nature: [改扩建]
  purposes: [智能改造]
  kinds: [信息化建设]
  whole_digital: false
  intrinsic_safety: false
  costs:
  - {{kind: equipment, amount: 1亿元, uses: [], stage: paid, year: 2025}}
  - {{kind: service, amount: 300万元, uses: [信息化], stage: paid, year: 2025}}
"""


def test_equipment_and_informatisation_of_one_project() -> None:
    result = ask(ROW_1)
    # 10,000万 × 10% = 1,000万 ≤ 2,000万; 300万 × 20% = 60万 ≤ 100万
    assert ends(one(result.awards, "equipment_renewal").amount) == exact(wan(1000))
    assert ends(one(result.awards, "informatisation").amount) == exact(wan(60))
    assert [award.status for award in result.awards] == ["contender", "contender"]
    assert result.undecided == ()
    assert ends(result.total.decided) == between(wan(1000), wan(1060))
    assert result.total.decided.reasons == {"unstated_cumulation"}
    assert ends(result.total.possible) == between(wan(1000), wan(1060))
    assert result.deciding_facts == ()


@pytest.mark.parametrize(("option", "total"), [("higher_of", 1000), ("sum", 1060)])
def test_a_chosen_reading_of_silence_decides_it(option: str, total: int) -> None:
    result = ask(ROW_1, readings={"xian_30/unstated_cumulation": option, "xian_31/unstated_cumulation": option})
    assert ends(result.total.decided) == exact(wan(total))
    statuses = {award.clause: award.status for award in result.awards}
    other = {"higher_of": "outranked", "sum": "counted"}[option]
    assert statuses == {"equipment_renewal": "counted", "informatisation": other}


# rows 2 and 3: Shenyang, a project whose leader, and whose track, is not known


def shenyang(net: str, track: str = "", leader: str = "") -> Entitlement:
    given = "".join([f", track: {track}" if track else "", f", leader: {leader}" if leader else ""])
    project = (
        f'{{id: p1, kinds: [试点重点项目], industry: "34"{given}, costs: [{{kind: equipment, amount: {net}}}, '
        f"{{kind: land, amount: 3000万元}}, {{kind: plant, amount: 1234.56万元}}]}}"
    )
    return ask(f"{SHENYANG}projects:\n- {project}\n")


def test_a_leader_that_changes_nothing_is_not_asked() -> None:
    award = one(shenyang("2000万元", "线").awards, "key_project")
    # 2,000万 × 20% = 400万, below 500万 and below 1,500万
    assert ends(award.amount) == at_most(wan(400))
    assert award.amount.reasons == {"discretion"}
    assert award.needs == ()


def test_a_track_and_a_leader_that_change_the_figure_are_both_asked() -> None:
    award = one(shenyang("4000万元").awards, "key_project")
    # 点 600万; 线, 面: 800万 for a leader, 800万 cut to 500万 for others: the ceiling lies in [500万, 800万]
    assert ends(award.amount) == between(Fraction(0), wan(800))
    assert award.amount.ceiling == (wan(500), wan(800))
    # known a leader 200万 are open, another 100万: 150万 on average; known 点 nothing, 线 or 面 300万: 200万
    assert award.needs == ("projects[0].leader", "projects[0].track")


def test_a_leader_that_changes_nothing_on_any_track_is_not_asked_with_the_track() -> None:
    award = one(shenyang("2000万元").awards, "key_project")
    # 点 300万; 线, 面: 400万 on either branch
    assert award.amount.ceiling == (wan(300), wan(400))
    assert award.needs == ("projects[0].track",)


@pytest.mark.parametrize(
    ("track", "leader", "ceiling"),
    [("点", "true", 600), ("点", "false", 600), ("线", "true", 800), ("线", "false", 500), ("面", "false", 500)],
)
def test_each_cell_when_all_is_known(track: str, leader: str, ceiling: int) -> None:
    award = one(shenyang("4000万元", track, leader).awards, "key_project")
    assert ends(award.amount) == at_most(wan(ceiling))
    assert award.needs == ()


# row 4: Xianyang, one factory at two grades


ROW_4 = f"""{XIANYANG}
sites: [{{id: f1, kind: factory}}]
titles:
- {{id: t1, kind: 智能工厂, grade: 基础级, level: 市级, event: new, recognised_on: 2025-07-10, object: f1}}
- {{id: t2, kind: 智能工厂, grade: 先进级, level: 省级, event: new, recognised_on: 2025-08-20, object: f1}}
"""


def test_one_factory_at_two_grades() -> None:
    result = ask(ROW_4)
    assert ends(one(result.awards, "basic_smart_factory").amount) == exact(wan(10))
    assert ends(one(result.awards, "smart_factory").amount) == at_most(wan(20))
    assert ends(result.total.decided) == between(wan(10), wan(30))
    assert "unstated_cumulation" in result.total.decided.reasons
    assert {award.status for award in result.awards} == {"contender"}


def test_one_factory_at_two_grades_under_higher_of_names_no_winner() -> None:
    result = ask(ROW_4, readings={"xianyang_70/unstated_cumulation": "higher_of"})
    low, high = result.total.decided.minimum, result.total.decided.maximum
    assert (low, high) == (wan(10), wan(20))
    assert {award.status for award in result.awards} == {"contender"}


def test_two_factories_are_not_on_one_ladder() -> None:
    text = ROW_4.replace("sites: [{id: f1, kind: factory}]", "sites: [{id: f1}, {id: f2}]")
    result = ask(text.replace("2025-08-20, object: f1", "2025-08-20, object: f2"))
    assert (result.total.decided.minimum, result.total.decided.maximum) == (wan(10), wan(30))
    assert {award.status for award in result.awards} == {"counted"}
    assert "unstated_cumulation" not in result.total.decided.reasons
    assert result.total.decided.kind == "at_most"


# row 5: Xianyang 14#3, seven national products


SEVEN = "titles:\n" + "".join(
    f"- {{id: t{n}, kind: 绿色设计产品, level: 国家级, event: first, recognised_on: 2025-07-{10 + n}, object: c{n}}}\n"
    for n in range(1, 8)
)
PRODUCTS = "products: [" + ", ".join(f"{{id: c{n}}}" for n in range(1, 8)) + "]\n"


def test_the_seventh_product_is_reduced_to_nothing() -> None:
    result = ask(XIANYANG + PRODUCTS + SEVEN)
    # 7 × 5万 = 35万, cut to 30万 from the latest: the seventh keeps nothing
    assert sum(Fraction(str(award.amount.minimum)) for award in result.awards) == wan(35)
    assert ends(result.total.decided) == exact(wan(30))
    assert [ends(award.amount) for award in result.awards] == [exact(wan(5))] * 7
    assert [(award.status, award.net.minimum, award.net.maximum) for award in result.awards] == [
        *[("counted", wan(5), wan(5))] * 6,
        ("reduced", Fraction(0), Fraction(0)),
    ]
    assert result.awards[6].rule == "xianyang_70/green_products_by_level"
    assert result.total.additive


# row 6: [600万, 900万] under a cap of 500万


def test_a_range_of_facts_above_its_cap_is_exact() -> None:
    text = SHENYANG.replace("type: enterprise", "type: provider")
    result = ask(f"{text}services: [{{id: s1, fee: {{min: 1200万元, max: 1800万元}}}}]\n", "shenyang")
    award = one(result.awards, "capped")
    assert ends(award.amount) == exact(wan(500))
    assert (award.amount.reasons, award.needs) == (frozenset(), ())


def test_a_range_of_law_above_its_cap_is_exact() -> None:
    text = SHENYANG.replace("type: enterprise", "type: provider")
    result = ask(f"{text}stations: [{{id: b1, kind: 5G}}, {{id: b2, kind: 4G}}]\n", "shenyang")
    award = one(result.awards, "capped_by_law")
    assert ends(award.amount) == exact(wan(500))
    assert (award.amount.reasons, award.reasons) == (frozenset(), [])


# row 7: the leader read in two clauses


def test_a_fact_read_in_two_clauses_is_one_fact() -> None:
    result = ask(SHENYANG.replace("type: enterprise", "type: cluster"), "shenyang")
    assert {award.clause: ends(award.amount) for award in result.undecided} == {
        "for_leaders": exact(wan(1500)),
        "for_others": exact(wan(500)),
    }
    assert ends(result.total.possible) == between(wan(500), wan(1500))
    assert ends(result.total.decided) == exact(Fraction(0))
    assert result.deciding_facts == ("enterprise.chain_leader",)


def test_two_open_figures_whose_sum_is_not_open() -> None:
    result = ask(SHENYANG.replace("type: enterprise", "type: base"), "shenyang")
    assert [ends(award.amount) for award in result.awards] == [between(wan(500), wan(1500))] * 2
    assert ends(result.total.decided) == exact(wan(2000))


# row 8: half up, although there is a cap


def test_a_fixed_rate_rounds_half_up_under_a_cap_that_does_not_bind() -> None:
    result = ask(ROW_1.replace("1亿元", "67198148.55元").replace("[信息化建设]", "[]"))
    # 67,198,148.55 × 10% = 6,719,814.855
    assert ends(one(result.awards, "equipment_renewal").amount) == exact(yuan("6,719,814.86"))


# row 9: a bound rounds down


@pytest.mark.parametrize(
    ("net", "ceiling"),
    [
        ("66666666.67元", "10,000,000.00"),  # × 15% = 10,000,000.0005, capped at 1,000万
        ("66666666.66元", "9,999,999.99"),  # × 15% = 9,999,999.999
    ],
)
def test_a_bound_rounds_down(net: str, ceiling: str) -> None:
    award = one(shenyang(net, "点").awards, "key_project")
    assert ends(award.amount) == at_most(yuan(ceiling))


# row 10: a certificate of 2021


def certificate(event: str, day: str) -> Entitlement:
    title = f"{{id: t1, kind: DCMM, level: 国家级, grade: 三级, event: {event}, recognised_on: {day}}}"
    return ask(f"{XIANYANG}titles: [{title}]\n")


def test_a_certificate_from_before_the_start_is_not_paid_in_silence() -> None:
    result = certificate("passed", "2021-06-01")
    assert result.awards == ()
    award = one(result.undecided, "data_maturity")
    assert ends(award.amount) == exact(wan(20))
    assert (award.gated.minimum, award.gated.maximum) == (Fraction(0), wan(20))
    assert (award.reasons, award.needs) == (["open_reading"], ())
    assert ends(result.total.possible) == between(Fraction(0), wan(20))
    assert ends(result.total.decided) == exact(Fraction(0))
    assert result.deciding_facts == ()


@pytest.mark.parametrize(
    ("day", "where"),
    [
        ("2025-06-29", "undecided"),
        ("2025-06-30", "awards"),
        ("2025-09-01", "awards"),
        ("2025-12-31", "awards"),
        ("2026-01-01", "not_eligible"),
    ],
)
def test_the_window_of_an_event(day: str, where: str) -> None:
    result = certificate("passed", day)
    found = {
        "awards": [row.clause for row in result.awards],
        "undecided": [row.clause for row in result.undecided],
        "not_eligible": [row.clause for row in result.not_eligible],
    }
    assert "data_maturity" in found.pop(where)
    assert all("data_maturity" not in clauses for clauses in found.values())


def test_a_sentence_that_says_new_refuses_what_is_from_before_the_start() -> None:
    result = ask(ROW_4.replace("2025-07-10", "2025-06-29"))
    assert [award.clause for award in result.awards] == ["smart_factory"]
    assert result.undecided == ()
    (refused,) = [row for row in result.not_eligible if row.clause == "basic_smart_factory"]
    assert [failed.role for failed in refused.failed] == ["window"]


# what §7 leaves to be seen: unknowns that meet at a group


PARK = 'decision_date: 2025-09-01\nenterprise: {type: park, place: "610116"}\nparks: [{id: k1}]\n'


def park(costs: str) -> Entitlement:
    return ask(f"{PARK}projects: [{{id: p1, park: k1, nature: 新建, kinds: [园区基础设施]{costs}}}]\n")


YEAR_UNKNOWN = ", costs: [{amount: 4亿元, stage: paid, year: 2024}, {amount: 2亿元, stage: paid}]"


def test_a_cost_of_unknown_year_is_of_the_year_that_is_there_or_of_another() -> None:
    result = park(YEAR_UNKNOWN)
    # 2024 with it: 6亿 × 2% = 1200万, cut to 1000万; another year: 800万 and 400万, which the cap a year lets stack
    assert ends(result.total.possible) == between(wan(1000), wan(1200))
    assert not result.total.outer
    (need,) = {need for award in (*result.awards, *result.undecided) for need in award.needs}
    assert need == "projects[0].costs[1].year"


def test_a_park_project_whose_costs_are_not_given_is_undecided() -> None:
    result = park("")
    assert "park_infrastructure" in [award.clause for award in result.undecided]
    assert "park_infrastructure" not in [row.clause for row in result.not_eligible]


def test_a_park_project_whose_costs_are_not_all_listed_may_give_more() -> None:
    result = park(", costs: {more: true, items: [{amount: 1亿元, stage: paid, year: 2024}]}")
    award = one(result.awards, "park_infrastructure")
    # 1亿 × 2% = 200万 for what is listed, up to the cap
    assert ends(award.amount) == between(wan(200), wan(1000))
    assert award.needs == ("projects[0].costs",)
