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
import re
from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from subsidy_rules.errors import CaseError, Problem, UsageError, brief, expect, path_to, suggest
from subsidy_rules.facts.vocabulary import NUMERIC, SECTIONS, FieldSpec, ListSpec, Vocabulary, is_gb_code
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.findings import Findings, one_of
from subsidy_rules.values.quantity import (
    CNY,
    INFINITY,
    ZERO,
    Currency,
    Number,
    QuantityError,
    format_count,
    format_date,
    format_money,
    format_quantity,
    format_ratio,
    parse_count,
    parse_date,
    parse_money,
    parse_quantity,
    parse_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from subsidy_rules.facts.models import CaseModel

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
    """A case read with one vocabulary. `warnings` are problems that refuse nothing: figures of an unlikely size."""

    root: Thing
    enterprise: Thing
    index: Mapping[str, Thing]
    paths: Mapping[str, Thing]
    assumed_none: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()
    plain: dict[str, dict[str, object]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Kept by who reads the same facts in another form."""


class Case:
    """One case. Immutable; the same case may be evaluated by many threads."""

    __slots__ = ("_facts", "document", "plain", "sha256")

    def __init__(self, document: doc.Document) -> None:
        """Keep a document; use `load`, `from_text`, `from_dict` or `of` to make one."""
        self.document = document
        self._facts: dict[int, tuple[Vocabulary, Facts]] = {}
        self.plain: dict[int, tuple[dict[str, object], dict[str, object]]] = {}
        meaning = json.dumps(_plain(document.root), ensure_ascii=False, sort_keys=True)
        self.sha256 = hashlib.sha256(meaning.encode()).hexdigest()

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
        _Reader(self.document, Vocabulary.core(), leave=_OF_POLICIES).read()

    def facts_of(self, vocabulary: Vocabulary) -> Facts:
        """Read the case with a vocabulary (cached). Raises `CaseError` with every problem found."""
        known = self._facts.get(id(vocabulary))
        if known is None:
            known = (vocabulary, _Reader(self.document, vocabulary).read())
            self._facts[id(vocabulary)] = known
        return known[1]


_OF_POLICIES: Final = ("unknown-key", "unknown-member", "unknown-name")
"""What is told of a fact, a list, a thing, a member or a zone that no loaded policy has."""


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


def _is_list(node: doc.Node) -> bool:
    """Whether a node is of the form of a list of things, which a policy may have declared."""
    return isinstance(node, doc.Sequence) or (isinstance(node, doc.Mapping) and "items" in node.keys())  # noqa: SIM118


def _plain(node: doc.Node) -> object:
    if isinstance(node, doc.Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, doc.Sequence):
        return [_plain(item) for item in node.items]
    return node.text


_TRUTHS: Final = {"true": True, "false": False, "是": True, "否": False}
_PROVENANCE: Final = ("source", "status", "date")
_ENDS: Final = ("min", "max")
OF_ROOT: Final = {"case": "", "enterprise": "申报主体", "assume_none": "均无"}
"""What stands at the top of a case beside its fields and lists, with the labels."""
_STATUSES: Final = ("declared", "certified", "audited")
_ANY_MONEY: Final = re.compile(r"-?[0-9][0-9.]* *(?!(?:亿元|万元|元|分)$)[^-0-9.,_ ][^0-9]*")
"""Money of another currency than the yuan, as far as that can be told without the policies."""
_ID: Final = re.compile(r"[^\W_]")
"""How an id begins: engines keep signs (such as `?`) for what a case does not name."""


_UNITS_OF_A_TOTAL: Final = ("check the unit of the total and of the costs", "检查总投资与明细的单位")
_YUAN_OF_A_TOTAL: Final = (
    "check the unit (元 or 万元) of the total and of the costs",
    "检查总投资与明细的单位（元、万元）",
)
_SLIP: Final = Fraction(10_000)
_SMALLEST: Final = parse_money("1万元")
_GREATEST: Final = parse_money("1000亿元")
_PARTS: Final = (("grants", "approved", "received"), ("procurements", "budget", "contract"))
"""Lists whose things have a whole and a part of it, beside projects and their costs."""
_BASES: Final = (
    ("projects", "total"),
    ("loans", "principal"),
    ("products", "annual_sales"),
    ("procurements", "budget"),
)
"""Facts that a rate is taken of as they stand; the costs of a project are added up first."""


def bounds_of(spec: FieldSpec) -> tuple[Fraction, Number]:
    """Return what a number could be: its declared domain; else at least 0, but for a signed ratio."""
    lowest = NO_LOWER if spec.type == "ratio" and spec.signed else ZERO
    return lowest if spec.lowest is None else spec.lowest, INFINITY if spec.highest is None else spec.highest


def read_figure(spec: FieldSpec, text: str, vocabulary: Vocabulary) -> Fraction:
    """Read the text of a numeric fact, whether or not it is in its domain. Raises `QuantityError`."""
    signed = bounds_of(spec)[0] < ZERO
    match spec.type:
        case "money":
            return parse_money(text, signed=signed, currency=vocabulary.currency)
        case "ratio":
            return parse_ratio(text)
        case "count":
            return parse_count(text, signed=signed)
        case "quantity":
            return parse_quantity(text, spec.unit, vocabulary.units)
        case _:
            return parse_date(text)


class _Reader:
    """Reads one document into things. Problems are collected, and raised together at the end."""

    def __init__(self, document: doc.Document, vocabulary: Vocabulary, leave: Container[str] = ()) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.findings = Findings(document, leave)
        self.lenient = bool(leave)
        self.index: dict[str, Thing] = {}
        self.paths: dict[str, Thing] = {}
        self.refs: list[tuple[doc.Node, str, str, FieldSpec]] = []
        self.nodes: dict[str, doc.Node] = {}
        self.assumed: tuple[str, ...] = ()

    def read(self) -> Facts:
        root = self.document.root
        mapping = self.findings.mapping(root, "")
        if mapping is None:
            raise CaseError(self.findings.problems)
        self._version(mapping)
        top = self._thing("case", mapping, "", None)
        enterprise = top.lists["enterprise"].things[0]
        self._resolve()
        self._check(top)
        self.findings.raise_as(CaseError)
        self._doubt(top)
        paths = {"enterprise": enterprise, **self.paths}
        warnings = sorted(self.findings.problems, key=lambda one: (one.place.line, one.place.col))
        return Facts(top, enterprise, self.index, paths, self.assumed, tuple(warnings))

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
        of_root = OF_ROOT if entity == "case" else {}
        names = {name: spec.zh for name, spec in fields.items()}
        names |= {name: spec.zh for name, spec in lists.items()} | of_root
        labels = {label: name for name, label in names.items() if label}
        values: dict[str, Value] = {}
        inner: dict[str, Items] = {}
        provenance: dict[str, Provenance] = {}
        identity = self._identity(mapping, path) if "id" in fields else ""
        thing = Thing(entity, path, identity, values, inner, provenance, parent)
        self.paths[path] = thing
        if identity:
            self.index[identity] = thing
            values["id"] = identity
        if of_root:
            inner["enterprise"] = Items((Thing("enterprise", "enterprise", "", {}, {}, {}, None),))
        for name, key, node in self._entries(mapping, path, labels):
            where = path_to(path, name)
            self.nodes[where] = node
            if name in fields:
                self._field(thing, fields[name], node, where, values, provenance)
            elif name in lists:
                items = self._items(lists[name], node, where, thing)
                if items is not None:
                    inner[name] = items
            elif name not in of_root:
                if not (self.lenient and _is_list(node)):
                    self.findings.unknown("unknown-key", key, where, key.text, names, labels)
            elif name == "enterprise":
                body = self.findings.mapping(node, where)
                if body is not None:
                    inner["enterprise"] = Items((self._thing("enterprise", body, "enterprise", None),))
            elif name == "assume_none":
                self._assume(node, mapping, inner)
        return thing

    def _entries(
        self, mapping: doc.Mapping, path: str, labels: Mapping[str, str]
    ) -> Iterator[tuple[str, doc.Scalar, doc.Node]]:
        """Give each entry by its English name; of one that is given by both its names, the first."""
        seen: set[str] = set()
        for key, node in mapping.entries:
            name = labels.get(key.text, key.text)
            if name not in seen:
                seen.add(name)
                yield name, key, node
                continue
            self.findings.add(
                "both-names",
                key,
                path_to(path, name),
                f"'{name}' is given by both its names",
                f"“{name}”同时用中英文名给出",
                "keep one",
                "保留一个",
            )

    def _identity(self, mapping: doc.Mapping, path: str) -> str:
        node = mapping.get("id") or mapping.get("编号")
        where = path_to(path, "id")
        text = None if node is None else self.findings.text(node, where)
        if node is None or text is None:
            return ""
        if not _ID.match(text):
            self.findings.add(
                "wrong-type", node, where, "an id begins with a letter or a digit", "编号应以文字或数字开头"
            )
        if text in self.index:
            name = brief(text)
            self.findings.add("duplicate-id", node, where, f"id '{name}' stands twice", f"编号“{name}”重复")
        return text

    def _items(self, spec: ListSpec, node: doc.Node, path: str, parent: Thing) -> Items | None:
        more = False
        if isinstance(node, doc.Mapping):
            for key, value in node.entries:
                if key.text == "more":
                    more = self._truth(value, path_to(path, "more")) or False
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
            where = path_to(path, position)
            body = self.findings.mapping(item, where)
            if body is not None:
                things.append(self._thing(spec.entity, body, where, owner))
        return Items(tuple(things), more)

    def _assume(self, node: doc.Node, mapping: doc.Mapping, inner: dict[str, Items]) -> None:
        lists = self.vocabulary.lists["case"]
        labels = {spec.zh: name for name, spec in lists.items()}
        assumed: dict[str, None] = {}
        for position, item in enumerate(self.findings.items(node, "assume_none")):
            path = path_to("assume_none", position)
            text = self.findings.text(item, path)
            if text is None:
                continue
            name = labels.get(text, text)
            if name not in lists:
                self.findings.unknown("unknown-name", item, path, text, lists, labels)
            elif mapping.get(name) is not None or mapping.get(lists[name].zh) is not None:
                self.findings.add(
                    "both-names",
                    item,
                    path,
                    f"'{name}' is given and assumed to be none",
                    f"“{name}”既已给出又声明为无",
                )
            else:
                inner[name] = Items(())
                assumed[name] = None
        self.assumed = tuple(assumed)

    def _field(
        self,
        thing: Thing,
        spec: FieldSpec,
        node: doc.Node,
        path: str,
        values: dict[str, Value],
        provenance: dict[str, Provenance],
    ) -> None:
        if spec.name == "id":
            return
        if isinstance(node, doc.Mapping) and not {"value", *_PROVENANCE}.isdisjoint(node.keys()):
            provenance[spec.name] = self._provenance(node, path)
            inner = node.get("value")
            if inner is None:
                self.findings.add("missing-key", node, path, "expected 'value'", "缺少“value”")
                return
            node = inner
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
            where = path_to(path, key.text)
            text = self.findings.text(value, where)
            if text is None:
                continue
            if key.text == "status" and text not in _STATUSES:
                self.findings.unknown("unknown-member", value, where, text, _STATUSES)
            if key.text == "date":
                self._quantity(value, text, where, parse_date)
            found[key.text] = text
        return Provenance(**found)

    def _value(self, thing: Thing, spec: FieldSpec, node: doc.Node, path: str) -> Value | None:
        if spec.type == "set":
            return self._set(spec, node, path)
        if isinstance(node, doc.Mapping):
            return self._range(thing, spec, node, path) if spec.type in NUMERIC else self._other(spec, node, path)
        if spec.type == "bool":
            return self._truth(node, path)
        text = self.findings.text(node, path)
        if text is None:
            return None
        if spec.type in NUMERIC:
            number = self._number(spec, node, text, path)
            return None if number is None else Amount.exact(number)
        if spec.type == "enum":
            return self._member(spec, node, text, path)
        if spec.type == "ref":
            self.refs.append((node, text, path, spec))
            return Ref(text)
        if spec.type == "place":
            return self._place(node, text, path)
        if spec.name == "uscc" and not uscc_is_valid(text):
            self.findings.add(
                "bad-uscc",
                node,
                path,
                f"'{brief(text)}' is not a valid code: its check character does not fit",
                f"“{brief(text)}”不是有效的统一社会信用代码",
            )
        return text

    def _truth(self, node: doc.Node, path: str) -> bool | None:
        text = self.findings.text(node, path)
        if text is not None and text not in _TRUTHS:
            name = brief(text)
            what, what_zh = f"'{name}' is neither true nor false", f"“{name}”不是“是”或“否”"
            self.findings.add("wrong-type", node, path, what, what_zh, *one_of(_TRUTHS))
        return _TRUTHS.get(text or "")

    def _number(self, spec: FieldSpec, node: doc.Node, text: str, path: str) -> Fraction | None:
        if self.lenient and spec.type == "money" and _ANY_MONEY.fullmatch(text):
            return None
        number = self._quantity(node, text, path, partial(read_figure, spec, vocabulary=self.vocabulary))
        if number is None:
            return None
        (lowest, highest), name = bounds_of(spec), brief(text)
        if lowest <= number <= highest:
            return number
        if spec.lowest is None and spec.highest is None:
            self.findings.add("negative", node, path, f"'{name}' is below what it can be", f"“{name}”低于可能的下限")
            return None
        side, side_zh = ("below", "低于") if number < lowest else ("above", "高于")
        what, what_zh = (
            f"'{name}' is {side} what it can be",
            f"“{name}”{side_zh}可能的{'下' if number < lowest else '上'}限",
        )
        self.findings.add("out-of-domain", node, path, what, what_zh, *_within(spec, self.vocabulary.currency))
        return None

    def _quantity(self, node: doc.Node, text: str, path: str, parser: Callable[[str], Fraction]) -> Fraction | None:
        try:
            return parser(text)
        except QuantityError as error:
            self.findings.add(error.code, node, path, error.what, error.what_zh, error.remedy, error.remedy_zh)
            return None

    def _range(self, thing: Thing, spec: FieldSpec, node: doc.Mapping, path: str) -> Value | None:
        ends: dict[str, Number] = {}
        for key, value in node.entries:
            where = path_to(path, key.text)
            if key.text not in _ENDS:
                self.findings.unknown("unknown-key", key, where, key.text, [*_ENDS, "value", *_PROVENANCE])
                continue
            text = self.findings.text(value, where)
            number = None if text is None else self._number(spec, value, text, where)
            if number is not None:
                ends[key.text] = number
        if not node.entries:
            self.findings.add("missing-key", node, path, "expected 'min', 'max' or both", "缺少“min”或“max”")
        lowest, highest = bounds_of(spec)
        lo, hi = ends.get("min", lowest), ends.get("max", highest)
        if lo > hi:
            self.findings.add("contradictory-range", node, path, "min is above max", "下限高于上限")
            return None
        return Amount.unknown(lo, hi, (thing.path, spec.name))

    def _other(self, spec: FieldSpec, node: doc.Mapping, path: str) -> Other | None:
        other = node.get("other")
        if spec.type not in ("enum", "set", "place") or other is None or len(node.entries) != 1:
            self.findings.add("wrong-type", node, path, "expected a single value", "此处应为单个值")
            return None
        text = self.findings.text(other, path_to(path, "other"))
        if not spec.open and spec.type != "place":
            remedy = one_of(spec.members)
            self.findings.add("unknown-member", node, path, "this vocabulary is closed", "该词表是封闭的", *remedy)
        return None if text is None else Other(text)

    def _member(self, spec: FieldSpec, node: doc.Node, text: str, path: str) -> str | None:
        if text in spec.members:
            return text
        labels = {member.zh: name for name, member in spec.members.items() if member.zh}
        if text in labels:
            return labels[text]
        division = text[1:]
        if spec.name == "industry" and division in spec.members and SECTIONS[int(division)] == text[0]:
            return division
        self.findings.unknown("unknown-member", node, path, text, spec.members, labels)
        return None

    def _set(self, spec: FieldSpec, node: doc.Node, path: str) -> Members | None:
        many = isinstance(node, doc.Sequence)
        names: list[str] = []
        other: list[str] = []
        for position, item in enumerate(node.items if isinstance(node, doc.Sequence) else (node,)):
            where = path_to(path, position) if many else path
            if isinstance(item, doc.Mapping):
                found = self._other(spec, item, where)
                other += [] if found is None else [found.text]
                continue
            text = self.findings.text(item, where)
            member = None if text is None else self._member(spec, item, text, where)
            names += [] if member is None else [member]
        return Members(frozenset(names), tuple(other))

    def _place(self, node: doc.Node, text: str, path: str) -> str | None:
        zones = sorted(self.vocabulary.zones)
        if text in zones or is_gb_code(text):
            return text
        near, name = suggest(text, zones), brief(text)
        self.findings.add(
            "unknown-member",
            node,
            path,
            f"'{name}' is neither a code of GB/T 2260 (six digits) nor a zone of a loaded policy",
            f"“{name}”既不是GB/T 2260代码（六位数字），也不是已加载政策中的区域",
            *(one_of(zones) if near is None else (f"did you mean '{near}'?", f"是否为“{near}”？")),
        )
        return None

    def _resolve(self) -> None:
        for node, text, path, spec in self.refs:
            thing = self.index.get(text)
            if self.findings.full or (thing is not None and thing.entity in spec.target):
                continue
            options = [name for name, found in self.index.items() if found.entity in spec.target]
            if thing is None:
                self.findings.unknown("bad-reference", node, path, text, options)
            else:
                wanted, name = " or ".join(spec.target), brief(text)
                self.findings.add(
                    "bad-reference",
                    node,
                    path,
                    f"'{name}' is a {thing.entity}, not a {wanted}",
                    f"编号“{name}”指向{thing.entity}，应为{'、'.join(spec.target)}",
                    *one_of(options),
                )

    def _check(self, top: Thing) -> None:
        for project in top.lists.get("projects", Items(())):
            total, parts = project.values.get("total"), _least_of_parts(project)
            if isinstance(total, Amount) and total.maximum < parts:
                self.findings.add(
                    "part-exceeds-whole",
                    self.nodes[f"{project.path}.total"],
                    f"{project.path}.total",
                    "the total is below the sum of its stated costs",
                    "总投资小于各项投资之和",
                    *(_YUAN_OF_A_TOTAL if self.vocabulary.currency == CNY else _UNITS_OF_A_TOTAL),
                )
            self._dates(project, "started", "completed")

    def _doubt(self, top: Thing) -> None:
        """Note what is possible but unlikely: 元 for 万元 between a part and its whole, a basis of an odd size.

        What is unlikely of another currency nobody has said.
        """
        if self.vocabulary.currency != CNY:
            return
        for project in top.lists.get("projects", Items(())):
            costs = [cost for cost in project.lists.get("costs", Items(())) if "amount" in cost.values]
            together = _least_of_parts(project)
            parts = [(cost.fact_path("amount"), _stated(cost, "amount")) for cost in costs]
            self._slip(project, "total", [*parts, (project.fact_path("costs"), together)])
            if "total" not in project.values and costs:
                self._size(project.fact_path("costs"), together)
        for name, whole, part in _PARTS:
            for thing in top.lists.get(name, Items(())):
                self._slip(thing, whole, [(thing.fact_path(part), _stated(thing, part))])
        for name, fact in _BASES:
            for thing in top.lists.get(name, Items(())):
                self._size(thing.fact_path(fact), _stated(thing, fact))

    def _slip(self, thing: Thing, whole: str, parts: list[tuple[str, Fraction | None]]) -> None:
        """Warn where a whole is 10,000 times one of its parts or their sum, or they it."""
        total, where = _stated(thing, whole), thing.fact_path(whole)
        near = [path for path, figure in parts if total and figure and _SLIP in (total / figure, figure / total)]
        if near:
            self.findings.add(
                "suspect-unit",
                self.nodes[where],
                where,
                f"'{where}' and '{near[0]}' differ by exactly 10,000",
                f"“{where}”与“{near[0]}”恰相差一万倍",
            )

    def _size(self, where: str, figure: Fraction | None) -> None:
        """Warn where a basis that is not zero is under 1万元 or over 1000亿元."""
        if figure and not _SMALLEST <= figure <= _GREATEST:
            shown = format_money(figure)
            self.findings.add(
                "suspect-amount",
                self.nodes[where],
                where,
                f"{shown} is {'under 1万元' if figure < _SMALLEST else 'over 1000亿元'}",
                f"{shown}{'低于1万元' if figure < _SMALLEST else '高于1000亿元'}",
            )

    def _dates(self, thing: Thing, first: str, second: str) -> None:
        a, b = thing.values.get(first), thing.values.get(second)
        if isinstance(a, Amount) and isinstance(b, Amount) and a.minimum > b.maximum:
            where = f"{thing.path}.{second}"
            labels = {name: spec.zh for name, spec in self.vocabulary.fields[thing.entity].items()}
            self.findings.add(
                "contradictory-dates",
                self.nodes[where],
                where,
                f"'{second}' is before '{first}'",
                f"{labels[second]}早于{labels[first]}",
            )


def _within(spec: FieldSpec, currency: Currency) -> tuple[str, str]:
    """Say from where to where a number may be, in English and in Chinese."""
    lowest, highest = bounds_of(spec)
    lo, hi = (_shown(spec, end, currency) for end in (lowest, highest))
    if highest == INFINITY and spec.type == "date":
        return f"it is {lo} or later", f"应不早于{lo}"
    if highest == INFINITY:
        return f"it is {lo} or more", f"应不低于{lo}"
    return f"it is from {lo} to {hi}", f"应在{lo}至{hi}之间"


def _shown(spec: FieldSpec, figure: Number, currency: Currency) -> str:
    if spec.type == "quantity":
        return format_quantity(figure, spec.unit)
    money = partial(format_money, currency=currency)
    writers: Mapping[str, Callable[[Number], str]] = {"money": money, "ratio": format_ratio, "date": format_date}
    return writers.get(spec.type, format_count)(figure)


def _stated(thing: Thing, name: str) -> Fraction | None:
    """Return a figure that is given as one number, not as a range."""
    value = thing.values.get(name)
    if not isinstance(value, Amount) or value.minimum != value.maximum or not isinstance(value.minimum, Fraction):
        return None
    return value.minimum


def _least_of_parts(project: Thing) -> Fraction:
    """Return what the stated costs of a project come to at least."""
    amounts = (cost.values.get("amount") for cost in project.lists.get("costs", Items(())))
    least = (amount.minimum for amount in amounts if isinstance(amount, Amount))
    return sum((one for one in least if isinstance(one, Fraction)), ZERO)


_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH: Final = 18


def uscc_is_valid(code: str) -> bool:
    """Tell whether an 18-character unified social credit code has a right check character (GB 32100-2015)."""
    if len(code) != _USCC_LENGTH or any(char not in _USCC for char in code):
        return False
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(code[:-1]))
    return _USCC[(31 - total % 31) % 31] == code[-1]
