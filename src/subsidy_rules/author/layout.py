r"""The one way in which a file of ours is laid out, whatever hand it was written by.

Two blanks a level; the items of a list under the first letter of its key; one blank after `:`, `-` and `,`, none inside
braces and brackets; two before a comment that stands behind something; no more than one empty line, one before a
section; braces and brackets on one line where they fit, else filled. What was written under each other, or in braces,
stays so, and so do quotes and line breaks of a long text, and every comment stays at what it was written at. `Order`
says in which order the keys of a mapping stand.

>>> print(laid_out("clauses:\n    -   {id: a,path:   b}   # one\n\n\n"), end="")
clauses:
- {id: a, path: b}  # one
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from subsidy_rules.author.written import Comment, Entry, Group, Leaf, Written, written

WIDTH: Final = 160
"""Columns after which braces and brackets are broken; a letter of Chinese takes two."""
_STEP: Final = 2

Path: TypeAlias = tuple[str, ...]
Order: TypeAlias = Callable[[Path], Sequence[str]]
"""The keys of a mapping at a path (`*` for any item of a list), in their order; nothing where it is as written."""


def laid_out(text: str | Group, order: Order = lambda _: ()) -> str:
    """Return a text that has been read, or what was made of one, laid out; what it says is not changed."""
    root = written(text) if isinstance(text, str) else text
    lines = list(_Printer(order).block(root, 0, ()))
    return "\n".join(lines).rstrip("\n") + "\n"


def columns(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class _Printer:
    def __init__(self, order: Order) -> None:
        self.order = order

    # blocks

    def block(self, group: Group, indent: int, path: Path) -> Iterator[str]:
        """Write entries under each other."""
        pad = " " * indent
        entries = self.ordered(group, path)
        for place, entry in enumerate(entries):
            blanks = [one.blank for one in entry.before] + [entry.blank]
            if not path and place and group.mapping:
                blanks[0] = blanks[0] or _is_block(entry.value) or _is_block(entries[place - 1].value)
            if place == 0:
                blanks[0] = False
            for comment, blank in zip(entry.before, blanks, strict=False):
                yield from ([""] if blank else [])
                yield pad + comment.text
            yield from [""] if blanks[-1] and (place or entry.before) else []
            yield from self.entry(entry, indent, path)
        yield from _alone(group.tail, pad)

    def ordered(self, group: Group, path: Path) -> list[Entry]:
        known = {key: place for place, key in enumerate(self.order(path))} if group.mapping else {}
        if not known:
            return group.entries
        return sorted(group.entries, key=lambda one: known.get(_name(one), len(known)))

    def entry(self, entry: Entry, indent: int, path: Path) -> Iterator[str]:
        pad, value = " " * indent, entry.value
        inner = (*path, "*" if entry.key is None else _name(entry))
        if entry.key is None:
            lines = list(self.value(value, indent + _STEP, inner, entry))
            lead = next(place for place, line in enumerate(lines) if not line.lstrip().startswith("#"))
            yield from (pad + line.strip() for line in lines[:lead])
            yield f"{pad}- {lines[lead][indent + _STEP :]}"
            yield from lines[lead + 1 :]
        elif isinstance(value, Group) and _is_block(value):
            yield f"{pad}{entry.key.raw}:" + _behind(entry.head)
            yield from self.block(value, indent + (_STEP if value.mapping else 0), inner)
        else:
            head = f"{pad}{entry.key.raw}: "
            lines = list(self.value(value, indent + _STEP, inner, entry, columns(head)))
            lead = next(place for place, line in enumerate(lines) if not line.lstrip().startswith("#"))
            yield from (pad + line.strip() for line in lines[:lead])
            yield head + lines[lead][indent + _STEP :]
            yield from lines[lead + 1 :]

    def value(self, value: Written, indent: int, path: Path, entry: Entry, at: int | None = None) -> Iterator[str]:
        """Write a value, its first line at an indentation; comments that can't stand behind it go before it."""
        pad = " " * indent
        if isinstance(value, Group) and _is_block(value):
            yield from self.block(value, indent, path)
            return
        if isinstance(value, Leaf) and value.block:
            yield from _alone((Comment(one, blank=False) for one in (*entry.head, *entry.end)), pad)
            yield from _block_text(value, indent)
            return
        said = (*entry.head, *entry.end)
        yield from _alone((Comment(one, blank=False) for one in said[:-1]), pad)
        if isinstance(value, Leaf):
            lines = [one.strip() for one in value.raw.split("\n")]
            lines = [lines[0], *(pad + one if one else "" for one in lines[1:])]
        else:
            lines = self.flow(value, indent if at is None else at, indent)
        lines[0] = pad + lines[0]
        lines[-1] += _behind(said[-1:])
        yield from lines

    # braces and brackets

    def flow(self, group: Group, at: int, indent: int) -> list[str]:
        """Write braces or brackets that begin at a column: on a line, or filled, or by the line where comments are."""
        if _commented(group):
            return self.spread(group, indent)
        flat = _flat(group)
        if at + columns(flat) <= WIDTH:
            return [flat]
        return _filled(group, at)

    def spread(self, group: Group, indent: int) -> list[str]:
        """Write one item a line, with the comments that stand at each."""
        opened, closed = "{}" if group.mapping else "[]"
        pad, lines = " " * (indent + _STEP), [opened]
        for entry in group.entries:
            lines += _alone((*entry.before, *(Comment(one, blank=False) for one in entry.head)), pad)
            head = "" if entry.key is None else f"{entry.key.raw}: "
            value = entry.value
            if isinstance(value, Group) and _commented(value):
                inner = self.spread(value, indent + _STEP)
            else:
                inner = [_flat(value)]
            inner[0] = pad + head + inner[0]
            inner[-1] += "," + _behind(entry.end)
            lines += inner
        return [*lines, *_alone(group.tail, pad), " " * indent + closed]


def _is_block(value: Written) -> bool:
    return isinstance(value, Group) and not value.flow and bool(value.entries)


def _name(entry: Entry) -> str:
    return "" if entry.key is None else entry.key.text


def _behind(said: Sequence[str]) -> str:
    return "".join(f"  {one}" for one in said)


def _alone(said: Iterable[Comment], pad: str) -> Iterator[str]:
    for one in said:
        yield from ([""] if one.blank else [])
        yield pad + one.text


def _block_text(value: Leaf, indent: int) -> Iterator[str]:
    """Write a text that stands under its key: its lines keep their places among each other."""
    head, *lines = value.raw.rstrip("\n").split("\n")
    deep = min((len(one) - len(one.lstrip(" ")) for one in lines if one.strip()), default=0)
    yield " " * indent + head.rstrip()
    yield from (" " * indent + one[deep:] if one.strip() else "" for one in lines)


def _commented(group: Group) -> bool:
    """Whether a comment stands anywhere inside braces or brackets."""
    if group.tail or any(one.before or one.head or one.end for one in group.entries):
        return True
    return any(isinstance(one.value, Group) and _commented(one.value) for one in group.entries)


def _flat(value: Written) -> str:
    if isinstance(value, Leaf):
        return _one_line(value)
    opened, closed = "{}" if value.mapping else "[]"
    return opened + ", ".join(_head(one) + _flat(one.value) for one in value.entries) + closed


def _head(entry: Entry) -> str:
    return "" if entry.key is None else f"{_one_line(entry.key)}: "


def _one_line(leaf: Leaf) -> str:
    """Write a scalar on one line, as those inside braces stand."""
    if "\n" not in leaf.raw:
        return leaf.raw
    if leaf.style == '"' or "\n" in leaf.text:
        return json.dumps(leaf.text, ensure_ascii=False)
    return " ".join(one.strip() for one in leaf.raw.split("\n"))


def _filled(group: Group, at: int) -> list[str]:
    """Write items one after the other, on as many lines as they need, each line under the first item."""
    opened, closed = "{}" if group.mapping else "[]"
    pad, lines = " " * (at + 1), [opened]
    for place, entry in enumerate(group.entries):
        last = place + 1 == len(group.entries)
        flat = _head(entry) + _flat(entry.value) + (closed if last else ",")
        used = columns(lines[-1]) + (at if len(lines) == 1 else 0)
        if lines[-1].strip() not in ("", opened):
            if used + 1 + columns(flat) > WIDTH:
                lines.append(pad)
            else:
                lines[-1] += " "
        here = columns(lines[-1]) + (at if len(lines) == 1 else 0)
        if here + columns(flat) <= WIDTH or isinstance(entry.value, Leaf):
            lines[-1] += flat
            continue
        inner = _filled(entry.value, here + columns(_head(entry)))
        lines[-1] += _head(entry) + inner[0]
        lines += inner[1:]
        lines[-1] += closed if last else ","
    return lines
