"""The engine and an evaluator written apart from it agree on random complete cases, to the fen.

Run with -s for the table of shares: how often each sentence gives, is left undecided and is refused.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from subsidy_rules import Case, evaluate
from subsidy_rules.award import complete, cumulate
from tests.oracle.against import (
    collected_seldom,
    random_readings,
    replacing,
    said_by_engine,
    said_by_oracle,
    sentences_with_money,
)
from tests.oracle.cases import mapping, texts
from tests.oracle.generate import hide, random_case

if TYPE_CHECKING:
    from tests.oracle.cases import Tree

PARTS, SIZE = 4, 2_500
LEAST = 0.01
WITH_READINGS = 0.3
HIDDEN, SHARE, BUDGET = 0.08, 0.07, 64


@pytest.mark.parametrize("part", range(PARTS))
@collected_seldom()
def test_the_engine_and_the_oracle_agree(part: int) -> None:
    rng = random.Random(f"agreement {part}")
    full: Counter[tuple[str, str]] = Counter()
    partial: Counter[tuple[str, str]] = Counter()
    hidden = 0
    for number in range(SIZE):
        case = random_case(rng)
        readings = random_readings(rng) if rng.random() < WITH_READINGS else {}
        engine, _ = said_by_engine(case, readings)
        oracle, result = said_by_oracle(case, readings)
        found = engine.differences(oracle)
        assert not found, (part, number, found, readings, case)
        full.update(standings(result))
        if rng.random() < HIDDEN:
            hidden += 1
            partial.update(undecided(hide(case, rng, SHARE)[0]))
    report(full, partial, hidden)


def report(full: Counter[tuple[str, str]], partial: Counter[tuple[str, str]], hidden: int) -> None:
    """Print the shares; each sentence gives, is left undecided and is refused often enough to be tested."""
    names = sentences_with_money(["exact", "at_most", "undetermined"])
    table = [
        (name, full[name, "awards"] / SIZE, partial[name, "undecided"] / hidden, full[name, "not_eligible"] / SIZE)
        for name in names
    ]
    print(f"\n{'sentence':32} gives  undecided  not eligible")  # noqa: T201 - the report is the point
    for name, *shares in table:
        print(f"{name:32} " + "  ".join(f"{share:6.1%}" for share in shares))  # noqa: T201 - as above
    assert [row for row in table if min(row[1:]) < LEAST] == []


def standings(result: Tree) -> set[tuple[str, str]]:
    """What became of each sentence in a complete case; a replacing one gives where it was taken."""
    found: set[tuple[str, str]] = set()
    for said in map(mapping, mapping(result["awards"]).values()):
        found |= {(clause, str(said["list"])) for clause in [str(said["clause"]), *texts(said["taken"])]}
        found |= {(clause, "not_eligible") for clause in texts(said["refused"])}
    return found


def undecided(case: Tree) -> set[tuple[str, str]]:
    """The sentences that hiding facts leaves undecided; a replacing one where it is cited and not settled."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (complete, cumulate):  # the totals don't matter here
            patch.setattr(module, "BUDGET", BUDGET)
        result = evaluate(Case.from_dict(case))
    found = {(f"{award.policy}/{award.clause}", "undecided") for award in result.undecided}
    open_rows = [award for award in (*result.awards, *result.undecided) if award.needs and len(award.citations) > 1]
    for other, changed in replacing().items():
        found |= {(other, "undecided") for award in open_rows if f"{award.policy}/{award.clause}" == changed}
    return found
