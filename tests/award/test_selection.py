"""The best lawful set is the one that trying every set finds, and its certificate holds; a wrong one does not."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from subsidy_rules.award.ceilings import Ceiling
from subsidy_rules.award.selection import Layer, Problem, Proof, best, check_certificate, worth_at_least
from tests.award.selections import MANY, best_by_trying, every_lawful_set, random_problem

KINDS = ("across", "within", "none")
CLIQUE = [(one, other) for one in range(4) for other in range(one)]


def compare(name: str, size: int, count: int) -> None:
    rng = random.Random(name)
    for number in range(size):
        problem = random_problem(rng, count, rng.randint(1, 6), ceilings=KINDS[number % 3])
        worth, chosen = best_by_trying(problem)
        found = best(problem)
        assert (found.worth, found.chosen) == (worth, chosen), number
        assert found.decided, number
        assert not check_certificate(problem, found), number
        parts = [best(part) for part in problem.apart()]
        assert frozenset[int]().union(*(part.chosen for part in parts)) == chosen, number


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_few_awards_are_as_by_trying(count: int) -> None:
    rng = random.Random(f"selection {count}")
    for number in range(60):
        problem = random_problem(rng, count, rng.randint(1, 3), ceilings=KINDS[number % 3])
        found = best(problem)
        assert (found.worth, found.chosen) == best_by_trying(problem), number
        assert not check_certificate(problem, found), number


def test_the_sets_that_come_to_so_much_are_those_of_every_set_that_do() -> None:
    rng = random.Random("selection, at least")
    for number in range(60):
        problem = random_problem(rng, 8, 3, ceilings=KINDS[number % 3])
        floor = rng.choice([0, 0, best(problem).worth // 2, best(problem).worth])
        found = worth_at_least(problem, [floor], 1000)
        assert found is not None
        wanted = {one for one in every_lawful_set(problem) if problem.worth(one) >= floor}
        assert (set(found), len(found)) == (wanted, len(wanted)), number
        assert worth_at_least(problem, [floor], len(wanted) - 1) is None, number


@pytest.mark.random
def test_300_of_14_awards_are_as_by_trying() -> None:
    compare("selection", 300, MANY)


@pytest.mark.slow
def test_10_000_of_14_awards_are_as_by_trying() -> None:
    compare("selection, many", 10_000, MANY)


def test_of_no_award_nothing_is_chosen() -> None:
    found = best(Problem([], [], [Layer({})]))
    assert (found.chosen, found.worth, found.decided) == (frozenset(), 0, True)


def test_of_awards_that_come_to_as_much_the_first_are_taken() -> None:
    square = Problem([3, 2, 1, 0], [(0, 1), (1, 2), (2, 3), (3, 0)], [Layer(dict.fromkeys(range(4), 5))])
    assert best(square).chosen == {1, 3}


def test_what_nothing_chosen_excludes_is_never_left_out() -> None:
    """Award 1 is paid first and takes the room of both others; to leave it out would come to more, and is no choice."""
    ceilings = [Ceiling((1, 0), 10), Ceiling((1, 2), 10)]
    found = best(Problem(range(3), [], [Layer({0: 10, 1: 10, 2: 10}, ceilings)]))
    assert (set(found.chosen), found.worth) == ({0, 1, 2}, 10)


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_above_the_limit_it_gives_the_best_found_and_the_bound(limit: int) -> None:
    rng = random.Random("selection, limit")
    undecided = 0
    for _ in range(40):
        problem = random_problem(rng, 12, 6)
        most, _ = best_by_trying(problem)
        found = best(problem, limit)
        assert found.worth <= most <= found.bound
        assert not check_certificate(problem, found)
        undecided += not found.decided
    assert undecided


def test_a_long_chain_stops_at_the_depth_and_not_in_the_stack() -> None:
    count = 3000
    chain = [(one, one + 1) for one in range(count - 1)]
    found = best(Problem(range(count), chain, [Layer(dict.fromkeys(range(count), 1))]), limit=500)
    assert (found.worth, found.decided) == (count // 2, True)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"chosen": frozenset({0, 1})}, {"lawful", "lost", "worth"}),
        ({"chosen": frozenset({1})}, {"lost", "worth"}),
        ({"lost": {1: (2,), 2: (0,), 3: (0,)}}, {"lost"}),
        ({"worth": 41}, {"worth", "bound"}),
        ({"bound": 39}, {"bound"}),
        ({"proof": Proof()}, {"bound"}),
        ({"proof": Proof(((0, 1), (2,)))}, {"bound"}),
        ({"proof": Proof(((0, 1), (2, 3)))}, {"bound"}),
        ({"proof": Proof((), 0, Proof(), Proof())}, {"bound"}),
        ({"proof": Proof((), 9, Proof(), Proof())}, {"bound"}),
    ],
)
def test_a_wrong_certificate_is_told(change: dict[str, Any], wrong: set[str]) -> None:
    problem = Problem(range(4), CLIQUE, [Layer({0: 40, 1: 30, 2: 20, 3: 10})])
    found = best(problem)
    assert not check_certificate(problem, found)
    assert set(check_certificate(problem, replace(found, **change))) == wrong


def test_a_cover_of_awards_that_do_not_exclude_each_other_proves_nothing() -> None:
    problem = Problem(range(3), [(0, 1), (1, 2)], [Layer({0: 30, 1: 50, 2: 30})])
    found = best(problem)
    assert check_certificate(problem, replace(found, bound=50, proof=Proof(((0, 1, 2),)))) == ("bound",)


def test_what_is_the_same_is_equal_and_has_one_hash() -> None:
    ceiling = Ceiling((1, 2), 5)
    made = [Problem([1, 2], [(1, 2)], [Layer({1: 3, 2: room}, [ceiling])]) for room in (4, 4, 5)]
    assert (made[0], hash(made[0])) == (made[1], hash(made[1]))
    assert made[0] != made[2]
    assert made[0] != "a problem"
    assert made[0].layers[0] != "a layer"
    assert len({*made[0].layers, *made[1].layers}) == 1
