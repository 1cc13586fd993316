"""Tables: a result for a terminal (`to_text`) and as Markdown (`to_markdown`), in Chinese and in English.

Both are made of the same blocks, so they say the same. Text is laid out for a width of screen; a screen that can show
little gets fewer, stacked columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from subsidy_rules.award.explain import Teller
from subsidy_rules.award.model import NOTICE, Alternative, Award, CumulationGroup, Entitlement, ReadingUse
from subsidy_rules.award.phrases import (
    FUNDS,
    KINDS,
    PAYERS,
    STATES,
    STATUSES,
    Names,
    cell_amount,
    cite,
    cite_all,
    grouped_refusals,
    grouped_unasked,
    word,
)
from subsidy_rules.award.written import write_amount, write_money
from subsidy_rules.errors import Lang
from subsidy_rules.plan import Policies
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import INFINITY, ZERO, Infinity, Number

NARROW: Final = 96
"""Columns of screen below which a table of awards is stacked."""
LEAST: Final = 20
FIRST: Final = 32
"""Columns of screen that the first column needs, so that an award's id and its arithmetic can be read."""
Cell = tuple[str, ...]
"""The lines of one cell."""


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a report: its title, the heads of its columns, its rows, and remarks under it.

    The first line of a cell is what it says; further lines are details. `figures` are the columns that are not broken.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remarks: tuple[str, ...] = ()
    figures: tuple[int, ...] = ()


def to_text(
    entitlement: Entitlement,
    lang: Lang = "zh",
    *,
    policies: Policies | None = None,
    spread: bool = False,
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Write a result as tables for a screen of `width` columns.

    `policies` lets facts and readings be named in words; `spread` adds the total under every option of every
    reading that moves it, and over all of them together; `ascii_only` draws lines that any console has.
    """
    made = _Blocks(entitlement, lang, Names(policies), spread)
    return _drawn(made.header(), made.blocks(), made.footer(), width=width, ascii_only=ascii_only, color=color)


def to_markdown(
    entitlement: Entitlement, lang: Lang = "zh", *, policies: Policies | None = None, spread: bool = False
) -> str:
    """Write a result as Markdown."""
    made = _Blocks(entitlement, lang, Names(policies), spread)
    title, *rest = made.header()
    lines = [f"# {_escaped(title)}", ""]
    lines += [f"{_escaped(one)}  " for one in rest]
    for block in made.blocks():
        lines += ["", f"## {_escaped(block.title)}"]
        lines += ["", *markdown_table(block)] if block.rows else []
        lines += ["", *(f"- {_escaped(remark)}" for remark in block.remarks)] if block.remarks else []
    lines += ["", *(f"{_escaped(line)}  " for line in made.footer())]
    return "\n".join(lines) + "\n"


def markdown_table(block: Block) -> list[str]:
    """Write a block as the lines of a Markdown table."""
    return [
        f"| {' | '.join(_escaped(head) for head in block.heads)} |",
        f"|{' --- |' * len(block.heads)}",
        *(f"| {' | '.join('<br>'.join(_escaped(x) for x in cell if x) for cell in row)} |" for row in block.rows),
    ]


def text_table(block: Block, *, width: int, ascii_only: bool = False, color: bool = False) -> str:
    """Write one block as a table for a screen."""
    return _drawn((), [block], (), width=width, ascii_only=ascii_only, color=color)


def _escaped(text: str) -> str:
    for char in "\\`*[<>|":
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", " ")


class _Blocks:
    """Makes the blocks of one result in one language."""

    def __init__(self, entitlement: Entitlement, lang: Lang, names: Names, spread: bool) -> None:
        self.one, self.lang, self.names, self.spread = entitlement, lang, names, spread
        self.teller = Teller(entitlement, lang, names)

    def say(self, zh: str, en: str) -> str:
        return self.teller.say(zh, en)

    def header(self) -> tuple[str, ...]:
        one = self.one
        day = one.decision_date or self.say("未给出", "not given")
        return (
            one.beneficiary or self.say("未署名的申报主体", "unnamed beneficiary"),
            self.say(f"决定日期 {day}", f"decision date {day}"),
            NOTICE[self.lang],
        )

    def footer(self) -> tuple[str, ...]:
        stamp = self.one.stamp
        packs = ", ".join(f"{policy} {source[:12]}{self._version(policy)}" for policy, source, _ in stamp.rules)
        return (
            f"subsidy-rules {stamp.library}; {packs}; "
            + self.say("案例", "case")
            + f" {stamp.case_sha256[:12]}"
            + "".join(f"; {self.say('细则', 'guide')} {guide[:12]}" for guide in stamp.guides)
            + "".join(f"; {self.say('改革', 'reform')} {name} ({policy})" for policy, name, _, _ in stamp.reforms),
            NOTICE[self.lang],
        )

    def _version(self, policy: str) -> str:
        version = self.one.stamp.editions.get(policy, {}).get("version")
        if not isinstance(version, dict):
            return ""
        return f"（{version['name']}）" if self.lang == "zh" else f" ({version['name']})"

    def blocks(self) -> Iterator[Block]:
        found = (
            self._awards(),
            self._undecided(),
            self._refused(),
            self._unasked(),
            self._obligations(),
            self._adjustments(),
            self._instalments(),
            self._cumulation(),
            self._total(),
            self._spread() if self.spread else self._readings(),
            self._notes(),
        )
        yield from (block for block in found if block.rows or block.remarks)

    def _kind(self, amount: Amount) -> str:
        return word(KINDS, amount.kind, self.lang)

    def _needs(self, needs: Iterable[str]) -> list[str]:
        facts = (self.names.fact(path, self.lang) for path in self.teller.advice.first(needs))
        return [self.say(f"缺 {fact}", f"needs {fact}") for fact in facts]

    def _about(self, award: Award) -> Cell:
        places = cite_all(award.citations, self.lang)
        needs = self._needs(award.needs) if award in self.one.awards else []
        rule = [award.rule] if award.rule else []
        payers = [
            f"{word(PAYERS, name, self.lang)}: {cell_amount(part, self.lang, self.one.currency)}"
            for name, part in award.payers
        ]
        return (self.teller.id(award.id), places, self.teller.arithmetic(award), *payers, *needs, *rule)

    def _awards(self) -> Block:
        rows = []
        for award in self.one.awards:
            kind = (self._kind(award.amount), word(FUNDS, award.fund, self.lang))
            net = (cell_amount(award.net, self.lang, self.one.currency), word(STATUSES, award.status, self.lang))
            rows.append((self._about(award), kind, (cell_amount(award.amount, self.lang, self.one.currency),), net))
        title = self.say(f"符合条件的奖补（{len(rows)} 项）", f"Awards ({len(rows)})")
        heads = (
            self.say("奖补、依据、计算", "award, clause, arithmetic"),
            self.say("类型", "kind"),
            self.say("数额", "gross"),
            self.say("计入合计", "in the total"),
        )
        ceiling = any(row.amount.kind == "at_most" for row in self.one.awards)
        remark = self.say("“至多”是上限，不是应付数。", "“at most” is a ceiling, not an amount owed.")
        return Block(title, heads, tuple(rows), (remark,) if ceiling else (), (1, 2, 3))

    def _undecided(self) -> Block:
        rows = [
            (
                self._about(award),
                (self._kind(award.amount),),
                (cell_amount(award.amount, self.lang, self.one.currency),),
                tuple(self.teller.openness(award)),
            )
            for award in self.one.undecided
        ]
        title = self.say(f"能否享受未定（{len(rows)} 项）", f"Undecided ({len(rows)})")
        heads = (
            self.say("奖补、依据、计算", "award, clause, arithmetic"),
            self.say("类型", "kind"),
            self.say("若符合条件", "if eligible"),
            self.say("由什么决定", "what decides"),
        )
        return Block(title, heads, tuple(rows), figures=(1, 2))

    def _refused(self) -> Block:
        groups = grouped_refusals(self.one.not_eligible, self.lang, self.names)
        rows = [
            (
                tuple(f"{self.teller.id(row.id)} {row.citation.path}#{row.citation.sentence}" for row in members),
                (reason,),
            )
            for reason, members in groups.items()
        ]
        count = len(self.one.not_eligible)
        title = self.say(f"不符合条件（{count} 句）", f"Not eligible ({count})")
        return Block(title, (self.say("条文", "clause"), self.say("原因", "why")), tuple(rows))

    def _unasked(self) -> Block:
        rows = [
            (
                tuple(f"{row.policy}/{row.clause} {row.sentence.path}#{row.sentence.sentence}" for row in members),
                tuple(self.names.fact(name, self.lang) for name in lists),
            )
            for lists, members in grouped_unasked(self.one.not_asked).items()
        ]
        count = len(self.one.not_asked)
        title = self.say(f"未询问（{count} 句）", f"Not asked ({count})")
        heads = (
            self.say("条文", "clause"),
            self.say("要给出的清单（没有的写 []）", "list to give ([] where there are none)"),
        )
        return Block(title, heads, tuple(rows))

    def _obligations(self) -> Block:
        rows = [
            (
                (
                    row.id,
                    cite(row.citation, self.lang),
                    *self._needs(row.needs),
                ),
                (write_amount(row.amount, "money", self.lang, self.one.currency),),
            )
            for row in self.one.obligations
        ]
        title = self.say("义务（不是奖补，不计入合计）", "Obligations (no awards, in no total)")
        return Block(title, (self.say("条文", "clause"), self.say("不少于", "at least")), tuple(rows), figures=(1,))

    def _adjustments(self) -> Block:
        rows = tuple(
            ((self.teller.id(row.award),), (write_money(row.amount, self.lang, self.one.currency),))
            for row in self.one.adjustments
        )
        heads = (
            self.say("奖补", "award"),
            self.say("尚应拨付（负数为收回）", "still due (below zero: to be recovered)"),
        )
        return Block(self.say("调整", "Adjustments"), heads, rows)

    def _instalments(self) -> Block:
        rows = tuple(
            (
                (self.teller.id(one.award),),
                (one.name, *self._needs(one.needs)),
                (word(STATES, one.state, self.lang),),
                (cell_amount(one.amount, self.lang, self.one.currency),),
            )
            for one in self.one.instalments
        )
        heads = (
            self.say("奖补", "award"),
            self.say("期次", "instalment"),
            self.say("是否应付", "due"),
            self.say("数额", "amount"),
        )
        return Block(self.say("分期拨付", "Instalments"), heads, rows, figures=(3,))

    def _cumulation(self) -> Block:
        rows = [
            (
                tuple(self.teller.id(one) for one in group.members),
                self._decider(group),
                (cell_amount(group.total, self.lang, self.one.currency),),
                (cell_amount(group.sum, self.lang, self.one.currency),),
            )
            for group in self.one.cumulation
        ]
        heads = (
            self.say("重叠的奖补", "awards that overlap"),
            self.say("规则或解读", "rule or reading"),
            self.say("合计", "together"),
            self.say("逐项相加", "added up"),
        )
        return Block(self.say("叠加", "Cumulation"), heads, tuple(rows), figures=(2, 3))

    def _decider(self, group: CumulationGroup) -> Cell:
        adds = dict.fromkeys(rule for _, _, rule in group.stacks)
        if group.rule is not None:
            return (group.rule, *adds)
        reading, option = group.reading or "", group.option or ""
        return (reading, self.names.option(reading, option, self.lang), *adds)

    def _total(self) -> Block:
        total, rows = self.one.total, []

        def add(name: str, amount: Amount) -> None:
            rows.append(((name,), (self._kind(amount),), (cell_amount(amount, self.lang, self.one.currency),)))

        add(self.say("符合条件的", "eligible"), total.decided)
        add(self.say("连同能否享受未定的", "with what is undecided"), total.possible)
        for title, parts in (
            (self.say("政策", "policy"), total.by_policy),
            (self.say("项目", "project"), total.by_project),
            (self.say("资金", "fund"), total.by_fund),
        ):
            for name, amount in parts.items():
                add(f"{title} {word(FUNDS, name, self.lang)}", amount)
        remarks = list(self.teller.total_remarks())
        if not total.additive:
            remarks.append(
                self.say(
                    "重叠的奖补不能逐项相加，各项之和可以大于合计。",
                    "Overlapping awards do not simply add up; the parts may exceed the total.",
                )
            )
        heads = (self.say("范围", "over"), self.say("类型", "kind"), self.say("数额", "amount"))
        return Block(self.say("合计", "Total"), heads, tuple(rows), tuple(remarks))

    def _readings(self) -> Block:
        rows = []
        for use in self.one.readings:
            others = [
                f"{self.names.option(use.id, one.option, self.lang)}: {'; '.join(self._under(one))}"
                for one in use.alternatives
            ]
            chosen = self.names.option(use.id, use.option, self.lang)
            rows.append(((use.id, self.names.asks(use, self.lang)), (chosen,), tuple(others)))
        heads = (
            self.say("解读", "reading"),
            self.say("采用", "taken"),
            self.say("若取其他，合计", "total under another"),
        )
        return Block(self.say("合计所依据的解读", "Readings that move the total"), heads, tuple(rows))

    def _spread(self) -> Block:
        """Make the total under every option of every reading that moves it, the most decisive reading first."""
        rows: list[tuple[Cell, ...]] = []
        taken = self.one.total.possible
        for use in sorted(self.one.readings, key=lambda use: _moved(use, taken), reverse=True):
            chosen = self.names.option(use.id, use.option, self.lang)
            total = (cell_amount(taken, self.lang, self.one.currency),)
            rows.append(
                (
                    (use.id, self.names.asks(use, self.lang)),
                    (self.say(f"采用：{chosen}", f"taken: {chosen}"),),
                    total,
                    ("",),
                )
            )
            for other in use.alternatives:
                option = self.names.option(use.id, other.option, self.lang)
                rows.append((("",), (option,), self._under(other), self._change(other.amount)))
        if rows:
            for name, amount in (
                (self.say("每次只改一项", "one reading at a time"), one_at_a_time(self.one)),
                (self.say("全部解读组合", "over all readings"), self.one.spread),
            ):
                rows.append(
                    ((name,), ("",), (cell_amount(amount, self.lang, self.one.currency),), self._change(amount))
                )
        heads = (
            self.say("解读", "reading"),
            self.say("选项", "option"),
            self.say("合计", "total"),
            self.say("与采用的相差", "change"),
        )
        none = self.say("没有改变合计的解读。", "No reading moves the total.")
        remark = self.say(
            "这里的合计连同能否享受未定的；影响最大的解读在前。",
            "These totals are those with what is undecided; the reading that moves most comes first.",
        )
        title = self.say("全部解读组合下的合计", "The total over all readings")
        return Block(title, heads, tuple(rows), (remark if rows else none,), (2, 3))

    def _under(self, other: Alternative) -> Cell:
        """Write the total under an option, and what it leaves without an upper end."""
        aside = self.teller.ids(other.open_ended)
        note = (self.say(f"另 {aside} 没有上限", f"besides, {aside}: no upper end"),) if aside else ()
        return (cell_amount(other.amount, self.lang, self.one.currency), *note)

    def _change(self, amount: Amount) -> Cell:
        taken = self.one.total.possible
        made = [
            (self.say("最少", "least"), _less(amount.minimum, taken.minimum)),
            (self.say("最多", "most"), _less(amount.maximum, taken.maximum)),
        ]
        shown = [(name, change) for name, change in made if change != ZERO]
        return tuple(f"{name} {self._signed(change)}" for name, change in shown) or (self.say("无", "none"),)

    def _signed(self, change: Number | None) -> str:
        if change is None:
            return self.say("不再没有上限", "no longer without end")
        if isinstance(change, Infinity):
            return "+∞"
        return f"{'+' if change > ZERO else ''}{write_money(change, self.lang, self.one.currency)}"

    def _notes(self) -> Block:
        made: dict[str, list[str]] = {}
        shown = [*self.one.awards, *self.one.undecided]
        for award in shown:
            for flag in award.flags:
                made.setdefault(flag, []).append(self.teller.id(award.id))
        remarks = list(self.teller.whole_flags())
        for flag, ids in made.items():
            whom = self.say("全部奖补", "all awards") if len(ids) == len(shown) else ", ".join(ids)
            remarks.append(self.say(f"{self.teller.flag(flag)}：{whom}", f"{self.teller.flag(flag)}: {whom}"))
        needs = [self.names.fact(path, self.lang) for path in self.one.deciding_facts]
        if needs:
            first = self.say("最能决定结果的事实：", "Facts that would decide, most decisive first: ")
            remarks.insert(0, first + self.say("；", "; ").join(needs))
        return Block(self.say("提示", "Notes"), (), (), tuple(remarks))


def one_at_a_time(entitlement: Entitlement) -> Amount:
    """Return the hull of the total, with what is undecided, where one reading at a time takes another option."""
    total = entitlement.total.possible
    for use in entitlement.readings:
        for other in use.alternatives:
            total = total.hull(other.amount)
    return total


def _less(one: Number, other: Number) -> Number | None:
    """Return the difference; none from what nothing bounds to what is bounded."""
    if isinstance(other, Infinity):
        return ZERO if isinstance(one, Infinity) else None
    return one if isinstance(one, Infinity) else one - other


def _moved(use: ReadingUse, taken: Amount) -> Number:
    """Return by how much the options of a reading move either end of the total."""
    changes: list[Number] = [ZERO]
    for other in use.alternatives:
        for one, own in ((other.amount.minimum, taken.minimum), (other.amount.maximum, taken.maximum)):
            change = _less(one, own)
            changes.append(INFINITY if change is None or isinstance(change, Infinity) else abs(change))
    return max(changes)


def _drawn(
    header: Sequence[str],
    blocks: Iterable[Block],
    footer: Sequence[str],
    *,
    width: int,
    ascii_only: bool,
    color: bool,
) -> str:
    file = StringIO()
    console = Console(
        file=file,
        width=max(width, LEAST),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    for place, line in enumerate(header):
        console.print(line, style="bold" if place == 0 else None)
    for block in blocks:
        if header:
            console.print()
        console.print(block.title, style="bold cyan")
        if block.rows:
            console.print(_table(block, width, ascii_only=ascii_only))
        for remark in block.remarks:
            console.print(f"- {remark}", style="dim" if block.rows else None)
    if footer:
        console.print()
    for line in footer:
        console.print(line, style="dim")
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))


def _table(block: Block, width: int, *, ascii_only: bool) -> Table:
    stacked = width < NARROW and len(block.heads) > 2  # noqa: PLR2004 - two columns fit any screen
    detailed = any(len(cell) > 1 for row in block.rows for cell in row)
    table = Table(box=box.ASCII2 if ascii_only else box.HORIZONTALS, show_lines=detailed, pad_edge=False)
    whole = not stacked and _figures_fit(block, width)
    for place, head in enumerate((block.heads[0], "") if stacked else block.heads):
        least = None if place or stacked else min(FIRST, width // 3)
        table.add_column(head, overflow="fold", no_wrap=whole and place in block.figures, min_width=least)
    for row in block.rows:
        cells = (row[0], tuple(_titled(block.heads[1:], row[1:]))) if stacked else row
        table.add_row(*("\n".join(line for line in cell if line) for cell in cells))
    return table


def _figures_fit(block: Block, width: int) -> bool:
    """Whether the figures can stand unbroken and leave the first column wide enough to read."""
    widest = (max((cell_len(line) for row in block.rows for line in row[place]), default=0) for place in block.figures)
    return width - sum(part + 3 for part in widest) >= FIRST + 3 * len(block.heads)


def _titled(heads: Iterable[str], cells: Iterable[Cell]) -> Iterator[str]:
    for head, cell in zip(heads, cells, strict=True):
        yield f"{head}: {cell[0]}" if cell else ""
        yield from cell[1:]
