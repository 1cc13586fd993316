"""Versions of a policy side by side: which applies on which day, worked by hand in `lanting.tests.yaml`."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules import Calculator, Case, Entitlement, RuleError, evaluate, load_policies
from subsidy_rules.author.suite import load_suite
from subsidy_rules.author.trial import run_suite
from subsidy_rules.plan import Policies, compile_policy
from subsidy_rules.policy.source import read_policy
from subsidy_rules.serve.cli import app

HERE = Path(__file__).parent
FILES = [HERE / "lanting_2023.yaml", HERE / "lanting_2025.yaml"]
WAN = 1_000_000
HEAD = """
language: 1
policy:
  id: ID
  title: 某市办法
  issuer: 某市人民政府
  document: 某政发〔2025〕2号
  place: {code: "330100"}
  window: {start: 2020-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
  version: {of: city, name: ID, from: FROM, UNTILby: {title: title.recognised_on, else: case.decision_date}}
"""
BODY = """
facts:
  enterprise: {listed: {type: bool, zh: 民营企业, en: private}}
clauses:
- id: honour
  path: 一
  sentence: 1
  quote: 奖励SUM
  per: title
  fund: city
  event: title.recognised_on
  award: [{lump_sum: SUM, quote: 奖励SUM}]
- id: costs
  path: 二
  sentence: 1
  quote: 按投资的10%补助
  per: {each: cost, by: [cost.year]}
  fund: city
  award:
  - {basis: sum of group.amount, quote: 投资}
  - {rate: 10%, quote: 按投资的10%}
- id: rows
  per: enterprise
  fund: city
  rows:
  - id: large
    path: 三
    sentence: 1
    quote: 大型企业奖励3万元
    when: [enterprise.size is 大型]
    award: [{lump_sum: 3万元, quote: 奖励3万元}]
    amended: [{kind: repealed, from: 2025-09-01, document: 某政发〔2025〕30号, quote: 第三条第一句废止}]
  - id: other
    path: 三
    sentence: 2
    quote: 其他企业奖励1万元
    when: [enterprise.size is not 大型]
    award: [{lump_sum: 1万元, quote: 奖励1万元}]
- id: raised
  path: 四
  sentence: 1
  quote: 民营企业提高到15%
  replaces: costs.rate
  when: [enterprise.listed]
  rate: 15%
  amended: [{kind: suspended, from: 2025-05-01, document: 某政发〔2025〕20号, by: case.applied_on}]
- id: duty
  path: 五
  sentence: 1
  quote: 投入不低于10万元
  gives: obligation
  per: enterprise
  obligation: [{lump_sum: 10万元, quote: 不低于10万元}]
  amended: [{kind: repealed, from: 2025-08-01, document: 某政发〔2025〕29号}]
"""


def lanting() -> Policies:
    return load_policies(FILES)


def case(**facts: object) -> Case:
    base: dict[str, object] = {"case": "1", "decision_date": "2026-09-01", "enterprise": {"place": "330107"}}
    return Case.from_dict({**base, "projects": [], "titles": [], **facts})


def documents(found: Entitlement, name: str) -> list[str]:
    rows = [*found.awards, *found.undecided]
    cited = [row.citations for row in rows if row.id == name]
    cited += [row.citations for row in found.not_eligible if row.id == name]
    return [f"{one.document} {one.path}".strip() for one in cited[0]]


def test_the_cases_that_were_worked_by_hand() -> None:
    suite = load_suite(HERE / "lanting.tests.yaml")
    assert [one.test.id for one in run_suite(suite) if not one.passed] == []


@pytest.mark.parametrize(
    ("facts", "least", "most"),
    [
        # 80 or 100, and 5: never both versions
        ({"applied_on": "2025-07-01", "projects": [{"id": "p", "total": "1000万元"}]}, 85, 105),
        # 200 + 10 by the old, 150 + 20 + 5 by the new, nothing before there was any
        (
            {
                "projects": [{"id": "p", "total": "3000万元", "started": "2025-07-01"}],
                "titles": [{"id": "t", "level": "省级"}],
            },
            0,
            210,
        ),
        ({"applied_on": {"min": "2025-06-30", "max": "2025-07-01"}, "titles": [{"id": "t", "level": "省级"}]}, 10, 25),
    ],
)
def test_what_is_not_known_lets_one_version_apply_and_never_two(
    facts: dict[str, object], least: int, most: int
) -> None:
    found = evaluate(case(**facts), lanting())
    assert (found.total.possible.minimum, found.total.possible.maximum) == (Fraction(least * WAN), Fraction(most * WAN))
    figures = Calculator(lanting()).figures(case(**facts)).total
    assert (figures.lo, figures.hi) == (Fraction(least * WAN), Fraction(most * WAN))


@pytest.mark.parametrize("day", ["2025-06-30", "2025-07-01"])
def test_only_the_version_that_applies_is_in_the_result(day: str) -> None:
    found = evaluate(case(applied_on=day), lanting())
    name = "lanting_2023" if day == "2025-06-30" else "lanting_2025"
    assert [policy for policy, _, _ in found.stamp.rules] == [name]
    assert set(found.stamp.readings) == {f"{name}/unstated_cumulation"}
    assert found.total.covers[1] == (2 if name == "lanting_2023" else 3)


def test_a_version_alone_says_why_it_gives_nothing() -> None:
    found = evaluate(case(applied_on="2025-06-30"), load_policies(FILES[1]))
    assert {one.failed[0].role for one in found.not_eligible if one.clause == "loans"} == {"version"}
    said = found.explain("loans", "en")
    assert "version that applies (2025-07-01 – …, 2025年版)" in said


def test_the_documents_that_changed_a_sentence_are_cited() -> None:
    title = [{"id": "t", "level": "省级"}]
    on = evaluate(case(applied_on="2025-08-01", titles=title), lanting())
    assert documents(on, "lanting_2025/honour@t") == ["澜政规〔2025〕3号 第四条", "澜政规〔2025〕3号勘误"]
    off = evaluate(case(applied_on="2026-01-01", titles=title), lanting())
    assert documents(off, "lanting_2025/honour@t")[1:] == ["澜政规〔2025〕3号勘误", "澜财〔2025〕40号"]
    unknown = evaluate(case(titles=title), lanting())
    assert documents(unknown, "lanting_2025/loans@enterprise")[1:] == ["澜政发〔2026〕8号"]
    repealed = evaluate(case(applied_on="2026-06-01"), lanting())
    assert documents(repealed, "lanting_2025/loans@enterprise")[1:] == ["澜政发〔2026〕8号"]
    assert "澜政发〔2026〕8号" in repealed.explain("loans")


def test_the_transitional_provision_is_cited_where_it_keeps_a_version() -> None:
    projects = [
        {"id": name, "total": "200万元", "started": day} for name, day in (("a", "2025-06-30"), ("b", "2025-07-01"))
    ]
    found = evaluate(case(applied_on="2025-08-01", projects=projects), lanting())
    assert documents(found, "lanting_2023/retrofit@a") == ["澜政规〔2023〕6号 第三条", "澜政规〔2025〕3号 第十条"]
    assert documents(found, "lanting_2025/retrofit@a")[1:] == ["澜政规〔2025〕3号 第十条"]
    assert documents(found, "lanting_2025/retrofit@b") == ["澜政规〔2025〕3号 第三条"]


def test_the_stamp_says_the_version_and_who_reviewed_it() -> None:
    found = evaluate(case(applied_on="2025-08-01"), lanting())
    (entry,) = json.loads(found.to_json())["stamp"]["rules"]
    assert entry["version"] == {"of": "lanting", "name": "2025年版", "from": "2025-07-01", "until": None}
    assert entry["reviewed_by"] == [{"by": "区财政局 法规科", "on": "2025-06-18"}]
    assert entry["approved_by"] == [{"by": "区司法局", "on": "2025-06-25", "document": "澜司审〔2025〕14号"}]


def test_versions_that_overlap_are_not_loaded_together(tmp_path: Path) -> None:
    late = tmp_path / "late.yaml"
    late.write_text(FILES[0].read_text(encoding="utf-8").replace("until: 2025-06-30", "until: 2025-07-01"), "utf-8")
    with pytest.raises(RuleError) as caught:
        load_policies([late, FILES[1]])
    assert [one.code for one in caught.value.problems] == ["version-conflict"]


# A version chosen by another fact of each thing; amendments of rows, of replacements and of obligations


def city(tmp_path: Path) -> Policies:
    files = []
    for name, first, until, sum_ in (
        ("old", "2020-01-01", "until: 2024-12-31, ", "1万元"),
        ("new", "2025-01-01", "", "2万元"),
    ):
        text = (HEAD + BODY).replace("ID", name).replace("FROM", first).replace("UNTIL", until).replace("SUM", sum_)
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(text, encoding="utf-8")
    return load_policies(files)


def in_city(day: str, **facts: object) -> Case:
    head = {"case": "1", "decision_date": day, "enterprise": {"place": "330100", "size": "大型", "listed": "true"}}
    return Case.from_dict(head | facts)


@pytest.mark.parametrize(
    ("day", "awards"),
    [
        # titles by the day of recognition; 100万 × 15%, or × 10% where the higher rate is suspended by the application
        ("2025-04-30", {"old/honour@a": 1, "new/honour@b": 2, "new/costs@2025": 15, "new/rows@enterprise": 3}),
        ("2025-08-31", {"old/honour@a": 1, "new/honour@b": 2, "new/costs@2025": 10, "new/rows@enterprise": 3}),
        ("2025-09-01", {"old/honour@a": 1, "new/honour@b": 2, "new/costs@2025": 10}),
    ],
)
def test_each_thing_has_the_version_of_its_own_date(tmp_path: Path, day: str, awards: dict[str, int]) -> None:
    titles = [{"id": name, "recognised_on": on} for name, on in (("a", "2024-12-31"), ("b", "2025-01-01"))]
    projects = [{"id": "p", "costs": [{"year": "2025", "amount": "100万元"}]}]
    found = evaluate(in_city(day, applied_on=day, titles=titles, projects=projects), city(tmp_path))
    assert {one.id: one.amount.minimum for one in found.awards} == {name: sum_ * WAN for name, sum_ in awards.items()}
    assert bool(found.obligations) == (day < "2025-08-01")
    if day == "2025-09-01":
        assert documents(found, "new/large@enterprise")[1:] == ["某政发〔2025〕30号"]
        assert documents(found, "new/raised@2025")[1:] == ["某政发〔2025〕20号"]


def test_a_policy_without_versions_has_the_meaning_that_it_had() -> None:
    text = FILES[0].read_text(encoding="utf-8")
    head, _, rest = text.partition("  version:\n")
    plain = head + "clauses:\n" + rest.partition("clauses:\n")[2]
    plan = compile_policy(read_policy(plain))
    assert plan.header.version is None
    assert all(gate.role != "version" for clause in plan.clauses for gate in clause.gates)


def test_a_policy_without_versions_may_be_reviewed_and_amended_and_stands_beside_others(tmp_path: Path) -> None:
    text = FILES[1].read_text(encoding="utf-8").replace("id: lanting_2025", "id: plain")
    head, _, rest = text.partition("  version:\n")
    path = tmp_path / "plain.yaml"
    path.write_text(head + "  reviewed_by:\n" + rest.partition("  reviewed_by:\n")[2], encoding="utf-8")
    found = evaluate(case(applied_on="2025-08-01", decision_date="2026-07-01"), load_policies([*FILES, path]))
    assert [policy for policy, _, _ in found.stamp.rules] == ["lanting_2025", "plain"]
    # the repeal of 2026-06-01 is judged by the decision, where no version says another date
    assert documents(found, "plain/loans@enterprise")[1:] == ["澜政发〔2026〕8号"]
    assert list(found.stamp.editions["plain"]) == ["reviewed_by", "approved_by"]


def test_the_list_of_clauses_shows_versions_reviews_and_amendments() -> None:
    def run(*more: str) -> str:
        rules = [word for path in FILES for word in ("--rules", str(path))]
        return CliRunner().invoke(app, ["clauses", *rules, *more]).output

    said = run("--lang", "en")
    assert "lanting_2025: lanting 2025年版, in force 2025-07-01 –; reviewed by 区财政局 法规科 on 2025-06-18;" in said
    assert "lanting_2023：lanting 2023年版，2023-07-01 – 2025-06-30有效；审核：区财政局 法规科 2023-06-20" in run()
    assert "〔废止 2026-06-01 –，澜政发〔2026〕8号〕" in run().replace("\n", "").replace(" " * 55, "")
    rows = {(row["policy"], row["id"]): row for row in json.loads(run("--format", "json"))}
    assert [one["kind"] for one in rows["lanting_2025", "honour"]["amended"]] == ["corrected", "suspended"]
    assert rows["lanting_2025", "honour"]["version"]["name"] == "2025年版"
    assert "amended" not in rows["lanting_2023", "honour"]
