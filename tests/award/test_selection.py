"""The best lawful set is the one that trying every set finds, and its certificate holds; a wrong one does not."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from subsidy_rules.award import selection
from subsidy_rules.award.ceilings import Ceiling
from subsidy_rules.award.selection import Certificate, Layer, Problem, Proof, best, check_certificate, worth_at_least
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


def test_it_falls_into_what_neither_excludes_nor_shares_a_ceiling() -> None:
    """0 and 3 exclude each other, 3 and 4 share a ceiling; 1 and 5 exclude each other; 2 is alone."""
    over = [Ceiling((4, 3), 5), Ceiling((1, 5), 7)]
    problem = Problem(
        [5, 4, 3, 2, 1, 0],
        [(0, 3), (1, 5)],
        [Layer(dict.fromkeys(range(6), 9), over), Layer(dict.fromkeys(range(6), 0))],
    )
    parts = list(problem.apart())
    assert [part.awards for part in parts] == [(5, 1), (4, 3, 0), (2,)]
    assert [part.rivals for part in parts] == [{5: {1}, 1: {5}}, {4: set(), 3: {0}, 0: {3}}, {2: set()}]
    assert [[layer.ceilings for layer in part.layers] for part in parts] == [
        [(over[1],), ()],
        [(over[0],), ()],
        [(), ()],
    ]
    assert [part.worth(part.awards) for part in parts] == [7, 14, 9]
    whole = Problem([0, 1], [(0, 1)], [Layer({0: 1, 1: 1})])
    assert [part is whole for part in whole.apart()] == [True]


def branches(proof: Proof) -> int:
    """How many awards were tried both ways."""
    return 0 if proof.taken is None or proof.left is None else 1 + branches(proof.taken) + branches(proof.left)


def levels(proof: Proof) -> list[int]:
    """How many branches lie one within another at most, along those taken and along those left."""
    return [
        0 if inner is None else max(levels(inner)) + (proof.award is not None) for inner in (proof.taken, proof.left)
    ]


def rings(count: int) -> Problem:
    """Rings of five awards that come to as much: a cover bounds a ring at three, of which two are paid."""
    pairs = [(5 * ring + one, 5 * ring + (one + 1) % 5) for ring in range(count) for one in range(5)]
    return Problem(range(5 * count), pairs, [Layer(dict.fromkeys(range(5 * count), 1))])


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_it_branches_as_often_as_the_limit_says(limit: int) -> None:
    assert branches(best(rings(4)).proof) > limit
    assert branches(best(rings(4), limit).proof) == limit


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_it_branches_as_deep_as_the_depth_says(monkeypatch: pytest.MonkeyPatch, depth: int) -> None:
    monkeypatch.setattr(selection, "DEPTH", depth)
    assert levels(best(rings(6)).proof) == [depth + 1, depth + 1]


@pytest.mark.parametrize(("figures", "reached"), [((10, 10, 10, 0, 15), 25), ((0, 0, 0, 0, 0), 0)])
def test_a_set_that_leaves_out_what_nothing_excludes_bounds_nothing(figures: tuple[int, ...], reached: int) -> None:
    """Award 1 is paid first and takes the room of 0 and 2: without it and without 3, its rival, 35 would be paid.

    3 excludes 1 and 4. Lawful are 0, 2 and 3 with 20, and 0, 1, 2 and 4 with 25.
    """
    over = [Ceiling((1, 0), 10), Ceiling((1, 2), 10)]
    problem = Problem(range(5), [(1, 3), (3, 4)], [Layer(dict(enumerate(figures)), over)])
    proof = Proof((), 1, Proof(), Proof((), 3, Proof(), Proof()))
    worth = sum(figures[:3]) - figures[1]
    one = Certificate(frozenset({0, 2, 3}), {1: (3,), 4: (3,)}, worth, reached, proof)
    assert not check_certificate(problem, one)
    assert check_certificate(problem, replace(one, bound=reached + 1)) == ("bound",)


def test_what_just_fills_a_ceiling_is_not_cut() -> None:
    """0 and 1 fill the inner ceiling of 10; with 2 they pass the outer one of 14."""
    over = [Ceiling((0, 1), 10), Ceiling((0, 1, 2), 14)]
    layer = Layer({0: 4, 1: 6, 2: 5}, over)
    assert [layer.most(cliques) for cliques in ([[0], [1]], [[0], [1], [2]], [[0, 1], [2]], [[0, 2], [1]])] == [
        10,
        14,
        11,
        11,
    ]


def test_a_clique_that_is_all_of_a_ceiling_comes_to_its_room() -> None:
    layer = Layer({0: 40, 1: 30, 2: 5}, [Ceiling((0, 1), 10)])
    assert [layer.most(cliques) for cliques in ([[0, 1]], [[1, 0], [2]], [[0, 2], [1]])] == [10, 15, 50]


def test_the_ceiling_over_the_fewest_is_counted_first() -> None:
    """2 and 3 come to 1 by themselves, and then 0 and 1 are within 12."""
    layer = Layer(dict.fromkeys(range(4), 5), [Ceiling((0, 1, 2), 12), Ceiling((2, 3), 1)])
    assert layer.most([[0], [1], [2], [3]]) == 11


def test_a_cover_has_the_greatest_first() -> None:
    every = [(0, 1), (1, 2), (0, 2)]
    assert Problem(range(3), every, [Layer({0: 1, 1: 5, 2: 3})]).cover({0, 1, 2}) == [[1, 2, 0]]
    assert Problem([2, 1, 0], every, [Layer({0: 3, 1: 3, 2: 3})]).cover({2, 1, 0}) == [[0, 1, 2]]
    assert Problem(range(3), [(0, 2)], [Layer({0: 1, 1: 5, 2: 3})]).cover({0, 1, 2}) == [[1], [2, 0]]


def test_of_awards_that_exclude_as_many_the_first_is_tried_first() -> None:
    proof = best(rings(4)).proof
    assert (proof.award, proof.cover) == (0, ())


def test_sets_that_ceilings_leave_less_than_the_floor_are_none() -> None:
    """All three are paid, and come to 10; counted one ceiling after another they would come to 20."""
    over = [Ceiling((1, 0), 10), Ceiling((1, 2), 10)]
    problem = Problem(range(3), [], [Layer({0: 10, 1: 10, 2: 10}, over)])
    assert worth_at_least(problem, [10], 5) == [frozenset({0, 1, 2})]
    assert worth_at_least(problem, [11], 5) == []


def test_as_many_sets_as_may_be_are_returned() -> None:
    problem = Problem(range(4), [(0, 1), (2, 3)], [Layer(dict.fromkeys(range(4), 1))])
    found = worth_at_least(problem, [2], 4)
    assert found is not None
    assert set(map(frozenset, ({0, 2}, {0, 3}, {1, 2}, {1, 3}))) == set(found)
    assert worth_at_least(problem, [2], 3) is None
    assert worth_at_least(problem, [3], 4) == []


def test_sets_are_not_looked_for_beyond_the_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pairs take seven nodes: three in which something is open that excludes, four sets."""
    problem = Problem(range(4), [(0, 1), (2, 3)], [Layer(dict.fromkeys(range(4), 1))])
    monkeypatch.setattr(selection, "NODES", 7)
    assert len(worth_at_least(problem, [0], 9) or []) == 4
    monkeypatch.setattr(selection, "NODES", 6)
    assert worth_at_least(problem, [0], 9) is None
