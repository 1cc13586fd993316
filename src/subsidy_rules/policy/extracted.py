r"""An official text as extracted: the characters that count, where words stand, and the figures that it prints.

An extracted text breaks lines inside words, has blanks around digits, page breaks, page numbers, bookmarks and odd
glyphs. Both sides are therefore compared without what an extraction adds (white space, `[bookmark: …]`, the number of
a page, characters without width), and with what it only writes differently made alike: full-width digits and
punctuation, curly quotes, dashes, the ratio sign ∶, radicals in place of ideographs. Every other character must agree,
an envelope 🖂 in place of （五） too.

>>> text = OfficialText.of("demo.txt", "最高不超\n— 3 —\n\f过 ５００\n万元。")
>>> text.find("最高不超过500万元")
[Span(first=1, last=4)]
>>> [(one.words, one.values) for one in text.figures()]
[('５００万元', (Figure(unit='money', value=Fraction(500000000, 1)),))]
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from subsidy_rules.errors import UsageError

_BOOKMARK = r"\[bookmark:[^\[\]\u0080-\U0010ffff]*\]"
_MARKS = re.compile(_BOOKMARK)
_NOISE = re.compile(_BOOKMARK + r"|[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_LINE = re.compile(r"[^\n\f]*[\n\f]?")
_PAGE = re.compile(r"[-·]+\s*[0-9]{1,4}\s*[-·]+|第\s*[0-9]{1,4}\s*页(?:[\s,/]*共\s*[0-9]{1,4}\s*页)?")
_BARE_PAGE = re.compile(r"[0-9]{1,4}(?:/[0-9]{1,4})?")
_GOES_ON = re.compile(r"[.,、:%‰万亿千百十元]")
_BEGUN = re.compile(r"[0-9万亿千百十元%‰]$")
_ALIKE = str.maketrans("∶“”„‟‘’‚—–―‐‑‒−～〜∼｡､", ':""""' + "'''" + "-------~~~。、")
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_HAN = "〇零一二两三四五六七八九十百千万亿"
_THINGS = "吨户千人名次家台辆套件个项亩平立米公册株头只标份册片块座所间条升斤度盏桩A-Za-z"
_RANGED = rf"[-~至到]+{_NUMBER}[十百千]?[万亿]?"
_FIGURE = re.compile(
    rf"(?<![0-9])(?P<numbers>{_NUMBER}(?:[-~、/至到]+{_NUMBER})*)"
    rf"(?P<unit>[十百千万]?[万亿]?元|[万亿](?!(?:{_RANGED})?[{_THINGS}])|个?百分点|%|‰)"
    rf"|(?<![0-9.:])(?P<ratio>(?![0-9]{{1,2}}:[0-5][0-9](?![0-9.])){_NUMBER}:{_NUMBER})(?![0-9:])"
    rf"|(?P<han>[{_HAN[:-2]}][{_HAN}]*(?<=[十百千万亿]))元"
    rf"|(?P<below>[{_HAN}]+)分之(?P<above>[{_HAN}]+)"
)
_HEADING = re.compile(
    r"第[〇一二三四五六七八九十百0-9]+[章条节]|[一二三四五六七八九十]+、|\([一二三四五六七八九十0-9🖂]+\)|[0-9]{1,3}[.、](?![0-9])"
)
_STOP = re.compile("[。;]")
_BEFORE, _AFTER = 12, 8
_WIDTH = 8
_TRIES = 5


class Span(NamedTuple):
    """The first and the last line that words stand in, counted from 1."""

    first: int
    last: int


class Figure(NamedTuple):
    """A figure: `money` in fen, or a `ratio`."""

    unit: Literal["money", "ratio"]
    value: Fraction


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of a text that are nearest to a quote, and how many characters differ."""

    span: Span
    words: str
    changes: int


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as printed: where it stands among the characters that count, its words, its values (a range has two)."""

    start: int
    end: int
    words: str
    values: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class OfficialText:
    """An official text as extracted: the characters that count, the line of each, and the digest of the file.

    `kept` is as printed, `bare` is what is compared; they have the same length. `sections` is where each run of words
    under one heading begins.
    """

    name: str
    sha256: str
    kept: str = field(repr=False)
    bare: str = field(repr=False)
    lines: tuple[int, ...] = field(repr=False)
    sections: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, name: str, given: str | bytes) -> OfficialText:
        """Take a text, or the bytes of its file. Raises `UsageError` for bytes that are not UTF-8."""
        raw = given.encode() if isinstance(given, str) else given
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"'{name}' is not UTF-8: {error.reason} at byte {error.start}") from error
        made = _MARKS.sub(lambda mark: re.sub(r"[^\n\f]", " ", mark.group()), alike(text))
        kept: list[str] = []
        lines: list[int] = []
        sections = [0]
        line = 1
        for start, end, page in _lines(made):
            if not page:
                if _HEADING.match(_NOISE.sub("", made[start:end])):
                    sections.append(len(lines))
                at = start
                for noise in [*_NOISE.finditer(made, start, end), None]:
                    stop = end if noise is None else noise.start()
                    kept.append(text[at:stop])
                    lines += [line] * (stop - at)
                    at = end if noise is None else noise.end()
            line += made.count("\n", start, end)
        whole = "".join(kept)
        return cls(name, hashlib.sha256(raw).hexdigest(), whole, alike(whole), tuple(lines), tuple(sections))

    def places(self, quote: str) -> list[tuple[int, int]]:
        """Return where a quote stands among the characters that count."""
        wanted = counting(quote)
        found: list[tuple[int, int]] = []
        at = self.bare.find(wanted) if wanted else -1
        while at >= 0:
            found.append((at, at + len(wanted)))
            at = self.bare.find(wanted, at + 1)
        return found

    def span(self, start: int, end: int) -> Span:
        """Return the lines of a stretch of the characters that count."""
        return Span(self.lines[start], self.lines[end - 1])

    def find(self, quote: str) -> list[Span]:
        """Return the lines of every place where a quote stands."""
        return [self.span(*place) for place in self.places(quote)]

    def figures(self) -> list[Printed]:
        """Return every amount, percentage and ratio of the text."""
        return [
            Printed(one.start(), one.end(), self.kept[one.start() : one.end()], _values(one))
            for one in _FIGURE.finditer(self.bare)
        ]

    def section(self, at: int) -> tuple[int, int]:
        """Return the stretch under one heading that a character stands in."""
        begins = max(start for start in self.sections if start <= at)
        return begins, min((start for start in self.sections if start > at), default=len(self.bare))

    def sentence(self, at: int) -> str:
        """Return the words between full stops or semicolons that a character stands in."""
        start, end = self.section(at)
        for stop in _STOP.finditer(self.bare, start, end):
            if stop.end() > at:
                return self.bare[start : stop.end()]
            start = stop.end()
        return self.bare[start:end]

    def around(self, start: int, end: int) -> str:
        """Return a stretch with a few characters on either side, as printed."""
        return self.kept[max(0, start - _BEFORE) : end + _AFTER]

    def nearest(self, quote: str, within: tuple[int, int] | None = None) -> Passage | None:
        """Return the passage with the fewest differences; none where no two characters in a row are in common."""
        begin, end = within or (0, len(self.bare))
        bare, wanted = self.bare[begin:end], counting(quote)
        votes: Counter[int] = Counter()
        for place in range(len(wanted) - 1):
            for found in re.finditer(f"(?={re.escape(wanted[place : place + 2])})", bare):
                votes[(found.start() - place) // _WIDTH] += 1
        both = {bucket: count + votes.get(bucket + 1, 0) for bucket, count in votes.items()}
        slack = 2 * _WIDTH + len(wanted) // 4
        fits: list[tuple[int, int, int]] = []
        for bucket in sorted(both, key=lambda one: (-both[one], one))[:_TRIES]:
            start = max(0, bucket * _WIDTH - slack)
            changes, first, last = fitted(wanted, bare[start : bucket * _WIDTH + len(wanted) + slack])
            fits.append((changes, begin + start + first, begin + start + last))
        if not fits:
            return None
        changes, first, last = min(fits)
        return Passage(self.span(first, last), self.kept[first:last], changes)


def alike(text: str) -> str:
    """Write what an extraction only writes differently in one way, character for character."""
    return "".join(_LIKE.get(char) or _LIKE.setdefault(char, _one(char)) for char in text)


def _one(char: str) -> str:
    if not ("\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\uffff"):
        return char.translate(_ALIKE)
    plain = unicodedata.normalize("NFKC", char)
    return (plain if len(plain) == 1 else char).translate(_ALIKE)


_LIKE: Final[dict[str, str]] = {}


def counting(text: str) -> str:
    """Return the characters of a text that count, written in one way."""
    return _NOISE.sub("", alike(text))


def figures_of(words: str) -> list[Figure]:
    """Return every amount, percentage and ratio that stands in words."""
    return [figure for found in _FIGURE.finditer(counting(words)) for figure in _values(found)]


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Return the lines of a text and whether each is only the number of a page.

    A number alone counts as one beside a page break or between blank lines, but not where it may be an amount that is
    broken over lines: where a unit follows and no figure goes before.
    """
    cut = [(one.start(), one.end()) for one in _LINE.finditer(text) if one.group()]
    said = [text[start:end].strip() for start, end in cut]
    broken = [text[start:end].endswith("\f") for start, end in cut]
    for place, (start, end) in enumerate(cut):
        page = _PAGE.fullmatch(said[place]) is not None
        if not page and _BARE_PAGE.fullmatch(said[place]):
            before = next((one for one in range(place - 1, -1, -1) if said[one]), -1)
            after = next((one for one in range(place + 1, len(cut)) if said[one]), len(cut))
            beside = any(broken[max(before, 0) : place]) or any(broken[place : min(after, len(cut))])
            alone = before < place - 1 and after > place + 1
            goes_on = (
                after < len(cut) and _GOES_ON.match(said[after]) and not _BEGUN.search("".join(said[before:place]))
            )
            page = (beside or alone) and not goes_on
        yield start, end, page


def _values(found: re.Match[str]) -> tuple[Figure, ...]:
    """Return what a printed figure says: money in fen, or ratios (1:0.5 is 0.5, second over first)."""
    if found["ratio"]:
        first, second = (Fraction(one.replace(",", "")) for one in found["ratio"].split(":"))
        return (Figure("ratio", second / first),) if first else ()
    if found["han"]:
        return (Figure("money", Fraction(han_number(found["han"]) * 100)),)
    if found["below"]:
        below = han_number(found["below"])
        return (Figure("ratio", Fraction(han_number(found["above"]), below)),) if below else ()
    numbers = [Fraction(one.replace(",", "")) for one in re.findall(_NUMBER, found["numbers"])]
    if found["unit"] in _SHARES:
        return tuple(Figure("ratio", one / _SHARES[found["unit"]]) for one in numbers)
    scale = 100
    for sign in found["unit"].rstrip("元"):
        scale *= _POWERS[sign]
    return tuple(Figure("money", one * scale) for one in numbers)


_SHARES: Final[Mapping[str, int]] = {"%": 100, "‰": 1000, "百分点": 100, "个百分点": 100}
_POWERS: Final[Mapping[str, int]] = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_DIGITS: Final[Mapping[str, int]] = {
    **{char: value for value, char in enumerate("〇一二三四五六七八九")},
    "零": 0,
    "两": 2,
}


def han_number(words: str) -> int:
    """Read a number in Chinese characters: 一百二十万 is 1,200,000.

    >>> [han_number(words) for words in ("十五", "一百", "两千五百", "百亿", "一亿二千万")]
    [15, 100, 2500, 10000000000, 120000000]
    """
    whole = part = digit = 0
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "万亿":
            whole = (
                (whole + part + digit or 1) * _POWERS[char]
                if char == "亿"
                else whole + (part + digit or 1) * _POWERS[char]
            )
            part = digit = 0
        else:
            part += (digit or 1) * _POWERS[char]
            digit = 0
    return whole + part + digit


def fitted(wanted: str, window: str) -> tuple[int, int, int]:
    """Return the fewest changes that make a part of the window into the wanted words, and that part.

    >>> fitted("最高不超过200万元", "给予奖励，最高不超过2000万元。")
    (1, 5, 16)
    """
    row = [(0, place) for place in range(len(window) + 1)]
    for count, char in enumerate(wanted, start=1):
        above, row = row, [(count, 0)]
        for place, other in enumerate(window, start=1):
            same = above[place - 1][0] + (char != other), above[place - 1][1]
            left = row[place - 1][0] + 1, row[place - 1][1]
            up = above[place][0] + 1, above[place][1]
            row.append(min(same, up, left, key=lambda one: one[0]))
    end = min(range(len(row)), key=lambda place: row[place][0])
    return row[end][0], row[end][1], end
