"""Budgets: demand by kind, coverage, what just fits; levers, which move a number without compiling."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules import Calculator, Policies, RuleError, UsageError, load_policies
from subsidy_rules.study import told_budget
from subsidy_rules.study.budget import budget, fit
from subsidy_rules.study.cases import read_cases
from subsidy_rules.study.compare import compare
from subsidy_rules.study.lever import Lever
from subsidy_rules.study.side import Scenario
from subsidy_rules.study.tally import Tally

ROOT = Path(__file__).parents[2]
CITY = ROOT / "examples" / "city.jsonl"
POLICIES = load_policies().only("xian_30")
CAP = "xian_30/equipment_renewal.cap"


def _demand(policies: Policies) -> Fraction:
    return compare(CITY, policies, policies).before.most


def test_demand_keeps_its_kinds_and_the_scale_is_exact() -> None:
    found = budget(CITY, {"city": "1亿元", "xian_30/informatisation": "100万元"}, POLICIES)
    city, clause = found.lines
    assert city.demand == Tally(Fraction(10_817_000_000), Fraction(30_000_000), Fraction(0), Fraction(100_000_000))
    assert city.scale("exact") == Fraction(10_000, 10_817)
    assert city.scale("most") == Fraction(10_000, 10_947)
    assert city.left == -817_000_000
    assert city.scaled(Fraction(5_200_000_01)) == Fraction(520_000_001 * 10_000 // 10_817)
    assert clause.coverage("exact") == Fraction(100, 252)
    assert found.others.exact == 0
    free = budget(CITY, {"central": "1元"}, POLICIES)
    assert free.lines[0].coverage("exact") is None
    assert free.lines[0].scale("exact") == 1
    assert free.others.exact == city.demand.exact


@pytest.mark.parametrize(
    ("path", "low", "high"), [(CAP, "1700万元", "1800万元"), ("xian_30/equipment_renewal.rate", "7%", "8%")]
)
def test_what_just_fits_does_and_one_unit_more_does_not(path: str, low: str, high: str) -> None:
    found = fit(CITY, path, "1亿元", low=low, high=high, fund="city", scenario=POLICIES)
    lever = Lever(POLICIES, path)
    at, beyond = (lever.reform_of(str(text)).apply(POLICIES) for text in (found.text, found.beyond))
    assert _demand(at) == found.demand <= found.envelope
    assert _demand(beyond) == found.demand_beyond > found.envelope  # type: ignore[operator]
    assert lever.read(str(found.beyond)) - lever.read(found.text) == lever.step


def test_a_threshold_is_solved_from_the_other_side() -> None:
    lever = Lever(POLICIES, CAP)
    gated = lever.reform_of("2000万元").of({"xian_30/equipment_renewal.when[+]": "project.total >= 1万元"}, name="门槛")
    found = fit(
        CITY,
        "xian_30/equipment_renewal.when[2].figure",
        "1亿元",
        low="1亿元",
        high="1.3亿元",
        scenario=Scenario(POLICIES, (gated,)),
    )
    assert (found.rising, found.text, found.beyond) == (False, "120000000.01元", "12000万元")


def test_the_end_of_a_range_that_fits_is_the_answer() -> None:
    found = fit(CITY, CAP, "10亿元", low="0元", high="5000万元", scenario=POLICIES, ends="exact")
    assert (found.text, found.beyond) == ("5000万元", None)


@pytest.mark.parametrize(
    ("path", "low", "high", "envelope", "says"),
    [
        (CAP, "3元", "2元", "1元", "is empty"),
        (CAP, "3元", "3元", "1元", "is empty"),
        (CAP, "2亿元", "3亿元", "100亿元", "does not depend on"),
        (CAP, "1000万元", "3000万元", "1元", "fits the envelope"),
        (CAP, "1%", "3000万元", "1元", "is not of the kind"),
        ("xian_30/equipment_renewal.quote", "1%", "2%", "1元", "is no amount"),
        ("xian_30/equipment_renewal.when", "1%", "2%", "1元", "is no amount"),
    ],
)
def test_what_cannot_fit_is_said(path: str, low: str, high: str, envelope: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        fit(CITY, path, envelope, low=low, high=high, scenario=POLICIES)


def test_uptake_is_the_users_and_the_seed_makes_it_again() -> None:
    first, again, other = (
        budget(
            CITY,
            {"city": "1亿元"},
            POLICIES,
            uptake={"*": "60%", "xian_30/informatisation": "100%"},
            seed=seed,
            draws=50,
        )
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.draws != other.draws
    (drawn,) = first.draws
    assert len(drawn.totals) == 50
    assert drawn.totals[-1] <= first.lines[0].demand.most
    assert drawn.totals[0] >= 252_000_000, "whoever applies surely is in every draw"
    assert drawn.quantile(Fraction(1)) == drawn.totals[-1]
    sure = budget(CITY, {"city": "1亿元"}, POLICIES, uptake={"*": "100%"}, seed=3, draws=2)
    assert sure.draws[0].totals == (sure.lines[0].demand.most,) * 2
    with pytest.raises(UsageError, match="seed"):
        budget(CITY, {"city": "1亿元"}, POLICIES, uptake={"*": "60%"})
    with pytest.raises(UsageError, match="at most 100%"):
        budget(CITY, {"city": "1亿元"}, POLICIES, uptake={"*": "160%"}, seed=1)
    with pytest.raises(UsageError, match="no fund, policy or clause"):
        budget(CITY, {"village": "1亿元"}, POLICIES)


def test_a_budget_is_told_in_both_languages() -> None:
    found = budget(CITY, {"city": "1亿元"}, POLICIES, uptake={"*": "60%"}, seed=1, draws=9)
    solved = [fit(CITY, CAP, "1亿元", low="1763万元", high="1764万元", scenario=POLICIES)]
    assert "10000/10817 (92.44%)" in told_budget.to_text(found, solved, "zh")
    assert "| city | 10,000 |" in told_budget.to_markdown(found, solved, "en", unit="万元")
    assert '"scale_exact": "10000/10817"' in told_budget.to_json(found, solved)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (CAP, "3000万元"),
        ("xian_30/intrinsic_safety.rate", "20%"),
        ("xian_30/informatisation.cap", "0元"),
        ("xian_30/window.start", "2025-09-02"),
    ],
)
def test_a_lever_gives_what_compiling_gives(path: str, text: str) -> None:
    lever = Lever(POLICIES, path)
    moved, compiled = lever.at(lever.read(text)), lever.reform_of(text).apply(POLICIES)
    assert lever.compiles == ("window" in path)
    one, other = Calculator(moved), Calculator(compiled)
    for _, case in read_cases(CITY):
        assert one.figures(case).total == other.figures(case).total
    assert moved.by_id["xian_30"].meaning_sha256 != POLICIES.by_id["xian_30"].meaning_sha256
    assert moved.by_id["xian_30"].reforms == compiled.by_id["xian_30"].reforms


def test_a_lever_of_nothing_says_what_is_near() -> None:
    with pytest.raises(RuleError, match="did you mean 'equipment_renewal'"):
        Lever(POLICIES, "xian_30/equipment_renewl.cap")
    with pytest.raises(RuleError, match="unknown name"):
        Lever(POLICIES, "nowhere/equipment_renewal.cap")
