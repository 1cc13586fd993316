"""The three readers behind `document`: YAML, JSON and Python objects, all into one kind of tree.

Each reader is a recursive descent with three methods, `node`, `sequence` and `mapping`, and no
opinion of what a text means. What they share is the `Reading`: it turns bytes into a text that can
be trusted to be what it looks like, counts depth and nodes before anything is built, checks keys and
texts, and keeps the problems. The descent cannot exhaust the stack, because `Reading.enter` refuses
the 65th level, and the YAML library is used for its events only: it composes and constructs nothing.

>>> reading = Reading("case.json", InputError)
>>> text = reading.text_of(b'{"rate": 0.10}')
>>> JsonReader(reading).root().get("rate")
Scalar(text='0.10', place=Place(file='case.json', line=1, col=10))
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from subsidy_rules.errors import HIDDEN, InputError, Place, Problem, brief, path_to, shown
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.wording import SAYINGS, YAML_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_PROBLEMS",
    "MAX_SCALAR",
    "JsonReader",
    "Mapping",
    "Node",
    "PythonReader",
    "Reading",
    "Scalar",
    "Sequence",
    "YamlReader",
    "line_of",
]

MAX_BYTES: Final = 4 * 2**20
MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000
MAX_SCALAR: Final = 20_000
MAX_PROBLEMS: Final = 50

_EMPTY: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TAB: Final = re.compile(r"^ *+(\t)[ \t]*+\S", re.MULTILINE)
_JSON_TOKEN: Final = re.compile(
    r"""[ \t\n]*+(?:(?P<lexeme>"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|[{}\[\]:,]|[^ \t\n{}\[\]:,"]++)|(?P<end>\Z))"""
)
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_LONG_NUMBER: Final = 4096


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, and where it begins."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list, in the order of the file."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file. No key is there twice; the order means nothing."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """Return the value under a key, or None if the key is absent."""
        return next((value for name, value in self.entries if name.text == key), None)

    def keys(self) -> tuple[str, ...]:
        """Return the keys as text."""
        return tuple(name.text for name, _ in self.entries)


Node = Scalar | Sequence | Mapping


def line_of(text: str, line: int) -> str:
    """Return a line of a text, counted from 1; nothing for a line that is not there."""
    lines = text.split("\n", line)
    return lines[line - 1] if 0 < line <= len(lines) else ""


class Reading:
    """What one reading has found so far, and where in the tree it stands (`trail`).

    A problem that can be stepped over is said (`say`); one that cannot ends the reading (`fail`).
    """

    def __init__(self, name: str, error: type[InputError], blank: str = "") -> None:
        self.name = name
        self.error = error
        self.empty = _EMPTY - {blank} if blank else _EMPTY
        self.text = ""
        self.problems: list[Problem] = []
        self.trail: list[str | int] = []
        self.nodes = 0

    def say(self, saying: str, place: Place, **words: object) -> None:
        """Note a problem and read on; after the fiftieth, stop."""
        code, *sentences = SAYINGS[saying]
        what, what_zh, remedy, remedy_zh = (sentence.format(**words) for sentence in sentences)
        path = ""
        for step in self.trail:
            path = path_to(path, step)
        excerpt = line_of(self.text, place.line)
        self.problems.append(Problem(code, place, path, excerpt, what, what_zh, remedy, remedy_zh))
        if len(self.problems) == MAX_PROBLEMS:
            self.stop()

    def stop(self) -> NoReturn:
        """Raise what was found."""
        raise self.error(self.problems)

    def finish(self) -> None:
        """Stop if anything was found."""
        if self.problems:
            self.stop()

    def fail(self, saying: str, place: Place, **words: object) -> NoReturn:
        """Note a problem that cannot be stepped over, and stop."""
        self.say(saying, place, **words)
        self.stop()

    def at(self, offset: int) -> Place:
        """Turn an offset in the text into a place."""
        start = self.text.rfind("\n", 0, offset) + 1
        return Place(self.name, self.text.count("\n", 0, offset) + 1, offset - start + 1)

    def bytes_of(self, source: str | bytes | Path, limit: int) -> bytes:
        """Return the bytes of a source, reading no more of them than the limit and one."""
        top = Place(self.name)
        if isinstance(source, Path):
            try:
                with source.open("rb") as file:
                    source = file.read(limit + 1)
            except (OSError, ValueError) as error:
                # ValueError: a name with a NUL, or with letters that the names of this system can't have.
                self.fail("unreadable", top, reason=getattr(error, "strerror", None) or type(error).__name__)
        if len(source) > limit:
            self.fail("too many bytes", top, limit=limit)
        if isinstance(source, str):
            try:
                source = source.encode()
            except UnicodeEncodeError as error:
                self.text = error.object
                self.fail("not utf-8", self.at(error.start))
            if len(source) > limit:
                self.fail("too many bytes", top, limit=limit)
        return source

    def text_of(self, raw: bytes) -> str:
        """Decode; refuse whatever would make the text look other than it is."""
        if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            self.fail("bom", Place(self.name, 1, 1))
        try:
            self.text = raw.decode().replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            self.text = raw.decode(errors="replace")
            self.fail("not utf-8", self.at(len(raw[: error.start].decode())))
        for hidden in HIDDEN.finditer(self.text):
            self.say("hidden", self.at(hidden.start()), char=f"U+{ord(hidden[0]):04X}")
        self.finish()
        return self.text

    def enter(self, place: Place, depth: int) -> None:
        """Count a node."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            self.fail("too deep", place, limit=MAX_DEPTH)
        if self.nodes > MAX_NODES:
            self.fail("too many nodes", place, limit=MAX_NODES)

    def scalar(self, text: str, place: Place) -> Scalar:
        """Make a scalar of a text, escapes resolved, that is short and has nothing hidden in it."""
        if len(text) > MAX_SCALAR:
            self.say("long scalar", place, length=len(text), limit=MAX_SCALAR)
        elif not text.isprintable() and (hidden := HIDDEN.search(text)):
            self.say("hidden", place, char=f"U+{ord(hidden[0]):04X}")
        return Scalar(text, place)

    def key(self, key: Scalar, seen: dict[str, Place]) -> None:
        """Check a key against those that its mapping has so far."""
        if key.text == "<<":
            self.say("merge", key.place)
        if key.text in seen:
            self.say("duplicate", key.place, key=shown(key.text), line=seen[key.text].line)
        seen.setdefault(key.text, key.place)


class YamlReader:
    """Parser events → nodes. Nothing is composed or constructed by the YAML library."""

    def __init__(self, reading: Reading) -> None:
        import yaml  # noqa: PLC0415 - what is JSON, or from Python, does without

        self.reading, self.yaml = reading, yaml
        if tab := _TAB.search(reading.text):
            reading.fail("tab", reading.at(tab.start(1)))
        self.lines = reading.text.count("\n") + 1
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[Any] = yaml.parse(reading.text, Loader=loader)

    def take(self) -> Any:  # noqa: ANN401 - the events of the two parsers share no useful type
        """Return the next event; put what the parser objects to into our own words."""
        try:
            return next(self.events)
        except (self.yaml.YAMLError, ValueError, OverflowError) as error:
            said = str(getattr(error, "problem", ""))
            found = next(row for row in YAML_REASONS if row.piece in said)
            place = self.place(getattr(error, "context_mark" if found.opening else "problem_mark", None))
            if "nesting depth" in said:
                self.reading.fail("too deep", place, limit=MAX_DEPTH)
            self.reading.fail("yaml", place, **found._asdict())

    def place(self, mark: Any) -> Place:  # noqa: ANN401 - nor do their marks
        """Turn a mark, which counts from 0, into a place: the end of the text, where it lies behind that."""
        if mark is None:
            return Place(self.reading.name)
        if mark.line >= self.lines:
            return self.reading.at(len(self.reading.text))
        return Place(self.reading.name, mark.line + 1, mark.column + 1)

    def root(self) -> Node:
        """Read the one value of the text."""
        self.take()
        start = self.take()
        if isinstance(start, self.yaml.StreamEndEvent):
            self.reading.fail("empty file", Place(self.reading.name, 1, 1))
        if start.version or start.tags:
            self.reading.say("directive", self.place(start.start_mark))
        root = self.node(self.take(), 1)
        self.take()
        end = self.take()
        if not isinstance(end, self.yaml.StreamEndEvent):
            self.reading.say("second document", self.place(end.start_mark))
        return root

    def node(self, event: Any, depth: int) -> Node:  # noqa: ANN401
        """Read a value of any shape."""
        reading, place = self.reading, self.place(event.start_mark)
        reading.enter(place, depth)
        if isinstance(event, self.yaml.AliasEvent):
            reading.say("alias", place, name=brief(str(event.anchor)))
            return Scalar("", place)
        if event.anchor:
            reading.say("anchor", place, name=brief(event.anchor))
        if event.tag:
            reading.say("tag", place, name=shown(str(event.tag)))
        if isinstance(event, self.yaml.ScalarEvent):
            if not event.style and event.value in reading.empty:
                reading.say("empty", place)
            return reading.scalar(event.value, place)
        if isinstance(event, self.yaml.SequenceStartEvent):
            return self.sequence(place, depth)
        return self.mapping(place, depth)

    def sequence(self, place: Place, depth: int) -> Sequence:
        """Read the items of a list."""
        items: list[Node] = []
        while not isinstance(event := self.take(), self.yaml.SequenceEndEvent):
            self.reading.trail.append(len(items))
            items.append(self.node(event, depth + 1))
            self.reading.trail.pop()
        return Sequence(tuple(items), place)

    def mapping(self, place: Place, depth: int) -> Mapping:
        """Read keys and values."""
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Place] = {}
        while not isinstance(event := self.take(), self.yaml.MappingEndEvent):
            key = self.node(event, depth + 1) if not isinstance(event, self.yaml.CollectionStartEvent) else None
            if not isinstance(key, Scalar):
                self.reading.fail("key", self.place(event.start_mark), got="a list or a mapping", got_zh="列表或映射")
            self.reading.trail.append(key.text)
            self.reading.key(key, seen)
            entries.append((key, self.node(self.take(), depth + 1)))
            self.reading.trail.pop()
        return Mapping(tuple(entries), place)


class JsonReader:
    """RFC 8259 → nodes; a number keeps its spelling."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.offset = 0
        self.line = 1
        self.line_start = 0

    def take(self) -> tuple[str, Place]:
        """Return the next token (nothing at the end of the text) and its place."""
        text = self.reading.text
        match = _JSON_TOKEN.match(text, self.offset)
        if match is None:
            start = len(text) - len(text[self.offset :].lstrip(" \t\n"))
            self.fail(self.reading.at(start), "a text with both of its quotes", "前后引号齐全的文本")
        lexeme, start = match["lexeme"] or "", match.end() - len(match["lexeme"] or "")
        if lines := text.count("\n", self.offset, start):
            self.line += lines
            self.line_start = text.rfind("\n", self.offset, start) + 1
        self.offset = match.end()
        return lexeme, Place(self.reading.name, self.line, start - self.line_start + 1)

    def fail(self, place: Place, expected: str, expected_zh: str) -> NoReturn:
        """Say what the grammar has at this place, and stop."""
        self.reading.fail("json", place, expected=expected, expected_zh=expected_zh)

    def root(self) -> Node:
        """Read the one value of the text."""
        root = self.node(*self.take(), 1)
        lexeme, place = self.take()
        if lexeme:
            self.fail(place, "the end of the text", "文本结尾")
        return root

    def node(self, lexeme: str, place: Place, depth: int) -> Node:
        """Read a value of any shape."""
        self.reading.enter(place, depth)
        if lexeme.startswith('"'):
            return self.string(lexeme, place)
        if lexeme == "[":
            return self.sequence(place, depth)
        if lexeme == "{":
            return self.mapping(place, depth)
        if lexeme == "null":
            self.reading.say("empty", place)
        elif lexeme in ("NaN", "Infinity", "-Infinity"):
            self.reading.say("not finite", place, got=lexeme)
        elif lexeme not in ("true", "false") and not _JSON_NUMBER.fullmatch(lexeme):
            self.fail(place, "a value", "一个值")
        return self.reading.scalar(lexeme, place)

    def string(self, lexeme: str, place: Place) -> Scalar:
        """Resolve the escapes of a text in quotes."""
        try:
            return self.reading.scalar(json.loads(lexeme), place)
        except ValueError:
            expected = "a text without tabs, with two backslashes for one"
            self.fail(place, expected, "不含制表符的文本，其中反斜杠须写两个")

    def sequence(self, place: Place, depth: int) -> Sequence:
        """Read the items of a list."""
        items: list[Node] = []
        lexeme, here = self.take()
        while items or lexeme != "]":
            self.reading.trail.append(len(items))
            items.append(self.node(lexeme, here, depth + 1))
            self.reading.trail.pop()
            if self.closed("]"):
                break
            lexeme, here = self.take()
        return Sequence(tuple(items), place)

    def mapping(self, place: Place, depth: int) -> Mapping:
        """Read keys and values."""
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Place] = {}
        lexeme, here = self.take()
        while entries or lexeme != "}":
            if not lexeme.startswith('"'):
                self.fail(here, "a key in double quotes", "双引号中的键")
            key = self.string(lexeme, here)
            self.reading.enter(here, depth + 1)
            self.reading.trail.append(key.text)
            lexeme, here = self.take()
            if lexeme != ":":
                self.fail(here, "':'", "“:”")
            self.reading.key(key, seen)
            entries.append((key, self.node(*self.take(), depth + 1)))
            self.reading.trail.pop()
            if self.closed("}"):
                break
            lexeme, here = self.take()
        return Mapping(tuple(entries), place)

    def closed(self, end: str) -> bool:
        """Step over a comma, or over the end of a list or a mapping."""
        lexeme, place = self.take()
        if lexeme not in (",", end):
            self.fail(place, f"',' or '{end}'", f"“,”或“{end}”")
        return lexeme == end


class PythonReader:
    """Dictionaries, lists and exact values → nodes."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.place = Place(reading.name)

    def node(self, obj: object, depth: int) -> Node:
        """Read a value of any shape."""
        self.reading.enter(self.place, depth)
        if isinstance(obj, dict):
            return self.mapping(obj, depth)
        if isinstance(obj, list | tuple):
            return self.sequence(obj, depth)
        return self.reading.scalar(self.text(obj), self.place)

    def sequence(self, obj: list[object] | tuple[object, ...], depth: int) -> Sequence:
        """Read the items of a list."""
        items: list[Node] = []
        for index, item in enumerate(obj):
            self.reading.trail.append(index)
            items.append(self.node(item, depth + 1))
            self.reading.trail.pop()
        return Sequence(tuple(items), self.place)

    def mapping(self, obj: dict[object, object], depth: int) -> Mapping:
        """Read keys and values."""
        entries: list[tuple[Scalar, Node]] = []
        for key, value in obj.items():
            if not isinstance(key, str):
                got = type(key).__name__
                self.reading.say("key", self.place, got=got, got_zh=f" {got}")
                continue
            name = self.reading.scalar(str.__str__(key), self.place)
            self.reading.trail.append(name.text)
            self.reading.key(name, {})
            entries.append((name, self.node(value, depth + 1)))
            self.reading.trail.pop()
        return Mapping(tuple(entries), self.place)

    def text(self, obj: object) -> str:
        """Spell an exact value."""
        say = self.reading.say
        match obj:
            case str():
                return str.__str__(obj)
            case bool():
                return "true" if obj else "false"
            case int() if obj.bit_length() > _LONG_NUMBER:
                say("long number", self.place)
            case int():
                return int.__repr__(obj)
            case Decimal() if not obj.is_finite():
                say("not finite", self.place, got=str(obj))
            case Decimal() if abs(int(obj.as_tuple().exponent)) > _LONG_NUMBER:
                say("long number", self.place)
            case Decimal():
                return format(obj, "f")
            case datetime():
                say("time of day", self.place)
            case date():
                return obj.isoformat()
            case float():
                say("float", self.place)
            case None:
                say("empty", self.place)
            case _:
                say("type", self.place, got=shown(type(obj).__name__))
        return ""
