"""The child process of `second`: transitions and events in, as JSON on standard input; the states out.

It knows nothing of this library but numbers. An event fires the one transition that its number, the present state and
its outcome name, where its requirements hold and its day is in order; any other leaves the state.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

STATE, EVENT = 1, 2


def states_after(task: dict[str, Any]) -> list[list[int]]:
    """Return, of each log, the state after each event."""
    from durable.lang import ruleset  # noqa: PLC0415 - only the child has it

    moved: dict[int, int] = {}
    with ruleset("lifecycle"):
        _any_fact()
        for transition in task["transitions"]:
            _rule(moved, *transition)
    numbers = count()
    return [_lived(moved, numbers, task["begins"], events) for events in task["logs"]]


def _lived(moved: dict[int, int], numbers: Iterator[int], state: int, events: list[list[int]]) -> list[int]:
    """Return the state after each event of a log; every event has a number of its own."""
    from durable.lang import assert_fact, retract_fact  # noqa: PLC0415 - as above

    found = []
    for number, (kind, holds, place, in_order) in zip(numbers, events, strict=False):
        common = {"t": 1, "n": number}
        standing = {"id": 2 * number + 1, "kind": STATE, "v": state, **common}
        event = {"id": 2 * number + 2, "kind": EVENT, "k": kind, "o": place, "ok": holds, "day": in_order, **common}
        for fact in (standing, event):
            assert_fact("lifecycle", fact)
        state = moved.get(number, state)
        found.append(state)
        for fact in (standing, event):
            retract_fact("lifecycle", fact)
    return found


def _any_fact() -> None:
    """Let every fact meet a rule: durable-rules refuses one that none could use."""
    from durable.lang import m, when_all  # noqa: PLC0415 - as above

    when_all((m.kind == STATE) | (m.kind == EVENT))(lambda _: None)


def _rule(moved: dict[int, int], kind: int, source: int, place: int, target: int) -> None:
    """Make the rule of one transition. Its last condition is always true, as every join needs to end."""
    from durable.lang import c, m, when_all  # noqa: PLC0415 - as above

    def fires(context: Any) -> None:  # noqa: ANN401 - durable-rules has no types
        moved[context.first.n] = target

    event = (m.kind == EVENT) & (m.k == kind) & (m.o == place) & (m.ok == 1) & (m.day == 1)
    when_all(
        c.first << (m.kind == STATE) & (m.v == source),
        c.second << event & (m.n == c.first.n) & (m.t == c.first.t),
    )(fires)


if __name__ == "__main__":
    json.dump(states_after(json.load(sys.stdin)), sys.stdout)
