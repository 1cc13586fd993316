"""What inverse questions say to people: the facts that would have to be otherwise, and the facts worth asking first."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from subsidy_rules.award.written import write_money, write_number
from subsidy_rules.errors import Lang, check_lang
from subsidy_rules.report.html import html_table
from subsidy_rules.report.tables import Block, markdown_table, text_table
from subsidy_rules.study.inverse import Change, Least, Nearest
from subsidy_rules.study.questions import Question, Questions
from subsidy_rules.values.quantity import Currency, Infinity, Number

Found: TypeAlias = Nearest | Least | Questions


def to_text(
    found: Found, name: str, lang: Lang = "zh", *, width: int = 100, ascii_only: bool = False, color: bool = False
) -> str:
    """Say the answer for a case as a table of text."""
    return text_table(block_of(found, name, lang), width=width, ascii_only=ascii_only, color=color)


def to_markdown(found: Found, name: str, lang: Lang = "zh") -> str:
    """Say it as Markdown."""
    block = block_of(found, name, lang)
    table = [*markdown_table(block), ""] if block.rows else []
    return "\n".join([f"## {block.title}", "", *table, *(f"- {one}" for one in block.remarks)]).rstrip() + "\n"


def to_html(found: Found, lang: Lang = "zh") -> str:
    """Say it as HTML, for a notebook."""
    return html_table(block_of(found, "", lang))


def block_of(found: Found, name: str, lang: Lang) -> Block:
    """Return the table of an answer. `name` is what the case is called, or nothing."""
    check_lang(lang)
    of = "" if not name else f"{name}：" if lang == "zh" else f"{name}: "
    if isinstance(found, Nearest):
        return _nearest(found, of, zh=lang == "zh")
    if isinstance(found, Least):
        return _least(found, of, lang)
    return _questions(found, of, lang)


def _nearest(found: Nearest, of: str, *, zh: bool) -> Block:
    rows = [
        ((f"{number}",) if first else ("",), *_change(one, zh=zh))
        for number, answer in enumerate(found.answers, 1)
        for first, one in zip((True, *[False] * len(answer)), answer, strict=False)
    ]
    remarks = []
    if found.applies:
        remarks.append("按现有事实即适用" if zh else "it applies as the case stands")
    elif not found.answers:
        deep = found.deep
        remarks.append(
            f"同时变动至多 {deep} 项事实，未找到" if zh else f"nothing found that changes up to {deep} facts"
        )
    if found.untried:
        listed = ("、" if zh else ", ").join(found.untried)
        remarks.append(
            f"未试（没有可列举的取值，或须增列事项）：{listed}"
            if zh
            else f"not tried (no list of values, or a thing would have to be added): {listed}"
        )
    if not found.complete and found.answers:
        remarks.append(
            "可能还有别的：超过计算次数的限度" if zh else "there may be more: the limit of evaluations was met"
        )
    title = (
        f"{of}{found.award}：最少须改变的事实"
        if zh
        else f"{of}{found.award}: the fewest facts that have to be otherwise"
    )
    heads = ("方案", "事实", "现在 → 须为", "条件、条款") if zh else ("way", "fact", "now → then", "condition, clause")
    return Block(title, heads, tuple(rows), tuple(remarks))


def _change(one: Change, *, zh: bool) -> tuple[tuple[str, ...], ...]:
    label = one.label[0 if zh else 1]
    before = one.before or ("未给出" if zh else "not given")
    why = tuple(text for text in (one.condition, one.clause[0 if zh else 1]) if text)
    return tuple(text for text in (label, one.path) if text), (f"{before} → {one.after}",), why or ("",)


def _least(found: Least, of: str, lang: Lang) -> Block:
    zh = lang == "zh"

    def said(place: Fraction | None) -> str:
        return "—" if place is None else write_number(place, found.spec.measure, lang, found.currency)

    by = "—" if found.by is None else ("+" if found.by > 0 else "-" if found.by < 0 else "") + _size(found, lang)
    rows = () if found.nearest is None else (((found.path,), (said(found.now),), (said(found.nearest),), (by,)),)
    remarks = [] if rows else ["该范围内不适用" if zh else "it applies nowhere in the range"]
    if not found.complete:
        remarks.append("未找全：超过计算次数的限度" if zh else "not complete: the limit of evaluations was met")
    title = f"{of}{found.award}：最小的变动" if zh else f"{of}{found.award}: the least change"
    heads = ("事实", "现在", "适用时", "变动") if zh else ("fact", "now", "applies at", "change")
    return Block(title, heads, rows, tuple(remarks), (1, 2, 3))


def _size(found: Least, lang: Lang) -> str:
    by = abs(found.by or Fraction(0))
    if found.spec.type == "date":
        return f"{by} 天" if lang == "zh" else f"{by} days"
    return write_number(by, found.spec.measure, lang, found.currency)


def _questions(found: Questions, of: str, lang: Lang) -> Block:
    zh = lang == "zh"
    rows = tuple(_question(one, found.currency, lang) for one in found.facts)
    now = _width(found.width, found.currency, lang)
    remarks = [
        f"没有已知的界限，未排序：{one}" if zh else f"without known ends, not ranked: {one}" for one in found.unranked
    ]
    if not rows and not remarks:
        remarks.append("没有待补充的事实" if zh else "no fact is open that moves the total")
    title = (
        f"{of}最值得补充的事实；总额的区间现宽 {now}"
        if zh
        else f"{of}facts worth asking first; the total's range is {now} wide"
    )
    heads = ("事实", "补充后至多宽", "补充后至少宽") if zh else ("fact", "at worst then", "at best then")
    return Block(title, heads, rows, tuple(remarks), (1, 2))


def _question(one: Question, currency: Currency, lang: Lang) -> tuple[tuple[str, ...], ...]:
    ends = "只试了已知的两端" if lang == "zh" else "tried at its two known ends alone"
    told = tuple(text for text in (one.label if lang == "zh" else "", one.path, "" if one.sure else ends) if text)
    return told, (_width(one.worst, currency, lang),), (_width(one.best, currency, lang),)


def _width(width: Number, currency: Currency, lang: Lang) -> str:
    return "∞" if isinstance(width, Infinity) else write_money(width, lang, currency)
