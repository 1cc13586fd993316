"""What a sweep says to people: a table of the pieces of each award, with kind and clause, and its cliffs in words."""

from __future__ import annotations

from collections.abc import Sequence

from subsidy_rules.award.phrases import KINDS, word
from subsidy_rules.errors import Lang, check_lang
from subsidy_rules.report.html import html_table
from subsidy_rules.report.tables import Block, markdown_table, text_table
from subsidy_rules.study.sweep import Line, Piece, Sweep, say_cliff
from subsidy_rules.study.told import Money
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import Infinity


def to_text(  # noqa: PLR0913 - what the tables of a report take, and two more
    found: Sweep,
    name: str,
    lang: Lang = "zh",
    *,
    lines: Sequence[Line] | None = None,
    unit: str | None = None,
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Say a sweep of a case as a table of text: all its lines, or these. Raises `UsageError` for no such unit."""
    block = _block(found, name, lang, unit, lines)
    return text_table(block, width=width, ascii_only=ascii_only, color=color)


def to_markdown(
    found: Sweep, name: str, lang: Lang = "zh", *, lines: Sequence[Line] | None = None, unit: str | None = None
) -> str:
    """Say a sweep of a case as Markdown. Raises `UsageError` for a unit that there is not."""
    block = _block(found, name, lang, unit, lines)
    remarks = [f"- {one}" for one in block.remarks]
    return "\n".join([f"## {block.title}", "", *markdown_table(block), "", *remarks]).rstrip() + "\n"


def to_html(found: Sweep, lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say a sweep as HTML, for a notebook. Raises `UsageError` for a unit that there is not."""
    return html_table(_block(found, "", lang, unit, None))


def _block(found: Sweep, name: str, lang: Lang, unit: str | None, lines: Sequence[Line] | None) -> Block:
    check_lang(lang)
    zh, money = lang == "zh", Money(unit, found.currency)
    listed = found.lines if lines is None else lines
    rows = [_row(found, line, piece, lang, money) for line in listed for piece in line.pieces]
    remarks = [say_cliff(found, cliff, lang) for line in listed for cliff in line.cliffs]
    if not found.complete:
        remarks.append("未找全：超过计算次数的限度" if zh else "not complete: the limit of evaluations was met")
    of = "" if not name else f"{name}：" if zh else f"{name}: "
    title = f"{of}{found.path}（单位：{money.unit}）" if zh else f"{of}{found.path} (in {money.unit})"
    heads = (
        ("奖补、限制、条款", "从、到", "数额", "每多一单位")
        if zh
        else ("award, what binds, clause", "from, to", "amount", "of one more")
    )
    return Block(title, heads, tuple(rows), tuple(remarks), (1, 2, 3))


def _row(found: Sweep, line: Line, piece: Piece, lang: Lang, money: Money) -> tuple[tuple[str, ...], ...]:
    zh = lang == "zh"
    told = [line.id, piece.why[not zh], piece.clause[not zh]]
    if not piece.proved:
        told.append("未证明其间没有别的断点" if zh else "not proved that nothing lies between")
    return (
        tuple(one for one in told if one),
        (found.said(piece.first, lang), found.said(piece.last, lang)),
        (word(KINDS, piece.kind, lang), *dict.fromkeys(_ends(one, money) for one in (piece.low, piece.high))),
        ("—" if piece.rate is None else str(piece.rate),),
    )


def _ends(amount: Amount, money: Money) -> str:
    ends = (amount.minimum, amount.maximum)
    return " … ".join("∞" if isinstance(end, Infinity) else money(end) for end in dict.fromkeys(ends))
