"""Files of tables → sheets of rows of text, each cell with the place that a person finds it by (`表1!B7`).

CSV, XLSX, JSON lines and Parquet are read alike: a `Sheet` has a name and rows, a `Row` has its number and the texts of
its cells. Nothing is decided about what a text means; but what a spreadsheet holds as a number, a date or a truth is
written out exactly, so that no float leaves this room: `28000000`, `0.1`, `15%`, `2025-09-01`, `true`.

    for sheet in read_sheets("cases.xlsx"):
        for row in sheet.rows:
            tell(sheet.at(row.number, 2), row.texts)

Rows are read as they are asked for, and may be asked for again; the memory used does not grow with the number of rows.
What a file says of itself is checked before it is believed: see `subsidy_rules.sheets.xlsx` for workbooks.
"""

from __future__ import annotations

import csv
import json
import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from subsidy_rules.errors import CODES, HIDDEN, InputError, Place, Problem, UsageError, brief, expect
from subsidy_rules.values.classes import dataclass

if TYPE_CHECKING:
    from typing import IO

MAX_COLUMNS: Final = 2000
"""Columns that a table may have: no real one comes near, and a million empty ones are a mistake or an attack."""
MAX_LINE: Final = 4 * 2**20
"""Characters that a line of a text file may have."""
MAX_CELL: Final = 32_767
"""Characters that a cell may have, as in a spreadsheet."""
ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
"""What a formula leaves in its cell that could not be calculated: it is kept as text, and is no value."""
FORMATS: Final = (".csv", ".tsv", ".xlsx", ".jsonl", ".parquet")
_CHUNK: Final = 2**20

Said = tuple[str, str]
"""A remark in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number, from 1, as the program shows it that made the file, and its texts.

    Trailing empty cells are left out; an empty cell is `""`.
    """

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, where its rows come from, and what should be said about how it was read.

    `file` is the path as it was given. `said` are remarks such as the encoding that was found, in Chinese and English.
    """

    name: str
    file: str
    source: Callable[[], Iterator[Row]]
    said: tuple[Said, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """Read the rows, from the first. Raises `InputError` where a row cannot be read."""
        return self.source()

    def at(self, row: int, column: int | None = None) -> str:
        """Name a cell, or a whole row, as a person finds it; columns are counted from 0: `表1!B7`, `表1!7`."""
        return f"{self.name}!{'' if column is None else letters(column)}{row}"

    def problem(self, code: str, at: str, what: Said, remedy: Said | None = None) -> Problem:
        """Make a problem at a place of this sheet that `at` names. `what` and `remedy` are in Chinese and English."""
        return problem(code, self.file, at, what, remedy)


def problem(code: str, file: str, at: str, what: Said, remedy: Said | None = None) -> Problem:
    """Make a problem of a file of tables; `what` and `remedy` are in Chinese and English."""
    usual = CODES[code]
    zh, en = remedy or (usual.remedy_zh, usual.remedy)
    return Problem(code, Place(file), at, "", what[1], what[0], en, zh)


def refuse(code: str, file: str, at: str, what: Said, remedy: Said | None = None) -> NoReturn:
    """Raise an `InputError` with one problem."""
    raise InputError([problem(code, file, at, what, remedy)])


def letters(column: int) -> str:
    """Write a column, counted from 0, in letters.

    >>> letters(0), letters(27), letters(701)
    ('A', 'AB', 'ZZ')
    """
    said, rest = "", column + 1
    while rest:
        rest, one = divmod(rest - 1, 26)
        said = chr(ord("A") + one) + said
    return said


def column_of(text: str) -> int:
    """Read the letters of a column as its number from 0; -1 where there are none.

    >>> column_of("A"), column_of("AB"), column_of("B7")
    (0, 27, 1)
    """
    found = 0
    for char in text:
        if not "A" <= char <= "Z":
            break
        found = found * 26 + ord(char) - ord("A") + 1
    return found - 1


def is_error(text: str) -> bool:
    """Whether a text is what is left of a formula that could not be calculated (`#REF!`)."""
    return text in ERRORS


def number_text(value: float | Decimal | str) -> str:
    """Write a number exactly, without an exponent; of a float the shortest decimal that is that float.

    >>> number_text(0.1), number_text(28000000.0), number_text("67.197999999999993")
    ('0.1', '28000000', '67.198')
    """
    exact = value if isinstance(value, Decimal) else Decimal(value if isinstance(value, int) else repr(float(value)))
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def read_sheets(path: str | Path) -> Iterator[Sheet]:
    """Read a file of tables: `.csv`, `.tsv`, `.xlsx`, `.jsonl` or `.parquet`, sheet by sheet.

    Of JSON lines and Parquet the first row holds the names. Raises `InputError` for a file that cannot be read safely
    and exactly, at the latest when the row is asked for; `UsageError` for another kind of file, or an extra not there.
    """
    expect(path, str | Path, "a table is read from a path: read_sheets(FILE)")
    file = Path(path)
    kind = file.suffix.lower()
    if kind not in FORMATS:
        raise UsageError(f"'{file.name}' is not a table that is read; these are: {' '.join(FORMATS)}")
    if not file.is_file():
        refuse("unreadable", str(file), "", ("没有此文件", "there is no such file"))
    yield from _READERS[kind](file)


def one_sheet(path: str | Path, name: str | None = None) -> Sheet:
    """Return the sheet of a file that has this name, or the only one that is not empty. Raises as `read_sheets`."""
    sheets = list(read_sheets(path))
    if name is not None:
        found = next((sheet for sheet in sheets if sheet.name == name), None)
        if found is None:
            raise UsageError(f"'{path}' has no sheet '{name}'; it has: {', '.join(one.name for one in sheets)}")
        return found
    filled = [sheet for sheet in sheets if next(sheet.rows, None) is not None] if len(sheets) > 1 else sheets
    if len(filled) != 1:
        raise UsageError(f"'{path}' has {len(filled)} sheets with rows; name one: {', '.join(s.name for s in sheets)}")
    return filled[0]


# Text


def _read_csv(file: Path) -> Iterator[Sheet]:
    encoding, said = _encoding(file)
    delimiter, told = _delimiter(file, encoding)
    name = file.stem
    remarks = tuple(one for one in (said, told) if one is not None)

    def rows() -> Iterator[Row]:
        with file.open(encoding=encoding, newline="") as stream:
            lines = _lines(stream, file)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            number = 0
            while True:
                number += 1
                try:
                    texts = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    zh = "此行的引号不成对或用法不对"
                    remedy = (
                        "请给含引号、逗号、换行的内容加双引号，其中的双引号写两个",
                        "quote a text that has quotes, commas or line breaks in it; write a quote in it twice",
                    )
                    what = (zh, "the quotes of this row are not closed or misplaced")
                    refuse("bad-sheet", str(file), f"{name}!{number}", what, remedy)
                if row := checked(number, texts, str(file), name):
                    yield row

    yield Sheet(name, str(file), rows, remarks)


def checked(number: int, texts: Iterable[str], file: str, name: str) -> Row | None:
    """Return a row without its trailing empty cells, or None if it is empty. Raises `InputError` for what is hidden."""
    row = list(texts)
    if len(row) > 16_384:  # noqa: PLR2004 - what a spreadsheet has, so that a saved one has no more
        _too_wide(number, file, name)
    row = [text.strip() for text in row]
    while row and not row[-1]:
        row.pop()
    if len(row) > MAX_COLUMNS:
        _too_wide(number, file, name)
    for column, text in enumerate(row):
        if len(text) > MAX_CELL:
            what = (f"单元格文字超过 {MAX_CELL} 个字符", f"the text of a cell is over {MAX_CELL} characters")
            refuse("too-large", file, f"{name}!{letters(column)}{number}", what)
        if not text.isprintable() and (found := HIDDEN.search(text.replace("\r", ""))):
            code = f"U+{ord(found[0]):04X}"
            what = (f"单元格有不可见字符 {code}", f"the character {code} stands in a cell and cannot be seen")
            remedy = ("请删除该字符", "delete it")
            refuse("not-text", file, f"{name}!{letters(column)}{number}", what, remedy)
    return Row(number, tuple(row)) if row else None


def _too_wide(number: int, file: str, name: str) -> NoReturn:
    what = (f"此行超过 {MAX_COLUMNS} 列", f"this row has over {MAX_COLUMNS} columns")
    refuse("too-large", file, f"{name}!{number}", what, ("请删去多余的列", "delete the columns that are not needed"))


def _lines(stream: IO[str], file: Path) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            what = (f"一行超过 {MAX_LINE} 个字符", f"a line has over {MAX_LINE} characters")
            refuse("too-large", str(file), f"{file.stem}!{number}", what)
        yield line


def _encoding(file: Path) -> tuple[str, Said | None]:
    """Find the encoding: UTF-8 if all of it is, else GB18030 if all of it is. Raises `InputError`."""
    with file.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = ("文件是 UTF-16", "the file is UTF-16")
        remedy = ("请另存为“CSV UTF-8”", "save it as 'CSV UTF-8'")
        refuse("bad-encoding", str(file), file.stem, what, remedy)
    if _decodes(file, "utf-8-sig") is None:
        bom = head.startswith(b"\xef\xbb\xbf")
        return "utf-8-sig", ("按带 BOM 的 UTF-8 读取", "read as UTF-8 with a byte order mark") if bom else None
    wrong = _decodes(file, "gb18030")
    if wrong is None:
        return "gb18030", ("不是 UTF-8，按 GB18030 读取", "not UTF-8; read as GB18030")
    what = (f"既不是 UTF-8，也不是 GB18030（第 {wrong} 行）", f"neither UTF-8 nor GB18030 (line {wrong})")
    remedy = ("请另存为“CSV UTF-8”", "save it as 'CSV UTF-8'")
    refuse("bad-encoding", str(file), f"{file.stem}!{wrong}", what, remedy)


def _decodes(file: Path, encoding: str) -> int | None:
    """Return the line in which the bytes are not of this encoding, or None where all are."""
    decoder = getincrementaldecoder(encoding)()
    line = 1
    with file.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def _delimiter(file: Path, encoding: str) -> tuple[str, Said | None]:
    """Return what stands between cells: a comma, or the tab or semicolon of a first line that has no comma."""
    with file.open(encoding=encoding, newline="") as stream:
        first = re.sub(r'"[^"]*"', "", stream.readline(MAX_LINE))
    if file.suffix.lower() == ".tsv":
        return "\t", None
    for sign, zh, en in (("\t", "制表符", "tabs"), (";", "分号", "semicolons")):
        if sign in first and "," not in first:
            return sign, (f"各列以{zh}分隔", f"the columns are separated by {en}")
    return ",", None


# Records


def _read_jsonl(file: Path) -> Iterator[Sheet]:
    names: dict[str, int] = {}
    for number, record in json_lines(file):
        for key, value in record.items():
            names.setdefault(key, len(names))
            if isinstance(value, dict | list):
                what = (f"“{brief(key)}”不是单个值", f"'{brief(key)}' is not a single value")
                remedy = ("表的每一格是一个值；整个案例请直接用 batch 读取", "a cell of a table is one value")
                refuse("wrong-type", str(file), f"{file.stem}!{number}", what, remedy)
        if len(names) > MAX_COLUMNS:
            _too_wide(number, str(file), file.stem)

    def rows() -> Iterator[Row]:
        if names:
            yield Row(0, tuple(names))
        for number, record in json_lines(file):
            texts = [""] * len(names)
            for key, value in record.items():
                texts[names[key]] = value_text(value)
            if row := checked(number, texts, str(file), file.stem):
                yield row

    yield Sheet(file.stem, str(file), rows)


def json_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON lines: the number of each line that is not empty, and its object; numbers keep their spelling.

    Raises `InputError` for a line that is no object, or has a key twice.
    """
    encoding, _ = _encoding(file)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            raise ValueError("twice")
        return made

    def constant(_: str) -> NoReturn:
        raise ValueError("constant")

    decoder = json.JSONDecoder(object_pairs_hook=pairs, parse_float=str, parse_int=str, parse_constant=constant)
    with file.open(encoding=encoding, newline="\n") as stream:
        for number, line in enumerate(_lines(stream, file), 1):
            if not line.strip():
                continue
            try:
                found = decoder.decode(line)
            except (ValueError, RecursionError) as error:
                twice = str(error) == "twice"
                what = (
                    "此行有重复的键" if twice else "此行不是 JSON",
                    "this line has a key twice" if twice else "this line is not JSON",
                )
                refuse("duplicate-key" if twice else "json-syntax", str(file), f"{file.stem}!{number}", what)
            if not isinstance(found, dict):
                what = ("此行不是键值对", "this line is not an object")
                refuse("wrong-type", str(file), f"{file.stem}!{number}", what)
            yield number, found


def value_text(value: object) -> str:
    """Write a value of a record as the text of a cell, exactly; None is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case datetime():
            day, time = value.date().isoformat(), value.time()
            return day if time == time.min else f"{day} {time.isoformat()}"
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return number_text(value)
        case _:
            raise TypeError(type(value).__name__)


def _read_parquet(file: Path) -> Iterator[Sheet]:
    pq = extra("pyarrow.parquet", "Parquet")
    try:
        with pq.ParquetFile(file) as opened:
            names = tuple(opened.schema_arrow.names)
    except (OSError, ValueError) as error:
        what = ("不是可读的 Parquet 文件", "this is not a Parquet file that can be read")
        raise InputError([problem("unreadable", str(file), file.stem, what)]) from error
    if len(names) > MAX_COLUMNS:
        _too_wide(0, str(file), file.stem)

    def rows() -> Iterator[Row]:
        yield Row(0, names)
        number = 0
        with pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=4096):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    if row := checked(number, _texts(values, number), str(file), file.stem):
                        yield row

    def _texts(values: Iterable[object], number: int) -> Iterator[str]:
        for column, value in enumerate(values):
            try:
                if isinstance(value, float | Decimal) and not Decimal(value).is_finite():
                    raise TypeError("NaN")  # noqa: TRY301 - both are values that no cell can hold
                yield value_text(value)
            except TypeError:
                what = ("此格不是数、日期、真假或文本", "this cell is no number, date, truth or text")
                refuse("wrong-type", str(file), f"{file.stem}!{letters(column)}{number}", what)

    yield Sheet(file.stem, str(file), rows)


def extra(module: str, what: str) -> Any:  # noqa: ANN401 - a module of an extra, most of which ship no types
    """Import a module of the extra `sheets`. Raises `UsageError`, which says what to install."""
    from importlib import import_module  # noqa: PLC0415 - needed for what is not always there

    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f"{what} needs an extra that is not installed: pip install 'subsidy-rules[sheets]'") from error


def _read_xlsx(file: Path) -> Iterator[Sheet]:
    from subsidy_rules.sheets.xlsx import read_workbook  # noqa: PLC0415 - only for this kind of file

    yield from read_workbook(file)


_READERS: Final[dict[str, Callable[[Path], Iterator[Sheet]]]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".xlsx": _read_xlsx,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}
