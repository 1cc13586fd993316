"""Comparing: sums equal the runs of each case, kinds stay apart, and who flips is told why."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import polars as pl
import pytest

from subsidy_rules import Case, CaseError, UsageError, evaluate, load_policies
from subsidy_rules.study import told
from subsidy_rules.study.cases import Named, cases_of, read_cases, with_facts
from subsidy_rules.study.compare import compare, differences
from subsidy_rules.study.frames import frame
from subsidy_rules.study.reform import Reform
from subsidy_rules.study.side import Scenario
from subsidy_rules.study.tally import Tally
from subsidy_rules.values.quantity import Number

ROOT = Path(__file__).parents[2]
CITY = ROOT / "examples" / "city.jsonl"
HIGHER = Reform.of({"xian_30/equipment_renewal.cap": "3000万元"}, name="上限提高", reason="方案二")
POLICIES = load_policies().only("xian_30")


def test_sums_equal_the_runs_of_each_case() -> None:
    found = compare(CITY, POLICIES, Scenario(POLICIES, (HIGHER,)), by=["industry", "fund", "project.nature"])
    after = HIGHER.apply(POLICIES)
    for tally, policies in ((found.before, POLICIES), (found.after, after)):
        least = most = Fraction(0)
        exact = Fraction(0)
        for _, case in read_cases(CITY):
            result = evaluate(case, policies)
            least += _fen(result.total.possible.minimum)
            most += _fen(result.total.possible.maximum)
            exact += sum(_fen(one.net.minimum) for one in result.awards if one.net.kind == "exact")
        assert (tally.least, tally.most, tally.exact) == (least, most, exact)
    assert (found.gainers, found.losers, found.unchanged, found.mixed) == (3, 0, 9, 0)
    assert found.change == Tally(exact=Fraction(1850 * 10**6))
    assert found.before.at_most == 30 * 10**6, "a ceiling stays apart"
    assert sum((one.before.exact for one in found.groups["fund"].values()), Fraction(0)) == found.before.exact
    assert sum((one.before.exact for one in found.groups["industry"].values()), Fraction(0)) == found.before.exact
    group = found.clauses["xian_30/equipment_renewal"]
    assert (group.capped_before, group.capped_after, group.gains) == (3, 1, 3)
    assert set(found.groups["project.nature"]) >= {"改扩建", "新建", "其他"}


def test_two_readings_and_two_facts_are_compared_alike() -> None:
    lifted = compare(CITY, POLICIES, {"A5": "cap_lifted"})
    assert [row.name for row in lifted.largest] == ["A04"]
    assert lifted.change.exact == 250 * 10**6
    facts = {"projects[0].costs[0].amount": "1元"}
    case = next(one.case for one in read_cases(CITY) if one.name == "A01")
    assert compare(case, POLICIES, Scenario(facts=facts)).losers == 1
    later = compare(CITY, POLICIES, Scenario(facts={"decision_date": "2023-06-01"}))
    assert later.flip_count == len(later.flips)
    gone = [one for one in later.flips if one.before == "award"]
    assert gone
    assert all(one.after == "none" and one.failed[0].role == "window" for one in gone)


def test_who_becomes_ineligible_is_told_by_the_condition() -> None:
    gate = Reform.of({"xian_30/equipment_renewal.when[+]": "project.total >= 3000万元"}, name="门槛")
    found = compare(CITY, POLICIES, [gate])
    assert {one.case for one in found.flips} == {"A05", "A11"}
    (failed,) = found.flips[0].failed
    assert (failed.fact, failed.required) == ("projects[0].total", "≥ 3,000万元")
    assert found.refusals == {("xian_30/equipment_renewal", failed.condition): 2}
    back = compare(CITY, Scenario(POLICIES, (gate,)), POLICIES)
    assert {(one.case, one.before, one.after) for one in back.flips} == {(n, "none", "award") for n in ("A05", "A11")}


def test_what_is_undetermined_is_counted_and_in_no_sum() -> None:
    text = """
case: 1
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610113"}
projects: [{id: p1, kinds: [试点重点项目], nature: [新建], total: 1亿元}]
"""
    found = compare(Case.from_text(text), POLICIES, [HIGHER])
    assert found.before.undetermined + found.before.to > 0
    assert "xian_30/pilot_project" in found.clauses
    assert found.clauses["xian_30/pilot_project"].before.exact == 0


def test_frames_in_and_out_are_exact() -> None:
    table = pl.DataFrame(
        {
            "decision_date": ["2025-09-01"] * 2,
            "enterprise.id": ["B1", "B2"],
            "enterprise.type": ["enterprise"] * 2,
            "enterprise.place": ["610113"] * 2,
            "enterprise.civil_explosives": [False, False],
            "projects[0].id": ["p1", "p1"],
            "projects[0].nature[0]": ["改扩建"] * 2,
            "projects[0].purposes[0]": ["智能改造"] * 2,
            "projects[0].costs[0].kind": ["equipment"] * 2,
            "projects[0].costs[0].amount": ["2.5亿元", None],
            "projects[0].costs[0].stage": ["paid", "paid"],
        }
    )
    found = compare(table, POLICIES, [HIGHER], by=["enterprise.place"])
    assert found.cases == 2
    awards = frame(found, "awards", unit="万元")
    row = awards.filter(pl.col("clause") == "xian_30/equipment_renewal", pl.col("case") == "B1").row(0, named=True)
    assert (str(row["max_before"]), str(row["max_after"])) == ("2000.000000", "2500.000000")
    assert frame(found, "cases")["case"].to_list() == ["B1", "B2"]
    assert frame(found, "groups")["by"].to_list() == ["enterprise.place"]
    assert "xian_30/equipment_renewal" in frame(found, "clauses")["group"].to_list()
    with pytest.raises(UsageError, match="is none of"):
        frame(found, "rows")  # type: ignore[arg-type]
    with pytest.raises(CaseError, match="float"):
        list(cases_of(pl.DataFrame({"enterprise.id": ["B1"], "projects[0].total": [0.1]})))


def test_a_unit_changes_no_figure() -> None:
    found = compare(CITY, POLICIES, [HIGHER], by=["size"])
    yuan, ten_thousand = (told.to_markdown(found, "en", unit=unit) for unit in ("元", "万元"))
    assert "| 108,170,000 | 126,670,000 | +18,500,000 |" in yuan
    assert "| 10,817 | 12,667 | +1,850 |" in ten_thousand
    with pytest.raises(UsageError, match="no unit of money"):
        told.to_text(found, unit="美元")


def test_what_is_told_names_the_clause_the_reform_and_the_stamp() -> None:
    found = compare(CITY, POLICIES, [HIGHER], by=["city"])
    made = json.loads(told.to_json(found))
    assert made["reforms"][0]["changes"][0]["citation"]["path"] == "三（三）"
    assert made["stamp"]["after"]["reforms"] == [HIGHER.document.sha256]
    assert made["total"]["change"]["exact"] == "18500000.00"
    text = told.to_text(found, "zh")
    assert "市政办发〔2024〕30号 三（三）" in text
    assert "方案二" in text
    assert "<table>" in found._repr_html_()
    assert told.to_json(compare(CITY, POLICIES, [HIGHER], by=["city"])) == told.to_json(found), "the same bytes"


def test_wrong_cases_are_raised_or_listed() -> None:
    wrong = Named("row 2", Case.from_text("case: 1\nenterprise: {plase: '610113'}\n"))
    several = [*read_cases(CITY), wrong]
    with pytest.raises(CaseError, match="plase"):
        compare(several, POLICIES, [HIGHER])
    done: list[int] = []
    found = compare(several, POLICIES, [HIGHER], skip=True, progress=done.append)
    assert found.cases == 12
    assert done == list(range(1, 13))
    assert found.rejected[0][0] == "row 2"
    assert "plase" in told.to_text(found, "en")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: compare(CITY, POLICIES, [HIGHER], by=["entreprise.size"]), "did you mean 'enterprise.size'"),
        (lambda: compare(3, POLICIES, [HIGHER]), "cases are Case"),  # type: ignore[arg-type]
        (lambda: compare([3], POLICIES, [HIGHER]), "cases are Case"),  # type: ignore[list-item]
        (lambda: compare("nowhere.jsonl", POLICIES, [HIGHER]), "no case at"),
        (lambda: compare(CITY, 3), "a side is"),  # type: ignore[arg-type]
        (lambda: compare(CITY, None, Scenario(facts={"projects[7].total": "1元"})), "has 1 there"),
        (lambda: compare(CITY, None, Scenario(facts={"[0]": "1元"})), "no path of a fact"),
        (lambda: compare(CITY, None, Scenario(facts={"enterprise.id.x": "1"})), "leads to nothing"),
    ],
)
def test_wrong_calls_say_what_they_take(call: object, says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("[", r"\[")):
        call()  # type: ignore[operator]


def test_a_case_with_other_facts_is_another_case() -> None:
    case = next(read_cases(CITY)).case
    other = with_facts(case, {"enterprise.size": "small", "projects[0].costs[0].amount": None})
    assert (case == other, next(read_cases(CITY)).case == case) == (False, True)


def test_differences_keep_nothing() -> None:
    stream = differences(read_cases(CITY), POLICIES, [HIGHER])
    assert next(stream).name == "A01"
    assert next(stream).verdict == "unchanged"


@pytest.mark.random
def test_sums_of_random_tables_equal_those_of_evaluate() -> None:
    rng, policies = Random("compare"), load_policies().only("xian_31")
    reform = Reform.of({"xian_31/digital_factory.rate": "6%", "xian_31/digital_factory.cap": "1500万元"}, name="x")
    after = reform.apply(policies)
    cases = [_factory(rng, place) for place in range(200)]
    found = compare(cases, policies, [reform], keep=10)
    for tally, side in ((found.before, policies), (found.after, after)):
        totals = [evaluate(one, side).total.possible for one in cases]
        assert tally.least == sum(_fen(one.minimum) for one in totals)
        assert tally.most == sum(_fen(one.maximum) for one in totals)
    assert found.quick
    assert found.gainers + found.losers + found.unchanged + found.mixed == 200
    assert len(found.rows) == 10


@pytest.mark.slow
def test_a_hundred_thousand_cases_are_streamed() -> None:
    policies = load_policies().only("xian_31")
    reform = Reform.of({"xian_31/digital_factory.cap": "1500万元"}, name="x")
    after = reform.apply(policies)
    sums = [Fraction(0), Fraction(0)]

    def stream(rng: Random, count: int) -> object:
        for place in range(count):
            yield _factory(rng, place)

    found = compare(stream(Random("many"), 100_000), policies, [reform], keep=100)  # type: ignore[arg-type]
    from subsidy_rules import Calculator  # noqa: PLC0415

    calculators = Calculator(policies), Calculator(after)
    for case in stream(Random("many"), 100_000):  # type: ignore[attr-defined]
        for place, one in enumerate(calculators):
            sums[place] += _fen(one.figures(case).total.hi)
    assert [found.before.most, found.after.most] == sums
    assert len(found.rows) == 100


def _fen(number: Number) -> Fraction:
    assert isinstance(number, Fraction)
    return number


def _factory(rng: Random, place: int) -> Case:
    digital, fen = rng.choice(["true", "false"]), rng.randrange(1, 60_000_000_000)
    project: dict[str, object] = {"id": "p1", "nature": "新建", "kinds": [], "whole_digital": digital}
    stage = {} if rng.random() < 0.1 else {"stage": "paid"}
    cost = {"kind": "equipment", "amount": f"{fen // 100}.{fen % 100:02}元", **stage}
    return Case.from_dict(
        {
            "case": "1",
            "decision_date": "2025-09-01",
            "enterprise": {"id": f"E{place}", "type": "enterprise", "place": "610113"},
            "projects": [project | {"costs": [cost]}],
        }
    )
