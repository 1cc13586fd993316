"""How long the best lawful set takes: 40 awards in 12 groups of which one counts, from a named generator and seed.

Each problem has awards of up to 50万元 in 12 groups of two to six drawn at random, up to three further pairs, and where
it says so ceilings one within another, or across. Nothing is asserted of a time; every certificate is checked.

python -m benchmarks.choices
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from subsidy_rules.award.selection import Certificate, Problem, best, check_certificate
from tests.award.selections import random_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

AWARDS, GROUPS, PROBLEMS = 40, 12, 200
KINDS = ("none", "within", "across")


def problems(kind: str) -> Iterator[Problem]:
    """Make the problems of one kind of ceilings, from its own seed."""
    rng = random.Random(f"choices {kind}")  # noqa: S311 - problems, not secrets
    for _ in range(PROBLEMS):
        yield random_problem(rng, AWARDS, GROUPS, ceilings=kind)


def measured(problem: Problem) -> tuple[float, list[tuple[Problem, Certificate]]]:
    """Search one problem, each part by itself, and return the seconds of the processor and what was found."""
    start = time.process_time()
    found = [(part, best(part)) for part in problem.apart()]
    return time.process_time() - start, found


def main() -> None:
    """Print a row for each kind: median and worst, and how many were decided."""
    print("| ceilings | median, ms | worst, ms | decided | certificates hold |\n|---|---|---|---|---|")  # noqa: T201 - the table is the point
    for kind in KINDS:
        rows = [measured(problem) for problem in problems(kind)]
        times = sorted(seconds * 1000 for seconds, _ in rows)
        decided = sum(all(one.decided for _, one in found) for _, found in rows)
        held = sum(not any(check_certificate(part, one) for part, one in found) for _, found in rows)
        print(f"| {kind} | {times[len(times) // 2]:.1f} | {times[-1]:.1f} | {decided} of {PROBLEMS} | {held} |")  # noqa: T201 - the table is the point


if __name__ == "__main__":
    main()
