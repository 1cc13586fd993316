"""The parts of an award add up to it; what is due is known where its facts are; one sentence's award inside another."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules import Amount, Award, Case, Entitlement, Policies, RuleError, evaluate, load_policies
from subsidy_rules.plan import compile_policy
from subsidy_rules.policy.source import read_policy
from subsidy_rules.report.tables import to_markdown

if TYPE_CHECKING:
    from subsidy_rules.errors import Lang

PACK = Path(__file__).with_name("parts_city.yaml")
WAN = 1_000_000


@cache
def policies() -> Policies:
    return load_policies([PACK])


def answer(*projects: dict[str, Any], **lists: list[dict[str, str]] | dict[str, str]) -> Entitlement:
    case = {
        "case": "1",
        "decision_date": "2025-09-01",
        "enterprise": {"place": "330100"},
        "projects": [{"id": f"p{place}", **facts} for place, facts in enumerate(projects, 1)],
        "assume_none": ["grants"],
        "earlier_awards": [],
        **lists,
    }
    return evaluate(Case.from_dict(case), policies())


def award(found: Entitlement, clause: str) -> Award:
    return next(one for one in found.awards if one.clause == clause)


def ends(amount: Amount) -> tuple[object, object]:
    return amount.minimum, amount.maximum


def payers(found: Award) -> dict[str, tuple[object, object]]:
    return {name: ends(part) for name, part in found.payers}


def test_the_rest_has_the_odd_fen() -> None:
    # 1/3 of 100.00元 is 33.33元; 60% of it 19.998 -> 19.99, a third 11.11, the rest 33.33 - 31.10 = 2.23
    found = award(answer({"total": "100元"}), "shared")
    assert payers(found) == {"园区": (223, 223), "市级": (1999, 1999), "县级": (1111, 1111)}


def test_a_payers_cap_leaves_more_to_the_rest() -> None:
    # 1/3 of 900万元 = 300万元: 60% = 180万元, capped at 50万元; a third = 100万元; the rest = 150万元
    found = award(answer({"total": "900万元"}), "shared")
    assert payers(found) == {"园区": (150 * WAN,) * 2, "市级": (50 * WAN,) * 2, "县级": (100 * WAN,) * 2}


@given(st.integers(0, 10**12))
def test_the_parts_add_up_to_what_is_left_of_the_award(fen: int) -> None:
    found = award(answer({"total": f"{fen}分"}), "shared")
    parts = [part.minimum for _, part in found.payers if isinstance(part.minimum, Fraction)]
    assert sum(parts) == found.net.minimum


def test_what_a_ceiling_has_cut_is_what_is_divided() -> None:
    # 1/3 of 1500万元 = 500万元, of which the ceiling leaves 400万元: 60% capped at 50万元, a third, the rest
    found = award(answer({"total": "1500万元"}), "shared")
    assert (found.status, ends(found.net)) == ("reduced", (400 * WAN,) * 2)
    third = Fraction(400 * WAN, 3) // 1
    assert payers(found) == {"园区": (350 * WAN - third,) * 2, "市级": (50 * WAN,) * 2, "县级": (third, third)}


def test_parts_of_what_is_open_are_open_alike() -> None:
    # 0 to 30万元: of each figure the shares and the rest add up
    wide = award(answer({"total": {"min": "0元", "max": "90万元"}}), "shared")
    assert payers(wide) == {"园区": (0, 2 * WAN), "市级": (0, 18 * WAN), "县级": (0, 10 * WAN)}


def test_an_authoritys_figure_comes_first_and_a_share_is_of_the_whole() -> None:
    # at most 300万元; central money 100万元, the city 50% of the whole, 150万元; the county has what is left
    found = award(answer({"total": "1000万元", "central": "100万元", "ours": "50%"}), "bound")
    assert payers(found) == {"中央": (0, 100 * WAN), "市级": (0, 150 * WAN), "县级": (0, 150 * WAN)}


@pytest.mark.parametrize(("ours", "left"), [("50%", "-300000.00"), ("100%", "-400000.00")])
def test_what_was_paid_of_a_barred_award_is_to_be_recovered_whole(ours: str, left: str) -> None:
    # 10万元, or nothing where a rule bars it, less 40万元 that were paid
    found = answer({"total": "1000万元", "central": "10万元", "paid_so_far": "40万元", "ours": ours})
    assert [one.as_json()["amount"] for one in found.adjustments if one.award.endswith("settled@p1")] == [left]


def test_what_was_paid_of_an_outranked_award_is_to_be_recovered_whole() -> None:
    # 100万元 assessed and 80万元 paid; beside the higher 200万元 for the same project (第五条) it does not count
    project: dict[str, Any] = {"id": "p1", "claims": ["shenyang/key_project"], "leader": "false", "share": "100%"}
    project |= {"costs": [{"kind": "equipment", "amount": "2000万元", "realised": "true", "stage": "audited"}]}
    project |= {"kinds": ["设备更新改造", "试点重点项目"], "industry": "38", "track": "面"}
    project |= {
        "domestic_equipment": "true",
        "completed": "2025-12-01",
        "assessed_award": "100万元",
        "paid_amount": "80万元",
    }
    enterprise = {"type": "enterprise", "place": "210114", "industry": "34", "size": "small"}
    case = {"case": "1", "decision_date": "2026-01-01", "enterprise": enterprise, "assume_none": ["grants"]}
    for uplift, balance in (("50万元", "200000.00"), ("200万元", "-800000.00")):
        found = evaluate(Case.from_dict({**case, "projects": [{**project, "uplift_amount": uplift}]}))
        assert [one.as_json()["amount"] for one in found.adjustments] == [balance]


def test_a_table_of_shares_without_a_row_refuses_the_award_as_one_of_its_steps_does() -> None:
    small, micro = {"place": "330100", "size": "small"}, {"place": "330100", "size": "micro"}
    found = award(answer({"total": "1000万元"}, enterprise=small), "by_size")
    assert payers(found) == {"市级": (80 * WAN, 80 * WAN), "县级": (20 * WAN, 20 * WAN)}
    refused = answer({"total": "1000万元"}, enterprise=micro).not_eligible
    assert next(one for one in refused if one.clause == "by_size").failed[0].role == "table"


def test_shares_of_more_than_the_whole_still_add_up_to_it() -> None:
    # of 100万元 a third and 3:1 × 250% come to more than 100%: the second has what the first leaves, the rest nothing
    facts = {"total": "1000万元", "started": "2025-01-01", "progress": "250%", "accepted": "true"}
    parts = [one.amount.minimum for one in answer(facts).instalments]
    assert parts == [33333333, 66666667, 0]


def test_a_share_that_is_not_known_leaves_the_rest_open() -> None:
    found = award(answer({"total": "1000万元"}), "bound")
    assert payers(found) == dict.fromkeys(("中央", "市级", "县级"), (0, 300 * WAN))


def test_what_is_due_and_what_has_been_paid() -> None:
    # 10% of 1000万元 = 100万元; a third of it, 33.333333万元, is due; 40万元 were paid: 6.666667万元 too much
    facts = {
        "total": "1000万元",
        "started": "2025-01-01",
        "progress": "40%",
        "accepted": "false",
        "paid_so_far": "40万元",
    }
    found = answer(facts)
    assert [(one.name, *ends(one.amount), one.state) for one in found.instalments] == [
        ("首期", 33333333, 33333333, "due"),
        ("进度款", 13333333, 13333333, "not_due"),
        ("尾款", 53333334, 53333334, "not_due"),
    ]
    (adjustment,) = found.adjustments
    assert adjustment.as_json() == {"award": "parts_city/parts@p1", "amount": "-66666.67", "flags": ["recovery"]}
    later = answer({**facts, "progress": "80%"})
    assert [one.state for one in later.instalments] == ["due", "due", "not_due"]
    (adjustment,) = later.adjustments
    # 33.333333万元 + 26.666666万元 - 40万元
    assert adjustment.as_json() == {"award": "parts_city/parts@p1", "amount": "199999.99", "flags": ["instalment"]}


def test_a_part_whose_facts_are_missing_says_which() -> None:
    found = answer({"total": "1000万元", "progress": "40%", "paid_so_far": "40万元"})
    states = {one.name: (one.state, one.needs) for one in found.instalments}
    assert states == {
        "首期": ("open", ("projects[0].started",)),
        "进度款": ("not_due", ()),
        "尾款": ("open", ("projects[0].accepted",)),
    }
    assert found.adjustments == ()
    assert found.instalments[0].as_json() == {
        "award": "parts_city/parts@p1",
        "name": "首期",
        "amount": {"min": "333333.33", "max": "333333.33"},
        "state": "open",
        "needs": ["projects[0].started"],
        "quote": "开工后拨付三分之一",
    }
    said: dict[Lang, str] = {
        "zh": "首期 333,333.33元（未定，缺 开工日期",
        "en": "首期 CNY 333,333.33 (open, needs date",
    }
    for lang, words in said.items():
        assert words in found.explain("parts", lang)
        assert "首期" in to_markdown(found, lang, policies=policies())


@pytest.mark.parametrize("paid", [{}, {"paid_so_far": {"min": "1元", "max": "2元"}}])
def test_without_what_was_paid_there_is_no_balance(paid: dict[str, Any]) -> None:
    facts = {"total": "1000万元", "started": "2025-01-01", "progress": "40%", "accepted": "false"}
    assert answer({**facts, **paid}).adjustments == ()


def test_a_ceiling_counts_the_awards_of_the_year_of_the_decision() -> None:
    # 300万元 under 400万元 a year, of which 150万元 were paid this year, and as much in the year before
    paid = {"policy": "parts_city", "clause": "shared", "amount": "150万元"}
    earlier = [{**paid, "paid_on": "2025-01-01"}, {**paid, "paid_on": "2024-12-31"}]
    found = award(answer({"total": "900万元"}, earlier_awards=earlier), "shared")
    assert (ends(found.net), found.status) == ((250 * WAN, 250 * WAN), "reduced")


def test_an_award_alone_under_a_ceiling_asks_what_was_paid_before() -> None:
    enterprise = {"place": "330100", "size": "small"}
    case = {"case": "1", "decision_date": "2025-09-01", "enterprise": enterprise, "assume_none": ["grants"]}
    found = evaluate(Case.from_dict({**case, "projects": [{"id": "p1", "total": "900万元", "ours": "0%"}]}), policies())
    assert award(found, "shared").needs == ("earlier_awards",)
    assert ends(award(found, "shared").net) == (0, 300 * WAN)


def test_a_table_of_the_policy_gives_the_rate_of_a_slice_and_a_slice_of_nothing_is_not_said() -> None:
    # 10% of 50万元; for a large one 4% of 100万元 and 5% of 100万元; for another the document has no row
    small, large = {"place": "330100", "size": "small"}, {"place": "330100", "size": "large"}
    found = answer({"total": "50万元"}, enterprise=small)
    assert ends(award(found, "stepped").amount) == (5 * WAN, 5 * WAN)
    assert [one.text_en for one in award(found, "stepped").steps][:-1] == [
        "slice 1: min(total investment CNY 500,000, CNY 1,000,000)",
        "slice 1: × 10%",
    ]
    assert ends(award(answer({"total": "200万元"}, enterprise=large), "stepped").amount) == (9 * WAN, 9 * WAN)
    other = award(answer({"total": "50万元"}, enterprise={**small, "size": "micro"}), "stepped")
    assert (other.kind, other.reasons) == ("undetermined", ["no_figure_in_text"])


def test_what_may_be_added_is_marked_as_open() -> None:
    found = answer({"total": "1000万元"})
    assert ends(award(found, "added").amount) == (100 * WAN, 110 * WAN)
    assert award(found, "added").steps[-1].formula == "1,000万元 × 10% + 1,000万元 × 10% × 10%（是否适用未定）"


def test_whole_units_that_are_too_few_are_said() -> None:
    why = next(one for one in answer({"total": "29999元"}).not_eligible if one.clause == "stepped")
    assert "整数部分(总投资 ÷ 1万元)" in f"{why.failed[0].label[0]}{why.failed[0].required}{why.failed[0].detail[0]}"


def test_one_sentences_award_is_the_basis_of_another() -> None:
    # p1 is paid 100万元, p2 20万元; only p1 is accepted: 50% of 100万元, capped at 40万元. p1 again 10万元, p2 2万元
    facts = {"started": "2025-01-01", "progress": "40%"}
    first = {**facts, "total": "1000万元", "accepted": "true"}
    found = answer(first, {**facts, "total": "200万元", "accepted": "false"})
    assert ends(award(found, "matched").amount) == (40 * WAN, 40 * WAN)
    doubled = {one.object: one.amount.minimum for one in found.awards if one.clause == "doubled"}
    assert doubled == {"p1": 10 * WAN, "p2": 2 * WAN}
    assert "parts_city/parts" in found.explain("doubled", "en")


def test_an_award_that_is_not_known_leaves_what_rests_on_it_open() -> None:
    found = answer({"total": "1000万元", "started": "2025-01-01", "progress": "40%"})
    assert ends(award(found, "matched").gated) == (0, 40 * WAN)
    assert award(found, "matched").needs == ("projects[0].accepted",)
    without = answer({"started": "2025-01-01", "progress": "40%", "accepted": "true"})
    assert "projects[0].total" in next(one for one in without.undecided if one.clause == "matched").needs


def test_what_a_sentence_comes_to_is_nothing_where_there_is_none() -> None:
    found = answer()
    why = next(one for one in found.not_eligible if one.clause == "matched")
    assert why.failed[0].role == "when"


def test_sentences_that_need_each_other_are_refused() -> None:
    total, parts = (
        "  - basis: project.total\n    quote: 投资额\n  - rate: 3:1",
        "  - basis: award.parts\n    quote: 所获补助\n",
    )
    text = PACK.read_text(encoding="utf-8").replace(total, "  - basis: award.doubled\n  - rate: 3:1", 1)
    assert text.count(parts + "  - rate: 10%") == 1
    text = text.replace(parts + "  - rate: 10%", "  - basis: award.shared\n  - rate: 10%")
    with pytest.raises(RuleError) as error:
        compile_policy(read_policy(text))
    (problem,) = error.value.problems
    assert (problem.code, problem.what) == (
        "circular",
        "these awards need each other: shared → doubled → shared",
    )


HEAD = """\
language: 1
policy:
  id: inner_city
  title: 某市办法
  issuer: 某市人民政府
  document: 某政发〔2025〕9号
  place: {code: "330100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: sum
facts:
  enterprise:
    before: {type: money, zh: 上年数, en: figure of the year before}
    now: {type: money, zh: 本年数, en: figure of the year}
    profit: {type: money, zh: 利润, en: profit, min: -1亿元}
clauses:
- id: increment
  path: 一
  sentence: 1
  quote: 原文
  per: enterprise
  fund: city
  award:
  - basis: enterprise.now
    quote: 原文
  - add:
    - basis: enterprise.now - enterprise.before
      quote: 原文
    - rate: 10%
      quote: 原文
    quote: 原文
- id: profit
  path: 二
  sentence: 1
  quote: 原文
  per: enterprise
  fund: city
  award:
  - lump_sum: 5元
    quote: 原文
  - add:
    - basis: enterprise.profit
      quote: 原文
    quote: 原文
- id: interest
  path: 三
  sentence: 1
  quote: 原文
  per: enterprise
  fund: city
  award:
  - each: loan in loans
    of:
    - basis: loan.interest_paid
      quote: 原文
    - less: 10元
      quote: 原文
    quote: 原文
- id: intensity
  path: 四
  sentence: 1
  quote: 原文
  per: enterprise
  fund: city
  award:
  - tiers: enterprise.now / enterprise.before
    rows:
    - {from: 3%, below: 5%, lump_sum: 5元, quote: 原文}
    - {from: 5%, to: 2, lump_sum: 10元, quote: 原文}
    quote: 原文
"""


@pytest.mark.parametrize("generated", ["0", "1"])
def test_inside_of_a_step_nothing_falls_below_zero(
    generated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 60 + max(0, 60 - 100) × 10% = 60 · 5 + max(0, -1) = 5 · max(0, 7 - 10) + (12 - 10) = 2 · 60 ÷ 100 is from 5% to 2
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", generated)
    file = tmp_path / "inner_city.yaml"
    file.write_text(HEAD, "utf-8")
    case = {
        "case": "1",
        "decision_date": "2025-09-01",
        "enterprise": {"place": "330100", "before": "100元", "now": "60元", "profit": "-1元"},
        "loans": [{"id": "l1", "interest_paid": "7元"}, {"id": "l2", "interest_paid": "12元"}],
    }
    found = evaluate(Case.from_dict(case), load_policies(file))
    assert {one.clause: ends(one.amount) for one in found.awards} == {
        "increment": (6000, 6000),
        "profit": (500, 500),
        "interest": (200, 200),
        "intensity": (1000, 1000),
    }
