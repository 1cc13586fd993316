"""A case: one beneficiary and what it applies with, read strictly, with what is absent left absent.

`Case` holds the document; `facts_of` reads it with the vocabulary of the loaded policies into a tree of `Thing`s whose
values are exact. Every problem of the file is reported together, with its place:

>>> case = Case.from_text("{case: 1, enterprise: {type: enterprise, revenue_growth: 8%}}")
>>> case.facts_of(Vocabulary.core()).enterprise.values["revenue_growth"].minimum
Fraction(2, 25)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

from subsidy_rules.errors import CaseError
from subsidy_rules.facts.vocabulary import NUMERIC, CaseModel, FieldSpec, ListSpec, Vocabulary
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import (
    INFINITY,
    ZERO,
    Number,
    QuantityError,
    parse_count,
    parse_date,
    parse_money,
    parse_ratio,
)

CASE_VERSION: Final = "1"
NO_LOWER: Final = Fraction(-(10**12))
"""Stands for "no lower end" of a signed ratio: a fall by more than this is not a growth figure."""


@dataclass(frozen=True, slots=True)
class Other:
    """A member that an open vocabulary does not list: `{other: "…"}`."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """The id of another thing in the same case."""

    id: str


@dataclass(frozen=True, slots=True)
class Members:
    """The value of a set-valued fact; `other` are members that its vocabulary does not list."""

    names: frozenset[str]
    other: tuple[str, ...] = ()


Value: TypeAlias = Amount | str | bool | Other | Ref | Members


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from (S8)."""

    source: str = ""
    status: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """One entity of a case: `path` as written (`projects[0].costs[1]`), its known values, its lists that are given."""

    entity: str
    path: str
    id: str
    values: Mapping[str, Value] = field(compare=False)
    lists: Mapping[str, Items] = field(compare=False)
    provenance: Mapping[str, Provenance] = field(compare=False)
    parent: Thing | None = field(default=None, compare=False)

    def fact_path(self, name: str) -> str:
        """Return the path of one of its facts, as the case writes it."""
        return f"{self.path}.{name}" if self.path else name


@dataclass(frozen=True, slots=True)
class Items:
    """A list that was given; `more` says it is not complete."""

    things: tuple[Thing, ...]
    more: bool = False

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.things)


@dataclass(frozen=True, slots=True)
class Facts:
    """A case read with one vocabulary."""

    root: Thing
    enterprise: Thing
    index: Mapping[str, Thing]
    paths: Mapping[str, Thing]
    assumed_none: tuple[str, ...]


class Case:
    """One case. Immutable; the same case may be evaluated by many threads."""

    __slots__ = ("_facts", "document", "sha256")

    def __init__(self, document: doc.Document) -> None:
        """Keep a document; use `load`, `from_text`, `from_dict` or `of` to make one."""
        self.document = document
        self._facts: dict[int, tuple[Vocabulary, Facts]] = {}
        meaning = json.dumps(_plain(document.root), ensure_ascii=False, sort_keys=True)
        self.sha256 = hashlib.sha256(meaning.encode()).hexdigest()

    @staticmethod
    def load(path: str | Path) -> Case:
        """Read a YAML or JSON file. Raises `CaseError` for what is not one."""
        return Case(doc.read(Path(path), error=CaseError))

    @staticmethod
    def from_text(text: str, *, name: str = "case") -> Case:
        """Read YAML or JSON text. Raises `CaseError`."""
        return Case(doc.read(text, name=name, error=CaseError))

    @staticmethod
    def from_dict(data: Mapping[str, object], *, name: str = "case") -> Case:
        """Take a case as mappings and lists of text, bool, int and date (no float). Raises `CaseError`."""
        return Case(doc.from_python(data, name=name, error=CaseError))

    @staticmethod
    def of(model: CaseModel) -> Case:
        """Take a case written with the typed models of `subsidy_rules.facts.vocabulary`."""
        data = _without_facts_key(model.model_dump(exclude_unset=True, exclude_none=True))
        return Case.from_dict({"case": CASE_VERSION, **data})

    def facts_of(self, vocabulary: Vocabulary) -> Facts:
        """Read the case with a vocabulary (cached). Raises `CaseError` with every problem found."""
        known = self._facts.get(id(vocabulary))
        if known is None:
            known = (vocabulary, _Reader(self.document, vocabulary).read())
            self._facts[id(vocabulary)] = known
        return known[1]


def _without_facts_key(data: dict[str, object]) -> dict[str, object]:
    """Lift the policy-declared facts of the typed models to where a file writes them."""
    lifted: dict[str, object] = {}
    for key, value in data.items():
        if key == "facts" and isinstance(value, dict):
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


_PARSERS: Final[Mapping[str, Callable[[str], Fraction]]] = {
    "money": parse_money,
    "ratio": parse_ratio,
    "count": parse_count,
    "date": parse_date,
}
_TRUTHS: Final = {"true": True, "false": False, "是": True, "否": False}
_PROVENANCE: Final = ("source", "status", "date")
_STATUSES: Final = ("declared", "certified", "audited")


def bounds_of(spec: FieldSpec) -> tuple[Number, Number]:
    """Return what a number that nobody has given could still be: at least 0, but for a signed ratio."""
    return (NO_LOWER if spec.type == "ratio" else ZERO), INFINITY


class _Reader:
    """Reads one document into things. Problems are collected, and raised together at the end."""

    def __init__(self, document: doc.Document, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.findings = Findings(document)
        self.index: dict[str, Thing] = {}
        self.paths: dict[str, Thing] = {}
        self.refs: list[tuple[doc.Node, str, str, FieldSpec]] = []
        self.nodes: dict[str, doc.Node] = {}
        self.assumed: tuple[str, ...] = ()

    def read(self) -> Facts:
        root = self.document.root
        mapping = self.findings.mapping(root, "")
        if mapping is None:
            self.findings.raise_as(CaseError)
            raise AssertionError
        self._version(mapping)
        top = self._thing("case", mapping, "", None)
        enterprise = top.lists["enterprise"].things[0]
        self._resolve()
        self._check(top)
        self.findings.raise_as(CaseError)
        return Facts(top, enterprise, self.index, {"enterprise": enterprise, **self.paths}, self.assumed)

    def _version(self, mapping: doc.Mapping) -> None:
        node = mapping.get("case")
        if node is None:
            self.findings.add(
                "missing-key",
                mapping,
                "case",
                "the case does not say its format version",
                "缺少格式版本",
                "write 'case: 1' at the top",
                "在开头写“case: 1”",
            )
        elif self.findings.text(node, "case") not in (CASE_VERSION, None):
            self.findings.add("bad-version", node, "case", "this library reads case: 1", "本库只读取 case: 1")

    def _thing(self, entity: str, mapping: doc.Mapping, path: str, parent: Thing | None) -> Thing:
        fields, lists = self.vocabulary.fields[entity], self.vocabulary.lists[entity]
        names = tuple((name, spec.zh) for name, spec in fields.items()) + tuple(
            (name, spec.zh) for name, spec in lists.items()
        )
        if entity == "case":
            names += (("enterprise", "申报主体"), ("assume_none", "均无"))
        labels = {label: name for name, label in names if label}
        values: dict[str, Value] = {}
        inner: dict[str, Items] = {}
        provenance: dict[str, Provenance] = {}
        identity_node = mapping.get("id") or mapping.get("编号")
        identity = (self.findings.text(identity_node, f"{path}.id") or "") if identity_node is not None else ""
        thing = Thing(entity, path, identity, values, inner, provenance, parent)
        self.paths[path] = thing
        if identity and identity_node is not None:
            if identity in self.index:
                self.findings.add(
                    "duplicate-id", identity_node, f"{path}.id", f"id '{identity}' stands twice", f"编号“{identity}”重复"
                )
            self.index[identity] = thing
        seen: set[str] = set()
        for key, node in mapping.entries:
            name = labels.get(key.text, key.text)
            where = f"{path}.{name}" if path else name
            if name in seen:
                self.findings.add(
                    "both-names",
                    key,
                    where,
                    f"'{name}' is given by both its names",
                    f"“{name}”同时用中英文名给出",
                    "keep one",
                    "保留一个",
                )
                continue
            seen.add(name)
            self.nodes[where] = node
            if name in fields:
                self._field(thing, fields[name], node, where, values, provenance)
            elif name in lists:
                items = self._items(lists[name], node, where, thing)
                if items is not None:
                    inner[name] = items
            elif entity == "case" and name == "enterprise":
                body = self.findings.mapping(node, where)
                if body is not None:
                    inner["enterprise"] = Items((self._thing("enterprise", body, "enterprise", None),))
            elif entity == "case" and name == "assume_none":
                self._assume(node, mapping, inner)
            elif not (entity == "case" and name == "case"):
                self.findings.unknown("unknown-key", key, where, key.text, [n for n, _ in names], labels)
        if entity == "case" and "enterprise" not in inner:
            inner["enterprise"] = Items((Thing("enterprise", "enterprise", "", {}, {}, {}, None),))
        return thing

    def _items(self, spec: ListSpec, node: doc.Node, path: str, parent: Thing) -> Items | None:
        more = False
        if isinstance(node, doc.Mapping):
            for key, value in node.entries:
                if key.text == "more" and isinstance(value, doc.Scalar) and value.text in _TRUTHS:
                    more = _TRUTHS[value.text]
                elif key.text != "items":
                    self.findings.unknown("unknown-key", key, path, key.text, ["items", "more"])
            inner = node.get("items")
            if inner is None:
                self.findings.add("missing-key", node, path, "expected 'items'", "缺少“items”")
                return None
            node = inner
        things = []
        owner = parent if parent.entity != "case" else None
        for position, item in enumerate(self.findings.items(node, path)):
            body = self.findings.mapping(item, f"{path}[{position}]")
            if body is not None:
                things.append(self._thing(spec.entity, body, f"{path}[{position}]", owner))
        return Items(tuple(things), more)

    def _assume(self, node: doc.Node, mapping: doc.Mapping, inner: dict[str, Items]) -> None:
        lists = self.vocabulary.lists["case"]
        labels = {spec.zh: name for name, spec in lists.items()}
        assumed = []
        for item in self.findings.items(node, "assume_none"):
            text = self.findings.text(item, "assume_none")
            name = labels.get(text or "", text or "")
            if name not in lists:
                self.findings.unknown("unknown-name", item, "assume_none", name, lists, labels)
            elif mapping.get(name) is not None or mapping.get(lists[name].zh) is not None:
                self.findings.add(
                    "both-names",
                    item,
                    "assume_none",
                    f"'{name}' is given and assumed to be none",
                    f"“{name}”既已给出又声明为无",
                )
            else:
                inner[name] = Items(())
                assumed.append(name)
        self.assumed = tuple(assumed)

    def _field(  # noqa: PLR0913 - what it reads, where it stands, where it goes
        self,
        thing: Thing,
        spec: FieldSpec,
        node: doc.Node,
        path: str,
        values: dict[str, Value],
        provenance: dict[str, Provenance],
    ) -> None:
        if isinstance(node, doc.Mapping) and node.get("value") is not None:
            provenance[spec.name] = self._provenance(node, path)
            inner = node.get("value")
            node = inner if inner is not None else node
        value = self._value(thing, spec, node, path)
        if value is not None:
            values[spec.name] = value

    def _provenance(self, node: doc.Mapping, path: str) -> Provenance:
        found = dict.fromkeys(_PROVENANCE, "")
        for key, value in node.entries:
            if key.text == "value":
                continue
            if key.text not in found:
                self.findings.unknown("unknown-key", key, path, key.text, ["value", *_PROVENANCE])
                continue
            text = self.findings.text(value, f"{path}.{key.text}") or ""
            if key.text == "status" and text not in _STATUSES:
                self.findings.unknown("unknown-member", value, path, text, _STATUSES)
            if key.text == "date":
                self._quantity(value, text, f"{path}.date", parse_date)
            found[key.text] = text
        return Provenance(**found)

    def _value(self, thing: Thing, spec: FieldSpec, node: doc.Node, path: str) -> Value | None:
        if spec.type == "set":
            return self._set(spec, node, path)
        if isinstance(node, doc.Mapping):
            if spec.type in NUMERIC:
                return self._range(thing, spec, node, path)
            return self._other(spec, node, path)
        text = self.findings.text(node, path)
        if text is None:
            return None
        if spec.type in NUMERIC:
            number = self._quantity(node, text, path, _number_parser(spec))
            return None if number is None else Amount.exact(number)
        if spec.type == "bool":
            if text not in _TRUTHS:
                self.findings.unknown("wrong-type", node, path, text, _TRUTHS)
                return None
            return _TRUTHS[text]
        if spec.type == "enum":
            return self._member(spec, node, text, path)
        if spec.type == "ref":
            self.refs.append((node, text, path, spec))
            return Ref(text)
        if spec.type == "place":
            return self._place(node, text, path)
        if spec.name == "uscc" and not uscc_is_valid(text):
            self.findings.add(
                "bad-uscc", node, path, f"'{text[:40]}' is not a valid code: its check character does not fit",
                f"“{text[:40]}”不是有效的统一社会信用代码",
            )
        return text

    def _quantity(
        self, node: doc.Node, text: str, path: str, parser: Callable[[str], Fraction]
    ) -> Fraction | None:
        try:
            return parser(text)
        except QuantityError as error:
            self.findings.add(error.code, node, path, error.what, error.what_zh)
            return None

    def _range(self, thing: Thing, spec: FieldSpec, node: doc.Mapping, path: str) -> Value | None:
        ends: dict[str, Number] = {}
        for key, value in node.entries:
            text = self.findings.text(value, f"{path}.{key.text}")
            if key.text not in ("min", "max"):
                self.findings.unknown("unknown-key", key, path, key.text, ["min", "max", "value", *_PROVENANCE])
            elif text is not None:
                number = self._quantity(value, text, path, _number_parser(spec))
                if number is not None:
                    ends[key.text] = number
        lowest, highest = bounds_of(spec)
        lo, hi = ends.get("min", lowest), ends.get("max", highest)
        if lo > hi:
            self.findings.add("contradictory-range", node, path, "min is above max", "下限高于上限")
            return None
        return Amount.unknown(lo, hi, (thing.path, spec.name))

    def _other(self, spec: FieldSpec, node: doc.Mapping, path: str) -> Other | None:
        keys = node.keys()
        other = node.get("other")
        if list(keys) == ["other"] and other is not None:
            text = self.findings.text(other, path)
            if spec.open and text is not None:
                return Other(text)
            if text is not None:
                self.findings.add(
                    "unknown-member", node, path, "this vocabulary is closed", "该词表是封闭的",
                    "one of: " + ", ".join(list(spec.members)[:12]), "可用：" + "、".join(list(spec.members)[:12]),
                )
            return None
        self.findings.add("wrong-type", node, path, "expected a single value", "此处应为单个值")
        return None

    def _member(self, spec: FieldSpec, node: doc.Node, text: str, path: str) -> str | None:
        if text in spec.members:
            return text
        labels = {member.zh: name for name, member in spec.members.items() if member.zh}
        if text in labels:
            return labels[text]
        if spec.name == "industry" and text[1:] in spec.members:
            from subsidy_rules.facts.vocabulary import SECTIONS  # noqa: PLC0415 - the table is wanted here only

            if SECTIONS[int(text[1:])] == text[0]:
                return text[1:]
        self.findings.unknown("unknown-member", node, path, text, spec.members, labels)
        return None

    def _set(self, spec: FieldSpec, node: doc.Node, path: str) -> Members | None:
        nodes = node.items if isinstance(node, doc.Sequence) else (node,)
        names: list[str] = []
        other: list[str] = []
        for item in nodes:
            if isinstance(item, doc.Mapping):
                found = self._other(spec, item, path)
                if found is not None:
                    other.append(found.text)
                continue
            text = self.findings.text(item, path)
            if text is None:
                continue
            if spec.name == "claims":
                names.append(text)
                continue
            member = self._member(spec, item, text, path)
            if member is not None:
                names.append(member)
        return Members(frozenset(names), tuple(other))

    def _place(self, node: doc.Node, text: str, path: str) -> str | None:
        if text in self.vocabulary.zones or (len(text) == 6 and text.isascii() and text.isdigit()):  # noqa: PLR2004
            return text
        self.findings.unknown("unknown-member", node, path, text, ["610113", *sorted(self.vocabulary.zones)])
        return None

    def _resolve(self) -> None:
        for node, text, path, spec in self.refs:
            thing = self.index.get(text)
            if thing is None or thing.entity not in spec.target:
                options = [name for name, found in self.index.items() if found.entity in spec.target]
                self.findings.unknown("bad-reference", node, path, text, options)

    def _check(self, top: Thing) -> None:
        for project in top.lists.get("projects", Items(())):
            total = project.values.get("total")
            parts = ZERO
            for cost in project.lists.get("costs", Items(())):
                amount = cost.values.get("amount")
                if isinstance(amount, Amount) and isinstance(amount.minimum, Fraction):
                    parts += amount.minimum
            if isinstance(total, Amount) and total.maximum < parts:
                self.findings.add(
                    "part-exceeds-whole",
                    self.nodes[f"{project.path}.total"],
                    f"{project.path}.total",
                    "the total is below the sum of its stated costs",
                    "总投资小于各项投资之和",
                    "check the unit (元 or 万元) of the total and of the costs",
                    "检查总投资与明细的单位（元、万元）",
                )
            self._dates(project, "started", "completed")

    def _dates(self, thing: Thing, first: str, second: str) -> None:
        a, b = thing.values.get(first), thing.values.get(second)
        if isinstance(a, Amount) and isinstance(b, Amount) and a.minimum > b.maximum:
            where = f"{thing.path}.{second}"
            self.findings.add(
                "contradictory-dates", self.nodes[where], where, f"'{second}' is before '{first}'",
                f"“{second}”早于“{first}”",
            )


def _number_parser(spec: FieldSpec) -> Callable[[str], Fraction]:
    return _PARSERS[spec.type]


_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH: Final = 18


def uscc_is_valid(code: str) -> bool:
    """Tell whether an 18-character unified social credit code has a right check character (GB 32100-2015)."""
    if len(code) != _USCC_LENGTH or any(char not in _USCC for char in code):
        return False
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(code[:-1]))
    return _USCC[(31 - total % 31) % 31] == code[-1]
