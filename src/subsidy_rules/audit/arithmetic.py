"""The arithmetic of an award as a tree of whole fen that any program can do again: `["min", ["*", …, "1/10"], …]`.

It is read from the line of arithmetic that the award prints, and kept only where it comes to what is due once it is
rounded, so that a tree never says anything else than the award. A spreadsheet gets it as a formula.

>>> from subsidy_rules.values.quantity import CNY
>>> tree = parsed("min((CNY 28,000,000 + CNY 2,000,000) × 10%, CNY 20,000,000)", CNY)
>>> tree
['min', ['*', ['+', '2800000000', '200000000'], '1/10'], '2000000000']
>>> value_of(tree), formula_of(tree)
(Fraction(300000000, 1), 'MIN((2800000000+200000000)*(1/10),2000000000)')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from subsidy_rules.audit.verify import Verdict
from subsidy_rules.plan import PolicyPlan
from subsidy_rules.values.amount import DOWN, HALF_UP, UP
from subsidy_rules.values.quantity import Currency, Infinity

Tree: TypeAlias = "str | list[Tree]"
Mode: TypeAlias = Literal["half_up", "down", "up"]
MODES: Final[tuple[tuple[int, Mode], ...]] = ((HALF_UP, "half_up"), (DOWN, "down"), (UP, "up"))
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<money>[A-Z]{3} (?P<yuan>\d[\d,]*(?:\.\d+)?))|(?P<number>\d[\d,]*(?:\.\d+)?)(?P<per>[%‰]?)"
    r"|(?P<word>min|max)(?=\()|(?P<sign>[-+−×÷*/(),])|(?P<unit>[^\W\d_]+))"
)
_SIGNS: Final = {"×": "*", "÷": "/", "−": "-"}


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A tree, the unit in fen that its value is rounded to and how, and what that gives."""

    tree: Tree
    unit: int
    mode: Mode
    due: Fraction

    @property
    def formula(self) -> str:
        """The formula of a spreadsheet, in fen."""
        name = {"half_up": "ROUND", "down": "ROUNDDOWN", "up": "ROUNDUP"}[self.mode]
        inner = formula_of(self.tree)
        return f"={name}({inner},0)" if self.unit == 1 else f"={name}(({inner})/{self.unit},0)*{self.unit}"


class NotArithmetic(ValueError):  # noqa: N818 - it says what a text is not
    """A text has something in it that is no figure: an open fact, a choice."""


def arithmetic_of(verdict: Verdict, plan: PolicyPlan | None, currency: Currency) -> Arithmetic | None:
    """Return the arithmetic of what a verdict says is due at most; None where its award has none or another figure."""
    award = verdict.award
    due = verdict.due[3]
    if award is None or plan is None or isinstance(due, Infinity) or not award.steps:
        return None
    text = award.steps[-1].formula_en.removeprefix("≤ ")
    try:
        tree = parsed(text, currency)
        exact = value_of(tree)
    except (NotArithmetic, ZeroDivisionError):
        return None
    bits = award.amount.mode or plan.mode
    modes = sorted(MODES, key=lambda pair: not bits & pair[0])
    for _, mode in modes:
        if rounded(exact, plan.unit, mode) == due:
            return Arithmetic(tree, plan.unit, mode, due)
    return None


def rounded(exact: Fraction, unit: int, mode: Mode) -> Fraction:
    """Round to a unit: half up, down, or up."""
    whole = exact / unit
    down = Fraction(whole.numerator // whole.denominator)
    up = down + 1 if mode == "up" and whole != down else down
    half = down + 1 if mode == "half_up" and whole - down >= Fraction(1, 2) else up
    return (half if mode == "half_up" else up) * unit


def value_of(tree: Tree) -> Fraction:
    """Return what a tree comes to, in fen."""
    if isinstance(tree, str):
        return Fraction(tree)
    sign, *parts = tree
    values = [value_of(part) for part in parts]
    match sign:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "+":
            return values[0] + values[1]
        case "-":
            return values[0] - values[1]
        case "*":
            return values[0] * values[1]
        case _:
            return values[0] / values[1]


_TIGHT: Final = {"+": 1, "-": 1, "*": 2, "/": 2}


def formula_of(tree: Tree) -> str:
    """Write a tree as a spreadsheet does; a fraction stands in parentheses."""
    if isinstance(tree, str):
        return f"({tree})" if "/" in tree else tree
    sign, *parts = tree
    if sign in ("min", "max"):
        return f"{str(sign).upper()}({','.join(map(formula_of, parts))})"
    tight = _TIGHT[str(sign)]

    def inside(part: Tree, *, last: bool) -> str:
        text = formula_of(part)
        loose = isinstance(part, list) and str(part[0]) in _TIGHT and _TIGHT[str(part[0])] < tight + last
        return f"({text})" if loose else text

    return f"{inside(parts[0], last=False)}{sign}{inside(parts[1], last=True)}"


def parsed(text: str, currency: Currency) -> Tree:
    """Read a line of arithmetic. Raises `NotArithmetic`."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise NotArithmetic(text)
        at = found.end()
        if found["money"]:
            if not found["money"].startswith(currency.code):
                raise NotArithmetic(text)
            tokens.append(("figure", str(Fraction(found["yuan"].replace(",", "")) * currency.one)))
        elif found["number"]:
            over = {"": 1, "%": 100, "‰": 1000}[found["per"]]
            tokens.append(("figure", str(Fraction(found["number"].replace(",", "")) / over)))
        elif found["word"]:
            tokens.append(("word", found["word"]))
        elif found["sign"]:
            tokens.append(("sign", _SIGNS.get(found["sign"], found["sign"])))
        elif not tokens or tokens[-1][0] != "figure":
            raise NotArithmetic(text)
    return _Parser(tokens).whole()


class _Parser:
    """Sums of products of figures, least and greatest, and what stands in parentheses."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def whole(self) -> Tree:
        tree = self.sum()
        if self.at != len(self.tokens):
            raise NotArithmetic
        return tree

    def take(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in signs and self.tokens[self.at][0] != "figure":
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def sum(self) -> Tree:
        left = self.product()
        while sign := self.take("+", "-"):
            left = [sign, left, self.product()]
        return left

    def product(self) -> Tree:
        left = self.one()
        while sign := self.take("*", "/"):
            left = [sign, left, self.one()]
        return left

    def one(self) -> Tree:
        if self.take("("):
            inner = self.sum()
            self.close()
            return inner
        if name := self.take("min", "max"):
            if not self.take("("):
                raise NotArithmetic
            parts: list[Tree] = [self.sum()]
            while self.take(","):
                parts.append(self.sum())
            self.close()
            return [name, *parts]
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "figure":
            self.at += 1
            return self.tokens[self.at - 1][1]
        raise NotArithmetic

    def close(self) -> None:
        if not self.take(")"):
            raise NotArithmetic
