"""Random cases that reach every clause, cases with facts hidden, and the completions of those.

    rng, source = random.Random(7), source_of("xian")
    case = random_case(rng, source)
    partial, hidden = hide(case, rng, 0.2, source)
    full = next(completions(partial, hidden, source))

A case starts from random facts. A few clauses are then aimed at: an object is made for each, and the facts
that its conditions name are set so that they hold; near misses come from drawing one of them again.
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from tests.oracle.cases import (
    CITIES,
    NONE_IF_ABSENT,
    SECTIONS,
    Field,
    Tree,
    Vocabulary,
    list_of,
    mapping,
    sequence,
    shipped,
    texts,
    vocabulary,
)
from tests.oracle.expressions import AGGREGATES, COMPARISONS, SINGULAR, UNITS, Node, literal, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Path: TypeAlias = tuple[str | int, ...]
Names: TypeAlias = dict[str, tuple[str, Tree]]
COUNTS = {
    "projects": 3,
    "titles": 4,
    "grants": 2,
    "loans": 3,
    "products": 2,
    "sites": 2,
    "stations": 3,
    "services": 2,
    "certificates": 2,
    "parks": 2,
    "procurements": 2,
    "earlier_awards": 2,
}
LISTS = tuple(COUNTS)
"""The lists of the shipped packs, whatever things other packs declare."""


@dataclass(frozen=True)
class City:
    """Where the cases of a city are, and when things happen there: a first day and a number of days from it.

    `events` fall mostly inside the window, `early` before it; `decisions` inside, `late` after the end.
    """

    inside: tuple[str, ...]
    outside: tuple[str, ...]
    industries: tuple[str, ...]
    events: tuple[date, int]
    early: tuple[date, int]
    decisions: tuple[date, int]
    late: tuple[date, int]
    bodies: tuple[str, ...]
    aims: tuple[int, ...]


CITY = {
    "xian": City(
        inside=("610102", "610113", "610118", "西咸新区", "西安高新区"),
        outside=("610403", "210102", "110105"),
        industries=("34", "38", "13", "43", "44", "12", "65"),
        events=(date(2024, 8, 1), 700),
        early=(date(2022, 1, 1), 900),
        decisions=(date(2025, 3, 1), 640),
        late=(date(2028, 1, 1), 400),
        bodies=("park", "institution", "base"),
        aims=(1, 2, 3),
    ),
    "shenyang": City(
        inside=("210102", "210106", "210114", "210181"),
        outside=("610403", "610102", "330106"),
        industries=("34", "35", "37", "38", "36", "39", "65"),
        events=(date(2025, 3, 1), 900),
        early=(date(2023, 1, 1), 800),
        decisions=(date(2025, 6, 1), 900),
        late=(date(2028, 1, 1), 400),
        bodies=("park", "provider", "cluster"),
        aims=(1, 2, 3),
    ),
    "xianyang": City(
        inside=("610402", "610431", "610481", "咸阳高新区", "咸阳经开区"),
        outside=("610113", "210102", "110105"),
        industries=("34", "38", "13", "43", "44", "12", "65"),
        events=(date(2025, 6, 20), 200),
        early=(date(2024, 1, 1), 540),
        decisions=(date(2025, 9, 1), 122),
        late=(date(2026, 1, 1), 200),
        bodies=("park", "base", "cluster", "county", "introducer", "institution"),
        aims=(3, 3, 4),
    ),
}
# The first is for signed ratios only: a rate is never below zero.
RATIOS = ["-3%", "0%", "0.01%", "3.1%", "3.45%", "3.65%", "4.2%", "8%"]
# Their absence says something of its own: never hidden.
KEPT = NONE_IF_ABSENT
SHARES = ["0%", "12.5%", "1:0.3", "50%", "100%"]
DATES_OF_WORKS = ("started", "completed")
FREE_TEXT = {"name", "uscc", "batch", "fund"}


@dataclass
class Source:
    """The packs of a city, their words, and the figures and dates at which an answer can change."""

    name: str
    packs: list[Tree]
    words: Vocabulary
    clauses: list[tuple[Tree, Tree]] = field(default_factory=list)
    seldom: list[tuple[Tree, Tree]] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)
    money: list[int] = field(default_factory=list)
    dates: list[date] = field(default_factory=list)

    @property
    def names(self) -> dict[str, list[str]]:
        """What an earlier award may say of itself: what the packs ask for, and something else."""
        return {"policy": [*CITIES[self.name], "another"], "clause": [*self.remembered, "another"]}

    @property
    def city(self) -> City:
        return CITY[self.name]

    @classmethod
    def of(cls, name: str) -> Source:
        packs = shipped(CITIES[name])
        source = cls(name, packs, vocabulary(packs))
        for pack in packs:
            source.clauses += [(pack, mapping(clause)) for clause in sequence(pack.get("clauses"))]
            window = mapping(mapping(pack["policy"]).get("window"))
            days = [v["date"] if isinstance(v, dict) else v for k, v in window.items() if k != "start_flag"]
            ends = [date.fromisoformat(str(day)) for day in days]
            source.dates += [day + timedelta(days=n) for day in ends for n in (-1, 0, 1)]
            ceilings = [rule for rule in map(mapping, sequence(pack.get("cumulation"))) if "earlier" in rule]
            source.remembered += [clause for rule in ceilings for clause in texts(rule["clauses"])]
        source.clauses = [(p, c) for p, c in source.clauses if c.keys() & {"award", "rows", "replaces", "obligation"}]
        source.seldom = [(p, c) for p, c in source.clauses if "enterprise" not in texts(c.get("beneficiary", "any"))]
        source.seldom = [(p, c) for p, c in source.seldom if "any" not in texts(c.get("beneficiary", "any"))]
        source.remembered += [str(c["id"]) for _, c in source.clauses if "earlier_awards" in str(c.get("when"))]
        found = [n for _, clause in source.clauses for n in figures(clause)]
        amounts = {int(n) for n, unit in found if unit == "money"}
        rates = {n for n, unit in found if unit == "rate" and n > 0} | {Fraction(1)}
        source.money = sorted({int(amount / rate) for amount in amounts for rate in rates})
        return source


@cache
def source_of(city: str) -> Source:
    return Source.of(city)


def figures(part: object) -> Iterator[tuple[Fraction, str]]:
    """Every amount and rate in a clause."""
    if isinstance(part, dict | list):
        inside = [v for k, v in part.items() if k not in {"quote", "notes"}] if isinstance(part, dict) else part
        yield from chain.from_iterable(figures(item) for item in inside)
        return
    for word in str(part).replace("(", " ").replace(")", " ").split():
        value = literal(word)
        if isinstance(value, Fraction):
            yield value, "money" if word.endswith(tuple(UNITS)) else "rate"


# Values


def money(fen: int) -> str:
    """Write fen as a case writes money."""
    if fen % UNITS["万元"] == 0:
        return f"{fen // UNITS['万元']}万元"
    return f"{fen // 100}元" if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}元"


class Maker:
    """Draws the values of one case."""

    def __init__(self, rng: random.Random, source: Source) -> None:
        self.rng, self.source, self.case = rng, source, Tree()
        self.ids: dict[str, int] = {}

    def money(self) -> str:
        rng = self.rng
        point = rng.choice(self.source.money)
        fen = rng.choice(
            [
                point,
                point + 1,
                max(0, point - 1),
                rng.randint(0, 2 * point),
                rng.randrange(0, 5000) * 10**6,
                rng.randrange(0, 10**10) * 10 + 5,  # a half fen at 10%
                rng.randint(0, 1000),
            ]
        )
        return f"{fen}分" if rng.random() < 0.05 else money(fen)

    def day(self) -> str:
        rng = self.rng
        if rng.random() < 0.2:
            return rng.choice(self.source.dates).isoformat()
        if rng.random() < 0.04:
            return str(self.case["decision_date"])
        if rng.random() < 0.1:
            return self.within(*self.source.city.early)
        return self.within(*self.source.city.events)

    def within(self, first: date, days: int) -> str:
        return (first + timedelta(days=self.rng.randrange(days))).isoformat()

    def place(self) -> str:
        city = self.source.city
        return self.rng.choice(city.inside if self.rng.random() < 0.9 else city.outside)

    def member(self, spec: Field) -> object:
        if spec.open and self.rng.random() < 0.04:
            return {"other": "另一种"}
        return self.rng.choice(list(spec.members)) if spec.members else {"other": "另一种"}

    def value(self, kind: str, name: str, spec: Field) -> object:
        """Draw a value for one field; None leaves it out."""
        rng = self.rng
        if spec.sort != "applicant" and rng.random() < 0.6:
            return None
        if name == "claims":
            return self.claims()
        if name == "industry":
            return rng.choice(self.source.city.industries)
        simple = {"money": self.money, "date": self.day, "place": self.place}
        if spec.type in simple:
            return simple[spec.type]()
        if spec.type == "bool":
            return rng.choice(["true", "true", "false"])
        if spec.type == "ratio":
            return rng.choice(SHARES if name == "share" else RATIOS[kind == "loan" :])
        if spec.type == "count":
            return str(rng.randint(2024, 2026)) if name == "year" else str(rng.choice([0, 1, 30, 90, 182, 365, 366]))
        if spec.type == "enum":
            return self.member(spec)
        if spec.type == "set":
            size = rng.choice([0, 1, 1, 2]) if spec.members or spec.open else 0
            return [*{str(m): m for m in (self.member(spec) for _ in range(size))}.values()]
        return self.text(kind, name, spec)

    def text(self, kind: str, name: str, spec: Field) -> object:
        """References come later, when everything they could name is there."""
        if spec.type == "ref" or name in FREE_TEXT:
            return None
        policies = [str(mapping(pack["policy"])["id"]) for pack in self.source.packs]
        if (kind, name) == ("earlier_award", "policy"):
            return self.rng.choice(policies)
        if (kind, name) == ("earlier_award", "clause"):
            if self.source.remembered and self.rng.random() < 0.5:
                return self.rng.choice(self.source.remembered)
            return str(self.rng.choice(self.source.clauses)[1]["id"])
        return "x"

    def claims(self) -> list[str]:
        if self.rng.random() < 0.7:
            return []
        pack, clause = self.rng.choice(self.source.clauses)
        return [f"{mapping(pack['policy'])['id']}/{clause['id']}"]

    # Entities

    def entity(self, kind: str) -> Tree:
        """Draw an entity with every field but its references."""
        made: Tree = {}
        if kind in {"project", "park", "site"} or (kind not in {"cost", "enterprise"} and self.rng.random() < 0.6):
            self.ids[kind] = self.ids.get(kind, 0) + 1
            made["id"] = f"{kind}{self.ids[kind]}"
        for name, spec in self.source.words[kind].items():
            value = self.value(kind, name, spec)
            if value is not None and (kind, name) not in {("project", "total"), ("project", "place")}:
                made[name] = value
        if kind == "project":
            made["costs"] = [self.entity("cost") for _ in range(self.rng.choice([0, 1, 1, 2, 3]))]
        return made

    def add(self, kind: str) -> Tree:
        made = self.entity(kind)
        items = self.case.setdefault(list_of(kind), [])
        if isinstance(items, list):
            items.append(made)
        return made

    def items(self, name: str) -> list[Tree]:
        return [mapping(item) for item in sequence(self.case.get(name))]

    def make(self) -> Tree:
        rng = self.rng
        self.case = {"case": "1", "decision_date": self.decision()}
        self.case["applied_on"] = self.day()
        self.case["enterprise"] = self.entity("enterprise") | {"id": "e1"}
        city = self.source.city
        body = "enterprise" if rng.random() < 0.75 else rng.choice(city.bodies)
        mapping(self.case["enterprise"])["type"] = body
        for name in LISTS:
            self.case[name] = []
            for _ in range(rng.randint(0, COUNTS[name]) if rng.random() < 0.35 else 0):
                self.add(SINGULAR[name])
        chosen = rng.sample(self.source.clauses, k=rng.choice(city.aims))
        if self.source.seldom and rng.random() < 0.25:
            chosen[-1] = rng.choice(self.source.seldom)
        wanted = set(texts(chosen[-1][1].get("beneficiary", "any")))
        for pack, clause in chosen:
            bodies = set(texts(clause.get("beneficiary", "any")))
            if bodies & wanted or "any" in bodies | wanted or rng.random() < 0.3:
                Aim(self, pack, clause).shoot()
        self.link()
        self.total()
        return self.finish()

    def decision(self) -> str:
        rng = self.rng
        if rng.random() < 0.12:
            return rng.choice(self.source.dates).isoformat()
        return self.within(*(self.source.city.late if rng.random() < 0.16 else self.source.city.decisions))

    def link(self) -> None:
        """Give every reference that is missing something to name, or leave it out where absent means none."""
        for name in LISTS:
            for item in self.items(name):
                for field_name, spec in self.source.words[SINGULAR[name]].items():
                    if spec.type == "ref" and field_name not in item:
                        self.refer(SINGULAR[name], item, field_name, spec)

    def refer(self, kind: str, item: Tree, name: str, spec: Field) -> None:
        optional = (kind, name) in NONE_IF_ABSENT
        if optional and self.rng.random() < (0.95 if name == "same_as" else 0.4):
            return
        choices = [str(thing["id"]) for target in spec.refs for thing in self.named(target) if thing is not item]
        if name == "same_as":  # never in a circle
            choices = [choice for choice in choices if choice < str(item["id"])]
        if not choices and not optional:
            choices = [str(self.add(spec.refs[0])["id"])]
            self.link()
        if choices:
            item[name] = self.rng.choice(choices)

    def named(self, kind: str) -> list[Tree]:
        if kind == "enterprise":
            return [mapping(self.case["enterprise"])]
        return [item for item in self.items(list_of(kind)) if "id" in item]

    def total(self) -> None:
        """A stated total is no less than the costs, works end after they start, and some projects name their place."""
        for project in self.items("projects"):
            stated = sum(fen(mapping(cost)["amount"]) for cost in sequence(project["costs"]))
            wanted = fen(project.pop("total")) if "total" in project else 0
            if wanted > stated or self.rng.random() < 0.5:
                project["total"] = money(max(stated, wanted or stated + self.rng.choice([0, 1, 10**8])))
            if self.rng.random() < 0.2:
                project["place"] = self.place()
            dates = sorted(str(project[name]) for name in DATES_OF_WORKS if name in project)
            project |= dict(zip((name for name in DATES_OF_WORKS if name in project), dates, strict=True))

    def finish(self) -> Tree:
        """One recognition has one object, and empty lists are written in either way."""
        objects: dict[str, object] = {}
        for title in self.items("titles"):
            kind = self.source.words["title"]["kind"].members.get(str(title["kind"]), {})
            key = str([kind.get("list", title["kind"]), *(title[k] for k in ("level", "event", "recognised_on"))])
            title["object"] = objects.setdefault(key, title.get("object", "e1"))
        empty = [name for name in LISTS if not self.case[name]]
        if empty and self.rng.random() < 0.3:
            for name in empty:
                del self.case[name]
            self.case["assume_none"] = list(empty)
        return self.case


def fen(text: object) -> int:
    value = literal(str(text))
    if not isinstance(value, Fraction):
        raise TypeError(text)
    return int(value)


# Aiming at a clause


class Aim:
    """Sets facts so that one clause's conditions hold."""

    def __init__(self, maker: Maker, pack: Tree, clause: Tree) -> None:
        self.maker, self.rng, self.pack = maker, maker.rng, pack
        self.define, self.lists = mapping(pack.get("define")), mapping(pack.get("lists"))
        self.conditions = conditions_of(clause)
        for word in ("replaces", "share_of"):
            if word in clause:
                target = str(clause[word]).partition(".")[0]
                other = next(c for c in map(mapping, sequence(pack["clauses"])) if c["id"] == target)
                self.conditions += conditions_of(other)
                clause = other
        self.clause = clause
        row = mapping(self.rng.choice(sequence(clause["rows"]))) if "rows" in clause else clause
        self.conditions += conditions_of(row) if "rows" in clause else []
        self.steps = [mapping(step) for step in sequence(row.get("award", row.get("obligation")))]
        self.touched: list[tuple[str, Tree, str]] = []

    def shoot(self) -> None:
        """Make the object, satisfy the conditions, put items under its sums, perhaps spoil one fact."""
        names = self.objects()
        wanted = texts(self.clause.get("beneficiary", "any"))
        if "any" not in wanted and self.rng.random() < 0.9:
            mapping(self.maker.case["enterprise"])["type"] = self.rng.choice(wanted)
        for condition in self.conditions:
            self.hold(parse(condition), names)
        for step in self.steps:
            self.feed(step, names)
        event = parse(str(self.clause.get("event", "none")))
        if event.op == "path" and self.rng.random() < 0.6:
            self.set(event, names, lambda _spec, _old: self.inside())
        tables = [said for step in self.steps for said in step.values() if isinstance(said, dict) and "rows" in said]
        if tables and self.rng.random() < 0.9:
            self.choose(tables[0], names)
        if self.clause["id"] in self.maker.source.remembered and self.rng.random() < 0.3:
            self.remember(names)
        if self.touched and self.rng.random() < 0.25:
            kind, thing, name = self.rng.choice(self.touched)
            thing[name] = self.maker.value(kind, name, self.maker.source.words[kind][name]) or thing[name]

    def remember(self, names: Names) -> None:
        """Let the sentence have paid before, mostly at the same level and for the same object, up to its ceiling."""
        made = self.maker.add("earlier_award")
        made |= {"policy": mapping(self.pack["policy"])["id"], "clause": self.clause["id"]}
        made["amount"] = money(self.rng.randrange(0, 31) * 10**6 + self.rng.choice([0, 0, 1]))
        if self.rng.random() < 0.2:
            made["paid_on"] = self.maker.case["decision_date"]
        for kind, thing in names.values():
            made |= {name: thing[name] for name in ("level", "object") if name in thing and self.rng.random() < 0.8}
            if kind in {"title", "certificate"} and "id" in thing and self.rng.random() < 0.5:
                made["object"] = thing["id"]

    def inside(self) -> str:
        """A day in the window."""
        window = mapping(mapping(self.pack["policy"])["window"])
        first, last = (
            date.fromisoformat(str(day)) for day in (window["start"], window.get("end", window.get("horizon")))
        )
        return self.maker.within(first, (last - first).days + 1)

    def objects(self) -> Names:
        per = self.clause.get("per", "enterprise")
        kind = str(per["each"]) if isinstance(per, dict) else str(per)
        if kind == "enterprise":
            return {}
        if kind != "cost":
            return {kind: (kind, self.thing(kind))}
        project = self.thing("project")
        return {"project": ("project", project), "cost": ("cost", self.cost(project))}

    def thing(self, kind: str) -> Tree:
        """An entity of the case, or one more of its kind."""
        items = self.maker.items(list_of(kind))
        if items and (self.rng.random() < 0.2 or len(items) >= COUNTS[list_of(kind)]):
            return self.rng.choice(items)
        return self.maker.add(kind)

    def cost(self, project: Tree) -> Tree:
        made = self.maker.entity("cost")
        costs = sequence(project.get("costs"))
        project["costs"] = [*costs, made] if len(costs) < 3 else [*costs[1:], made]
        return made

    def feed(self, step: Tree, names: Names) -> None:
        if "each" in step:
            name, _, path = str(step["each"]).partition(" in ")
            for _ in range(self.rng.choice([1, 1, 2])):
                inside = names | {name: (SINGULAR[path], self.thing(SINGULAR[path]))}
                for condition in texts(step.get("where")):
                    self.hold(parse(condition), inside)
            return
        for word in ("basis", "limit", "less"):
            if word in step and (word != "less" or self.rng.random() < 0.4):
                self.feed_sums(parse(str(step[word])), names)

    def choose(self, table: Tree, names: Names) -> None:
        """Give the keys of a table the values of one of its rows."""
        rows = table["rows"]
        keys = [[key] for key in rows] if isinstance(rows, dict) else [texts(mapping(r)["is"]) for r in sequence(rows)]
        for path, key in zip(texts(table["by"]), self.rng.choice(keys), strict=True):
            if key != "*":
                self.set(parse(path), names, lambda _spec, _old, key=key: key)  # type: ignore[misc]

    def feed_sums(self, node: Node, names: Names) -> None:
        for kid in node.kids:
            self.feed_sums(kid, names)
        if node.op in AGGREGATES and node.words[2] != "group":
            for _ in range(self.rng.choice([1, 2])):
                self.exists(node, names)

    def exists(self, node: Node, names: Names) -> None:
        """Put an item under a sum or `any`."""
        _, path, name, _ = node.words
        kind = SINGULAR[path.rpartition(".")[2]]
        item = self.cost(names["project"][1]) if kind == "cost" else self.thing(kind)
        self.hold(node.kids[0], names | {name: (kind, item)})

    def hold(self, node: Node, names: Names) -> None:
        """Make a condition true where that is plain; `no`, `not` and readings are left to chance."""
        if node.op == "and":
            for kid in node.kids:
                self.hold(kid, names)
        elif node.op == "or":
            self.hold(self.rng.choice([kid for kid in node.kids if "reading" not in str(kid)] or node.kids), names)
        elif node.op == "any":
            self.exists(node, names)
        elif node.op == "path" and len(node.words) == 1 and node.words[0] in self.define:
            self.hold(parse(str(self.define[node.words[0]])), names)
        elif node.op == "path":
            self.set(node, names, lambda _spec, _old: "true")
        elif node.op in {"is", "in", "has", "any of", "all of", *COMPARISONS} and node.kids[0].op == "path":
            self.compare(node, names)

    def compare(self, node: Node, names: Names) -> None:
        left, right = node.kids
        if node.op in COMPARISONS:
            bound = literal(right.words[0]) if right.op == "literal" else None
            if isinstance(bound, Fraction):
                self.set(left, names, lambda spec, _old: self.near(bound, spec))
            elif right.op == "*" and right.kids[1].op == "literal":
                held, times = self.held(left, names), literal(right.kids[1].words[0])
                if self.rng.random() < 0.1:
                    self.set(right.kids[0], names, lambda _spec, _old: "0元")
                elif held is not None and isinstance(times, Fraction):
                    self.set(right.kids[0], names, lambda spec, _old: self.near(held / times, spec, far=-(10**8)))
            return
        if right.op == "path" and right.words[0] in names:
            thing = names[right.words[0]][1]
            if len(right.words) == 1 and "id" in thing:
                self.set(left, names, lambda _spec, _old: thing["id"])
            return
        members = self.members(right)
        chosen = members if node.op == "all of" else [self.rng.choice(members)]
        self.set(left, names, lambda spec, old: [*sequence(old), *chosen] if spec.type == "set" else chosen[0])

    def near(self, bound: Fraction, spec: Field, far: int = 10**8) -> str:
        if spec.type != "money":
            return self.rng.choice(RATIOS[2:])
        return money(max(0, int(bound) + self.rng.choice([-1, 0, 1, far, far])))

    def members(self, right: Node) -> list[object]:
        if right.op == "path" and right.words[0] in self.lists:
            said = mapping(self.lists[right.words[0]])
            listed: list[object] = [*texts(said.get("members"))]
            listed += [f"{SECTIONS[section]:02d}" for section in texts(said.get("section"))]
            if said.get("open") == "true" and self.rng.random() < 0.1:
                return [{"other": "另一种"}]
            return listed
        return [".".join(kid.words) for kid in (right.kids if right.op == "list" else (right,))]

    def held(self, path: Node, names: Names) -> Fraction | None:
        """The figure that a path has by now."""
        bound = names | {"enterprise": ("enterprise", mapping(self.maker.case["enterprise"]))}
        found = bound.get(path.words[0], ("", Tree()))[1].get(path.words[-1])
        value = literal(str(found))
        return value if isinstance(value, Fraction) else None

    def set(self, path: Node, names: Names, value: Callable[[Field, object], object]) -> None:
        bound = names | {"enterprise": ("enterprise", mapping(self.maker.case["enterprise"]))}
        head, *rest = path.words
        if head not in bound or len(rest) != 1:
            return
        kind, thing = bound[head]
        spec = self.maker.source.words[kind].get(rest[0])
        if spec is not None:
            chosen = value(spec, thing.get(rest[0]))
            thing[rest[0]] = list({str(m): m for m in chosen}.values()) if isinstance(chosen, list) else chosen
            self.touched.append((kind, thing, rest[0]))


def conditions_of(said: Tree) -> list[str]:
    return [*texts(said.get("where")), *texts(said.get("when"))]


def random_case(rng: random.Random, source: Source) -> Tree:
    """Draw a complete case: every scalar is text, every list is given."""
    return Maker(rng, source).make()


# Hiding and completing


def facts_of(case: Tree, vocab: Vocabulary) -> Iterator[tuple[Path, str, Field]]:
    """Every fact that the applicant gave, with its place, its entity's kind and its declaration."""
    things: list[tuple[Path, str, object]] = [
        ((), "case", case),
        (("enterprise",), "enterprise", case["enterprise"]),
    ]
    for name in LISTS:
        for index, item in enumerate(sequence(case.get(name))):
            things.append(((name, index), SINGULAR[name], item))
            costs = sequence(mapping(item).get("costs"))
            things += [((name, index, "costs", n), "cost", cost) for n, cost in enumerate(costs)]
    for path, kind, thing in things:
        for name, spec in vocab[kind].items():
            if name in mapping(thing) and spec.sort == "applicant" and (kind, name) not in KEPT:
                yield (*path, name), kind, spec


def hide(
    case: Tree, rng: random.Random, share: float, source: Source, *, lists: bool = False
) -> tuple[Tree, list[Path]]:
    """Delete each fact with this chance; with `lists`, some lists that hold something say `more: true`.

    The path of a list alone stands for its completeness. Facts whose absence means none stay.
    """
    partial, hidden = copy.deepcopy(case), list[Path]()
    for path, _, _ in list(facts_of(case, source.words)):
        if rng.random() < share:
            at(partial, path[:-1]).pop(str(path[-1]))
            hidden.append(path)
    for name in LISTS:
        if lists and case.get(name) and rng.random() < share / 2:
            partial[name] = {"items": partial[name], "more": "true"}
            hidden.append((name,))
    return partial, hidden


def at(case: Tree, path: Path) -> Tree:
    found: object = case
    for step in path:
        found = sequence(found)[step] if isinstance(step, int) else mapping(found)[step]
    return mapping(found)


def completions(
    case: Tree,
    hidden: Sequence[Path],
    source: Source,
    *,
    limit: int = 4096,
    rng: random.Random | None = None,
) -> Iterator[Tree]:
    """Give the hidden facts every combination of telling values, or `limit` random ones of more."""
    whole = copy.deepcopy(case)
    for path in hidden:
        if len(path) == 1 and path[0] in LISTS:
            whole[str(path[0])] = mapping(whole[str(path[0])])["items"]
    paths = [path for path in hidden if path[0] not in LISTS or len(path) > 1]
    choices = [options(whole, path, source) for path in paths]
    rng = rng or random.Random(0)
    if prod(map(len, choices)) <= limit:
        combinations: Iterable[tuple[object, ...]] = product(*choices)
    else:
        combinations = (tuple(rng.choice(values) for values in choices) for _ in range(limit))
    for values in combinations:
        full = copy.deepcopy(whole)
        for path, value in zip(paths, values, strict=True):
            at(full, path[:-1])[str(path[-1])] = copy.deepcopy(value)
        if all(lawful(mapping(project)) for project in sequence(full.get("projects"))):
            yield full


def lawful(project: Tree) -> bool:
    """A case that states a total below its costs, or an end before the start, is refused."""
    costs = sequence(project.get("costs"))
    dates = [str(project[name]) for name in DATES_OF_WORKS if name in project]
    return dates == sorted(dates) and (
        "total" not in project or fen(project["total"]) >= sum(fen(mapping(cost)["amount"]) for cost in costs)
    )


def options(case: Tree, path: Path, source: Source) -> list[object]:
    """The values of one fact between which an answer could change."""
    name = str(path[-1])
    kind = "cost" if "costs" in path else SINGULAR.get(str(path[0]), "enterprise" if len(path) > 1 else "case")
    spec, city = source.words[kind][name], source.city
    other: list[object] = [{"other": "另一种"}] if spec.open else []
    if name == "industry":
        return ["01", "12", "13", "34", "43", "44", "65", "97"]
    if spec.type == "ref":
        lists = [list_of(target) for target in spec.refs if target != "enterprise"]
        things = [mapping(item) for name in lists for item in sequence(case.get(name))]
        things += [mapping(case["enterprise"])] if "enterprise" in spec.refs else []
        return [str(thing["id"]) for thing in things if "id" in thing]
    if spec.type == "enum":
        return [*spec.members, *other]
    if spec.type == "set":
        return [[], *([member] for member in [*spec.members, *other]), [*spec.members]]
    if kind == "earlier_award" and name in source.names:
        return [*source.names[name]]
    amounts = sorted({0, *(max(0, m + n) for m in source.money for n in (-1, 0, 1)), 2 * source.money[-1]})
    days = sorted({day.isoformat() for day in source.dates} | {"2021-06-30", "2025-06-01", "2030-01-01"})
    counts = ["2023", "2024", "2025", "2026"] if name == "year" else ["0", "1", "365", "366"]
    plain: dict[str, Sequence[object]] = {
        "bool": ["true", "false"],
        "money": [money(amount) for amount in amounts],
        "date": days,
        "ratio": SHARES if name == "share" else RATIOS[kind == "loan" :],
        "count": counts,
        "place": [*city.inside[:2], city.inside[-1], city.outside[0]],
    }
    return list(plain.get(spec.type, ["x"]))
