"""Sums done by hand, on a pack small enough to hold in the head."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import yaml

from subsidy_rules.values.quantity import months_between
from tests.oracle.cases import CITIES, Tree, mapping, texts
from tests.oracle.conditions import counted_up
from tests.oracle.evaluator import evaluate
from tests.oracle.expressions import Node, literal, parse
from tests.oracle.generate import completions, hide, random_case, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PACK = """
language: 1
policy:
  id: tiny
  place: {code: "610100", zones: [西咸新区]}
  window: {start: 2024-01-01, horizon: 2026-12-31}
  rounding: {unit: 分, stated: false}
readings:
  R1: {options: {low: 低, high: 高}, default: low}
vocabulary:
  title.kind: {甲: {genus: 称号}, 乙: {genus: 称号}, 丙: {genus: 奖项}}
  project.kinds: {大: {}, 中: {}, 小: {}, 廉: {}}
  project.purposes: {节能: {}}
facts:
  project: {special: {type: bool}, decided: {type: money, sort: authority}}
lists:
  open_titles: {of: title.kind, members: [甲], open: true}
  factories: {of: enterprise.industry, section: C}
ladders:
  乙: {of: title.kind, members: [乙], object: enterprise}
clauses:
- id: works
  per: project
  where: [project.nature has 改扩建]
  award:
  - basis: sum of project.costs.amount where cost.kind in [equipment, bundled_software]
  - rate: 10%
  - cap: 2000万元
- id: special_works
  replaces: works.rate
  when: [project.special]
  rate: 15%
- id: bound
  per: project
  where: [project.kinds has 廉]
  award:
  - basis: sum of project.costs.amount
  - rate: {at_most: 15%}
  - cap: 1000万元
- {id: big, per: project, where: [project.kinds has 大], award: [{lump_sum: 100元}]}
- {id: middle, per: title, where: [title.grade is 二级], award: [{lump_sum: 80元}]}
- {id: small, per: grant, award: [{lump_sum: 75元}]}
- id: titled
  per: title
  where: [title.kind in open_titles]
  event: title.recognised_on
  award: [{at_most: 30万元}]
- id: ranked
  per: title
  where: [title.kind is 乙]
  award:
  - lump_sum: {by: title.level, rows: {国家级: 5元, 省级: 3元}}
- id: open_ended
  per: project
  where: [project.kinds has 小]
  award: [{case_by_case: project.decided}]
- id: yearly
  per: {each: cost, by: [project.park, cost.year]}
  where: [project.kinds has 中, "cost.stage in [paid, audited]"]
  award:
  - basis: sum of group.amount
  - rate: 2%
  - cap: 1万元
- id: loans
  award:
  - each: loan in loans
    where: [loan.new]
    of:
    - interest: {principal: loan.principal, rate: loan.lpr, days: loan.days, day_count: loan.day_count}
    - rate: {at_most: 50%}
    - limit: loan.interest_paid
  - cap: 100万元
cumulation:
- {id: works_ceiling, kind: ceiling, clauses: [works], cap: 2500万元, when: reading.R1 is high}
"""
EMPTY = [
    "projects",
    "titles",
    "grants",
    "loans",
    "products",
    "sites",
    "stations",
    "services",
    "certificates",
    "parks",
    "procurements",
    "earlier_awards",
]


def answer(text: str, readings: Mapping[str, str] | None = None, pack: str = PACK) -> Tree:
    case: Tree = {name: [] for name in EMPTY}
    case |= {"decision_date": "2025-06-01", "enterprise": {"id": "e1", "place": "610113", "industry": "34"}}
    case |= mapping(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - builds text, lists, dicts
    return evaluate([mapping(yaml.load(pack, Loader=yaml.BaseLoader))], case, readings or {})  # noqa: S506


def row(result: Tree, name: str) -> tuple[object, ...]:
    found = mapping(mapping(result["awards"])[name])
    return found["list"], found["floor"], found["ceiling"], found["kind"]


def total(result: Tree, which: str = "decided") -> tuple[object, object]:
    found = mapping(mapping(result["total"])[which])
    return found["floor"], found["ceiling"]


def project(extra: str, amount: str) -> str:
    cost = f"{{kind: equipment, amount: {amount}, stage: paid, year: 2025}}"
    return f"projects: [{{id: p1, nature: [改扩建], kinds: [], special: false, {extra}, costs: [{cost}]}}]"


@pytest.mark.parametrize(
    ("amount", "paid"),
    [
        ("67198148.55元", 671981486),  # 6,719,814.855 half up: the cap does not make it a bound
        ("67198148.54元", 671981485),
        ("2亿元", 2000_0000_00),
        ("200000000.05元", 2000_0000_00),
    ],
)
def test_a_rate_rounds_half_up_and_never_above_the_cap(amount: str, paid: int) -> None:
    assert row(answer(project("name: x", amount)), "tiny/works@p1") == ("awards", paid, paid, "exact")


@pytest.mark.parametrize(("amount", "top"), [("66666666.67元", 10_000_000_00), ("66666666.66元", 9_999_999_99)])
def test_a_bound_rate_rounds_down(amount: str, top: int) -> None:
    found = answer(project("kinds: [廉]", amount).replace("kinds: [], ", ""))
    assert row(found, "tiny/bound@p1") == ("awards", 0, top, "at_most")


def test_a_replacing_sentence_gives_one_award_under_the_first_one_s_id() -> None:
    found = answer(project("name: x", "100元").replace("special: false", "special: true"))
    assert row(found, "tiny/works@p1") == ("awards", 1500, 1500, "exact")
    assert mapping(mapping(found["awards"])["tiny/works@p1"])["taken"] == ["tiny/special_works"]


OVERLAP = """
projects: [{id: p1, nature: [], kinds: [大]}, {id: p2, nature: [], kinds: []}]
titles: [{kind: 丙, level: 国家级, grade: 二级, event: first, recognised_on: 2025-01-01, project: HERE}]
grants: [{project: HERE}]
"""
STACKS = PACK + "- {id: s, kind: stacks, clauses: [middle, small]}\n"


def test_the_floor_is_the_best_set_without_an_overlap_and_the_ceiling_the_sum() -> None:
    """100 overlaps 80 and 75, which a rule lets stack; elsewhere only 80 and 75 overlap."""
    met = OVERLAP.replace("HERE", "p1")
    assert total(answer(met, pack=STACKS)) == (155_00, 255_00)
    assert total(answer(met, {"tiny/unstated_cumulation": "higher_of"}, STACKS)) == (155_00, 155_00)
    assert total(answer(met, {"tiny/unstated_cumulation": "sum"}, STACKS)) == (255_00, 255_00)
    assert total(answer(met)) == (100_00, 255_00)
    assert total(answer(OVERLAP.replace("HERE", "p2"))) == (180_00, 255_00)


def test_same_as_joins_two_projects() -> None:
    text = """
projects:
- {id: p1, nature: [], kinds: [大]}
- {id: p2, nature: [], kinds: [大], same_as: p1}
"""
    assert total(answer(text)) == (10000, 20000)


TITLE = "titles: [{id: t1, kind: %s, level: 国家级, grade: 一级, event: first, recognised_on: %s%s}]"


@pytest.mark.parametrize(
    ("kind", "on", "more", "standing"),
    [
        ("甲", "2025-01-01", "", "awards"),
        ("甲", "2023-12-31", "", "undecided"),  # before the start, and the sentence does not say 新
        ("甲", "2027-01-01", "", "undecided"),  # after a horizon that the text does not state
        ("{other: 丁}", "2025-01-01", "", "undecided"),
        ("丙", "2025-01-01", ", claims: [tiny/titled]", None),  # another genus
        ("乙", "2025-01-01", ", claims: [tiny/titled]", None),  # another sentence names it
    ],
)
def test_windows_and_open_lists_leave_the_gate_to_the_law(kind: str, on: str, more: str, standing: str | None) -> None:
    found = answer(TITLE % (kind, on, more))
    if standing is None:
        assert row(found, "tiny/titled")[0] == "not_eligible"
        return
    kind = "at_most" if standing == "awards" else "between"  # S5a: a gate that the law leaves open is a reason
    assert row(found, "tiny/titled@t1") == (standing, 0, 30_0000_00, kind)
    assert total(found) == (0, 30_0000_00 if standing == "awards" else 0)
    assert total(found, "possible") == (0, 30_0000_00)


def test_two_levels_of_one_ladder_overlap() -> None:
    text = """
titles:
- {kind: 乙, level: 国家级, grade: 一级, event: first, recognised_on: 2025-01-01}
- {kind: 乙, level: 省级, grade: 一级, event: first, recognised_on: 2024-01-01}
- {kind: 乙, level: 市级, grade: 一级, event: first, recognised_on: 2024-01-01}
"""
    found = answer(text)
    assert row(found, "tiny/ranked@titles[0]") == ("awards", 500, 500, "exact")
    assert row(found, "tiny/ranked@titles[2]")[0] == "not_eligible"  # no row for 市级
    assert total(found) == (500, 800)


def test_case_by_case_is_set_aside_until_an_authority_decides() -> None:
    text = "projects: [{id: p1, nature: [], kinds: [小]%s}]"
    found = answer(text % "")
    assert row(found, "tiny/open_ended@p1") == ("awards", 0, None, "undetermined")
    assert (found["open_ended"], total(found)) == (["tiny/open_ended"], (0, 0))
    assert total(answer(text % ", decided: 7元")) == (700, 700)


def test_one_award_for_each_park_and_year() -> None:
    text = """
parks: [{id: k1}, {id: k2}]
projects:
- id: p1
  nature: []
  kinds: [中]
  park: k1
  costs: [{amount: 40万元, stage: paid, year: 2025}, {amount: 9元, stage: planned, year: 2025}]
- id: p2
  nature: []
  kinds: [中]
  park: k1
  costs: [{amount: 30万元, stage: paid, year: 2025}, {amount: 50元, stage: audited, year: 2024}]
"""
    found = answer(text)
    assert row(found, "tiny/yearly@k1/2025") == ("awards", 10**6, 10**6, "exact")
    assert row(found, "tiny/yearly@k1/2024") == ("awards", 100, 100, "exact")
    assert total(found) == (10**6, 10**6 + 100)  # both stand on p2


def test_loans_are_summed_before_rounding_and_bounded_by_interest_paid() -> None:
    loan = "{new: %s, principal: 100万元, lpr: 3.45%%, days: 100, day_count: 365, interest_paid: %s}"
    text = f"loans: [{loan % ('true', '1万元')}, {loan % ('true', '1元')}, {loan % ('false', '1万元')}]"
    # 1,000,000 × 3.45% × 100 ÷ 365 ÷ 2 = 4726.0273… 元, plus 1 元; down to the fen
    assert row(answer(text), "tiny/loans@e1") == ("awards", 0, 472602 + 100, "at_most")
    assert row(answer("loans: []"), "tiny/loans@e1")[0] == "not_eligible"


def test_a_ceiling_and_a_reading() -> None:
    text = """
projects:
- {id: p1, nature: [改扩建], kinds: [], special: false, costs: [{kind: equipment, amount: 1.5亿元}]}
- {id: p2, nature: [改扩建], kinds: [], special: false, costs: [{kind: equipment, amount: 1.5亿元}]}
"""
    assert total(answer(text)) == (3000_0000_00, 3000_0000_00)
    assert total(answer(text, {"tiny/R1": "high"})) == (2500_0000_00, 2500_0000_00)


@pytest.mark.parametrize(
    ("place", "standing"), [("610113", "awards"), ("西咸新区", "awards"), ("610403", "not_eligible")]
)
def test_the_place_is_the_project_s_own_if_it_names_one(place: str, standing: str) -> None:
    assert row(answer(project(f'place: "{place}"', "1元")), "tiny/works@p1")[0] == standing


def test_a_list_that_is_not_given_is_not_asked() -> None:
    case: Tree = {"decision_date": "2025-06-01", "enterprise": {"place": "610113"}, "assume_none": ["loans"]}
    found = evaluate([mapping(yaml.load(PACK, Loader=yaml.BaseLoader))], case, {})  # noqa: S506
    assert "tiny/works" in set(map(str, found["not_asked"] if isinstance(found["not_asked"], list) else []))
    assert row(found, "tiny/loans@enterprise")[0] == "not_eligible"


def test_expressions() -> None:
    assert literal("1:0.5") == literal("50%") == literal("500‰")
    assert literal("1.5亿元") == literal("15000万元") == literal("15000000000分")
    assert parse("a is b or c and not d").op == "or"
    assert parse("sum of titles as other.x where other.level is 省级").words == (
        "sum",
        "titles",
        "other",
        "x",
    )
    assert parse("any of_list") == parse("any of_list")
    assert parse("x - 3").kids[1] == Node("literal", words=("3",))
    with pytest.raises(ValueError, match="left over"):
        parse("a b")


def test_two_exact_awards_on_one_project_in_xian_total_best_to_sum() -> None:
    """The first answer of semantics.md, section 7."""
    case: Tree = {name: [] for name in EMPTY} | {"decision_date": "2025-06-01"}
    case["enterprise"] = {
        "type": "enterprise",
        "place": "610113",
        "civil_explosives": "false",
        "on_air_relocation_plan": "false",
    }
    costs = [{"kind": "equipment", "amount": "1亿元", "uses": []}]
    costs.append({"kind": "service", "amount": "300万元", "uses": ["信息化"]})
    project = {"id": "p1", "nature": ["改扩建"], "purposes": ["智能改造"], "kinds": ["信息化建设"]}
    case["projects"] = [project | {"costs": costs, "whole_digital": "false"}]
    found = evaluate(source_of("xian").packs, case, {})
    assert row(found, "xian_30/equipment_renewal@p1") == ("awards", 1000_0000_00, 1000_0000_00, "exact")
    assert row(found, "xian_30/informatisation@p1") == ("awards", 60_0000_00, 60_0000_00, "exact")
    assert total(found) == (1000_0000_00, 1060_0000_00)


WIDER = """
language: 1
policy:
  id: wide
  place: {code: "610100"}
  window: {start: 2024-01-01, end: 2026-12-31}
readings:
  R2: {options: {yes: 是, no: 否}, default: yes}
vocabulary:
  project.kinds: {补: {}, 联: {}, 甲: {}, 乙: {}, 另: {}}
  title.kind: {绿: {genus: 产品}}
facts:
  project:
    track: {type: enum, members: [点, 线]}
    granted: {type: money, sort: authority}
    fixed: {type: money, sort: authority}
    assessed: {type: money, sort: authority}
    paid: {type: money, sort: authority}
lists:
  works: {of: enterprise.industry, section: [B, D]}
clauses:
- id: key
  per: project
  where: [project.kinds has 补]
  rows:
  - id: point
    when: [project.track is 点]
    award:
    - basis: sum of project.costs.amount
    - rate: {at_most: 15%}
    - cap: 1000万元
    - {share: project.share, when: project.kinds has 联}
    - granted: project.granted
    - decision: [project.assessed, project.fixed]
  - {id: line, when: [project.track is 线], award: [{at_most: 500万元}]}
  payers: [{name: 上, amount: project.granted}, {name: 下, amount: rest}]
  settlement: {assessed: project.assessed, paid: project.paid}
- {id: first, per: project, where: [project.kinds has 甲], award: [{lump_sum: 60元}]}
- {id: second, per: project, where: [project.kinds has 乙], award: [{lump_sum: 50元}]}
- {id: other, per: project, where: [project.kinds has 另], award: [{lump_sum: 100元}]}
- {id: mine, when: [enterprise.industry in works], award: [{lump_sum: 1元}]}
- {id: green, per: title, where: [title.kind is 绿], award: [{lump_sum: 5万元}]}
- id: part
  gives: obligation
  per: procurement
  where: [procurement.budget > 200万元]
  when: [procurement.suitable_sme]
  obligation: [{basis: procurement.budget}, {rate: 40%}]
- {id: small, gives: obligation, per: procurement, share_of: part, obligation: [{rate: 70%}]}
cumulation:
- {id: higher, kind: higher_of, clauses: [other], against: [first, second], same: project, when: reading.R2 is yes}
- {id: both, kind: stacks, clauses: [first, second]}
- id: levels
  kind: ceiling
  clauses: [green]
  by: [title.level]
  cap: {by: title.level, rows: {国家级: 30万元, 省级: 20万元}}
  earlier: true
  when: reading.R2 is yes
- {id: together, kind: ceiling, clauses: [green], cap: 30万元, earlier: true, when: reading.R2 is no}
"""


def key(facts: str, amount: str = "4000万元") -> Tree:
    costs = f"[{{kind: equipment, amount: {amount}}}]"
    text = f"projects: [{{id: p1, kinds: [补], track: 点, costs: {costs}, {facts}}}]"
    return answer(text, pack=WIDER)


def test_one_award_of_a_table_and_the_other_rows_refused() -> None:
    found = mapping(mapping(key("name: x")["awards"])["wide/key@p1"])
    assert (found["floor"], found["ceiling"], found["kind"]) == (0, 600_0000_00, "at_most")
    assert (found["taken"], found["refused"]) == (["wide/point"], ["wide/line"])
    assert row(key("track: 线"), "wide/key@p1") == ("awards", 0, 500_0000_00, "at_most")


@pytest.mark.parametrize(
    ("facts", "ends", "payers", "adjustment"),
    [
        # 4000万 × 15% = 600万
        ("name: x", (0, 600), {"上": (0, 600), "下": (0, 600)}, None),
        ("granted: 200万元", (200, 600), {"上": (200, 200), "下": (0, 400)}, None),
        ("granted: 700万元", (600, 600), {"上": (600, 600), "下": (0, 0)}, None),
        ("fixed: 500万元", (500, 500), {"上": (0, 500), "下": (0, 500)}, None),
        ("fixed: 500万元, granted: 200万元", (500, 500), {"上": (200, 200), "下": (300, 300)}, None),
        ("fixed: 150万元, granted: 200万元", (150, 150), {"上": (150, 150), "下": (0, 0)}, None),
        ("fixed: 700万元, paid: 1万元", (600, 600), {"上": (0, 600), "下": (0, 600)}, None),
        ("fixed: 500万元, assessed: 450万元, paid: 480万元", (450, 450), {"上": (0, 450), "下": (0, 450)}, -30),
        ("assessed: 700万元, paid: 300万元", (600, 600), {"上": (0, 600), "下": (0, 600)}, 300),
        # a fifth of the 600万, of a project of which the cap does not bind
        ("kinds: [补, 联], share: 20%", (0, 120), {"上": (0, 120), "下": (0, 120)}, None),
    ],
)
def test_what_authorities_fix_grant_and_assess(
    facts: str, ends: tuple[int, int], payers: Mapping[str, tuple[int, int]], adjustment: int | None
) -> None:
    found = mapping(mapping(key(facts.replace("kinds: [补, 联]", "name: x, kinds: [补, 联]"))["awards"])["wide/key@p1"])
    wan = 10**6
    assert (found["floor"], found["ceiling"]) == (ends[0] * wan, ends[1] * wan)
    assert found["payers"] == tuple((name, low * wan, high * wan) for name, (low, high) in payers.items())
    assert found["adjustment"] == (None if adjustment is None else adjustment * wan)


def test_the_higher_of_one_side_and_the_other_s_sum() -> None:
    """60 and 50 stack: 110 against 100; without the rule all three meet in silence."""
    text = "projects: [{id: p1, kinds: [%s]}]"
    assert total(answer(text % "甲, 乙, 另", pack=WIDER)) == (110_00, 110_00)
    assert total(answer(text % "甲, 另", pack=WIDER)) == (100_00, 100_00)
    assert total(answer(text % "甲, 乙, 另", {"wide/R2": "no"}, WIDER)) == (110_00, 210_00)


def test_a_list_of_sections() -> None:
    for industry, standing in [("05", "not_eligible"), ("06", "awards"), ("13", "not_eligible"), ("46", "awards")]:
        text = f"enterprise: {{id: e1, place: '610113', industry: '{industry}'}}"
        assert row(answer(text, pack=WIDER), "wide/mine@e1")[0] == standing


EARLIER = """
titles:
- {kind: 绿, level: 国家级, recognised_on: 2025-01-01}
- {kind: 绿, level: 国家级, recognised_on: 2025-01-02}
- {kind: 绿, level: 国家级, recognised_on: 2025-01-03}
- {kind: 绿, level: 省级, recognised_on: 2025-01-01}
earlier_awards:
- {policy: wide, clause: green, level: 国家级, amount: 18万元, paid_on: 2025-05-31}
- {policy: wide, clause: green, level: 省级, amount: 1万元, paid_on: 2025-05-31}
- {policy: wide, clause: green, level: 国家级, amount: 8万元, paid_on: 2025-06-01}
- {policy: wide, clause: other, level: 国家级, amount: 8万元, paid_on: 2025-05-31}
"""


def test_earlier_awards_use_up_a_ceiling_of_their_level_or_of_all() -> None:
    """Decided on 2025-06-01: 30 − 18 = 12 of 15, and 5 within 20 − 1; of one ceiling, 30 − 19 = 11 of 20."""
    assert total(answer(EARLIER, pack=WIDER)) == (17_0000_00, 17_0000_00)
    assert total(answer(EARLIER, {"wide/R2": "no"}, WIDER)) == (11_0000_00, 11_0000_00)


def test_obligations_round_up_once_and_one_may_be_a_share_of_another() -> None:
    """40% of 2,000,000.01 is 800,000.004, and 70% of that 560,000.0028."""
    text = "procurements: [{id: b1, budget: 2000000.01元, suitable_sme: %s}, {id: b2, budget: 200万元}]"
    found = answer(text % "true", pack=WIDER)
    obligations = {name: mapping(said) for name, said in mapping(found["obligations"]).items()}
    assert {name: said["floor"] for name, said in obligations.items()} == {
        "wide/part@b1": 800_000_01,
        "wide/small@b1": 560_000_01,
    }
    assert total(found) == (0, 0)
    refused = mapping(answer(text % "false", pack=WIDER)["obligations"])
    assert {mapping(said)["list"] for said in refused.values()} == {"not_eligible"}


@pytest.mark.parametrize("city", CITIES)
def test_random_cases_are_complete_and_so_are_their_completions(city: str) -> None:
    rng, source = random.Random(1), source_of(city)
    for _ in range(40):
        case = random_case(rng, source)
        result = evaluate(source.packs, case, {})
        for name in mapping(result["awards"]):
            _, low, high, kind = row(result, name)
            assert isinstance(low, int)
            assert low >= 0
            assert kind == "undetermined" if high is None else isinstance(high, int) and low <= high
        (low, high), (floor, ceiling) = total(result), total(result, "possible")
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert isinstance(ceiling, int)
        assert low == floor
        assert low <= high <= ceiling
        partial, hidden = hide(case, rng, 0.1, source, lists=True)
        assert hidden or partial == case
        for full in completions(partial, hidden, source, limit=3, rng=rng):
            evaluate(source.packs, full, {})


def standings(result: Tree) -> dict[str, set[str]]:
    """What became of each sentence; a replacing one, or a row of a table, pays where it was taken."""
    found: dict[str, set[str]] = {}
    for said in map(mapping, [*mapping(result["awards"]).values(), *mapping(result["obligations"]).values()]):
        paid = said["list"] == "awards" and said["ceiling"] != 0
        standing = "pays" if paid else str(said["list"])
        for clause in [str(said["clause"]), *texts(said["taken"])]:
            found.setdefault(clause, set()).add(standing)
        for clause in texts(said["refused"]):
            found.setdefault(clause, set()).add("not_eligible")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("city", CITIES)
def test_every_sentence_pays_is_refused_and_can_be_left_undecided(city: str) -> None:
    rng, size, source = random.Random(2), 4_000, source_of(city)
    seen: Counter[tuple[str, str]] = Counter()
    for _ in range(size):
        case = random_case(rng, source)
        seen.update((c, s) for c, found in standings(evaluate(source.packs, case, {})).items() for s in found)
    for pack, clause in source.clauses:
        name = f"{mapping(pack['policy'])['id']}/{clause['id']}"
        assert seen[name, "pays"] >= size / 100, name
        assert seen[name, "not_eligible"] >= size / 100, name
        assert seen[name, "undecided"] >= size / 100, name


def test_months_between_two_days_are_those_that_can_be_added() -> None:
    rng = random.Random("months")
    for _ in range(300):
        days = [date(rng.randint(2019, 2026), rng.randint(1, 12), rng.choice([1, 15, 28])) for _ in "ab"]
        first, last = (day + timedelta(days=rng.randint(-3, 3)) for day in days)
        for size, unit in ((1, "months"), (12, "years")):
            for part in ("whole", "begun"):
                found = months_between(
                    Fraction(first.toordinal()), Fraction(last.toordinal()), size, begun=part == "begun"
                )
                assert found == counted_up(first, last, part, unit), (first, last, part, unit)
