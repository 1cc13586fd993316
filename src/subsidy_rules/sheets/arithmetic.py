"""The line of arithmetic of a step → a tree → a spreadsheet formula on whole numbers.

A step says its arithmetic in one line, `min((CNY 86,419,753.09 + CNY 5,308,641.97) × 15%, CNY 20,000,000)`.
`read_line` takes it apart; `Writer` writes it as two formulas, a numerator and a denominator, both whole, so that
nothing is rounded before the policy says so. What is written comes with its value: who uses it compares that with the
library's own figure and writes no formula where they differ, so that a line that is read wrongly can never show a wrong
amount.

>>> read_line("min(CNY 1,000 × 15%, CNY 20)", 100)
Call(name='min', of=(Call(name='×', of=(Leaf(value=Fraction(100000, 1), said='CNY 1,000'), \
Leaf(value=Fraction(3, 20), said='15%'))), Leaf(value=Fraction(2000, 1), said='CNY 20')))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple, TypeAlias

EXACT: Final = 2**53
"""Whole numbers up to this are exact in a spreadsheet."""
DIFFERS: Final = 2**47
"""Up to this a spreadsheet tells two whole numbers apart when it subtracts or compares them."""
LONGEST: Final = 4000
"""Characters of a formula; a spreadsheet takes twice that."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>open\b|∞)
    | (?P<cell>@[0-9]+)
    | (?P<name>min|max|whole|begun|round)\(
    | (?P<number>(?:[A-Z]{3}\ )?-?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:/[0-9]+)?(?![0-9…]))
      (?P<unit>%|\ ?(?!to\b|or\b)[^\s()+−×÷,0-9–…-][^\s(),+−×÷–…]*)?
    | (?P<sign>[()+−×÷]|-(?=\s)|to\b)
    | (?P<comma>,)
    )""",
    re.VERBOSE,
)


class Leaf(NamedTuple):
    """A figure: money in the smallest unit, else the number; `said` is how it was written."""

    value: Fraction
    said: str


class Cell(NamedTuple):
    """An earlier step that stands in a cell: `@` and its number in a line."""

    name: str


class Call(NamedTuple):
    """An operation on others: `+ − × ÷ min max whole begun to`, and those that a step does and its line does not say.

    These are `kept` (nothing of what is below), `raised` (but not what is nothing), and `round` with its mode.
    """

    name: str
    of: tuple[Tree, ...]


class Open(NamedTuple):
    """What nothing bounds."""

    said: str = "open"


Tree: TypeAlias = "Leaf | Call | Cell | Open"


class UnreadError(ValueError):
    """A line is not arithmetic that can be written as a formula."""


def read_line(line: str, one: int) -> Tree:
    """Read a line in English; `one` is how many of the smallest unit of money make one. Raises `UnreadError`."""
    reader = _Reader(line, one)
    tree = reader.range()
    if reader.at != len(reader.tokens):
        raise UnreadError(line)
    return tree


class _Reader:
    """A recursive descent over the tokens of a line."""

    def __init__(self, line: str, one: int) -> None:
        self.line, self.one, self.at = line, one, 0
        self.tokens: list[re.Match[str]] = []
        end = 0
        while end < len(line):
            found = _TOKEN.match(line, end)
            if found is None or found.end() == end:
                raise UnreadError(line)
            self.tokens.append(found)
            end = found.end()

    def sign(self) -> str:
        if self.at == len(self.tokens):
            return ""
        token = self.tokens[self.at]
        return token["sign"] or token["comma"] or ""

    def take(self) -> re.Match[str]:
        if self.at == len(self.tokens):
            raise UnreadError(self.line)
        self.at += 1
        return self.tokens[self.at - 1]

    def range(self) -> Tree:
        made = self.sum()
        while self.sign() == "to":
            self.take()
            made = Call("to", (made, self.sum()))
        return made

    def sum(self) -> Tree:
        made = self.product()
        while (sign := self.sign()) in ("+", "−", "-"):
            self.take()
            made = Call("+" if sign == "+" else "−", (made, self.product()))
        return made

    def product(self) -> Tree:
        made = self.unit()
        while (sign := self.sign()) in ("×", "÷"):
            self.take()
            made = Call(sign, (made, self.unit()))
        return made

    def unit(self) -> Tree:
        token = self.take()
        if token["open"]:
            return Open()
        if token["cell"]:
            return Cell(token["cell"])
        if token["number"]:
            return self.figure(token)
        if token["sign"] == "(":
            made = self.range()
        elif token["name"]:
            parts = [self.range()]
            while self.sign() == ",":
                self.take()
                parts.append(self.range())
            made = Call(token["name"], tuple(parts))
        else:
            raise UnreadError(self.line)
        if self.take()["sign"] != ")":
            raise UnreadError(self.line)
        return made

    def figure(self, token: re.Match[str]) -> Leaf:
        text = token["number"]
        money = text[:3].isalpha()
        value = Fraction((text[4:] if money else text).replace(",", ""))
        unit = token["unit"] or ""
        if money:
            value *= self.one
        elif unit == "%":
            value /= 100
        return Leaf(value, text + unit)


class Written(NamedTuple):
    """A value as two formulas without their sign of equality, with what they come to.

    `fixed` is whether the denominator is the same whatever the figures are.
    """

    numerator: str
    denominator: str
    n: int
    d: int
    fixed: bool = True

    @property
    def value(self) -> Fraction:
        """What it comes to."""
        return Fraction(self.n, self.d)


Reference: TypeAlias = Callable[[Leaf], Written]


class Writer:
    """Writes trees. `refer` gives the cells of a figure; `known` are trees that stand in cells already."""

    def __init__(self, refer: Reference, known: Mapping[Tree, Written]) -> None:
        self.refer, self.known = refer, dict(known)

    def write(self, tree: Tree) -> Written | None:
        """Return the formulas of a tree; None for what nothing bounds. Raises `UnreadError`."""
        if tree in self.known:
            # A figure that merely equals an earlier step's stands in a cell of its own.
            return self.known.pop(tree) if isinstance(tree, Leaf) else self.known[tree]
        match tree:
            case Open():
                return None
            case Leaf():
                return self.refer(tree)
            case Call("to", (_, most)):
                return self.write(most)
            case Call(("min" | "max") as name, parts) if len(parts) > 1:
                return self._pick(name, [self.write(one) for one in parts])
            case Call("raised", (one, least)):
                return self._raised(self._bounded(one), self._bounded(least))
            case Call("kept", (one, least)):
                return self._kept(self._bounded(one), self._bounded(least))
            case Call(("round down" | "round up" | "round half_up") as name, (one, unit)):
                return self._rounded(name, self._bounded(one), unit)
            case Call(("whole" | "begun") as name, (one,)):
                return self._whole(name, self._bounded(one))
            case Call(("+" | "−" | "×" | "÷") as sign, (left, right)):
                a, b = self.write(left), self.write(right)
                if a is None or b is None:
                    return self._open(sign, a, b)
                made = {"+": _plus, "−": _minus, "×": _times, "÷": _over}[sign](a, b)
                return self._checked(made, EXACT)
            case _:
                raise UnreadError(str(tree))

    def _bounded(self, tree: Tree) -> Written:
        made = self.write(tree)
        if made is None:
            raise UnreadError("open")
        return made

    @staticmethod
    def _open(sign: str, a: Written | None, b: Written | None) -> Written | None:
        if sign == "×" and any(one is not None and one.n == 0 for one in (a, b)):
            return Written("0", "1", 0, 1)
        if sign in "+×" or (sign == "−" and a is None and b is not None):
            return None
        raise UnreadError("open")

    def _pick(self, name: str, parts: list[Written | None]) -> Written | None:
        given = [one for one in parts if one is not None]
        if len(given) < len(parts) and (name == "max" or not given):
            return None
        made = given[0]
        for other in given[1:]:
            made = self._checked(_picked(name, made, other), EXACT)
        return made

    def _whole(self, name: str, a: Written) -> Written:
        if a.n < 0:
            raise UnreadError("negative")
        rest = f"MOD({a.numerator},{a.denominator})"
        if name == "whole":
            made = Written(f"({a.numerator}-{rest})/{_factor(a.denominator)}", "1", a.n // a.d, 1)
        else:
            up = f"MOD({a.denominator}-{rest},{a.denominator})"
            made = Written(f"({a.numerator}+{up})/{_factor(a.denominator)}", "1", -(-a.n // a.d), 1)
        return self._checked(made, EXACT)

    def _raised(self, a: Written, b: Written) -> Written:
        most = _picked("max", a, b)
        if a.n < 0 or b.n < 0:
            raise UnreadError("negative")
        text = f"IF({a.numerator}>0,{most.numerator},0)"
        return self._checked(Written(text, most.denominator, most.n if a.n else 0, most.d, most.fixed), EXACT)

    def _kept(self, a: Written, b: Written) -> Written:
        left, right, n, m, den, d = _common(a, b)
        if max(n, m) > DIFFERS:
            raise TooLargeError(str(n))
        text = f"IF({left}<{right},0,{left})"
        return self._checked(Written(text, den, 0 if n < m else n, d, a.fixed and b.fixed), EXACT)

    def _rounded(self, name: str, a: Written, unit: Tree) -> Written:
        if not isinstance(unit, Leaf) or unit.value.denominator != 1 or unit.value <= 0:
            raise UnreadError("unit")
        return self._checked(rounded(a, int(unit.value), name.removeprefix("round ")), EXACT)

    @staticmethod
    def _checked(made: Written, most: int) -> Written:
        if max(abs(made.n), made.d) > most:
            raise TooLargeError(str(made.n))
        if len(made.numerator) + len(made.denominator) > LONGEST:
            raise UnreadError("long")
        return made


class TooLargeError(UnreadError):
    """A whole number of the formula is beyond what a spreadsheet holds exactly."""


def _factor(text: str) -> str:
    return text if re.fullmatch(r"[A-Z]+[0-9]+|[0-9]+|[A-Z]+\([^()]*\)", text) else f"({text})"


def _scaled(text: str, by: int | str) -> str:
    if by in (1, "1"):
        return text
    return f"{_factor(text)}*{by if isinstance(by, int) else _factor(by)}"


def _common(a: Written, b: Written) -> tuple[str, str, int, int, str, int]:
    """Return the numerators over one denominator, their values, that denominator and its value."""
    if a.fixed and b.fixed:
        d = lcm(a.d, b.d)
        ka, kb = d // a.d, d // b.d
        return _scaled(a.numerator, ka), _scaled(b.numerator, kb), a.n * ka, b.n * kb, str(d), d
    na, nb = _scaled(a.numerator, b.denominator), _scaled(b.numerator, a.denominator)
    return na, nb, a.n * b.d, b.n * a.d, _scaled(a.denominator, b.denominator), a.d * b.d


def _plus(a: Written, b: Written) -> Written:
    left, right, n, m, den, d = _common(a, b)
    return Written(f"{left}+{right}", den, n + m, d, a.fixed and b.fixed)


def _minus(a: Written, b: Written) -> Written:
    left, right, n, m, den, d = _common(a, b)
    if max(abs(n), abs(m)) > DIFFERS:
        raise TooLargeError(str(n))
    return Written(f"{left}-{_factor(right)}", den, n - m, d, a.fixed and b.fixed)


def _times(a: Written, b: Written) -> Written:
    fixed = a.fixed and b.fixed
    den = str(a.d * b.d) if fixed else _scaled(_factor(a.denominator), b.denominator)
    return Written(f"{_factor(a.numerator)}*{_factor(b.numerator)}", den, a.n * b.n, a.d * b.d, fixed)


def _over(a: Written, b: Written) -> Written:
    if b.n <= 0:
        raise UnreadError("zero")
    over = _scaled(_factor(a.denominator), _factor(b.numerator))
    return Written(_scaled(a.numerator, b.denominator), over, a.n * b.d, a.d * b.n, fixed=False)


def _picked(name: str, a: Written, b: Written) -> Written:
    left, right, n, m, den, d = _common(a, b)
    if max(abs(n), abs(m)) > EXACT:
        raise TooLargeError(str(n))
    best = min(n, m) if name == "min" else max(n, m)
    return Written(f"{name.upper()}({left},{right})", den, best, d, a.fixed and b.fixed)


def rounded(a: Written, unit: int, mode: str, top: Fraction | None = None) -> Written:
    """Round to a multiple of a unit, half up, down or up, on whole numbers; not above `top`, where that is given.

    The remainder says which way: no quotient is ever compared with a half. Raises `TooLargeError`.
    """
    over = str(a.d * unit) if a.fixed else _scaled(_factor(a.denominator), unit)
    rest = f"MOD({a.numerator},{over})"
    down = a.n // (a.d * unit)
    left = a.n - down * a.d * unit
    more = {"down": False, "up": left > 0, "half_up": 2 * left >= a.d * unit}[mode]
    if max(a.n, 2 * a.d * unit) > EXACT or a.n < 0:
        raise TooLargeError(str(a.n))
    base = f"({a.numerator}-{rest})/{_factor(over)}"
    step = {"down": "", "up": f"+IF({rest}>0,1,0)", "half_up": f"+IF(2*{rest}>={over},1,0)"}[mode]
    made = (down + more) * unit
    if top is not None and top < made:
        return Written(_scaled(base, unit), "1", down * unit, 1)
    return Written(_scaled(f"({base}{step})" if unit != 1 else f"{base}{step}", unit), "1", made, 1)
