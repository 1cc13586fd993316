"""The strict reader of a case: a document and a vocabulary in, things out; every problem found is raised together.

It knows nothing of policies but their vocabulary: which entities, facts, members, units and areas there are. What is
wrong is noted at its place and read past, so that a person mends a file in one round.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from subsidy_rules.errors import CaseError, brief, path_to, suggest
from subsidy_rules.facts.figures import bounds_of, read_in_domain, uscc_is_valid
from subsidy_rules.facts.sense import Sense
from subsidy_rules.facts.things import Facts, Items, Members, Other, Provenance, Ref, Thing, Value
from subsidy_rules.facts.vocabulary import NUMERIC, SECTIONS, FieldSpec, ListSpec, Vocabulary, is_gb_code
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.findings import Findings, one_of
from subsidy_rules.values.quantity import Number, QuantityError, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping
    from fractions import Fraction

CASE_VERSION: Final = "1"
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


def _is_list(node: doc.Node) -> bool:
    """Whether a node is of the form of a list of things, which a policy may have declared."""
    return isinstance(node, doc.Sequence) or (isinstance(node, doc.Mapping) and "items" in node.keys())  # noqa: SIM118


OF_POLICIES: Final = ("unknown-key", "unknown-member", "unknown-name")
"""What is told of a fact, a list, a thing, a member or a zone that no loaded policy has."""


def read_alone(spec: FieldSpec, value: object, vocabulary: Vocabulary) -> Value:
    """Read one value of one fact as if a case said nothing else. Raises `CaseError` where any case with it is wrong.

    What a reference names is not looked for.
    """
    document = doc.from_python({spec.name: value}, error=CaseError)
    core = Vocabulary.core()
    if spec.name in core.fields.get(spec.entity, {}):
        Reader(document, core, OF_POLICIES).alone(spec.entity)
    return Reader(document, vocabulary).alone(spec.entity).values[spec.name]


def _words_of(vocabulary: Vocabulary, entity: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what may stand in a thing, each with its label, and each label with its name; found out once."""
    known = _WORDS.get(id(vocabulary))
    if known is None:
        if len(_WORDS) >= _MOST_WORDS:
            _WORDS.clear()
        known = _WORDS[id(vocabulary)] = (vocabulary, {})
    if entity not in known[1]:
        tables = vocabulary.fields[entity], vocabulary.lists[entity]
        names = {name: spec.zh for table in tables for name, spec in table.items()}
        names |= OF_ROOT if entity == "case" else {}
        known[1][entity] = names, {label: name for name, label in names.items() if label}
    return known[1][entity]


_WORDS: dict[int, tuple[Vocabulary, dict[str, tuple[Mapping[str, str], Mapping[str, str]]]]] = {}
_MOST_WORDS: Final = 32


class Reader:
    """Reads one document into things. Problems are collected, and raised together at the end."""

    def __init__(self, document: doc.Document, vocabulary: Vocabulary, leave: Container[str] = ()) -> None:
        """Read with a vocabulary, and `leave` problems of these codes to a later reading."""
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
        """Read it. Raises `CaseError` with every problem found."""
        root = self.document.root
        mapping = self.findings.mapping(root, "")
        if mapping is None:
            raise CaseError(self.findings.problems)
        self._version(mapping)
        top = self._thing("case", mapping, "", None)
        enterprise = top.lists["enterprise"].things[0]
        self._resolve()
        sense = Sense(self.findings, self.nodes, self.vocabulary)
        sense.contradictions(top)
        self.findings.raise_as(CaseError)
        sense.doubts(top)
        paths = {"enterprise": enterprise, **self.paths}
        warnings = sorted(self.findings.problems, key=lambda one: (one.place.line, one.place.col))
        return Facts(top, enterprise, self.index, paths, self.assumed, tuple(warnings))

    def alone(self, entity: str) -> Thing:
        """Read a document that is a thing of an entity. Raises `CaseError` with every problem found."""
        mapping = self.findings.mapping(self.document.root, "")
        if mapping is None:
            raise CaseError(self.findings.problems)
        thing = self._thing(entity, mapping, "" if entity == "case" else entity, None)
        self.findings.raise_as(CaseError)
        return thing

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
        names, labels = _words_of(self.vocabulary, entity)
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
        elif len(text.splitlines()) > 1 or text != text.strip():
            what, what_zh = "an id is of one line, without blanks around it", "编号应为一行，首尾无空格"
            self.findings.add("wrong-type", node, where, what, what_zh)
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
        return self._quantity(node, text, path, partial(read_in_domain, spec, vocabulary=self.vocabulary))

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
        if text in self.vocabulary.zones or is_gb_code(text):
            return text
        if self.findings.is_left("unknown-member", path):
            return None
        zones = sorted(self.vocabulary.zones)
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
