"""What a case may say (docs/cases.md and the packs' own words), and a case read into entities."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import yaml

from tests.oracle.expressions import PLURAL, SINGULAR, UNITS, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Tree: TypeAlias = dict[str, object]
ROOT = Path(__file__).resolve().parents[2]
LEVELS = "国家级 省级 市级 县级"
NESTED = {"costs": "project"}
LISTS = [name for name in SINGULAR if name not in NESTED]
LABELS: dict[str, str] = {}
"""The Chinese labels that packs give to their own facts and lists, and what each stands for."""
# One line a field: type, then the members of an enum or set, or what a ref points at; `open` marks 等.
CORE = {
    "case": {"decision_date": "date", "applied_on": "date"},
    "enterprise": {
        "name": "text",
        "uscc": "text",
        "type": "enum enterprise park base cluster county provider introducer institution",
        "place": "place",
        "industry": "enum",
        "size": "enum large medium small micro",
        "revenue_growth": "ratio",
    },
    "project": {
        "name": "text",
        "place": "place",
        "park": "ref park",
        "same_as": "ref project",
        "nature": "set 新建 改扩建 搬迁 改造 其他",
        "purposes": "set open",
        "kinds": "set open",
        "total": "money",
        "industry": "enum",
        "started": "date",
        "completed": "date",
        "claims": "set",
        "share": "ratio",
    },
    "cost": {
        "kind": "enum equipment bundled_software other_software service civil plant land other_infrastructure other",
        "amount": "money",
        "stage": "enum planned contracted paid audited",
        "year": "count",
        "uses": "set",
        "tax": "enum included excluded",
    },
    "park": {"name": "text", "place": "place"},
    "title": {
        "kind": "enum open",
        "level": f"enum {LEVELS}",
        "grade": "enum open",
        "event": "enum first new renewed regained passed approved",
        "recognised_on": "date",
        "batch": "text",
        "project": "ref project",
        "object": "ref product site enterprise",
        "claims": "set",
    },
    "grant": {
        "programme": "enum open",
        "level": f"enum {LEVELS}",
        "fund": "text",
        "special": "bool",
        "approved": "money",
        "received": "money",
        "received_on": "date",
        "event": "enum first new repeated",
        "project": "ref project",
        "title": "ref title",
        "certificate": "ref certificate",
        "claims": "set",
    },
    "loan": {
        "kind": "enum 固定资产 流动资金 其他",
        "new": "bool",
        "project": "ref project",
        "principal": "money",
        "lpr": "ratio",
        "rate": "ratio",
        "days": "count",
        "day_count": "enum 360 365",
        "interest_paid": "money",
    },
    "product": {
        "kind": "enum open",
        "self_developed": "bool",
        "annual_sales": "money",
        "project": "ref project",
    },
    "site": {"kind": "enum factory base platform centre", "name": "text"},
    "station": {"weak_signal": "bool", "kind": "enum 4G 5G", "standard": "money", "built_on": "date"},
    "service": {
        "kind": "enum open",
        "fee": "money",
        "plan_made": "bool",
        "year": "count",
        "project": "ref project",
    },
    "certificate": {"kind": "enum open", "event": "enum first new renewed", "issued_on": "date"},
    "procurement": {
        "kind": "enum 货物 服务 工程",
        "budget": "money",
        "contract": "money",
        "above_quota": "bool",
        "special_needs": "bool",
        "suitable_sme": "bool",
        "dedicated": "bool",
    },
    "earlier_award": {
        "policy": "text",
        "clause": "text",
        "level": f"enum {LEVELS}",
        "amount": "money",
        "paid_on": "date",
        "project": "ref project",
        "object": "ref product site enterprise title certificate",
    },
}
CITIES = {"xian": ("xian_30", "xian_31"), "shenyang": ("shenyang",), "xianyang": ("xianyang_70",)}
STANDARD = {("station", "standard")}
# Here nothing written means none, not unknown (S15: a title that names none is on no project).
NONE_IF_ABSENT: set[tuple[str, str]] = {
    ("title", "project"),
    ("grant", "title"),
    ("grant", "certificate"),
    ("project", "same_as"),
    ("project", "place"),
    ("project", "total"),
    ("project", "claims"),
    ("title", "claims"),
    ("grant", "claims"),
    ("product", "project"),
    ("service", "project"),
    ("title", "batch"),
}
# GB/T 4754-2017: the last division of each section.
SECTIONS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRST",
        [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97],
        strict=True,
    )
)


@dataclass(frozen=True)
class Other:
    """`{other: …}`: a member that an open vocabulary does not list."""

    text: str


@dataclass
class Field:
    """One declared fact."""

    type: str
    members: dict[str, dict[str, str]] = field(default_factory=dict)
    refs: tuple[str, ...] = ()
    open: bool = False
    sort: str = "applicant"


@dataclass(eq=False)
class Entity:
    """One thing of the case; `label` stands in for an id that is not given."""

    kind: str
    label: str
    fields: dict[str, object]
    id: str | None = None
    parent: Entity | None = None

    @property
    def name(self) -> str:
        return self.id or self.label


@dataclass
class Case:
    """A case read: the entities of each list, None where the list is not given."""

    head: dict[str, object]
    enterprise: Entity
    lists: dict[str, list[Entity] | None]


Vocabulary: TypeAlias = dict[str, dict[str, Field]]


def load(path: Path) -> Tree:
    """Read YAML with every scalar left as text."""
    tree = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - builds text, lists, dicts
    return mapping(tree)


def shipped(names: Iterable[str]) -> list[Tree]:
    """Read some of the packs that ship with the library."""
    return [load(ROOT / "rules" / f"{name}.yaml") for name in names]


def mapping(value: object) -> Tree:
    """Take a YAML mapping; nothing is an empty one."""
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"a mapping was expected, not {value!r}")
    return value


def sequence(value: object) -> list[object]:
    """Take a YAML sequence; one value alone is a sequence of one."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def texts(value: object) -> list[str]:
    return [str(item) for item in sequence(value)]


def vocabulary(packs: Iterable[Tree]) -> Vocabulary:
    """Join the core words and what the packs add."""
    words: Vocabulary = {entity: {n: core_field(spec) for n, spec in fields.items()} for entity, fields in CORE.items()}
    for entity, name in STANDARD:
        words[entity][name].sort = "standard"
    divisions = [f"{n:02d}" for n in range(1, 98)]
    words["enterprise"]["industry"].members = {n: {} for n in divisions}
    words["project"]["industry"].members = {n: {} for n in divisions}
    for pack in packs:
        own_things(pack, words)
        for entity, facts in mapping(pack.get("facts")).items():
            for name, said in mapping(facts).items():
                words[entity][name] = pack_field(mapping(said))
                LABELS[str(mapping(said).get("zh", name))] = name
                if mapping(said).get("absent") == "none":
                    NONE_IF_ABSENT.add((entity, name))
        for path, members in mapping(pack.get("vocabulary")).items():
            entity, _, name = path.partition(".")
            listed = mapping(members) if isinstance(members, dict) else {m: {} for m in texts(members)}
            for member, said in listed.items():
                words[entity][name].members[member] = {k: str(v) for k, v in mapping(said).items()}
    return words


def own_things(pack: Tree, words: Vocabulary) -> None:
    """Take the lists, units and money that a pack declares."""
    for entity, said in mapping(pack.get("things")).items():
        name, one = str(mapping(said)["list"]), mapping(said)
        words[entity] = {}
        SINGULAR[name], PLURAL[entity] = entity, name
        LABELS[str(one["zh"])] = name
        if one.get("of") == "project":
            NESTED[name] = "project"
        elif name not in LISTS:
            LISTS.append(name)
    for facts in mapping(pack.get("facts")).values():
        UNITS.update({str(said["unit"]): 1 for said in map(mapping, mapping(facts).values()) if "unit" in said})
    for others in mapping(pack.get("units")).values():
        UNITS.update({other: Fraction(str(many)) for other, many in mapping(others).items()})
    money = mapping(mapping(pack.get("policy")).get("currency"))
    if money:
        one_of_it = 10 ** int(str(money.get("digits", 2)))
        UNITS.update(dict.fromkeys(texts(money.get("written", money["code"])), one_of_it))
        UNITS.update({unit: Fraction(str(many)) * one_of_it for unit, many in mapping(money.get("units")).items()})


def core_field(spec: str) -> Field:
    kind, *members = spec.split()
    if kind == "ref":
        return Field(kind, refs=tuple(members))
    return Field(kind, {m: {} for m in members if m != "open"}, open="open" in members)


def pack_field(said: Tree) -> Field:
    members = said.get("members")
    listed = mapping(members) if isinstance(members, dict) else {m: {} for m in texts(members)}
    return Field(
        str(said["type"]),
        {m: {k: str(v) for k, v in mapping(about).items()} for m, about in listed.items()},
        refs=tuple(texts(said.get("of"))),
        open=said.get("open") == "true",
        sort=str(said.get("sort", "applicant")),
    )


def read_case(case: Tree, words: Vocabulary) -> Case:
    """Read a case into entities and link its references."""
    case = {LABELS.get(name, name): said for name, said in case.items()}
    none = [LABELS.get(name, name) for name in texts(case.get("assume_none"))]
    lists: dict[str, list[Entity] | None] = {}
    for name in LISTS:
        given = case.get(name, [] if name in none else None)
        lists[name] = None if given is None else list(entities(name, given, words))
    said = mapping(case.get("enterprise"))
    enterprise = Entity("enterprise", "enterprise", read_fields("enterprise", said, words), identity(said))
    link([enterprise, *(item for items in lists.values() for item in items or [])], words)
    return Case(read_fields("case", case, words), enterprise, lists)


def entities(name: str, given: object, words: Vocabulary, parent: Entity | None = None) -> Iterator[Entity]:
    if isinstance(given, dict):
        given = given["items"]
    kind = SINGULAR[name]
    for index, raw in enumerate(sequence(given)):
        said = mapping(raw)
        label = f"{name}[{index}]" if parent is None else f"{parent.label}.{name}[{index}]"
        entity = Entity(kind, label, read_fields(kind, said, words), identity(said), parent)
        if kind == "title" and "kind" in entity.fields:
            held = entity.fields["kind"]
            entity.fields["list"] = words["title"]["kind"].members.get(str(held), {}).get("list", held)
        for inner in (name for name in said if LABELS.get(name, name) in NESTED):
            list_ = LABELS.get(inner, inner)
            entity.fields[list_] = list(entities(list_, said[inner], words, entity))
        yield entity


def identity(said: Tree) -> str | None:
    return str(said["id"]) if said.get("id") else None


def read_fields(kind: str, said: Tree, words: Vocabulary) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, raw in said.items():
        name = key if key in words[kind] else LABELS.get(key, key)
        if name in words[kind]:
            value = raw["value"] if isinstance(raw, dict) and "value" in raw else raw
            values[name] = read_value(words[kind][name], value)
        elif name not in {"id", *NESTED} and kind != "case":
            raise KeyError(f"{kind}.{name}")
    return values


def read_value(spec: Field, raw: object) -> object:
    if spec.type == "set":
        return frozenset(read_member(item) for item in sequence(raw))
    if spec.type == "enum":
        return read_member(raw)
    text = str(raw)
    if spec.type == "bool":
        return {"true": True, "是": True, "false": False, "否": False}[text]
    if spec.type in {"money", "ratio", "count", "quantity", "date"}:
        value = literal(text)
        if value is None:
            raise ValueError(f"{text!r} is no {spec.type}")
        return value
    return text


def read_member(raw: object) -> object:
    if isinstance(raw, dict):
        return Other(str(raw["other"]))
    return re.sub(r"^[A-T](?=[0-9]{2}$)", "", str(raw))


def link(found: list[Entity], words: Vocabulary) -> None:
    """Turn the text of every reference into the entity it names."""
    named = {(entity.kind, entity.id): entity for entity in found if entity.id}
    for entity in found:
        for name, value in entity.fields.items():
            refs = words[entity.kind].get(name, Field("text")).refs
            if refs:
                entity.fields[name] = next(named[kind, str(value)] for kind in refs if (kind, str(value)) in named)


def list_of(kind: str) -> str:
    """The list that holds entities of a kind."""
    return PLURAL[kind]
