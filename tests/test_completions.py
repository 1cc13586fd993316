"""S10: with few facts hidden, the answer is the hull over every completion, no wider and no narrower.

Each hidden fact is given every member, both truths, or the ends, the break points and their neighbours; the oracle says
what each completion gives. Then, for every award and for the total: the list, the four numbers (gross and gated), and
the facts asked are those that the completions show. What is not held equal, and why:

- A fact that only matters once another is given need not be asked yet: with the principal of a loan unknown, nothing is
  asked about interest paid. So a fact that is asked matters, and where some fact matters some fact is asked.
- The oracle says what an award gives, not what is left of it beside the others: a fact that is asked for that alone
  must change what the library itself says is left in two completions.
- Awards of a group (park and year) whose key is hidden go by other names in the two answers; the total is compared.
- A total that the case states bounds the costs that it does not: the engine does not use that, so where a cost is
  hidden the stated total is struck.
- A reference may name a thing outside the case, which gives nothing of its own; it is added to the completions.
- A set is completed by nothing, each member alone and all members: the packs only ask whether one is in it. Shenyang
  asks for two kinds of a project at once, and a third lowers the amount: there all members but one are tried too.
- The total is not compared where an award is open-ended (S21) in the wide answer and not in all completions.
- Packs are set alike in `unstated_cumulation`, as in test_containment.
"""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING

import pytest

from tests.oracle.against import collected_seldom, evaluated, random_readings, replacing, tables
from tests.oracle.cases import CITIES, mapping, sequence
from tests.oracle.completing import (
    Completions,
    Hull,
    four,
    hulls,
    hulls_of_obligations,
    matters,
    numbers,
    written,
)
from tests.oracle.generate import at, facts_of, random_case, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from subsidy_rules import Award, Entitlement
    from tests.oracle.cases import Tree
    from tests.oracle.completing import Answers
    from tests.oracle.generate import Path, Source

pytestmark = pytest.mark.random

MOST = 150
WITH_READINGS = 0.3
READ = 0.7
TELLING = [
    "kind",
    "level",
    "grade",
    "event",
    "recognised_on",
    "object",
    "programme",
    "received_on",
    "title",
    "project",
    "park",
    "year",
    "nature",
    "kinds",
    "purposes",
    "track",
    "leader",
    "share",
    "special",
    "type",
    "industry",
    "budget",
]
KEYS = {"park", "year"}


@pytest.mark.parametrize(
    ("city", "size", "names"),
    [
        ("xian", 110, ()),
        ("xian", 60, TELLING),
        ("shenyang", 80, ()),
        ("shenyang", 50, TELLING),
        ("xianyang", 80, ()),
        ("xianyang", 50, TELLING),
        *(pytest.param(city, 1000, (), marks=pytest.mark.slow) for city in CITIES),
        *(pytest.param(city, 500, TELLING, marks=pytest.mark.slow) for city in CITIES),
    ],
)
@collected_seldom()
def test_the_answer_is_the_hull_of_the_completions(city: str, size: int, names: Sequence[str]) -> None:
    rng, source = random.Random(f"completions {city} {size}"), source_of(city)
    number = 0
    while number < size:
        case = random_case(rng, source)
        readings = random_readings(rng, city, alike=True) if rng.random() < WITH_READINGS else {}
        hidden = choose(rng, case, readings, names, source)
        for path in hidden:
            if path[-1] == "amount" and "costs" in path:
                mapping(sequence(case["projects"])[int(path[1])]).pop("total", None)
        completions = Completions(case, hidden, readings, source)
        if not hidden or completions.size > MOST:
            continue
        number += 1
        partial = copy.deepcopy(case)
        for path in hidden:
            at(partial, path[:-1]).pop(str(path[-1]))
        result = evaluated(partial, readings, city)
        found = list(differences(result, completions, hidden))
        assert not found, (number, found, hidden, readings, case)


def choose(
    rng: random.Random, case: Tree, readings: Mapping[str, str], names: Sequence[str], source: Source
) -> list[Path]:
    """Choose one to three facts to hide: of these names, or mostly of those that some award reads."""
    facts = [path for path, _, _ in facts_of(case, source.words)]
    if names:
        facts = [path for path in facts if path[-1] in names]
    elif rng.random() < READ:
        read = {fact.path for fact in evaluated(case, readings, source.name).facts_used}
        facts = [path for path in facts if written(path) in read]
    return rng.sample(facts, k=min(len(facts), rng.choice([1, 2, 2, 3])))


def differences(result: Entitlement, completions: Completions, hidden: Sequence[Path]) -> Iterator[str]:
    """Say where the library's answer is not the hull of the completions."""
    answers = completions.answers()
    rows: dict[str, tuple[str, Award]] = {row.id: ("awards", row) for row in result.awards}
    rows |= {row.id: ("undecided", row) for row in result.undecided}
    found = hulls(answers)
    rows_of_tables = {row for rows_of in tables().values() for row in rows_of}
    by_other_names = bool(KEYS & {path[-1] for path in hidden})
    for name, hull in sorted(found.items()):
        clause, _, thing = name.partition("@")
        idle = clause in replacing() or clause in rows_of_tables or (by_other_names and "/" in thing)
        if idle:
            continue
        listed, row = rows.get(name, ("not_eligible", None))
        if listed != hull.list:
            yield f"{name}: in {listed}, and the completions in {sorted(hull.lists)}"
        elif row is not None:
            yield from differences_of(row, hull, answers, completions, met(result, name, answers, hidden))
    if not by_other_names:
        yield from (f"{name}: in no completion" for name in rows.keys() - found.keys())
    yield from differences_of_obligations(result, answers, hidden)
    yield from differences_of_total(result, answers, completions)


def differences_of_obligations(result: Entitlement, answers: Answers, hidden: Sequence[Path]) -> Iterator[str]:
    """The same for what binds others."""
    rows, found = {row.id: row for row in result.obligations}, hulls_of_obligations(answers)
    yield from (f"{name}: in no completion" for name in rows.keys() - found.keys())
    for name, hull in found.items():
        if name not in rows:
            yield f"{name}: no obligation, and the completions {four(hull.gated)}"
            continue
        row = rows[name]
        if row.decided != (hull.lists == {"awards"}):
            yield f"{name}: decided is {row.decided}, and the completions in {sorted(hull.lists)}"
        if numbers(row.amount) != four(hull.gated):
            yield f"{name}: {numbers(row.amount)}, and the completions {four(hull.gated)}"
        telling = {written(path) for place, path in enumerate(hidden) if matters(answers, place, name)}
        if not set(row.needs) <= telling or (telling and not row.needs):
            yield f"{name}: asks for {row.needs}, and the completions differ by {sorted(telling)}"


def differences_of(
    row: Award, hull: Hull, answers: Answers, completions: Completions, of_others: set[str]
) -> Iterator[str]:
    """The same for one award."""
    if not row.outer and numbers(row.gated) != four(hull.gated):
        yield f"{row.id}: {numbers(row.gated)}, and the completions {four(hull.gated)}"
    if not row.outer and numbers(row.amount) != four(hull.gross):
        yield f"{row.id}: gross {numbers(row.amount)}, and the completions {four(hull.gross)}"
    telling = {written(path) for place, path in enumerate(completions.hidden) if matters(answers, place, row.id)}
    idle = set(row.needs) - telling - of_others
    if idle and idle - completions.beside(row.id):
        yield f"{row.id}: asks for {row.needs}, and the completions differ by {sorted(telling)}"
    if telling and not row.needs:
        yield f"{row.id}: asks for nothing, and the completions differ by {sorted(telling)}"


def met(result: Entitlement, name: str, answers: Answers, hidden: Sequence[Path]) -> set[str]:
    """The hidden facts that change another award which this one meets.

    Worlds are compared as they were split, so that such a fact may be asked though it changes nothing of this award.
    """
    others = {one for group in result.cumulation if name in group.members for one in group.members} - {name}
    return {written(path) for place, path in enumerate(hidden) if any(matters(answers, place, one) for one in others)}


def differences_of_total(result: Entitlement, answers: Answers, completions: Completions) -> Iterator[str]:
    """The same for the total."""
    aside = {name.partition("@")[0] for name in result.total.open_ended}
    if not result.total.outer and all(aside <= set(answer.open_ended) for answer in answers.values()):
        wanted = four([(answer.totals[2], answer.totals[3]) for answer in answers.values()])
        if numbers(result.total.possible) != wanted:
            yield f"possible: {numbers(result.total.possible)}, and the completions {wanted}"
    if numbers(result.total.decided)[0] > min(answer.totals[0] for answer in answers.values()):
        yield "decided: the floor is not sound"
    names = [None, *{name for answer in answers.values() for name in (*answer.rows, *answer.obligations)}]
    for path in result.deciding_facts:
        place = [written(one) for one in completions.hidden].index(path)
        rows = (row.id for row in (*result.awards, *result.undecided) if path in row.needs)
        if not any(matters(answers, place, name) for name in names) and not any(
            path in completions.beside(name) for name in rows
        ):
            yield f"{path} is asked, and no two completions differ by it"
