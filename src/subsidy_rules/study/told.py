"""What a comparison says to people: tables as text, Markdown and HTML, and its JSON; in Chinese and in English.

`unit` is one of 元 and 万元 (or a unit of the policies' currency): a way to write figures, exact to the fen, that
changes none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Final

from subsidy_rules.award.phrases import FUNDS, cite, say_failed, word
from subsidy_rules.errors import Lang, UsageError, check_lang
from subsidy_rules.report.html import html_table
from subsidy_rules.report.tables import Block, markdown_table, text_table
from subsidy_rules.study.tally import Tally
from subsidy_rules.values.quantity import CNY, exact_text, yuan_text
from subsidy_rules.version import __version__

if TYPE_CHECKING:
    from subsidy_rules.study.compare import AwardChange, Comparison, Flip, Group, Row
    from subsidy_rules.values.quantity import Currency

SCHEMA: Final = "subsidy-rules/comparison/1"
SHOWN: Final = 20
_ZH_KEYS: Final = {
    "policy": "政策",
    "clause": "条款",
    "fund": "资金",
    "city": "城市",
    "industry": "行业",
    "size": "规模",
}
_STATES: Final = {"award": ("符合", "eligible"), "undecided": ("未定", "undecided"), "none": ("不符合", "not eligible")}
_VERDICTS: Final = {
    "gains": ("增加", "gains"),
    "loses": ("减少", "loses"),
    "mixed": ("上下限变化方向不一", "mixed"),
    "unchanged": ("不变", "unchanged"),
}


class Money:
    """Writes figures in a unit."""

    def __init__(self, unit: str | None, currency: Currency = CNY) -> None:
        """Raise `UsageError` for a unit that the currency does not have."""
        sizes = {name: Fraction(size) for name, size in currency.units}
        self.unit = unit or currency.units[0][0] if currency != CNY else unit or "元"
        if self.unit not in sizes:
            raise UsageError(f"'{self.unit}' is no unit of money; there are: {', '.join(sizes)}")
        self.size = sizes[self.unit]

    def __call__(self, fen: Fraction, *, signed: bool = False) -> str:
        """Write a figure exactly, with separators and, for a change, its sign."""
        text = exact_text(abs(fen) / self.size)
        whole, dot, rest = text.partition(".")
        if "/" not in text:
            text = f"{int(whole):,}{dot}{rest}"
        sign = "-" if fen < 0 else "+" if signed and fen else ""
        return f"{sign}{text}"


def to_text(
    found: Comparison,
    lang: Lang = "zh",
    *,
    unit: str | None = None,
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Say a comparison as tables of text. Raises `UsageError` for a unit that there is not."""
    teller = _Teller(found, lang, unit)
    blocks = [text_table(one, width=width, ascii_only=ascii_only, color=color) for one in teller.blocks()]
    return "\n".join([teller.head(), "", *blocks])


def to_markdown(found: Comparison, lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say a comparison as Markdown. Raises `UsageError` for a unit that there is not."""
    teller = _Teller(found, lang, unit)
    lines = [teller.head(), ""]
    for block in teller.blocks():
        lines += [f"## {block.title}", "", *markdown_table(block), *block.remarks, ""]
    return "\n".join(lines).rstrip() + "\n"


def as_blocks(found: Comparison, lang: Lang = "zh", *, unit: str | None = None) -> tuple[Block, ...]:
    """Return the tables of a comparison, what is changed first. Raises `UsageError` for a unit that there is not."""
    return tuple(_Teller(found, lang, unit).blocks())


def to_html(found: Comparison, lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say a comparison as HTML, for a notebook."""
    teller = _Teller(found, lang, unit)
    made = [f"<p>{escape(teller.head())}</p>"]
    made += [html_table(block) for block in teller.blocks()]
    return "".join(made)


def to_json(found: Comparison) -> str:
    """Write a comparison as JSON, figures in yuan: the same comparison gives the same bytes."""
    return json.dumps(as_json(found), ensure_ascii=False, indent=2) + "\n"


def as_json(found: Comparison) -> dict[str, object]:
    """Return a comparison as plain data."""
    currency = found.currency
    return {
        "schema": SCHEMA,
        **({} if currency == CNY else {"currency": currency.code}),
        "cases": found.cases,
        "gains": found.gainers,
        "loses": found.losers,
        "mixed": found.mixed,
        "unchanged": found.unchanged,
        "total": _group(found.whole, currency),
        "clauses": {name: _group(group, currency) for name, group in found.clauses.items()},
        "groups": {
            key: {name: _group(group, currency) for name, group in groups.items()}
            for key, groups in found.groups.items()
        },
        "reforms": [
            {
                "name": reform.name,
                "reason": reform.reason,
                "sha256": reform.document.sha256,
                "changes": [one.as_json() for one in changes],
            }
            for reform, changes in found.changes
        ],
        "rows": [_row(row, currency) for row in found.rows],
        "flips": [_flip(flip) for flip in found.flips],
        "flip_count": found.flip_count,
        "rejected": [{"case": name, "problem": str(error)} for name, error in found.rejected],
        "stamp": {
            "library": __version__,
            "before": _side(found, 0),
            "after": _side(found, 1),
        },
    }


def _side(found: Comparison, place: int) -> dict[str, object]:
    scenario = found.sides[place]
    return {
        "name": scenario.name,
        "rules": [
            {"policy": policy, "source_sha256": source, "meaning_sha256": meaning}
            for policy, source, meaning in found.stamps[place]
        ],
        "reforms": [one.document.sha256 for one in scenario.reforms],
        "readings": dict(scenario.readings),
        "guides": [one.sha256 for one in scenario.guides],
        "facts": {path: str(value) for path, value in scenario.facts.items()},
    }


def _group(group: Group, currency: Currency) -> dict[str, object]:
    return {
        "count": group.count,
        "gains": group.gains,
        "loses": group.loses,
        "mixed": group.mixed,
        "capped_before": group.capped_before,
        "capped_after": group.capped_after,
        "before": group.before.as_json(currency),
        "after": group.after.as_json(currency),
        "change": group.change.as_json(currency),
    }


def _row(row: Row, currency: Currency) -> dict[str, object]:
    return {
        "case": row.name,
        "verdict": row.verdict,
        "before": row.before.as_json(currency),
        "after": row.after.as_json(currency),
        "awards": [
            {
                "id": one.id,
                "before": {"state": one.before.state, **one.before.net.as_json(currency)},
                "after": {"state": one.after.state, **one.after.net.as_json(currency)},
                "change": {
                    "min": yuan_text(one.least, currency),
                    "max": None if one.most is None else yuan_text(one.most, currency),
                },
            }
            for one in row.awards
        ],
    }


def _flip(flip: Flip) -> dict[str, object]:
    return {
        "case": flip.case,
        "award": flip.award,
        "before": flip.before,
        "after": flip.after,
        "failed": [one.as_json() for one in flip.failed],
    }


def tally_lines(tally: Tally, lang: Lang, money: Money, *, signed: bool = False) -> Iterator[str]:
    """Write a sum, each kind in a line of its own."""
    zh = lang == "zh"
    if tally.exact or not any(tally):
        yield money(tally.exact, signed=signed)
    if tally.at_most:
        yield ("至多 " if zh else "at most ") + money(tally.at_most, signed=signed)
    if tally.from_ or tally.to:
        ends = f"{money(tally.from_, signed=signed)} … {money(tally.to, signed=signed)}"
        yield ("待定 " if zh else "open ") + ends
    if tally.undetermined:
        count = f"{tally.undetermined:+}" if signed else str(tally.undetermined)
        yield f"无上限 {count} 项" if zh else f"{count} without an upper end"


class _Teller:
    """Says the parts of a comparison in one language."""

    def __init__(self, found: Comparison, lang: Lang, unit: str | None) -> None:
        check_lang(lang)
        self.found, self.lang, self.money = found, lang, Money(unit, found.currency)

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def head(self) -> str:
        found, unit = self.found, self.money.unit
        mixed = self.say(f"，方向不一 {found.mixed}", f", {found.mixed} mixed") if found.mixed else ""
        ways = found.gainers, found.losers, found.unchanged
        zh = "案例 {} 个：增加 {}，减少 {}，不变 {}{}；单位：{}"
        en = "{} cases: {} gain, {} lose, {} unchanged{}; in {}"
        return self.say(zh, en).format(found.cases, *ways, mixed, unit)

    def blocks(self) -> Iterator[Block]:
        found = (self._changes(), self._total(), self._clauses(), *self._groups(), self._rows(), self._flips())
        yield from (block for block in (*found, self._rejected()) if block.rows or block.remarks)

    def _changes(self) -> Block:
        rows: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        for reform, changes in self.found.changes:
            named = reform.document.name != "--set"
            why = (reform.name if named else "", reform.reason)
            for one in changes:
                cited = cite(one.citation, self.lang) if one.citation.path else one.citation.document
                rows.append(((one.path, f"{one.before or '—'} → {one.after}", *why), (cited, one.citation.quote)))
        sides = self.found.sides
        taken = [(f"reading.{name}", sides[0].readings.get(name, "—"), to) for name, to in sides[1].readings.items()]
        facts = [(path, str(sides[0].facts.get(path, "—")), str(to)) for path, to in sides[1].facts.items()]
        rows += [((path, f"{old} → {new}"), ("",)) for path, old, new in (*taken, *facts) if old != new]
        heads = (self.say("修改", "change"), self.say("现行条文", "text in force"))
        return Block(self.say("修改的内容", "What is changed"), heads, tuple(rows))

    def _kinds(self, before: Tally, after: Tally) -> Iterator[tuple[str, Fraction, Fraction]]:
        for name, zh, en in (
            ("exact", "确定", "exact"),
            ("at_most", "至多（上限，不是应付数）", "at most (a ceiling, not owed)"),
            ("from_", "待定：至少", "open: at least"),
            ("to", "待定：至多", "open: at most"),
        ):
            one, other = getattr(before, name), getattr(after, name)
            if one or other or name == "exact":
                yield self.say(zh, en), one, other

    def _total(self) -> Block:
        before, after = self.found.before, self.found.after
        rows = [
            ((name,), (self.money(one),), (self.money(other),), (self.money(other - one, signed=True),))
            for name, one, other in self._kinds(before, after)
        ]
        if before.undetermined or after.undetermined:
            moved = after.undetermined - before.undetermined
            name = self.say("无上限（项数，不计入）", "without an upper end (awards, not in the sums)")
            change = f"{moved:+}" if moved else "0"
            rows.append(((name,), (str(before.undetermined),), (str(after.undetermined),), (change,)))
        heads = (
            self.say("类型", "kind"),
            self.say("之前", "before"),
            self.say("之后", "after"),
            self.say("变化", "change"),
        )
        return Block(self.say("合计", "Total"), heads, tuple(rows), figures=(1, 2, 3))

    def _clauses(self) -> Block:
        moving = {
            name: group
            for name, group in self.found.clauses.items()
            if any(group.change) or group.gains or group.loses or group.mixed
        }
        return self._grouped(self.say("逐条", "By clause"), self.say("条款", "clause"), moving, cited=True)

    def _groups(self) -> Iterator[Block]:
        for key, groups in self.found.groups.items():
            name = self.say(_ZH_KEYS.get(key, key), key)
            yield self._grouped(self.say(f"按{name}", f"By {key}"), name, groups)

    def _grouped(self, title: str, head: str, groups: dict[str, Group], *, cited: bool = False) -> Block:
        rows = []
        for name, group in groups.items():
            label = word(FUNDS, name, self.lang) if name in FUNDS else name
            caps = (group.capped_before, group.capped_after)
            at_cap = self.say(f"触及上限 {caps[0]} → {caps[1]}", f"at a cap: {caps[0]} → {caps[1]}")
            place = [self.found.citations.get(name, "")] if cited else []
            count = self.say(f"增 {group.gains}，减 {group.loses}", f"{group.gains} gain, {group.loses} lose")
            rows.append(
                (
                    (label, *place),
                    (str(group.count), count, *([at_cap] if any(caps) else [])),
                    self._ends(group.before),
                    self._ends(group.after),
                    self._ends(group.change, signed=True),
                )
            )
        heads = (
            head,
            self.say("数量", "count"),
            self.say("之前", "before"),
            self.say("之后", "after"),
            self.say("变化", "change"),
        )
        return Block(title, heads, tuple(rows), figures=(1, 2, 3, 4))

    def _ends(self, tally: Tally, *, signed: bool = False) -> tuple[str, ...]:
        return tuple(tally_lines(tally, self.lang, self.money, signed=signed))

    def _rows(self) -> Block:
        rows = [
            (
                (row.name,),
                (self.say(*_VERDICTS[row.verdict]),),
                self._ends(row.before),
                self._ends(row.after),
                self._moved(row.awards),
            )
            for row in self.found.largest
        ]
        heads = (
            self.say("案例", "case"),
            self.say("变化", "change"),
            self.say("之前", "before"),
            self.say("之后", "after"),
            self.say("变动的奖补", "awards that move"),
        )
        title = self.say(f"变化最大的案例（{len(rows)} 个）", f"Cases that move most ({len(rows)})")
        return Block(title, heads, tuple(rows), figures=(1, 2, 3))

    def _moved(self, awards: Iterable[AwardChange]) -> tuple[str, ...]:
        lines = []
        for one in awards:
            ends = [self.money(one.least, signed=True)]
            if one.most is None or one.most != one.least:
                ends.append("∞" if one.most is None else self.money(one.most, signed=True))
            lines.append(f"{one.id} {' … '.join(ends)}")
        return tuple(lines)

    def _flips(self) -> Block:
        rows = []
        for flip in self.found.flips[:SHOWN]:
            states = f"{self.say(*_STATES[flip.before])} → {self.say(*_STATES[flip.after])}"
            why = tuple(say_failed(one, self.lang) for one in flip.failed)
            rows.append(((flip.case,), (flip.award,), (states,), why))
        count = self.found.flip_count
        more = self.say(f"另有 {count - len(rows)} 项未列", f"{count - len(rows)} more are not shown")
        heads = (
            self.say("案例", "case"),
            self.say("奖补", "award"),
            self.say("变化", "change"),
            self.say("未满足的条件", "condition that fails"),
        )
        title = self.say(f"是否符合条件有变化（{count} 项）", f"Eligibility changes ({count})")
        return Block(title, heads, tuple(rows), (more,) if count > len(rows) else ())

    def _rejected(self) -> Block:
        rows = [
            ((name,), tuple((one.what_zh if self.lang == "zh" else one.what) for one in error.problems))
            for name, error in self.found.rejected[:SHOWN]
        ]
        count = len(self.found.rejected)
        title = self.say(
            f"不能读取、未计入的案例（{count} 个）", f"Cases that could not be read and are not counted ({count})"
        )
        return Block(title, (self.say("案例", "case"), self.say("问题", "problem")), tuple(rows))
