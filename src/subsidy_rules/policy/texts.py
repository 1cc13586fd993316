r"""Rule files against the official texts: where each quote stands, and which figures of a text no clause carries.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel

from subsidy_rules.errors import UsageError
from subsidy_rules.policy.model import Clause, Rule, RuleFile, TableSentence

DIGESTS: Final = "SHA256SUMS"
"""The name of the list of digests that is read where it stands beside the texts."""

Kind = Literal["sentence", "step", "rule", "printed", "not_modelled"]
"""What a quote is of: a sentence, a part of one, a rule between awards, a misprinted number, words left out."""
Match = Literal["found", "missing", "elsewhere", "not_unique"]
"""`elsewhere`: in the text, not in its own sentence; `not_unique`: at more places than sentences quote it."""
State = Literal["carried", "gives_nothing", "target", "not_modelled", "not_carried", "unaccounted"]
"""How a figure of the text is accounted for; the last two are not."""

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
_THINGS = "吨户千人名次家台辆套件个项亩平米公册株头只标份册片块座所间条"
_FIGURE = re.compile(
    rf"(?<![0-9])(?P<numbers>{_NUMBER}(?:[-~、/至到]+{_NUMBER})*)"
    rf"(?P<unit>[十百千万]?[万亿]?元|[万亿](?![{_THINGS}])|个?百分点|%|‰)"
    rf"|(?<![0-9.:])(?P<ratio>(?![0-9]{{1,2}}:[0-5][0-9](?![0-9.])){_NUMBER}:{_NUMBER})(?![0-9:])"
    rf"|(?P<han>[{_HAN[:-2]}][{_HAN}]*(?<=[十百千万亿]))元"
    rf"|(?P<below>[{_HAN}]+)分之(?P<above>[{_HAN}]+)"
)
_HEADING = re.compile(
    r"第[〇一二三四五六七八九十百0-9]+[章条节]|[一二三四五六七八九十]+、|\([一二三四五六七八九十0-9🖂]+\)|[0-9]{1,3}[.、](?![0-9])"
)
_STOP = re.compile("[。;]")
_GIVING = re.compile("奖|补|贴|给予|资助|配套|支持|拨付|减免|返还|预付|预留")
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
        wanted = _counting(quote)
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
        bare, wanted = self.bare[begin:end], _counting(quote)
        votes: Counter[int] = Counter()
        for place in range(len(wanted) - 1):
            for found in re.finditer(f"(?={re.escape(wanted[place : place + 2])})", bare):
                votes[(found.start() - place) // _WIDTH] += 1
        both = {bucket: count + votes.get(bucket + 1, 0) for bucket, count in votes.items()}
        slack = 2 * _WIDTH + len(wanted) // 4
        fits: list[tuple[int, int, int]] = []
        for bucket in sorted(both, key=lambda one: (-both[one], one))[:_TRIES]:
            start = max(0, bucket * _WIDTH - slack)
            changes, first, last = _fitted(wanted, bare[start : bucket * _WIDTH + len(wanted) + slack])
            fits.append((changes, begin + start + first, begin + start + last))
        if not fits:
            return None
        changes, first, last = min(fits)
        return Passage(self.span(first, last), self.kept[first:last], changes)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a rule file takes from its text.

    `clause` is the id of the sentence or of the rule; `path` and `sentence` its place in the text; `place` the place
    in the rule file.
    """

    clause: str
    path: str
    sentence: int
    place: str
    words: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Located:
    """A quote and where it stands; where it is missing, the nearest passage."""

    quote: Quote
    match: Match
    spans: tuple[Span, ...]
    nearest: Passage | None = None


@dataclass(frozen=True, slots=True)
class Accounted:
    """A figure of the text, and the clauses that account for it."""

    line: int
    figure: str
    around: str
    state: State
    clauses: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether nothing accounts for the figure."""
        return self.state in {"not_carried", "unaccounted"}


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What comparing a rule file with its text found. `expected` is the digest that the text should have, if known."""

    policy: str
    document: str
    file: str
    sha256: str
    expected: str | None
    located: tuple[Located, ...]
    figures: tuple[Accounted, ...]

    @property
    def failed(self) -> tuple[Located, ...]:
        """The quotes that do not stand where they should."""
        return tuple(one for one in self.located if one.match != "found")

    @property
    def unaccounted(self) -> tuple[Accounted, ...]:
        """The figures that no clause accounts for."""
        return tuple(one for one in self.figures if one.open)

    @property
    def changed(self) -> bool:
        """Whether the text is not the one whose digest is known."""
        return self.expected is not None and self.expected != self.sha256

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.failed or self.unaccounted or self.changed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing rule files with a folder of texts found.

    `without_text` are the policies whose text is not in the folder; `without_policy` the texts that no rule file
    names; `without_digest` the texts that the list of digests, if there is one, leaves out; `digests` its name.
    """

    reports: tuple[SourceReport, ...]
    without_text: tuple[str, ...]
    without_policy: tuple[str, ...]
    without_digest: tuple[str, ...]
    digests: str | None

    @property
    def ok(self) -> bool:
        """Whether every text is there, is the known one, and agrees with its rule file."""
        left = self.without_text or self.without_policy or self.without_digest
        return not left and all(report.ok for report in self.reports)


def read_digests(file: Path) -> dict[str, str]:
    """Read a list of digests as `sha256sum` writes it: file name → digest in lower case.

    Raises `UsageError` where it cannot be read, a line has another form, or a name stands there twice.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"no list of digests at '{file}': {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = re.fullmatch(r"([0-9A-Fa-f]{64}) [ *](?:\./)?(\S.*)", line)
        if parts is None:
            raise UsageError(f"'{file}' line {number} is not a digest and a file name, as sha256sum writes them")
        if parts[2] in found:
            raise UsageError(f"'{file}' line {number}: '{parts[2]}' stands there twice")
        found[parts[2]] = parts[1].lower()
    return found


def compare(
    files: Sequence[RuleFile], folder: Path, *, only: Iterable[str] = (), digests: Path | None = None
) -> Comparison:
    """Compare rule files with the texts of a folder; a text belongs to the policy that its name is the id of.

    `only` names the policies to look at: other policies and other texts are then left alone. `digests` is a list as
    `sha256sum` writes it; where none is given, `SHA256SUMS` of the folder is taken if it is there. Raises `UsageError`
    for a folder that is none, two files of one policy, a policy that no file is of, a text that is not UTF-8,
    and `OSError` for one that cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"'{folder}' is not a folder of texts")
    by_id: dict[str, RuleFile] = {}
    for file in files:
        if file.policy.id in by_id:
            raise UsageError(f"two policies have the id '{file.policy.id}'")
        by_id[file.policy.id] = file
    wanted = list(only)
    for name in wanted:
        if name not in by_id:
            raise UsageError(f"no policy '{name}'; loaded: {', '.join(by_id)}")
    beside = folder / DIGESTS
    listing = digests or (beside if beside.is_file() else None)
    known = read_digests(listing) if listing else {}
    looked_at = [policy for policy in by_id if not wanted or policy in wanted]
    there = {file.stem: file for file in sorted(folder.glob("*.txt")) if file.is_file()}
    reports = []
    for policy in looked_at:
        if policy in there:
            text = OfficialText.of(there[policy].name, there[policy].read_bytes())
            reports.append(verify(by_id[policy], text, known.get(text.name)))
    unnamed = () if wanted else tuple(file.name for stem, file in there.items() if stem not in by_id)
    unlisted = tuple(report.file for report in reports if report.expected is None) if listing else ()
    return Comparison(
        tuple(reports),
        tuple(policy for policy in looked_at if policy not in there),
        unnamed,
        unlisted,
        listing.name if listing else None,
    )


def verify(file: RuleFile, text: OfficialText, expected: str | None = None) -> SourceReport:
    """Compare every quote of a rule file with its text, and account for every figure of the text."""
    quotes = list(quotes_of(file))
    located = tuple(_located(quotes, text, _told_elsewhere(file)))
    figures = tuple(_accounted(file, quotes, text))
    policy = file.policy
    return SourceReport(policy.id, policy.document, text.name, text.sha256, expected, located, figures)


def quotes_of(file: RuleFile) -> Iterator[Quote]:
    """Return every quote of a rule file. A sentence comes before its parts."""
    for place, clause in enumerate(file.clauses):
        where = f"clauses[{place}]"
        if not clause.rows:
            yield from _of_sentence(clause, where)
        for number, row in enumerate(clause.rows or []):
            yield from _of_sentence(row, f"{where}.rows[{number}]")
    for place, rule in enumerate(file.cumulation):
        at = f"cumulation[{place}]"
        yield Quote(rule.id, "", 0, f"{at}.quote", rule.quote, "rule")
        for inner, words in _inner(rule, at):
            yield Quote(rule.id, "", 0, inner, words, "step")
    for place, one in enumerate(file.not_modelled):
        yield Quote("", one.path, one.sentence, f"not_modelled[{place}].quote", one.quote, "not_modelled")


def _of_sentence(given: Clause | TableSentence, at: str) -> Iterator[Quote]:
    whole = Quote(given.id, given.path, given.sentence, f"{at}.quote", given.quote, "sentence")
    yield whole
    if given.printed:
        yield replace(whole, place=f"{at}.printed", words=given.printed, kind="printed")
    for place, words in _inner(given, at):
        yield replace(whole, place=place, words=words, kind="step")


def _inner(given: object, at: str, *, top: bool = True) -> Iterator[tuple[str, str]]:
    """Return the quotes inside a model, whatever its shape: place and words."""
    if isinstance(given, BaseModel):
        for name in type(given).model_fields:
            inner = getattr(given, name)
            if name != "quote":
                yield from _inner(inner, f"{at}.{name}", top=False)
            elif inner and not top:
                yield f"{at}.quote", inner
    elif isinstance(given, list):
        for place, inner in enumerate(given):
            yield from _inner(inner, f"{at}[{place}]", top=False)
    elif isinstance(given, dict):
        for name, inner in given.items():
            yield from _inner(inner, f"{at}.{name}", top=False)


def _told_elsewhere(file: RuleFile) -> dict[str, list[str]]:
    """Return of each award the other sentences that are part of it: its steps may quote them too."""
    found: dict[str, list[str]] = {}
    for clause in file.clauses:
        others = [one.quote for one in file.clauses if clause.id in one.part_of]
        found.update(dict.fromkeys([clause.id, *(row.id for row in clause.rows or [])], others) if others else {})
    return found


def _located(quotes: Iterable[Quote], text: OfficialText, others: Mapping[str, list[str]]) -> Iterator[Located]:
    made = list(quotes)
    uses = Counter(_counting(one.words) for one in made if one.kind == "sentence")
    whole: list[tuple[int, int]] = []
    for quote in made:
        places = text.places(quote.words)
        match: Match = "found" if places else "missing"
        if quote.kind in {"sentence", "rule", "not_modelled"}:
            whole = places
            if quote.kind == "sentence" and len(places) > uses[_counting(quote.words)]:
                match = "not_unique"
        elif places and whole:
            if quote.kind == "printed":
                places = [place for place in places if place[1] <= whole[0][0]][-1:]
            else:
                told = [*whole, *(place for words in others.get(quote.clause, ()) for place in text.places(words))]
                places = [one for one in places if any(start <= one[0] and one[1] <= end for start, end in told)]
            match = "found" if places else "elsewhere"
            places = places or text.places(quote.words)
        own = whole[0] if whole and quote.kind == "step" else None
        near = text.nearest(quote.words, own) if match in {"missing", "elsewhere"} else None
        yield Located(quote, match, tuple(text.span(*place) for place in places), near)


def _accounted(file: RuleFile, quotes: Sequence[Quote], text: OfficialText) -> Iterator[Accounted]:
    carried = _carried(file)
    nothing = {clause.id for clause in file.clauses if clause.gives == "none"}
    standing = [
        (start, end, quote)
        for quote in quotes
        if quote.kind in {"sentence", "not_modelled"}
        for start, end in text.places(quote.words)
    ]
    for printed in text.figures():
        inside = [quote for start, end, quote in standing if start <= printed.start and printed.end <= end]
        clauses = [one.clause for one in inside if one.kind == "sentence"]
        holding = [one for one in clauses if all(value in carried[one] for value in printed.values)]
        state: State
        if holding:
            state, clauses = "carried", holding
        elif clauses and all(one in nothing for one in clauses):
            state = "gives_nothing"
        elif clauses:
            state = "not_carried"
        elif inside:
            state = "not_modelled"
        else:
            start, end = text.section(printed.start)
            clauses = [one.clause for at, _, one in standing if start <= at < end]
            quiet = clauses and all(one in nothing for one in clauses)
            aim = quiet and not _GIVING.search(text.sentence(printed.start))
            state, clauses = ("target", clauses) if aim else ("unaccounted", [])
        yield Accounted(
            text.lines[printed.start],
            printed.words,
            text.around(printed.start, printed.end),
            state,
            tuple(dict.fromkeys(clauses)),
        )


def _carried(file: RuleFile) -> dict[str, frozenset[Figure]]:
    """Return the figures that each sentence's rules have: its own, those of rules between awards and definitions."""
    found: dict[str, frozenset[Figure]] = {}
    for clause in file.clauses:
        wholes = [one for one in file.clauses if one.id in clause.part_of]
        about = [clause.id, *clause.part_of]
        rules = [rule for rule in file.cumulation if any(one in about for one in (*rule.clauses, *rule.against))]
        shared = _figures_in(clause, skip="rows")
        shared += [one for rule in rules for one in _figures_in(rule)]
        shared += [one for whole in wholes for one in _figures_in(whole)]
        words = " ".join(text for one in (clause, *wholes) for text in texts_of(one))
        for condition in _defined(file, words):
            shared += _figures_of(condition)
        if not clause.rows:
            found[clause.id] = frozenset(shared)
        for row in clause.rows or []:
            found[row.id] = frozenset([*shared, *_figures_in(row)])
    return found


def _defined(file: RuleFile, words: str) -> Iterator[str]:
    """Return the conditions whose names stand in words, and those whose names stand in these."""
    left, rest = dict(file.define), [words]
    while rest:
        read = rest.pop()
        for name in [one for one in left if re.search(rf"(?<![\w.]){re.escape(one)}(?!\w)", read)]:
            rest.append(left.pop(name))
            yield rest[-1]


def _figures_in(given: Clause | TableSentence | Rule, skip: str = "") -> list[Figure]:
    return [figure for words in texts_of(given, skip) for figure in _figures_of(words)]


def _figures_of(words: str) -> list[Figure]:
    return [figure for found in _FIGURE.finditer(_counting(words)) for figure in _values(found)]


def texts_of(given: object, skip: str = "") -> Iterator[str]:
    """Return what a clause computes with: every text of it that is no quote and no remark."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, BaseModel):
        for name in type(given).model_fields:
            if name not in {"id", "path", "printed", "quote", "flags", "notes", "why", skip}:
                yield from texts_of(getattr(given, name))
    elif isinstance(given, list):
        for inner in given:
            yield from texts_of(inner)
    elif isinstance(given, dict):
        for name, inner in given.items():
            yield str(name)
            yield from texts_of(inner)


def alike(text: str) -> str:
    """Write what an extraction only writes differently in one way, character for character."""
    return "".join(_LIKE.get(char) or _LIKE.setdefault(char, _one(char)) for char in text)


def _one(char: str) -> str:
    if not ("\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\uffff"):
        return char.translate(_ALIKE)
    plain = unicodedata.normalize("NFKC", char)
    return (plain if len(plain) == 1 else char).translate(_ALIKE)


_LIKE: Final[dict[str, str]] = {}


def _counting(text: str) -> str:
    return _NOISE.sub("", alike(text))


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


def _fitted(wanted: str, window: str) -> tuple[int, int, int]:
    """Return the fewest changes that make a part of the window into the wanted words, and that part.

    >>> _fitted("最高不超过200万元", "给予奖励，最高不超过2000万元。")
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
