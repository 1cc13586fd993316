"""What goes wrong, and how it is said.

The tree, drawn once::

    SubsidyRulesError
    ├── InputError        a file or a dictionary is wrong; carries every problem found in it
    │   ├── RuleError     … a rule pack or a guide
    │   └── CaseError     … a case
    └── UsageError        a call is wrong (also a ValueError): fix the program, not the data

Wrong data is collected and wrong calls raise at once. A reader of a file therefore never stops
at the first mistake it could step over: it gathers `Problem` values and raises one `InputError`
with all of them. A problem answers four questions, always in this order: where, what stands
there, what is wrong with it, what to do. It says them in English and in Chinese.

>>> problem = Problem(
...     code="unknown-key", place=Place("case.yaml", 3, 5), path="projects[0].amuont",
...     excerpt="    amuont: 300万元",
...     what="'amuont' is not a key of a project", what_zh="项目没有“amuont”这一项",
...     remedy="did you mean 'amount'?", remedy_zh="是否应为“amount”？",
... )
>>> print(problem)
case.yaml:3:5: unknown-key: 'amuont' is not a key of a project
        amuont: 300万元
        ^
  did you mean 'amount'?

The codes are a closed list, `CODES`: the error page of the documentation has one entry for each,
and a problem with any other code cannot be made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CODES",
    "HIDDEN",
    "CaseError",
    "InputError",
    "Lang",
    "Place",
    "Problem",
    "RuleError",
    "SubsidyRulesError",
    "UsageError",
    "brief",
    "path_to",
    "shown",
    "suggest",
]

Lang = Literal["en", "zh"]

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bad-clause": "a clause does not hold together",
        "bad-count": "a count is not a whole number written in ASCII digits",
        "bad-date": "a date is not a day of the calendar written YYYY-MM-DD",
        "bad-encoding": "the file is not UTF-8 without a byte order mark",
        "bad-expression": "a condition or an expression does not parse",
        "bad-money": "an amount is not ASCII digits with a unit of money",
        "bad-number": "a number is not written in plain ASCII digits",
        "bad-parameter": "an open parameter is declared or filled wrongly",
        "bad-ratio": "a rate is not a percentage, a permille, a ratio or a fraction",
        "bad-reference": "an id points at nothing, or at something of another kind",
        "bad-step": "a step of an award is not one that the language has",
        "bad-table": "a table has a gap, an overlap or a row of the wrong shape",
        "bad-uscc": "a unified social credit code does not fit its check character",
        "bad-version": "the version of the language or of the schema is not one that is read",
        "both-names": "one fact is given under its name and under its label",
        "circular": "a definition rests on itself",
        "contradictory-dates": "two dates cannot both be true",
        "contradictory-range": "a range ends before it begins",
        "dead-reading": "an option of a reading changes nothing",
        "duplicate-id": "two things have one id",
        "duplicate-key": "one mapping has a key twice",
        "guide-conflict": "two guides fill one parameter, or a guide contradicts the text",
        "json-syntax": "a text that begins as JSON is not JSON",
        "missing-key": "a key that must be there is not",
        "missing-quote": "a quote is absent, or does not stand in the official text",
        "negative": "a quantity that cannot be negative is",
        "not-text": "a value is not text: a binary float, or text with hidden characters",
        "not-whole-fen": "an amount of money is not a whole number of fen",
        "part-exceeds-whole": "a part is larger than the whole that it belongs to",
        "too-deep": "the nesting is deeper than any real file's",
        "too-large": "a file, a text or a number is larger than any real one",
        "unknown-key": "a mapping has a key that means nothing here",
        "unknown-member": "a value is not one of the declared ones",
        "unknown-name": "a name is not that of a fact, a clause or a list",
        "unknown-unit": "a unit is not one that this quantity has",
        "unread-fact": "a fact is declared and no clause reads it",
        "unread-reading": "a reading is declared and no clause reads it",
        "unreadable": "the file cannot be opened",
        "wrong-type": "a value has the wrong shape: empty, a list for a text, and the like",
        "yaml-alias": "a YAML alias",
        "yaml-anchor": "a YAML anchor",
        "yaml-syntax": "the text is not YAML",
        "yaml-tag": "a YAML tag",
    }
)

HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that a reader of the file cannot see: controls, marks of direction, lone surrogates."""

_EXCERPT: Final = 200
_WORD: Final = 64


class SubsidyRulesError(Exception):
    """The root: everything this library raises on purpose."""


class UsageError(SubsidyRulesError, ValueError):
    """The call is wrong, whatever the data."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file, counted from 1. Line 0 is a value that came from Python, not from text."""

    file: str
    line: int = 0
    col: int = 0

    def __str__(self) -> str:
        """`file:line:col`, which editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.col}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, the line it stands in, what is wrong, what to do.

    `excerpt` is given as the whole line; it is kept to 200 characters around the column, with
    hidden characters shown as `·`, and `caret` is the place (from 0) of the column in what is kept.
    """

    code: str
    place: Place
    path: str
    excerpt: str
    what: str
    what_zh: str
    remedy: str
    remedy_zh: str
    caret: int = -1

    def __post_init__(self) -> None:
        """Refuse a code outside the registry; bound the excerpt."""
        if self.code not in CODES:
            msg = f"{shown(self.code)} is not one of the codes in subsidy_rules.errors.CODES"
            raise UsageError(msg)
        if self.caret < 0:
            excerpt, caret = _clip(self.excerpt, max(self.place.col - 1, 0))
            object.__setattr__(self, "excerpt", excerpt)
            object.__setattr__(self, "caret", caret)

    def __str__(self) -> str:
        """Return the problem in English."""
        return self.render("en")

    def render(self, lang: Lang = "en") -> str:
        """Where, excerpt, what, what to do: in English (`en`) or Chinese (`zh`)."""
        _check(lang)
        what, remedy = (self.what_zh, self.remedy_zh) if lang == "zh" else (self.what, self.remedy)
        path = self.path if self.place.line == 0 else ""
        lines = [": ".join(part for part in (str(self.place), path, self.code, what) if part)]
        if self.excerpt:
            indent = sum(2 if east_asian_width(char) in "WF" else 1 for char in self.excerpt[: self.caret])
            lines += [f"    {self.excerpt}", " " * (4 + indent) + "^"]
        if remedy:
            lines.append(f"  {remedy}")
        return "\n".join(lines)


class InputError(SubsidyRulesError):
    """The data is wrong. `problems` has everything that was found, in the order it was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Carry at least one problem."""
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            msg = "an InputError needs at least one problem"
            raise UsageError(msg)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return all problems in English."""
        return self.render("en")

    def render(self, lang: Lang = "en") -> str:
        """All problems, one under the other, in English (`en`) or Chinese (`zh`)."""
        return "\n".join(problem.render(lang) for problem in self.problems)


class RuleError(InputError):
    """A rule pack or a guide is wrong."""


class CaseError(InputError):
    """A case is wrong."""


def brief(word: str) -> str:
    """Keep a word from a file to one line of 64 characters, with hidden ones shown as `·`."""
    word = word if len(word) <= _WORD else word[: _WORD - 1] + "…"
    return HIDDEN.sub("·", word).replace("\n", "·").replace("\t", "·")


def shown(word: str) -> str:
    """Put a word from a file into a message: `brief`, and quoted.

    >>> shown("amuont"), shown("x" * 100) == f"'{'x' * 63}…'"
    ("'amuont'", True)
    """
    return f"'{brief(word)}'"


def path_to(path: str, step: str | int) -> str:
    """Write the path of a child.

    >>> path_to(path_to(path_to("", "projects"), 0), "costs")
    'projects[0].costs'
    """
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{brief(step)}" if path else brief(step)


def suggest(word: str, options: Iterable[str], labels: Mapping[str, str] | None = None) -> str | None:
    """Find the option that was most likely meant, by its name or by its (Chinese) label.

    A word of over 64 characters is nobody's slip of the finger and is not compared.

    >>> suggest("equipmnet", ["equipment", "civil"], {"civil": "土建工程"})
    'equipment'
    >>> suggest("土建工成", ["equipment", "civil"], {"civil": "土建工程"})
    'civil'
    """
    if len(word) > _WORD:
        return None
    names: dict[str, str] = {}
    for option in options:
        for name in (option, (labels or {}).get(option, option)):
            if len(name) <= _WORD:
                names.setdefault(name.casefold(), option)
    near = get_close_matches(word.casefold(), names, n=1)
    return names[near[0]] if near else None


def _clip(line: str, caret: int) -> tuple[str, int]:
    caret = min(caret, len(line))
    if len(line) > _EXCERPT:
        start = max(0, min(caret - _EXCERPT // 2, len(line) - _EXCERPT))
        end = start + _EXCERPT
        left, right = "…" if start else "", "…" if end < len(line) else ""
        line = left + line[start + len(left) : end - len(right)] + right
        caret -= start
    return HIDDEN.sub("·", line).replace("\n", "·").replace("\t", " "), caret


def _check(lang: str) -> None:
    if lang not in ("en", "zh"):
        msg = f"lang is {shown(lang)}; it can be 'en' or 'zh'"
        raise UsageError(msg)
