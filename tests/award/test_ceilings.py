"""What ceilings leave of each award, worked by hand; and what holds of any ceilings, tried on random ones."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from subsidy_rules.award.ceilings import (
    Ceiling,
    bounding,
    is_nested,
    is_steady,
    kept,
    owners_of_odd_units,
    stages_of,
)


def shared(*members: int, room: int, rule: str = "") -> Ceiling:
    return Ceiling(members, room, rule, shared=True)


@pytest.mark.parametrize(
    ("figures", "ceilings", "left"),
    [
        # The award that stands last is cut first.
        ({0: 60, 1: 60}, [Ceiling((0, 1), 100)], {0: 60, 1: 40}),
        ({0: 60, 1: 60}, [Ceiling((1, 0), 100)], {0: 40, 1: 60}),
        # Orders that agree cut together, whatever is listed first: 0, 1, 2.
        ({0: 60, 1: 60, 2: 60}, [Ceiling((1, 2), 70), Ceiling((0, 1), 100)], {0: 60, 1: 40, 2: 30}),
        ({0: 60, 1: 60, 2: 60}, [Ceiling((0, 1), 100), Ceiling((1, 2), 70)], {0: 60, 1: 40, 2: 30}),
        # Two that share nothing are joined by a third: 0 and 2 before 3.
        (
            {0: 5, 1: 5, 2: 5, 3: 5},
            [Ceiling((0, 1), 8), Ceiling((2, 3), 8), Ceiling((1, 3), 4)],
            {0: 5, 1: 3, 2: 5, 3: 1},
        ),
        # Orders that disagree: one after another, the one over the fewest first, then as they are listed.
        ({0: 60, 1: 60, 2: 60}, [Ceiling((2, 1, 0), 90), Ceiling((0, 1), 70)], {0: 20, 1: 10, 2: 60}),
        ({0: 60, 1: 60}, [Ceiling((0, 1), 100), Ceiling((1, 0), 70)], {0: 30, 1: 40}),
        # Pro rata: 100 × 50/200 and 100 × 150/200.
        ({0: 50, 1: 150}, [shared(0, 1, room=100)], {0: 25, 1: 75}),
        # 10 × 5/15 = 3⅓, 10 × 5/15 = 3⅓, 10 × 5/15 = 3⅓: the unit goes to the one that stands first in the ceiling.
        ({0: 5, 1: 5, 2: 5}, [shared(2, 0, 1, room=10)], {0: 3, 1: 3, 2: 4}),
        # 10 × 3/9 = 3⅓, 10 × 2/9 = 2 2/9, 10 × 4/9 = 4 4/9: the unit goes to the greatest remainder.
        ({0: 3, 1: 2, 2: 4}, [shared(0, 1, 2, room=10)], {0: 3, 1: 2, 2: 4}),
        ({0: 3, 1: 2, 2: 4}, [shared(0, 1, 2, room=8)], {0: 3, 1: 2, 2: 3}),
        ({0: 3, 1: 2, 2: 4}, [shared(0, 1, 2, room=9)], {0: 3, 1: 2, 2: 4}),
        # One of two is pro rata: one after another, the smaller first. 0 is not paid.
        ({1: 40, 2: 60}, [Ceiling((0, 1, 2), 70), shared(1, 2, room=80)], {1: 32, 2: 38}),
        ({0: 7}, [], {0: 7}),
    ],
)
def test_what_is_left_of_each_award(figures: dict[int, int], ceilings: list[Ceiling], left: dict[int, int]) -> None:
    assert kept(figures, stages_of(ceilings)) == left


def test_what_shares_an_award_through_others_cuts_together() -> None:
    """(1, 3) joins two that share nothing, and what comes after them shares one with the first."""
    joined = [Ceiling(pair, 9) for pair in ((0, 1), (2, 3), (1, 3), (0, 5))]
    assert stages_of(joined) == (((0, 2, 1, 5, 3), tuple(joined)),)


def test_the_odd_units_are_told_with_the_ceiling_that_gave_them() -> None:
    ceilings = [shared(0, 1, 2, room=100, rule="all"), Ceiling((3, 4), 5), shared(5, 6, room=3, rule="two")]
    figures = {0: 100, 1: 100, 2: 100, 3: 9, 4: 9, 5: 2, 6: 2}
    assert owners_of_odd_units(figures, ceilings) == {0: "all", 5: "two"}
    # What an inner ceiling left is what the outer one shares out: 4 of 4 and 2 of 8, then 5 × 4/6 and 5 × 2/6.
    inner = [Ceiling((1, 7), 2), shared(0, 1, 7, room=5, rule="outer")]
    assert kept({0: 4, 1: 8}, stages_of(inner)) == {0: 3, 1: 2}
    assert owners_of_odd_units({0: 4, 1: 8}, inner) == {1: "outer"}
    assert owners_of_odd_units({0: 2, 1: 3}, [shared(0, 1, room=5)]) == {}


@pytest.mark.parametrize(
    ("ceilings", "nested", "steady"),
    [
        ([], True, True),
        ([Ceiling((0, 1), 1), Ceiling((2, 3), 1)], True, True),
        ([Ceiling((0, 1, 2), 1), Ceiling((0, 1), 1)], True, True),
        ([Ceiling((0, 1), 1), Ceiling((0, 1, 2), 1)], True, True),
        ([Ceiling((0, 1), 1), Ceiling((0, 1), 1)], True, True),
        ([Ceiling((0, 1, 2), 1), Ceiling((1, 0), 1)], True, False),
        ([Ceiling((0, 1), 1), Ceiling((1, 2), 1)], False, False),
        ([shared(0, 1, 2, room=1), Ceiling((0, 1), 1)], True, False),
        ([shared(0, 1, 2, room=1), shared(1, 0, room=1)], True, True),
        ([shared(0, 1, room=1), Ceiling((2, 3), 1)], True, True),
        ([shared(0, 1, room=1), shared(1, 2, room=1)], False, False),
        ([Ceiling((0, 1), 1), Ceiling((2, 3), 1), Ceiling((3, 2), 1)], True, False),
    ],
)
def test_which_lie_within_each_other_and_which_cut_alike(ceilings: list[Ceiling], nested: bool, steady: bool) -> None:
    assert (is_nested(ceilings), is_steady(ceilings)) == (nested, steady)


def test_what_bounds_ceilings_that_lie_across_each_other() -> None:
    apart = Ceiling((5, 6), 7, "apart")
    across = [apart, Ceiling((0, 1, 4), 30, "wide"), Ceiling((1, 2), 10, "small")]
    assert bounding(across, least=True) == [apart, Ceiling((0, 1, 4, 2), 10, "wide")]
    assert bounding(across, least=False) == [apart, Ceiling((1, 2), 10, "small")]
    nested = [Ceiling((0, 1, 2), 30), Ceiling((0, 1), 10)]
    assert bounding(nested, least=True) == bounding(nested, least=False) == nested


@pytest.mark.parametrize("number", range(60))
def test_what_holds_of_any_ceilings(number: int) -> None:
    rng = random.Random(f"ceilings {number}")
    members = [rng.sample(range(5), rng.randint(2, 5)) for _ in range(rng.randint(1, 3))]
    ceilings = [Ceiling(tuple(one), rng.randrange(60), shared=rng.random() < 1 / 3) for one in members]
    figures = {one: rng.randrange(30) for one in range(5)}
    left = kept(figures, stages_of(ceilings))
    assert all(0 <= left[one] <= figures[one] for one in figures)
    assert all(sum(left[one] for one in ceiling.members) <= ceiling.room for ceiling in ceilings)
    least, most = (sum(kept(figures, stages_of(bounding(ceilings, least=end))).values()) for end in (True, False))
    assert least <= sum(left.values()) <= most
    assert is_nested(bounding(ceilings, least=True))
    assert is_nested(bounding(ceilings, least=False))
    if is_steady(ceilings) and not any(one.shared for one in ceilings):
        rising = [kept({**figures, 0: own}, stages_of(ceilings)) for own in range(0, 60, 7)]
        assert all(b[one] <= a[one] for a, b in pairwise(rising) for one in figures if one)
