"""Lists as people send them → `PaidList`: headers of up to three rows, totals, notes, units, carried cells told apart.

A sheet is rows of text. The header is the first run of rows in which enough headings are known; what stands before it
(the title, the document, `单位：万元`) is the context of its lines, and so are the notes after them. Every row is
counted under what it was taken for, so that nothing is left out unsaid; what can't be read is a fault with its row.

>>> rows = [["单位：万元"], ["序号", "申报单位", "补助金额"], ["1", "甲公司", "85.3"], ["合计", "", "85.3"]]
>>> read = read_sheets([Sheet("a.csv", "", rows)])
>>> read.lines[0].applicant, read.lines[0].granted.fen, read.totals[0].over == (read.lines[0].place,)
('甲公司', Fraction(85300000, 1), True)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from subsidy_rules.audit.columns import DATES, NO_MAP, PAYERS, Map, is_money, named, unit_of
from subsidy_rules.audit.lines import Both, Fault, PaidLine, PaidList, Place, SheetRead, Stated, TotalRow, Use, letters
from subsidy_rules.audit.stated import is_nothing, read_amount, read_days, squeezed
from subsidy_rules.errors import InputError, Problem
from subsidy_rules.errors import Place as FilePlace
from subsidy_rules.sheets import cells
from subsidy_rules.values.quantity import CNY, Currency, QuantityError

HIGHEST: Final = 3
"""Rows that a header has at most."""
_ENOUGH: Final = 2
_WHO: Final = ("applicant", "uscc")
_KEPT: Final = ("applicant", "uscc", "location")
"""What a merged cell carries down to the rows below it."""
_TOTAL: Final = re.compile(r".{0,12}(?:合计|总计|小计|共计|累计)[:：]?|(?:grand)?(?:sub)?totals?[:：]?", re.IGNORECASE)
_PARTIAL: Final = re.compile(r"小计|subtotal|本页", re.IGNORECASE)
_NOTE: Final = re.compile(r"(?:备?注|说明|有关说明|填表|制表|审核人|负责人|notes?)\d*[:：.、]", re.IGNORECASE)
_UNIT: Final = re.compile(
    r"(?:^|[(（,，;；、:：\s]|金额)(?:单位|units?)[:：](?:人民币)?(?P<unit>[A-Za-z€$£]+|[亿万]?元|分)"
)
_DECIDED: Final = re.compile(
    r"(?:决定|批复|公示|下达|审批|批准|发文)(?:日期|时间)[:：](?P<day>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
)
_FIGURE: Final = re.compile(r"[-+(]*[¥￥]?[\d,]+(?:\.\d+)?\)?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as text: the file, its name, its rows that are not empty; their numbers, where some are.

    `remarks` say how it was read, in Chinese and in English.
    """

    file: str
    name: str
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    remarks: tuple[Both, ...] = ()

    def number(self, at: int) -> int:
        """Return the number of a row, from 1, as the program shows it that made the file."""
        return self.numbers[at] if self.numbers else at + 1


def load_list(paths: Iterable[str | Path], use: Map = NO_MAP, currency: Currency = CNY) -> PaidList:
    """Read the lines of files of tables. Raises `InputError` and `UsageError` as `read_sheets` of tables does."""
    return read_sheets((sheet for path in paths for sheet in _sheets(Path(path))), use, currency)


def _sheets(path: Path) -> Iterator[Sheet]:
    found = list(cells.read_sheets(path))
    for sheet in found:
        rows = list(sheet.rows)
        name = sheet.name if len(found) > 1 else ""
        yield Sheet(path.name, name, [row.texts for row in rows], [row.number for row in rows], sheet.said)


@dataclass(frozen=True, slots=True)
class Header:
    """Which rows hold the headings, the heading of each column, what each column is."""

    at: int
    rows: int
    headings: Sequence[str]
    fields: Sequence[str | None]


def read_sheets(sheets: Iterable[Sheet], use: Map = NO_MAP, currency: Currency = CNY) -> PaidList:
    """Read the lines of sheets. Raises `InputError` where no sheet is a list of payments, or one has two meanings."""
    parts, problems, empty = [], [], []
    for sheet in sheets:
        header = find_header(sheet.rows, use)
        if header is None:
            empty.append(sheet)
            continue
        wrong = list(_ambiguous(sheet, header))
        problems += wrong
        if not wrong:
            parts.append(_Reader(sheet, header, use, currency).read())
    if problems:
        raise InputError(problems)
    if not parts:
        raise InputError([_no_header(one) for one in empty] or [_no_header(Sheet("<none>", "", []))])
    unread = tuple(_unread(one) for one in empty if any(map(any, one.rows)))
    return PaidList(
        tuple(line for part in parts for line in part.lines),
        tuple(total for part in parts for total in part.totals),
        (*(read for part in parts for read in part.sheets), *unread),
        tuple(fault for part in parts for fault in part.faults),
    )


def _unread(sheet: Sheet) -> SheetRead:
    return SheetRead(sheet.file, sheet.name, {"note": sum(1 for row in sheet.rows if any(row))}, {}, (), sheet.remarks)


def _no_header(sheet: Sheet) -> Problem:
    first = next((" ".join(filter(None, row)) for row in sheet.rows if any(row)), "")
    return Problem(
        "missing-key",
        FilePlace(sheet.file, sheet.number(0), 1) if sheet.rows else FilePlace(sheet.file),
        sheet.name,
        first,
        "no header row was found: headings of the applicant and of an amount",
        "没有找到表头：应有申报单位和金额的列名",
        "name the headings in a mapping of columns: columns: {applicant: …, granted: …}",
        "请在列对照文件中写明列名，如 columns: {applicant: …, granted: …}",
    )


def _ambiguous(sheet: Sheet, header: Header) -> Iterator[Problem]:
    for name, times in Counter(filter(None, header.fields)).items():
        if times > 1:
            heads = [head for head, one in zip(header.headings, header.fields, strict=True) if one == name]
            told = ", ".join(f"'{head}'" for head in heads)
            yield Problem(
                "duplicate-key",
                FilePlace(sheet.file, sheet.number(header.at), 1),
                sheet.name,
                " ".join(filter(None, header.headings)),
                f"{len(heads)} columns can be '{name}': {told}",
                f"有{len(heads)}列都可能是“{name}”：{'、'.join(heads)}",
                f"say which in a mapping of columns: columns: {{{name}: {heads[0]}}}",
                f"请在列对照文件中写明，如 columns: {{{name}: {heads[0]}}}",
            )


def find_header(rows: Sequence[Sequence[str]], use: Map) -> Header | None:
    """Return the first header: who and how much are among its headings, and none of its cells is a figure."""
    for at, row in enumerate(rows):
        if sum(1 for cell in row if cell.strip()) < _ENOUGH or not any(named(row, use)):
            continue
        best: Header | None = None
        for height in range(1, HIGHEST + 1):
            block = rows[at : at + height]
            if len(block) < height or any(_FIGURE.fullmatch(squeezed(cell)) for line in block for cell in line):
                break
            headings = _joined(block)
            fields = named(headings, use)
            known = set(filter(None, fields))
            if known & {*_WHO, "project"} and any(map(is_money, known)):
                more = best is None or len(known) > len(set(filter(None, best.fields)))
                best = Header(at, height, headings, fields) if more else best
        if best is not None:
            return best
    return None


def _joined(block: Sequence[Sequence[str]]) -> list[str]:
    """Return one heading for each column; a merged heading reaches over the columns that have one below it."""
    width = max(len(row) for row in block)
    grid = [[row[column].strip() if column < len(row) else "" for column in range(width)] for row in block]
    for above, below in pairwise(grid):
        left = ""
        for column in range(width):
            left = above[column] or left
            if not above[column] and below[column]:
                above[column] = left
    return ["/".join(dict.fromkeys(filter(None, (row[column] for row in grid)))) for column in range(width)]


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one sheet after its header."""

    sheet: Sheet
    header: Header
    use: Map
    currency: Currency
    uses: Counter[Use] = field(default_factory=Counter)
    lines: list[PaidLine] = field(default_factory=list)
    totals: list[TotalRow] = field(default_factory=list)
    faults: list[tuple[Place, Fault]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    unit: Fraction | None = None
    decided: tuple[int, int] | None = None
    units: Sequence[str | None] = ()
    leading: bool = False

    def read(self) -> PaidList:
        """Return the lines, totals and faults, and what became of every row."""
        units = dict(self.currency.units)
        if self.use.unit is not None:
            self.unit = Fraction(units[self.use.unit]) if self.use.unit in units else None
        rows = self.sheet.rows
        top = self.header.at + self.header.rows
        for row in rows[: self.header.at]:
            self.preamble(row)
        self.uses["header"] += self.header.rows
        self.units = [unit_of(heading, units) for heading in self.header.headings]
        heads = [squeezed("".join(row)) for row in rows[self.header.at : top]]
        for at, row in enumerate(rows[top:], start=top):
            place = Place(self.sheet.file, self.sheet.number(at), self.sheet.name)
            if squeezed("".join(row)) in heads:
                self.uses["header" if any(row) else "blank"] += 1
            else:
                self.row(place, row)
        return self.done()

    def preamble(self, row: Sequence[str]) -> None:
        """Take what stands before the header: a unit, a day, words."""
        text = squeezed(" ".join(row))
        self.uses["note" if text else "blank"] += 1
        self.words += [text] if text else []
        self.take_unit(" ".join(row))
        day = _DECIDED.search(text)
        if day is not None:
            self.decided = read_days(day["day"])

    def take_unit(self, text: str) -> bool:
        """Take `单位：万元` from a row that says it. Return whether it does."""
        found = _UNIT.search(squeezed(text)) or _UNIT.search(text)
        size = dict(self.currency.units).get(found["unit"]) if found is not None else None
        if size is None:
            return False
        if self.use.unit is None:
            self.unit = Fraction(size)
        return True

    def row(self, place: Place, row: Sequence[str]) -> None:
        """Take one row for what it is."""
        filled = [cell for cell in row if cell.strip()]
        if not filled:
            self.uses["blank"] += 1
            return
        cells = {
            name: row[column]
            for column, name in enumerate(self.header.fields)
            if name is not None and column < len(row)
        }
        money = {name for name, text in cells.items() if is_money(name) and not is_nothing(text)}
        texts = [squeezed(text) for text in row if text.strip() and not _FIGURE.fullmatch(squeezed(text))]
        if money and texts and _TOTAL.fullmatch(texts[0]):
            self.total(place, texts[0], row)
        elif not money and self.is_note(filled, cells):
            self.uses["unit" if self.take_unit(" ".join(row)) else "note"] += 1
            self.words.append(squeezed(" ".join(filled)))
        else:
            self.line(place, cells, row)

    def is_note(self, filled: Sequence[str], cells: Mapping[str, str]) -> bool:
        """Whether a row without an amount says something about the sheet, and pays nobody."""
        if len(filled) == 1 or _NOTE.match(squeezed(filled[0])):
            return True
        return not any(cells.get(name, "").strip() for name in (*_WHO, "project"))

    def amounts(self, row: Sequence[str], faults: list[Fault]) -> dict[str, Stated]:
        """Read the amounts of a row, each in the unit of its column, else of the sheet."""
        found: dict[str, Stated] = {}
        units = dict(self.currency.units)
        for column, name in enumerate(self.header.fields):
            if name is None or not is_money(name) or column >= len(row):
                continue
            own = self.units[column]
            try:
                stated = read_amount(row[column], self.unit if own is None else Fraction(units[own]), self.currency)
            except QuantityError as error:
                faults.append(Fault(name, error.code, (error.what_zh, error.what)))
                continue
            if stated is not None:
                found[name] = replace(stated, column=letters(column)) if self.in_cells else stated
        return found

    @property
    def in_cells(self) -> bool:
        """Whether what is read stands in the cells of a sheet, and not in lines of JSON."""
        return not self.sheet.file.lower().endswith((".jsonl", ".ndjson"))

    def total(self, place: Place, label: str, row: Sequence[str]) -> None:
        """Take a row of totals: over the lines since the last one if it is partial; all lines else, later ones too."""
        faults: list[Fault] = []
        amounts = self.amounts(row, faults)
        self.faults += [(place, fault) for fault in faults]
        self.uses["total"] += 1
        over: tuple[Place, ...] = ()
        if _PARTIAL.search(label):
            since = max((total.place.row for total in self.totals), default=0)
            self.leading = self.leading or not self.lines
            before = tuple(line.place for line in self.lines if line.place.row > since)
            over = (place,) if self.leading else before or (place,)
        self.kept.clear()
        self.totals.append(TotalRow(place, label, amounts, over))

    def line(self, place: Place, cells: Mapping[str, str], row: Sequence[str]) -> None:
        """Take a row that pays somebody something, or says that it does."""
        faults: list[Fault] = []
        amounts = self.amounts(row, faults)
        texts = {name: " ".join(text.split()) for name, text in cells.items() if not is_money(name)}
        carried = self.carry(texts)
        days = {name: self.day(name, texts.pop(name, ""), faults) for name in DATES}
        if not any(texts.get(name) for name in (*_WHO, "project")):
            faults.append(Fault("applicant", "missing-key", ("没有写是谁", "it does not say who")))
        if not amounts and not faults:
            faults.append(Fault("granted", "missing-key", ("没有金额", "it has no amount")))
        always = self.use.always
        for name in ("policy", "clause", "batch", "department"):
            texts[name] = texts.get(name) or always.get(name, "")
        decided = days["decided"] or self.decided
        if decided is None and always.get("decision_date"):
            decided = read_days(always["decision_date"])
        known = set(self.header.fields)
        other = {
            heading: " ".join(cell.split())
            for heading, name, cell in zip(self.header.headings, self.header.fields, row, strict=False)
            if name is None and heading and cell.strip()
        }
        payers = {name.removeprefix(PAYERS): one for name, one in amounts.items() if name.startswith(PAYERS)}
        chain = {name: one for name, one in amounts.items() if not name.startswith(PAYERS)}
        words: dict[str, Any] = {name: text for name, text in texts.items() if name in known or text}
        figures: dict[str, Any] = chain
        self.uses["line"] += 1
        self.lines.append(
            PaidLine(
                place,
                self.sheet.name,
                **words,
                **figures,
                payers=payers,
                decided=decided,
                paid_on=days["paid_on"],
                carried=carried,
                other=other,
                faults=tuple(faults),
            )
        )

    def day(self, name: str, text: str, faults: list[Fault]) -> tuple[int, int] | None:
        """Read a day; what is none is a fault of the line."""
        try:
            return read_days(text)
        except QuantityError as error:
            faults.append(Fault(name, error.code, (error.what_zh, error.what)))
            return None

    def carry(self, texts: dict[str, str]) -> tuple[str, ...]:
        """Fill a blank applicant from the merged cell above it. Return what was filled."""
        if any(texts.get(name) for name in _WHO):
            self.kept = {name: texts.get(name, "") for name in _KEPT}
            return ()
        carried = [name for name in _KEPT if name in texts and not texts[name] and self.kept.get(name)]
        texts.update({name: self.kept[name] for name in carried})
        return tuple(carried)

    def ahead(self, total: TotalRow) -> tuple[Place, ...]:
        """Return the lines after a partial total that stands before what it adds up."""
        rows = (other.place.row for other in self.totals if other.place.row > total.place.row)
        end = min(rows, default=self.sheet.number(len(self.sheet.rows) - 1) + 1)
        return tuple(line.place for line in self.lines if total.place.row < line.place.row < end)

    def done(self) -> PaidList:
        """Give the lines their context, and a grand total all of them."""
        context = " ".join(self.words)
        lines = tuple(replace(line, context=context) for line in self.lines)
        every = tuple(line.place for line in lines)
        totals = tuple(
            replace(total, over=self.ahead(total)) if total.over == (total.place,) else total for total in self.totals
        )
        totals = tuple(total if total.over else replace(total, over=every) for total in totals)
        columns = {
            name: heading for name, heading in zip(self.header.fields, self.header.headings, strict=True) if name
        }
        unused = tuple(
            heading
            for name, heading in zip(self.header.fields, self.header.headings, strict=True)
            if heading and name is None
        )
        read = SheetRead(self.sheet.file, self.sheet.name, dict(self.uses), columns, unused, self.sheet.remarks)
        return PaidList(lines, totals, (read,), tuple(self.faults))
