"""The child process of `second`: payments as numbers in, as JSON on standard input; the pairs that it finds out.

It knows nothing of this library but numbers: two payments of one key with two projects, two of one project whose
sentences a rule forbids together, one payment outside the days of its policy. Each group is asserted and retracted by
itself, so that no fact meets more than its own group.
"""

from __future__ import annotations

import json
import sys
from typing import Any

SHARED, EXCLUSIVE, DATED = 1, 2, 3
ONE, OTHER = 1, 2
"""The two sides of what excludes each other."""


def pairs(task: dict[str, Any]) -> list[list[int]]:
    """Return what the rules match: kind, and the numbers of one or two payments, in order."""
    from durable.lang import assert_fact, retract_fact, ruleset  # noqa: PLC0415 - only the child has it

    found: set[tuple[int, ...]] = set()
    with ruleset("findings"):
        _rules(found)
    for group in task["groups"]:
        for fact in group:
            assert_fact("findings", fact)
        for fact in group:
            retract_fact("findings", fact)
    return sorted(map(list, found))


def _rules(found: set[tuple[int, ...]]) -> None:
    """Make the rules. The last condition of each join is always true, as every join needs to end."""
    from durable.lang import c, m, when_all  # noqa: PLC0415 - as above

    def shared(context: Any) -> None:  # noqa: ANN401 - durable-rules has no types
        found.add((SHARED, *sorted((context.first.p, context.second.p))))

    def exclusive(context: Any) -> None:  # noqa: ANN401 - as above
        found.add((EXCLUSIVE, *sorted((context.first.p, context.second.p))))

    def dated(context: Any) -> None:  # noqa: ANN401 - as above
        found.add((DATED, context.m.p))

    when_all((m.k == SHARED) | (m.k == EXCLUSIVE) | (m.k == DATED))(lambda _: None)
    when_all(
        c.first << (m.k == SHARED),
        c.second << (m.k == SHARED) & (m.project > c.first.project) & (m.t == c.first.t),
    )(shared)
    when_all(
        c.first << (m.k == EXCLUSIVE) & (m.side == ONE),
        c.second << (m.k == EXCLUSIVE) & (m.side == OTHER) & (m.t == c.first.t),
    )(exclusive)
    when_all((m.k == DATED) & ((m.before > 0) | (m.after > 0)))(dated)


if __name__ == "__main__":
    json.dump(pairs(json.load(sys.stdin)), sys.stdout)
