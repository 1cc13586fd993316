"""What is said to do where awards meet, beside facts that no condition reads, each on a pack of a few lines."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from subsidy_rules import Case, Entitlement, Policies, evaluate
from subsidy_rules.award import selection
from subsidy_rules.award.explain import explain
from subsidy_rules.errors import Lang
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy

if TYPE_CHECKING:
    import pytest

HEAD = """\
language: 1
policy:
  id: made
  title: 某办法
  issuer: 某市
  document: 一号
  place: {code: "610100"}
  window: {start: 2025-01-01, end: 2026-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: SILENCE
"""
CASE = """\
case: 1
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610113"}
assume_none: [loans, services, earlier_awards]
"""
ONE_PROJECT = "projects: [{id: p1}]\ntitles: []\ngrants: []\n"
NAMED = "vocabulary:\n  title.kind: {甲: {genus: 称号}}\n"


def clause(award: str, name: str = "a", *, per: str = "project", when: str = "") -> str:
    where = f"when: [{when}], " if when else ""
    return f"- {{id: {name}, path: 一, sentence: 1, quote: 某, per: {per}, fund: city, {where}award: [{award}]}}\n"


def pack(rules: str, silence: str = "undecided") -> Policies:
    return gather([compile_policy(read_policy(HEAD.replace("SILENCE", silence) + rules))])


def ask(policies: Policies, case: str) -> Entitlement:
    return evaluate(Case.from_text(CASE + case), policies)


def to_do(result: Entitlement, name: str, policies: Policies, lang: Lang = "zh") -> list[str]:
    lines = explain(result, lang, clause=name, policies=policies).splitlines()
    first = lines.index("怎么办：" if lang == "zh" else "What to do:") + 1
    return [line.removeprefix("  - ") for line in lines[first:] if line.startswith("  - ")]


def test_an_award_that_hangs_on_what_an_authority_fixes_of_another_says_so() -> None:
    ruled = "cumulation:\n- {id: one_only, kind: higher_of, clauses: [a, b], same: project, quote: 就高}\n"
    policies = pack("clauses:\n" + clause("{at_most: 50万元}") + clause("{lump_sum: 30万元}", "b") + ruled)
    result = ask(policies, ONE_PROJECT)
    assert [(award.status, award.needs) for award in result.awards] == [("contender", ()), ("contender", ())]
    assert to_do(result, "a", policies) == ["没有需要补充的事实；与其他奖补合计多少，取决于有权机关在上限之内定多少。"]
    assert to_do(result, "b", policies, "en") == [
        "No fact is missing; what this comes to with others hangs on what an authority fixes within the ceilings."
    ]


def test_an_award_of_a_search_that_stopped_says_that_its_range_is_an_outer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "NODES", 0)
    names = "abcde"
    rules = "".join(
        f"- {{id: r{one}, kind: higher_of, clauses: [{one}], against: [{other}], same: project, quote: 就高}}\n"
        for one, other in zip(names, names[1:] + names[:1], strict=True)
    )
    clauses = "".join(clause("{lump_sum: 10万元}", name) for name in names[:-1])
    clauses += clause("{lump_sum: 10万元}", "e", when="project.total > 100万元")
    policies = pack("clauses:\n" + clauses + "cumulation:\n" + rules, "sum")
    result = ask(policies, ONE_PROJECT)
    first = result.awards[0]
    assert first.needs == ()
    assert (first.net.minimum, first.net.maximum) == (Fraction(0), Fraction(10 * 10**6))
    assert to_do(result, "a", policies)[0].startswith("未知的事实或重叠的奖补过多，所列区间只保证包含真实结果；")
    assert to_do(result, "a", policies, "en")[0].startswith("Too much is unknown, or too many awards overlap")


def test_a_fact_that_tells_which_grants_are_set_off_is_for_the_amount() -> None:
    """A bar that the reading taken leaves out asks nothing of the fact that it would read."""
    policies = pack(
        "readings:\n  R: {asks: 已获国家资金的能否再获, options: {allowed: 能, barred: 不能}, default: allowed}\n"
        "clauses:\n"
        + clause("{lump_sum: 50万元}, {less: sum of grants.received where grant.level is 市级}")
        + "cumulation:\n- id: no_more\n  kind: bar\n  clauses: [a]\n"
        "  when: reading.R is barred and any grants where grant.level is 国家级\n  quote: 不再\n"
    )
    case = "projects: [{id: p1}]\ntitles: []\ngrants: [{id: g1, received: 20万元}]\n"
    result = ask(policies, case)
    (award,) = result.awards
    assert (award.net.minimum, award.net.maximum) == (Fraction(30 * 10**6), Fraction(50 * 10**6))
    (zh,), (en,) = (to_do(result, "a", policies, lang) for lang in ("zh", "en"))
    assert zh.startswith("补充 资金级别（grants[0].level），用于计算数额；以")
    assert en.startswith("Give level of the money (grants[0].level); the amount is computed from it; shown by")
    barring = evaluate(Case.from_text(CASE + case), policies, readings={"R": "barred"})
    assert "不得有这样的情形：资金清单中至少有一项符合（资金级别为 国家级）" in to_do(barring, "a", policies)[0]


def test_a_fact_that_is_a_group_s_key_tells_what_counts_together() -> None:
    policies = pack(NAMED + "clauses:\n" + clause("{lump_sum: 10万元}", per="{each: title, by: [title.level]}"), "sum")
    result = ask(policies, "projects: []\ngrants: []\ntitles: [{id: t1, kind: 甲, level: 省级}, {id: t2, kind: 甲}]\n")
    assert "补充 级别（titles[1].level），决定计入哪一项、受哪一个上限约束；" in to_do(result, "a@市级", policies)[0]
    assert "it decides under which award and ceiling this counts" in to_do(result, "a@市级", policies, "en")[0]


def test_a_fact_by_which_a_ceiling_is_told_apart_tells_what_is_left_of_it() -> None:
    ceiling = (
        "cumulation:\n- {id: each_level, kind: ceiling, clauses: [a], by: [title.level], cap: 15万元, quote: 累计}\n"
    )
    policies = pack(NAMED + "clauses:\n" + clause("{lump_sum: 10万元}", per="title") + ceiling, "sum")
    result = ask(policies, "projects: []\ngrants: []\ntitles: [{id: t1, kind: 甲, level: 省级}, {id: t2, kind: 甲}]\n")
    assert result.total.possible.numbers == tuple(Fraction(n * 10**6) for n in (15, 20, 15, 20))
    assert "补充 级别（titles[1].level），决定累计上限还剩多少；" in to_do(result, "a@t2", policies)[0]
    assert "it tells what is left of a ceiling over several awards" in to_do(result, "a@t2", policies, "en")[0]


def test_an_award_of_a_pack_that_is_not_at_hand_is_met_all_the_same() -> None:
    first = compile_policy(
        read_policy(HEAD.replace("SILENCE", "higher_of") + "clauses:\n" + clause("{lump_sum: 10万元}"))
    )
    other = HEAD.replace("SILENCE", "higher_of").replace("id: made", "id: other")
    second = compile_policy(
        read_policy(other + "clauses:\n" + clause("{lump_sum: 30万元}", "b", when="project.total > 100万元"))
    )
    both = gather([first, second])
    result = ask(both, ONE_PROJECT)
    assert "决定重叠或共用上限的 other/b@p1 计多少" in to_do(result, "a", both)[0]
    assert "用于判断与其他奖补是否重叠" in to_do(result, "a", both.only("made"))[0]


def test_alternatives_of_several_conditions_each_are_told_apart_by_case() -> None:
    new, moved = (
        f"(project.total >= {figure} and project.nature has {nature})"
        for figure, nature in (("100万元", "新建"), ("50万元", "搬迁"))
    )
    policies = pack("clauses:\n" + clause("{lump_sum: 10万元}", when=f"{new} or {moved}"))
    case = "projects: [{id: p1, total: 40万元, nature: [改扩建]}]\ntitles: []\ngrants: []\n"
    zh, en = (explain(ask(policies, case), lang, clause="a", policies=policies) for lang in ("zh", "en"))
    for place, figure in ((1, "100万元"), (2, "50万元")):
        assert f"要求 ≥ {figure}（情形{place}，同一情形的各项须同时满足，满足其一情形即可）" in zh
    assert "required: one of: relocation (case 2: all of one case are needed, and one case is enough)" in en


def test_a_reading_that_takes_the_upper_end_away_names_what_it_leaves_out() -> None:
    policies = pack(
        "readings:\n  R: {asks: 有没有上限, options: {capped: 有, not_capped: 没有}, default: capped}\n"
        "parameters:\n  g: {type: money, document: 细则}\nclauses:\n"
        + clause("{lump_sum: 10万元, when: reading.R is capped}, {lump_sum: {guide: g}, when: reading.R is not_capped}")
        + clause("{lump_sum: 5万元}", "b"),
        "sum",
    )
    result = ask(policies, ONE_PROJECT)
    use = next(one for one in result.readings if one.id == "made/R")
    assert [one.as_json() for one in use.alternatives] == [
        {
            "option": "not_capped",
            "eligible": "",
            "kind": "exact",
            "min": "50000.00",
            "max": "50000.00",
            "open_ended": ["made/a@p1"],
        }
    ]
    assert "若取“没有”，则 made/a@p1 没有上限，不计入合计，其余为 5万元。" in explain(result, policies=policies)
    assert "With “not_capped”: made/a@p1 without an upper end, set aside; the others CNY 50,000." in explain(
        result, "en", policies=policies
    )
    assert "若取“没有”，则为 数额未定，条文没有数字。" in explain(result, clause="a", policies=policies)


def test_what_bars_an_award_is_named_where_a_list_of_its_own_kind_is_searched() -> None:
    """Of a list inside a list it hangs on the thing outside which of its things fit, so none is named."""
    rules = (
        NAMED + "clauses:\n" + clause("{lump_sum: 10万元}", per="title") + "cumulation:\n"
        "- {id: no_more, kind: bar, clauses: [a], when: any titles where title.level is 国家级, quote: 不再}\n"
    )
    case = "projects: []\ntitles: [{id: t1, kind: 甲, level: 省级}, {id: t2, kind: 甲, level: 国家级}]\n"
    policies = pack(rules)
    result = ask(policies, case + "grants: []\n")
    assert [(award.status, award.barred_by) for award in result.awards] == [("barred", ("t2",))] * 2
    nested = pack(
        rules.replace(
            "any titles where title.level is 国家级",
            "any grants where (any titles where title.level is grant.level)",
        )
    )
    result = ask(nested, case + "grants: [{id: g1, level: 省级}, {id: g2, level: 市级}]\n")
    assert [(award.status, award.barred_by) for award in result.awards] == [("barred", ("g1",))] * 2
