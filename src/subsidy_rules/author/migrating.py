r"""Rule files of an older version of the language, walked forward to today's by small registered steps.

Each step is of one version and changes one thing wherever it stands: a key that has another name, a word that is said
otherwise. Steps run in their order, version by version, on the file as it is written, so that comments stay at what
they were written at; each change is listed with its line. The file that comes out is laid out as `fmt` does and must be
one of today's, or nothing is written.

Version 1 is the first that was released. Version 0 is made up: no file was ever written in it but those of the
documentation and the tests, which show that a walk works before one is needed.

>>> old = "language: 0\npolicy:\n  unit: 分  # to the fen\n"
>>> text, changes = walked(old)
>>> print(text, [one.path for one in changes])
language: 1
<BLANKLINE>
policy:
  rounding: {unit: 分, stated: false}  # to the fen
 ['language', 'policy.unit']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from subsidy_rules.author.formatting import find_files, in_order
from subsidy_rules.author.layout import laid_out
from subsidy_rules.author.written import Entry, Group, Leaf, Written, comments, written
from subsidy_rules.award.model import Both
from subsidy_rules.errors import InputError, UsageError, brief
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings

__all__ = ["STEPS", "TODAY", "Change", "Migrated", "Step", "migrated", "rule_files", "walked"]

_RULES: Final = re.compile(rb"^language:", re.MULTILINE)
TODAY: Final = 1
"""The version of the language that this library reads."""

Found: TypeAlias = Iterator[tuple[str, int, str, str]]
"""What a step changes: the path, the line (counted from 0), what stood there, what stands there now."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a file: its line, its path, what it was and has become, and the step that made it."""

    line: int
    path: str
    before: str
    after: str
    step: Step


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is written otherwise from a version on."""

    version: int
    name: str
    said: Both
    run: Callable[[Group], Found]


@dataclass(frozen=True, slots=True)
class Migrated:
    """A file, the version that it was of, its text in today's, and what was changed."""

    path: Path
    version: int
    text: str
    changes: tuple[Change, ...]


def migrated(path: str | Path) -> Migrated:
    """Return a rule file in today's version; nothing is written.

    Raises `InputError` for a version that is not known, `RuleError` where what comes out is no rule file of today.
    """
    source = Path(path)
    document = doc.read(source, blank="~")
    version = _version(document)
    text, changes = walked(document.text)
    if changes:
        _ = read_policy(text, name=str(source)).file
    return Migrated(source, version, text, changes)


def rule_files(given: Iterable[str | Path]) -> list[Path]:
    """Return the rule files at paths, those of a folder by name. Raises `UsageError` where there is none."""
    found = [path for path in find_files(given) if _RULES.search(path.read_bytes())]
    if not found:
        raise UsageError(f"no rule file at '{', '.join(map(str, given))}'")
    return found


def walked(text: str) -> tuple[str, tuple[Change, ...]]:
    """Walk a text that has been read forward to today's version; one of today's is returned as it is."""
    document = doc.read(text, blank="~")
    version = _version(document)
    if version == TODAY:
        return text, ()
    root = written(document.text)
    changes: list[Change] = []
    for step in (one for of in range(version, TODAY) for one in STEPS if one.version == of):
        changes += [Change(line + 1, path, before, after, step) for path, line, before, after in step.run(root)]
    made = laid_out(root, in_order("language"))
    if sorted(comments(made)) != sorted(comments(document.text)):
        raise UsageError("nothing is written: in today's language the file would not keep its comments")
    return made, tuple(sorted(changes, key=lambda one: one.line))


def _version(document: doc.Document) -> int:
    """Return the version that a file says. Raises `InputError` for none, and for one that is not known."""
    findings = Findings(document)
    node = document.root.get("language") if isinstance(document.root, doc.Mapping) else None
    if not isinstance(node, doc.Scalar):
        what, what_zh = "the file does not say its version of the language", "文件没有写明语言版本"
        remedy = f"write 'language: {TODAY}' at the top of a rule file", f"请在规则文件开头写 language: {TODAY}"
        findings.add("missing-key", node or document.root, "language", what, what_zh, *remedy)
    elif node.text not in map(str, range(TODAY + 1)):
        later = node.text.isascii() and node.text.isdigit()
        what = f"this library knows no version '{brief(node.text)}' of the language: it reads {TODAY}, migrates older"
        what_zh = f"本库不识别语言版本“{brief(node.text)}”：只读取版本 {TODAY}，并可迁移更早的版本"
        remedy = (
            ("install a newer subsidy-rules, which reads it", "请安装能读取该版本的新版 subsidy-rules")
            if later
            else (f"write the version as a whole number: language: {TODAY}", f"版本应写整数：language: {TODAY}")
        )
        findings.add("bad-version", node, "language", what, what_zh, *remedy)
    findings.raise_as(InputError)
    assert isinstance(node, doc.Scalar)  # noqa: S101 - it was refused above otherwise
    return int(node.text)


# what steps are made of


def at(root: Written, *path: str) -> Iterator[tuple[str, Group]]:
    """Yield the mappings at a path, `*` for each item of a list, with their paths as they are told."""
    if not path:
        if isinstance(root, Group):
            yield "", root
        return
    step, *rest = path
    for place, entry in enumerate(root.entries if isinstance(root, Group) else ()):
        name = f"[{place}]" if entry.key is None else entry.key.text
        if step in ("*", name):
            for inner, found in at(entry.value, *rest):
                dot = "." if inner and not inner.startswith("[") else ""
                yield f"{name}{dot}{inner}", found


def entries(root: Group, path: Sequence[str], key: str) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a key in the mappings at a path."""
    for where, group in at(root, *path):
        for entry in group.entries:
            if entry.key is not None and entry.key.text == key:
                yield f"{where}.{key}".lstrip("."), entry


def renamed(path: Sequence[str], old: str, new: str) -> Callable[[Group], Found]:
    """Make a step that gives a key another name."""

    def run(root: Group) -> Found:
        for where, entry in entries(root, path, old):
            entry.key = leaf(new)
            yield where, entry.line, f"{old}:", f"{new}:"

    return run


def reworded(path: Sequence[str], key: str, words: Callable[[str], str]) -> Callable[[Group], Found]:
    """Make a step that says a value otherwise; one that `words` gives back as it is stays."""

    def run(root: Group) -> Found:
        for where, entry in entries(root, path, key):
            value = entry.value
            if isinstance(value, Leaf) and words(value.text) != value.text:
                entry.value = leaf(words(value.text), value)
                yield where, entry.line, f"{key}: {value.text}", f"{key}: {entry.value.text}"

    return run


def leaf(text: str, like: Leaf | None = None) -> Leaf:
    """Return a plain scalar, in place of another where one is given."""
    span, lines = ((0, 0), (0, 0)) if like is None else (like.span, like.lines)
    return Leaf(text, text, "", span, lines)


def _rounding(root: Group) -> Found:
    """`unit: 分` of the header → `rounding: {unit: 分, stated: false}`."""
    for where, entry in entries(root, ("policy",), "unit"):
        value = entry.value
        if isinstance(value, Leaf):
            inner = Group(mapping=True, flow=True, column=0)
            inner.entries = [
                Entry(leaf("unit"), value, entry.line, 0),
                Entry(leaf("stated"), leaf("false"), entry.line, 0),
            ]
            entry.key, entry.value = leaf("rounding"), inner
            yield where, entry.line, f"unit: {value.text}", f"rounding: {{unit: {value.text}, stated: false}}"


_STEPS_OF: Final = (("clauses", "*", "award", "*"), ("clauses", "*", "rows", "*", "award", "*"))


def _percent(root: Group) -> Found:
    """`percent: 10` of a step → `rate: 10%`."""
    for path in _STEPS_OF:
        for where, entry in entries(root, path, "percent"):
            value = entry.value
            if isinstance(value, Leaf):
                entry.key, entry.value = leaf("rate"), leaf(f"{value.text}%", value)
                yield where, entry.line, f"percent: {value.text}", f"rate: {value.text}%"


_CLAUSE: Final = ("clauses", "*")
STEPS: Final = (
    Step(
        0,
        "quote",
        ("原文改称 quote", "the words of a sentence are its quote"),
        renamed(_CLAUSE, "text", "quote"),
    ),
    Step(0, "award", ("给付改称 award", "what a sentence gives is its award"), renamed(_CLAUSE, "pays", "award")),
    Step(0, "rounding", ("进位写明是否原文所定", "rounding says whether the text states it"), _rounding),
    Step(0, "rate", ("比例写作 rate，带百分号", "a percentage is a rate with its sign"), _percent),
    Step(
        0,
        "higher_of",
        ("就高改称 higher_of", "the greater of two awards is higher_of"),
        reworded(("cumulation", "*"), "kind", lambda kind: "higher_of" if kind == "highest" else kind),
    ),
    Step(0, "version", ("版本号", "the version"), reworded((), "language", lambda _: "1")),
)
"""Every step, in the order in which they run; those of a version lead to the next."""
