"""What a budget says to people: tables as text and Markdown, and its JSON; in Chinese and in English."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from subsidy_rules.award.phrases import FUNDS, word
from subsidy_rules.errors import Lang, check_lang
from subsidy_rules.report.tables import Block, Cell, markdown_table, text_table
from subsidy_rules.study.told import Money, tally_lines
from subsidy_rules.values.quantity import CNY, yuan_text

if TYPE_CHECKING:
    from subsidy_rules.study.budget import Budget, Draws, Ends, Fit, Line
    from subsidy_rules.study.tally import Tally


def to_text(
    found: Budget,
    fits: Iterable[Fit] = (),
    lang: Lang = "zh",
    *,
    unit: str | None = None,
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Say a budget as tables of text. Raises `UsageError` for a unit that there is not."""
    blocks = _blocks(found, tuple(fits), lang, Money(unit, found.currency))
    return "\n".join(text_table(one, width=width, ascii_only=ascii_only, color=color) for one in blocks)


def to_markdown(found: Budget, fits: Iterable[Fit] = (), lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say a budget as Markdown. Raises `UsageError` for a unit that there is not."""
    lines: list[str] = []
    for block in _blocks(found, tuple(fits), lang, Money(unit, found.currency)):
        lines += [f"## {block.title}", "", *markdown_table(block), *block.remarks, ""]
    return "\n".join(lines).rstrip() + "\n"


def to_json(found: Budget, fits: Iterable[Fit] = ()) -> str:
    """Write a budget as JSON: figures in yuan, coverage and scale factors as exact fractions."""
    currency = found.currency
    made = {
        "schema": "subsidy-rules/budget/1",
        **({} if currency == CNY else {"currency": currency.code}),
        "cases": found.cases,
        "envelopes": [
            {
                "of": one.key,
                "envelope": yuan_text(one.envelope, currency),
                "demand": one.demand.as_json(currency),
                **{f"coverage_{ends}": _share(one.coverage(ends)) for ends in _ENDS},
                **{f"scale_{ends}": _share(one.scale(ends)) for ends in _ENDS},
                "left": yuan_text(one.left, currency),
            }
            for one in found.lines
        ],
        "others": found.others.as_json(currency),
        "draws": [
            {
                "of": one.key,
                "seed": one.seed,
                "draws": len(one.totals),
                "within": _share(one.within),
                "quantiles": {f"{part}%": yuan_text(one.quantile(Fraction(part, 100)), currency) for part in _PARTS},
            }
            for one in found.draws
        ],
        "fits": [
            {
                "path": one.path,
                "value": one.text,
                "demand": yuan_text(one.demand, currency),
                "beyond": one.beyond,
                "demand_beyond": None if one.demand_beyond is None else yuan_text(one.demand_beyond, currency),
                "undetermined": one.undetermined,
            }
            for one in fits
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


_ENDS: Final[tuple[Ends, Ends]] = ("exact", "most")
_PARTS: Final = (5, 25, 50, 75, 95)


def _share(share: Fraction | None) -> str | None:
    return None if share is None else str(share)


def _percent(share: Fraction | None) -> str:
    """Write a fraction with its percentage, rounded down to a hundredth."""
    if share is None:
        return "—"
    whole, part = divmod(int(share * 10_000), 100)
    return f"{share} ({whole}.{part:02}%)"


def _blocks(found: Budget, fits: tuple[Fit, ...], lang: Lang, money: Money) -> Iterator[Block]:
    check_lang(lang)
    teller = _Teller(lang, money)
    yield teller.lines(found)
    if found.draws:
        yield teller.draws(found.draws)
    if fits:
        yield teller.fits(fits)


class _Teller:
    """Says the parts of a budget in one language."""

    def __init__(self, lang: Lang, money: Money) -> None:
        self.lang, self.money = lang, money

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def lines(self, found: Budget) -> Block:
        """What is asked of each envelope."""
        rows = [self.line(one) for one in found.lines]
        if any(found.others):
            rows.append(((self.say("其他", "others"),), ("—",), self.asked(found.others), ("",), ("",)))
        heads = (
            self.say("资金", "fund"),
            self.say("额度", "envelope"),
            self.say("需求", "demand"),
            self.say("覆盖率", "coverage"),
            self.say("折算系数", "scale"),
        )
        title = self.say("额度与需求（案例 {} 个，单位：{}）", "Budget ({} cases, in {})")
        remark = self.say(
            "覆盖率、折算系数：先按确定的需求，再连同至多与待定的上限。",
            "Coverage and scale: of what is exact, then with ceilings and what is open.",
        )
        return Block(title.format(found.cases, self.money.unit), heads, tuple(rows), (remark,), (1, 2))

    def line(self, one: Line) -> tuple[Cell, ...]:
        name = word(FUNDS, one.key, self.lang) if one.key in FUNDS else one.key
        coverage = [_percent(one.coverage(ends)) for ends in _ENDS]
        scale = [str(one.scale(ends)) for ends in _ENDS]
        return ((name,), (self.money(one.envelope),), self.asked(one.demand), tuple(coverage), tuple(scale))

    def asked(self, tally: Tally) -> Cell:
        return tuple(tally_lines(tally, self.lang, self.money))

    def draws(self, draws: tuple[Draws, ...]) -> Block:
        """What is asked when only some apply."""
        rows = []
        for one in draws:
            parts = (f"{part}%: {self.money(one.quantile(Fraction(part, 100)))}" for part in _PARTS)
            rows.append(((one.key,), (_percent(one.within),), tuple(parts)))
        told = draws[0]
        title = self.say("按所给申报率抽样（{} 次，种子 {}）", "With the uptake that is given ({} draws, seed {})")
        heads = (
            self.say("资金", "fund"),
            self.say("额度够用的比例", "within the envelope"),
            self.say("需求分位数", "quantiles of demand"),
        )
        return Block(title.format(len(told.totals), told.seed), heads, tuple(rows), figures=(2,))

    def fits(self, fits: tuple[Fit, ...]) -> Block:
        """Which figure just fits."""
        asked = self.say("需求", "demand")
        rows = []
        for one in fits:
            beyond: Cell = ("—",)
            if one.beyond is not None and one.demand_beyond is not None:
                beyond = (one.beyond, f"{asked} {self.money(one.demand_beyond)}")
            rows.append(((one.path,), (one.text, f"{asked} {self.money(one.demand)}"), beyond))
        heads = (
            self.say("路径", "path"),
            self.say("恰好够用", "just fits"),
            self.say("再多一个单位即不够", "one unit beyond does not"),
        )
        return Block(self.say("恰好够用的数", "What just fits"), heads, tuple(rows), figures=(1, 2))
