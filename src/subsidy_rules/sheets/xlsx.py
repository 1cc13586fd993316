"""Workbooks (`.xlsx`) as a stream of rows: checked before they are opened, exact, and of bounded memory.

An XLSX is a zip of XML. It may say that it holds little and unpack to gigabytes, it may claim a million columns, it may
carry macros, fetch from other files, or show a figure that no program has calculated yet. Each is refused by name,
from the list of what is in the zip, before anything is unpacked:

    cases.xlsx: bad-sheet: the workbook has macros
      save it as a workbook without macros (.xlsx)

The rows themselves are read as the XML comes, so that a sheet of a million rows costs no more memory than one row and
the shared texts. Numbers are stored as binary floats, written with up to 17 digits; the shortest decimal that is that
float is what was typed. A number that is shown as a percentage is `15%`, one that is shown as a date `2025-09-01`.
A merged cell has its value in every cell that it covers.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final, NoReturn
from xml.parsers import expat

from subsidy_rules.errors import brief
from subsidy_rules.sheets.cells import MAX_COLUMNS, Row, Said, Sheet, checked, column_of, letters, number_text, refuse

MAX_ENTRIES: Final = 2000
MAX_UNPACKED: Final = 2 * 2**30
MAX_SHARED: Final = 256 * 2**20
"""Bytes of the texts that cells share, which are kept in memory, and of any other part but a sheet."""
MAX_RATIO: Final = 300
RATIO_FROM: Final = 8 * 2**20
"""A part of more bytes than this that packs better than `MAX_RATIO` to one is no table."""
MAX_MERGES: Final = 50_000
_CHUNK: Final = 2**16
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\s[^>]*?hidden="(?:1|true)"')
_DATE_IDS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_EPOCH: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_LEAP: Final = 61
"""The first day that the two calendars agree on: a spreadsheet has a 29 February 1900, which never was."""
_LAST: Final = 2_958_465
_DAY: Final = 86_400


def read_workbook(file: Path) -> Iterator[Sheet]:
    """Read the sheets of a workbook. Raises `InputError` for one that is not safe to open or not exact."""
    book = _Book(file)
    for name, part, hidden in book.sheets:
        merges, hidden_rows = book.scan(part)
        said: list[Said] = []
        if hidden:
            said.append(("隐藏的工作表，一并读取", "a hidden sheet, read with the others"))
        if hidden_rows:
            said.append((f"有 {hidden_rows} 个隐藏的行，一并读取", f"{hidden_rows} hidden rows, read with the others"))
        yield Sheet(name, str(file), partial(book.rows, part, name, merges), tuple(said))


Merge = tuple[int, int, int, int]
"""First row, last row, first column, last column."""


class _Book:
    """What of a workbook is read before its rows: the sheets, the formats, the shared texts."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.parts = self._checked()
        self.base = _EPOCH
        self.styles_part = self.texts_part = ""
        self.sheets = self._sheets()
        self.styles = self._styles()
        self._shared: list[str] | None = None

    def refuse(self, what: Said, remedy: Said | None = None, *, at: str = "", code: str = "bad-sheet") -> NoReturn:
        """Raise an `InputError` about the workbook."""
        refuse(code, str(self.file), at or self.file.stem, what, remedy)

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        """Check the list of the zip, without unpacking anything."""
        try:
            with zipfile.ZipFile(self.file) as opened:
                entries = opened.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            self.refuse(
                ("不是 XLSX 工作簿", "this is not an XLSX workbook"),
                ("请在表格软件中另存为 .xlsx", "save it as .xlsx from a spreadsheet program; remove a password"),
            )
        too_large = ("请拆分，或另存为新的工作簿", "split it, or save its values as a new workbook")
        if len(entries) > MAX_ENTRIES:
            what = (f"压缩包有 {len(entries)} 个部分", f"the zip has {len(entries)} parts")
            self.refuse(what, too_large, code="too-large")
        if (size := sum(entry.file_size for entry in entries)) > MAX_UNPACKED:
            what = (f"解压后有 {size} 字节", f"it would unpack to {size} bytes")
            self.refuse(what, too_large, code="too-large")
        for entry in entries:
            name = brief(entry.filename)
            if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
                ratio = entry.file_size // max(entry.compress_size, 1)
                what = (f"{name} 的压缩比为 {ratio}:1", f"{name} is packed {ratio} to 1")
                self.refuse(what, too_large, code="too-large")
            if entry.file_size > MAX_SHARED and "/worksheets/" not in entry.filename:
                what = (f"{name} 有 {entry.file_size} 字节", f"{name} has {entry.file_size} bytes")
                self.refuse(what, too_large, code="too-large")
            if entry.flag_bits & 1:
                what = ("工作簿有密码", "the workbook has a password")
                self.refuse(what, ("请去掉密码后另存", "save it without the password"))
            lower = entry.filename.lower()
            if lower.endswith("vbaproject.bin") or "/macrosheets/" in lower:
                what = ("工作簿带宏", "the workbook has macros")
                self.refuse(what, ("请另存为不带宏的工作簿（.xlsx）", "save it as a workbook without macros (.xlsx)"))
            if "/externallinks/" in lower:
                what = ("工作簿引用了其他文件", "the workbook takes values from other files")
                self.refuse(what, ("请断开链接，粘贴为数值", "break the links: paste the values"))
        found = {entry.filename.replace("\\", "/").lstrip("/"): entry for entry in entries}
        if len(found) < len(entries):
            self.refuse(("压缩包有重名的部分", "the zip has two parts of one name"))
        return found

    def parse(self, part: str, handler: Any) -> None:  # noqa: ANN401 - any object with `start`, and `end` and `text`
        for _ in self.stream(part, handler):
            pass

    def stream(self, part: str, handler: Any) -> Iterator[None]:  # noqa: ANN401
        """Feed a part to a handler, chunk by chunk."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = handler.start
        if hasattr(handler, "end"):
            parser.EndElementHandler = handler.end
            parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            with zipfile.ZipFile(self.file) as opened, opened.open(self.parts[part]) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk, False)
                    yield
                parser.Parse(b"", True)
                yield
        except (expat.ExpatError, zipfile.BadZipFile, EOFError, KeyError, zlib.error):
            what = (f"工作簿的 {brief(part)} 损坏", f"{brief(part)} of the workbook is damaged")
            self.refuse(what, ("请在表格软件中打开并另存", "open it in a spreadsheet program and save it again"))

    def _doctype(self, *_: object) -> NoReturn:
        self.refuse(("工作簿的 XML 有 DOCTYPE", "the XML of the workbook has a DOCTYPE"))

    def _sheets(self) -> list[tuple[str, str, bool]]:
        root = _Attributes("Relationship")
        if "_rels/.rels" not in self.parts:
            self.refuse(("不是 XLSX 工作簿", "this is not an XLSX workbook"))
        self.parse("_rels/.rels", root)
        start = next((one["Target"] for one in root.found if one.get("Type", "").endswith("/officeDocument")), "")
        workbook = start.lstrip("/")
        if workbook not in self.parts:
            self.refuse(("不是 XLSX 工作簿", "this is not an XLSX workbook"))
        folder = PurePosixPath(workbook).parent
        links = _Attributes("Relationship")
        self.parse(f"{folder}/_rels/{PurePosixPath(workbook).name}.rels", links)
        targets: dict[str, str] = {}
        for one in links.found:
            kind, target = one.get("Type", "").rpartition("/")[2], one.get("Target", "")
            target = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            if kind == "worksheet":
                targets[one.get("Id", "")] = target
            elif kind == "styles":
                self.styles_part = target
            elif kind == "sharedStrings":
                self.texts_part = target
        listed = _Attributes("sheet", "workbookPr")
        self.parse(workbook, listed)
        found = []
        for one in listed.found:
            if one.get("date1904") in ("1", "true"):
                self.base = _EPOCH_1904
            identity = next((value for key, value in one.items() if key.endswith("}id")), None)
            if identity is not None and identity in targets:
                found.append((one.get("name", ""), targets[identity], one.get("state", "visible") != "visible"))
        return found

    def _styles(self) -> list[str]:
        """Return of each cell format how its numbers are shown: `date`, `%` or nothing."""
        if self.styles_part not in self.parts:
            return []
        handler = _Styles()
        self.parse(self.styles_part, handler)
        return handler.kinds()

    @property
    def shared(self) -> list[str]:
        """The texts that cells share."""
        if self._shared is None:
            handler = _Texts()
            if self.texts_part in self.parts:
                self.parse(self.texts_part, handler)
            self._shared = handler.found
        return self._shared

    def scan(self, part: str) -> tuple[list[Merge], int]:
        """Look through a sheet for the cells that are merged, which stand behind its rows, and for hidden rows."""
        merges: list[Merge] = []
        hidden = 0
        if part not in self.parts:
            self.refuse((f"缺少 {brief(part)}", f"{brief(part)} is missing"))
        rest = b""
        try:
            with zipfile.ZipFile(self.file) as opened, opened.open(self.parts[part]) as stream:
                while chunk := stream.read(_CHUNK * 16):
                    text = rest + chunk
                    cut = text.rfind(b"<")
                    whole, rest = (text[:cut], text[cut:]) if cut >= 0 else (b"", text[-4096:])
                    merges += (
                        (int(first), int(last), column_of(left.decode()), column_of(right.decode()))
                        for left, first, right, last in _MERGE.findall(whole)
                    )
                    hidden += len(_HIDDEN.findall(whole))
                    if len(merges) > MAX_MERGES:
                        what = (f"合并单元格超过 {MAX_MERGES} 处", f"over {MAX_MERGES} cells are merged")
                        self.refuse(what, code="too-large")
        except (zipfile.BadZipFile, EOFError, zlib.error):
            what = (f"工作簿的 {brief(part)} 损坏", f"{brief(part)} of the workbook is damaged")
            self.refuse(what, ("请在表格软件中打开并另存", "open it in a spreadsheet program and save it again"))
        return merges, hidden

    def rows(self, part: str, name: str, merges: list[Merge]) -> Iterator[Row]:
        """Read the rows of a sheet that are not empty."""
        handler = _Rows(self, name)
        fill = _Fill(merges)
        for _ in self.stream(part, handler):
            while handler.ready:
                number, cells = handler.ready.popleft()
                fill.row(number, cells)
                width = max(cells, default=-1) + 1
                if row := checked(number, (cells.get(at, "") for at in range(width)), str(self.file), name):
                    yield row


class _Fill:
    """Gives each cell of a merged area the value of its first."""

    def __init__(self, merges: list[Merge]) -> None:
        self.coming = deque(sorted(merges))
        self.open: list[tuple[Merge, str]] = []

    def row(self, number: int, cells: dict[int, str]) -> None:
        self.open = [one for one in self.open if one[0][1] >= number]
        while self.coming and self.coming[0][0] <= number:
            merge = self.coming.popleft()
            value = cells.get(merge[2], "") if merge[0] == number else ""
            if value:
                self.open.append((merge, value))
        for (_, _, left, right), value in self.open:
            for column in range(left, min(right + 1, MAX_COLUMNS)):
                cells.setdefault(column, value)


class _Attributes:
    """Keeps the attributes of elements of these names."""

    def __init__(self, *names: str) -> None:
        self.names, self.found = names, list[dict[str, str]]()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition("}")[2] in self.names:
            self.found.append(attributes)


class _Styles:
    """Reads which formats show a number as a date or as a percentage."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.used: list[int] = []
        self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition("}")[2]:
            case "numFmt":
                self.codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            case "cellXfs":
                self.inside = True
            case "cellStyles" | "cellStyleXfs" | "dxfs":
                self.inside = False
            case "xf" if self.inside:
                self.used.append(int(attributes.get("numFmtId", "0")))

    def kinds(self) -> list[str]:
        return [self._kind(one) for one in self.used]

    def _kind(self, number: int) -> str:
        if number in (9, 10):
            return "%"
        if number not in self.codes:
            return "date" if number in _DATE_IDS else ""
        plain = _NOT_CODE.sub("", self.codes[number].split(";")[0])
        if "%" in plain:
            return "%"
        return "date" if re.search(r"[ymdhsYMDHS年月日]", plain.replace("General", "")) else ""


class _Texts:
    """Reads the shared texts; how a text is pronounced is no part of it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.parts: list[str] = []
        self.reading = self.spoken = False

    def start(self, name: str, _: dict[str, str]) -> None:
        match name.rpartition("}")[2]:
            case "si":
                self.parts = []
            case "rPh":
                self.spoken = True
            case "t":
                self.reading = not self.spoken

    def text(self, data: str) -> None:
        if self.reading:
            self.parts.append(data)

    def end(self, name: str) -> None:
        match name.rpartition("}")[2]:
            case "si":
                self.found.append("".join(self.parts))
            case "rPh":
                self.spoken = False
            case "t":
                self.reading = False


class _Rows:
    """Reads the cells of a sheet; `ready` are the rows that are whole."""

    def __init__(self, book: _Book, name: str) -> None:
        self.book, self.name = book, name
        self.ready: deque[tuple[int, dict[int, str]]] = deque()
        self.row, self.column = 0, -1
        self.cells: dict[int, str] = {}
        self.parts: list[str] = []
        self.kind, self.style = "n", 0
        self.reading = self.formula = self.valued = self.spoken = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition("}")[2]:
            case "c":
                place = attributes.get("r")
                self.column = column_of(place) if place else self.column + 1
                self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", "0"))
                self.parts, self.formula, self.valued = [], False, False
            case "v":
                self.reading = self.valued = True
            case "t":
                self.reading = not self.spoken
            case "rPh":
                self.spoken = True
            case "f":
                self.formula = True
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column, self.cells = -1, {}

    def text(self, data: str) -> None:
        if self.reading:
            self.parts.append(data)

    def end(self, name: str) -> None:
        match name.rpartition("}")[2]:
            case "v" | "t":
                self.reading = False
            case "rPh":
                self.spoken = False
            case "c":
                self._cell("".join(self.parts))
            case "row":
                self.ready.append((self.row, self.cells))

    def _cell(self, raw: str) -> None:
        if self.formula and not self.valued:
            what = ("公式没有计算结果", "the formula in this cell has not been calculated")
            remedy = (
                "请用表格软件打开并保存，或粘贴为数值",
                "open and save it in a spreadsheet program, or paste the values",
            )
            self.book.refuse(what, remedy, at=self.at)
        if not raw:
            return
        if self.column >= MAX_COLUMNS:
            what = (f"第 {MAX_COLUMNS} 列之后有内容", f"there is something beyond column {MAX_COLUMNS}")
            self.book.refuse(
                what, ("请删去多余的列", "delete the columns that are not needed"), at=self.at, code="too-large"
            )
        self.cells[self.column] = self._value(raw)

    @property
    def at(self) -> str:
        return f"{self.name}!{letters(self.column)}{self.row}"

    def _value(self, raw: str) -> str:
        try:
            match self.kind:
                case "s":
                    return self.book.shared[int(raw)]
                case "b":
                    return "true" if raw == "1" else "false"
                case "n":
                    return self._number(raw)
                case "d":
                    return raw.removesuffix("T00:00:00").removesuffix("T00:00:00.000").replace("T", " ")
                case _:
                    return raw
        except (ValueError, ArithmeticError, IndexError):
            what = (f"“{brief(raw)}”不是此类单元格的值", f"'{brief(raw)}' is no value of a cell of this kind")
            refuse("bad-sheet", str(self.book.file), self.at, what)

    def _number(self, raw: str) -> str:
        shown = self.book.styles[self.style] if self.style < len(self.book.styles) else ""
        text = number_text(raw)
        if shown == "%":
            return number_text(Decimal(text) * 100) + "%"
        return self._day(Decimal(text)) if shown == "date" else text

    def _day(self, serial: Decimal) -> str:
        whole = int(serial)
        if not 0 < serial < _LAST:
            return number_text(serial)
        base = self.book.base
        if base == _EPOCH and whole < _LEAP:
            # Times of a day, and days of 1900 on which the calendars of spreadsheets differ: no date is made of them.
            return number_text(serial)
        day = (base + timedelta(days=whole)).isoformat()
        seconds = round((serial - whole) * _DAY)
        if seconds == 0:
            return day
        return f"{day} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
