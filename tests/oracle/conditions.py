"""What an expression is worth for a case: exact values, and true, false or open by law (None)."""

from __future__ import annotations

from calendar import monthrange
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from math import ceil, floor
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
    from collections.abc import Callable, Iterable, Mapping

QUANTIFIERS = {"any", "no"}
CONDITIONS = {"is", "is not", "in", "not in", "has", "any of", "all of", "none of", *COMPARISONS}


NUMBERS = {"+", "-", "*", "/", "^", "least", "greatest", "whole", "begun", "how many", "year", "days", "span", "award"}
"""What comes to a number, or where the law leaves it open to a span of them."""


@dataclass(frozen=True)
class Span:
    """What the law leaves of a number: from `low` to `high`, None without end; `missing`: it has no figure at all."""

    low: Fraction
    high: Fraction | None
    missing: bool = False

    @staticmethod
    def exact(value: Fraction) -> Span:
        return Span(value, value)


ZERO = Fraction(0)
OPEN = Span(ZERO, None)


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
        self.pay: Callable[[Scope, Node], Span] | None = None
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
        if node.op in NUMBERS:
            return certain(self.span(node))
        if node.op == "shift":
            return shifted(self.day(node.kids[0]), *node.words)
        if node.op in AGGREGATES:
            return self.aggregate(node)
        return self.truth(node)

    def day(self, node: Node) -> date:
        value = self.value(node)
        if not isinstance(value, date):
            raise TypeError(f"{value!r} is no date")
        return value

    # Numbers

    def span(self, node: Node) -> Span:
        """Read a number, with what the law leaves open of it."""
        if node.op == "if":
            return self.span_of_choice(node)
        if node.op in {"+", "-", "*", "/"}:
            return ARITHMETIC[node.op](*map(self.span, node.kids))
        if node.op in {"sum", "count", "min", "max"}:
            return self.span_over(node)
        if node.op in NUMBERS:
            return self.figure(node)
        if node.op == "path" and node.words[0] == "amount":
            return cast("Mapping[str, Span]", self.names["amount"])[node.words[1]]
        try:
            value = self.value(node)
        except OpenLawError:
            return replace(OPEN, missing=node.op == "path")
        return Span.exact(ZERO if value is None else fraction(value))

    def figure(self, node: Node) -> Span:
        """Read what is no plain arithmetic."""
        if node.op == "^":
            return Span.exact(self.number_of(node.kids[0]) ** int(self.number_of(node.kids[1])))
        if node.op in {"least", "greatest"}:
            return extreme_of(node.op, [self.span(kid) for kid in node.kids])
        if node.op in {"whole", "begun"}:
            (span,) = map(self.span, node.kids)
            ends = [
                None if end is None else Fraction((floor if node.op == "whole" else ceil)(end)) for end in ends_of(span)
            ]
            return replace(span, low=ends[0] or ZERO, high=ends[1])
        if node.op == "how many":
            truths = [self.truth(kid) for kid in node.kids]
            sure = sum(truth is True for truth in truths)
            return Span(Fraction(sure), Fraction(sure + truths.count(None)))
        if node.op == "year":
            return Span.exact(Fraction(self.day(node.kids[0]).year))
        if node.op == "days":
            first, last = map(self.day, node.kids)
            return Span.exact(Fraction((last - first).days))
        if node.op == "span":
            return Span.exact(Fraction(counted_up(self.day(node.kids[0]), self.day(node.kids[1]), *node.words)))
        if self.policy.pay is None:
            raise TypeError("nothing is evaluated")
        return self.policy.pay(self, node)

    def number_of(self, node: Node) -> Fraction:
        return certain(self.span(node))

    def span_of_choice(self, node: Node) -> Span:
        then, condition, otherwise = node.kids
        truth = self.truth(condition)
        if truth is not None:
            return self.span(then if truth else otherwise)
        return hull_of([self.span(then), self.span(otherwise)])

    def span_over(self, node: Node) -> Span:
        """A sum, a count, the least or the greatest (at least nothing) of a list; what counts may be open."""
        kind, _, name, field = node.words
        chosen, unsure = self.chosen(node)

        def value(item: Entity) -> Span:
            if kind == "count":
                return Span.exact(Fraction(1))
            if not field:
                return self.bind(name, item).span(node.kids[1])
            found = follow(item, tuple(field.split(".")), self.policy.words)
            return Span.exact(fraction(found))

        nothing = Span.exact(ZERO)
        sure, maybe = ([value(item) for item in items] for items in (chosen, unsure))
        if kind in {"sum", "count"}:
            made = nothing
            for part in [*sure, *(hull_of([nothing, one]) for one in maybe)]:
                made = plus(made, part)
            return made
        if kind == "max":
            return extreme_of("greatest", [nothing, *sure, *(hull_of([nothing, one]) for one in maybe)])
        if not sure:
            return hull_of([nothing, *maybe])
        first = extreme_of("least", sure)
        return hull_of([first, extreme_of("least", [first, *maybe])])

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

    def aggregate(self, node: Node) -> object:
        kind, _, _, field = node.words
        if not field and kind != "count":
            return certain(self.span_over(node))
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
        if node.op in {"is", *COMPARISONS} and (node.kids[0].op in NUMBERS or node.kids[1].op in NUMBERS):
            return apart(node.op, *map(self.span, node.kids))
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


def certain(span: Span) -> Fraction:
    """The one figure that a number is."""
    if span.low != span.high:
        raise OpenLawError
    return span.low


def ends_of(span: Span) -> tuple[Fraction | None, Fraction | None]:
    return span.low, span.high


def highest(ends: list[Fraction | None]) -> Fraction | None:
    return None if None in ends else max(end for end in ends if end is not None)


def hull_of(spans: list[Span]) -> Span:
    return Span(min(one.low for one in spans), highest([one.high for one in spans]), any(one.missing for one in spans))


def extreme_of(kind: str, spans: list[Span]) -> Span:
    pick = min if kind == "least" else max
    highs = [one.high for one in spans if one.high is not None]
    high = None if len(highs) < (1 if kind == "least" else len(spans)) else pick(highs)
    return Span(pick(one.low for one in spans), high, any(one.missing for one in spans))


def plus(a: Span, b: Span) -> Span:
    return Span(a.low + b.low, None if a.high is None or b.high is None else a.high + b.high, a.missing or b.missing)


def minus(a: Span, b: Span) -> Span:
    if b.high is None:
        raise OpenLawError
    return Span(a.low - b.high, None if a.high is None else a.high - b.low, a.missing or b.missing)


def times(a: Span, b: Span) -> Span:
    """A product; nothing times what has no end is nothing."""
    missing = a.missing or b.missing
    pairs = list(product(ends_of(a), ends_of(b)))
    if any(None in pair and ZERO not in pair for pair in pairs):
        return Span(a.low * b.low, None, missing)
    found = [ZERO if x is None or y is None else x * y for x, y in pairs]
    return Span(min(found), max(found), missing)


def over(a: Span, b: Span) -> Span:
    """A share of nothing, or of less, is left open."""
    if b.low <= 0:
        return replace(OPEN, missing=b.missing)
    return times(a, Span(ZERO if b.high is None else 1 / b.high, 1 / b.low, b.missing))


ARITHMETIC = {"+": plus, "-": minus, "*": times, "/": over}


def apart(sign: str, a: Span, b: Span) -> bool | None:
    """How two numbers compare, None where the law leaves it open."""
    if sign in {"<", "<="}:
        return apart(sign.replace("<", ">"), b, a)
    if sign == "is":
        return conjunction([apart(">=", a, b), apart(">=", b, a)])
    strict = sign == ">"

    def above(low: Fraction | None, high: Fraction | None, *, strict: bool) -> bool:
        if low is None or high is None:
            return low is None and high is not None
        return low > high if strict else low >= high

    if above(a.low, b.high, strict=strict):
        return True
    return None if above(a.high, b.low, strict=strict) else False


def counted_up(first: date, last: date, part: str, unit: str) -> int:
    """How many months or years can be added to a day, one by one, until the last day is reached or would be passed."""
    count = (last.year - first.year - 1) * (1 if unit == "years" else 12)
    while moved(first, count + 1, unit) <= last:
        count += 1
    return count if part == "whole" or moved(first, count, unit) == last else count + 1


def moved(day: date, count: int, unit: str) -> date:
    """A date so many months or years later, or earlier where the number is below zero."""
    years, month = divmod(day.month - 1 + count * (12 if unit[0] in "y年" else 1), 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shifted(day: date, sign: str, number: str, unit: str) -> date:
    """A date so many days, months or years later, the last of a month that has no such day; or days earlier."""
    count = int(number)
    if unit[0] in "d天日":
        return day + timedelta(days=-count if sign == "-" else count)
    return moved(day, count, unit)


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
