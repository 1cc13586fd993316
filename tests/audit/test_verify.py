"""From lines to verdicts: how a line finds its award, what is added up, which version holds, what nobody can tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules import Case, UsageError
from subsidy_rules.audit.columns import Map
from subsidy_rules.audit.desk import open_desk
from subsidy_rules.audit.knowledge import Book, load_book
from subsidy_rules.audit.lines import PaidLine
from subsidy_rules.audit.listing import Sheet, read_sheets
from subsidy_rules.audit.sampling import draw
from subsidy_rules.audit.telling import right_under
from subsidy_rules.audit.ties import findings
from subsidy_rules.audit.verify import Audit, Verdict, audit
from subsidy_rules.serve.cli import app

HEAD = "申报单位|项目名称|政策条款|拟补助额（元）|决定日期\n"
PACK = """
language: 1
policy:
  id: city
  title: 某市若干措施
  issuer: 某市人民政府
  document: 某政发〔2025〕1号
  place: {code: "330100"}
  window: {start: START, end: 2027-12-31}
  rounding: {unit: ROUND}
  unstated_cumulation: sum
readings:
  R1:
    asks: 上限是否约束
    options: {without: 约束, with: 不约束}
    default: without
    reason: 从严
clauses:
- id: retrofit
  path: 第二条（一）
  sentence: 1
  quote: 对改扩建项目按设备投资额的RATE给予奖励，最高不超过100万元
  per: project
  fund: city
  when:
  - project.nature has 改扩建
  award:
  - basis: sum of project.costs.amount where cost.kind is equipment
    quote: 设备投资额
  - rate: RATE
    quote: RATE
  - cap: 100万元
    of: award
    per: project
    unless: reading.R1 is with
    quote: 最高不超过100万元
  payers:
  - {name: city, share: 60%}
  - {name: district, amount: rest}
- id: title
  path: 第二条（二）
  sentence: 1
  quote: 对首次获得称号的给予奖励，最高不超过50万元
  per: title
  fund: city
  event: title.recognised_on
  when:
  - title.event is first
  award:
  - at_most: 50万元
    quote: 最高不超过50万元
- id: target
  path: 第一条
  sentence: 1
  quote: 到2027年力争翻一番
  gives: none
"""
CASE = """
case: 1
enterprise: {name: 甲公司, place: "330100"}
projects:
- {id: p1, name: 一期, nature: 改扩建, costs: [{kind: equipment, amount: 333333.33元}]}
- {id: p2, name: 二期, nature: 新建, costs: [{kind: equipment, amount: 200万元}]}
titles: [{id: t1, kind: {other: 示范}, event: first, recognised_on: 2025-03-01}]
assume_none: [grants, earlier_awards]
"""


def pack(rate: str = "10%", start: str = "2025-01-01", rounding: str = "分, stated: false") -> str:
    return PACK.replace("RATE", rate).replace("START", start).replace("ROUND", rounding)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    file = tmp_path / "city.yaml"
    file.write_text(pack(), encoding="utf-8")
    return file


def run(rules: Path | list[Path], text: str, *cases: str, head: str = HEAD, use: Map | None = None) -> Audit:
    book = Book()
    for case in cases or (CASE,):
        book.add(Case.from_text(case))
    sheet = Sheet("paid.csv", "", [row.split("|") for row in (head + text).strip().split("\n")])
    desk = open_desk(rules if isinstance(rules, list) else [rules])
    return audit(read_sheets([sheet], use or Map()), desk, book, use or Map())


def one(made: Audit) -> Verdict:
    (verdict,) = made.verdicts
    return verdict


@pytest.mark.parametrize(
    ("line", "name", "award"),
    [
        ("甲公司|一期|第二条（一）|33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|一期|二(一)|33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|一期|某政发[2025]1号第二条（一）第1句|33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|一期|设备投资额的10%给予奖励|33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|一期|retrofit|33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|p1|city/retrofit|33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|一期||33333.33|2025-06-01", "right", "city/retrofit@p1"),
        ("甲公司|一期|retrofit|33333.34|2025-06-01", "too_much", "city/retrofit@p1"),
        ("甲公司|一期|retrofit|33333.32|2025-06-01", "too_little", "city/retrofit@p1"),
        ("甲公司|一期|retrofit|3.33万元|2025-06-01", "right_to_the_digits", "city/retrofit@p1"),
        ("甲公司|一期|retrofit|3.34万元|2025-06-01", "too_much", "city/retrofit@p1"),
        ("甲公司|一期|retrofit|3.32万元|2025-06-01", "too_little", "city/retrofit@p1"),
        ("甲公司|二期|retrofit|200000|2025-06-01", "not_eligible", "city/retrofit@p2"),
        ("甲公司|一期|retrofit|33333.33|2024-06-01", "not_eligible", "city/retrofit@p1"),
        ("甲公司|示范|title|500000|2025-06-01", "right", "city/title@t1"),
        ("甲公司|示范|title|500000.01|2025-06-01", "too_much", "city/title@t1"),
        ("甲公司||target|100|2025-06-01", "not_eligible", "city/target"),
    ],
)
def test_a_line_finds_its_award(city: Path, line: str, name: str, award: str) -> None:
    verdict = one(run(city, line))
    assert (verdict.name, verdict.award_id) == (name, award)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("甲公司|一期|第九条|1|2025-06-01", "no_such_clause"),
        ("甲公司|四期||1|2025-06-01", "no_such_project"),
        ("甲公司|||1|2025-06-01", "several"),
        ("乙公司|一期||1|2025-06-01", "no_facts"),
        ("甲公司|四期|retrofit|1|2025-06-01", "no_such_project"),
        ("甲公司|一期|retrofit|三万|2025-06-01", "unreadable"),
    ],
)
def test_what_nobody_can_tell_and_why(city: Path, line: str, why: str) -> None:
    verdict = one(run(city, line))
    assert (verdict.name, verdict.why) == ("cant_tell", why)


def test_without_facts_what_is_above_the_whole_range_is_too_much(city: Path) -> None:
    above = one(run(city, "乙公司|一期|retrofit|1000000.01|2025-06-01"))
    within = one(run(city, "乙公司|一期|retrofit|999999|2025-06-01"))
    assert (above.name, int(above.judged.cut)) == ("too_much", 1)
    assert within.name == "cant_tell"
    assert "projects[0].costs" in within.needs


def test_lines_of_one_award_are_added_and_corrections_tie_to_it(city: Path) -> None:
    verdict = one(
        run(
            city,
            "甲公司|一期|retrofit|30000|2025-06-01\n甲公司|一期|retrofit|5000|2025-07-01\n甲公司|一期||-1666.67|2025-08-01",
        )
    )
    assert (verdict.name, len(verdict.lines), set(verdict.flags)) == ("right", 3, {"summed", "corrected"})


def test_a_correction_of_nothing_is_a_finding(city: Path) -> None:
    made = run(city, "甲公司|一期|retrofit|33333.33|2025-06-01\n甲公司|九期||-100|2025-08-01\n乙公司|||-5|2025-08-01")
    assert [one.code for one in findings(made)] == ["correction_of_nothing", "correction_of_nothing"]


def test_taken_back_more_than_was_paid(city: Path) -> None:
    made = run(city, "甲公司|一期|retrofit|100|2025-06-01\n甲公司|一期|retrofit|-200|2025-06-02")
    assert "below_zero" in [one.code for one in findings(made)]


def test_each_line_is_held_against_the_version_of_its_day(tmp_path: Path) -> None:
    files = []
    for name, rate, start in (("old", "5%", "2024-01-01"), ("new", "10%", "2025-01-01")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(pack(rate, start), encoding="utf-8")
        files.append(file)
    for day, due in (("2024-06-01", "16666.67"), ("2025-06-01", "33333.33")):
        assert one(run(files, f"甲公司|一期|retrofit|{due}|{day}")).name == "right"
        assert one(run(files, f"甲公司|一期|retrofit|25000|{day}")).name in ("too_much", "too_little")


def test_a_reading_under_which_it_would_be_right_is_named(city: Path) -> None:
    verdict = one(run(city, "甲公司|一期|retrofit|2000000|2025-06-01", CASE.replace("333333.33元", "2000万元")))
    assert (verdict.name, int(verdict.judged.cut)) == ("too_much", 100_000_000)
    assert right_under(verdict) == (("city/R1", "with"),)


def test_a_policy_that_rounds_has_its_own_equality(tmp_path: Path) -> None:
    file = tmp_path / "city.yaml"
    file.write_text(pack(rounding="百元, stated: true, mode: down"), encoding="utf-8")
    assert one(run(file, "甲公司|一期|retrofit|33300|2025-06-01")).name == "right"
    assert one(run(file, "甲公司|一期|retrofit|33333.33|2025-06-01")).name == "too_much"


def test_payers_are_held_against_the_clause(city: Path) -> None:
    head = "申报单位|项目名称|政策条款|拟补助额（元）|市级承担（元）|区县承担（元）|决定日期\n"
    good = run(city, "甲公司|一期|retrofit|33333.33|19999.99|13333.34|2025-06-01", head=head)
    bad = run(city, "甲公司|一期|retrofit|33333.33|13333.34|19999.99|2025-06-01", head=head)
    assert [one.code for one in findings(good)] == []
    assert {one.code for one in findings(bad)} == {"payer_differs"}


def test_words_of_the_list_for_a_clause(city: Path) -> None:
    use = Map(clauses={"设备奖": "city/retrofit"})
    assert one(run(city, "甲公司|一期|设备奖|33333.33|2025-06-01", use=use)).name == "right"


def test_several_cases_of_one_enterprise_are_told_apart_by_day(city: Path) -> None:
    other = CASE.replace("case: 1", "case: 1\ndecision_date: 2025-07-01").replace("333333.33元", "20万元")
    first = CASE.replace("case: 1", "case: 1\ndecision_date: 2025-06-01")
    made = run(city, "甲公司|一期|retrofit|33333.33|2025-06-01\n甲公司|一期|retrofit|20000|2025-07-01", first, other)
    assert [one.name for one in made.verdicts] == ["right", "right"]
    assert one(run(city, "甲公司|一期|retrofit|1|2025-08-01", first, other)).why == "several_cases"


def test_a_case_that_is_wrong_is_a_verdict(city: Path) -> None:
    verdict = one(run(city, "甲公司|一期|retrofit|1|2025-06-01", CASE.replace("nature: 改扩建", "nature: 改扩")))
    assert verdict.why == "wrong_case"
    assert verdict.wrong_case is not None


def test_a_sample_is_drawn_again_alike_and_is_of_the_seed(city: Path) -> None:
    lines = [f"甲公司|一期{number}|retrofit|{(number * 7919) % 997 + 1}|2025-06-01" for number in range(200)]
    paid: list[PaidLine] = [line for verdict in run(city, "\n".join(lines)).verdicts for line in verdict.lines]
    drawn = draw(paid, 20, "a")
    assert drawn == draw(paid, 20, "a") != draw(paid, 20, "b")
    assert sum(one.method == "random" for one in drawn) == 20
    assert {one.method for one in drawn} == {"random", "monetary", "stratified"}
    with pytest.raises(UsageError):
        draw(paid, 0, "a")


def test_a_unit_of_money_hits_what_is_larger_than_an_interval(city: Path) -> None:
    lines = "\n".join(f"甲公司|{number}|retrofit|{10**6 if number == 7 else 1}|2025-06-01" for number in range(30))
    paid = [line for verdict in run(city, lines).verdicts for line in verdict.lines]
    assert any(one.method == "monetary" and one.line.project == "7" for one in draw(paid, 5, "x"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--unit", "箱"], "不是金额单位"),
        (["--as-of", "昨天"], "--as-of"),
        (["--facts", "nowhere"], "没有事实"),
        (["--reading", "A5"], "--reading"),
        (["--map", "nowhere.yaml"], "unreadable"),
    ],
)
def test_a_wrong_call_is_said_in_chinese(tmp_path: Path, options: list[str], said: str) -> None:
    (tmp_path / "paid.csv").write_text("申报单位,补助金额（元）\n甲公司,10\n", encoding="utf-8")
    ran = CliRunner().invoke(app, ["audit", str(tmp_path / "paid.csv"), *options])
    assert ran.exit_code == 2
    assert said in ran.output


def test_one_policy_of_several_reads_the_facts_of_all(city: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    text = (
        pack()
        .replace("id: city", "id: other")
        .replace("readings:", "facts:\n  enterprise: {own: {type: bool, zh: 自有, en: own}}\nreadings:")
    )
    other.write_text(
        text.replace("- project.nature has 改扩建", "- project.nature has 改扩建\n  - enterprise.own"), encoding="utf-8"
    )
    desk = open_desk([city, other], only=["city"])
    book = Book()
    book.add(Case.from_text(CASE.replace("name: 甲公司", "name: 甲公司, own: true")))
    sheet = Sheet(
        "paid.csv", "", [row.split("|") for row in (HEAD + "甲公司|一期|retrofit|33333.33|2025-06-01").split("\n")]
    )
    assert one(audit(read_sheets([sheet]), desk, book)).name == "right"


def test_facts_of_a_table_are_cases_too(city: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(
        "enterprise.name,enterprise.place,projects.name,projects.nature,projects.costs.kind,projects.costs.amount\n"
        "甲公司,330100,一期,改扩建,equipment,333333.33元\n",
        encoding="utf-8",
    )
    desk = open_desk([city])
    book = load_book([tmp_path / "facts.csv"], desk.base.vocabulary)
    assert [one.name for one in book.cases] == ["甲公司"]
