"""A workbook as departments send it, from the spreadsheet to the working papers.

Merged headings, a total before its lines and one after them, 万元 and 元 in one column, full-width codes, days as text,
a number given twice, a hidden sheet, a line below zero, empty rows, blanks after names, 有限责任公司 for 有限公司.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from subsidy_rules.audit.desk import open_desk
from subsidy_rules.audit.knowledge import load_book
from subsidy_rules.audit.lines import PaidLine, Place, cell_of
from subsidy_rules.audit.listing import load_list
from subsidy_rules.audit.papers import write_papers
from subsidy_rules.audit.report import to_text
from subsidy_rules.audit.ties import findings
from subsidy_rules.audit.verify import Audit, audit
from subsidy_rules.sheets import cells

HERE = Path(__file__).parents[2] / "examples" / "audit"
SOURCES = ("A:序号", "B:申报单位", "C:统一社会信用代码", "D:项目名称", "E:政策条款", "I:拟补助金额", "L:批复日期")
SHEETS: dict[str, list[list[Any]]] = {
    "第一批": [
        ["合计", "", "", "", "", 2900, 2900, 0, "2,450"],
        [
            1,
            "西安渭北机床有限公司 ",
            "９１６１０１００ＭＡ６Ｔ００００１Ｋ",
            "一厂数字化工厂",
            "三（一）",
            400,
            400,
            0,
            320,
            160,
            160,
            "2025年9月1日",
        ],
        [2, "西安曲江电机有限责任公司", "", "电机数字化工厂", "三（一）", 2500, 2500, 0, "2,000", "", "", "2025.9.1"],
        [],
        [
            3,
            "西安浐灞仪表有限公司",
            "",
            "数字化仪表",
            "市政办发〔2024〕30号 三（三）第1句",
            "",
            "",
            "",
            "1500000元",
            "",
            "",
            "2025/9/1",
        ],
        [
            3,
            "西安渭北机床有限公司",
            "91610100MA6T00001K",
            "一厂数字化工厂",
            "三（一）",
            "",
            "",
            "",
            "(20)",
            "",
            "",
            "20251015",
        ],
        ["小计", "", "", "", "", "", "", "", 2450],
        ["", "注：本表金额含市区两级资金。"],
    ],
    "旧表": [
        ["申报单位", "项目名称", "政策条款", "拟补助金额（元）", "批复日期"],
        ["西安曲江电机有限公司", "电机数字化工厂", "三（一）", 100, "2025-09-01"],
    ],
}


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    path = tmp_path_factory.mktemp("messy") / "拨付表.xlsx"
    book = xlsxwriter.Workbook(str(path))
    first, old = (book.add_worksheet(name) for name in SHEETS)
    old.hide()
    first.merge_range("A1:L1", "西安市2025年工业发展专项资金拨付表")
    first.write("A2", "依据：市政办发〔2024〕31号")
    first.write("K2", "单位：万元")
    for source in SOURCES:
        column, _, head = source.partition(":")
        first.merge_range(f"{column}3:{column}4", head)
    first.merge_range("F3:H3", "审核情况")
    first.merge_range("J3:K3", "资金承担")
    for cell, head in (("F4", "申报额"), ("G4", "审核额"), ("H4", "核减额"), ("J4", "市级"), ("K4", "区级")):
        first.write(cell, head)
    for sheet, begin, rows in ((first, 4, SHEETS["第一批"]), (old, 0, SHEETS["旧表"])):
        for at, cells_of in enumerate(rows):
            for number, value in enumerate(cells_of):
                if value != "":
                    sheet.write(begin + at, number, value)
    book.close()
    return audit(load_list([path]), open_desk(), load_book([HERE / "cases.jsonl"]))


def test_each_line_is_classed(messy: Audit) -> None:
    found = [([line.place.row for line in one.lines], one.name, int(one.paid) // 100) for one in messy.verdicts]
    assert found == [
        ([6, 10], "too_little", 3_000_000),
        ([7], "cant_tell", 20_000_000),
        ([9], "cant_tell", 1_500_000),
        ([2], "too_little", 100),
    ]
    cells_of = [[cell_of(line) for line in one.lines] for one in messy.verdicts]
    assert cells_of == [["I6", "I10"], ["I7"], ["I9"], ["D2"]]
    assert messy.verdicts[1].near == "西安曲江电机有限公司"
    told = to_text(messy, "en")
    assert "there are facts of '西安曲江电机有限公司', nearly that name; not used" in told
    assert "隐藏的工作表" in to_text(messy, "zh")


def test_what_does_not_tie_out(messy: Audit) -> None:
    assert [(one.code, [place.row for place in one.places]) for one in findings(messy)] == [("number_twice", [9, 10])]


def test_rows_of_working_papers_are_as_high_as_their_text(messy: Audit, tmp_path: Path) -> None:
    write_papers(messy, tmp_path / "papers.xlsx")
    names = [sheet.name for sheet in cells.read_sheets(tmp_path / "papers.xlsx")]
    assert names[:2] == ["汇总", "发现"]
    with zipfile.ZipFile(tmp_path / "papers.xlsx") as opened:
        sheet = opened.read("xl/worksheets/sheet3.xml").decode()
    heights = [float(found) for found in re.findall(r'<row r="\d+" ht="([\d.]+)" customHeight="1"', sheet)]
    assert len(heights) == 2
    assert all(40 < height <= 409 for height in heights)


def test_a_list_that_begins_again_has_no_number_twice() -> None:
    from subsidy_rules.audit.ties import _numbers  # noqa: PLC0415 - no list makes only this

    lines = [PaidLine(Place("a", row), number=number) for row, number in enumerate(("1", "2", "1", "2", "", "2"))]
    assert [[place.row for place in one.places] for one in _numbers(lines)] == [[3, 5]]
