"""Working papers (审计底稿) as a workbook: summary, findings, a sheet for each class, steps, sample, what was read.

Money is in whole fen, or in the smallest unit of another currency; what is due is a live formula of the award's own
arithmetic, so a figure that is changed moves the difference and what to cut. Each row has room for the auditor's
judgement and sign-off. Rows are written as they come, so that a list may be long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from unicodedata import east_asian_width

from subsidy_rules.audit.arithmetic import arithmetic_of
from subsidy_rules.audit.judging import CLASSES
from subsidy_rules.audit.lines import Both, cell_of, said
from subsidy_rules.audit.report import SEVERITY, figures_alone, read_of
from subsidy_rules.audit.sampling import draw
from subsidy_rules.audit.telling import CLASSES as NAMES
from subsidy_rules.audit.telling import Told, right_under, tell
from subsidy_rules.audit.ties import findings
from subsidy_rules.audit.verify import Audit, Verdict
from subsidy_rules.award.model import NOTICE
from subsidy_rules.errors import Lang
from subsidy_rules.sheets.workbook import Book, Column, Formula, SheetWriter, Styled, Value, open_workbook
from subsidy_rules.values.quantity import CNY, Currency, Infinity, Number
from subsidy_rules.version import __version__

A3: Final = 8
LINE: Final = 13.5
"""Points that a line of text takes."""
HIGHEST: Final = 409
"""Points that a row has at most."""
TITLE: Final[Both] = ("审计底稿", "Working papers")
_HEADS: Final[tuple[tuple[Both, int, str], ...]] = (
    (("行", "line"), 16, "text"),
    (("单位", "applicant"), 22, "text"),
    (("信用代码", "USCC"), 20, "text"),
    (("项目", "project"), 22, "text"),
    (("决定日期", "decision date"), 12, "text"),
    (("条款与原文", "clause and its words"), 44, "text"),
    (("事实（来源、状态）", "facts (source, status)"), 40, "text"),
    (("计算", "arithmetic"), 40, "text"),
    (("已付（UNIT）", "paid (UNIT)"), 16, "fen"),
    (("应付至少（UNIT）", "due at least (UNIT)"), 16, "fen"),
    (("应付至多（UNIT）", "due at most (UNIT)"), 16, "fen"),
    (("差额（UNIT）", "difference (UNIT)"), 16, "fen"),
    (("核减（UNIT）", "to cut (UNIT)"), 16, "fen"),
    (("所依据的解读", "readings relied on"), 32, "text"),
    (("说明、所缺事实", "remarks, what is needed"), 36, "text"),
    (("审计人员判断", "auditor's judgement"), 24, "text"),
    (("签字、日期", "signed, date"), 16, "text"),
)


def write_papers(audit: Audit, path: str | Path, lang: Lang = "zh", *, size: int = 25, seed: str = "1") -> None:
    """Write the working papers as XLSX; `size` and `seed` are of the sampling plan.

    The same audit gives the same bytes. Raises `UsageError` where the extra `sheets` is not installed.
    """
    with open_workbook(path, title=said(TITLE, lang), streamed=True) as book:
        _summary(book, audit, lang)
        _findings(book, audit, lang)
        for name in CLASSES:
            own = [one for one in audit.verdicts if one.name == name]
            if own:
                _class(book, audit, said(NAMES[name], lang), own, lang)
        _steps(book, audit, lang)
        _sample(book, audit, lang, size, seed)
        _rows(book, audit, lang)


def _columns(lang: Lang, currency: Currency, *heads: tuple[Both, int, str]) -> list[Column]:
    """Return columns; what is counted in the smallest unit of money, or in one, says so in its head."""
    names: Both = ("分", "fen") if currency == CNY else (currency.smallest, currency.smallest)
    one: Both = (currency.zh, currency.en)
    return [
        Column(said(head, lang).replace("UNIT", said(names, lang)).replace("ONE", said(one, lang)), width, kind)  # type: ignore[arg-type]
        for head, width, kind in heads
    ]


def _row(sheet: SheetWriter, values: Sequence[Value]) -> None:
    """Write a row as high as its longest cell is: not every program finds that out when it opens a file."""
    most = 1
    for column, value in zip(sheet.columns, values, strict=False):
        if isinstance(value, str):
            most = max(most, sum(-(-_breadth(line) // column.width) or 1 for line in value.split("\n")))
    sheet.row(values, height=min(LINE * most + 2, HIGHEST) if most > 1 else None)


def _breadth(text: str) -> int:
    """Return how many characters of a column a text takes; a Chinese one takes two."""
    return sum(2 if east_asian_width(char) in "FW" else 1 for char in text)


def _summary(book: Book, audit: Audit, lang: Lang) -> None:
    heads = (
        (("结论", "class"), 24, "text"),
        (("奖补数", "awards"), 10, "number"),
        (("行数", "lines"), 10, "number"),
        (("已付（UNIT）", "paid (UNIT)"), 20, "fen"),
        (("核减（UNIT）", "to cut (UNIT)"), 20, "fen"),
        (("少付（UNIT）", "short (UNIT)"), 20, "fen"),
    )
    policies = [f"{plan.id}: {plan.header.issuer} {plan.header.document}" for plan in audit.desk.plans]
    readings = [f"{name}={option}" for name, option in sorted(audit.desk.readings.items())]
    remarks = [f"subsidy-rules {__version__}", *policies]
    remarks += [("解读：" if lang == "zh" else "readings: ") + "; ".join(readings)] if readings else []
    remarks += filter(None, [figures_alone(audit, lang)])
    sheet = book.sheet(
        said(("汇总", "Summary"), lang),
        _columns(lang, audit.desk.currency, *heads),
        title=said(TITLE, lang),
        remarks=remarks,
    )
    first = sheet.next_row
    sums = [0] * 5
    for name in CLASSES:
        own = [one for one in audit.verdicts if one.name == name]
        figures = [len(own), sum(len(one.lines) for one in own)]
        figures += [int(sum(parts)) for parts in zip(*(_figures(one) for one in own), strict=True)] or [0, 0, 0]
        sums = [a + b for a, b in zip(sums, figures, strict=True)]
        sheet.row([said(NAMES[name], lang), *figures])
    last = sheet.next_row - 1
    added = [Formula(f"=SUM({letter}{first}:{letter}{last})", sums[at]) for at, letter in enumerate("BCDEF")]
    sheet.row([Styled(said(("合计", "together"), lang), "bold"), *added])
    sheet.row([])
    for words in (("编制人", "prepared by"), ("复核人", "reviewed by"), ("日期", "date")):
        sheet.row([said(words, lang), Styled("", "input"), Styled("", "input")])
    sheet.row([NOTICE[lang]], look="remark")


def _figures(verdict: Verdict) -> tuple[int, int, int]:
    return int(verdict.paid), int(verdict.judged.cut), int(verdict.judged.short)


def _findings(book: Book, audit: Audit, lang: Lang) -> None:
    heads = (
        (("程度", "grave"), 10, "text"),
        (("位置", "where"), 28, "text"),
        (("发现", "finding"), 70, "text"),
        (("金额（UNIT）", "amount (UNIT)"), 18, "fen"),
        (("条款", "clause"), 30, "text"),
        (("审计人员判断", "auditor's judgement"), 24, "text"),
        (("签字、日期", "signed, date"), 16, "text"),
    )
    sheet = book.sheet(said(("发现", "Findings"), lang), _columns(lang, audit.desk.currency, *heads))
    for one in findings(audit):
        where = ", ".join(map(str, one.places))
        amount = None if one.amount is None else int(one.amount)
        grave = said(SEVERITY[one.severity], lang)
        room = Styled("", "input")
        _row(sheet, [grave, where, said(one.text, lang), amount, one.clause, room, room])


def _class(book: Book, audit: Audit, name: str, own: Iterable[Verdict], lang: Lang) -> None:
    sheet = book.sheet(name, _columns(lang, audit.desk.currency, *_HEADS), frozen=2)
    sheet.sheet.set_paper(A3)
    sheet.sheet.fit_to_pages(2, 0)
    sheet.sheet.repeat_columns(0, 1)
    for verdict in own:
        told = tell(verdict, audit, lang)
        at = sheet.next_row
        low, _, _, high = verdict.due
        money = _money(verdict, audit, at, low, high)
        _row(sheet, [*_words(verdict, told, lang), *money, *_rest(verdict, told, lang)])


def _words(verdict: Verdict, told: Told, lang: Lang) -> list[Value]:
    line = verdict.lines[0]
    facts = "\n".join(
        f"{label} = {fact.value}" + "".join(f" [{one}]" for one in (fact.source, fact.status, fact.date) if one)
        for label, fact in told.facts
    )
    steps = "\n".join(f"{step.text} → {step.value} “{step.quote}”" for step in told.steps)
    clause = "\n".join(filter(None, (told.about, told.citation)))
    del lang
    return [
        "\n".join(" ".join(filter(None, (str(one.place), cell_of(one)))) for one in verdict.lines),
        line.applicant,
        line.uscc,
        line.project or line.object,
        told.day,
        clause,
        facts,
        "\n".join(filter(None, (told.formula, steps))),
    ]


def _money(verdict: Verdict, audit: Audit, at: int, low: Number, high: Number) -> list[Value]:
    plan = next((one for one in audit.desk.plans if one.id == verdict.award_id.partition("/")[0]), None)
    arithmetic = arithmetic_of(verdict, plan, audit.desk.currency)
    paid = int(verdict.paid)
    if verdict.judged.test == "none" and verdict.name == "cant_tell":
        return [paid, None, None, None, None]
    most: Value = None if isinstance(high, Infinity) else int(high)
    if arithmetic is not None and not isinstance(high, Infinity):
        most = Formula(arithmetic.formula, int(high))
    least: Value = None if isinstance(low, Infinity) else int(low)
    if low == high:
        least = None if isinstance(high, Infinity) else Formula(f"=K{at}", int(high))
    if isinstance(high, Infinity):
        return [paid, least, None, None, None]
    gap = paid - int(high)
    return [paid, least, most, Formula(f"=I{at}-K{at}", gap), Formula(f"=MAX(0,I{at}-K{at})", max(0, gap))]


def _rest(verdict: Verdict, told: Told, lang: Lang) -> list[Value]:
    needs = [("缺 " if lang == "zh" else "needs ") + one for one in told.needs]
    other = [
        (f"在 {reading}={option} 下相符" if lang == "zh" else f"right under {reading}={option}")
        for reading, option in right_under(verdict)
    ]
    room = Styled("", "input")
    return ["\n".join((*told.readings, *other)), "\n".join((*told.remarks, *needs)), room, room]


def _steps(book: Book, audit: Audit, lang: Lang) -> None:
    heads = (
        (("行", "line"), 18, "text"),
        (("奖补", "award"), 34, "text"),
        (("步骤", "step"), 50, "text"),
        (("步骤后金额（ONE）", "after the step (ONE)"), 24, "text"),
        (("原文", "words"), 50, "text"),
    )
    sheet = book.sheet(said(("计算步骤", "Steps"), lang), _columns(lang, audit.desk.currency, *heads))
    for verdict in audit.verdicts:
        where = str(verdict.lines[0].place)
        for step in tell(verdict, audit, lang).steps:
            _row(sheet, [where, verdict.award_id, step.text, step.value, step.quote])


_METHODS: Final[dict[str, Both]] = {
    "random": ("随机抽样", "random"),
    "monetary": ("货币单元抽样", "monetary unit"),
    "stratified": ("分层抽样", "stratified"),
}


def _sample(book: Book, audit: Audit, lang: Lang, size: int, seed: str) -> None:
    heads = (
        (("方法", "method"), 18, "text"),
        (("行", "line"), 18, "text"),
        (("单位", "applicant"), 30, "text"),
        (("金额（UNIT）", "amount (UNIT)"), 18, "fen"),
        (("抽中依据", "drawn by"), 26, "text"),
        (("核查结果", "result"), 30, "text"),
        (("签字、日期", "signed, date"), 16, "text"),
    )
    remark = f"n = {size}, seed = {seed}, SHA-256"
    sheet = book.sheet(said(("抽样", "Sample"), lang), _columns(lang, audit.desk.currency, *heads), remarks=[remark])
    room = Styled("", "input")
    for one in draw(audit.paid.lines, size, seed):
        fen = int(one.line.tested.fen) if one.line.tested is not None else None
        method = said(_METHODS[one.method], lang)
        _row(sheet, [method, str(one.line.place), one.line.applicant, fen, one.why, room, room])


def _rows(book: Book, audit: Audit, lang: Lang) -> None:
    sheet = book.sheet(said(("读取情况", "What was read"), lang), [Column("", 120)])
    for line in read_of(audit, lang):
        _row(sheet, [line])
