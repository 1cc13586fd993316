r"""Text → a tree in which every scalar is still text and every node knows its place.

A YAML loader decides what a text means before anybody has said what it should mean: `1:0.5` becomes
60.5, `no` becomes false, `0.1` a binary fraction, and the second of two equal keys wins in silence.
So nothing is decided here. A document is read into three kinds of node, `Scalar`, `Sequence` and
`Mapping`, and the modules that know what a field is turn its text into a value, or into a problem
that points at it.

>>> document = read("share: 1:0.5\ncosts:\n  - amount: 300万元\n", name="case.yaml")
>>> plain(document.root)
{'share': '1:0.5', 'costs': [{'amount': '300万元'}]}
>>> print(document.root.place, "|", document.root.get("share").place)
case.yaml:1:1 | case.yaml:1:8

What YAML offers beyond that is refused, not skipped: anchors, aliases, tags, directives, the merge
key, a second document, keys that are not text, keys given twice, values left empty. So is what no
eye can see: a byte order mark, control characters, marks of writing direction, tabs as indentation.
A text that begins with `{` or `[` is JSON and is read by JSON's own grammar into the same nodes, its
numbers as they are spelled. `from_python` takes a dictionary down the same way; a float has no exact
spelling and is refused there.

The work is bounded before it is done: size, then depth, then number of nodes, then length of a text.
Problems are collected as far as reading can go on, and raised together.

>>> read("a: &x 1\nb: *x\na:\n", name="bomb.yaml")
Traceback (most recent call last):
subsidy_rules.errors.InputError: bomb.yaml:1:4: yaml-anchor: the anchor &x is not read
    a: &x 1
       ^
  write the value out where it is needed
bomb.yaml:2:4: yaml-alias: the alias *x is not read
    b: *x
       ^
  write the value out where it is needed, or quote a text that begins with *
bomb.yaml:3:1: duplicate-key: the key 'a' stands here and on line 1
    a:
    ^
  delete one of the two
bomb.yaml:3:3: wrong-type: an empty value
    a:
      ^
  write the value; leave the key out if it is not known, [] for an empty list, '' for an empty text
"""

from __future__ import annotations

import json
from dataclasses import field
from hashlib import sha256
from pathlib import Path

from subsidy_rules.errors import InputError, Place, Problem
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.reading import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_PROBLEMS,
    MAX_SCALAR,
    JsonReader,
    Mapping,
    Node,
    PythonReader,
    Reading,
    Scalar,
    Sequence,
    YamlReader,
    line_of,
)

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_PROBLEMS",
    "MAX_SCALAR",
    "Document",
    "Mapping",
    "Node",
    "Plain",
    "Scalar",
    "Sequence",
    "from_python",
    "plain",
    "read",
]

Plain = str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was read: its name, its lines (ended by LF), its tree."""

    name: str
    text: str
    root: Node
    _raw: bytes = field(default=b"", repr=False)

    @property
    def sha256(self) -> str:
        """The digest of the file's bytes; of a tree from Python, that of its JSON with sorted keys."""
        if self._raw:
            return sha256(self._raw).hexdigest()
        spelled = json.dumps(plain(self.root), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(spelled.encode()).hexdigest()

    def excerpt(self, place: Place) -> str:
        """Return the line that a place is in, or nothing for a place outside the text."""
        return line_of(self.text, place.line)

    def problem(
        self,
        code: str,
        place: Place,
        path: str,
        what: str,
        what_zh: str,
        remedy: str,
        remedy_zh: str,
    ) -> Problem:
        """Make a problem at a place of this document, with its excerpt."""
        return Problem(code, place, path, self.excerpt(place), what, what_zh, remedy, remedy_zh)


def read(
    source: str | bytes | Path,
    *,
    name: str | None = None,
    error: type[InputError] = InputError,
    max_bytes: int = MAX_BYTES,
    blank: str = "",
) -> Document:
    """Read YAML or JSON from a text, its bytes or a file; raise `error` with every problem found.

    A `str` is the text itself, never a path. `name` is what problems call it; a file has its path. `blank` is a way to
    leave a value empty (such as `~`) that has a meaning in this file and is kept as text.
    """
    name = name or (str(source) if isinstance(source, Path) else "<text>")
    reading = Reading(name, error, blank)
    raw = reading.bytes_of(source, max_bytes)
    text = reading.text_of(raw)
    reader = JsonReader(reading) if text.lstrip().startswith(("{", "[")) else YamlReader(reading)
    root = reader.root()
    reading.finish()
    return Document(name, text, root, raw)


def from_python(obj: object, *, name: str = "<python>", error: type[InputError] = InputError) -> Document:
    """Take a tree of dict, list, tuple, str, bool, int, Decimal and date down the same strict way.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> plain(from_python({"on": date(2025, 9, 1), "amounts": [Decimal("1E+2"), True]}).root)
    {'on': '2025-09-01', 'amounts': ['100', 'true']}
    """
    reading = Reading(name, error)
    root = PythonReader(reading).node(obj, 1)
    reading.finish()
    return Document(name, "", root)


def plain(node: Node) -> Plain:
    """Return the tree as dictionaries, lists and texts, without places."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}
