"""What of a policy can be nudged: each figure, edge, date, inclusive bound, condition and exclusion, one at a time.

A nudge is a small change of the text of a rule file: a rate one unit of its last digit up or down, a date by a day,
`>=` to `>`, the ends of two bands that meet together, a condition or a rule between awards taken away. It says where it
stands and in which sentence, and makes the policy as it would be. A test of that sentence should notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from subsidy_rules.errors import Place, RuleError
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.plan import PolicyPlan, compile_policy
from subsidy_rules.policy.model import RuleFile
from subsidy_rules.policy.shape import shape_of
from subsidy_rules.policy.source import RuleSource
from subsidy_rules.values import document as doc

__all__ = ["GONE", "Edit", "Nudge", "louder", "nudged", "nudges"]

GONE: Final = ""
"""What a part is changed to that is taken away."""

_SECTIONS: Final = ("define", "parameters", "clauses", "cumulation")
_WORDS_ONLY: Final = frozenset(
    [
        "id",
        "path",
        "printed",
        "sentence",
        "quote",
        "gives",
        "part_of",
        "beneficiary",
        "per",
        "fund",
        "notes",
        "flags",
        "why",
        "replaces",
        "share_of",
        "of",
        "by",
        "is",
        "kind",
        "same",
        "against",
        "name",
        "type",
        "document",
        "zh",
        "en",
        "mode",
        "guide",
        "each",
    ]
)
"""Keys under which there is nothing to be nudged."""
_LISTS: Final = frozenset({"where", "when", "doubt"})
_FLIPPED: Final = {"from": "over", "over": "from", "to": "below", "below": "to"}
_PART: Final = re.compile(
    r"""(?P<skip>"[^"]*"|\[[^\]]*\]|[A-Za-z_]\w*\d\w*|(?<![\w.])\d{6}(?!\d|\.|元|万|亿))
    |(?P<date>\b\d{4}-\d\d-\d\d\b)
    |(?<![\w.])(?P<figure>\d+(?:\.\d+)?)(?![\w.:]*[A-Za-z])
    |(?P<sign>>=|<=|>|<)
    |(?P<exclusion>\bis[ ]not\b|\bnot[ ]in\b|\bnone[ ]of\b|\bno(?=[ ]\w+[ ](?:where|as))|\bnot[ ])""",
    re.VERBOSE,
)
_SIGNS: Final = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_TURNED: Final = {">=": "<", ">": "<=", "<=": ">", "<": ">="}
_INCLUDED: Final = {"is not": "is", "not in": "in", "none of": "any of", "no": "any", "not ": ""}
_TRUTHS: Final = {"new_only": {"true": "false"}, "earlier": {"true": "false", "this_year": "true"}}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a tree: another text at a place, another key for it, or (neither) nothing in its place."""

    loc: Loc
    text: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Nudge:
    """A change of a policy: where, of which clause or rule, in which words, what it was and what it becomes.

    `kind` is figure, date, edge, inclusive or exclusion.
    """

    kind: str
    place: Place
    path: str
    sentence: str
    quote: str
    before: str
    after: str
    edits: tuple[Edit, ...]
    loud: tuple[tuple[Edit, ...], ...] = ()
    """Changes of the same thing that nobody could miss: a figure nothing or tenfold, a condition turned round."""

    @property
    def name(self) -> tuple[str, str, str]:
        """What tells it from others, wherever its line stands: its path, what it was, what it becomes."""
        return self.path, self.before, self.after


def nudges(source: RuleSource) -> Iterator[Nudge]:
    """Return everything of a rule file that can be nudged, in the order of the file."""
    root = source.document.root
    assert isinstance(root, doc.Mapping)  # noqa: S101 - its shape has been held
    policy = root.get("policy")
    window = policy.get("window") if isinstance(policy, doc.Mapping) else None
    if window is not None:
        yield from _Walk("policy", "").node(window, ("policy", "window"))
    for section in _SECTIONS:
        node = root.get(section)
        if node is not None:
            yield from _Walk(section, "").node(node, (section,))


def nudged(source: RuleSource, nudge: Nudge) -> PolicyPlan | None:
    """Return the policy with a change; nothing where the language refuses it."""
    return _made(source, nudge.edits)


def louder(source: RuleSource, nudge: Nudge) -> Iterator[PolicyPlan]:
    """Return the policy with each change of the same thing that nobody could miss, where the language takes it."""
    made = (_made(source, edits) for edits in nudge.loud)
    yield from (one for one in made if one is not None)


def _made(source: RuleSource, edits: tuple[Edit, ...]) -> PolicyPlan | None:
    root: doc.Node = source.document.root
    for edit in sorted(edits, key=lambda one: -len(one.loc)):
        root = _edited(root, edit.loc, edit)
    document = doc.Document(source.document.name, source.document.text, root)
    try:
        return compile_policy(RuleSource(document, shape_of(document, RuleFile)), all_read=False)
    except RuleError:
        return None


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through a section; knows in which sentence it is."""

    sentence: str
    quote: str

    def node(self, node: doc.Node, loc: Loc) -> Iterator[Nudge]:
        if isinstance(node, doc.Scalar):
            yield from self.scalar(node, loc)
        elif isinstance(node, doc.Sequence):
            for place, item in enumerate(node.items):
                if loc[-1] in _LISTS or loc == ("cumulation",):
                    yield from self.gone(item, (*loc, place))
                yield from self.node(item, (*loc, place))
        else:
            yield from self.mapping(node, loc)

    def mapping(self, node: doc.Mapping, loc: Loc) -> Iterator[Nudge]:
        texts = {key.text: value.text for key, value in node.entries if isinstance(value, doc.Scalar)}
        named = texts.get("id", self.sentence) if loc[0] in ("clauses", "cumulation") else str(loc[1:2] and loc[1])
        inside = replace(self, sentence=named or self.sentence, quote=texts.get("quote", self.quote))
        if "replaces" in texts:
            yield from inside.gone(node, loc)
        for key, value in node.entries:
            here = (*loc, key.text)
            if key.text in _WORDS_ONLY and isinstance(value, doc.Scalar | doc.Sequence) and not _steps(key.text, value):
                continue
            if key.text == "unless" or (key.text == "when" and isinstance(value, doc.Scalar) and "share" not in texts):
                yield from inside.gone(value, here)
            if key.text in _TRUTHS and isinstance(value, doc.Scalar):
                yield from inside.truth(key.text, value, here)
            elif key.text == "rows" and isinstance(value, doc.Sequence) and node.get("tiers") is not None:
                yield from inside.bands(value, here)
            else:
                yield from inside.node(value, here)

    def truth(self, key: str, value: doc.Scalar, loc: Loc) -> Iterator[Nudge]:
        after = _TRUTHS[key].get(value.text)
        if after is not None:
            said = f"{key}: {value.text}", f"{key}: {after}"
            yield self.made("exclusion", value, loc, said, (Edit(loc, after),))

    def gone(self, node: doc.Node, loc: Loc) -> Iterator[Nudge]:
        """Yield what takes a condition, an exception or a rule away."""
        texts = doc.plain(node)
        before = str(texts.get("id") or texts.get("when")) if isinstance(texts, dict) else str(texts)
        inside = self
        if isinstance(node, doc.Mapping):
            said = {key.text: value.text for key, value in node.entries if isinstance(value, doc.Scalar)}
            inside = _Walk(said.get("id", self.sentence), said.get("quote", self.quote))
        turned = ((Edit(loc, f"not ({before})"),),) if isinstance(node, doc.Scalar) else ()
        yield inside.made("exclusion", node, loc, (before, GONE), (Edit(loc),), turned)

    def bands(self, rows: doc.Sequence, loc: Loc) -> Iterator[Nudge]:
        """Yield what moves or turns the edges of bands, two that meet together; then what is in the bands."""
        edges: list[list[tuple[Loc, str, doc.Scalar]]] = []
        last: list[tuple[Loc, str, doc.Scalar]] | None = None
        for place, row in enumerate(rows.items):
            for key, value in row.entries if isinstance(row, doc.Mapping) else ():
                if key.text in _FLIPPED and isinstance(value, doc.Scalar):
                    one = ((*loc, place, key.text), key.text, value)
                    lower = key.text in ("from", "over")
                    if lower and last is not None and last[0][2].text == value.text:
                        last.append(one)
                    else:
                        edges.append([one])
                    if not lower:
                        last = edges[-1]
        for edge in edges:
            at, word, value = edge[0]
            flips = tuple(Edit(where, None, _FLIPPED[key]) for where, key, _ in edge)
            yield self.made("inclusive", value, at, (f"{word} {value.text}", f"{_FLIPPED[word]} {value.text}"), flips)
            for kind, after, far in _nudged_texts(value.text):
                loud = tuple(tuple(Edit(where, one) for where, _, _ in edge) for one in far)
                moved = tuple(Edit(where, after) for where, _, _ in edge)
                yield self.made("edge" if kind == "figure" else kind, value, at, (value.text, after), moved, loud)
        for place, row in enumerate(rows.items):
            if isinstance(row, doc.Mapping):
                others = tuple(pair for pair in row.entries if pair[0].text not in _FLIPPED)
                yield from self.node(replace(row, entries=others), (*loc, place))

    def scalar(self, node: doc.Scalar, loc: Loc) -> Iterator[Nudge]:
        edge = loc[-1] in _FLIPPED
        for kind, after, far in _nudged_texts(node.text):
            loud = tuple((Edit(loc, one),) for one in far)
            yield self.made(
                "edge" if edge and kind == "figure" else kind, node, loc, (node.text, after), (Edit(loc, after),), loud
            )

    def made(
        self,
        kind: str,
        node: doc.Node,
        loc: Loc,
        said: tuple[str, str],
        edits: tuple[Edit, ...],
        loud: tuple[tuple[Edit, ...], ...] = (),
    ) -> Nudge:
        path = ".".join(str(step) for step in self._named(loc))
        return Nudge(kind, node.place, path, self.sentence, self.quote, *said, edits, loud)

    def _named(self, loc: Loc) -> Iterator[str | int]:
        """Yield a path that does not change where other clauses are put in: the sentence by its id, not its number."""
        if loc[0] in ("clauses", "cumulation"):
            yield self.sentence
            yield from loc[2:]
        else:
            yield from loc


def _steps(key: str, value: doc.Node) -> bool:
    """Whether a key that is of words elsewhere holds the steps of an `each`."""
    return key == "of" and isinstance(value, doc.Sequence)


def _nudged_texts(text: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield a text with one thing in it changed, of what kind that is, and with the same thing changed beyond doubt."""
    for found in _PART.finditer(text):
        kind = str(found.lastgroup)
        if kind == "skip":
            continue
        before, after = text[: found.start()], text[found.end() :]
        others = list(_others(kind, found[0]))
        for other in others:
            louder_ = (*(one for one in others if one != other), *_far(kind, found[0]))
            far = tuple(before + one + after for one in louder_)
            yield "inclusive" if kind == "sign" else kind, before + other + after, far


def _others(kind: str, said: str) -> Iterator[str]:
    if kind == "date":
        day = date.fromisoformat(said)
        yield from ((day + timedelta(days)).isoformat() for days in (1, -1))
    elif kind == "figure":
        places = len(said.partition(".")[2])
        unit = Decimal(1).scaleb(-places)
        for other in (Decimal(said) + unit, Decimal(said) - unit):
            if other >= 0:
                yield f"{other:.{places}f}"
    else:
        yield (_SIGNS if kind == "sign" else _INCLUDED)[said]


def _far(kind: str, said: str) -> Iterator[str]:
    """Yield what nobody could take for it."""
    if kind == "date":
        day = date.fromisoformat(said)
        yield from ((day + timedelta(days)).isoformat() for days in (3650, -3650))
    elif kind == "figure":
        yield from ("0", f"{Decimal(said) * 10:f}", f"{Decimal(said) / 10:f}")
    elif kind == "sign":
        yield _TURNED[said]


def _edited(node: doc.Node, loc: Loc, edit: Edit) -> doc.Node:
    """Return a tree with a change."""
    step, rest = loc[0], loc[1:]
    if isinstance(node, doc.Sequence):
        assert isinstance(step, int)  # noqa: S101 - it was walked so
        items = list(node.items)
        if not rest and edit.text is None and edit.key is None:
            del items[step]
        else:
            items[step] = _edited(items[step], rest, edit) if rest else _said(items[step], edit)
        return replace(node, items=tuple(items))
    assert isinstance(node, doc.Mapping)  # noqa: S101
    made: list[tuple[doc.Scalar, doc.Node]] = []
    for key, value in node.entries:
        if key.text != step:
            made.append((key, value))
        elif rest:
            made.append((key, _edited(value, rest, edit)))
        elif edit.key is not None:
            made.append((replace(key, text=edit.key), value))
        elif edit.text is not None:
            made.append((key, _said(value, edit)))
    return replace(node, entries=tuple(made))


def _said(node: doc.Node, edit: Edit) -> doc.Node:
    assert isinstance(node, doc.Scalar)  # noqa: S101
    return replace(node, text=edit.text or "")
