"""Event logs: what happened to one application, in order, each event with its day, its actor and its fields.

A log is YAML or JSON (`log`, `of`, `events`), or lines of JSON that are only added to: each line then carries the
SHA-256 of the line before it, so that a line changed, taken out or put in is found. `append` replays the log with the
new event and writes it only where the articles allow it.

    {"log": "shenyang", "of": "p1", "readings": {}}
    {"event": {"event": "announce", "at": "2025-01-06", "by": "市工业和信息化局"}, "previous": "9f…"}
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from subsidy_rules.audit.lifecycle.compiled import AT, BY, COMMON, KIND, NOTE, Lifecycle
from subsidy_rules.errors import CaseError, Place, UsageError
from subsidy_rules.facts.case import read_figure
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.mechanisms.step import Strict
from subsidy_rules.policy.shape import shape_of
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import Node
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import ZERO, QuantityError

LINES: Final = ".jsonl"


@dataclass(frozen=True, slots=True)
class Occurred:
    """One event as it is said to have happened; `at` is its day, `values` its fields that are given."""

    name: str
    at: Fraction
    by: str
    values: Mapping[str, Amount | str | bool]
    place: Place
    note: str = ""


@dataclass(frozen=True, slots=True)
class EventLog:
    """The log of one application. `of` names it; `readings` are those chosen for it; `sha256` is that of the log."""

    lifecycle: Lifecycle
    of: str
    readings: Mapping[str, str]
    events: tuple[Occurred, ...]
    sha256: str


class NotAllowedError(Exception):
    """Why an event was not added: its name, the article, the reason; in Chinese as `what_zh`."""

    def __init__(self, name: str, path: str, zh: str) -> None:
        """Keep the words."""
        super().__init__(name)
        self.what_zh = f"“{name}”（{path}）：{zh}"


class _Head(Strict):
    log: str
    of: str
    readings: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it
    events: list[dict[str, str]] = []  # noqa: RUF012 - as above


def read_log(source: str | Path, lifecycle: Lifecycle) -> EventLog:
    """Read a log, a path or its text. Raises `CaseError` with every problem: unknown events, fields, actors, days.

    A file of JSON lines is a chain; a line that doesn't follow from the one before it is such a problem.
    """
    if isinstance(source, Path) and source.suffix == LINES:
        return _of_lines(source, lifecycle)
    document = doc.read(source, error=CaseError)
    return _Reader(document, lifecycle).read(document.root)


def _of_lines(path: Path, lifecycle: Lifecycle) -> EventLog:
    lines = path.read_bytes().split(b"\n")
    if lines.pop() != b"" or not lines:
        raise UsageError(f"'{path}' is no whole log: its last line does not end")
    tree: dict[str, object] = {}
    events: list[object] = []
    for number, line in enumerate(lines):
        try:
            row = json.loads(line)
        except ValueError:
            raise UsageError(f"line {number + 1} of '{path}' is no JSON") from None
        if not number:
            tree = row
            continue
        before = hashlib.sha256(lines[number - 1]).hexdigest()
        if not isinstance(row, dict) or row.keys() != {"event", "previous"} or row["previous"] != before:
            raise UsageError(
                f"line {number + 1} of '{path}' does not follow from the line before it: the log was changed"
            )
        events.append(row["event"])
    document = doc.from_python({**tree, "events": events}, name=str(path), error=CaseError)
    return _Reader(document, lifecycle).read(document.root, hashlib.sha256(b"\n".join(lines)).hexdigest())


def append(path: Path, event: Mapping[str, str | bool], lifecycle: Lifecycle, *, of: str = "") -> EventLog:
    """Add one event to a log of JSON lines, and return the log; a new file is begun for the application `of`.

    Raises `UsageError` where the articles do not allow the event, and writes nothing then.
    """
    from subsidy_rules.audit.lifecycle.replay import replay  # noqa: PLC0415 - it reads logs, which are made here

    if path.suffix != LINES:
        raise UsageError(f"events are added to a log of JSON lines, a file '*{LINES}'")
    given = {name: _text(value) for name, value in event.items()}
    if path.exists():
        before = read_log(path, lifecycle)
        head = b""
        last = path.read_bytes().split(b"\n")[-2]
        tree: dict[str, object] = {"log": lifecycle.id, "of": before.of, "readings": dict(before.readings)}
    else:
        if not of:
            raise UsageError("a new log needs the application that it is of: --of ID")
        tree = {"log": lifecycle.id, "of": of, "readings": {}}
        last = _line(tree)
        head = last + b"\n"
    line = _line({"event": given, "previous": hashlib.sha256(last).hexdigest()})
    kept = [row["event"] for row in map(json.loads, path.read_bytes().splitlines()[1:])] if path.exists() else []
    document = doc.from_python({**tree, "events": [*kept, given]}, name=str(path), error=CaseError)
    log = _Reader(document, lifecycle).read(document.root)
    refused = [one for one in replay(log).refused if one.event is log.events[-1]]
    if refused:
        one = refused[0]
        name, path_of = given.get(KIND, ""), one.citation.path
        raise UsageError(f"'{name}' is not allowed now ({path_of}): {one.en}") from NotAllowedError(
            name, path_of, one.zh
        )
    with path.open("ab") as file:
        file.write(head + line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return log


def _line(tree: Mapping[str, object]) -> bytes:
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


class _Reader:
    """Reads one document as a log."""

    def __init__(self, document: doc.Document, lifecycle: Lifecycle) -> None:
        self.document, self.lifecycle = document, lifecycle
        self.findings = Findings(document)

    def read(self, root: Node, sha256: str = "") -> EventLog:
        shape = shape_of(self.document, _Head)
        if shape.model is None or shape.problems:
            raise CaseError(shape.problems)
        head, tree = shape.model, self.findings.mapping(root, "")
        if tree is None:
            raise CaseError(self.findings.problems)
        self._one_of("unknown-name", tree.get("log") or root, "log", head.log, [self.lifecycle.id])
        self._readings(head, tree.get("readings") or root)
        listed = tree.get("events")
        nodes = () if listed is None else self.findings.items(listed, "events")
        events = [self._event(node, f"events[{at}]") for at, node in enumerate(nodes)]
        self.findings.raise_as(CaseError)
        found = tuple(one for one in events if one is not None)
        return EventLog(self.lifecycle, head.of, head.readings, found, sha256 or self.document.sha256)

    def _readings(self, head: _Head, node: Node) -> None:
        known = self.lifecycle.file.readings
        for name, option in head.readings.items():
            self._one_of("unknown-name", node, f"readings.{name}", name, known)
            if name in known:
                self._one_of("unknown-member", node, f"readings.{name}", option, known[name].options)

    def _event(self, node: Node, path: str) -> Occurred | None:
        tree = self.findings.mapping(node, path)
        if tree is None:
            return None
        texts = {key.text: value for key, value in tree.entries}
        name = self._given(texts, KIND, node, path)
        at, by = self._given(texts, AT, node, path), self._given(texts, BY, node, path)
        transition = self.lifecycle.transitions.get(name)
        if transition is None:
            if KIND in texts:
                labels = {one.event.zh: one.event.id for one in self.lifecycle.transitions.values()}
                self.findings.unknown(
                    "unknown-name", texts[KIND], f"{path}.{KIND}", name, self.lifecycle.transitions, labels
                )
            return None
        if by:
            self._one_of("unknown-member", texts[BY], f"{path}.{BY}", by, transition.event.by)
        specs = self.lifecycle.vocabulary.fields[name]
        values: dict[str, Amount | str | bool] = {}
        for key, value in texts.items():
            if key in COMMON:
                continue
            if key not in specs:
                self.findings.unknown("unknown-key", value, f"{path}.{key}", key, [one for one in specs if one != AT])
                continue
            text = self.findings.text(value, f"{path}.{key}")
            if text is not None:
                self._value(specs[key], text, value, f"{path}.{key}", values)
        if at:
            self._value(specs[AT], at, texts[AT], f"{path}.{AT}", values)
        given = values.get(AT)
        day = given.minimum if isinstance(given, Amount) and isinstance(given.minimum, Fraction) else ZERO
        note = self._given(texts, NOTE, node, path) if NOTE in texts else ""
        return Occurred(name, day, by, values, node.place, note)

    def _given(self, texts: Mapping[str, Node], key: str, node: Node, path: str) -> str:
        if key not in texts:
            self.findings.add("missing-key", node, path, f"an event has '{key}'", f"事件须有“{key}”")
            return ""
        return self.findings.text(texts[key], f"{path}.{key}") or ""

    def _value(self, spec: FieldSpec, text: str, node: Node, path: str, values: dict[str, Amount | str | bool]) -> None:
        """Read a field as a case reads a fact of its type."""
        if spec.type in NUMERIC:
            try:
                values[spec.name] = Amount.exact(read_figure(spec, text, self.lifecycle.vocabulary))
            except QuantityError as error:
                self.findings.add(error.code, node, path, error.what, error.what_zh, error.remedy, error.remedy_zh)
        elif spec.type == "bool":
            self._one_of("wrong-type", node, path, text, ("true", "false"))
            values[spec.name] = text == "true"
        elif spec.type == "enum":
            member = spec.named(text)
            self._one_of("unknown-member", node, path, member or text, spec.members)
            values[spec.name] = member or text
        else:
            values[spec.name] = text

    def _one_of(self, code: str, node: Node, path: str, word: str, known: object) -> None:
        names = list(known)  # type: ignore[call-overload]
        if word not in names:
            self.findings.unknown(code, node, path, word, names)
