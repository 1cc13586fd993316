"""Reading rule files: from text to the frozen model, with the place of every problem.

`read_policy` checks the shape of one file; what its names mean is the plan's business. A file of a wrong shape is kept,
with what is left of it, so that the plan tells what is wrong with its names together with what is wrong with its shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from subsidy_rules.errors import RuleError
from subsidy_rules.policy.model import GuideFile, RuleFile
from subsidy_rules.policy.shape import Shape, node_at, shape_of
from subsidy_rules.policy.shipped import shipped_rules
from subsidy_rules.values import document as doc

__all__ = ["GuideSource", "RuleSource", "guide_of", "node_at", "read_guide", "read_policy", "shipped_rules"]


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule file as read: its document, and how it compares with the model."""

    document: doc.Document
    shape: Shape[RuleFile]

    @property
    def file(self) -> RuleFile:
        """The model of the whole file. Raises `RuleError` with every problem of its shape."""
        if self.shape.model is None or self.shape.problems:
            raise RuleError(self.shape.problems)
        return self.shape.model


@dataclass(frozen=True, slots=True)
class GuideSource:
    """A guide as read."""

    document: doc.Document
    file: GuideFile


def read_policy(source: Path | str | bytes, *, name: str | None = None) -> RuleSource:
    """Read one rule file, from a path, a text or its bytes. Raises `RuleError` for what is neither YAML nor JSON.

    `name` is what problems call it; a file has its path. Problems of its shape are raised by `file`, and by the plan
    together with those of its names.
    """
    document = doc.read(source, name=name, error=RuleError)
    return RuleSource(document, shape_of(document, RuleFile))


def read_guide(source: Path | str) -> GuideSource:
    """Read one guide, from a path or from text. Raises `RuleError` with every problem of its shape."""
    return guide_of(doc.read(source, error=RuleError))


def guide_of(document: doc.Document) -> GuideSource:
    """Hold a document against the shape of a guide. Raises `RuleError` with every problem of its shape."""
    shape = shape_of(document, GuideFile)
    if shape.model is None or shape.problems:
        raise RuleError(shape.problems)
    return GuideSource(document, shape.model)
