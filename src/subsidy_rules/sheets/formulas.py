"""A result as a workbook that calculates: each award's steps as formulas, beside our own figures.

    result = evaluate(case, policies)
    write_result("awards.xlsx", result, policies)

One sheet holds the awards, with what the formulas come to, what the library came to, whether they agree, and the
citation; one holds the steps, whose figures can be changed to see what follows; one says what it was made from. The
formulas count whole fen over whole denominators (`arithmetic`), which spreadsheets hold exactly up to 2^53; an award
that goes beyond that, or whose arithmetic is open or no line of signs, has our figure alone, and a remark says so. Of a
ceiling the formulas give the greatest amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from subsidy_rules.award.model import NOTICE, Award, Entitlement, Step
from subsidy_rules.award.phrases import KINDS, STATUSES, WORDS, cite_all, word
from subsidy_rules.errors import Lang, UsageError, check_lang
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.sheets.arithmetic import (
    EXACT,
    Call,
    Cell,
    Leaf,
    TooLargeError,
    Tree,
    UnreadError,
    Writer,
    Written,
    read_line,
    rounded,
)
from subsidy_rules.sheets.workbook import Book, Column, Formula, SheetWriter, Styled, Value, open_workbook
from subsidy_rules.values.amount import DOWN, HALF_UP, UP, Amount
from subsidy_rules.values.quantity import Infinity, exact_text, yuan_text

if TYPE_CHECKING:
    from subsidy_rules.plan import Policies, PolicyPlan

_SHOWN: Final = Context(prec=15)
"""The digits that a spreadsheet shows."""
CENTS: Final = 100
"""How many of the smallest unit most currencies have in one."""
_MODES: Final = {DOWN: "down", HALF_UP: "half_up", UP: "up"}
_PRIME: Final = 1_000_003
"""A spreadsheet takes two large numbers for equal that differ in the last digit; their remainders tell them apart."""

Remark = tuple[str, str]
OPEN: Final[Remark] = ("条文或事实未定，只列数额", "open by the text or the facts: figures only")
UNWRITTEN: Final[Remark] = ("此步算式不能写成公式，只列数额", "this step is no formula: figures only")
LARGE: Final[Remark] = (
    "超出表格整数精确范围（2^53），只列数额",
    "beyond the whole numbers that a spreadsheet holds exactly (2^53): figures only",
)


class Cells(NamedTuple):
    """Where an award ended in the sheet of steps: its last row and value, or why there are no formulas."""

    row: int
    value: int | None
    remark: Remark | None


def write_result(
    path: str | Path, results: Entitlement | Sequence[Entitlement], policies: Policies, lang: Lang = "zh"
) -> tuple[int, int]:
    """Write a result, or several, as a workbook with live formulas.

    `policies` are those that they were made with. Return how many awards have formulas, and how many there are. Raises
    `UsageError` where the extra `sheets` is not installed.
    """
    results = (results,) if isinstance(results, Entitlement) else tuple(results)
    if not results:
        raise UsageError("a workbook needs at least one result")
    check_lang(lang)
    with open_workbook(path, title="奖补计算表" if lang == "zh" else "awards, with formulas") as book:
        made = _Workbook(book, results, policies, lang)
        made.write()
    return made.live, sum(len(one.awards) + len(one.undecided) for one in results)


class _Workbook:
    """Writes the three sheets."""

    def __init__(self, book: Book, results: Sequence[Entitlement], policies: Policies, lang: Lang) -> None:
        self.book, self.results, self.lang = book, results, lang
        self.result = results[0]
        self.plans = {plan.id: plan for plan in policies.plans}
        self.live = 0
        self.names = ("结果", "步骤", "说明") if lang == "zh" else ("awards", "steps", "about")
        self.one = self.result.currency.one

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def write(self) -> None:
        """Write all; the sheet of steps comes second and is made first, since the other refers to it."""
        unit = self.result.currency.zh if self.lang == "zh" else self.result.currency.code
        small = self.result.currency.smallest if self.result.currency.code != "CNY" else self.say("分", "fen")
        wan = self.result.currency.code == "CNY"
        heads = [
            Column(self.say("奖补", "award"), 30),
            Column(self.say("状态", "status"), 10),
            Column(self.say("类型", "kind"), 12),
            Column(self.say(f"公式结果（{small}）", f"by formula ({small})"), 18, "fen"),
            Column(self.say(f"本库结果（{small}）", f"by the library ({small})"), 18, "fen"),
            Column(self.say("是否一致", "agrees"), 10),
            Column(self.say(f"金额（{unit}）", f"amount ({unit})"), 18, "yuan" if self.one == CENTS else "number"),
            *([Column(self.say("金额（万元）", "amount (10,000 yuan)"), 16, "wan")] if wan else []),
            Column(self.say(f"计入下限（{unit}）", f"counts, least ({unit})"), 16),
            Column(self.say(f"计入上限（{unit}）", f"counts, most ({unit})"), 16),
            Column(self.say("依据", "citation"), 30),
            Column(self.say("原文", "words"), 50),
            Column(self.say("说明", "remark"), 30),
        ]
        title = self._title(self.result) if len(self.results) == 1 else self.say("奖补计算表", "awards")
        remarks = [
            NOTICE[self.lang],
            self.say(
                "“上限，非应付”的条款，公式给出的是上限。底色单元格可改，改后公式重算，与本库结果不再一致",
                "of a ceiling the formula gives the most; shaded figures of the steps may be changed",
            ),
        ]
        top = self.book.sheet(self.names[0], heads, title=title, remarks=remarks, frozen=1)
        steps = _Steps(self)
        for result in self.results:
            self.result = result
            if len(self.results) > 1:
                top.row([self._title(result)], look="bold")
            for undecided, awards in ((False, result.awards), (True, result.undecided)):
                for award in awards:
                    self._award(top, steps.award(award), award, undecided=undecided, wan=wan)
            self._total(top)
        self._about()

    def _title(self, result: Entitlement) -> str:
        name = result.beneficiary or self.say("未署名的申报主体", "unnamed beneficiary")
        day = result.decision_date or self.say("未给出", "not given")
        return self.say(f"{name}（决定日期 {day}）", f"{name} (decision date {day})")

    def _award(self, sheet: SheetWriter, cells: Cells, award: Award, *, undecided: bool, wan: bool) -> None:
        at = sheet.next_row
        most = award.amount.maximum
        status = self.say("待定", "undecided") if undecided else word(STATUSES, award.status, self.lang)
        own: Value = self.say("无上限", "no upper end") if isinstance(most, Infinity) else most.numerator
        formula: Value = None
        agrees: Value = None
        shown: list[Value] = []
        if cells.value is not None and not isinstance(most, Infinity):
            self.live += 1
            formula = Formula(f"='{self.names[1]}'!F{cells.row}", cells.value)
            agrees = self.agreement(f"D{at}", f"E{at}", same=cells.value == most)
            shown = [Formula(f"=D{at}/{self.one}", Decimal(cells.value) / self.one)]
            shown += [Formula(f"=D{at}/1000000", Decimal(cells.value) / 1_000_000)] if wan else []
        elif not isinstance(most, Infinity):
            shown = [most.numerator if self.one == CENTS else most / self.one, *([most.numerator] if wan else [])]
        else:
            shown = [own, *([own] if wan else [])]
        currency = award.currency
        values: list[Value] = [
            award.id,
            status,
            word(KINDS, award.kind, self.lang),
            formula,
            own,
            agrees,
            *shown,
            yuan_text(award.net.minimum, currency),
            yuan_text(award.net.maximum, currency) or self.say("无上限", "no upper end"),
            cite_all(award.citations, self.lang),
            "\n".join(one.quote for one in award.citations),
            "" if cells.remark is None else self.say(*cells.remark),
        ]
        sheet.row(values)

    def agreement(self, one: str, other: str, *, same: bool) -> Formula:
        """Return the formula that says whether two whole numbers are the same, to the last digit."""
        yes, no = self.say("一致", "yes"), self.say("不一致", "NO")
        text = f'=IF(AND({one}={other},MOD({one},{_PRIME})=MOD({other},{_PRIME})),"{yes}","{no}")'
        return Formula(text, yes if same else no)

    def _total(self, sheet: SheetWriter) -> None:
        total = self.result.total
        for said, amount in (
            (self.say("合计（已定）", "total, decided"), total.decided),
            (self.say("合计（含待定）", "total with what is undecided"), total.possible),
        ):
            most = yuan_text(amount.maximum, self.result.currency) or self.say("无上限", "no upper end")
            row: list[Value] = [said, None, word(KINDS, amount.kind, self.lang), None, None, None, None]
            row += [None] if self.result.currency.code == "CNY" else []
            row += [yuan_text(amount.minimum, self.result.currency), most]
            sheet.row(row, look="bold")

    def _about(self) -> None:
        columns = [Column(self.say("项目", "what"), 24), Column(self.say("内容", "is"), 90)]
        sheet = self.book.sheet(self.names[2], columns)
        stamps = [one.stamp for one in self.results]
        stamp = stamps[0]
        exact = self.say(
            "公式以整数计算（分子、分母），2^53 以内精确；取整只在最后一步，按余数判断，不用小数比较",
            "formulas count whole numbers (numerator, denominator), exact up to 2^53; rounding goes by the remainder",
        )
        rows: list[tuple[str, str]] = [
            (self.say("性质", "nature"), NOTICE[self.lang]),
            (self.say("公式", "formulas"), exact),
            (self.say("程序版本", "library"), stamp.library),
            *((self.say("政策摘要", "digest of policy"), f"{policy} {meaning}") for policy, _, meaning in stamp.rules),
            *((self.say("细则摘要", "digest of guide"), one) for one in stamp.guides),
            *((self.say("案例摘要", "digest of case"), one.case_sha256) for one in stamps),
            *((self.say("解读", "reading"), f"{name} = {option}") for name, option in stamp.readings.items()),
        ]
        for row in rows:
            sheet.row(row)


class _Steps:
    """Writes the sheet of steps."""

    def __init__(self, of: _Workbook) -> None:
        self.of = of
        say = of.say
        self.sheet = of.book.sheet(
            of.names[1],
            [
                Column(say("奖补", "award"), 28),
                Column(say("步骤", "step"), 10),
                Column(say("算式", "arithmetic"), 40),
                Column(say("数据分子", "figure, numerator"), 16, "fen"),
                Column(say("数据分母", "figure, denominator"), 10, "fen"),
                Column(say("结果分子", "result, numerator"), 18, "fen"),
                Column(say("结果分母", "result, denominator"), 12, "fen"),
                Column(say("结果", "result"), 18, "yuan"),
                Column(say("本库分子", "library, numerator"), 18, "fen"),
                Column(say("是否一致", "agrees"), 10),
                Column(say("原文", "words"), 40),
                Column(say("说明", "remark"), 24),
            ],
            frozen=1,
        )

    def award(self, award: Award) -> Cells:
        """Write the steps of an award, with what is rounded at the end."""
        return _AwardSteps(self, award).write()


class _AwardSteps:
    """Writes the steps of one award."""

    def __init__(self, steps: _Steps, award: Award) -> None:
        self.of, self.sheet, self.award = steps.of, steps.sheet, award
        self.known: dict[Tree, Written] = {}
        self.plain: dict[str, Written] = {}
        """Lines that are no arithmetic, each with the cells in which its figure stands."""
        self.last: Written | None = None
        self.remark: Remark | None = None

    def write(self) -> Cells:
        steps = [one for one in self.award.steps if one.amount is not None]
        final = steps.pop() if steps and steps[-1].word == "round" and self._is_last(steps) else None
        for step in steps:
            self.last = self._step(step)
        return self._end(steps, final)

    def _is_last(self, steps: Sequence[Step]) -> bool:
        """Whether the last step is what the policy rounds by, and no step of the sentence."""
        return steps[-1].quote == ""

    def _step(self, step: Step) -> Written | None:
        amount = step.amount
        assert amount is not None  # noqa: S101 - those without were left out
        most = amount.maximum
        tree = self._read(step.formula_en)
        if tree is None:
            made = self._plain(step, most, OPEN if not amount.decided else UNWRITTEN, None)
            if made is not None:
                self.plain[step.formula_en] = made
            return made
        leaves: list[Leaf] = []

        def refer(leaf: Leaf) -> Written:
            if max(abs(leaf.value.numerator), leaf.value.denominator) > EXACT:
                raise TooLargeError(leaf.said)
            leaves.append(leaf)
            row = self.sheet.next_row + len(leaves) - 1
            return Written(f"D{row}", f"E{row}", leaf.value.numerator, leaf.value.denominator)

        try:
            made = Writer(refer, self.known).write(self._meant(tree, step))
            if made is not None and made.n < 0:
                made = Written(f"MAX(0,{made.numerator})", made.denominator, 0, made.d, made.fixed)
        except TooLargeError:
            return self._plain(step, most, LARGE, tree)
        except UnreadError:
            return self._plain(step, most, OPEN if not amount.decided else UNWRITTEN, tree)
        if made is None or isinstance(most, Infinity) or made.value != most:
            return self._plain(step, most, OPEN if isinstance(most, Infinity) else UNWRITTEN, tree)
        for leaf in leaves:
            self._leaf(leaf)
        return self._row(step.word, self._text(step), made, tree, step.quote)

    def _read(self, line: str) -> Tree | None:
        """Read a line; where a part of it is no arithmetic, with that part as the cell in which its figure stands."""
        for text in ("", *reversed(self.plain)):
            name = f"@{list(self.plain).index(text)}" if text else ""
            try:
                tree = read_line(line.replace(text, name) if text else line, self.of.one)
            except UnreadError:
                continue
            if text:
                self.known[Cell(name)] = self.plain[text]
            return tree
        return None

    def _meant(self, tree: Tree, step: Step) -> Tree:
        """Return what a step does that its line does not say: below what nothing is paid, and which way it rounds."""
        if step.word == "pay_from":
            try:
                least = read_line(step.text_en.removeprefix("≥ "), self.of.one)
            except UnreadError:
                return tree
            return Call("kept", (tree, least))
        if step.word == "minimum" and isinstance(tree, Call) and tree.name == "max":
            return Call("raised", tree.of)
        modes = self._modes()
        if isinstance(tree, Call) and tree.name == "round" and len(modes) == 1:
            return Call(f"round {_MODES[modes.pop()]}", tree.of)
        return tree

    def _modes(self) -> set[int]:
        """Return the ways in which steps of the sentence round."""
        plan = self.of.plans.get(self.award.policy)
        clauses = [one for one in (plan.clauses if plan is not None else ()) if one.sentence.id == self.award.clause]
        lots = [lot for clause in clauses for lot in (clause.steps, *(row.steps for row in clause.rows))]
        steps = [step for lot in lots for step in lot]
        return {
            part.mode
            for step in steps
            for part in op.walk(step.value)
            if isinstance(part, op.Rounded) and step.word == "round"
        }

    def _text(self, step: Step) -> str:
        return step.text if self.of.lang == "zh" else step.text_en

    def _leaf(self, leaf: Leaf) -> None:
        n, d = (Styled(one, "input", "fen") for one in (leaf.value.numerator, leaf.value.denominator))
        said = leaf.said
        if self.of.lang == "zh" and said[:3].isalpha():
            said = said[4:] + self.award.currency.zh
        self.sheet.row([self.award.id, self.of.say("数据", "figure"), said, n, d])

    def _row(self, name: str, text: str, made: Written, tree: Tree | None, quote: str) -> Written:
        at = self.sheet.next_row
        made = _reduced(made)
        den: Value = Formula(f"={made.denominator}", made.d) if not made.fixed else made.d
        shown = _SHOWN.divide(Decimal(made.n), Decimal(made.d * self.of.one))
        self.sheet.row(
            [
                self.award.id,
                word(WORDS, name, self.of.lang),
                text,
                None,
                None,
                Formula(f"={made.numerator}", made.n),
                den,
                Formula(f"=F{at}/G{at}/{self.of.one}", shown),
                made.n,
                self.of.agreement(f"F{at}", f"I{at}", same=True),
                quote,
            ]
        )
        cells = Written(f"F{at}", f"G{at}" if not made.fixed else str(made.d), made.n, made.d, made.fixed)
        if tree is not None:
            self.known[tree] = cells
        return cells

    def _plain(self, step: Step, most: Fraction | Infinity, remark: Remark, tree: Tree | None) -> Written | None:
        """Write a step without a formula; what comes after may start from its figure."""
        self.remark = remark
        at = self.sheet.next_row
        row: list[Value] = [self.award.id, word(WORDS, step.word, self.of.lang), self._text(step), None, None]
        if isinstance(most, Infinity):
            self.sheet.row(
                [*row, None, None, self.of.say("无上限", "no upper end"), None, None, step.quote, self.of.say(*remark)]
            )
            return None
        exact = max(abs(most.numerator), most.denominator) <= EXACT
        shown = exact_text(most / self.of.one)
        n, d = most.numerator, most.denominator
        numbers: list[Value] = [Styled(n, "input", "fen"), d] if exact else [str(n), str(d)]
        self.sheet.row([*row, *numbers, shown, None, None, step.quote, self.of.say(*remark)])
        if not exact:
            return None
        made = Written(f"F{at}", str(d), n, d)
        if tree is not None:
            self.known[tree] = made
        return made

    def _end(self, steps: Sequence[Step], final: Step | None) -> Cells:
        """Write what the policy rounds by, which leaves whole fen."""
        del final
        most = self.award.amount.maximum
        if self.last is None or isinstance(most, Infinity) or not steps:
            return Cells(0, None, self.remark or OPEN)
        running = steps[-1].amount
        assert running is not None  # noqa: S101 - those without were left out
        plan = self.of.plans.get(self.award.policy)
        unit, mode = _rounding(plan, running)
        try:
            made = rounded(self.last, unit, mode, _top(running, unit))
        except TooLargeError:
            return Cells(0, None, LARGE)
        if made.n != most or max(made.n, 0) > EXACT:
            return Cells(0, None, UNWRITTEN)
        said = {"half_up": ("四舍五入", "half up"), "down": ("舍去", "down"), "up": ("进一", "up")}[mode]
        named = plan.header.unit if plan is not None else self.of.say("分", "fen")
        text = self.of.say(f"取整到{named}，{said[0]}", f"to {unit} of the smallest unit, {said[1]}")
        at = self._row("round", text, made, None, "")
        return Cells(int(at.numerator[1:]), made.n, self.remark)


def _reduced(made: Written) -> Written:
    """Reduce a fraction whose denominator follows from figures, so that the next one stays small."""
    most = gcd(made.n, made.d)
    if made.fixed or made.n <= 0:
        return made
    common = f"GCD({made.numerator},{made.denominator})"
    over = f"({made.numerator})/{common}", f"({made.denominator})/{common}"
    return Written(*over, made.n // most, made.d // most, fixed=False)


def _rounding(plan: PolicyPlan | None, running: Amount) -> tuple[int, str]:
    """Return the unit and the mode by which the greatest figure is rounded."""
    modes = (plan.mode if plan is not None else 0) or running.mode or HALF_UP
    mode = next(one for one in (UP, HALF_UP, DOWN) if modes & one)
    return (plan.unit if plan is not None else 1), _MODES[mode]


def _top(running: Amount, unit: int) -> Fraction | None:
    """Return the cap that the rounded figure may not exceed, where that is no multiple of the unit."""
    top = running.top[3] if running.top is not None else None
    if top is None or isinstance(top, Infinity) or (top / unit).denominator == 1:
        return None
    return top
