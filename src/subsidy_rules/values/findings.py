"""Findings: problems are collected as values while a document is read, and raised together at the end.

A reader that met one mistake goes on to the next, so a person mends a file in one round. Each finding has the
place, the path, what is wrong and what to do, in English and Chinese:

>>> findings = Findings(document)                                          # doctest: +SKIP
>>> findings.add("unknown-key", node, "projects[0]", "unknown key 'costz'", "未知键“costz”")  # doctest: +SKIP
>>> findings.raise_as(CaseError)                                           # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsidy_rules.errors import CODES, InputError, Problem, brief, suggest
from subsidy_rules.values.document import MAX_PROBLEMS, Document, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from collections.abc import Mapping as AnyMapping


class Findings:
    """The problems met so far in one document."""

    def __init__(self, document: Document, leave: Container[str] = ()) -> None:
        """Start with none, and `leave` problems of these codes to a later reading, but for those at the root."""
        self.document = document
        self.problems: list[Problem] = []
        self._leave = leave

    def is_left(self, code: str, path: str) -> bool:
        """Whether a problem is left to a later reading."""
        return code in self._leave and not {".", "["}.isdisjoint(path)

    @property
    def full(self) -> bool:
        """Whether as many problems are noted as are told at once."""
        return len(self.problems) >= MAX_PROBLEMS

    def add(
        self,
        code: str,
        node: Node,
        path: str,
        what: str,
        what_zh: str,
        remedy: str | None = None,
        remedy_zh: str | None = None,
    ) -> None:
        """Note a problem at a node. Its remedy is that of its code unless one is given (`""`: none).

        After the fiftieth nothing is noted: a person mends those first.
        """
        if self.full or self.is_left(code, path):
            return
        usual = CODES[code]
        remedy = usual.remedy if remedy is None else remedy
        remedy_zh = usual.remedy_zh if remedy_zh is None else remedy_zh
        place = node.place
        excerpt = self.document.excerpt(place)
        self.problems.append(Problem(code, place, path, excerpt, what, what_zh, remedy, remedy_zh))

    def unknown(
        self,
        code: str,
        node: Node,
        path: str,
        word: str,
        options: Iterable[str],
        labels: AnyMapping[str, str] | None = None,
    ) -> None:
        """Note a word that is none of `options`, with the nearest one as the remedy.

        `labels` are the Chinese names that an option may be written by: label → option. Who wrote Chinese is told them.
        """
        if self.full or self.is_left(code, path):
            return
        choices = list(options)
        label_of = {name: label for label, name in (labels or {}).items()}
        near = suggest(word, choices, label_of)
        shown = brief(word)
        what, what_zh = _WORDS.get(code, (code.replace("-", " "), "未知名称"))
        remedy: str | None
        remedy_zh: str | None
        told = {name: name if word.isascii() else label_of.get(name, name) for name in choices}
        remedy, remedy_zh = one_of(choices)[0], one_of(told.values())[1]
        if near:
            remedy = f"did you mean '{near}'?"
            remedy_zh = f"是否为“{told[near]}”？" if told[near] == near else f"是否为“{told[near]}”（{near}）？"
        self.add(code, node, path, f"{what} '{shown}'", f"{what_zh}“{shown}”", remedy, remedy_zh)

    def mapping(self, node: Node, path: str) -> Mapping | None:
        """Return the node as a mapping, or note that it is none."""
        if isinstance(node, Mapping):
            return node
        self.add("wrong-type", node, path, "expected a mapping", "此处应为键值对")
        return None

    def items(self, node: Node, path: str) -> tuple[Node, ...]:
        """Return the items of a sequence, or note that it is none."""
        if isinstance(node, Sequence):
            return node.items
        self.add("wrong-type", node, path, "expected a list", "此处应为列表")
        return ()

    def text(self, node: Node, path: str) -> str | None:
        """Return the text of a scalar, or note that it is none."""
        if isinstance(node, Scalar):
            return node.text
        self.add("wrong-type", node, path, "expected a single value", "此处应为单个值")
        return None

    def raise_as(self, error: type[InputError]) -> None:
        """Raise what was found, if anything was."""
        if self.problems:
            raise error(self.problems)


def one_of(choices: Iterable[str]) -> tuple[str, str] | tuple[None, None]:
    """Say what could stand there, in English and in Chinese; with nothing to choose from, the usual remedy stands."""
    names = list(choices)
    if not names:
        return None, None
    shown = names[:_MOST] + (["…"] if len(names) > _MOST else [])
    return "one of: " + ", ".join(shown), "可用：" + "、".join(shown)


_MOST = 12
_WORDS = {
    "unknown-key": ("unknown key", "未知键"),
    "unknown-member": ("unknown member", "未知取值"),
    "unknown-name": ("unknown name", "未知名称"),
    "unknown-unit": ("unknown unit", "未知单位"),
    "bad-reference": ("bad reference", "未找到编号"),
    "wrong-type": ("wrong type", "类型不符"),
    "guide-conflict": ("there is no open parameter", "没有这一待定参数"),
}
