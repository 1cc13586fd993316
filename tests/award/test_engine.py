"""Corners of the engine that none of the four texts reaches, each on a pack of a few lines, figures worked beside."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules import Case, Entitlement, UsageError, evaluate, load_policies
from subsidy_rules.award import complete, engine, selection
from subsidy_rules.award.engine import Context, Shared, number, truth_of_plan
from subsidy_rules.award.rows import key_of
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values.amount import Amount

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
assume_none: [grants, loans, services, earlier_awards]
"""
CLAUSE = "- {id: ID, path: 一, sentence: 1, quote: 某, per: project, fund: city, award: [AWARD]}\n"


def ask(rules: str, case: str, silence: str = "undecided") -> Entitlement:
    policies = gather([compile_policy(read_policy(HEAD.replace("SILENCE", silence) + rules))])
    return evaluate(Case.from_text(CASE + case), policies)


def clause(award: str, name: str = "a") -> str:
    return CLAUSE.replace("ID", name).replace("AWARD", award)


def wan(amount: Amount) -> tuple[Fraction | int, ...]:
    return tuple(part / 1_000_000 for part in amount.numbers if isinstance(part, Fraction))


def test_what_is_no_number_has_no_function() -> None:
    with pytest.raises(TypeError):
        number(op.Words("某"))


def test_what_is_divided_by_nothing_is_open() -> None:
    ten = op.Constant(0, "money")
    made = number(op.Arithmetic("/", ten, op.Constant(1, "count"), "money"))
    policies = gather([])
    facts = Case.from_text("case: 1").facts_of(policies.vocabulary)
    constants = (Amount.exact(Fraction(10)), Amount.exact(Fraction(0)))
    found = made(Context(Shared(facts, Vocabulary.core(), {}, {}), constants, {}, {}, "", {}))
    assert found == Amount.undetermined("zero_divisor")


SHAPES = """\
facts:
  enterprise: {founded: {type: date}, staff: {type: count}, sold: {type: money}}
clauses:
- id: a
  path: 一
  sentence: 1
  quote: 某
  per: enterprise
  fund: city
  when:
  - enterprise.founded is enterprise.founded and enterprise.staff is enterprise.staff
  - enterprise.sold is enterprise.sold
  award: [STEPS]
"""


@pytest.mark.parametrize(
    ("steps", "known", "unknown"),
    [
        # with 23 people, 12万元 sold and founded on 29 February 2024; then with nothing given
        ("{basis: 1万元 * (year of enterprise.founded - 2000)} | 50", 24, (0, 50)),
        (
            "{basis: 1万元 * (year of (enterprise.founded + 1 year) - 2000)}, {clamp: {least: 1万元, greatest: 9万元}}",
            9,
            (1, 9),
        ),
        (
            '{basis: "1万元 * days from 2024-02-28 to (enterprise.founded + 12 months)"} | 400',
            366,
            (0, 400),
        ),
        (
            '{basis: "1万元 * whole months from enterprise.founded to 2025-02-27"} | 20',
            11,
            (0, 20),
        ),
        (
            '{basis: "1万元 * begun months from enterprise.founded to 2025-02-27"} | 20',
            12,
            (0, 20),
        ),
        (
            '{basis: "1万元 * whole years from (enterprise.founded - 3 days) to 2025-02-28"} | 5',
            1,
            (0, 5),
        ),
        ("{basis: 1万元 * whole of (enterprise.staff / 10)} | 9", 2, (0, 9)),
        ("{basis: 1万元 * begun of (enterprise.staff / 10)} | 9", 3, (0, 9)),
        ("{basis: enterprise.sold}, {pay_from: 12万元} | 20", 12, (0, 20)),
        ("{basis: enterprise.sold}, {pay_from: 13万元} | 20", 0, (0, 20)),
        ("{basis: enterprise.sold}, {minimum: 13万元} | 20", 13, (0, 20)),
        ('{basis: "greatest of (enterprise.sold, 13万元)"} | 20', 13, (13, 20)),
        (
            "{basis: enterprise.sold}, {round: {to: 5万元, mode: half_up}} | 20",
            10,
            (0, 20),
        ),
    ],
)
def test_figures_of_other_shapes(steps: str, known: int, unknown: tuple[int, int]) -> None:
    given = "founded: 2024-02-29, staff: 23, sold: 12万元"
    text, _, most = steps.partition(" | ")
    text += f", {{cap: {most}万元, of: award, per: a}}" if most else ""
    for facts, (low, high) in ((given, (known, known)), ("", unknown)):
        case = CASE.replace('"610113"', f'"610113", {facts}' if facts else '"610113"') + "projects: []\ntitles: []\n"
        policies = gather([compile_policy(read_policy(HEAD.replace("SILENCE", "sum") + SHAPES.replace("STEPS", text)))])
        (award,) = evaluate(Case.from_text(case), policies).awards
        assert wan(award.amount) == (low, high, low, high)
        assert ("below_pay_from" in award.flags) == ("pay_from: 13" in steps and facts != "")


def test_another_s_award_is_read_as_that_sentence_reads_facts() -> None:
    """Of the kinds that only the other sentence's open list may mean, the case claims one for it."""
    rules = (
        "vocabulary:\n  title.kind: {甲: {genus: 称号}, 乙: {genus: 称号}}\n"
        "lists:\n  listed: {of: title.kind, members: [甲], open: true}\n"
        "clauses:\n"
        + clause("{lump_sum: 10万元}", "a").replace("per: project", "per: title, when: [title.kind in listed]")
        + clause("{basis: award.a}, {rate: 50%}", "b").replace("per: project", "per: title")
    )
    titles = "projects: []\ntitles: [{id: t1, kind: 乙, claims: [CLAIM]}]\n"
    for claim, figure in (("made/a", (0, 0, 5, 5)), ("made/b", (0, 0, 0, 0))):
        found = ask(rules, titles.replace("CLAIM", claim))
        assert [wan(award.amount) for award in found.awards if award.id == "made/b@t1"] == [figure]


def test_functions_of_a_plan_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_MOST", 1)
    first, second = op.All(()), op.AnyOf(())
    kept = truth_of_plan(first)
    assert truth_of_plan(first) is kept
    truth_of_plan(second)
    assert truth_of_plan(first) is not kept


DATES = """\
vocabulary:
  title.kind: {甲: {genus: 称号}}
clauses:
- id: a
  path: 一
  sentence: 1
  quote: 某
  per: enterprise
  fund: city
  when: [CONDITION]
  award: [{lump_sum: 10万元}]
"""


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        ("min of titles.recognised_on < 2025-03-01", (10, 10, 10, 10)),
        ("min of titles.recognised_on < 2025-02-01", (0, 0, 0, 0)),
        ("min of titles.recognised_on where title.kind is 甲 < 2025-04-01", (0, 10, 0, 10)),  # if the first is one
        ("max of titles.recognised_on > 2025-04-30", (10, 10, 10, 10)),
        ("enterprise.founded is enterprise.founded", (10, 10, 10, 10)),  # whatever it is
        ("enterprise.founded is 2025-01-01", (0, 10, 0, 10)),
        ("enterprise.approved_by_board", (0, 0, 10, 10)),  # an authority's to say
        ("enterprise.on_the_state_list", (0, 0, 10, 10)),  # another document's to say
    ],
)
def test_conditions(condition: str, numbers: tuple[int, ...]) -> None:
    facts = (
        "facts:\n  enterprise:\n    founded: {type: date}\n    approved_by_board: {type: bool, sort: authority}\n"
        "    on_the_state_list: {type: bool, sort: standard}\n"
    )
    reading_all = (
        "[enterprise.approved_by_board, enterprise.on_the_state_list, enterprise.founded is enterprise.founded,"
        " any titles where title.kind is 甲]"
    )
    others = clause("{lump_sum: 1万元}", "z").replace("award:", f"when: {reading_all}, award:")
    first, second = "{id: t1, recognised_on: 2025-02-10}", "{id: t2, kind: 甲, recognised_on: 2025-05-01}"
    titles = f"projects: []\ntitles: [{first}, {second}]\n"
    result = ask(facts + DATES.replace("CONDITION", condition) + others, titles)
    found = [award.gated for award in (*result.awards, *result.undecided)]
    assert wan(found[0] if found else Amount.exact(Fraction(0))) == numbers


@pytest.mark.parametrize(
    ("titles", "numbers"),
    [("", (0, 10, 0, 10)), ("titles: {more: true, items: [{id: t1, recognised_on: 2025-02-10}]}\n", (10, 10, 10, 10))],
)
def test_the_least_of_a_list_that_is_not_whole_may_be_less(titles: str, numbers: tuple[int, ...]) -> None:
    kinds = "any titles where title.kind is 甲 or case.decision_date > 2025-01-01"
    rules = DATES.replace("CONDITION", "min of titles.recognised_on < 2025-03-01")
    others = clause("{lump_sum: 1万元}", "z").replace("award:", f"when: [{kinds}], award:")
    result = ask(rules + others, "projects: []\n" + titles)
    found = [award.gated for award in (*result.awards, *result.undecided)]
    assert wan(found[0]) == numbers


def test_what_two_options_of_an_open_condition_say_alike_is_not_open() -> None:
    """The window of an event: what holds on either side of an unknown date holds."""
    same = op.ReadingIs("made/r", "x")
    listed = op.Holds(op.Fact("e", FieldSpec("enterprise", "listed", "bool")))
    choice = engine.truth(op.IfTruth(listed, same, same))
    facts = Case.from_text("case: 1").facts_of(Vocabulary.core())
    ctx = Context(Shared(facts, Vocabulary.core(), {"made/r": "x"}, {}), (), {"e": facts.enterprise}, {}, "", {})
    assert choice(ctx).is_true


def test_projects_that_name_each_other_in_a_circle_are_one() -> None:
    projects = "projects: [{id: p1, same_as: p2}, {id: p2, same_as: p3}, {id: p3, same_as: p2}]\ntitles: []\n"
    result = ask("clauses:\n" + clause("{lump_sum: 10万元}"), projects, "higher_of")
    assert wan(result.total.possible) == (10, 10, 10, 10)


def test_of_many_awards_that_overlap_the_best_is_found() -> None:
    clauses = "".join(clause(f"{{lump_sum: {number}万元}}", f"c{number}") for number in range(1, 41))
    result = ask("clauses:\n" + clauses, "projects: [{id: p1}]\ntitles: []\n", "higher_of")
    assert wan(result.total.possible) == (40, 40, 40, 40)
    assert not result.total.outer
    assert [award.clause for award in result.awards if award.status == "counted"] == ["c40"]


def test_a_search_that_stops_gives_the_best_found_and_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five awards in a ring, each beside two that exclude it: two are paid; that three are not takes a search."""
    names = "abcde"
    rules = "".join(
        f"- {{id: r{one}, kind: higher_of, clauses: [{one}], against: [{other}], same: project, quote: 就高}}\n"
        for one, other in zip(names, names[1:] + names[:1], strict=True)
    )
    text = "clauses:\n" + "".join(clause("{lump_sum: 10万元}", name) for name in names) + "cumulation:\n" + rules
    found = ask(text, "projects: [{id: p1}]\ntitles: []\n", "sum")
    assert wan(found.total.possible) == (20, 20, 20, 20)
    assert [award.clause for award in found.awards if award.status == "counted"] == ["a", "c"]
    monkeypatch.setattr(selection, "NODES", 0)
    result = ask(text, "projects: [{id: p1}]\ntitles: []\n", "sum")
    assert wan(result.total.possible) == (20, 30, 20, 30)
    assert result.total.outer
    assert "too_many_overlaps" in result.flags
    (group,) = result.cumulation
    assert group.refused


def test_an_award_of_more_worlds_than_the_budget_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete, "BUDGET", 1)
    rules = DATES.replace("CONDITION", "any titles where title.kind is 甲 and title.level is 省级")
    result = ask(rules, "projects: []\ntitles: [{id: t1}]\n")
    (award,) = result.undecided
    assert award.outer
    assert "outer" in award.flags
    assert wan(award.gated) == (0, 10, 0, 10)


GROUPS = """\
vocabulary:
  title.kind: {甲: {genus: 称号}}
clauses:
- id: a
  path: 一
  sentence: 1
  quote: 某
  per: {each: title, by: [title.level]}
  fund: city
  where: [title.kind is 甲]
  award: [{lump_sum: 10万元}]
"""


def test_a_group_of_what_stands_in_no_project_has_an_award_for_each_key() -> None:
    titles = "{id: t1, kind: 甲, level: 省级}, {id: t2, kind: 甲, level: 省级}, {id: t3, kind: 甲, level: 市级}"
    result = ask(GROUPS, f"projects: []\ntitles: [{titles}]\n", "sum")
    assert [award.object for award in result.awards] == ["省级", "市级"]
    assert wan(result.total.possible) == (20, 20, 20, 20)


def test_an_unknown_key_is_any_of_its_members() -> None:
    # the second is of the same level, and one award is due, or of another, and two are
    result = ask(GROUPS, "projects: []\ntitles: [{id: t1, kind: 甲, level: 省级}, {id: t2, kind: 甲}]\n", "sum")
    assert wan(result.total.possible) == (10, 20, 10, 20)
    assert result.deciding_facts == ("titles[1].level",)


def test_a_group_of_a_list_of_projects_that_is_not_whole_may_have_more() -> None:
    rules = GROUPS.replace("each: title, by: [title.level]", "each: cost, by: [cost.year]")
    rules = rules.replace("  where: [title.kind is 甲]\n", "").replace(
        "vocabulary:\n  title.kind: {甲: {genus: 称号}}\n", ""
    )
    rules = rules.replace("[{lump_sum: 10万元}]", "[{basis: sum of group.amount}, {cap: 10万元, of: award, per: year}]")
    costs = "costs: [{amount: 4万元, year: 2025}]"
    result = ask(rules, f"titles: []\nprojects: {{more: true, items: [{{id: p1, {costs}}}]}}\n", "sum")
    assert [wan(award.amount) for award in result.awards] == [(4, 10, 4, 10)]
    assert result.deciding_facts == ("projects",)


def test_a_key_that_is_no_fact_has_no_group() -> None:
    with pytest.raises(TypeError):
        key_of(
            Context(
                Shared(Case.from_text("case: 1").facts_of(Vocabulary.core()), Vocabulary.core(), {}, {}),
                (),
                {},
                {},
                "",
                {},
            ),
            op.Constant(0, "count"),
        )


def test_a_minimum_that_binds_has_steps() -> None:
    result = evaluate(Case.load(Path(__file__).parents[2] / "examples" / "procurement.yaml"))
    assert [[step.word for step in one.steps] for one in result.obligations][:1] == [["basis"]]
    assert result.obligations[0].as_json()["at_least"] == {"min": "2000000.00", "max": "2000000.00"}


def test_a_region_that_ends_at_a_cut_has_nothing_after_it() -> None:
    """A sum that is given as a range up to the very threshold is above it nowhere, and at it once."""
    rules = "clauses:\n" + clause("{lump_sum: 10万元}").replace("award:", "when: [project.total >= 100万元], award:")
    result = ask(rules, "titles: []\nprojects: [{id: p1, total: {min: 50万元, max: 100万元}}]\n")
    assert [wan(award.gated) for award in result.undecided] == [(0, 10, 0, 10)]


def test_what_is_no_case_is_refused_as_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="a case is a Case"):
        evaluate({"case": "1"})  # type: ignore[arg-type]


def test_one_path_is_a_path_and_not_its_letters() -> None:
    rules = Path(__file__).parents[2] / "rules"
    assert list(load_policies(str(rules / "xian_30.yaml")).by_id) == ["xian_30"]
    assert len(load_policies(rules).plans) == 4
