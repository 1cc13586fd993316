"""Small packs and cases on which the random ones showed the answer to be wrong. Figures are worked out beside each."""

from __future__ import annotations

from fractions import Fraction

import pytest

from subsidy_rules import Amount, Case, Entitlement, evaluate
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy

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
assume_none: [grants, loans, services, earlier_awards]
"""
PLACE = 'enterprise: {place: "610113"}\ntitles: []\n'
ADVANCED = "facts:\n  enterprise:\n    advanced: {type: bool}\n"
GREEN = "facts:\n  project:\n    green: {type: bool}\n"
KINDS = "vocabulary:\n  project.kinds: {甲: {}}\nlists:\n  listed: {of: project.kinds, members: [甲], open: true}\n"
A10 = "- {id: a, path: 一, sentence: 1, quote: 某, per: project, fund: city, award: [{lump_sum: 10万元}]}\n"
B20 = "- {id: b, path: 二, sentence: 1, quote: 某, per: project, fund: city, award: [{lump_sum: 20万元}]}\n"
ONE = "projects: [{id: p1}]\n"
UNLISTED = "projects: [{id: p1, kinds: [{other: 乙}]}]\n"


def ask(rules: str, case: str, silence: str) -> Entitlement:
    text = HEAD.replace("SILENCE", silence) + rules
    return evaluate(Case.from_text(CASE + case), gather([compile_policy(read_policy(text))]))


def wan(amount: Amount) -> tuple[Fraction | int, ...]:
    """The four numbers in 万元; each has an end here."""
    return tuple(number / 1_000_000 for number in amount.numbers if isinstance(number, Fraction))


def pair(rule: str, facts: str) -> str:
    return f"{facts}clauses:\n{A10}{B20}cumulation:\n- {rule}\n"


STACKS = "{id: s, kind: stacks, clauses: [a, b], when: CONDITION, quote: 某}"
HIGHER = "{id: s, kind: higher_of, same: project, clauses: [a, b], when: CONDITION, quote: 某}"
CEILING = "{id: s, kind: ceiling, cap: 25万元, clauses: [a, b], when: CONDITION, quote: 某}"


@pytest.mark.parametrize(
    ("silence", "figures"),
    [
        ("higher_of", (20, 30, 20, 30)),  # advanced: 10 + 20; not: the greater, 20
        ("undecided", (20, 30, 30, 30)),  # advanced: 30; not: floor 20, ceiling 30
    ],
)
def test_whether_two_awards_stack_may_be_unknown(silence: str, figures: tuple[int, ...]) -> None:
    rules = pair(STACKS.replace("CONDITION", "enterprise.advanced"), ADVANCED)
    result = ask(rules, PLACE + ONE, silence)
    assert wan(result.total.possible) == figures
    assert result.deciding_facts == ("enterprise.advanced",)


@pytest.mark.parametrize(
    ("rule", "silence", "figures"),
    [
        # the law leaves open whether the rule holds: with it 20; without it 10 + 20
        (HIGHER, "sum", (20, 20, 30, 30)),
        # with it 20; without it floor 20, ceiling 30
        (HIGHER, "undecided", (20, 20, 30, 30)),
        # with it 20; without it the greater, 20
        (HIGHER, "higher_of", (20, 20, 20, 20)),
        # with it 30; without it the greater, 20
        (STACKS, "higher_of", (20, 20, 30, 30)),
        # with it 25; without it 10 + 20
        (CEILING, "sum", (25, 25, 30, 30)),
        # floor 20 either way; ceiling at most 30
        (CEILING, "undecided", (20, 20, 30, 30)),
    ],
)
def test_whether_a_rule_holds_may_be_open_by_law(rule: str, silence: str, figures: tuple[int, ...]) -> None:
    """S1: all facts are given, so floor and ceiling are points."""
    rules = pair(rule.replace("CONDITION", "project.kinds any of listed"), KINDS)
    result = ask(rules, PLACE + UNLISTED, silence)
    assert wan(result.total.possible) == figures


@pytest.mark.parametrize("order", [("x", "y"), ("y", "x")])
def test_two_ceilings_cut_alike_in_either_order(order: tuple[str, str]) -> None:
    # a and b together 10, b and c together 10; b is later than a and cut to 0, so c keeps its 10
    ceilings = {
        "x": "- {id: x, kind: ceiling, clauses: [a, b], cap: 10万元, quote: 某}\n",
        "y": "- {id: y, kind: ceiling, clauses: [b, c], cap: 10万元, quote: 某}\n",
    }
    clauses = "".join(A10.replace("id: a", f"id: {name}") for name in "abc")
    rules = "clauses:\n" + clauses + "cumulation:\n" + "".join(ceilings[name] for name in order)
    assert wan(ask(rules, PLACE + ONE, "sum").total.possible) == (20, 20, 20, 20)


@pytest.mark.parametrize("order", [("own", "both"), ("both", "own")])
def test_a_ceiling_of_one_sentence_inside_a_ceiling_of_two(order: tuple[str, str]) -> None:
    # a keeps 5 of its 10; of the 15 of both, 10 are left for b, which has 20
    ceilings = {
        "own": "- {id: x, kind: ceiling, clauses: [a], cap: 5万元, quote: 某}\n",
        "both": "- {id: y, kind: ceiling, clauses: [a, b], cap: 15万元, quote: 某}\n",
    }
    rules = f"clauses:\n{A10}{B20}cumulation:\n" + "".join(ceilings[name] for name in order)
    assert wan(ask(rules, PLACE + ONE, "sum").total.possible) == (15, 15, 15, 15)


def test_a_condition_of_a_rule_reads_both_awards_whatever_the_order_of_the_clauses() -> None:
    first = A10.replace("fund: city", "fund: city, when: [project.green]")
    second = B20.replace("fund: city", "fund: city, when: [not project.green]")
    rule = "- {id: s, kind: higher_of, same: any, clauses: [a, b], when: project.green, quote: 某}\n"
    projects = "projects: [{id: p1, green: true}, {id: p2, green: false}]\n"
    totals = {
        wan(ask(f"{GREEN}clauses:\n{one}{other}cumulation:\n{rule}", PLACE + projects, "sum").total.possible)
        for one, other in ((first, second), (second, first))
    }
    assert len(totals) == 1


def test_an_unknown_date_is_cut_at_the_dates_that_it_is_compared_with() -> None:
    """S10: the earliest title is paid. Whichever day the second is of, one at least is; on the same day both are."""
    rules = (
        "vocabulary:\n  title.kind: {甲: {genus: 称号}}\n"
        "clauses:\n"
        "- id: a\n  path: 一\n  sentence: 1\n  quote: 某\n  per: title\n  fund: city\n  when:\n"
        "  - no titles as earlier where earlier.recognised_on < title.recognised_on\n"
        "  award: [{lump_sum: 10万元}]\n"
    )
    titles = 'enterprise: {place: "610113"}\nprojects: []\ntitles: [{id: t1, recognised_on: 2025-05-01}, {id: t2}]\n'
    result = ask(rules, titles, "sum")
    assert wan(result.total.possible) == (10, 20, 10, 20)


@pytest.mark.parametrize(
    "step",
    [
        # none: 4; 甲: 10; another: by law floor 4, ceiling 10
        "{cap: 4万元, of: award, per: thing, unless: project.kinds any of listed}",
        "{cap: 4万元, of: award, per: thing, when: project.kinds none of listed}",
        # none: 10; 甲: 4; another: by law floor 4, ceiling 10
        "{rate: 40%, when: project.kinds any of listed}",
    ],
)
def test_a_step_on_an_open_list_of_what_is_not_given(step: str) -> None:
    clause = A10.replace("[{lump_sum: 10万元}]", f"[{{lump_sum: 10万元}}, {step}]")
    result = ask(f"{KINDS}clauses:\n{clause}", PLACE + ONE, "undecided")
    assert wan(result.awards[0].amount) == (4, 10, 4, 10)
    assert result.awards[0].needs == ("projects[0].kinds",)


def test_which_project_a_group_is_on_may_be_unknown() -> None:
    # 2025 is on p1. 2026 is on p2, and also on p1 if its cost there counts: the greater is 10, else 10 + 10
    rules = (
        "clauses:\n- id: a\n  path: 一\n  sentence: 1\n  quote: 某\n  fund: city\n"
        "  per: {each: cost, by: [cost.year]}\n"
        "  where:\n  - cost.kind is not other\n"
        "  award: [{basis: sum of group.amount}, {cap: 10万元, of: award, per: year}]\n"
    )
    projects = (
        "projects:\n"
        "- id: p1\n"
        "  costs: [{kind: land, amount: 30万元, year: 2025}, {amount: 30万元, year: 2026}]\n"
        "- id: p2\n"
        "  costs: [{kind: land, amount: 30万元, year: 2026}]\n"
    )
    result = ask(rules, PLACE + projects, "higher_of")
    assert wan(result.total.possible) == (10, 20, 10, 20)
    assert result.deciding_facts == ("projects[0].costs[1].kind",)


def test_an_unknown_kind_may_be_one_that_the_case_names_and_no_list_has() -> None:
    """Two titles of another kind, of one name or not: the earlier of one kind alone is paid, else both are."""
    rules = (
        "vocabulary:\n  title.kind: {甲: {genus: 称号}}\n"
        "clauses:\n- id: a\n  path: 一\n  sentence: 1\n  quote: 某\n  per: title\n  fund: city\n  when:\n"
        "  - no titles as earlier where earlier.list is title.list and earlier.recognised_on < title.recognised_on\n"
        "  award: [{lump_sum: 10万元}]\n"
    )
    titles = "{id: t1, recognised_on: 2025-02-01}, {id: t2, kind: {other: 乙}, recognised_on: 2025-05-01}"
    result = ask(rules, f'enterprise: {{place: "610113"}}\nprojects: []\ntitles: [{titles}]\n', "sum")
    assert wan(result.total.possible) == (10, 20, 10, 20)
    assert result.deciding_facts == ("titles[0].kind",)


TRACK = "facts:\n  project:\n    track: {type: enum, members: [点, 线]}\n    green: {type: bool}\n"
LINE = "projects: [{id: p1, track: 线, green: true, costs: []}]\n"
ONLY_POINTS = "{by: project.track, rows: {点: 4万元}}"


def first_figures(rules: str, case: str) -> tuple[Fraction | int, ...] | None:
    """The amount of the first award, None where there is none."""
    result = ask(rules, PLACE + case, "sum")
    found = [*result.awards, *result.undecided]
    return wan(found[0].amount) if found else None


@pytest.mark.parametrize(
    ("own", "other", "figure"),
    [
        # a table without a row asks for nothing where another sentence stands in its place
        (ONLY_POINTS, "6万元", (6, 6, 6, 6)),
        # and that sentence's own table asks for a row
        ("6万元", ONLY_POINTS, None),
    ],
)
def test_what_stands_in_a_step_s_place_asks_for_its_own_row(
    own: str, other: str, figure: tuple[int, ...] | None
) -> None:
    clauses = A10.replace("{lump_sum: 10万元}", f"{{lump_sum: {own}}}")
    clauses += (
        "- id: instead\n  path: 二\n  sentence: 1\n  quote: 某\n  replaces: a.lump_sum\n"
        f"  when:\n  - project.green\n  lump_sum: {other}\n"
    )
    assert first_figures(f"{TRACK}clauses:\n{clauses}", LINE) == figure


@pytest.mark.parametrize(("lifted", "figure"), [("project.green", (10, 10, 10, 10)), ("not project.green", None)])
def test_a_cap_that_is_lifted_needs_no_row(lifted: str, figure: tuple[int, ...] | None) -> None:
    cap = f"{{cap: {ONLY_POINTS}, of: award, per: thing, unless: {lifted}}}"
    clause = A10.replace("{lump_sum: 10万元}", f"{{lump_sum: 10万元}}, {cap}")
    assert first_figures(f"{TRACK}clauses:\n{clause}", LINE) == figure


@pytest.mark.parametrize(("test", "figure"), [("project.green", None), ("not project.green", (7, 7, 7, 7))])
def test_the_row_that_is_taken_needs_a_row_in_its_own_table(test: str, figure: tuple[int, ...] | None) -> None:
    rows = ((test, ONLY_POINTS), (f"not ({test})", "7万元"))
    clause = "- id: a\n  per: project\n  fund: city\n  rows:\n" + "".join(
        f"  - {{id: r{n}, path: 一, sentence: 1, quote: 某, when: [{when}], award: [{{lump_sum: {sum_}}}]}}\n"
        for n, (when, sum_) in enumerate(rows)
    )
    assert first_figures(f"{TRACK}clauses:\n{clause}", LINE) == figure


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("land", (3, 3, 3, 3)),  # the 5 less 2 of the one that is sure
        ("equipment", (2, 2, 2, 2)),  # with 1 less 2
        ("", (2, 3, 2, 3)),
    ],
)
def test_what_may_count_in_a_sum_may_be_below_zero(kind: str, figure: tuple[int, ...]) -> None:
    what = "sum of (cost.amount - 2万元) for cost in project.costs where cost.kind is equipment"
    clause = A10.replace("[{lump_sum: 10万元}]", f"[{{basis: {what}}}]")
    kinds = f"kind: {kind}, " if kind else ""
    costs = f"costs: [{{kind: equipment, amount: 5万元}}, {{{kinds}amount: 1万元}}]"
    assert first_figures(f"clauses:\n{clause}", f"projects: [{{id: p1, {costs}}}]\n") == figure


@pytest.mark.parametrize(
    ("green", "figure"),
    [
        # 1 less 2 is nothing, not 1 less than nothing: 3 alone
        ("each: one in project.costs, of: [{basis: one.amount - 2万元}]", (3, 3, 3, 3)),
        ("each: one in project.costs, of: [{basis: one.amount}, {less: 2万元}]", (3, 3, 3, 3)),
        # and so where it is added to 10
        ("add: [{basis: 1万元 - 2万元}]", (10, 10, 10, 10)),
    ],
)
def test_steps_inside_of_others_leave_nothing_below_zero(green: str, figure: tuple[int, ...]) -> None:
    clause = A10.replace("[{lump_sum: 10万元}]", f"[{{lump_sum: 10万元}}, {{{green}}}]")
    costs = "costs: [{kind: land, amount: 5万元}, {kind: land, amount: 1万元}]"
    assert first_figures(f"clauses:\n{clause}", f"projects: [{{id: p1, {costs}}}]\n") == figure


@pytest.mark.parametrize(
    ("step", "figure"),
    [
        # the staff comes to 2.3 tens, which is at most 2.5 of them: three are begun
        ('basis: "1万元 * begun of (least of (enterprise.staff / 10, 2.5))"', 3),
        # 12 up to 20, but never above 15: down to 10
        ("round: {to: 10万元, mode: up}", 10),
    ],
)
def test_the_lesser_of_two_numbers_is_no_cap(step: str, figure: int) -> None:
    facts = "facts:\n  enterprise:\n    staff: {type: count}\n"
    steps = f"{{lump_sum: 12万元}}, {{cap: 15万元, of: award, per: thing}}, {{{step}}}"
    clause = A10.replace("{lump_sum: 10万元}", steps).replace("fund: city", "fund: city, when: [enterprise.staff > 0]")
    case = ONE + 'enterprise: {place: "610113", staff: 23}\ntitles: []\n'
    result = ask(f"{facts}clauses:\n{clause}", case, "sum")
    assert wan(result.awards[0].amount) == (figure,) * 4


def test_a_bound_under_a_ceiling_keeps_its_own_greatest_whatever_it_meets() -> None:
    """S19: alone, or beside another on one project; where that is not known what is left of it holds both."""
    first = A10.replace("lump_sum", "at_most")
    second = first.replace("id: a", "id: b").replace("fund: city", "fund: city, when: [project.green]")
    rules = f"{GREEN}clauses:\n{first}{second}cumulation:\n{CEILING.replace('25万元', '5万元')}\n"
    rules = rules.replace("cumulation:\n", "cumulation:\n- ").replace(", when: CONDITION", "")
    for given in ("", ", green: true", ", green: false"):
        result = ask(rules, PLACE + f"projects: [{{id: p1{given}}}]\n", "undecided")
        (left,) = (award.net for award in (*result.awards, *result.undecided) if award.id == "made/a@p1")
        assert wan(left) == (0, 0, 10, 10)
