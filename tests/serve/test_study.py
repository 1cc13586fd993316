"""`whatif` and `budget` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import python_calamine as calamine
from typer.testing import CliRunner

from subsidy_rules.serve.cli import app
from tests.study.test_inverse import MOVED
from tests.study.test_sweep import FACTS, PACK

ROOT = Path(__file__).parents[2]

CITY = str(ROOT / "examples" / "city.jsonl")
CAP = "xian_30/equipment_renewal.cap=3000万元"


def _run(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, list(arguments))
    return found.exit_code, found.stdout, found.stderr


def test_whatif_says_who_gains_under_which_clause(tmp_path: Path) -> None:
    code, out, err = _run("whatif", CITY, "--set", CAP, "--by", "size", "--unit", "万元", "--lang", "en")
    assert (code, err) == (0, "")
    assert "12 cases: 3 gain, 0 lose, 9 unchanged; in 万元" in out
    assert "+1,850" in out
    assert "三（三）" in out
    reform = tmp_path / "reform.yaml"
    reform.write_text("reform: 1\nname: 方案二\nchanges: {xian_30/equipment_renewal.cap: 3000万元}\n", encoding="utf-8")
    code, out, _ = _run("whatif", CITY, "--reform", str(reform), "--format", "json")
    made = json.loads(out)
    assert (code, made["total"]["change"]["exact"], made["reforms"][0]["name"]) == (0, "18500000.00", "方案二")
    target = tmp_path / "out.md"
    code, out, _ = _run("whatif", CITY, "--reform", str(reform), "--out", str(target))
    assert code == 0
    assert target.read_text(encoding="utf-8").startswith("案例 12 个")
    assert _run("whatif", CITY, "--reform", str(reform), "--out", str(target))[0] == 2


def test_whatif_takes_readings_and_facts() -> None:
    code, out, _ = _run("whatif", CITY, "--to-reading", "xian_30/A5=cap_lifted", "--format", "markdown", "--lang", "en")
    assert code == 0
    assert "| A04 | gains |" in out
    code, out, _ = _run("whatif", CITY, "--set", "decision_date=2023-01-01", "--lang", "en")
    assert code == 0
    assert "Eligibility changes" in out


def test_cases_that_are_wrong_are_listed_with_skip(tmp_path: Path) -> None:
    table = tmp_path / "cases.jsonl"
    table.write_text(Path(CITY).read_text(encoding="utf-8") + '{"case": "1", "plase": "x"}\n', encoding="utf-8")
    assert _run("whatif", str(table), "--set", CAP)[0] == 2
    code, out, _ = _run("whatif", str(table), "--set", CAP, "--skip", "--lang", "en")
    assert code == 1
    assert "cases.jsonl:13" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("whatif", CITY), "没有修改"),
        (("whatif", CITY, "--set", "xian_30/equipment_renewl.cap=1元"), "是否为“equipment_renewal”"),
        (("whatif", CITY, "--set", "xian_30/equipment_renewal.cap=3%"), "不是"),
        (("whatif", CITY, "--set", "xian_30/window.horizon=2020-01-01"), "有效期"),
        (("whatif", CITY, "--set", CAP, "--by", "entreprise.size"), "是否为“enterprise.size”"),
        (("whatif", CITY, "--set", CAP, "--unit", "美元"), "不是货币单位"),
        (("whatif", CITY, "--set", "xian_30/equipment_renewal.cap"), "路径=值"),
        (("whatif", CITY, "--set", CAP, "--out", "x.pdf"), "后缀不可用"),
        (("whatif", CITY, "--to-reading", "x"), "编号=选项"),
        (("whatif", "nowhere", "--set", CAP), "没有案例"),
        (("budget", CITY, "--envelope", "city"), "资金=金额"),
        (("budget", CITY, "--envelope", "village=1元"), "没有资金、政策或条款"),
        (("budget", CITY, "--envelope", "city=1亿元", "--uptake", "*=60%"), "种子"),
        (("budget", CITY, "--envelope", "city=1亿元", "--fit", "xian_30/equipment_renewal.cap=1元"), "下限..上限"),
        (("budget", CITY, "--envelope", "city=1亿元", "--fit", "xian_30/equipment_renewal.cap=2元..1元"), "为空"),
    ],
)
def test_what_is_wrong_is_said_in_chinese(arguments: tuple[str, ...], says: str) -> None:
    code, out, err = _run(*arguments)
    assert code == 2, out
    assert says in err


def test_budget_says_what_would_just_fit() -> None:
    fit = "xian_30/equipment_renewal.cap=1763万元..1764万元"
    code, out, _ = _run("budget", CITY, "--envelope", "city=1亿元", "--fit", fit, "--unit", "万元", "--lang", "en")
    assert code == 0
    assert "17632500元" in out
    code, out, _ = _run("budget", CITY, "--envelope", "city=1亿元", "--format", "json")
    assert json.loads(out)["envelopes"][0]["scale_exact"] == "10000/10817"
    code, out, _ = _run("budget", CITY, "--envelope", "city=1亿元", "--format", "markdown", "--set", CAP)
    assert "1.2667" in out or "126,670,000" in out


def test_tables_are_cases_and_a_workbook_is_written(tmp_path: Path) -> None:
    heads = "enterprise.id,decision_date,enterprise.type,enterprise.place,enterprise.civil_explosives,projects.id,"
    heads += "projects.nature,projects.purposes,projects.costs.kind,projects.costs.amount,projects.costs.stage"
    row = "{},2025-09-01,enterprise,610113,{},p1,改扩建,智能改造,equipment,{},paid"
    table = tmp_path / "cases.csv"
    lines = [heads, row.format("B1", "false", "2.5亿元"), row.format("B2", "false", "3000"), ""]
    table.write_text("\n".join(lines), encoding="utf-8")
    code, _, err = _run("whatif", str(table), "--set", CAP, "--lang", "en")
    assert (code, "unknown-unit" in err) == (2, True)
    target = tmp_path / "out.xlsx"
    code, out, _ = _run(
        "whatif", str(table), "--set", CAP, "--skip", "--by", "size", "--unit", "万元", "--out", str(target)
    )
    assert (code, target.is_file()) == (1, True), out
    book = calamine.CalamineWorkbook.from_path(str(target))
    awards = book.get_sheet_by_name("变动的奖补").to_python()
    assert awards[1][1:3] == ["xian_30/equipment_renewal@p1", "市政办发〔2024〕30号 三（三）#1"]
    assert (awards[1][6], awards[1][8]) == (2000, 2500)
    assert book.get_sheet_by_name("修改").to_python()[2][0] == "xian_30/equipment_renewal.cap\n2000万元 → 3000万元"


def test_a_sweep_says_its_breaks(tmp_path: Path) -> None:
    case = tmp_path / "case.jsonl"
    case.write_text(Path(CITY).read_text(encoding="utf-8").splitlines()[9] + "\n", encoding="utf-8")
    options = ("--sweep", "projects[0].costs[0].amount=0元..1亿元", "--policy", "xian_30")
    cap = "xian_30/capability_platform.cap=600万元"
    code, out, _ = _run("whatif", str(case), *options, "--set", cap, "--format", "json")
    assert code == 0
    (line,) = [one for one in json.loads(out)["lines"] if one["id"] == "xian_30/capability_platform@p1"]
    assert line["pieces"][-1]["high"] == {"min": "6000000.00", "max": "6000000.00"}
    code, out, _ = _run("whatif", str(case), *options, "--unit", "万元", "--lang", "en")
    assert code == 0
    assert "1/10" in out
    assert _run("whatif", str(case), *options, "--out", "x.md")[0] == 2
    picture = tmp_path / "change.svg"
    assert _run("whatif", str(case), "--set", cap, "--chart", str(picture))[0] == 0
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert _run("whatif", str(case), "--set", cap, "--chart", "x.gif")[0] == 2
    assert _run("whatif", str(case), "--sweep", "projects[0].costs[0].amount")[0] == 2
    assert _run("whatif", CITY, *options, "--chart", "x.svg")[0] == 2


def test_two_numbers_are_swept_together_and_drawn(tmp_path: Path) -> None:
    rules = tmp_path / "swept.yaml"
    award = "  - {basis: project.total, quote: 投资}\n  - {rate: 10%, when: project.score >= 60, quote: 给予}"
    rules.write_text(PACK.format(award=award, facts=FACTS["score"]), encoding="utf-8")
    case = tmp_path / "case.yaml"
    case.write_text(
        "case: 1\ndecision_date: 2025-09-01\nenterprise: {type: enterprise, place: '330100'}\n"
        "projects: [{id: p1, total: 9元, score: 1}]\n",
        encoding="utf-8",
    )
    moved = ("projects[0].total=0..9元", "projects[0].score=0..100")
    award_id, picture = ("--award", "swept/banded@p1"), tmp_path / "plane.svg"
    base = ("--rules", str(rules), *award_id)
    code, out, _ = _run("sweep", str(case), *moved, *base, "--format", "json", "--chart", str(picture))
    assert code == 0
    found = json.loads(out)
    assert (found["schema"], [one["first"] for one in found["bands"]]) == ("subsidy-rules/plane/1", ["0", "60"])
    assert "projects[0].score" in picture.read_text(encoding="utf-8")
    whatif = [part for one in moved for part in ("--sweep", one)]
    for form in ("table", "markdown"):
        code, out, _ = _run("whatif", str(case), *whatif, *base, "--format", form, "--lang", "en")
        assert (code, "proved" in out) == (0, True), out
    assert _run("sweep", str(case), *moved, moved[0], *base)[0] == 2
    assert _run("sweep", str(case), *moved, *base, "--award", "total")[0] == 2


def test_what_is_asked_the_other_way_round(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(MOVED, encoding="utf-8")
    relocation = "xian_30/air_relocation"
    code, out, _ = _run("whatif", str(case), "--nearest", relocation, "--format", "json")
    assert code == 0
    assert [one["after"] for one in json.loads(out)["answers"][0]] == ["2024-01-01", "true"]
    over = "enterprise.air_relocation_completed_on=2024-06-01..2024-06-30"
    planned = ("--set", "enterprise.on_air_relocation_plan=true")
    code, out, _ = _run("whatif", str(case), "--least", over, "--award", relocation, *planned, "--lang", "en", "--ask")
    assert code == 0
    assert "2024-06-01" in out
    assert _run("whatif", str(case), "--nearest", relocation, "--format", "markdown")[0] == 0
    for wrong in (
        ("--least", over),
        ("--least", "x", "--award", relocation),
        ("--nearest", "x/y"),
        ("--ask", "--out", "x.md"),
    ):
        assert _run("whatif", str(case), *wrong)[0] == 2
