"""Tables are read as text with places, exactly, whatever they come as; what is not safe or not exact is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from subsidy_rules import InputError, UsageError
from subsidy_rules.sheets.cells import Row, one_sheet, read_sheets
from subsidy_rules.sheets.workbook import Column, Formula, open_workbook


def rows_of(path: Path) -> list[Row]:
    return [row for sheet in read_sheets(path) for row in sheet.rows]


def told(path: Path) -> str:
    """Return the first line of what is told about a file, in English."""
    with pytest.raises(InputError) as caught:
        rows_of(path)
    assert caught.value.render("zh")
    return str(caught.value).split("\n", 1)[0].removeprefix(f"{path}: ")


def written(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表1")
    fill(book, sheet)
    book.close()
    return path


# What is read


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("企业,额\n甲,1\n".encode(), None),
        ("企业,额\n甲,1\n".encode("utf-8-sig"), "read as UTF-8 with a byte order mark"),
        ("企业,额\n甲,1\n".encode("gb18030"), "not UTF-8; read as GB18030"),
        ("企业;额\n甲;1\n".encode(), "the columns are separated by semicolons"),
        ("企业\t额\r\n甲\t1\r\n".encode(), "the columns are separated by tabs"),
    ],
)
def test_the_encoding_and_the_separator_are_found_and_said(raw: bytes, said: str | None, tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(raw)
    sheet = one_sheet(path)
    assert [row.texts for row in sheet.rows] == [("企业", "额"), ("甲", "1")]
    assert [en for _, en in sheet.said] == ([] if said is None else [said])
    assert sheet.at(2, 1) == "表!B2"


def test_a_cell_of_several_lines_and_an_empty_row_keep_the_numbers_of_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('a,b\n"x\ny",1\n,\nz,2,,\n', encoding="utf-8")
    assert rows_of(tmp_path / "a.csv") == [Row(1, ("a", "b")), Row(2, ("x\ny", "1")), Row(4, ("z", "2"))]


def test_numbers_dates_and_merged_cells_of_a_workbook_are_exact(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:  # noqa: ANN401
        percent, day = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": 'yyyy"年"m"月"'})
        yuan = book.add_format({"num_format": '[Red]#,##0.00"元/年"'})
        sheet.write_row(0, 0, [0.1 + 0.2, 67.198, 28000000, 1e16, 1e-7])
        sheet.write_number(1, 0, 0.07, percent)
        sheet.write_datetime(1, 1, datetime(2025, 9, 1), day)  # noqa: DTZ001
        sheet.write_number(1, 2, 1234.5, yuan)
        sheet.write_boolean(1, 3, True)
        sheet.write_formula(1, 4, "=1+1", None, 2)
        sheet.merge_range("A4:B6", "合并", percent)
        sheet.write(4, 2, "x")

    assert rows_of(written(tmp_path / "a.xlsx", fill)) == [
        Row(1, ("0.3", "67.198", "28000000", "10000000000000000", "0.0000001")),
        Row(2, ("7%", "2025-09-01", "1234.5", "true", "2")),
        Row(4, ("合并", "合并")),
        Row(5, ("合并", "合并", "x")),
        Row(6, ("合并", "合并")),
    ]


def test_a_second_reader_of_workbooks_reads_the_same(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:  # noqa: ANN401
        for number in range(200):
            sheet.write_row(number, 0, [f"企业{number}", number / 7, number * 10**6, f"<&>{number}"])

    path = written(tmp_path / "a.xlsx", fill)
    theirs = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    ours = [row.texts for row in rows_of(path)]
    assert [
        [float(x) if isinstance(y, float) else x for x, y in zip(*both, strict=True)]
        for both in zip(ours, theirs, strict=True)
    ] == theirs


def test_records_have_their_names_in_the_first_row(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": "x", "b": 1.10}\n\n{"a": true, "c": null, "d": "2"}\n', encoding="utf-8")
    names = Row(0, ("a", "b", "c", "d"))
    assert rows_of(tmp_path / "a.jsonl") == [names, Row(1, ("x", "1.10")), Row(3, ("true", "", "", "2"))]
    table = pa.table({"a": ["x", None], "b": [1.1, 2.0], "c": [Decimal("1.20"), None], "d": [date(2025, 1, 2)] * 2})
    pq.write_table(table, tmp_path / "a.parquet")
    assert rows_of(tmp_path / "a.parquet") == [
        Row(0, ("a", "b", "c", "d")),
        Row(1, ("x", "1.1", "1.2", "2025-01-02")),
        Row(2, ("", "2", "", "2025-01-02")),
    ]


# What is refused


@pytest.mark.parametrize(
    ("name", "raw", "first"),
    [
        ("a.csv", b'a,b\n"x,1\n', "a!2: bad-sheet: the quotes of this row are not closed or misplaced"),
        ("a.csv", b"," * 10**6 + b"\n", "a!1: too-large: this row has over 2000 columns"),
        ("a.csv", b"x" * (5 * 2**20), "a!1: too-large: a line has over 4194304 characters"),
        ("a.csv", b"a\n\xe2\x80\xaeb\n", "a!A2: not-text: the character U+202E stands in a cell and cannot be seen"),
        ("a.csv", b"a\nb\xff\xff\n", "a!2: bad-encoding: neither UTF-8 nor GB18030 (line 2)"),
        ("a.csv", b"\xff\xfea\x00", "a: bad-encoding: the file is UTF-16"),
        ("a.jsonl", b'{"a": 1}\n{"a": 1, "a": 2}\n', "a!2: duplicate-key: this line has a key twice"),
        ("a.jsonl", b'{"a": NaN}\n', "a!1: json-syntax: this line is not JSON"),
        ("a.jsonl", b"[1]\n", "a!1: wrong-type: this line is not an object"),
        ("a.xlsx", b"PK", "a: bad-sheet: this is not an XLSX workbook"),
        ("a.parquet", b"PAR", "a: unreadable: this is not a Parquet file that can be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_place(name: str, raw: bytes, first: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(raw)
    assert told(tmp_path / name) == first


def with_part(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("part", "size", "first"),
    [
        ("xl/vbaProject.bin", 1, "a: bad-sheet: the workbook has macros"),
        ("xl/externalLinks/externalLink1.xml", 1, "a: bad-sheet: the workbook takes values from other files"),
        ("xl/media/bomb.png", 64 * 2**20, "a: too-large: xl/media/bomb.png is packed "),
    ],
)
def test_a_workbook_is_checked_before_it_is_opened(part: str, size: int, first: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", lambda _, sheet: sheet.write(0, 0, "x"))
    assert told(with_part(path, part, b"\0" * size)).startswith(first)


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    other = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return other


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        (b"<v>2</v>", b"", "表1!B1: bad-sheet: the formula in this cell has not been calculated"),
        (b"<v>2</v>", b"<v>two</v>", "表1!B1: bad-sheet: 'two' is no value of a cell of this kind"),
        (b'r="B1"', b'r="XFD1"', "表1!XFD1: too-large: there is something beyond column 2000"),
        (b"</worksheet>", b"", f"changed: bad-sheet: {SHEET} of the workbook is damaged"),
        (b"<worksheet", b"<!DOCTYPE x><worksheet", "changed: bad-sheet: the XML of the workbook has a DOCTYPE"),
    ],
)
def test_what_is_wrong_in_a_workbook_is_told_at_its_cell(
    before: bytes, after: bytes, first: str, tmp_path: Path
) -> None:
    def fill(_: Any, sheet: Any) -> None:  # noqa: ANN401
        sheet.write(0, 0, "x")
        sheet.write_formula(0, 1, "=1+1", None, 2)

    path = written(tmp_path / "a.xlsx", fill)
    assert told(changed(path, SHEET, lambda data: data.replace(before, after, 1))) == first


def test_another_kind_of_file_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a table that is read"):
        list(read_sheets(tmp_path / "a.xls"))


# What is written


def test_a_written_workbook_is_safe_exact_and_the_same_each_time(tmp_path: Path) -> None:
    columns = [Column("文", 10), Column("元", 10, "yuan"), Column("万元", 10, "wan")]
    for name in ("a.xlsx", "b.xlsx"):
        with open_workbook(tmp_path / name, title="表") as book:
            sheet = book.sheet("结/果", columns)
            sheet.row(["=cmd|'/c calc'!A1", 12345, 12345])
            sheet.row(["http://example.invalid", 10**17, 10**17])
            sheet.row(["-1", Formula("=B2*2", Decimal("246.9")), None])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert [row.texts for row in rows_of(tmp_path / "a.xlsx")][1:] == [
        ("=cmd|'/c calc'!A1", "123.45", "0.012345"),
        ("http://example.invalid", "1000000000000000.00", "100000000000"),
        ("-1", "246.9"),
    ]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as opened:
        xml = opened.read(SHEET)
    assert xml.count(b"<f>") == 1
    assert b"hyperlink" not in xml


def test_a_workbook_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"before")

    def failing() -> None:
        with open_workbook(tmp_path / "a.xlsx") as book:
            book.sheet("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert (tmp_path / "a.xlsx").read_bytes() == b"before"
