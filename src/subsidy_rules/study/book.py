"""A comparison as a workbook: what is changed, totals, clauses, groups, and the awards that move with their clauses.

Amounts are numbers of the unit, exact as far as a cell can be; kinds have columns of their own, so that a sum over a
column adds like to like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from subsidy_rules.errors import Lang, UsageError, check_lang
from subsidy_rules.sheets.workbook import Book, Column, open_workbook
from subsidy_rules.study.tally import Tally
from subsidy_rules.study.told import as_blocks
from subsidy_rules.values.quantity import CNY, Infinity, Number

if TYPE_CHECKING:
    from subsidy_rules.sheets.workbook import Kind
    from subsidy_rules.study.compare import Comparison, Group

_KINDS = (
    ("exact", "确定", "exact"),
    ("at_most", "至多", "at most"),
    ("from_", "待定至少", "open from"),
    ("to", "待定至多", "open to"),
)


def write_workbook(found: Comparison, path: str | Path, lang: Lang = "zh", *, unit: str | None = None) -> None:
    """Write a comparison as XLSX, in 元 or 万元.

    Raises `UsageError` where the extra is not installed, and for another currency or unit.
    """
    check_lang(lang)
    if found.currency != CNY or unit not in (None, "元", "万元"):
        raise UsageError("a workbook is in 元 or 万元; write JSON for another currency")
    _Writer(found, lang, "wan" if unit == "万元" else "yuan").write(Path(path))


class _Writer:
    def __init__(self, found: Comparison, lang: Lang, kind: Kind) -> None:
        self.found, self.lang, self.kind = found, lang, kind

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def write(self, path: Path) -> None:
        found, title = self.found, self.say("假如：前后比较", "What if: before and after")
        with open_workbook(path, title=title) as book:
            self.changes(book)
            by = self.say("分组", "group")
            whole = self.say("合计", "total")
            self.groups(book, whole, whole, [(whole, "", found.whole)])
            clauses = [(name, found.citations.get(name, ""), one) for name, one in found.clauses.items()]
            self.groups(book, self.say("逐条", "clauses"), self.say("条款", "clause"), clauses)
            for key, groups in found.groups.items():
                self.groups(book, key, by, [(name, "", one) for name, one in groups.items()])
            self.awards(book)

    def changes(self, book: Book) -> None:
        for block in as_blocks(self.found, self.lang):
            columns = [Column(head, 50) for head in block.heads]
            sheet = book.sheet(self.say("修改", "changes"), columns, title=block.title)
            for row in block.rows:
                sheet.row(["\n".join(line for line in cell if line) for cell in row])
            return

    def money(self, name: str) -> Column:
        return Column(name, 16, self.kind)

    def groups(self, book: Book, name: str, head: str, rows: Iterable[tuple[str, str, Group]]) -> None:
        columns = [Column(head, 34), Column(self.say("依据", "text"), 34)]
        counts = (
            ("数量", "count"),
            ("增加", "gain"),
            ("减少", "lose"),
            ("触顶前", "capped before"),
            ("触顶后", "after"),
        )
        columns += [Column(self.say(zh, en), 8, "number") for zh, en in counts]
        for zh, en in (("前", "before"), ("后", "after"), ("变化", "change")):
            columns += [self.money(f"{self.say(zh, en)} {self.say(*kind[1:])}") for kind in _KINDS]
            columns.append(Column(f"{self.say(zh, en)} {self.say('无上限项数', 'open-ended')}", 8, "number"))
        sheet = book.sheet(name, columns, frozen=1)
        for label, place, one in rows:
            counted = (one.count, one.gains, one.loses, one.capped_before, one.capped_after)
            tallies = (one.before, one.after, one.change)
            sheet.row([label, place, *counted, *(value for tally in tallies for value in self.ends(tally))])

    def ends(self, tally: Tally) -> Sequence[int]:
        return [int(getattr(tally, kind)) for kind, _, _ in _KINDS] + [tally.undetermined]

    def awards(self, book: Book) -> None:
        words = (
            ("案例", "case"),
            ("奖补", "award"),
            ("依据", "text"),
            ("类型前", "kind before"),
            ("类型后", "kind after"),
        )
        columns = [Column(self.say(zh, en), 24) for zh, en in words]
        ends = (("前至少", "before from"), ("前至多", "before to"), ("后至少", "after from"), ("后至多", "after to"))
        columns += [self.money(self.say(zh, en)) for zh, en in ends]
        sheet = book.sheet(self.say("变动的奖补", "awards that move"), columns, frozen=1)
        for row in self.found.rows:
            for one in row.awards:
                place = self.found.citations.get(one.clause, "")
                sides = (one.before.net, one.after.net)
                kinds = [side.kind for side in sides]
                figures = [_cell(end) for side in sides for end in (side.least, side.most)]
                sheet.row([row.name, one.id, place, *kinds, *figures])


def _cell(end: Number) -> int | str:
    return "∞" if isinstance(end, Infinity) else int(Fraction(end))
