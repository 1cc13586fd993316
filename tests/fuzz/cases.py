"""Random cases for random packs, the facts of a case that can be hidden, and the values that complete them."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from subsidy_rules.values.quantity import parse_money, parse_ratio
from tests.fuzz.packs import END, FIELDS, HORIZON, OPEN, OWN, START

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from tests.fuzz.packs import Pack, Tree

Path: TypeAlias = "tuple[str | int, ...]"
ELSEWHERE = "elsewhere"
NOWHERE = "110000"
FAR = 10**15
"""Figures from here on stand for no end: no cap of a pack is near."""
LISTS = {
    "projects": "project",
    "titles": "title",
    "grants": "grant",
    "loans": "loan",
    "services": "service",
    "earlier_awards": "earlier_award",
}
EMPTY = ("parks", "products", "sites", "stations", "certificates", "procurements")
DAYS = ("2024-06-01", "2025-02-28", "2025-03-01", "2025-05-05", "2025-08-08", "2026-03-03", "2027-01-10")
DECIDED = ("2025-09-01", "2025-09-01", "2025-09-01", "2026-09-01", "2027-02-01", "2024-12-31")
OTHER = {"other": "另一种"}
UNSIGNED = {"rate", "share"}
MILLION = 10**6


def money(rng: random.Random) -> str:
    """Sums about the constants of the packs, and odd fen."""
    if rng.random() < 0.3:
        return f"{rng.randint(1, 10**9)}分"
    return rng.choice(["0元", "1万元", "9.9万元", "10万元", "45万元", "100万元", "333.33万元", "500万元", "2000万元"])


def value(rng: random.Random, kind: str, members: Sequence[str], *, is_open: bool) -> object:
    if kind == "bool":
        return rng.choice(["true", "false"])
    if kind == "set":
        some: list[object] = [*rng.sample([*members], k=rng.randint(0, min(2, len(members))))]
        return [*some, OTHER] if is_open and rng.random() < 0.1 else some
    if kind == "enum":
        return dict(OTHER) if is_open and rng.random() < 0.08 else rng.choice([*members])
    if kind == "money":
        return money(rng)
    if kind == "ratio":
        return rng.choice(["-3%", "0%", "4.99%", "5%", "8%", "12%"])
    if kind == "count":
        return rng.choice(["3", "10", "60", "100", "400"])
    return rng.choice(DAYS)


def random_case(rng: random.Random, pack: Pack) -> Tree:
    """A case in which everything that a pack may read is given."""
    case: Tree = {
        "case": "1",
        "decision_date": rng.choice(DECIDED),
        "applied_on": rng.choice(DAYS[3:]),
        "enterprise": {"id": "e", "type": "enterprise", "place": "610113", **things(rng, pack, "enterprise")},
    }
    counts = {"projects": 2, "titles": 3, "grants": 2, "loans": 2, "services": 2, "earlier_awards": 1}
    projects = [f"p{n}" for n in range(rng.randint(0, counts["projects"]))]
    titles = [f"t{n}" for n in range(rng.randint(0, counts["titles"]))]
    case["parks"] = [{"id": "k0"}, {"id": "k1"}]
    case["sites"] = [{"id": "s0", "kind": "factory"}, {"id": "s1", "kind": "base"}]
    case["projects"] = [project(rng, pack, name) for name in projects]
    case["titles"] = [
        {"id": name, **things(rng, pack, "title"), "object": rng.choice(["s0", "s1"])}
        | maybe(rng, "project", projects, 0.4)
        for name in titles
    ]
    case["grants"] = [
        {"id": f"g{n}", **things(rng, pack, "grant"), "project": rng.choice(projects)}
        | maybe(rng, "title", titles, 0.3)
        for n in range(rng.randint(0, counts["grants"]) if projects else 0)
    ]
    case["loans"] = [
        {
            "id": f"l{n}",
            **things(rng, pack, "loan"),
            "project": rng.choice(projects),
            "rate": rng.choice(["3%", "4.35%"]),
            "days": rng.choice(["0", "90", "365"]),
            "day_count": rng.choice(["360", "365"]),
            "interest_paid": money(rng),
        }
        for n in range(rng.randint(0, counts["loans"]) if projects else 0)
    ]
    case["services"] = [
        {"id": f"v{n}", **things(rng, pack, "service")} | maybe(rng, "project", projects, 0.5)
        for n in range(rng.randint(0, counts["services"]))
    ]
    clauses = pack.tree["clauses"]
    assert isinstance(clauses, list)
    case["earlier_awards"] = [
        {
            "policy": "made",
            "clause": rng.choice(clauses)["id"],
            "level": rng.choice(FIELDS["title"]["level"][1]),
            "amount": rng.choice(["5万元", "20万元"]),
            "paid_on": rng.choice(DAYS[:4]),
        }
        for _ in range(rng.randint(0, counts["earlier_awards"]))
    ]
    case["assume_none"] = ["products", "stations", "certificates", "procurements"]
    return case


def things(rng: random.Random, pack: Pack, entity: str) -> Tree:
    return {
        name: value(rng, kind, members, is_open=(entity, name) in OPEN)
        for name, (kind, members) in FIELDS[entity].items()
        if pack.declares(entity, name)
    }


def maybe(rng: random.Random, name: str, choices: Sequence[str], share: float) -> Tree:
    return {name: rng.choice([*choices])} if choices and rng.random() < share else {}


def project(rng: random.Random, pack: Pack, name: str) -> Tree:
    made: Tree = {
        "id": name,
        "place": rng.choice(["610113", "610113", "610113", NOWHERE]),
        **things(rng, pack, "project"),
    }
    made["park"] = rng.choice(["k0", "k1"])
    made["share"] = rng.choice(["30%", "50%", "100%"])
    made["costs"] = [
        {"id": f"{name}c{n}", **things(rng, pack, "cost"), "year": rng.choice(["2025", "2026"])}
        for n in range(rng.randint(0, 3))
    ]
    for authority in ("allocated", "confirmed", "assessed", "paid_before"):
        if pack.declares("project", authority) and rng.random() < 0.4:
            made[authority] = money(rng)
    return made


def facts_of(case: Tree) -> Iterator[Path]:
    """The facts that an applicant can be asked for; what names nothing where it is absent is not one."""
    yield ("decision_date",)
    yield ("applied_on",)
    for listed in ("enterprise", *LISTS):
        holder = case.get(listed)
        items = [((listed,), holder)] if listed == "enterprise" else each(case, (listed,))
        for path, thing in items:
            assert isinstance(thing, dict)
            for name in thing:
                if askable(listed, str(name)):
                    yield (*path, str(name))
            if listed == "projects":
                for inner, cost in each(thing, (*path, "costs")):
                    yield from ((*inner, name) for name in cost if name != "id")


def each(holder: Tree, path: Path) -> list[tuple[Path, Tree]]:
    found = holder.get(str(path[-1]))
    return [((*path, n), item) for n, item in enumerate(found if isinstance(found, list) else [])]


def askable(listed: str, name: str) -> bool:
    if name in ("id", "costs", "place", "type", "policy", "clause", *OWN["project"].keys() - FIELDS["project"].keys()):
        return False
    return not (listed in ("titles", "services") and name == "project") and name != "title"


def at(case: object, path: Path) -> Tree:
    """The thing that a path without its last part leads to."""
    for part in path:
        case = case[part]  # type: ignore[index]
    assert isinstance(case, dict)
    return case


def without(case: Tree, hidden: Sequence[Path]) -> Tree:
    made = copy.deepcopy(case)
    for path in hidden:
        at(made, path[:-1]).pop(str(path[-1]))
    return made


def entity_of(path: Path) -> str:
    if "costs" in path:
        return "cost"
    return LISTS.get(str(path[0]), str(path[0]) if len(path) > 1 else "case")


@dataclass(frozen=True)
class Telling:
    """Values of one fact such that every answer is reached."""

    pack: Pack
    case: Tree

    def of(self, path: Path) -> list[object]:
        entity, name = entity_of(path), str(path[-1])
        kind, members = FIELDS.get(entity, {}).get(name, ("", ()))
        other: list[object] = [dict(OTHER)] if (entity, name) in OPEN else []
        if name in ("project", "park", "object"):
            return self.references(name)
        if kind == "bool":
            return ["true", "false"]
        if kind == "enum":
            return [*members, *other]
        if name == "level":
            return [*FIELDS["title"]["level"][1]]
        if name == "day_count":
            return ["360", "365"]
        if kind == "set":
            sets = [list(some) for n in range(len(members) + 1) for some in combinations(members, n)]
            return [*sets, *([*some, *other] for some in sets if other)]
        if kind == "date" or name in ("decision_date", "applied_on", "paid_on"):
            return [*self.dates()]
        if name == "year":
            return ["2025", "2026", "1999"]
        points = self.pack.breaks.get((entity, name), set())
        if kind == "count" or name == "days":
            whole = {int(point) + n for point in points for n in (-1, 0, 1)}
            return [str(point) for point in sorted({0, *whole, FAR})]
        if kind == "ratio" or name in UNSIGNED:
            return self.ratios(points, name)
        fen = {int(parse_money(point)) + n for point in points for n in (-1, 0, 1)}
        return [f"{point}分" for point in sorted({0, *fen, 100 * FAR})]

    def ratios(self, points: set[str], name: str) -> list[object]:
        if name == "share":
            return ["0%", "100%"]
        exact = {int(parse_ratio(point) * MILLION) + n for point in points for n in (-1, 0, 1)}
        ends = {0, 10**24} | (set() if name in UNSIGNED else {-MILLION})
        return [f"{Decimal(one).scaleb(-4):f}%" for one in sorted(exact | ends)]

    def references(self, name: str) -> list[object]:
        listed = {"project": "projects", "park": "parks", "object": "sites"}[name]
        owner = ["e"] if name == "object" else []
        return [*(str(thing["id"]) for _, thing in each(self.case, (listed,))), *owner, f"{ELSEWHERE}_{listed}"]

    def dates(self) -> list[str]:
        found = {"1990-01-01", "2090-01-01"}
        points = {point for (_, name), some in self.pack.breaks.items() for point in some if point[4:5] == "-"}
        for day in {START, END, HORIZON} | points | set(given_dates(self.case)):
            found |= {(date.fromisoformat(day) + timedelta(days=n)).isoformat() for n in (-1, 0, 1)}
        return sorted(found)


def given_dates(part: object) -> Iterator[str]:
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from given_dates(inner)
    elif len(str(part)) == 10 and str(part)[4:5] == str(part)[7:8] == "-":
        yield str(part)


def put(case: Tree, path: Path, given: object) -> None:
    """Give a fact its value; a reference may name a thing that the case did not know."""
    at(case, path[:-1])[str(path[-1])] = copy.deepcopy(given)
    if str(given).startswith(ELSEWHERE):
        listed = {"project": "projects", "park": "parks", "object": "sites"}[str(path[-1])]
        items = case[listed]
        assert isinstance(items, list)
        if all(item["id"] != given for item in items):
            case[listed] = [*items, {**nothing(listed, items), "id": given}]


def nothing(listed: str, items: Sequence[Tree]) -> Tree:
    """A thing that gives nothing of its own."""
    if listed != "projects":
        return {"kind": "factory"} if listed == "sites" else {}
    alike = copy.deepcopy(items[0]) if items else {}
    kept = {name: given for name, given in alike.items() if name in {*FIELDS["project"], "share", "park"}}
    return kept | {"place": NOWHERE, "costs": []}


def renamed(part: object, names: dict[str, str]) -> object:
    """The same with ids written otherwise."""
    if isinstance(part, dict):
        return {key: renamed(inner, names) for key, inner in part.items()}
    if isinstance(part, list):
        return [renamed(inner, names) for inner in part]
    if isinstance(part, str) and part not in names:
        return re.sub(r"(?<=award\.)\w+", lambda found: names.get(found[0], found[0]), part)
    return names.get(part, part) if isinstance(part, str) else part
