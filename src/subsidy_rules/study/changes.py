"""What changed between two versions of a policy, in legal terms.

Two rule files are compared as they are written, sentence by sentence: which is new or gone, which was repealed or
suspended and by which document, which rate, cap, threshold, date, condition, reading or quote is another one.

    for one in changes(read_policy(old), read_policy(new)):
        tell(one.place, one.nature, one.old, one.new)

A sentence is known again by its id, or, where the id is new, by where it stands in the text. `2000万元` in place of
`20000000元` is no change. Of a condition that differs in one sign only the nature is `inclusivity`, in one day `date`,
in one figure `threshold`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from fractions import Fraction
from functools import partial
from typing import Final, Literal, TypeAlias

from subsidy_rules.policy.source import RuleSource
from subsidy_rules.values.document import Plain, plain
from subsidy_rules.values.quantity import QuantityError, parse_money, parse_ratio

Kind: TypeAlias = Literal["added", "removed", "changed", "repealed", "suspended", "corrected"]
Table: TypeAlias = "dict[str, Plain]"

_TOKEN: Final = re.compile(
    r'"[^"]*"|\d{4}-\d{2}-\d{2}|\d[\d.]*(?:[:∶]\d[\d.]*)? ?(?:[^\W\d]+|[%‰])?|>=|<=|[^\W\d][\w.–]*|[^\w\s]'
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_STRICT: Final = {">=": ">", "<=": "<", ">": ">", "<": "<"}
_ENDS: Final = (("from", "over"), ("to", "below"))
"""The ends of a band: the inclusive key and the one that excludes the figure."""
_DATES: Final = ("start", "start_other", "events_from", "end", "horizon", "from", "until")
_PLACE: Final = ("path", "sentence", "printed")
_WORDS_OF_A_TEXT: Final = ("quote", "was")
_CONDITIONS: Final = ("where", "when", "unless", "doubt")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise: its kind and nature, the sentence, where it stands in the file, both sides.

    `nature` is what a lawyer would call it (`rate`, `cap`, `threshold`, `date`, `inclusivity`, `condition`, `reading`,
    `quote`, `sentence` …). `clause`, `path` and `sentence` are empty where it is not of one sentence. `old` and `new`
    are as they are written, empty where there is none; `document` is what repealed, suspended or corrected.
    """

    kind: Kind
    nature: str
    clause: str
    path: str
    sentence: str
    place: str
    old: str
    new: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class _Side:
    """A sentence that is compared: its id and place in the text, which every change of it carries."""

    clause: str = ""
    path: str = ""
    sentence: str = ""


def changes(old: RuleSource, new: RuleSource) -> tuple[Change, ...]:
    """Return every change between two rule files, in the order of the new one; what is gone comes where it stood.

    Raises `RuleError` for a file of a wrong shape.
    """
    _ = old.file, new.file
    one, other = _mapping(plain(old.document.root)), _mapping(plain(new.document.root))
    made: list[Change] = []
    for section in dict.fromkeys([*other, *one]):
        a, b = one.get(section), other.get(section)
        if section == "policy":
            made += _tree(_Side(), "policy", a, b, _of_header)
        elif section == "clauses":
            made += _sentences(_items(a), _items(b))
        elif section == "cumulation":
            made += _rules(_items(a), _items(b))
        elif section != "language":
            made += _tree(_Side(), section, a or {}, b or {}, partial(_of_section, section))
    return tuple(made)


def same_sentences(old: RuleSource, new: RuleSource) -> dict[str, str]:
    """Return which sentence of the new file each sentence of the old one is, by their ids; rows of tables too."""
    one, other = (_items(_mapping(plain(each.document.root))["clauses"]) for each in (old, new))
    pairs = [(a, b) for a, b in _paired(one, other) if a is not None and b is not None]
    made = {}
    for a, b in pairs:
        made[_text(a, "id")] = _text(b, "id")
        for row, twin in _paired(_items(a.get("rows")), _items(b.get("rows"))):
            if row is not None and twin is not None:
                made[_text(row, "id")] = _text(twin, "id")
    return made


# Sections


def _of_header(place: str) -> str:
    key = place.rpartition(".")[2]
    if "window" in place or ("version" in place and key in _DATES):
        return "date"
    if key == "unstated_cumulation":
        return "reading"
    return next((one for one in ("rounding", "version", "reviewed_by", "approved_by") if f".{one}" in place), "head")


_SECTIONS: Final[Mapping[str, str]] = {
    "readings": "reading",
    "define": "condition",
    "lists": "list",
    "vocabulary": "word",
    "things": "fact",
    "facts": "fact",
    "units": "unit",
    "parameters": "parameter",
    "ladders": "ladder",
    "not_modelled": "left out",
}


def _of_section(section: str, _: str) -> str:
    return _SECTIONS.get(section, section)


def _always(nature: str, _: str) -> str:
    return nature


def _sentences(old: Sequence[Table], new: Sequence[Table]) -> Iterator[Change]:
    for a, b in _paired(old, new):
        yield from _sentence(a, b, "clauses")


def _sentence(a: Table | None, b: Table | None, where: str) -> Iterator[Change]:
    """Compare one sentence with itself, or tell that it is new or gone."""
    one = b if b is not None else a if a is not None else {}
    side = _Side(_text(one, "id"), _text(one, "path"), _text(one, "sentence"))
    place = f"{where}.{side.clause}"
    if a is None or b is None:
        quote = _text(one, "quote") or "；".join(_text(row, "quote") for row in _items(one.get("rows")))
        yield _change(side, "sentence", place, "" if a is None else quote, "" if b is None else quote)
        return
    for key in dict.fromkeys([*b, *a]):
        at, before, after = f"{place}.{key}", a.get(key), b.get(key)
        if key == "rows":
            for row, twin in _paired(_items(before), _items(after)):
                yield from _sentence(row, twin, at)
        elif key in ("award", "obligation"):
            yield from _steps(side, at, _items(before), _items(after))
        elif key == "amended":
            yield from _amendments(side, at, before, after)
        elif key in _CONDITIONS:
            yield from _conditions(side, at, before, after)
        else:
            yield from _tree(side, at, before, after, partial(_always, _nature_of(key)))


def _nature_of(key: str) -> str:
    if key in _WORDS_OF_A_TEXT:
        return "quote"
    if key in _PLACE:
        return "place"
    return {"payers": "payer", "instalments": "instalment", "gives": "effect", "event": "date"}.get(key, key)


def _rules(old: Sequence[Table], new: Sequence[Table]) -> Iterator[Change]:
    """Compare the rules between awards; their order is a part of what they say."""
    for a, b in _paired(old, new):
        one = b or a or {}
        side, place = _Side(_text(one, "id")), f"cumulation.{_text(one, 'id')}"
        if a is None or b is None:
            quote = _text(one, "quote")
            yield _change(side, "rule between awards", place, "" if a is None else quote, "" if b is None else quote)
            continue
        for key in dict.fromkeys([*b, *a]):
            if key == "when":
                yield from _conditions(side, f"{place}.when", a.get(key), b.get(key))
            else:
                nature = {"cap": "cap", "quote": "quote"}.get(key, "rule between awards")
                yield from _tree(side, f"{place}.{key}", a.get(key), b.get(key), partial(_always, nature))
    ids = [[_text(one, "id") for one in rules] for rules in (old, new)]
    common = [[name for name in names if name in ids[0] and name in ids[1]] for names in ids]
    if common[0] != common[1]:
        yield _change(_Side(), "order", "cumulation", ", ".join(common[0]), ", ".join(common[1]))


def _steps(side: _Side, place: str, old: Sequence[Table], new: Sequence[Table]) -> Iterator[Change]:
    """Compare the steps of an award in their order: steps of one word are one step."""
    words = [_word(step) for step in old], [_word(step) for step in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield from _step(side, f"{place}[{j}]", words[1][j], old[i], new[j])
            continue
        for i in range(i1, i2):
            yield _change(side, words[0][i], f"{place}[{i}]", _written(old[i]), "")
        for j in range(j1, j2):
            yield _change(side, words[1][j], f"{place}[{j}]", "", _written(new[j]))


def _step(side: _Side, place: str, word: str, old: Table, new: Table) -> Iterator[Change]:
    for key in dict.fromkeys([*new, *old]):
        at, before, after = f"{place}.{key}", old.get(key), new.get(key)
        if key in _CONDITIONS:
            yield from _conditions(side, at, before, after)
        elif key == "rows" or (key in ("of", word) and isinstance(after, list) and isinstance(before, list)):
            inner = _bands if key == "rows" else _steps
            yield from inner(side, at, _items(before), _items(after))
        else:
            yield from _tree(side, at, before, after, partial(_always, "quote" if key == "quote" else word))


def _bands(side: _Side, place: str, old: Sequence[Table], new: Sequence[Table]) -> Iterator[Change]:
    """Compare the bands or slices of a step by their order."""
    for at in range(max(len(old), len(new))):
        a = old[at] if at < len(old) else None
        b = new[at] if at < len(new) else None
        where = f"{place}[{at}]"
        if a is None or b is None:
            yield _change(side, "band", where, _written(a), _written(b))
            continue
        left, right = dict(a), dict(b)
        for ends in _ENDS:
            kept = [next((key for key in ends if key in table), None) for table in (left, right)]
            if None not in kept and kept[0] != kept[1]:
                was, now = (_text(table, str(key)) for table, key in ((left, kept[0]), (right, kept[1])))
                nature = "inclusivity" if _meaning(was) == _meaning(now) else "threshold"
                yield _change(side, nature, where, f"{kept[0]}: {was}", f"{kept[1]}: {now}")
                del left[str(kept[0])], right[str(kept[1])]
        names = {"from": "threshold", "over": "threshold", "to": "threshold", "below": "threshold"}
        for key in dict.fromkeys([*right, *left]):
            nature = names.get(key, key)
            yield from _tree(side, f"{where}.{key}", left.get(key), right.get(key), partial(_always, nature))


def _word(step: Table) -> str:
    return next((key for key in step if key not in ("when", "quote", "of", "per", "unless", "called")), "step")


def _conditions(side: _Side, place: str, old: Plain | None, new: Plain | None) -> Iterator[Change]:
    """Compare conditions: what is the same in both is passed over, what is left is held against each other in order."""
    before, after = (_texts(one) for one in (old, new))
    for text in list(before):
        twin = next((one for one in after if _meaning(one) == _meaning(text)), None)
        if twin is not None:
            before.remove(text)
            after.remove(twin)
    while before and after:
        _, i, j = max((_alike(a, b), -i, -j) for i, a in enumerate(before) for j, b in enumerate(after))
        a, b = before.pop(-i), after.pop(-j)
        if _alike(a, b) < _SAME:
            yield _change(side, "condition", place, a, "")
            yield _change(side, "condition", place, "", b)
        else:
            yield _change(side, nature_of(a, b), place, a, b)
    for text in before:
        yield _change(side, "condition", place, text, "")
    for text in after:
        yield _change(side, "condition", place, "", text)


_SAME: Final = 0.5
"""From how much alike two conditions are one that was changed. It decides how a change is told, and no figure."""


def _alike(a: str, b: str) -> float:
    """Return how much of two conditions is the same, whatever their figures and signs."""
    one, other = ([_form(token) for token in _TOKEN.findall(text)] for text in (a, b))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _form(token: str) -> str:
    return "0" if token[:1].isdigit() else ">" if token in _STRICT else token


def _texts(node: Plain | None) -> list[str]:
    if node is None:
        return []
    return [_written(one) for one in node] if isinstance(node, list) else [_written(node)]


def _amendments(side: _Side, place: str, old: Plain | None, new: Plain | None) -> Iterator[Change]:
    """Tell what became of a sentence, by which document."""
    before, after = _items(old), _items(new)
    for one in (each for each in after if each not in before):
        kind: Kind = next((each for each in _BECAME if each == one.get("kind")), "changed")
        days = f"{_text(one, 'from')} – {_text(one, 'until')}".rstrip(" ")
        made = _change(side, "sentence", place, _text(one, "was"), days)
        yield replace(made, kind=kind, document=_text(one, "document"))
    for one in (each for each in before if each not in after):
        yield replace(_change(side, "sentence", place, _written(one), ""), document=_text(one, "document"))


_BECAME: Final[tuple[Kind, ...]] = ("repealed", "suspended", "corrected")


# Trees and texts


def _tree(
    side: _Side, place: str, old: Plain | None, new: Plain | None, nature: Callable[[str], str]
) -> Iterator[Change]:
    """Compare two trees of a file, key by key; a list of texts member by member, one of mappings by their ids."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            yield from _tree(side, f"{place}.{key}", old.get(key), new.get(key), nature)
    elif isinstance(old, list) and isinstance(new, list) and all(isinstance(one, str) for one in (*old, *new)):
        gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
        if gone or come:
            yield _change(side, nature(place), place, ", ".join(map(_written, gone)), ", ".join(map(_written, come)))
    elif isinstance(old, list) and isinstance(new, list):
        for at in range(max(len(old), len(new))):
            a, b = (one[at] if at < len(one) else None for one in (old, new))
            yield from _tree(side, f"{place}[{at}]", a, b, nature)
    elif isinstance(old, str) and isinstance(new, str):
        if old != new and (nature(place) == "quote" or _meaning(old) != _meaning(new)):
            said = nature(place)
            yield _change(side, nature_of(old, new) if said == "condition" else said, place, old, new)
    elif old != new:
        yield _change(side, nature(place), place, _written(old), _written(new))


def nature_of(old: str, new: str) -> str:
    """Return in what two conditions differ: `inclusivity`, `date`, `threshold`, or the `condition` itself.

    >>> nature_of("enterprise.revenue >= 2000万元", "enterprise.revenue > 2000万元")
    'inclusivity'
    >>> nature_of("enterprise.revenue >= 2000万元", "enterprise.revenue >= 3000万元")
    'threshold'
    """
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(a) != len(b):
        return "condition"
    pairs = [(one, other) for one, other in zip(a, b, strict=True) if _value(one) != _value(other)]
    natures = {_nature(one, other) for one, other in pairs}
    return (
        natures.pop() if len(natures) == 1 else "threshold" if natures <= {"threshold", "inclusivity"} else "condition"
    )


def _nature(one: str, other: str) -> str:
    if one in _STRICT and other in _STRICT and _STRICT[one] == _STRICT[other]:
        return "inclusivity"
    if _DAY.fullmatch(one) and _DAY.fullmatch(other):
        return "date"
    return "threshold" if one[:1].isdigit() and other[:1].isdigit() else "condition"


def _meaning(text: str) -> tuple[str | Fraction, ...]:
    """Return the tokens of an expression, every figure as its value."""
    return tuple(_value(one) for one in _TOKEN.findall(text))


def _value(token: str) -> str | Fraction:
    if not token[:1].isdigit() or _DAY.fullmatch(token):
        return token
    for read in (parse_money, parse_ratio):
        try:
            return Fraction(read(token))
        except QuantityError:
            continue
    return token.replace(" ", "")


def _change(side: _Side, nature: str, place: str, old: str, new: str) -> Change:
    kind: Kind = "added" if not old else "removed" if not new else "changed"
    return Change(kind, nature, side.clause, side.path, side.sentence, place, old, new)


def _paired(old: Sequence[Table], new: Sequence[Table]) -> Iterator[tuple[Table | None, Table | None]]:
    """Return the sentences of two files in pairs: by id, else by where they stand; what has no counterpart alone."""
    ids = {_text(one, "id"): one for one in old}
    stands = {(_text(one, "path"), _text(one, "sentence")): one for one in old if "path" in one}
    taken: set[str] = {_text(one, "id") for one in new if _text(one, "id") in ids}
    found: list[tuple[Table | None, Table | None]] = []
    for one in new:
        twin = ids.get(_text(one, "id"))
        if twin is None:
            at = stands.get((_text(one, "path"), _text(one, "sentence")))
            twin = at if at is not None and _text(at, "id") not in taken else None
            taken |= set() if twin is None else {_text(twin, "id")}
        found.append((twin, one))
    yield from found
    yield from ((one, None) for one in old if _text(one, "id") not in taken)


def _mapping(node: Plain | None) -> Table:
    return node if isinstance(node, dict) else {}


def _items(node: Plain | None) -> list[Table]:
    return [one for one in node if isinstance(one, dict)] if isinstance(node, list) else []


def _text(node: Table, key: str) -> str:
    found = node.get(key, "")
    return found if isinstance(found, str) else ""


def _written(node: Plain | None) -> str:
    """Write a part of a file in one line, as it would stand in it."""
    if node is None:
        return ""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "[" + ", ".join(map(_written, node)) + "]"
    return "{" + ", ".join(f"{key}: {_written(value)}" for key, value in node.items()) + "}"


def about(found: Iterable[Change], clause: str) -> tuple[Change, ...]:
    """Return the changes of one sentence."""
    return tuple(one for one in found if one.clause == clause)
