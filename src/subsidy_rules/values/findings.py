"""Findings: problems are collected as values while a document is read, and raised together at the end.

A reader that met one mistake goes on to the next, so a person mends a file in one round. Each finding has the
place, the path, what is wrong and what to do, in English and Chinese:

>>> findings = Findings(document)                                          # doctest: +SKIP
>>> findings.add("unknown-key", node, "projects[0]", "unknown key 'costz'", "未知键“costz”")  # doctest: +SKIP
>>> findings.raise_as(CaseError)                                           # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsidy_rules.errors import InputError, Problem, brief, suggest
from subsidy_rules.values.document import Document, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as AnyMapping


class Findings:
    """The problems met so far in one document."""

    def __init__(self, document: Document) -> None:
        """Start with none."""
        self.document = document
        self.problems: list[Problem] = []

    def add(
        self,
        code: str,
        node: Node,
        path: str,
        what: str,
        what_zh: str,
        remedy: str = "",
        remedy_zh: str = "",
    ) -> None:
        """Note a problem at a node."""
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
        """Note a word that is none of `options`, with the nearest one as the remedy."""
        choices = list(options)
        near = suggest(word, choices, {name: label for label, name in (labels or {}).items()})
        shown = brief(word)
        what, what_zh = code.replace("-", " "), _WORDS_ZH.get(code, "未知名称")
        remedy, remedy_zh = one_of(choices)
        if near:
            remedy, remedy_zh = f"did you mean '{near}'?", f"是否为“{near}”？"
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


def one_of(choices: Iterable[str]) -> tuple[str, str]:
    """Say what could stand there, in English and in Chinese; nothing where there is nothing to choose from."""
    names = list(choices)
    if not names:
        return "", ""
    shown = names[:_MOST] + (["…"] if len(names) > _MOST else [])
    return "one of: " + ", ".join(shown), "可用：" + "、".join(shown)


_MOST = 12
_WORDS_ZH = {
    "unknown-key": "未知键",
    "unknown-member": "未知取值",
    "unknown-name": "未知名称",
    "unknown-unit": "未知单位",
    "bad-reference": "未找到编号",
    "wrong-type": "类型不符",
    "guide-conflict": "没有这一待定参数",
}
