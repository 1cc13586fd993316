"""The parts of a test file: mappings by their keys, texts, amounts, names; what is wrong with one is noted.

>>> desk = Desk(findings)                                                              # doctest: +SKIP
>>> desk.entries(node, "cases[0]", known=("id", "facts", "expect"), needed=("id",))    # doctest: +SKIP
{'id': Scalar(…)}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from subsidy_rules.author.expectation import Named
from subsidy_rules.errors import path_to
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError

T = TypeVar("T")

_REMEDIES: Final = {
    "contradictory-range": (
        "write one figure, or the least and then the greatest: 40万元..64万元",
        "请写一个金额，或先写下限再写上限，如 40万元..64万元",
    ),
}


class Desk:
    """Reads the parts of one test: mappings by their keys, texts, amounts, names. Problems are noted."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def entries(
        self, node: doc.Node, path: str, known: Iterable[str], needed: Iterable[str] = ()
    ) -> dict[str, doc.Node]:
        """Return the values of a mapping by key; a key that is not known and one that is missing are problems."""
        mapping = self.findings.mapping(node, path)
        if mapping is None:
            return {}
        choices = tuple(known)
        found = {}
        for key, value in mapping.entries:
            if key.text in choices:
                found[key.text] = value
            else:
                self.findings.unknown("unknown-key", key, path_to(path, key.text), key.text, choices)
        for name in needed:
            if name not in found:
                self.findings.add("missing-key", node, path, f"expected '{name}'", f"缺少“{name}”")
        return found

    def pairs(self, node: doc.Node, path: str) -> Iterator[tuple[doc.Scalar, doc.Node, str]]:
        """Yield the entries of a mapping whose keys are names, each with its path."""
        mapping = self.findings.mapping(node, path)
        for key, value in () if mapping is None else mapping.entries:
            yield key, value, path_to(path, key.text)

    def word(self, node: doc.Node, path: str, choices: Iterable[str] = ()) -> Named[str]:
        """Read a text; one of `choices` where there are any."""
        text = self.findings.text(node, path) or ""
        options = tuple(choices)
        if text and options and text not in options:
            self.findings.unknown("unknown-member", node, path, text, options)
        return Named(text, node.place)

    def words(self, node: doc.Node, path: str) -> Named[tuple[str, ...]]:
        """Read a list of texts."""
        items = enumerate(self.findings.items(node, path))
        return Named(tuple(self.word(item, path_to(path, at)).value for at, item in items), node.place)

    def quantity(self, node: doc.Node, path: str, read: Callable[[str], T]) -> Named[T] | None:
        """Read a quantity."""
        text = self.findings.text(node, path)
        if text is None:
            return None
        try:
            return Named(read(text), node.place)
        except QuantityError as error:
            own = (error.remedy, error.remedy_zh)
            remedy = own if error.remedy is not None else _REMEDIES.get(error.code, own)
            self.findings.add(error.code, node, path, error.what, error.what_zh, *remedy)
            return None
