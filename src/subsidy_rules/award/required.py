"""What a condition requires, in words: the operations of a plan said as a sentence in Chinese or in English.

A condition is first read under the readings that were chosen, so that what they settle is not said:

    级别为 国家级、市级 之一，且认定日期早于本称号的认定日期
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from subsidy_rules.award.written import listed, write_amount, write_label, write_members
from subsidy_rules.errors import Lang
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values.amount import DOWN, HALF_UP, UP, Amount
from subsidy_rules.values.classes import dataclass

NEVER: Final = op.AnyOf(())
SIGNS: Final = {">=": "≥", ">": ">", "==": "="}
OPPOSITE: Final = {"≥": "<", ">": "≤", "=": "≠"}
FLIPPED: Final = {"≥": "≤", ">": "<", "<": ">", "≤": "≥"}
BEST: Final = {
    ("max", "date"): ("最晚的", "latest "),
    ("min", "date"): ("最早的", "earliest "),
    ("max", ""): ("最大的", "greatest "),
    ("min", ""): ("最小的", "least "),
}
SPANS: Final = {
    (1, False): ("整月数", "whole months"),
    (1, True): ("月数（不足一月按一月）", "begun months"),
    (12, False): ("整年数", "whole years"),
    (12, True): ("年数（不足一年按一年）", "begun years"),
}
"""How a number of months or years between two dates is called, whole ones and begun ones."""
WHOLE: Final = {DOWN: ("整数部分", "whole"), UP: ("进一", "begun"), HALF_UP: ("取整", "round")}
DATE_SIGNS: Final = {
    "≥": ("不早于", "not before"),
    ">": ("晚于", "after"),
    "<": ("早于", "before"),
    "≤": ("不晚于", "not after"),
    "=": ("同于", "on"),
    "≠": ("不同于", "not on"),
}
THIS: Final = {
    "project": ("本项目", "this project"),
    "title": ("本称号", "this title"),
    "grant": ("本笔资金", "this grant"),
    "service": ("本项服务", "this service"),
    "certificate": ("本证书", "this certificate"),
    "product": ("本产品", "this product"),
    "cost": ("本项费用", "this cost"),
    "loan": ("本笔贷款", "this loan"),
    "procurement": ("本采购项目", "this procurement"),
}
THESE: Final = ("本项", "this one")


@dataclass(frozen=True, slots=True)
class Requirements:
    """Says the conditions of one clause, with its policy's constants and the readings that were chosen."""

    vocabulary: Vocabulary
    constants: Sequence[Amount]
    chosen: Mapping[str, str]
    clause: str = ""

    def settled(self, node: op.Truth) -> op.Truth:
        """Return a condition as the chosen readings leave it."""
        match node:
            case op.ReadingIs(reading, option):
                return op.ALWAYS if self._option(reading) == option else NEVER
            case op.LawOpen():
                return op.ALWAYS
            case op.Not(inner):
                kept = self.settled(inner)
                return NEVER if kept == op.ALWAYS else op.ALWAYS if kept == NEVER else op.Not(kept)
            case op.All(truths):
                parts = [part for one in truths for part in _parts(self.settled(one), op.All)]
                return NEVER if NEVER in parts else _one(op.All(tuple(parts)))
            case op.AnyOf(truths):
                parts = [part for one in truths for part in _parts(self.settled(one), op.AnyOf)]
                return op.ALWAYS if op.ALWAYS in parts else _one(op.AnyOf(tuple(_merged(parts))))
            case op.IfTruth(condition, then, otherwise):
                test = self.settled(condition)
                yes, no = self.settled(then), self.settled(otherwise)
                return yes if test == op.ALWAYS or yes == no else no if test == NEVER else op.IfTruth(test, yes, no)
            case _:
                return node

    def _option(self, reading: str) -> str | None:
        policy, _, name = reading.partition("/")
        return self.chosen.get(f"{policy}/{self.clause}/{name}") or self.chosen.get(reading)

    def say(self, node: op.Truth, lang: Lang, *, inside: frozenset[str] = frozenset()) -> str:
        """Return what a condition requires; nothing where the readings settle it. `inside` are a list's own names."""
        return self._truth(self.settled(node), lang, inside, wanted=True)

    def say_value(self, node: op.Value, lang: Lang) -> str:
        """Return what a figure is."""
        return self._value(node, lang, frozenset())

    def _truth(self, node: op.Truth, lang: Lang, inside: frozenset[str], *, wanted: bool) -> str:
        zh = lang == "zh"
        match node:
            case op.All(truths) | op.AnyOf(truths):
                joint = isinstance(node, op.All) == wanted
                said = [(one, self._truth(one, lang, inside, wanted=wanted)) for one in truths]
                parts = [_within(one, text, lang) for one, text in said if text]
                sign = ("，且" if joint else "，或") if zh else ("; and " if joint else "; or ")
                return sign.join(parts)
            case op.Not(inner):
                return self._truth(inner, lang, inside, wanted=not wanted)
            case op.Given(fact) | op.Holds(fact):
                is_given = isinstance(node, op.Given)
                return _answer(self._label(fact, lang, inside), lang, is_given=is_given, wanted=wanted)
            case op.In(fact, listing, every):
                return self._membership(fact, listing, lang, inside, every=every, wanted=wanted)
            case op.Same(left, right):
                return self._same(left, right, lang, inside, wanted=wanted)
            case op.Within(facts, codes, zones):
                places = listed([*codes, *sorted(zones)], lang)
                label = self._label(facts[0], lang, inside)
                if zh:
                    return f"{label}在 {places} 之{'内' if wanted else '外'}"
                return f"{label} {'in' if wanted else 'outside'} {places}"
            case op.Compare(sign, left, right):
                return self._comparison(SIGNS[sign], left, right, lang, inside, wanted=wanted)
            case op.Exists(source, alias, where):
                return self._existence(source, alias, where, lang, inside, wanted=wanted)
            case op.IfTruth(condition, then, otherwise):
                test = self._truth(condition, lang, inside, wanted=True)
                yes, no = (self._truth(one, lang, inside, wanted=wanted) for one in (then, otherwise))
                if not no:
                    return f"{test}时，{yes}" if zh else f"if {test}: {yes}"
                return f"{test}时，{yes}，否则{no}" if zh else f"if {test}: {yes}, else {no}"
            case _:  # a reading, or what the law leaves open: no requirement of a fact
                return ""

    def _label(self, fact: op.Fact, lang: Lang, inside: frozenset[str]) -> str:
        """Return a fact's label; inside a list, a fact of the thing outside says whose it is."""
        zh = lang == "zh"
        label = ("所属名单" if zh else "list of the title") if fact.of_kind else write_label(self._spec(fact), lang)
        if not inside or fact.name in inside or fact.name in ("enterprise", "case"):
            return label
        whose = self._this(fact.spec.entity)
        return f"{whose[0]}的{label}" if zh else f"{label} of {whose[1]}"

    def _this(self, entity: str) -> tuple[str, str]:
        """Return what the thing that a clause is about is called; one that a policy declares by its labels."""
        own = self.vocabulary.list_of(entity)
        return (f"本{own.zh}", f"this {own.en}") if own is not None and own.en else THIS.get(entity, THESE)

    def _spec(self, fact: op.Fact) -> FieldSpec:
        return self.vocabulary.field(fact.spec.entity, fact.spec.name) or fact.spec

    def _membership(
        self, fact: op.Fact, listing: op.Listing, lang: Lang, inside: frozenset[str], *, every: bool, wanted: bool
    ) -> str:
        zh = lang == "zh"
        label, spec = self._label(fact, lang, inside), self._spec(fact)
        several = len(listing.members) > 1
        names = write_members(spec, listing.members, lang)
        if zh:
            names += " 等" if listing.open else " 之一" if several and not every and wanted else ""
            sign = ("包括" if wanted else "不包括") if spec.type == "set" else ("为" if wanted else "不是")
            return f"{label}{sign}{'全部 ' if every and several else ' '}{names}"
        names += " or the like" if listing.open else ""
        sign = ("has" if wanted else "has not") if spec.type == "set" else ("is" if wanted else "is not")
        amid = (" all of" if every else " one of" if wanted else " any of") if several else ""
        return f"{label} {sign}{amid} {names}"

    def _same(
        self,
        left: op.Fact | op.Bound,
        right: op.Fact | op.Bound | op.Words,
        lang: Lang,
        inside: frozenset[str],
        *,
        wanted: bool,
    ) -> str:
        zh = lang == "zh"
        a, b = (self._side(one, lang, inside) for one in (left, right))
        if isinstance(right, op.Fact):
            if zh:
                return f"{a}与{b}{'相同' if wanted else '不同'}"
            return f"{a} {'the same as' if wanted else 'other than'} {b}"
        return f"{a}{'为' if wanted else '不是'}{b}" if zh else f"{a} {'is' if wanted else 'is not'} {b}"

    def _side(self, node: op.Fact | op.Bound | op.Words, lang: Lang, inside: frozenset[str]) -> str:
        if isinstance(node, op.Words):
            return f"“{node.text}”"
        if isinstance(node, op.Bound):
            return self._this(node.entity)[lang == "en"]
        return self._label(node, lang, inside)

    def _comparison(
        self, sign: str, left: op.Value, right: op.Value, lang: Lang, inside: frozenset[str], *, wanted: bool
    ) -> str:
        shown = sign if wanted else OPPOSITE[sign]
        if isinstance(left, op.Constant) or (_names(right) & inside and not _names(left) & inside):
            left, right, shown = right, left, FLIPPED.get(shown, shown)
        if left.type == "date":
            when = DATE_SIGNS[shown][lang == "en"]
            a, b = self._value(left, lang, inside), self._value(right, lang, inside)
            return f"{a}{when}{' ' if b[:1].isascii() else ''}{b}" if lang == "zh" else f"{a} {when} {b}"
        return f"{self._value(left, lang, inside)} {shown} {self._value(right, lang, inside)}"

    def _existence(
        self, source: op.Source, alias: str, where: op.Truth, lang: Lang, inside: frozenset[str], *, wanted: bool
    ) -> str:
        zh = lang == "zh"
        things = self.list_label(source, lang)
        said = self._truth(self.settled(where), lang, inside | {alias}, wanted=True)
        if not said:
            return f"{'有' if wanted else '没有'}{things}" if zh else f"{'some' if wanted else 'no'} {things}"
        if zh:
            return f"{things}中{'至少有一项' if wanted else '没有一项'}符合（{said}）"
        return f"{'at least one' if wanted else 'none'} of the {things} fits ({said})"

    def list_label(self, source: op.Source, lang: Lang) -> str:
        """Return the label of a list."""
        if lang == "en":
            return source.name.replace("_", " ")
        lists = (spec for owned in self.vocabulary.lists.values() for spec in owned.values())
        return next((spec.zh for spec in lists if spec.name == source.name), source.name)

    def _value(self, node: op.Value, lang: Lang, inside: frozenset[str]) -> str:
        match node:
            case op.Constant(index, type_):
                return write_amount(self.constants[index], type_, lang, self.vocabulary.currency)
            case op.Fact():
                return self._label(node, lang, inside)
            case op.Arithmetic(sign, left, right, _):
                shown = {"*": "×", "/": "÷"}.get(sign, sign)
                a, b = (self._value(one, lang, inside) for one in (left, right))
                if sign in "*/":  # a sum, or a difference, is multiplied as a whole
                    a = f"({a})" if _is_sum(left) else a
                if sign != "+" and (_is_sum(right) or (sign == "/" and isinstance(right, op.Arithmetic))):
                    b = f"({b})"
                return f"{a} {shown} {b}"
            case op.Aggregate():
                return self._aggregate(node, lang, inside)
            case op.Least(left, right) | op.Greatest(left, right):
                pick = "min" if isinstance(node, op.Least) else "max"
                return f"{pick}({self._value(left, lang, inside)}, {self._value(right, lang, inside)})"
            case op.Rounded(value, _, mode, _):
                return f"{WHOLE[mode][lang == 'en']}({self._value(value, lang, inside)})"
            case op.Calendar(day, months, _):
                return self._calendar(day, months, lang, inside)
            case op.Elapsed(first, last, months, begun, _):
                a, b = (self._value(one, lang, inside) for one in (first, last))
                said = SPANS[months, begun]
                return f"{a}至{b}的{said[0]}" if lang == "zh" else f"{said[1]} from {a} to {b}"
            case op.Awarded(clause):
                return f"{clause}的奖补" if lang == "zh" else f"award of {clause}"
            case op.Choose(branches, otherwise, _):
                settled = [(self.settled(test), value) for test, value in branches]
                live = [(test, value) for test, value in settled if test != NEVER]
                return self._value(live[0][1] if live and live[0][0] == op.ALWAYS else otherwise, lang, inside)
            case _:
                return "一个数额" if lang == "zh" else "a figure"

    def _calendar(self, day: op.Value, months: op.Value | None, lang: Lang, inside: frozenset[str]) -> str:
        date = self._value(day, lang, inside)
        if months is None:
            return f"{date}的年份" if lang == "zh" else f"year of {date}"
        count = self._value(months, lang, inside)
        return f"{date}之后{count}个月" if lang == "zh" else f"{count} months after {date}"

    def _aggregate(self, node: op.Aggregate, lang: Lang, inside: frozenset[str]) -> str:
        zh = lang == "zh"
        inner = inside | {node.alias}
        things = self.list_label(node.source, lang)
        said = self._truth(self.settled(node.where), lang, inner, wanted=True)
        among = "" if not said else f"（{said}）" if zh else f" ({said})"
        if node.how == "count":
            return f"{things}的项数{among}" if zh else f"number of {things}{among}"
        value = self._value(node.value, lang, inner)
        if node.how == "sum":
            return f"{things}的{value}合计{among}" if zh else f"sum of {value} over the {things}{among}"
        best = BEST[node.how, "date" if node.type == "date" else ""]
        return f"{best[0]}{value}{among}" if zh else f"{best[1]}{value}{among}"


def _answer(label: str, lang: Lang, *, is_given: bool, wanted: bool) -> str:
    if is_given:
        return f"{label}{'已' if wanted else '未'}给出" if lang == "zh" else f"{label} {'' if wanted else 'not '}given"
    return f"{label}为“{'是' if wanted else '否'}”" if lang == "zh" else f"{label}: {'yes' if wanted else 'no'}"


def _parts(node: op.Truth, kind: type[op.All | op.AnyOf]) -> tuple[op.Truth, ...]:
    """Return what a condition is joined of: nothing of what always (or never) matters, the parts of its own kind."""
    return node.truths if isinstance(node, op.All | op.AnyOf) and isinstance(node, kind) else (node,)


def _merged(parts: Sequence[op.Truth]) -> list[op.Truth]:
    """Put together what a fact may be one of."""
    made: list[op.Truth] = []
    for part in parts:
        last = made[-1] if made else None
        if (
            isinstance(part, op.In)
            and isinstance(last, op.In)
            and part.fact == last.fact
            and not (part.all or last.all)
        ):
            both = part.listing.members | last.listing.members
            made[-1] = op.In(part.fact, op.Listing(both, part.listing.open or last.listing.open))
        else:
            made.append(part)
    return made


def _names(node: op.Value) -> set[str]:
    """Return the names of the things that a figure is read from."""
    return {part.name for part in op.walk(node) if isinstance(part, op.Fact)}


def _one(node: op.All | op.AnyOf) -> op.Truth:
    return node.truths[0] if len(node.truths) == 1 else node


def _is_sum(node: op.Value) -> bool:
    return isinstance(node, op.Arithmetic) and node.sign in "+-"


def _within(node: op.Truth, text: str, lang: Lang) -> str:
    while isinstance(node, op.Not):
        node = node.truth
    joined = isinstance(node, op.All | op.AnyOf) and len(node.truths) > 1
    if not joined and not isinstance(node, op.IfTruth):
        return text
    return f"（{text}）" if lang == "zh" else f"({text})"
