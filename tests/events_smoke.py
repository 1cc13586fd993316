"""Smoke test of the optional extra ``[events]``; run it with ``make events``.

One small ruleset of durable-rules pairs what one department paid with what another granted to the same
project, and what it finds must equal a plain recomputation here. It computes no money and decides nothing.

The library needs guards, and this shows all of them: it runs in a child process, so that its crash is a
report and not ours; every join key is present on every fact; amounts are whole fen and ids are sequential;
and every join is built by ``joined``, which ends it in a conjunct that is always true, because a join whose
last condition is false reads past the library's memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CHILD = "--child"
TIMEOUT_SECONDS = 60
TOO_NEW = (3, 13)
SENTINEL = 1  # the value of t on every fact

FACTS: list[dict[str, int]] = [
    {"id": 1, "kind": 1, "project": 7, "fen": 300_000_000, "t": SENTINEL},  # paid by the city
    {"id": 2, "kind": 2, "project": 8, "fen": 120_000_000, "t": SENTINEL},  # granted, another project
    {"id": 3, "kind": 2, "project": 7, "fen": 67_198_148, "t": SENTINEL},  # granted, the same project
]
PAID, GRANTED = 1, 2


def recomputed() -> list[list[int]]:
    """Find the pairs in plain Python: the ids and amounts of what was paid and granted on one project."""
    return sorted(
        [paid["id"], granted["id"], paid["fen"], granted["fen"]]
        for paid in FACTS
        for granted in FACTS
        if paid["kind"] == PAID and granted["kind"] == GRANTED and paid["project"] == granted["project"]
    )


def found() -> list[list[int]]:
    """Find the same pairs with durable-rules."""
    from durable.lang import assert_fact, c, m, ruleset, when_all  # noqa: PLC0415 (the child alone has it)

    pairs: list[list[int]] = []

    def joined(condition: Any) -> Any:
        return condition & (m.t == c.first.t)

    def pair(context: Any) -> None:
        first, second = context.first, context.second
        pairs.append([first.id, second.id, first.fen, second.fen])

    with ruleset("pairs"):
        when_all(
            c.first << (m.kind == PAID),
            c.second << joined((m.kind == GRANTED) & (m.project == c.first.project)),
        )(pair)
    for fact in FACTS:
        assert_fact("pairs", fact)
    return sorted(pairs)


def main(arguments: list[str]) -> int:
    """Run the child, or be it."""
    if CHILD in arguments:
        print(json.dumps(found()))
        return 0
    version = "{}.{}".format(*sys.version_info[:2])
    if sys.version_info >= TOO_NEW:
        print(f"events: off on Python {version}: durable-rules 2.0.28 installs there but cannot be imported")
        return 0
    child = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), CHILD],
        capture_output=True,
        check=False,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    if child.returncode != 0:
        print(f"events: the child process ended with {child.returncode}\n{child.stderr}", file=sys.stderr)
        return 1
    findings = json.loads(child.stdout)
    if findings != recomputed():
        print(f"events: durable-rules found {findings}, plain Python {recomputed()}", file=sys.stderr)
        return 1
    print(f"events: durable-rules on Python {version} finds what plain Python finds ({len(findings)} pair)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
