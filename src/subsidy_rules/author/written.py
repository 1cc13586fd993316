r"""A YAML text as it is written: its entries with their marks, quotes, comments and blank lines, and no opinion.

`values.document` keeps what a file says and where; what it looks like is kept here, for what writes a file again. The
text must have been read by `values.document` first: anchors, tags and second documents are refused there.

>>> root = written("a: [1, '2']  # both\n# of b\nb: x\n")
>>> [(one.key.raw, one.end, one.before) for one in root.entries]
[('a', ('# both',), ()), ('b', (), (Comment(text='# of b', blank=False),))]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

_COMMENT: Final = re.compile(r"#[^\n]*")
_NO_END: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a line of its own, and whether a blank line stands before it."""

    text: str
    blank: bool


@dataclass(slots=True)
class Leaf:
    """A scalar as it is written, quotes and line breaks kept; `text` is what it says."""

    raw: str
    text: str
    style: str
    span: tuple[int, int]
    lines: tuple[int, int]

    @property
    def block(self) -> bool:
        """Whether it is written under its key, after `|` or `>`."""
        return self.style in ("|", ">")


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list, with the comments that belong to it."""

    key: Leaf | None
    value: Written
    line: int
    start: int
    before: tuple[Comment, ...] = ()
    blank: bool = False
    head: tuple[str, ...] = ()
    """Comments after the key of a block, or anywhere inside a value of one line."""
    end: tuple[str, ...] = ()
    """The comment behind it on its last line."""


@dataclass(slots=True)
class Group:
    """A mapping or a list, in braces and brackets (`flow`) or under each other; `tail` stands after its last entry."""

    mapping: bool
    flow: bool
    column: int
    entries: list[Entry] = field(default_factory=list)
    span: tuple[int, int] = (0, 0)
    lines: tuple[int, int] = (0, 0)
    tail: tuple[Comment, ...] = ()


Written: TypeAlias = Leaf | Group


@dataclass(frozen=True, slots=True)
class _Found:
    text: str
    at: int
    line: int
    column: int


def written(text: str) -> Group:
    """Return a mapping, its keys under each other, as it is written. Raises `TypeError` for any other text."""
    return _Reader(text).root()


def comments(text: str) -> list[str]:
    """Return the comments of a text, in their order."""
    reader = _Reader(text)
    reader.root()
    return [one.text for one in reader.found]


class _Reader:
    """Parser events and the gaps between scalars → what is written."""

    def __init__(self, text: str) -> None:
        import yaml  # noqa: PLC0415 - as where files are read

        self.yaml, self.text = yaml, text
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.spans: list[tuple[int, int]] = []
        self.found: list[_Found] = []
        self.next = 0
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[Any] = yaml.parse(text, Loader=loader)

    def root(self) -> Group:
        """Read the text, then give each comment to what it stands at."""
        next(self.events)
        next(self.events)
        root = self.node(next(self.events))
        self.found = list(self.between())
        if not isinstance(root, Group) or root.flow:
            raise TypeError("a file of ours is a mapping, its keys under each other")  # its caller has refused others
        self.attach(root, _NO_END, own=True)
        root.tail = (*root.tail, *self.taken(_NO_END))
        return root

    def at(self, mark: Any) -> int:  # noqa: ANN401 - the marks of the two parsers share no type
        """Turn a mark into an offset: bytes and letters differ, lines and columns do not."""
        line, column = int(mark.line), int(mark.column)
        return min(self.starts[min(line, len(self.lines))] + column, len(self.text))

    def node(self, event: Any) -> Written:  # noqa: ANN401
        """Read a value of any shape."""
        yaml = self.yaml
        start = self.at(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            end = self.at(event.end_mark)
            self.spans.append((start, end))
            raw = self.text[start:end]
            last = event.start_mark.line + raw.rstrip("\n").count("\n")
            return Leaf(raw, event.value, event.style or "", (start, end), (event.start_mark.line, last))
        mapping = isinstance(event, yaml.MappingStartEvent)
        made = Group(mapping, bool(event.flow_style), event.start_mark.column)
        over = yaml.MappingEndEvent if mapping else yaml.SequenceEndEvent
        while not isinstance(one := next(self.events), over):
            first = self.node(one)
            key, value = (first, self.node(next(self.events))) if mapping else (None, first)
            made.entries.append(Entry(key if isinstance(key, Leaf) else None, value, first.lines[0], first.span[0]))
        if made.flow or not made.entries:
            made.span = (start, self.at(one.end_mark))
            made.lines = (event.start_mark.line, one.end_mark.line)
        else:
            last = made.entries[-1].value
            made.span, made.lines = (start, last.span[1]), (event.start_mark.line, last.lines[1])
        return made

    def between(self) -> Iterator[_Found]:
        """Yield the comments: what begins with # outside every scalar."""
        at = 0
        for start, end in [*sorted(self.spans), (len(self.text), len(self.text))]:
            while (found := _COMMENT.search(self.text, at, start)) is not None:
                line = self.text.count("\n", 0, found.start())
                yield _Found(found[0].rstrip(), found.start(), line, found.start() - self.starts[line])
                at = found.end()
            at = max(at, end)

    def blank(self, line: int) -> bool:
        """Whether the line before a line is empty."""
        return line > 0 and not self.lines[line - 1].strip()

    def taken(self, before: int, column: int = 0, line: int = _NO_END) -> tuple[Comment, ...]:
        """Take the next comments that begin before an offset and a line, as far as they stand at or behind a column."""
        made = []
        while self.next < len(self.found):
            one = self.found[self.next]
            if one.at >= before or one.line >= line or one.column < column:
                break
            made.append(Comment(one.text, self.blank(one.line)))
            self.next += 1
        return tuple(made)

    def behind(self, line: int, before: int) -> tuple[str, ...]:
        """Take the comments on a line."""
        return tuple(one.text for one in self.taken(before, line=line + 1))

    def attach(self, group: Group, limit: int, *, own: bool) -> None:
        """Give the entries of a block their comments; `limit` is the line of what follows it.

        What stands after the last entry, as deep as it, is of the block if that has a depth of its `own` in the layout.
        """
        for place, entry in enumerate(group.entries):
            entry.before = self.taken(entry.start, line=entry.line)
            entry.blank = self.blank(entry.line)
            value = entry.value
            after = group.entries[place + 1].line if place + 1 < len(group.entries) else limit
            if isinstance(value, Group) and not value.flow and value.entries:
                if entry.key is not None:
                    entry.head = self.behind(entry.key.lines[1], value.entries[0].start)
                deeper = value.column > group.column and (value.mapping or entry.key is None)
                self.attach(value, after, own=deeper)
                continue
            entry.head = tuple(one.text for one in self.taken(value.span[0]))
            if isinstance(value, Group) and value.entries:
                self.attach_flow(value)
            entry.end = self.behind(value.lines[1], _NO_END)
        if own:
            group.tail = self.taken(_NO_END, group.column, limit)

    def attach_flow(self, group: Group) -> None:
        """Give the items in braces or brackets their comments."""
        for place, entry in enumerate(group.entries):
            entry.before = self.taken(entry.start)
            after = group.entries[place + 1].start if place + 1 < len(group.entries) else group.span[1]
            entry.head = tuple(one.text for one in self.taken(entry.value.span[0]))
            if isinstance(entry.value, Group):
                self.attach_flow(entry.value)
            entry.end = self.behind(entry.value.lines[1], after)
        group.tail = self.taken(group.span[1])
