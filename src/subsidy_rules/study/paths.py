"""Paths into a rule file: how a reform names what it changes.

A path is a policy, a slash, and the way from there. It begins with a sentence, a rule between awards, a declared name
or a key of the head, and follows the keys of the file:

    xian_30/equipment_renewal.cap                   the figure of a step, by its word
    xian_30/equipment_renewal.cap.of                an option of that step
    xian_30/park_upgrade.cap[1]                     the second of several steps with one word
    xian_30/equipment_renewal.when[0]               a condition
    shenyang/smart_factory.when[1].figure           the one figure that is written in a condition or an expression
    shenyang/titles.lump_sum.rows[国家级]            a row of a table, by its key
    beihu/research.tiers.rows[1].rate               a band
    xian_30/policy.window.start                     the head of the file
    xian_30/readings.A5.default   xian_30/define.equipment_cost   xian_30/cumulation[art5].cap
    xian_30/equipment_renewal.when[+]               one more condition

A path is resolved against the tree of the file as it was read, so what it names has a place there, and what it does not
name is told with the nearest name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from subsidy_rules.mechanisms.words import WORDS
from subsidy_rules.policy.model import Clause, Header, RuleFile, TableSentence
from subsidy_rules.values import document as doc

Loc: TypeAlias = tuple[str | int, ...]

FIGURE: Final = "figure"
"""The last part of a path to a literal inside a text."""
APPEND: Final = "+"
DECLARED: Final = ("readings", "define", "parameters", "lists", "ladders")
"""The sections whose names may stand at the beginning of a path."""
SECTIONS: Final = tuple(RuleFile.model_fields)
_PART: Final = re.compile(r"(?P<dot>\.?)(?:(?P<name>[^.\[\]]+)|\[(?P<selected>[^\[\]]*)\])")
_LITERAL: Final = re.compile(
    r'"[^"]*"|(?P<figure>\d{4}-\d{2}-\d{2}|\d+(?:\.\d+)?:\d+(?:\.\d+)?'
    r"|(?<![\w.])\d+(?:\.\d+)?(?:[%‰]|(?!and\b|or\b)[^\W\d_]+| (?!and\b|or\b|if\b|else\b|in\b|is\b)[^\W\d_]+)?)"
)


class PathError(Exception):
    """A path names nothing: the part that is wrong, and what could stand there (or what is wrong in words)."""

    def __init__(self, word: str, options: Iterable[str] = (), what: str = "", what_zh: str = "") -> None:
        super().__init__(word)
        self.word, self.options, self.what, self.what_zh = word, tuple(dict.fromkeys(options)), what, what_zh


class Part(NamedTuple):
    """One part of a path: a key, or what stands in brackets."""

    text: str
    selected: bool


class Spot(NamedTuple):
    """What a path names: the way to it in the file; which literal of its text; the sentence or rule it stands in.

    `step` is the way to the step that it is the word or an option of, and `new` says that it is not there yet.
    """

    loc: Loc
    figure: int | None = None
    owner: Loc = ()
    step: Loc = ()
    new: bool = False


def parts_of(text: str) -> list[Part]:
    """Return the parts of a path behind the slash. Raises `PathError` for what is none."""
    parts: list[Part] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or bool(found["dot"]) != (found["name"] is not None and bool(parts)):
            raise PathError(text, what=f"'{text}' is not a path", what_zh=f"“{text}”不是路径")
        name = found["name"]
        parts.append(Part((found["selected"] if name is None else name).strip(), name is None))
        at = found.end()
    if not parts or parts[0].selected:
        raise PathError(text, what=f"'{text}' is not a path", what_zh=f"“{text}”不是路径")
    return parts


def resolve(root: doc.Node, text: str) -> Spot:
    """Return what a path (behind the slash) names in a rule file. Raises `PathError`."""
    first, *rest = parts_of(text)
    loc, owner = _begin(root, first)
    return _Walk(root, loc, owner).to(rest)


def node_of(root: doc.Node, loc: Loc) -> doc.Node | None:
    """Return the node at the end of a way, if there is one."""
    node: doc.Node | None = root
    for step in loc:
        if isinstance(node, doc.Mapping):
            node = node.get(str(step))
        elif isinstance(node, doc.Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def put(root: doc.Node, loc: Loc, value: doc.Node | None, key: doc.Scalar) -> doc.Node:
    """Return a tree with another node at the end of a way (None takes it out); a new key stands at `key`'s place."""
    if not loc:
        return root if value is None else value
    step, rest = loc[0], loc[1:]
    if isinstance(root, doc.Mapping):
        entries = list(root.entries)
        at = next((place for place, (name, _) in enumerate(entries) if name.text == step), None)
        if at is None:
            name = doc.Scalar(str(step), key.place)
            inner = put(doc.Mapping((), key.place), rest, value, key) if rest else value
            return root if inner is None else doc.Mapping((*entries, (name, inner)), root.place)
        if not rest and value is None:
            del entries[at]
        else:
            entries[at] = (entries[at][0], put(entries[at][1], rest, value, key))
        return doc.Mapping(tuple(entries), root.place)
    if not isinstance(root, doc.Sequence) or not isinstance(step, int):
        return root
    items = list(root.items)
    if step == len(items):
        items.append(put(doc.Mapping((), key.place), rest, value, key) if value is not None else root)
    elif not rest and value is None:
        del items[step]
    else:
        items[step] = put(items[step], rest, value, key)
    return doc.Sequence(tuple(items), root.place)


def literals(text: str) -> list[tuple[int, int, str]]:
    """Return the figures that are written in a condition or an expression: begin, end, and as they are written."""
    found = [one for one in _LITERAL.finditer(text) if one["figure"] is not None]
    return [(one.start("figure"), one.end("figure"), one["figure"]) for one in found]


def sentences(root: doc.Node) -> Iterator[tuple[str, Loc]]:
    """Return each sentence and row of a table, by its id, with the way to it."""
    clauses = node_of(root, ("clauses",))
    for place, clause in enumerate(clauses.items if isinstance(clauses, doc.Sequence) else ()):
        yield _text(clause, "id"), ("clauses", place)
        rows = node_of(clause, ("rows",))
        for at, row in enumerate(rows.items if isinstance(rows, doc.Sequence) else ()):
            yield _text(row, "id"), ("clauses", place, "rows", at)


def rules(root: doc.Node) -> Iterator[tuple[str, Loc]]:
    """Return each rule between awards, by its id, with the way to it."""
    found = node_of(root, ("cumulation",))
    for place, rule in enumerate(found.items if isinstance(found, doc.Sequence) else ()):
        yield _text(rule, "id"), ("cumulation", place)


def _text(node: doc.Node | None, key: str) -> str:
    inner = node.get(key) if isinstance(node, doc.Mapping) else None
    return inner.text if isinstance(inner, doc.Scalar) else ""


def _begin(root: doc.Node, first: Part) -> tuple[Loc, Loc]:
    """Return where a path begins, and the sentence or rule that this is."""
    owners = [*sentences(root), *rules(root)]
    named: list[tuple[Loc, Loc]] = [(loc, loc) for name, loc in owners if name == first.text]
    declared = [(section, name) for section in DECLARED for name in _keys(node_of(root, (section,)))]
    named += [((section, name), ()) for section, name in declared if name == first.text]
    if first.text in SECTIONS:
        return (first.text,), ()
    if first.text == "reading":
        return ("readings",), ()
    if len(named) > 1:
        ways = ", ".join(_written(loc, owners) for loc, _ in named)
        what = f"'{first.text}' names several things: {ways}"
        raise PathError(first.text, what=what, what_zh=f"“{first.text}”不唯一：{ways}")
    if named:
        return named[0]
    if first.text in Header.model_fields:
        return ("policy", first.text), ()
    names = [name for name, _ in owners] + [name for _, name in declared] + list(SECTIONS)
    raise PathError(first.text, names)


def _written(loc: Loc, owners: list[tuple[str, Loc]]) -> str:
    name = next((name for name, way in owners if way == loc), "")
    return f"{loc[0]}[{name}]" if name else ".".join(map(str, loc))


def _keys(node: doc.Node | None) -> tuple[str, ...]:
    return node.keys() if isinstance(node, doc.Mapping) else ()


class _Walk:
    """Follows the parts of a path from where it begins."""

    def __init__(self, root: doc.Node, loc: Loc, owner: Loc) -> None:
        self.root, self.loc, self.owner = root, loc, owner
        self.step: Loc = ()

    def to(self, rest: list[Part]) -> Spot:
        """Follow all parts."""
        waiting = list(rest)
        while waiting:
            part = waiting.pop(0)
            node = node_of(self.root, self.loc)
            if isinstance(node, doc.Scalar) and part.text == FIGURE and not part.selected:
                return self._figure(node, waiting)
            if isinstance(node, doc.Sequence) and not self._is_option(node, part):
                if self._item(node, part):
                    return Spot(self.loc, None, self.owner, self.step, new=True)
                continue
            if isinstance(node, doc.Mapping) and self._key(node, part, waiting):
                continue
            if self.step and not part.selected and self.loc[: len(self.step)] == self.step:
                option = (*self.step, part.text)
                if node_of(self.root, option) is not None:
                    self.loc = option
                    continue
                if not waiting and len(self.loc) == len(self.step) + 1:
                    return Spot(option, None, self.owner, self.step, new=True)
            if isinstance(node, doc.Mapping) and not waiting and not part.selected and self._may_have(part.text):
                return Spot((*self.loc, part.text), None, self.owner, self.step, new=True)
            raise PathError(part.text, self._options(node))
        if self.loc == ("readings", self.loc[-1]) and len(self.loc) == 2:  # noqa: PLR2004 - a section and a name
            self.loc = (*self.loc, "default")
        return Spot(self.loc, None, self.owner, self.step)

    def _figure(self, node: doc.Scalar, waiting: list[Part]) -> Spot:
        found = literals(node.text)
        if not waiting and len(found) == 1:
            return Spot(self.loc, 0, self.owner, self.step)
        wanted = waiting[0].text if waiting else ""
        if len(waiting) == 1 and waiting[0].selected and wanted.isascii() and wanted.isdigit():
            place = int(wanted)
            if place < len(found):
                return Spot(self.loc, place, self.owner, self.step)
        told = ", ".join(f"figure[{place}] = {text}" for place, (_, _, text) in enumerate(found))
        what = f"'{node.text}' has {len(found)} figures: {told}" if found else f"'{node.text}' has no figure"
        what_zh = f"“{node.text}”有{len(found)}个数：{told}" if found else f"“{node.text}”没有数"
        raise PathError(FIGURE, what=what, what_zh=what_zh)

    def _is_option(self, node: doc.Sequence, part: Part) -> bool:
        """Whether a part names an option of the step whose steps a list holds, and nothing in the list."""
        named = part.selected or part.text == APPEND or part.text in [_called(item) for item in node.items]
        return not named and bool(self.step) and part.text in _keys(node_of(self.root, self.step))

    def _item(self, node: doc.Sequence, part: Part) -> bool:
        """Go to an item of a list; return whether it is one more."""
        if part.text == APPEND:
            self.loc = (*self.loc, len(node.items))
            return True
        if part.selected and part.text.isascii() and part.text.isdigit():
            if int(part.text) >= len(node.items):
                raise PathError(part.text, map(str, range(len(node.items))))
            place = int(part.text)
        else:
            names = [_called(item) for item in node.items]
            if part.text not in names:
                raise PathError(part.text, [one for one in names if one])
            if names.count(part.text) > 1:
                places = ", ".join(f"[{at}]" for at, one in enumerate(names) if one == part.text)
                what = f"'{part.text}' stands there several times: {places}"
                raise PathError(part.text, what=what, what_zh=f"此处有多个“{part.text}”：{places}")
            place = names.index(part.text)
        item = node.items[place]
        if part.text in WORDS and isinstance(item, doc.Mapping) and part.text in item.keys():  # noqa: SIM118 - no dict
            self.step = (*self.loc, place)
            self.loc = (*self.step, part.text)
            return False
        self.loc = (*self.loc, place)
        if self.loc[:-1] in (("clauses",), ("cumulation",)) or (len(self.loc) == 4 and self.loc[2] == "rows"):  # noqa: PLR2004 - clauses, place, rows, place
            self.owner = self.loc
        return False

    def _key(self, node: doc.Mapping, part: Part, waiting: list[Part]) -> bool:
        """Go to a key of a mapping, or to a step by its word; return whether there is one."""
        if part.text in node.keys():  # noqa: SIM118 - a node is no dict
            self.loc = (*self.loc, part.text)
            return True
        if part.selected:
            return False
        steps = list(self._steps(self.loc, part.text))
        if not steps:
            return False
        place = 0
        if len(steps) > 1:
            chosen = waiting[0].text if waiting and waiting[0].selected else ""
            if not (chosen.isascii() and chosen.isdigit() and int(chosen) < len(steps)):
                ways = ", ".join(f"{part.text}[{at}]" for at in range(len(steps)))
                what = f"there are {len(steps)} steps '{part.text}': {ways}"
                raise PathError(part.text, what=what, what_zh=f"有{len(steps)}个“{part.text}”步骤：{ways}")
            place = int(waiting.pop(0).text)
        elif waiting and waiting[0] == Part("0", selected=True):
            waiting.pop(0)
        self.step = steps[place]
        self.loc = (*self.step, part.text)
        return True

    def _steps(self, loc: Loc, word: str) -> Iterator[Loc]:
        """Return the ways to the steps of a sentence that have a word; those inside a step are of it alone."""
        for key in ("award", "obligation"):
            listed = node_of(self.root, (*loc, key))
            for place, step in enumerate(listed.items if isinstance(listed, doc.Sequence) else ()):
                if word in _keys(step):
                    yield (*loc, key, place)

    def _may_have(self, key: str) -> bool:
        """Whether a mapping may have a key that it has not; the shape of the file says what else is none."""
        if self.owner and self.loc == self.owner and self.owner[0] == "clauses":
            fields = TableSentence.model_fields if len(self.owner) > 2 else Clause.model_fields  # noqa: PLR2004 - a row
            return key in fields and key not in WORDS
        return self.loc[:1] in (
            ("policy",),
            ("parameters",),
            ("cumulation",),
            ("clauses",),
            ("vocabulary",),
            ("facts",),
        )

    def _options(self, node: doc.Node | None) -> Iterator[str]:
        yield from _keys(node)
        if self.owner and self.loc == self.owner:
            for key in ("award", "obligation"):
                listed = node_of(self.root, (*self.loc, key))
                for step in listed.items if isinstance(listed, doc.Sequence) else ():
                    yield from (one for one in _keys(step) if one in WORDS)
        if self.step:
            yield from (one for one in _keys(node_of(self.root, self.step)) if one not in WORDS)
        if isinstance(node, doc.Scalar) and literals(node.text):
            yield FIGURE


def _called(item: doc.Node) -> str:
    """Return what an item of a list is called: its id or name, the keys of a row, the word of a step, or its text."""
    if isinstance(item, doc.Scalar):
        return item.text
    keys = item.get("is") if isinstance(item, doc.Mapping) else None
    if isinstance(keys, doc.Sequence):
        return ", ".join(one.text for one in keys.items if isinstance(one, doc.Scalar))
    return _text(item, "id") or _text(item, "name") or next((one for one in _keys(item) if one in WORDS), "")
