"""What generated code does with operations that no shipped pack has, and where it leaves the answer to the engine."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.hand import by_hand
from benchmarks.p12 import case, facts
from subsidy_rules import Calculator, Case, Policies, Range, evaluate, load_policies
from subsidy_rules.award import generate, sheet
from subsidy_rules.award.generate import Figure, Places, Writer, bound_value
from subsidy_rules.award.run import generated_program
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values.amount import UP
from tests.award.test_exact import both_ways, figures_of, shown

if TYPE_CHECKING:
    from subsidy_rules.facts.vocabulary import FieldSpec

ROOT = Path(__file__).parents[2]
HEAD = """\
language: 1
policy:
  id: whole
  title: 某市办法
  issuer: 某市人民政府
  document: 某市政发〔2025〕3号
  place: {code: "330100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 元, stated: false}
  unstated_cumulation: undecided
"""
DECLARED = {
    "basis": "{type: money, zh: 基数}",
    "other": "{type: money, zh: 另一基数}",
    "growth": "{type: ratio, zh: 增长率}",
    "staff": "{type: count, zh: 人数}",
    "since": "{type: date, zh: 成立日期}",
    "granted": "{type: money, sort: authority, zh: 已安排}",
    "set": "{type: money, sort: authority, zh: 核定}",
    "again": "{type: money, sort: authority, zh: 再核定}",
}
CLAUSE = """\
- id: {id}
  path: {id}
  sentence: 1
  quote: 原文
  beneficiary: any
  per: enterprise
  fund: city
  {gates}
  award:
{steps}
"""
FACTS = {
    "basis": "1234567.89元",
    "other": "345678.91元",
    "growth": "3.7%",
    "staff": "7",
    "since": "2016-02-29",
    "granted": "12345.67元",
    "set": "100000.50元",
    "again": "90000.50元",
}
STEPS = {
    "difference": ["basis: enterprise.basis - enterprise.other", "rate: 10%"],
    "below_zero": ["basis: enterprise.other - enterprise.basis * 2", "rate: 10%"],
    "sum": ["basis: enterprise.basis + enterprise.other / 3 + enterprise.basis * 7%", "rate: 10%"],
    "growing": ["basis: enterprise.basis * enterprise.growth", "rate: 10%"],
    "divided_by_a_sum": [
        "basis: enterprise.basis / (100% + enterprise.growth)",
        "rate: 10%",
        "cap: 3万元 if enterprise.staff >= 9 else 5万元\n    of: award\n    per: project",
    ],
    "divided_by_what_may_be_nothing": ["basis: 100元 * (enterprise.basis / (enterprise.other - 345678.91元))"],
    "divided_by_less_than_nothing": ["basis: 100元 * (enterprise.basis / (enterprise.other - 345679元))"],
    "odd_cap": ["basis: enterprise.basis", "rate: 90%", "cap: 1000.50元\n    of: award\n    per: project"],
    "even_cap": ["basis: enterprise.basis", "rate: {at_most: 9%}", "cap: 1000元\n    of: award\n    per: project"],
    "decided": [
        "basis: enterprise.basis",
        "rate: {at_most: 9%}",
        "granted: enterprise.granted",
        "decision: [enterprise.set, enterprise.again]",
    ],
    "guided": ["basis: enterprise.basis", "rate: {at_most: 9%, guide: rate}"],
    "lifted": ["basis: enterprise.basis - enterprise.other * 3", "rate: 5%", "minimum: 30000元"],
    "lifted_zero": ["basis: enterprise.other - enterprise.basis", "rate: 5%", "minimum: 30000元"],
    "lifted_bound": ["basis: enterprise.basis", "rate: {at_most: 9%}", "minimum: 200000元", "pay_from: 150000元"],
    "odd_minimum": ["basis: enterprise.basis", "rate: 1%", "minimum: 30000.50元"],
    "not_paid": ["basis: enterprise.basis", "rate: 1%", "pay_from: 12345.68元"],
    "just_paid": ["basis: enterprise.basis * 1", "pay_from: enterprise.basis"],
    "between": ["basis: enterprise.basis", "rate: 5%", "clamp: {least: 70000元, greatest: 80000元}"],
    "rounded_up": ["basis: enterprise.basis", "rate: 5%", "round: {to: 1000元, mode: up}"],
    "rounded_down": ["basis: enterprise.basis", "rate: {at_most: 5%}", "round: {to: 1000元, mode: down}"],
    "rounded": ["basis: enterprise.basis", "rate: 5%", "round: {to: 0.01元, mode: half_up}", "rate: 50%"],
    "rounded_under_a_cap": [
        "basis: enterprise.basis",
        "cap: 1500元\n    of: award\n    per: project",
        "round: {to: 1000元, mode: up}",
    ],
    "shared": ["basis: enterprise.basis / enterprise.staff", "rate: 10%"],
    "shared_ratio": ["basis: enterprise.basis / (enterprise.growth + 1%)", "rate: 10%"],
    "below_shared": ["basis: (enterprise.other - enterprise.basis) / enterprise.staff + enterprise.basis", "rate: 10%"],
    "of_one_another": ["basis: 100元 * (enterprise.basis / enterprise.other)", "rate: 10%"],
    "divided_below": ["basis: enterprise.basis / -2", "rate: 10%"],
    "whole": ["basis: 100元 * whole of (enterprise.staff / 2) + 10元 * begun of (enterprise.basis / 1000元)"],
    "whole_ratio": ["basis: 100元 * begun of (enterprise.growth * 100)"],
    "fewest": ["basis: least of (enterprise.basis, enterprise.other, 1000000元)", "rate: 10%"],
    "most": ["basis: greatest of (enterprise.basis, enterprise.other, 1000000元)", "rate: 10%"],
    "holding": ["basis: 100元 * count of (enterprise.growth > 3%, enterprise.staff > 8, enterprise.basis > 1元)"],
    "powers": ["basis: enterprise.basis * 106% ^ 3", "rate: 10%"],
    "years": ["basis: 100元 * (year of enterprise.since - 2000)"],
    "days": ["basis: 1元 * days from enterprise.since to case.decision_date"],
    "months": [
        "basis: 1元 * whole months from enterprise.since to case.decision_date",
        "add: [{basis: 1元 * begun years from enterprise.since to case.decision_date}]",
    ],
    "added": [
        "basis: enterprise.basis",
        "rate: {at_most: 5%}",
        "add: [{rate: 10%}, {cap: 1000元, of: award, per: project}]",
    ],
    "added_below": ["basis: enterprise.basis", "add: [{basis: enterprise.other - enterprise.basis}]"],
    "bands": [
        "basis: enterprise.basis",
        "tiers: enterprise.staff\n    rows: [{to: 5, rate: 1%}, {over: 5, to: 6, rate: 2%}, {over: 6, lump_sum: 10元}]",
    ],
    "bands_that_round_otherwise": [
        "basis: enterprise.basis",
        "tiers: enterprise.staff\n    rows: [{to: 5, rate: 1%}, {over: 5, at_most: 10元}]",
    ],
    "bands_of_some": [
        "basis: enterprise.basis",
        "tiers: enterprise.staff\n    rows: [{to: 5, rate: 1%}]\n    when: enterprise.growth > 4%",
    ],
    "perhaps_added": [
        "basis: enterprise.basis",
        "rate: {at_most: 5%}",
        "add: [{lump_sum: {by: enterprise.staff, rows: {'7': 10元}}}]",
    ],
    "capped_odd_minimum": [
        "basis: enterprise.basis",
        "cap: 1000元\n    of: award\n    per: project",
        "minimum: 1500.50元",
    ],
    "slices": ["slices: enterprise.basis\n    rows: [{to: 10元, rate: 10%}, {to: 10000元, rate: 5%}, {rate: 1%}]"],
    "bound_slices": ["slices: enterprise.staff\n    rows: [{to: 3, price: 10元}, {to: 5, price: 5.55元}]"],
}
GATES = {
    "plain": "",
    "given": "when: [enterprise.granted is given]",
    "grown": "when: [enterprise.growth > 3%]",
    "quotient": "when: [enterprise.basis / (enterprise.other - 345678.91元) > 3]",
    "quotient_by_less": "when: [enterprise.basis / (enterprise.other - 345679元) > 3]",
    "old": "when: [enterprise.since + 9 years < case.decision_date, enterprise.since - 30 days < 2016-02-01]",
}


def load(tmp_path: Path, clauses: str, more: str = "") -> Policies:
    said = [f"    {name}: {how}" for name, how in DECLARED.items() if f"enterprise.{name}" in clauses + more]
    lines = [HEAD, "facts:", "  enterprise:", *said]
    lines += ["parameters:", "  rate: {type: ratio, document: 细则}"] if "guide: rate" in clauses else []
    file = tmp_path / "whole.yaml"
    file.write_text("\n".join([*lines, "clauses:", clauses, more]), "utf-8")
    return load_policies(file)


def clause(name: str, steps: list[str], gates: str = "") -> str:
    return CLAUSE.format(id=name, gates=gates, steps="\n".join(f"  - {step}\n    quote: 原文" for step in steps))


def enterprise(policies: Policies, *gone: str, **other: str) -> Case:
    known = policies.vocabulary.fields["enterprise"]
    given = {name: figure for name, figure in (FACTS | other).items() if name in known and name not in gone}
    return Case.from_dict({"case": "1", "decision_date": "2025-06-01", "enterprise": {"place": "330100", **given}})


@pytest.mark.parametrize("gates", GATES)
@pytest.mark.parametrize("name", STEPS)
def test_an_operation_says_the_same_either_way(
    name: str, gates: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = load(tmp_path, clause(name, STEPS[name], GATES[gates]))
    calculator = Calculator(policies)
    for gone in ("", *FACTS):
        whole = enterprise(policies, gone)
        engine = both_ways(monkeypatch, whole, policies, {})
        assert shown(calculator.figures(whole)) == shown(calculator.traced(whole)) == figures_of(engine)


@pytest.mark.parametrize(
    ("name", "facts", "quick"),
    [
        ("lifted", {}, True),
        ("odd_minimum", {}, True),
        ("capped_odd_minimum", {}, False),  # no multiple of 元
        ("not_paid", {}, True),
        ("between", {}, True),
        ("rounded_up", {}, True),
        ("rounded", {}, True),
        ("rounded_under_a_cap", {}, False),
        ("shared", {}, True),
        ("shared", {"staff": "0"}, False),  # a share of nothing is open by law
        ("shared_ratio", {}, True),
        ("shared_ratio", {"growth": "-3%"}, False),
        ("of_one_another", {}, True),
        ("divided_below", {}, False),
        ("whole", {}, True),
        ("whole_ratio", {"growth": "-0.5%"}, True),
        ("most", {}, True),
        ("holding", {}, True),
        ("powers", {}, True),
        ("years", {}, True),
        ("days", {"since": "2026-01-01"}, True),
        ("months", {}, True),
        ("months", {"since": "2026-01-01"}, True),
        ("added", {}, True),
        ("added_below", {}, True),
        ("bands", {"staff": "5"}, True),
        ("bands", {"staff": "60"}, True),
        ("bands_that_round_otherwise", {}, False),
        ("bands_of_some", {}, False),  # what stands before and the band round otherwise
        ("perhaps_added", {}, False),
        ("slices", {"basis": "9.99元"}, True),
        ("bound_slices", {}, True),
    ],
)
def test_what_is_written_for_whole_facts(
    name: str, facts: dict[str, str], quick: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = load(tmp_path, clause(name, STEPS[name]))
    whole = enterprise(policies, **facts)
    figures = Calculator(policies).figures(whole)
    assert shown(figures) == figures_of(both_ways(monkeypatch, whole, policies, {}))
    assert figures.quick is quick


def test_a_date_beyond_the_calendar_is_left_to_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = "when: [enterprise.since + 9000 years > case.decision_date]"
    policies = load(tmp_path, clause("years", STEPS["years"], gate))
    figures = Calculator(policies).figures(enterprise(policies))
    assert shown(figures) == figures_of(both_ways(monkeypatch, enterprise(policies), policies, {}))
    assert not figures.quick


def test_p12_is_as_by_hand_and_quick() -> None:
    policies = load_policies(ROOT / "benchmarks" / "p12.yaml")
    calculator, rng = Calculator(policies), random.Random("p12")
    for _ in range(200):
        drawn = facts(rng)
        figures, (amounts, counts, total) = calculator.figures(Case.from_dict(case(drawn))), by_hand(drawn)
        assert figures.quick
        assert {one.sentence.id: one.gross.lo for one in figures.awards} == amounts
        assert figures.total == Range(Fraction(total), Fraction(total))
        assert [one.sentence.id for one in figures.awards if one.sentence.id == counts and one.status == "counted"] == (
            [counts] if counts else []
        )


def test_p12_says_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    policies = load_policies(ROOT / "benchmarks" / "p12.yaml")
    calculator, rng = Calculator(policies), random.Random("p12 engine")
    for _ in range(40):
        whole = Case.from_dict(case(facts(rng)))
        assert shown(calculator.figures(whole)) == figures_of(both_ways(monkeypatch, whole, policies, {}))


def test_steps_are_what_each_leaves(tmp_path: Path) -> None:
    policies = load(tmp_path, clause("bounded", STEPS["even_cap"]))
    calculator = Calculator(policies)
    (award,) = calculator.traced(enterprise(policies)).awards
    assert award.steps == (
        ("basis", Range(Fraction(123456789), Fraction(123456789))),
        ("rate", Range(Fraction(0), Fraction(123456789 * 9, 100))),
        ("cap", Range(Fraction(0), Fraction(100000))),
    )
    assert calculator.figures(enterprise(policies)).awards[0].steps == ()


@pytest.mark.parametrize(
    ("rules", "quick"),
    [
        ("- {id: a, kind: higher_of, same: any, clauses: [one, two, three], quote: 原文}", True),
        ("- {id: a, kind: higher_of, same: any, clauses: [one], against: [two, three], quote: 原文}", False),
        ("- {id: a, kind: higher_of, same: any, clauses: [one, two], when: enterprise.staff > 5, quote: 原文}", False),
        ("- {id: a, kind: higher_of, same: project, clauses: [one, two], quote: 原文}", True),
        ("- {id: a, kind: ceiling, clauses: [one, two], cap: 100万元, quote: 原文}", True),
        ("- {id: a, kind: ceiling, clauses: [one, two], cap: 1万元, quote: 原文}", False),
        ("- {id: a, kind: bar, clauses: [one], when: enterprise.staff > 5, quote: 原文}", False),
        ("- {id: a, kind: bar, clauses: [one], when: enterprise.staff > 50, quote: 原文}", True),
    ],
)
def test_rules_between_awards(rules: str, quick: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"one": "10%", "two": "12%", "three": "12%"}
    clauses = "".join(clause(name, ["basis: enterprise.basis", f"rate: {rate}"]) for name, rate in names.items())
    policies = load(tmp_path, clauses, f"cumulation:\n{rules}\n")
    figures = Calculator(policies).figures(enterprise(policies))
    assert figures.quick is quick
    assert shown(figures) == figures_of(both_ways(monkeypatch, enterprise(policies), policies, {}))


def test_code_is_written_from_the_second_evaluation_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plan,) = load(tmp_path, clause("sum", STEPS["sum"])).plans
    monkeypatch.delenv("SUBSIDY_RULES_CODEGEN", raising=False)
    assert generated_program(plan) is None
    assert generated_program(plan) is not None
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", "0")
    assert generated_program(plan) is None


def test_nothing_that_stands_in_a_file_is_source(tmp_path: Path) -> None:
    policies = load(tmp_path, clause("growing", STEPS["growing"]))
    source = Calculator(policies).sheet.source
    assert not any(word in source for word in ("growth", "basis", "330100", "'", '"'))


def test_the_spread_leaves_readings_open_and_so_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", "1")
    quick = evaluate(Case.load(ROOT / "examples" / "three_loans.yaml")).spread
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", "0")
    assert evaluate(Case.load(ROOT / "examples" / "three_loans.yaml")).spread == quick
    asked = generate.Chosen("whole/a", "whole/R", "yes")
    with pytest.raises(KeyError):
        bool(bound_value(asked, {}, {"whole/R": "?"}, frozenset()))


def test_many_places_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "_MOST_PLACES", 2)
    places = Places(("330100",), frozenset({"新区"}))
    assert [places[name] for name in ("330101", "新区", "110000", "330102")] == [True, True, False, True]
    assert set(places) == {"330101", "新区"}


def test_sheets_are_kept_while_they_are_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = load(tmp_path, clause("sum", STEPS["sum"]))
    assert Calculator(policies).sheet is Calculator(policies).sheet
    first = Calculator(policies).sheet
    monkeypatch.setattr(sheet, "_MOST", 0)
    monkeypatch.setattr(sheet, "_SHEETS", {})
    assert Calculator(policies).sheet is not first


def writer(tmp_path: Path) -> tuple[Writer, dict[str, FieldSpec]]:
    (plan,) = (policies := load(tmp_path, clause("growing", STEPS["growing"]))).plans
    made = Writer({})
    made.begin(plan, plan.clauses[0], "x")
    return made, dict(policies.vocabulary.fields["enterprise"])


def test_what_only_the_law_leaves_open_is_not_compared_or_multiplied_below_zero(tmp_path: Path) -> None:
    made, fields = writer(tmp_path)
    basis, growth = op.Fact("enterprise", fields["basis"]), op.Fact("enterprise", fields["growth"])
    bounded = op.Bounded(basis, "money")
    unfit: list[op.Truth] = [
        op.Compare(">", bounded, basis),
        op.Compare(">", op.Arithmetic("*", bounded, growth, "money"), basis),
        op.Compare(">", op.Bounded(growth, "ratio"), growth),
        op.Compare(">", op.Running(), basis),
        op.Compare(">", op.Chain((basis,)), basis),
        op.Compare(">", op.Arithmetic("+", op.Bounded(basis, "money"), op.Fixed(basis, "money"), "money"), basis),
        op.Compare(">", op.Choose(((op.ALWAYS, op.Fixed(basis, "money")),), basis, "money"), basis),
        op.Compare(">", op.Arithmetic("/", basis, op.Fact("enterprise", fields["type"]), "money"), basis),
        op.Exists(op.Source("group", "enterprise"), "y", op.ALWAYS),
        op.Compare(">", op.Arithmetic("/", basis, bounded, "count"), growth),
        op.Compare(">", op.Arithmetic("/", op.Arithmetic("-", bounded, basis, "money"), basis, "count"), growth),
        op.Compare(">", op.Calendar(bounded, None, "count"), basis),
        op.Compare(">", op.Rounded(basis, op.Constant(0, "money"), 0, "money"), basis),
        op.Compare(">", op.Rounded(op.Least(basis, basis, True, "money"), op.Constant(0, "money"), UP, "money"), basis),
    ]
    assert [made.holds(node) for node in unfit] == [generate.OPEN] * len(unfit)
    assert made.holds(op.Compare(">", basis, basis)) != generate.OPEN


def test_ends_that_differ_are_picked_each_by_itself(tmp_path: Path) -> None:
    made, _ = writer(tmp_path)
    wide, other = Figure("a", "b"), Figure("c", "d", positive=False)
    ends = "(a if a < c else c)", "(b if b < d else d)"
    assert made._least(wide, other) == Figure(*ends, positive=False, capped=True)
    ends = "(a if a > c else c)", "(b if b > d else d)"
    assert made._greatest(wide, other, raises=False) == Figure(*ends)
    assert made._from(wide, other) == Figure("(a if a >= d else 0)", "(b if b >= c else 0)")
    assert made._clamped(Figure("a", "b", positive=False)) == Figure("(a if a > 0 else 0)", "(b if b > 0 else 0)")
