"""Finding and reading rule files: from text to the frozen model, with the place of every problem.

Rule packs ship inside the wheel as `subsidy_rules/rules`; in a checkout they stand in `rules/` at the top.
`read_policy` checks the shape of one file; what its names mean is the plan's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from subsidy_rules.errors import RuleError, UsageError
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.mechanisms.words import WORDS
from subsidy_rules.policy.model import GuideFile, RuleFile
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule file as read: its document and its model."""

    document: doc.Document
    file: RuleFile


@dataclass(frozen=True, slots=True)
class GuideSource:
    """A guide as read."""

    document: doc.Document
    file: GuideFile


def shipped_rules() -> Path:
    """Return the folder of the packs that ship with the library. Raises `UsageError` where there is none."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "rules", package.parent.parent / "rules"):
        if folder.is_dir():
            return folder
    raise UsageError("the rule packs are not installed beside the library")


def read_policy(source: Path | str) -> RuleSource:
    """Read one rule file, from a path or from text. Raises `RuleError` with every problem of its shape."""
    document = doc.read(source, error=RuleError)
    return RuleSource(document, _validated(document, RuleFile))


def read_guide(source: Path | str) -> GuideSource:
    """Read one guide, from a path or from text. Raises `RuleError` with every problem of its shape."""
    document = doc.read(source, error=RuleError)
    return GuideSource(document, _validated(document, GuideFile))


def node_at(document: doc.Document, loc: Loc) -> tuple[doc.Node, str]:
    """Return the node at a location, or the nearest one above it, and its path as text."""
    node, path = document.root, ""
    for step in loc:
        inner: doc.Node | None = None
        if isinstance(node, doc.Mapping) and isinstance(step, str):
            inner = node.get(step)
        elif isinstance(node, doc.Sequence) and isinstance(step, int) and step < len(node.items):
            inner = node.items[step]
        if inner is not None:
            node = inner
            path += f"[{step}]" if isinstance(step, int) else f"{'.' if path else ''}{step}"
    return node, path


_REQUIRED = {"missing": ("missing-key", "a key is missing", "缺少键")}


def _validated(document: doc.Document, model: type[Model]) -> Model:
    try:
        return model.model_validate(doc.plain(document.root))
    except ValidationError as error:
        findings = Findings(document)
        for problem in error.errors(include_url=False):
            loc = problem["loc"]
            node, path = node_at(document, loc)
            last = str(loc[-1]) if loc else ""
            if problem["type"] == "extra_forbidden":
                parent, where = node_at(document, loc[:-1])
                key = _key_node(parent, last)
                findings.unknown("unknown-key", key, f"{where}.{last}".strip("."), last, _siblings(model, loc))
            elif problem["type"] == "missing":
                findings.add("missing-key", node, f"{path}.{last}".strip("."), f"'{last}' is missing", f"缺少“{last}”")
            elif problem["type"].startswith("union_tag"):
                findings.add(
                    "bad-step",
                    node,
                    path,
                    "a step is a mapping with exactly one word of the language",
                    "每个步骤应恰有一个语言用词",
                    "one of: " + ", ".join(WORDS),
                    "可用：" + "、".join(WORDS),
                )
            else:
                findings.add("wrong-type", node, path, problem["msg"][:200], "取值的形式不对")
        findings.raise_as(RuleError)
        raise


def _key_node(parent: doc.Node, key: str) -> doc.Node:
    if isinstance(parent, doc.Mapping):
        for scalar, _ in parent.entries:
            if scalar.text == key:
                return scalar
    return parent


def _siblings(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand beside the unknown one: those of the innermost model that can be told."""
    names = {
        "clauses": "Clause",
        "policy": "Header",
        "readings": "Reading",
        "facts": "FactModel",
        "vocabulary": "MemberModel",
        "lists": "ListModel",
        "parameters": "ParameterModel",
        "ladders": "Ladder",
        "cumulation": "Rule",
        "not_modelled": "NotModelled",
        "document": "GuideDocument",
        "window": "Window",
        "place": "Place",
        "rounding": "Rounding",
        "award": "Step",
    }
    definitions = model.model_json_schema().get("$defs", {})
    inner = next((names[str(step)] for step in reversed(loc[:-1]) if str(step) in names), "")
    if inner == "Step":
        words = [str(step) for step in loc[:-1] if isinstance(step, str)]
        for name, schema in definitions.items():
            word = words[-1] if words else ""
            if word in schema.get("properties", {}) and name.lower() == word.replace("_", ""):
                return list(schema["properties"])
    found = definitions.get(inner, {}) if inner else model.model_json_schema()
    return list(found.get("properties", {}))
