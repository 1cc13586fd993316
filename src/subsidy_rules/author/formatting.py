r"""Laying out files of rules, tests, guides and cases: never a change of what they say, never half a file.

A file is laid out by `layout`, and read again before anything is written: it must say the same, in the same order where
order means anything, with the same comments, and a rule file must keep the digest of its meaning. What is laid out must
not change when it is laid out again. A file for which one of these does not hold is refused and stays as it is.

>>> format_text("case: 1\nenterprise: {place:   '330100'}\n", "case.yaml")
"case: 1\nenterprise: {place: '330100'}\n"
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from subsidy_rules.author.layout import Path as KeyPath
from subsidy_rules.author.layout import laid_out
from subsidy_rules.author.written import comments
from subsidy_rules.errors import InputError, UsageError
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values import document as doc

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["Formatted", "find_files", "format_text", "formatted", "meaning_of", "write_whole"]

_HEADERS: Final = ("language", "tests", "guide", "case", "conformance")
"""The first word of each kind of file."""
_HEADER: Final = re.compile(rf"^(?:{'|'.join(_HEADERS)}):", re.MULTILINE)
_GONE: Final = "~"


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file and its text as it should be laid out."""

    path: Path
    before: bytes
    after: str

    @property
    def changed(self) -> bool:
        """Whether the file is laid out otherwise."""
        return self.before != self.after.encode()


def find_files(given: Iterable[str | Path]) -> list[Path]:
    """Return the files of ours at paths, those of a folder by name. Raises `UsageError` where there is none.

    A file of ours says at the margin of one of its lines what it is: `language:`, `tests:`, `guide:`, `case:` or
    `conformance:`. Others in a folder are passed over.
    """
    found: dict[Path, None] = {}
    for path in map(Path, given):
        if not path.exists():
            raise UsageError(f"no file or folder at '{path}'")
        inside = [one for one in sorted(path.glob("*.yaml")) if _is_ours(one)] if path.is_dir() else [path]
        if not inside or not _is_ours(inside[0]):
            raise UsageError(f"no rules, tests, guide or case in YAML at '{path}'")
        found.update(dict.fromkeys(inside))
    return list(found)


def _is_ours(path: Path) -> bool:
    head = path.read_bytes()[: doc.MAX_BYTES].decode(errors="replace")
    return not head.lstrip().startswith(("{", "[")) and bool(_HEADER.search(head.replace("\r\n", "\n")))


def formatted(path: str | Path) -> Formatted:
    """Return a file as it should be laid out; nothing is written.

    Raises `InputError` for a file that can't be read (`RuleError` for one of rules, of a wrong shape too), `UsageError`
    for one that would not say the same.
    """
    source = Path(path)
    raw = source.read_bytes()
    return Formatted(source, raw, format_text(raw, str(source)))


def format_text(text: str | bytes, name: str = "<text>") -> str:
    """Return the text of a file as it should be laid out. Raises as `formatted` does."""
    document = _read(text, name)
    head = next((key for key in _HEADERS if isinstance(document.root, doc.Mapping) and document.root.get(key)), "")
    if not head or document.text.lstrip().startswith("{"):
        raise UsageError(f"no rules, tests, guide or case in YAML at '{name}'")
    made = laid_out(document.text, in_order(head))
    _hold_equal(document, made, name)
    if laid_out(made, in_order(head)) != made:
        raise UsageError(f"'{name}' is not written: laid out twice it would not be the same")
    return made


def write_whole(made: Sequence[tuple[Path, str]]) -> None:
    """Write files, each whole or not at all: beside it first, then in its place. Access and links are kept."""
    for path, text in made:
        target = path.resolve()
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with open(handle, "wb") as file:  # noqa: PTH123 - it is open already
                file.write(text.encode())
            if target.exists():
                Path(beside).chmod(target.stat().st_mode & 0o7777)
            os.replace(beside, target)  # noqa: PTH105 - the one call that is whole or not at all
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


def meaning_of(text: str | bytes, name: str = "<text>") -> str:
    """Return the digest of what a file says: of a rule file that of its meaning, of another that of its tree.

    Raises `RuleError` for a rule file of a wrong shape.
    """
    document = _read(text, name)
    if isinstance(document.root, doc.Mapping) and document.root.get("language"):
        said = read_policy(document.text, name=name).file.model_dump_json(by_alias=True)
    else:
        said = _ordered(document.root)
    return hashlib.sha256(said.encode()).hexdigest()


def _read(text: str | bytes, name: str) -> doc.Document:
    return doc.read(text, name=name, blank=_GONE)


def _hold_equal(document: doc.Document, made: str, name: str) -> None:
    """Raise `UsageError` where a text made of a file does not say what the file says."""
    try:
        after = doc.read(made, name=name, blank=_GONE)
    except InputError as error:
        raise UsageError(f"'{name}' is not written: laid out it could not be read") from error
    if doc.plain(after.root) != doc.plain(document.root) or _ordered(after.root) != _ordered(document.root):
        raise UsageError(f"'{name}' is not written: laid out it would not say the same")
    if sorted(comments(made)) != sorted(comments(document.text)):
        raise UsageError(f"'{name}' is not written: laid out it would not keep its comments")
    if meaning_of(made, name) != meaning_of(document.text, name):
        raise UsageError(f"'{name}' is not written: laid out it would not mean the same")


def _ordered(root: doc.Node) -> str:
    """Write a tree of which only the keys at known places may change their order."""
    return json.dumps(_sorted(root, ()), ensure_ascii=False)


def _sorted(node: doc.Node, path: KeyPath) -> doc.Plain:
    if isinstance(node, doc.Scalar):
        return node.text
    if isinstance(node, doc.Sequence):
        return [_sorted(item, (*path, "*")) for item in node.items]
    entries = node.entries
    if any(path in orders() for orders in (_rules, _tests, _guides)):
        entries = tuple(sorted(entries, key=lambda pair: pair[0].text))
    return {key.text: _sorted(value, (*path, key.text)) for key, value in entries}


def in_order(head: str) -> Callable[[KeyPath], Sequence[str]]:
    """Return the order of keys in a file of a kind, which its first word names."""
    orders = {"language": _rules, "tests": _tests, "guide": _guides}.get(head, dict)()
    return lambda path: orders.get(path, ())


@cache
def _rules() -> Mapping[KeyPath, Sequence[str]]:
    from subsidy_rules.policy import model  # noqa: PLC0415 - it needs pydantic

    return {
        (): _keys(model.RuleFile),
        ("policy",): _keys(model.Header),
        ("clauses", "*"): _keys(model.Clause, part_of="beneficiary", replaces="where"),
        ("clauses", "*", "rows", "*"): _keys(model.TableSentence),
        ("cumulation", "*"): _keys(model.Rule, by="earlier", same="earlier", when="quote", quote=""),
        ("not_modelled", "*"): _keys(model.NotModelled),
    }


@cache
def _tests() -> Mapping[KeyPath, Sequence[str]]:
    from subsidy_rules.author.suite import KEYS_OF_CASE, KEYS_OF_FILE  # noqa: PLC0415 - only tests need it

    return {(): KEYS_OF_FILE, ("cases", "*"): KEYS_OF_CASE}


@cache
def _guides() -> Mapping[KeyPath, Sequence[str]]:
    from subsidy_rules.policy import model  # noqa: PLC0415 - it needs pydantic

    return {(): _keys(model.GuideFile), ("document",): _keys(model.GuideDocument)}


def _keys(model: type[BaseModel], **before: str) -> Sequence[str]:
    """Return the keys of a mapping as its model has them, but for some that stand before others, or at the end."""
    keys = [field.alias or name for name, field in model.model_fields.items()]
    for key, other in before.items():
        keys.remove(key)
        keys.insert(keys.index(other) if other else len(keys), key)
    return keys
