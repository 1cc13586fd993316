"""Sweeps in two dimensions: cells held against every place of small ranges, on clauses by hand and by chance."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from subsidy_rules import Case, UsageError
from subsidy_rules.study.cases import with_facts
from subsidy_rules.study.plane import Band, Cell, Plane, sweep_two
from subsidy_rules.study.shapes import values_of
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.study.told_plane import to_html, to_markdown, to_text
from tests.study.test_sweep import BANDED, GATED, case, scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = "swept/banded@p1"
A, B = "projects[0].costs[0].amount", "projects[0].costs[1].amount"
SUM = "  - {basis: sum of project.costs.amount, quote: 投资}\n"


def two(first: str = "1元", second: str = "1元", **facts: str) -> Case:
    costs = [{"kind": "equipment", "amount": first}, {"kind": "bundled_software", "amount": second}]
    one = case(**facts)
    return with_facts(with_facts(one, {"projects[0].costs": costs}), {"projects[0].total": None})


def asked(award: str, over: str, across: str, *, most: int = 5000) -> tuple[Plane, Scenario]:
    made = scenario(award)
    return sweep_two(two(), A, over, B, across, made, award=ID, most=most), made


def edges(cell: Cell) -> list[int]:
    return [int(one) for one in (cell.first.first, cell.first.last, cell.last.first, cell.last.last)]


def told(found: Plane) -> list[tuple[int, int, list[list[int]]]]:
    return [(int(one.first), int(one.last), [edges(cell) for cell in one.cells]) for one in found.bands]


def test_a_cap_on_a_sum_leans() -> None:
    award = SUM + "  - {rate: 10%, quote: 给予}\n  - {cap: 50万元, of: award, per: project, quote: 最高}"
    found, _ = asked(award, "0..1000万元", "0..600万元")
    cap = 50_000_000 * 10
    assert found.complete
    assert told(found) == [
        (0, cap, [[0, cap, 0, 0], [cap + 1, 2 * cap, 1, 2 * cap]]),
        (cap + 1, 600_000_000, [[0, 2 * cap, 0, 2 * cap]]),
    ]
    below, above = found.bands[0].cells
    assert (str(below.first.rate), str(below.across), below.sure, below.leans) == ("1/10", "1/10", "searched", True)
    assert (str(above.first.rate), str(above.across), above.kind) == ("0", "0", "exact")
    assert found.bands[1].cells[0].sure == "proved"
    assert below.why[1] == "× 10% [给予]"
    assert "某政办〔2025〕1号" in below.clause[0]


def inside(band: Band, cell: Cell, place: Fraction, on: Fraction) -> bool:
    part = Fraction(on - band.first, band.last - band.first) if band.last > band.first else Fraction(0)
    left = cell.first.first + (cell.last.first - cell.first.first) * part
    right = cell.first.last + (cell.last.last - cell.first.last) * part
    return left <= place <= right


def predicted(band: Band, cell: Cell, place: Fraction, on: Fraction) -> Iterator[Fraction]:
    """What a cell says of a place inside it, from its first corner and its two rates."""
    start = cell.first.low.maximum
    assert isinstance(start, Fraction)
    if cell.first.rate is not None and cell.across is not None:
        yield start + (place - cell.first.first) * cell.first.rate + (on - band.first) * cell.across


@pytest.mark.random
@pytest.mark.parametrize("number", range(3))
def test_cells_are_those_of_a_search_at_every_place(number: int) -> None:
    """Random bands of a sum over 60 × 40 places, at each of which the case is evaluated."""
    rng = random.Random(f"plane {number}")
    ends, rates = sorted(rng.sample(range(2, 9), 2)), [rng.randrange(10, 90) for _ in range(3)]
    award = f"""{SUM}  - tiers: sum of project.costs.amount
    per: project
    rows:
    - {{below: {ends[0]}0分, rate: {rates[0]}%}}
    - {{from: {ends[0]}0分, to: {ends[1]}0分, rate: {rates[1]}%, cap: {rng.randrange(10, 40)}分}}
    - {{over: {ends[1]}0分, rate: {rates[2]}%}}
    quote: 分档给予
"""
    found, made = asked(award, "1分..60分", "1分..40分")
    side, seen = Side(made), 0
    assert found.complete
    assert found.bands[0].first == 1
    for band, following in zip(found.bands, found.bands[1:], strict=False):
        assert following.first == band.last + 1
    for band in found.bands:
        for on in range(int(band.first), int(band.last) + 1, 3):
            for place in range(1, 61, 4):
                cells = [cell for cell in band.cells if inside(band, cell, Fraction(place), Fraction(on))]
                facts = {A: f"{place}分", B: f"{on}分"}
                (value,) = values_of(side.evaluate(with_facts(two(), facts)))[ID].ends[:1]
                for cell in cells:
                    seen += 1
                    for expected in predicted(band, cell, Fraction(place), Fraction(on)):
                        assert abs(expected - value) <= 4  # type: ignore[operator]
    assert seen > 150


def test_a_threshold_of_each_number_makes_cells_that_are_proved() -> None:
    award = "  - {lump_sum: 10万元, when: project.total >= 3万元 and enterprise.revenue_growth >= 5%, quote: 给予}"
    given = with_facts(case(), {"enterprise.revenue_growth": "1%"})
    paths = "projects[0].total", "0..9万元", "enterprise.revenue_growth", "0%..9%"
    found = sweep_two(given, *paths, scenario(award), award=ID)
    assert [(str(one.first), len(one.cells)) for one in found.bands] == [("0", 1), ("1/20", 2)]
    assert all(cell.sure == "proved" for band in found.bands for cell in band.cells)
    assert edges(found.bands[1].cells[1])[0] == 3_000_000


def test_what_is_said_holds_the_cells() -> None:
    award = SUM + "  - {rate: 10%, quote: 给予}\n  - {cap: 5元, of: award, per: project, quote: <b>最高}"
    found, _ = asked(award, "0..100元", "0..60元")
    text = to_text(found, "c", "en", width=200)
    assert "CNY 0 … CNY 50" in text
    assert "rows that were evaluated; between them not proved" in text
    assert "已证明" in to_markdown(found, "c", "zh")
    shown = to_html(found)
    assert "&lt;b&gt;最高" in shown
    assert "<b>最高" not in shown
    kept = found.as_json()
    assert (kept["schema"], kept["complete"]) == ("subsidy-rules/plane/1", True)


def test_a_limit_leaves_bands_open_and_says_so() -> None:
    award = SUM + "  - {rate: 10%, quote: 给予}\n  - {cap: 5元, of: award, per: project, quote: 最高}"
    found, _ = asked(award, "0..100元", "0..60元", most=30)
    assert not found.complete
    assert found.bands[0].cells == ()
    assert "not searched" in to_text(found, "c", "en", width=120)
    assert "未找" in to_text(found, "c", "zh", width=120)


def test_what_is_no_sweep_in_two_dimensions() -> None:
    with pytest.raises(UsageError, match="is given twice"):
        sweep_two(case(), "projects[0].total", "1元..2元", "projects[0].total", "1元..2元", scenario(BANDED))
    with pytest.raises(UsageError, match="no award 'x'"):
        sweep_two(two(), A, "1分..9分", B, "1分..9分", scenario(BANDED), award="x")
    with pytest.raises(UsageError, match="is no number of a case"):
        sweep_two(two(), A, "1分..9分", "projects[0].id", "1分..9分", scenario(GATED))
