"""What a list of payments says, line by line, before anybody has asked whether it is right.

A `PaidLine` is one row that pays somebody something, with the place it stands in. Nothing is corrected: an amount keeps
the unit of its last digit, a date that names only a month stays a month, and what could not be read is a `fault` of the
line. A list from a ledger can be made of the same lines.

>>> stated = Stated(Fraction(85_300_000), Fraction(10**5))
>>> line = PaidLine(Place("paid.csv", 4), applicant="甲公司", granted=stated)
>>> line.tested.fen, str(line.place)
(Fraction(85300000, 1), 'paid.csv:4')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from subsidy_rules.errors import Lang

Both: TypeAlias = tuple[str, str]
"""A text in Chinese and in English."""


def said(both: Both, lang: Lang) -> str:
    """Return a text in one of the two languages."""
    return both[0] if lang == "zh" else both[1]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row of a sheet: the file's name, the row counted from 1, and the sheet where there are several."""

    file: str
    row: int
    sheet: str = ""

    def __str__(self) -> str:
        """`file[sheet]:row`, as it is told to people."""
        return f"{self.file}[{self.sheet}]:{self.row}" if self.sheet else f"{self.file}:{self.row}"


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount as a list states it: in fen, and how much one unit of its last digit is (12.35万元: 100元).

    `column` is the letter of the column that it stands in, of a sheet.
    """

    fen: Fraction
    digit: Fraction
    text: str = ""
    column: str = field(default="", compare=False)

    @property
    def coarse(self) -> bool:
        """Whether it is stated in less than whole yuan, so that the figure behind it may have been rounded."""
        return self.digit > _YUAN


_YUAN: Final = Fraction(100)


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be read, or does not hold together, in one row: its column and what is wrong."""

    field: str
    code: str
    text: Both


MONEY: Final = ("claimed", "audited", "cut", "granted", "paid", "remaining")
"""The chain of amounts of a line: 申报额, 审核额, 核减额, 拟补助额, 已拨, 待拨."""


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One row of a list: who, for what, under which rule, how much, when. Amounts are of the list's own currency.

    `decided` are the first and the last day that the decision date may be, as ordinals, where the list gives one.
    `payers` are the parts that each payer bears; `other` what stands in columns of another meaning.
    """

    place: Place
    sheet: str = ""
    number: str = ""
    applicant: str = ""
    uscc: str = ""
    project: str = ""
    object: str = ""
    policy: str = ""
    clause: str = ""
    location: str = ""
    batch: str = ""
    department: str = ""
    remark: str = ""
    cut_reason: str = ""
    claimed: Stated | None = None
    audited: Stated | None = None
    cut: Stated | None = None
    granted: Stated | None = None
    paid: Stated | None = None
    remaining: Stated | None = None
    payers: Mapping[str, Stated] = field(default_factory=dict)
    decided: tuple[int, int] | None = None
    paid_on: tuple[int, int] | None = None
    carried: tuple[str, ...] = ()
    context: str = ""
    other: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def tested(self) -> Stated | None:
        """What is held against the rule: what was granted, or what was paid where that is not said or is more."""
        if self.granted is None or self.paid is None:
            return self.granted or self.paid
        return self.paid if abs(self.paid.fen) > abs(self.granted.fen) else self.granted


def cell_of(line: PaidLine) -> str:
    """Return the cell that a line's amount was read from, as spreadsheets name it: `I6`; empty where there is none."""
    stated = line.tested
    return f"{stated.column}{line.place.row}" if stated is not None and stated.column else ""


def letters(column: int) -> str:
    """Return how spreadsheets name a column, counted from 0.

    >>> letters(0), letters(25), letters(26), letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row of totals: its words, its amounts by field (a payer's as `payers/市级`), the lines it should add up to."""

    place: Place
    label: str
    amounts: Mapping[str, Stated]
    over: tuple[Place, ...]


Use: TypeAlias = Literal["line", "header", "total", "unit", "note", "blank", "fault"]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What became of each row of a sheet: nothing is left out unsaid."""

    file: str
    sheet: str
    uses: Mapping[Use, int]
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    remarks: tuple[Both, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidList:
    """All lines of the files that were read, in their order, and what was read of each sheet."""

    lines: tuple[PaidLine, ...]
    totals: tuple[TotalRow, ...]
    sheets: tuple[SheetRead, ...]
    faults: tuple[tuple[Place, Fault], ...] = ()
