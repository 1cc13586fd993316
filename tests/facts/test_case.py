"""Cases: what is written is read exactly, what is absent stays absent, and all mistakes are told at their places."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from subsidy_rules.errors import CODES, CaseError, Problem, UsageError
from subsidy_rules.facts.case import (
    NO_LOWER,
    Case,
    Facts,
    Items,
    Members,
    Other,
    Provenance,
    Ref,
    Thing,
    bounds_of,
    uscc_is_valid,
)
from subsidy_rules.facts.models import CaseModel, Cost, Enterprise, Loan, Project, Title
from subsidy_rules.facts.vocabulary import FieldSpec, Member, Vocabulary
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import plain
from subsidy_rules.values.quantity import INFINITY, ZERO, Infinity, parse_date, parse_money

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    Vocabulary.core()
    .with_members("project", "purposes", [Member("智能改造", "智能改造", "intelligent retrofit")])
    .with_members("project", "kinds", [Member("capability", "能力中心")])
    .with_members("title", "kind", [Member("DCMM", genus="认证"), Member("绿色工厂", genus="称号")])
    .with_members("title", "claims", [Member("xian_30/a")])
    .with_field(FieldSpec("project", "decided", "money", "核定金额", sort="authority"))
    .with_zones(["西咸新区", "西安高新区"])
)


def read(text: str, words: Vocabulary = WORDS) -> Facts:
    return Case.from_text(f"case: 1\n{text}").facts_of(words)


def problems(text: str, words: Vocabulary = WORDS) -> tuple[Problem, ...]:
    """Return what is wrong with a case; each problem names its path and says everything twice."""
    case = Case.from_text(text)
    with pytest.raises(CaseError) as caught:
        case.facts_of(words)
    found = caught.value.problems
    assert all(one.what and one.what_zh and bool(one.remedy) == bool(one.remedy_zh) for one in found)
    return found


def briefly(text: str) -> list[str]:
    """`line:col code path` of each problem of a case, whose first line says its version."""
    return [f"{one.place.line}:{one.place.col} {one.code} {one.path}" for one in problems(f"case: 1\n{text}")]


def only(text: str) -> Problem:
    (problem,) = problems(f"case: 1\n{text}")
    return problem


def project(text: str) -> Thing:
    (thing,) = read(f"projects:\n- {{{text}}}").root.lists["projects"]
    return thing


# What is read

FULL = """\
decision_date: 2025-09-01
enterprise: {id: e1, name: 某精密机械公司, type: enterprise, place: "610113", industry: C34, revenue_growth: -8%}
projects:
- id: p1
  nature: [改扩建]
  purposes: 智能改造
  costs:
  - {kind: 设备, amount: 2800万元, stage: paid, year: 2025}
  - {kind: bundled_software, amount: 200万元}
titles:
- {kind: DCMM, project: p1, object: e1, claims: [xian_30/a]}
assume_none: [贷款清单, grants]
"""


def test_a_case_is_read_with_its_exact_values() -> None:
    facts = read(FULL)
    assert facts.root.values == {"decision_date": Amount.exact(parse_date("2025-09-01"))}
    assert facts.enterprise.values == {
        "id": "e1",
        "name": "某精密机械公司",
        "type": "enterprise",
        "place": "610113",
        "industry": "34",
        "revenue_growth": Amount.exact(Fraction(-2, 25)),
    }
    (made,) = facts.root.lists["projects"]
    assert made.values == {
        "id": "p1",
        "nature": Members(frozenset({"改扩建"})),
        "purposes": Members(frozenset({"智能改造"})),
    }
    equipment, software = made.lists["costs"]
    assert equipment.values == {
        "kind": "equipment",
        "amount": Amount.exact(parse_money("2800万元")),
        "stage": "paid",
        "year": Amount.exact(Fraction(2025)),
    }
    assert (software.path, software.parent, software.entity) == ("projects[0].costs[1]", made, "cost")
    assert (made.parent, facts.enterprise.parent) == (None, None)
    (title,) = facts.root.lists["titles"]
    assert title.values == {
        "kind": "DCMM",
        "project": Ref("p1"),
        "object": Ref("e1"),
        "claims": Members(frozenset({"xian_30/a"})),
    }


def test_things_are_found_by_id_and_by_path() -> None:
    facts = read(FULL)
    assert {name: thing.path for name, thing in facts.index.items()} == {"e1": "enterprise", "p1": "projects[0]"}
    assert set(facts.paths) == {
        *("", "enterprise", "projects[0]", "projects[0].costs[0]", "projects[0].costs[1]", "titles[0]")
    }
    assert facts.paths["projects[0].costs[1]"].fact_path("amount") == "projects[0].costs[1].amount"
    assert facts.root.fact_path("decision_date") == "decision_date"


def test_what_is_not_written_is_not_there() -> None:
    facts = read("enterprise: {}")
    assert (facts.root.values, facts.enterprise.values) == ({}, {})
    assert dict(facts.root.lists) == {"enterprise": Items((facts.enterprise,))}
    assert read("applied_on: 2025-01-01").enterprise == Thing("enterprise", "enterprise", "", {}, {}, {})
    assert facts.index == {}
    assert facts.assumed_none == ()


def test_none_is_an_empty_list_or_assumed() -> None:
    facts = read("titles: []\nassume_none: [loans, 资金清单, loans, grants]")
    assert {name: items.things for name, items in facts.root.lists.items() if name != "enterprise"} == {
        "titles": (),
        "loans": (),
        "grants": (),
    }
    assert facts.assumed_none == ("loans", "grants")
    assert read("均无: [称号清单]").assumed_none == ("titles",)


@pytest.mark.parametrize(
    ("text", "count", "more"),
    [
        ("[{}, {}]", 2, False),
        ("{items: [{}], more: true}", 1, True),
        ("{items: [], more: 是}", 0, True),
        ("{items: [{}], more: false}", 1, False),
        ("{items: [{}]}", 1, False),
    ],
)
def test_a_list_is_complete_unless_it_says_more(text: str, count: int, more: bool) -> None:
    items = read(f"loans: {text}").root.lists["loans"]
    assert (len(list(items)), items.more) == (count, more)


def test_labels_stand_for_names_everywhere() -> None:
    chinese = """\
决定日期: 2025-09-01
申报主体: {编号: e1, 名称: 某精密机械公司, 主体类型: 企业, 所在地: "610113", 行业大类: "34", 营业收入增长率: -8%}
项目:
- 编号: p1
  建设性质: 改扩建
  建设方向: [智能改造]
  投资明细:
  - {类别: equipment, 金额: 2800万元, 阶段: 已付, 年度: 2025}
  - {类别: 配套软件, 金额: 200万元}
称号清单:
- {称号: DCMM, 所属项目: p1, 认定对象: e1, 申报条款: xian_30/a}
均无: [loans, 资金清单]
"""
    one, other = read(FULL), read(chinese)
    assert {path: thing.values for path, thing in one.paths.items()} == {
        path: thing.values for path, thing in other.paths.items()
    }
    assert one.assumed_none == other.assumed_none


def test_members_are_taken_by_name_or_label() -> None:
    assert project("kinds: [能力中心, {other: 试点示范}]").values == {
        "kinds": Members(frozenset({"capability"}), ("试点示范",))
    }
    assert project("kinds: {other: 试点示范}").values["kinds"] == Members(frozenset(), ("试点示范",))
    assert project("purposes: []").values["purposes"] == Members(frozenset())
    (title,) = read("titles: [{kind: {other: 某某称号}, level: 省级, event: 首次}]").root.lists["titles"]
    assert title.values == {"kind": Other("某某称号"), "level": "省级", "event": "first"}


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("是", True), ("否", False)])
def test_truths(text: str, value: bool) -> None:
    (loan,) = read(f"loans: [{{new: {text}, day_count: 365, kind: 固定资产}}]").root.lists["loans"]
    assert loan.values == {"new": value, "day_count": "365", "kind": "固定资产"}


@pytest.mark.parametrize("place", ["610113", "000000", "西咸新区"])
def test_places(place: str) -> None:
    assert project(f'place: "{place}"').values == {"place": place}


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [
        ("{min: 100万元, max: 300万元}", Fraction(100_000_000), Fraction(300_000_000)),
        ("{min: 100万元}", Fraction(100_000_000), INFINITY),
        ("{max: 300万元}", Fraction(0), Fraction(300_000_000)),
        ("{value: {max: 3分}, source: 合同}", Fraction(0), Fraction(3)),
    ],
)
def test_a_range_is_an_unknown_fact_between_its_ends(text: str, lo: Fraction, hi: Fraction | Infinity) -> None:
    assert project(f"total: {text}").values["total"] == Amount.unknown(lo, hi, ("projects[0]", "total"))


def test_a_range_of_one_value_is_that_value() -> None:
    assert project("total: {min: 1元, max: 1元}").values["total"] == Amount.exact(Fraction(100))


def test_what_a_number_can_be_at_least() -> None:
    fields = WORDS.fields
    growth = read("enterprise: {revenue_growth: {max: -1%}}").enterprise.values["revenue_growth"]
    assert growth == Amount.unknown(NO_LOWER, Fraction(-1, 100), ("enterprise", "revenue_growth"))
    assert bounds_of(fields["enterprise"]["revenue_growth"]) == (NO_LOWER, INFINITY)
    assert bounds_of(fields["loan"]["lpr"]) == (ZERO, INFINITY)
    assert bounds_of(fields["cost"]["amount"]) == (ZERO, INFINITY)
    assert bounds_of(FieldSpec("project", "saving", "ratio")) == (NO_LOWER, INFINITY)
    (loan,) = read("loans: [{lpr: 0%, principal: 0元}]").root.lists["loans"]
    assert loan.values == {"lpr": Amount.exact(ZERO), "principal": Amount.exact(ZERO)}


def test_a_fact_may_say_where_it_comes_from() -> None:
    found = project(
        "total: {value: 3000万元, source: 审计报告第3页, status: audited, date: 2025-03-01}, "
        "nature: {value: [新建], status: declared}, name: {value: 项目, source: 备案}"
    )
    assert found.values == {
        "total": Amount.exact(parse_money("3000万元")),
        "nature": Members(frozenset({"新建"})),
        "name": "项目",
    }
    assert found.provenance == {
        "total": Provenance("审计报告第3页", "audited", "2025-03-01"),
        "nature": Provenance(status="declared"),
        "name": Provenance("备案"),
    }


def test_a_policys_own_fact_is_read_like_any_other() -> None:
    assert project("decided: 5万元").values == project("核定金额: 50000元").values


def test_a_reference_may_come_before_what_it_names() -> None:
    facts = read("titles: [{object: s1, project: p1}]\nsites: [{id: s1}]\nprojects: [{id: p1, same_as: p2}, {id: p2}]")
    assert facts.index["p1"].values["same_as"] == Ref("p2")


# What is refused: the shape


def test_a_case_is_a_mapping_with_its_version() -> None:
    assert [(one.code, one.path) for one in problems("[1, 2]")] == [("wrong-type", "")]
    (missing,) = problems("enterprise: {}")
    assert (missing.code, missing.path, str(missing.place)) == ("missing-key", "case", "case:1:1")
    assert [(one.code, one.path) for one in problems("case: 2")] == [("bad-version", "case")]
    assert [(one.code, one.path) for one in problems("case: [1]")] == [("wrong-type", "case")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("enterprise: [{}]", "2:13 wrong-type enterprise"),
        ("enterprise: x", "2:13 wrong-type enterprise"),
        ("projects: x", "2:11 wrong-type projects"),
        ("projects: [x]", "2:12 wrong-type projects[0]"),
        ("projects: [[]]", "2:12 wrong-type projects[0]"),
        ("projects: {more: true}", "2:11 missing-key projects"),
        ("projects: {items: {}}", "2:19 wrong-type projects"),
        ("projects: {items: [], more: maybe}", "2:29 wrong-type projects.more"),
        ("projects: {items: [], more: [true]}", "2:29 wrong-type projects.more"),
        ("projects: [{costs: {}}]", "2:20 missing-key projects[0].costs"),
        ("projects: [{costs: [5万元]}]", "2:21 wrong-type projects[0].costs[0]"),
        ("projects: [{name: [a]}]", "2:19 wrong-type projects[0].name"),
        ("projects: [{name: {other: a}}]", "2:19 wrong-type projects[0].name"),
        ("projects: [{total: [1元]}]", "2:20 wrong-type projects[0].total"),
        ("projects: [{purposes: [[智能改造]]}]", "2:24 wrong-type projects[0].purposes[0]"),
        ("projects: [{purposes: [{value: 智能改造}]}]", "2:24 wrong-type projects[0].purposes[0]"),
        ("projects: [{kinds: [{other: [a]}]}]", "2:29 wrong-type projects[0].kinds[0].other"),
        ("projects: [{kinds: [{other: a, more: b}]}]", "2:21 wrong-type projects[0].kinds[0]"),
        ("loans: [{new: yes}]", "2:15 wrong-type loans[0].new"),
        ("loans: [{new: {other: a}}]", "2:15 wrong-type loans[0].new"),
        ("loans: [{new: []}]", "2:15 wrong-type loans[0].new"),
        ("assume_none: loans", "2:14 wrong-type assume_none"),
        ("assume_none: [[loans]]", "2:15 wrong-type assume_none[0]"),
        ("assume_none: [loan]", "2:15 unknown-name assume_none[0]"),
        ("assume_none: [costs]", "2:15 unknown-name assume_none[0]"),
        ("projects: []\nassume_none: [项目]", "3:15 both-names assume_none[0]"),
        ("项目: []\nassume_none: [projects]", "3:15 both-names assume_none[0]"),
        ("projekts: []", "2:1 unknown-key projekts"),
        ("id: x", "2:1 unknown-key id"),
        ("enterprise: {facts: {}}", "2:14 unknown-key enterprise.facts"),
        ("projects: [{amount: 1元}]", "2:13 unknown-key projects[0].amount"),
        ("projects: [{costs: [{id: c1, 数量: 3}]}]", "2:30 unknown-key projects[0].costs[0].数量"),
        ("decision_date: 2025-01-01\n决定日期: 2025-01-01", "3:1 both-names decision_date"),
        ("enterprise: {}\n申报主体: {}", "3:1 both-names enterprise"),
        ("projects: [{costs: [], 投资明细: []}]", "2:24 both-names projects[0].costs"),
        ("projects: [{id: a, 编号: b}]", "2:20 both-names projects[0].id"),
    ],
)
def test_a_wrong_shape_is_told_at_its_place(text: str, said: str) -> None:
    assert briefly(text) == [said]


# What is refused: values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("total: 2800", "2:20 unknown-unit projects[0].total"),
        ("total: -1元", "2:20 negative projects[0].total"),
        ("total: 0.001元", "2:20 not-whole-fen projects[0].total"),
        ("total: 二元", "2:20 bad-money projects[0].total"),
        ("started: 2025-02-29", "2:22 bad-date projects[0].started"),
        ("total: {}", "2:20 missing-key projects[0].total"),
        ("total: {min: 5元, max: 4元}", "2:20 contradictory-range projects[0].total"),
        ("total: {min: 5, max: 6元}", "2:26 unknown-unit projects[0].total.min"),
        ("total: {min: -5元}", "2:26 negative projects[0].total.min"),
        ("total: {max: [6元]}", "2:26 wrong-type projects[0].total.max"),
        ("total: {other: 1元}", "2:21 unknown-key projects[0].total.other"),
        ("total: {minimum: 1元}", "2:21 unknown-key projects[0].total.minimum"),
        ("total: {value: {value: 1元}}", "2:29 unknown-key projects[0].total.value"),
        ("total: {value: 1元, note: 合同}", "2:32 unknown-key projects[0].total"),
        ("total: {value: 1元, min: 1元}", "2:32 unknown-key projects[0].total"),
        ("total: {value: 1元, status: 审定}", "2:40 unknown-member projects[0].total.status"),
        ("total: {value: 1元, status: [audited]}", "2:40 wrong-type projects[0].total.status"),
        ("total: {value: 1元, date: 三月}", "2:38 bad-date projects[0].total.date"),
        ("total: {source: 合同}", "2:20 missing-key projects[0].total"),
        ("id: {value: p1}", "2:17 wrong-type projects[0].id"),
        ("id: [p1]", "2:17 wrong-type projects[0].id"),
        ("id: ''", "2:17 wrong-type projects[0].id"),
        ('id: "?p1"', "2:17 wrong-type projects[0].id"),
        ("nature: [新健]", "2:22 unknown-member projects[0].nature[0]"),
        ("nature: 新健", "2:21 unknown-member projects[0].nature"),
        ("nature: [新建, {other: 迁建}]", "2:26 unknown-member projects[0].nature[1]"),
        ("purposes: [其它]", "2:24 unknown-member projects[0].purposes[0]"),
        ("industry: B34", "2:23 unknown-member projects[0].industry"),
        ("industry: '99'", "2:23 unknown-member projects[0].industry"),
        ("industry: '4'", "2:23 unknown-member projects[0].industry"),
        ("industry: C3411", "2:23 unknown-member projects[0].industry"),
        ("industry: {other: 34}", "2:23 unknown-member projects[0].industry"),
        ("place: 陕西省西安市", "2:20 unknown-member projects[0].place"),
        ("place: 曲江新区", "2:20 unknown-member projects[0].place"),
        ('place: "61011"', "2:20 unknown-member projects[0].place"),
        ('place: "６１０１１３"', "2:20 unknown-member projects[0].place"),
        ("same_as: p2", "2:22 bad-reference projects[0].same_as"),
        ("claims: [xian_30/a]", "2:22 unknown-member projects[0].claims[0]"),
        ("claims: [{other: a}]", "2:22 unknown-member projects[0].claims[0]"),
        ("started: 2025-03-01, completed: 2025-02-01", "2:45 contradictory-dates projects[0].completed"),
        ("costs: [{year: 2025.5}]", "2:28 bad-count projects[0].costs[0].year"),
        ("costs: [{kind: 设奋}]", "2:28 unknown-member projects[0].costs[0].kind"),
        ("costs: [{uses: [a]}]", "2:29 unknown-member projects[0].costs[0].uses[0]"),
    ],
)
def test_a_wrong_value_is_told_at_its_place(text: str, said: str) -> None:
    assert briefly(f"projects: [{{{text}}}]") == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loans: [{lpr: -3%}]", "2:15 negative loans[0].lpr"),
        ("loans: [{rate: {min: -3%}}]", "2:22 negative loans[0].rate.min"),
        ("loans: [{lpr: 0.03}]", "2:15 bad-ratio loans[0].lpr"),
        ("loans: [{day_count: 366}]", "2:21 unknown-member loans[0].day_count"),
        ("titles: [{level: 省}]", "2:18 unknown-member titles[0].level"),
        ("titles: [{level: {other: 区级}}]", "2:18 unknown-member titles[0].level"),
        ("titles: [{kind: {other: [a]}}]", "2:25 wrong-type titles[0].kind.other"),
        ("titles: [{claims: [xian_30/b]}]", "2:20 unknown-member titles[0].claims[0]"),
        ("enterprise: {uscc: 91610131MA6TXXXX0A}", "2:20 bad-uscc enterprise.uscc"),
    ],
)
def test_a_wrong_value_elsewhere(text: str, said: str) -> None:
    assert briefly(text) == [said]


def test_what_is_probably_meant_is_said() -> None:
    assert only("projekts: []").remedy == "did you mean 'projects'?"
    assert only("projects: [{建设性: 新建}]").remedy == "did you mean 'nature'?"
    assert only("projects: [{costs: [{kind: 建筑工成}]}]").remedy == "did you mean 'civil'?"
    assert only("projects: [{place: 西咸新城}]").remedy == "did you mean '西咸新区'?"
    assert only("projects: [{place: Mars}]").remedy == "one of: 西咸新区, 西安高新区"
    assert only("titles: [{level: {other: 区级}}]").remedy == "one of: 国家级, 省级, 市级, 县级"
    assert only("loans: [{new: yes}]").remedy_zh == "可用：true、false、是、否"
    assert only("assume_none: [贷款清]").remedy == "did you mean 'loans'?"
    assert only("projects: [{total: {value: 1元, sorce: x}}]").remedy == "did you mean 'source'?"
    assert (
        problems("case: 1\nprojects: [{place: 西咸新区}]", Vocabulary.core())[0].remedy
        == CODES["unknown-member"].remedy
    )


def test_a_key_with_a_line_break_keeps_the_message_to_its_lines() -> None:
    problem = only('enterprise: {"a\\nb": 1}')
    assert (problem.path, problem.what) == ("enterprise.a·b", "unknown key 'a·b'")


# What is refused: the whole


def test_an_id_belongs_to_one_thing() -> None:
    text = "enterprise: {id: a}\nprojects:\n- {id: p}\n- {id: p}\nloans: [{id: a}]"
    assert briefly(text) == ["5:8 duplicate-id projects[1].id", "6:14 duplicate-id loans[0].id"]


def test_a_reference_names_a_thing_of_the_right_kind() -> None:
    text = "titles:\n- {id: t1, project: t1}\n- {object: p1}\nprojects: [{id: p1}]\nsites: [{id: s1}]"
    assert briefly(text) == ["3:21 bad-reference titles[0].project", "4:12 bad-reference titles[1].object"]
    first, second = problems(f"case: 1\n{text}")
    assert (first.what, first.remedy) == ("'t1' is a title, not a project", "one of: p1")
    assert (second.what, second.remedy_zh) == ("'p1' is a project, not a product or site or enterprise", "可用：s1")
    assert only("projects: [{id: p1, same_as: P1}]").remedy == "did you mean 'p1'?"
    assert only("loans: [{project: p1}]").what == "bad reference 'p1'"
    assert only("loans: [{project: p1}]").remedy == CODES["bad-reference"].remedy


def test_a_whole_is_not_below_its_stated_parts() -> None:
    text = "projects: [{total: %s, costs: [{amount: 60元}, {amount: {min: 41元}}, {}]}]"
    (problem,) = problems("case: 1\n" + text % "100元")
    assert (problem.code, problem.path) == ("part-exceeds-whole", "projects[0].total")
    assert (problem.place.line, problem.place.col) == (2, 20)
    for total in ("101元", "{min: 1元}", "{max: 101元}"):
        read(text % total)
    read("projects: [{costs: [{amount: 60元}]}, {total: 60元}]")
    assert briefly(text % "{max: 100元}") == ["2:20 part-exceeds-whole projects[0].total"]


def test_dates_are_contradictory_only_if_they_must_be() -> None:
    day = Amount.exact(parse_date("2025-03-01"))
    assert project("started: 2025-03-01, completed: 2025-03-01").values == {"started": day, "completed": day}
    project("started: {min: 2025-01-01}, completed: 2025-03-01")
    project("completed: 2025-03-01")
    assert briefly("projects: [{started: {min: 2025-04-01}, completed: {max: 2025-03-01}}]") == [
        "2:52 contradictory-dates projects[0].completed"
    ]


def test_everything_wrong_is_told_together_in_the_order_of_the_file() -> None:
    text = """\
enterprise: {type: 公司, uscc: x, revenue_growth: 8}
projects:
- id: p1
  nature: [新建, 旧建]
  costs:
  - {kind: 设备, amount: 5}
  - {kinds: 设备, year: 二〇二五}
- {id: p1, same_as: t1, total: 1元, costs: [{amount: 2元}]}
titles: {items: [{id: t1, project: p9}], most: true}
assume_none: [titles, dreams]
"""
    assert briefly(text) == [
        "2:20 unknown-member enterprise.type",
        "2:30 bad-uscc enterprise.uscc",
        "2:49 bad-ratio enterprise.revenue_growth",
        "5:16 unknown-member projects[0].nature[1]",
        "7:24 unknown-unit projects[0].costs[0].amount",
        "8:6 unknown-key projects[0].costs[1].kinds",
        "8:23 bad-count projects[0].costs[1].year",
        "9:8 duplicate-id projects[1].id",
        "10:42 unknown-key titles",
        "11:15 both-names assume_none[0]",
        "11:23 unknown-name assume_none[1]",
        "9:21 bad-reference projects[1].same_as",
        "10:36 bad-reference titles[0].project",
        "9:32 part-exceeds-whole projects[1].total",
    ]


# Ways in


def test_a_case_comes_from_a_file_a_text_a_dictionary_or_models(tmp_path: Path) -> None:
    text = "case: 1\nprojects: [{id: p1, decided: 5万元, costs: [{kind: equipment, amount: 1元, year: 2025}]}]\n"
    path = tmp_path / "case.yaml"
    path.write_text(text, "utf-8")
    model = CaseModel(
        projects=[
            Project(id="p1", facts={"decided": "5万元"}, costs=[Cost(kind="equipment", amount="1元", year=2025)]),
        ]
    )
    tree = {
        "case": "1",
        "projects": [
            {"costs": [{"amount": "1元", "kind": "equipment", "year": 2025}], "decided": "5万元", "id": "p1"},
        ],
    }
    cases = [Case.load(path), Case.load(str(path)), Case.from_text(text), Case.from_dict(tree), Case.of(model)]
    assert len({case.sha256 for case in cases}) == 1
    first, *others = (case.facts_of(WORDS) for case in cases)
    for facts in others:
        assert facts.paths == first.paths
        assert all(facts.paths[at].values == thing.values for at, thing in first.paths.items())
    assert Case.from_text(text + "titles: []").sha256 != cases[0].sha256


def test_a_case_from_python_tells_the_path_of_what_is_wrong() -> None:
    with pytest.raises(CaseError) as caught:
        Case.from_dict({"case": 1, "loans": [{"new": True, "days": 3, "lpr": "x"}]}, name="me")
    assert str(caught.value).startswith("me: loans[0].lpr: bad-ratio: 'x' is not a ratio")
    with pytest.raises(CaseError) as caught:
        Case.from_dict({"case": 1, "enterprise": {"revenue_growth": 0.08}})
    assert caught.value.problems[0].path == "enterprise.revenue_growth"


def test_models_write_what_is_given_and_nothing_else() -> None:
    model = CaseModel(
        enterprise=Enterprise(name=None, facts={"民爆企业": True}),
        titles=[],
        loans=None,
        projects=[Project(total={"min": "1元"}, nature=["新建"], facts={})],
        assume_none=["grants"],
    )
    assert plain(Case.of(model).document.root) == {
        "case": "1",
        "enterprise": {"民爆企业": "true"},
        "titles": [],
        "projects": [{"total": {"min": "1元"}, "nature": ["新建"]}],
        "assume_none": ["grants"],
    }
    assert Case.of(CaseModel(loans=[Loan()], titles=[Title(kind="DCMM")])).facts_of(WORDS).index == {}


def test_a_fact_stands_once_in_a_model() -> None:
    with pytest.raises(UsageError, match="'name' is a field of the model and stands among its facts too"):
        Case.of(CaseModel(projects=[Project(name="a", facts={"name": "b"})]))


def test_a_case_is_read_once_for_each_vocabulary() -> None:
    case = Case.from_text("case: 1\nprojects: [{decided: 1元}]")
    assert case.facts_of(WORDS) is case.facts_of(WORDS)
    with pytest.raises(CaseError):
        case.facts_of(Vocabulary.core())
    assert case.facts_of(WORDS) is not case.facts_of(WORDS.with_zones(["高陵"]))


def test_a_broken_file_is_a_case_error() -> None:
    with pytest.raises(CaseError):
        Case.from_text("case: [1")
    with pytest.raises(CaseError):
        Case.from_text("case: 1\ncase: 1")


# Unified social credit codes


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("91350100M000100Y4", False),
        ("91350100M000100y43", False),
        ("91350100MO00100Y43", False),
        ("", False),
    ],
)
def test_the_check_character(code: str, valid: bool) -> None:
    assert uscc_is_valid(code) is valid
    if valid:
        assert read(f"enterprise: {{uscc: {code}}}").enterprise.values == {"uscc": code}


def test_the_check_character_finds_every_single_slip() -> None:
    code = "91350100M000100Y43"
    for place, char in enumerate(code):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            assert uscc_is_valid(code[:place] + other + code[place + 1 :]) is (other == char)
