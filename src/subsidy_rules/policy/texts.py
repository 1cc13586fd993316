r"""Quotes against the official text: where each stands, and which figures of the text no clause quotes.

An extracted text breaks lines inside words, has blanks around digits, page breaks, bookmarks and odd glyphs, so both
sides are compared with all white space and `[bookmark: …]` marks dropped; everything else, an envelope 🖂 in place of
（五） or a ratio sign ∶, must agree to the letter:

>>> text = OfficialText("demo.txt", "最高不超过 500\n万元。")
>>> text.find("最高不超过500万元")
[Span(first=1, last=2)]
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from subsidy_rules.errors import UsageError
from subsidy_rules.policy.model import RuleFile

_NOISE = re.compile(r"\[bookmark:[^\]]*\]|\s+")
_FIGURE = re.compile(r"[0-9][0-9.,]*(?:万元|亿元|元|万(?![吨户千])|%|‰)")


class Span(NamedTuple):
    """The first and the last line that a quote stands in, counted from 1."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class OfficialText:
    """An official text as extracted, with its digest and, for each character that counts, its line."""

    name: str
    text: str
    bare: str = field(init=False)
    lines: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Drop what does not count and remember the line of what does."""
        kept: list[str] = []
        lines: list[int] = []
        at, line = 0, 1
        for noise in [*_NOISE.finditer(self.text), None]:
            end = len(self.text) if noise is None else noise.start()
            kept.append(self.text[at:end])
            lines += [line] * (end - at)
            if noise is not None:
                line += noise.group().count("\n")
                at = noise.end()
        object.__setattr__(self, "bare", "".join(kept))
        object.__setattr__(self, "lines", tuple(lines))

    @property
    def sha256(self) -> str:
        """The digest of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def places(self, quote: str) -> list[tuple[int, int]]:
        """Return where a quote stands among the characters that count."""
        wanted = _NOISE.sub("", quote)
        found: list[tuple[int, int]] = []
        at = self.bare.find(wanted) if wanted else -1
        while at >= 0:
            found.append((at, at + len(wanted)))
            at = self.bare.find(wanted, at + 1)
        return found

    def find(self, quote: str) -> list[Span]:
        """Return the lines of every place where a quote stands."""
        return [Span(self.lines[start], self.lines[end - 1]) for start, end in self.places(quote)]

    def figures(self) -> list[tuple[int, int, str]]:
        """Return every amount and percentage of the text: start, end, words."""
        return [(found.start(), found.end(), found.group()) for found in _FIGURE.finditer(self.bare)]


@dataclass(frozen=True, slots=True)
class Located:
    """A quote of a pack and where it stands: no span where it is not in the text."""

    path: str
    quote: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What comparing a pack with its text found."""

    policy: str
    file: str
    sha256: str
    located: tuple[Located, ...]
    unquoted: tuple[tuple[int, str, str], ...]

    @property
    def missing(self) -> tuple[Located, ...]:
        """The quotes that are not in the text."""
        return tuple(one for one in self.located if not one.spans)


def read_text(folder: Path, policy: str) -> OfficialText:
    """Read `policy.txt` from a folder. Raises `UsageError` where it is not there or is not UTF-8."""
    file = folder / f"{policy}.txt"
    try:
        return OfficialText(file.name, file.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"no official text '{file.name}' in '{folder}': {error}") from error


def verify(file: RuleFile, text: OfficialText) -> SourceReport:
    """Compare every quote of a pack with its text, and list the figures that no sentence quotes.

    A figure is listed as line, words, and the words around it.
    """
    located: list[Located] = []
    covered: set[int] = set()
    for path, quote, is_sentence in quotes_of(file):
        places = text.places(quote)
        located.append(Located(path, quote, tuple(text.find(quote))))
        if is_sentence:
            for start, end in places:
                covered.update(range(start, end))
    unquoted = tuple(
        (text.lines[start], words, text.bare[max(0, start - 12) : end + 8])
        for start, end, words in text.figures()
        if start not in covered
    )
    return SourceReport(file.policy.id, text.name, text.sha256, tuple(located), unquoted)


def quotes_of(file: RuleFile) -> Iterable[tuple[str, str, bool]]:
    """Return every quote of a pack: its path, its words, and whether it is a whole sentence's."""
    for place, clause in enumerate(file.clauses):
        where = f"clauses[{place}]"
        if clause.quote:
            yield f"{where}.quote", clause.quote, True
        steps = [(f"{where}.award[{i}]", step) for i, step in enumerate(clause.award or [])]
        steps += [(f"{where}.obligation[{i}]", step) for i, step in enumerate(clause.obligation or [])]
        for number, row in enumerate(clause.rows or []):
            yield f"{where}.rows[{number}].quote", row.quote, True
            steps += [(f"{where}.rows[{number}].award[{i}]", step) for i, step in enumerate(row.award)]
        for path, step in steps:
            if step.quote:
                yield f"{path}.quote", step.quote, False
    for place, rule in enumerate(file.cumulation):
        yield f"cumulation[{place}].quote", rule.quote, True
    for place, one in enumerate(file.not_modelled):
        yield f"not_modelled[{place}].quote", one.quote, True
