"""The trace: an award's steps with their figures.

It reads the operations of the plan again, in the world of the case as it is, so what is printed is what was computed.
What a refusal says is in `failing`, what an expression looks like in `lines`.
A step is written in Chinese and in English, and carries the arithmetic so far as one line with the numbers in it:

    min((2,800万元 + 200万元) × 10%, 2,000万元)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from subsidy_rules.award.engine import number, things_of, truth_of_plan
from subsidy_rules.award.failing import failed_gates, need_paths
from subsidy_rules.award.lines import PRODUCT, SUM, Line, greatest, join, least, nothing, write_expression
from subsidy_rules.award.model import UNSAID, Both, Step
from subsidy_rules.award.rows import Row
from subsidy_rules.award.written import (
    write_place,
    write_value,
)
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import Lowered, chain
from subsidy_rules.plan import Sentence
from subsidy_rules.values.amount import FALSE, Amount
from subsidy_rules.values.quantity import Currency, exact_yuan_text

__all__ = ["Line", "failed_gates", "need_paths", "steps_of", "write_expression", "write_value"]


UNITS_EN: Final = {
    "分": "fen",
    "角": "0.1 yuan",
    "元": "yuan",
    "百元": "100 yuan",
    "千元": "1,000 yuan",
    "万元": "10,000 yuan",
}
OPEN: Final = ("（是否适用未定）", " (open whether it applies)")
BINDING: Final = ("cap", "limit", "minimum", "pay_from", "clamp")
"""Words whose figure may or may not change the amount."""
LIFTED: Final = ("（本案不适用）", " (does not apply here)")


def steps_of(row: Row) -> tuple[Step, ...]:
    """Return the steps of a row's award in the case as it is."""
    return tuple(_Tracer(row).trace())


class _Row(NamedTuple):
    """One of several exclusive lots of steps, and what it is called."""

    truth: op.Truth
    steps: tuple[Lowered, ...]
    name: Both


class _Tracer:
    """Runs the steps of one award once more, and writes each down."""

    def __init__(self, row: Row) -> None:
        self.row, self.ctx = row, row.context({}, trace=True)
        self.currency = row.shared.vocabulary.currency
        self.line = nothing(self.currency)
        self.count = 0

    def trace(self) -> Iterator[Step]:
        ctx, plan = self.ctx, self.row.policy.plan
        yield from self._steps([step for step, _ in self.row.clause.steps])
        rounded = ctx.running.rounded(plan.unit, plan.mode)
        if rounded.numbers != ctx.running.numbers:
            unit = plan.header.unit
            named = UNITS_EN.get(unit)
            text = Line(f"取整到 {unit}", f"rounded to {unit}")
            if named is not None:
                text = Line(f"取整到{unit}", f"rounded to the {named}")
            yield self._made("round", text, rounded)

    def _made(
        self,
        word: str,
        text: Line,
        amount: Amount,
        quote: str = "",
        facts: tuple[str, ...] = (),
        binding: bool | None = None,
    ) -> Step:
        figure = _yuan(amount, self.currency)
        return Step(word, text.zh, figure, quote, facts, binding, self.line.zh, amount, text.en, self.line.en)

    def _steps(self, steps: Sequence[Lowered], item: Both = UNSAID, *, inside: bool = False) -> Iterator[Step]:
        ctx = self.ctx
        for place, step in enumerate(steps):
            applies = truth_of_plan(step.applies)(ctx)
            if applies.is_false:
                continue
            row = next((one for one in self._rows(step) if truth_of_plan(one.truth)(ctx).is_true), None)
            if row is not None and applies.is_true:
                yield from self._band(step)
                yield from self._steps(row.steps, item, inside=True)
                continue
            before, ctx.reads = ctx.running, {}
            value = number(step.value)(ctx).clamped()
            facts = tuple(ctx.reads)
            inner = list(self._inner(step))
            text = self._text(step)
            binding = value.numbers != before.numbers if step.word in BINDING else None
            quote = step.quote if inside else self._quote(step, place)
            yield from inner
            named = text if item == UNSAID else Line(f"{item[0]}：{text.zh}", f"{item[1]}: {text.en}")
            yield self._made(step.word, named, value, quote, facts, binding)
            ctx.running = value

    def _band(self, step: Lowered) -> Iterator[Step]:
        """Yield the step that says in which band a figure falls; the band's own steps come after it."""
        if step.bands and step.operand is not None:
            self.ctx.reads = {}
            text = self._write(step.operand, labels=True)
            number(step.operand)(self.ctx)
            yield self._made(step.word, text, self.ctx.running, step.quote, tuple(self.ctx.reads))

    def _rows(self, step: Lowered) -> list[_Row]:
        """Return the exclusive sentences that a table's step stands for, or the bands of tiers."""
        if step.word == "table":
            return [_Row(one.truth, one.steps, _place_of(one.sentence)) for one in self.row.clause.plan.rows]
        return [_Row(band.truth, band.steps, (band.text, band.text)) for band in step.bands]

    def _quote(self, step: Lowered, place: int) -> str:
        """Return the words that the step rests on: those of a sentence that stands in its place, where one does."""
        quotes = [step.quote]
        for one in self.row.clause.plan.replacements:
            holds = truth_of_plan(one.truth)(self.ctx)
            if one.step == place and not holds.is_false:
                quotes = [one.sentence.quote] if holds.is_true else [*quotes, one.sentence.quote]
        return "；".join(quotes)

    def _inner(self, step: Lowered) -> Iterator[Step]:
        """Yield the steps of a step's items, or of each sentence of a table that may be the one that applies."""
        ctx, kept = self.ctx, self.ctx.running
        lines: list[Line] = []
        amounts: list[Amount] = []
        if step.items is not None:
            source, name, where = step.items
            test = truth_of_plan(where)
            for thing, _ in things_of(ctx, source)[0]:
                ctx.things[name] = thing
                holds = test(ctx)
                if not holds.is_false:
                    self.line = nothing(self.currency)
                    name_of = thing.id or thing.path
                    yield from self._steps(step.inner, (name_of, name_of), inside=True)
                    lines.append(self.line if holds.is_true else self.line.within(PRODUCT).marked(OPEN))
                    amounts.append(ctx.running.gated(holds))
                del ctx.things[name]
            lines = _highest(lines, amounts, step.most)
            self.line, self.count = join("+", lines or [nothing(self.currency)], SUM), len(lines)
        before = self.line
        for row in self._rows(step):
            if not truth_of_plan(row.truth)(ctx).is_false:
                self.line, ctx.running = before if step.bands else nothing(self.currency), kept
                yield from self._steps(row.steps, row.name, inside=True)
                lines.append(self.line)
                self.line = Line(" 或 ".join(one.zh for one in lines), " or ".join(one.en for one in lines), SUM)
        if step.parts:
            yield from self._parts(step)
        ctx.running = kept

    def _parts(self, step: Lowered) -> Iterator[Step]:
        """Yield the steps of parts that add up: of slices, each from nothing; of what is added, from what is there."""
        kept, before = self.ctx.running, self.line
        adds = step.word == "add"
        lines = [before] if adds else []
        for count, steps in enumerate(step.parts, 1):
            self.line, self.ctx.running = before if adds else nothing(self.currency), kept
            if any(number(chain(steps))(self.ctx).numbers):
                name = ("加奖", "added") if adds else (f"第{count}段", f"slice {count}")
                yield from self._steps(steps, name, inside=True)
                lines.append(self.line.marked(self._openness(step)))
        self.line, self.count = join("+", lines or [nothing(self.currency)], SUM), len(lines)

    def _text(self, step: Lowered) -> Line:
        """Return what a step says, and take it into the line."""
        if step.items is not None:
            if step.most:
                return Line(f"最高的{step.most}项合计", f"sum of the {step.most} highest")
            return Line(f"{self.count}项合计", f"sum of {self.count}")
        if step.parts:
            made = Line("加上", "added") if step.word == "add" else Line("各段合计", "sum of the slices")
            return made.marked(self._openness(step))
        if step.bands:
            return Line("落入哪一档未定", "open which band it falls in")
        if step.operand is None:
            return Line("适用哪一句未定", "open which sentence applies")
        if isinstance(step.operand, op.Decided):
            return self._decided(step.operand, step.sign)
        return self._figured(step, step.operand)

    def _openness(self, step: Lowered) -> tuple[str, str]:
        return OPEN if not truth_of_plan(step.applies)(self.ctx).is_true else ("", "")

    def _figured(self, step: Lowered, operand: op.Value) -> Line:
        """Return the figure that a step brings, and take it into the line."""
        open_ = self._openness(step)
        node, sign = self._operand(step, operand)
        plain = self._write(node, labels=False).marked(open_)
        text = self._write(node, labels=True).marked(open_).led(sign)
        low = text if step.floor is None else self._write(step.floor, labels=False)
        if step.word == "cap":
            unless = _unless(step)
            lifted = FALSE if unless is None else truth_of_plan(unless)(self.ctx)
            if lifted.is_true:
                return text.marked(LIFTED)
            if not lifted.is_false:
                text, plain = text.marked(OPEN), plain.marked(OPEN)
        if step.word == "clamp":
            text = Line(f"{low.zh} 至 {text.zh}", f"{low.en} to {text.en}")
        self.line = _after(step.word, self.line, plain, low)
        return text

    def _decided(self, node: op.Decided, sign: str) -> Line:
        """Return what an authority has fixed; it stands within the law's ceiling, or is the least of the award."""
        for fact in node.facts:
            if isinstance(self.ctx.things[fact.name].values.get(fact.spec.name), Amount):
                figure = self._write(fact, labels=False)
                if node.exact:
                    self.line = least(figure, self.line)
                else:
                    self.line = Line(f"{figure.zh} 至 {self.line.zh}", f"{figure.en} to {self.line.en}", SUM)
                return self._write(fact, labels=True).led(sign)
        return Line("未确定", "not decided")

    def _operand(self, step: Lowered, operand: op.Value) -> tuple[op.Value, str]:
        """Return the figure that a step brings and its sign; under a bound rate, a guide's rate where one fills it."""
        if step.word == "rate" and step.sign != "×":
            for part in op.walk(step.value):
                if isinstance(part, op.Open) and part.parameter in self.ctx.shared.guides:
                    return op.Least(part, operand, printed=True, type="ratio"), "×"
        return operand, step.sign

    def _write(self, node: op.Value, *, labels: bool) -> Line:
        return write_expression(self.ctx, node, self.row.policy.plan.parameters, labels=labels)


def _after(word: str, line: Line, figure: Line, low: Line) -> Line:
    """Return what a line of arithmetic is after a step with this figure (and a lower one, where it brings two)."""
    match word:
        case "rate" | "share":
            return join("×", [line, figure], PRODUCT)
        case "less":
            return join("−", [line, figure.within(PRODUCT)], SUM)
        case "cap" | "limit":
            return least(line, figure)
        case "minimum":
            return greatest(line, figure)
        case "clamp":
            return least(greatest(line, low), figure)
        case "round":
            return Line(f"取整({line.zh}, {figure.zh})", f"round({line.en}, {figure.en})")
        case "pay_from":
            return line
        case _:
            return figure


def _highest(lines: list[Line], amounts: Sequence[Amount], most: int) -> list[Line]:
    """Return the lines of the items that count; which they are is not known while one of them is open."""
    if not 0 < most < len(lines):
        return lines
    if any(amount.minimum != amount.maximum for amount in amounts):
        marked = (f"，取最高的{most}项", f", the {most} highest")
        return [join("+", lines, SUM).within(PRODUCT).marked(marked)]
    order = sorted(range(len(lines)), key=lambda place: amounts[place].numbers, reverse=True)
    return [lines[place] for place in sorted(order[:most])]


def _place_of(sentence: Sentence) -> Both:
    return write_place(sentence.path, sentence.sentence, "zh"), write_place(sentence.path, sentence.sentence, "en")


def _unless(step: Lowered) -> op.Truth | None:
    """Return the condition under which a cap does not apply, where it has one."""
    node = step.value
    if step.applies != op.ALWAYS and isinstance(node, op.Choose):
        node = node.branches[0][1]
    if isinstance(node, op.Choose) and isinstance(node.branches[0][1], op.Running):
        return node.branches[0][0]
    return None


def _yuan(value: Amount, currency: Currency) -> str | None:
    lo, hi = exact_yuan_text(value.minimum, currency), exact_yuan_text(value.maximum, currency)
    return lo if lo == hi else f"{lo} … {hi if hi is not None else '∞'}"
