"""S30: hide facts of a whole case, and the widened answer contains the whole one.

A list may also say that it is not complete. Where the budget of worlds is spent the answer is an outer one; it contains
all the same, which the parts with a small budget show.

Left out, with reason: packs that are set unlike each other in `unstated_cumulation`. A group across packs then takes
`undecided` (S16), so an award that joins a group may change what holds between two others, and may lower a total.
"""

from __future__ import annotations

import random

import pytest

from subsidy_rules.award import complete, cumulate
from tests.oracle.against import collected_seldom, evaluated, random_readings
from tests.oracle.containing import faults
from tests.oracle.generate import hide, random_case, source_of

pytestmark = pytest.mark.random

WITH_READINGS = 0.3


@pytest.mark.parametrize(
    ("city", "size", "share", "budget"),
    [
        ("xian", 300, 0.12, 512),
        ("xian", 300, 0.08, 1024),
        ("xian", 250, 0.04, 4096),
        ("xian", 200, 0.2, 16),
        ("shenyang", 450, 0.12, 64),
        ("shenyang", 450, 0.04, 4096),
        ("xianyang", 120, 0.12, 32),
        ("xianyang", 150, 0.08, 128),
        ("xianyang", 200, 0.04, 1024),
        *(pytest.param(city, 1500, 0.12, 4096, marks=pytest.mark.slow) for city in ("xian", "shenyang", "xianyang")),
        *(pytest.param(city, 1500, 0.2, 256, marks=pytest.mark.slow) for city in ("xian", "shenyang", "xianyang")),
    ],
)
@collected_seldom()
def test_a_widened_answer_contains_the_whole_one(
    city: str, size: int, share: float, budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (complete, cumulate):
        monkeypatch.setattr(module, "BUDGET", budget)
    rng, source = random.Random(f"containment {city} {share} {budget}"), source_of(city)
    for number in range(size):
        case = random_case(rng, source)
        readings = random_readings(rng, city, alike=True) if rng.random() < WITH_READINGS else {}
        partial, hidden = hide(case, rng, share, source, lists=True)
        whole = evaluated(case, readings, city)
        wide = evaluated(partial, readings, city)
        found = list(faults(wide, whole))
        assert not found, (number, found, hidden, readings, case)
