"""Cohorts: shares that add up to the pot, orders and levels, open demands, and rules that don't hold together."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path
from typing import Any, Literal

import pytest

from subsidy_rules import Case, RuleError, UsageError, load_policies
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy
from subsidy_rules.serve.wording import in_chinese
from subsidy_rules.study.cohort import (
    Cohort,
    CohortFile,
    CohortRule,
    _Asked,
    _in_order,
    _pro_rata,
    evaluate_cohort,
    load_cohort_rule,
    shared,
    to_text,
)
from subsidy_rules.study.side import Scenario

WAN = 1_000_000
PACK = """
language: 1
policy:
  id: grants
  title: 样例
  issuer: 某市
  document: 某政〔2025〕1号
  place: {code: "330100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: true, mode: half_up}
  unstated_cumulation: sum
facts:
  project:
    score: {type: count, zh: 得分, en: score}
clauses:
- id: renewal
  path: 一
  sentence: 1
  quote: 按投资的10%给予
  per: project
  fund: city
  when: [project.score >= 1]
  award:
  - basis: project.total
    quote: 投资
  - rate: 10%
    quote: 10%
"""
EUROS = Scenario(policies=load_policies([Path(__file__).parents[1] / "policies" / "reeg.yaml"]))
SCENARIO = Scenario(policies=gather([compile_policy(read_policy(PACK))]))


def case(total: Any, score: Any = 60, applied: str = "2025-03-01") -> Case:  # noqa: ANN401 - as a case says it
    project = {"id": "p1", "total": total, "score": score}
    project = {
        key: value if isinstance(value, dict) else str(value) for key, value in project.items() if value is not None
    }
    tree = {"case": "1", "decision_date": "2025-09-01", "applied_on": applied, "projects": [project]}
    return Case.from_dict({**tree, "enterprise": {"type": "enterprise", "place": "330100"}})


def rule(**said: str) -> str:
    given = {"cohort": "1", "name": "专项", "demand": "grants/renewal", "pot": "100万元", "give": "pro_rata", **said}
    return "\n".join(f"{key}: {value}" for key, value in given.items()) + "\n"


def given_out(cases: dict[str, Case], **said: str) -> Cohort:
    return evaluate_cohort(cases.items(), load_cohort_rule(rule(**said)), SCENARIO)


def told(found: Cohort) -> dict[str, tuple[int, int]]:
    return {one.name: one.share for one in found.shares}


def check_pots(count: int, seed: str) -> None:
    rng = random.Random(seed)
    for _ in range(count):
        names = [f"{number}" for number in range(rng.randrange(1, 9))]
        demands = {name: rng.choice([0, 1, rng.randrange(10**4), rng.randrange(10**10)]) for name in names}
        pot, cap = rng.randrange(1, 10**10), rng.choice([None, rng.randrange(1, 10**9)])
        found = shared(pot, demands, cap)
        most = {name: one if cap is None else min(one, cap) for name, one in demands.items()}
        assert sum(found.values()) == (
            min(pot, sum(most.values())) if sum(demands.values()) > pot else sum(most.values())
        )
        assert all(0 <= found[name] <= most[name] for name in names)
        rng.shuffle(names)
        assert shared(pot, {name: demands[name] for name in names}, cap) == found
        kept = shared(pot, demands, cap, handed_on=False)
        assert all(kept[name] <= found[name] + 1 for name in names)


def test_shares_add_up_to_the_pot() -> None:
    check_pots(300, "pots")


@pytest.mark.slow
def test_shares_add_up_to_ten_thousand_pots() -> None:
    check_pots(10_000, "many pots")


def test_pro_rata_by_hand() -> None:
    # 60, 90 and 150万元 are asked for, of 100: 20, 30, 50
    cases = {"甲": case("600万元"), "乙": case("900万元"), "丙": case("1500万元")}
    assert told(given_out(cases)) == {"丙": (50 * WAN,) * 2, "乙": (30 * WAN,) * 2, "甲": (20 * WAN,) * 2}
    # at most 40 each: 丙 has 40, and 60 are shared 2 : 3; or what is freed stays in the pot
    assert told(given_out(cases, cap="40万元", freed="handed_on")) == {
        "丙": (40 * WAN,) * 2,
        "乙": (36 * WAN,) * 2,
        "甲": (24 * WAN,) * 2,
    }
    kept = given_out(cases, cap="40万元", freed="kept")
    assert (kept.given, kept.left) == (90 * WAN, 10 * WAN)
    assert told(given_out(dict(reversed(cases.items())))) == told(given_out(cases))


def test_an_open_demand_leaves_shares_open() -> None:
    found = given_out({"甲": case({"min": "600万元", "max": "900万元"}), "乙": case("900万元")})
    # 60 to 90 beside 90: 40 to 50, and 60 to 50
    assert told(found) == {"甲": (40 * WAN, 50 * WAN), "乙": (50 * WAN, 60 * WAN)}
    assert [one.en for one in found.shares] == ["a demand is open"] * 2
    unknown = given_out({"甲": case(None), "乙": case("900万元")})
    assert told(unknown)["乙"] == (0, 90 * WAN)
    assert "open" in to_text(found, "en", width=100)
    assert "有需求额尚未确定" in to_text(found, "zh", width=100)


def test_the_stamp_says_what_it_was_computed_from() -> None:
    cases = {"乙": case("900万元"), "甲": case("600万元")}
    found = given_out(cases)
    (plan,) = SCENARIO.policies.plans if SCENARIO.policies is not None else ()
    assert found.as_json()["stamp"] == {
        "rule": found.rule.sha256,
        "rules": [
            {"policy": "grants", "source_sha256": plan.source_sha256, "meaning_sha256": plan.meaning_sha256},
        ],
        "guides": [],
        "cases": {name: cases[name].sha256 for name in ("乙", "甲")},
        "readings": {"grants/unstated_cumulation": "sum"},
    }


def test_first_come_is_by_day_and_a_level_that_does_not_fit_is_open() -> None:
    cases = {
        "甲": case("600万元", applied="2025-03-01"),
        "乙": case("300万元", applied="2025-02-01"),
        "丙": case("300万元", applied="2025-03-01"),
    }
    found = given_out(cases, give="first_come", by="applied_on")
    assert told(found) == {"乙": (30 * WAN,) * 2, "甲": (0, 60 * WAN), "丙": (0, 30 * WAN)}
    assert {one.name: one.en for one in found.shares}["甲"] == "it is level with 丙, and not all can be paid"
    settled = given_out(cases, give="first_come", by="applied_on", then="projects[0].score")
    assert told(settled) == told(found)
    more = given_out(cases, give="first_come", by="applied_on", pot="120万元")
    assert more.given == 120 * WAN


def test_a_ranking_has_a_quota_and_the_last_gets_what_is_left() -> None:
    cases = {name: case("400万元", score) for name, score in (("甲", 90), ("乙", 80), ("丙", 70), ("丁", 60))}
    by = {"give": "ranking", "by": "projects[0].score"}
    assert told(given_out(cases, **by)) == {
        "甲": (40 * WAN,) * 2,
        "乙": (40 * WAN,) * 2,
        "丙": (20 * WAN,) * 2,
        "丁": (0, 0),
    }
    assert given_out(cases, **by, quota="2").given == 80 * WAN
    assert told(given_out(cases, **by, order="lowest", quota="1"))["丁"] == (40 * WAN,) * 2
    unplaced = given_out({**cases, "戊": case("400万元", None)}, **by)
    assert told(unplaced)["乙"] == (20 * WAN, 40 * WAN)
    assert {one.name: one.en for one in unplaced.shares}["戊"] == "what it is ordered by is not known"


def test_who_has_nothing_to_get_takes_no_place() -> None:
    by = {"give": "ranking", "by": "projects[0].score", "quota": "1"}
    assert told(given_out({"甲": case("0元", 90), "乙": case("400万元", 80)}, **by)) == {
        "甲": (0, 0),
        "乙": (40 * WAN,) * 2,
    }
    # whether 甲 gets anything is open, and so is whether a place is left
    open_ = {"甲": case({"min": "0元", "max": "100万元"}, 90), "乙": case("400万元", 80)}
    assert told(given_out(open_, **by)) == {"甲": (0, 10 * WAN), "乙": (0, 40 * WAN)}


def test_an_open_demand_opens_no_more_than_it_moves() -> None:
    open_ = case({"min": "600万元", "max": "9000万元"})
    # the pot is enough for all
    assert told(given_out({"甲": open_, "乙": case("900万元")}, pot="1亿元"))["乙"] == (90 * WAN,) * 2
    # no share is above the cap, or the pot
    capped = told(given_out({"甲": open_, "乙": case("900万元")}, cap="50万元", freed="handed_on"))
    assert capped == {"甲": (50 * WAN,) * 2, "乙": (50 * WAN,) * 2}
    assert told(given_out({"甲": open_})) == {"甲": (60 * WAN, 100 * WAN)}


def small(rng: random.Random, count: int, span: int) -> dict[str, tuple[int, int]]:
    """Draw demands of a few fen, some of them open."""
    lows = [rng.choice([0, 0, 1, 3, rng.randrange(8)]) for _ in range(count)]
    return {"abcd"[place]: (low, low + rng.choice([0, 0, 1, span])) for place, low in enumerate(lows)}


def every(demands: dict[str, tuple[int, int]]) -> Iterator[dict[str, int]]:
    for found in product(*(range(low, high + 1) for low, high in demands.values())):
        yield dict(zip(demands, found, strict=True))


def holds(given: dict[str, tuple[int, int]], seen: dict[str, set[int]], most: int) -> bool:
    """Whether every range holds all that was seen, and none is above what one may get."""
    return all(low <= min(seen[name]) and max(seen[name]) <= high <= most for name, (low, high) in given.items())


def test_pro_rata_ranges_hold_every_share_that_is_possible() -> None:
    rng = random.Random("every demand")
    for _ in range(300):
        demands, pot = small(rng, rng.randrange(1, 4), 4), rng.randrange(1, 20)
        choices: list[tuple[int | None, Literal["kept", "handed_on"] | None]] = [
            (None, None),
            (3, "kept"),
            (3, "handed_on"),
            (6, "handed_on"),
        ]
        cap, freed = rng.choice(choices)
        file = CohortFile(cohort="1", name="x", demand="total", pot="", give="pro_rata", freed=freed)
        found = list(
            _pro_rata([_Asked(name, ends, ()) for name, ends in demands.items()], CohortRule(file, pot, cap, ""))
        )
        seen: dict[str, set[int]] = {name: set() for name in demands}
        for one in every(demands):
            for name, share in shared(pot, one, cap, handed_on=freed != "kept").items():
                seen[name].add(share)
        assert holds({one.name: one.share for one in found}, seen, min(pot, cap or pot))


def paid(order: Sequence[str], demands: dict[str, int], pot: int, cap: int | None, quota: int) -> dict[str, int]:
    """Pay one after another, as a clerk does."""
    found = {}
    for name in order:
        found[name] = min(demands[name], pot, cap or pot) if quota else 0
        quota -= bool(found[name])
        pot -= found[name]
    return found


def test_ranges_in_order_hold_every_order_that_is_possible() -> None:
    rng = random.Random("every order")
    for _ in range(300):
        demands, pot = small(rng, rng.randrange(1, 5), 2), rng.randrange(1, 12)
        keys = {name: rng.choice([Fraction(1), Fraction(2), Fraction(3), Fraction(3), None]) for name in demands}
        cap, quota = rng.choice([None, 3]), rng.choice([None, 0, 1, 2, 3])
        file = CohortFile(cohort="1", name="x", demand="total", pot="", give="first_come", by="x", quota=quota)
        asked = [_Asked(name, ends, (keys[name],)) for name, ends in demands.items()]
        found = {one.name: one.share for one in _in_order(asked, CohortRule(file, pot, cap, ""))}
        assert set(found) == set(demands)
        rng.shuffle(asked)
        assert found == {one.name: one.share for one in _in_order(asked, CohortRule(file, pot, cap, ""))}
        seen: dict[str, set[int]] = {name: set() for name in demands}
        for order in permutations(demands):
            known = [key for key in (keys[name] for name in order) if key is not None]
            if known == sorted(known):
                for one in every(demands):
                    for name, share in paid(order, one, pot, cap, len(demands) if quota is None else quota).items():
                        seen[name].add(share)
        assert holds(found, seen, min(pot, cap or pot))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"pot": "100"}, "unknown-unit"),
        ({"give": "by_lot"}, "unknown-member"),
        ({"quota": "3"}, "bad-clause"),
        ({"cap": "1万元"}, "bad-clause"),
        ({"freed": "kept"}, "bad-clause"),
        ({"give": "ranking"}, "bad-clause"),
        ({"give": "ranking", "by": "x", "cap": "1万元", "freed": "kept"}, "bad-clause"),
        ({"potts": "1"}, "unknown-key"),
    ],
)
def test_what_is_no_rule(said: dict[str, str], code: str) -> None:
    with pytest.raises(RuleError) as raised:
        load_cohort_rule(rule(**said))
    assert code in {one.code for one in raised.value.problems}


def test_calls_that_are_refused() -> None:
    with pytest.raises(UsageError, match="not 'grants/x'"):
        given_out({}, demand="grants/x")
    with pytest.raises(UsageError, match="two applicants are called"):
        evaluate_cohort([("甲", case("1万元"))] * 2, load_cohort_rule(rule()), SCENARIO)
    with pytest.raises(UsageError, match="did you mean 'grants/renewal'") as raised:
        given_out({}, demand="grants/renewel")
    assert in_chinese(raised.value) == "已加载的政策没有条款“grants/renewel”；是否为“grants/renewal”？"
    for path in (
        "projects[0].id",
        "projcts[0].score",
        "projects.score",
        "project.score",
        "enterprise.score",
        "aplied_on",
    ):
        with pytest.raises(UsageError, match="is no number of a case"):
            given_out({}, give="ranking", by=path)
    assert given_out({}, give="ranking", by="projects[1].score").shares == ()
    whole = given_out({"甲": case("900万元")}, demand="total")
    assert whole.as_json()["given"] == "900000.00"
    with pytest.raises(UsageError, match="the pot is in CNY, and the policies count in EUR"):
        evaluate_cohort([], load_cohort_rule(rule(demand="total")), EUROS)
    pot = load_cohort_rule(rule(demand="total", pot="100 EUR"), EUROS.currency)
    assert evaluate_cohort([], pot, EUROS).as_json()["pot"] == "100.00"
