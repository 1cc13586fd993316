"""What is said about a result: each sentence that a clerk would act on, in both languages."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import cast

import pytest

from subsidy_rules import Case, Entitlement, Guide, Policies, Step, UsageError, evaluate, load_policies
from subsidy_rules.award.advice import Advice
from subsidy_rules.award.explain import explain, explain_clause
from subsidy_rules.award.phrases import Names
from subsidy_rules.errors import Lang
from subsidy_rules.plan import guide_from_text
from subsidy_rules.report.tables import to_text

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "xian_enterprise.yaml"
LISTS = (
    "projects",
    "titles",
    "grants",
    "loans",
    "products",
    "services",
    "stations",
    "parks",
    "certificates",
    "sites",
    "earlier_awards",
)

GUIDE = """
guide: 1
document: {issuer: 某市工信局, title: 某市实施细则}
fills:
  odd/odd_rate: 12%
  odd/odd_sum: {by: [title.level], rows: {国家级: 50万元}}
"""

MACHINES = """
projects:
- id: p1
  kinds: [首台]
  imported: false
  costs: [{kind: equipment, amount: 600万元}, {kind: equipment, amount: 700万元}]
"""


@cache
def odd() -> Policies:
    return load_policies([HERE / "odd_city.yaml"])


def ask(text: str, *, enterprise: str = "", guide: bool = False, unknown: tuple[str, ...] = ()) -> Entitlement:
    """Evaluate a case of the odd city; lists that are not given are none, but for those in `unknown`."""
    given = {line.partition(":")[0] for line in text.splitlines()}
    none = [name for name in LISTS if name not in given and name not in unknown]
    enterprise = ", ".join(part for part in ("type: enterprise, place: '330106'", enterprise) if part)
    day = "" if "decision_date" in text else "decision_date: 2025-09-01\n"
    case = Case.from_text(f"case: 1\n{day}enterprise: {{{enterprise}}}\nassume_none: [{', '.join(none)}]\n{text}")
    guides: tuple[Guide, ...] = (guide_from_text(GUIDE, odd()),) if guide else ()
    return evaluate(case, odd(), guides=guides)


def said(result: Entitlement, clause: str, lang: Lang = "zh") -> str:
    return explain_clause(result, clause, lang, policies=odd())


def line(result: Entitlement, clause: str, lang: Lang = "zh") -> str:
    return explain_clause(result, clause, lang, formula=True, policies=odd()).removesuffix("\n")


@cache
def example() -> Entitlement:
    return evaluate(Case.load(EXAMPLE))


# one line of arithmetic


def test_the_line_has_the_numbers_in_it() -> None:
    assert explain_clause(example(), "xian_30/equipment_renewal@p1", formula=True).startswith(
        "xian_30/equipment_renewal@p1 = min((2,800万元 + 200万元) × 10%, 2,000万元) = 300万元"
    )


def test_the_line_in_english() -> None:
    assert explain_clause(example(), "equipment_renewal", "en", formula=True).startswith(
        "xian_30/equipment_renewal@p1 = "
        "min((CNY 28,000,000 + CNY 2,000,000) × 10%, CNY 20,000,000) = CNY 3,000,000; after cumulation"
    )


def test_the_line_of_a_ceiling_is_an_inequality_and_says_that_it_is_not_owed() -> None:
    found = explain_clause(example(), "green_titles", formula=True)
    assert found == "xian_30/green_titles@t2 ≤ 100万元（上限，不是应付数）\n"
    assert explain_clause(example(), "green_titles", "en", formula=True) == (
        "xian_30/green_titles@t2 ≤ CNY 1,000,000 (a ceiling, not an amount owed)\n"
    )


def test_the_line_shows_rounding() -> None:
    result = ask("products: [{id: s1, annual_sales: 123456.78元}]")
    assert line(result, "sales") == "odd/sales@s1 = 123,456.78元 × 3% = 3,703.7034元，取整 3,704元"
    assert line(result, "sales", "en") == "odd/sales@s1 = CNY 123,456.78 × 3% = CNY 3,703.7034, rounded to CNY 3,704"


def test_the_line_of_an_undecided_award_says_so() -> None:
    found = explain_clause(example(), "provincial_title", formula=True)
    assert found == "xian_31/provincial_title@t3 ≤ 80万元（上限，不是应付数）（若符合条件）\n"


def test_the_line_of_what_gives_nothing_says_why() -> None:
    result = ask("titles: [{id: t1, kind: 名品}]", unknown=("loans",))
    assert line(result, "model_flat") == "odd/model_flat = 0元（不符合：称号清单（titles）共1项，没有本句所指的）"
    assert line(result, "loans_share") == "odd/loans_share：未询问，没有给出 贷款清单（loans）"
    assert line(result, "duty", "en").startswith("odd/duty: This sentence binds an authority")


def test_a_sum_over_loans_is_written_out() -> None:
    loan = "new: true, rate: 3%, days: 90, day_count: 360"
    result = ask(f"loans: [{{id: l1, principal: 100万元, {loan}}}, {{id: l2, principal: 50万元, {loan}}}]")
    assert line(result, "loans_share") == (
        "odd/loans_share@enterprise = 100万元 × 3% × 90 ÷ 360 × 50% + 50万元 × 3% × 90 ÷ 360 × 50% = 5,625元"
    )
    assert "3. 利息：l2：本金 50万元 × 年利率 3% × 天数 90 ÷ 计息基数 360 = 3,750元" in said(result, "loans_share")
    assert "5. sum: sum of 2 = CNY 5,625  [新增贷款]" in said(result, "loans_share", "en")


def test_a_loan_that_may_not_count_is_marked() -> None:
    result = ask("loans: [{id: l1, principal: 100万元, rate: 3%, days: 90, day_count: 360}]")
    assert "（是否适用未定）" in line(result, "loans_share")
    assert (
        "  - 补充 新增（loans[0].new），要求 贷款清单中至少有一项符合（新增为“是”）；以贷款合同和付息凭证为凭。"
        in said(result, "loans_share")
    )


def test_a_cap_that_does_not_apply_is_named_and_not_in_the_line() -> None:
    result = ask(MACHINES, enterprise="listed: true, lead: 新材")
    assert line(result, "first_machine") == "odd/first_machine@p1 = (600万元 + 700万元) × 10% = 130万元"
    assert "上限：≤ 100万元（本案不适用） = 130万元" in said(result, "first_machine")
    assert "cap: ≤ CNY 1,000,000 (does not apply here)" in said(result, "first_machine", "en")


def test_a_cap_that_may_not_apply_is_marked() -> None:
    result = ask(MACHINES, enterprise="lead: 新材")
    assert line(result, "first_machine") == (
        "odd/first_machine@p1 = min((600万元 + 700万元) × 10%, 100万元（是否适用未定）) = 100万元 – 130万元"
    )


def test_a_cap_that_binds() -> None:
    result = ask(MACHINES, enterprise="lead: 新材, listed: false")
    assert "3. 上限：≤ 100万元 = 100万元　〔最高100万元〕" in said(result, "first_machine")


def test_a_step_that_may_not_apply_is_marked() -> None:
    text = MACHINES.replace("  imported: false\n", "")
    case = ask(text, enterprise="lead: 新材, listed: true")
    other = evaluate(
        Case.from_text(
            "case: 1\ndecision_date: 2025-09-01\nenterprise: {type: enterprise, place: '330106', listed: true}\n" + text
        ),
        odd(),
        readings={"R1": "all_makes"},
    )
    assert "200%" not in line(case, "first_machine")
    assert "× 10%–20% × 200%（是否适用未定）" not in line(other, "first_machine")
    assert "× 200%（是否适用未定）" in line(other, "first_machine")


def test_a_replaced_rate_is_cited_with_its_own_words() -> None:
    high = ask(MACHINES, enterprise="lead: 芯片, listed: false")
    assert "2. 比例：× 20% = 260万元　〔芯片企业提高到20%〕" in said(high, "first_machine")
    assert said(high, "first_machine_high") == said(high, "first_machine")
    open_ = ask(MACHINES, enterprise="listed: false")
    assert "× 10%–20%" in said(open_, "first_machine")
    assert "〔10%；芯片企业提高到20%〕" in said(open_, "first_machine")
    assert "× (10%–20%)" in line(open_, "first_machine")


def test_a_replacement_that_does_not_hold_is_explained_for_itself() -> None:
    low = ask(MACHINES, enterprise="lead: 新材, listed: false")
    found = said(low, "first_machine_high@p1")
    assert "odd/first_machine_high@p1：本句的标准不适用。" in found
    assert "本项另按 某政发〔2025〕1号 一第1句 计算，见 odd/first_machine@p1。" in found
    assert "替代标准的条件：主导产业（enterprise.lead）为“新材”，要求属于 芯片" in found


def test_open_parameters_name_the_document_and_guides_fill_them() -> None:
    text = (
        "projects: [{id: p1, kinds: [绿色], total: 100万元, saved: 8万元}]\n"
        "titles: [{id: t1, kind: 名品, level: 国家级, recognised_on: 2025-05-01}]"
    )
    without, filled = ask(text), ask(text, guide=True)
    assert "× 待定（见某市实施细则） = 未定" in said(without, "green_rate")
    assert "数额未定，条文没有数字，逻辑上不超过 100万元" in said(without, "green_rate")
    assert "no figure: the text gives none; it cannot pass CNY 1,000,000" in said(without, "green_rate", "en")
    assert line(without, "green_rate") == "odd/green_rate@p1 = min((100万元 - 8万元) × 待定, 100万元) = 未定"
    assert line(filled, "green_rate").startswith(
        "odd/green_rate@p1 = min((100万元 - 8万元) × 12%, 100万元) = 11.04万元"
    )
    assert "2. 比例：× ≤ 30% = 至多 4.2万元" in said(without, "green_bound")
    assert line(without, "green_bound").startswith("odd/green_bound@p1 ≤ (8万元 × 2 - 8万元 ÷ 4) × 30% = 4.2万元")
    assert "2. 比例：× min(12%, 30%) = 1.68万元" in said(filled, "green_bound")
    assert "待定（见某市实施细则）" in said(without, "model_title")
    assert line(filled, "model_title") == "odd/model_title@t1 = 50万元"


def test_a_case_by_case_amount() -> None:
    text = "projects: [{id: p1, kinds: [研发]%s}]"
    assert "会议确定金额 待定 = 未定" in said(ask(text % ""), "research")
    assert "odd/research@p1：符合条件，数额未定，条文没有数字。" in said(ask(text % ""), "research")
    assert "odd/research@p1: eligible, no figure: the text gives none." in said(ask(text % ""), "research", "en")
    assert line(ask(text % ", decided: 20万元"), "research") == "odd/research@p1 = 20万元"


# conditions that fail


def test_every_failed_condition_is_said_with_its_value() -> None:
    earlier = "earlier_awards: [{policy: odd}]"
    result = ask(
        earlier,
        enterprise="trades: [销售], listed: true, staff: 2000, founded: 2001-01-01, note: 其他, "
        "revenue_growth: 6%, lead: 新材, size: micro",
    )
    found = said(result, "strict")
    for part in (
        "条件：业务（enterprise.trades）为“销售”，要求包含全部 制造、研发",
        "上市公司（enterprise.listed）为“是”，要求为“否”",
        "成立日期（enterprise.founded）为“2001-01-01”，要求 ≥ 2010-01-01，早 3287天",
        "备注（enterprise.note）为“其他”，要求同于 绿色",
        "营业收入增长率（enterprise.revenue_growth）为“6%”，要求 > 6%，恰好等于",
        "历史奖补清单（earlier_awards）共1项，要求没有符合的",
        "主导产业（enterprise.lead）为“新材”，要求不属于 新材",
        "职工人数（enterprise.staff）为“2000”，要求 < 1000，超出 1000",
        "规模（enterprise.size）为“微型”，要求属于 大型（满足其一即可）",
        "营业收入增长率（enterprise.revenue_growth）为“6%”，要求 > 50%（满足其一即可），差 44个百分点",
    ):
        assert part in found, part
    english = said(result, "strict", "en")
    for part in (
        "trades (enterprise.trades) is “销售”; required: all of: 制造, 研发",
        "listed company (enterprise.listed) is “yes”; required: no",
        "earlier awards (earlier_awards): 1 given; required: none that fits",
        "note (enterprise.note) is “其他”; required: the same as 绿色",
        "size (enterprise.size) is “micro”; required: one of: large (one of several is enough)",
    ):
        assert part in english, part


def test_alternatives_on_one_fact_are_said_as_one() -> None:
    found = explain_clause(example(), "national_renewal@t1")
    assert "认定事件（titles[0].event）为“首次”，要求属于 复核、重新认定" in found


def test_beneficiary_place_and_window() -> None:
    result = ask("decision_date: 2024-06-01", enterprise="size: small")
    assert "有效期：决定日期（decision_date）为“2024-06-01”，要求 ≥ 2025-01-01，早 214天" in said(result, "doubtful")
    away = evaluate(
        Case.from_text("case: 1\ndecision_date: 2025-09-01\nenterprise: {type: park, place: '310101'}"), odd()
    )
    found = said(away, "strict", "en")
    assert "1. beneficiary: type of beneficiary (enterprise.type) is “park”; required: one of: enterprise" in found
    assert "2. place: place (enterprise.place) is “310101”; required: in: 330100, 某新区" in found


def test_nothing_to_sum_is_said() -> None:
    result = ask("")
    assert "贷款清单（loans）共0项" in said(result, "loans_share")
    assert "loans: 0 given" in said(result, "loans_share", "en")


# what is open


def test_what_the_law_leaves_open_is_for_an_authority() -> None:
    result = ask("", enterprise="size: large")
    found = said(result, "doubtful")
    assert "odd/doubtful@enterprise：能否享受未定。若符合条件，数额为：10万元。" in found
    assert "法律上未定：大型企业的标准没有写明" in found
    assert "  - 再补充事实也不能确定能否享受，须请有权机关认定。" in found
    assert "  - No further fact would settle whether it is due; an authority must say." in said(
        result, "doubtful", "en"
    )


def test_an_open_list_is_for_an_authority() -> None:
    result = ask("titles: [{id: t1, kind: {other: 名店}, recognised_on: 2025-05-01}]")
    assert "法律上未定：是否属于“等”所指，须由有权机关认定" in said(result, "model_title")


def test_what_is_not_known_is_asked_for_by_its_label() -> None:
    result = ask("")
    assert "规模（enterprise.size）" in said(result, "doubtful")
    found = ask("products: [{id: s1, annual_sales: {min: 100万元, max: 200万元}}]")
    assert "odd/sales@s1：符合条件，3万元 至 6万元 之间（未定）。" in said(found, "sales")
    assert "数额不是一个定数的原因：有事实未提供" in said(found, "sales")
    assert "  - 补充 一年内销售额（products[0].annual_sales），用于计算数额；以" in said(found, "sales")
    assert "  - Give annual sales (products[0].annual_sales); the amount is computed" in said(found, "sales", "en")


def test_what_was_not_asked_says_which_list_to_give() -> None:
    result = ask("", unknown=("loans",))
    assert "案例没有给出 贷款清单（loans）。请列出，并附贷款合同和付息凭证；没有的写 []，或写入 assume_none。" in said(
        result, "loans_share"
    )
    assert "The case does not give loans." in said(result, "loans_share", "en")
    assert "odd/loans_share：没有给出贷款清单（loans）。" in explain(result, policies=odd())


# cumulation, readings, sentences that give nothing


def test_a_stated_rule_is_named_with_what_beat_what() -> None:
    result = ask("projects: [{id: p1, kinds: [互助]}]")
    assert "叠加：就高未取，依规则 odd/one_only“就高不重复”；计入合计 0元。" in said(result, "mutual_b")
    assert "适用规则 odd/one_only“就高不重复”。" in said(result, "mutual_b")
    assert "The rule odd/one_only “就高不重复” applies." in said(result, "mutual_a", "en")
    assert "就高未取，计入合计 0元。" in explain(result, policies=odd())


def test_a_ceiling_over_several_awards_is_named() -> None:
    result = ask("products: [{id: s1, annual_sales: 300万元}, {id: s2, annual_sales: 300万元}]")
    found = said(result, "sales")
    assert "已被累计上限削减，依规则 odd/sales_ceiling" in found
    assert "odd/sales@s1：" in found
    assert "odd/sales@s2：" in found


def test_a_bar_is_named() -> None:
    result = ask(MACHINES + "grants: [{id: g1, project: p1}]\n", enterprise="lead: 新材, listed: false")
    assert "叠加：不得重复，依规则 odd/paid_elsewhere“奖励”；计入合计 0元。" in said(result, "first_machine")


def test_a_reading_says_what_the_other_option_would_give() -> None:
    found = explain_clause(example(), "equipment_renewal", policies=load_policies())
    assert "取“只含随设备配套的软件”（默认）。若取“其他软件也计入”，则为 342.65万元。" in found
    plain = explain_clause(example(), "equipment_renewal")
    assert "取“bundled_only”（默认）。若取“any_software”，则为 342.65万元。" in plain


@pytest.mark.parametrize(
    ("event", "part"),
    [
        ("event: first", "若取“须为大型”，则不符合条件。"),
        ("", "若取"),
    ],
)
def test_a_reading_that_would_refuse(event: str, part: str) -> None:
    enterprise = (
        "trades: [制造, 研发], listed: false, staff: 50, founded: 2015-01-01, note: 绿色, "
        "revenue_growth: 60%, lead: 芯片"
    )
    result = ask("", enterprise=f"{enterprise}, size: small" if event else enterprise)
    found = said(result, "strict")
    assert part in found
    assert "odd/strict@enterprise：符合条件，至多 30万元（上限，不是应付数）。" in found
    if not event:
        assert "能否享受未定" in found


def test_a_chosen_reading_is_not_called_the_default() -> None:
    case = Case.load(EXAMPLE)
    result = evaluate(case, readings={"A2": "any_software"})
    assert "“any_software”（指定）" in explain_clause(result, "equipment_renewal")
    assert "“any_software” (chosen)" in explain_clause(result, "equipment_renewal", "en")


@pytest.mark.parametrize(
    ("clause", "zh", "en"),
    [
        ("duty", "本句是对有关单位的义务", "binds an authority"),
        ("target", "本句写的是目标、预算或方向", "a target, a budget or a direction"),
    ],
)
def test_a_sentence_that_gives_nothing_says_what_it_is(clause: str, zh: str, en: str) -> None:
    result = ask("")
    assert zh in said(result, clause)
    assert f"odd/{clause}：{zh}" in said(result, clause)
    assert "https://example.org/odd" in said(result, clause)
    assert en in said(result, clause, "en")


def test_notes_and_flags_are_said() -> None:
    found = explain_clause(example(), "xian_30/equipment_renewal")
    assert "附注 A29：" in found
    assert "提示：按本文件计算；实施细则、审核和预算安排之前不构成应付" in found
    assert "计算结果，不是行政决定。" in found


# ids


def test_an_unknown_id_is_an_error_with_what_was_meant() -> None:
    with pytest.raises(UsageError, match=r"是否应为：equipment_renewal$"):
        explain_clause(example(), "equipment_renewl")
    with pytest.raises(UsageError, match=r"did you mean: xian_30/equipment_renewal$"):
        explain_clause(example(), "xian_30/equipment_renewl@p1", "en")
    with pytest.raises(UsageError, match="用 subsidy-rules clauses 列出条款"):
        explain_clause(example(), "zzz")
    with pytest.raises(UsageError, match="'subsidy-rules clauses' lists them"):
        explain_clause(example(), "zzz", "en")


def test_an_id_that_fits_two_policies_is_an_error_naming_both() -> None:
    policies = load_policies()
    with pytest.raises(UsageError, match="xian_30/implementing_rules, xian_31/implementing_rules"):
        explain_clause(example(), "implementing_rules", policies=policies)
    with pytest.raises(UsageError, match="is not unique; name the policy"):
        explain_clause(example(), "implementing_rules", "en", policies=policies)


def test_an_object_that_is_not_there_is_an_error_naming_those_that_are() -> None:
    with pytest.raises(UsageError, match="没有对象“p9”：xian_30/equipment_renewal@p1"):
        explain_clause(example(), "equipment_renewal@p9")
    with pytest.raises(UsageError, match="has no row for 'p9': xian_30/equipment_renewal@p1"):
        explain_clause(example(), "equipment_renewal@p9", "en")


def test_a_path_is_answered_with_the_ids_of_its_sentences() -> None:
    with pytest.raises(UsageError, match=r"xian_30/equipment_renewal, xian_30/intrinsic_safety"):
        explain_clause(example(), "三（三）")


# the whole result


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_result_names_every_row(lang: Lang) -> None:
    result = example()
    found = explain(result, lang)
    assert result.explain(lang=lang) == explain(result, lang, policies=load_policies())
    for name in [row.id for row in (*result.awards, *result.undecided)] + [row.id for row in result.not_eligible]:
        assert name in found
    for unasked in result.not_asked:
        assert f"{unasked.policy}/{unasked.clause}" in found
    assert "30" in found.partition("32")[0]
    assert ("计算结果，不是行政决定" if lang == "zh" else "not an administrative decision") in found


def test_no_ceiling_is_said_as_if_it_were_owed() -> None:
    for lang, mark in (("zh", "不是应付数"), ("en", "not an amount owed")):
        found = explain(example(), "zh" if lang == "zh" else "en").splitlines()
        for award in example().awards:
            if award.kind == "at_most":
                assert mark in next(one for one in found if one.startswith(f"- {award.id}"))


def test_the_whole_result_of_an_empty_case() -> None:
    result = evaluate(Case.from_text("case: 1"), odd())
    found = explain(result, policies=odd())
    assert "决定日期：未给出。" in found
    assert "没有给出决定日期" in found
    assert "未编码、没有计算的条文：odd:十#1" in found
    assert "：没有给出项目（projects）。" in found
    assert "未署名的申报主体" in found
    assert "not encoded and not computed: odd:十#1" in explain(result, "en", policies=odd())


def test_a_decided_figure_above_the_ceiling_is_not_printed_as_equal_to_it() -> None:
    found = said(ask(MEETING % ", decided: 30万元"), "meeting")
    assert "确定金额：会议确定金额 30万元；条文的上限之内计 20万元" in found


def test_a_language_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="lang is 'fr'; it can be 'en' or 'zh'"):
        example().explain(lang=cast("Lang", "fr"))
    with pytest.raises(UsageError, match="lang is 'fr'"):
        example().explain("first_machine", lang=cast("Lang", "fr"))
    with pytest.raises(UsageError, match="lang is 'fr'"):
        to_text(example(), cast("Lang", "fr"))


def test_what_has_no_upper_end_is_set_aside_and_said() -> None:
    result = ask("projects: [{id: p1, kinds: [研发]}]\nproducts: [{id: s1}]")
    assert "没有上限、未加入合计的：odd/research@p1" in explain(result, policies=odd())
    assert "上端未知" in said(
        ask(
            "projects: [{id: p1, kinds: [首台], costs: [{kind: equipment, amount: {min: 100万元}}]}]",
            enterprise="listed: true, lead: 新材",
        ),
        "first_machine",
    )


def test_the_total_is_said_once_where_nothing_is_undecided() -> None:
    result = ask("products: [{id: s1, annual_sales: 100万元}]", enterprise="size: small, listed: true")
    assert [award.id for award in result.undecided] == []
    found = explain(result, policies=odd())
    assert "连同能否享受未定的" not in found
    assert "- 符合条件的：13万元。" in found


def test_a_step_without_a_trace_is_said_by_its_own_words() -> None:
    award = ask("products: [{id: s1, annual_sales: 100万元}]").awards[-1]
    for formula in ("100万元 × 3%", ""):
        step = Step("rate", "按 3%", "30000.00", "", (), formula=formula)
        result = replace(ask(""), awards=(replace(award, _steps=partial(tuple, [step])),))
        assert "1. 比例：按 3% = 30000.00" in explain_clause(result, award.id)
        assert f"= {formula or '按 3%'} = 3万元" in explain_clause(result, award.id, formula=True)


def test_an_award_without_a_step_that_applies_is_nothing() -> None:
    award = ask("products: [{id: s1, annual_sales: 0元}]").awards[-1]
    result = replace(ask(""), awards=(replace(award, _steps=tuple),))
    assert explain_clause(result, award.id, formula=True) == "odd/sales@s1 = 0元\n"


# the newer words: tables of sentences, shares, decisions, payers, settlements, obligations

TRACKS = """
projects:
- {id: p1, kinds: [分线], total: 50万元, track: 甲}
- {id: p2, kinds: [分线], total: 50万元}
"""


def test_a_table_says_the_sentence_taken_and_its_steps() -> None:
    found = said(ask(TRACKS), "tracks@p1")
    assert "1. 基数：总投资 50万元 = 50万元" in found
    assert "八第3句" in found
    assert "八第4句" not in found
    assert said(ask(TRACKS), "track_a@p1") == found


def test_a_table_whose_row_is_open_says_what_each_would_give() -> None:
    result = ask(TRACKS)
    found = said(result, "tracks@p2")
    assert "1. 基数：八第3句：总投资 50万元 = 50万元" in found
    assert "3. 定额：八第4句：30万元 = 30万元" in found
    assert "4. 档次：适用哪一句未定" in found
    assert line(result, "tracks@p2") == (
        "odd/tracks@p2 = 50万元 × 10% 或 30万元 = 0元 – 30万元，逐一代入未知事实后 5万元 – 30万元"
    )
    assert "50,000 or CNY" not in line(result, "tracks@p2", "en")
    assert "CNY 500,000 × 10% or CNY 300,000" in line(result, "tracks@p2", "en")


def test_a_sentence_of_a_table_has_its_awards_and_its_refusals() -> None:
    found = said(ask(TRACKS), "track_b")
    assert "odd/tracks@p2：" in found
    assert "odd/track_b@p1：本句的标准不适用。" in found
    assert "本句适用的情形：方向（projects[0].track）为“甲”，要求属于 乙" in found


def test_a_share_is_written_into_the_line() -> None:
    result = ask("projects: [{id: p1, kinds: [联合], share: 30%}]")
    assert line(result, "joint") == "odd/joint@p1 = 100万元 × 30% = 30万元"


MEETING = "projects: [{id: p1, kinds: [会定], total: 100万元, allocated: 5万元%s}]"


def test_what_an_authority_has_not_decided_is_said() -> None:
    result = ask(MEETING % "")
    found = said(result, "meeting")
    assert "至少 5万元、至多 20万元（上限，不是应付数）" in found
    assert "3. 已安排：≥ 中央已安排金额 5万元 = 5万元 – 至多 20万元" in found
    assert "4. 确定金额：未确定 = 5万元 – 至多 20万元" in found
    assert "由谁支付：中央 5万元；地方 至多 15万元" in found
    assert line(result, "meeting") == "odd/meeting@p1 = 5万元 至 100万元 × 20% = 5万元 – 至多 20万元"


def test_what_an_authority_has_decided_is_cited_and_settled() -> None:
    result = ask(MEETING % ", decided: 15万元, assessed: 12万元, paid: 14万元")
    found = said(result, "meeting")
    assert "4. 确定金额：验收核定金额 12万元" in found
    assert "odd/meeting@p1：应收回 2万元。" in found
    assert "CNY 20,000 to be recovered." in said(result, "meeting", "en")
    assert "- odd/meeting@p1：应收回 2万元。" in explain(result, policies=odd())
    due = ask(MEETING % ", assessed: 12万元, paid: 10万元")
    assert "odd/meeting@p1：尚应拨付 2万元。" in said(due, "meeting")
    assert "CNY 20,000 still due." in said(due, "meeting", "en")


def test_an_obligation_is_a_minimum_and_no_award() -> None:
    result = ask("procurements: [{id: q1, budget: 100万元}, {id: q2}]")
    found = said(result, "reserve")
    assert "odd/reserve@q1：义务，不少于 30万元；不是奖补，不计入合计。" in found
    assert "2. 比例：× 30% = 30万元　〔30%以上〕" in found
    assert "  - 补充 预算金额（procurements[1].budget），用于计算数额；以采购文件和合同为凭。" in found
    assert "odd/reserve@q1 ≥ 100万元 × 30% = 30万元（义务的下限，不是奖补）" in line(result, "reserve")
    assert "an obligation of at least CNY 300,000" in said(result, "reserve", "en")
    assert "- odd/reserve@q1 ≥ 100万元 × 30%" in explain(result, policies=odd())


# expressions and conditions that are seldom seen


def test_a_sum_over_all_projects_beside_one_over_its_own() -> None:
    projects = (
        "projects:\n"
        "- {id: p1, kinds: [汇总], total: 50万元, costs: {items: [{amount: 10万元}], more: true}}\n"
        "- {id: p2, kinds: [], total: 40万元}\n"
    )
    result = ask(projects)
    assert "= (50万元 + 40万元 + 10万元 + 未知) × 1% = ≥ 1万元" in line(result, "pooled")
    assert "projects[0].costs[0] 10万元" in said(result, "pooled")


def test_a_cap_that_applies_to_some_and_not_to_others() -> None:
    project = "projects: [{id: p1, kinds: [汇总, 研发], total: 900万元, costs: [{kind: equipment, amount: 100万元}]}]"
    assert line(ask(project, enterprise="listed: false"), "pooled") == (
        "odd/pooled@p1 = min((900万元 + 100万元) × 1%, 5万元) = 5万元"
    )
    assert (
        line(ask(project, enterprise="listed: true"), "pooled") == "odd/pooled@p1 = (900万元 + 100万元) × 1% = 10万元"
    )


def test_a_loan_that_does_not_count_is_left_out_of_the_line() -> None:
    loan = "principal: 100万元, rate: 3%, days: 90, day_count: 360"
    result = ask(f"loans: [{{id: l1, new: false, {loan}}}, {{id: l2, new: true, {loan}}}]")
    assert line(result, "loans_share") == "odd/loans_share@enterprise = 100万元 × 3% × 90 ÷ 360 × 50% = 3,750元"
    assert "1项合计" in said(result, "loans_share")


def test_a_condition_on_a_reading_is_said_by_its_words() -> None:
    result = ask("")
    assert "条件：解读 odd/R1 取“只含国产”，本句要求“含进口”" in said(result, "by_reading")
    assert "若取“含进口”，则为 1万元。" in said(result, "by_reading")
    assert "condition: reading odd/R1 is “domestic”; this sentence needs “all_makes”" in said(
        result, "by_reading", "en"
    )


def test_conditions_that_exclude_each_other_name_the_fact() -> None:
    result = ask("")
    found = said(result, "never")
    assert "职工人数（enterprise.staff）未给出，要求 ≥ 20" in found
    assert "职工人数（enterprise.staff）未给出，要求 < 20" in found


def test_an_alternative_that_a_reading_rules_out_is_not_named() -> None:
    found = said(ask("", enterprise="size: small"), "borrower")
    assert "贷款清单的项数（loans）为“0”，要求 ≥ 2，差 2" in found
    assert "规模（enterprise.size）为“小型”，要求属于 大型\n" in found


def test_a_title_after_the_end_is_refused_with_the_end() -> None:
    text = "decision_date: 2028-06-01\ntitles: [{id: t1, kind: 名企, level: 国家级, recognised_on: 2028-05-01}]"
    assert "认定日期（titles[0].recognised_on）为“2028-05-01”，要求 ≤ 2027-12-31，晚 122天" in said(
        ask(text), "model_title"
    )


# what to do, and what is said without the policies


def test_a_result_explains_one_clause_of_itself() -> None:
    result = example()
    assert result.explain("equipment_renewal", "en").startswith("xian_30/equipment_renewal@p1: eligible, alone CNY")
    line_of = result.explain("xian_30/equipment_renewal@p1", formula=True)
    assert line_of == explain_clause(result, "equipment_renewal", formula=True)
    with pytest.raises(UsageError, match="equipment_renewal"):
        result.explain("equipment_renewl")


def test_without_the_policies_a_fact_is_asked_for_all_the_same() -> None:
    result = ask("products: [{id: s1, annual_sales: {min: 100万元, max: 200万元}}]")
    assert "  - 补充 一年内销售额（products[0].annual_sales）；以产品登记文件和销售明细为凭。" in explain_clause(
        result, "sales"
    )


def test_without_the_policies_a_rule_is_named_by_its_id() -> None:
    result = ask(MACHINES + "grants: [{id: g1, project: p1}]\n", enterprise="lead: 新材, listed: false")
    found = explain_clause(result, "first_machine")
    assert "叠加：不得重复，依规则 odd/paid_elsewhere；计入合计 0元。" in found
    assert "填写有误的，更正 所填的事实，重新计算。" in found
    assert "barred by rule odd/paid_elsewhere; counts" in explain_clause(result, "first_machine", "en")


def test_a_rule_of_another_pack_has_no_words() -> None:
    assert Names(odd()).rule("odd/none") is None


def of_the_even_city(clause: str, enterprise: str, titles: str = "[]") -> str:
    policies = load_policies([HERE / "even_city.yaml"])
    case = (
        "case: 1\ndecision_date: 2025-09-01\n"
        f"enterprise: {{type: enterprise, place: '330106', {enterprise}}}\ntitles: {titles}\n"
    )
    return explain_clause(evaluate(Case.from_text(case), policies), clause, policies=policies)


def test_what_is_not_the_enterprise_s_business_is_said_by_the_fact() -> None:
    found = of_the_even_city("chip_only", "lead: 新材")
    assert "even/chip_only：不符合条件，不给付。" in found
    assert "  1. 适用对象：主导产业（enterprise.lead）为“新材”，要求属于 芯片\n" in found
    assert "列入" not in found


def test_a_list_that_is_searched_by_the_name_of_the_thing_itself() -> None:
    titles = "[{id: t1, level: 省级, event: renewed, recognised_on: 2025-05-01}]"
    found = of_the_even_city("beside_a_national_one", "lead: 新材", titles)
    assert "1. 条件：称号清单（titles）共1项，要求至少一项符合（级别为 国家级），最接近的：t1 的级别为“省级”" in found
    assert "2. 条件：认定事件（titles[0].event）为“复核”，要求属于 首次\n" in found


def test_alternatives_that_are_no_members_are_joined() -> None:
    found = of_the_even_city("very_small_or_large", "staff: 50, founded: 2010-01-01")
    assert "职工人数（enterprise.staff）为“50”，要求 ≥ 1000，或 < 10\n" in found
    assert "成立日期（enterprise.founded）为“2010-01-01”，要求 > 2010-01-01，恰为当日" in found
    assert "最晚的认定日期（titles）为“无”，要求 ≥ 2020-01-01\n" in found


def test_a_refusal_that_hangs_on_a_reading_alone_says_so() -> None:
    result = ask("")
    assert "  - 没有事实能改变，只取决于采用哪一种解读。" in said(result, "by_reading")
    assert "it hangs on the reading that is taken" in said(result, "by_reading", "en")


def test_facts_that_help_in_no_way_need_not_be_given() -> None:
    assert "职工人数（enterprise.staff） 未给出，但不论是什么，都不能满足全部条件，不必补充。" in said(ask(""), "never")
    assert "whatever it is the conditions cannot all hold" in said(ask(""), "never", "en")


def test_the_most_decisive_fact_stands_first() -> None:
    # the loan's being new decides 10万元 of interest and more; what its days are, nothing while it is not new
    result = ask("loans: [{id: l1, principal: 100万元, rate: 3%, day_count: 360}]")
    asked = [one for one in said(result, "loans_share").splitlines() if one.startswith("  - 补充")]
    order = [path for path in result.deciding_facts if path.startswith("loans")]
    assert [path in one for path, one in zip(order, asked, strict=True)] == [True] * len(order)
    assert len(order) > 1


def test_a_document_that_a_guide_has_filled_is_not_asked_for() -> None:
    text = "projects: [{id: p1, kinds: [绿色], total: 100万元, saved: 8万元}]"
    assert "  - 取得《某市实施细则》，作为细则载入（--guide），数额即可确定。" in said(ask(text), "green_rate")
    assert "取得《" not in said(ask(text, guide=True), "green_rate")


def test_the_unknown_key_of_a_group_is_shown_in_words_and_found_by_them() -> None:
    project = (
        "projects: [{id: q1, kinds: [园区基础设施], park: k1, costs: [{amount: 900万元, stage: paid, year: 2025}, "
        "{amount: 200万元, stage: paid}]}]"
    )
    case = "case: 1\ndecision_date: 2025-09-01\nenterprise: {type: park, place: '610102'}\nparks: [{id: k1}]\n"
    result = evaluate(Case.from_text(f"{case}{project}\nassume_none: [titles, grants, loans]\n"))
    name = "xian_30/park_infrastructure@k1/未知的年度（projects[0].costs[1].year）"
    found = explain_clause(result, "park_infrastructure")
    assert name in found
    assert "?" not in found
    assert explain_clause(result, name).startswith(f"{name}：能否享受未定。")
    raw = "xian_30/park_infrastructure@k1/?projects[0].costs[1].year"
    assert explain_clause(result, raw) == explain_clause(result, name)
    assert "unknown year (projects[0].costs[1].year)" in explain(result, "en")


@pytest.mark.parametrize(
    ("lang", "text"),
    [("zh", "警告：计算基数低于1万元或高于1000亿元: "), ("en", "a warning: the basis of an award is under")],
)
def test_a_figure_of_an_unlikely_size_is_said(lang: Lang, text: str) -> None:
    result = evaluate(Case.from_text("case: 1\nprojects: [{id: p1, total: 1234元}]\n"), odd())
    assert "suspect-amount:projects[0].total" in result.flags
    assert text in explain(result, lang, policies=odd())


def test_without_the_policies_nothing_is_known_of_what_a_sentence_is_about() -> None:
    result = evaluate(Case.from_text("case: 1"), odd())
    advice = Advice(result, "zh", Names(None))
    assert advice.about(odd().plans[0].clauses[0].sentence) == ""
