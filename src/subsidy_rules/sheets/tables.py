"""Writing tables: the rows of cases and awards as CSV, XLSX, JSON lines or Parquet, each whole or not at all.

Amounts are exact everywhere: decimal text in CSV and JSON lines, decimals in Parquet, numbers in a workbook as far as
spreadsheets keep them, else text. In CSV a text that a
spreadsheet would take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from subsidy_rules.sheets.cells import extra
from subsidy_rules.sheets.workbook import Book, Column, Kind, SheetWriter, Value, open_workbook, whole

if TYPE_CHECKING:
    from subsidy_rules.errors import Lang
    from subsidy_rules.values.quantity import Currency

Record = Mapping[str, Any]

CASE_COLUMNS: Final[tuple[tuple[str, str, str, int], ...]] = (
    ("case", "案例", "case", 16),
    ("at", "位置", "source", 12),
    ("beneficiary", "申报主体", "beneficiary", 24),
    ("decision_date", "决定日期", "decision date", 12),
    ("kind", "合计类型", "kind of total", 10),
    ("min", "合计下限", "total, least", 18),
    ("max", "合计上限", "total, most", 18),
    ("possible_kind", "含待定项类型", "kind with undecided", 10),
    ("possible_min", "含待定项下限", "with undecided, least", 18),
    ("possible_max", "含待定项上限", "with undecided, most", 18),
    ("awards", "奖补项数", "awards", 8),
    ("undecided", "待定项数", "undecided", 8),
    ("covers", "已答条文", "covers", 10),
    ("reasons", "原因", "reasons", 16),
    ("needs", "待补事实", "needs", 24),
    ("flags", "提示", "flags", 20),
    ("case_sha256", "案例摘要", "digest of the case", 16),
)
"""Of a row of a case: its key, its heads in Chinese and English, its width."""
AWARD_COLUMNS: Final[tuple[tuple[str, str, str, int], ...]] = (
    ("case", "案例", "case", 16),
    ("at", "位置", "source", 12),
    ("beneficiary", "申报主体", "beneficiary", 24),
    ("award", "奖补编号", "award", 30),
    ("policy", "政策", "policy", 12),
    ("clause", "条款", "clause", 18),
    ("object", "对象", "object", 10),
    ("status", "状态", "status", 10),
    ("kind", "类型", "kind", 10),
    ("gross_min", "应计下限", "gross, least", 18),
    ("gross_max", "应计上限", "gross, most", 18),
    ("net_min", "计入下限", "net, least", 18),
    ("net_max", "计入上限", "net, most", 18),
    ("fund", "资金", "fund", 8),
    ("rule", "规则", "rule", 12),
    ("reasons", "原因", "reasons", 16),
    ("needs", "待补事实", "needs", 24),
    ("flags", "提示", "flags", 20),
    ("citation", "依据", "citation", 30),
    ("quote", "原文", "words", 40),
)
_MONEY: Final = frozenset(
    {"min", "max", "possible_min", "possible_max", "gross_min", "gross_max", "net_min", "net_max"}
)
_COUNTS: Final = frozenset({"awards", "undecided"})
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BATCH: Final = 4096


def harmless(text: str) -> str:
    """Return a text for CSV that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("-5.00")
    ("'=1+1", '-5.00')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _rows(lines: Iterable[Record], rows: str) -> Iterator[Record]:
    for line in lines:
        if rows == "awards":
            yield from line["awards"]
        else:
            yield line["case" if rows == "cases" else "full"]


def _columns(rows: str) -> tuple[tuple[str, str, str, int], ...]:
    return AWARD_COLUMNS if rows == "awards" else CASE_COLUMNS


def write_table(target: Path, lines: Iterable[Record], rows: str, lang: Lang, currency: Currency) -> None:
    """Write what was kept of the cases: rows of awards, of cases, or whole results."""
    TARGETS[target.suffix.lower()](target, lines, rows, lang, currency)


def _write_csv(target: Path, lines: Iterable[Record], rows: str, _: Lang, __: Currency) -> None:
    keys = [key for key, *_ in _columns(rows)]
    with whole(target) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(keys)
        for row in _rows(lines, rows):
            writer.writerow([harmless("" if row[key] is None else str(row[key])) for key in keys])


def _write_jsonl(target: Path, lines: Iterable[Record], rows: str, _: Lang, __: Currency) -> None:
    with whole(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
        for row in _rows(lines, rows):
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_parquet(target: Path, lines: Iterable[Record], rows: str, _: Lang, currency: Currency) -> None:
    arrow, parquet = extra("pyarrow", "Parquet"), extra("pyarrow.parquet", "Parquet")
    keys = [key for key, *_ in _columns(rows)]
    money = arrow.decimal128(38, currency.digits)

    def kind(key: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        return money if key in _MONEY else arrow.int64() if key in _COUNTS else arrow.string()

    schema = arrow.schema([(key, kind(key)) for key in keys])
    found = iter(_rows(lines, rows))
    with whole(target) as temporary, parquet.ParquetWriter(temporary, schema) as writer:
        while batch := list(islice(found, _BATCH)):
            columns = [[_decimal(row[key]) if key in _MONEY else row[key] for row in batch] for key in keys]
            arrays = [arrow.array(column, type=schema.field(n).type) for n, column in enumerate(columns)]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _write_xlsx(target: Path, lines: Iterable[Record], _: str, lang: Lang, currency: Currency) -> None:
    zh = lang == "zh"
    unit = currency.zh if zh else currency.code
    said = f"金额单位：{unit}；无上限的留空" if zh else f"amounts in {unit}; what nothing bounds is empty"
    with open_workbook(target, title="奖补计算结果" if zh else "awards", streamed=True) as book:
        cases = _sheet(book, "合计" if zh else "totals", CASE_COLUMNS, said, currency, zh=zh)
        awards = _sheet(book, "奖补" if zh else "awards", AWARD_COLUMNS, said, currency, zh=zh)
        for line in lines:
            _row(cases, CASE_COLUMNS, line["case"], currency)
            for award in line["awards"]:
                _row(awards, AWARD_COLUMNS, award, currency)


_UNITS: Final[Mapping[int, Kind]] = {0: "fen", 2: "yuan"}


def _sheet(
    book: Book, name: str, columns: Iterable[tuple[str, str, str, int]], said: str, currency: Currency, *, zh: bool
) -> SheetWriter:
    money = _UNITS.get(currency.digits, "text")
    made = [
        Column(first if zh else second, width, money if key in _MONEY else "number" if key in _COUNTS else "text")
        for key, first, second, width in columns
    ]
    return book.sheet(name, made, remarks=[said], frozen=3)


def _row(sheet: SheetWriter, columns: Iterable[tuple[str, str, str, int]], row: Record, currency: Currency) -> None:
    values: list[Value] = []
    for key, *_ in columns:
        value = row[key]
        if key in _MONEY and value is not None and currency.digits in _UNITS:
            value = Fraction(value) * currency.one
        values.append(value)
    sheet.row(values)


def write_rejects(target: Path, lines: Iterable[Record]) -> None:
    """Write what was rejected: a row for each reason, with the case and the cell."""
    with whole(target) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["case", "at", "code", "reason", "remedy"])
        for line in lines:
            for one in line["problems"]:
                row = (line["name"], one["at"], one["code"], one["what"], one["remedy"])
                writer.writerow([harmless(text) for text in row])


TARGETS: Final[Mapping[str, Callable[[Path, Iterable[Record], str, Lang, Currency], None]]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
"""The kinds of files that are written, each with what writes it."""
