"""S30: hide facts of a whole case, and the widened answer contains the whole one.

A list may also say that it is not complete. Where the budget of worlds is spent the answer is an outer one; it contains
all the same, which the parts with a small budget show.

Left out, with reason: packs that are set unlike each other in `unstated_cumulation`. A group across packs then takes
`undecided` (S16), so an award that joins a group may change what holds between two others, and may lower a total.
"""

from __future__ import annotations

import random

import pytest

from subsidy_rules import Case, evaluate
from subsidy_rules.award import complete, cumulate
from tests.oracle.against import collected_seldom, random_readings
from tests.oracle.containing import faults
from tests.oracle.generate import hide, random_case

WITH_READINGS = 0.3


@pytest.mark.parametrize(
    ("part", "size", "share", "budget"),
    [
        (0, 500, 0.12, 512),
        (1, 500, 0.12, 64),
        (2, 500, 0.08, 1024),
        (3, 600, 0.04, 4096),
        (4, 300, 0.2, 16),
        pytest.param(5, 4000, 0.12, 4096, marks=pytest.mark.slow),
        pytest.param(6, 4000, 0.2, 256, marks=pytest.mark.slow),
    ],
)
@collected_seldom()
def test_a_widened_answer_contains_the_whole_one(
    part: int, size: int, share: float, budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (complete, cumulate):
        monkeypatch.setattr(module, "BUDGET", budget)
    rng = random.Random(f"containment {part}")
    for number in range(size):
        case = random_case(rng)
        readings = random_readings(rng, alike=True) if rng.random() < WITH_READINGS else {}
        partial, hidden = hide(case, rng, share, lists=True)
        whole = evaluate(Case.from_dict(case), readings=readings)
        wide = evaluate(Case.from_dict(partial), readings=readings)
        found = list(faults(wide, whole))
        assert not found, (number, found, hidden, readings, case)
