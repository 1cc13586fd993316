"""A template that is filled in is read back: the same result as of the case in YAML, and mistakes at their cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from subsidy_rules import Case, Policies, evaluate, load_policies
from subsidy_rules.serve.cli import app
from subsidy_rules.sheets.batch import Setup, run_batch
from subsidy_rules.sheets.cells import read_sheets
from subsidy_rules.sheets.filled import is_template, read_filled
from subsidy_rules.sheets.template import asked_of, write_template
from tests.sheets.filling import Entries, fill

PACKS = Path(__file__).parents[1]
FILLED: Entries = {
    "企业": [
        {
            "案例编号": "E1",
            "决定日期": "2025-09-01",
            "名称": "=甲公司",
            "主体类型": "企业",
            "所在地": "610113",
            "无称号": "是",
        }
    ],
    "项目": [{"案例编号": "E1", "项目编号": "p1", "建设性质": "新建", "实现整体数字化转型": "是"}],
    "投资明细": [
        {"案例编号": "E1", "项目编号": "p1", "类别": "设备", "金额": 80000000, "阶段": "已付"},
        {"案例编号": "E1", "项目编号": "p1", "类别": "配套软件", "金额": "12,000.01", "阶段": "已付"},
    ],
}
CASE = {
    "case": "1",
    "decision_date": "2025-09-01",
    "enterprise": {"name": "=甲公司", "type": "enterprise", "place": "610113"},
    "projects": [
        {
            "id": "p1",
            "nature": "新建",
            "whole_digital": "true",
            "costs": [
                {"kind": "equipment", "amount": "80000000元", "stage": "paid"},
                {"kind": "bundled_software", "amount": "12000.01元", "stage": "paid"},
            ],
        }
    ],
    "assume_none": ["titles"],
}


@pytest.fixture(scope="module")
def xian() -> Policies:
    return load_policies().only("xian_31")


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory, xian: Policies) -> Path:
    path = tmp_path_factory.mktemp("form") / "form.xlsx"
    write_template(path, xian)
    return path


def filled(form: Path, folder: Path, entries: Entries) -> Path:
    fill(form, folder / "filled.xlsx", entries)
    return folder / "filled.xlsx"


def test_what_is_filled_in_gives_what_the_case_gives(tmp_path: Path, form: Path, xian: Policies) -> None:
    path = filled(form, tmp_path, FILLED)
    assert is_template(path)
    (made,) = read_filled(path, xian.vocabulary)
    assert made.problems == ()
    found, same = (evaluate(Case.from_dict(data), xian) for data in (made.data, CASE))
    assert [one.as_json() for one in found.awards] == [one.as_json() for one in same.awards]
    assert found.total == same.total


def test_batch_reads_a_template(tmp_path: Path, form: Path) -> None:
    path = filled(form, tmp_path, FILLED)
    report = run_batch(path, tmp_path / "out.jsonl", setup=Setup(policy=("xian_31",), rows="cases"))
    (line,) = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert (report.cases, report.rejected) == (1, 0)
    assert json.loads(line)["max"] == "4000600.00"


@pytest.mark.parametrize(
    ("sheet", "head", "value", "at", "code"),
    [
        ("投资明细", "金额", "八千万", "投资明细!E5", "unknown-unit"),
        ("投资明细", "类别", "设被", "投资明细!D5", "unknown-member"),
        ("投资明细", "项目编号", "p9", "投资明细!B5", "bad-reference"),
        ("项目", "实现整体数字化转型", "也许", "项目!H5", "wrong-type"),
        ("企业", "决定日期", "明天", "企业!B5", "bad-date"),
        ("企业", "无称号", "没有", "企业!I5", "wrong-type"),
    ],
)
def test_a_mistake_is_told_at_its_cell(
    sheet: str, head: str, value: str, at: str, code: str, tmp_path: Path, form: Path
) -> None:
    entries = {name: [dict(row) for row in rows] for name, rows in FILLED.items()}
    entries[sheet][0][head] = value
    path = filled(form, tmp_path, entries)
    run_batch(path, tmp_path / "out.csv", setup=Setup(policy=("xian_31",)))
    rejects = (tmp_path / "out.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert (at, code) in [tuple(line.split(",")[1:3]) for line in rejects]


def test_a_row_of_no_case_is_an_error(tmp_path: Path, form: Path, xian: Policies) -> None:
    entries = {name: [dict(row) for row in rows] for name, rows in FILLED.items()}
    entries["项目"][0]["案例编号"] = "E7"
    path = filled(form, tmp_path, entries)
    with pytest.raises(Exception, match="项目!A5: bad-reference"):
        list(read_filled(path, xian.vocabulary))


@pytest.mark.parametrize("pack", ["policies/beihu.yaml", "policies/reeg.yaml", "own/kuwait.yaml", "own/bayern.yaml"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_pack_has_a_template_with_its_own_facts(pack: str, lang: str, tmp_path: Path) -> None:
    policies = load_policies([PACKS / pack])
    write_template(tmp_path / "form.xlsx", policies, lang)  # type: ignore[arg-type]
    cells = {text for sheet in read_sheets(tmp_path / "form.xlsx") for row in sheet.rows for text in row.texts}
    assert {one.path for one in asked_of(policies)} <= cells
    assert list(read_filled(tmp_path / "form.xlsx", policies.vocabulary)) == []


def test_the_same_policies_give_the_same_bytes(tmp_path: Path, xian: Policies) -> None:
    write_template(tmp_path / "a.xlsx", xian)
    write_template(tmp_path / "b.xlsx", xian)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_evaluate_reads_a_template_of_one_case(tmp_path: Path, form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = filled(form, tmp_path, FILLED)
    app(["evaluate", str(path), "--policy", "xian_31", "--format", "json"], standalone_mode=False)
    assert '"max": "4000600.00"' in capsys.readouterr().out
    entries = {name: [dict(row) for row in rows] for name, rows in FILLED.items()}
    entries["投资明细"][0]["金额"] = "八千万"
    assert app(["evaluate", str(filled(form, tmp_path, entries)), "--lang", "en"], standalone_mode=False) == 2
    assert "投资明细!E5: unknown-unit: projects[0].costs[0].amount" in capsys.readouterr().err
