"""S10: with few facts hidden, the answer is the hull over every completion, no wider and no narrower.

Each hidden fact is given every member, both truths, or the ends, the break points and their neighbours; the oracle says
what each completion gives. Then, for every award and for the total: the list, the four numbers (gross and gated), and
the facts asked are those that the completions show. What is not held equal, and why:

- A fact that only matters once another is given need not be asked yet: with the principal of a loan unknown, nothing is
  asked about interest paid. So a fact that is asked matters, and where some fact matters some fact is asked.
- Awards of a group (park and year) whose key is hidden go by other names in the two answers; the total is compared.
- A total that the case states bounds the costs that it does not: the engine does not use that, so where a cost is
  hidden the stated total is struck.
- A reference may name a thing outside the case, which gives nothing of its own; it is added to the completions.
- A set is completed by nothing, each member alone and all members: the packs only ask whether one is in it.
- The total is not compared where an award is open-ended (S21) in the wide answer and not in all completions.
- Packs are set alike in `unstated_cumulation`, as in test_containment.
"""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING

import pytest

from subsidy_rules import Case, evaluate
from tests.oracle.against import collected_seldom, random_readings, replacing
from tests.oracle.cases import mapping, sequence
from tests.oracle.completing import Completions, Hull, four, hulls, matters, numbers, written
from tests.oracle.generate import at, facts_of, random_case, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from subsidy_rules import Award, Entitlement
    from tests.oracle.cases import Tree
    from tests.oracle.completing import Answers
    from tests.oracle.generate import Path

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
]
KEYS = {"park", "year"}


@pytest.mark.parametrize(
    ("part", "size", "names"),
    [
        (0, 140, ()),
        (1, 140, ()),
        (2, 120, TELLING),
        pytest.param(3, 2000, (), marks=pytest.mark.slow),
        pytest.param(4, 1000, TELLING, marks=pytest.mark.slow),
    ],
)
@collected_seldom()
def test_the_answer_is_the_hull_of_the_completions(part: int, size: int, names: Sequence[str]) -> None:
    rng = random.Random(f"completions {part}")
    number = 0
    while number < size:
        case = random_case(rng)
        readings = random_readings(rng, alike=True) if rng.random() < WITH_READINGS else {}
        hidden = choose(rng, case, readings, names)
        for path in hidden:
            if path[-1] == "amount" and "costs" in path:
                mapping(sequence(case["projects"])[int(path[1])]).pop("total", None)
        completions = Completions(case, hidden, readings)
        if not hidden or completions.size > MOST:
            continue
        number += 1
        partial = copy.deepcopy(case)
        for path in hidden:
            at(partial, path[:-1]).pop(str(path[-1]))
        result = evaluate(Case.from_dict(partial), readings=readings)
        found = list(differences(result, completions.answers(), hidden))
        assert not found, (number, found, hidden, readings, case)


def choose(rng: random.Random, case: Tree, readings: Mapping[str, str], names: Sequence[str]) -> list[Path]:
    """Choose one to three facts to hide: of these names, or mostly of those that some award reads."""
    facts = [path for path, _, _ in facts_of(case, words())]
    if names:
        facts = [path for path in facts if path[-1] in names]
    elif rng.random() < READ:
        read = {fact.path for fact in evaluate(Case.from_dict(case), readings=readings).facts_used}
        facts = [path for path in facts if written(path) in read]
    return rng.sample(facts, k=min(len(facts), rng.choice([1, 2, 2, 3])))


def differences(result: Entitlement, answers: Answers, hidden: Sequence[Path]) -> Iterator[str]:
    """Say where the library's answer is not the hull of the completions."""
    rows: dict[str, tuple[str, Award]] = {row.id: ("awards", row) for row in result.awards}
    rows |= {row.id: ("undecided", row) for row in result.undecided}
    found = hulls(answers)
    by_other_names = bool(KEYS & {path[-1] for path in hidden})
    for name, hull in sorted(found.items()):
        idle = name.partition("@")[0] in replacing() or (by_other_names and "/" in name.partition("@")[2])
        if idle:
            continue
        wanted = "undecided" if len(hull.lists) > 1 else min(hull.lists)
        listed, row = rows.get(name, ("not_eligible", None))
        if listed != wanted:
            yield f"{name}: in {listed}, and the completions in {sorted(hull.lists)}"
        elif row is not None:
            yield from differences_of(row, hull, answers, hidden)
    if not by_other_names:
        yield from (f"{name}: in no completion" for name in rows.keys() - found.keys())
    yield from differences_of_total(result, answers, hidden)


def differences_of(row: Award, hull: Hull, answers: Answers, hidden: Sequence[Path]) -> Iterator[str]:
    """The same for one award."""
    if not row.outer and numbers(row.gated) != four(hull.gated):
        yield f"{row.id}: {numbers(row.gated)}, and the completions {four(hull.gated)}"
    if not row.outer and numbers(row.amount) != four(hull.gross):
        yield f"{row.id}: gross {numbers(row.amount)}, and the completions {four(hull.gross)}"
    telling = {written(path) for place, path in enumerate(hidden) if matters(answers, place, row.id)}
    if not set(row.needs) <= telling or (telling and not row.needs):
        yield f"{row.id}: asks for {row.needs}, and the completions differ by {sorted(telling)}"


def differences_of_total(result: Entitlement, answers: Answers, hidden: Sequence[Path]) -> Iterator[str]:
    """The same for the total."""
    aside = {name.partition("@")[0] for name in result.total.open_ended}
    if not result.total.outer and all(aside <= set(answer.open_ended) for answer in answers.values()):
        wanted = four([(answer.totals[2], answer.totals[3]) for answer in answers.values()])
        if numbers(result.total.possible) != wanted:
            yield f"possible: {numbers(result.total.possible)}, and the completions {wanted}"
    if numbers(result.total.decided)[0] > min(answer.totals[0] for answer in answers.values()):
        yield "decided: the floor is not sound"
    names = [None, *{name for answer in answers.values() for name in answer.rows}]
    for path in result.deciding_facts:
        place = [written(one) for one in hidden].index(path)
        if not any(matters(answers, place, name) for name in names):
            yield f"{path} is asked, and no two completions differ by it"
