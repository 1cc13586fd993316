"""The trace: an award's steps with their figures, and for a refusal each condition that fails with the value read.

Both read the operations of the plan again, in the world of the case as it is, so what is printed is what was computed.
A step is written in Chinese and in English, and carries the arithmetic so far as one line with the numbers in it:

    min((2,800万元 + 200万元) × 10%, 2,000万元)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from subsidy_rules.award.engine import Context, number, read_member, read_number, things_of, truth_of_plan
from subsidy_rules.award.model import UNSAID, Both, Failed, Step
from subsidy_rules.award.required import FLIPPED, OPPOSITE, SIGNS, WHOLE, Requirements
from subsidy_rules.award.rows import Row
from subsidy_rules.award.written import (
    NO,
    UNKNOWN,
    YES,
    listed,
    ordered,
    write_amount,
    write_label,
    write_member,
    write_money,
    write_place,
    write_value,
)
from subsidy_rules.errors import Lang
from subsidy_rules.facts.case import Thing
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import Lowered, Parameter, chain
from subsidy_rules.plan import Gate, Sentence
from subsidy_rules.values.amount import FALSE, Amount, Need, Truth
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Currency, Infinity, exact_text, exact_yuan_text

__all__ = ["Line", "failed_gates", "need_paths", "steps_of", "write_expression", "write_value"]

SUM, PRODUCT, UNIT = 0, 1, 2
"""How tightly a written expression holds together: what is looser is put in brackets."""

UNITS_EN: Final = {
    "分": "fen",
    "角": "0.1 yuan",
    "元": "yuan",
    "百元": "100 yuan",
    "千元": "1,000 yuan",
    "万元": "10,000 yuan",
}
OPEN: Final = ("（是否适用未定）", " (open whether it applies)")
EITHER: Final = ("（满足其一即可）", " (one of several is enough)")
TOGETHER: Final = (
    "（情形{}，同一情形的各项须同时满足，满足其一情形即可）",
    " (case {}: all of one case are needed, and one case is enough)",
)
MAYBE: Final = ("（待定）", " (open)")
LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
KINDS: Final = ("kind", "kinds", "programme")
"""Fields that say what a thing is: one of another kind has no grade or level to compare."""
GRADES: Final = ("level", "grade")
NUMERALS: Final = "一二三四五六七八九十"
BINDING: Final = ("cap", "limit", "minimum", "pay_from", "clamp")
"""Words whose figure may or may not change the amount."""
LIFTED: Final = ("（本案不适用）", " (does not apply here)")


class Line(NamedTuple):
    """An expression in both languages, and how tightly it holds together."""

    zh: str
    en: str
    rank: int = UNIT

    def within(self, rank: int) -> Line:
        """Put it in brackets where it is looser than what stands around it."""
        return self if self.rank >= rank else Line(f"({self.zh})", f"({self.en})")

    def marked(self, mark: tuple[str, str]) -> Line:
        """Add a remark."""
        return Line(self.zh + mark[0], self.en + mark[1], self.rank)

    def led(self, sign: str) -> Line:
        """Put a sign before it."""
        return Line(f"{sign} {self.zh}", f"{sign} {self.en}", self.rank) if sign else self


def nothing(currency: Currency) -> Line:
    """Write zero."""
    return Line(write_money(ZERO, "zh", currency), write_money(ZERO, "en", currency))


def join(sign: str, parts: list[Line], rank: int) -> Line:
    """Join expressions, at least one, by a sign."""
    if len(parts) == 1:
        return parts[0]
    kept = [one.within(rank) for one in parts]
    made = (f" {sign} ".join(one.zh for one in kept), f" {sign} ".join(one.en for one in kept))
    return Line(*made, rank)


def least(a: Line, b: Line) -> Line:
    """Write the lesser of two."""
    return Line(f"min({a.zh}, {b.zh})", f"min({a.en}, {b.en})")


def greatest(a: Line, b: Line) -> Line:
    """Write the greater of two."""
    return Line(f"max({a.zh}, {b.zh})", f"max({a.en}, {b.en})")


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
                del ctx.things[name]
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


def write_expression(ctx: Context, node: op.Value, parameters: Mapping[str, Parameter], *, labels: bool) -> Line:
    """Write where a figure comes from, with the facts' labels (`设备 2,800万元 + 配套软件 200万元`) or without."""
    match node:
        case op.Aggregate("sum", source, alias, where, op.Fact() as value, _):
            return _sum(ctx, source, alias, where, value, labels=labels)
        case op.Fact(_, spec, _):
            figure = _fact(ctx, node)
            if not labels:
                return figure
            return Line(f"{write_label(spec, 'zh')} {figure.zh}", f"{write_label(spec, 'en')} {figure.en}")
        case op.Arithmetic(sign, left, right, _) if left.type != "date":
            rank = PRODUCT if sign in "*/" else SUM
            a = write_expression(ctx, left, parameters, labels=labels).within(rank)
            b = write_expression(ctx, right, parameters, labels=labels).within(rank + (sign in "-/"))
            shown = {"*": "×", "/": "÷"}.get(sign, sign)
            return Line(f"{a.zh} {shown} {b.zh}", f"{a.en} {shown} {b.en}", rank)
        case op.Choose(branches, otherwise, _):
            found = [(truth_of_plan(test)(ctx), value) for test, value in branches]
            live = [(holds, value) for holds, value in found if not holds.is_false]
            if not live or live[0][0].is_true:
                chosen = live[0][1] if live else otherwise
                return write_expression(ctx, chosen, parameters, labels=labels)
            return _figure(ctx, node)
        case op.Open(parameter, _, _, _) if parameter not in ctx.shared.guides:
            document = parameters[parameter].document
            if labels:
                return Line(f"待定（见{document}）", f"open (see {document})")
            return Line("待定", "open")
        case op.Least(left, right) | op.Greatest(left, op.Aggregate() | op.Fact() | op.Arithmetic() as right):
            a, b = (write_expression(ctx, one, parameters, labels=labels) for one in (left, right))
            return least(a, b) if isinstance(node, op.Least) else greatest(a, b)
        case op.Rounded(value, _, mode, _):
            inner = write_expression(ctx, value, parameters, labels=labels)
            zh, en = WHOLE[mode]
            return Line(f"{zh}({inner.zh})", f"{en}({inner.en})")
        case op.Awarded(clause) if labels:
            figure = _figure(ctx, node)
            return Line(f"{clause} {figure.zh}", f"{clause} {figure.en}")
        case _:
            return _figure(ctx, node)


def _figure(ctx: Context, node: op.Value) -> Line:
    return _written(ctx, number(node)(ctx), node.type)


def _both_ways(ctx: Context, amount: Amount, type_: str) -> Both:
    currency = ctx.shared.vocabulary.currency
    return write_amount(amount, type_, "zh", currency), write_amount(amount, type_, "en", currency)


def _written(ctx: Context, amount: Amount, type_: str) -> Line:
    zh, en = _both_ways(ctx, amount, type_)
    return Line(zh, en, SUM if "–" in zh or "≥" in zh else UNIT)


def _fact(ctx: Context, node: op.Fact) -> Line:
    thing = ctx.things[node.name]
    if node.spec.type not in NUMERIC:
        found = read_member(ctx, thing, node.spec)
        value = None if isinstance(found, tuple) else found
        return Line(write_value(value, node.spec, "zh"), write_value(value, node.spec, "en"))
    amount = read_number(ctx, thing, node.spec)
    if isinstance(amount.maximum, Infinity) and node.spec.sort != "applicant":
        return Line("待定", "open")
    return _written(ctx, amount, node.type)


def _sum(ctx: Context, source: op.Source, alias: str, where: op.Truth, value: op.Fact, *, labels: bool) -> Line:
    parts: list[Line] = []
    test = truth_of_plan(where)
    found, need = things_of(ctx, source)
    kept = ctx.things.get(alias)
    for thing, member in found:
        ctx.things[alias] = thing
        holds = member.both(test(ctx))
        if not holds.is_false:
            figure = _fact(ctx, value)
            if labels:
                names = [_name(ctx, thing, lang) for lang in LANGS]
                figure = Line(f"{names[0]} {figure.zh}", f"{names[1]} {figure.en}")
            parts.append(figure if holds.is_true else figure.marked(MAYBE))
        del ctx.things[alias]
    if kept is not None:
        ctx.things[alias] = kept
    if need is not None:
        parts.append(Line(UNKNOWN["zh"], UNKNOWN["en"]))
    return join("+", parts or [nothing(ctx.shared.vocabulary.currency)], SUM)


def _name(ctx: Context, thing: Thing, lang: Lang) -> str:
    spec = ctx.shared.vocabulary.field(thing.entity, "kind")
    kind = thing.values.get("kind")
    if spec is not None and isinstance(kind, str):
        return write_member(spec, kind, lang)
    return thing.id or thing.path


@dataclass(frozen=True, slots=True)
class _Atom:
    """A test that stands in the way: the fact, what was read and required in both languages, and what helps to see why.

    `listing` is what the fact should be one of, where it should.
    """

    path: str
    spec: FieldSpec | None
    read: Both
    required: Both
    listing: frozenset[str] = frozenset()
    label: Both = UNSAID
    detail: Both = UNSAID
    short: Both = UNSAID

    def failed(self, gate: Gate, *, near: bool) -> Failed:
        label = self.label if self.spec is None else _both(self.spec)
        nearest = UNSAID if self.spec is None or not near else _nearest(self.spec, self.read[0], self.listing)
        return Failed(
            gate.role,
            gate.text,
            self.path,
            self.read[0],
            self.required[0],
            self.read[1],
            self.required[1],
            label,
            self.detail,
            self.short,
            nearest,
        )


def _both(spec: FieldSpec) -> Both:
    return write_label(spec, "zh"), write_label(spec, "en")


def failed_gates(row: Row, gates: list[Gate], *, every: bool = False) -> tuple[Failed, ...]:
    """Return the conditions that fail, each test with the value read; with `every` also those that are open."""
    ctx = row.context({}, trace=True)
    made: list[tuple[Gate, _Atom]] = []
    for gate in gates:
        holds = truth_of_plan(gate.truth)(ctx)
        if holds.is_false if not every else not holds.is_true:
            atoms = list(dict.fromkeys(_atoms(ctx, gate.truth, wanted=True))) or _readings(ctx, gate)
            made += [(gate, one) for one in atoms]
    of_another_kind = any(one.spec is not None and one.spec.name in KINDS for _, one in made)
    return tuple(one.failed(gate, near=not of_another_kind) for gate, one in made)


def _readings(ctx: Context, gate: Gate) -> list[_Atom]:
    """Return what stands in the way where no fact does: a reading that was chosen, or the condition as it is."""
    found = [part for part in op.walk(gate.truth) if isinstance(part, op.ReadingIs)]
    made = [_reading(ctx, one) for one in dict.fromkeys(found)]
    return made or [_Atom("", None, UNSAID, (gate.text, gate.text))]


def _reading(ctx: Context, node: op.ReadingIs) -> _Atom:
    chosen = ctx.shared.readings[node.reading]
    return _Atom(f"reading.{node.reading}", None, (chosen, chosen), (node.option, node.option))


def _atoms(ctx: Context, node: op.Truth, *, wanted: bool) -> Iterator[_Atom]:
    """Return the tests inside a condition that stand in the way of what is wanted."""
    holds = truth_of_plan(node)(ctx)
    if (wanted and holds.is_true) or (not wanted and holds.is_false):
        return
    match node:
        case op.All(truths) | op.AnyOf(truths):
            if isinstance(node, op.AnyOf) == wanted:
                live = [one for one in truths if not _is_dead(ctx, one, wanted=wanted)]
                found = [list(_atoms(ctx, one, wanted=wanted)) for one in live]
                yield from _alternatives([atoms for atoms in found if atoms])
            else:
                against = [one for one in truths if _fails(truth_of_plan(one)(ctx), wanted=wanted)]
                for one in against if against and _fails(holds, wanted=wanted) else truths:
                    yield from _atoms(ctx, one, wanted=wanted)
        case op.Not(inner):
            yield from _atoms(ctx, inner, wanted=not wanted)
        case op.IfTruth(condition, then, otherwise):
            chosen = then if truth_of_plan(condition)(ctx).is_true else otherwise
            inside = list(_atoms(ctx, chosen, wanted=wanted))
            yield from inside or _atoms(ctx, condition, wanted=not wanted)
        case op.Holds(fact):
            answer = YES if wanted else NO
            yield _atom(ctx, fact, (answer["zh"], answer["en"]))
        case op.In(fact, listing, every):
            members = listing.members if wanted and not every and not listing.open else frozenset[str]()
            required = _membership(fact.spec, listing, every=every, wanted=wanted)
            yield replace(_atom(ctx, fact, required), listing=members)
        case op.Same(op.Fact() as left, right):
            other = right.text if isinstance(right, op.Words) else right.name
            sign = ("同于", "the same as") if wanted else ("不同于", "other than")
            yield _atom(ctx, left, (f"{sign[0]} {other}", f"{sign[1]} {other}"))
        case op.Within(facts, codes, zones):
            given = next((f for f in facts if f.spec.name in ctx.things[f.name].values), facts[-1])
            places = [*codes, *sorted(zones)]
            sign = ("在：", "in: ") if wanted else ("不在：", "outside: ")
            yield _atom(ctx, given, (sign[0] + listed(places, "zh"), sign[1] + listed(places, "en")))
        case op.Compare(sign_, left, right):
            yield _comparison(ctx, sign_, left, right, wanted=wanted)
        case op.Exists():
            yield _existence(ctx, node, wanted=wanted)
        case _:
            return


def _existence(ctx: Context, node: op.Exists, *, wanted: bool) -> _Atom:
    """Return the test that a list has, or has not, a thing of some kind: what it would be, or which it is."""
    source, alias = node.source, node.alias
    owner = ctx.things[source.owner].path if source.owner else ""
    items, need = things_of(ctx, source)
    required = ("至少一项符合", "at least one that fits") if wanted else ("没有符合的", "none that fits")
    words = requirements_of(ctx)
    inside = frozenset({alias})
    detail = (words.say(node.where, "zh", inside=inside), words.say(node.where, "en", inside=inside))
    kept = ctx.things.get(alias)
    test = truth_of_plan(node.where)
    fitting: list[str] = []
    close: list[Both] = []
    for thing, member in items:
        ctx.things[alias] = thing
        name = thing.id or thing.path
        if not wanted and not member.both(test(ctx)).is_false:
            fitting.append(name)
        atoms = list(_atoms(ctx, node.where, wanted=True)) if wanted else []
        if len(atoms) == 1 and atoms[0].spec is not None and atoms[0].spec.name not in KINDS:
            label = _both(atoms[0].spec)
            close.append(
                (f"{name} 的{label[0]}为“{atoms[0].read[0]}”", f"{label[1]} of {name} is “{atoms[0].read[1]}”")
            )
        del ctx.things[alias]
    if kept is not None:
        ctx.things[alias] = kept
    path = f"{owner}.{source.name}".strip(".")
    read = (f"{len(items)}项", str(len(items))) if items or need is None else (UNKNOWN["zh"], UNKNOWN["en"])
    short = UNSAID
    if fitting:
        short = (f"符合的有 {listed(fitting, 'zh')}", f"these fit: {listed(fitting, 'en')}")
    elif close:
        zh, en = (listed([one[place] for one in close], lang) for place, lang in enumerate(LANGS))
        short = (f"最接近的：{zh}", f"nearest: {en}")
    labels = (words.list_label(source, "zh"), words.list_label(source, "en"))
    return _Atom(path, None, read, required, label=labels, detail=detail, short=short)


def fitting(ctx: Context, node: op.Exists) -> tuple[str, ...]:
    """Return the things of a list that fit what is asked of one; none where that hangs on a thing not bound here."""
    read = {part.name for part in op.walk(node) if isinstance(part, op.Fact | op.Bound)} - {node.alias}
    if not read <= ctx.things.keys() or (node.source.owner and node.source.owner not in ctx.things):
        return ()
    test, kept, made = truth_of_plan(node.where), ctx.things.get(node.alias), []
    for thing, member in things_of(ctx, node.source)[0]:
        ctx.things[node.alias] = thing
        if member.both(test(ctx)).is_true:
            made.append(thing.id or thing.path)
        del ctx.things[node.alias]
    if kept is not None:
        ctx.things[node.alias] = kept
    return tuple(made)


def requirements_of(ctx: Context) -> Requirements:
    """Return what says the conditions of a context in words."""
    clause = ctx.clause.partition("/")[2]
    return Requirements(ctx.shared.vocabulary, ctx.constants, ctx.shared.readings, clause)


def _fails(holds: Truth, *, wanted: bool) -> bool:
    return holds.is_false if wanted else holds.is_true


def _is_dead(ctx: Context, node: op.Truth, *, wanted: bool) -> bool:
    """Whether no fact could make this alternative hold, because a reading that was chosen stands against it."""
    match node:
        case op.ReadingIs():
            return _fails(truth_of_plan(node)(ctx), wanted=wanted)
        case op.Not(inner):
            return _is_dead(ctx, inner, wanted=not wanted)
        case op.All(truths) | op.AnyOf(truths):
            some = isinstance(node, op.All) == wanted
            return (any if some else all)(_is_dead(ctx, one, wanted=wanted) for one in truths)
        case _:
            return False


def _alternatives(found: list[list[_Atom]]) -> Iterator[_Atom]:
    """Return the tests of which any one would do: on one fact as one, else each with a remark that it is not alone."""
    atoms = list(dict.fromkeys(atom for one in found for atom in one))
    if len(found) < 2:  # noqa: PLR2004 - one is no alternative
        yield from atoms
        return
    first = atoms[0]
    if all((one.path, one.read) == (first.path, first.read) for one in atoms):
        if first.spec is not None and all(one.listing for one in atoms):
            union = frozenset[str]().union(*(one.listing for one in atoms))
            yield replace(first, required=_membership(first.spec, op.Listing(union), wanted=True), listing=union)
            return
        zh, en = "，或 ".join(one.required[0] for one in atoms), ", or ".join(one.required[1] for one in atoms)
        yield replace(first, required=(zh, en), short=UNSAID)
        return
    if all(len(one) == 1 for one in found):
        for one in atoms:
            yield replace(one, required=(one.required[0] + EITHER[0], one.required[1] + EITHER[1]))
        return
    for place, group in enumerate(found, 1):
        for one in group:
            zh, en = (text.format(place) for text in TOGETHER)
            yield replace(one, required=(one.required[0] + zh, one.required[1] + en))


def _membership(spec: FieldSpec, listing: op.Listing, *, every: bool = False, wanted: bool) -> Both:
    names = ordered(spec, listing.members)
    zh = listed([write_member(spec, name, "zh") for name in names], "zh") + ("等" if listing.open else "")
    en = listed([write_member(spec, name, "en") for name in names], "en") + (" or the like" if listing.open else "")
    if every:
        sign = ("包含全部：", "all of: ") if wanted else ("不全包含：", "not all of: ")
    else:
        sign = ("属于：", "one of: ") if wanted else ("不属于：", "none of: ")
    return sign[0] + zh, sign[1] + en


def _atom(ctx: Context, fact: op.Fact, required: Both) -> _Atom:
    thing = ctx.things[fact.name]
    value, path = thing.values.get(fact.spec.name), thing.fact_path(fact.spec.name)
    spec = ctx.shared.vocabulary.field(thing.entity, fact.spec.name) or fact.spec
    currency = ctx.shared.vocabulary.currency
    read = write_value(value, spec, "zh", currency), write_value(value, spec, "en", currency)
    return _Atom(path, spec, read, required)


def _nearest(spec: FieldSpec, read: str, listing: frozenset[str]) -> Both:
    """Return the listed grade or level nearest to one that is not listed: of the same scale, both where two are."""
    own = _rung(spec, read)
    rungs = {name: _rung(spec, name) for name in ordered(spec, listing)}
    far = {name: abs(place - own[1]) for name, (scale, place) in rungs.items() if scale == own[0]}
    if spec.name not in GRADES or read not in spec.members or not far:
        return UNSAID
    names = [name for name, steps in far.items() if steps == min(far.values())]
    zh, en = ([write_member(spec, name, lang) for name in names] for lang in LANGS)
    return listed(zh, "zh"), listed(en, "en")


def _rung(spec: FieldSpec, name: str) -> tuple[str, int]:
    """Return the scale that a grade is of and its place on it: repeated letters, numbered, else in declared order."""
    if name == name[:1] * len(name) and name.isascii():
        return name[:1], len(name)
    if name[0] in NUMERALS:
        return f"1{name[1:]}", NUMERALS.index(name[0])
    return name[-1:], list(spec.members).index(name) if name in spec.members else 0


def _comparison(ctx: Context, sign: str, left: op.Value, right: op.Value, *, wanted: bool) -> _Atom:
    shown = SIGNS[sign] if wanted else OPPOSITE[SIGNS[sign]]
    subject, other = left, right
    if isinstance(left, op.Constant) and not isinstance(right, op.Constant):
        subject, other, shown = right, left, FLIPPED.get(shown, shown)
    amount, bound = number(subject)(ctx), number(other)(ctx)
    read = _both_ways(ctx, amount, subject.type)
    words = requirements_of(ctx)
    spec, label = None, UNSAID
    if isinstance(subject, op.Fact):
        thing, spec = ctx.things[subject.name], subject.spec
        path = thing.fact_path(spec.name)
        if spec.name not in thing.values and not amount.decided:
            read = (UNKNOWN["zh"], UNKNOWN["en"])
    else:
        path = " ".join(sorted(fact_paths(ctx, subject)))
        label = (words.say_value(subject, "zh"), words.say_value(subject, "en"))
    figure = _both_ways(ctx, bound, other.type)
    required = (f"{shown} {figure[0]}", f"{shown} {figure[1]}")
    said = (words.say_value(other, "zh"), words.say_value(other, "en"))
    detail = UNSAID if said == figure else said
    return _Atom(path, spec, read, required, label=label, detail=detail, short=_short(ctx, amount, bound, subject.type))


def _short(ctx: Context, amount: Amount, bound: Amount, type_: str) -> Both:
    """Say by how much a figure misses its bound."""
    a, b = amount.minimum, bound.minimum
    if not (amount.decided and bound.decided) or isinstance(a, Infinity) or isinstance(b, Infinity):
        return UNSAID
    gap = abs(a - b)
    if type_ == "date":
        if a < 1:
            return UNSAID
        days = int(gap)
        if not days:
            return "恰为当日", "it is that very day"
        late = a > b
        return f"{'晚' if late else '早'} {days}天", f"{days} day{'s' * (days > 1)} too {'late' if late else 'early'}"
    if not gap:
        return "恰好等于", "it is exactly that"
    if type_ == "ratio":
        points = exact_text(gap * 100)
        zh, en = (f"{points}个百分点", f"{points} percentage points")
    else:
        zh, en = _both_ways(ctx, Amount.exact(gap), type_)
    return (f"差 {zh}", f"short by {en}") if a < b else (f"超出 {zh}", f"over by {en}")


def fact_paths(ctx: Context, node: op.Node) -> set[str]:
    """Return the paths of the facts that an operation reads directly."""
    found = set()
    for part in op.walk(node):
        if isinstance(part, op.Fact) and part.name in ctx.things:
            found.add(ctx.things[part.name].fact_path(part.spec.name))
        elif isinstance(part, op.Aggregate):
            found.add(part.source.name)
    return found


def need_paths(needs: tuple[Need, ...]) -> tuple[str, ...]:
    """Write unknown facts as paths of the case, each once."""
    made: dict[str, None] = {}
    for need in needs:
        if need[0] == "reading":
            made[f"reading.{need[1]}"] = None
        elif need[0] == "same":
            made.update({f"{path}.recognised_on": None for path in need[1:]})
        else:
            made[f"{need[0]}.{need[1]}" if need[0] else need[1]] = None
    return tuple(made)
