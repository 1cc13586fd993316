"""What `check` finds beyond what is refused: near misses are silent, and what it shows is what the engine does."""

from __future__ import annotations

from pathlib import Path

import pytest

from subsidy_rules import Case, Policies, evaluate
from subsidy_rules.errors import CODES, WARNINGS
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.plan.lint import lint
from subsidy_rules.policy.source import read_policy, shipped_rules
from subsidy_rules.values.quantity import format_money
from tests.bad import page

GOOD = sorted((Path(__file__).parents[1] / "good").glob("*.yaml"))
SHIPPED = sorted(shipped_rules().glob("*.yaml"))
CHECKS = [name for name in page.names() if name.startswith("checks/")]
TOLD_IN = ("a warning: ", "警告：")


def warnings(path: Path) -> list[str]:
    source = read_policy(path)
    return [str(one) for one in lint(source, compile_policy(source))]


@pytest.mark.parametrize("path", [*GOOD, *SHIPPED], ids=lambda path: path.stem)
def test_a_near_miss_and_a_pack_that_ships_are_silent(path: Path) -> None:
    assert warnings(path) == []


@pytest.mark.parametrize(
    ("pack", "before", "after", "codes"),
    [
        (
            "xian_30",
            "cap: 500万元\n    of: award",
            "cap: 5000万元\n    of: award",
            {"unprinted-figure"},
        ),
        ("xian_30", "- rate: 20%", "- rate: 21%", {"unprinted-figure", "unused-figure"}),
        ("xian_30", "- rate: {at_most: 50%}", "- rate: 50%", {"bound-wording"}),
        ("xian_31", "- at_most: 500万元", "- lump_sum: 500万元", {"bound-wording"}),
        ("xian_31", "- lump_sum: 150万元", "- at_most: 150万元", {"bound-wording"}),
        ("xianyang_70", "annual_supporting_tasks >= 200万元", "annual_supporting_tasks > 200万元", {"edge-wording"}),
        ("xianyang_70", "procurement.budget > 200万元", "procurement.budget >= 200万元", {"edge-wording"}),
        ("xianyang_70", "国家级: 100万元, 省级: 50万元", "国家级: 50万元, 省级: 100万元", set()),
        ("xianyang_70", "三级: 20万元, 二级: 10万元", "三级: 20万元", {"unequal-lists"}),
        (
            "xianyang_70",
            "title.grade in [领航级, 卓越级, 先进级]",
            "title.grade in [领航级, 基础级]",
            {"branch-gap", "unreachable"},
        ),
        ("shenyang", "- project.leader is false", "- project.leader", {"unreachable"}),
    ],
)
def test_a_slip_in_a_pack_is_told(pack: str, before: str, after: str, codes: set[str]) -> None:
    text = (shipped_rules() / f"{pack}.yaml").read_text(encoding="utf-8")
    source = read_policy(text.replace(before, after, 1))
    assert {one.code for one in lint(source, compile_policy(source))} == codes


def test_each_warning_of_a_rule_file_is_shown_by_two_files_at_least() -> None:
    shown = {code: {name for name in CHECKS for one in page.problems_of(name) if one.code == code} for code in WARNINGS}
    of_cases = {"suspect-amount", "suspect-unit"}
    assert {code for code, names in shown.items() if len(names) < 2} == of_cases
    assert all(CODES[code].meaning.startswith(TOLD_IN[0]) for code in WARNINGS)
    assert all(CODES[code].meaning_zh.startswith(TOLD_IN[1]) for code in WARNINGS)


def test_progress_is_told_after_each_clause() -> None:
    source = read_policy(shipped_rules() / "xian_31.yaml")
    plan = compile_policy(source)
    told: list[tuple[int, int]] = []
    lint(source, plan, progress=lambda done, of: told.append((done, of)))
    assert told == [(done, len(plan.clauses)) for done in range(1, len(plan.clauses) + 1)]


CASE = """
case: 1
decision_date: 2025-09-01
enterprise: {place: "330100", type: enterprise%s}
projects: [{id: p, place: "330100"%s}]
assume_none: [titles, grants, earlier_awards]
"""


def policy(name: str) -> Policies:
    return gather([compile_policy(read_policy(page.BAD / "checks" / f"{name}.yaml"))])


@pytest.mark.parametrize(
    ("pack", "enterprise", "project", "paid"),
    [
        # what is told to fall in no row is in none, and its neighbours are
        ("tier_gap_at_the_edge_of_two_rows", "", ", total: 4999999.99元", {"20万元"}),
        ("tier_gap_at_the_edge_of_two_rows", "", ", total: 5000000.00元", set()),
        ("tier_gap_at_the_edge_of_two_rows", "", ", total: 5000000.01元", {"50万元"}),
        ("tier_gap_between_when_and_the_first_row", ", revenue_growth: 5%", "", set()),
        ("tier_gap_between_when_and_the_first_row", ", revenue_growth: 5.01%", "", {"10万元"}),
        ("tier_gap_in_if_and_else", ", revenue_growth: 10%", "", {"0元"}),
        ("tier_gap_of_one_fen_in_if_and_else", "", ", total: 5000000.01元", {"0元"}),
        ("tier_gap_in_a_table_by_a_number", ", revenue_growth: 10.01%", "", set()),
        # of two rows, steps or exceptions that hold together, the first row, both steps, the later exception
        ("tier_overlap_at_the_edge", "", ", total: 500万元", {"20万元"}),
        ("tier_overlap_of_two_kinds", "", ", kinds: [智能工厂, 绿色工厂]", {"30万元"}),
        ("tier_overlap_of_two_steps", ", revenue_growth: 5%", ", total: 5000000.00元", {"4万元", "0元"}),
        ("exceptions_that_both_hold", "", ", total: 5000万元, exemplary: true", {"600万元"}),
        ("exceptions_that_meet_at_one_value", "", ", total: 5000万元", {"600万元"}),
        # what no case reaches is not reached where it would be
        ("unreachable_range_upside_down", "", "", set()),
        ("unreachable_between_two_fen", "", ", total: 5000000.01元", set()),
        ("unreachable_row_below_a_wider_one", "", ", total: 2000万元", {"20万元"}),
    ],
)
def test_the_engine_does_what_is_told(pack: str, enterprise: str, project: str, paid: set[str]) -> None:
    found = evaluate(Case.from_text(CASE % (enterprise, project)), policy(pack))
    assert not found.undecided
    assert {format_money(award.amount.maximum) for award in found.awards} == paid


def test_a_file_of_three_hundred_clauses_is_looked_at_whole() -> None:
    text = (page.BAD / "checks" / "unused_figure.yaml").read_text(encoding="utf-8")
    head, _, clause = text.partition("clauses:\n")
    many = "".join(clause.replace("id: support", f"id: support_{number}") for number in range(300))
    source = read_policy(f"{head}clauses:\n{many}")
    told: list[int] = []
    found = lint(source, compile_policy(source), progress=lambda done, _: told.append(done))
    assert told[-1] == 300
    assert len(found) == 50
