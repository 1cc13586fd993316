"""Workbooks written safely: a thin layer over xlsxwriter by which nothing in a cell is more than it says.

    with open_workbook("awards.xlsx", title="奖补计算表") as book:
        sheet = book.sheet("结果", [Column("企业", 24), Column("金额（元）", 16, "yuan")])
        sheet.row(["=甲公司", 12345])

A text is written as a text, whatever it begins with, and no program makes a formula or a link of it later. Money is
handed over in whole fen and shown in 元, 万元 or 分; the number that is written is exact, and an amount of more than 15
digits, which spreadsheets don't keep, is written as text. A formula is written with its value, so that a program that
does not calculate shows it too. The same content gives the same bytes: the dates inside are fixed. A file appears when
it is whole, or not at all.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from subsidy_rules.errors import UsageError, brief
from subsidy_rules.sheets.cells import MAX_CELL, extra
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import exact_text

Kind: TypeAlias = Literal["text", "yuan", "wan", "fen", "number", "ratio", "date", "truth"]
"""How a column is shown. Of `yuan`, `wan` and `fen` an int is whole fen."""

DIGITS: Final = 15
"""Decimal digits that spreadsheets keep of a number."""
EXACT: Final = 2**53
"""Whole numbers up to this are exact in a cell."""
MAX_ROWS: Final = 1_048_576
_FORMATS: Final[Mapping[Kind, str]] = {
    "text": "@",
    "yuan": "#,##0.00",
    "wan": "#,##0.00####",
    "fen": "#,##0",
    "number": "General",
    "ratio": "0.00####%",
    "date": "yyyy-mm-dd",
    "truth": "General",
}
_PER: Final[Mapping[str, int]] = {"yuan": 100, "wan": 1_000_000, "fen": 1}
_FIXED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a date inside the file that says nothing
_A4: Final = 9
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text may not begin with unmarked, since a program that opens it again could take it for a formula."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its head, its width in characters, how it is shown."""

    head: str
    width: int = 14
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, as it is written in English (`=ROUND(A1,0)`), and the value that it comes to.

    `kind` is how it is shown, where it is not as its column. The value of a sum of money is the number that the formula
    gives, not fen.
    """

    text: str
    value: Decimal | int | str | bool
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Styled:
    """A value with a look of its own: `bold`, `wrong` (red), `right` (green), `faint`, `head`, `input`."""

    value: Value
    look: str
    kind: Kind | None = None


Value: TypeAlias = "str | int | Decimal | Fraction | date | bool | Formula | Styled | None"

_LOOKS: Final[Mapping[str, Mapping[str, object]]] = {
    "": {},
    "bold": {"bold": True},
    "wrong": {"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"},
    "right": {"font_color": "#006100"},
    "faint": {"font_color": "#7F7F7F"},
    "head": {"bold": True, "bg_color": "#D9E1F2", "border": 1, "valign": "vcenter"},
    "title": {"bold": True, "font_size": 14, "text_wrap": False},
    "remark": {"font_color": "#595959", "text_wrap": False},
    "input": {"bg_color": "#FFF9E5", "border": 1, "border_color": "#BFBFBF"},
}


def amount(fen: int | Fraction, kind: Kind) -> Decimal | str:
    """Return the number that shows fen in a unit, or the text of it, where it has over 15 digits or no end.

    >>> amount(12345, "yuan"), amount(10**17, "yuan"), amount(Fraction(1, 3), "fen")
    (Decimal('123.45'), '1000000000000000.00', '1/3')
    """
    exact = Fraction(fen) / _PER[kind]
    text = exact_text(exact)
    if "/" in text or len(text.lstrip("-0.").replace(".", "")) > DIGITS:
        whole, _, part = text.partition(".")
        return f"{whole}.{part.ljust(2, '0')}" if kind == "yuan" and "/" not in text else text
    return Decimal(text)


class SheetWriter:
    """Writes the rows of one sheet, from the first. `next_row` is the number of the row that comes next, from 1."""

    def __init__(self, book: Book, sheet: Any, columns: Sequence[Column]) -> None:  # noqa: ANN401 - xlsxwriter has no types
        """Made by `Book.sheet`."""
        self.book, self.sheet, self.columns = book, sheet, tuple(columns)
        self.next_row = 1

    def row(self, values: Sequence[Value], *, look: str = "", height: float | None = None) -> int:
        """Write a row and return its number. Raises `UsageError` where the sheet is full."""
        at = self.next_row
        if at > MAX_ROWS:
            raise UsageError(f"a sheet holds {MAX_ROWS} rows; write CSV or Parquet, or fewer rows")
        for column, value in enumerate(values):
            kind = self.columns[column].kind if column < len(self.columns) else "text"
            self.write(at, column, value, kind, look)
        if height is not None:
            self.sheet.set_row(at - 1, height)
        self.next_row += 1
        return at

    def write(self, row: int, column: int, value: Value, kind: Kind = "text", look: str = "") -> None:
        """Write one cell; `row` is counted from 1, `column` from 0."""
        at = (row - 1, column)
        if isinstance(value, Styled):
            self.write(row, column, value.value, value.kind or kind, value.look)
            return
        shown = self.book.shown(kind, look)
        match value:
            case None:
                if look:
                    self.sheet.write_blank(*at, None, shown)
            case Formula():
                made = self.book.shown(value.kind or kind, look)
                given = value.value
                if isinstance(given, Decimal):
                    given = f"{given:f}"
                self.sheet.write_formula(*at, value.text, made, given)
            case bool():
                self.sheet.write_boolean(*at, value, shown)
            case str():
                self._text(at, value, kind, look)
            case date():
                self.sheet.write_datetime(*at, datetime(value.year, value.month, value.day), shown)  # noqa: DTZ001
            case int() | Fraction() if kind in _PER:
                number = amount(value, kind)
                if isinstance(number, str):
                    self._text(at, number, "text", look)
                else:
                    self.sheet.write_number(*at, number, shown)
            case _:
                exact = Fraction(value)
                text = exact_text(exact)
                if "/" in text or len(text.lstrip("-0.").replace(".", "")) > DIGITS:
                    self._text(at, text, "text", look)
                else:
                    self.sheet.write_number(*at, Decimal(text), shown)

    def _text(self, at: tuple[int, int], text: str, kind: Kind, look: str) -> None:
        del kind
        if len(text) > MAX_CELL:
            text = text[: MAX_CELL - 1] + "…"
        self.sheet.write_string(*at, text, self.book.shown("text", look, quoted=text.startswith(_RISKY)))


class Book:
    """A workbook that is being written; made by `open_workbook`."""

    def __init__(self, writer: Any, title: str) -> None:  # noqa: ANN401
        self.writer, self.title = writer, title
        self._shown: dict[tuple[Kind, str, bool], Any] = {}
        self._names: set[str] = set()

    def shown(self, kind: Kind, look: str = "", *, quoted: bool = False) -> Any:  # noqa: ANN401
        """Return the format of a kind of value and a look."""
        key = (kind, look, quoted)
        if key not in self._shown:
            made = {"num_format": _FORMATS[kind], "valign": "top", "font_name": "宋体", "font_size": 10}
            made |= {"text_wrap": True} if kind == "text" else {}
            made |= {"quote_prefix": True} if quoted else {}
            self._shown[key] = self.writer.add_format(made | dict(_LOOKS[look]))
        return self._shown[key]

    def sheet(
        self,
        name: str,
        columns: Sequence[Column] = (),
        *,
        title: str = "",
        remarks: Sequence[str] = (),
        landscape: bool = True,
        frozen: int = 0,
    ) -> SheetWriter:
        """Add a sheet: a title and remarks if any, the heads, and everything set for printing on A4.

        `frozen` is how many columns stay where they are when one scrolls.
        """
        name = self._name(name)
        made = self.writer.add_worksheet(name)
        sheet = SheetWriter(self, made, columns)
        for number, column in enumerate(columns):
            made.set_column(number, number, column.width)
        if title:
            sheet.row([title], look="title")
        for remark in remarks:
            sheet.row([remark], look="remark")
        if columns:
            at = sheet.row([column.head for column in columns], look="head")
            made.freeze_panes(at, frozen)
            made.repeat_rows(at - 1)
        made.set_paper(_A4)
        made.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        if landscape:
            made.set_landscape()
        made.fit_to_pages(1, 0)
        made.set_header(f"&L{_header(self.title)}&R{_header(name)}")
        made.set_footer("&C&P / &N")
        return sheet

    def _name(self, name: str) -> str:
        base = _NOT_IN_NAMES.sub("_", name)[:31] or "_"
        found, number = base, 1
        while found.casefold() in self._names:
            number += 1
            found = f"{base[: 30 - len(str(number))]}_{number}"
        self._names.add(found.casefold())
        return found


def _header(text: str) -> str:
    return brief(text).replace("&", "&&")


@contextmanager
def open_workbook(path: str | Path, *, title: str = "", streamed: bool = False) -> Iterator[Book]:
    """Write a workbook: it stands at `path` when the block is left without an error, else what was there before.

    `streamed` writes each row as it comes, in memory that does not grow; then rows are written in their order only.
    Raises `UsageError` where the extra is not installed or the name does not end in `.xlsx`.
    """
    xlsxwriter = extra("xlsxwriter", "XLSX")
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"'{target.name}' does not end in .xlsx")
    with whole(target) as temporary:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
            "constant_memory": streamed,
            "default_date_format": "yyyy-mm-dd",
        }
        writer = xlsxwriter.Workbook(str(temporary), options)
        writer.set_properties({"title": title, "created": _FIXED, "author": "subsidy-rules"})
        writer.set_calc_mode("auto")
        yield Book(writer, title)
        writer.close()


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a name beside `target` to write to; it becomes `target` when the block is left without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
