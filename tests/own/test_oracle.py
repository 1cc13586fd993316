"""The second evaluator and the library on the complete cases of this folder, and on random ones of its packs.

A random case is complete; the two must agree on it to the last unit. With some facts hidden the library's ranges must
contain what the complete case comes to, since that is one of the completions.
"""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from subsidy_rules import Case, evaluate
from subsidy_rules.facts.case import bounds_of
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values.quantity import ZERO, format_quantity
from tests.oracle.cases import Tree, load, mapping, texts
from tests.oracle.conditions import IncompleteError
from tests.oracle.evaluator import evaluate as oracle
from tests.own.test_own import CASES, EACH, HERE, PACKS, case_of, pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from subsidy_rules import Entitlement
    from subsidy_rules.facts.vocabulary import FieldSpec
    from subsidy_rules.policy.model import ThingModel
    from subsidy_rules.values.quantity import Number

Numbers = tuple["Number", "Number"]
RANDOM = 25


def answered(name: str, one: dict[str, Any]) -> Tree | None:
    """Return what the second evaluator says, or None where a fact is missing or a list is not whole."""
    if any(key in str(one) for key in ("'more'", "'min'", "'max'")):
        return None
    try:
        return oracle([load(HERE / f"{name}.yaml")], {"case": "1", **one["case"]}, {})
    except IncompleteError:
        return None


def ends_by_award(result: Entitlement) -> dict[str, Numbers]:
    awards = (*result.awards, *result.undecided)
    return {award.id: (award.gated.minimum, award.gated.maximum) for award in awards}


def paid_by(said: Tree) -> dict[str, Any]:
    rows = {key: mapping(row) for key, row in mapping(said["awards"]).items()}
    return {key: (row["floor"], row["ceiling"]) for key, row in rows.items() if row["list"] != "not_eligible"}


def same(said: Tree, result: Entitlement) -> None:
    assert paid_by(said) == ends_by_award(result)
    assert sorted(texts(said["not_asked"])) == sorted(f"{row.policy}/{row.clause}" for row in result.not_asked)
    total = mapping(mapping(said["total"])["possible"])
    assert (total["floor"], total["ceiling"]) == (result.total.possible.minimum, result.total.possible.maximum)


@EACH
def test_both_say_the_same(name: str, one: dict[str, Any]) -> None:
    said = answered(name, one)
    if said is not None:
        same(said, evaluate(case_of(one), pack(name)))


def test_most_cases_are_complete() -> None:
    assert sum(answered(name, one) is not None for name, one in CASES) > len(CASES) / 2


# At random


def decimal(rng: random.Random, low: int, high: int) -> str:
    """Write a decimal between two whole numbers, ends included."""
    places = rng.choice((0, 0, 1, 3))
    return str(Decimal(rng.randint(low * 10**places, high * 10**places)).scaleb(-places))


def figure(rng: random.Random, spec: FieldSpec, unit: str) -> str:
    """Write a figure of a field, mostly near what the packs compare with, within its domain."""
    lowest, highest = bounds_of(spec)
    low, high = (-50 if lowest < 0 else 0), rng.choice((5, 60, 500))
    if spec.type == "quantity":
        top = min(high, int(highest)) if isinstance(highest, Fraction) else high
        return decimal(rng, low, top) + format_quantity(ZERO, spec.unit).removeprefix("0")
    if spec.type == "ratio":
        return f"{rng.randint(0, 100)}%"
    if spec.type == "count":
        return str(rng.randint(int(lowest), int(highest) if isinstance(highest, Fraction) else 249))
    if spec.type == "date":
        return date(rng.randint(2024, 2028), rng.randint(1, 12), rng.randint(1, 28)).isoformat()
    return f"{rng.randint(low * 20, high * 1000)} {unit}"


def value(rng: random.Random, spec: FieldSpec, unit: str, ids: list[str]) -> object:
    match spec.type:
        case "bool":
            return rng.choice(("true", "false"))
        case "enum":
            return rng.choice([*spec.members])
        case "set":
            return rng.sample([*spec.members], k=rng.randint(0, len(spec.members)))
        case "text":
            return rng.choice(("甲", "乙", "五星旗"))
        case "ref":
            return rng.choice([*ids, None])
        case _:
            return figure(rng, spec, unit)


def random_case(name: str, rng: random.Random) -> dict[str, Any]:
    """Make a complete case of what a pack declares, with two things of each list at most."""
    words, file = pack(name).vocabulary, read_policy(HERE / f"{name}.yaml").file
    unit = words.currency.units[0][0]
    place = rng.choice((file.policy.place.code, *file.policy.place.zones))
    case: dict[str, Any] = {"decision_date": "2025-09-01", "enterprise": {"place": place}}
    inner = [(entity, one) for entity, one in file.things.items() if one.of == "project"]
    projects = [{"id": f"p{n}"} for n in range(rng.randint(0, 2))]
    lists: list[tuple[str, list[dict[str, Any]]]] = []
    for entity, one in file.things.items():
        if one.of == "case":
            case[one.list] = [{"id": f"{entity}{n}"} for n in range(rng.randint(0, 2))]
            lists.append((entity, case[one.list]))
    for project in projects:
        for entity, one in inner:
            things: list[dict[str, Any]] = [{} for _ in range(rng.randint(0, 2))]
            project[one.list] = things  # type: ignore[assignment]
            lists.append((entity, things))
    case["projects"] = projects
    for entity, things in [("enterprise", [case["enterprise"]]), *lists]:
        for thing in things:
            for field in file.facts.get(entity, {}):
                spec = words.fields[entity][field]
                ids = [one["id"] for target in spec.target for one in all_of(case, file.things, target)]
                made = value(rng, spec, unit, ids)
                thing.update({} if made is None else {field: made})
    return case


def all_of(case: dict[str, Any], things: Mapping[str, ThingModel], entity: str) -> list[dict[str, Any]]:
    name = "projects" if entity == "project" else things[entity].list
    found: list[dict[str, Any]] = case.get(name, [])
    return found


def hidden(case: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return the case with one or two facts that nobody gives."""
    made = deepcopy(case)
    things = [made["enterprise"], *(thing for items in made.values() if isinstance(items, list) for thing in items)]
    listed = [items for thing in things for items in thing.values() if isinstance(items, list)]
    inner = [one for items in listed for one in items if isinstance(one, dict)]
    for thing in rng.sample([*things, *inner], k=min(2, len(things) + len(inner))):
        known = [
            key for key in thing if key not in ("id", "place", "project", "replaces") and isinstance(thing[key], str)
        ]
        if known:
            del thing[rng.choice(known)]
    return made


@pytest.mark.parametrize("name", PACKS)
def test_random_cases(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(f"own things of {name}")
    for _ in range(RANDOM):
        case = random_case(name, rng)
        said = oracle([load(HERE / f"{name}.yaml")], {"case": "1", **case}, {})
        results = []
        for code in ("0", "1"):
            monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", code)
            results.append(evaluate(Case.from_dict({"case": "1", **case}), pack(name)))
            same(said, results[-1])
        less = evaluate(Case.from_dict({"case": "1", **hidden(case, rng)}), pack(name))
        ranges = ends_by_award(less)
        for award, (low, high) in paid_by(said).items():
            assert ranges[award][0] <= low
            assert high <= ranges[award][1]
        total = mapping(mapping(said["total"])["possible"])
        if not less.total.open_ended:  # what nothing bounds is set aside
            assert less.total.possible.minimum <= total["floor"]  # type: ignore[operator]
            assert total["ceiling"] <= less.total.possible.maximum  # type: ignore[operator]
