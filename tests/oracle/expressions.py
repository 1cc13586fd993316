"""A parser for the expressions of docs/language.md: text in, a small tree out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

UNITS: dict[str, Fraction | int] = {"分": 1, "元": 100, "万元": 10**6, "亿元": 10**10}
"""What a figure is multiplied by that has a unit: money and, once a pack was read, what it declares."""
SCALE = {"%": 100, "‰": 1000}
TOKEN = re.compile(r'\s*(?:("[^"]*")|(>=|<=|[()\[\],<>+*/^])|([^\s()\[\],<>=+*/^"]+))')
PERIOD = re.compile(r"([0-9]+) ?(days?|天|日|months?|个月|years?|年)")
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
COMPARISONS = {">=", "<=", ">", "<"}
AGGREGATES = {"sum", "count", "min", "max"}
COMBINED = {"least", "greatest", "whole", "begun"}
SINGULAR = {
    "projects": "project",
    "titles": "title",
    "grants": "grant",
    "loans": "loan",
    "products": "product",
    "sites": "site",
    "stations": "station",
    "services": "service",
    "certificates": "certificate",
    "parks": "park",
    "procurements": "procurement",
    "earlier_awards": "earlier_award",
    "costs": "cost",
}
PLURAL = {singular: plural for plural, singular in SINGULAR.items()}


@dataclass(frozen=True)
class Node:
    """An operator with its operands; `words`: a literal's text, a path's parts, an aggregate's names."""

    op: str
    kids: tuple[Node, ...] = ()
    words: tuple[str, ...] = ()


ALWAYS = Node("literal", words=("true",))


def literal(text: str) -> object:
    """Read a literal; None where the text is a name. Money is in fen."""
    if text in {"true", "false"}:
        return text == "true"
    if (found := re.fullmatch(rf"({NUMBER}) *([^0-9.].*)", text)) and found[2] in UNITS:
        return Fraction(found[1]) * UNITS[found[2]]
    if found := re.fullmatch(rf"({NUMBER})([%‰])", text):
        return Fraction(found[1]) / SCALE[found[2]]
    if found := re.fullmatch(rf"({NUMBER})[:∶]({NUMBER})", text):
        return Fraction(found[2]) / Fraction(found[1])
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text)
    return Fraction(text) if re.fullmatch(NUMBER, text) else None


@cache
def parse(text: str) -> Node:
    """Parse one expression or condition."""
    parser = Parser(text)
    node = parser.expression()
    if parser.tokens:
        raise ValueError(f"{text!r}: {parser.tokens[0]!r} is left over")
    return node


class Parser:
    """Recursive descent, loosest operator first."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise ValueError(f"{text!r}: cannot read {text[at:]!r}")
            token = found[0].strip()
            if token in UNITS and self.tokens and re.fullmatch(NUMBER, self.tokens[-1]):
                token = self.tokens.pop() + token
            self.tokens.append(token)
            at = found.end()

    def take(self, *words: str) -> bool:
        """Take these tokens if they come next."""
        if self.tokens[: len(words)] != list(words):
            return False
        del self.tokens[: len(words)]
        return True

    def need(self, word: str) -> None:
        if not self.take(word):
            raise ValueError(f"{word!r} expected before {self.tokens[:3]!r}")

    def expression(self) -> Node:
        value = self.either()
        if not self.take("if"):
            return value
        condition = self.either()
        self.need("else")
        return Node("if", (value, condition, self.expression()))

    def either(self) -> Node:
        node = self.both()
        while self.take("or"):
            node = Node("or", (node, self.both()))
        return node

    def both(self) -> Node:
        node = self.negation()
        while self.take("and"):
            node = Node("and", (node, self.negation()))
        return node

    def negation(self) -> Node:
        return Node("not", (self.negation(),)) if self.take("not") else self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        for words in ("is not", "is", "not in", "in", "has", "any of", "all of", "none of"):
            if self.take(*words.split()):
                return Node(words, (left, self.sum()))
        if self.tokens and self.tokens[0] in COMPARISONS:
            return Node(self.tokens.pop(0), (left, self.sum()))
        return left

    def sum(self) -> Node:
        node = self.product()
        while self.tokens and self.tokens[0] in {"+", "-"}:
            sign = self.tokens.pop(0)
            period = self.period()
            node = Node("shift", (node,), (sign, *period)) if period else Node(sign, (node, self.product()))
        return node

    def period(self) -> tuple[str, str] | None:
        """`2 years`, `6个月`: what is added to a date."""
        for size in (1, 2):
            found = PERIOD.fullmatch(" ".join(self.tokens[:size]))
            if found:
                del self.tokens[:size]
                return found[1], found[2]
        return None

    def product(self) -> Node:
        node = self.power()
        while self.tokens and self.tokens[0] in {"*", "/"}:
            sign = self.tokens.pop(0)
            if self.tokens[:1] and self.tokens[0] in UNITS:
                self.tokens[0] = f"1{self.tokens[0]}"
            node = Node(sign, (node, self.power()))
        return node

    def power(self) -> Node:
        node = self.primary()
        return Node("^", (node, self.primary())) if self.take("^") else node

    def primary(self) -> Node:
        if self.take("("):
            node = self.expression()
            self.need(")")
            return node
        if self.take("["):
            return self.members()
        if self.take("-"):
            return Node("-", (Node("literal", words=("0",)), self.primary()))
        if len(self.tokens) > 1 and self.tokens[1] == "of" and self.tokens[0] in AGGREGATES:
            kind = self.tokens.pop(0)
            self.need("of")
            if self.tokens[:1] != ["("]:
                return self.over(kind)
            return Node("how many", self.several()) if kind == "count" else self.for_each(kind)
        if len(self.tokens) > 1 and self.tokens[1] == "of" and self.tokens[0] in COMBINED:
            kind = self.tokens.pop(0)
            self.need("of")
            return Node(kind, self.several())
        if self.take("year", "of"):
            return Node("year", (self.primary(),))
        if self.tokens[1:2] == ["from"] or self.tokens[2:3] == ["from"]:
            return self.between()
        if len(self.tokens) > 1 and self.tokens[0] in {"any", "no"}:
            return self.over(self.tokens.pop(0))
        if not self.tokens:
            raise ValueError("an operand is missing")
        word = self.tokens.pop(0)
        if word.startswith("award."):
            return Node("award", (self.both(),) if self.take("where") else (), (word.partition(".")[2],))
        if word.startswith('"'):
            return Node("text", words=(word.strip('"'),))
        return Node("path", words=tuple(word.split("."))) if literal(word) is None else Node("literal", words=(word,))

    def between(self) -> Node:
        """`days from DATE to DATE`, `whole months from DATE to DATE`."""
        words: list[str] = []
        while not self.take("from"):
            words.append(self.tokens.pop(0))
        first = self.primary()
        self.need("to")
        return Node("days" if words == ["days"] else "span", (first, self.primary()), tuple(words))

    def members(self) -> Node:
        kids: list[Node] = []
        while not self.take("]"):
            kids.append(self.sum())
            self.take(",")
        return Node("list", tuple(kids))

    def several(self) -> tuple[Node, ...]:
        """Values or conditions in parentheses, with commas between them."""
        self.need("(")
        kids = [self.expression()]
        while self.take(","):
            kids.append(self.expression())
        self.need(")")
        return tuple(kids)

    def for_each(self, kind: str) -> Node:
        """`sum of (VALUE) for NAME in LIST [where CONDITION]`: words are kind, list, name and no field."""
        self.need("(")
        value = self.expression()
        self.need(")")
        self.need("for")
        name = self.tokens.pop(0)
        self.need("in")
        path = self.tokens.pop(0)
        where = self.both() if self.take("where") else ALWAYS
        return Node(kind, (where, value), (kind, path, name, ""))

    def over(self, kind: str) -> Node:
        """`sum of LIST[.field] [as NAME[.field]] [where CONDITION]`: words are kind, list, name and field."""
        parts = self.tokens.pop(0).split(".")
        cut = max((i + 1 for i, part in enumerate(parts) if part in SINGULAR or part == "group"), default=len(parts))
        name, field = SINGULAR.get(parts[cut - 1], parts[cut - 1]), ".".join(parts[cut:])
        if self.take("as"):
            name, _, after = self.tokens.pop(0).partition(".")
            field = field or after
        where = self.both() if self.take("where") else ALWAYS
        return Node(kind, (where,), (kind, ".".join(parts[:cut]), name, field))
