"""Rule files against the official texts: where each quote stands, and which figures of a text no clause carries.

A quote of a sentence stands in the text, the quote of a step in its own sentence; a figure of the text is carried where
the clause that quotes it computes with that value. [`extracted`][subsidy_rules.policy.extracted] is how a text is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel

from subsidy_rules.errors import UsageError
from subsidy_rules.policy.extracted import (
    Figure,
    OfficialText,
    Passage,
    Printed,
    Span,
    alike,
    counting,
    figures_of,
    fitted,
    han_number,
)
from subsidy_rules.policy.model import Clause, Rule, RuleFile, TableSentence

__all__ = [
    "DIGESTS",
    "Accounted",
    "Comparison",
    "Figure",
    "Kind",
    "Located",
    "Match",
    "OfficialText",
    "Passage",
    "Printed",
    "Quote",
    "SourceReport",
    "Span",
    "State",
    "alike",
    "compare",
    "han_number",
    "quotes_of",
    "read_digests",
    "texts_of",
    "verify",
]

DIGESTS: Final = "SHA256SUMS"
"""The name of the list of digests that is read where it stands beside the texts."""

Kind = Literal["sentence", "step", "rule", "printed", "not_modelled"]
"""What a quote is of: a sentence, a part of one, a rule between awards, a misprinted number, words left out."""
Match = Literal["found", "missing", "elsewhere", "not_unique"]
"""`elsewhere`: in the text, not in its own sentence; `not_unique`: at more places than sentences quote it."""
State = Literal["carried", "gives_nothing", "target", "not_modelled", "not_carried", "unaccounted"]
"""How a figure of the text is accounted for; the last two are not."""
_LOOK_BACK: Final = 12
_CHANGES: Final = {
    1: re.compile("增|升|涨|提高|grow|increas|rise"),
    -1: re.compile("降|减|下浮|fall|reduc|decreas|drop"),
}
"""Words before a percentage that mean more than what there was, or less."""
_GIVING = re.compile("奖|补|贴|给予|资助|配套|支持|拨付|减免|返还|预付|预留")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a rule file takes from its text.

    `clause` is the id of the sentence or of the rule; `path` and `sentence` its place in the text; `place` the place
    in the rule file; `was` the words as they stood before corrections, in a text that is older than these.
    """

    clause: str
    path: str
    sentence: int
    place: str
    words: str
    kind: Kind
    was: tuple[str, ...] = ()


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
    former = [one.was for one in given.amended if one.was]
    was = tuple(_before(given.quote, one) for one in former)
    whole = Quote(given.id, given.path, given.sentence, f"{at}.quote", given.quote, "sentence", was)
    yield whole
    if given.printed:
        yield replace(whole, place=f"{at}.printed", words=given.printed, kind="printed", was=())
    for place, words in _inner(given, at):
        inside = [one for one in former if counting(words) in _corrected(given.quote, one)]
        parts = (*(_before(words, one) for one in former), *inside)
        yield replace(whole, place=place, words=words, kind="step", was=parts)


def _before(quote: str, was: str) -> str:
    """Return words as they stood before a correction: with what was there in place of what is most like it."""
    words = counting(quote)
    _, start, end = fitted(counting(was), words)
    return words[:start] + was + words[end:]


def _corrected(quote: str, was: str) -> str:
    """Return the part of a sentence that a correction has changed."""
    words = counting(quote)
    _, start, end = fitted(counting(was), words)
    return words[start:end]


def _inner(given: object, at: str, *, top: bool = True) -> Iterator[tuple[str, str]]:
    """Return the quotes inside a model, whatever its shape: place and words. Those of other documents are left out."""
    if isinstance(given, BaseModel):
        for name in type(given).model_fields:
            inner = getattr(given, name)
            if name not in {"quote", "amended"}:
                yield from _inner(inner, f"{at}.{name}", top=False)
            elif name == "quote" and inner and not top:
                yield f"{at}.quote", inner
    elif isinstance(given, list):
        for place, inner in enumerate(given):
            yield from _inner(inner, f"{at}[{place}]", top=False)
    elif isinstance(given, dict):
        for name, inner in given.items():
            yield from _inner(inner, f"{at}.{name}", top=False)


def _places(quote: Quote, text: OfficialText) -> list[tuple[int, int]]:
    """Return where a quote stands: as it is, else as it was before a correction."""
    found = (text.places(words) for words in (quote.words, *quote.was))
    return next((places for places in found if places), [])


def _told_elsewhere(file: RuleFile) -> dict[str, list[str]]:
    """Return of each award the other sentences that are part of it: its steps may quote them too."""
    found: dict[str, list[str]] = {}
    for clause in file.clauses:
        others = [one.quote for one in file.clauses if clause.id in one.part_of]
        found.update(dict.fromkeys([clause.id, *(row.id for row in clause.rows or [])], others) if others else {})
    return found


def _located(quotes: Iterable[Quote], text: OfficialText, others: Mapping[str, list[str]]) -> Iterator[Located]:
    made = list(quotes)
    uses = Counter(counting(one.words) for one in made if one.kind == "sentence")
    whole: list[tuple[int, int]] = []
    for quote in made:
        places = _places(quote, text)
        match: Match = "found" if places else "missing"
        if quote.kind in {"sentence", "rule", "not_modelled"}:
            whole = places
            if quote.kind == "sentence" and len(places) > uses[counting(quote.words)]:
                match = "not_unique"
        elif places and whole:
            if quote.kind == "printed":
                places = [place for place in places if place[1] <= whole[0][0]][-1:]
            else:
                told = [*whole, *(place for words in others.get(quote.clause, ()) for place in text.places(words))]
                places = [one for one in places if any(start <= one[0] and one[1] <= end for start, end in told)]
            match = "found" if places else "elsewhere"
            places = places or _places(quote, text)
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
        for start, end in _places(quote, text)
    ]
    for printed in text.figures():
        inside = [quote for start, end, quote in standing if start <= printed.start and printed.end <= end]
        clauses = [one.clause for one in inside if one.kind == "sentence"]
        written = _as_written(printed, text)
        holding = [one for one in clauses if all(any(way in carried[one] for way in ways) for ways in written)]
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


def _as_written(printed: Printed, text: OfficialText) -> Iterator[list[Figure | Divided]]:
    """Return each value of a figure, with the other ways in which a rule may have it.

    Costs that two bear 6:4 are shares of 60% and 40%; a growth of 10% is 110% of the year before.
    """
    ratio = ":" in printed.words or "\N{RATIO}" in printed.words
    before = text.bare[max(0, printed.start - _LOOK_BACK) : printed.start]
    for value in printed.values:
        ways: list[Figure | Divided] = [value]
        if value.unit == "ratio" and ratio:
            first = 1 / (1 + value.value)
            ways += [Divided(first), Divided(1 - first)]
        elif value.unit == "ratio":
            grown = [sign for sign, words in _CHANGES.items() if words.search(before)]
            ways += [Figure("ratio", 1 + sign * value.value) for sign in grown]
            ways.append(Divided(value.value))
        yield ways


class Divided(NamedTuple):
    """A share of what is divided among payers or in time, also the one that is left for the rest."""

    share: Fraction


def _carried(file: RuleFile) -> dict[str, frozenset[Figure | Divided]]:
    """Return the figures that each sentence's rules have: its own, those of rules between awards and definitions."""
    found: dict[str, frozenset[Figure | Divided]] = {}
    for clause in file.clauses:
        wholes = [one for one in file.clauses if one.id in clause.part_of]
        about = [clause.id, *clause.part_of]
        rules = [rule for rule in file.cumulation if any(one in about for one in (*rule.clauses, *rule.against))]
        shared: list[Figure | Divided] = [*_figures_in(clause, skip="rows")]
        shared += [one for rule in rules for one in _figures_in(rule)]
        shared += [one for whole in wholes for one in _figures_in(whole)]
        shared += [one for whole in (clause, *wholes) for one in _divided(whole)]
        shared += [one for note in clause.notes for one in figures_of(note.text)]
        if clause.gives == "rule" and file.policy.rounding.mode is not None:
            shared += figures_of(file.policy.rounding.unit)
        words = " ".join(text for one in (clause, *wholes) for text in texts_of(one))
        for condition in _defined(file, words):
            shared += figures_of(condition)
        if not clause.rows:
            found[clause.id] = frozenset(shared)
        for row in clause.rows or []:
            noted = [one for note in row.notes for one in figures_of(note.text)]
            found[row.id] = frozenset([*shared, *_figures_in(row), *noted])
    return found


def _divided(clause: Clause) -> Iterator[Divided]:
    """Return the shares in which a sentence is paid, by whom and when, and what is left for the rest."""
    for parts in (clause.payers or [], clause.instalments.parts if clause.instalments else []):
        shares = [[one.value for text in texts_of(part.share) for one in figures_of(text)] for part in parts]
        yield from (Divided(share) for listed in shares for share in listed)
        plain = [listed[0] for listed in shares if len(listed) == 1]
        if len(plain) == len(parts) - 1:
            yield Divided(1 - sum(plain, Fraction()))


def _defined(file: RuleFile, words: str) -> Iterator[str]:
    """Return the conditions whose names stand in words, and those whose names stand in these."""
    left, rest = dict(file.define), [words]
    while rest:
        read = rest.pop()
        for name in [one for one in left if re.search(rf"(?<![\w.]){re.escape(one)}(?!\w)", read)]:
            rest.append(left.pop(name))
            yield rest[-1]


def _figures_in(given: Clause | TableSentence | Rule, skip: str = "") -> list[Figure]:
    return [figure for words in texts_of(given, skip) for figure in figures_of(words)]


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
