"""What a sweep in two dimensions says to people: bands of the second number, and in each the cells of the first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from subsidy_rules.award.phrases import KINDS, word
from subsidy_rules.errors import Lang, check_lang
from subsidy_rules.report.html import html_table
from subsidy_rules.report.tables import Block, markdown_table, text_table
from subsidy_rules.study.plane import Axis, Band, Cell, Edge, Plane
from subsidy_rules.study.told import Money
from subsidy_rules.values.quantity import Infinity, Number

SURE: Final = {"proved": ("已证明", "proved"), "searched": ("未证明", "not proved")}


def to_text(
    found: Plane,
    name: str,
    lang: Lang = "zh",
    *,
    unit: str | None = None,
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Say a sweep of a case in two dimensions as a table of text. Raises `UsageError` for no such unit."""
    block = _block(found, name, lang, unit)
    return text_table(block, width=width, ascii_only=ascii_only, color=color)


def to_markdown(found: Plane, name: str, lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say it as Markdown. Raises `UsageError` for a unit that there is not."""
    block = _block(found, name, lang, unit)
    remarks = [f"- {one}" for one in block.remarks]
    return "\n".join([f"## {block.title}", "", *markdown_table(block), "", *remarks]).rstrip() + "\n"


def to_html(found: Plane, lang: Lang = "zh", *, unit: str | None = None) -> str:
    """Say it as HTML, for a notebook."""
    return html_table(_block(found, "", lang, unit))


def _block(found: Plane, name: str, lang: Lang, unit: str | None) -> Block:
    check_lang(lang)
    zh, money = lang == "zh", Money(unit, found.currency)
    rows = [
        (
            (_span(found, band, lang), *_told(band, cell, zh=zh)),
            _borders(found, cell, lang),
            _amounts(cell, money, lang),
            _rates(cell, zh=zh),
        )
        for band in found.bands
        for cell in band.cells
    ]
    unknown = [_span(found, band, lang) for band in found.bands if not band.cells]
    remarks = [
        f"未找：{one}（超过计算次数的限度）" if zh else f"not searched: {one} (the limit of evaluations was met)"
        for one in unknown
    ]
    of = (f"{name}：" if zh else f"{name}: ") if name else ""
    title = f"{of}{found.award}（单位：{money.unit}）" if zh else f"{of}{found.award} (in {money.unit})"
    labels = [
        f"{axis.spec.zh if zh else axis.spec.en or axis.spec.name} {axis.path}" for axis in (found.across, found.along)
    ]
    heads = (
        (f"{labels[0]}、限制、条款", labels[1], "数额", "每多一单位")
        if zh
        else (f"{labels[0]}, what binds, clause", labels[1], "amount", "of one more")
    )
    return Block(title, heads, tuple(rows), tuple(remarks), (1, 2, 3))


def _span(found: Plane, band: Band, lang: Lang) -> str:
    return _ends(found, found.across, band, lang)


def _ends(found: Plane, axis: Axis, of: Band | Edge, lang: Lang) -> str:
    return " … ".join(dict.fromkeys(found.said(axis, one, lang) for one in (of.first, of.last)))


def _told(band: Band, cell: Cell, *, zh: bool) -> Iterator[str]:
    yield from (one for one in (cell.why[not zh], cell.clause[not zh]) if one)
    rows = len(band.rows)
    if cell.sure == "proved":
        yield SURE["proved"][not zh]
    elif zh:
        yield f"在计算的 {rows} 行上精确，其间未证明"
    else:
        yield f"exact on {rows} rows that were evaluated; between them not proved"


def _borders(found: Plane, cell: Cell, lang: Lang) -> tuple[str, ...]:
    """Write from where to where a cell goes; of one that leans, on the first row of the band and on the last."""
    first, last = (_ends(found, found.along, edge, lang) for edge in (cell.first, cell.last))
    return (first, f"→ {last}") if cell.leans else (first,)


def _amounts(cell: Cell, money: Money, lang: Lang) -> tuple[str, ...]:
    """Write the kind and from the least to the greatest; of a ceiling, how high it is."""
    lows = [one.maximum if cell.kind == "at_most" else one.minimum for one in cell.corners]
    ends = [min(lows, key=_size), max((one.maximum for one in cell.corners), key=_size)]
    said = dict.fromkeys("∞" if isinstance(one, Infinity) else money(one) for one in ends)
    return word(KINDS, cell.kind, lang), " … ".join(said)


def _size(one: Number) -> tuple[bool, Fraction]:
    return (True, Fraction(0)) if isinstance(one, Infinity) else (False, one)


def _rates(cell: Cell, *, zh: bool) -> tuple[str, ...]:
    along = dict.fromkeys(str(edge.rate) for edge in (cell.first, cell.last) if edge.rate is not None)
    across = "—" if cell.across is None else str(cell.across)
    said = " … ".join(along) or "—"
    return (f"列二 {said}", f"列一 {across}") if zh else (f"column 2: {said}", f"column 1: {across}")
