"""Tables and Markdown: the same rows in both, at any width, for any console."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from rich.cells import cell_len

from subsidy_rules import Case, Entitlement, evaluate, load_guide, load_policies
from subsidy_rules.errors import Lang
from subsidy_rules.report.printable import printable
from subsidy_rules.report.tables import Block, markdown_table, text_table, to_markdown, to_text

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "xian_enterprise.yaml"
ODD = ROOT / "tests" / "award" / "odd_city.yaml"
GUIDE = """
guide: 1
document: {issuer: 某局, title: 某细则}
fills:
  xian_30/environmental_grade_rate: 20%
"""


@cache
def example() -> Entitlement:
    return evaluate(Case.load(EXAMPLE))


def squeezed(text: str) -> str:
    """Drop what a table's layout adds, so that a phrase broken over lines is found again."""
    return re.sub(r"[\s|─+-]", "", text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_of_the_result_is_in_both_forms(lang: Lang) -> None:
    result = example()
    text, markdown = to_text(result, lang, width=160), to_markdown(result, lang)
    names = [row.id for row in (*result.awards, *result.undecided)] + [row.id for row in result.not_eligible]
    names += [f"{row.policy}/{row.clause}" for row in result.not_asked]
    names += [use.id for use in result.readings]
    for name in names:
        assert name in text
        assert name in markdown
    for path in result.deciding_facts:
        assert path in text


@pytest.mark.parametrize(
    ("lang", "notice"), [("zh", "计算结果，不是行政决定"), ("en", "not an administrative decision")]
)
def test_the_notice_and_the_stamp_are_there(lang: Lang, notice: str) -> None:
    for text in (to_text(example(), lang), to_markdown(example(), lang)):
        assert text.count(notice) == 2
        assert example().stamp.case_sha256[:12] in text


def test_a_row_has_its_clause_its_arithmetic_its_kind_and_what_counts() -> None:
    rows = to_markdown(example()).splitlines()
    row = next(line for line in rows if line.startswith("| xian_30/equipment_renewal@p1<br>市政办发"))
    assert row == (
        "| xian_30/equipment_renewal@p1<br>市政办发〔2024〕30号 三（三）第1句<br>"
        "min((2,800万元 + 200万元) × 10%, 2,000万元) = 300万元 | 确定数<br>市级 | 300万元 | 0元 – 300万元<br>叠加未定 |"
    )


def test_no_ceiling_stands_in_a_table_as_if_it_were_owed() -> None:
    for lang, most, remark in (
        ("zh", "至多 ", "“至多”是上限，不是应付数。"),
        ("en", "at most ", "“at most” is a ceiling, not an amount owed."),
    ):
        markdown = to_markdown(example(), "zh" if lang == "zh" else "en")
        assert remark in markdown
        for award in example().awards:
            if award.kind == "at_most":
                row = next(line for line in markdown.splitlines() if line.startswith(f"| {award.id}<br>"))
                assert row.split(" | ")[2].startswith(most)
                assert most in row.split(" | ")[3]


def test_sentences_refused_for_one_reason_stand_in_one_row() -> None:
    away = EXAMPLE.read_text(encoding="utf-8").replace('place: "610113"', 'place: "310101"')
    result = evaluate(Case.from_text(away))
    rows = to_markdown(result).splitlines()
    why = "所在地（enterprise.place）为“310101”，要求在 610100"
    together = [row for row in rows if why in row]
    assert len(together) == 1
    assert together[0].count("<br>") > 8


def test_the_total_says_what_it_covers_and_its_parts() -> None:
    text = to_text(example(), width=120)
    assert "涵盖 32 句给付条文中的 30 句。" in text
    for part in ("政策 xian_30", "项目 p1", "资金 市级"):
        assert part in text
    assert "各项之和可以大于合计" in text


def test_the_spread_is_shown_when_asked_for() -> None:
    assert "全部解读组合" not in to_text(example())
    assert "全部解读组合" in to_text(example(), spread=True)
    assert "over all readings" in to_markdown(example(), "en", spread=True)


@pytest.mark.parametrize("width", [0, 20, 34, 50, 72, 80, 96, 120, 200])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_any_width_of_screen_is_kept_to(width: int, lang: Lang) -> None:
    text = to_text(example(), lang, width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= max(width, 20)
    assert squeezed("xian_30/equipment_renewal@p1") in squeezed(text)


def test_a_narrow_screen_names_the_figures_that_it_stacks() -> None:
    assert "计入合计: 0元 – 300万元" in to_text(example(), width=90)


def test_the_lines_of_a_plain_console_are_ascii() -> None:
    text = to_text(example(), "en", ascii_only=True)
    assert "─" not in text
    assert "+--" in text


def test_color_is_only_for_terminals() -> None:
    assert "\x1b[" not in to_text(example())
    assert "\x1b[" in to_text(example(), color=True)


@pytest.mark.parametrize("encoding", ["gbk", "cp936", "gb2312", "ascii", "latin-1", "cp1252", "no-such-encoding", None])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_any_console_gets_a_text_that_it_can_show(encoding: str | None, lang: Lang) -> None:
    for text in (to_text(example(), lang), to_markdown(example(), lang), "🖂 ∶ ﷽ \ud800"):
        shown = printable(text, encoding)
        shown.encode("ascii" if encoding == "no-such-encoding" else encoding or "utf-8")


def test_signs_that_matter_have_stand_ins() -> None:
    assert printable("≤ 5 × 2 – “x” …", "ascii") == '<= 5 x 2 - "x" ...'


def test_names_are_shown_as_they_are_and_break_nothing() -> None:
    case = "case: 1\nenterprise: {name: '[red]*a*|<b>`c`'}\nassume_none: [projects, titles]\n"
    result = evaluate(Case.from_text(case))
    assert "[red]*a*|<b>`c`" in to_text(result)
    assert "# \\[red]\\*a\\*\\|\\<b\\>\\`c\\`" in to_markdown(result)


def test_an_empty_case_has_no_awards_and_says_what_is_missing() -> None:
    text = to_text(evaluate(Case.from_text("case: 1")), policies=load_policies())
    assert "未署名的申报主体" in text
    assert "决定日期 未给出" in text
    assert "符合条件的奖补" not in text
    assert "贷款清单（loans）" in text


def test_a_rule_that_decided_is_named() -> None:
    policies = load_policies([ODD])
    case = (
        "case: 1\ndecision_date: 2025-09-01\nenterprise: {type: enterprise, place: '330106', size: small}\n"
        "projects: [{id: p1, kinds: [互助]}]\n"
        "assume_none: [titles, grants, loans, products, earlier_awards]\n"
    )
    result = evaluate(Case.from_text(case), policies)
    text = to_text(result, policies=policies, width=160)
    assert "就高未取" in text
    assert "odd/one_only" in text
    assert "未编码、没有计算的条文：odd:十#1" in text


def test_a_guide_is_in_the_stamp(tmp_path: Path) -> None:
    (tmp_path / "guide.yaml").write_text(GUIDE, encoding="utf-8")
    policies = load_policies()
    guide = load_guide(tmp_path / "guide.yaml", policies)
    result = evaluate(Case.load(EXAMPLE), policies, guides=[guide])
    assert f"细则 {guide.sha256[:12]}" in to_text(result, width=160)
    assert "380万元 × min(20%, 30%)" in to_text(result, width=160)


def test_a_single_block() -> None:
    block = Block("一", ("a", "b"), ((("x", "y"), ("",)), ((), ("z",))))
    assert markdown_table(block) == ["| a | b |", "| --- | --- |", "| x<br>y |  |", "|  | z |"]
    assert text_table(block, width=40).startswith("一\n")


def test_a_fact_that_is_missing_has_its_label_and_its_path() -> None:
    policies = load_policies()
    for lang, needs in (
        ("zh", "缺 一年内销售额（products[0].annual_sales）"),
        ("en", "needs annual sales (products[0].annual_sales)"),
    ):
        found = to_markdown(example(), "zh" if lang == "zh" else "en", policies=policies)
        row = next(one for one in found.splitlines() if one.startswith("| xian_31/industrial_software@s1"))
        assert needs in row.replace("\\", "")


def test_the_reading_of_silence_is_asked_in_the_language_of_the_report() -> None:
    assert "how awards on one project or one recognition add up" in to_markdown(example(), "en")
    assert "文本没有规定同一项目、同一称号的奖补能否叠加时如何合计" not in to_markdown(example(), "en")
    assert "文本没有规定同一项目、同一称号的奖补能否叠加时如何合计" in to_markdown(example())


@pytest.mark.parametrize("width", [96, 100, 120])
def test_long_figures_leave_room_for_what_they_are_of(width: int) -> None:
    """Figures that stand unbroken must not push an award's id and its arithmetic off the screen."""
    result = evaluate(Case.load(EXAMPLE.with_name("central_and_local.yaml")))
    lines = to_text(result, "en", width=width).splitlines()
    assert any(line.strip().startswith("shenyang/key_project@p1") for line in lines)
    assert "CNY 1,500,000" in " ".join(lines)
