"""The second pair of eyes: the same log on durable-rules, in a child process, held against the plain replay.

The child is told the transitions as numbers (event, from state, outcome, to state) and, of each event, what its
requirements, invariants and outcome come to; which event fires in which state, and where that leads, it decides by
itself. It computes no money. A disagreement or a crash is told as such and never changes a standing.

Each rule ends with a condition that is always true; state and event are asserted with the number of the event and
retracted after it, so that nothing fires later: durable-rules keeps what it cannot use.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from subsidy_rules.audit.lifecycle.replay import Refused, Standing
from subsidy_rules.errors import Lang
from subsidy_rules.values.quantity import ZERO

NEWEST: Final = (3, 12)
"""The newest Python on which durable-rules 2.0.28 can be imported."""
SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Second:
    """What the second engine says: `agrees`, `differs`, `crashed` or `off`, with the words for it."""

    status: str
    zh: str
    en: str

    def said(self, lang: Lang) -> str:
        """Return what is to be told, in a language."""
        return self.zh if lang == "zh" else self.en


def why_off() -> Second | None:
    """Say why the second engine can't run here; None where it can."""
    if sys.version_info[:2] > NEWEST:
        version = ".".join(map(str, sys.version_info[:2]))
        return Second(
            "off",
            f"第二引擎未运行：durable-rules 2.0.28 不能在 Python {version} 上导入（至多3.12）",
            f"the second engine is off: durable-rules 2.0.28 cannot be imported on Python {version} (3.12 at most)",
        )
    if importlib.util.find_spec("durable") is None:
        return Second(
            "off",
            "第二引擎未运行：没有安装 subsidy-rules[events]",
            "the second engine is off: subsidy-rules[events] is not installed",
        )
    return None


def second(standing: Standing) -> Second:
    """Replay a log on durable-rules and hold the states that it goes through against the plain replay's."""
    (found,) = second_of([standing])
    return found


def second_of(standings: Sequence[Standing]) -> list[Second]:
    """Do so for several logs of one lifecycle, in one child process."""
    off = why_off()
    if off is not None:
        return [off for _ in standings]
    found = ran("subsidy_rules.audit.lifecycle.durable", _task(standings))
    if isinstance(found, Second):
        return [found for _ in standings]
    return [_held(states, _expected(one)) for states, one in zip(found, standings, strict=True)]


def ran(module: str, task: dict[str, Any]) -> Any | Second:  # noqa: ANN401 - what a child says, as JSON
    """Run a child process over a task and return what it says; where it ended or took too long, that."""
    try:
        child = subprocess.run(  # noqa: S603 - a module of this library
            [sys.executable, "-m", module],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        zh, en = f"第二引擎中止：超过{SECONDS}秒", f"the second engine ended: it took more than {SECONDS} seconds"
        return Second("crashed", zh, en)
    if child.returncode:
        said = child.stderr.strip().splitlines()[-1:] or [str(child.returncode)]
        return Second("crashed", f"第二引擎中止：{said[0]}", f"the second engine ended: {said[0]}")
    return json.loads(child.stdout)


def _held(found: list[int], expected: list[int]) -> Second:
    count = len(expected)
    if found == expected:
        zh = f"第二引擎（durable-rules）一致：{count}个事件"
        return Second("agrees", zh, f"the second engine (durable-rules) agrees on {count} events")
    at = next((place for place, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), len(found)) + 1
    return Second("differs", f"第二引擎在第{at}个事件不一致", f"the second engine differs at event {at}")


def _expected(standing: Standing) -> list[int]:
    """Return the state after each event, by its number."""
    states = list(standing.log.lifecycle.file.states)
    refused = {id(one.event): one.state for one in standing.refused}
    after = {id(one.event): one.after for one in standing.taken}
    return [states.index(refused.get(id(event)) or after[id(event)]) for event in standing.log.events]


def _task(standings: Sequence[Standing]) -> dict[str, Any]:
    """Write the transitions of the lifecycle, and the events of each log, as numbers."""
    life = standings[0].log.lifecycle
    states, events = list(life.file.states), list(life.transitions)
    transitions = [
        [events.index(name), states.index(source), place, states.index(target or source)]
        for name, one in life.transitions.items()
        for source in (states if one.event.from_ == "any" else one.event.from_)
        for place, (target, _) in enumerate(one.outcomes)
    ]
    logs = [list(_events(one, events)) for one in standings]
    return {"begins": states.index(life.file.begins), "transitions": transitions, "logs": logs}


def _events(standing: Standing, events: Sequence[str]) -> Iterator[list[int]]:
    refused = {id(one.event): one for one in standing.refused}
    taken = {id(one.event): one for one in standing.taken}
    day = ZERO
    for event in standing.log.events:
        outcomes = [target for target, _ in standing.log.lifecycle.transitions[event.name].outcomes]
        stopped, place = refused.get(id(event)), 0
        if stopped is None and len(outcomes) > 1:
            place = outcomes.index(taken[id(event)].after)
        yield [events.index(event.name), _holds(stopped), place, int(event.at >= day)]
        day = day if stopped is not None else event.at


def _holds(one: Refused | None) -> int:
    """Whether what is not a matter of states holds: requirements, outcome, invariants."""
    return int(one is None or one.code in ("state", "order"))
