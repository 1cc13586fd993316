"""What an expression is worth for a case: exact values, and true, false or open by law (None)."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from tests.oracle.cases import (
    NONE_IF_ABSENT,
    SECTIONS,
    Case,
    Entity,
    Other,
    Tree,
    Vocabulary,
    mapping,
    sequence,
    texts,
)
from tests.oracle.expressions import AGGREGATES, COMPARISONS, SINGULAR, Node, literal, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

QUANTIFIERS = {"any", "no"}
CONDITIONS = {"is", "is not", "in", "not in", "has", "any of", "all of", "none of", *COMPARISONS}


class IncompleteError(Exception):
    """A fact that the applicant can supply is needed and is not given: no case for this oracle."""


class OpenLawError(Exception):
    """A value that an authority or an outside standard has yet to give."""


class Policy:
    """One pack, with the sections that conditions name."""

    def __init__(self, pack: Tree, words: Vocabulary, readings: Mapping[str, str]) -> None:
        self.pack, self.words = pack, words
        self.head = mapping(pack["policy"])
        self.id = str(self.head["id"])
        self.clauses = {str(mapping(c)["id"]): mapping(c) for c in sequence(pack.get("clauses"))}
        self.define = {name: str(text) for name, text in mapping(pack.get("define")).items()}
        self.lists = {name: mapping(said) for name, said in mapping(pack.get("lists")).items()}
        self.rules = [mapping(rule) for rule in sequence(pack.get("cumulation"))]
        self.ladders = {name: mapping(said) for name, said in mapping(pack.get("ladders")).items()}
        self.readings = readings
        self.replacing: dict[str, list[tuple[str, str, Tree]]] = {}
        for name, clause in self.clauses.items():
            target, _, word = str(clause.get("replaces", "")).partition(".")
            if target:
                self.replacing.setdefault(target, []).append((name, word, clause))
        self.silence = str(self.head.get("unstated_cumulation", "undecided"))
        self.setting = readings.get(f"{self.id}/unstated_cumulation", self.silence)
        self.named = {name: self.names_in(clause) for name, clause in self.clauses.items()}

    def read_as(self, readings: Mapping[str, str]) -> Policy:
        """The same pack under other readings."""
        other = copy(self)
        other.readings = readings
        other.setting = readings.get(f"{self.id}/unstated_cumulation", self.silence)
        return other

    def reading(self, clause: str, name: str) -> str:
        """The option chosen for one clause, for the pack, or by default."""
        for key in (f"{self.id}/{clause}/{name}", f"{self.id}/{name}", name):
            if key in self.readings:
                return self.readings[key]
        return str(mapping(mapping(self.pack["readings"])[name])["default"])

    def full(self, clauses: list[str]) -> list[str]:
        """Clause ids with their policy."""
        return [clause if "/" in clause else f"{self.id}/{clause}" for clause in clauses]

    def names_in(self, part: object) -> frozenset[str]:
        """Every member that a sentence names, by itself, through a list or through a definition."""
        if isinstance(part, dict):
            kept = [v for k, v in part.items() if k not in {"quote", "notes", "flags", "printed", "why", "path"}]
            return frozenset(part) | self.names_in(kept)
        if isinstance(part, list):
            return frozenset().union(*(self.names_in(item) for item in part))
        try:
            return self.names_in_node(parse(str(part)))
        except ValueError:
            return frozenset()

    def names_in_node(self, node: Node) -> frozenset[str]:
        found = frozenset(node.words).union(*(self.names_in_node(kid) for kid in node.kids))
        if node.op == "path" and node.words[0] in self.define:
            found |= self.names_in_node(parse(self.define[node.words[0]]))
        if node.op == "path" and node.words[0] in self.lists:
            found |= frozenset(texts(self.lists[node.words[0]].get("members")))
        return found


@dataclass(frozen=True)
class Scope:
    """Where an expression is read: the policy, the clause, the case and the entities bound by name."""

    policy: Policy
    clause: str
    case: Case
    names: Mapping[str, object]

    def bind(self, name: str, value: object) -> Scope:
        return replace(self, names={**self.names, name: value})

    # Values

    def text(self, text: object) -> object:
        return self.value(parse(str(text)))

    def number(self, text: object) -> Fraction:
        return fraction(self.text(text))

    def value(self, node: Node) -> object:
        """Read a value; conditions give True, False or None."""
        if node.op == "literal":
            return literal(node.words[0])
        if node.op == "text":
            return node.words[0]
        if node.op == "path":
            return self.path(node.words)
        if node.op == "if":
            return self.choice(node)
        if node.op in {"+", "-", "*", "/"}:
            return self.arithmetic(node)
        if node.op in AGGREGATES:
            return self.aggregate(node)
        return self.truth(node)

    def path(self, words: tuple[str, ...]) -> object:
        for size in (2, 1):
            if (name := ".".join(words[:size])) in self.names and len(words) >= size:
                return follow(self.names[name], words[size:], self.policy.words)
        head, rest = words[0], words[1:]
        if head == "reading":
            return self.policy.reading(self.clause, rest[0])
        if head == "guide":  # none is loaded
            raise OpenLawError
        if head == "enterprise":
            return follow(self.case.enterprise, rest, self.policy.words)
        if head == "case":
            return self.case.head.get(rest[0]) or missing(".".join(words))
        if head in self.policy.define and not rest:
            return self.truth(parse(self.policy.define[head]))
        if head in self.case.lists:
            items = self.case.lists[head]
            return missing(head) if items is None else follow(items, rest, self.policy.words)
        raise KeyError(f"{self.policy.id}/{self.clause}: nothing is called {'.'.join(words)}")

    def choice(self, node: Node) -> object:
        then, condition, otherwise = node.kids
        truth = self.truth(condition)
        if truth is not None:
            return self.value(then if truth else otherwise)
        if self.value(then) == self.value(otherwise):
            return self.value(then)
        raise OpenLawError

    def arithmetic(self, node: Node) -> Fraction:
        left, right = (fraction(self.value(kid)) for kid in node.kids)
        if node.op == "+":
            return left + right
        if node.op == "-":
            return left - right
        return left * right if node.op == "*" else left / right

    def aggregate(self, node: Node) -> object:
        kind, _, _, field = node.words
        chosen, unsure = self.chosen(node)
        if unsure:
            raise OpenLawError
        if kind == "count":
            return Fraction(len(chosen))
        values = [follow(item, tuple(field.split(".")), self.policy.words) for item in chosen]
        if kind == "sum":
            return sum((fraction(value) for value in values), Fraction(0))
        if not values:
            return None
        return extreme(kind, values)

    def chosen(self, node: Node) -> tuple[list[Entity], list[Entity]]:
        """The items that an aggregate counts, and those that the law leaves open."""
        _, path, name, _ = node.words
        items = self.items(path)
        truths = [self.bind(item.kind if name == "group" else name, item).truth(node.kids[0]) for item in items]
        pairs = list(zip(items, truths, strict=True))
        return [item for item, truth in pairs if truth], [item for item, truth in pairs if truth is None]

    def dates(self, text: object) -> list[date]:
        """An event's date, or each that it could be where the law leaves open what counts."""
        node = parse(str(text))
        if node.op not in {"min", "max"}:
            values = [self.value(node)]
        else:
            field = tuple(node.words[3].split("."))
            sure, unsure = ([follow(i, field, self.policy.words) for i in items] for items in self.chosen(node))
            certain = [extreme(node.words[0], sure)] if sure else []
            values = certain + [extreme(node.words[0], [*certain, value]) for value in unsure]
        return [value for value in values if isinstance(value, date)]

    def items(self, path: str) -> list[Entity]:
        found = self.path(tuple(path.split(".")))
        if not isinstance(found, list):
            raise TypeError(f"{path} is no list")
        return found

    # Conditions

    def holds(self, conditions: object) -> bool | None:
        """A conjunction of conditions."""
        return self.truth(Node("and", tuple(parse(text) for text in texts(conditions))))

    def condition(self, text: object) -> bool | None:
        return self.truth(parse(str(text)))

    def truth(self, node: Node) -> bool | None:
        """Three values: None is open by law."""
        try:
            return self.judge(node)
        except OpenLawError:
            return None

    def judge(self, node: Node) -> bool | None:
        if node.op in {"and", "or"}:
            return self.connective(node)
        if node.op == "not":
            return negated(self.truth(node.kids[0]))
        if node.op in QUANTIFIERS:
            _, path, name, _ = node.words
            found = disjunction([self.bind(name, item).truth(node.kids[0]) for item in self.items(path)])
            return found if node.op == "any" else negated(found)
        if node.op in CONDITIONS:
            return self.comparison(node)
        value = self.value(node)
        if value is None or isinstance(value, bool):
            return value
        raise TypeError(f"{self.policy.id}/{self.clause}: {node} is no condition")

    def connective(self, node: Node) -> bool | None:
        """A side that decides makes the other's missing facts irrelevant."""
        decisive = node.op == "or"
        found: list[bool | None] = []
        lacking: IncompleteError | None = None
        for kid in node.kids:
            try:
                found.append(self.truth(kid))
            except IncompleteError as error:
                lacking = error
        if decisive in found:
            return decisive
        if lacking:
            raise lacking
        return None if None in found else not decisive

    def comparison(self, node: Node) -> bool | None:
        negative = {"is not": "is", "not in": "in", "none of": "any of"}
        if node.op in negative:
            return negated(self.truth(Node(negative[node.op], node.kids)))
        if node.op == "is" and node.kids[1].words == ("given",):
            owner = self.path(node.kids[0].words[:-1])
            return isinstance(owner, Entity) and node.kids[0].words[-1] in owner.fields
        left, right = self.value(node.kids[0]), node.kids[1]
        if node.op == "is":
            return self.same(left, right)
        if node.op in COMPARISONS:
            return ordered(node.op, left, self.value(right))
        mine = left if isinstance(left, frozenset) else frozenset([left])
        if right.op == "path" and len(right.words) == 1 and right.words[0] in self.policy.lists:
            return self.in_list(mine, right.words[0], node)
        wanted = right.kids if right.op == "list" else (right,)
        each = [any(self.same(item, kid) for item in mine) for kid in wanted]
        return all(each) if node.op == "all of" else any(each)

    def same(self, left: object, right: Node) -> bool:
        """Equality with a member, a literal, a path or an entity."""
        if right.op == "literal" and isinstance(left, str):
            return left == right.words[0]
        if right.op == "path" and right.words[0] not in {*self.names, "enterprise", "case", "reading"}:
            return left == ".".join(right.words)
        other = self.value(right)
        return left is not None and (left == other or self.one_project(left, other))

    def one_project(self, left: object, right: object) -> bool:
        """S15: what `same_as` joins is one project."""
        return isinstance(left, Entity) and isinstance(right, Entity) and right in joined([left], self.case)

    def in_list(self, mine: frozenset[object], name: str, node: Node) -> bool | None:
        """S6: a listed member is true; what an open list leaves open is None; all else is false."""
        said = self.policy.lists[name]
        members = texts(said.get("members"))
        sections = texts(said.get("section"))
        listed = [in_section(item, sections) if sections else item in members for item in mine]
        if node.op == "all of":
            return all(member in mine for member in members)
        if any(listed):
            return True
        if said.get("open") == "true" and any(self.left_open(item, said, node.kids[0].words) for item in mine):
            return None
        return False

    def left_open(self, item: object, said: Tree, words: tuple[str, ...]) -> bool:
        if isinstance(item, Other):
            return True
        entity, field = str(said["of"]).split(".")
        declared = self.policy.words[entity][field].members
        genera = {declared.get(m, {}).get("genus") for m in texts(said.get("members"))} - {None}
        if declared.get(str(item), {}).get("genus") not in genera:
            return False
        if any(str(item) in named for clause, named in self.policy.named.items() if clause != self.clause):
            return False
        owner = self.path(words[:-1])
        claims = owner.fields.get("claims", frozenset()) if isinstance(owner, Entity) else frozenset()
        return isinstance(claims, frozenset) and bool(claims & {self.clause, f"{self.policy.id}/{self.clause}"})


def follow(value: object, fields: tuple[str, ...], words: Vocabulary) -> object:
    """Walk from an entity, a list of them or an absent reference along fields."""
    for field in fields:
        if isinstance(value, list):
            steps = [follow(item, (field,), words) for item in value]
            value = [i for step in steps for i in cast("list[object]", step)] if field in SINGULAR else one(steps)
        elif isinstance(value, Entity):
            value = read(value, field, words)
        elif value is not None:
            raise TypeError(f"{value!r} has no {field}")
    return value


def read(entity: Entity, field: str, words: Vocabulary) -> object:
    if field == "id":
        return entity.name
    if field in entity.fields:
        return entity.fields[field]
    if entity.kind == "project" and field == "total":
        return sum((fraction(read(cost, "amount", words)) for cost in listed(entity, "costs")), Fraction(0))
    if field in words[entity.kind] and words[entity.kind][field].sort != "applicant":
        raise OpenLawError
    return absent(entity.kind, field)


def listed(entity: Entity, field: str) -> list[Entity]:
    found = entity.fields.get(field)
    if not isinstance(found, list):
        raise IncompleteError(f"{entity.name}.{field}")
    return found


def absent(kind: str, field: str) -> object:
    if (kind, field) not in NONE_IF_ABSENT:
        raise IncompleteError(f"{kind}.{field}")
    return None


def joined(projects: Iterable[Entity], case: Case) -> frozenset[Entity]:
    """Everything that `same_as` joins to these projects, either way round."""
    found = set(projects)
    pairs = [(p, p.fields["same_as"]) for p in case.lists["projects"] or [] if "same_as" in p.fields]
    for _ in pairs:
        for one, two in pairs:
            if isinstance(two, Entity) and found & {one, two}:
                found |= {one, two}
    return frozenset(found)


def missing(path: str) -> object:
    raise IncompleteError(path)


def extreme(kind: str, values: list[object]) -> object:
    ranked = sorted(values, key=lambda value: value.toordinal() if isinstance(value, date) else fraction(value))
    return ranked[0 if kind == "min" else -1]


def one(values: list[object]) -> object:
    """What all members of a group have in common."""
    if any(value != values[0] for value in values):
        raise TypeError(f"one value was expected, not {values}")
    return values[0]


def fraction(value: object) -> Fraction:
    if isinstance(value, str):
        value = literal(value)
    if not isinstance(value, Fraction):
        raise TypeError(f"{value!r} is no number")
    return value


def ordered(op: str, left: object, right: object) -> bool:
    if isinstance(left, date) and isinstance(right, date):
        order = (left > right) - (left < right)
    elif left is None or right is None:
        return False
    else:
        numbers = fraction(left), fraction(right)
        order = (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    return {">=": order >= 0, "<=": order <= 0, ">": order > 0, "<": order < 0}[op]


def in_section(division: object, sections: Iterable[str]) -> bool:
    section = next(letter for letter, last in SECTIONS.items() if int(str(division)) <= last)
    return section in sections


def negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def conjunction(truths: list[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def disjunction(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False
