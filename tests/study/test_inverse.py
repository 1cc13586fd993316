"""Inverse questions, held against every case of small domains on clauses by chance."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

from subsidy_rules import Case, UsageError
from subsidy_rules.errors import Lang
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy
from subsidy_rules.study.cases import with_facts
from subsidy_rules.study.inverse import least_change, nearest
from subsidy_rules.study.questions import questions
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.study.told_inverse import to_html, to_markdown, to_text
from tests.study.test_sweep import PACK, scenario
from tests.study.test_sweep import case as plain

ID = "swept/banded@p1"
FACTS = """facts:
  project:
    a: {type: bool, zh: 甲, en: first}
    b: {type: bool, zh: 乙, en: second}
    e: {type: enum, zh: 丙, en: third, members: [x, y, z]}
    n: {type: count, zh: 丁, en: fourth}
"""
OTHER = """
- id: other
  path: 二
  sentence: 1
  quote: 分档给予
  per: project
  fund: city
  when: [project.a or project.b or project.e is x or project.n > 0]
  award:
  - {lump_sum: 1元, quote: 给予}
"""
DOMAIN = {"a": ("true", "false"), "b": ("true", "false"), "e": ("x", "y", "z"), "n": tuple(map(str, range(8)))}


def gated(*conditions: str) -> Scenario:
    award = "  - {basis: project.total, quote: 投资}\n  - {rate: 1%, quote: 给予}"
    text = PACK.format(award=award, facts=FACTS)
    when = "  when:\n" + "".join(f"  - {one}\n" for one in conditions)
    return Scenario(
        policies=gather([compile_policy(read_policy(text.replace("  award:\n", when + "  award:\n") + OTHER))])
    )


def case(**facts: str) -> Case:
    return plain(**{"a": "false", "b": "false", "e": "x", "n": "0", **facts})


def by_search(given: Case, made: Scenario) -> tuple[int | None, set[frozenset[str]]]:
    """Return how many facts have to change at least, and which: of every case that there is."""
    side = Side(made)
    names = list(DOMAIN)
    now = {name: _said(given, name) for name in names}
    best: dict[frozenset[str], None] = {}
    for values in product(*DOMAIN.values()):
        facts = {f"projects[0].{name}": value for name, value in zip(names, values, strict=True)}
        if any(one.id == ID for one in side.evaluate(with_facts(given, facts)).awards):
            best[frozenset(name for name, value in zip(names, values, strict=True) if now[name] != value)] = None
    least = min(map(len, best), default=None)
    return least, {one for one in best if len(one) == least}


def _said(given: Case, name: str) -> str:
    text = given.document.root
    (project,) = text.get("projects").items  # type: ignore[union-attr]
    return str(project.get(name).text)  # type: ignore[union-attr]


def condition(rng: random.Random) -> str:
    simple = (
        "project.a",
        "project.b",
        "not project.a",
        f"project.e is {rng.choice('xyz')}",
        f"project.e in [{', '.join(rng.sample('xyz', 2))}]",
        f"project.n >= {rng.randrange(1, 6)}",
        f"project.n < {rng.randrange(1, 6)}",
    )
    if rng.random() < 0.3:
        return " or ".join(rng.sample(simple, 2))
    return rng.choice(simple)


@pytest.mark.random
@pytest.mark.parametrize("number", range(8))
def test_the_fewest_facts_are_those_of_every_case(number: int) -> None:
    rng = random.Random(f"nearest {number}")
    made = gated(*{condition(rng) for _ in range(3)})
    given = case(**{name: rng.choice(values) for name, values in DOMAIN.items()})
    size, sets = by_search(given, made)
    found = nearest(given, "swept/banded", made)
    assert found.applies == (size == 0)
    if size == 0:
        return
    assert found.size == (size if size is not None and size <= found.deep else None)
    answers = {frozenset(one.path.rpartition(".")[2] for one in answer) for answer in found.answers}
    assert answers == (sets if found.size is not None else set())
    side = Side(made)
    for answer in found.answers:
        facts = {one.path: one.after for one in answer}
        assert any(one.id == ID for one in side.evaluate(with_facts(given, facts)).awards)


def test_each_change_says_what_it_mends() -> None:
    made = gated("project.a", "project.n >= 5")
    found = nearest(case(n="2"), ID, made)
    (answer,) = found.answers
    assert [(one.path, one.before, one.after, one.condition) for one in answer] == [
        ("projects[0].a", "false", "true", "project.a"),
        ("projects[0].n", "2", "5", "project.n >= 5"),
    ]
    assert answer[0].label == ("甲", "first")
    assert "某政办〔2025〕1号" in answer[0].clause[0]
    assert (found.complete, found.untried, found.as_json()["schema"]) == (True, (), "subsidy-rules/nearest/1")
    assert nearest(case(a="true", n="5"), ID, made).applies
    assert nearest(case(n="2"), ID, made, deep=1).answers == ()
    assert not nearest(case(n="2"), ID, made, deep=1).complete
    assert not nearest(case(n="2"), ID, made, most=3).complete


def test_one_number_has_to_reach_two_conditions() -> None:
    found = nearest(case(n="7"), ID, gated("project.n < 6", "project.n < 3", "project.n >= 1"))
    assert [[(one.path, one.after) for one in answer] for answer in found.answers] == [[("projects[0].n", "2")]]


def test_what_is_not_given_is_asked_and_what_cannot_be_tried_is_named() -> None:
    made = gated("project.a", "project.n >= 5")
    open_ = with_facts(case(n="7"), {"projects[0].a": None})
    (answer,) = nearest(open_, ID, made).answers
    assert [(one.path, one.before, one.after) for one in answer] == [("projects[0].a", "", "true")]
    placed = nearest(case(), ID, gated('enterprise.place is "330102"'))
    assert placed.untried == ("enterprise.place",)
    assert placed.answers == ()
    with pytest.raises(UsageError, match="did you mean 'swept/banded'"):
        nearest(case(), "swept/bandet", made)


def test_the_least_change_of_a_number_goes_either_way() -> None:
    made = gated("project.total >= 3万元", "project.total <= 5万元")
    path = "projects[0].total"
    for now, wanted, by in (("1万元", 3_000_000, 2_000_000), ("9万元", 5_000_000, -4_000_000), ("4万元", 4_000_000, 0)):
        found = least_change(with_facts(case(), {path: now}), path, "0..10万元", ID, made)
        assert (found.nearest, found.by, found.complete) == (Fraction(wanted), Fraction(by), True)
    found = least_change(case(), path, "6万元..10万元", ID, made)
    assert (found.nearest, found.by) == (None, None)
    open_ = with_facts(case(), {path: None})
    assert least_change(open_, path, "0..10万元", ID, made).nearest == 3_000_000
    assert least_change(open_, path, "0..10万元", ID, made).as_json()["nearest"] == "30000 元"


def test_questions_narrow_the_range_most_first() -> None:
    award = """  - basis: project.total
    quote: 投资
  - {rate: 10%, quote: 给予}"""
    text = PACK.format(award=award, facts=FACTS).replace("  award:\n", "  when: [project.a, project.b]\n  award:\n")
    text += OTHER
    made = Scenario(policies=gather([compile_policy(read_policy(text))]))
    total = {"projects[0].total": None, "projects[0].a": None}
    given = with_facts(case(b="true"), total)
    given = with_facts(given, {"projects[0].total": {"min": "10万元", "max": "20万元"}})
    found = questions(given, made)
    assert [(one.path, one.sure) for one in found.facts] == [("projects[0].a", True), ("projects[0].total", False)]
    assert [str(one) for one in (found.width, found.facts[0].worst, found.facts[0].best)] == ["2000000", "1000000", "0"]
    assert found.as_json()["width"] == "20000.00"
    known = questions(plain(), scenario("  - {basis: project.total, quote: 投资}\n  - {rate: 10%, quote: 给予}"))
    assert (known.facts, str(known.width)) == ((), "0")


MOVED = """
case: 1
decision_date: 2025-09-01
enterprise:
  type: enterprise
  place: "610113"
  on_air_relocation_plan: false
  air_relocation_completed: true
  air_relocation_completed_on: 2023-06-01
projects: []
assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
"""


def test_what_the_law_leaves_open_is_settled_by_a_fact_that_the_sentence_reads() -> None:
    given = Case.from_text(MOVED)
    (answer,) = nearest(given, "xian_30/air_relocation").answers
    assert [(one.path.partition(".")[2], one.after) for one in answer] == [
        ("air_relocation_completed_on", "2024-01-01"),
        ("on_air_relocation_plan", "true"),
    ]
    planned = Scenario(facts={"enterprise.on_air_relocation_plan": "true"})
    path = "enterprise.air_relocation_completed_on"
    found = least_change(given, path, "2020-01-01..2027-12-31", "xian_30/air_relocation", planned)
    assert found.as_json()["nearest"] == "2024-01-01"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_answers_are_said(lang: Lang) -> None:
    made = gated("project.a", "project.n >= 5", 'enterprise.place in ["330100"]')
    given = case(n="2")
    answers = nearest(given, ID, made), least_change(given, "projects[0].n", "0..9", ID, made), questions(given, made)
    for found in answers:
        for text in (to_text(found, "c", lang), to_markdown(found, "c", lang), to_html(found, lang)):
            assert text
    told = to_markdown(answers[0], "c", lang)
    assert "2 → 5" in told
    assert "project.n" in told
    assert ("适用" if lang == "zh" else "applies as the case stands") in to_text(
        nearest(case(a="true", n="5"), ID, made), "c", lang
    )
    assert ("未找到" if lang == "zh" else "nothing found") in to_text(nearest(given, ID, made, deep=1), "c", lang)
    due = gated("project.a", "project.total >= 3万元")
    moved = least_change(
        with_facts(case(a="true"), {"projects[0].total": "1万元"}), "projects[0].total", "0..9万元", ID, due
    )
    assert ("+2万元" if lang == "zh" else "+CNY 20,000") in to_text(moved, "c", lang)
