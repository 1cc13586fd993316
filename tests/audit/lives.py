"""Random logs: events that mostly may happen, with amounts around what is in force, and some that may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from subsidy_rules.audit.lifecycle import Lifecycle

WAYS = ["announce", "apply", "screen", "review", "publicise", "propose", "confirm", "contract"]
LATER = (
    *("pay", "pay", "pay", "assess", "assess", "settle", "settle", "evaluate", "recover"),
    *("ask_change", "record_change", "disqualify", "correct", "change_without_leave"),
)
ASTRAY = 0.05


def random_log(rng: random.Random, life: Lifecycle) -> dict[str, Any]:
    """Make a log as a tree. Fields are left out at times; days mostly go forward."""
    names = list(WAYS) + [rng.choice(LATER) for _ in range(rng.randrange(25))]
    day = 1
    events = []
    for given in names:
        name = rng.choice(list(life.transitions)) if rng.random() < ASTRAY else given
        day = max(1, day + rng.choice([0, 1, 1, 2, 5, -1]))
        event = life.transitions[name].event
        made: dict[str, str] = {"event": name, "at": f"2025-{1 + day // 28:02d}-{1 + day % 28:02d}", "by": event.by[0]}
        for key, one in event.fields.items():
            if rng.random() < ASTRAY:
                continue
            if one.type == "bool":
                usual = key != "objection"
                made[key] = str(usual if rng.random() > ASTRAY else not usual).lower()
            elif one.type == "money":
                made[key] = f"{rng.choice([0, 1, 100, 250, 300, 500])}万元"
            elif one.type == "enum":
                made[key] = rng.choice(one.members)
            else:
                made[key] = "2025-06-30"
        events.append(made)
    readings = {name: rng.choice(list(one.options)) for name, one in life.file.readings.items()}
    return {"log": life.id, "of": "p1", "readings": readings, "events": events}
