"""The workbook of a result: every step a formula where it can be one, and said where not."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from subsidy_rules import Case, Entitlement, Policies, UsageError, evaluate, load_policies
from subsidy_rules.serve.cli import app
from subsidy_rules.sheets.arithmetic import TooLargeError, UnreadError, Written, read_line, rounded
from subsidy_rules.sheets.cells import Row, read_sheets
from subsidy_rules.sheets.formulas import write_result

ROOT = Path(__file__).parents[2]
RULES = (Path(__file__).parent / "rounding.yaml").read_text(encoding="utf-8")


def halves(folder: Path, mode: str = "half_up", unit: str = "分") -> Policies:
    path = folder / "rules.yaml"
    path.write_text(RULES.replace("UNIT", unit).replace("MODE", mode), encoding="utf-8")
    return load_policies([path])


def result(policies: Policies, amount: str, name: str = "甲") -> Entitlement:
    costs = [{"kind": "equipment", "amount": amount}]
    project = {"id": "p1", "nature": "新建", "kinds": [], "costs": costs}
    enterprise = {"place": "330100", "name": name}
    case = {"case": "1", "decision_date": "2025-09-01", "enterprise": enterprise, "projects": [project]}
    return evaluate(Case.from_dict(case), policies)


def sheets(path: Path) -> dict[str, list[Row]]:
    return {sheet.name: list(sheet.rows) for sheet in read_sheets(path)}


def formulas(path: Path, sheet: int) -> dict[str, str]:
    """Return the formulas of a sheet by their cells."""
    with zipfile.ZipFile(path) as opened:
        xml = opened.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    return dict(re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*><f>([^<]*)</f>', xml))


@pytest.mark.parametrize(
    ("mode", "amount", "fen"),
    [
        ("half_up", "0.30元", "2"),  # 1.5 fen
        ("half_up", "0.29元", "1"),
        ("down", "0.39元", "1"),
        ("up", "0.21元", "2"),
        ("up", "0.20元", "1"),
    ],
)
def test_half_a_fen_is_decided_by_the_remainder(mode: str, amount: str, fen: str, tmp_path: Path) -> None:
    policies = halves(tmp_path, mode)
    assert write_result(tmp_path / "o.xlsx", result(policies, amount), policies) == (1, 1)
    (row,) = [row for row in sheets(tmp_path / "o.xlsx")["结果"] if row.texts[0] == "halves/equipment@p1"]
    assert row.texts[3:6] == (fen, fen, "一致")
    assert any("MOD(" in text for text in formulas(tmp_path / "o.xlsx", 2).values())


def test_every_step_is_a_formula_of_cells_with_its_words_and_citation(tmp_path: Path) -> None:
    policies = halves(tmp_path)
    write_result(tmp_path / "o.xlsx", result(policies, "8000.30元", "=甲"), policies)
    assert formulas(tmp_path / "o.xlsx", 2) == {
        "F3": "D2",
        "H3": "F3/G3/100",
        "J3": 'IF(AND(F3=I3,MOD(F3,1000003)=MOD(I3,1000003)),"一致","不一致")',
        "F5": "F3*D4",
        "H5": "F5/G5/100",
        "J5": 'IF(AND(F5=I5,MOD(F5,1000003)=MOD(I5,1000003)),"一致","不一致")',
        "F6": "(F5-MOD(F5,20))/20+IF(2*MOD(F5,20)&gt;=20,1,0)",
        "H6": "F6/G6/100",
        "J6": 'IF(AND(F6=I6,MOD(F6,1000003)=MOD(I6,1000003)),"一致","不一致")',
    }
    found = sheets(tmp_path / "o.xlsx")
    assert found["结果"][0].texts == ("=甲（决定日期 2025-09-01）",)
    assert [row.texts[10:12] for row in found["结果"] if row.texts[0].startswith("halves/")] == [
        ("某政办发〔2025〕2号 一第1句", "按设备投资额的5%给予奖励")
    ]


@pytest.mark.parametrize(
    ("yuan", "said", "fen"),
    [("90071992547409元", False, "450359962737045"), ("90071992547410元", True, "450359962737050")],
)
def test_what_a_spreadsheet_cannot_hold_exactly_is_said_and_has_our_figure(
    yuan: str, said: bool, fen: str, tmp_path: Path
) -> None:
    policies = halves(tmp_path)
    write_result(tmp_path / "o.xlsx", result(policies, yuan), policies)
    found = sheets(tmp_path / "o.xlsx")
    (row,) = [row for row in found["结果"] if row.texts[0].startswith("halves/")]
    assert ("超出表格整数精确范围" in "".join(row.texts)) is said
    assert row.texts[4] == fen
    # The basis itself is a formula, or the text of our own figure.
    assert ("F3" in formulas(tmp_path / "o.xlsx", 2)) is not said


def test_several_results_stand_in_one_workbook_and_give_the_same_bytes(tmp_path: Path) -> None:
    policies = halves(tmp_path)
    results = [result(policies, "1元", "甲"), result(policies, "2元", "乙")]
    for name in ("a.xlsx", "b.xlsx"):
        assert write_result(tmp_path / name, results, policies, "en") == (2, 2)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(UsageError, match="at least one result"):
        write_result(tmp_path / "c.xlsx", [], policies)


@pytest.mark.parametrize("name", ["one_of_each", "three_loans", "procurement"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_of_an_example_agrees(name: str, lang: str, tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    app(["workbook", str(ROOT / f"examples/{name}.yaml"), str(path), "--lang", lang], standalone_mode=False)
    texts = {text for rows in sheets(path).values() for row in rows for text in row.texts}
    assert not texts & {"不一致", "NO"}


@pytest.mark.parametrize(
    "line",
    ["", "min(CNY 1", "CNY 1 +", "CNY 1.5… × 3%", "CNY 1–CNY 2", "CNY 1 (open whether it applies)", "max", "1 2", ")"],
)
def test_a_line_that_is_no_arithmetic_is_not_read(line: str) -> None:
    with pytest.raises(UnreadError):
        read_line(line, 100)


def test_what_is_beyond_the_exact_whole_numbers_is_not_rounded() -> None:
    with pytest.raises(TooLargeError):
        rounded(Written("A1", "2", 2**53 + 1, 2), 1, "half_up")
