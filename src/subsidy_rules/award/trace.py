"""The trace: an award's steps with their figures, and for a refusal each condition that fails with the value read.

Both read the operations of the plan again, in the world of the case as it is, so what is printed is what was computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from subsidy_rules.award.engine import Context, number, read_member, read_number, things_of, truth
from subsidy_rules.award.model import Failed, Step
from subsidy_rules.award.rows import Row
from subsidy_rules.facts.case import Members, Other, Ref, Thing, Value
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Lowered
from subsidy_rules.plan import Gate
from subsidy_rules.values.amount import Amount, Need
from subsidy_rules.values.quantity import Infinity, Number, exact_text, exact_yuan_text, format_date, format_money, format_ratio


def write_number(value: Number, type_: str) -> str:
    """Write a number of a type for people."""
    if type_ == "money":
        return format_money(value)
    if isinstance(value, Infinity):
        return "∞"
    return {"ratio": format_ratio, "date": format_date}.get(type_, exact_text)(value)


def write_amount(amount: Amount, type_: str) -> str:
    """Write an amount of a type for people: one figure, or `least–greatest`."""
    lo, hi = write_number(amount.minimum, type_), write_number(amount.maximum, type_)
    return lo if lo == hi else f"{lo}–{hi}"


def write_value(value: Value | None, spec: FieldSpec) -> str:
    """Write a fact's value for people; `未知` where it is not given."""
    if value is None:
        return "未知"
    if isinstance(value, Amount):
        return write_amount(value, spec.type)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Members):
        names = [_label(spec, name) for name in sorted(value.names)]
        return "、".join([*names, *value.other]) or "无"
    if isinstance(value, Other):
        return f"其他：{value.text}"
    if isinstance(value, Ref):
        return value.id
    return _label(spec, value)


def _label(spec: FieldSpec, name: str) -> str:
    member = spec.members.get(name)
    return name if member is None or not member.zh else member.zh


def steps_of(row: Row) -> tuple[Step, ...]:
    """Return the steps of a row's award in the case as it is."""
    ctx = row.context({}, trace=True)
    made = list(_steps(ctx, [step for step, _ in row.clause.steps], row, ""))
    plan = row.policy.plan
    rounded = ctx.running.rounded(plan.unit, plan.mode)
    if rounded.numbers != ctx.running.numbers:
        unit = plan.file.policy.rounding.unit
        made.append(Step("round", f"取整到{unit}", _yuan(rounded), "", ()))
    return tuple(made)


def _steps(ctx: Context, steps: list[Lowered], row: Row, item: str) -> Iterator[Step]:
    for place, step in enumerate(steps):
        if truth(step.applies)(ctx).is_false:
            continue
        before, ctx.reads = ctx.running, {}
        operand = None if step.operand is None else number(step.operand)(ctx)
        value = number(step.value)(ctx).clamped()
        facts = tuple(ctx.reads)
        inner: list[Step] = []
        if step.items is not None:
            inner = list(_items(ctx, step, row))
        text = _text(ctx, step, operand, inner)
        binding = value.numbers != before.numbers if step.word in ("cap", "limit") else None
        quote = step.quote
        if not item:
            for one in row.clause.plan.replacements:
                if one.step == place and not truth(one.truth)(ctx).is_false:
                    quote = one.sentence.quote
        yield from inner
        yield Step(step.word, f"{item}{text}", _yuan(value), quote, facts, binding, _formula(step, operand))
        ctx.running = value


def _items(ctx: Context, step: Lowered, row: Row) -> Iterator[Step]:
    if step.items is None:
        return
    source, name, where = step.items
    test = truth(where)
    kept = ctx.running
    for thing, _ in things_of(ctx, source)[0]:
        ctx.things[name] = thing
        if not test(ctx).is_false:
            yield from _steps(ctx, list(step.inner), row, f"{thing.id or thing.path}：")
        del ctx.things[name]
    ctx.running = kept


def _yuan(value: Amount) -> str | None:
    lo, hi = exact_yuan_text(value.minimum), exact_yuan_text(value.maximum)
    return lo if lo == hi else f"{lo} … {hi if hi is not None else '∞'}"


def _text(ctx: Context, step: Lowered, operand: Amount | None, inner: list[Step]) -> str:
    if step.items is not None:
        return f"{len([one for one in inner if one.word == step.inner[-1].word])}项合计"
    if operand is None or step.operand is None:
        return step.word
    described = describe(ctx, step.operand) if step.word in ("basis", "interest", "limit", "lump_sum", "case_by_case") else ""
    figure = described or write_amount(operand, step.operand.type)
    return f"{step.sign} {figure}".strip()


def _formula(step: Lowered, operand: Amount | None) -> str:
    if operand is None or step.operand is None:
        return ""
    return f"{step.sign} {write_amount(operand, step.operand.type)}".strip()


def describe(ctx: Context, node: op.Value) -> str:
    """Write where a figure comes from: the facts with their labels (`设备 2,800万元 + 配套软件 200万元`)."""
    match node:
        case op.Aggregate("sum", source, alias, where, value, _) if isinstance(value, op.Fact):
            parts = []
            test = truth(where)
            for thing, member in things_of(ctx, source)[0]:
                kept = ctx.things.get(alias)
                ctx.things[alias] = thing
                holds = member.both(test(ctx))
                if not holds.is_false:
                    amount = write_amount(read_number(ctx, thing, value.spec), value.spec.type)
                    parts.append(f"{_name(ctx, thing)} {amount}" + ("" if holds.is_true else "（待定）"))
                ctx.things.pop(alias)
                if kept is not None:
                    ctx.things[alias] = kept
            return " + ".join(parts)
        case op.Fact(name, spec, _):
            return f"{spec.zh or spec.name} {write_amount(number(node)(ctx), spec.type)}" if name else ""
        case op.Arithmetic(sign, left, right, _):
            shown = {"*": "×", "/": "÷"}.get(sign, sign)
            return f"{describe(ctx, left)} {shown} {describe(ctx, right)}"
        case op.Choose(branches, otherwise, _):
            chosen = next((value for test, value in branches if truth(test)(ctx).is_true), otherwise)
            return describe(ctx, chosen)
        case op.Open():
            return "" if ctx.shared.guides.get(node.parameter) else f"待定：{node.parameter}"
        case _ if node.type in NUMERIC:
            return write_amount(number(node)(ctx), node.type)
        case _:
            return _member(ctx, node) if isinstance(node, op.Fact) else ""


def _member(ctx: Context, node: op.Fact) -> str:
    found = read_member(ctx, ctx.things[node.name], node.spec)
    return found if isinstance(found, str) else "未知"


def _name(ctx: Context, thing: Thing) -> str:
    spec = ctx.shared.vocabulary.field(thing.entity, "kind")
    kind = thing.values.get("kind")
    if spec is not None and isinstance(kind, str):
        return _label(spec, kind)
    return thing.id or thing.path


@dataclass(frozen=True, slots=True)
class _Atom:
    fact: str
    read: str
    required: str


def failed_gates(row: Row, gates: list[Gate], *, every: bool = False) -> tuple[Failed, ...]:
    """Return the conditions that fail, each test with the value read; with `every` also those that are open."""
    ctx = row.context({}, trace=True)
    made: list[Failed] = []
    for gate in gates:
        holds = truth(gate.truth)(ctx)
        if holds.is_false if not every else not holds.is_true:
            atoms = list(dict.fromkeys(_atoms(ctx, gate.truth, wanted=True))) or [_Atom("", "", gate.text)]
            made += [Failed(gate.role, gate.text, atom.fact, atom.read, atom.required) for atom in atoms]
    return tuple(made)


def _atoms(ctx: Context, node: op.Truth, *, wanted: bool) -> Iterator[_Atom]:
    """Return the tests inside a condition that stand in the way of what is wanted."""
    holds = truth(node)(ctx)
    if (wanted and holds.is_true) or (not wanted and holds.is_false):
        return
    sign = "" if wanted else "不"
    match node:
        case op.All(truths) | op.AnyOf(truths):
            for one in truths:
                yield from _atoms(ctx, one, wanted=wanted)
        case op.Not(inner):
            yield from _atoms(ctx, inner, wanted=not wanted)
        case op.IfTruth(condition, then, otherwise):
            chosen = then if truth(condition)(ctx).is_true else otherwise
            found = list(_atoms(ctx, chosen, wanted=wanted))
            yield from found or _atoms(ctx, condition, wanted=not wanted)
        case op.Holds(fact):
            yield _atom(ctx, fact, f"{sign}为是" if sign else "是")
        case op.In(fact, listing, _):
            names = "、".join(_label(fact.spec, name) for name in sorted(listing.members))
            yield _atom(ctx, fact, f"{sign}属于：{names[:200]}")
        case op.Same(left, right):
            if isinstance(left, op.Fact):
                other = right.text if isinstance(right, op.Words) else right.name
                yield _atom(ctx, left, f"{sign}同于 {other}")
        case op.Within(facts, codes, zones):
            given = next((f for f in facts if f.spec.name in ctx.things[f.name].values), facts[-1])
            yield _atom(ctx, given, f"{sign}在：{'、'.join([*codes, *sorted(zones)])}")
        case op.Compare(sign_, left, right):
            yield _comparison(ctx, sign_, left, right, wanted=wanted)
        case op.Exists(source, _, _):
            owner = ctx.things[source.owner].path if source.owner else ""
            items, _ = things_of(ctx, source)
            required = "至少一项符合" if wanted else "没有符合的"
            yield _Atom(f"{owner}.{source.name}".strip("."), f"{len(items)}项", required)
        case _:
            return


def _atom(ctx: Context, fact: op.Fact, required: str) -> _Atom:
    thing = ctx.things[fact.name]
    return _Atom(thing.fact_path(fact.spec.name), write_value(thing.values.get(fact.spec.name), fact.spec), required)


def _comparison(ctx: Context, sign: str, left: op.Value, right: op.Value, *, wanted: bool) -> _Atom:
    shown = {">=": "≥", ">": ">", "==": "="}[sign]
    opposite = {">=": "<", ">": "≤", "==": "≠"}[sign]
    flipped = {"≥": "≤", ">": "<", "<": ">", "≤": "≥"}
    words = shown if wanted else opposite
    subject, other = left, right
    if isinstance(left, op.Constant) and not isinstance(right, op.Constant):
        subject, other, words = right, left, flipped.get(words, words)
    read = write_amount(number(subject)(ctx), subject.type)
    if isinstance(subject, op.Fact):
        thing = ctx.things[subject.name]
        path = thing.fact_path(subject.spec.name)
        if subject.spec.name not in thing.values and not number(subject)(ctx).decided:
            read = "未知"
    else:
        path = " ".join(sorted(fact_paths(ctx, subject)))
    return _Atom(path, read, f"{words} {write_amount(number(other)(ctx), other.type)}")


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
