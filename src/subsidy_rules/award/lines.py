"""Lines of arithmetic: an expression of the plan with the numbers in it, in Chinese and in English.

Such as `min((2,800万元 + 200万元) × 10%, 2,000万元)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from subsidy_rules.award.engine import Context, number, read_member, read_number, things_of, truth_of_plan
from subsidy_rules.award.model import Both
from subsidy_rules.award.required import WHOLE
from subsidy_rules.award.written import (
    UNKNOWN,
    write_amount,
    write_label,
    write_member,
    write_money,
    write_value,
)
from subsidy_rules.errors import Lang
from subsidy_rules.facts.case import Thing
from subsidy_rules.facts.vocabulary import NUMERIC
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import Parameter
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import ZERO, Currency, Infinity

SUM, PRODUCT, UNIT = 0, 1, 2
"""How tightly a written expression holds together: what is looser is put in brackets."""
MAYBE: Final = ("（待定）", " (open)")
LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")


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


def both_ways(ctx: Context, amount: Amount, type_: str) -> Both:
    """Write an amount of a type in Chinese and in English."""
    currency = ctx.shared.vocabulary.currency
    return write_amount(amount, type_, "zh", currency), write_amount(amount, type_, "en", currency)


def _written(ctx: Context, amount: Amount, type_: str) -> Line:
    zh, en = both_ways(ctx, amount, type_)
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
