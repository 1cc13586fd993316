"""The hull over every completion of a case with few facts hidden, by the oracle (S10)."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from subsidy_rules.values.quantity import Infinity
from tests.oracle.against import Standing, evaluated, said_by_oracle
from tests.oracle.cases import list_of, mapping, sequence
from tests.oracle.expressions import SINGULAR
from tests.oracle.generate import at, fen, lawful

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from subsidy_rules import Amount
    from tests.oracle.against import Answer
    from tests.oracle.cases import Tree
    from tests.oracle.generate import Path, Source

Answers: TypeAlias = "Mapping[tuple[int, ...], Answer]"
"""What the oracle says of each completion, by the place of each value among the choices."""
WITHOUT_END = 10**15
"""Amounts from here on stand for no end: no cap of the packs is near."""
REFUSED = Standing("not_eligible")
ELSEWHERE = "elsewhere"
FIGURES: Mapping[str, Sequence[str]] = {
    "bool": ["true", "false"],
    "ratio": ["-3%", "0%", "0.01%", "5.99%", "6%", "6.01%", "1000000000000%"],
    "count": ["0", "1000000000000000"],
}
SHARES = ["0%", "100%"]
POINTS: Mapping[str, Sequence[int]] = {
    "total": [10**11],
    "annual_supporting_tasks": [2 * 10**8],
    "task_sales": [10**9],
    "task_sales_prior": [0],
    "budget": [2 * 10**8, 4 * 10**8],
}
"""The figures in fen with which the packs compare a fact."""
GROWTH = Fraction("1.06")
"""What the sales of a year are compared with: so many times those of the year before."""
INDUSTRIES: Mapping[str, Sequence[str]] = {
    "xian": ["12", "13", "43", "44"],
    "shenyang": ["34", "36", "38"],
    "xianyang": ["05", "12", "13", "46", "65", "70"],
}
NEUTRAL: Mapping[str, Mapping[str, object]] = {
    "project": {
        "nature": [],
        "purposes": [],
        "kinds": [],
        "costs": [],
        "environmental_routes": [],
        "whole_digital": "false",
        "major_project": "false",
        "intrinsic_safety": "false",
        "industry": "70",
        "track": "点",
        "leader": "false",
        "exemplary": "false",
        "domestic_equipment": "false",
        "completed_on_schedule": "false",
        "in_library": "false",
        "selected": "false",
    },
    "site": {"kind": "factory"},
    "park": {},
}
"""What a thing that nobody has named looks like: it gives nothing of its own."""


@dataclass
class Hull:
    """What the completions say of one award: the lists that it stands in and the range of each end of the law.

    S18: a bar that the completions leave open leaves the award undecided, though a known one leaves it in `awards`.
    """

    lists: set[str] = field(default_factory=set)
    barred: set[bool] = field(default_factory=set)
    gated: list[tuple[int, int]] = field(default_factory=list)
    gross: list[tuple[int, int]] = field(default_factory=list)

    @property
    def list(self) -> str:
        """The list that the award stands in."""
        return "undecided" if len(self.lists) > 1 or len(self.barred) > 1 else min(self.lists)

    def add(self, row: Standing) -> None:
        self.lists.add(row.list)
        self.barred.add(row.barred)
        self.gated.append(within(row.floor, row.ceiling))
        if row.list != "not_eligible":
            self.gross.append(within(row.gross_floor, row.gross_ceiling))


def within(low: int, high: int | None) -> tuple[int, int]:
    top = WITHOUT_END if high is None else min(high, WITHOUT_END)
    return min(low, top), top


def four(ends: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The least and the greatest floor, the least and the greatest ceiling."""
    floors, ceilings = [low for low, _ in ends], [high for _, high in ends]
    return min(floors), max(floors), min(ceilings), max(ceilings)


def numbers(amount: Amount) -> tuple[int, ...]:
    """The four numbers of the library's amount, with the same stand-in for no end."""
    return tuple(WITHOUT_END if isinstance(n, Infinity) else min(int(n), WITHOUT_END) for n in amount.numbers)


def telling(case: Tree, path: Path, source: Source) -> list[object]:
    """Values of one fact such that every answer is reached: each member, each break and its neighbours, the ends."""
    name = str(path[-1])
    kind = "cost" if "costs" in path else SINGULAR.get(str(path[0]), str(path[0]) if len(path) > 1 else "case")
    spec = source.words[kind][name]
    other: list[object] = [{"other": "另一种"}] if spec.open else []
    if name == "industry":
        return [*INDUSTRIES[source.name]]
    if spec.type == "ref":
        targets = [target for target in spec.refs if target != "enterprise"]
        things = [mapping(item) for target in targets for item in sequence(case.get(list_of(target)))]
        owner = [str(mapping(case["enterprise"])["id"])] if "enterprise" in spec.refs else []
        return [*(str(thing["id"]) for thing in things if "id" in thing), *owner, ELSEWHERE]
    if spec.type == "enum":
        return [*spec.members, *other]
    if spec.type == "set":
        every = [*spec.members, *other]
        less = [[member for member in every if member != one] for one in every] if source.name == "shenyang" else []
        return [[], *([member] for member in every), *less, every]
    if name == "year":
        years = {str(mapping(cost)["year"]) for p in sequence(case.get("projects")) for cost in costs_of(p)}
        return [*sorted(years), "1999"]
    if spec.type == "money":
        points = {point + n for point in [*POINTS.get(name, []), *compared(case, name)] for n in (-1, 0, 1)}
        return [f"{point}分" for point in sorted({0, *points, 100 * WITHOUT_END}) if point >= 0]
    if spec.type == "ratio" and kind == "loan":
        return ["0%", "0.01%", FIGURES["ratio"][-1]]
    if name == "share":
        return [*SHARES]
    if kind == "earlier_award" and name in source.names:
        return [*source.names[name]]
    if spec.type == "place":
        return [source.city.inside[1], source.city.inside[-1], source.city.outside[0]]
    return list(dates(case, source) if spec.type == "date" else FIGURES.get(spec.type, ["x"]))


def compared(case: Tree, name: str) -> list[int]:
    """Where the sales of one year stand to those of the year before as they are compared."""
    said = mapping(case["enterprise"])
    if name == "task_sales" and "task_sales_prior" in said:
        return [int(fen(said["task_sales_prior"]) * GROWTH)]
    if name == "task_sales_prior" and "task_sales" in said:
        return [int(fen(said["task_sales"]) / GROWTH)]
    return []


def costs_of(project: object) -> list[Tree]:
    return [mapping(cost) for cost in sequence(mapping(project).get("costs"))]


def dates(case: object, source: Source) -> list[str]:
    """The ends of windows and the other dates of the case, each with its neighbours, and days far off."""
    found = {day.isoformat() for day in source.dates} | {"1990-01-01", "2090-01-01"}
    for day in given_dates(case):
        found |= {(day + timedelta(days=n)).isoformat() for n in (-1, 0, 1)}
    return sorted(found)


def given_dates(part: object) -> Iterator[date]:
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from given_dates(inner)
    elif len(str(part)) == 10 and str(part)[4:5] == str(part)[7:8] == "-":
        yield date.fromisoformat(str(part))


class Completions:
    """Every completion of a case with some facts hidden, and what the oracle says of each."""

    def __init__(self, case: Tree, hidden: Sequence[Path], readings: Mapping[str, str], source: Source) -> None:
        self.case, self.hidden, self.readings, self.source = case, hidden, readings, source
        self.choices = [telling(case, path, source) for path in hidden]
        self.nets: dict[tuple[int, ...], dict[str, tuple[int, ...]]] = {}

    @property
    def size(self) -> int:
        return prod(map(len, self.choices))

    def answers(self) -> dict[tuple[int, ...], Answer]:
        """What the oracle says of every lawful completion."""
        return {places: said_by_oracle(full, self.readings, self.source.name)[0] for places, full in self.cases()}

    def left(self) -> dict[tuple[int, ...], dict[str, tuple[int, ...]]]:
        """What is left of each award beside the others in every lawful completion, which only the library says."""
        if not self.nets:
            for places, full in self.cases():
                result = evaluated(full, self.readings, self.source.name)
                self.nets[places] = {row.id: numbers(row.net) for row in (*result.awards, *result.undecided)}
        return self.nets

    def beside(self, name: str) -> set[str]:
        """The hidden facts that change what is left of an award beside the others."""
        found = set()
        for place, path in enumerate(self.hidden):
            seen: dict[tuple[int, ...], tuple[int, ...]] = {}
            for places, nets in self.left().items():
                net = nets.get(name, (0, 0, 0, 0))
                if seen.setdefault(places[:place] + places[place + 1 :], net) != net:
                    found.add(written(path))
        return found

    def cases(self) -> Iterator[tuple[tuple[int, ...], Tree]]:
        """Every lawful completion."""
        for places in product(*(range(len(values)) for values in self.choices)):
            full = copy.deepcopy(self.case)
            for path, place, values in zip(self.hidden, places, self.choices, strict=True):
                put(full, path, copy.deepcopy(values[place]), self.source)
            if all(lawful(mapping(project)) for project in sequence(full.get("projects"))):
                yield places, full


def put(case: Tree, path: Path, value: object, source: Source) -> None:
    """Give a fact its value; a reference may name a thing that the case did not know."""
    at(case, path[:-1])[str(path[-1])] = value
    if value == ELSEWHERE:
        kind = {"park": "park", "project": "project", "object": "site"}[str(path[-1])]
        things = sequence(case.get(list_of(kind)))
        if all(mapping(thing).get("id") != ELSEWHERE for thing in things):
            known = {name: value for name, value in NEUTRAL[kind].items() if name in {*source.words[kind], "costs"}}
            case[list_of(kind)] = [*things, {"id": ELSEWHERE} | copy.deepcopy(known)]
            none = [name for name in sequence(case.get("assume_none")) if name != list_of(kind)]
            case["assume_none"] = none


def hulls(answers: Answers) -> dict[str, Hull]:
    """The hull of each award over the completions; where it does not stand it is refused."""
    names = {name for answer in answers.values() for name in answer.rows if "@" in name}
    found: dict[str, Hull] = defaultdict(Hull)
    for name in sorted(names):
        for answer in answers.values():
            found[name].add(answer.rows.get(name, REFUSED))
    return found


def hulls_of_obligations(answers: Answers) -> dict[str, Hull]:
    """The same of each obligation."""
    found: dict[str, Hull] = defaultdict(Hull)
    for name in sorted({name for answer in answers.values() for name in answer.obligations}):
        for answer in answers.values():
            decided, low, high = answer.obligations.get(name, (False, 0, 0))
            listed = "awards" if decided else "undecided" if name in answer.obligations else "not_eligible"
            found[name].add(Standing(listed, low, high, low, high))
    return found


def matters(answers: Answers, place: int, name: str | None) -> bool:
    """Whether two completions that differ in this fact alone differ in this award (or, without a name, the totals)."""
    seen: dict[tuple[int, ...], object] = {}
    for places, answer in answers.items():
        row = answer.rows.get(name or "") or answer.obligations.get(name or "", REFUSED)
        said: object = answer.totals[2:] if name is None else row
        others = places[:place] + places[place + 1 :]
        if seen.setdefault(others, said) != said:
            return True
    return False


def written(path: Path) -> str:
    """A fact's path as the library writes it."""
    made = ""
    for step in path:
        made += f"[{step}]" if isinstance(step, int) else f".{step}" if made else str(step)
    return made
