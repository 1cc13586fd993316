"""Sweeps: pieces of shipped and invented clauses, held against every place nearby and against chance."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from subsidy_rules import Case, UsageError
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy
from subsidy_rules.study.cases import with_facts
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.study.sweep import Line, least_for, say_cliff, sweep, values_of

WAN = 1_000_000
PACK = """
language: 1
policy:
  id: swept
  title: 测算样例
  issuer: 某市
  document: 某政办〔2025〕1号
  place: {{code: "330100"}}
  window: {{start: 2025-01-01, end: 2027-12-31}}
  rounding: {{unit: 分, stated: true, mode: half_up}}
  unstated_cumulation: sum
{facts}clauses:
- id: banded
  path: 一
  sentence: 1
  quote: 分档给予
  per: project
  fund: city
  award:
{award}
"""
BANDED = """  - basis: project.total
    quote: 投资
  - tiers: project.total
    per: project
    rows:
    - {below: 100万元, rate: 5%}
    - {from: 100万元, below: 1000万元, rate: 8%, cap: 60万元}
    - {from: 1000万元, rate: 3%}
    quote: 分档给予
"""


FACTS = {
    "score": "facts: {project: {score: {type: count, zh: 得分, en: score}}}\n",
    "due": "facts: {project: {due: {type: date, zh: 完工, en: due}}}\n",
}


def scenario(award: str, about: str = "") -> Scenario:
    return Scenario(
        policies=gather([compile_policy(read_policy(PACK.format(award=award, facts=FACTS.get(about, ""))))])
    )


def case(**facts: str) -> Case:
    project = {"id": "p1", "total": "10万元", **facts}
    return Case.from_dict(
        {
            "case": "1",
            "decision_date": "2025-09-01",
            "enterprise": {"type": "enterprise", "place": "330100"},
            "projects": [project],
        }
    )


def told(line: Line) -> list[tuple[int, int, str]]:
    return [(int(one.first), int(one.last), str(one.rate)) for one in line.pieces]


CENTRE = Case.from_text("""
case: 1
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610113"}
projects:
- {id: p1, kinds: [能力中心], nature: [新建], whole_digital: false, costs: [{kind: equipment, amount: 2800万元}]}
assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
""")


def test_a_rate_under_a_cap_has_two_pieces_and_no_cliff() -> None:
    found = sweep(CENTRE, "projects[0].costs[0].amount", "0..3亿元")
    line = found.line("xian_30/capability_platform@p1")
    assert found.complete
    assert told(line) == [(0, 5000 * WAN, "1/10"), (5000 * WAN + 1, 30000 * WAN, "0")]
    assert all(one.proved for one in line.pieces)
    assert line.cliffs == ()
    assert line.pieces[0].why == ("× 10%［10%给予奖励］", "× 10% [10%给予奖励]")
    assert "500万元" in line.pieces[1].why[0]
    assert "三（二）" in line.pieces[0].clause[0]
    assert {one.kind for one in line.pieces} == {"exact"}
    at_cap = least_for(found, "xian_30/capability_platform@p1")
    assert at_cap is not None
    # half up: 4,999.999995万元 gives 500万元 already, and a fen less does not
    assert [str(one) for one in (at_cap.place, *at_cap.there)] == ["4999999995", "500000000", "500000000"]
    assert at_cap.before is not None
    assert [str(one) for one in at_cap.before] == ["499999999", "499999999"]
    assert least_for(found, "xian_30/capability_platform@p1", Fraction(600 * WAN)) is None


def test_bands_have_cliffs_to_the_fen() -> None:
    found = sweep(case(), "projects[0].total", "1元..2000万元", scenario(BANDED))
    line = found.line("swept/banded@p1")
    assert told(line) == [
        (100, 100 * WAN - 1, "1/20"),
        (100 * WAN, 750 * WAN, "2/25"),
        (750 * WAN + 1, 1000 * WAN - 1, "0"),
        (1000 * WAN, 2000 * WAN, "3/100"),
    ]
    assert [(int(one.at), int(one.by)) for one in line.cliffs] == [(100 * WAN, 3 * WAN), (1000 * WAN, -30 * WAN)]
    assert say_cliff(found, line.cliffs[1], "zh") == "swept/banded@p1：总投资到1,000万元，少得30万元"
    assert say_cliff(found, line.cliffs[0], "en").endswith("one more unit brings CNY 30,000")


LUMP = "  - {{lump_sum: 10万元, when: {}, quote: 给予}}"
GATED = "  - {basis: project.total, when: project.total >= 3万元, quote: 投资}\n  - {rate: 1%, quote: 给予}"


@pytest.mark.parametrize(
    ("award", "given", "path", "over", "breaks"),
    [
        (LUMP.format("project.score >= 60"), {"score": "1"}, "projects[0].score", "0..100", [60]),
        (
            LUMP.format("project.due < 2025-06-01"),
            {"due": "2025-02-02"},
            "projects[0].due",
            "2025-01-01..2025-12-31",
            [739403],
        ),
        (GATED, {}, "projects[0].total", "0..9万元", [3 * WAN]),
    ],
)
def test_counts_days_and_gates(award: str, given: dict[str, str], path: str, over: str, breaks: list[int]) -> None:
    found = sweep(case(**given), path, over, scenario(award, path.partition(".")[2]))
    line = found.line("swept/banded@p1")
    assert [one.first for one in line.pieces[1:]] == breaks
    assert [one.at for one in line.cliffs] == breaks


@pytest.mark.parametrize("number", range(4))
def test_pieces_are_those_of_a_search_at_every_place(number: int) -> None:
    """Random bands in whole yuan over a small range, each fen of which is evaluated."""
    rng = random.Random(f"swept {number}")
    ends, rates = sorted(rng.sample(range(1, 5), 2)), [rng.randrange(1, 90) for _ in range(3)]
    upper, lower = zip(*(rng.choice([("below", "from"), ("to", "over")]) for _ in range(2)), strict=True)
    award = f"""  - basis: project.total
    quote: 投资
  - tiers: project.total
    per: project
    rows:
    - {{{upper[0]}: {ends[0]}元, rate: {rates[0]}%}}
    - {{{lower[0]}: {ends[0]}元, {upper[1]}: {ends[1]}元, rate: {rates[1]}%, cap: {rng.randrange(1, 4)}元}}
    - {{{lower[1]}: {ends[1]}元, rate: {rates[2]}%}}
    quote: 分档给予
"""
    asked = scenario(award)
    found = sweep(case(), "projects[0].total", "0.01元..6元", asked)
    line, side = found.line("swept/banded@p1"), Side(asked)
    by_search = {
        place: values_of(side.evaluate(with_facts(case(), {"projects[0].total": f"{place}分"})))["swept/banded@p1"]
        for place in range(1, 601)
    }
    changes = [b for a, b in pairwise(sorted(by_search)) if by_search[a].shape != by_search[b].shape]
    firsts = [int(one.first) for one in line.pieces]
    assert set(changes) <= set(firsts)
    for one in line.pieces:
        assert (one.low, one.high) == (by_search[int(one.first)].amount, by_search[int(one.last)].amount)
        inside = [by_search[place].ends[0] for place in range(int(one.first), int(one.last) + 1)]
        if one.proved and one.rate is not None:  # its ends are rounded, and so is every place between
            start = by_search[int(one.first)].ends[0]
            assert all(abs(start + one.rate * step - value) <= 3 for step, value in enumerate(inside))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("path", "over", "said"),
    [
        ("projects[1].total", "0..1元", "is no number of a case"),
        ("projects[0].id", "0..1", "is no number of a case"),
        ("projects[0].totl", "0..1", "is no number of a case"),
        ("projects[0].total", "1元", "a range is LOW..HIGH"),
        ("projects[0].total", "2元..1元", "is empty"),
        ("projects[0].total", "1元..1元", "is empty"),
        ("projects[0].total", "1..2", "the range '1..2'"),
        ("projects[0].total", "1元..2吨", "the range '1元..2吨'"),
        ("enterprise.revenue_growth", "0%..0.015%", "no whole number of steps of 0.01%"),
        ("projects[0]..total", "1元..2元", "is no path of a fact"),
    ],
)
def test_what_is_no_sweep(path: str, over: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        sweep(case(), path, over, scenario(BANDED))
    with pytest.raises(UsageError, match="no award 'x' in this range"):
        sweep(case(), "projects[0].total", "1元..2元", scenario(BANDED)).line("x")
