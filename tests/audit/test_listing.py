"""Lists as people send them: what is a line, a header, a total, a note; and every way in which one can't be read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules import InputError, UsageError
from subsidy_rules.audit.columns import NO_MAP, Map, field_of, load_map
from subsidy_rules.audit.knowledge import load_book
from subsidy_rules.audit.lines import PaidList
from subsidy_rules.audit.listing import Sheet, load_list, read_sheets
from subsidy_rules.audit.stated import read_amount, read_days
from subsidy_rules.audit.uscc import check_character, fault_of
from subsidy_rules.errors import CaseError
from subsidy_rules.sheets.workbook import open_workbook
from subsidy_rules.values.quantity import QuantityError

WAN = Fraction(10**6)


def read(text: str, use: Map = NO_MAP) -> PaidList:
    """Read a list whose cells are separated by `|`."""
    return read_sheets([Sheet("paid.csv", "", [row.split("|") for row in text.strip("\n").split("\n")])], use)


def fen(paid: PaidList) -> list[int | None]:
    return [None if line.tested is None else int(line.tested.fen) for line in paid.lines]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("申报单位", "applicant"),
        ("企业名称", "applicant"),
        ("统一社会信用代码", "uscc"),
        ("申报项目名称", "project"),
        ("所在县区", "location"),
        ("政策条款", "clause"),
        ("申报额", "claimed"),
        ("审核额", "audited"),
        ("核减额（万元）", "cut"),
        ("拟补助额", "granted"),
        ("补助 金额\n（万元）", "granted"),
        ("奖补资金额度", "granted"),
        ("已拨", "paid"),
        ("待拨", "remaining"),
        ("省级承担", "payers/省级"),
        ("各级承担/市级", "payers/市级"),
        ("资金来源/区县财政", "payers/区县"),
        ("决定日期", "decided"),
        ("拨付日期", "paid_on"),
        ("备注", "remark"),
        ("联系电话", None),
        ("开户行", None),
        ("Applicant", "applicant"),
        ("Amount granted (EUR)", "granted"),
    ],
)
def test_a_column_is_known_by_its_heading(heading: str, field: str | None) -> None:
    assert field_of(heading) == field


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("85.3", WAN, 85_300_000),
        ("1,234,567.89", Fraction(100), 123_456_789),
        ("１２．３", WAN, 12_300_000),
        ("12.5万元", Fraction(100), 12_500_000),
        ("¥300", Fraction(100), 30_000),
        ("(500)", Fraction(100), -50_000),
        ("-0.5", WAN, -500_000),
        ("−3", WAN, -3_000_000),
        ("0", WAN, 0),
        ("—", WAN, None),
        ("/", None, None),
    ],
)
def test_an_amount_is_read_exactly(text: str, unit: Fraction | None, expected: int | None) -> None:
    found = read_amount(text, unit)
    assert (None if found is None else int(found.fen)) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("约30万", "bad-money"),
        ("30", "unknown-unit"),
        ("1.2E6", "bad-money"),
        ("1,23", "bad-money"),
        ("0.12345678", "not-whole-fen"),
        ("#REF!", "bad-money"),
        ("(-5)", "bad-money"),
        ("9" * 60, "bad-money"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(QuantityError) as caught:
        read_amount(text, WAN if code == "not-whole-fen" else Fraction(100) if code == "bad-money" else None)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-09-01", 739495, 739495),
        ("2025/9/1", 739495, 739495),
        ("2025.9.1", 739495, 739495),
        ("2025年9月1日", 739495, 739495),
        ("20250901", 739495, 739495),
        ("2025-09-01 00:00:00", 739495, 739495),
        ("2025年9月", 739495, 739524),
        ("2025", 739252, 739616),
    ],
)
def test_a_day_is_read(text: str, first: int, last: int) -> None:
    assert read_days(text) == (first, last)


@pytest.mark.parametrize("text", ["2025-13-01", "2025.2.30", "3/4/25", "昨天", "45901"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        read_days(text)


@pytest.mark.parametrize("head", ["91110000600037341", "N2610100MA6TX0001", "Y1610100MA6TX0002", "A1610100MA6TX0003"])
def test_codes_of_every_department(head: str) -> None:
    code = head + check_character(head + "0")
    assert fault_of(code) is None
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert fault_of(other) is not None
    swapped = code[:8] + code[9] + code[8] + code[10:]
    assert code[8] == code[9] or fault_of(swapped) is not None


@pytest.mark.parametrize(
    "code", ["", "9111000060003734", "I1110000600037341L", "C1110000600037341L", "91A10000600037341L"]
)
def test_codes_that_are_wrong(code: str) -> None:
    fault = fault_of(code)
    assert fault is not None
    assert all(fault)


def test_titles_units_totals_blanks_and_notes_survive() -> None:
    paid = read("""
关于下达奖补资金的通知|||
|||单位：万元
序号|申报单位|补助金额|备注
合计||30|
|||
1|甲公司|10|
2|乙公司|20|附证明
注：区县配套另行下达|||
填表：张三|审核人：李四||
""")
    assert fen(paid) == [10_000_000, 20_000_000]
    assert [len(total.over) for total in paid.totals] == [2]
    assert paid.sheets[0].uses == {"note": 4, "header": 1, "total": 1, "blank": 1, "line": 2}
    assert "区县配套另行下达" in paid.lines[0].context


def test_a_header_of_two_rows_is_joined_and_repeated_headers_are_passed_over() -> None:
    paid = read("""
序号|申报单位|资金承担（万元）||拟补助额（万元）
||省级|市级|
1|甲公司|6|4|10
序号|申报单位|资金承担（万元）||拟补助额（万元）
||省级|市级|
2|乙公司|0.5|0.5|1
""")
    assert [{who: int(one.fen) for who, one in line.payers.items()} for line in paid.lines] == [
        {"省级": 6_000_000, "市级": 4_000_000},
        {"省级": 500_000, "市级": 500_000},
    ]


def test_merged_cells_carry_the_applicant_down_and_say_so() -> None:
    paid = read("申报单位|项目名称|补助金额（元）\n甲公司|一期|100\n|二期|200\n小计||300\n|三期|5")
    assert [line.applicant for line in paid.lines] == ["甲公司", "甲公司", ""]
    assert paid.lines[1].carried == ("applicant",)
    assert paid.totals[0].over == tuple(line.place for line in paid.lines[:2])


def test_a_subtotal_before_its_lines() -> None:
    paid = read("申报单位|补助金额（元）\n雁塔区小计|30\n甲公司|10\n乙公司|20\n莲湖区小计|5\n丙公司|5\n合计|35")
    assert [len(total.over) for total in paid.totals] == [2, 1, 3]


def test_a_row_that_cannot_be_read_stays_a_line_with_its_fault() -> None:
    paid = read("申报单位|补助金额（元）|决定日期\n甲公司|约三十|2025-02-30\n乙公司||2025-01-01\n|10|2025-01-01")
    assert [[fault.field for fault in line.faults] for line in paid.lines] == [
        ["granted", "decided"],
        ["granted"],
        [],
    ]


def test_columns_that_nothing_is_known_of_are_told() -> None:
    paid = read("申报单位|联系电话|补助金额（元）\n甲公司|029|10")
    assert paid.sheets[0].unused == ("联系电话",)
    assert paid.lines[0].other == {"联系电话": "029"}


def test_a_mapping_of_columns(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(
        "columns: {applicant: 收款人甲, granted: 本次实拨}\npayers: {市级: 市本级列}\nunit: 万元\n"
        "always: {policy: xian_30, decision_date: 2025-09-01}\nignore: [金额]\n",
        encoding="utf-8",
    )
    paid = read("收款人甲|金额|本次实拨|市本级列\n甲公司|99|10|10", load_map(file))
    assert fen(paid) == [10_000_000]
    assert (paid.lines[0].policy, paid.lines[0].decided) == ("xian_30", (739495, 739495))
    assert set(paid.lines[0].payers) == {"市级"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("colums: {}\n", "unknown-key"),
        ("columns: {amount: x}\n", "unknown-key"),
        ("columns: [a]\n", "wrong-type"),
        ("a: &x 1\n", "yaml-anchor"),
    ],
)
def test_a_mapping_that_is_wrong(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_map(file)
    assert caught.value.problems[0].code == code
    assert caught.value.problems[0].what_zh


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("甲公司|10\n乙公司|20", "missing-key"),
        ("", "missing-key"),
        ("申报单位|补助金额（元）|奖补金额（元）\n甲公司|1|2", "duplicate-key"),
    ],
)
def test_a_sheet_that_is_no_list(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert problem.remedy
    assert problem.remedy_zh


def test_gb18030_is_read_and_said(tmp_path: Path) -> None:
    file = tmp_path / "paid.csv"
    file.write_bytes("申报单位,补助金额（元）\r\n甲公司,10\r\n".encode("gb18030"))
    paid = load_list([file])
    assert fen(paid) == [1000]
    assert "GB18030" in paid.sheets[0].remarks[0][1]


def test_a_workbook_with_several_sheets(tmp_path: Path) -> None:
    with open_workbook(tmp_path / "paid.xlsx") as book:
        for name in ("一批", "二批"):
            sheet = book.sheet(name)
            sheet.row(["单位：万元"])
            sheet.row(["申报单位", "补助金额"])
            sheet.row([f"{name}公司", "12.5"])
        book.sheet("说明").row(["仅供参考"])
    paid = load_list([tmp_path / "paid.xlsx"])
    assert fen(paid) == [12_500_000, 12_500_000]
    assert [str(line.place) for line in paid.lines] == ["paid.xlsx[一批]:3", "paid.xlsx[二批]:3"]
    assert len(paid.sheets) == 3


@pytest.mark.parametrize(
    ("name", "raw", "error"),
    [
        ("paid.csv", b"\xff\xfe\x01\x02", InputError),
        ("paid.csv", b'"open', InputError),
        ("paid.csv", ("a" + "," * 5000 + "\n").encode() * 2, InputError),
        ("paid.xlsx", b"PK\x03\x04 this is no workbook", InputError),
        ("paid.doc", b"", UsageError),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, raw: bytes, error: type[Exception]) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(error):
        load_list([tmp_path / name])


@pytest.mark.parametrize(
    ("text", "code"),
    [('{"case": 1, ', "json-syntax"), ("[1]", "wrong-type"), ("nonsense", "wrong-type")],
)
def test_facts_that_are_no_cases(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "cases.jsonl").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_book([tmp_path])
    assert caught.value.problems[0].code == code


def test_facts_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no facts at"):
        load_book([tmp_path / "none"])
    with pytest.raises(UsageError, match="no case files in"):
        load_book([tmp_path])
