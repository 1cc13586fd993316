r"""A case: one beneficiary and what it applies with, read strictly, with what is absent left absent.

`Case` holds the document; `facts_of` reads it with the vocabulary of the loaded policies into a tree of `Thing`s whose
values are exact. Every problem of the file is reported together, with its place:

>>> case = Case.from_text("case: 1\nenterprise: {type: enterprise, revenue_growth: 8%}")
>>> case.facts_of(Vocabulary.core()).enterprise.values["revenue_growth"].minimum
Fraction(2, 25)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from subsidy_rules.errors import CaseError, UsageError, brief, expect
from subsidy_rules.facts.figures import NO_LOWER, bounds_of, read_figure, uscc_is_valid
from subsidy_rules.facts.reader import CASE_VERSION, OF_POLICIES, OF_ROOT, Reader
from subsidy_rules.facts.things import Facts, Items, Members, Other, Provenance, Ref, Thing, Value
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.values import document as doc

if TYPE_CHECKING:
    from subsidy_rules.facts.models import CaseModel

__all__ = [
    "CASE_VERSION",
    "NO_LOWER",
    "OF_ROOT",
    "Case",
    "Facts",
    "Items",
    "Members",
    "Other",
    "Provenance",
    "Ref",
    "Thing",
    "Value",
    "bounds_of",
    "read_figure",
    "uscc_is_valid",
]


class Case:
    """One case. Immutable; the same case may be evaluated by many threads."""

    __slots__ = ("_facts", "_sha256", "document", "plain")

    def __init__(self, document: doc.Document) -> None:
        """Keep a document; use `load`, `from_text`, `from_dict` or `of` to make one."""
        self.document = document
        self._facts: dict[int, tuple[Vocabulary, Facts]] = {}
        self.plain: dict[int, tuple[dict[str, object], dict[str, object]]] = {}
        self._sha256 = ""

    @property
    def sha256(self) -> str:
        """The digest of what the case says, in whatever order and spelling of the file."""
        if not self._sha256:
            meaning = json.dumps(_plain(self.document.root), ensure_ascii=False, sort_keys=True)
            self._sha256 = hashlib.sha256(meaning.encode()).hexdigest()
        return self._sha256

    @staticmethod
    def load(path: str | Path) -> Case:
        """Read a YAML or JSON file. Raises `CaseError` for what is not one."""
        expect(path, str | Path, "a case is read from a path: Case.load(FILE)")
        return Case(doc.read(Path(path), error=CaseError))

    @staticmethod
    def from_text(text: str, *, name: str = "case") -> Case:
        """Read YAML or JSON text. Raises `CaseError`."""
        expect(text, str, "a case is read from a text: Case.from_text(TEXT)")
        return Case(doc.read(text, name=name, error=CaseError))

    @staticmethod
    def from_dict(data: Mapping[str, object], *, name: str = "case") -> Case:
        """Take a case as mappings and lists of text, bool, int and date (no float).

        Raises `CaseError` at once for what no policy can make right; `evaluate`, which knows the policies, tells of a
        fact or a member that none of them has.
        """
        expect(data, Mapping, "a case is a mapping: Case.from_dict({'case': 1, …})")
        case = Case(doc.from_python(dict(data), name=name, error=CaseError))
        case._check()
        return case

    @staticmethod
    def of(model: CaseModel) -> Case:
        """Take a case written with the typed models of `subsidy_rules.facts.models`.

        Raises `UsageError` where `facts` repeats a field that the model has, `CaseError` as `from_dict` does.
        """
        from subsidy_rules.facts.models import CaseModel  # noqa: PLC0415 - only who builds a case needs pydantic

        expect(model, CaseModel, "a case is a CaseModel: Case.of(CaseModel(…))")
        data = _without_facts_key(model.model_dump(exclude_unset=True, exclude_none=True))
        return Case.from_dict({"case": CASE_VERSION, **data})

    def __reduce__(self) -> tuple[type[Case], tuple[doc.Document]]:
        """Pickle the document alone: what was read of it is kept by the identity of a vocabulary of this process."""
        return Case, (self.document,)

    def __eq__(self, other: object) -> bool:
        """Two cases are equal that say the same, in whatever order and spelling of the file."""
        return self.sha256 == other.sha256 if isinstance(other, Case) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.sha256)

    def _check(self) -> None:
        """Raise what is wrong whatever the policies: they add facts to entities, and members and zones to fields."""
        Reader(self.document, Vocabulary.core(), leave=OF_POLICIES).read()

    def facts_of(self, vocabulary: Vocabulary) -> Facts:
        """Read the case with a vocabulary (cached). Raises `CaseError` with every problem found."""
        known = self._facts.get(id(vocabulary))
        if known is None:
            known = (vocabulary, Reader(self.document, vocabulary).read())
            self._facts[id(vocabulary)] = known
        return known[1]


def _without_facts_key(data: dict[str, object]) -> dict[str, object]:
    """Lift the policy-declared facts of the typed models to where a file writes them."""
    lifted: dict[str, object] = {}
    for key, value in data.items():
        if key in ("facts", "things") and isinstance(value, dict):
            twice = next((name for name in value if name in data), None)
            if twice is not None:
                raise UsageError(f"'{brief(twice)}' is a field of the model and stands among its facts too")
            lifted.update(value)
        elif isinstance(value, dict):
            lifted[key] = _without_facts_key(value)
        elif isinstance(value, list):
            lifted[key] = [_without_facts_key(item) if isinstance(item, dict) else item for item in value]
        else:
            lifted[key] = value
    return lifted


def _plain(node: doc.Node) -> object:
    if isinstance(node, doc.Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, doc.Sequence):
        return [_plain(item) for item in node.items]
    return node.text
