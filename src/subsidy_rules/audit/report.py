"""The outcome of an audit as a screen of text, JSON (`subsidy-rules/audit/1`) or one HTML page.

The same inputs give the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

from subsidy_rules.audit.arithmetic import arithmetic_of
from subsidy_rules.audit.judging import CLASSES
from subsidy_rules.audit.lines import cell_of, said
from subsidy_rules.audit.telling import CLASSES as NAMES
from subsidy_rules.audit.telling import money, right_under, tell
from subsidy_rules.audit.ties import Finding, findings
from subsidy_rules.audit.verify import Audit, Verdict
from subsidy_rules.award.model import NOTICE, Json
from subsidy_rules.errors import Lang
from subsidy_rules.report.tables import Block, text_table
from subsidy_rules.values.quantity import ZERO, yuan_text
from subsidy_rules.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SCHEMA: Final = "subsidy-rules/audit/1"
SHOWN: Final = 200
"""Rows of one class that a screen shows."""
SEVERITY: Final = {"high": ("严重", "high"), "medium": ("一般", "medium"), "low": ("轻微", "low")}


def counts(audit: Audit) -> dict[str, tuple[int, int, str]]:
    """Return, by class, how many verdicts and lines there are, and what they pay, in yuan."""
    made: dict[str, tuple[int, int, str]] = {}
    for name in CLASSES:
        own = [one for one in audit.verdicts if one.name == name]
        paid = sum((one.paid for one in own), ZERO)
        made[name] = (len(own), sum(len(one.lines) for one in own), yuan_text(paid, audit.desk.currency) or "")
    return made


def blocks(audit: Audit, found: Iterable[Finding], lang: Lang, most: int | None = SHOWN) -> Iterator[Block]:
    """Return the tables of a report: the summary, the findings, the verdicts by class.

    `most` is how many rows a table has at most, and what is left out is counted; `None` leaves nothing out.
    """
    zh = lang == "zh"
    currency = audit.desk.currency
    rows = []
    for name in CLASSES:
        own = [one for one in audit.verdicts if one.name == name]
        if own:
            paid = sum((one.paid for one in own), ZERO)
            cut = sum((one.judged.cut for one in own), ZERO)
            short = sum((one.judged.short for one in own), ZERO)
            lines = sum(len(one.lines) for one in own)
            figures = tuple((money(one, lang, currency) if one else "",) for one in (paid, cut, short))
            rows.append(((said(NAMES[name], lang),), (str(lines),), *figures))
    heads: tuple[str, ...] = (
        ("结论", "行数", "已付", "核减", "补付") if zh else ("class", "lines", "paid", "to cut", "short")
    )
    title = f"{len(audit.paid.lines)} 行" if zh else f"{len(audit.paid.lines)} lines"
    yield Block(title, heads, tuple(rows), tuple(read_of(audit, lang)), (1, 2, 3, 4))
    ties = [
        ((said(SEVERITY[one.severity], lang),), (", ".join(map(str, one.places)),), (said(one.text, lang), one.clause))
        for one in found
    ]
    if ties:
        heads = ("程度", "位置", "发现") if zh else ("grave", "where", "finding")
        title = f"发现（{len(ties)} 项）" if zh else f"Findings ({len(ties)})"
        yield Block(title, heads, tuple(ties[:most]), _more(len(ties), most, lang), (0,))
    for name in CLASSES:
        own = [one for one in audit.verdicts if one.name == name]
        if own:
            heads = ("行", "单位、事项、条款", "已付", "应付") if zh else ("line", "who, what, clause", "paid", "due")
            shown = tuple(_row(one, audit, lang) for one in own[:most])
            title = f"{said(NAMES[name], lang)}（{len(own)}）"
            yield Block(title, heads, shown, _more(len(own), most, lang), (2,))


def _more(many: int, most: int | None, lang: Lang) -> tuple[str, ...]:
    """Say how many rows a table leaves out."""
    left = 0 if most is None else many - most
    return (f"另有 {left} 项" if lang == "zh" else f"and {left} more",) if left > 0 else ()


def figures_alone(audit: Audit, lang: Lang) -> str:
    """Say of how many lines the figures alone were kept, and how to have the rest; nothing where it is of none."""
    many = sum(len(one.lines) for one in audit.verdicts if one.name == "right" and one.basis is None and one.award_id)
    if audit.thorough or not many:
        return ""
    return (
        f"{many} 行相符，仅记结论、条款和数额，未记事实、步骤和解读；加 --every-line 则逐行全记"
        if lang == "zh"
        else f"{many} lines that are right have class, clause and figures alone, no facts, steps or readings; "
        "--every-line records them too"
    )


def read_of(audit: Audit, lang: Lang) -> Iterator[str]:
    """Say what became of the rows of each sheet."""
    words = {
        "line": ("支付行", "lines"),
        "header": ("表头", "header"),
        "total": ("合计行", "totals"),
        "unit": ("单位行", "units"),
        "note": ("说明", "notes"),
    }
    for sheet in audit.paid.sheets:
        parts = [f"{said(words[use], lang)} {many}" for use, many in sheet.uses.items() if use in words and many]
        name = f"{sheet.file}[{sheet.sheet}]" if sheet.sheet else sheet.file
        told = [f"{name}: {', '.join(parts)}", *(said(one, lang) for one in sheet.remarks)]
        if sheet.unused:
            told.append(("未使用的列：" if lang == "zh" else "columns not used: ") + ", ".join(sheet.unused))
        yield "; ".join(told)
    if figures_alone(audit, lang):
        yield figures_alone(audit, lang)
    yield NOTICE[lang]


def _row(verdict: Verdict, audit: Audit, lang: Lang) -> tuple[tuple[str, ...], ...]:
    told = tell(verdict, audit, lang)
    line = verdict.lines[0]
    needs = [("缺 " if lang == "zh" else "needs ") + one for one in told.needs[:4]]
    who = " ".join(filter(None, (line.applicant or line.uscc, line.project or line.object)))
    other = [
        (f"在 {reading}={option} 下相符" if lang == "zh" else f"right under {reading}={option}")
        for reading, option in right_under(verdict)
    ]
    about = (who, told.about, told.citation, told.formula, *told.remarks, *needs, *told.readings, *other)
    places = tuple(str(one.place) for one in verdict.lines)
    return (places, tuple(filter(None, about)), (told.paid,), tuple(filter(None, (told.due, told.difference))))


def to_text(
    audit: Audit,
    lang: Lang = "zh",
    *,
    only: Sequence[str] = (),
    width: int = 100,
    ascii_only: bool = False,
    color: bool = False,
) -> str:
    """Write an audit for a screen: the summary and what does not tie out as tables, then each verdict by class.

    `only` are the classes of which verdicts are shown; all, where it is empty.
    """
    found = findings(audit)
    tables = list(blocks(audit, found, lang))[: 2 if found else 1]
    parts = [text_table(block, width=width, ascii_only=ascii_only, color=color) for block in tables]
    for name in CLASSES:
        own = [one for one in audit.verdicts if one.name == name and (not only or name in only)]
        if own:
            parts.append(f"{said(NAMES[name], lang)} ({len(own)})\n")
            parts += [_paragraph(one, audit, lang) for one in own[:SHOWN]]
            left = len(own) - SHOWN
            parts += [f"  另有 {left} 项\n" if lang == "zh" else f"  and {left} more\n"] if left > 0 else []
    return "\n".join(parts)


def _paragraph(verdict: Verdict, audit: Audit, lang: Lang) -> str:
    (places, about, paid, due) = _row(verdict, audit, lang)
    words = ("已付", "应付") if lang == "zh" else ("paid", "due")
    owed = f"; {words[1]} {'; '.join(due)}" if due else ""
    head = f"{', '.join(places)}  {about[0] if about else ''}: {words[0]} {paid[0]}{owed}"
    return "\n".join((head, *(f"    {line}" for line in about[1:]))) + "\n"


def as_json(audit: Audit, lang: Lang = "zh") -> dict[str, Json]:
    """Return an audit as plain data; what is said in words is in one language."""
    found = findings(audit)
    currency = audit.desk.currency
    summary: dict[str, Json] = {
        name: {"verdicts": verdicts, "lines": lines, "paid": paid}
        for name, (verdicts, lines, paid) in counts(audit).items()
    }
    return {
        "schema": SCHEMA,
        "library": __version__,
        "currency": currency.code,
        "digits": currency.digits,
        "lines": len(audit.paid.lines),
        "classes": summary,
        "readings": dict(audit.desk.readings),
        "policies": [
            {"policy": plan.id, "document": plan.header.document, "source_sha256": plan.source_sha256}
            for plan in audit.desk.plans
        ],
        "sheets": [
            {
                "file": sheet.file,
                "sheet": sheet.sheet,
                "rows": dict(sheet.uses.items()),
                "columns": dict(sheet.columns),
                "unused": list(sheet.unused),
            }
            for sheet in audit.paid.sheets
        ],
        "findings": [
            {
                "code": one.code,
                "severity": one.severity,
                "places": [str(place) for place in one.places],
                "amount": None if one.amount is None else yuan_text(one.amount, currency),
                "clause": one.clause,
                "text": said(one.text, lang),
            }
            for one in found
        ],
        "verdicts": [_verdict(one, audit, lang) for one in audit.verdicts],
        "notice": NOTICE[lang],
    }


def _verdict(verdict: Verdict, audit: Audit, lang: Lang) -> Json:
    told = tell(verdict, audit, lang)
    currency = audit.desk.currency
    low, sure_low, sure_high, high = (yuan_text(end, currency) for end in verdict.due)
    return {
        "class": verdict.name,
        "places": [str(line.place) for line in verdict.lines],
        "lines": [
            {
                "place": str(line.place),
                "cell": cell_of(line),
                "stated": "" if line.tested is None else line.tested.text,
                "amount": None if line.tested is None else yuan_text(line.tested.fen, currency),
            }
            for line in verdict.lines
        ],
        "applicant": verdict.lines[0].applicant,
        "uscc": verdict.lines[0].uscc,
        "project": verdict.lines[0].project,
        "award": verdict.award_id,
        "decision_date": told.day,
        "paid": yuan_text(verdict.paid, currency),
        "due": {"min": low, "max": high, "sure_min": sure_low, "sure_max": sure_high},
        "test": verdict.judged.test,
        "cut": yuan_text(verdict.judged.cut, currency),
        "short": yuan_text(verdict.judged.short, currency),
        "why": verdict.why,
        "flags": list(verdict.flags),
        "needs": list(verdict.needs),
        "among": list(verdict.among),
        "beside": list(verdict.rivals),
        "right_under": [f"{reading}={option}" for reading, option in right_under(verdict)],
        "clause": told.citation,
        "arithmetic": told.formula,
        "expression": _expression(verdict, audit),
        "steps": [{"text": step.text, "value": step.value, "quote": step.quote} for step in told.steps],
        "facts": [{**fact.as_json(), "label": label} for label, fact in told.facts],
        "readings": list(told.readings),
        "remarks": list(told.remarks),
        "case": verdict.case,
        "stamp": None if verdict.basis is None else verdict.basis.stamp.as_json(),
    }


def _expression(verdict: Verdict, audit: Audit) -> Json:
    """Return the arithmetic as data that another program can do again, in the smallest unit of money."""
    plan = next((one for one in audit.desk.plans if one.id == verdict.award_id.partition("/")[0]), None)
    found = arithmetic_of(verdict, plan, audit.desk.currency)
    if found is None:
        return None
    tree: Json = found.tree  # type: ignore[assignment]
    return {"tree": tree, "unit": found.unit, "mode": found.mode}


def to_json(audit: Audit, lang: Lang = "zh") -> str:
    """Write an audit as JSON with LF at the end."""
    return json.dumps(as_json(audit, lang), ensure_ascii=False, indent=2) + "\n"


def class_counts(audit: Audit) -> Counter[str]:
    """Return how many lines each class has."""
    made: Counter[str] = Counter()
    for one in audit.verdicts:
        made[one.name] += len(one.lines)
    return made


_STYLE: Final = (
    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0;width:100%}"
    "td,th{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top}"
    "th{background:#eee}.paid{text-align:right;white-space:nowrap}.sign{height:3em;min-width:8em}"
)


def html_of(audit: Audit, lang: Lang = "zh") -> Iterator[str]:
    """Give the working papers as one HTML page, part by part: every finding and every verdict, none left out."""
    zh = lang == "zh"
    title = "审计底稿" if zh else "Working papers"
    yield (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    )
    for number, block in enumerate(blocks(audit, findings(audit), lang, None)):
        yield f"<h2>{escape(block.title)}</h2>\n"
        sign = number > 0
        heads = [*block.heads, *(("审计人员判断", "签字") if zh else ("judgement", "signed")) * sign]
        yield "<table><tr>" + "".join(f"<th>{escape(head)}</th>" for head in heads) + "</tr>\n"
        for row in block.rows:
            cells = "".join(f"<td>{'<br>'.join(escape(one) for one in cell if one)}</td>" for cell in row)
            yield f"<tr>{cells}" + '<td class="sign"></td><td class="sign"></td>' * sign + "</tr>\n"
        yield "</table>\n"
        yield from (f"<p>{escape(remark)}</p>\n" for remark in block.remarks)
    yield "</body></html>\n"


def to_html(audit: Audit, lang: Lang = "zh") -> str:
    """Write the working papers as one HTML page, which needs nothing else, with room for judgement and sign-off."""
    return "".join(html_of(audit, lang))
