"""What a sweep says to people: a table of the pieces of each award, and its cliffs in words."""

from __future__ import annotations

from subsidy_rules.errors import Lang, check_lang
from subsidy_rules.report.tables import Block, markdown_table, text_table
from subsidy_rules.study.sweep import Sweep, say_cliff
from subsidy_rules.study.told import Money
from subsidy_rules.values.quantity import Infinity, Number


def to_text(
    found: Sweep,
    name: str,
    lang: Lang = "zh",
    *,
    unit: str | None = None,
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Say a sweep of a case as a table of text. Raises `UsageError` for a unit that there is not."""
    return text_table(_block(found, name, lang, unit), width=width, ascii_only=ascii_only, color=color)


def to_markdown(found: Sweep, name: str, lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say a sweep of a case as Markdown. Raises `UsageError` for a unit that there is not."""
    block = _block(found, name, lang, unit)
    remarks = [f"- {one}" for one in block.remarks]
    return "\n".join([f"## {block.title}", "", *markdown_table(block), "", *remarks]).rstrip() + "\n"


def _block(found: Sweep, name: str, lang: Lang, unit: str | None) -> Block:
    check_lang(lang)
    zh, money = lang == "zh", Money(unit)

    def said(ends: tuple[Number, Number]) -> str:
        return " … ".join("∞" if isinstance(end, Infinity) else money(end) for end in dict.fromkeys(ends))

    rows = [
        (
            (line.id, *([piece.why if zh else piece.why_en] if piece.why else [])),
            (found.said(piece.first), found.said(piece.last)),
            (said(piece.low), said(piece.high)),
            ("—" if piece.rate is None else str(piece.rate),),
        )
        for line in found.lines
        for piece in line.pieces
    ]
    remarks = [say_cliff(found, cliff, lang) for line in found.lines for cliff in line.cliffs]
    if not found.complete:
        remarks.append("未找全：超过计算次数的限度" if zh else "not complete: the limit of evaluations was met")
    title = f"{name}：{found.path}（单位：{money.unit}）" if zh else f"{name}: {found.path} (in {money.unit})"
    heads = (
        ("奖补、限制", "从、到", "数额", "每多一元多得")
        if zh
        else ("award, what binds", "from, to", "amount", "of one more")
    )
    return Block(title, heads, tuple(rows), tuple(remarks), (1, 2, 3))
