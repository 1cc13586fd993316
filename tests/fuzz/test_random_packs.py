"""Random packs and random cases: laws that hold of every pack by the engine alone, and what a second evaluator says.

What is left out, and why:

- An unknown amount is not split at a constant that only a sum with it is compared with: then the hull is not asked for.
- Nor is a figure in a quotient, in a count of whole units or in a calendar, or one that another's award rests on.
- Awards of a group whose key is hidden go by other names in the two answers, or by its place in the case; the total is
  compared.
- Of two rules that speak of one pair the first in the file holds, so those keep their order.
- Where the law leaves an award open in every completion, a fact that only adds another reason may be asked.
- A list that drives a sentence is not left out, only marked as not whole: the sentence would not be asked (S5).
- The order of things and rules where two ceilings are over one sentence: of two awards of one date the later id is cut
  first (S19), and what the other ceiling then has room for goes with it.
"""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import laws
from tests.fuzz.agreeing import apart
from tests.fuzz.cases import facts_of, random_case, renamed, without
from tests.fuzz.packs import FORMS, WIDER, load, random_pack
from tests.oracle.against import collected_seldom
from tests.oracle.containing import faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from subsidy_rules import Entitlement, Policies
    from tests.fuzz.cases import Path
    from tests.fuzz.packs import Pack, Tree

pytestmark = pytest.mark.random

MOST = 120
CASES = 3
WHOLE_OR_NOT = ("titles", "grants", "loans", "services", "earlier_awards")
SHUFFLED = ("projects", "titles", "grants", "loans", "services")


@pytest.mark.parametrize(
    ("seed", "size", "dense"),
    [
        ("sparse", 7, False),
        ("dense", 7, True),
        *(pytest.param(f"long {n}", 100, n % 2 == 0, marks=pytest.mark.slow) for n in range(8)),
    ],
)
@collected_seldom()
def test_laws_of_every_pack(seed: str, size: int, dense: bool) -> None:
    for number in range(size):
        rng = random.Random(f"{seed} {number}")
        pack = random_pack(rng, dense=dense)
        policies = pack.load()
        for _ in range(CASES):
            case = random_case(rng, pack)
            found = list(broken(rng, pack, policies, case))
            assert not found, (seed, number, found, pack.text, case)


@pytest.mark.parametrize(
    ("seed", "size"),
    [("agree", 40), *(pytest.param(f"agree long {n}", 400, marks=pytest.mark.slow) for n in range(3))],
)
@collected_seldom()
def test_a_second_evaluator_says_the_same(seed: str, size: int) -> None:
    for number in range(size):
        rng = random.Random(f"{seed} {number}")
        pack = random_pack(rng, dense=number % 2 == 0)
        policies = pack.load()
        (plan,) = policies.plans
        for _ in range(CASES):
            case = random_case(rng, pack)
            readings = {name: rng.choice(sorted(reading.options)) for name, reading in plan.readings.items()}
            found = list(apart(pack, case, laws.ask(case, policies, readings), readings))
            assert not found, (seed, number, found, readings, pack.text, case)


def test_every_word_and_form_is_written_often() -> None:
    seen: Counter[str] = Counter()
    size = 0
    for number in range(300):
        for clause in laws.clauses_of(random_pack(random.Random(f"words {number}"), dense=number % 2 == 0)):
            text, size = str(clause), size + 1
            seen.update(word for word in WIDER if f"'{word}':" in text)
            seen.update(form for form, how in FORMS.items() if re.search(how, text))
    assert {name: seen[name] for name in (*WIDER, *FORMS) if seen[name] < size / 100} == {}


def broken(rng: random.Random, pack: Pack, policies: Policies, case: Tree) -> Iterator[str]:
    """Say which laws do not hold of a pack and a case."""
    result = laws.ask(case, policies)
    written = result.to_json()
    yield from laws.whole(result)
    yield from laws.sums(result)
    yield from laws.alternatives(case, policies, result)
    hidden = few(rng, pack, case, result)
    if hidden:
        yield from laws.completed(pack, case, hidden, policies)
    partial = many(rng, case)
    wide = laws.ask(partial, policies)
    yield from (fault for fault in faults(wide, result) if not laws.of_groups(pack, fault))
    yield from laws.sums(wide)
    yield from laws.alternatives(partial, policies, wide)
    if not ceilings_cross(pack):
        yield from orders(rng, pack, policies, partial, wide)
        yield from orders(rng, pack, policies, case, result)
    yield from monotone(rng, pack, policies, case, result)
    for one in (result, wide):
        for lang in ("zh", "en"):
            one.explain(lang=lang)
    if laws.ask(case, policies).to_json() != written or laws.ask(case, pack.load()).to_json() != written:
        yield "to_json: other bytes the second time"


def ceilings_cross(pack: Pack) -> bool:
    """Whether two ceilings are over one sentence: which of two awards is cut first goes by their ids (S19)."""
    rules = pack.tree.get("cumulation", [])
    assert isinstance(rules, list)
    ceilings = [rule for rule in rules if isinstance(rule, dict) and rule["kind"] == "ceiling"]
    named = [set(map(str, rule["clauses"])) for rule in ceilings]
    return any(one & other for place, one in enumerate(named) for other in named[place + 1 :])


def few(rng: random.Random, pack: Pack, case: Tree, result: Entitlement) -> Sequence[Path]:
    """Choose one to three facts to hide: mostly of those that the awards, or the rules between them, read."""
    facts = list(facts_of(case))
    read = {fact.path for fact in result.facts_used}
    ruling = str(pack.tree.get("cumulation"))
    choice = rng.random()
    if choice < 0.5:
        facts = [path for path in facts if laws.written(path) in read]
    elif choice < 0.7:
        facts = [path for path in facts if f".{path[-1]}" in ruling] or facts
    hidden = rng.sample(facts, k=min(len(facts), rng.choice([1, 2, 2, 3])))
    rough = pack.unsplit | ({"amount"} if pack.derived else set())
    unsplit = any(path[-1] in rough for path in hidden)
    return [] if unsplit or laws.Completions(pack, case, hidden).size > MOST else hidden


def many(rng: random.Random, case: Tree) -> Tree:
    """Hide many facts, and say of some lists that they are not whole."""
    share = rng.choice([0.05, 0.15, 0.3])
    partial = without(case, [path for path in facts_of(case) if rng.random() < share])
    for name in WHOLE_OR_NOT:
        if rng.random() < 0.15:
            partial[name] = {"items": partial[name], "more": "true"}
    return partial


def orders(rng: random.Random, pack: Pack, policies: Policies, case: Tree, result: Entitlement) -> Iterator[str]:
    """Neither the order of what stands in the files nor the ids move a figure."""
    turned = copy.deepcopy(case)
    for name in SHUFFLED:
        items = turned[name]
        rng.shuffle(items if isinstance(items, list) else items["items"])  # type: ignore[index]
    yield from laws.same_figures(result, laws.ask(turned, policies))
    yield from laws.same_figures(result, laws.ask(case, load(laws.shuffled(rng, pack.tree))))
    ids = [str(clause["id"]) for clause in laws.clauses_of(pack)]
    names = {name: f"n{place}" for place, name in enumerate(rng.sample(ids, k=len(ids)))}
    names |= {f"{kind}{n}": f"{kind}{7 - n}" for kind in ("p", "t", "g", "l", "v", "k", "s") for n in range(3)}
    tree, other = renamed(pack.tree, names), renamed(case, names)
    assert isinstance(tree, dict)
    assert isinstance(other, dict)
    if not any("replaces" in clause for clause in laws.clauses_of(pack)):
        yield from laws.same_figures(result, laws.ask(other, load(tree)), names)


def monotone(rng: random.Random, pack: Pack, policies: Policies, case: Tree, result: Entitlement) -> Iterator[str]:
    """A dearer cost never lowers an award of a share of the costs, and a stricter cap never raises the total."""
    costs = [path for path in facts_of(case) if path[-1] == "amount" and "costs" in path]
    if costs:
        yield from laws.grows(pack, case, policies, result, rng.choice(costs))
    tree = laws.stricter(pack, rng)
    if tree is not None:
        total = laws.numbers(laws.ask(case, load(tree)).total.possible)
        if any(a > b for a, b in zip(total, laws.numbers(result.total.possible), strict=True)):
            yield f"a stricter cap raises the total: {laws.numbers(result.total.possible)} to {total}"
